"""Moments as points of time: what clocks in a time zone show, and the same in UTC.

A time of day that comes twice, when clocks are put back, is its first; one that does not come, when they are put forward, is
the moment of the change.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from relcare.timing.moments import Written, read_moment

SECOND = timedelta(seconds=1)


@lru_cache(maxsize=16)
def zone_of(name: str) -> tzinfo:
    """The time zone of a name."""
    return UTC if name == "UTC" else ZoneInfo(name)


def read_instant(text: str, zone: str) -> Written | None:
    """A moment with an offset, or as clocks in `zone` show it, as a point of time in UTC, with its precision.

    None where the text is no moment, and where it is a time of day that clocks in `zone` leave out.
    """
    wall = read_moment(text, zone)
    if wall is None:
        return None
    if wall.precision != "day" and (text[-1] == "Z" or "+" in text or "-" in text[10:]):
        universal = read_moment(text, "UTC")
        return None if universal is None else Written(universal.at.replace(tzinfo=UTC), wall.precision)
    if wall.precision != "day" and is_skipped(wall.at, zone):
        return None
    return Written(instant(wall.at, zone), wall.precision)


def shown(at: datetime, zone: str) -> datetime:
    """What clocks in `zone` show at a point of time."""
    return at.astimezone(zone_of(zone)).replace(tzinfo=None)


def is_skipped(wall: datetime, zone: str) -> bool:
    """Whether clocks in `zone` never show this time: they are put forward past it."""
    return shown(wall.replace(tzinfo=zone_of(zone)).astimezone(UTC), zone) != wall


def instant(wall: datetime, zone: str) -> datetime:
    """The point of time, in UTC, at which clocks in `zone` show `wall`."""
    there = zone_of(zone)
    after = wall.replace(tzinfo=there).astimezone(UTC)
    if shown(after, zone) == wall:
        return after
    # Clocks are put forward between these two: the change is looked for by halves.
    before = wall.replace(tzinfo=there, fold=1).astimezone(UTC)
    offset = before.astimezone(there).utcoffset()
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(there).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
