"""Hours of a day, and open time in them: each boundary from both sides."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from relcare.timing.calendars import Calendar, DayException, with_exceptions
from relcare.timing.clock import Pause
from relcare.timing.hours import Windows, closing, read_windows, write_windows
from relcare.timing.instants import instant, is_skipped, read_instant, shown
from relcare.timing.open_time import OpenTime

LUNCH: Windows = ((540, 720), (810, 1050))
NIGHT: Windows = ((1320, 1800),)
WEEK = (True,) * 5 + (False,) * 2


def calendar(hours: Windows, *days: DayException, week: tuple[bool, ...] = WEEK, zone: str = "") -> Calendar:
    each = tuple(hours if is_open else () for is_open in week)
    return with_exceptions(Calendar("c", week, hours=each, zone=zone), days)


def day(text: str, *, is_open: bool = False, hours: Windows = ()) -> DayException:
    at = date.fromisoformat(text)
    return DayException(at, at, is_open, hours=hours)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("09:00-17:30", ((540, 1050),)),
        ("09:00-12:00, 13:30-17:30", LUNCH),
        ("13:30-17:30,09:00-12:00", LUNCH),
        ("09:00–12:00，13：30至17：30", LUNCH),
        ("22:00-06:00", NIGHT),
        ("00:00-24:00", ((0, 1440),)),
        ("22:00-24:00", ((1320, 1440),)),
        ("09:00-12:00, 12:00-17:30", ((540, 1050),)),
        ("9:00-12:00", ((540, 720),)),
    ],
)
def test_hours_are_read(text: str, windows: Windows) -> None:
    assert read_windows(text) == windows
    assert read_windows(write_windows(windows)) == windows


@pytest.mark.parametrize(
    "text",
    ["", "09:00", "09:00-09:00", "24:00-06:00", "09:00-25:00", "09:00-12:60", "09:00-12:00, 11:59-14:00", "9-12", "09:00-12:00,",
     "22:00-06:00, 23:00-23:30", "a-b"],
)  # fmt: skip
def test_what_is_no_hours(text: str) -> None:
    assert read_windows(text) is None


def test_only_the_last_window_passes_midnight() -> None:
    assert read_windows("01:00-03:00, 22:00-06:00") == ((60, 180), (1320, 1800))
    assert read_windows("08:00-07:00, 09:00-10:00") is None


def test_a_day_closes_with_its_last_window_and_at_midnight_at_the_latest() -> None:
    assert [closing(windows) for windows in (LUNCH, NIGHT, (), ((0, 1440),))] == [1050, 1440, 1440, 1440]


# 2026-11-23 is a Monday.
@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59:59.999999", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T11:59:59.999999", True),
        ("2026-11-23T12:00", False),
        ("2026-11-23T13:30", True),
        ("2026-11-23T17:30", False),
        ("2026-11-22T10:00", False),
    ],
)
def test_an_opening_is_open_and_a_closing_is_not(moment: str, is_open: bool) -> None:
    assert OpenTime(calendar(LUNCH), "UTC").is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23T08:00", 3, "2026-11-23T12:00"),  # before opening; exactly at closing
        ("2026-11-23T09:00", 3, "2026-11-23T12:00"),
        ("2026-11-23T09:00", 3.25, "2026-11-23T13:45"),
        ("2026-11-23T12:30", 1, "2026-11-23T14:30"),  # at lunch
        ("2026-11-23T17:30", 1, "2026-11-24T10:00"),  # at closing
        ("2026-11-23T18:00", 1, "2026-11-24T10:00"),  # after closing
        ("2026-11-21T10:00", 1, "2026-11-23T10:00"),  # on a Saturday
        ("2026-11-23T09:00", 7, "2026-11-23T17:30"),
        ("2026-11-23T09:00", 35, "2026-11-27T17:30"),
        ("2026-11-21T10:00", 0, "2026-11-21T10:00"),  # nothing to be counted
    ],
)
def test_working_time_forwards(start: str, hours: float, due: str) -> None:
    time = OpenTime(calendar(LUNCH), "UTC")
    assert time.after(at(start), timedelta(hours=hours)) == at(due)
    assert time.between(at(start), at(due)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23T18:00", 4, "2026-11-23T13:30"),  # exactly at an opening
        ("2026-11-23T13:30", 1, "2026-11-23T11:00"),
        ("2026-11-23T09:00", 1, "2026-11-20T16:30"),
        ("2026-11-21T10:00", 0, "2026-11-21T10:00"),
    ],
)
def test_working_time_backwards(start: str, hours: float, due: str) -> None:
    time = OpenTime(calendar(LUNCH), "UTC")
    assert time.before(at(start), timedelta(hours=hours)) == at(due)
    assert time.between(at(start), at(due)) == -timedelta(hours=hours)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    time = OpenTime(calendar(NIGHT, day("2026-11-25")), "UTC")
    assert time.is_open(at("2026-11-28T05:59"))  # Friday's night, on Saturday
    assert not time.is_open(at("2026-11-28T06:00"))
    assert not time.is_open(at("2026-11-30T05:59"))  # Sunday has none
    assert time.is_open(at("2026-11-25T03:00"))  # Tuesday's night, on the closed Wednesday
    assert not time.is_open(at("2026-11-25T23:00"))
    assert not time.is_open(at("2026-11-26T03:00"))


def test_what_two_windows_share_is_open_once() -> None:
    hours: Windows = ((300, 600), (1320, 1800))  # 05:00-10:00 and 22:00-06:00
    time = OpenTime(calendar(hours), "UTC")
    assert time.between(at("2026-11-24T00:00"), at("2026-11-25T00:00")) == timedelta(hours=12)


def test_exceptions_have_their_own_hours() -> None:
    half, made_up, closed = (
        day("2026-11-24", is_open=True, hours=((540, 720),)),
        day("2026-11-28", is_open=True),
        day("2026-11-25"),
    )
    time = OpenTime(calendar(LUNCH, half, made_up, closed), "UTC")
    per_day = [
        time.between(at(f"2026-11-{n}T00:00"), at(f"2026-11-{n + 1}T00:00")) / timedelta(hours=1) for n in range(23, 30)
    ]
    assert per_day == [7, 3, 0, 7, 7, 7, 0]
    assert time.calendar.end_of(date(2026, 11, 24)) == datetime(2026, 11, 24, 12)  # noqa: DTZ001
    assert time.calendar.end_of(date(2026, 11, 23)) == datetime(2026, 11, 23, 17, 30)  # noqa: DTZ001


def test_a_day_without_hours_ends_at_midnight() -> None:
    assert calendar(LUNCH).end_of(date(2026, 11, 22)).time().isoformat() == "23:59:59.999999"
    assert calendar(NIGHT).end_of(date(2026, 11, 23)).time().isoformat() == "23:59:59.999999"


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("10:00", "11:00")], "14:30"),
        ([("10:00", "11:00"), ("10:30", "11:30")], "15:00"),  # overlapping ones are one
        ([("12:00", "13:30")], "12:00"),  # begins at the deadline, with no open time in it
        ([("11:59", "12:01")], "13:31"),
        ([("12:01", "14:00")], "12:00"),  # begins after the deadline
        ([("08:00", "09:00")], "12:00"),
        ([("07:00", "10:00")], "14:30"),
    ],
)
def test_pauses_stop_working_time(pauses: list[tuple[str, str]], due: str) -> None:
    time = OpenTime(calendar(LUNCH), "UTC")
    stopped = [Pause(at(f"2026-11-23T{begin}"), at(f"2026-11-23T{end}")) for begin, end in pauses]
    start = at("2026-11-23T09:00")
    assert time.after(start, timedelta(hours=3), stopped) == at(f"2026-11-23T{due}")
    assert time.between(start, at(f"2026-11-23T{due}"), stopped) == timedelta(hours=3)


@pytest.mark.parametrize(
    ("zone", "start", "last", "hours"),
    [
        ("Europe/London", "2026-03-28T00:00Z", "2026-03-28T23:59:59Z", 24),
        ("Europe/London", "2026-03-29T00:00Z", "2026-03-29T23:00Z", 23),  # clocks are put forward
        ("Europe/London", "2026-10-24T23:00Z", "2026-10-26T00:00Z", 25),  # and back
        ("America/New_York", "2026-03-08T05:00Z", "2026-03-09T04:00Z", 23),
        ("America/New_York", "2026-11-01T04:00Z", "2026-11-02T05:00Z", 25),
        ("Asia/Shanghai", "2026-03-28T16:00Z", "2026-03-29T16:00Z", 24),
    ],
)
def test_a_day_on_which_clocks_change_has_the_hours_that_pass(zone: str, start: str, last: str, hours: int) -> None:
    time = OpenTime(calendar(((0, 1440),), week=(True,) * 7), zone)
    passed = time.between(datetime.fromisoformat(start), datetime.fromisoformat(last))
    assert round(passed / timedelta(hours=1)) == hours


def test_a_window_is_as_long_as_it_is_open_where_clocks_change() -> None:
    night = calendar(((0, 240),), week=(True,) * 7)  # 00:00-04:00
    time = OpenTime(night, "Europe/London")
    lengths = [
        time.between(at(f"2026-{first}T12:00"), at(f"2026-{last}T12:00"))
        for first, last in (("03-27", "03-28"), ("03-28", "03-29"), ("10-24", "10-25"))
    ]
    assert [length / timedelta(hours=1) for length in lengths] == [4, 3, 5]


def test_times_that_do_not_come_and_that_come_twice() -> None:
    assert is_skipped(datetime(2026, 3, 29, 1, 30), "Europe/London")  # noqa: DTZ001
    assert not is_skipped(datetime(2026, 3, 29, 2, 0), "Europe/London")  # noqa: DTZ001
    assert instant(datetime(2026, 3, 29, 1, 30), "Europe/London") == at("2026-03-29T01:00")  # noqa: DTZ001
    assert instant(datetime(2026, 10, 25, 1, 30), "Europe/London") == at("2026-10-25T00:30")  # noqa: DTZ001
    assert shown(at("2026-10-25T01:30"), "Europe/London") == datetime(2026, 10, 25, 1, 30)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-11-24", "2026-11-23T16:00:00+00:00"),
        ("2026-11-24 09:30", "2026-11-24T01:30:00+00:00"),
        ("2026-11-24T09:30:15+00:00", "2026-11-24T09:30:15+00:00"),
        ("2026-11-24T09:30Z", "2026-11-24T09:30:00+00:00"),
        ("2026-11-24T09:30-0500", "2026-11-24T14:30:00+00:00"),
        ("2016-12-31T23:59:60Z", None),  # a leap second
        ("2016-12-31T23:59:59Z", "2016-12-31T23:59:59+00:00"),
        ("soon", None),
    ],
)
def test_moments_are_points_of_time(text: str, told: str | None) -> None:
    found = read_instant(text, "Asia/Shanghai")
    assert (found.at.isoformat() if found is not None else None) == told


def test_what_never_opens_again_has_no_deadline() -> None:
    never = OpenTime(
        with_exceptions(calendar(LUNCH), [DayException(date(2026, 1, 1), date(2199, 12, 31), False)]), "UTC"
    )
    assert never.after(at("2026-11-23T09:00"), timedelta(seconds=1)) is None
    assert never.next_open(at("2026-11-23T09:00")) is None
    assert never.next_closing(at("2026-11-23T09:00")) is None
    assert OpenTime(calendar(LUNCH), "UTC").before(at("1900-01-01T08:00"), timedelta(seconds=1)) is None


def test_round_the_clock_never_closes() -> None:
    always = OpenTime(calendar(((0, 1440),), week=(True,) * 7), "UTC")
    assert always.next_closing(at("2199-11-23T09:00")) is None
    assert always.after(at("2026-11-21T10:00"), timedelta(hours=30)) == at("2026-11-22T16:00")
