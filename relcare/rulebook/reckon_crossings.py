"""Each time that the number of rows in a trailing window reached a limit: the plain reference.

A crossing is the moment of a row with which the rows of the window that ends with it, those that share a value of a field
where one is named, are as many as the limit says, the rows of that window before it having been fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from relcare.rulebook.comparing import interval_of, moved
from relcare.rulebook.conditions import NATURAL_UNITS, Span
from relcare.rulebook.decisions import DatedLimit
from relcare.rulebook.reckon_parts import Measured, Part, hangs_on, lines_of
from relcare.rulebook.values import ABSENT, FactValue, Value

BEGINNING = datetime.combine(date.min, time.min)  # before all that a book can hold


class Crossing(NamedTuple):
    """One time that the limit was reached: the date of the row, and the lines of all that were counted.

    It is not `sure` where rows in doubt decide whether it was reached then; `why` is what they say.
    """

    at: FactValue
    sure: bool
    lines: tuple[int, ...]
    why: FactValue = ABSENT

    @property
    def first(self) -> datetime:
        """Its earliest point."""
        return _interval(self.at)[0]


class Counted(NamedTuple):
    """A row among those that are counted together: whether it surely is one of them."""

    part: Part
    sure: bool

    @property
    def first(self) -> datetime:
        """Its earliest point, by which rows are in order; rows that share it came together."""
        return _interval(self.part.dated)[0]


@dataclass(frozen=True, slots=True)
class Crossings:
    """All crossings of one subject up to the as-of, in their order.

    `groups` are the rows that are counted together: of each those that are dated, and those that may have come at any time.
    """

    found: tuple[Crossing, ...]
    groups: tuple[tuple[list[Counted], list[Part]], ...]
    limit: DatedLimit
    window: Span | None
    as_of: datetime

    def undated(self, since: date | None) -> FactValue | None:
        """What is said where the limit may have been reached, on `since` (None: ever) or later, with a row of which nobody knows
        when it came; None where it can't have been.
        """
        limits = self._limits(since)
        begin = datetime.combine(since, time.min) if since is not None else BEGINNING
        for dated, blind in self.groups:
            windows = [_upto(dated, row.first, self.window) for row in dated if row.first >= begin]
            counts = [len(rows) for rows in windows if limits and self._may_lack_one(rows, max(limits))]
            if since is not None:
                counts.append(sum(row.first < begin and _inside(row.first, begin, self.window) for row in dated))
            if blind and limits and max(counts, default=0) + len(blind) >= min(limits):
                return hangs_on(blind)
        return None

    def _may_lack_one(self, rows: Sequence[Counted], limit: int) -> bool:
        """Whether rows that lie in one window are, or by the as-of become, fewer than the limit."""
        return sum(row.sure for row in rows) < limit or not _inside(rows[0].first, self.as_of, self.window)

    def latest(self) -> Measured:
        """The last crossing; open where another may have come after it."""
        unknown = self.undated(None)
        if unknown is not None:
            return Measured(unknown, tuple(line for _, blind in self.groups for line in lines_of(blind)))
        last = self.found[-1] if self.found else None
        if last is None:
            return Measured(ABSENT)
        return Measured(last.at if last.sure else last.why, last.lines)

    def _limits(self, since: date | None) -> list[int]:
        """All that the limit says on days from `since` on."""
        days = [period.start for period in self.limit.periods if since is None or period.start >= since]
        days = [day for day in [*days, *([since] if since is not None else [])] if day <= self.as_of.date()]
        return [value for day in days if isinstance(value := self.limit.at(day), int) and value > 0]


def crossings(parts: Sequence[Part], limit: DatedLimit, by: str, window: Span | None, as_of: datetime) -> Crossings:
    """The crossings among rows that count or might; with `by` of each value of that field, those of one moment as one."""
    grouped: dict[Value | None, list[Part]] = {}
    for part in parts:
        grouped.setdefault(part.row.get(by).value if by else True, []).append(part)
    blind = grouped.pop(None, [])
    groups: list[tuple[list[Counted], list[Part]]] = []
    for own in (*grouped.values(), *([[]] if blind else [])):
        dated = [Counted(part, part.sure) for part in own] + [Counted(part, sure=False) for part in blind]
        groups.append(
            (
                sorted((row for row in dated if row.part.dated.value is not None), key=lambda row: row.first),
                [row.part for row in dated if row.part.dated.value is None],
            )
        )
    made = [one for dated, unknown in groups for one in _of_group(dated, unknown, limit, window)]
    points = sorted({one.first for one in made})
    found = tuple(_as_one([one for one in made if one.first == point]) for point in points)
    return Crossings(found, tuple(groups), limit, window, as_of)


def _of_group(dated: list[Counted], unknown: list[Part], limit: DatedLimit, window: Span | None) -> Iterable[Crossing]:
    """The crossings of rows that are counted together: all that may be, by the fewest and the most that they could be."""
    earlier: datetime | None = None
    for point in sorted({row.first for row in dated}):
        counted = _upto(dated, point, window)
        here = [row for row in counted if row.first == point]
        before = [row for row in counted if row.first < point]
        reaches = limit.at(point.date())
        if isinstance(reaches, int) and reaches > 0:
            was = limit.at(earlier.date()) if earlier is not None else reaches
            low, high = sum(row.sure for row in before), len(before) + len(unknown)
            below = [not isinstance(was, int) or count < max(reaches, was) for count in (low, high)]
            doubtful = [row.part for row in counted if not row.sure] + unknown
            if below[0] and high + len(here) >= reaches:
                sure = below[1] and low + sum(row.sure for row in here) >= reaches
                latest = max((row.part.dated for row in here), key=_interval)
                why = ABSENT if sure else hangs_on(doubtful)
                yield Crossing(latest, sure, lines_of(row.part for row in counted), why)
        earlier = point


def _upto(dated: Iterable[Counted], point: datetime, window: Span | None) -> list[Counted]:
    """The rows of the window that ends with `point`, those that came with it included."""
    return [row for row in dated if row.first <= point and _inside(row.first, point, window)]


def _inside(first: datetime, point: datetime, window: Span | None) -> bool:
    """Whether a row is not too old for the window that ends with `point`; its older end is excluded."""
    if window is None:
        return True
    low = moved(point, -window.amount, window.unit)
    return low.date() < first.date() if window.unit in NATURAL_UNITS else low < first


def _as_one(same: Sequence[Crossing]) -> Crossing:
    """Crossings of one moment: one that is sure makes it sure; its date is as wide as the widest."""
    certain = [one for one in same if one.sure] or list(same)
    at = max((one.at for one in same), key=_interval)
    lines = tuple(sorted({line for one in certain for line in one.lines}))
    return Crossing(at, certain[0].sure, lines, certain[0].why)


def _interval(cell: FactValue) -> tuple[datetime, datetime]:
    return interval_of(cell.value) if cell.value is not None else (BEGINNING, BEGINNING)
