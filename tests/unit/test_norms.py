"""The register of the norm: which clauses bind, who implements them, what has nothing."""

from __future__ import annotations

import json
from datetime import date

import pytest
from rule_files import VOCABULARY, check, loaded

from relcare.cli import main
from relcare.rulebook.norms import implemented, missing_rules

REGISTER = """\
kind: norm
norm: {en: First, zh: 甲}
edition: {en: second edition, zh: 第二版}
from: 2026-01-01
clauses:
  A.1: {label: {en: One, zh: 一}, text: {en: Do one., zh: 做一。}}
  A.2: {label: {en: Two, zh: 二}, text: {en: Do two., zh: 做二。}, from: 2027-01-01, edition: third}
  A.3: {label: {en: Three, zh: 三}, until: 2026-07-01, house practice: {en: And more., zh: 更多。}}
---
kind: norm
norm: Ours
house practice: yes
clauses:
  B.1: {label: Own}
---
"""
RULES = """\
---
kind: decision
decides: tier
for: customer
choose: first that matches
limits:
  floor: [{from: 2026-01-01, is: 5, cites: B.1}]
rules:
  - {id: X, label: R, cites: A.1, from: 2026-01-01, until: 2026-03-01, when: {aum: at least floor}, then: a}
  - {id: X, label: R, cites: [A.1, A.3], from: 2026-03-01, until: 2026-09-01, when: {aum: at least floor}, then: a}
  - {id: Y, label: R, cites: A.1, from: 2026-01-01, otherwise: b}
"""


def register(day):
    rulebook, problems = loaded(REGISTER + VOCABULARY + RULES)
    assert problems == []
    return {clause.id: [rule.id for rule in rules] for clause, rules in implemented(rulebook, day)}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-12-31", {"B.1": []}),
        ("2026-01-01", {"A.1": ["X", "Y"], "A.3": ["X"], "B.1": []}),
        ("2026-06-30", {"A.1": ["X", "Y"], "A.3": ["X"], "B.1": []}),
        ("2026-07-01", {"A.1": ["X", "Y"], "B.1": []}),
        ("2026-08-31", {"A.1": ["X", "Y"], "B.1": []}),
        ("2026-09-01", {"A.1": ["Y"], "B.1": []}),
        ("2027-01-01", {"A.1": ["Y"], "A.2": [], "B.1": []}),
    ],
)
def test_the_clauses_that_bind_with_the_rules_in_force_then_or_later(day, expected):
    assert register(date.fromisoformat(day)) == expected


def test_a_clause_says_itself_or_as_its_norm_says():
    clauses = loaded(REGISTER + VOCABULARY + RULES)[0].vocabulary.clauses
    one, two, three, own = (clauses[name] for name in ("A.1", "A.2", "A.3", "B.1"))
    assert (one.norm.zh, one.edition.en, one.start, one.until) == ("甲", "second edition", date(2026, 1, 1), None)
    assert (two.edition.en, two.start) == ("third", date(2027, 1, 1))
    assert (three.until, three.house.en, three.is_house) == (date(2026, 7, 1), "And more.", False)
    assert (own.edition, own.start, own.is_house) == (None, None, True)


def test_clauses_without_a_rule_are_one_warning_for_each_norm():
    rulebook, _ = loaded(REGISTER + VOCABULARY + RULES)
    found = missing_rules(rulebook, date(2027, 1, 1))
    assert [(p.code, p.severity, p.place.line, p.message) for p in found] == [
        ("RUL110", "warning", 7, "1 of 2 clauses has no rule: A.2"),
        ("RUL110", "warning", 14, "1 of 1 clause has no rule: B.1"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("from: 2026-01-01\nclauses", "form: 2026-01-01\nclauses", "RUL002"),
        ("until: 2026-07-01", "until: 2026-01-01", "RUL008"),
        ("until: 2026-07-01", "until: 2026-02-30", "RUL007"),
        ("house practice: yes", "house practice: si", "RUL005"),
        ("  B.1", "  A.1", "RUL012"),
    ],
)
def test_mistakes_of_the_register(old, new, code):
    assert code in [found for _, _, found in check(REGISTER.replace(old, new) + VOCABULARY)]


def run(folder, capsys, *options):
    (folder / "rules").mkdir()
    (folder / "rules" / "all.yaml").write_text(REGISTER + VOCABULARY + RULES, encoding="utf-8")
    code = main(["norm", "--rules", str(folder / "rules"), *options])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_command_lists_every_clause_and_exits_with_3_where_one_has_none(tmp_path, capsys):
    code, out, err = run(tmp_path, capsys, "--as-of", "2026-02-01", "-f", "json")
    rows = {row["clause"]: row for row in json.loads(out)["rows"]}
    assert (code, err, list(rows)) == (3, "", ["A.1", "A.3", "B.1"])
    path = tmp_path / "rules" / "all.yaml"
    lines = (REGISTER + VOCABULARY).count("\n")
    assert rows["A.1"]["rules"] == f"X {path}:{lines + 9}; Y {path}:{lines + 11}"
    assert (rows["B.1"]["rules"], rows["B.1"]["house_practice"]) in [("", "all of it"), (None, "all of it")]
    assert rows["A.1"]["edition"] == "second edition"


def test_the_command_exits_with_0_where_each_has_a_rule(tmp_path, capsys):
    rules = RULES.replace("cites: A.1, from: 2026-01-01, otherwise", "cites: [A.1, B.1], from: 2026-01-01, otherwise")
    (tmp_path / "all.yaml").write_text(REGISTER + VOCABULARY + rules, encoding="utf-8")
    assert main(["norm", "--rules", str(tmp_path), "--as-of", "2026-02-01", "--lang", "zh", "-f", "tsv"]) == 0
    assert "做一。" in capsys.readouterr().out


def test_a_wrong_as_of(tmp_path, capsys):
    code, out, err = run(tmp_path, capsys, "--as-of", "2026-02-30")
    assert (code, out) == (2, "")
    assert "2026-02-30" in err


def test_the_shipped_register_has_every_clause_of_the_norm(root):
    from relcare.runs.opening import read_rulebook  # noqa: PLC0415

    rulebook, _ = read_rulebook(root / "rules")
    counts = {"1.1": 3, "1.2": 4, "1.3": 3, "2.1": 5, "2.2": 3, "2.3": 3, "3.1": 3, "3.2": 3, "3.3": 3}
    assert list(rulebook.vocabulary.clauses) == [
        f"{part}.{n}" for part, count in counts.items() for n in range(1, count + 1)
    ]
    house = [clause.id for clause in rulebook.vocabulary.clauses.values() if clause.house]
    assert house == ["1.1.2", "1.2.4", "1.3.2", "2.3.3", "3.3.2"]
