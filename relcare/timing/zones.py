"""From the clocks of one time zone to those of another: how far to move what is written, and from when on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from relcare.timing.instants import instant, shown, zone_of

DAY, SECOND, TICK = timedelta(days=1), timedelta(seconds=1), timedelta(microseconds=1)


class Step(NamedTuple):
    """From `since` on, by the clocks that are read, the others show `by` more; or `at` throughout, where clocks leave a time out."""

    since: datetime
    by: timedelta
    at: datetime | None = None


@lru_cache(maxsize=64)
def changes(zone: str, first: date, last: date) -> tuple[datetime, ...]:
    """The points of time, in UTC, at which the clocks of a zone change from `first` to `last`."""
    there = zone_of(zone)
    found = []
    at, end = datetime.combine(first, time.min, UTC), datetime.combine(last, time.min, UTC) + DAY
    while at < end:
        offset, following = at.astimezone(there).utcoffset(), at + DAY
        if following.astimezone(there).utcoffset() != offset:
            low, high = at, following
            while high - low > SECOND:
                middle = low + (high - low) // SECOND // 2 * SECOND
                low, high = (middle, high) if middle.astimezone(there).utcoffset() == offset else (low, middle)
            found.append(high)
        at = following
    return tuple(found)


@lru_cache(maxsize=64)
def steps(zone: str, other: str, first: date, last: date) -> tuple[Step, ...]:
    """How clocks in `zone` are read as those in `other`, from `first` to `last`: one step where neither changes.

    A time of day that comes twice is its first; one that is left out is the moment of the change.
    """

    def read(wall: datetime) -> datetime:
        return shown(instant(wall, zone), other)

    edges = {shown(at, zone) for at in changes(other, first - DAY, last + DAY)}
    for at in changes(zone, first - DAY, last + DAY):
        edges |= {shown(at, zone), shown(at - TICK, zone) + TICK}
    begin = datetime.combine(first, time.min)
    found: list[Step] = []
    for since in sorted({begin, *(edge for edge in edges if edge > begin)}):
        moves = read(since + SECOND) - read(since) == SECOND
        step = Step(since, read(since) - since) if moves else Step(since, timedelta(), read(since))
        if not found or found[-1][1:] != step[1:]:
            found.append(step)
    return tuple(found)
