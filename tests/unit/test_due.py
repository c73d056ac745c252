"""`due`, `overdue` and `complaints` on real files: the same bytes whatever the order, and nobody lost."""

import csv
import io
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from relcare.cli import main

AS_OF = "2026-11-20"
LATE = ("overdue", "no record", "undetermined")
COMMANDS = (("due", "--within", "60 days"), ("overdue", "--at-risk"), ("complaints",), ("due", "--group", "customer"))


@pytest.fixture
def book(root, tmp_path) -> Path:
    folder = tmp_path / "book"
    shutil.copytree(root / "sample_data", folder)
    return folder


def printed(capsys, book: Path, *arguments: str, rules: Path | None = None) -> str:
    chosen = ("--rules", str(rules)) if rules is not None else ()
    code = main([*arguments, "--book", str(book), "--as-of", AS_OF, *chosen])
    told = capsys.readouterr()
    assert code in (0, 3), told.err
    return told.out


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_order_of_rows_and_rows_of_the_future_change_no_byte(command, book, capsys):
    plain = printed(capsys, book, *command, "-f", "json")
    for path in book.glob("*.csv"):
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([head, *reversed(lines)]) + "\n", encoding="utf-8")
    with (book / "interactions.csv").open("a", encoding="utf-8") as file:
        file.write("I9999,C0045,2026-11-21 09:00,call,phone,reached,,S401,,,\n")
    with (book / "complaint_events.csv").open("a", encoding="utf-8") as file:
        file.write("E9999,K032,2026-11-21 09:00,waiting_for_customer,,,,S502,,\n")
    assert printed(capsys, book, *command, "-f", "json") == plain


def test_without_interactions_care_is_without_record_and_ordered_by_deadline(book, capsys):
    (book / "interactions.csv").unlink()
    found = [
        row
        for row in rows(printed(capsys, book, "due", "--within", "60 days"))
        if row["subject"] in ("customer", "account")
    ]
    dated = [row["act_by"] if ":" in row["act_by"] else f"{row['act_by']} 24:00" for row in found if row["act_by"]]
    assert dated == sorted(dated)
    statuses = [row["status"] for row in found]
    assert set(statuses) <= {"no record", "undetermined"}
    assert statuses.count("no record") > 30
    assert statuses.count("undetermined") <= 2


def test_what_is_suspended_is_counted_and_shown_when_asked_for(book, capsys):
    command = ("due", "--within", "60 days", "--rule", "CARE-OPENDAY")
    left, shown = (
        json.loads(printed(capsys, book, *command, *more, "-f", "json")) for more in ((), ("--show-suspended",))
    )
    held = [row for row in shown["rows"] if row["status"] == "suspended"]
    assert held
    assert [row for row in shown["rows"] if row["status"] != "suspended"] == left["rows"]
    assert f"{len(held)} suspended: relcare due --show-suspended." in left["notes"]
    assert not [note for note in shown["notes"] if "--show-suspended" in note]
    assert all(row["because"].startswith("suspended: open complaint; ") for row in held)
    asked = rows(printed(capsys, book, "due", "--status", "suspended", "--rule", "CARE-OPENDAY"))
    assert {row["subject_id"] for row in asked} == {row["subject_id"] for row in held}


def test_a_closed_complaint_brings_back_what_it_suspended(book, capsys):
    command = ("due", "--within", "60 days", "--rule", "CARE-OPENDAY")
    before = rows(printed(capsys, book, *command))
    register = book / "complaints.yaml"
    lines = register.read_text(encoding="utf-8").splitlines()
    closed = [f"{line}\n  withdrawn_at: {AS_OF} 12:00" if line.startswith("  received_at") else line for line in lines]
    register.write_text(
        "\n".join(line for line in closed if not line.startswith("  withdrawn_at: 2026-10")), encoding="utf-8"
    )
    after = rows(printed(capsys, book, *command))
    assert {row["subject_id"] for row in before} < {row["subject_id"] for row in after}


def test_a_deputy_sees_what_the_absent_one_owes(book, capsys):
    found = rows(printed(capsys, book, "due", "--owner", "S103", "--within", "60 days"))  # S103 is away, S102 stands in
    assert found
    assert {row["owner"] for row in found} == {"S102"}
    theirs = rows(printed(capsys, book, "due", "--owner", "S102", "--within", "60 days"))
    assert {row["subject_id"] for row in found} <= {row["subject_id"] for row in theirs}


def test_what_opened_before_the_first_day_is_counted_and_not_listed(book, capsys):
    every = rows(printed(capsys, book, "due"))
    (book / "relcare.yaml").write_text("go_live: 2026-11-01\n", encoding="utf-8")
    told = json.loads(printed(capsys, book, "due", "-f", "json"))
    assert 0 < len(told["rows"]) < len(every)
    assert [note for note in told["notes"] if "2026-11-01" in note] == [
        f"{len(every) - len(told['rows'])} from before 2026-11-01 are counted, not listed."
    ]


NEW = """
kind: obligation
for: complaint
dated by: received_at
rules:
  - id: CLOCK-LOGGED
    label: {en: Open a ticket, zh: 建立工单}
    cites: 2.1.1
    from: 2025-01-01
    starts: received_at
    within: 2 hours
    done when: ticket_at is known
    by: handler
---
kind: obligation
for: customer
rules:
  - id: CARE-BIRTHDAY
    label: {en: Birthday call, zh: 生日致电}
    cites: 1.2.3
    from: 2025-01-01
    when: {stage: maturity}
    every: year on birth_date
    within: 14 days
    done when: interaction call
    by: relationship_manager
"""


def test_a_new_clock_and_a_new_care_action_are_yaml_alone(book, root, tmp_path, capsys):
    rules = tmp_path / "rules"
    shutil.copytree(root / "rules", rules, ignore=shutil.ignore_patterns("rules.lock"))
    (rules / "new.yaml").write_text(NEW, encoding="utf-8")
    assert "problem" not in printed(capsys, book, "check", rules=rules)
    due = rows(printed(capsys, book, "due", "--rule", "CARE-BIRTHDAY", "--within", "60 days", rules=rules))
    assert due
    assert {row["action"] for row in due} == {"Birthday call"}
    cases = rows(printed(capsys, book, "complaints", rules=rules))
    assert {row["CLOCK-LOGGED"] for row in cases} & {"met", "met late", "overdue"}
    for form in ("table", "tsv", "csv", "json", "jsonl", "md"):
        told = printed(capsys, book, "due", "--rule", "CARE-BIRTHDAY", "--within", "60 days", "-f", form, rules=rules)
        assert due[0]["subject_id"] in told
    told = printed(capsys, book, "explain", due[0]["subject_id"], "CARE-BIRTHDAY", "-f", "table", rules=rules)
    assert "Birthday call" in told


@pytest.mark.parametrize("keys", ["owner", "branch", "rule", "day", "owner,day", "day,rule,branch"])
def test_a_summary_counts_every_row_of_the_list_once(keys, book, capsys):
    listed = rows(printed(capsys, book, "due"))
    column = {"rule": "rule_id", "day": "act_by"}
    named = [key for key in keys.split(",") if key != "branch"]  # the list has no column of it
    whose = [tuple(row[column.get(key, key)][: 10 if key == "day" else None] for key in named) for row in listed]
    counted = rows(printed(capsys, book, "due", "--summary", keys))
    assert list(counted[0]) == [*keys.split(","), "overdue", "at_risk", "open", "total"]
    found = {count: Counter() for count in ("overdue", "at_risk", "total")}
    for row in counted:
        assert int(row["total"]) == int(row["overdue"]) + int(row["at_risk"]) + int(row["open"])
        for count, per in found.items():
            per[tuple(row[key] for key in named)] += int(row[count])
    statuses = [row["status"] for row in listed]
    assert found["total"] == Counter(whose)
    # No evidence is no excuse; a deadline without a time of day is the end of its day.
    late = [
        row["status"] in LATE and row["due_at"] != "" and f"{row['due_at']} 24:00" < f"{AS_OF} 24:00" for row in listed
    ]
    assert +found["overdue"] == Counter(w for w, passed in zip(whose, late, strict=True) if passed)
    assert +found["at_risk"] == Counter(w for w, status in zip(whose, statuses, strict=True) if status == "at risk")
    assert {"overdue", "at risk"} < set(statuses)


def test_a_summary_of_a_grouped_list_is_wrong_usage(book, capsys):
    code = main(["due", "--book", str(book), "--as-of", AS_OF, "--group", "customer", "--summary", "owner"])
    assert code == 2
    assert "--summary" in capsys.readouterr().err
