"""The periods of recurring rules and the festivals that can still be open: a small table, worked out before any SQL."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from relcare.rulebook.conditions import TIME_UNITS, Span
from relcare.rulebook.obligations import Lapse, Obligation, Point
from relcare.timing.calendars import Calendar
from relcare.timing.counting import begin_of, counted, day_there, end_of
from relcare.timing.periods import period_of
from relcare.timing.spans import shift

TICK = timedelta(microseconds=1)
KEPT = timedelta(days=366)  # so long after their deadline those that were given up are listed


class Stretch(NamedTuple):
    """One period of a recurring rule, or one festival.

    `first` is its first day (the festival itself), `opens` when its occurrences open, `due` their deadline, `next_opens` when
    those of the next one do, `lapses` the last moment at which they can still be done (None for never).
    """

    first: date
    opens: datetime
    due: datetime
    next_opens: datetime
    lapses: datetime | None

    def over(self, as_of: datetime) -> datetime | None:
        """The last moment of its life, where that has passed at the as-of; None where it has not."""
        return self.lapses if self.lapses is not None and self.lapses < as_of else None

    def ended(self, as_of: datetime) -> datetime | None:
        """The last moment before the next one opens, or before it lapses, where that has passed at the as-of."""
        last = self.next_opens - TICK
        end = last if self.lapses is None else min(last, self.lapses)
        return end if end < as_of else None

    @property
    def upto(self) -> datetime | None:
        """From when on nothing is done for it: when the next one opens, or it has lapsed if that is later; None for never."""
        return max(self.next_opens, self.lapses + TICK) if self.lapses is not None else None


def stretches(rule: Obligation, calendar: Calendar, as_of: datetime, *, every: bool = False) -> list[Stretch]:
    """Those that have opened at the as-of and are not given up yet; with `every`, given up ones of the last year as well.

    Of the versions of a rule each has its own: a stretch is there if its first day (of a festival the opening) lies in the
    version's time.
    """
    starts = _festivals(rule, calendar, as_of) if _festive(rule) else _periods(rule, as_of)
    found = []
    for first, following in pairwise(starts):
        opens, due = _opens(rule, calendar, first), _due(rule, calendar, first)
        if opens > as_of or not rule.in_force(opens.date() if _festive(rule) else first):
            continue
        next_opens = _opens(rule, calendar, following)
        lapse = lapse_point(rule.lapses, due, next_opens, calendar)
        if lapse is None or lapse >= as_of or (every and due >= as_of - KEPT):
            found.append(Stretch(first, opens, due, next_opens, lapse))
    return found


def lapse_point(lapses: Lapse, due: datetime, next_opens: datetime | None, calendar: Calendar) -> datetime | None:
    """The last moment at which an occurrence can still be done; None for never."""
    if lapses.after is not None:
        return measured(lapses.after, due, calendar, back=False)
    if lapses.at_next and next_opens is not None:
        return next_opens - TICK
    return None


def measured(span: Span, anchor: datetime, calendar: Calendar, *, back: bool) -> datetime:
    """`anchor` moved by a span: a moment where time is counted, else the end of the day that is reached."""
    return counted(anchor, span.amount, span.unit, calendar, before=back).at


def _festive(rule: Obligation) -> bool:
    return rule.every is not None and rule.every.festivals is not None


def _periods(rule: Obligation, as_of: datetime) -> list[date]:
    """The first days of periods, from the rule's first on (at most ten years back) to the one after the next."""
    months = rule.every.months if rule.every is not None and rule.every.months else 1
    here = (as_of.year * 12 + as_of.month - 1) // months
    oldest = max(here - 120 // months, (rule.start.year * 12 + rule.start.month - 1) // months)
    return [date(i * months // 12, i * months % 12 + 1, 1) for i in range(oldest, here + 4)]


def _festivals(rule: Obligation, calendar: Calendar, as_of: datetime) -> list[date]:
    """The days of the festivals, those of the last ten years and of the next two, and a day after all that are known."""
    wanted = rule.every.festivals if rule.every is not None else ()
    names = wanted or tuple(calendar.festivals)
    low, high = as_of.date() - timedelta(days=3653), as_of.date() + timedelta(days=731)
    days = sorted({day for name in names for day in calendar.festivals[name].days if low <= day <= high})
    return [*days, shift(days[-1], 1, "years")] if days else []


def _opens(rule: Obligation, calendar: Calendar, first: date) -> datetime:
    if rule.opens is None:
        return datetime.combine(first, time.min)
    anchor = _due(rule, calendar, first) if rule.opens.base == "due" else begin_of(first, calendar)
    point = (
        measured(rule.opens.span, anchor, calendar, back=rule.opens.before) if rule.opens.span is not None else anchor
    )
    return begin_of(day_there(point, calendar), calendar) if point_is_days(rule.opens) else point


def _due(rule: Obligation, calendar: Calendar, first: date) -> datetime:
    due, months = rule.due, rule.every.months if rule.every is not None else 0
    day = first
    if due.base == "period end":
        day = shift(shift(first, months, "months"), -1, "days")
        if due.open_day:
            day = calendar.last_open_day(day)
        elif due.nth:
            day = period_of(first, months).weekday(due.nth, due.weekday)
    if due.span is None:
        return end_of(day, calendar)
    reached = measured(due.span, begin_of(day, calendar), calendar, back=due.before)
    if due.rolls:
        return end_of(calendar.next_open_day(day_there(reached, calendar)), calendar)
    return reached


def point_is_days(point: Point) -> bool:
    """Whether a point is a whole day, so that it is shown as its date."""
    return point.span is None or point.span.unit not in TIME_UNITS
