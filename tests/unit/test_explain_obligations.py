"""`explain` of what is owed: the sentence, every day on the way to the deadline, what was done, each with its place."""

import io
import tempfile
from pathlib import Path

import pytest
from owed_books import CARE, CLOCK, VOCABULARY, as_of, rule, rulebook

from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.formats import render
from relcare.formats.words import width_of
from relcare.runs.explain import explanation
from relcare.runs.opening import WrongRequestError

PLAN = CLOCK + rule(
    "PLAN", "starts: received_at", "within: 5 working days", "warns: 1 working day before", "pauses: waiting, at most 2 working days",
    "done when: {all: [told_at is known, confirmed_at is known]}",
)  # fmt: skip
PLAN_AT = (VOCABULARY + PLAN).splitlines().index("  - id: PLAN") + 1
FOLLOW = rule("FOLLOW", "starts: end of PLAN", "within: 3 working days", "done when: followed_up_at is known")
REVIEW = CARE + rule(
    "REVIEW", "when: {tier: vip}", "every: quarter", "due: last working day of the quarter",
    "done when: interaction visit where channel phone",
)  # fmt: skip
HOLIDAY = {
    "relcare.yaml": """
calendar:
  closed: {2026-10-01..2026-10-07: {en: National Day, zh: 国庆节}}
  open: {2026-10-10: {en: National Day, zh: 国庆节}}
"""
}
HEAD = "complaint_id,customer_id,received_at,told_at,confirmed_at,followed_up_at\n"


@pytest.fixture
def tell(tmp_path):
    def told(text, files, when, key, rule_id="", language="en"):
        found = rulebook(text)
        for name, content in files.items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        settings, problems = read_settings(tmp_path, found.vocabulary)
        assert not problems, problems
        book = open_book(tmp_path, found.vocabulary, settings, Path(tempfile.mkdtemp(dir=tmp_path)))
        return explanation(found, book, key, rule_id, as_of=as_of(when), shown_as_of=when, language=language)

    return told


def cells(report, *keys):
    """The rows of a report with these columns, places by their files' names."""
    at = [[column.key for column in report.columns].index(key) for key in keys]
    return [tuple(row[i].rpartition("/")[2] for i in at) for row in report.rows]


COMPLAINT = {"complaints.csv": HEAD + "K1,C1,2026-09-30 10:00,2026-10-12 09:00,,\n"}


def test_a_clock_is_told_with_every_day_on_its_way(tell):
    report = tell(PLAN, {**COMPLAINT, **HOLIDAY}, "2026-10-14", "K1")
    assert report.notes == ("PLAN (PLAN, 1): overdue, due 2026-10-13, 1 day ago.",)
    assert cells(report, "part", "verdict", "value", "test", "fact_place") == [
        ("status", "", "2026-10-13", "due 2026-10-13, 1 day ago", ""),
        ("start", "starts", "2026-09-30 10:00", "", "complaints.csv:2"),
        ("day", "skipped", "2026-10-01 – 2026-10-07", "National Day", ""),
        ("day", "counted", "2026-10-08 – 2026-10-09", "days 1 – 2", ""),
        ("day", "counted", "2026-10-10", "day 3, make-up working day (National Day)", ""),
        ("day", "skipped", "2026-10-11", "weekend", ""),
        ("day", "counted", "2026-10-12 – 2026-10-13", "days 4 – 5", ""),
        ("due", "due", "2026-10-13", "5 working days after the start", ""),
        ("at risk", "at risk", "2026-10-12", "1 working day ahead", ""),
        ("done", "done", "2026-10-12 09:00", "Told at", "complaints.csv:2"),
        ("done", "missing", "", "Confirmed at", ""),
        ("version", "version", "2025-01-01 – …", "in force on 2026-09-30", ""),
    ]


def test_a_pause_and_its_row(tell):
    events = "event_id,complaint_id,at,until,kind\nE1,K1,2026-09-30 12:00,2026-10-09 09:00,waiting\n"
    report = tell(PLAN, {**COMPLAINT, **HOLIDAY, "events.csv": events}, "2026-10-14", "K1")
    told = cells(report, "part", "verdict", "value", "test", "fact_place")
    assert ("pause", "paused", "2026-09-30 12:00 – 2026-10-09 09:00", "clock stopped", "events.csv:2") in told
    assert ("day", "paused", "2026-10-08", "not counted", "") in told
    assert (
        "due",
        "due",
        "2026-10-14",
        "5 working days after the start; stopped for at most 2 working days",
        "",
    ) in told


def test_what_starts_at_the_end_of_another_says_so(tell):
    report = tell(PLAN + FOLLOW, {**COMPLAINT, **HOLIDAY}, "2026-10-12", "K1")
    assert report.notes == (
        "PLAN (PLAN, 1): at risk, due 2026-10-13, 1 day left.",
        "FOLLOW (FOLLOW, 1): not started, starts 2026-10-13, due 2026-10-16, its start is assumed.",
    )
    assert ("start", "assumed", "2026-10-13", "deadline of PLAN, which is not done") in cells(
        report, "part", "verdict", "value", "test"
    )


CUSTOMERS = {"customers.csv": "customer_id,opened_at,closed_at,tier\nC1,2020-01-06,,vip\nC2,2020-01-06,,basic\n"}
VISITS = "interaction_id,customer_id,at,kind,channel,outcome,rule_id\nI1,C1,2026-09-29 10:00,visit,phone,reached,\n"


def test_of_what_comes_again_the_last_and_a_line_for_the_one_before(tell):
    report = tell(REVIEW, {**CUSTOMERS, "interactions.csv": VISITS}, "2026-11-20", "C1")
    assert report.notes == ("REVIEW (REVIEW, 1): running, due 2026-12-31, 41 days left.",)
    told = cells(report, "opens", "outcome", "part", "verdict", "value", "test")
    assert told[0] == ("2026-10-01", "running", "status", "", "2026-12-31", "due 2026-12-31, 41 days left")
    assert ("2026-10-01", "running", "done", "missing", "", "Visit: interaction visit where channel phone") in told
    assert ("2026-10-01", "running", "when", "yes", "VIP", "is VIP") in told
    assert told[-1] == ("2026-07-01", "met", "status", "", "2026-09-30", "done 2026-09-29 10:00, due 2026-09-30")
    whole = tell(REVIEW, {**CUSTOMERS, "interactions.csv": VISITS}, "2026-11-20", "C1", "REVIEW")
    assert [note.split(": ")[1] for note in whole.notes] == [  # all that were due within a year
        "running, due 2026-12-31, 41 days left.", "met, done 2026-09-29 10:00, due 2026-09-30.",
        *(f"lapsed, given up {day}, due {day}." for day in ("2026-06-30", "2026-03-31", "2025-12-31")),
    ]  # fmt: skip
    assert ("2026-07-01", "done", "done", "interactions.csv:2") in cells(
        whole, "opens", "part", "verdict", "fact_place"
    )


def test_the_days_between_the_deadline_and_the_end_of_its_period_say_why(tell):
    report = tell(REVIEW.replace("quarter", "month"), {**CUSTOMERS, "interactions.csv": VISITS}, "2026-10-20", "C1")
    told = cells(report, "part", "value", "test")
    assert ("day", "2026-10-31", "weekend") in told
    assert ("due", "2026-10-30", "last working day of the period") in told


def test_why_nothing_is_owed(tell):
    report = tell(REVIEW, {**CUSTOMERS, "interactions.csv": VISITS}, "2026-11-20", "C2", "REVIEW")
    assert report.notes == ("REVIEW (REVIEW, 1): not owed, Tier is VIP: it is Basic.",)
    assert cells(report, "outcome", "part", "verdict", "value", "fact_place") == [
        ("not owed", "status", "", "", ""),
        ("not owed", "when", "no", "Basic", "customers.csv:3"),
    ]


@pytest.mark.parametrize(
    ("waivers", "interactions", "said"),
    [
        ("W1,REVIEW,C1,2026-11-02 09:00,S1,agreed", VISITS, "waived, on 2026-11-02 by S1: agreed, due 2026-12-31."),
        ("", "", "no record, the book can't show it: the book has no interactions, due 2026-12-31, 41 days left."),
        ("", VISITS + "I2,C1,2026-11-02 10:00,?,phone,,\n", "undetermined, what was done can't be read: "),
    ],
)
def test_sentences(tell, waivers, interactions, said):
    files = dict(CUSTOMERS)
    if interactions:
        files["interactions.csv"] = interactions
    if waivers:
        files["waivers.csv"] = f"waiver_id,rule_id,subject_id,waived_at,waived_by,reason\n{waivers}\n"
    (note,) = tell(REVIEW, files, "2026-11-20", "C1").notes
    assert note.startswith(f"REVIEW (REVIEW, 1): {said}")


def test_a_deadline_that_its_start_leaves_open(tell):
    text = CARE + rule("CALL", "starts: opened_at", "within: 72 hours", "done when: interaction call")
    files = {**CUSTOMERS, "interactions.csv": VISITS}
    files["customers.csv"] = files["customers.csv"].replace("2020-01-06,,vip", "2026-11-17,,vip")
    report = tell(text, files, "2026-11-20 12:00", "C1")
    assert (
        report.notes[0]
        == "CALL (CALL, 1): undetermined, due in the course of 2026-11-20: its start is known to the day only, today."
    )
    assert ("due", "2026-11-20 00:00 – 24:00", "72 hours after the start") in cells(report, "part", "value", "test")


def test_a_deadline_on_a_closed_day_says_until_when_to_act(tell):
    text = CARE + rule("CALL", "starts: opened_at", "within: 72 hours", "done when: interaction call")
    files = {**CUSTOMERS, **HOLIDAY, "interactions.csv": VISITS}
    files["customers.csv"] = files["customers.csv"].replace("2020-01-06,,vip", "2026-09-30,,vip")
    report = tell(text, files, "2026-09-30", "C1")
    assert report.notes[0] == "CALL (CALL, 1): at risk, due 2026-10-03 00:00, 3 days left, act by 2026-09-30."
    assert ("act by", "2026-09-30", "closed: National Day") in cells(report, "part", "value", "test")


def test_what_can_be_explained_besides(tell):
    files = {**CUSTOMERS, **COMPLAINT, "interactions.csv": VISITS}
    assert (
        tell(REVIEW + "---\n" + PLAN, files, "2026-11-20", "C1").notes[-1]
        == "What is owed to its complaints: relcare explain K1"
    )


def test_cells_that_can_not_be_read_and_unknown_rules(tell):
    files = {**CUSTOMERS, "interactions.csv": VISITS}
    with pytest.raises(WrongRequestError, match="no rule or decision 'REVIEWS' for it: did you mean 'REVIEW'"):
        tell(REVIEW, files, "2026-11-20", "C1", "REVIEWS")


def test_in_chinese(tell):
    report = tell(PLAN, {**COMPLAINT, **HOLIDAY}, "2026-10-14", "K1", language="zh")
    assert report.notes == ("PLAN（PLAN，1）：已逾期，期限 2026-10-13，已过 1 天。",)
    told = cells(report, "verdict", "value", "test")
    assert ("跳过", "2026-10-01 – 2026-10-07", "国庆节") in told
    assert ("计入", "2026-10-10", "第 3 天，调休上班（国庆节）") in told
    assert ("尚缺", "", "Confirmed at") in told


def shown(report, width=100, *, color=False):
    stream = io.BytesIO()
    render("table", report, stream, width=width, color=color)
    return stream.getvalue().decode().splitlines()


def test_on_a_terminal_first_what_then_why(tell):
    lines = shown(tell(PLAN + FOLLOW, {**COMPLAINT, **HOLIDAY}, "2026-10-14", "K1"), 110)
    line = PLAN_AT
    start = lines.index("PLAN · overdue · due 2026-10-13, 1 day ago")
    assert lines[start + 1 : start + 12] == [
        f"  PLAN  1  rules.yaml:{line}",
        "    starts   2026-09-30 10:00         Received at (received_at)                  complaints.csv:2",
        "    skipped  2026-10-01 – 2026-10-07  National Day",
        "    counted  2026-10-08 – 2026-10-09  days 1 – 2",
        "    counted  2026-10-10               day 3, make-up working day (National Day)",
        "    skipped  2026-10-11               weekend",
        "    counted  2026-10-12 – 2026-10-13  days 4 – 5",
        "    due      2026-10-13               5 working days after the start",
        "    at risk  2026-10-12               1 working day ahead",
        f"    done     2026-10-12 09:00         Told at                                    complaints.csv:2  :{line + 9}",
        f"    missing                           Confirmed at                                                 :{line + 9}",
    ]


@pytest.mark.parametrize("width", [100, 80, 60])
def test_nothing_is_wider_than_the_terminal(tell, width):
    files = {**CUSTOMERS, "interactions.csv": VISITS}
    for language in ("en", "zh"):
        report = tell(REVIEW, files, "2026-11-20", "C1", language=language)
        assert max(map(width_of, shown(report, width))) <= width


def test_what_is_not_owed_is_a_line(tell):
    other = rule("CALL", "starts: closed_at", "within: 3 days", "done when: interaction call")
    lines = shown(tell(REVIEW + other, {**CUSTOMERS, "interactions.csv": VISITS}, "2026-11-20", "C1"))
    at = lines.index("Not owed")
    assert lines[at + 1] == "    CALL  CALL  Closed at (closed_at) has not come"


def test_colours_say_how_it_stands(tell):
    text = "\n".join(shown(tell(PLAN, {**COMPLAINT, **HOLIDAY}, "2026-10-14", "K1"), color=True))
    assert "\x1b[31moverdue\x1b[0m" in text


def test_a_period_that_is_over_is_told_as_of_its_end_with_the_rows_of_then(tell):
    calls = "kind: facts\nfor: customer\nfacts:\n  calls_90d: {is: count of interactions where kind call in the last 90 days}\n---\n"
    text = calls + CARE + rule("Q", "when: {calls_90d: at least 1}", "every: quarter", "due: last day of the quarter", "done when: interaction visit")  # fmt: skip
    files = {
        "customers.csv": "customer_id,opened_at\nC1,2020-01-06\n",
        "interactions.csv": "interaction_id,customer_id,at,kind\nI1,C1,2026-09-30 10:00,call\nI2,C1,2026-10-02 10:00,call\n",
    }
    report = tell(text, files, "2026-11-20", "C1", "Q")
    found = [
        row for row in cells(report, "opens", "part", "value", "test", "fact_place") if row[1] in ("judged", "when")
    ]
    assert found == [
        ("2026-10-01", "when", "2", "at least 1", "interactions.csv:2,3"),
        ("2026-07-01", "judged", "2026-09-30", "as the book stood at the end of the period", ""),
        ("2026-07-01", "when", "1", "at least 1", "interactions.csv:2"),
    ]


def test_what_suspends_is_told_with_its_test_and_cell(tell):
    held = rule("OFFER", "starts: opened_at", "within: 5 days", "done when: interaction visit",
                "suspended while: [{label: {en: busy, zh: 忙}, when: {tier: vip}}]")  # fmt: skip
    files = {"customers.csv": "customer_id,opened_at,tier\nC1,2026-09-14,vip\n", "interactions.csv": "interaction_id,customer_id,at,kind\n"}  # fmt: skip
    report = tell(CARE + held, files, "2026-09-15", "C1", "OFFER")
    assert report.notes == ("OFFER (OFFER, 1): suspended, busy, due 2026-09-19.",)
    told = cells(report, "part", "verdict", "fact", "value", "fact_place")
    assert [row for row in told if row[0] in ("suspended", "when")] == [
        ("suspended", "suspended", "", "", ""),
        ("when", "yes", "Tier (tier)", "VIP", "customers.csv:2"),
    ]
