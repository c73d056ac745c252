"""How dates and moments are written, in a bank's files and on the command line.

A date is `2026-09-30`, `2026/9/30`, `2026.9.30`, `20260930` or `2026年9月30日`. A moment is a date, or a date with a time of day
after a space or `T`: `10:00`, `10:00:05`, `10:00:05.25`, and an offset from UTC if need be: `Z`, `+08:00`, `+0800`. The
years are 1900 to 2199.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from re import Pattern

FIRST_YEAR, LAST_YEAR = 1900, 2199

DAY = "([0-9]{4})(?:(-)|(/)|([.])|(年)|)([0-9]{1,2})(?(2)-|(?(3)/|(?(4)[.]|(?(5)月|))))([0-9]{1,2})(?(5)日)"
CLOCK = "([0-9./年月日-]+)(?:[ T]([01]?[0-9]|2[0-3]):([0-9]{2})(?::([0-9]{2})(?:[.]([0-9]{1,6}))?)?(?: ?(Z|[+-][0-9]{2}:?[0-9]{2}))?)?"


MIDNIGHT = "(.*)[ T]00:00(?::00(?:[.]0{1,6})?)?"


class Written(NamedTuple):
    """A moment as written, in the book's time zone: its earliest point, and its precision (day, minute or second)."""

    at: datetime
    precision: str


class AsOf(NamedTuple):
    """The moment at which a book is looked at; a date means the end of that day (23:59:59.999999)."""

    moment: datetime
    given_as_date: bool

    def __str__(self) -> str:
        """The date where it was given as one, else the moment, in ISO form."""
        return self.moment.date().isoformat() if self.given_as_date else self.moment.isoformat(sep=" ")


@lru_cache(maxsize=8)
def _pattern(text: str) -> Pattern[str]:
    import re  # noqa: PLC0415  # patterns are compiled where something else than an ISO date is met

    return re.compile(text)


def read_day(text: str) -> date | None:
    """A date; None if the text is none, or no day of the calendar."""
    if len(text) == 10 and text[4] == text[7] == "-" and text.isascii():
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
    found = _pattern(DAY).fullmatch(text)
    if found is None or (len(text) != 8 and not any(found.group(2, 3, 4, 5))):
        return None
    return make_day(int(found[1]), int(found[6]), int(found[7]))


def without_midnight(text: str) -> str:
    """The text before a time of day that is midnight (`2026-09-30 00:00`, `2026-09-30T00:00:00.0`); else the text."""
    found = _pattern(MIDNIGHT).fullmatch(text) if ":" in text else None
    return text if found is None else found[1]


def make_day(year: int, month: int, day: int) -> date | None:
    """The day of the calendar, None if there is none or its year is not 1900 to 2199."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_moment(text: str, zone: str) -> Written | None:
    """A moment, or a date as a moment of a day's precision; an offset is turned into the time zone `zone`.

    None if the text is no moment. The range of years is that of the date as written.
    """
    day = read_day(text)
    if day is not None:
        return Written(datetime.combine(day, time.min), "day")
    found = _pattern(CLOCK).fullmatch(text)
    if found is None or found[2] is None:
        return None
    day = read_day(found[1])
    if day is None:
        return None
    try:
        clock = time(int(found[2]), int(found[3]), int(found[4] or 0), int((found[5] or "").ljust(6, "0")))
    except ValueError:
        return None
    at = datetime.combine(day, clock)
    if found[6] is not None:
        shifted = _into_zone(at, found[6], zone)
        if shifted is None:
            return None
        at = shifted
    return Written(at, "minute" if found[4] is None else "second")


def _into_zone(at: datetime, offset: str, zone: str) -> datetime | None:
    """The clock in `zone` when it is `at` in a place with this offset; None for an offset of more than a day."""
    from datetime import UTC  # noqa: PLC0415
    from zoneinfo import ZoneInfo  # noqa: PLC0415  # few files have offsets

    minutes = 0
    if offset != "Z":
        hours, rest = int(offset[1:3]), int(offset[-2:])
        if hours > 23 or rest > 59:
            return None
        minutes = (hours * 60 + rest) * (-1 if offset[0] == "-" else 1)
    universal = (at - timedelta(minutes=minutes)).replace(tzinfo=UTC)
    return universal.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def end_of_day(day: date) -> datetime:
    """The last microsecond of a day."""
    return datetime.combine(day, time.max)


def read_as_of(text: str, zone: str) -> AsOf | None:
    """What `--as-of` says: a date (the end of that day) or a moment (its earliest point); None if it is neither."""
    written = read_moment(text.strip(), zone)
    if written is None:
        return None
    if written.precision == "day":
        return AsOf(end_of_day(written.at.date()), given_as_date=True)
    return AsOf(written.at, given_as_date=False)
