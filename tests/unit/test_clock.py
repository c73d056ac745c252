"""The reference clock: deadlines with the day, hour and microsecond on each side of every boundary."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from relcare.timing.calendars import Calendar, DayException, Festival, with_exceptions, written_exceptions
from relcare.timing.clock import (
    DayLines,
    Pause,
    act_by,
    folded,
    merge_pauses,
    provisional,
    reckon,
    risk_from,
)
from relcare.timing.periods import Period, anniversaries_upto, anniversary, festival_days, period_of

NAMES = ("National Day", "国庆节")
CN = Calendar(
    "cn",
    written=written_exceptions(
        [
            DayException(date(2026, 9, 20), date(2026, 9, 20), True, *NAMES),
            DayException(date(2026, 9, 25), date(2026, 9, 27), False, "Mid-Autumn Festival", "中秋节"),
            DayException(date(2026, 10, 1), date(2026, 10, 7), False, *NAMES),
            DayException(date(2026, 10, 10), date(2026, 10, 10), True, *NAMES),
        ]
    ),
    festivals={
        "mid_autumn": Festival("Mid-Autumn Festival", "中秋节", (date(2025, 10, 6), date(2026, 9, 25))),
        "national_day": Festival(*NAMES, (date(2025, 10, 1), date(2026, 10, 1))),
        "twin": Festival("Twin", "双", (date(2026, 10, 1),)),
    },
    known_from=date(2025, 1, 1),
    known_until=date(2026, 12, 31),
)
EARLY = with_exceptions(CN, closes=time(17, 30))
TICK = timedelta(microseconds=1)


def at(text: str) -> datetime:
    """A moment; a date is the end of that day."""
    day = datetime.fromisoformat(text)
    return day if " " in text else day + timedelta(days=1) - TICK


def pauses(*texts: str) -> list[Pause]:
    found = []
    for text in texts:
        start, _, end = text.partition(" to ")
        found.append(Pause(datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None))
    return found


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-09-30 10:00", 5, "working days", "2026-10-13"),
        ("2026-09-30 00:00", 1, "working days", "2026-10-08"),
        ("2026-09-30 23:59", 1, "working days", "2026-10-08"),
        ("2026-10-03 12:00", 1, "working days", "2026-10-08"),
        ("2026-10-09 12:00", 1, "working days", "2026-10-10"),
        ("2026-10-08 12:00", 5, "working days", "2026-10-14"),
        ("2026-09-30 10:00", 72, "hours", "2026-10-03 10:00"),
        ("2026-09-30 10:00", 90, "minutes", "2026-09-30 11:30"),
        ("2026-09-30 23:59:45", 30, "seconds", "2026-10-01 00:00:15"),
        ("2026-09-30 10:00", 3, "days", "2026-10-03"),
        ("2026-09-30 10:00", 2, "weeks", "2026-10-14"),
        ("2026-01-31 10:00", 1, "months", "2026-02-28"),
        ("2026-01-31 10:00", 2, "months", "2026-03-31"),
        ("2026-11-30 10:00", 1, "quarters", "2027-02-28"),
        ("2028-02-29 10:00", 1, "years", "2029-02-28"),
    ],
)
def test_a_deadline_after_a_start(start: str, amount: int, unit: str, due: str) -> None:
    assert reckon(at(start), amount, unit, CN).at == at(due)


@pytest.mark.parametrize(
    ("anchor", "amount", "unit", "due"),
    [
        ("2026-09-25 00:00", 5, "working days", "2026-09-20"),
        ("2026-10-08 00:00", 1, "working days", "2026-09-30"),
        ("2026-10-12 00:00", 1, "working days", "2026-10-10"),
        ("2026-10-12 00:00", 30, "days", "2026-09-12"),
        ("2026-03-31 00:00", 1, "months", "2026-02-28"),
        ("2026-10-12 00:00", 2, "hours", "2026-10-11 22:00"),
    ],
)
def test_a_deadline_before_a_date(anchor: str, amount: int, unit: str, due: str) -> None:
    assert reckon(at(anchor), amount, unit, CN, before=True).at == at(due)


def test_a_deadline_in_days_ends_when_the_calendar_closes_and_elapsed_time_does_not() -> None:
    assert reckon(at("2026-09-30 10:00"), 1, "working days", EARLY).at == at("2026-10-08 17:30")
    assert reckon(at("2026-09-30 10:00"), 3, "days", EARLY).at == at("2026-10-03 17:30")
    assert reckon(at("2026-09-30 10:00"), 24, "hours", EARLY).at == at("2026-10-01 10:00")


@pytest.mark.parametrize(
    ("start", "due"),
    [("2026-09-28 10:00", "2026-10-08"), ("2026-09-27 10:00", "2026-09-30"), ("2026-10-05 10:00", "2026-10-08")],
)
def test_a_natural_deadline_rolls_only_where_it_is_told_to(start: str, due: str) -> None:
    rolled = reckon(at(start), 3, "days", CN, rolls=True)
    assert rolled.at == at(due)
    plain = reckon(at(start), 3, "days", CN)
    assert plain.at.date() == at(start).date() + timedelta(days=3)
    assert [line.day for line in rolled.timeline if line.what == "rolled"] == [
        plain.at.date() + timedelta(days=i) for i in range((rolled.at - plain.at).days)
    ]


def test_the_timeline_tells_of_each_day_why_it_counts_or_not() -> None:
    deadline = reckon(at("2026-09-30 10:00"), 5, "working days", CN)
    assert folded(deadline.timeline) == [
        DayLines(date(2026, 10, 1), date(2026, 10, 7), "skipped", *NAMES, 0),
        DayLines(date(2026, 10, 8), date(2026, 10, 9), "counted", "working day", "工作日", 2),
        DayLines(
            date(2026, 10, 10),
            date(2026, 10, 10),
            "counted",
            "make-up working day (National Day)",
            "调休上班（国庆节）",
            3,
        ),
        DayLines(date(2026, 10, 11), date(2026, 10, 11), "skipped", "weekend", "周末", 3),
        DayLines(date(2026, 10, 12), date(2026, 10, 13), "counted", "working day", "工作日", 5),
    ]
    back = reckon(at("2026-10-08 00:00"), 2, "working days", CN, before=True)
    assert [(line.first.day, line.last.day, line.what, line.nth) for line in folded(back.timeline)] == [
        (7, 1, "skipped", 0),
        (30, 29, "counted", 2),
    ]


@pytest.mark.parametrize(
    ("given", "merged"),
    [
        (["2026-10-08 10:00 to 2026-10-09 10:00", "2026-10-09 10:00 to 2026-10-09 11:00"], ["2026-10-08 10:00 to 2026-10-09 11:00"]),
        (["2026-10-09 10:00 to 2026-10-09 11:00", "2026-10-08 10:00 to 2026-10-09 10:30"], ["2026-10-08 10:00 to 2026-10-09 11:00"]),
        (["2026-10-08 10:00 to 2026-10-12 10:00", "2026-10-09 10:00 to 2026-10-09 11:00"], ["2026-10-08 10:00 to 2026-10-12 10:00"]),
        (["2026-10-08 10:00 to 2026-10-08 10:00"], []),
        (["2026-10-08 10:00 to 2026-10-08 09:00"], []),
        (["2026-10-08 10:00 to 2026-10-08 11:00", "2026-10-08 11:00:01 to 2026-10-08 12:00"],
         ["2026-10-08 10:00 to 2026-10-08 11:00", "2026-10-08 11:00:01 to 2026-10-08 12:00"]),
    ],
)  # fmt: skip
def test_pauses_that_overlap_or_touch_are_one(given: list[str], merged: list[str]) -> None:
    assert merge_pauses(pauses(*given)) == [tuple(pause) for pause in pauses(*merged)]


def test_a_pause_that_goes_on_includes_the_as_of() -> None:
    going = pauses("2026-10-08 10:00")
    assert merge_pauses(going, at("2026-10-09")) == [(at("2026-10-08 10:00"), at("2026-10-10 00:00"))]
    assert merge_pauses(going, at("2026-10-08 09:59")) == []
    with pytest.raises(ValueError, match="Pause"):
        merge_pauses(going)


# 8, 9 and 10 October are open, 11 is not; without a pause three working days from the 30th end on the 10th.
@pytest.mark.parametrize(
    ("given", "most", "due"),
    [
        ([], None, "2026-10-10"),
        (["2026-10-08 00:00 to 2026-10-09 00:00"], None, "2026-10-12"),
        (["2026-10-08 00:00 to 2026-10-08 23:59:59"], None, "2026-10-10"),
        (["2026-10-08 00:00:01 to 2026-10-09 00:00"], None, "2026-10-10"),
        (["2026-10-08 12:00 to 2026-10-09 12:00"], None, "2026-10-10"),
        (["2026-10-07 12:00 to 2026-10-10 12:00"], None, "2026-10-13"),
        (["2026-10-08 00:00 to 2026-10-08 12:00", "2026-10-08 12:00 to 2026-10-09 00:00"], None, "2026-10-12"),
        (["2026-10-08 00:00 to 2026-10-08 12:00", "2026-10-08 13:00 to 2026-10-09 00:00"], None, "2026-10-10"),
        (["2026-10-10 00:00 to 2026-10-11 00:00"], None, "2026-10-12"),
        (["2026-10-10 00:00:01 to 2026-10-20 00:00"], None, "2026-10-10"),
        (["2026-10-11 00:00 to 2026-10-20 00:00"], None, "2026-10-10"),
        (["2026-09-01 00:00 to 2026-09-30 12:00"], None, "2026-10-10"),
        (["2026-10-01 00:00 to 2026-10-08 00:00"], None, "2026-10-10"),
        (["2026-10-08 00:00 to 2026-10-11 00:00"], None, "2026-10-14"),
        (["2026-10-08 00:00 to 2026-10-11 00:00"], (2, "working days"), "2026-10-13"),
        (["2026-10-08 00:00 to 2026-10-11 00:00"], (3, "days"), "2026-10-14"),
        (["2026-10-08 00:00 to 2026-10-11 00:00"], (25, "hours"), "2026-10-12"),
        (["2026-10-08 00:00 to 2026-10-11 00:00"], (0, "days"), "2026-10-10"),
    ],
)  # fmt: skip
def test_an_open_day_is_left_out_if_it_lies_wholly_inside_a_pause(
    given: list[str], most: tuple[int, str] | None, due: str
) -> None:
    deadline = reckon(at("2026-09-30 10:00"), 3, "working days", CN, pauses=pauses(*given), most=most)
    assert deadline.at == at(due)
    assert sum(line.what == "counted" for line in deadline.timeline) == 3


def test_natural_days_are_left_out_alike_and_roll_at_the_end() -> None:
    given = pauses("2026-10-10 00:00 to 2026-10-12 00:00")
    assert reckon(at("2026-10-08 10:00"), 3, "days", CN, pauses=given).at == at("2026-10-13")
    given = pauses("2026-09-29 00:00 to 2026-09-30 00:00")
    assert reckon(at("2026-09-28 10:00"), 2, "days", CN, pauses=given, rolls=True).at == at("2026-10-08")


# 24 hours from 10:00 on the 8th, without a pause
@pytest.mark.parametrize(
    ("given", "most", "due"),
    [
        (["2026-10-08 12:00 to 2026-10-08 14:00"], None, "2026-10-09 12:00"),
        (["2026-10-08 08:00 to 2026-10-08 11:00"], None, "2026-10-09 11:00"),
        (["2026-10-08 08:00 to 2026-10-08 10:00"], None, "2026-10-09 10:00"),
        (["2026-10-09 10:00 to 2026-10-09 13:00"], None, "2026-10-09 13:00"),
        (["2026-10-09 10:00:01 to 2026-10-09 13:00"], None, "2026-10-09 10:00"),
        (["2026-10-08 12:00 to 2026-10-08 14:00", "2026-10-09 12:00 to 2026-10-09 13:00"], None, "2026-10-09 13:00"),
        (["2026-10-08 12:00 to 2026-10-08 14:00", "2026-10-09 12:01 to 2026-10-09 13:00"], None, "2026-10-09 12:00"),
        (["2026-10-08 12:00 to 2026-10-08 14:00"], (1, "hours"), "2026-10-09 11:00"),
        (["2026-10-08 12:00 to 2026-10-12 12:00"], (1, "working days"), "2026-10-10 10:00"),
        (["2026-10-08 12:00 to 2026-10-08 14:00", "2026-10-09 09:00 to 2026-10-09 10:00"], (2, "hours"), "2026-10-09 12:00"),
    ],
)  # fmt: skip
def test_an_elapsed_clock_adds_the_pauses_that_begin_before_its_end(
    given: list[str], most: tuple[int, str] | None, due: str
) -> None:
    assert reckon(at("2026-10-08 10:00"), 24, "hours", CN, pauses=pauses(*given), most=most).at == at(due)


@pytest.mark.parametrize(
    ("as_of", "given", "most", "paused"),
    [
        ("2026-10-09 12:00", ["2026-10-09 10:00"], None, True),
        ("2026-10-09 10:00", ["2026-10-09 10:00"], None, True),
        ("2026-10-09 09:59", ["2026-10-09 10:00"], None, False),
        ("2026-10-09 12:00", ["2026-10-09 10:00 to 2026-10-09 12:00"], None, False),
        ("2026-10-09 11:59", ["2026-10-09 10:00 to 2026-10-09 12:00"], None, True),
        ("2026-10-14 12:00", ["2026-10-08 00:00"], (2, "working days"), False),
        ("2026-10-09", ["2026-10-09 00:00"], (2, "working days"), True),
        ("2026-10-10", ["2026-10-09 00:00"], (2, "working days"), False),
        ("2026-10-14 12:00", ["2026-10-11 00:00"], None, False),
    ],
)  # fmt: skip
def test_a_clock_stands_still_while_a_pause_from_before_its_end_goes_on(
    as_of: str, given: list[str], most: tuple[int, str] | None, paused: bool
) -> None:
    start = at("2026-09-30 10:00")
    deadline = reckon(start, 3, "working days", CN, pauses=pauses(*given), most=most, as_of=at(as_of))
    assert deadline.paused is paused


def test_an_elapsed_clock_stands_still_until_its_most_is_used_up() -> None:
    start, given = at("2026-10-08 10:00"), pauses("2026-10-08 11:00 to 2026-10-08 12:00", "2026-10-08 20:00")
    told = [
        reckon(start, 24, "hours", CN, pauses=given, most=(2, "hours"), as_of=at(f"2026-10-08 {clock}")).paused
        for clock in ("11:30", "12:00", "20:00", "20:30", "21:00")
    ]
    assert told == [True, False, True, True, False]


@pytest.mark.parametrize(
    ("calendar", "start", "due", "last"),
    [
        (CN, "2026-09-29 10:00", "2026-09-30 10:00", "2026-09-30 10:00"),
        (CN, "2026-09-28 10:00", "2026-10-01 10:00", "2026-09-30"),
        (CN, "2026-10-01 10:00", "2026-10-04 10:00", "2026-10-04 10:00"),
        (CN, "2026-09-30 23:59:59", "2026-10-01 23:59:59", "2026-09-30"),
        (EARLY, "2026-09-29 10:00", "2026-09-30 18:00", "2026-09-30 17:30"),
        (EARLY, "2026-09-29 10:00", "2026-09-30 17:00", "2026-09-30 17:00"),
        (EARLY, "2026-09-28 10:00", "2026-10-01 10:00", "2026-09-30 17:30"),
        (EARLY, "2026-09-30 17:30", "2026-10-01 10:00", "2026-09-30 17:30"),
        (EARLY, "2026-09-30 17:31", "2026-10-01 10:00", "2026-10-01 10:00"),
        (EARLY, "2026-09-30 18:00", "2026-09-30 19:00", "2026-09-30 19:00"),
        (CN, None, "2026-10-04", "2026-09-30"),
    ],
)
def test_the_last_open_moment_is_not_before_the_start(
    calendar: Calendar, start: str | None, due: str, last: str
) -> None:
    assert act_by(None if start is None else at(start), at(due), calendar) == at(last)


@pytest.mark.parametrize(
    ("span", "begins"),
    [
        (None, "2026-10-08 00:00"),
        ((1, "working days"), "2026-09-30 00:00"),
        ((1, "days"), "2026-10-07 00:00"),
        ((1, "weeks"), "2026-10-01 00:00"),
        ((1, "months"), "2026-09-08 00:00"),
        ((6, "hours"), "2026-10-08 10:00"),
    ],
)
def test_at_risk_begins_so_long_before_the_last_open_moment(span: tuple[int, str] | None, begins: str) -> None:
    assert risk_from(at("2026-10-08 16:00"), span, CN) == at(begins)


@pytest.mark.parametrize(
    ("due", "last", "leans"),
    [
        ("2026-12-31", "2026-12-31", False),
        ("2027-01-01", "2026-12-31", True),
        ("2025-01-01", "2025-01-01", False),
        ("2025-01-01", "2024-12-31", True),
    ],
)
def test_a_deadline_beyond_what_is_known_is_provisional(due: str, last: str, leans: bool) -> None:
    assert provisional(at(due), at(last), CN) is leans


@pytest.mark.parametrize(
    ("text", "months", "first", "last"),
    [
        ("2026-10-01", 3, "2026-10-01", "2026-12-31"),
        ("2026-12-31", 3, "2026-10-01", "2026-12-31"),
        ("2027-01-01", 3, "2027-01-01", "2027-03-31"),
        ("2026-02-28", 1, "2026-02-01", "2026-02-28"),
        ("2026-02-28", 2, "2026-01-01", "2026-02-28"),
        ("2026-06-30", 12, "2026-01-01", "2026-12-31"),
    ],
)
def test_periods_begin_with_january(text: str, months: int, first: str, last: str) -> None:
    period = period_of(date.fromisoformat(text), months)
    assert (period.first, period.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert period.following.first == period.last + timedelta(days=1)
    assert period == Period(period.number, months)


def test_the_last_open_day_of_a_period() -> None:
    assert period_of(date(2026, 9, 1), 3).last_open_day(CN) == date(2026, 9, 30)
    assert period_of(date(2026, 10, 1), 1).last_open_day(CN) == date(2026, 10, 30)


def test_anniversaries_leave_out_the_day_itself() -> None:
    leap = date(2024, 2, 29)
    assert [anniversary(leap, n) for n in (1, 4)] == [date(2025, 2, 28), date(2028, 2, 29)]
    assert anniversary(date(2026, 1, 31), 2, months=1) == date(2026, 3, 31)
    told = {"2023-01-01": 0, "2024-02-29": 0, "2025-02-27": 0, "2025-02-28": 1, "2028-02-28": 3, "2028-02-29": 4}
    assert {day: anniversaries_upto(leap, date.fromisoformat(day)) for day in told} == told


def test_festivals_on_one_day_are_one_occurrence() -> None:
    everything = festival_days(CN, (), date(2025, 10, 6), date(2026, 10, 1))
    assert [(str(one.day), one.names) for one in everything] == [
        ("2025-10-06", ("mid_autumn",)),
        ("2026-09-25", ("mid_autumn",)),
        ("2026-10-01", ("national_day", "twin")),
    ]
    assert festival_days(CN, ["mid_autumn", "unheard_of"], date(2025, 10, 7), date(2026, 9, 24)) == []
