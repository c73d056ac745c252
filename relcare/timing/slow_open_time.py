"""The slow, readable reference of open time: it goes through time step by step and asks of each step whether it is open.

The quick `OpenTime` is tested against it. The two agree where hours, moments, pauses and lengths are whole steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from relcare.timing.calendars import Calendar
from relcare.timing.instants import instant, shown

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
Stretch = tuple[datetime, datetime]


class SlowOpenTime:
    """The open hours of a calendar, `step` by `step`."""

    def __init__(self, calendar: Calendar, zone: str, step: timedelta = MINUTE) -> None:
        self.calendar = calendar
        self.zone = calendar.zone or zone
        self.step = step
        self._known: dict[date, list[Stretch]] = {}
        self._asked: dict[datetime, bool] = {}

    def is_open(self, at: datetime) -> bool:
        """Whether a point of time lies in a window of its day, or of the one before (after midnight) or after (clocks put back)."""
        if at not in self._asked:
            today = shown(at, self.zone).date()
            days = (today, today - DAY, today + DAY)
            self._asked[at] = any(begins <= at < ends for day in days for begins, ends in self._of(day))
        return self._asked[at]

    def after(self, start: datetime, length: timedelta, pauses: Sequence[Stretch] = ()) -> datetime:
        """The moment by which `length` of open time has passed since `start`, without what lies in one of the merged pauses.

        If a pause has begun by that moment, the open time in it has to pass, too.
        """
        at, passed = start, timedelta()
        while passed < length:
            if self.is_open(at) and not any(begins <= at < ends for begins, ends in pauses):
                passed += self.step
            at += self.step
        here = next((ends for begins, ends in pauses if begins <= at < ends), at)
        last = at
        while at < here:
            if self.is_open(at):
                last = at + self.step
            at += self.step
        return last

    def before(self, start: datetime, length: timedelta) -> datetime:
        """The moment from which on `length` of open time passes until `start`."""
        at, passed = start, timedelta()
        while passed < length:
            at -= self.step
            if self.is_open(at):
                passed += self.step
        return at

    def between(self, first: datetime, last: datetime, pauses: Sequence[Stretch] = ()) -> timedelta:
        """The open time from `first` to `last`, without what lies in one of the pauses; less than zero backwards."""
        if last < first:
            return -self.between(last, first, pauses)
        at, passed = first, timedelta()
        while at < last:
            if self.is_open(at) and not any(begins <= at < ends for begins, ends in pauses):
                passed += self.step
            at += self.step
        return passed

    def _of(self, day: date) -> list[Stretch]:
        """The windows of a day as points of time."""
        if day not in self._known:
            midnight = datetime.combine(day, time.min)
            self._known[day] = [
                (instant(midnight + begin * MINUTE, self.zone), instant(midnight + end * MINUTE, self.zone))
                for begin, end in self.calendar.windows(day)
            ]
        return self._known[day]
