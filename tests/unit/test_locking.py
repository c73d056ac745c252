"""What a rulebook means, and which changes of that its lock lets pass."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from relcare.files.lockfile import lock_path, read_lock, write_lock
from relcare.located import Problem
from relcare.rulebook.locking import Change, changes, unlocked
from relcare.rulebook.meaning import Meaning, meanings
from relcare.runs.locked import lock_problems
from relcare.runs.opening import read_rulebook
from tests.unit.rule_files import VOCABULARY, loaded

TODAY = date(2026, 11, 24)
RULES = """\
---
kind: decision
decides: level
for: customer
label: {en: Level, zh: 层级}
choose: first that matches
limits:
  floor:
    - {from: 2026-01-01, is: "500"}
    - {from: 2026-11-25, is: "600"}
rules:
  - id: HIGH
    label: {en: High, zh: 高}
    cites: "1"
    from: 2026-01-01
    when: {aum: at least floor, vip: yes}
    then: high
  - id: GOLF
    label: {en: Golf, zh: 高尔夫}
    cites: "1"
    from: 2026-01-01
    when: {likes: "includes [golf, tea]"}
    then: golf
  - id: OTHER
    label: {en: Other, zh: 其他}
    cites: "1"
    from: 2026-01-01
    otherwise: other
---
kind: facts
for: customer
facts:
  age_days: {label: {en: Days, zh: 天数}, is: days since opened_at}
---
kind: obligation
for: customer
rules:
  - id: CALL
    label: {en: Call, zh: 电话}
    cites: "1"
    from: 2026-01-01
    when: {level: high, age_days: at least 3}
    starts: opened_at
    within: 5 days
    done when: {all: [closed_at is known, seen_at is known]}
    by: manager
"""
CORRECTS = "corrects: {reason: a slip, by: committee, on: 2026-11-02, document: RP-1}"


def _meant(rules: str) -> list[Meaning]:
    rulebook, problems = loaded(VOCABULARY + rules)
    assert [problem for problem in problems if problem.severity == "error"] == []
    return meanings(rulebook)


def _changed(*edits: tuple[str, str], today: date = TODAY, before: str = RULES) -> list[Change]:
    after = before
    for old, new in edits:
        assert old in after
        after = after.replace(old, new)
    return changes(_meant(after), _meant(before), today)


def _told(found: list[Change]) -> list[tuple[str, str, str]]:
    return [(one.what, one.meaning.id, one.problem.code if one.problem else "") for one in found]


@pytest.mark.parametrize(
    "edit",
    [
        ("{en: High, zh: 高}", "{en: Higher, zh: 更高}"),
        ("{aum: at least floor, vip: yes}", "{vip: yes, aum: at least floor}"),
        ("{aum: at least floor, vip: yes}", "{all: [{aum: at least floor}, {vip: yes}]}"),
        ("[golf, tea]", "[tea, golf]"),
        ("[closed_at is known, seen_at is known]", "[seen_at is known, closed_at is known]"),
        ('is: "500"', 'is: "500.00"'),
        (
            "    then: golf\n",
            "    then: golf\n    examples: [{as of: 2026-08-01, likes: golf, vip: no, gives: golf}]\n",
        ),
        (
            '    cites: "1"\n    from: 2026-01-01\n    when: {likes',
            '    from: 2026-01-01\n    cites: "2"\n    when: {likes',
        ),
        ("choose: first that matches", "approved: {by: me, on: 2026-01-01, document: D}\nchoose: first that matches"),
    ],
)
def test_how_a_rule_is_written_is_not_what_it_means(edit: tuple[str, str]) -> None:
    assert _changed(edit) == []


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        (("aum: at least floor", "aum: more than floor"), "HIGH"),
        (("{aum: at least floor, vip: yes}", "{any: [{aum: at least floor}, {vip: yes}]}"), "HIGH"),
        (("[golf, tea]", "golf"), "GOLF"),
        (("then: golf", "then: tea"), "GOLF"),
        (("then: golf", "then: golf\n    if missing: no"), "GOLF"),
        (('is: "500"', 'is: "501"'), "floor"),
        (("days since", "weeks since"), "customer.age_days"),
        (("within: 5 days", "within: 5 working days"), "CALL"),
        (("by: manager", "by: clerk"), "CALL"),
        (("{all: [closed_at is known", "{any: [closed_at is known"), "CALL"),
        (("choose: first that matches", "choose: exactly one"), "customer.level"),
    ],
)
def test_what_it_means_is_told_by_its_place(edit: tuple[str, str], changed: str) -> None:
    assert _told(_changed(edit)) == [("changed", changed, "LCK001")]


def test_the_order_of_rows_is_part_of_the_meaning_of_a_decision() -> None:
    high, golf = RULES.index("  - id: HIGH"), RULES.index("  - id: GOLF")
    other = RULES.index("  - id: OTHER")
    turned = RULES[:high] + RULES[golf:other] + RULES[high:golf] + RULES[other:]
    assert _told(changes(_meant(turned), _meant(RULES), TODAY)) == [("changed", "customer.level", "LCK001")]


@pytest.mark.parametrize(("today", "code"), [(date(2026, 11, 24), ""), (date(2026, 11, 25), "LCK001")])
def test_what_begins_tomorrow_may_change_what_begins_today_may_not(today: date, code: str) -> None:
    assert _told(_changed(('is: "600"', 'is: "700"'), today=today)) == [("changed", "floor", code)]


@pytest.mark.parametrize(("until", "told"), [("2026-11-25", ("ended", "")), ("2026-11-24", ("changed", "LCK002"))])
def test_a_rule_may_end_on_a_day_to_come(until: str, told: tuple[str, str]) -> None:
    rule = 'cites: "1"\n    from: 2026-01-01\n    when: {likes'
    found = _changed((rule, rule.replace("from:", f"until: {until}\n    from:")))
    assert ("GOLF", *told) in [(one.meaning.id, one.what, one.problem.code if one.problem else "") for one in found]
    assert sum(one.problem is not None for one in found) == (told[1] != "")


def test_a_new_version_is_no_change_of_the_old_one() -> None:
    old = RULES[RULES.index("  - id: CALL") :]
    new = old.replace("from: 2026-01-01", "from: 2026-12-01").replace("5 days", "4 days")
    ended = old.replace("from: 2026-01-01", "from: 2026-01-01\n    until: 2026-12-01")
    assert _told(_changed((old, ended + new))) == [("ended", "CALL", ""), ("new", "CALL", "")]


def test_a_row_put_in_with_a_past_is_told_of_the_decision() -> None:
    row = '  - {id: NEW, label: {en: N, zh: 新}, cites: "1", from: 2026-01-01, when: {vip: no}, then: new}\n'
    found = _changed(("  - id: OTHER", row + "  - id: OTHER"))
    assert _told(found) == [("changed", "customer.level", "LCK001"), ("new", "NEW", "")]


def test_a_correction_lets_one_change_pass() -> None:
    once = RULES.replace("within: 5 days", f"within: 6 days\n    {CORRECTS}")
    assert _told(changes(_meant(once), _meant(RULES), TODAY)) == [("corrected", "CALL", "")]
    twice = [("within: 6 days", "within: 7 days")]
    assert _told(_changed(*twice, before=once)) == [("changed", "CALL", "LCK001")]
    again = [*twice, ("document: RP-1", "document: RP-2")]
    assert _told(_changed(*again, before=once)) == [("corrected", "CALL", "")]


def test_a_correction_without_a_change_is_none() -> None:
    assert _changed(("within: 5 days", f"within: 5 days\n    {CORRECTS}")) == []


def test_a_rule_that_is_gone_is_told_at_its_line_of_the_lock(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(VOCABULARY + RULES, encoding="utf-8")
    write_lock(tmp_path, _meant(RULES))
    (tmp_path / "rules.yaml").write_text(VOCABULARY + RULES[: RULES.index("---\nkind: obligation")], encoding="utf-8")
    (problem,) = _problems(tmp_path)
    lines = lock_path(tmp_path).read_text(encoding="utf-8").splitlines()
    assert problem.code == "LCK003"
    assert "\tCALL\t" in "\t" + lines[problem.place.line - 1]


def _problems(folder: Path) -> list[Problem]:
    rulebook, mistakes = read_rulebook(folder)
    return lock_problems(rulebook, folder, TODAY, mistakes)


def test_a_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    meant = _meant(RULES.replace("within: 5 days", f"within: 5 days\n    {CORRECTS}"))
    assert write_lock(tmp_path, meant) is None
    locked, problems = read_lock(tmp_path)
    assert problems == []
    assert locked is not None
    plain = [meaning._replace(place=meaning.place._replace(path="", line=0, column=0)) for meaning in meant]
    assert [one._replace(place=one.place._replace(path="", line=0, column=0)) for one in locked] == plain


@pytest.mark.parametrize("line", ["rule\tCALL", "rules\tCALL\t-\t-\t" + "0" * 64 + "\t-", "<<<<<<< HEAD", b"\xff"])
def test_a_lock_with_a_line_that_is_none_is_told(tmp_path: Path, line: str | bytes) -> None:
    lock_path(tmp_path).write_bytes(line if isinstance(line, bytes) else line.encode())
    locked, problems = read_lock(tmp_path)
    assert locked is None
    assert [problem.code for problem in problems] == ["LCK004"]


def test_a_rulebook_without_a_lock_has_no_problem_with_it(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(VOCABULARY + RULES, encoding="utf-8")
    assert _problems(tmp_path) == []


def test_the_shipped_rulebook_is_locked(root: Path) -> None:
    rulebook, problems = read_rulebook(root / "rules")
    assert problems == []
    assert read_lock(root / "rules")[0] is not None
    assert lock_problems(rulebook, root / "rules", TODAY, []) == []


def test_what_is_new_is_told_as_not_locked_yet() -> None:
    new = Change("new", Meaning("rule", "NEW", TODAY, None, "0"), None)
    told = unlocked([new, new], "rules.lock")
    assert told is not None
    assert (told.code, told.severity, told.message) == ("LCK005", "warning", "2 changes are not locked yet")
    assert unlocked([], "rules.lock") is None
