"""What the commands about calendars begin with: the calendar that is asked for, as it was known at the as-of."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import relcare
from relcare.files.calendar_files import read_book_time, read_calendars
from relcare.located import Problem, Scalar
from relcare.rulebook.suggest import nearest
from relcare.runs.opening import Lazily, WrongRequestError, as_of_in, rules_of, with_lines
from relcare.runs.request import Request
from relcare.timing.calendars import Calendar, weekdays
from relcare.timing.clock import Pause
from relcare.timing.hours import clock
from relcare.timing.instants import instant, read_instant, zone_of
from relcare.timing.moments import AsOf, Written, read_day, read_moment

if TYPE_CHECKING:
    from collections.abc import Iterable

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
DAY = timedelta(days=1)


class Calendars(NamedTuple):
    """All calendars of the rule files and the one that is asked for, as they were known at the as-of."""

    chosen: Calendar
    all: dict[str, Calendar]
    places: dict[str, Scalar]
    zone: str
    language: str
    as_of: AsOf
    problems: tuple[Problem, ...]

    @property
    def made_from(self) -> Lazily:
        """What an answer hangs on."""
        return Lazily(relcare=lambda: relcare.__version__, calendar=lambda: fingerprint(self.chosen))


def open_calendars(request: Request, name: str = "") -> Calendars:
    """The calendar `name` of the rule files, else the book's own. Raises WrongRequestError where there is none."""
    calendars, places, problems = read_calendars(rules_of(request))
    settings, mistakes = read_book_time(request.book, calendars)
    language = request.lang or settings.language or "en"
    as_of = as_of_in(request, settings.time_zone)
    seen = {key: each.seen_on(as_of.moment.date()) for key, each in calendars.items()} | {"weekdays": weekdays()}
    if name and name not in seen:
        near = nearest(name, seen)
        advice = f"did you mean {near!r}?" if near else f"there are {', '.join(seen)}"
        raise WrongRequestError(f"--calendar: there is no calendar {name!r}: {advice}")
    chosen = seen[name] if name else settings.calendar.applied(seen)
    zone = chosen.zone or settings.time_zone
    return Calendars(chosen, seen, places, zone, language, as_of, tuple(with_lines([*problems, *mistakes])))


def fingerprint(calendar: Calendar) -> dict[str, str]:
    """The name of a calendar, until when it is known, and a hash of its days and hours."""
    from hashlib import sha256

    written = (
        f"{calendar.week}{calendar.written}{calendar.fixed}{calendar.known_from}{calendar.known_until}{calendar.closes}"
    )
    written += f"{calendar.hours or ''}{calendar.zone}"
    return {
        "name": calendar.name,
        "known_until": calendar.known_until.isoformat(),
        "hash": sha256(written.encode()).hexdigest(),
    }


def moment_of(text: str, zone: str, what: str) -> Written:
    """A date or moment as a point of time, a date as its beginning. Raises WrongRequestError."""
    found = read_instant(text.strip(), zone)
    if found is not None:
        return found
    if read_moment(text.strip(), zone) is not None:
        raise WrongRequestError(f"{what}: clocks in {zone} never show {text.strip()}: they are put forward past it")
    if text.strip().rstrip("Z").endswith(":60"):
        raise WrongRequestError(f"{what}: {text!r} is a leap second, which is not counted: write the second before it")
    raise WrongRequestError(f"{what}: {text!r} is no date or moment: write 2026-11-20 or 2026-11-20T09:30")


def pauses_of(texts: Iterable[str], zone: str) -> list[Pause]:
    """The pauses of `--pause`: `FROM..TO`, moments or whole days, or one day. Raises WrongRequestError."""
    found = []
    for text in texts:
        first, dots, last = (part.strip() for part in text.partition(".."))
        start = moment_of(first, zone, "--pause").at
        whole = read_day(last if dots else first)
        if whole is None and not dots:
            raise WrongRequestError(f"--pause: {text!r} has no end: write FROM..TO, or a whole day")
        end = (
            instant(datetime.combine(whole + DAY, datetime.min.time()), zone)
            if whole
            else moment_of(last, zone, "--pause").at
        )
        if end < start:
            raise WrongRequestError(f"--pause: {text!r} ends before it begins")
        found.append(Pause(start, end))
    return found


def moment_text(at: datetime) -> str:
    """`2026-10-13 17:30`, with seconds where they are not 0."""
    if at.microsecond:
        return at.isoformat(sep=" ")
    return at.strftime("%Y-%m-%d %H:%M:%S" if at.second else "%Y-%m-%d %H:%M")


def time_text(at: datetime) -> str:
    """The time of day of a moment; the last one of a day is `24:00`."""
    if at.time() == datetime.max.time():
        return clock(1440)
    return moment_text(at).partition(" ")[2]


def weekday(at: date, language: str) -> str:
    """The day of the week."""
    return WEEKDAYS[language][at.weekday()]


def wall(at: datetime, zone: str) -> str:
    """A point of time as clocks in a zone show it, with the offset: `2026-10-13T17:30:00+08:00`."""
    return at.astimezone(zone_of(zone)).isoformat()
