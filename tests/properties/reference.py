"""The two sides of the agreement: what the engine says of a written book, and what the plain reference says."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from random_books import Files

from relcare.engine.decide import decided
from relcare.files.book import Book
from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.cells import strip
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.load import load
from relcare.rulebook.reckon import subject
from relcare.rulebook.reckon_rows import RawRow, read_raw
from relcare.runs.book_rows import FileRows, context_of

Said = dict[str, tuple[tuple[str | None, str | None], ...]]  # key -> (code, rule) of each decision in order


class Indexed:
    """A small book in memory, each row found by its cells."""

    def __init__(self, book: Book) -> None:
        files = FileRows(book)
        self.rows = {name: list(files.all_rows(name)) for name in book.sources}

    def all_rows(self, table: str) -> list[RawRow]:
        return self.rows.get(table, [])

    def rows_where(self, table: str, field: str, values: Collection[str]) -> list[RawRow]:
        return [row for row in self.all_rows(table) if field in row.cells and strip(row.cells[field]) in values]


def rulebook_of(text: str) -> Rulebook:
    """The rulebook of a generated text, which has no mistake."""
    nodes, mistakes = read_documents(text.encode(), "rules.yaml")
    rulebook, problems = load([("rules.yaml", nodes)])
    errors = [str(problem) for problem in (*mistakes, *problems) if problem.severity == "error"]
    assert not errors, errors
    return rulebook


def opened(files: Files, rulebook: Rulebook, folder: Path) -> Book:
    """The book, written to a folder and opened as a user's is."""
    files.write(folder / "book")
    spill = folder / "spill"
    spill.mkdir()
    settings, problems = read_settings(folder / "book", rulebook.vocabulary)
    assert not problems, problems
    return open_book(folder / "book", rulebook.vocabulary, settings, spill)


def said_by_engine(rulebook: Rulebook, book: Book, name: str, as_of: datetime, spill: Path) -> Said:
    """What the engine decides of every subject."""
    names = [decision.name for decision in rulebook.decisions if decision.subject == name]
    table = rulebook.vocabulary.table_of(name)
    assert table is not None
    rows = decided(rulebook, book, name, as_of, spill)
    keys = [row[table.key[0]] for row in rows]
    assert len(set(keys)) == len(keys)
    return {
        str(row[table.key[0]]): tuple((row[d], (row.get(f"{d}_rule") or "") if row[d] else "") for d in names)
        for row in rows
    }


def said_by_reference(rulebook: Rulebook, book: Book, name: str, as_of: datetime) -> Said:
    """What the plain reference decides of every subject."""
    rows = Indexed(book)
    context = context_of(rulebook, book, as_of, rows)
    table = rulebook.vocabulary.table_of(name)
    assert table is not None
    names = [decision.name for decision in rulebook.decisions if decision.subject == name]
    said: Said = {}
    for raw in rows.all_rows(table.name):
        key = read_raw(table, raw, context).get(table.key[0])
        if key is None or not isinstance(key.value, str) or key.value in said:
            continue
        who = subject(name, key.value, rows, context)
        if who is not None:
            outcomes = [who.outcome(decision) for decision in names]
            said[key.value] = tuple((o.code, o.rule.id if o.rule else "") for o in outcomes)
    return said


def both(text: str, files: Files, name: str) -> tuple[Said, Said]:
    """The engine's decisions and the reference's."""
    rulebook = rulebook_of(text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder).resolve()
        book = opened(files, rulebook, path)
        table = rulebook.vocabulary.table_of(name)
        if table is None or table.name not in book.sources or table.key[0] not in book.sources[table.name].supplied:
            return {}, {}
        engine = said_by_engine(rulebook, book, name, files.as_of, path / "spill")
        return engine, said_by_reference(rulebook, book, name, files.as_of)


def engine_alone(text: str, files: Files, name: str) -> Said:
    """The engine's decisions."""
    rulebook = rulebook_of(text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder).resolve()
        book = opened(files, rulebook, path)
        return said_by_engine(rulebook, book, name, files.as_of, path / "spill") if "customers" in book.sources else {}
