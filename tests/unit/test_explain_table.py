from __future__ import annotations

import io
from dataclasses import replace

import pytest

from relcare.formats import render
from relcare.formats.report import Column, ListedRows, Report
from relcare.formats.words import width_of

KEYS = ("decision", "outcome", "rule_id", "clause", "test", "fact", "value", "verdict", "rule_place", "fact_place")
VIP = ("tier", "Growth (growth)", "TIER-VIP", "1.1.1")
ROWS = [
    (
        *VIP,
        "at least 6,000,000",
        "Assets (aum_avg_3m)",
        "5,000,000.00",
        "no",
        "rules/tier.yaml:14",
        "balances.csv:3,4,5",
    ),
    (*VIP, "is 私人银行", "Segment (segment)", "retail", "no", "rules/tier.yaml:15", "customers.csv:2"),
    (
        "tier",
        "Growth (growth)",
        "TIER-GROWTH",
        "1.1.2",
        "at least 50,000",
        "Assets",
        "5",
        "yes",
        "rules/tier.yaml:24",
        "",
    ),
    ("stage", "Mature", "", "", "as supplied", "Stage (stage)", "mature", "", "", "customers.csv:2"),
]
REPORT = Report(
    "explain",
    "Why C1",
    "2026-11-20",
    tuple(Column(key, key) for key in KEYS),
    ListedRows(ROWS),
    {"relcare": "0"},
    notes=("tier of C1 is Growth.",),
    nothing="No subject C1.",
)


def shown(report: Report, **options: object) -> list[str]:
    stream = io.BytesIO()
    assert render("table", report, stream, **options) == bool(list(report.rows))
    return stream.getvalue().decode().splitlines()


def test_each_decision_has_its_rules_and_their_tests() -> None:
    assert shown(REPORT, width=120) == [
        "Why C1 · as of 2026-11-20",
        "",
        "· tier of C1 is Growth.",
        "",
        "tier: Growth (growth)",
        "  TIER-VIP  1.1.1  rules/tier.yaml",
        "    no   Assets (aum_avg_3m)  5,000,000.00  at least 6,000,000  balances.csv:3,4,5  :14",
        "    no   Segment (segment)    retail        is 私人银行         customers.csv:2     :15",
        "  TIER-GROWTH  1.1.2  rules/tier.yaml",
        "    yes  Assets               5             at least 50,000                         :24",
        "",
        "stage: Mature",
        "         Stage (stage)        mature        as supplied         customers.csv:2",
        "",
        "made from: relcare 0",
    ]


@pytest.mark.parametrize("width", [100, 80, 60])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(width_of, shown(REPORT, width=width))) <= width


def test_nobody_to_explain_is_said() -> None:
    assert "No subject C1." in shown(replace(REPORT, rows=ListedRows()))


def test_chosen_columns_make_a_plain_table() -> None:
    report = replace(REPORT, columns=REPORT.columns[:2], rows=ListedRows(row[:2] for row in ROWS))
    assert "decision  outcome" in shown(report)


def test_an_arrow_marks_the_rule_that_decided() -> None:
    columns = (*REPORT.columns, Column("decided", "decided"))
    rows = ListedRows((*row, "yes" if row[2] == "TIER-GROWTH" else "") for row in ROWS)
    lines = shown(replace(REPORT, columns=columns, rows=rows), width=120)
    assert [line for line in lines if line.startswith("→")] == ["→ TIER-GROWTH  1.1.2  rules/tier.yaml"]
