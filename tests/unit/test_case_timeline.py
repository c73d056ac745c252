"""`complaints ID`: one case in the order of time, each line with its cell, the as-of between what was and what is to come."""

import io
from datetime import datetime
from pathlib import Path

import pytest
from owed_books import CLOCK, VOCABULARY, rule

from relcare.formats import render
from relcare.runs.complaints import complaints
from relcare.runs.request import Request

RULES = CLOCK + rule(
    "PLAN", "starts: received_at", "within: 5 working days", "warns: 1 working day before", "pauses: waiting, at most 2 working days",
    "done when: {all: [told_at is known, confirmed_at is known]}",
) + rule("FOLLOW", "starts: end of PLAN", "within: 3 days", "lapses: 10 days after due", "done when: followed_up_at is known")  # fmt: skip
PLAN_AT, FOLLOW_AT = ((VOCABULARY + RULES).splitlines().index(f"  - id: {name}") + 1 for name in ("PLAN", "FOLLOW"))
HEAD = "complaint_id,customer_id,received_at,feedback_at,told_at,confirmed_at,followed_up_at,handler\n"
CUSTOMERS = "customer_id,name,opened_at,tier,manager\nC1,Ann,2020-01-06,vip,S1\n"


@pytest.fixture
def told(tmp_path):
    def tell(case: str, complaint: str, when: str, *, events: str = "", language: str = "en", **more):
        files = {
            "complaints.csv": HEAD + complaint,
            "customers.csv": CUSTOMERS,
            "events.csv": "event_id,complaint_id,at,until,kind\n" + events,
            "waivers.csv": "waiver_id,rule_id,subject_id,waived_at,waived_by,reason\n",
        }
        book, rules = tmp_path / "book", tmp_path / "rules"
        for folder in (book, rules):
            folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (book / name).write_text(text, encoding="utf-8")
        (rules / "rules.yaml").write_text(VOCABULARY + RULES, encoding="utf-8")
        request = Request(
            book=book, now=datetime(2026, 11, 20).astimezone(), rules=rules, as_of=when, lang=language, **more
        )
        made.append(complaints(request, case))
        return made[-1]

    made = []
    yield tell
    for result in made:
        result.close()


def lines(result, *keys: str) -> list[tuple[str, ...]]:
    at = [[column.key for column in result.report.columns].index(key) for key in keys]
    return [tuple(Path(row[i]).name for i in at) for row in result.report.rows]


OPEN = "K100,C1,2026-11-16 10:00,2026-11-16 15:00,2026-11-18 09:00,,,S1\n"


def test_what_was_stands_before_the_as_of_and_what_is_to_come_behind_it(told):
    result = told("K100", OPEN, "2026-11-20")
    assert lines(result, "at", "part", "rule_id", "status", "source") == [
        ("2026-11-16 10:00", "received", "", "", "complaints.csv:2"),
        ("2026-11-16 10:00", "starts", "PLAN", "", "complaints.csv:2"),
        ("2026-11-16 15:00", "step", "", "", "complaints.csv:2"),
        ("2026-11-18 09:00", "step", "PLAN", "", "complaints.csv:2"),
        ("2026-11-20", "at risk", "PLAN", "", f"rules.yaml:{PLAN_AT}"),
        ("2026-11-20", "as of", "", "", ""),
        ("2026-11-23", "starts", "FOLLOW", "", f"rules.yaml:{FOLLOW_AT}"),
        ("2026-11-23", "deadline", "PLAN", "at risk", f"rules.yaml:{PLAN_AT}"),
        ("2026-11-26", "deadline", "FOLLOW", "not started", f"rules.yaml:{FOLLOW_AT}"),
    ]


def test_a_deadline_of_today_is_still_to_come_and_one_of_yesterday_is_not(told):
    today, later = told("K100", OPEN, "2026-11-23"), told("K100", OPEN, "2026-11-24")
    for result, part, status in ((today, "deadline", "at risk"), (later, "due", "overdue")):
        found = lines(result, "part", "rule_id", "status")
        place = found.index((part, "PLAN", status))
        assert (place > found.index(("as of", "", ""))) is (part == "deadline")


def test_the_step_that_completes_a_clock_says_how_it_stands(told):
    result = told("K100", "K100,C1,2026-11-16 10:00,,2026-11-18 09:00,2026-11-24 09:00,,S1\n", "2026-11-24")
    steps = [line for line in lines(result, "at", "part", "rule_id", "status") if line[1] == "step"]
    assert steps == [("2026-11-18 09:00", "step", "PLAN", ""), ("2026-11-24 09:00", "step", "PLAN", "met late")]


def test_a_pause_begins_and_ends_with_its_rows(told):
    result = told(
        "K100",
        OPEN,
        "2026-11-20",
        events="E1,K100,2026-11-16 17:00,2026-11-18 08:00,waiting\nE2,K100,2026-11-19,,partner\n",
    )
    rows = [line for line in lines(result, "at", "part", "what", "rule_id", "source") if line[4].startswith("events")]
    assert rows == [
        ("2026-11-16 17:00", "pause", "Events", "PLAN", "events.csv:2"),
        ("2026-11-18 08:00", "resumes", "Events", "PLAN", "events.csv:2"),
        ("2026-11-19", "entry", "Events", "", "events.csv:3"),
    ]
    assert ("2026-11-24", "deadline", "PLAN") in lines(result, "at", "part", "rule_id")


def test_what_is_given_up_is_told_when_and_what_was_withdrawn_by_then_is_not_to_come(told):
    done = "K100,C1,2026-10-12 10:00,,2026-10-13 09:00,2026-10-13 10:00,,S1\n"
    assert ("2026-10-26", "given up", "FOLLOW", "lapsed") in lines(
        told("K100", done, "2026-11-20"), "at", "part", "rule_id", "status"
    )
    assert ("2026-10-26", "gives up", "FOLLOW", "") in lines(
        told("K100", done, "2026-10-20"), "at", "part", "rule_id", "status"
    )


def test_what_is_owed_next_stands_first(told):
    result = told("K100", OPEN, "2026-11-24")
    assert list(result.report.notes)[-1] == "Next: PLAN (PLAN), overdue, due 2026-11-23, by S1."
    assert result.report.facts["complaint"]["next_rule"] == "PLAN"
    owed = {line[0]: line[1] for line in lines(result, "rule_id", "who") if line[0]}
    assert owed == {"PLAN": "S1", "FOLLOW": "S1"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_terminal_draws_the_as_of_over_the_whole_width(told, language):
    stream = io.BytesIO()
    assert render("table", told("K100", OPEN, "2026-11-20", language=language).report, stream, width=90)
    text = stream.getvalue().decode()
    assert max(map(len, text.splitlines())) <= 90
    assert [line for line in text.splitlines() if line.startswith("── ") and line.endswith("─")]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("K101", "there is no complaint 'K101': did you mean 'K100'?"),
        ("C1", "there is no complaint 'C1': C1 is a customer; relcare explain C1"),
        ("K100", "complaint K100 is not in the book at this as-of"),
    ],
)
def test_a_case_that_is_not_there(told, case, said):
    assert told(case, OPEN, "2026-11-15").usage == said


def test_a_filter_does_not_go_with_one_case(told):
    assert told("K100", OPEN, "2026-11-20", filters={"tier": ("vip",)}).usage.startswith("--tier narrows the list")
    assert (
        told("K100", OPEN, "2026-11-20", columns=("att",)).usage
        == "--columns: there is no column 'att': did you mean 'at'?"
    )
