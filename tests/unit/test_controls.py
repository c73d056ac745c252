"""Controls: what must never be so, from rule files to findings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from rule_files import VOCABULARY, loaded

HEAD = VOCABULARY + "---\nkind: control\nfor: customer\nrules:\n"
RULE = "  - {id: C1, label: {en: Poor, zh: 贫}, cites: '1', from: 2026-01-01, severity: high, by: manager, never: {aum: less than 100}}\n"


def codes(text: str) -> list[tuple[str, str]]:
    _, problems = loaded(text)
    return [(problem.code, problem.message) for problem in problems]


def test_a_control_is_read_whole() -> None:
    rulebook, problems = loaded(HEAD + RULE)
    assert problems == []
    (control,) = rulebook.controls
    assert (control.id, control.subject, control.severity, control.by) == ("C1", "customer", "high", "manager")


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("severity: high, ", "", ("RUL003", "control `C1` has no `severity`")),
        ("severity: high", "severity: hihg", ("RUL005", "`hihg` is no severity")),
        ("never: {aum: less than 100}", "", ("RUL003", "control `C1` has no `never`")),
        ("aum: less", "amu: less", ("RUL030", "a customer has no fact `amu`")),
        ("never:", "when:", ("RUL002", "`when` is not a key of a control")),
        ("less than 100", "less than floor", None),
    ],
)
def test_a_mistake_is_told_and_the_control_left_out(was, now, told) -> None:
    assert was in RULE
    rulebook, problems = loaded(HEAD + RULE.replace(was, now))
    assert rulebook.controls == ()
    found = [(problem.code, problem.message) for problem in problems]
    assert found
    if told is not None:
        assert told[0] in [code for code, _ in found], found


def test_versions_follow_each_other_and_never_overlap() -> None:
    second = RULE.replace("from: 2026-01-01", "from: 2026-07-01")
    assert codes(HEAD + RULE.replace("from: 2026-01-01", "from: 2026-01-01, until: 2026-07-01") + second) == []
    assert [code for code, _ in codes(HEAD + RULE + second)] == ["RUL021"]


def test_an_id_names_one_rule_of_the_rulebook() -> None:
    decision = (
        "---\nkind: decision\ndecides: level\nfor: customer\nchoose: first that matches\nrules:\n"
        "  - {id: C1, label: {en: L, zh: 级}, cites: '1', from: 2026-01-01, otherwise: low}\n"
    )
    assert [code for code, _ in codes(HEAD + RULE + decision)] == ["RUL026"]


def test_an_example_gives_broken_kept_or_undetermined() -> None:
    wrong = RULE.replace("}}\n", "}, examples: [{aum: 5, gives: brocken}]}\n")
    assert [code for code, _ in codes(HEAD + wrong)] == ["RUL061"]


TABLE = """\
kind: table
table: customers
label: {en: Customers, zh: 客户}
subject: customer
key: customer_id
fields:
  customer_id: {type: id, label: {en: Customer ID, zh: 客户编号}}
  name: {type: text, empty: none, label: {en: Name, zh: 姓名}}
  aum: {type: money, unit: CNY, label: {en: Assets, zh: 资产}}
  debt: {type: money, unit: CNY, label: {en: Debt, zh: 负债}}
  manager: {type: id, refers: staff, empty: none, label: {en: Manager, zh: 经理}}
---
kind: table
table: staff
label: {en: Staff, zh: 员工}
subject: staff
key: staff_id
fields:
  staff_id: {type: id, label: {en: Staff, zh: 工号}}
---
kind: norm
norm: {en: Norm, zh: 规范}
clauses:
  1.1.1: {label: {en: A, zh: 甲}, text: {en: A., zh: 甲。}}
---
kind: control
for: customer
limits:
  floor: [{from: 2026-01-01, is: "100", cites: 1.1.1}, {from: 2026-07-01, is: "200", cites: 1.1.1}]
rules:
  - id: LOW
    label: {en: Too little, zh: 过少}
    cites: 1.1.1
    from: 2026-01-01
    severity: low
    never: {aum: less than floor}
    by: manager
  - id: DEBT
    label: {en: Debt, zh: 负债}
    cites: 1.1.1
    from: 2026-01-01
    severity: high
    never: {debt: more than aum}
    by: manager
    examples:
      - {aum: 5, debt: 5, gives: kept}
      - {aum: 5, debt: 5.01, gives: broken}
      - {aum: "", debt: 5, gives: undetermined}
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "house.yaml").write_text(TABLE, encoding="utf-8")
    rows = "C1,Ann,100,50,S1\nC2,Ben,99.99,99.99,S2\nC3,Cai,199.99,200,\nC4,Dee,oops,1,S1\nC5,Eve,200,0,S1\n"
    (tmp_path / "customers.csv").write_text("customer_id,name,aum,debt,manager\n" + rows, encoding="utf-8")
    return tmp_path


def relcare(root: Path, book: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "relcare", *arguments, "--book", str(book), "--rules", str(book / "rules")]
    return subprocess.run(command, cwd=root, capture_output=True, check=False, encoding="utf-8")


def found(root: Path, book: Path, as_of: str, *more: str) -> list[tuple[str, ...]]:
    ran = relcare(root, book, "findings", "--as-of", as_of, "-f", "json", *more)
    keys = ("severity", "status", "subject_id", "rule_id", "owner")
    return [tuple(row[key] for key in keys) for row in json.loads(ran.stdout)["rows"]]


def test_the_gravest_stand_first_and_what_is_unknown_last_one_row_a_subject(root, book) -> None:
    assert found(root, book, "2026-06-30") == [
        ("high", "broken", "C3", "DEBT", None),
        ("low", "broken", "C2", "LOW", "S2"),
        ("high", "undetermined", "C4", "DEBT, LOW", "S1"),
    ]


def test_a_limit_is_that_of_the_as_of(root, book) -> None:
    broken = [row for row in found(root, book, "2026-07-01", "--rule", "LOW") if row[1] == "broken"]
    assert [row[2] for row in broken] == ["C1", "C2", "C3"]  # C5 has exactly the limit


def test_a_control_is_silent_before_its_first_day(root, book) -> None:
    assert found(root, book, "2025-12-31") == []


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (("--owner", "S2"), ["C2"]),
        (("--severity", "low"), ["C2"]),
        (("--status", "undetermined"), ["C4"]),
        (("--rule", "DEBT"), ["C3", "C4"]),
        (("--for", "customer"), ["C3", "C2", "C4"]),
    ],
)
def test_filters(root, book, filters, ids) -> None:
    assert [row[2] for row in found(root, book, "2026-06-30", *filters)] == ids


def test_what_the_book_does_not_supply_is_a_note_and_no_row(root, book) -> None:
    (book / "customers.csv").write_text("customer_id,aum\nC1,99\n", encoding="utf-8")
    ran = relcare(root, book, "findings", "--as-of", "2026-06-30", "-f", "json")
    told = json.loads(ran.stdout)
    assert [row["rule_id"] for row in told["rows"]] == ["LOW"]
    assert any("silent: DEBT" in note for note in told["notes"])
    silenced = relcare(root, book, "check", "--as-of", "2026-06-30", "-f", "tsv").stdout
    assert "silences DEBT" in silenced


def test_explain_tells_every_test_of_a_control(root, book) -> None:
    ran = relcare(root, book, "explain", "C3", "DEBT", "--as-of", "2026-06-30", "-f", "table")
    assert "DEBT: broken" in ran.stdout
    assert "customers.csv:4" in ran.stdout


def test_the_examples_of_a_control_are_tried(root, book) -> None:
    path = book / "rules" / "house.yaml"
    assert relcare(root, book, "rules", "check").returncode == 0
    path.write_text(
        path.read_text(encoding="utf-8").replace("debt: 5.01, gives: broken", "debt: 5.00, gives: broken"),
        encoding="utf-8",
    )
    assert "RUL090" in relcare(root, book, "rules", "check").stdout


def test_controls_are_no_columns_of_customers(root, book) -> None:
    ran = relcare(root, book, "customers", "--as-of", "2026-06-30")
    assert ran.stdout.splitlines()[0].split("\t") == ["customer_id", "name", "owner", "branch"]


def test_the_same_bytes_whatever_the_order_of_the_rows(root, book) -> None:
    first = relcare(root, book, "findings", "--as-of", "2026-06-30", "-f", "json").stdout
    lines = (book / "customers.csv").read_text(encoding="utf-8").splitlines()
    (book / "customers.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", encoding="utf-8")
    assert relcare(root, book, "findings", "--as-of", "2026-06-30", "-f", "json").stdout == first


def test_what_is_unknown_is_answered_for_by_the_role_of_its_own_control(root, book) -> None:
    """DEBT is graver and of another role; only LOW is unknown of C4."""
    path = book / "rules" / "house.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "  manager: {type: id",
        "  auditor: {type: id, refers: staff, empty: none, label: {en: Auditor, zh: 审计}}\n  manager: {type: id",
    )
    text = text.replace(
        "never: {debt: more than aum}\n    by: manager", "never: {debt: more than 1000}\n    by: auditor"
    )
    path.write_text(text, encoding="utf-8")
    rows = "customer_id,aum,debt,manager,auditor\nC4,oops,1,S1,S9\n"
    (book / "customers.csv").write_text(rows, encoding="utf-8")
    assert found(root, book, "2026-06-30") == [("low", "undetermined", "C4", "LOW", "S1")]
