"""The quick reckoning of open time agrees with the slow, readable one, and keeps the laws of clocks.

2,000 random cases; `RELCARE_EXAMPLES=100000` asks for more. Every other calendar is in a time zone whose clocks change.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from random import Random

from relcare.timing.calendars import Calendar, DayException, with_exceptions
from relcare.timing.clock import Pause, merge_pauses
from relcare.timing.open_time import OpenTime
from relcare.timing.slow_open_time import SlowOpenTime

CASES = max(2000, int(os.environ.get("RELCARE_EXAMPLES", "0")))
PER_CALENDAR = 20
ZONES = ("UTC", "Asia/Shanghai", "Europe/London", "America/New_York", "America/St_Johns", "Australia/Lord_Howe")
# Clocks change in the last days of March and October (Europe), in March and November (America), in April and October (Lord Howe).
STARTS = tuple(
    datetime(year, month, day, tzinfo=UTC)
    for year, month, day in ((2026, 3, 6), (2026, 3, 27), (2026, 4, 3), (2026, 10, 2), (2026, 10, 23), (2026, 10, 30))
)


def test_the_quick_way_agrees_with_the_slow_one() -> None:
    asked = 0
    for seed in range(-(-CASES // PER_CALENDAR)):
        random = Random(seed)
        step = timedelta(minutes=random.choice((30, 30, 30, 15, 5)))
        calendar, zone = any_calendar(random, step), random.choice(ZONES)
        quick, slow = OpenTime(calendar, zone), SlowOpenTime(calendar, zone, step)
        for _ in range(PER_CALENDAR):
            start = random.choice(STARTS) + step * random.randrange(timedelta(days=5) // step)
            length = step * random.randrange(200)
            pauses = any_pauses(random, start, step)
            merged = merge_pauses(pauses)
            case = (seed, start, length, pauses)
            at = quick.after(start, length, pauses)
            assert at is not None, case
            assert at == slow.after(start, length, merged), case
            assert quick.between(start, at, pauses) == slow.between(start, at, merged) == length, case
            back = quick.before(start, length)
            assert back == slow.before(start, length), case
            assert back is not None, case
            assert quick.between(start, back) == -length, case
            assert quick.is_open(start) == slow.is_open(start), case
            asked += 1
    assert asked >= CASES


def test_the_laws_of_clocks() -> None:
    for seed in range(60):
        random = Random(seed)
        step = timedelta(minutes=1)
        time = OpenTime(any_calendar(random, step), random.choice(ZONES))
        for _ in range(10):
            start = random.choice(STARTS) + timedelta(seconds=random.randrange(86400 * 5))
            length = timedelta(seconds=random.randrange(86400 * 30))
            pauses = any_pauses(random, start, step)
            plain, paused = time.after(start, length), time.after(start, length, pauses)
            longer = time.after(start, length + timedelta(seconds=random.randrange(1, 9999)), pauses)
            later = time.after(start + timedelta(seconds=random.randrange(99999)), length, pauses)
            assert plain is not None
            assert paused is not None
            assert longer is not None
            assert later is not None
            assert start <= plain <= paused <= longer, (seed, start, length)
            assert paused <= later, (seed, start, length)
            assert time.between(start, plain) == length
            assert time.between(start, paused, pauses) == length
            assert time.between(paused, start, pauses) == -length


def test_years_are_added_up_as_their_days_are() -> None:
    """Spans of years, in which the quick way looks at the sums of whole years."""
    for seed in range(60):
        random = Random(seed)
        time = OpenTime(any_calendar(random, timedelta(minutes=5)), random.choice(ZONES))
        first = random.choice(STARTS) - timedelta(days=random.randrange(1500))
        last = first + timedelta(seconds=random.randrange(86400 * 2500))
        by_day = sum((end - begin for _, found in time.stretches(first, last) for begin, end in found), timedelta())
        assert time.between(first, last) == by_day
        reached = time.after(first, by_day)
        assert reached is not None
        assert reached <= last
        assert time.between(reached, last) == timedelta()
        back = time.before(last, by_day)
        assert back is not None
        assert back >= first
        assert time.between(first, back) == timedelta()


def any_calendar(random: Random, step: timedelta) -> Calendar:
    """A calendar with lunch breaks, nights, holidays, half days and make-up days; at least one day of the week has hours."""
    hours = [any_windows(random, step) if random.random() < 0.75 else () for _ in range(7)]
    hours[random.randrange(7)] = any_windows(random, step)
    days = {}
    for _ in range(random.randrange(8)):
        day = date(2026, random.choice((3, 4, 10, 11)), random.randrange(1, 30))
        windows = any_windows(random, step) if random.random() < 0.4 else ()
        days[day] = DayException(day, day, bool(windows) or random.random() < 0.3, hours=windows)
    calendar = Calendar("any", tuple(bool(windows) for windows in hours), hours=tuple(hours))
    return with_exceptions(calendar, days.values())


def any_windows(random: Random, step: timedelta) -> tuple[tuple[int, int], ...]:
    minutes = step // timedelta(minutes=1)
    steps = 1440 // minutes
    edges = sorted(random.sample(range(steps + 1), 2 * random.randrange(1, 4)))
    windows = [(a * minutes, b * minutes) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    if random.random() < 0.25:  # the last one goes on past midnight
        begin = windows[-1][0]
        windows[-1] = begin, 1440 + random.randrange(1, max(2, begin // minutes)) * minutes
    return tuple(windows)


def any_pauses(random: Random, start: datetime, step: timedelta) -> list[Pause]:
    found = []
    for _ in range(random.choice((0, 0, 1, 3))):
        begin = start + step * random.randrange(-200, 600)
        found.append(Pause(begin, begin + step * random.randrange(-5, 300)))
    return found
