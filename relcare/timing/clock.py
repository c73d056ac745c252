"""The reference clock: a deadline worked out a day at a time, with what became of each day.

It says what a deadline is, and `explain` shows it; the engine's SQL is tested against it. Nothing here is quick.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from relcare.timing.calendars import Calendar
from relcare.timing.spans import shift

ELAPSED = {"seconds": 1, "minutes": 60, "hours": 3600}  # in seconds
WORKING = "working days"
DAYS = {"days": 1, "weeks": 7, WORKING: 1}
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


class Pause(NamedTuple):
    """A time in which a clock stands still: from `start` on, until just before `end`; None where it still goes on."""

    start: datetime
    end: datetime | None


class DayLine(NamedTuple):
    """What became of one day between the start and the deadline, and why.

    `what`: `counted`, `skipped` (a closed day), `paused` (left out for a pause), or `rolled` (the deadline fell on it, and
    moved on because it is closed). `nth` is how many days are counted up to this one. Of an elapsed clock there is a line
    for each pause, on the day on which it begins to count.
    """

    day: date
    what: str
    en: str
    zh: str
    nth: int = 0


class DayLines(NamedTuple):
    """Neighbouring days of which the same is to be told; both ends included."""

    first: date
    last: date
    what: str
    en: str
    zh: str
    nth: int


class Deadline(NamedTuple):
    """A deadline: the last moment that is in time, and the days on the way to it, in the order of counting.

    `paused`: at the as-of the clock stands still.
    """

    at: datetime
    timeline: tuple[DayLine, ...] = ()
    paused: bool = False


def merge_pauses(pauses: Iterable[Pause], as_of: datetime | None = None) -> list[tuple[datetime, datetime]]:
    """Pauses in order, those that overlap or touch made one; each from its start to its end, the end excluded.

    One that ends where or before it begins is none. One that goes on includes the as-of, and ends right after it.

    Where one goes on and no as-of is given, that is a ValueError.
    """
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted((pause.start, _end_of(pause, as_of)) for pause in pauses):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _end_of(pause: Pause, as_of: datetime | None) -> datetime:
    if pause.end is not None:
        return pause.end
    if as_of is None:
        raise ValueError(pause)
    return as_of + TICK


def reckon(
    start: datetime,
    amount: int,
    unit: str,
    calendar: Calendar,
    *,
    before: bool = False,
    pauses: Iterable[Pause] = (),
    most: tuple[int, str] | None = None,
    rolls: bool = False,
    as_of: datetime | None = None,
) -> Deadline:
    """The deadline `amount` units after `start`, or before it.

    - `seconds`, `minutes`, `hours`: elapsed time, exact. Each pause that begins at or before the deadline as it stands then
      adds its length after the start.
    - `days`, `weeks`, `months`, `quarters`, `years`: natural spans from the start's date, to the end of the day reached;
      with `rolls`, of the next open day if it is closed.
    - `working days`: the n-th open day strictly after the start's date (or strictly before it), to its end.

    In units of days, a day that lies wholly inside merged pauses is not counted. `most` (of elapsed time, days, weeks or
    working days) is how much is left out at most, the first of it; a day is 24 hours to an elapsed clock, and part of a day
    none to the others. Pauses concern only what counts forwards.
    """
    merged = [] if before else merge_pauses(pauses, as_of)
    if unit in ELAPSED:
        length = _seconds(ELAPSED[unit] * amount)
        if before:
            return Deadline(_moved(start, -length))
        return _elapsed(start, _moved(start, length), merged, _most_elapsed(most), as_of)
    if before:
        return _back(start.date(), amount, unit, calendar)
    return _by_days(start.date(), amount, unit, calendar, merged, _most_days(most), as_of, rolls=rolls)


def _elapsed(
    start: datetime,
    due: datetime,
    pauses: list[tuple[datetime, datetime]],
    most: timedelta | None,
    as_of: datetime | None,
) -> Deadline:
    at, used, here = due, timedelta(), False
    lines = []
    for begins, ends in pauses:
        if ends <= start:
            continue
        if begins > at:
            break
        used += ends - max(begins, start)
        left_out = used if most is None else min(used, most)
        here = here or (as_of is not None and begins <= as_of < ends)
        if _moved(due, left_out) > at:
            at = _moved(due, left_out)
            told = f"{max(begins, start)} – {ends}"
            lines.append(DayLine(max(begins, start).date(), "paused", f"paused {told}", f"暂停 {told}"))
    return Deadline(at, tuple(lines), here and (most is None or used < most))


def _by_days(
    start: date,
    amount: int,
    unit: str,
    calendar: Calendar,
    pauses: list[tuple[datetime, datetime]],
    most: int | None,
    as_of: datetime | None,
    *,
    rolls: bool,
) -> Deadline:
    working = unit == WORKING
    wanted = amount if working else (shift(start, amount, unit) - start).days
    lines: list[DayLine] = []
    day, counted, left_out = start, 0, 0
    while counted < wanted and day < date.max:
        day += DAY
        en, zh = calendar.reason(day) if working else ("", "")
        if working and not calendar.is_open(day):
            lines.append(DayLine(day, "skipped", en, zh, counted))
        elif _is_inside(day, pauses) and (most is None or left_out < most):
            left_out += 1
            lines.append(DayLine(day, "paused", "paused", "暂停", counted))
        else:
            counted += 1
            lines.append(DayLine(day, "counted", en, zh, counted))
    while rolls and not working and not calendar.is_open(day) and day < date.max:
        lines.append(DayLine(day, "rolled", *calendar.reason(day), counted))
        day += DAY
    at = calendar.end_of(day)
    return Deadline(at, tuple(lines), _stands_still(start, at, calendar if working else None, pauses, most, as_of))


def _stands_still(
    start: date,
    at: datetime,
    calendar: Calendar | None,
    pauses: list[tuple[datetime, datetime]],
    most: int | None,
    as_of: datetime | None,
) -> bool:
    """Whether the as-of lies in a pause that began at or before the deadline, while days may still be left out."""
    here = next((p for p in pauses if as_of is not None and p[0] <= as_of < p[1]), None)
    if here is None or here[0] > at:
        return False
    lost = {
        day
        for begins, ends in pauses
        for day in _days(max(begins.date(), start + DAY), ends.date())
        if _is_inside(day, pauses) and (calendar is None or calendar.is_open(day))
    }
    return most is None or len(lost) < most


def _back(start: date, amount: int, unit: str, calendar: Calendar) -> Deadline:
    lines: list[DayLine] = []
    if unit != WORKING:
        return Deadline(calendar.end_of(shift(start, -amount, unit)))
    day, counted = start, 0
    while counted < amount and day > date.min:
        day -= DAY
        is_open = calendar.is_open(day)
        counted += is_open
        lines.append(DayLine(day, "counted" if is_open else "skipped", *calendar.reason(day), counted))
    return Deadline(calendar.end_of(day), tuple(lines))


def act_by(start: datetime | None, deadline: datetime, calendar: Calendar) -> datetime:
    """The last open moment at or before the deadline: on an open day the deadline or the closing time, else the end of the
    last open day before it. Where that lies before the start (None: there is none), the deadline itself.
    """
    last = min(deadline, calendar.end_of(calendar.last_open_day(deadline.date())))
    return deadline if start is not None and last < start else last


def risk_from(act_by: datetime, span: tuple[int, str] | None, calendar: Calendar) -> datetime:
    """From when on what must be done by `act_by` is at risk, that moment included.

    An elapsed span is taken from `act_by`; a span of days gives the beginning of the day that lies so many before the day of
    `act_by`; None is the beginning of that day itself.
    """
    if span is None:
        return datetime.combine(act_by.date(), time.min)
    amount, unit = span
    if unit in ELAPSED:
        return _moved(act_by, -_seconds(ELAPSED[unit] * amount))
    back = calendar.open_day_before(act_by.date(), amount) if unit == WORKING else shift(act_by.date(), -amount, unit)
    return datetime.combine(back, time.min)


def provisional(
    deadline: datetime, act_by: datetime, calendar: Calendar, *, back: int = 0, start: datetime | None = None
) -> bool:
    """Whether the day of the deadline, or that of `act_by`, or an open day counted lies outside what the calendar knows.

    `back` is how many working days the deadline was counted back from a later date; `start` is from when on it was counted
    in working days.
    """
    if start is not None and start.date() + DAY < calendar.known_from:
        return True
    if back and deadline.date() > last_surely_known(calendar, back):
        return True
    return not (calendar.is_known(deadline.date()) and calendar.is_known(act_by.date()))


def last_surely_known(calendar: Calendar, back: int) -> date:
    """The last deadline that can be reached by counting `back` working days back over days that the calendar knows."""
    return calendar.open_day_before(calendar.known_until + DAY, back)


def folded(timeline: Iterable[DayLine]) -> list[DayLines]:
    """The timeline with neighbouring days of which the same is told made one line; `nth` is that of the last day counted."""
    lines: list[DayLines] = []
    for line in timeline:
        if lines and lines[-1][2:5] == line[1:4] and abs(line.day - lines[-1].last) == DAY:
            lines[-1] = lines[-1]._replace(last=line.day, nth=line.nth)
        else:
            lines.append(DayLines(line.day, line.day, *line[1:]))
    return lines


def _is_inside(day: date, pauses: list[tuple[datetime, datetime]]) -> bool:
    """Whether a day lies wholly, from 00:00 to 24:00, inside one of the merged pauses."""
    midnight = datetime.combine(day, time.min)
    return any(begins <= midnight and ends - midnight >= DAY for begins, ends in pauses)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + DAY * i for i in range((last - first).days + 1))


def _most_days(most: tuple[int, str] | None) -> int | None:
    if most is None:
        return None
    amount, unit = most
    return amount * ELAPSED[unit] // 86400 if unit in ELAPSED else amount * DAYS[unit]


def _most_elapsed(most: tuple[int, str] | None) -> timedelta | None:
    if most is None:
        return None
    amount, unit = most
    return _seconds(amount * (ELAPSED[unit] if unit in ELAPSED else DAYS[unit] * 86400))


def _seconds(amount: int) -> timedelta:
    """So many seconds; as many as there can be where they are more."""
    return timedelta(seconds=amount) if amount < timedelta.max.total_seconds() - 1 else timedelta.max


def _moved(at: datetime, by: timedelta) -> datetime:
    """`at` moved by some time; the first or last moment there is where that lies outside all time."""
    try:
        return at + by
    except OverflowError:
        return datetime.combine(*((date.min, time.min) if by < timedelta() else (date.max, time.max)))
