"""Deadlines of rules by any calendar: as `clock` has them, in working time too, and by clocks in another time zone.

Moments come in and go out as clocks in the book's time zone show them (`Calendar.seen`). Days, openings and closings are those
of the calendar's own zone; working time is counted in UTC, by `OpenTime`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from relcare.timing import clock
from relcare.timing.calculator import worked_parts
from relcare.timing.calendars import FIRST, LAST, Calendar
from relcare.timing.clock import ELAPSED, WORKING, DayLine, Deadline, Pause, merge_pauses
from relcare.timing.instants import instant, shown
from relcare.timing.lengths import WORKING_TIME
from relcare.timing.open_time import OpenTime
from relcare.timing.zones import changes

SECOND = timedelta(seconds=1)
ALMOST_A_DAY = timedelta(seconds=86399)
PLAIN = "UTC"  # of moments of which nobody says in which zone they are: all that is asked is what lies between them
ENDS = datetime.combine(LAST, datetime.max.time())
BEGINS = datetime.combine(FIRST, datetime.min.time())


def zone_here(calendar: Calendar) -> str:
    """The time zone of the moments that are counted with."""
    return calendar.seen or calendar.zone or PLAIN


def zone_there(calendar: Calendar) -> str:
    """The time zone of the calendar's days and hours."""
    return calendar.zone or calendar.seen or PLAIN


def is_abroad(calendar: Calendar) -> bool:
    """Whether the calendar has other clocks than those that moments are told by."""
    return zone_here(calendar) != zone_there(calendar)


def there(at: datetime, calendar: Calendar) -> datetime:
    """What the calendar's own clocks show at a moment of the book."""
    return _read(at, zone_here(calendar), zone_there(calendar))


def here(at: datetime, calendar: Calendar) -> datetime:
    """What the book's clocks show when those of the calendar show `at`."""
    return _read(at, zone_there(calendar), zone_here(calendar))


def day_there(at: datetime, calendar: Calendar) -> date:
    """The calendar's day at a moment of the book."""
    return there(at, calendar).date()


def end_of(day: date, calendar: Calendar) -> datetime:
    """The last moment of a day of the calendar."""
    return here(calendar.end_of(day), calendar)


def begin_of(day: date, calendar: Calendar) -> datetime:
    """The first moment of a day of the calendar."""
    return here(datetime.combine(day, datetime.min.time()), calendar)


def own_days(first: datetime, last: datetime, calendar: Calendar) -> tuple[datetime, datetime]:
    """What is known to the day alone is that day of the calendar; a time of day is what the book's clocks show."""
    if is_abroad(calendar) and last - first >= ALMOST_A_DAY:
        return here(first, calendar), here(last, calendar)
    return first, last


def open_time(calendar: Calendar) -> OpenTime:
    """The open hours of a calendar; the same one each time, as it remembers what it has added up."""
    return _open_time((*calendar[:3], *calendar[4:]))


def counted(
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
    """The deadline as `clock.reckon` gives it; in working time the first moment by which so much of it has passed.

    Of working time the open time in pauses is not counted, `most` of it (in units of working time) at most. Backwards it is the last
    moment from which on so much passes. What lies outside the years 1900 to 2199 is their end.
    """
    if unit in WORKING_TIME:
        return _working_time(start, amount * WORKING_TIME[unit] * SECOND, calendar, pauses, most, as_of, before=before)
    if unit in ELAPSED:
        return _elapsed(start, amount, unit, calendar, list(pauses), most, as_of, before=before)
    if not is_abroad(calendar):
        return clock.reckon(
            start, amount, unit, calendar, before=before, pauses=pauses, most=most, rolls=rolls, as_of=as_of
        )
    moved = [Pause(there(p.start, calendar), there(p.end, calendar) if p.end is not None else None) for p in pauses]
    now = there(as_of, calendar) if as_of is not None else None
    found = clock.reckon(
        there(start, calendar), amount, unit, calendar, before=before, pauses=moved, most=most, rolls=rolls, as_of=now
    )
    return found._replace(at=here(found.at, calendar))


def last_open(start: datetime | None, deadline: datetime, calendar: Calendar) -> datetime:
    """`clock.act_by` by the calendar's own clocks."""
    if not is_abroad(calendar):
        return clock.act_by(start, deadline, calendar)
    begin = there(start, calendar) if start is not None else None
    return here(clock.act_by(begin, there(deadline, calendar), calendar), calendar)


def at_risk_from(act_by: datetime, span: tuple[int, str] | None, calendar: Calendar) -> datetime:
    """`clock.risk_from`, with spans of working time, too: the last moment from which on so much of it passes until `act_by`."""
    if span is not None and span[1] in WORKING_TIME:
        return counted(act_by, *span, calendar, before=True).at
    if span is not None and span[1] in ELAPSED:
        return counted(act_by, *span, calendar, before=True).at
    if not is_abroad(calendar):
        return clock.risk_from(act_by, span, calendar)
    return here(clock.risk_from(there(act_by, calendar), span, calendar), calendar)


def leans(
    deadline: datetime, act_by: datetime, calendar: Calendar, span: tuple[int, str] | None, start: datetime | None,
    *, before: bool,
) -> bool:  # fmt: skip
    """Whether a deadline hangs on days outside of what the calendar knows.

    `start` is what it was counted from, None where that is no start of a clock; `before`: it was counted back.
    """
    due, by = there(deadline, calendar), there(act_by, calendar)
    begin = there(start, calendar) if start is not None else None
    if span is not None and span[1] in WORKING_TIME:
        if before:
            return not calendar.is_known(due.date()) or deadline > last_surely_known(calendar, *span)
        return not calendar.is_known(due.date()) or (begin is not None and begin.date() < calendar.known_from)
    in_days = span is not None and span[1] == WORKING
    back = span[0] if span is not None and in_days and before else 0
    return clock.provisional(due, by, calendar, back=back, start=begin if in_days and not before else None)


def last_surely_known(calendar: Calendar, amount: int, unit: str) -> datetime:
    """The last deadline that can be reached by counting working time back over days that the calendar knows."""
    end = here(datetime.combine(calendar.known_until, datetime.min.time()) + timedelta(days=1), calendar)
    return counted(end, amount, unit, calendar, before=True).at


def _elapsed(
    start: datetime,
    amount: int,
    unit: str,
    calendar: Calendar,
    pauses: list[Pause],
    most: tuple[int, str] | None,
    as_of: datetime | None,
    *,
    before: bool,
) -> Deadline:
    """Elapsed time is what passes: where the book's clocks change on the way, in UTC."""
    plain = clock.reckon(start, amount, unit, calendar, before=before, pauses=pauses, most=most, as_of=as_of)
    zone = zone_here(calendar)
    points = [start, plain.at, *(point for pause in pauses for point in pause if point is not None)]
    first, last = min(points).date(), max(points).date()
    if zone == PLAIN or not BEGINS < min(points) < max(points) < ENDS or not changes(zone, first, last):
        return plain

    def utc(at: datetime) -> datetime:
        return _read(at, zone, PLAIN)

    moved = [Pause(utc(p.start), utc(p.end) if p.end is not None else None) for p in pauses]
    now = utc(as_of) if as_of is not None else None
    found = clock.reckon(utc(start), amount, unit, calendar, before=before, pauses=moved, most=most, as_of=now)
    return found._replace(at=_read(found.at, PLAIN, zone), timeline=plain.timeline)


def _working_time(
    start: datetime,
    wanted: timedelta,
    calendar: Calendar,
    pauses: Iterable[Pause],
    most: tuple[int, str] | None,
    as_of: datetime | None,
    *,
    before: bool,
) -> Deadline:
    time_, zone = open_time(calendar), zone_here(calendar)
    begin = instant(start, zone)
    if before:
        back = time_.before(begin, wanted)
        return Deadline(shown(back, zone) if back is not None else BEGINS)
    limit = most[0] * WORKING_TIME[most[1]] * SECOND if most is not None else None
    merged = [(instant(begins, zone), instant(ends, zone)) for begins, ends in merge_pauses(pauses, as_of)]
    stopped = _stopped(merged, begin, limit, time_)
    utc = time_.after(begin, wanted, [Pause(*pause) for pause in stopped])
    if utc is None:
        return Deadline(ENDS)
    left_out = sum((time_.between(*pause) for pause in stopped if pause[0] <= utc), timedelta())
    now = instant(as_of, zone) if as_of is not None else None
    still = any(now is not None and begins <= now < ends and begin < ends and begins <= utc for begins, ends in merged)
    lines = []
    for line in worked_parts(time_, begin, utc, stopped, forwards=True):
        parts = "" if line.begin is None or line.end is None else f"{line.begin:%H:%M}–{line.end:%H:%M}"
        en, zh = line.en, line.zh
        if line.what == "counted":
            en, zh = (_told(parts, text, line.counted, joint) for text, joint in ((line.en, ", "), (line.zh, "，")))
        elif parts:
            en, zh = f"{parts}, {line.en}", f"{parts}，{line.zh}"
        lines.append(DayLine(line.day, line.what, en, zh, line.total))
    while lines and lines[-1].what == "skipped":
        lines.pop()
    return Deadline(shown(utc, zone), tuple(lines), still and (limit is None or left_out < limit))


def _stopped(
    merged: list[tuple[datetime, datetime]], begin: datetime, limit: timedelta | None, time_: OpenTime
) -> list[tuple[datetime, datetime]]:
    """The parts of pauses after the start that stop the clock: of their open time the first `limit`."""
    found, left = [], limit
    for begins, ends in merged:
        first, last = max(begins, begin), ends
        if last <= first:
            continue
        if left is not None:
            inside = time_.between(first, last)
            if inside > left:
                last = time_.after(first, left) or last
            left -= min(inside, left)
        found.append((first, last))
    return found


def _told(parts: str, why: str, seconds: int, joint: str) -> str:
    """`09:00–12:00, 3:00`, with why the day is open where that is worth a word."""
    reason = [why] if why not in ("working day", "工作日") else []
    minutes, rest = divmod(seconds, 60)
    return joint.join([parts, f"{minutes // 60}:{minutes % 60:02}" + (f":{rest:02}" if rest else ""), *reason])


def _read(at: datetime, zone: str, other: str) -> datetime:
    if zone == other or not BEGINS <= at <= ENDS:
        return at
    return shown(instant(at, zone), other)


@lru_cache(maxsize=64)
def _open_time(parts: tuple[object, ...]) -> OpenTime:
    calendar = Calendar(*parts[:3], {}, *parts[3:])  # type: ignore[arg-type, call-arg]
    return OpenTime(calendar, zone_there(calendar))
