"""The open hours of a calendar in the engine: a row an open stretch, with how much was open before it.

The open time up to a moment is what was open before the last stretch that had begun, and what of that one had passed; a deadline
lies in the stretch with which the open time comes up to the start's and the span. Both are one join by order each.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.clocks import never_change, read_as
from relcare.engine.session import Session
from relcare.rulebook.conditions import Span
from relcare.timing.calendars import FIRST, LAST, Calendar
from relcare.timing.counting import ENDS, open_time, zone_here
from relcare.timing.instants import instant, shown
from relcare.timing.lengths import WORKING_TIME

SECOND, TICK = timedelta(seconds=1), timedelta(microseconds=1)
UTC = "UTC"


class Joined(NamedTuple):
    """An expression, and the joins that it needs."""

    value: str
    joins: str = ""


class OpenHours:
    """The open stretches of a calendar from `first` to `last`, and as much further as `longest` seconds of open time reach.

    Stretches are in UTC where the book's own clocks change in that time, else as its clocks show them: then no moment has to be
    turned. What lies beyond the years 1900 to 2199 is their end.
    """

    def __init__(
        self, session: Session, calendar: Calendar, first: date, last: date, longest: int, title: str = ""
    ) -> None:
        self.calendar, self.time = calendar, open_time(calendar)
        self.zone = zone_here(calendar)
        self.relation = sql.name(f"open hours {title or calendar.name}")
        begin, end = (instant(datetime.combine(day, datetime.min.time()), self.zone) for day in (first, last))
        low = self.time.before(begin, longest * SECOND)
        high = self.time.after(end + timedelta(days=1), longest * SECOND)
        self.first = low.date() - timedelta(days=3) if low is not None else FIRST
        self.last = high.date() + timedelta(days=3) if high is not None else LAST
        self.steady = never_change(self.zone, UTC, self.first, self.last)
        self._write(session)

    def _write(self, session: Session) -> None:
        stretches = [
            stretch
            for _, parts in self.time.stretches(*(self._utc_midnight(day) for day in (self.first, self.last)))
            for stretch in parts
        ]
        begins = [self._stored(self._utc_midnight(self.first)), *(self._stored(begin) for begin, _ in stretches)]
        lengths = [0, *((end - begin) // TICK for begin, end in stretches)]
        session.run(
            f"CREATE OR REPLACE TEMP TABLE {self.relation} AS\n"
            "-- a row is one stretch in which it is open: when it begins, how long it is, and how long it was open before it\n"
            "SELECT begins, length, CAST(sum(length) OVER (ORDER BY begins, length) - length AS BIGINT) AS before FROM (\n"
            f"  SELECT make_timestamp(CAST(unnest(split({sql.text(','.join(map(str, begins)))}, ',')) AS BIGINT)) AS begins,\n"
            f"    CAST(unnest(split({sql.text(','.join(map(str, lengths)))}, ',')) AS BIGINT) AS length\n)"
        )

    def passed(self, moment: str, name: str) -> Joined:
        """The open time up to a moment (an expression), in microseconds since the table begins."""
        alias, at = sql.name(name), self._utc(moment)
        join = f"\n  ASOF LEFT JOIN {self.relation} AS {alias} ON {at} >= {alias}.begins"
        inside = f"least(epoch_us({at}) - epoch_us({alias}.begins), {alias}.length)"
        return Joined(f"({alias}.before + {inside})", join)

    def reached(self, passed: str, name: str, *, last: bool = False) -> Joined:
        """The first moment at which so much open time has passed (an expression); with `last` the last one."""
        alias = sql.name(name)
        join = f"\n  ASOF LEFT JOIN {self.relation} AS {alias} ON {passed} {'>=' if last else '>'} {alias}.before"
        at = f"({alias}.begins + to_microseconds(CAST({passed} - {alias}.before AS BIGINT)))"
        return Joined(
            f"CASE WHEN {alias}.begins IS NOT NULL THEN least({self._wall(at)}, {sql.moment(ENDS)}) END", join
        )

    def moved(self, moment: str, span: Span, name: str, *, back: bool = False) -> Joined:
        """A moment (an expression) moved by a span of working time."""
        passed, joins = self.passed(moment, f"{name} counted from")
        wanted = f"({passed} {'-' if back else '+'} {ticks(span)})"
        reached, further = self.reached(wanted, f"{name} reached", last=back)
        return Joined(reached, joins + further)

    def near(self, moment: str, span: Span, as_of: datetime) -> str:
        """Whether the as-of has come to the last moment from which on a span passes until a moment (an expression)."""
        now = instant(as_of, self.zone)
        first = self.time.after(now, ticks(span) * TICK)
        if first is None:
            return "TRUE"
        at = self._utc(moment)
        if not self.time.is_open(now):  # what is left begins with the next opening
            return f"{at} < {self._point(first)}"
        return f"{at} <= {self._point(self.time.next_open(first) or first)}"

    def inside(self, moment: str, alias: str) -> str:
        """Whether a moment lies in the stretch joined as `alias`, its end included and its beginning not."""
        at = self._utc(moment)
        return f"({at} > {alias}.begins AND epoch_us({at}) - epoch_us({alias}.begins) <= {alias}.length)"

    def _utc(self, moment: str) -> str:
        return moment if self.steady else f"({read_as(moment, self.zone, UTC, self.first, self.last)})"

    def _wall(self, moment: str) -> str:
        return moment if self.steady else f"({read_as(moment, UTC, self.zone, self.first, self.last)})"

    def _point(self, at: datetime) -> str:
        return sql.moment(shown(at, self.zone if self.steady else UTC))

    def _stored(self, at: datetime) -> int:
        there = shown(at, self.zone if self.steady else UTC)
        return (there - datetime(1970, 1, 1)) // TICK  # noqa: DTZ001  # as the engine's timestamps are

    @staticmethod
    def _utc_midnight(day: date) -> datetime:
        return instant(datetime.combine(day, datetime.min.time()), UTC)


def ticks(span: Span) -> int:
    """A span of working time in microseconds."""
    return span.amount * WORKING_TIME[span.unit] * 1_000_000


def longest(spans: Iterable[Span | None]) -> int:
    """The seconds of working time in spans that are counted one after the other."""
    return sum(span.amount * WORKING_TIME[span.unit] for span in spans if span is not None and is_worked(span))


def is_worked(span: Span | None) -> bool:
    """Whether a span is working time."""
    return span is not None and span.unit in WORKING_TIME
