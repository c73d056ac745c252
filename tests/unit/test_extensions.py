"""Extensions: a longer deadline only where what the rule asks for was recorded in time and whole."""

import csv
import io
import json
import shutil

import pytest
from owed_books import CLOCK, owed, rule, rulebook, statuses

from relcare.cli import main

WITHIN = "within: 5 working days"
EXTENDS = "extends: {to: 10 working days, event: extension, needs: [approver, told_at]}"
PLAN = CLOCK + rule("PLAN", "starts: received_at", WITHIN, EXTENDS, "done when: told_at is known")
SHORT, LONG = "2026-11-09", "2026-11-16"  # five and ten working days after Monday the 2nd


def due(*events, when="2026-11-20", text=PLAN):
    files = {"complaints.csv": "complaint_id,received_at,told_at\nK1,2026-11-02 10:00,",
             "events.csv": "event_id,complaint_id,at,until,kind,approver,told_at\n" + "\n".join(events)}  # fmt: skip
    [row] = owed(text, files, when)
    return str(row["due"].date())


@pytest.mark.parametrize(
    ("event", "deadline"),
    [
        ("E1,K1,2026-11-05 10:00,,extension,S1,2026-11-05 11:00", LONG),
        ("E1,K1,2026-11-09 23:59,,extension,S1,2026-11-09", LONG),  # at the deadline: in time
        ("E1,K1,2026-11-10 00:00,,extension,S1,2026-11-09", SHORT),
        ("E1,K1,2026-11-05 10:00,,extension,S1,2026-11-10 00:00", SHORT),  # told too late
        ("E1,K1,2026-11-05 10:00,,extension,,2026-11-05", SHORT),  # approved by nobody
        ("E1,K1,2026-11-05 10:00,,extension,S1,", SHORT),
        ("E1,K1,2026-11-05 10:00,,extension,S1,2026-02-30", SHORT),  # what can't be read is in doubt
        ("E1,K1,2026-11-01 10:00,,extension,S1,2026-11-01", SHORT),  # before the start
        ("E1,K1,2026-11-05 10:00,,partner,S1,2026-11-05", SHORT),
        ("E1,K2,2026-11-05 10:00,,extension,S1,2026-11-05", SHORT),
    ],
)
def test_the_deadline_is_longer_only_where_all_was_there_in_time(event, deadline):
    assert due(event) == deadline


def test_before_it_was_recorded_the_shorter_deadline_holds():
    event = "E1,K1,2026-11-05 10:00,,extension,S1,2026-11-05 11:00"
    assert due(event, when="2026-11-04") == SHORT
    assert due(event, when="2026-11-05T10:59") == SHORT
    assert due(event, when="2026-11-05T11:00") == LONG


def test_a_complete_one_counts_beside_one_that_is_not():
    assert (
        due("E1,K1,2026-11-06 10:00,,extension,,2026-11-05", "E2,K1,2026-11-05 10:00,,extension,S1,2026-11-05") == LONG
    )


def test_a_pause_moves_the_shorter_and_the_longer_deadline():
    text = PLAN.replace(WITHIN, f"{WITHIN}\n    pauses: waiting, at most 10 working days")
    pause = "E1,K1,2026-11-03 00:00,2026-11-05 00:00,waiting,,"  # two working days
    assert due(pause, text=text) == "2026-11-11"
    assert due(pause, "E2,K1,2026-11-11 10:00,,extension,S1,2026-11-11 10:00", text=text) == "2026-11-18"


@pytest.mark.parametrize(
    ("within", "to", "deadline"),
    [
        ("24 hours", "72 hours", "2026-11-05"),
        ("10 days", "20 days", "2026-11-22"),
        ("1 month", "2 months", "2027-01-02"),
    ],
)
def test_clocks_of_each_unit_are_extended_in_their_own(within, to, deadline):
    text = PLAN.replace(WITHIN, f"within: {within}").replace("to: 10 working days", f"to: {to}")
    assert due("E1,K1,2026-11-02 11:00,,extension,S1,2026-11-02 11:00", text=text) == deadline


def test_a_rule_without_extension_is_as_it_was():
    assert statuses(
        PLAN.replace(f"    {EXTENDS}\n", ""),
        {"complaints.csv": "complaint_id,received_at,told_at\nK1,2026-11-02 10:00,"},
        "2026-11-10",
    ) == {"PLAN K1": "overdue"}


@pytest.mark.parametrize("line", [EXTENDS, "延期: {至: 10个工作日, 事件: 延期, 须有: [approver, 告知时间]}"])
def test_it_is_said_in_either_language(line):
    [found] = rulebook(PLAN.replace(EXTENDS, line)).obligations
    assert found.extends == rulebook(PLAN).obligations[0].extends


RULES = """
kind: obligation
for: complaint
dated by: received_at
rules:
  - id: CLOCK-DECISION
    label: {en: Decision, zh: 处理决定}
    cites: 2.1.3
    from: 2025-01-01
    starts: received_at
    within: 5 working days
    extends: {to: 10 working days, event: extension, needs: [approved_by, extended_to]}
    restarts: plan
    done when: resolved_at is known
    by: handler
"""


@pytest.fixture
def book(root, tmp_path):
    """The shipped rules with one that can be extended, and three complaints: extended, without approval, too late."""
    shutil.copytree(root / "rules", tmp_path / "rules")
    (tmp_path / "rules" / "rules.lock").unlink()
    (tmp_path / "rules" / "decision.yaml").write_text(RULES, encoding="utf-8")
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "complaints.csv").write_text(
        "complaint_id,received_at,resolved_at,handler\n"
        + "".join(f"K{n},2026-11-02 10:00,,S1\n" for n in (1, 2, 3, 4)),
        encoding="utf-8",
    )
    (folder / "complaint_events.csv").write_text(
        "event_id,complaint_id,at,kind,approved_by,extended_to\nE1,K1,2026-11-05 10:00,extension,S9,2026-11-16\n"
        "E2,K2,2026-11-05 10:00,extension,,2026-11-16\nE3,K3,2026-11-10 10:00,extension,S9,2026-11-16\n"
        "E4,K4,2026-11-05 10:00,plan,,\n",
        encoding="utf-8",
    )
    return folder


def printed(book, capsys, *arguments):
    main([*arguments, "--book", str(book), "--rules", str(book.parent / "rules"), "--as-of", "2026-11-11"])
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", {"K1": ("2026-11-16", "extended on 2026-11-05 to 10 working days"),
                "K2": ("2026-11-09", "not extended: what was recorded on 2026-11-05 lacks Approved by"),
                "K3": ("2026-11-09", "not extended: what was recorded on 2026-11-10 lacks its time, being after the deadline")}),
        ("zh", {"K1": ("2026-11-16", "2026-11-05延期至10个工作日内"), "K2": ("2026-11-09", "未延期：2026-11-05的记录缺少批准人"),
                "K3": ("2026-11-09", "未延期：2026-11-10的记录缺少时效（晚于原期限）")}),
    ],
)  # fmt: skip
def test_lists_and_explanations_say_what_an_extension_lacks(book, capsys, language, said):
    told = printed(book, capsys, "due", "--rule", "CLOCK-DECISION", "--lang", language, "-f", "csv",
                   "--columns", "subject_id,due_at,because")  # fmt: skip
    rows = {row["subject_id"]: row for row in csv.DictReader(io.StringIO(told))}
    for key, (deadline, words) in said.items():
        assert (rows[key]["due_at"], words in rows[key]["because"]) == (deadline, True), rows[key]
        told = printed(book, capsys, "explain", key, "CLOCK-DECISION", "-f", "json", "--lang", language)
        [row] = [row for row in json.loads(told)["rows"] if row["part"] == "extension"]
        assert row["fact_place"].endswith(f"complaint_events.csv:{int(key[1]) + 1}")
        assert deadline in told


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "restarted 2026-11-05 10:00 + 5 working days"), ("zh", "2026-11-05 10:00重新起算，5个工作日内")],
)
def test_lists_and_explanations_say_from_what_a_clock_counts_anew(book, capsys, language, said):
    told = printed(book, capsys, "due", "--rule", "CLOCK-DECISION", "--lang", language, "-f", "csv",
                   "--columns", "subject_id,due_at,because")  # fmt: skip
    row = next(row for row in csv.DictReader(io.StringIO(told)) if row["subject_id"] == "K4")
    assert (row["due_at"], said in row["because"]) == ("2026-11-12", True), row
    told = printed(book, capsys, "explain", "K4", "CLOCK-DECISION", "-f", "json", "--lang", language)
    [row] = [row for row in json.loads(told)["rows"] if row["part"] == "restart"]
    assert row["value"] == "2026-11-05 10:00"
    assert row["fact_place"].endswith("complaint_events.csv:5")
