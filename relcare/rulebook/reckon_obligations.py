"""Everything that is owed to one subject, in plain Python: each occurrence, its deadline, what was done, how it stands.

Slow and readable: the reference that the engine must agree with, and what `explain` is made from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.obligations import Obligation, uses_working_time
from relcare.rulebook.occurrences import NotOwed, Occurrence, Owing
from relcare.rulebook.reckon import Subject, subject
from relcare.rulebook.reckon_done import possible
from relcare.rulebook.reckon_evidence import BookRecords, KeptRows, Someone
from relcare.rulebook.reckon_rows import BookRows, Context, last_day
from relcare.rulebook.reckon_standing import Scene, Standing
from relcare.rulebook.reckon_starts import Made, Shared, Starts
from relcare.rulebook.values import Month
from relcare.timing.calendars import Calendar


def owed(
    who: Subject, book: BookRows, context: Context, calendar: Calendar, *, look_back: bool = True, year: bool = False
) -> list[Occurrence]:
    """Every occurrence of every rule for a subject: those owed at the as-of and, with `look_back`, those whose `when` held when
    they opened and does not hold any more (`was_owed`).

    Of a rule that comes again the period of the as-of, the one before it, and earlier ones that are not given up; with `year`
    all periods and festivals that were due in the last year, as in the lists.
    """
    told = owings(who, book, context, calendar, look_back=look_back, year=year)
    return [occurrence for owing in told for occurrence in owing.occurrences]


def owings(
    who: Subject, book: BookRows, context: Context, calendar: Calendar, only: str = "", *, look_back: bool = True,
    year: bool = False,
) -> list[Owing]:  # fmt: skip
    """What each rule owes a subject, or why nothing; the rules in their order, each once.

    With `only` of that rule, those that ask for the same step, and those before them whose end they hang on.
    """
    rows = KeptRows(book)
    then = as_it_was(who, rows, context)
    scene = Scene(
        context.rulebook,
        calendar._replace(seen=context.zone),
        context.as_of,
        BookRecords(rows, context),
        then,
        look_back,
        year,
    )
    return reckoned(who, scene, only)


def as_it_was(who: Subject, book: BookRows, context: Context) -> Callable[[datetime], Subject | None]:
    """Gives a subject as it was at an earlier moment; None where it was not there yet."""
    kept: dict[datetime, Subject | None] = {}

    def then(moment: datetime) -> Subject | None:
        if moment not in kept:
            kept[moment] = subject(who.name, who.key, book, _at(context, moment))
        return kept[moment]

    return then


def _at(context: Context, moment: datetime) -> Context:
    """The context of an earlier as-of. A monthly series then ended with the last month that was over, if it has no gaps."""
    first = date(moment.year, moment.month, 1)
    over = Month(first.year, first.month)
    if last_day(over) > moment.date():
        over = Month.of_index(over.index - 1)
    tables = {
        name: replace(about, reporting=min(about.reporting, over)) if about.reporting is not None else about
        for name, about in context.tables.items()
    }
    return replace(context, as_of=moment, tables=tables)


def reckoned(who: Someone, scene: Scene, only: str = "") -> list[Owing]:
    """What each rule owes `who`, or why nothing; the rules in their order, each once.

    With `only` of that rule, those that ask for the same step, and those before them whose end they hang on.
    """
    found: dict[str, Owing] = {}
    ends: dict[str, list[Occurrence]] = {}
    asked = _chain(scene.rulebook, only) if only else None
    for rule_id in dict.fromkeys(rule.id for rule in scene.rulebook.obligations_of(who.name)):
        if asked is not None and rule_id not in asked:
            continue
        versions = scene.rulebook.versions(rule_id)
        named = calendar_named(versions[-1], who)
        seen = replace(scene, calendar=calendar_for(versions[-1], who, scene))
        shared = scene.shared.setdefault(named, Shared())
        starts = Starts(who, scene.rulebook.vocabulary, seen.calendar, scene.as_of, ends, scene.years_back, shared)
        given = [one for rule in versions for one in _given(rule, starts, seen.calendar)]
        every = [one for one in given if isinstance(one, Made) and one.rule.every is not None]
        made = [one for one in given if isinstance(one, Made) and one.rule.every is None] + starts.recent(
            every, year=scene.year
        )
        standing = [Standing(one, who, seen, starts).occurrence() for one in made]
        occurrences = one_at_a_time([one for one in standing if isinstance(one, Occurrence)], scene.as_of)
        occurrences.sort(key=lambda one: (one.opens, one.due or ()), reverse=True)
        ends[rule_id] = [one for one in occurrences if not one.was_owed]
        nothing = None
        if not occurrences:
            refused = [one for one in (*standing[::-1], *given[::-1]) if isinstance(one, NotOwed)]
            nothing = next((one for one in refused if one.why != "no version"), refused[0])
        shown = occurrences[0].rule if occurrences else nothing.rule if nothing is not None else versions[-1]
        found[rule_id] = Owing(shown, tuple(occurrences), nothing)
    return list(found.values())


def _given(rule: Obligation, starts: Starts, calendar: Calendar) -> list[Made | NotOwed]:
    """What a version of a rule may owe; nothing where it counts hours that its calendar has not."""
    if uses_working_time(rule) and not calendar.hours:
        return [NotOwed(rule, "no hours", calendar.name)]
    return list(starts.of(rule))


def calendar_for(rule: Obligation, who: Someone, scene: Scene) -> Calendar:
    """The calendar by which a rule counts for a subject, as the rule files have it; the book's where none is named."""
    named = calendar_named(rule, who)
    found = scene.rulebook.calendars[named] if named else scene.calendar
    return found._replace(seen=scene.calendar.seen)


def calendar_named(rule: Obligation, who: Someone) -> str:
    """The name of the calendar by which a rule counts for a subject; "" for the book's."""
    if not rule.calendar_by:
        return rule.calendar
    value = who.fact(rule.calendar_by).value
    return value if isinstance(value, str) else ""


def one_at_a_time(occurrences: list[Occurrence], as_of: datetime) -> list[Occurrence]:
    """Without those that an earlier one of the same version of a rule covers: one act answers for both."""
    return [
        one for one in occurrences if not any(_covers(other, one, as_of) for other in occurrences if other is not one)
    ]


def _covers(other: Occurrence, one: Occurrence, as_of: datetime) -> bool:
    """Whether a start came while another occurrence was open that still is, or that ended with it before it was given up."""
    if other.start is None or one.start is None or other.start.first >= one.start.first or other.rule != one.rule:
        return False
    if one.rule.starts.rounds:
        return False
    if other.origin.kind != "fact" or other.unclear or (other.verdict is not None and other.verdict.verdict is None):
        return False
    lapses = other.lapses_at
    if other.is_open(as_of) or other.status == "suspended":
        return not possible(other.rule.done, other.pieces)
    if other.status == one.status == "ceased":
        return lapses is None or lapses >= as_of
    ended, also = _ended(other), _ended(one)
    return ended is not None and ended == also and ended > one.start.first and (lapses is None or ended <= lapses)


def _ended(one: Occurrence) -> datetime | None:
    """When it was done or waived; None where it was neither."""
    if one.done is not None:
        return one.done.first
    return one.waiver.at.first if one.waiver is not None else None


def _chain(rulebook: Rulebook, rule_id: str) -> set[str]:
    """A rule and those that ask for the same step, with those whose end starts them, and so on."""
    found: set[str] = set()
    steps = {(rule.subject, rule.step) for rule in rulebook.versions(rule_id) if rule.step}
    wanted = {rule_id} | {rule.id for rule in rulebook.obligations if (rule.subject, rule.step) in steps}
    while wanted:
        found |= wanted
        wanted = {rule.starts.rule for each in wanted for rule in rulebook.versions(each) if rule.starts.rule} - found
    return found


def rows_of(occurrences: Iterable[Occurrence]) -> Mapping[str, set[int]]:
    """By table, the lines of the rows behind occurrences: their starts, evidence, pauses and waivers."""
    used: dict[str, set[int]] = {}
    for one in occurrences:
        found = [one.origin.at, *(piece.at for piece in one.pieces), *(stop.at for stop in one.pauses)]
        found += [one.waiver.place] if one.waiver is not None else []
        for table, lines in found:
            if table:
                used.setdefault(table, set()).update(lines)
    return used
