"""What is owed each time that a number of rows was reached: the engine and the reference, case by case."""

from __future__ import annotations

import pytest
from owed_books import CARE, owed, rule
from reckoned_books import told

FACTS = """\
kind: limits
limits:
  twice: [{from: 2024-01-01, is: "2"}]
  often: [{from: 2024-01-01, is: "2"}, {from: 2026-09-15, is: "3"}]
  again: [{from: 2024-01-01, is: "3"}, {from: 2026-09-15, is: "2"}]
---
kind: facts
for: customer
facts:
  called_at: {is: first at of interactions where kind call reached twice in the last 7 days}
  month_at: {is: first at of interactions where kind call reached twice in the last 1 month}
  hours_at: {is: first at of interactions where kind call reached twice in the last 24 hours}
  ever_at: {is: first at of interactions where kind call reached twice}
  alike_at: {is: first at of interactions repeating channel where kind call reached twice in the last 7 days}
  often_at: {is: first at of interactions where kind call reached often in the last 7 days}
  again_at: {is: first at of interactions where kind call reached again in the last 7 days}
---
"""
LATE = "2026-09-30"


def book(*rows, waived=""):
    """A customer's interactions: `at`, or `at kind channel outcome` with slashes between."""
    cells = [[*row.split("/"), "", "", ""][:4] for row in rows]
    lines = [
        f"I{n},C1,{at},{kind or 'call'},{channel},{outcome}" for n, (at, kind, channel, outcome) in enumerate(cells)
    ]
    files = {
        "customers.csv": "customer_id,opened_at,tier\nC1,2026-01-05,vip\n",
        "interactions.csv": "\n".join(
            ["interaction_id,customer_id,at,kind,channel,outcome", *lines, "I99,C9,2026-01-01,visit,,"]
        ),
    }
    if waived:
        files["waivers.csv"] = f"waiver_id,rule_id,subject_id,waived_at,waived_by,reason\nW1,EACH,C1,{waived},S1,so"
    return files


def each(fact, rows, when=LATE, *lines, waived="", due="2 days"):
    """The occurrences of a rule that starts from `fact`: start and status, both sides saying the same."""
    text = FACTS + CARE + rule("EACH", f"starts: {fact}", f"within: {due}", "done when: interaction survey", *lines)
    files = book(*rows, waived=waived)
    engine = [(row["start"], row["due"], row["status"]) for row in owed(text, files, when)]
    opened = [row for row in owed(text, files, when) if row["open"]]
    assert owed(text, files, when, every=False) == opened
    (owing,) = told(text, files, when).values()
    reckoned = [(one.start and one.start.first, one.due and one.due.first, one.status) for one in owing.occurrences]
    assert sorted(map(str, engine)) == sorted(map(str, reckoned))
    return [(f"{start:%m-%d %H:%M}" if start else "", status) for start, _, status in engine]


def starts(fact, *rows, when=LATE):
    """When occurrences start that nothing was done about, whether or not another covers them."""
    found = each(fact, rows, when, "lapses: 1 day after due", due="1 day")
    assert {status for _, status in found} <= {"lapsed"}
    return [start for start, _ in found]


@pytest.mark.parametrize(
    ("fact", "rows", "expected"),
    [
        ("called_at", ("2026-09-01",), []),
        ("called_at", ("2026-09-01", "2026-09-07"), ["09-07 00:00"]),
        ("called_at", ("2026-09-01", "2026-09-08"), []),  # seven days old: the oldest day of the window is out
        ("called_at", ("2026-09-01 23:59", "2026-09-07 00:00"), ["09-07 00:00"]),
        ("called_at", ("2026-09-01 23:59", "2026-09-08 00:00"), []),
        ("called_at", ("2026-09-07", "2026-09-01"), ["09-07 00:00"]),  # in whatever order they stand
        ("month_at", ("2026-08-01", "2026-08-31"), ["08-31 00:00"]),
        ("month_at", ("2026-08-01", "2026-09-01"), []),
        ("month_at", ("2026-02-28", "2026-03-30"), []),  # 28 February is a month before 30 March
        ("month_at", ("2026-03-01", "2026-03-30"), ["03-30 00:00"]),
        ("hours_at", ("2026-09-01 10:00", "2026-09-02 10:00"), []),
        ("hours_at", ("2026-09-01 10:01", "2026-09-02 10:00"), ["09-02 10:00"]),
        ("ever_at", ("2025-09-01", "2026-09-08", "2026-09-09"), ["09-08 00:00"]),
        # reached twice: with two weeks between, and with the first row of the first time too old
        ("called_at", ("2026-09-01", "2026-09-03", "2026-09-20", "2026-09-21"), ["09-03 00:00", "09-21 00:00"]),
        ("called_at", ("2026-09-01", "2026-09-06", "2026-09-11"), ["09-06 00:00", "09-11 00:00"]),
        # never below the limit in between
        ("called_at", ("2026-09-01", "2026-09-03", "2026-09-05", "2026-09-09"), ["09-03 00:00"]),
        # what came at one moment came together
        ("called_at", ("2026-09-03 10:00", "2026-09-03 10:00"), ["09-03 10:00"]),
        ("called_at", ("2026-09-01", "2026-09-03 10:00", "2026-09-03 10:00", "2026-09-03 10:00"), ["09-03 10:00"]),
        # a day without an hour stands at its beginning
        ("called_at", ("2026-09-03 10:00", "2026-09-03"), ["09-03 10:00"]),
        ("called_at", ("2026-09-03", "2026-09-03"), ["09-03 00:00"]),
        # by what they share, those of one moment as one
        ("alike_at", ("2026-09-01//sms", "2026-09-02//phone", "2026-09-03//sms"), ["09-03 00:00"]),
        ("alike_at", ("2026-09-01//sms", "2026-09-02//phone"), []),
        ("alike_at", ("2026-09-01", "2026-09-02"), []),
        ("alike_at", ("2026-09-01//sms", "2026-09-01//phone", "2026-09-03//phone", "2026-09-03//sms"), ["09-03 00:00"]),
        ("alike_at", ("2026-09-01//sms", "2026-09-01//phone", "2026-09-03//phone", "2026-09-07//sms"), ["09-03 00:00", "09-07 00:00"]),
        # the limit of the day: raised, it has to be reached anew; lowered, by the next row
        ("often_at", ("2026-09-13", "2026-09-14"), ["09-14 00:00"]),
        ("often_at", ("2026-09-14", "2026-09-15"), []),
        ("often_at", ("2026-09-13", "2026-09-14", "2026-09-15"), ["09-14 00:00", "09-15 00:00"]),
        ("again_at", ("2026-09-13", "2026-09-14"), []),
        ("again_at", ("2026-09-13", "2026-09-14", "2026-09-15"), ["09-15 00:00"]),
        ("again_at", ("2026-09-12", "2026-09-13", "2026-09-14", "2026-09-15"), ["09-14 00:00"]),
    ],
)  # fmt: skip
def test_when_a_limit_was_reached(fact, rows, expected):
    assert starts(fact, *rows) == expected


@pytest.mark.parametrize(
    ("when", "status"),
    [
        ("2026-09-02", []),
        ("2026-09-03", [("09-03 10:00", "running")]),
        ("2026-09-05", [("09-03 10:00", "at risk")]),
        ("2026-09-06", [("09-03 10:00", "overdue")]),
        ("2026-09-07", [("09-03 10:00", "overdue")]),
        ("2026-09-08", [("09-03 10:00", "overdue")]),  # the first row is out of the seven days
        ("2026-09-15", [("09-03 10:00", "overdue")]),  # both are
        ("2026-09-16", [("09-03 10:00", "lapsed")]),
        ("2027-09-16", [("09-03 10:00", "lapsed")]),
    ],
)
def test_what_was_reached_stays_as_the_days_go_by(when, status):
    rows = ("2026-09-01 09:00", "2026-09-03 10:00")
    assert each("called_at", rows, when, "lapses: 10 days after due") == status


FIRST, SECOND = (
    ("2026-09-01", "2026-09-06 08:00"),
    "2026-09-11 09:00",
)  # the limit is reached on the 6th and on the 11th


@pytest.mark.parametrize(
    ("more", "when", "expected"),
    [
        ((), "2026-09-11", [("09-06 08:00", "overdue")]),  # one contact is owed, since the first
        ((), "2026-09-13", [("09-06 08:00", "overdue")]),
        (
            (),
            "2026-09-14",
            [("09-06 08:00", "lapsed"), ("09-11 09:00", "overdue")],
        ),  # the second is not given up with it
        ((), "2026-09-18", [("09-06 08:00", "lapsed"), ("09-11 09:00", "overdue")]),
        ((), "2026-09-19", [("09-06 08:00", "lapsed"), ("09-11 09:00", "lapsed")]),
        (("2026-09-12/survey",), "2026-09-20", [("09-06 08:00", "met late")]),  # one contact answers for both
        (("2026-09-10/survey",), "2026-09-20", [("09-06 08:00", "met late"), ("09-11 09:00", "lapsed")]),
        (("2026-09-08/survey", "2026-09-12/survey"), "2026-09-20", [("09-06 08:00", "met"), ("09-11 09:00", "met")]),
        (("2026-09-11 09:00/survey",), "2026-09-20", [("09-06 08:00", "met late"), ("09-11 09:00", "met")]),
        (("2026-09-11 09:01/survey",), "2026-09-20", [("09-06 08:00", "met late")]),
        (("2026-09-15/survey",), "2026-09-20", [("09-06 08:00", "met late"), ("09-11 09:00", "met late")]),
        # it may have been done before the second: nothing is hidden
        (("2026-09-07/survey//?",), "2026-09-12", [("09-06 08:00", "undetermined"), ("09-11 09:00", "at risk")]),
    ],
)
def test_one_is_open_at_a_time(more, when, expected):
    assert each("called_at", (*FIRST, SECOND, *more), when, "lapses: 5 days after due") == expected


@pytest.mark.parametrize(
    ("waived", "expected"),
    [
        ("2026-09-07 10:00", [("09-06 08:00", "waived"), ("09-11 09:00", "at risk")]),
        ("2026-09-12 10:00", [("09-06 08:00", "waived")]),
    ],
)
def test_what_is_waived_is_waived_once(waived, expected):
    assert each("called_at", (*FIRST, SECOND), "2026-09-12", waived=waived) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # it may be one, or not
        (("2026-09-01", "2026-09-03/fax"), [("09-03 00:00", "undetermined")]),
        (("2026-09-01/fax", "2026-09-03"), [("09-03 00:00", "undetermined")]),
        (
            ("2026-08-27/fax", "2026-09-01", "2026-09-02"),
            [("09-01 00:00", "undetermined"), ("09-02 00:00", "undetermined")],
        ),
        # if it is one, the limit was reached with the second, and with the third anew
        (("2026-08-26/fax", "2026-09-01", "2026-09-02"), [("09-01 00:00", "undetermined"), ("09-02 00:00", "overdue")]),
        (("2026-08-25/fax", "2026-09-01", "2026-09-02"), [("09-02 00:00", "overdue")]),
        (
            ("2026-09-01", "2026-09-02/fax", "2026-09-03"),
            [("09-02 00:00", "undetermined"), ("09-03 00:00", "undetermined")],
        ),
        (("2026-09-01", "2026-09-10/fax"), []),
        # nobody knows when it came: before the other within a week, or after it
        (("2026-09-01", "soon"), [("", "undetermined"), ("09-01 00:00", "undetermined")]),
        (("soon",), []),
        (("soon", "soon"), [("", "undetermined")]),
        (("2026-09-01", "2026-09-03", "soon/visit"), [("09-03 00:00", "overdue")]),
    ],
)
def test_a_row_in_doubt_leaves_open_what_it_could_change(rows, expected):
    assert sorted(each("called_at", rows, "2026-09-06")) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("2026-09-01//sms", "2026-09-03//?"), [("09-03 00:00", "undetermined")]),
        (("2026-09-01//sms", "2026-09-02//sms", "2026-09-03//?"), [("09-02 00:00", "overdue")]),
        (("2026-09-01//?", "2026-09-03//?"), [("09-03 00:00", "undetermined")]),
        (("2026-09-01//?",), []),
    ],
)
def test_a_row_of_which_it_is_unknown_what_it_shares(rows, expected):
    assert each("alike_at", rows, "2026-09-06") == expected


def test_a_doubt_that_is_given_up_is_over():
    rows = ("2026-09-01", "soon")
    lapses = "lapses: 5 days after due"
    assert ("", "undetermined") in each("called_at", rows, "2026-09-14", lapses)
    assert each("called_at", rows, "2026-09-15", lapses) == [("09-01 00:00", "undetermined")]


def test_a_supplied_column_is_the_start():
    files = book("2026-09-01", "2026-09-03")
    files["customers.csv"] = "customer_id,opened_at,tier,called_at\nC1,2026-01-05,vip,2026-09-10 12:00\n"
    text = FACTS + CARE + rule("EACH", "starts: called_at", "within: 2 days", "done when: interaction survey")
    (row,) = owed(text, files, "2026-09-11")
    assert f"{row['start']} {row['status']}" == "2026-09-10 12:00:00 at risk"
    (owing,) = told(text, files, "2026-09-11").values()
    assert [one.start.first for one in owing.occurrences] == [row["start"]]


def test_the_rows_that_were_counted_are_named():
    text = FACTS + CARE + rule("EACH", "starts: called_at", "within: 2 days", "done when: interaction survey")
    (owing,) = told(text, book("2026-09-10", "2026-08-01", "2026-09-13", "2026-09-14"), "2026-09-20").values()
    (one,) = owing.occurrences
    assert (one.origin.at.table, one.origin.at.lines) == ("interactions", (2, 4))
    assert one.origin.value is not None
    assert one.origin.value.value.at.isoformat() == "2026-09-13T00:00:00"
