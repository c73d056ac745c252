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
