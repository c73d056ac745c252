"""The benchmarks' own parts: the generator, the hand-written side and the comparison. Nothing is timed here."""

import csv
from pathlib import Path

import pytest

from benchmarks.compare import DECISIONS, differences
from benchmarks.generate import TABLES, generate
from benchmarks.handwritten import decide

CUSTOMERS = 200


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    generate(folder, CUSTOMERS, seed=1, threads=2)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_same_seed_gives_the_same_bytes_on_any_number_of_threads(book: Path, tmp_path: Path) -> None:
    generate(tmp_path, CUSTOMERS, seed=1, threads=1)
    for table in TABLES:
        assert (tmp_path / f"{table}.csv").read_bytes() == (book / f"{table}.csv").read_bytes(), table


def test_another_seed_gives_another_book(book: Path, tmp_path: Path) -> None:
    generate(tmp_path, CUSTOMERS, seed=2, threads=2)
    assert (tmp_path / "customers.csv").read_bytes() != (book / "customers.csv").read_bytes()


def test_tables_have_the_promised_sizes(book: Path) -> None:
    ids = {table: {next(iter(row.values())) for row in rows(book / f"{table}.csv")} for table in TABLES}
    assert len(ids["customers"]) == CUSTOMERS
    assert len(ids["interactions"]) == 5 * CUSTOMERS
    assert len(ids["complaints"]) == 60
    assert len({(row["customer_id"], row["month"]) for row in rows(book / "balances.csv")}) == 20 * 14


def test_every_large_table_has_a_bad_cell_and_a_row_that_stands_twice(book: Path) -> None:
    bad = {
        "customers": {"12,34.5", "2026-02-30", "unsorted"},
        "interactions": {"telepathy", "20260931 25:00"},
        "balances": {"1.234,56"},
    }
    for table, words in bad.items():
        found = [tuple(row.values()) for row in rows(book / f"{table}.csv")]
        cells = {cell for row in found for cell in row}
        assert cells & words, table
        assert len(found) == len(set(found)) + 1, table


def test_hand_written_side_decides_every_customer_there_is(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    decide(book, out)
    found = rows(out)
    ids = [row["customer_id"] for row in found]
    opened = {row["customer_id"]: row["opened_at"] for row in rows(book / "customers.csv")}
    assert ids == sorted(customer for customer, day in opened.items() if day <= "2026-11-20")
    for decision in DECISIONS:
        for row in found:
            assert row[decision]
            assert (
                (row[decision] == "undetermined")
                == (row[f"{decision}_rule"] == "")
                == (row[f"{decision}_clause"] == "")
            )


def test_hand_written_side_leaves_open_what_hangs_on_a_bad_cell(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    decide(book, out)
    decided = {row["customer_id"]: row for row in rows(out)}
    for row in rows(book / "customers.csv"):
        if row["opened_at"] == "2026-02-30" and not row["closed_at"] and not row["deceased_at"]:
            assert decided[row["customer_id"]]["stage"] == "undetermined"
    for row in rows(book / "interactions.csv"):
        if row["at"] == "20260931 25:00" and row["kind"] == "inquiry" and row["customer_id"] in decided:
            assert decided[row["customer_id"]]["churn_warning"] == "undetermined"


def test_every_outcome_occurs(tmp_path: Path) -> None:
    generate(tmp_path, 20_000, seed=1)
    decide(tmp_path, tmp_path / "out.csv")
    found = rows(tmp_path / "out.csv")
    outcomes = {decision: {row[decision] for row in found} for decision in DECISIONS}
    assert outcomes == {
        "tier": {"core_vip", "growth", "basic", "undetermined"},
        "ladder_level": {"platinum", "gold", "silver", "bronze", "none", "undetermined"},
        "churn_warning": {"high", "watch", "none", "undetermined"},
        "stage": {"acquisition", "growth", "maturity", "decline", "none", "undetermined"},
    }
    rules = {row[f"{decision}_rule"] for decision in DECISIONS for row in found}
    assert {"TIER-VIP", "TIER-PRIVATE", "CHURN-OUTFLOW", "CHURN-RARER", "STAGE-LEFT", "STAGE-DECLINE"} <= rules


def test_comparison_tells_who_differs_and_in_what(book: Path, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    decide(book, ours)
    assert differences(ours, ours) == (0, [])
    found = rows(ours)
    found[0]["tier"] = "other"
    with theirs.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found[:-1])
    count, examples = differences(ours, theirs)
    assert count == 2
    assert "by hand 'other'" in examples[0]
    assert examples[1] == f"{found[-1]['customer_id']}: only in relcare"
