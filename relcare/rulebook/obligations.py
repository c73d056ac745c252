"""Obligations: what the bank owes a subject, from when, by when, done by what; and who answers for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias

from relcare.located import Place
from relcare.rulebook.conditions import WORKING_TIME_UNITS, Condition, Span, facts_of
from relcare.rulebook.decisions import Approval
from relcare.rulebook.frozen import dataclass, field
from relcare.rulebook.vocabulary import Correction, Label

# What a status can be; the first six are open: somebody still has to act.
OPEN = ("overdue", "at risk", "running", "paused", "no record", "undetermined")
STATUSES = (*OPEN, "not started", "suspended", "met", "met late", "lapsed", "waived", "ceased")


@dataclass(frozen=True, slots=True)
class Start:
    """What a clock counts from.

    `kind`:

    - `fact`: the date or moment `fact` of the subject, of a month its last day: what is read off a month-end is known with it.
      Where it has none and `rule` is given, the end of that rule, assumed. With `rounds` each time that `fact` was reached is a round
      of its own: it ends when the next one opens, and only what is done within it counts for it.
    - `end of`: the end of the obligation `rule` of the same subject: when that was done; while it is not, its deadline, and
      the start is `assumed`.
    - `period`: the first moment of the period of `every`, or the anniversary, or the opening of a festival's occurrence.
    - `ahead`: the occurrence is there ahead of a date; the clock is never asked for its start.
    """

    kind: str
    fact: str = ""
    rule: str = ""
    rounds: bool = False


@dataclass(frozen=True, slots=True)
class Cadence:
    """How an obligation comes again.

    `months`: every so many calendar months, aligned to January (3 is every quarter); 0 where it is not counted in months.
    `on`: the date of the subject whose anniversaries it falls on, every `months` months (12 is a year) after it, the date
    itself excluded. `festivals`: the names of festivals of the calendar, () for all of them; None where it is not festivals.
    """

    months: int = 0
    on: str = ""
    festivals: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A point in time, measured from another: a deadline, or an opening.

    `base`: `start` (of the clock), `period end` (the last day of the period), `festival`, `due` (the deadline), or `fact`, the
    date `fact` of the subject. `span` is counted forwards from it, or back where it is `before`; None is the base itself.
    `open_day`: of a period's end, the last open day of the period. `rolls`: a natural-day deadline on a closed day moves to
    the next open day. `nth`: of a period's end, the so-maniest `weekday` (0 is Monday) of the period, -1 its last one; 0 for none.
    """

    base: str
    fact: str = ""
    span: Span | None = None
    before: bool = False
    open_day: bool = False
    rolls: bool = False
    nth: int = 0
    weekday: int = 0


@dataclass(frozen=True, slots=True)
class RowsDone:
    """Done by a row of another table: its first that fits, from the occurrence's opening on.

    `codes`: the table's `kind` is one of these (() where any will do). `where` tests further fields of the row. `since`
    narrows the window: `in the 60 days before next_repricing_date`.
    """

    table: str
    codes: tuple[str, ...] = ()
    where: Condition | None = None
    since: Point | None = None
    words: str = field(default="", compare=False)
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class FactDone:
    """Done when the subject's date or moment `fact` is known; that is when it was done."""

    fact: str
    words: str = field(default="", compare=False)
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class AllDone:
    """Every part, at its last."""

    parts: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class AnyDone:
    """At least one part, at its first."""

    parts: tuple[Evidence, ...]


Evidence: TypeAlias = RowsDone | FactDone | AllDone | AnyDone


@dataclass(frozen=True, slots=True)
class Pauses:
    """The kinds of events that stop the clock, and for how long at most in all (None: without end).

    `most` of a clock in working days is in working days (open days that do not count), of one in working time in working time;
    of an elapsed clock in elapsed time or days of 24 hours.
    """

    kinds: tuple[str, ...]
    most: Span | None = None


@dataclass(frozen=True, slots=True)
class Extends:
    """What makes a deadline longer: an event of this `kind`, of which the fields `needs` are known by the shorter deadline.

    `to` is the whole span from the start, longer than that of the deadline and in its unit.
    """

    to: Span
    kind: str
    needs: tuple[str, ...]


LATE = "late"  # what an extension lacks that was recorded after the shorter deadline


@dataclass(frozen=True, slots=True)
class Level:
    """A level of escalation: from when on the role `tell` is told that it is not done.

    `kind`: `before` (`span` before `act_by`), `share` (`share` hundredths of the time from the start to the deadline),
    `overdue` (right after the deadline), `after` (`span` after the deadline).
    """

    kind: str
    tell: str
    span: Span | None = None
    share: int = 0


EARLY = frozenset(("before", "share"))  # the kinds of levels that are reached before the deadline


@dataclass(frozen=True, slots=True)
class Lapse:
    """When an occurrence that was not done is given up: `after` its deadline (a span), or `at next` (when the next opens).

    None of both: never.
    """

    after: Span | None = None
    at_next: bool = False


@dataclass(frozen=True, slots=True)
class Cause:
    """What makes an obligation cease, or suspends it: its name for people, and the condition."""

    label: Label
    when: Condition


@dataclass(frozen=True, slots=True)
class ObligationExample:
    """A worked example: facts of an invented subject, and what they give.

    `gives`: `due 2026-10-13`, `due 2026-11-21 10:00`, `nothing` (it is not owed), or a status.
    """

    as_of: date | datetime | None  # a day means its end
    facts: dict[str, str]
    gives: str
    place: Place = field(default=Place(""), compare=False)
    rows: dict[str, tuple[dict[str, str], ...]] = field(default_factory=dict)  # of other tables, by name


@dataclass(frozen=True, slots=True)
class Obligation:
    """One version of a rule that owes something.

    An occurrence uses the version in force on the date of its start (of its opening where it is ahead of a date), or on
    `dated_by`, a date field of the subject, where that is given: `start` is included, `until` is not; where no version is in
    force nothing is owed. `when` None: owed to every subject. `at_start`: `when` is judged at the occurrence's start, else at
    the as-of. While one of the causes `suspends` holds, nobody is to act on what is open; where it is unknown whether one does,
    it is not suspended. `opens` says from when on evidence counts, None for the default: the start of a clock; of what is ahead of a
    date the beginning of the evidence's window, else the beginning of time. `warns` is counted back from `act_by`; None: the
    day of `act_by`, or the first of the `levels` before the deadline. `by` is a role. `channel` is "" for the customer's
    preferred one. `calendar` is "" for the book's; `calendar_by` is the fact of the subject whose code names the calendar, ""
    where that is `calendar`. `regime` is the register's name of whose rule it is, `step` that of what other rules
    ask for as well; "" for none.
    """

    id: str
    subject: str
    label: Label
    cites: tuple[str, ...]
    start: date
    until: date | None
    starts: Start
    due: Point
    done: Evidence
    when: Condition | None = None
    at_start: bool = False
    every: Cadence | None = None
    opens: Point | None = None
    warns: Span | None = None
    pauses: Pauses | None = None
    lapses: Lapse = Lapse()
    by: str = ""
    channel: str = ""
    calendar: str = ""
    dated_by: str = ""
    ceases: tuple[Cause, ...] = ()
    approved: Approval | None = None
    if_missing: bool = False
    if_not_supplied: bool = False
    examples: tuple[ObligationExample, ...] = ()
    place: Place = field(default=Place(""), compare=False)
    corrects: Correction | None = None
    levels: tuple[Level, ...] = ()
    calendar_by: str = ""
    regime: str = ""
    step: str = ""
    extends: Extends | None = None
    suspends: tuple[Cause, ...] = ()
    restarts: tuple[str, ...] = ()  # kinds of events from which the clock counts anew

    @property
    def can_move(self) -> bool:
        """Whether what is on record can move its deadline later."""
        return self.pauses is not None or self.extends is not None or bool(self.restarts)

    def in_force(self, day: date) -> bool:
        """Whether this version is in force on `day`: from `start` on, until the day before `until`."""
        return self.start <= day and (self.until is None or day < self.until)


def uses_working_time(rule: Obligation) -> bool:
    """Whether a version of a rule counts the open hours of its calendar."""
    points = [rule.due, rule.opens]
    spans = [point.span for point in points if point is not None] + [rule.warns, rule.lapses.after]
    spans += [level.span for level in rule.levels]
    return any(span is not None and span.unit in WORKING_TIME_UNITS for span in spans)


def parts_of(evidence: Evidence) -> list[RowsDone | FactDone]:
    """The single pieces of evidence, in the order in which they are written."""
    match evidence:
        case AllDone(parts) | AnyDone(parts):
            return [piece for part in parts for piece in parts_of(part)]
        case _:
            return [evidence]


def conditions_of(rule: Obligation) -> list[Condition]:
    """The conditions on the subject that a version of a rule hangs on: its `when`, what ends it and what suspends it."""
    causes = [cause.when for cause in (*rule.ceases, *rule.suspends)]
    return causes if rule.when is None else [rule.when, *causes]


def facts_named(rule: Obligation) -> list[str]:
    """The facts of the subject that a version of a rule hangs on, each once: of its conditions, clock and evidence."""
    names: dict[str, None] = {}
    for condition in conditions_of(rule):
        names |= dict.fromkeys(facts_of(condition))
    pieces = parts_of(rule.done)
    points = [rule.due, rule.opens, *(piece.since for piece in pieces if isinstance(piece, RowsDone))]
    clock = [rule.starts.fact, rule.every.on if rule.every is not None else "", rule.dated_by, rule.calendar_by]
    clock += [point.fact for point in points if point is not None]
    clock += [piece.fact for piece in pieces if isinstance(piece, FactDone)]
    return list(names | dict.fromkeys(name for name in clock if name))
