"""What the plain reference says is owed, under rules and rows that a test writes down."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from owed_books import CALENDAR, as_of, rulebook

from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.rulebook.occurrences import Occurrence, Owing
from relcare.rulebook.reckon import subject
from relcare.rulebook.reckon_obligations import owings
from relcare.runs.book_rows import FileRows, context_of
from relcare.timing.calendars import Calendar


def told(
    text: str, files: dict[str, str], when: str, key: str = "C1", *, calendar: Calendar = CALENDAR, year: bool = False
) -> dict[str, Owing]:
    """What each rule owes the subject with this key, a customer or a complaint, by the rule's id."""
    found = rulebook(text)
    with tempfile.TemporaryDirectory() as folder:
        home, spill = Path(folder).resolve() / "book", Path(folder).resolve() / "spill"
        home.mkdir()
        spill.mkdir()
        for name, content in files.items():
            (home / name).write_text(content.strip() + "\n", encoding="utf-8")
        settings, problems = read_settings(home, found.vocabulary)
        assert not problems, problems
        book = open_book(home, found.vocabulary, settings, spill)
        rows = FileRows(book)
        context = context_of(found, book, as_of(when), rows)
        name = "complaint" if key.startswith("K") else "customer"
        who = subject(name, key, rows, context)
        assert who is not None, key
        return {owing.rule.id: owing for owing in owings(who, rows, context, calendar, year=year)}


def last(text: str, files: dict[str, str], when: str, key: str = "C1", **more: Calendar) -> Occurrence:
    """The last occurrence of the only rule."""
    (owing,) = told(text, files, when, key, **more).values()
    return owing.occurrences[0]


def standing(text: str, files: dict[str, str], when: str, key: str = "C1", **more: Any) -> list[str]:
    """The statuses of the only rule, the latest occurrence first; or why nothing is owed."""
    (owing,) = told(text, files, when, key, **more).values()
    return [one.status for one in owing.occurrences] or [owing.nothing.why if owing.nothing else ""]
