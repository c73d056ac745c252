"""Calendars: the day on each side of every boundary, and the calendar of China day by day."""

# ruff: noqa: DTZ001  # moments are in the time zone of the book
from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from relcare.files.yaml_tree import read_documents
from relcare.rulebook.decode_calendars import decode_calendars
from relcare.rulebook.reader import Reader
from relcare.timing.calendars import (
    Calendar,
    DayException,
    read_closing_time,
    read_exceptions,
    read_stretch,
    weekdays,
    with_exceptions,
    written_exceptions,
)

NATIONAL = DayException(date(2026, 10, 1), date(2026, 10, 7), False, "National Day", "国庆节", date(2025, 11, 4))
MAKE_UP = DayException(date(2026, 10, 10), date(2026, 10, 10), True, "National Day", "国庆节", date(2025, 11, 4))
AUTUMN = Calendar(
    "autumn",
    written=written_exceptions([MAKE_UP, NATIONAL]),
    known_from=date(2026, 1, 1),
    known_until=date(2026, 12, 31),
    fixed=((1, 1), (2, 29), (10, 1)),
)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.fixture(scope="module")
def china(root: Path) -> Calendar:
    documents, problems = read_documents((root / "rules" / "calendars" / "cn.yaml").read_bytes(), "cn.yaml")
    reader = Reader()
    calendars = decode_calendars(reader, documents)
    assert problems == reader.problems == []
    return calendars["cn"]


@pytest.mark.parametrize(
    ("text", "is_open", "en", "zh"),
    [
        ("2026-09-30", True, "working day", "工作日"),
        ("2026-10-01", False, "National Day", "国庆节"),
        ("2026-10-03", False, "National Day", "国庆节"),
        ("2026-10-07", False, "National Day", "国庆节"),
        ("2026-10-08", True, "working day", "工作日"),
        ("2026-10-10", True, "make-up working day (National Day)", "调休上班（国庆节）"),
        ("2026-10-11", False, "weekend", "周末"),
        ("2026-01-01", True, "working day", "工作日"),
        ("2025-12-31", True, "working day", "工作日"),
        ("2025-01-01", False, "statutory holiday, assumed", "法定节假日（推定）"),
        ("2027-01-01", False, "statutory holiday, assumed", "法定节假日（推定）"),
        ("2028-01-01", False, "weekend", "周末"),
        ("2028-02-29", False, "statutory holiday, assumed", "法定节假日（推定）"),
        ("2027-03-01", True, "working day", "工作日"),
        ("2027-10-10", False, "weekend", "周末"),
    ],
)
def test_a_day_is_open_or_closed_for_a_reason(text: str, is_open: bool, en: str, zh: str) -> None:
    assert AUTUMN.is_open(day(text)) is is_open
    assert AUTUMN.reason(day(text)) == (en, zh)
    assert AUTUMN.flags(day(text), day(text)) == str(int(is_open))


def test_exceptions_without_a_name_and_other_weeks_have_reasons_too() -> None:
    closed, opened = (
        DayException(day("2026-10-12"), day("2026-10-12"), False),
        DayException(day("2026-10-17"), day("2026-10-17"), True),
    )
    own = with_exceptions(AUTUMN, [closed, opened])
    assert own.reason(day("2026-10-12")) == ("closed by the calendar", "日历列为休息日")
    assert own.reason(day("2026-10-17")) == ("make-up working day", "调休上班")
    sundays = Calendar("shop", week=(False, True, True, True, True, True, True))
    assert sundays.reason(day("2026-10-12"))[0] == "closed on this day of the week"
    assert sundays.is_open(day("2026-10-11"))


@pytest.mark.parametrize(
    ("text", "known"), [("2025-12-31", False), ("2026-01-01", True), ("2026-12-31", True), ("2027-01-01", False)]
)
def test_both_ends_of_what_is_known_belong_to_it(text: str, known: bool) -> None:
    assert AUTUMN.is_known(day(text)) is known


@pytest.mark.parametrize(
    ("start", "n", "after", "before"),
    [
        ("2026-09-30", 1, "2026-10-08", "2026-09-29"),
        ("2026-10-03", 1, "2026-10-08", "2026-09-30"),
        ("2026-10-08", 1, "2026-10-09", "2026-09-30"),
        ("2026-09-30", 5, "2026-10-13", "2026-09-23"),
        ("2026-10-09", 1, "2026-10-10", "2026-10-08"),
        ("2026-10-12", 1, "2026-10-13", "2026-10-10"),
        ("2026-10-12", 2, "2026-10-14", "2026-10-09"),
    ],
)
def test_the_nth_open_day_never_counts_the_day_itself(start: str, n: int, after: str, before: str) -> None:
    assert AUTUMN.open_day_after(day(start), n) == day(after)
    assert AUTUMN.open_day_before(day(start), n) == day(before)


@pytest.mark.parametrize(
    ("text", "following", "last"),
    [
        ("2026-09-30", "2026-09-30", "2026-09-30"),
        ("2026-10-01", "2026-10-08", "2026-09-30"),
        ("2026-10-07", "2026-10-08", "2026-09-30"),
        ("2026-10-08", "2026-10-08", "2026-10-08"),
        ("2026-10-11", "2026-10-12", "2026-10-10"),
    ],
)
def test_an_open_day_is_its_own_next_and_last(text: str, following: str, last: str) -> None:
    assert AUTUMN.next_open_day(day(text)) == day(following)
    assert AUTUMN.last_open_day(day(text)) == day(last)


def test_a_day_ends_with_its_last_microsecond_or_at_the_closing_time() -> None:
    assert AUTUMN.end_of(day("2026-10-08")) == datetime(2026, 10, 8, 23, 59, 59, 999999)
    closing = with_exceptions(AUTUMN, closes=time(17, 30))
    assert closing.end_of(day("2026-10-08")) == datetime(2026, 10, 8, 17, 30)
    assert closing.exceptions == AUTUMN.exceptions


@pytest.mark.parametrize(
    ("after", "upto", "count"),
    [
        ("2026-09-29", "2026-09-30", 1),
        ("2026-09-30", "2026-09-30", 0),
        ("2026-09-30", "2026-10-07", 0),
        ("2026-09-30", "2026-10-08", 1),
        ("2026-09-30", "2026-10-12", 4),
        ("2026-10-08", "2026-09-30", 0),
    ],
)
def test_open_days_are_counted_without_the_first_and_with_the_last(after: str, upto: str, count: int) -> None:
    assert AUTUMN.count_open_days(day(after), day(upto)) == count


def test_flags_tell_every_day_of_three_centuries_like_single_days() -> None:
    first, last = date(1900, 1, 1), date(2199, 12, 31)
    flags = AUTUMN.flags(first, last)
    assert len(flags) == (last - first).days + 1
    days = [first + timedelta(days=i) for i in range(0, len(flags), 29)] + [
        date(2026, 1, 1) + timedelta(days=i) for i in range(365)
    ]
    assert [flags[(one - first).days] for one in days] == [str(int(AUTUMN.is_open(one))) for one in days]
    assert AUTUMN.flags(last, first) == ""


def test_the_ends_of_all_dates_are_not_left() -> None:
    assert AUTUMN.open_day_after(date.max, 3) == date.max
    assert AUTUMN.open_day_before(date.min, 3) == date.min


def test_own_days_overrule_and_leave_what_is_known() -> None:
    own = with_exceptions(
        AUTUMN,
        [
            DayException(day("2026-10-06"), day("2026-10-06"), True, "Quarter's end", "季末"),
            DayException(day("2027-03-01"), day("2027-03-02"), False, "Moving", "搬迁"),
        ],
    )
    assert [own.is_open(day(f"2026-10-0{i}")) for i in (5, 6, 7)] == [False, True, False]
    assert [own.is_open(day(f"2027-03-0{i}")) for i in (1, 2, 3)] == [False, False, True]
    assert not own.is_known(day("2027-03-01"))
    assert AUTUMN.is_open(day("2027-03-01"))
    assert with_exceptions(AUTUMN) is AUTUMN


def test_exceptions_survive_being_written() -> None:
    assert read_exceptions(AUTUMN.written) == [NATIONAL, MAKE_UP]
    halves = [NATIONAL._replace(last=date(2026, 10, 3)), NATIONAL._replace(first=date(2026, 10, 4))]
    assert read_exceptions(written_exceptions(reversed(halves))) == [NATIONAL]
    named = NATIONAL._replace(en="National\tDay\n", zh="")
    assert read_exceptions(written_exceptions([named]))[0].en == "National Day"
    assert read_exceptions("") == []


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("2026-10-01", ("2026-10-01", "2026-10-01")),
        ("2026-10-01..2026-10-07", ("2026-10-01", "2026-10-07")),
        ("2026-10-01 .. 2026-10-01", ("2026-10-01", "2026-10-01")),
        ("2026-10-07..2026-10-01", None),
        ("2026-02-29", None),
        ("2026-10-01..", None),
        ("..2026-10-01", None),
    ],
)
def test_a_stretch_is_one_day_or_two_in_order(text: str, stretch: tuple[str, str] | None) -> None:
    assert read_stretch(text) == (stretch and (day(stretch[0]), day(stretch[1])))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("17:30", time(17, 30)),
        ("9:05", time(9, 5)),
        ("23:59", time(23, 59)),
        ("00:01", time(0, 1)),
        ("00:00", None),
        ("24:00", None),
        ("17:60", None),
        ("17:3", None),
        ("17.30", None),
        ("1730", None),
        (":30", None),
    ],
)
def test_a_closing_time_lies_within_the_day(text: str, at: time | None) -> None:
    assert read_closing_time(text) == at


def test_weekdays_know_all_time() -> None:
    assert weekdays().is_open(day("2026-10-01"))
    assert not weekdays().is_open(day("2026-10-03"))
    assert weekdays().is_known(date(1900, 1, 1))
    assert weekdays().is_known(date(2199, 12, 31))


def test_china_agrees_with_a_library_on_every_day_that_is_known(china: Calendar) -> None:
    days = [date(2015, 1, 1) + timedelta(days=i) for i in range(4383)]
    assert days[-1] == china.known_until == date(2026, 12, 31)
    assert china.known_from == days[0]
    assert [one for one in days if china.is_open(one) != chinese_calendar.is_workday(one)] == []


def test_china_names_its_days_and_says_when_they_were_announced(china: Calendar) -> None:
    assert len(china.exceptions) == 404
    assert all(one.announced and one.announced < one.first for one in china.exceptions.values())
    # of two notices on one holiday each day has its own
    notices = {"2019-05-01": "2018-12-06", "2019-05-02": "2019-03-22", "2019-05-05": "2019-03-22"}
    notices |= {"2020-01-30": "2019-11-21", "2020-02-01": "2020-01-26", "2018-12-29": "2018-12-06"}
    assert {text: str(china.exceptions[day(text)].announced) for text in notices} == notices
    assert china.reason(day("2026-10-10")) == ("make-up working day (National Day)", "调休上班（国庆节）")
    assert china.reason(day("2020-02-01")) == ("Spring Festival", "春节")


@pytest.mark.parametrize(
    ("text", "is_open"),
    [("2014-10-02", False), ("2014-10-04", False), ("2014-10-08", True), ("2027-01-01", False), ("2027-02-08", True)],
)
def test_china_assumes_the_statutory_days_where_nothing_is_known(china: Calendar, text: str, is_open: bool) -> None:
    assert china.is_open(day(text)) is is_open
    assert not china.is_known(day(text))


def test_each_festival_has_one_day_a_year_that_is_a_holiday(china: Calendar) -> None:
    assert list(china.festivals) == [
        "new_year",
        "spring_festival",
        "qingming",
        "labour_day",
        "dragon_boat",
        "mid_autumn",
        "national_day",
    ]
    for festival in china.festivals.values():
        assert [one.year for one in festival.days] == list(range(2015, 2028))
        for one in festival.days:
            assert not china.is_open(one) or not china.is_known(one)
    assert china.festivals["spring_festival"].days[11] == day("2026-02-17")
    assert china.festivals["mid_autumn"].days[11] == day("2026-09-25")


def test_festivals_agree_with_the_names_that_a_library_gives_their_days(china: Calendar) -> None:
    names = {
        "qingming": "Tomb-sweeping Day",
        "dragon_boat": "Dragon Boat Festival",
        "spring_festival": "Spring Festival",
    }
    for key, name in names.items():
        days = [one for one in china.festivals[key].days if china.is_known(one)]
        assert {chinese_calendar.get_holiday_detail(one)[1] for one in days} == {name}


def test_the_shipped_calendar_is_what_its_script_writes(root: Path, china: Calendar, tmp_path: Path) -> None:
    if not (root / ".ci").is_dir():
        pytest.skip("a source distribution is without the scripts of the repository")
    table = tmp_path / "days.csv"
    rows = [f"{one},{int(exception.open)},{exception.zh}" for one, exception in china.exceptions.items()]
    table.write_text("\n".join(["date,is_workday,name", *rows]) + "\n", encoding="utf-8")
    script = [sys.executable, "-X", "utf8", str(root / ".ci" / "make_cn_calendar.py"), str(table)]
    told = subprocess.run(script, capture_output=True, check=True, encoding="utf-8").stdout
    assert told == (root / "rules" / "calendars" / "cn.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("seen", "until"),
    [
        ("2025-11-03", "2025-12-31"),
        ("2025-11-04", "2026-12-31"),
        ("2022-12-07", "2022-12-31"),
        ("2022-12-08", "2023-12-31"),
        ("2014-12-15", "2014-12-31"),
    ],
)
def test_a_year_is_known_from_its_notice_on(china: Calendar, seen: str, until: str) -> None:
    assert str(china.seen_on(date.fromisoformat(seen)).known_until) == until


def test_the_prolonged_spring_festival_of_2020(china: Calendar) -> None:
    """A notice of 26 January 2020 closed 31 January, and 1 February, which was to make up for the holidays."""
    days = [date(2020, 1, 30), date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2), date(2020, 2, 3)]
    before, after = china.seen_on(date(2020, 1, 25)), china.seen_on(date(2020, 1, 26))
    assert [before.is_open(day) for day in days] == [False, True, True, False, True]
    assert [after.is_open(day) for day in days] == [False, False, False, False, True]
    assert after.flags(days[0], days[-1]) == china.flags(days[0], days[-1]) == "00001"
