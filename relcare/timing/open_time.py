"""Open time: how much of it lies between two moments, and the moment that lies so much of it away.

Moments are points of time in UTC, exact to the microsecond; days are those of the calendar's time zone. The open time of a year
is added up once, day by day, so that a long span takes a look at each of its years and a search in the last of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from relcare.timing.calendars import Calendar
from relcare.timing.clock import Pause, merge_pauses
from relcare.timing.hours import DAY_LENGTH
from relcare.timing.instants import instant, zone_of
from relcare.timing.moments import FIRST_YEAR, LAST_YEAR

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
NOTHING = timedelta()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000  # ticks
FIRST_DAY, LAST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)

Stretch = tuple[datetime, datetime]


class OpenTime:
    """The open hours of a calendar as points of time; `zone` is the time zone where the calendar has none of its own.

    A window is open from its first moment until just before its last. One that reaches into the next day belongs to the day
    on which it begins: it is open where that day is, whatever the next one is. What two windows share is open once. Outside
    the years 1900 to 2199 nothing is open.
    """

    def __init__(self, calendar: Calendar, zone: str) -> None:
        self.calendar = calendar
        self.zone = calendar.zone or zone
        self._there = zone_of(self.zone)
        self._days: dict[date, list[tuple[int, int]]] = {}
        self._years: dict[int, list[int]] = {}
        self._offsets: dict[date, int] = {}

    def is_open(self, at: datetime) -> bool:
        """Whether a moment is open: an opening is, a closing is not."""
        now = _ticks(at)
        return any(begin <= now < end for day in self._around(at) for begin, end in self._windows(day))

    def next_open(self, at: datetime) -> datetime | None:
        """`at` itself where it is open, else the next opening; None where there is none."""
        reached = self.after(at, TICK)
        return None if reached is None else reached - TICK

    def last_open(self, at: datetime) -> datetime | None:
        """`at` itself where it is open or a closing, else the last closing before it; None where there is none."""
        reached = self.before(at, TICK)
        return None if reached is None else reached + TICK

    def next_closing(self, at: datetime) -> datetime | None:
        """The first closing after `at`; None where it never closes."""
        reached = self.next_open(at)
        if reached is None:
            return None
        now, day = _ticks(reached), self._day(reached) - DAY
        while day <= LAST_DAY:
            for begin, end in self._windows(day):
                if begin > now:
                    return _moment(now)
                now = max(now, end)
            day += DAY
        return None

    def between(self, first: datetime, last: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
        """The open time from `first` to `last` outside of pauses; less than zero where `last` lies before `first`."""
        if last < first:
            return -self.between(last, first, pauses)
        found = self._between(_ticks(first), _ticks(last), self._day(first), self._day(last))
        for begins, ends in merge_pauses(pauses):
            if begins < last and ends > first:
                found -= _ticks_of(self.between(max(begins, first), min(ends, last)))
        return timedelta(microseconds=found)

    def after(self, start: datetime, length: timedelta, pauses: Iterable[Pause] = ()) -> datetime | None:
        """The first moment by which `length` of open time has passed since `start`; None where it lies after all time.

        Each pause that begins at or before the deadline as it stands then adds the open time in it after the start.
        """
        at, paused = self._after(start, _ticks_of(length)), NOTHING
        for begins, ends in merge_pauses(pauses):
            if at is None or begins > at:
                break
            if ends > start:
                paused += self.between(max(begins, start), ends)
                at = self._after(start, _ticks_of(length + paused))
        return at

    def before(self, start: datetime, length: timedelta) -> datetime | None:
        """The last moment from which on `length` of open time passes until `start`; None where it lies before all time."""
        left, now, day = _ticks_of(length), _ticks(start), self._day(start)
        if left <= 0:
            return start
        for one in (day + DAY, day, day - DAY):
            for begin, end in reversed(self._windows(one)):
                end = min(end, now)  # noqa: PLW2901  # what lies after the start does not count
                if left <= end - begin:
                    return _moment(end - left)
                left -= max(0, end - begin)
        last = day - 2 * DAY
        for year in range(last.year, FIRST_YEAR - 1, -1):
            sums = self._sums(year)
            upto = sums[(last - date(year, 1, 1)).days + 1] if year == last.year else sums[-1]
            if upto < left:
                left -= upto
                continue
            number = bisect_right(sums, upto - left) - 1
            left -= upto - sums[number + 1]
            for begin, end in reversed(self._windows(date(year, 1, 1) + number * DAY)):
                if left <= end - begin:
                    return _moment(end - left)
                left -= end - begin
        return None

    def stretches(self, first: datetime, last: datetime) -> Iterator[tuple[date, list[Stretch]]]:
        """Each day from that of `first` to that of `last`, with what of its hours lies between the two.

        A window that has begun the day before comes with its own day, which then stands first.
        """
        low, high = _ticks(first), _ticks(last)
        day, end = self._day(first) - DAY, self._day(last)
        while day <= end:
            clipped = [(max(begin, low), min(until, high)) for begin, until in self._windows(day)]
            found = [(_moment(begin), _moment(until)) for begin, until in clipped if begin < until]
            if found or day >= self._day(first):
                yield day, found
            day += DAY

    def _after(self, start: datetime, left: int) -> datetime | None:
        now, day = _ticks(start), self._day(start)
        if left <= 0:
            return start
        for one in (day - DAY, day, day + DAY):
            for begin, end in self._windows(one):
                begin = max(begin, now)  # noqa: PLW2901  # what lies before the start does not count
                if left <= end - begin:
                    return _moment(begin + left)
                left -= max(0, end - begin)
        first = day + 2 * DAY
        for year in range(first.year, LAST_YEAR + 1):
            sums = self._sums(year)
            done = sums[(first - date(year, 1, 1)).days] if year == first.year else 0
            if sums[-1] - done < left:
                left -= sums[-1] - done
                continue
            number = bisect_left(sums, done + left) - 1
            left -= sums[number] - done
            for begin, end in self._windows(date(year, 1, 1) + number * DAY):
                if left <= end - begin:
                    return _moment(begin + left)
                left -= end - begin
        return None

    def _between(self, low: int, high: int, first: date, last: date) -> int:
        """The open ticks from `low`, on the day `first`, to `high`, on the day `last`."""
        whole_from, whole_to = first + 2 * DAY, last - 2 * DAY
        near = [first - DAY, first, first + DAY, last - DAY, last, last + DAY]
        if whole_to < whole_from:
            near = [first - DAY + DAY * i for i in range((last - first).days + 3)]
        parts = (min(end, high) - max(begin, low) for day in near for begin, end in self._windows(day))
        return sum(part for part in parts if part > 0) + self._whole(whole_from, whole_to)

    def _whole(self, first: date, last: date) -> int:
        """The open ticks of the days from `first` to `last`, both included."""
        first, last = max(first, FIRST_DAY), min(last, LAST_DAY)
        if last < first:
            return 0
        found = sum(self._sums(year)[-1] for year in range(first.year, last.year))
        begin, end = date(first.year, 1, 1), date(last.year, 1, 1)
        return found - self._sums(first.year)[(first - begin).days] + self._sums(last.year)[(last - end).days + 1]

    def _sums(self, year: int) -> list[int]:
        """For each day of a year the open ticks of the days before it, and at the end of them all."""
        found = self._years.get(year)
        if found is None:
            begin = date(year, 1, 1)
            days = (begin + DAY * i for i in range((date(year, 12, 31) - begin).days + 1))
            totals = (sum(end - begin for begin, end in self._windows(day)) for day in days)
            found = self._years[year] = list(accumulate(totals, initial=0))
        return found

    def _windows(self, day: date) -> list[tuple[int, int]]:
        """The windows of a day in ticks, less what the day before has taken; none of them empty."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = self._made(day) if FIRST_DAY <= day <= LAST_DAY else []
        return found

    def _made(self, day: date) -> list[tuple[int, int]]:
        windows = self.calendar.windows(day)
        if not windows:
            return []
        before = self.calendar.windows(day - DAY)
        taken = self._edge(day - DAY, before[-1][1]) if before and before[-1][1] > DAY_LENGTH else None
        found = []
        for begin, end in windows:
            opens, closes = self._edge(day, begin), self._edge(day, end)
            opens = opens if taken is None else max(opens, taken)
            if opens < closes:
                found.append((opens, closes))
        return found

    def _edge(self, day: date, minute: int) -> int:
        """The tick at which clocks show so many minutes after the midnight of a day."""
        offset = self._offset(day)
        if offset == self._offset(day + DAY) == self._offset(day + 2 * DAY):
            return (day - EPOCH.date()).days * DAY_LENGTH * MINUTE + minute * MINUTE - offset
        wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
        return _ticks(instant(wall, self.zone))

    def _offset(self, day: date) -> int:
        """How far clocks are ahead of UTC at the midnight of a day, in ticks."""
        found = self._offsets.get(day)
        if found is None:
            at = datetime(day.year, day.month, day.day, tzinfo=self._there)
            found = self._offsets[day] = _ticks_of(at.utcoffset() or NOTHING)
        return found

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._there).date()

    def _around(self, at: datetime) -> tuple[date, ...]:
        day = self._day(at)
        return day - DAY, day, day + DAY


def _ticks(at: datetime) -> int:
    return _ticks_of(at - EPOCH)


def _ticks_of(length: timedelta) -> int:
    return length // TICK


def _moment(ticks: int) -> datetime:
    return EPOCH + timedelta(microseconds=ticks)
