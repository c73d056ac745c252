"""Rules by the calendars that they count by: one that the rule names, the book's, or that which each subject names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.days import Days
from relcare.engine.decisions import unknown
from relcare.engine.open_hours import OpenHours, longest
from relcare.engine.session import Session
from relcare.rulebook.conditions import Span
from relcare.rulebook.obligations import Obligation, uses_working_time
from relcare.rulebook.vocabulary import Vocabulary
from relcare.timing.calendars import Calendar
from relcare.timing.clock import DAYS
from relcare.timing.spans import MONTHS

if TYPE_CHECKING:
    from relcare.engine.owed import Owed

NOTHING = "CAST(NULL AS TIMESTAMP)"


class Named(NamedTuple):
    """The calendars that subjects name by a fact: the condition on them by the calendar's name, "" for the book's.

    `blind` is the condition that nobody knows which one it is, "" where that is so of none;
    `stand_in` is then the calendar by which is worked out what no calendar is asked for.
    """

    values: Mapping[str, str]
    blind: str
    stand_in: str = ""

    @property
    def names(self) -> list[str]:
        """All calendars that have to be there."""
        return [*self.values, *([self.stand_in] if self.blind else [])]


class Group(NamedTuple):
    """Versions of rules, by number, that count by one calendar, for the subjects for which `only` holds ("" for all).

    Where it is not `known` which calendar it is, the book's stands in for what is not asked.
    """

    named: str
    rules: dict[int, Obligation]
    only: str = ""
    known: bool = True


def names_for(rule: Obligation, vocabulary: Vocabulary) -> list[str]:
    """The names of the calendars that a rule can count by, "" for the book's."""
    if not rule.calendar_by:
        return [rule.calendar]
    return ["", *codes_of(rule.calendar_by, rule.subject, vocabulary)]


def codes_of(name: str, subject: str, vocabulary: Vocabulary) -> list[str]:
    """The codes of a fact, which are names of calendars."""
    fact = vocabulary.fact(subject, name)
    return [code.key for code in fact.codes] if fact is not None else []


def named_by(session: Session, owed: Owed, book: Calendar, vocabulary: Vocabulary) -> dict[str, Named]:
    """What the subjects of a book name, by the facts with which rules ask for it.

    Rules that count working time leave the book's own calendar out where it has no hours.
    """
    columns = owed.relation.columns if owed.relation is not None else {}
    found = {}
    for fact in dict.fromkeys(rule.calendar_by for rule in owed.rules.values() if rule.calendar_by):
        column = columns[fact]
        blind = unknown(column)
        rows = session.rows(f"SELECT DISTINCT {column.value}, ({blind}) FROM {owed.base}")
        values = {name: f"{column.value} = {sql.text(name)}" for name in sorted({row[0] for row in rows if row[0]})}
        if any(name is None and not unclear for name, unclear in rows):
            values[""] = f"{column.value} IS NULL AND NOT ({blind})"
        stand_in = next(iter(codes_of(fact, owed.subject, vocabulary)), "")
        found[fact] = Named(values, blind if any(unclear for _, unclear in rows) else "", stand_in)
        worked = [rule for rule in owed.rules.values() if rule.calendar_by == fact and uses_working_time(rule)]
        if "" in values and not book.hours:
            owed.silent |= {rule.id: f"the calendar {book.name} has no hours" for rule in worked}
    return found


def groups_of(rules: Mapping[int, Obligation], by_subject: Mapping[str, Named]) -> Iterator[Group]:
    """The rules by their calendars, those of subjects after those that rules name."""
    for named in dict.fromkeys(rule.calendar for rule in rules.values() if not rule.calendar_by):
        yield Group(named, {n: r for n, r in rules.items() if not r.calendar_by and r.calendar == named})
    for fact, named_so in by_subject.items():
        own = {n: r for n, r in rules.items() if r.calendar_by == fact}
        for named, only in named_so.values.items() if own else ():
            yield Group(named, own, only)
        if own and named_so.blind:
            yield Group(named_so.stand_in, own, named_so.blind, known=False)


def undated(select: str) -> str:
    """Occurrences whose calendar nobody knows: they have no deadline, and nobody can tell how they stand."""
    nothing = f"{NOTHING} AS due, {NOTHING} AS due_until, CAST(NULL AS BOOLEAN) AS verdict"
    return f"SELECT * REPLACE ({nothing}) FROM (\n  {select}\n) AS made"


def hours_for(session: Session, days: Days, rules: list[Obligation], title: str) -> OpenHours | None:
    """The open hours of a calendar for the rules that count by it; None where none counts them, or it has none."""
    worked = [rule for rule in rules if uses_working_time(rule)]
    if not worked or not days.calendar.hours:
        return None
    spans = [
        [
            rule.due.span, rule.lapses.after, rule.opens.span if rule.opens is not None else None,
            *(level.span for level in rule.levels), rule.extends.to if rule.extends is not None else None,
        ]
        for rule in worked
    ]  # fmt: skip
    natural = max(_days(spans_) for spans_ in spans)
    most = max(longest(spans_) for spans_ in spans)
    return OpenHours(session, days.calendar, days.first - natural, days.last + natural, most, title)


def _days(spans: Iterable[Span | None]) -> timedelta:
    """How far natural spans, counted one after the other, reach beyond the dates in hand at the most."""
    lengths = {**DAYS, **{unit: 31 * months for unit, months in MONTHS.items()}}
    return timedelta(days=sum(span.amount * lengths.get(span.unit, 0) for span in spans if span is not None))
