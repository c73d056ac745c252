from __future__ import annotations

import io
from dataclasses import replace

from relcare.formats import render
from relcare.formats.report import Column, ListedRows, Report
from relcare.formats.words import width_of
from relcare.located import Place, Problem

KEYS = [
    "kind",
    "place",
    "code",
    "message",
    "hint",
    "rows_in",
    "rows_used",
    "collapsed",
    "set_aside",
    "latest",
    "days_old",
]
ROWS = [
    ("problem", "book/customers.csv:17:12", "CELL", "not a number", "write digits", *[""] * 6),
    ("problem", "rules/tier.yaml:3:9", "WORD", "unknown test", "", *[""] * 6),
    ("table", "book/customers.csv", "customers", "客户", "", "1200", "1198", "1", "1", "2026-11-19", "1"),
    ("table", "book/balances.csv", "balances", "Balances", "", "120000", "120000", "0", "0", "2026-10", "20"),
    ("not supplied", "", "interactions", "CHURN-QUIET is not judged", "", *[""] * 6),
]
REPORT = Report(
    "check", "Check", "2026-11-20", tuple(Column(key, key) for key in KEYS), ListedRows(ROWS), {"relcare": "0"}
)
PROBLEMS = (
    Problem(Place("book/customers.csv", 17, 4), "CELL", "not a number", "write digits", "error", "C7,12x", 3),
    Problem(Place("book/customers.csv", 18), "ROW", "two cells too many", severity="warning"),
)


def shown(report: Report, **options: object) -> list[str]:
    stream = io.BytesIO()
    render("table", report, stream, **options)
    return stream.getvalue().decode().splitlines()


def test_problems_then_tables_then_what_is_not_supplied() -> None:
    lines = shown(REPORT)
    order = ["book/customers.csv", "rules/tier.yaml", "2 problems", "Table", "Not supplied", "made from: relcare 0"]
    places = [next(i for i, line in enumerate(lines) if line.startswith(start)) for start in order]
    assert places == sorted(places)
    assert "  17:12: CELL not a number" in lines
    assert "    hint: write digits" in lines
    assert "  3:9: WORD unknown test" in lines
    row = next(line for line in lines if line.startswith("客户"))
    assert row.split() == ["客户", "customers.csv", "1,200", "1,198", "1", "1", "2026-11-19", "1"]
    assert any(line.split() == ["interactions", *["CHURN-QUIET", "is", "not", "judged"]] for line in lines)


def test_source_lines_are_shown_where_the_report_has_them() -> None:
    lines = shown(replace(REPORT, problems=PROBLEMS))
    at = lines.index("  17:4: CELL not a number")
    assert lines[at + 1 : at + 5] == [
        "    C7,12x",
        "       ^~~",
        "    hint: write digits",
        "  18: ROW warning: two cells too many",
    ]
    assert lines.count("book/customers.csv") == 1


def test_a_clean_book_says_so() -> None:
    lines = shown(replace(REPORT, rows=ListedRows(ROWS[2:])))
    assert lines[2] == "No problems."
    assert shown(replace(REPORT, rows=ListedRows(ROWS[2:]), language="zh"))[2] == "没有问题。"


def test_nothing_is_wider_than_the_terminal() -> None:
    assert max(map(width_of, shown(REPORT, width=60))) <= 60


def test_chosen_columns_make_a_plain_table() -> None:
    report = replace(REPORT, columns=REPORT.columns[:3], rows=ListedRows(row[:3] for row in ROWS))
    assert shown(report)[2].split() == ["kind", "place", "code"]
