"""Calendars in the engine: a row a day, and the day that lies so many open days away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property

from relcare.engine import dialect as sql
from relcare.engine.clocks import never_change, read_as
from relcare.engine.open_hours import OpenHours, is_worked
from relcare.engine.session import Session
from relcare.rulebook.conditions import ELAPSED_UNITS, Span
from relcare.rulebook.obligations import Point
from relcare.timing.calendars import Calendar
from relcare.timing.clock import last_surely_known
from relcare.timing.counting import is_abroad, zone_here, zone_there
from relcare.timing.counting import last_surely_known as last_known_moment
from relcare.timing.hours import DAY_LENGTH, Windows, closing

WORKING = "working days"
UTC = "UTC"
LAST_TICK = 86399999999  # of a day, in microseconds
MARGIN = timedelta(days=400)  # beyond the dates in hand: longer than any closure


class Days:
    """One calendar as tables: `relation` with a row a day from `first` to `last`, and `reached`, by open days.

    `relation` has `day`, `open`, `opened` (how many days up to it are open), `last_open` and `next_open` (the day itself where it
    is open). `reached` has, for each number `n` of `spans` and each `day`, the n-th open day strictly after it (before it where
    n is negative). All these are days by the calendar's own clocks. `title` tells two calendars of one name apart.
    """

    def __init__(
        self, session: Session, calendar: Calendar, first: date, last: date, spans: Iterable[int], title: str = ""
    ) -> None:
        self.calendar, self.first, self.last, self.spans = calendar, first, last, frozenset(spans)
        self.hours: OpenHours | None = None  # where a rule counts them
        self._edges = first - MARGIN, last + MARGIN
        self.relation = sql.name(f"calendar {title or calendar.name}")
        self.reached = sql.name(f"working days {title or calendar.name}")
        first, last = first - MARGIN, last + MARGIN
        count = (last - first).days + 1
        session.run(
            f"CREATE OR REPLACE TEMP TABLE {self.relation} AS\n-- a row is one day of the calendar\n"
            "SELECT day, open, CAST(sum(CAST(open AS INTEGER)) OVER upto AS INTEGER) AS opened,\n"
            "  max(CASE WHEN open THEN day END) OVER upto AS last_open,\n"
            "  min(CASE WHEN open THEN day END) OVER (ORDER BY day ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS next_open\n"
            f"FROM (SELECT {sql.day(first)} + CAST(unnest(range({count})) AS INTEGER) AS day,"
            f" unnest(split('{calendar.flags(first, last)}', '')) = '1' AS open)\nWINDOW upto AS (ORDER BY day)"
        )
        if self.spans:
            listed = ", ".join(f"({n})" for n in sorted(self.spans))
            session.run(
                f"CREATE OR REPLACE TEMP TABLE {self.reached} AS\n-- a row is one day and the open day that lies n open days away\n"
                f"SELECT n, a.day, b.day AS reached FROM {self.relation} AS a CROSS JOIN (VALUES {listed}) AS spans(n)\n"
                f"JOIN {self.relation} AS b ON b.open AND b.opened = CASE WHEN n > 0 THEN a.opened + n"
                " ELSE a.opened - CAST(a.open AS INTEGER) + n + 1 END"
            )

    def covers(self, first: date, last: date, spans: Iterable[int]) -> bool:
        """Whether these tables do for other dates and numbers."""
        return self.first <= first and last <= self.last and self.spans.issuperset(spans)

    def end_of(self, day: str) -> str:
        """The moment at which a day (an expression) ends: its closing time, else its last microsecond."""
        return self.here(end_of(self.calendar, day))

    def begin_of(self, day: str) -> str:
        """The moment at which a day (an expression) begins."""
        return self.here(f"CAST({day} AS TIMESTAMP)")

    def date(self, moment: str) -> str:
        """The calendar's day at a moment (an expression)."""
        return f"CAST({self.there(moment)} AS DATE)"

    def there(self, moment: str) -> str:
        """What the calendar's own clocks show at a moment (an expression)."""
        return self._read(moment, zone_here(self.calendar), zone_there(self.calendar))

    def here(self, moment: str) -> str:
        """What the book's clocks show when those of the calendar show a moment (an expression)."""
        return self._read(moment, zone_there(self.calendar), zone_here(self.calendar))

    def utc(self, moment: str) -> str:
        """A moment (an expression) by clocks that never change: elapsed time is what passes by them."""
        return moment if self.is_steady else self._read(moment, zone_here(self.calendar), UTC)

    def wall(self, moment: str) -> str:
        """A moment (an expression) of `utc` as the book's clocks show it."""
        return moment if self.is_steady else self._read(moment, UTC, zone_here(self.calendar))

    def elapsed(self, moment: str, span: Span, *, back: bool = False) -> str:
        """A moment (an expression) moved by elapsed time."""
        return self.wall(f"({self.utc(moment)} {'-' if back else '+'} {sql.interval(span)})")

    @cached_property
    def is_steady(self) -> bool:
        """Whether the book's clocks never change in the time in hand."""
        return never_change(zone_here(self.calendar), UTC, *self._edges)

    def _read(self, moment: str, zone: str, other: str) -> str:
        return moment if zone == other else f"({read_as(moment, zone, other, *self._edges)})"

    def own(self, low: str, high: str) -> tuple[str, str]:
        """The points of a start (expressions): what is known to the day alone is that day of the calendar's own clocks."""
        if not is_abroad(self.calendar) or low == high:
            return low, high
        whole = f"{high} - {low} >= INTERVAL 86399 SECONDS"
        return (
            f"CASE WHEN {whole} THEN {self.here(low)} ELSE {low} END",
            f"CASE WHEN {whole} THEN {self.here(high)} ELSE {high} END",
        )

    def open_hours(self) -> OpenHours:
        """The open hours of a calendar of which a rule counts them."""
        if self.hours is None:
            raise AssertionError(self.calendar.name)
        return self.hours

    def provisional(self, day: str) -> str:
        """Whether a day (an expression) lies outside what the calendar knows."""
        return f"({day} > {sql.day(self.calendar.known_until)} OR {day} < {sql.day(self.calendar.known_from)})"

    def leaning(self, due: str, start: str, point: Point) -> str:
        """Whether a deadline and its start (expressions) say that days were counted which the calendar does not know.

        As `counting.leans` has it.
        """
        told = self.provisional(self.date(due))
        if point.span is not None and is_worked(point.span):
            if point.before:
                known = last_known_moment(self.calendar, point.span.amount, point.span.unit)
                return f"({told} OR {due} > {sql.moment(known)})"
            begun = f"coalesce({self.date(start)} < {sql.day(self.calendar.known_from)}, FALSE)"
            return f"({told} OR {begun})" if point.base == "start" else told
        due, start = self.date(due), self.date(start)
        if point.span is None or point.span.unit != WORKING:
            return told
        if point.before:
            return f"({told} OR {due} > {sql.day(last_surely_known(self.calendar, point.span.amount))})"
        if point.base != "start":
            return told
        return f"({told} OR coalesce({start} < {sql.day(self.calendar.known_from - timedelta(days=1))}, FALSE))"


def end_of(calendar: Calendar, day: str) -> str:
    """The moment at which a day (an expression) ends: its closing time, that of its last hours, else its last microsecond."""
    closes = calendar.closes
    if closes is not None:
        return f"{day} + INTERVAL {closes.hour * 3600 + closes.minute * 60 + closes.second} SECONDS"
    if calendar.hours:
        return f"{day} + {_closing(calendar, f'CAST({day} AS DATE)')}"
    return f"{day} + INTERVAL {LAST_TICK} MICROSECONDS"


def _closing(calendar: Calendar, day: str) -> str:
    """How long after its midnight a day (an expression) ends by its hours: an exception's own, else its weekday's."""
    by_end: dict[int, list[str]] = {}
    for one in calendar.exceptions:
        minute = closing(calendar.windows(one))
        if minute != closing(_usual(calendar, one)):
            by_end.setdefault(minute, []).append(sql.day(one))
    cases = [f"WHEN {day} IN ({', '.join(days)}) THEN {_end(minute)}" for minute, days in by_end.items()]
    for number, windows in enumerate(calendar.hours, 1):
        if closing(windows) != DAY_LENGTH:
            cases.append(f"WHEN isodow({day}) = {number} THEN {_end(closing(windows))}")
    return f"CASE {' '.join(cases)} ELSE {_end(DAY_LENGTH)} END" if cases else _end(DAY_LENGTH)


def _usual(calendar: Calendar, day: date) -> Windows:
    """The hours that a day of the week has without exceptions."""
    return calendar.hours[day.weekday()] if calendar.week[day.weekday()] else ()


def _end(minute: int) -> str:
    """The end of a day so many minutes after its beginning, or at its last microsecond."""
    return f"INTERVAL {LAST_TICK} MICROSECONDS" if minute == DAY_LENGTH else f"INTERVAL {minute} MINUTES"


def moved(day: str, span: Span, *, back: bool = False) -> str:
    """A day (an expression) moved by a natural span, clamped to the month's end."""
    sign = "-" if back else "+"
    match span.unit:
        case "days" | "weeks":
            return f"({day} {sign} {span.amount * (7 if span.unit == 'weeks' else 1)})"
        case unit:
            months = span.amount * {"months": 1, "quarters": 3, "years": 12}[unit]
            return f"CAST({day} {sign} to_months({months}) AS DATE)"


def is_elapsed(span: Span) -> bool:
    """Whether a span is elapsed time, counted to the second."""
    return span.unit in ELAPSED_UNITS
