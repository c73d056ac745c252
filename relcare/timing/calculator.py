"""The deadline calculator: a start and a span give a deadline, two moments what lies between, each with its timeline.

Moments come in as points of time in UTC and go out as clocks in the calendar's time zone show them. Spans of days are counted
by `clock.reckon`, by dates; elapsed time is counted in UTC, so that a day on which clocks change does not alter it; working
time by the calendar's hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from relcare.timing.calendars import FIRST, LAST, Calendar
from relcare.timing.clock import ELAPSED, WORKING, Pause, act_by, merge_pauses, reckon
from relcare.timing.instants import instant, shown, zone_of
from relcare.timing.lengths import WORKING_TIME, Length
from relcare.timing.open_time import OpenTime
from relcare.timing.spans import shift, whole_units

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ALL_DAYS = (LAST - FIRST).days
ROLLS = ("following", "preceding", "modified following", "modified preceding")


class NoHoursError(Exception):
    """The calendar has no hours, so that there is no working time to be counted."""


class Line(NamedTuple):
    """What became of a day, or of a part of it.

    `what`: `counted`, `skipped`, `paused` or `rolled`; `en` and `zh` say why. `begin` and `end` are the part of the day, None
    for all of it. `counted` is how much of the span it took: days, or seconds where time is counted; `total` with all before it.
    """

    day: date
    what: str
    en: str = ""
    zh: str = ""
    begin: datetime | None = None
    end: datetime | None = None
    counted: int = 0
    total: int = 0


class Deadline(NamedTuple):
    """A deadline: the last moment that is in time, as clocks in `zone` show it.

    `by_day`: it is the end of a day. `act_by` is the last open moment at or before it, of working time the deadline itself.
    `provisional`: a day that it leans on lies outside what the calendar knows. `offset` is that from UTC.
    """

    at: datetime
    utc: datetime
    by_day: bool
    act_by: datetime
    provisional: bool
    lines: tuple[Line, ...]
    zone: str

    @property
    def offset(self) -> str:
        """`+08:00`."""
        return self.utc.astimezone(zone_of(self.zone)).isoformat()[-6:]


class Between(NamedTuple):
    """How many units lie between two moments, less than zero backwards; `lines` go forwards in any case."""

    amount: int
    lines: tuple[Line, ...]
    provisional: bool


def add(
    start: datetime,
    length: Length,
    calendar: Calendar,
    zone: str,
    *,
    pauses: Iterable[Pause] = (),
    rolls: str = "",
) -> Deadline | None:
    """The deadline that lies `length` after `start`, or before it; None where it lies outside the years 1900 to 2199.

    `pauses` stop the clock, of what is counted forwards. `rolls` moves a deadline in days on a closed day to the next open day
    (`following`) or the last one (`preceding`); `modified` to the other side where it would leave its month. Raises
    NoHoursError for working time where the calendar has no hours.
    """
    zone = calendar.zone or zone
    stopped = [] if length.before else merge_pauses(pauses)
    if length.unit in WORKING_TIME:
        return _working_time(start, length, calendar, zone, stopped)
    if length.unit in ELAPSED:
        return _elapsed(start, length, calendar, zone, stopped)
    return _days(start, length, calendar, zone, stopped, rolls)


def between(first: datetime, last: datetime, unit: str, calendar: Calendar, zone: str) -> Between:
    """The whole units from `first` to `last`: working days are the open days after the first date up to the last, included.

    Elapsed and working time are exact, and told in whole units that are over. Backwards it is the same, less than zero.
    """
    zone = calendar.zone or zone
    if last < first:
        turned = between(last, first, unit, calendar, zone)
        return turned._replace(amount=-turned.amount)
    begin, end = shown(first, zone).date(), shown(last, zone).date()
    if unit in WORKING_TIME:
        time_ = _open_time(calendar, zone)
        lines = tuple(worked_parts(time_, first, last, [], forwards=True))
        leans = [line.day for line in lines]
        return Between(time_.between(first, last) // SECOND // WORKING_TIME[unit], lines, _leans(calendar, leans))
    if unit in ELAPSED:
        return Between((last - first) // SECOND // ELAPSED[unit], (), provisional=False)
    if unit == WORKING:
        days = [begin + DAY * (i + 1) for i in range((end - begin).days)]
        lines = tuple(_counted(days, calendar))
        return Between(calendar.count_open_days(begin, end), lines, _leans(calendar, days))
    return Between(whole_units(begin, end, unit), (), provisional=False)


def rolled(day: date, calendar: Calendar, how: str) -> date:
    """An open day as it is; a closed one moved as `how`, one of ROLLS, says."""
    following, preceding = calendar.next_open_day(day), calendar.last_open_day(day)
    match how:
        case "following":
            return following
        case "preceding":
            return preceding
        case "modified following":
            return following if following.month == day.month else preceding
        case _:
            return preceding if preceding.month == day.month else following


def _days(
    start: datetime, length: Length, calendar: Calendar, zone: str, stopped: list[tuple[datetime, datetime]], rolls: str
) -> Deadline | None:
    there = shown(start, zone)
    # Counting day by day is left alone where it would lead out of all years anyway.
    if length.amount > ALL_DAYS or (
        length.unit != WORKING and not _in_range(shift(there.date(), _signed(length), length.unit))
    ):
        return None
    pauses = [Pause(shown(begins, zone), shown(ends, zone)) for begins, ends in stopped]
    found = reckon(there, length.amount, length.unit, calendar, before=length.before, pauses=pauses)
    day = found.at.date()
    if not _in_range(day):
        return None
    if length.unit == WORKING or not length.before:
        lines = [
            Line(one.day, one.what, one.en, one.zh, counted=int(one.what == "counted"), total=one.nth)
            for one in found.timeline
        ]
    else:
        days = [there.date() - DAY * (i + 1) for i in range((there.date() - day).days)]
        lines = [Line(one, "counted", counted=1, total=number) for number, one in enumerate(days, 1)]
    leans = [line.day for line in lines] if length.unit == WORKING else []
    target = rolled(day, calendar, rolls) if rolls and not calendar.is_open(day) else day
    while day != target:
        lines.append(Line(day, "rolled", *calendar.reason(day), total=length.amount))
        leans.append(day)
        day += DAY if target > day else -DAY
    at = calendar.end_of(day)
    last = act_by(None if length.before else there, at, calendar)
    provisional = _leans(calendar, [*leans, day, last.date()])
    return Deadline(at, instant(at, zone), True, last, provisional, tuple(lines), zone)


def _elapsed(
    start: datetime, length: Length, calendar: Calendar, zone: str, stopped: list[tuple[datetime, datetime]]
) -> Deadline | None:
    pauses = [Pause(begins.replace(tzinfo=None), ends.replace(tzinfo=None)) for begins, ends in stopped]
    found = reckon(
        start.replace(tzinfo=None), length.amount, length.unit, calendar, before=length.before, pauses=pauses
    )
    if not FIRST + DAY <= found.at.date() <= LAST - DAY:
        return None
    utc = found.at.replace(tzinfo=UTC)
    low, high = sorted((start, utc))
    lines: list[Line] = []
    total = 0
    for what, begin, end in _cut([(low, high)], stopped):
        total += (end - begin) // SECOND if what == "counted" else 0
        told = ("elapsed time", "自然时间") if what == "counted" else ("paused", "暂停")
        part = shown(begin, zone), shown(end, zone)
        lines.append(
            Line(part[0].date(), what, *told, *part, (end - begin) // SECOND if what == "counted" else 0, total)
        )
    at = shown(utc, zone)
    last = act_by(None if length.before else shown(start, zone), at, calendar)
    return Deadline(at, utc, False, last, _leans(calendar, [at.date(), last.date()]), tuple(lines), zone)


def _working_time(
    start: datetime, length: Length, calendar: Calendar, zone: str, stopped: list[tuple[datetime, datetime]]
) -> Deadline | None:
    time_ = _open_time(calendar, zone)
    wanted = length.amount * WORKING_TIME[length.unit] * SECOND
    if length.before:
        utc = time_.before(start, wanted)
    else:
        utc = time_.after(start, wanted, [Pause(*pause) for pause in stopped])
    if utc is None:
        return None
    low, high = sorted((start, utc))
    lines = _without_end(worked_parts(time_, low, high, stopped, forwards=not length.before))
    at = shown(utc, zone)
    leans = [at.date(), *(line.day for line in lines)]
    return Deadline(at, utc, False, at, _leans(calendar, leans), lines, zone)


def _without_end(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines up to the last that took time: a deadline in the small hours lies on a day of which nothing is to be told."""
    told = list(lines)
    while told and told[-1].what == "skipped":
        told.pop()
    return tuple(told)


def worked_parts(
    time_: OpenTime, low: datetime, high: datetime, stopped: list[tuple[datetime, datetime]], *, forwards: bool
) -> Iterator[Line]:
    """The open parts of each day between two moments, counted or paused, and why there are none on the others."""
    total = 0
    calendar, zone = time_.calendar, time_.zone
    ends = shown(low, zone).date(), shown(high, zone).date()
    days = list(time_.stretches(low, high))
    for day, open_parts in days if forwards else reversed(days):
        if not open_parts:
            told = calendar.reason(day)
            if calendar.windows(day):
                told = ("after closing", "已下班") if day == ends[0] else ("before opening", "未到上班时间")
            yield Line(day, "skipped", *told, total=total)
        pieces = list(_cut(open_parts, stopped))
        for what, begin, end in pieces if forwards else reversed(pieces):
            seconds = (end - begin) // SECOND if what == "counted" else 0
            total += seconds
            told = ("paused", "暂停") if what == "paused" else calendar.reason(day)
            yield Line(day, what, *told, shown(begin, zone), shown(end, zone), seconds, total)


def _cut(
    parts: Iterable[tuple[datetime, datetime]], stopped: list[tuple[datetime, datetime]]
) -> Iterator[tuple[str, datetime, datetime]]:
    """Stretches of time cut where pauses begin and end: what lies outside of them is counted."""
    for begin, end in parts:
        at = begin
        for begins, ends in stopped:
            if ends <= at or begins >= end:
                continue
            if begins > at:
                yield "counted", at, begins
            yield "paused", max(at, begins), min(end, ends)
            at = min(end, ends)
        if at < end:
            yield "counted", at, end


def _counted(days: Iterable[date], calendar: Calendar) -> Iterator[Line]:
    total = 0
    for day in days:
        is_open = calendar.is_open(day)
        total += is_open
        yield Line(day, "counted" if is_open else "skipped", *calendar.reason(day), counted=int(is_open), total=total)


def _signed(length: Length) -> int:
    return -length.amount if length.before else length.amount


def _in_range(day: date) -> bool:
    return FIRST <= day <= LAST


def _leans(calendar: Calendar, days: Iterable[date]) -> bool:
    """Whether one of the days lies outside what the calendar knows."""
    return not all(map(calendar.is_known, days))


def _open_time(calendar: Calendar, zone: str) -> OpenTime:
    if not calendar.hours:
        raise NoHoursError(calendar.name)
    return OpenTime(calendar, zone)
