"""What holds for every deadline of the calculator, whatever the span, the calendar and the pauses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from relcare.timing.calculator import ROLLS, Deadline, add, between
from relcare.timing.calendars import Calendar, DayException, with_exceptions
from relcare.timing.clock import Pause
from relcare.timing.lengths import WORKING_TIME, Length

UNTIMED = settings(deadline=None)
ZONES = st.sampled_from(["UTC", "Asia/Shanghai", "Europe/London", "America/New_York"])
MOMENTS = st.datetimes(datetime(2026, 1, 20), datetime(2027, 1, 20), timezones=st.just(UTC))  # noqa: DTZ001
UNITS = st.sampled_from(
    ["seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years", "working days", *WORKING_TIME]
)
AMOUNTS = st.integers(0, 40)
HOURS = st.sampled_from([((540, 720), (810, 1050)), ((0, 1440),), ((1320, 1800),), ((60, 120), (1200, 1500))])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A calendar that knows 2026, with hours, holidays, half days and make-up days."""
    week = draw(st.lists(st.booleans(), min_size=7, max_size=7).filter(any))
    hours = draw(HOURS)
    days = draw(st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 2), max_size=12))
    calendar = Calendar(
        "any", tuple(week), known_from=date(2026, 1, 1), known_until=date(2026, 12, 31),
        hours=tuple(hours if is_open else () for is_open in week),
    )  # fmt: skip
    return with_exceptions(
        calendar,
        [DayException(day, day, kind > 0, hours=((600, 660),) if kind == 2 else ()) for day, kind in days.items()],
    )


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    """Some pauses, in no order."""
    lengths = st.timedeltas(timedelta(0), timedelta(days=9))
    return [Pause(start, start + draw(lengths)) for start in draw(st.lists(MOMENTS, max_size=4))]


def due(
    start: datetime, length: Length, calendar: Calendar, zone: str, stopped: list[Pause], rolls: str = ""
) -> Deadline:
    found = add(start, length, calendar, zone, pauses=stopped, rolls=rolls)
    assert found is not None
    return found


@UNTIMED
@given(MOMENTS, AMOUNTS, UNITS, calendars(), ZONES, pauses(), st.timedeltas(timedelta(0), timedelta(days=20)))
def test_longer_later_and_paused_is_never_earlier(
    start: datetime, amount: int, unit: str, calendar: Calendar, zone: str, stopped: list[Pause], later: timedelta
) -> None:
    length = Length(amount, unit)
    plain, paused = due(start, length, calendar, zone, []), due(start, length, calendar, zone, stopped)
    assert plain.utc <= paused.utc
    assert paused.utc <= due(start, Length(amount + 1, unit), calendar, zone, stopped).utc
    assert paused.utc <= due(start + later, length, calendar, zone, stopped).utc


@UNTIMED
@given(MOMENTS, AMOUNTS, st.sampled_from(["working days", *WORKING_TIME]), calendars(), ZONES)
def test_between_gives_back_what_add_has_added(
    start: datetime, amount: int, unit: str, calendar: Calendar, zone: str
) -> None:
    found = due(start, Length(amount, unit), calendar, zone, [])
    assert between(start, found.utc, unit, calendar, zone).amount == amount
    if unit in WORKING_TIME:
        back = due(start, Length(amount, unit, before=True), calendar, zone, [])
        assert between(start, back.utc, unit, calendar, zone).amount == -amount


@UNTIMED
@given(MOMENTS, AMOUNTS, UNITS, st.booleans(), calendars(), ZONES, pauses(), st.sampled_from(["", *ROLLS]))
def test_no_deadline_leans_on_unknown_days_in_silence(
    start: datetime,
    amount: int,
    unit: str,
    before: bool,
    calendar: Calendar,
    zone: str,
    stopped: list[Pause],
    rolls: str,
) -> None:
    in_time = unit in WORKING_TIME or unit in ("seconds", "minutes", "hours")
    found = due(start, Length(amount, unit, before), calendar, zone, stopped, "" if in_time else rolls)
    leans = [line.day for line in found.lines] if unit.startswith("working") else []
    unknown = [day for day in (*leans, found.at.date(), found.act_by.date()) if not calendar.is_known(day)]
    assert found.provisional or not unknown


@UNTIMED
@given(MOMENTS, AMOUNTS, UNITS, calendars(), ZONES, pauses())
def test_the_timeline_adds_up(
    start: datetime, amount: int, unit: str, calendar: Calendar, zone: str, stopped: list[Pause]
) -> None:
    found = due(start, Length(amount, unit), calendar, zone, stopped)
    counted = sum(line.counted for line in found.lines)
    if unit == "working days":
        assert counted == amount
        assert all(calendar.is_open(line.day) for line in found.lines if line.what == "counted")
    elif unit in WORKING_TIME and start.microsecond == 0 and not stopped:
        assert counted == amount * WORKING_TIME[unit]
    totals = [line.total for line in found.lines]
    assert totals == sorted(totals)
