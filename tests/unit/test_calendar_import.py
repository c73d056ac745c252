"""Days from files of others become a calendar that decodes, and says what was left out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from relcare.files.yaml_tree import read_documents
from relcare.rulebook.decode_calendars import decode_calendars
from relcare.rulebook.reader import Reader
from relcare.runs.calendar_import import Wanted, calendar_import
from relcare.timing.calendars import Calendar

YEAR = {
    "year": 2019,
    "papers": ["https://www.gov.cn/"],
    "days": [
        {"name": "元旦", "date": "2018-12-29", "isOffDay": False},
        {"name": "元旦", "date": "2018-12-31", "isOffDay": True},
        {"name": "元旦", "date": "2019-01-01", "isOffDay": True},
        {"name": "劳动节", "date": "2019-05-01", "isOffDay": True},
        {"name": "劳动节", "date": "2019-05-02", "isOffDay": True},
        {"name": "国庆节：特别 #1", "date": "2019-10-12", "isOffDay": False},
    ],
}
ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
{}
END:VCALENDAR
"""


def event(name: str, *lines: str) -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{name}", f"SUMMARY:{name}", *lines, "END:VEVENT"])


def imported(path: Path, wanted: Wanted, before: str = "") -> tuple[Calendar, list[str]]:
    """The calendar that the command makes, and what it said of the file."""
    result = calendar_import(str(path), wanted)
    assert result.text, result.problems
    documents, problems = read_documents((before + result.text).encode(), "made.yaml")
    reader = Reader()
    calendars = decode_calendars(reader, documents)
    assert problems == reader.problems == []
    return list(calendars.values())[-1], [problem.message for problem in result.problems]


def test_a_year_of_holiday_cn(tmp_path: Path) -> None:
    (tmp_path / "2019.json").write_text(json.dumps(YEAR), encoding="utf-8")
    calendar, said = imported(tmp_path / "2019.json", Wanted(announced="2018-12-06"))
    assert (calendar.name, said) == ("days_2019", [])
    assert (calendar.known_from, calendar.known_until) == (date(2018, 12, 29), date(2019, 12, 31))
    days = [
        date(2018, 12, 29),
        date(2018, 12, 31),
        date(2019, 1, 1),
        date(2019, 5, 2),
        date(2019, 5, 3),
        date(2019, 10, 12),
    ]
    assert [calendar.is_open(day) for day in days] == [True, False, False, False, True, True]
    assert calendar.reason(date(2019, 5, 1)) == ("Labour Day", "劳动节")
    assert calendar.reason(date(2019, 10, 12))[1] == "调休上班（国庆节：特别 #1）"
    assert not calendar.seen_on(date(2018, 12, 5)).is_known(date(2019, 5, 1))


def test_it_adds_to_a_base(tmp_path: Path) -> None:
    (tmp_path / "2019.json").write_text(json.dumps(YEAR), encoding="utf-8")
    base = "kind: calendar\ncalendar: cn\nknown: {from: 2018-01-01, to: 2018-12-31}\ncloses: 17:30\n---\n"
    calendar, _ = imported(tmp_path / "2019.json", Wanted("cn_2019", "cn"), base)
    assert (calendar.name, calendar.known_from, calendar.known_until) == (
        "cn_2019",
        date(2018, 1, 1),
        date(2019, 12, 31),
    )
    assert calendar.end_of(date(2019, 5, 3)).hour == 17


def test_only_the_years_wanted(tmp_path: Path) -> None:
    (tmp_path / "2019.json").write_text(json.dumps(YEAR), encoding="utf-8")
    calendar, _ = imported(tmp_path / "2019.json", Wanted(years="2019"))
    assert calendar.known_from == date(2019, 1, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nothing", "not a year of holiday-cn"),
        ("[]", "not a year of holiday-cn"),
        ('{"year": 2019}', "no 'days'"),
        (
            '{"year": 2019, "days": [{"name": "元旦", "date": "2019-02-30", "isOffDay": true}]}',
            "not a year of holiday-cn",
        ),
        ('{"year": 2028, "days": []}', "not announced yet"),
    ],
)
def test_what_is_no_year_of_holiday_cn(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "year.json"
    path.write_text(text, encoding="utf-8")
    [problem] = calendar_import(str(path), Wanted()).problems
    assert (problem.code, problem.place.path) == ("IMP001", str(path))
    assert said in problem.message


def test_icalendar(tmp_path: Path) -> None:
    pytest.importorskip("icalendar")
    path = tmp_path / "public-holidays.ics"
    events = [
        event("春节（休）", "DTSTART;VALUE=DATE:20260215", "DTEND;VALUE=DATE:20260224"),
        event("春节（班）", "DTSTART;VALUE=DATE:20260214"),
        event("Staff day", "DTSTART;VALUE=DATE:20260603", "DURATION:P2D"),
        event("Meeting", "DTSTART:20260603T100000Z"),
        event("Birthday", "DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=YEARLY"),
    ]
    path.write_text(ICS.format("\n".join(events)), encoding="utf-8")
    calendar, said = imported(path, Wanted())
    assert calendar.name == "public_holidays"
    closed = [str(day) for day in calendar.exceptions if not calendar.is_open(day)]
    assert closed == [*(f"2026-02-{day}" for day in range(15, 24)), "2026-06-03", "2026-06-04"]
    assert calendar.reason(date(2026, 2, 14)) == ("make-up working day (Spring Festival)", "调休上班（春节）")
    assert said == [
        "event `Meeting` is left out: it is of a time of day",
        "event `Birthday` is left out: it comes again by a rule",
    ]


def test_what_is_no_icalendar(tmp_path: Path) -> None:
    pytest.importorskip("icalendar")
    (tmp_path / "a.ics").write_text("nothing", encoding="utf-8")
    assert [problem.code for problem in calendar_import(str(tmp_path / "a.ics"), Wanted()).problems] == ["IMP001"]


def test_a_country(tmp_path: Path) -> None:
    pytest.importorskip("holidays")
    calendar, _ = imported(Path("GB"), Wanted(years="2026..2027"))
    assert (calendar.name, calendar.known_until) == ("gb", date(2027, 12, 31))
    assert [calendar.is_open(date(2026, 12, day)) for day in (24, 25, 28, 29)] == [True, False, False, True]
    assert [p.code for p in calendar_import("XX", Wanted(years="2026")).problems] == ["IMP001"]
    assert [p.code for p in calendar_import("GB", Wanted()).problems] == ["IMP001"]


@pytest.mark.parametrize(
    "wanted",
    [Wanted(name="a b"), Wanted(base="-"), Wanted(announced="soon"), Wanted(years="2027..2026"), Wanted(years="x")],
)
def test_wrong_options(wanted: Wanted) -> None:
    assert calendar_import("2019.json", wanted).usage.startswith("--")


def test_a_file_that_is_not_there_or_of_no_known_kind(tmp_path: Path) -> None:
    assert [p.code for p in calendar_import(str(tmp_path / "no.json"), Wanted()).problems] == ["FIL003"]
    (tmp_path / "a.csv").write_text("day", encoding="utf-8")
    assert [p.code for p in calendar_import(str(tmp_path / "a.csv"), Wanted()).problems] == ["IMP001"]
