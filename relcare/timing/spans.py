"""Natural spans of time: anchor + n x period, clamped to the month's end, never chained.

31 Jan + 1 month = 28 Feb, + 2 months = 31 Mar; 29 Feb + 1 year = 28 Feb, + 4 years = 29 Feb.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

DAYS = {"days": 1, "weeks": 7}
MONTHS = {"months": 1, "quarters": 3, "years": 12}


def shift(day: date, amount: int, unit: str) -> date:
    """`day` moved by `amount` days, weeks, months, quarters or years (negative: back).

    What lies before the year 1 or after the year 9999 is the first or the last day there is.
    """
    if unit in DAYS:
        try:
            return day + timedelta(days=amount * DAYS[unit])
        except OverflowError:
            return date.min if amount < 0 else date.max
    year, month = divmod(day.year * 12 + day.month - 1 + amount * MONTHS[unit], 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if amount < 0 else date.max
    if day.day <= 28:
        return date(year, month + 1, day.day)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_units(start: date, end: date, unit: str) -> int:
    """The largest n with `shift(start, n, unit)` <= `end`; negative where `end` lies before `start`.

    A unit is over on the day that `shift` gives, so that who is born on 29 Feb is a year older on 28 Feb. One day before
    `start` is -1, in any unit.
    """
    if unit in DAYS:
        return (end - start).days // DAYS[unit]
    amount = ((end.year - start.year) * 12 + end.month - start.month) // MONTHS[unit]
    return amount if shift(start, amount, unit) <= end else amount - 1
