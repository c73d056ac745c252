"""Values compared exactly, moments as intervals by their precision, and Kleene's *and* and *or*.

True, False, and None for what can't be decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from relcare.rulebook.conditions import NATURAL_UNITS, Span
from relcare.rulebook.values import Moment, Month, Value
from relcare.timing.spans import shift

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


def conjunction(verdicts: Iterable[bool | None]) -> bool | None:
    """Kleene's *and*: no if one is no, else unknown if one is unknown; yes over none."""
    seen = set(verdicts)
    return False if False in seen else None if None in seen else True


def disjunction(verdicts: Iterable[bool | None]) -> bool | None:
    """Kleene's *or*: yes if one is yes, else unknown if one is unknown; no over none."""
    seen = set(verdicts)
    return True if True in seen else None if None in seen else False


def part_of(value: Value, share: Decimal) -> Value:
    """`share` of a number, exactly; other values have no parts."""
    return Fraction(value) * Fraction(share) if isinstance(value, int | Decimal | Fraction) else value


def compare(value: Value, op: str, operand: Value, *, fixed: bool) -> bool | None:
    """Whether `value` stands to `operand` as `op` says; None where precision can't decide.

    A moment and a date compare by their day, a month as its first day. Two moments compare as intervals: where the operand
    is `fixed` (written in the rulebook) it means the whole of its minute or second, as a date means its whole day; where
    it is another fact, its true point is as uncertain as the value's.
    """
    low, high, least, most = _bounds(value, operand, fixed=fixed)
    whole = fixed and least != most
    match op:
        case "less than":
            return _if(high < least, low >= (least if whole else most))
        case "at least":
            return _if(low >= (least if whole else most), high < least)
        case "at most":
            return _if(high <= (most if whole else least), low > most)
        case "more than":
            return _if(low > most, high <= (most if whole else least))
        case _:
            same = least <= low and high <= most if whole else low == high == least == most
            differs = high < least or most < low
            return _if(differs, same) if op == "other than" else _if(same, differs)


def _if(surely: bool, surely_not: bool) -> bool | None:
    return True if surely else False if surely_not else None


def _bounds(value: Value, operand: Value, *, fixed: bool) -> tuple[Any, Any, Any, Any]:
    """The earliest and latest point that each side can mean, made comparable."""
    if isinstance(value, Moment) and isinstance(operand, Moment) and not (fixed and operand.precision == "day"):
        return value.at, value.latest, operand.at, operand.latest
    left, right = _point(value), _point(operand)
    return left, left, right, right


def _point(value: Value) -> Any:  # noqa: ANN401
    match value:
        case bool() | str() | date():
            return value
        case Moment() | Month():
            return day_of(value)
        case int() | Decimal() | Fraction():
            return Fraction(value)
        case _:
            return value


def day_of(value: Value) -> date:
    """The day of a date or moment, the first day of a month."""
    match value:
        case Moment():
            return value.date
        case Month(year, month):
            return date(year, month, 1)
        case date():
            return value
    raise TypeError(value)


def interval_of(value: Value) -> tuple[datetime, datetime]:
    """The earliest and the latest point that a date, month or moment can mean; a month stands for its first day."""
    if isinstance(value, Moment):
        return value.at, value.latest
    start = datetime.combine(day_of(value), time.min)
    return start, Moment(start, "day").latest


def moved(point: datetime, amount: int, unit: str) -> datetime:
    """`point` moved by elapsed or natural units; clamped to the calendar's ends."""
    if unit in NATURAL_UNITS:
        return datetime.combine(shift(point.date(), amount, unit), point.time())
    try:
        return point + timedelta(**{unit: amount})
    except OverflowError:
        return datetime.combine(date.min if amount < 0 else date.max, point.time())


def within(value: Value, direction: str, span: Span, as_of: datetime) -> bool | None:
    """Whether a date lies within the last or next `span` of the as-of, both ends included; None where undecidable.

    Natural units compare dates, months where the value is a month. With elapsed units a date counts whole days of 24
    hours, and a moment that has happened (its earliest point is not after the as-of) lies before the as-of.
    """
    forward = direction == "next"
    amount = span.amount if forward else -span.amount
    if span.unit in NATURAL_UNITS or not isinstance(value, Moment):
        today = as_of.date()
        edge = shift(today, amount, span.unit) if span.unit in NATURAL_UNITS else _whole_days(today, amount, span.unit)
        if isinstance(value, Month):
            today, edge = today.replace(day=1), edge.replace(day=1)
        return min(today, edge) <= day_of(value) <= max(today, edge)
    edge_point = moved(as_of, amount, span.unit)
    low, high = interval_of(value)
    if forward:
        return conjunction((_if(low >= as_of, high < as_of), _if(high <= edge_point, low > edge_point)))
    return conjunction((_if(low >= edge_point, high < edge_point), low <= as_of))


def _whole_days(day: date, amount: int, unit: str) -> date:
    days = abs(amount) * SECONDS[unit] // SECONDS["days"]
    return shift(day, days if amount > 0 else -days, "days")
