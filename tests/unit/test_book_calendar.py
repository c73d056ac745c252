"""What `relcare.yaml` says of a book's calendar and of its first day."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest
from books import VOCABULARY

from relcare.files.book_calendar import BookCalendar
from relcare.files.settings import Settings, read_settings
from relcare.located import Problem
from relcare.timing.calendars import Calendar, DayException, weekdays, written_exceptions

GOLDEN = DayException(date(2026, 10, 1), date(2026, 10, 7), False, "National Day", "国庆节")
CN = Calendar("cn", written=written_exceptions([GOLDEN]))
SHOP = Calendar("shop", week=(False, True, True, True, True, True, True), closes=time(20))


def read(folder: Path, text: str) -> tuple[Settings, list[Problem]]:
    (folder / "relcare.yaml").write_text(text, encoding="utf-8")
    return read_settings(folder, VOCABULARY, ["cn", "shop"])


def told(folder: Path, text: str) -> list[tuple[str, str]]:
    """The problems of a `relcare.yaml` as (code, what is marked)."""
    lines = text.split("\n")
    return [
        (p.code, lines[p.place.line - 1][p.place.column - 1 : p.place.column - 1 + p.width])
        for p in read(folder, text)[1]
    ]


def test_a_book_that_says_nothing_has_the_usual_calendar(tmp_path: Path) -> None:
    settings, problems = read(tmp_path, "language: zh")
    assert problems == []
    assert settings.calendar == BookCalendar()
    assert settings.go_live is None
    assert settings.calendar.applied({"shop": SHOP, "cn": CN}) is CN
    assert settings.calendar.applied({"shop": SHOP}) == weekdays()


def test_a_book_can_name_a_calendar(tmp_path: Path) -> None:
    settings, problems = read(tmp_path, "calendar: shop")
    assert problems == []
    assert settings.calendar.applied({"shop": SHOP, "cn": CN}) is SHOP


def test_a_book_can_have_plain_weekdays(tmp_path: Path) -> None:
    settings, problems = read(tmp_path, "calendar: weekdays")
    assert problems == []
    assert settings.calendar.applied({"cn": CN}) == weekdays()


def test_a_book_can_have_days_of_its_own(tmp_path: Path) -> None:
    settings, problems = read(
        tmp_path,
        "go_live: 2026-01-01\n"
        "calendar:\n"
        "  base: cn\n"
        "  closes: 17:30\n"
        "  closed:\n"
        "    2026-11-23: {en: Moving day, zh: 搬迁}\n"
        "    2026-11-25..2026-11-26: Stocktaking\n"
        "    2026-11-30: {zh: 停电}\n"
        "    2026-12-01:\n"
        "  open: [2026-10-07, 2026/11/28]\n",
    )
    assert problems == []
    assert settings.go_live == date(2026, 1, 1)
    own = settings.calendar.applied({"cn": CN})
    assert own.closes == time(17, 30)
    assert own.reason(date(2026, 11, 23)) == ("Moving day", "搬迁")
    assert own.reason(date(2026, 11, 26)) == ("Stocktaking", "Stocktaking")
    assert own.reason(date(2026, 11, 30)) == ("停电", "停电")
    assert own.reason(date(2026, 12, 1)) == ("closed by the calendar", "日历列为休息日")
    assert [own.is_open(date(2026, 10, day)) for day in (6, 7, 8)] == [False, True, True]
    assert own.is_open(date(2026, 11, 28))
    assert own.is_open(date(2026, 11, 27))


@pytest.mark.parametrize("days", ["2026-11-23", "[2026-11-23]", "{2026-11-23: Moving day}"])
def test_one_day_can_be_written_in_three_ways(tmp_path: Path, days: str) -> None:
    settings, problems = read(tmp_path, f"calendar: {{closed: {days}}}")
    assert problems == []
    assert not settings.calendar.applied({"cn": CN}).is_open(date(2026, 11, 23))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("calendar: sho", [("SET002", "sho")]),
        ("calendar: {base: us}", [("SET002", "us")]),
        ("calendar: [cn]", [("SET003", "[")]),
        ("calendar: {bas: cn}", [("SET002", "bas")]),
        ("calendar: {closes: 00:00}", [("SET010", "00:00")]),
        ("calendar: {closes: late}", [("SET010", "late")]),
        ("calendar: {closed: 2026-02-29}", [("SET005", "2026-02-29")]),
        ("calendar: {open: [2026-03-02..2026-03-01]}", [("SET005", "2026-03-02..2026-03-01")]),
        ("calendar: {closed: {soon: Moving}}", [("SET005", "soon")]),
        ("calendar: {closed: {2026-03-02: {de: Umzug}}}", [("SET002", "de")]),
        ("calendar: {closed: [2026-03-02, 2026-03-01..2026-03-03]}", [("SET011", "2026-03-01..2026-03-03")]),
        ("calendar: {closed: 2026-03-02, open: 2026-03-02}", [("SET011", "2026-03-02")]),
        ("go_live: soon", [("SET005", "soon")]),
        ("calendar: {hours: nine to five}", [("SET012", "nine to five")]),
        ("calendar: {other hours: {2026-12-31: late}}", [("SET012", "late")]),
        ("calendar: {other hours: {soon: 09:00-12:00}}", [("SET005", "soon")]),
        ("calendar: {closed: 2026-12-31, other hours: {2026-12-31: 09:00-12:00}}", [("SET011", "2026-12-31")]),
    ],
)
def test_a_mistake_has_its_place(tmp_path: Path, text: str, marked: list[tuple[str, str]]) -> None:
    assert told(tmp_path, text) == marked


def test_what_is_mistaken_is_as_if_it_were_not_said(tmp_path: Path) -> None:
    text = "go_live: soon\ncalendar: {base: us, closes: late, closed: [2026-03-02, 2026-02-30]}"
    settings, problems = read(tmp_path, text)
    assert len(problems) == 4
    assert settings.go_live is None
    assert settings.calendar == BookCalendar("", (DayException(date(2026, 3, 2), date(2026, 3, 2), False),))


def test_names_are_not_judged_where_the_calendars_are_not_known(tmp_path: Path) -> None:
    (tmp_path / "relcare.yaml").write_text("calendar: elsewhere", encoding="utf-8")
    settings, problems = read_settings(tmp_path, VOCABULARY)
    assert problems == []
    assert settings.calendar.base == "elsewhere"


def test_a_book_can_have_hours_and_half_days(tmp_path: Path) -> None:
    text = "calendar: {hours: [09:00-12:00, 13:30-17:30], other hours: {2026-12-31: 09:00-12:00}, closed: 2026-12-24}"
    settings, problems = read(tmp_path, text)
    assert problems == []
    own = settings.calendar.applied({"cn": CN})
    assert [own.windows(date(2026, 12, day)) for day in (24, 26, 30, 31)] == [
        (),
        (),
        ((540, 720), (810, 1050)),
        ((540, 720),),
    ]
    assert [own.end_of(date(2026, 12, day)).hour for day in (24, 30, 31)] == [23, 17, 12]


def test_a_calendar_of_another_time_zone_is_refused(tmp_path: Path) -> None:
    calendars = {"london": Calendar("london", zone="Europe/London")}
    (tmp_path / "relcare.yaml").write_text("calendar: london", encoding="utf-8")
    assert [problem.code for problem in read_settings(tmp_path, VOCABULARY, calendars)[1]] == ["SET013"]
    (tmp_path / "relcare.yaml").write_text("calendar: london\ntime zone: Europe/London", encoding="utf-8")
    assert read_settings(tmp_path, VOCABULARY, calendars)[1] == []
