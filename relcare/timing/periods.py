"""What comes again: periods of whole months, anniversaries, festivals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from relcare.timing.calendars import Calendar
from relcare.timing.spans import shift, whole_units


class Period(NamedTuple):
    """One of the periods of `months` months that follow each other since January of the year 0; `number` counts them from there.

    Where `months` divides 12, one begins with every January.
    """

    number: int
    months: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.number * self.months // 12, self.number * self.months % 12 + 1, 1)

    @property
    def last(self) -> date:
        """Its last day, included."""
        return shift(self.first, self.months, "months") - timedelta(days=1)

    @property
    def following(self) -> Period:
        """The period after it."""
        return self._replace(number=self.number + 1)

    def weekday(self, nth: int, weekday: int) -> date:
        """Its nth day of the week (0 is Monday), the last one where `nth` is -1; a period is long enough for four."""
        if nth < 0:
            return self.last - timedelta(days=(self.last.weekday() - weekday) % 7)
        return self.first + timedelta(days=(weekday - self.first.weekday()) % 7 + 7 * (nth - 1))

    def last_open_day(self, calendar: Calendar) -> date:
        """Its last open day; of a period that is closed throughout, the last open day before it."""
        return calendar.last_open_day(self.last)


def period_of(day: date, months: int) -> Period:
    """The period in which `day` lies."""
    return Period((day.year * 12 + day.month - 1) // months, months)


def anniversary(anchor: date, n: int, months: int = 12) -> date:
    """The n-th day, every `months` months after `anchor`, clamped to the month's end; the 0-th is `anchor` itself."""
    return shift(anchor, n * months, "months")


def anniversaries_upto(anchor: date, day: date, months: int = 12) -> int:
    """How many anniversaries there have been up to `day`, `day` included and `anchor` itself not counted; 0 before `anchor`."""
    return max(0, whole_units(anchor, day, "months") // months)


class FestivalDay(NamedTuple):
    """A day on which one or several festivals fall."""

    day: date
    names: tuple[str, ...]


def festival_days(calendar: Calendar, names: Iterable[str], first: date, last: date) -> list[FestivalDay]:
    """The days of these festivals (of all, if no name is given) from `first` to `last`, both included, in order.

    Two festivals on one day are one occurrence. A name that the calendar has not is left out.
    """
    wanted = tuple(names) or tuple(calendar.festivals)
    found: dict[date, tuple[str, ...]] = {}
    for name in wanted:
        festival = calendar.festivals.get(name)
        for day in festival.days if festival is not None else ():
            if first <= day <= last:
                found[day] = (*found.get(day, ()), name)
    return [FestivalDay(day, found[day]) for day in sorted(found)]
