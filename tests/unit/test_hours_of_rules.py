"""Working hours in rules, worked by hand: several windows a day, pauses, calendars of subjects and of other time zones."""

from __future__ import annotations

from datetime import datetime

import pytest
from owed_books import CLOCK, VOCABULARY, owed, rule

from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load
from relcare.timing.calendars import Calendar
from relcare.timing.counting import counted
from relcare.timing.hours import read_windows

HOURS = """
kind: calendar
calendar: desk
known: {from: 2026-01-01, to: 2026-12-31}
hours: 09:00-12:00, 13:30-17:30
holidays: [{name: {en: Day off, zh: 放假}, closed: 2026-10-01..2026-10-07}]
---
kind: calendar
calendar: night
known: {from: 2026-01-01, to: 2026-12-31}
hours: 22:00-06:00
---
kind: calendar
calendar: london
known: {from: 2026-01-01, to: 2026-12-31}
time zone: Europe/London
hours: 09:00-17:00
---
kind: calendar
calendar: no_hours
known: {from: 2026-01-01, to: 2026-12-31}
---
"""
DESK = "  own_desk: {type: code, empty: EMPTY, codes: {desk: {en: Desk, zh: 柜面}, night: {en: Night, zh: 夜间}}}\n"
BASE = ("starts: received_at", "done when: feedback_at is known")


def clock(*lines: str) -> str:
    return HOURS + CLOCK + rule("C", *BASE, *lines)


def row(text: str, received: str, when: str, events: str = "", feedback: str = "") -> dict[str, object]:
    """What is owed for one complaint."""
    files = {"complaints.csv": f"complaint_id,received_at,feedback_at\nK1,{received},{feedback}"}
    if events:
        files["events.csv"] = f"event_id,complaint_id,at,until,kind\n{events}"
    (found,) = owed(text, files, when)
    return found


@pytest.mark.parametrize(
    ("span", "calendar", "received", "due"),
    [
        ("3 working hours", "desk", "2026-11-20 09:00", "2026-11-20 12:00"),  # a span that fills a window ends with it
        ("181 working minutes", "desk", "2026-11-20 09:00", "2026-11-20 13:31"),  # a minute more passes lunch
        ("1 working hour", "desk", "2026-11-20 12:15", "2026-11-20 14:30"),
        ("1 working hour", "desk", "2026-11-20 17:30", "2026-11-23 10:00"),  # at closing the next day is the first
        ("1 working hour", "desk", "2026-11-20 17:29", "2026-11-23 09:59"),
        ("1 working hour", "desk", "2026-09-30 17:00", "2026-10-08 09:30"),
        ("8 working hours", "night", "2026-11-20 21:00", "2026-11-21 06:00"),  # Friday's night ends on Saturday
        ("9 working hours", "night", "2026-11-20 21:00", "2026-11-23 23:00"),
        ("8 working hours", "london", "2026-10-23 16:00", "2026-10-24 00:00"),  # 09:00 to 17:00 in summer
        ("8 working hours", "london", "2026-10-26 16:00", "2026-10-27 01:00"),  # an hour later in winter
        ("1 working day", "london", "2026-10-23 06:30", "2026-10-24 00:00"),  # there it is Thursday still
        ("1 working day", "london", "2026-10-23 07:30", "2026-10-27 01:00"),  # and now Friday, half past midnight
    ],
)
def test_deadline(span: str, calendar: str, received: str, due: str) -> None:
    found = row(clock(f"within: {span}", f"calendar: {calendar}"), received, "2026-11-21")
    assert found["due"] == datetime.fromisoformat(due)


def test_a_pause_takes_its_open_time_out_and_no_more_than_the_most() -> None:
    lines = ("within: 4 working hours", "calendar: desk")
    lunch = "E1,K1,2026-11-18 11:00:00,2026-11-18 14:00:00,waiting"  # an hour and a half of it is open
    for most, due in (
        ("", "16:15"),
        (", at most 90 working minutes", "16:15"),
        (", at most 89 working minutes", "16:14"),
    ):
        text = clock(*lines, f"pauses: waiting{most}")
        found = row(text, "2026-11-18 09:15:00", "2026-11-20", lunch)
        assert found["due"] == datetime.fromisoformat(f"2026-11-18 {due}")


@pytest.mark.parametrize(
    ("when", "status"),
    [
        ("2026-11-20 14:59:59", "running"),
        ("2026-11-20 15:00:00", "at risk"),
        ("2026-11-20 16:30:00", "at risk"),
        ("2026-11-20 16:30:01", "overdue"),
    ],
)
def test_warned_so_much_working_time_before(when: str, status: str) -> None:
    found = row(
        clock("within: 6 working hours", "warns: 90 working minutes before", "calendar: desk"),
        "2026-11-20 09:00:00",
        when,
    )
    assert found["status"] == status


@pytest.mark.parametrize(("when", "status"), [("2026-11-20 17:30:00", "overdue"), ("2026-11-20 17:30:01", "lapsed")])
def test_given_up_so_much_working_time_after(when: str, status: str) -> None:
    text = clock("within: 6 working hours", "lapses: 1 working hour after due", "calendar: desk")
    assert row(text, "2026-11-20 09:00:00", when)["status"] == status


def test_of_a_start_known_to_the_day_the_hours_decide_only_where_they_can() -> None:
    text = clock("within: 7 working hours", "calendar: desk")
    assert row(text, "2026-11-20", "2026-11-20 18:00")["status"] == "undetermined"  # it may have come at nine
    assert row(text, "2026-11-21", "2026-11-23 17:30:00")["status"] == "at risk"  # a closed day ends with one opening
    assert row(text, "2026-11-21", "2026-11-23 17:30:01")["status"] == "overdue"


def test_each_subject_by_its_own_calendar_and_none_by_one_that_nobody_knows() -> None:
    text = VOCABULARY.replace("  handler: {type", DESK.replace("EMPTY", "unknown") + "  handler: {type", 1)
    own = rule("C", *BASE, "within: 1 working hour", "calendar: own_desk")
    files = {
        "complaints.csv": "complaint_id,received_at,feedback_at,own_desk\n"
        "K1,2026-11-20 09:00,,desk\nK2,2026-11-20 09:00,,night\nK3,2026-11-20 09:00,,lobby\nK4,2026-11-20 09:00,,"
    }
    found = {one["subject_id"]: one for one in owed(HOURS + CLOCK + own, files, "2026-11-21", vocabulary=text)}
    assert found["K1"]["due"] == datetime.fromisoformat("2026-11-20 10:00")
    assert found["K2"]["due"] == datetime.fromisoformat("2026-11-20 23:00")
    for key in ("K3", "K4"):
        assert (found[key]["status"], found[key]["due"]) == ("undetermined", None)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("calendar: no_hours", "calendar `no_hours` has no hours, so that no working time can be counted"),
        ("calendar: tier", "there is no calendar `tier`"),
        ("calendar: customer.tier", "code `vip` of `customer.tier` is no calendar"),
        ("calendar: customer.name", "`customer.name` names no calendar"),
    ],
)
def test_what_is_no_calendar_of_hours(line: str, message: str) -> None:
    nodes, _ = read_documents((VOCABULARY + clock("within: 1 working hour", line)).encode(), "rules.yaml")
    _, problems = load([("rules.yaml", nodes)])
    assert [(one.code, one.message) for one in problems if one.severity == "error"] == [("RUL077", message)]


def test_a_calendar_without_hours_owes_nothing_in_working_time() -> None:
    assert (
        owed(
            clock("within: 1 working hour"),
            {"complaints.csv": "complaint_id,received_at,feedback_at\nK1,2026-11-20 09:00,"},
            "2026-11-20",
        )
        == []
    )


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-29 00:30", 1, "2026-03-29 02:30"),
        ("2026-10-25 00:30", 2, "2026-10-25 01:30"),
        ("2026-03-28 00:30", 1, "2026-03-28 01:30"),
    ],
)
def test_elapsed_time_is_what_passes_when_clocks_change(start: str, hours: int, due: str) -> None:
    calendar = Calendar("any", hours=((read_windows("00:00-24:00") or ()),) * 7, week=(True,) * 7, seen="Europe/London")
    for unit in ("hours", "working hours"):
        assert counted(datetime.fromisoformat(start), hours, unit, calendar).at == datetime.fromisoformat(due)
