"""The calculator: a deadline and its timeline, what lies between, and what cannot be counted."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from relcare.timing.calculator import NoHoursError, add, between, rolled
from relcare.timing.calendars import Calendar, DayException, weekdays, with_exceptions
from relcare.timing.clock import Pause
from relcare.timing.instants import read_instant
from relcare.timing.lengths import Length, read_length

GOLDEN_WEEK = DayException(date(2026, 10, 1), date(2026, 10, 7), False, "National Day", "国庆节", date(2025, 11, 4))
MAKE_UP = DayException(date(2026, 10, 10), date(2026, 10, 10), True, "National Day", "国庆节", date(2025, 11, 4))
OFFICE = ((540, 720), (810, 1050))
CN = with_exceptions(
    Calendar("cn", known_from=date(2026, 1, 1), known_until=date(2026, 12, 31), hours=(OFFICE,) * 5 + ((),) * 2),
    [GOLDEN_WEEK, MAKE_UP],
)
ZONE = "Asia/Shanghai"


def start(text: str, zone: str = ZONE) -> datetime:
    found = read_instant(text, zone)
    assert found is not None
    return found.at


def due(
    text: str, span: str, calendar: Calendar = CN, *, zone: str = ZONE, rolls: str = "", pauses: tuple[str, ...] = ()
) -> str:
    length = read_length(span)
    assert length is not None
    stopped = [Pause(*(start(edge, zone) for edge in pause.split(".."))) for pause in pauses]
    found = add(start(text, zone), length, calendar, zone, pauses=stopped, rolls=rolls)
    return "never" if found is None else found.at.isoformat(sep=" ", timespec="minutes")


@pytest.mark.parametrize(
    ("text", "span", "told"),
    [
        ("2026-09-30", "5 working days", "2026-10-13 17:30"),
        (
            "2026-09-30 23:59",
            "5 working days",
            "2026-10-13 17:30",
        ),  # after closing: the day after the start is the first
        ("2026-10-03", "1 working day", "2026-10-08 17:30"),  # a start on a closed day
        ("2026-09-30", "0 working days", "2026-09-30 17:30"),
        ("2026-10-12", "5 working days before", "2026-09-29 17:30"),
        ("2026-10-03", "1 working day before", "2026-09-30 17:30"),
        ("2026-09-21", "10 days", "2026-10-01 23:59"),  # a natural span stays on its closed day
        ("2026-08-31", "1 month", "2026-09-30 17:30"),
        ("2026-09-30 16:30", "72 hours", "2026-10-03 16:30"),
        ("2026-09-30 16:30", "2 working hours", "2026-10-08 10:00"),
        ("2026-09-30 16:30", "1 working hour", "2026-09-30 17:30"),
        ("2026-09-30 16:30", "61 working minutes", "2026-10-08 09:01"),
        ("2026-09-30 16:30", "0 working hours", "2026-09-30 16:30"),
        ("2026-10-10 09:00", "7 working hours", "2026-10-10 17:30"),  # a made-up Saturday has a working day's hours
        ("2199-12-31", "1 working day", "never"),
        ("2199-12-20", "99999 days", "never"),
        ("1900-01-05", "9999999 years before", "never"),
        ("2199-12-31 17:00", "8 working hours", "never"),
    ],
)
def test_a_deadline(text: str, span: str, told: str) -> None:
    assert due(text, span) == told


@pytest.mark.parametrize(
    ("span", "pauses", "told"),
    [
        ("3 working days", ("2026-10-09..2026-10-10",), "2026-10-12 17:30"),  # 9 October is wholly inside
        ("3 working days", ("2026-10-09 00:01..2026-10-10",), "2026-10-10 17:30"),
        ("72 hours", ("2026-10-08..2026-10-09",), "2026-10-11 00:00"),
        ("7 working hours", ("2026-10-08 09:00..2026-10-08 10:00",), "2026-10-09 10:00"),
    ],
)
def test_pauses(span: str, pauses: tuple[str, ...], told: str) -> None:
    assert due("2026-10-07", span, pauses=pauses) == told


def test_elapsed_hours_pass_where_clocks_change() -> None:
    assert due("2026-03-28 12:00", "24 hours", zone="Europe/London") == "2026-03-29 13:00"
    assert due("2026-10-24 12:00", "24 hours", zone="Europe/London") == "2026-10-25 11:00"
    assert due("2026-03-28 12:00", "1 day", weekdays(), zone="Europe/London") == "2026-03-29 23:59"


def test_a_calendar_of_another_zone_counts_in_its_own() -> None:
    london = CN._replace(zone="Europe/London")
    found = add(start("2026-10-09T18:30+01:00"), Length(1, "working hours"), london, ZONE)
    assert found is not None
    assert (found.at, found.offset) == (datetime(2026, 10, 10, 10), "+01:00")  # noqa: DTZ001
    assert found.utc == datetime(2026, 10, 10, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("how", "day", "told"),
    [
        ("following", "2026-10-03", "2026-10-08"),
        ("preceding", "2026-10-03", "2026-09-30"),
        ("modified following", "2026-10-31", "2026-10-30"),
        ("modified following", "2026-10-24", "2026-10-26"),
        ("modified preceding", "2026-10-03", "2026-10-08"),
        ("modified preceding", "2026-10-25", "2026-10-23"),
        ("following", "2026-10-08", "2026-10-08"),
    ],
)
def test_a_closed_day_rolls(how: str, day: str, told: str) -> None:
    assert str(rolled(date.fromisoformat(day), CN, how)) == told
    assert due(day, "0 days", rolls=how).startswith(told)


@pytest.mark.parametrize(
    ("first", "last", "unit", "amount"),
    [
        ("2026-09-30", "2026-10-13", "working days", 5),
        ("2026-10-13", "2026-09-30", "working days", -5),
        ("2026-09-30", "2026-09-30", "working days", 0),
        ("2026-10-03", "2026-10-08", "working days", 1),
        ("2026-09-30", "2026-10-07", "working days", 0),
        ("2026-09-30 23:59", "2026-10-08 00:00", "working days", 1),
        ("2026-09-30 16:30", "2026-10-08 10:00", "working hours", 2),
        ("2026-09-30 16:30", "2026-10-08 09:59", "working hours", 1),
        ("2026-10-08 10:00", "2026-09-30 16:30", "working hours", -2),
        ("2026-10-08 09:59", "2026-09-30 16:30", "working hours", -1),
        ("2026-09-30", "2026-10-13", "days", 13),
        ("2026-08-31", "2026-09-30", "months", 1),
        ("2026-09-30 10:00", "2026-10-01 09:59:59", "hours", 23),
    ],
)
def test_between(first: str, last: str, unit: str, amount: int) -> None:
    assert between(start(first), start(last), unit, CN, ZONE).amount == amount


def test_a_deadline_says_what_it_leans_on() -> None:
    def provisional(text: str, span: str, **options: str) -> bool:
        length = read_length(span)
        assert length is not None
        found = add(start(text), length, CN, ZONE, **options)
        assert found is not None
        return found.provisional

    assert not provisional("2026-12-28", "3 working days")
    assert provisional("2026-12-28", "4 working days")
    assert not provisional("2027-01-01", "1 working day before")
    assert provisional("2027-01-02", "1 working day before")  # 1 January was passed, and it is not known
    assert provisional("2025-12-30", "5 working days")  # 31 December 2025 was counted
    assert not provisional("2026-12-31 09:00", "7 working hours")
    assert provisional("2026-12-31 09:00", "8 working hours")
    assert provisional("2026-12-24", "10 days")
    assert between(start("2026-12-31"), start("2027-01-01"), "working days", CN, ZONE).provisional
    assert not between(start("2026-12-30"), start("2026-12-31"), "working days", CN, ZONE).provisional


def test_every_day_is_accounted_for() -> None:
    found = add(start("2026-09-30"), Length(5, "working days"), CN, ZONE)
    assert found is not None
    assert [(str(line.day)[5:], line.what, line.zh, line.total) for line in found.lines[6:10]] == [
        ("10-07", "skipped", "国庆节", 0), ("10-08", "counted", "工作日", 1), ("10-09", "counted", "工作日", 2),
        ("10-10", "counted", "调休上班（国庆节）", 3),
    ]  # fmt: skip
    assert len(found.lines) == 13
    hours = add(
        start("2026-09-30 16:00"),
        Length(3, "working hours"),
        CN,
        ZONE,
        pauses=[Pause(start("2026-09-30 16:30"), start("2026-10-08 09:30"))],
    )
    assert hours is not None
    assert [(line.what, line.counted) for line in hours.lines if line.what != "skipped"] == [
        ("counted", 1800), ("paused", 0), ("paused", 0), ("counted", 9000),
    ]  # fmt: skip
    assert sum(line.counted for line in hours.lines) == hours.lines[-1].total == 3 * 3600


def test_without_hours_there_is_no_working_time() -> None:
    with pytest.raises(NoHoursError):
        add(start("2026-10-08"), Length(1, "working hours"), weekdays(), ZONE)
    with pytest.raises(NoHoursError):
        between(start("2026-10-08"), start("2026-10-09"), "working hours", weekdays(), ZONE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("5 working days", Length(5, "working days")), ("1 Working Day", Length(1, "working days")), ("5个工作日", Length(5, "working days")),
        ("五个工作日内", Length(5, "working days")), ("十五日", Length(15, "days")), ("二十一天", Length(21, "days")), ("两个月", Length(2, "months")),
        ("72小时", Length(72, "hours")), ("8 个工作小时", Length(8, "working hours")), ("30分钟", Length(30, "minutes")),
        ("5 working days before", Length(5, "working days", before=True)), ("提前3个工作日", Length(3, "working days", before=True)),
        ("-2 days", Length(2, "days", before=True)), ("0 days", Length(0, "days")), ("1,000 hours", Length(1000, "hours")),
        ("5 wrking days", None), ("1.5 hours", None), ("5", None), ("", None), ("days", None), ("个工作日", None), ("百天", None), ("10000000 days", None),
    ],
)  # fmt: skip
def test_spans_are_read_in_both_languages(text: str, told: Length | None) -> None:
    assert read_length(text) == told
    if told is not None and not told.before:
        assert read_length(told.in_("en")) == read_length(told.in_("zh")) == told
