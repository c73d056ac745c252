"""Measures that count rows that are alike, or until a number is reached: the plain reference.

What is in doubt (rows that might count, values and dates that can't be read) leaves the measure open where the most or the
earliest that it could give is another than what the certain rows give: everything it could be lies between the two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from relcare.rulebook.comparing import interval_of
from relcare.rulebook.reckon_parts import Measured, Part, hangs_on, lines_of
from relcare.rulebook.values import ABSENT, Value, known, unreadable

UNDATED = datetime.combine(date.min, time.min)


def most_alike(parts: Sequence[Part]) -> Measured:
    """How many rows share the value that most share."""
    values = [(part, part.cell.value) for part in parts]
    surely = Counter(value for part, value in values if part.sure and value is not None)
    blind = sum(value is None for _, value in values)
    best = max(surely.values(), default=0)
    most = max(Counter(value for _, value in values if value is not None).values(), default=0) + blind
    if most != best:
        doubtful = [part for part, value in values if not part.sure or value is None]
        return Measured(hangs_on(doubtful), lines_of(parts))
    top = {value for value, count in surely.items() if count == best}
    return Measured(known(best), lines_of(part for part, value in values if part.sure and value in top))


def when_reached(parts: Sequence[Part], limit: Value | None, by: str) -> Measured:
    """The date of the row with which the rows, or those that share a value of `by`, are as many as the limit says."""
    if not isinstance(limit, int):
        return Measured(unreadable("the limit has no value on this day"))
    if limit < 1:
        return Measured(ABSENT)
    groups: dict[Value | None, list[Part]] = {}
    for part in parts:
        groups.setdefault(part.row.get(by).value if by else True, []).append(part)
    blind = groups.pop(None, [])
    reached: list[list[Part]] = []
    for group in groups.values():
        dated = sorted((part for part in group if part.sure and part.dated.value is not None), key=_when)
        if len(dated) >= limit:
            reached.append(dated[:limit])
    earliest = [_nth([*group, *blind], limit) for group in (*groups.values(), [])]
    first = min(reached, key=lambda rows: _when(rows[-1]), default=None)
    found = _when(first[-1])[0] if first is not None else None
    if min((point for point in earliest if point is not None), default=None) != found:
        doubtful = [part for part in parts if not part.sure or part.dated.value is None or part in blind]
        return Measured(hangs_on(doubtful), lines_of(parts))
    return Measured(ABSENT) if first is None else Measured(first[-1].dated, lines_of(first))


def _when(part: Part) -> tuple[datetime, datetime]:
    return interval_of(part.dated.value) if part.dated.value is not None else (UNDATED, UNDATED)


def _nth(parts: Iterable[Part], n: int) -> datetime | None:
    """The n-th of the earliest points of all rows, undated ones before all others; None where there are fewer."""
    points = sorted(_when(part)[0] for part in parts)
    return points[n - 1] if len(points) >= n else None
