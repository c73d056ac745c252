"""The shipped sample book: nothing in it is unreadable, everything refers to something, and it shows every class."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from relcare.engine.decide import decided
from relcare.engine.owed_rows import owed_rows
from relcare.files.book import Book
from relcare.files.open_book import open_book
from relcare.files.rows import read_rows
from relcare.files.rulefiles import read_rule_files
from relcare.files.settings import read_settings
from relcare.rulebook.cells import read_cell
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.load import load
from relcare.rulebook.obligations import STATUSES
from relcare.rulebook.values import FactValue, Moment, State

AS_OF = datetime(2026, 11, 20, 23, 59, 59, 999999)  # noqa: DTZ001  # moments are in the book's zone
ZONE = "Asia/Shanghai"
STEPS = (
    "received_at", "ticket_at", "facts_established_at", "plan_told_at", "plan_confirmed_at", "resolved_at",
    "followed_up_at", "closed_at",
)  # fmt: skip

UNDETERMINED = {
    "customer": {
        "C0047": ["stage"],  # no opening date
        "C0053": ["ladder_level", "tier"],  # opened three days ago, no assets recorded yet
    }
}

Table = list[dict[str, FactValue]]


@pytest.fixture(scope="module")
def rulebook(root: Path) -> Rulebook:
    trees, digest, _ = read_rule_files(root / "rules")
    return load(trees, digest)[0]


@pytest.fixture(scope="module")
def book(root: Path, rulebook: Rulebook, tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = root / "sample_data"
    settings, problems = read_settings(folder, rulebook.vocabulary)
    assert not problems
    return open_book(folder, rulebook.vocabulary, settings, tmp_path_factory.mktemp("spill"))


@pytest.fixture(scope="module")
def tables(book: Book) -> dict[str, Table]:
    read: dict[str, Table] = {}
    for name, source in book.sources.items():
        fields = source.table.fields
        read[name] = [
            {cell: read_cell(fields[cell], text, zone=ZONE) for cell, text in cells.items()}
            for _, cells in read_rows(source)
        ]
    return read


def values(tables: dict[str, Table], table: str, field: str) -> Iterator[object]:
    return (row[field].value for row in tables[table] if field in row and row[field].state is State.VALUE)


def test_every_table_of_the_vocabulary_is_there(book: Book, rulebook: Rulebook) -> None:
    assert set(book.sources) == set(rulebook.vocabulary.tables)
    assert not book.problems
    endings = {Path(source.path).suffix for source in book.sources.values()}
    assert endings == {".csv", ".yaml"}


def test_every_column_is_known(book: Book) -> None:
    assert {name: source.headers for name, source in book.sources.items() if "" in source.fields} == {}


def test_one_table_has_chinese_headers(book: Book) -> None:
    headers = book.sources["accounts"].headers
    assert headers
    assert all(not header.isascii() for header in headers)


def test_every_cell_can_be_read(tables: dict[str, Table]) -> None:
    bad = [
        f"{table}: {field}: {cell.why}"
        for table, rows in tables.items()
        for row in rows
        for field, cell in row.items()
        if cell.state is State.UNREADABLE
    ]
    assert not bad


def test_every_reference_leads_to_a_row(tables: dict[str, Table], rulebook: Rulebook) -> None:
    orphans = []
    for name, table in rulebook.vocabulary.tables.items():
        for field in table.fields.values():
            owner = rulebook.vocabulary.table_of(field.refers) if field.refers else None
            if owner is not None:
                known = set(values(tables, owner.name, owner.key[0]))
                orphans += [f"{name}: {field.name} {v}" for v in values(tables, name, field.name) if v not in known]
    assert not orphans


def test_no_key_stands_twice(tables: dict[str, Table], rulebook: Rulebook) -> None:
    for name, rows in tables.items():
        keys = [tuple(row[part].value for part in rulebook.vocabulary.tables[name].key) for row in rows]
        assert len(set(keys)) == len(keys), name


def test_the_steps_of_a_complaint_follow_each_other(tables: dict[str, Table]) -> None:
    for row in tables["complaints"]:
        known = [(step, row[step].value) for step in STEPS if row[step].state is State.VALUE]
        moments = [value.at for _, value in known if isinstance(value, Moment)]
        assert len(moments) == len(known)
        assert moments == sorted(moments), row["complaint_id"].value
        assert moments[-1] <= AS_OF


def test_it_has_complaints_in_every_state(tables: dict[str, Table]) -> None:
    rows = tables["complaints"]
    assert len(rows) == 47
    assert set(values(tables, "complaints", "status")) == {
        "received", "investigating", "resolving", "resolved", "followed_up", "closed", "withdrawn",
    }  # fmt: skip
    parties = set(values(tables, "complaints", "responsibility"))
    assert parties == {("bank",), ("customer",), ("third_party",), ("unclear",), ("bank", "third_party")}
    assert any(row["customer_id"].state is State.ABSENT and row["complainant"].state is State.VALUE for row in rows)
    assert any(
        row["plan_told_at"].state is State.VALUE and row["plan_confirmed_at"].state is State.ABSENT for row in rows
    )
    assert {1, 2} <= set(values(tables, "complaints", "satisfaction"))


def test_it_has_fourteen_months_of_balances(tables: dict[str, Table]) -> None:
    months = sorted({str(month) for month in values(tables, "balances", "month")})
    assert (months[0], months[-1], len(months)) == ("2025-09", "2026-10", 14)


def test_it_shows_every_class(rulebook: Rulebook, book: Book, tmp_path: Path) -> None:
    for subject, count in (("customer", 62), ("complaint", 47)):
        rows = decided(rulebook, book, subject, AS_OF, tmp_path)
        assert len(rows) == count
        decisions = [decision for decision in rulebook.decisions if decision.subject == subject]
        for decision in decisions:
            shown = {row[decision.name] for row in rows}
            assert shown >= {code.key for code in decision.codes}, decision.name
        open_rows = {row[f"{subject}_id"]: [d.name for d in decisions if not row[d.name]] for row in rows}
        assert {key: names for key, names in open_rows.items() if names} == UNDETERMINED.get(subject, {})


def test_it_shows_every_obligation_and_every_status(rulebook: Rulebook, book: Book, tmp_path: Path) -> None:
    rows = owed_rows(rulebook, book, AS_OF, tmp_path)
    assert {row["rule_id"] for row in rows} == {rule.id for rule in rulebook.obligations}
    assert {row["status"] for row in rows} == set(STATUSES) - {"no record"}  # all tables are there
    open_ = [row for row in rows if row["open"]]
    late = [row for row in open_ if row["status"] == "overdue"]
    assert 5 <= len(late) <= len(open_) / 4  # a bank that mostly keeps its promises
    assert {row["subject_id"] for row in rows if row["status"] == "undetermined"} == {"C0047", "C0053"}


def test_without_its_interactions_care_has_no_record(rulebook: Rulebook, root: Path, tmp_path: Path) -> None:
    home = tmp_path / "book"
    shutil.copytree(root / "sample_data", home, ignore=shutil.ignore_patterns("interactions.csv"))
    settings, _ = read_settings(home, rulebook.vocabulary)
    book = open_book(home, rulebook.vocabulary, settings, tmp_path)
    rows = [row for row in owed_rows(rulebook, book, AS_OF, tmp_path) if row["open"]]
    review = [row for row in rows if row["rule_id"] == "CARE-REVIEW"]
    assert len(review) == 9
    assert {row["status"] for row in review} == {"no record"}
    assert not [r for r in rows if r["status"] == "overdue" and r["rule_id"].startswith(("CARE-", "REPAIR-", "NEED-"))]
