"""The benchmark of what is owed: the hand-written lists are the very ones that relcare makes. Nothing is timed here."""

import csv
from pathlib import Path

import pytest

from benchmarks.generate import AS_OF, generate
from benchmarks.owed import LISTS, rules_by_hand
from benchmarks.owed_compare import differences
from benchmarks.owed_handwritten import list_owed
from relcare.cli import main
from relcare.runs.opening import read_rulebook

CUSTOMERS = 300
PROBLEMS_FOUND = 3


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the lists of both sides: `due.csv` and `overdue.csv` by relcare, `by-hand-….csv` by hand."""
    folder = tmp_path_factory.mktemp("owed")
    generate(folder / "book", CUSTOMERS, seed=1)
    rules = rules_by_hand(folder)
    for name in LISTS:
        arguments = [
            name,
            "--book",
            str(folder / "book"),
            "--as-of",
            str(AS_OF),
            "--rules",
            str(rules),
            "-o",
            str(folder / f"{name}.csv"),
            "-q",
        ]
        assert main(arguments) == PROBLEMS_FOUND
    list_owed(folder / "book", *(folder / f"by-hand-{name}.csv" for name in LISTS))
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", LISTS)
def test_both_sides_make_the_same_list(lists: Path, name: str) -> None:
    assert rows(lists / f"{name}.csv")
    assert differences(lists / f"{name}.csv", lists / f"by-hand-{name}.csv") == (0, [])


def test_every_rule_that_can_be_due_is(tmp_path: Path) -> None:
    rulebook, _ = read_rulebook(rules_by_hand(tmp_path))
    generate(tmp_path, 20_000, seed=1)
    list_owed(tmp_path, tmp_path / "due.csv", tmp_path / "overdue.csv")
    found = rows(tmp_path / "due.csv")
    assert {row["status"] for row in found} >= {"overdue", "at risk", "running", "undetermined"}
    owed = {rule for row in found for rule in row["rule_id"].split(", ")}
    later = {"CARE-REVIEW", "CARE-OPENDAY", "CARE-RETAIN", "CARE-SAFETY"}  # on that day due later, if at all
    rare = {"CLOCK-ANSWER", *(rule.id for rule in rulebook.obligations if rule.id.startswith("CARE-LADDER"))}
    assert owed | rare == {rule.id for rule in rulebook.obligations} - later
    share = len({row["customer_id"] for row in found}) / 20_000
    assert 0.05 < share < 0.15


def test_comparison_tells_who_differs_and_in_what(lists: Path, tmp_path: Path) -> None:
    ours, theirs = lists / "by-hand-due.csv", tmp_path / "theirs.csv"
    found = rows(ours)
    found[1]["owner"] = "other"
    found[2], found[3] = found[3], found[2]
    with theirs.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found[:-1])
    count, examples = differences(ours, theirs)
    assert count == 4
    assert sum("by hand 'other'" in example for example in examples) == 1
    assert sum("elsewhere in the list" in example for example in examples) == 2
    assert sum("only in relcare" in example for example in examples) == 1
