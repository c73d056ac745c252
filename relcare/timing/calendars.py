"""Calendars: which days are open, why the others are not, and the day that lies so many open days away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from relcare.timing.moments import FIRST_YEAR, LAST_YEAR

WEEKDAYS = (True, True, True, True, True, False, False)
DAY = timedelta(days=1)
FIRST, LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)


class DayException(NamedTuple):
    """A day that is open or closed whatever the week says.

    `en` and `zh` name the holiday for which it is closed, or for which it makes up ("" for none); `announced` is when it was
    made known, None where nobody says.
    """

    open: bool
    en: str = ""
    zh: str = ""
    announced: date | None = None


class ExceptionDays(NamedTuple):
    """The days from `first` to `last`, both included, that share one exception."""

    first: date
    last: date
    day: DayException


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival: its name, and its own day of each year, in order (not the days that are off for it)."""

    en: str
    zh: str
    days: tuple[date, ...]


@dataclass(frozen=True)
class Calendar:
    """The open days of a place.

    `week` says for each day of the week, Monday first, whether it is open; at least one is. `exceptions` overrule it. From
    `known_from` to `known_until`, both included, that is all there is to know; outside, the days `fixed` (month, day) of every
    year are assumed to be closed. `closes` is when an open day ends, None for midnight. `written` holds the exceptions as
    `written_exceptions` gives them: most commands need none of them, and a text costs nothing to load.
    """

    name: str
    week: tuple[bool, ...] = WEEKDAYS
    written: str = ""
    festivals: dict[str, Festival] = field(default_factory=dict)
    known_from: date = FIRST
    known_until: date = LAST
    closes: time | None = None
    fixed: tuple[tuple[int, int], ...] = ()

    @cached_property
    def exceptions(self) -> dict[date, DayException]:
        """Every single day on which the week is overruled, in order."""
        return {day: single for part in read_exceptions(self.written) for day, single in _singles(part)}

    def is_open(self, day: date) -> bool:
        """Whether `day` is open: its exception says so, else the week (outside what is known, less the fixed days)."""
        single = self.exceptions.get(day)
        if single is not None:
            return single.open
        return self.week[day.weekday()] and (self.is_known(day) or (day.month, day.day) not in self.fixed)

    def is_known(self, day: date) -> bool:
        """Whether `day` lies in the time for which the calendar was announced, its first and last day included."""
        return self.known_from <= day <= self.known_until

    def reason(self, day: date) -> tuple[str, str]:
        """Why `day` is open or closed, in English and Chinese: `weekend`, the holiday's name, `make-up working day` …"""
        single = self.exceptions.get(day)
        if single is not None and single.open:
            en, zh = "make-up working day", "调休上班"
            return (f"{en} ({single.en})", f"{zh}（{single.zh}）") if single.en else (en, zh)
        if single is not None:
            return (single.en, single.zh) if single.en else ("closed by the calendar", "日历列为休息日")
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
        return datetime.combine(day, self.closes or time.max)

    def count_open_days(self, after: date, upto: date) -> int:
        """How many days are open after `after` (excluded) and up to `upto` (included); 0 where `upto` is not later."""
        return self.flags(after + DAY, upto).count("1") if after < upto else 0

    def flags(self, first: date, last: date) -> str:
        """A `1` for each open day and a `0` for each closed one from `first` to `last`, both included; "" where none lies between."""
        count = (last - first).days + 1
        if count < 1:
            return ""
        week = "".join("1" if open_ else "0" for open_ in self.week)
        days = list((week * (count // 7 + 2))[first.weekday() : first.weekday() + count])
        for year in range(first.year, last.year + 1) if self.fixed else ():
            for month, number in self.fixed:
                day = _day_of(year, month, number)
                if day is not None and first <= day <= last and not self.is_known(day):
                    days[(day - first).days] = "0"
        for day, single in self.exceptions.items():
            if first <= day <= last:
                days[(day - first).days] = "1" if single.open else "0"
        return "".join(days)

    def _nth(self, day: date, n: int, step: timedelta) -> date:
        """Steps until n open days are passed; at the end of all dates it stays there."""
        edge = date.max if step > timedelta() else date.min
        while n > 0 and day != edge:
            day += step
            n -= self.is_open(day)
        return day


def weekdays() -> Calendar:
    """The calendar where there is none: Monday to Friday, and nothing else is known or assumed."""
    return Calendar("weekdays")


def with_exceptions(
    calendar: Calendar, days: Iterable[ExceptionDays] = (), *, closes: time | None = None, name: str = ""
) -> Calendar:
    """The calendar with days of one's own, which overrule those that it has, and with a closing time if one is given.

    What is known stays as it was: a day of one's own beyond it is open or closed as told, and deadlines there are provisional.
    """
    own = list(days)
    if not own and closes is None and not name:
        return calendar
    merged = calendar.exceptions | {day: single for part in own for day, single in _singles(part)}
    return replace(
        calendar,
        name=name or calendar.name,
        written=written_exceptions(ExceptionDays(day, day, merged[day]) for day in sorted(merged))
        if own
        else calendar.written,
        closes=closes or calendar.closes,
    )


def written_exceptions(parts: Iterable[ExceptionDays]) -> str:
    """Exceptions as text, a line a stretch, in the order of their days; no two of them may share a day.

    Neighbouring days with the same exception are one line. `read_exceptions` reads it.
    """
    joined: list[ExceptionDays] = []
    for part in sorted(parts, key=lambda part: part.first):
        if joined and joined[-1].last + DAY == part.first and joined[-1].day == part.day:
            joined[-1] = joined[-1]._replace(last=part.last)
        else:
            joined.append(part)
    return "\n".join(
        "\t".join(
            (str(part.first), str(part.last), "open" if part.day.open else "closed", str(part.day.announced or ""))
        )
        + f"\t{_one_line(part.day.en)}\t{_one_line(part.day.zh)}"
        for part in joined
    )


def read_exceptions(written: str) -> list[ExceptionDays]:
    """The exceptions that `written_exceptions` wrote."""
    found = []
    for line in written.split("\n") if written else ():
        first, last, what, announced, en, zh = line.split("\t")
        day = DayException(what == "open", en, zh, date.fromisoformat(announced) if announced else None)
        found.append(ExceptionDays(date.fromisoformat(first), date.fromisoformat(last), day))
    return found


def _one_line(text: str) -> str:
    """A name without tabs and line breaks, which part fields and lines."""
    return " ".join(text.split())


def _singles(part: ExceptionDays) -> list[tuple[date, DayException]]:
    """The single days of a stretch."""
    return [(part.first + DAY * i, part.day) for i in range((part.last - part.first).days + 1)]


def _day_of(year: int, month: int, number: int) -> date | None:
    """The day of that year; None on 29 February of most years."""
    try:
        return date(year, month, number)
    except ValueError:
        return None
