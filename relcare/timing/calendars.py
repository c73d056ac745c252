"""Calendars: which days are open, why the others are not, and the day that lies so many open days away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from relcare.timing.hours import DAY_LENGTH, Windows, closing, read_windows, write_windows
from relcare.timing.moments import FIRST_YEAR, LAST_YEAR, read_day

WEEKDAYS = (True, True, True, True, True, False, False)
DAY = timedelta(days=1)
FIRST, LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)


class DayException(NamedTuple):
    """The days from `first` to `last`, both included, that are open or closed whatever the week says.

    `en` and `zh` name the holiday for which they are closed, or for which they make up ("" for none); `announced` is when that
    was made known, None where nobody says. `hours` are the hours of an open day that has others than its day of the week.
    """

    first: date
    last: date
    open: bool
    en: str = ""
    zh: str = ""
    announced: date | None = None
    hours: Windows = ()


class Festival(NamedTuple):
    """A festival: its name, and its own day of each year, in order (not the days that are off for it)."""

    en: str
    zh: str
    days: tuple[date, ...]


class Calendar(NamedTuple):
    """The open days of a place.

    `week` says for each day of the week, Monday first, whether it is open; at least one is. `exceptions` overrule it. From
    `known_from` to `known_until`, both included, that is all there is to know; outside, the days `fixed` (month, day) of every
    year are assumed to be closed. `written` holds the exceptions as `written_exceptions` gives them: most commands need none of
    them, and a text costs nothing to load.

    `hours` are the open hours of each day of the week, Monday first, () of all where the calendar has none. `closes` is when an
    open day ends; None for its last window, and for midnight where there are no hours. `zone` is the time zone of hours and
    days, "" for that of the book. `seen` is the time zone of the moments that are counted with, the book's; "" for the same.
    """

    name: str
    week: tuple[bool, ...] = WEEKDAYS
    written: str = ""
    festivals: dict[str, Festival] = {}  # noqa: RUF012  # never changed: the fields of a named tuple are its arguments
    known_from: date = FIRST
    known_until: date = LAST
    closes: time | None = None
    fixed: tuple[tuple[int, int], ...] = ()
    hours: tuple[Windows, ...] = ()
    zone: str = ""
    seen: str = ""

    @property
    def exceptions(self) -> dict[date, DayException]:
        """Every single day on which the week is overruled, in order; of two notices about a day the later one holds."""
        return _by_day(self.written)

    def seen_on(self, day: date) -> Calendar:
        """The calendar as it was known at the end of `day`: without what was announced later.

        A year of which nothing had been announced that is announced by now was not known at all, nor was any year after it.
        """
        told = read_exceptions(self.written)
        seen = [one for one in told if one.announced is None or one.announced <= day]
        if len(seen) == len(told):
            return self
        known = {year for one in seen if one.announced for year in (one.first.year, one.last.year)}
        unknown = {one.last.year for one in told if one not in seen} - known
        last = min([self.known_until, *(date(year - 1, 12, 31) for year in unknown)])
        return self._replace(written=written_exceptions(seen), known_until=last)

    def windows(self, day: date) -> Windows:
        """The open hours that begin on `day`; none where it is closed.

        A day that is open by exception, on a day of the week that has no hours, has those of the first that has some.
        """
        if not self.is_open(day):
            return ()
        exception = self.exceptions.get(day)
        if exception is not None and exception.hours:
            return exception.hours
        return self.hours[day.weekday()] or next(filter(None, self.hours)) if self.hours else ()

    def is_open(self, day: date) -> bool:
        """Whether `day` is open: its exception says so, else the week (outside what is known, less the fixed days)."""
        exception = self.exceptions.get(day)
        if exception is not None:
            return exception.open
        return self.week[day.weekday()] and (self.is_known(day) or (day.month, day.day) not in self.fixed)

    def is_known(self, day: date) -> bool:
        """Whether `day` lies in the time for which the calendar was announced, its first and last day included."""
        return self.known_from <= day <= self.known_until

    def reason(self, day: date) -> tuple[str, str]:
        """Why `day` is open or closed, in English and Chinese: `weekend`, the holiday's name, `make-up working day` …"""
        exception = self.exceptions.get(day)
        if exception is not None and exception.open:
            en, zh = "make-up working day", "调休上班"
            if exception.hours:
                told = write_windows(exception.hours)
                en, zh = (
                    (f"open {told}", f"营业 {told}") if self.week[day.weekday()] else (f"{en} {told}", f"{zh} {told}")
                )
            return (f"{en} ({exception.en})", f"{zh}（{exception.zh}）") if exception.en else (en, zh)
        if exception is not None:
            return (exception.en, exception.zh) if exception.en else ("closed by the calendar", "日历列为休息日")
        if self.is_open(day):
            return "working day", "工作日"
        if self.week[day.weekday()]:
            return "statutory holiday, assumed", "法定节假日（推定）"
        return ("weekend", "周末") if day.weekday() >= 5 else ("closed on this day of the week", "每周休息日")

    def open_day_after(self, day: date, n: int) -> date:
        """The n-th open day strictly after `day`, whether `day` is open or not; n is at least 1."""
        return self._nth(day, n, DAY)

    def open_day_before(self, day: date, n: int) -> date:
        """The n-th open day strictly before `day`, whether `day` is open or not; n is at least 1."""
        return self._nth(day, n, -DAY)

    def next_open_day(self, day: date) -> date:
        """`day` itself if it is open, else the first open day after it."""
        return day if self.is_open(day) else self._nth(day, 1, DAY)

    def last_open_day(self, day: date) -> date:
        """`day` itself if it is open, else the last open day before it."""
        return day if self.is_open(day) else self._nth(day, 1, -DAY)

    def end_of(self, day: date) -> datetime:
        """The last moment of `day`: its closing time, or else 23:59:59.999999."""
        if self.closes is not None or not self.hours:
            return datetime.combine(day, self.closes or time.max)
        minute = closing(self.windows(day))
        return datetime.combine(day, time.max if minute == DAY_LENGTH else time(minute // 60, minute % 60))

    def count_open_days(self, after: date, upto: date) -> int:
        """How many days are open after `after` (excluded) and up to `upto` (included); 0 where `upto` is not later."""
        return self.flags(after + DAY, upto).count("1") if after < upto else 0

    def flags(self, first: date, last: date) -> str:
        """A `1` for each open day and a `0` for each closed one from `first` to `last`, both included; "" where none lies between."""
        count = (last - first).days + 1
        if count < 1:
            return ""
        week = "".join("1" if is_open else "0" for is_open in self.week)
        days = list((week * (count // 7 + 2))[first.weekday() : first.weekday() + count])
        for year in range(first.year, last.year + 1) if self.fixed else ():
            for month, number in self.fixed:
                day = _day_of(year, month, number)
                if day is not None and first <= day <= last and not self.is_known(day):
                    days[(day - first).days] = "0"
        for day, exception in self.exceptions.items():
            if first <= day <= last:
                days[(day - first).days] = "1" if exception.open else "0"
        return "".join(days)

    def _nth(self, day: date, n: int, step: timedelta) -> date:
        """Steps until n open days are passed; at the end of all dates it stays there."""
        edge = date.max if step > timedelta() else date.min
        while n > 0 and day != edge:
            day += step
            n -= self.is_open(day)
        return day


def weekdays() -> Calendar:
    """The calendar where there is none: Monday to Friday, with nothing left to be known or assumed."""
    return Calendar("weekdays")


def with_exceptions(calendar: Calendar, days: Iterable[DayException] = (), *, closes: time | None = None) -> Calendar:
    """The calendar with days of one's own, which overrule those that it has, and with a closing time if one is given.

    What is known stays as it was: a day of one's own beyond it is open or closed as told, and deadlines there are provisional.
    """
    own = [one._replace(first=day, last=day) for one in days for day in _days_of(one)]
    if own:
        since: dict[date, date] = {}
        for one in own:
            since[one.first] = min(one.announced or date.min, since.get(one.first, date.max))
        base = (one._replace(first=day, last=day) for one in read_exceptions(calendar.written) for day in _days_of(one))
        # What was announced before a day of one's own held until then: an earlier as-of still sees it.
        kept = (one for one in base if (one.announced or date.min) < since.get(one.first, date.max))
        written = written_exceptions([*kept, *own])
        calendar = calendar._replace(written=written)
    return calendar if closes is None else calendar._replace(closes=closes)


def without_make_up_days(calendar: Calendar) -> Calendar:
    """The calendar without the days that are open only to make up for holidays."""
    kept = []
    for one in read_exceptions(calendar.written):
        days = _days_of(one) if one.open and not one.hours else []
        kept += [one] if not days else [one._replace(first=d, last=d) for d in days if calendar.week[d.weekday()]]
    return calendar._replace(written=written_exceptions(kept))


def written_exceptions(exceptions: Iterable[DayException]) -> str:
    """Exceptions as text, a line a stretch, in the order of their days; two that share a day differ in when they were announced.

    Neighbouring days of which the same is said are one line. White space in names is made single spaces.
    """
    joined: list[DayException] = []
    for one in sorted(exceptions, key=lambda exception: (exception.announced or date.min, exception.first)):
        if joined and joined[-1].last + DAY == one.first and joined[-1][2:] == one[2:]:
            joined[-1] = joined[-1]._replace(last=one.last)
        else:
            joined.append(one)
    joined.sort(key=lambda exception: (exception.first, exception.announced or date.min))
    return "\n".join(
        f"{one.first}\t{one.last}\t{_what(one)}\t{one.announced or ''}"
        f"\t{' '.join(one.en.split())}\t{' '.join(one.zh.split())}"
        for one in joined
    )


def _what(exception: DayException) -> str:
    """`closed`, `open`, or `open 09:00-12:00`."""
    return f"open {write_windows(exception.hours)}".rstrip() if exception.open else "closed"


def read_exceptions(written: str) -> list[DayException]:
    """The exceptions that `written_exceptions` wrote."""
    found = []
    for line in written.split("\n") if written else ():
        first, last, what, announced, en, zh = line.split("\t")
        known = date.fromisoformat(announced) if announced else None
        state, _, hours = what.partition(" ")
        windows = (read_windows(hours) if hours else None) or ()
        days = date.fromisoformat(first), date.fromisoformat(last)
        found.append(DayException(*days, state == "open", en, zh, known, windows))
    return found


def read_stretch(text: str, read: Callable[[str], date | None] = read_day) -> tuple[date, date] | None:
    """The first and last day of `2026-10-01..2026-10-07`, or one day twice.

    None where one of them is no date, or the last lies before the first. `read` reads a date.
    """
    first, dots, last = (part.strip() for part in text.partition(".."))
    begin = read(first)
    end = read(last) if dots else begin
    return None if begin is None or end is None or end < begin else (begin, end)


def read_closing_time(text: str) -> time | None:
    """A time of day, `17:30`, later than midnight; None if the text is none."""
    hour, colon, minute = text.strip().partition(":")
    if not (colon and hour.isascii() and hour.isdigit() and len(hour) < 3 and minute.isascii() and minute.isdigit()):
        return None
    if len(minute) != 2 or int(hour) > 23 or int(minute) > 59:
        return None
    return time(int(hour), int(minute)) if int(hour) or int(minute) else None


@lru_cache(maxsize=32)
def _by_day(written: str) -> dict[date, DayException]:
    told = sorted(read_exceptions(written), key=lambda exception: exception.announced or date.min)
    found = {day: stretch for stretch in told for day in _days_of(stretch)}
    return dict(sorted(found.items()))


def _days_of(stretch: DayException) -> list[date]:
    """The single days of a stretch."""
    return [stretch.first + DAY * i for i in range((stretch.last - stretch.first).days + 1)]


def _day_of(year: int, month: int, number: int) -> date | None:
    """The day of that year; None on 29 February of most years."""
    try:
        return date(year, month, number)
    except ValueError:
        return None
