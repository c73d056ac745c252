"""What one rule owes one subject, once: when, by when, what was done, how it stands, and what each of it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from relcare.rulebook.comparing import interval_of
from relcare.rulebook.evaluate import Judged
from relcare.rulebook.obligations import OPEN, Cause, FactDone, Level, Obligation, RowsDone
from relcare.rulebook.reckon_rows import last_day
from relcare.rulebook.values import FactValue, Month, Value
from relcare.timing.clock import DayLine

NO_TIME = datetime.combine(date.min, time.min)  # before all that a book can hold


class Interval(NamedTuple):
    """The earliest and the latest point that something written can mean; both included."""

    first: datetime
    last: datetime


def when(value: Value) -> Interval:
    """The interval of a date, a moment, or of a month its last day: what is read off a month-end is known with it."""
    return Interval(*interval_of(last_day(value) if isinstance(value, Month) else value))


class Lines(NamedTuple):
    """Rows of a table of the book, by their lines in its file; ("", ()) for none."""

    table: str = ""
    lines: tuple[int, ...] = ()


NO_LINES = Lines()


class Origin(NamedTuple):
    """Where a start, or the date that is waited for, came from.

    `kind`: `fact` and `ahead` (the date `name` of the subject), `rule` (the end of the rule `name`), `period`,
    `anniversary` (of the date `name`), `festival` (`name` are the festivals' names, with commas). `value` is the fact's.
    """

    kind: str
    name: str = ""
    value: FactValue | None = None
    at: Lines = NO_LINES


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: when it was first there, None where it was not.

    `doubt` says why something that might be it can't be told ("" for no doubt), `earliest` the first point at which it may
    have been done all the same, None for no such. `missing` says why the book can't show it at all ("" where it can).
    `exact`: the first that was written with a time of day, None where only days are known.
    """

    part: RowsDone | FactDone
    met: Interval | None = None
    exact: datetime | None = None
    doubt: str = ""
    earliest: datetime | None = None
    missing: str = ""
    at: Lines = NO_LINES


class Waiver(NamedTuple):
    """Who waived it, when and why, each as written."""

    at: Interval
    by: str
    why: str
    place: Lines


class Stop(NamedTuple):
    """A pause of the clock: from `start` until just before `end`, None where it goes on; and the rows that say so."""

    start: datetime
    end: datetime | None
    at: Lines


class Recorded(NamedTuple):
    """An extension that is on record: when, what it lacks (names of fields, LATE; nothing where it extends), and its rows."""

    at: Interval
    lacks: tuple[str, ...]
    place: Lines


class Restart(NamedTuple):
    """An event from which a clock counts anew."""

    kind: str
    at: Interval
    place: Lines


class ReachedLevel(NamedTuple):
    """A level of escalation and the moment from which on it is reached."""

    level: Level
    at: datetime


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing that is or was owed.

    - `opens`: from when on evidence counts; NO_TIME for ever since. `start`: what the clock counts from, None where it is not
      known or the deadline counts from no start. `assumed`: it is the deadline of another rule that is not done.
    - `due`: the deadline, an interval where the start's precision leaves it open; None where it can't be known. What is printed
      is its first point. `in_days`: it is the end of a day. `act_by`, `risk_from` and `lapses_at` hang on it; `lapses_at` and
      `next_opens` are None where that never comes.
    - `verdict`: what `when` says, None where the rule has none; `judged`: the earlier moment at which it was asked, None for the
      as-of. `was_owed`: `when` says no by then, and held at the opening. `unclear`: whether there was such a start is not known.
    - `cause`: what ended or suspends it; `held`: what was asked for that by which it is suspended.
    - `since`: from when on the status holds, None where that is not known.
    - `wants`: the root facts that an undetermined one waits for; `why`: `date only`, `doubt`, `condition`, `start`, else "".
    - `levels`: of the escalation, in the order in which they are written. `extension`: what is on record for a longer deadline.
    - `restarts`: from what the clock counted anew, in time; `start` is then the last of them.
    """

    rule: Obligation
    status: str
    origin: Origin
    opens: datetime
    start: Interval | None
    assumed: bool = False
    due: Interval | None = None
    in_days: bool = True
    act_by: datetime | None = None
    risk_from: datetime | None = None
    lapses_at: datetime | None = None
    next_opens: datetime | None = None
    provisional: bool = False
    since: datetime | None = None
    done: Interval | None = None
    verdict: Judged | None = None
    judged: datetime | None = None
    was_owed: bool = False
    unclear: bool = False
    cause: Cause | None = None
    held: Judged | None = None
    waiver: Waiver | None = None
    pieces: tuple[Piece, ...] = ()
    pauses: tuple[Stop, ...] = ()
    timeline: tuple[DayLine, ...] = ()
    wants: tuple[str, ...] = ()
    why: str = ""
    levels: tuple[ReachedLevel, ...] = ()
    extension: Recorded | None = None
    restarts: tuple[Restart, ...] = ()

    def is_open(self, as_of: datetime) -> bool:
        """Whether somebody still has to act: what was done or given up is not open, whatever is unknown of it."""
        given_up = self.lapses_at is not None and self.lapses_at < as_of
        return self.status in OPEN and self.done is None and not given_up


@dataclass(frozen=True, slots=True)
class NotOwed:
    """Why a rule owes a subject nothing.

    `why`: `condition` (`when` says no, in `verdict`; of a period that is over it said so on `day`), `absent` (the date `name` has not come), `not supplied` (`said` tells why
    the date `name` is not in the book), `no version` (none is in force on `day`), `not begun` (the subject came into being
    after the period's first day `day`), `no hours` (the calendar `name` has none), `rule` (nothing is owed under the rule `name`, whose end would start it), `no period`.
    """

    rule: Obligation
    why: str
    name: str = ""
    said: str = ""
    day: datetime | None = None
    verdict: Judged | None = None


@dataclass(frozen=True, slots=True)
class Owing:
    """What all versions of one rule owe a subject, the latest first; `nothing` says why where it is nothing."""

    rule: Obligation
    occurrences: tuple[Occurrence, ...]
    nothing: NotOwed | None = None
