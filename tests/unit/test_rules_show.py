"""`rules show`: rule files and rules in the other language, as text that reads back the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relcare.cli import OK, PROBLEMS, USAGE, main
from relcare.files.rulefiles import read_rule_files
from relcare.rulebook.load import load


@pytest.fixture
def chinese(root: Path, tmp_path: Path) -> Path:
    """The shipped rules in Chinese, as one stream of documents."""
    out = tmp_path / "zh" / "rules.yaml"
    out.parent.mkdir()
    assert main(["rules", "show", "--rules", str(root / "rules"), "--lang", "zh", "-o", str(out)]) == OK
    return out.parent


def test_the_shipped_rules_in_chinese_are_the_same_rules(
    root: Path, chinese: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shipped, said = (load(read_rule_files(folder)[0]) for folder in (root / "rules", chinese))
    assert said == (shipped[0], [])
    capfd.readouterr()
    assert main(["rules", "check", "--rules", str(chinese), "--book", str(root / "sample_data"), "-f", "json"]) == OK
    assert {row["code"] for row in json.loads(capfd.readouterr().out)["rows"]} <= {"RUL110"}  # clauses without a rule
    assert main(["rules", "diff", str(root / "rules"), str(chinese), "-f", "json"]) == OK
    assert json.loads(capfd.readouterr().out)["rows"] == []


def test_one_file_is_shown_as_it_is_but_for_its_words(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "show", "tier", "--rules", str(root / "rules")]) == OK
    assert capfd.readouterr().out == (root / "rules" / "tier.yaml").read_text(encoding="utf-8")


AWKWARD = """\
kind: table
table: customers
label: {en: Customers, zh: 客户}
subject: customer
key: customer_id
dated by: opened_at
fields:
  customer_id: {type: id, label: {en: Customer, zh: 客户号}}
  opened_at: {type: date, time: happened, label: {en: Opened, zh: 开户日期}}
  renews_on: {type: date, time: planned, empty: none, label: {en: Renews, zh: 续期前日}}
---
kind: table
table: calls
label: {en: Calls, zh: 通话}
key: call_id
dated by: at
evidence: {as: talk}
fields:
  call_id: {type: id, label: {en: Call, zh: 编号}}
  customer_id: {type: id, refers: customer, label: {en: Customer, zh: 客户号}}
  at: {type: moment, time: happened, label: {en: At, zh: 时间}}
---
kind: obligation
for: customer
rules:
  - {id: R, label: R, cites: 1, from: 2026-01-01, due: 30 days before renews_on, done when: talk, by: anyone}
"""
PARTED = """\
---
kind: decision
decides: size
for: customer
choose: first that matches
rules:
  - {id: S, label: S, cites: 1, from: 2026-01-01, when: {kind: "[big, small]", flag: yes}, then: one}
"""


def test_a_label_that_reads_as_a_word_of_the_grammar_stays_a_key(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.yaml").write_text(AWKWARD, encoding="utf-8")
    assert main(["rules", "show", "R", "--rules", str(tmp_path), "--lang", "zh"]) == OK
    shown = capfd.readouterr().out
    assert "到期: renews_on前30天" in shown
    assert "续期前日" not in shown


def test_labels_that_part_a_list_or_are_words_of_the_grammar_stay_keys(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fields = "  kind: {type: code, label: {en: Kind, zh: 类别}, codes: {big: {en: Big, zh: 大、特大}, small: {en: Small, zh: 小}}}\n"
    fields += "  flag: {type: yes_no, label: {en: Flag, zh: 任一}}\n---\nkind: table\ntable: calls"
    text = AWKWARD.replace("---\nkind: table\ntable: calls", fields, 1) + PARTED
    (tmp_path / "r.yaml").write_text(text.replace("续期前日", "续期日"), encoding="utf-8")
    assert main(["rules", "show", "S", "--rules", str(tmp_path), "--lang", "zh"]) == OK
    assert '条件: {类别: "[big, 小]", flag: 是}' in capfd.readouterr().out


def test_a_rulebook_with_mistakes_is_shown_with_its_problems(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.yaml").write_text(AWKWARD.replace("30 days before renews_on", "soon"), encoding="utf-8")
    assert main(["rules", "show", "r.yaml", "--rules", str(tmp_path), "--lang", "zh"]) == PROBLEMS
    out, err = capfd.readouterr()
    assert "到期: soon" in out
    assert "RUL075" in err
    (tmp_path / "s.yaml").write_text("kind: [", encoding="utf-8")
    assert main(["rules", "show", "s.yaml", "--rules", str(tmp_path)]) == USAGE


def test_versions_of_a_rule_are_all_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rule = "  - {id: R, label: R, cites: 1, from: 2026-01-01, due: 30 days before renews_on, done when: talk, by: anyone}\n"
    two = rule.replace("2026-01-01,", "2026-01-01, until: 2026-06-01,") + rule.replace("2026-01-01", "2026-06-01")
    (tmp_path / "r.yaml").write_text(AWKWARD.replace(rule, two), encoding="utf-8")
    assert main(["rules", "show", "R", "--rules", str(tmp_path)]) == OK
    assert capfd.readouterr().out.count("- {id: R") == 2
