"""`rules diff`: whom a change affects, with everything else held fixed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OLD = Path(__file__).parents[1] / "golden" / "rules_diff_table" / "old" / "house.yaml"


@pytest.fixture
def editions(tmp_path: Path) -> tuple[Path, Path]:
    """Two equal editions and, beside them, a book."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        shutil.copy(OLD, tmp_path / name / "house.yaml")
    (tmp_path / "book").mkdir()
    book = "customer_id,name,opened_at,called_at,aum\nC1,Ann,2026-07-20,,6000000\nC2,Ben,2026-07-22,,oops\nC3,Cai,2026-07-03,2026-07-04,10\n"
    (tmp_path / "book" / "customers.csv").write_text(book, encoding="utf-8")
    return tmp_path / "old", tmp_path / "new"


def edited(folder: Path, was: str, now: str) -> None:
    path = folder / "house.yaml"
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now), encoding="utf-8")


def relcare(root: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(root)!r}); from relcare.cli import main; sys.exit(main({list(arguments)!r}))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd or root, capture_output=True, check=False, encoding="utf-8"
    )


def rows(root: Path, old: object, new: object, book: Path | None = None) -> list[dict[str, object]]:
    more = ["--book", str(book), "--as-of", "2026-08-05"] if book else []
    ran = relcare(root, "rules", "diff", str(old), str(new), *more, "-f", "json")
    return [row for row in json.loads(ran.stdout)["rows"] if row["section"] not in ("clause", "example")]


def brief(found: list[dict[str, object]], *sections: str) -> list[tuple[object, ...]]:
    keys = ("item", "change", "before", "after", "count", "example")
    return [tuple(row[key] for key in keys) for row in found if row["section"] in sections]


def test_equal_editions_affect_nobody(root, editions) -> None:
    old, new = editions
    assert rows(root, old, new, old.parent / "book") == []


def test_who_moves_is_counted_and_the_unknown_stand_apart(root, editions) -> None:
    old, new = editions
    edited(new, '"5,000,000"', '"6,000,000.01"')
    assert brief(rows(root, old, new, old.parent / "book"), "decision") == [
        ("tier", "moved", "vip", "basic", 1, "C1"),
        ("tier", "unchanged", "basic", "basic", 1, "C3"),
        ("tier", "undetermined", "undetermined", "undetermined", 1, "C2"),
    ]


def test_a_limit_that_nobody_reaches_moves_nobody(root, editions) -> None:
    old, new = editions
    edited(new, '"5,000,000"', '"6,000,000"')
    assert brief(rows(root, old, new, old.parent / "book"), "decision", "obligation", "workload") == []


def test_a_clock_that_starts_at_the_end_of_another_moves_with_it(root, editions) -> None:
    old, new = editions
    chained = "    by: relationship_manager\n  - id: VISIT\n    label: {en: Visit, zh: 拜访}\n    cites: 1.2.1\n    from: 2026-01-01\n    starts: end of CALL\n    within: 1 working day\n    done when: called_at is known\n    by: relationship_manager\n"
    for folder in editions:
        edited(folder, "    by: relationship_manager\n", chained)
    edited(new, "within: 5 working days", "within: 6 working days")
    assert brief(rows(root, old, new, old.parent / "book"), "obligation") == [
        ("CALL", "later", "2026-07-27 overdue", "2026-07-28 overdue", 2, "customer C1"),
        ("VISIT", "later", "2026-07-28 overdue", "2026-07-29 overdue", 2, "customer C1"),
    ]


def test_a_later_deadline_moves_the_workload_and_the_unknown_stand_apart(root, editions) -> None:
    old, new = editions
    edited(new, "    starts: opened_at\n", "    when: {tier: vip}\n    starts: opened_at\n")
    edited(new, "within: 5 working days", "within: 12 working days")
    found = rows(root, old, new, old.parent / "book")
    assert brief(found, "obligation", "workload") == [
        ("CALL", "later", "2026-07-27 overdue", "2026-08-05 at risk", 1, "customer C1"),
        ("CALL", "undetermined", "2026-07-29 overdue", "2026-08-07 undetermined", 1, "customer C2"),
        (None, "2026-07", "2", "0", -2, None),
        (None, "2026-08", "0", "2", 2, None),
    ]


def test_what_is_no_longer_owed_is_lost_and_leaves_the_workload(root, editions) -> None:
    old, new = editions
    edited(new, "    starts: opened_at\n", "    when: {tier: basic}\n    starts: opened_at\n")
    found = brief(rows(root, old, new, old.parent / "book"), "obligation", "workload")
    assert found[:1] == [("CALL", "lost", "2026-07-27 overdue", None, 1, "customer C1")]
    assert found[-1] == (None, "2026-07", "2", "1", -1, None)


def test_the_calendar_is_held_fixed(root, editions) -> None:
    old, new = editions
    edited(
        new,
        "known: {from: 2026-01-01, to: 2026-12-31}",
        "known: {from: 2026-01-01, to: 2026-12-31}\nweek: [monday, tuesday]",
    )
    found = rows(root, old, new, old.parent / "book")
    assert [row["section"] for row in found] == ["change"]


def test_without_a_book_only_the_words_are_compared(root, editions) -> None:
    old, new = editions
    edited(new, "within: 5 working days", "within: 6 working days")
    assert brief(rows(root, old, new), "change", "decision", "obligation") == [
        ("CALL", "within", "5 working days", "6 working days", None, None)
    ]


def test_a_revision_of_the_folder(root, editions) -> None:
    old, _ = editions
    git = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", "-C", str(old.parent)]
    for arguments in (["init", "-q"], ["add", "old"], ["commit", "-qm", "First"]):
        subprocess.run([*git, *arguments], check=True, capture_output=True)
    edited(old, "within: 5 working days", "within: 6 working days")
    told = [("CALL", "within", "5 working days", "6 working days", None, None)]
    assert brief(rows(root, "git:HEAD", old), "change") == told
    assert brief(rows(root, "git:HEAD:old", old), "change") == told


@pytest.mark.parametrize("spec", ["git:", "git:no-such-revision", "git:--output=x", "git:HEAD:no/such/path"])
def test_a_revision_that_is_none_is_wrong_usage(root, editions, spec) -> None:
    ran = relcare(root, "rules", "diff", spec, str(editions[0]))
    assert ran.returncode == 2
    assert spec in ran.stderr
    assert "Traceback" not in ran.stderr


def test_mistakes_in_an_edition_are_placed_and_the_words_still_compared(root, editions) -> None:
    old, new = editions
    edited(new, "within: 5 working days", "within: five days")
    ran = relcare(root, "rules", "diff", str(old), str(new), "--book", str(old.parent / "book"), "-f", "json")
    assert ran.returncode == 3
    assert f"{new / 'house.yaml'}:5" in ran.stderr
    assert [row["item"] for row in json.loads(ran.stdout)["rows"]] == ["CALL", "1.2.1"]


def test_fail_if_any_tells_a_difference(root, editions) -> None:
    old, new = editions
    assert relcare(root, "rules", "diff", str(old), str(new), "--fail-if-any").returncode == 0
    edited(new, "within: 5 working days", "within: 6 working days")
    assert relcare(root, "rules", "diff", str(old), str(new), "--fail-if-any").returncode == 1


def test_an_edition_that_owes_nothing_is_compared_as_well(root, editions) -> None:
    old, new = editions
    edited(old, "    from: 2026-01-01\n    starts: opened_at", "    from: 2026-09-01\n    starts: opened_at")
    found = rows(root, old, new, old.parent / "book")
    assert brief(found, "obligation") == [("CALL", "gained", None, "2026-07-27 overdue", 2, "customer C1")]
    back = rows(root, new, old, old.parent / "book")
    assert brief(back, "obligation") == [("CALL", "lost", "2026-07-27 overdue", None, 2, "customer C1")]


CONTROL = """---
kind: control
for: customer
rules:
  - id: CTRL-CALLED
    label: {{en: Not called, zh: 未回访}}
    cites: 1.2.1
    from: 2026-01-01
    severity: high
    never: {{aum: {test}}}
    by: relationship_manager
"""


def with_control(folder: Path, test: str) -> None:
    path = folder / "house.yaml"
    path.write_text(path.read_text(encoding="utf-8") + CONTROL.format(test=test), encoding="utf-8")


def test_controls_newly_broken_and_newly_kept_are_counted(root, editions) -> None:
    old, new = editions
    with_control(old, "at least 6000000")  # broken by C1 alone, of C2 nobody can tell
    with_control(new, "at most 10")  # broken by C3 alone
    found = rows(root, old, new, old.parent / "book")
    assert brief(found, "control") == [
        ("CTRL-CALLED", "newly broken", "kept", "broken", 1, "C3"),
        ("CTRL-CALLED", "newly kept", "broken", "kept", 1, "C1"),
    ]


def test_a_control_that_is_new_is_broken_newly_and_one_that_is_gone_is_kept(root, editions) -> None:
    old, new = editions
    with_control(new, "at least 6000000")
    book = old.parent / "book"
    assert brief(rows(root, old, new, book), "control") == [
        ("CTRL-CALLED", "newly broken", None, "broken", 1, "C1"),
        ("CTRL-CALLED", "undetermined", None, "undetermined", 1, "C2"),
    ]
    assert brief(rows(root, new, old, book), "control") == [
        ("CTRL-CALLED", "newly kept", "broken", None, 1, "C1"),
        ("CTRL-CALLED", "undetermined", "undetermined", None, 1, "C2"),
    ]


def test_a_control_that_says_the_same_is_not_told(root, editions) -> None:
    old, new = editions
    with_control(old, "at least 6000000")
    with_control(new, "at least 5999999")
    found = rows(root, old, new, old.parent / "book")
    assert brief(found, "control") == []


def test_the_head_counts_controls_in_both_languages(root, editions) -> None:
    old, new = editions
    with_control(new, "at least 6000000")
    book = old.parent / "book"
    more = ("--book", str(book), "--as-of", "2026-08-05", "-f", "json")
    said = json.loads(relcare(root, "rules", "diff", str(old), str(new), *more).stdout)["notes"]
    assert "Controls: 1 newly broken, 0 newly kept, 1 from or to undetermined." in said
    said = json.loads(relcare(root, "rules", "diff", str(old), str(new), *more, "--lang", "zh").stdout)["notes"]
    assert "禁止事项：新增违反 1，不再违反 0，涉及无法判定 1。" in said


def test_of_an_edition_with_mistakes_it_says_what_was_compared(root, editions) -> None:
    old, new = editions
    edited(new, "within: 5 working days", "within: 3 workin days")
    ran = relcare(
        root,
        "rules",
        "diff",
        str(old),
        str(new),
        "--book",
        str(old.parent / "book"),
        "--as-of",
        "2026-08-05",
        "-f",
        "json",
    )
    told = json.loads(ran.stdout)
    assert ran.returncode == 3
    assert f"{new / 'house.yaml'}:" in ran.stderr
    assert told["notes"][0].startswith(f"Mistakes in {new}: ")
    assert told["notes"][1] == "No book is judged until both editions are without a mistake."
    assert [row["item"] for row in told["rows"] if row["section"] == "change"] == ["CALL"]
    ran = relcare(root, "rules", "diff", str(old), str(new), "-f", "json")
    assert ran.returncode == 3
    assert not any("No book" in note for note in json.loads(ran.stdout)["notes"])


def test_a_control_of_a_subject_that_the_old_edition_asks_nothing_of_is_told(root, editions) -> None:
    old, new = editions
    for folder in editions:
        path = folder / "house.yaml"
        cut = path.read_text(encoding="utf-8").split("---\nkind: decision")[0]
        path.write_text(cut, encoding="utf-8")
    with_control(new, "at least 6000000")
    found = rows(root, old, new, old.parent / "book")
    assert brief(found, "control")[0] == ("CTRL-CALLED", "newly broken", None, "broken", 1, "C1")
