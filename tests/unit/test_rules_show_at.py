"""`rules show --at`: what was in force on a day, with who approved it and what it corrects."""

from datetime import date
from pathlib import Path

import pytest

from relcare.cli import OK, USAGE, main
from relcare.files.in_force import text_in_force

HEAD = """kind: decision
decides: tier
for: customer
approved: {by: committee, on: 2026-06-15, document: RP-7}
"""
RULES = """rules:
  # the old one
  - id: VIP
    cites: 1.1.1
    from: 2025-01-01
    until: 2026-07-01
    when: {aum: at least floor}
    then: vip

  # the new one
  - id: VIP
    cites: 1.1.1
    from: 2026-07-01
    when: {aum: more than floor}
    then: vip
    corrects: {reason: a slip, by: board, on: 2026-08-01, document: RP-9}
"""


@pytest.mark.parametrize(
    ("day", "there", "gone"),
    [
        (date(2025, 1, 1), ("at least", "# the old one"), ("more than", "corrects", "# the new one")),
        (date(2026, 6, 30), ("at least", "RP-7"), ("more than",)),
        (date(2026, 7, 1), ("more than", "corrects: {reason: a slip, by: board"), ("at least", "# the old one")),
    ],
)
def test_a_version_stands_from_its_first_day_until_the_day_before_it_ends(day, there, gone):
    told = text_in_force(HEAD + RULES, day)
    assert told.startswith(HEAD)
    assert all(part in told for part in there)
    assert not any(part in told for part in gone)


def test_before_all_versions_the_document_is_left_out():
    assert text_in_force(HEAD + RULES + "---\nkind: norm\nnorm: x\n", date(2024, 12, 31)) == "kind: norm\nnorm: x\n"


@pytest.mark.parametrize(
    "limits",
    [
        'limits:\n  floor:\n    - {from: 2025-01-01, is: "5"}\n    # more\n    - from: 2026-07-01\n      is: "6"\n  later: [{from: 2027-01-01, is: "7"}]\n',
        'limits:\n  floor: [{from: 2025-01-01, is: "5"}, {from: 2026-07-01, is: "6"}]\n  later: [{from: 2027-01-01, is: "7"}]\n',
        'limits: {floor: [{from: 2025-01-01, is: "5"}, {from: 2026-07-01, is: "6"}], later: [{from: 2027-01-01, is: "7"}]}\n',
        '限值:\n  floor:\n  - {自: 2025-01-01, 为: "5"}\n  -\n    自: 2026-07-01\n    为: "6"\n  later:\n  - {自: 2027-01-01, 为: "7"}\n',
    ],
)
@pytest.mark.parametrize(("day", "value"), [(date(2026, 6, 30), "5"), (date(2026, 7, 1), "6")])
def test_of_a_limit_the_value_of_the_day_stands(limits, day, value):
    told = text_in_force(f"kind: limits\n{limits}", day)
    assert [digit for digit in "567" if f'"{digit}"' in told] == [value]
    assert "later" not in told
    assert text_in_force(f"kind: limits\n{limits}", date(2024, 12, 31)) == ""


def test_a_limit_that_has_ended_has_no_value():
    text = 'kind: limits\nlimits:\n  a: [{from: 2025-01-01, until: 2026-01-01, is: "5"}]\n'
    assert '"5"' in text_in_force(text, date(2025, 12, 31))
    assert text_in_force(text, date(2026, 1, 1)) == ""


@pytest.mark.parametrize("mark", ["---\n", "--- # the norm\n", "...\n---\n", "--- \n"])
def test_documents_are_parted_by_every_mark_of_yaml(mark):
    told = text_in_force(f"{HEAD}{RULES}{mark}kind: norm\nnorm: x\n", date(2024, 12, 31))
    assert told.splitlines()[-2:] == ["kind: norm", "norm: x"]
    assert "VIP" not in told
    assert "more than" in text_in_force(f"kind: norm\n{mark}{HEAD}{RULES}", date(2026, 7, 1))
    assert text_in_force("--- {kind: norm}\n", date(2026, 7, 1)).strip() == "{kind: norm}"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(HEAD + RULES, encoding="utf-8")
    return tmp_path


def test_a_rule_by_its_id_says_who_approved_it(rules: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["rules", "show", "VIP", "--at", "2026-06-30", "--rules", str(rules)])  # the sketch has no vocabulary
    out = capfd.readouterr().out
    assert "# In force on 2026-06-30." in out
    assert "# approved by committee on 2026-06-15, RP-7" in out
    assert "at least floor" in out
    assert "more than" not in out
    main(["rules", "show", "VIP", "--at", "2026-07-01", "--rules", str(rules), "--lang", "zh"])
    out = capfd.readouterr().out
    assert "# 由 committee 于 2026-06-15 批准，RP-7" in out
    assert "a slip" in out


def test_a_rule_that_was_not_in_force_and_a_wrong_day_are_errors(
    rules: Path, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "show", "VIP", "--at", "2024-12-31", "--rules", str(rules)]) != OK
    assert "until 2026-07-01" in capfd.readouterr().err
    for wrong in ("2026-02-30", "tomorrow", "2026-13-01"):
        assert main(["rules", "show", "--at", wrong, "--rules", str(root / "rules")]) == USAGE
        assert "is no date" in capfd.readouterr().err
