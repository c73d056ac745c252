"""What holds for every clock: pauses never shorten, longer is never earlier, and counting is adding backwards."""

# ruff: noqa: DTZ001  # moments are in the time zone of the book
from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from relcare.timing.calendars import Calendar, DayException, read_exceptions, with_exceptions, written_exceptions
from relcare.timing.clock import Pause, act_by, merge_pauses, reckon, risk_from

UNTIMED = settings(deadline=None)
FIRST, LAST = date(2025, 12, 1), date(2027, 3, 1)
DAYS = st.dates(date(2026, 1, 1), date(2027, 1, 31))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 31))
UNITS = st.sampled_from(["minutes", "hours", "days", "weeks", "months", "quarters", "years", "working days"])
FORWARDS = st.sampled_from(["seconds", "minutes", "hours", "days", "weeks", "months", "working days"])
AMOUNTS = st.integers(1, 12)
MOST = st.none() | st.tuples(st.integers(0, 5), st.sampled_from(["hours", "days", "working days"]))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A calendar with holidays and make-up days, some of them strange."""
    week = draw(st.lists(st.booleans(), min_size=7, max_size=7).filter(any))
    fixed = draw(st.sets(st.tuples(st.integers(1, 12), st.integers(1, 28)), max_size=3))
    days = draw(st.dictionaries(st.dates(FIRST, LAST), st.booleans(), max_size=40))
    calendar = Calendar(
        "any",
        week=tuple(week),
        known_from=date(2026, 1, 1),
        known_until=date(2026, 11, 30),
        closes=draw(st.none() | st.just(time(17, 30))),
        fixed=tuple(sorted(fixed)),
    )
    return with_exceptions(calendar, [DayException(day, day, is_open) for day, is_open in days.items()])


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    """Some pauses, in no order, whole days among them."""
    starts = MOMENTS | DAYS.map(lambda day: datetime.combine(day, time.min))
    lengths = st.timedeltas(timedelta(hours=-1), timedelta(days=9)) | st.integers(0, 9).map(lambda n: timedelta(days=n))
    return [Pause(start, start + draw(lengths)) for start in draw(st.lists(starts, max_size=6))]


@UNTIMED
@given(calendars(), DAYS, AMOUNTS)
def test_counting_open_days_is_the_inverse_of_adding_them(calendar: Calendar, day: date, n: int) -> None:
    later = calendar.open_day_after(day, n)
    assert calendar.is_open(later)
    assert calendar.count_open_days(day, later) == n
    assert calendar.count_open_days(day, later - timedelta(days=1)) == n - 1


@UNTIMED
@given(calendars(), DAYS, AMOUNTS)
def test_an_open_day_is_reached_again_backwards(calendar: Calendar, day: date, n: int) -> None:
    start = calendar.next_open_day(day)
    assert calendar.open_day_before(calendar.open_day_after(start, n), n) == start
    back = calendar.open_day_before(day, n)
    assert calendar.count_open_days(back, day - timedelta(days=1)) == n - 1
    assert calendar.is_open(back)


@UNTIMED
@given(calendars(), DAYS, st.integers(0, 60))
def test_flags_are_the_single_days(calendar: Calendar, day: date, length: int) -> None:
    days = [day + timedelta(days=i) for i in range(length + 1)]
    assert calendar.flags(day, days[-1]) == "".join("1" if calendar.is_open(one) else "0" for one in days)
    assert written_exceptions(read_exceptions(calendar.written)) == calendar.written


@UNTIMED
@given(calendars(), MOMENTS, AMOUNTS, FORWARDS, pauses(), MOST)
def test_a_pause_never_shortens(
    calendar: Calendar, start: datetime, amount: int, unit: str, stopped: list[Pause], most: tuple[int, str] | None
) -> None:
    plain = reckon(start, amount, unit, calendar)
    with_most = reckon(start, amount, unit, calendar, pauses=stopped, most=most)
    assert plain.at <= with_most.at <= reckon(start, amount, unit, calendar, pauses=stopped).at


@UNTIMED
@given(calendars(), MOMENTS, AMOUNTS, FORWARDS, pauses())
def test_a_pause_after_the_deadline_moves_nothing(
    calendar: Calendar, start: datetime, amount: int, unit: str, stopped: list[Pause]
) -> None:
    deadline = reckon(start, amount, unit, calendar, pauses=stopped)
    late = Pause(deadline.at + timedelta(microseconds=1), deadline.at + timedelta(days=20))
    assert (
        reckon(start, amount, unit, calendar, pauses=[p for p in stopped if p.start <= deadline.at]).at == deadline.at
    )
    if all(p.end is not None and p.end < late.start for p in stopped):
        assert reckon(start, amount, unit, calendar, pauses=[*stopped, late]).at == deadline.at


@UNTIMED
@given(calendars(), MOMENTS, AMOUNTS, UNITS, pauses(), MOST, st.booleans())
def test_a_longer_span_is_never_due_earlier(
    calendar: Calendar,
    start: datetime,
    amount: int,
    unit: str,
    stopped: list[Pause],
    most: tuple[int, str] | None,
    rolls: bool,
) -> None:
    def due(n: int) -> datetime:
        return reckon(start, n, unit, calendar, pauses=stopped, most=most, rolls=rolls).at

    assert due(amount) <= due(amount + 1)
    assert (
        reckon(start, amount + 1, unit, calendar, before=True).at
        <= reckon(start, amount, unit, calendar, before=True).at
    )


@UNTIMED
@given(calendars(), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)), AMOUNTS, UNITS, st.booleans())
def test_a_later_start_is_never_due_earlier(
    calendar: Calendar, start: datetime, later: timedelta, amount: int, unit: str, rolls: bool
) -> None:
    assert (
        reckon(start, amount, unit, calendar, rolls=rolls).at
        <= reckon(start + later, amount, unit, calendar, rolls=rolls).at
    )


@UNTIMED
@given(calendars(), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)), AMOUNTS, FORWARDS, pauses())
def test_nor_where_pauses_without_a_most_stop_it(
    calendar: Calendar, start: datetime, later: timedelta, amount: int, unit: str, stopped: list[Pause]
) -> None:
    first, second = (reckon(begin, amount, unit, calendar, pauses=stopped).at for begin in (start, start + later))
    assert first <= second


@UNTIMED
@given(calendars(), MOMENTS, AMOUNTS, UNITS)
def test_what_is_to_be_done_lies_between_start_and_deadline(
    calendar: Calendar, start: datetime, amount: int, unit: str
) -> None:
    due = reckon(start, amount, unit, calendar).at
    last = act_by(start, due, calendar)
    assert min(start, due) <= last <= due
    assert risk_from(last, (1, "working days"), calendar) < last
    assert act_by(None, due, calendar) <= last


@UNTIMED
@given(pauses())
def test_merged_pauses_lie_apart_in_order(stopped: list[Pause]) -> None:
    merged = merge_pauses(stopped)
    assert all(begins < ends for begins, ends in merged)
    assert all(one[1] < other[0] for one, other in pairwise(merged))
    assert merge_pauses(Pause(*one) for one in merged) == merged


@UNTIMED
@given(calendars(), MOMENTS, AMOUNTS, pauses(), MOST)
def test_as_many_days_are_counted_as_are_given(
    calendar: Calendar, start: datetime, amount: int, stopped: list[Pause], most: tuple[int, str] | None
) -> None:
    deadline = reckon(start, amount, "working days", calendar, pauses=stopped, most=most)
    days = [line.day for line in deadline.timeline]
    assert days == [start.date() + timedelta(days=i + 1) for i in range(len(days))]
    assert sum(line.what == "counted" for line in deadline.timeline) == amount
    assert deadline.timeline[-1].what == "counted"
    assert deadline.at == calendar.end_of(days[-1])
