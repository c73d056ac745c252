"""What two editions of rule files say differently."""

from __future__ import annotations

from relcare.files.yaml_tree import read_documents
from relcare.rulebook.changes import Change, changes

TIER = """\
kind: decision
decides: tier
for: customer
limits:
  floor:
    - {from: 2026-01-01, is: "5,000,000", cites: 1.1.1}
rules:
  - id: VIP
    cites: 1.1.1
    from: 2026-01-01
    when: {aum: at least floor}
    then: vip
  - id: BASIC
    cites: [1.1.2, 1.1.3]
    from: 2026-01-01
    otherwise: basic
"""


def told(new: str, old: str = TIER) -> list[Change]:
    editions = []
    for text in (old, new):
        documents, problems = read_documents(text.encode(), "r.yaml")
        assert problems == []
        editions.append(documents)
    return changes(*editions)


def test_layout_comments_quotes_and_the_order_of_keys_change_nothing() -> None:
    new = TIER.replace(
        '{from: 2026-01-01, is: "5,000,000", cites: 1.1.1}',
        "is: '5,000,000'  # why\n      cites: 1.1.1\n      from: 2026-01-01",
    )
    assert new != TIER
    assert told(new) == []


def test_a_limit_that_moves_is_told_with_its_period_and_clause() -> None:
    assert told(TIER.replace("5,000,000", "6,000,000")) == [
        Change("limit floor", "2026-01-01 › is", "5,000,000", "6,000,000", ("1.1.1",))
    ]


def test_a_further_period_is_told_whole() -> None:
    new = TIER.replace("cites: 1.1.1}\n", 'cites: 1.1.1}\n    - {from: 2026-07-01, is: "6,000,000"}\n', 1)
    assert told(new) == [Change("limit floor", "2026-07-01", "", "from: 2026-07-01; is: 6,000,000", ("1.1.1",))]


def test_a_part_that_is_taken_out_is_told_whole() -> None:
    new = TIER.replace("    when: {aum: at least floor}\n", "")
    assert told(new) == [Change("VIP", "when", "aum: at least floor", "", ("1.1.1",))]


def test_a_rule_that_is_new_or_gone_is_told_by_its_meaning() -> None:
    new = TIER.replace("id: BASIC", "id: PLAIN")
    assert told(new) == [
        Change("PLAIN", "", "", "from: 2026-01-01; otherwise: basic", ("1.1.2", "1.1.3")),
        Change("tier order of rules", "", "VIP, BASIC", "VIP, PLAIN", ()),
        Change("BASIC", "", "from: 2026-01-01; otherwise: basic", "", ("1.1.2", "1.1.3")),
    ]


def test_the_order_of_the_rules_of_a_decision_is_a_change() -> None:
    head, vip, basic = TIER.partition("  - id: VIP")[0], *("  - id:" + part for part in TIER.split("  - id:")[1:])
    assert told(head + basic + vip) == [Change("tier order of rules", "", "VIP, BASIC", "BASIC, VIP", ())]


def test_clauses_of_both_editions_are_touched() -> None:
    changed = told(TIER.replace("cites: [1.1.2, 1.1.3]", "cites: [1.1.3, 1.2.1]"))
    assert changed == [Change("BASIC", "cites", "1.1.2, 1.1.3", "1.1.3, 1.2.1", ("1.1.2", "1.1.3", "1.2.1"))]


def test_two_versions_of_a_rule_are_told_apart_by_their_first_day() -> None:
    old = "kind: obligation\nfor: complaint\nrules:\n  - {id: PLAN, from: 2026-01-01, within: 5 working days}\n"
    new = old.replace("}", ", until: 2026-07-01}") + "  - {id: PLAN, from: 2026-07-01, within: 3 working days}\n"
    assert told(new, old) == [
        Change("PLAN from 2026-01-01", "until", "", "2026-07-01", ()),
        Change("PLAN from 2026-07-01", "", "", "from: 2026-07-01; within: 3 working days", ()),
    ]


def test_a_first_day_that_moves_is_a_change_of_the_same_rule() -> None:
    assert told(TIER.replace("    from: 2026-01-01\n    otherwise", "    from: 2026-02-01\n    otherwise")) == [
        Change("BASIC", "from", "2026-01-01", "2026-02-01", ("1.1.2", "1.1.3"))
    ]


def test_a_field_of_a_table_and_a_day_of_a_calendar() -> None:
    old = "kind: table\ntable: customers\nfields:\n  aum: {type: money, unit: CNY}\n---\nkind: calendar\ncalendar: cn\nweek: [monday]\n"
    new = old.replace("CNY", "USD").replace("[monday]", "[monday, tuesday]")
    assert told(new, old) == [
        Change("table customers field aum", "unit", "CNY", "USD", ()),
        Change("calendar cn week", "", "monday", "monday, tuesday", ()),
    ]
