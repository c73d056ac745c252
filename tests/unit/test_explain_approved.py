"""`explain` of rules that somebody approved, and of those that correct the past: who, when, why."""

import json
from pathlib import Path

import pytest

from relcare.cli import OK, main

RULES = """
kind: table
table: customers
label: {en: Customers, zh: 客户}
subject: customer
key: customer_id
fields:
  customer_id: {type: id, label: {en: Customer, zh: 客户号}}
  aum: {type: money, label: {en: "How much?", zh: 资产多少？}}
  opened_at: {type: date, time: happened, label: {en: Opened, zh: 开户日}}
  greeted_at: {type: date, time: happened, empty: not yet, label: {en: Greeted, zh: 问候日}}
---
kind: decision
decides: tier
for: customer
label: {en: Tier, zh: 层级}
choose: first that matches
approved: {by: policy committee, on: 2026-06-15, document: RP-7}
limits:
  floor:
    - {from: 2025-01-01, is: "500"}
    - from: 2026-07-01
      is: "600"
      corrects: {reason: a slip, by: chief, on: 2026-07-20, document: RP-8}
rules:
  - id: VIP
    label: {en: VIP, zh: 贵宾}
    from: 2025-01-01
    cites: 1.1.1
    when: {aum: at least floor}
    then: vip
    corrects: {reason: wrong sign, by: board, on: 2026-08-01, document: RP-9}
  - {id: BASE, label: {en: Basic, zh: 基础客户}, from: 2025-01-01, cites: 1.1.3, otherwise: base}
---
kind: decision
decides: older
for: customer
label: {en: Older, zh: 旧}
choose: first that matches
dated by: opened_at
rules:
  - {id: OLD, label: {en: Old, zh: 老}, from: 2025-01-01, cites: 1.1.3, when: {aum: at least floor}, then: old}
---
kind: obligation
for: customer
approved: {by: care board, on: 2026-01-05, document: CB-1}
rules:
  - id: HELLO
    label: {en: Hello, zh: 问候}
    from: 2025-01-01
    cites: 1.1.1
    starts: opened_at
    within: 5 days
    done when: greeted_at is known
    by: relationship_manager
    corrects: {reason: five not four, by: board, on: 2026-02-01, document: CB-2}
"""
CUSTOMERS = "customer_id,aum,opened_at\nC1,700,2026-09-28\nC2,100,2026-09-28\nC3,700,?\n"


@pytest.fixture
def tell(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")

    def told(key: str, *options: str) -> str:
        code = main([
            "explain", key, "--book", str(tmp_path), "--rules", str(tmp_path / "rules"), "--as-of", "2026-09-30", *options
        ])  # fmt: skip
        out, err = capfd.readouterr()
        assert code == OK or key == "C3", err
        return out

    return told


def test_it_says_who_approved_the_rule_that_decided_and_what_it_corrects(tell):
    text = " ".join(tell("C1", "-f", "table").split())
    assert "VIP approved by policy committee on 2026-06-15 (RP-7)." in text
    assert (
        "VIP corrects what was in force since 2025-01-01: wrong sign; approved by board on 2026-08-01 (RP-9)." in text
    )
    assert "floor corrects what was in force since 2026-07-01: a slip; approved by chief on 2026-07-20 (RP-8)." in text
    assert "HELLO approved by care board on 2026-01-05 (CB-1)." in text
    assert (
        "HELLO corrects what was in force since 2025-01-01: five not four; approved by board on 2026-02-01 (CB-2)."
        in text
    )


def test_it_says_so_in_chinese(tell):
    notes = json.loads(tell("C1", "-f", "json", "--lang", "zh"))["notes"]
    assert "VIP 由 policy committee 于 2026-06-15 批准（RP-7）。" in notes
    assert "HELLO 更正自 2025-01-01 起的规定：five not four；由 board 于 2026-02-01 批准（CB-2）。" in notes


def test_json_has_it_as_data(tell):
    found = {one["name"]: one for one in json.loads(tell("C1", "-f", "json"))["answered_for"]}
    assert found["VIP"] == {
        "name": "VIP",
        "since": "2025-01-01",
        "approved": {"by": "policy committee", "on": "2026-06-15", "document": "RP-7"},
        "corrects": {"reason": "wrong sign", "by": "board", "on": "2026-08-01", "document": "RP-9"},
    }
    assert "approved" not in found["floor"]
    assert found["HELLO"]["approved"]["document"] == "CB-1"


def test_of_a_rule_that_corrects_nothing_the_approval_alone_is_told(tell):
    told = json.loads(tell("C2", "tier", "-f", "json"))
    assert told["answered_for"] == [
        {
            "name": "BASE",
            "since": "2025-01-01",
            "approved": {"by": "policy committee", "on": "2026-06-15", "document": "RP-7"},
        }
    ]
    assert "BASE approved by policy committee on 2026-06-15 (RP-7)." in told["notes"]


def test_without_an_approval_the_corrected_limit_alone_is_told(tell):
    assert [one["name"] for one in json.loads(tell("C1", "OLD", "-f", "json"))["answered_for"]] == ["floor"]
    assert "answered_for" not in json.loads(tell("C2", "OLD", "-f", "json"))  # no rule decided


def test_a_label_with_a_question_mark_comes_out_whole(tell):
    rows = json.loads(tell("C3", "OLD", "-f", "json"))["rows"]
    fact, test = next((row["fact"], row["test"]) for row in rows if row["rule_id"] == "OLD")
    assert (fact, test) == ("How much? (aum)", "at least floor")
