"""Calendars in the engine: a row a day, and the day that lies so many open days away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from relcare.engine import dialect as sql
from relcare.engine.session import Session
from relcare.rulebook.conditions import ELAPSED_UNITS, Span
from relcare.timing.calendars import Calendar

WORKING = "working days"
MARGIN = timedelta(days=400)  # beyond the dates in hand: longer than any closure


class Days:
    """One calendar as tables: `relation` with a row a day from `first` to `last`, and `reached`, by open days.

    `relation` has `day`, `open`, `opened` (how many days up to it are open), `last_open` and `next_open` (the day itself where it
    is open). `reached` has, for each number `n` of `spans` and each `day`, the n-th open day strictly after it (before it where
    n is negative). `title` tells two calendars of one name apart.
    """

    def __init__(
        self, session: Session, calendar: Calendar, first: date, last: date, spans: Iterable[int], title: str = ""
    ) -> None:
        self.calendar, self.first, self.last, self.spans = calendar, first, last, frozenset(spans)
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
        closes = self.calendar.closes
        if closes is None:
            return f"{day} + INTERVAL 86399999999 MICROSECONDS"
        seconds = closes.hour * 3600 + closes.minute * 60 + closes.second
        return f"{day} + INTERVAL {seconds} SECONDS"

    def provisional(self, day: str) -> str:
        """Whether a day (an expression) lies outside what the calendar knows."""
        return f"({day} > {sql.day(self.calendar.known_until)} OR {day} < {sql.day(self.calendar.known_from)})"


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
