"""Documents of kind `calendar`: what they come to, and the place of every mistake in them."""

from __future__ import annotations

import json
import textwrap
from datetime import date, time

import pytest

from relcare.files.compiled import _object, _plain
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.decode_calendars import decode_calendars
from relcare.rulebook.reader import Reader
from relcare.timing.calendars import FIRST, LAST, WEEKDAYS, Calendar, DayException, Festival, read_exceptions

KNOWN = "calendar: c\nknown: {from: 2026-01-01, to: 2026-12-31}\n"


def decoded(text: str) -> tuple[dict[str, Calendar], list[tuple[str, str]]]:
    """The calendars of a file, and its problems as (code, what is marked)."""
    text = textwrap.dedent(text)
    documents, problems = read_documents(text.encode(), "calendar.yaml")
    assert problems == []
    reader = Reader()
    calendars = decode_calendars(reader, documents)
    lines = text.split("\n")
    marked = [
        (p.code, lines[p.place.line - 1][p.place.column - 1 : p.place.column - 1 + p.width]) for p in reader.problems
    ]
    return calendars, marked


def test_everything_that_can_be_said() -> None:
    calendars, marked = decoded(
        """\
        kind: calendar
        calendar: branch
        week: [tuesday, wednesday, thursday, friday, saturday]
        known: {from: 2026-01-01, to: 2026-12-31}
        closed every year: [10-01, 01-01, 02-29]
        closes: 17:30
        holidays:
          - {name: {en: National Day, zh: 国庆节}, announced: 2025-11-04, closed: 2026-10-01..2026-10-07, open: [2026-09-20, 2026-10-11..2026-10-12]}
          - {name: Moving day, closed: [2026-11-24]}
        festivals:
          mid_autumn: {name: {en: Mid-Autumn, zh: 中秋节}, days: [2026-09-25, 2025-10-06]}
          founding: {days: 2026-03-01}
        """
    )
    assert marked == []
    calendar = calendars["branch"]
    names = ("National Day", "国庆节", date(2025, 11, 4))
    assert read_exceptions(calendar.written) == [
        DayException(date(2026, 9, 20), date(2026, 9, 20), True, *names),
        DayException(date(2026, 10, 1), date(2026, 10, 7), False, *names),
        DayException(date(2026, 10, 11), date(2026, 10, 12), True, *names),
        DayException(date(2026, 11, 24), date(2026, 11, 24), False, "Moving day", "Moving day"),
    ]
    assert calendar == Calendar(
        "branch",
        week=(False, True, True, True, True, True, False),
        written=calendar.written,
        festivals={
            "mid_autumn": Festival("Mid-Autumn", "中秋节", (date(2025, 10, 6), date(2026, 9, 25))),
            "founding": Festival("Founding", "Founding", (date(2026, 3, 1),)),
        },
        known_from=date(2026, 1, 1),
        known_until=date(2026, 12, 31),
        closes=time(17, 30),
        fixed=((1, 1), (2, 29), (10, 1)),
    )


def test_the_least_that_can_be_said() -> None:
    calendars, marked = decoded(KNOWN)
    assert marked == []
    assert calendars == {"c": Calendar("c", known_from=date(2026, 1, 1), known_until=date(2026, 12, 31))}
    assert calendars["c"].week == WEEKDAYS


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("calendar: all\nknown: {from: 2026-01-01, to: 2026-12-31}", [("RUL006", "all")]),
        ("known: {from: 2026-01-01, to: 2026-12-31}", [("RUL003", "k")]),
        ("calendar: c", [("RUL003", "c")]),
        ("calendar: c\nknown: {from: 2026-01-01}", [("RUL003", "{")]),
        ("calendar: c\nknown: 2026", [("RUL004", "2026")]),
        ("calendar: c\nknown: {from: 2026-01-01, to: 2025-12-31}", [("CAL003", "2025-12-31")]),
        (KNOWN + "weeks: [monday]", [("RUL002", "weeks")]),
        (KNOWN + "week: [monday, tusday]", [("CAL004", "tusday")]),
        (KNOWN + "week: [Monday]", [("CAL004", "Monday")]),
        (KNOWN + "week: []", [("RUL039", "[")]),
        (KNOWN + "closes: 24:00", [("CAL005", "24:00")]),
        (KNOWN + "closes: half past five", [("CAL005", "half past five")]),
        (KNOWN + "closed every year: [10-01, 02-30]", [("CAL006", "02-30")]),
        (KNOWN + "closed every year: [2026-10-01]", [("CAL006", "2026-10-01")]),
        (KNOWN + "holidays: none", [("RUL004", "none")]),
        (KNOWN + "holidays: [{name: H}]", [("RUL003", "{")]),
        (KNOWN + "holidays: [{closed: 2026-05-01}]", [("RUL003", "{")]),
        (KNOWN + "holidays: [{name: H, close: 2026-05-01}]", [("RUL002", "close")]),
        (KNOWN + "holidays: [{name: H, closed: 2026-05-32}]", [("CAL003", "2026-05-32")]),
        (KNOWN + "holidays: [{name: H, closed: 2026-5-1}]", [("CAL003", "2026-5-1")]),
        (KNOWN + "holidays: [{name: H, closed: 2026-05-03..2026-05-01}]", [("CAL003", "2026-05-03..2026-05-01")]),
        (KNOWN + "holidays: [{name: H, closed: 2026-05-01, announced: soon}]", [("RUL007", "soon")]),
        (KNOWN + "holidays: [{name: {en: H}, closed: 2026-05-01}]", [("RUL009", "{")]),
        (KNOWN + "holidays: [{name: H, closed: 2025-12-31..2026-01-01}]", [("CAL007", "2025-12-31..2026-01-01")]),
        (KNOWN + "holidays: [{name: H, open: 2027-01-01}]", [("CAL007", "2027-01-01")]),
        (KNOWN + "holidays: [{name: H, closed: [2026-05-01, 2026-05-01]}]", [("CAL002", "2026-05-01")]),
        (KNOWN + "holidays: [{name: H, closed: 2026-05-01..2026-05-05, open: 2026-05-05}]", [("CAL002", "2026-05-05")]),
        (KNOWN + "festivals: {f: {days: [2026-03-01, 2026-03-01]}}", [("CAL002", "2026-03-01")]),
        (KNOWN + "festivals: {f: {name: F}}", [("RUL003", "f")]),
        (KNOWN + "festivals: {f: {days: [soon]}}", [("RUL007", "soon")]),
        (KNOWN + "festivals: {1f: {days: 2026-03-01}}", [("RUL006", "1f")]),
        (KNOWN + "---\n" + KNOWN, [("CAL001", "c")]),
    ],
)
def test_a_mistake_has_its_place(text: str, marked: list[tuple[str, str]]) -> None:
    assert decoded(text)[1] == marked


def test_both_ends_of_what_is_known_can_be_holidays() -> None:
    calendars, marked = decoded(KNOWN + "holidays: [{name: H, closed: [2026-01-01, 2026-12-31]}]")
    assert marked == []
    assert not calendars["c"].is_open(date(2026, 12, 31))


def test_what_is_mistaken_is_left_out_and_the_rest_is_there() -> None:
    calendars, _ = decoded(
        KNOWN + "week: [mon]\ncloses: noon\nholidays:\n"
        "  - {name: H, closed: [2026-05-01, 2026-05-01..2026-05-03, 2026-13-01], open: 2026-05-09}\n"
    )
    calendar = calendars["c"]
    assert list(calendar.exceptions) == [date(2026, 5, 1), date(2026, 5, 9)]
    assert (calendar.week, calendar.closes) == (WEEKDAYS, None)


def test_without_what_is_known_everything_is() -> None:
    calendar = decoded("calendar: c\nholidays: [{name: H, closed: 2026-05-01}]")[0]["c"]
    assert (calendar.known_from, calendar.known_until) == (FIRST, LAST)


def test_a_message_says_where_the_other_one_stands() -> None:
    text = KNOWN + "holidays:\n- {name: H, closed: 2026-05-01..2026-05-03}\n- {name: G, open: 2026-05-03}\n"
    documents, _ = read_documents(text.encode(), "c.yaml")
    reader = Reader()
    decode_calendars(reader, documents)
    [problem] = reader.problems
    assert str(problem) == "c.yaml:5:19: CAL002 2026-05-03 stands here twice"
    assert problem.hint == "also at c.yaml:4:21; a later notice has a later `announced`"


def test_a_calendar_survives_being_kept() -> None:
    calendar = decoded(
        KNOWN
        + "closes: 17:30\nclosed every year: [10-01]\nholidays: [{name: H, closed: 2026-05-01, announced: 2025-11-04}]\n"
        "festivals: {f: {days: [2026-03-01]}}\n"
    )[0]["c"]
    again = _object(json.loads(json.dumps(_plain(calendar))))
    assert type(again) is Calendar
    assert type(again.festivals["f"]) is Festival
    assert again == calendar
    assert again.end_of(date(2026, 5, 4)) == calendar.end_of(date(2026, 5, 4))
    assert again.exceptions == calendar.exceptions


OFFICE = ((540, 720), (810, 1050))
BASES = """\
calendar: cn
known: {from: 2026-01-01, to: 2026-12-31}
closes: 18:00
closed every year: [10-01]
holidays: [{name: {en: National Day, zh: 国庆节}, announced: 2025-11-04, closed: 2026-10-01..2026-10-07, open: 2026-10-10}]
festivals: {national_day: {days: 2026-10-01}}
---
"""


@pytest.mark.parametrize(
    ("hours", "week", "given"),
    [
        ("hours: 09:00-12:00, 13:30-17:30", WEEKDAYS, (OFFICE,) * 5 + ((),) * 2),
        ("hours: [09:00-12:00, 13:30-17:30]", WEEKDAYS, (OFFICE,) * 5 + ((),) * 2),
        ("week: [monday]\nhours: 22:00-06:00", (True,) + (False,) * 6, (((1320, 1800),),) + ((),) * 6),
        ("hours: {monday..wednesday: 09:00-17:00, sunday: 00:00-24:00}", (True,) * 3 + (False,) * 3 + (True,),
         (((540, 1020),),) * 3 + ((),) * 3 + (((0, 1440),),)),
    ],
)  # fmt: skip
def test_hours_of_the_week(hours: str, week: tuple[bool, ...], given: tuple[object, ...]) -> None:
    calendars, marked = decoded(KNOWN + hours)
    assert marked == []
    assert (calendars["c"].week, calendars["c"].hours) == (week, given)


def test_hours_of_single_days() -> None:
    text = (
        KNOWN
        + "hours: 09:00-17:00\nholidays: [{name: Eve, other hours: {2026-12-31: 09:00-12:00, 2026-12-26: 10:00-11:00}}]"
    )
    calendars, marked = decoded(text)
    assert marked == []
    eve, saturday = date(2026, 12, 31), date(2026, 12, 26)
    assert calendars["c"].windows(eve) == ((540, 720),)
    assert calendars["c"].reason(eve) == ("open 09:00-12:00 (Eve)", "营业 09:00-12:00（Eve）")
    assert calendars["c"].is_open(saturday)
    assert calendars["c"].reason(saturday)[0] == "make-up working day 10:00-11:00 (Eve)"
    assert _object(_plain(calendars["c"])) == calendars["c"]


def test_a_calendar_is_based_on_another() -> None:
    calendars, marked = decoded(
        BASES
        + "calendar: branch\nbase: cn\nhours: 09:00-12:00, 13:30-17:30\n"
        + "holidays: [{name: Moving, closed: 2026-10-10}]\n---\n"
        + "calendar: late\nbase: branch\nweek: [monday, saturday]\ntime zone: Europe/London\nknown: {to: 2027-12-31}\n"
    )
    assert marked == []
    cn, branch, late = calendars.values()
    assert (branch.known_from, branch.known_until, branch.closes, branch.fixed) == (
        cn.known_from,
        cn.known_until,
        cn.closes,
        cn.fixed,
    )
    assert branch.festivals == cn.festivals
    assert [branch.is_open(date(2026, 10, day)) for day in (7, 8, 10)] == [False, True, False]
    assert branch.reason(date(2026, 10, 10)) == ("Moving", "Moving")
    assert (late.zone, late.known_until) == ("Europe/London", date(2027, 12, 31))
    assert late.hours == (OFFICE, (), (), (), (), OFFICE, ())


def test_a_base_may_stand_behind_and_be_plain_weekdays() -> None:
    calendars, marked = decoded("calendar: a\nbase: b\n---\ncalendar: b\nbase: weekdays\nhours: 00:00-24:00\n")
    assert marked == []
    assert list(calendars) == ["a", "b"]
    assert calendars["a"] == calendars["b"]._replace(name="a")
    assert (calendars["a"].known_from, calendars["a"].known_until) == (FIRST, LAST)


def test_make_up_days_can_stay_closed() -> None:
    calendars, marked = decoded(BASES + "calendar: settlement\nbase: cn\nmake-up days: no\n")
    assert marked == []
    assert [calendars[name].is_open(date(2026, 10, 10)) for name in ("cn", "settlement")] == [True, False]
    assert calendars["settlement"].reason(date(2026, 10, 10)) == ("weekend", "周末")
    assert calendars["settlement"].reason(date(2026, 10, 7)) == ("National Day", "国庆节")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (KNOWN + "hours: nine to five", [("CAL009", "nine to five")]),
        (KNOWN + "hours: [09:00-12:00, 11:00-13:00]", [("CAL009", "09:00-12:00")]),
        (KNOWN + "hours: {mondy: 09:00-12:00}", [("CAL004", "mondy")]),
        (KNOWN + "hours: {friday..monday: 09:00-12:00}", [("CAL004", "friday..monday")]),
        (KNOWN + "hours: {monday: 09:00-12:00, monday..friday: 13:00-14:00}", [("CAL010", "monday..friday")]),
        (KNOWN + "week: [monday]\nhours: {monday: 09:00-12:00}", [("CAL010", "[")]),
        (KNOWN + "time zone: Asia/Shangai", [("CAL011", "Asia/Shangai")]),
        (KNOWN + "base: nowhere", [("CAL008", "nowhere")]),
        (KNOWN + "base: c", [("CAL008", "c")]),
        (KNOWN + "base: d\n---\ncalendar: d\nbase: c\n", [("CAL008", "c")]),
        (KNOWN + "make-up days: no", [("CAL008", "no")]),
        (KNOWN + "base: weekdays\nmake-up days: maybe", [("RUL005", "maybe")]),
        (KNOWN + "holidays: [{name: H, other hours: {2026-05-01: late}}]", [("CAL009", "late")]),
        (
            KNOWN + "holidays: [{name: H, closed: 2026-05-01, other hours: {2026-05-01: 09:00-10:00}}]",
            [("CAL002", "2026-05-01")],
        ),
        (KNOWN + "holidays: [{name: H, other hours: {2027-05-01: 09:00-10:00}}]", [("CAL007", "2027-05-01")]),
        ("calendar: weekdays\nknown: {from: 2026-01-01, to: 2026-12-31}", [("CAL001", "weekdays")]),
    ],
)
def test_a_mistake_in_hours_or_bases_has_its_place(text: str, marked: list[tuple[str, str]]) -> None:
    assert decoded(text)[1] == marked


def test_a_later_notice_overrules_an_earlier_one_from_its_day_on() -> None:
    calendars, marked = decoded(
        KNOWN
        + "holidays:\n- {name: Later, announced: 2026-01-26, closed: 2026-01-31..2026-02-02}\n"
        + "- {name: First, announced: 2025-11-04, closed: 2026-01-24..2026-01-30, open: 2026-02-01}\n"
    )
    assert marked == []
    calendar = calendars["c"]
    sunday = date(2026, 2, 1)
    assert [calendar.is_open(sunday), calendar.reason(sunday)[0]] == [False, "Later"]
    assert calendar.seen_on(date(2026, 1, 26)) is calendar
    before = calendar.seen_on(date(2026, 1, 25))
    assert [before.is_open(sunday), before.reason(sunday)[0]] == [True, "make-up working day (First)"]
    assert before.known_until == calendar.known_until
    unknown = calendar.seen_on(date(2025, 11, 3))
    assert not unknown.is_known(date(2026, 1, 24))
    assert calendar.seen_on(date(2025, 11, 4)).is_known(date(2026, 1, 24))


def test_a_notice_that_a_calendar_adds_to_its_base_holds_from_its_day_on() -> None:
    calendars, marked = decoded(
        BASES
        + "calendar: branch\nbase: cn\nholidays:\n- {name: Flood, announced: 2026-10-05, closed: 2026-10-10}\n"
        + "- {name: Moving, closed: 2026-10-07}\n"
    )
    assert marked == []
    branch, saturday = calendars["branch"], date(2026, 10, 10)
    assert [branch.seen_on(date(2026, 10, day)).is_open(saturday) for day in (4, 5)] == [True, False]
    assert branch.seen_on(date(2026, 10, 4)).reason(date(2026, 10, 7)) == ("Moving", "Moving")
    assert branch.seen_on(date(2025, 11, 3)).is_known(saturday) is False
