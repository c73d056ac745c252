"""What every run begins with: the rulebook, the settings, the book and the as-of, with all their problems."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from relcare.files.open_book import open_book
from relcare.files.rulefiles import read_rule_files
from relcare.files.settings import read_settings
from relcare.files.shipped import shipped
from relcare.located import Problem
from relcare.rulebook.load import load
from relcare.runs.request import Request
from relcare.timing.moments import AsOf, read_as_of

if TYPE_CHECKING:
    from relcare.files.book import Book
    from relcare.files.settings import Settings
    from relcare.rulebook.decisions import Rulebook


class WrongRequestError(Exception):
    """The user asked for something that does not exist; the message is for them."""


@dataclass(slots=True)
class Opened:
    """An opened book under a rulebook. `spill` is a folder of this run's own; `close` removes it."""

    rulebook: Rulebook
    settings: Settings
    book: Book
    as_of: AsOf
    language: str
    spill: Path
    problems: list[Problem] = field(default_factory=list)

    def close(self) -> None:
        """Remove what the run wrote."""
        shutil.rmtree(self.spill, ignore_errors=True)


def open_request(request: Request) -> Opened:
    """Read rulebook, settings and book. Raises WrongRequestError for an as-of that is none."""
    folder = request.book
    rulebook, problems = read_rulebook(request.rules or _rules_of(folder) or shipped("rules"))
    settings, mistakes = read_settings(folder, rulebook.vocabulary)
    problems += mistakes
    as_of = _as_of(request, settings.time_zone)
    if request.spill is not None and not request.spill.is_dir():
        raise WrongRequestError(f"--spill: there is no folder {request.spill}")
    spill = Path(tempfile.mkdtemp(prefix="relcare-", dir=request.spill)).resolve()
    try:
        book = open_book(folder, rulebook.vocabulary, settings, spill, request.encoding)
    except BaseException:
        shutil.rmtree(spill, ignore_errors=True)
        raise
    problems += book.problems
    return Opened(rulebook, settings, book, as_of, request.lang or settings.language or "en", spill, problems)


def _as_of(request: Request, zone: str) -> AsOf:
    """The as-of in the book's time zone: what was asked for, else now."""
    if not request.as_of:
        from zoneinfo import ZoneInfo

        now = request.now.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
        return AsOf(now, given_as_date=False)
    as_of = read_as_of(request.as_of, zone)
    if as_of is None:
        raise WrongRequestError(
            f"--as-of: {request.as_of!r} is no date or moment: write 2026-11-20 or 2026-11-20T09:30"
        )
    return as_of


def read_rulebook(folder: Path) -> tuple[Rulebook, list[Problem]]:
    """The rulebook of a folder, and every mistake in it."""
    trees, fingerprint, problems = read_rule_files(folder)
    rulebook, mistakes = load(trees, fingerprint)
    return rulebook, with_lines([*problems, *mistakes])


def with_lines(problems: list[Problem]) -> list[Problem]:
    """The problems with the lines of the files in which they stand."""
    lines: dict[str, list[str]] = {}
    told = []
    for problem in problems:
        path, line, _ = problem.place
        if not problem.source and line:
            if path not in lines:
                try:
                    lines[path] = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
                except OSError:
                    lines[path] = []
            if line <= len(lines[path]):
                told.append(problem._replace(source=lines[path][line - 1]))
                continue
        told.append(problem)
    return told


def _rules_of(folder: Path) -> Path | None:
    """The rules folder that the book's settings name; their mistakes are reported when they are read whole."""
    from relcare.files.settings import rules_folder

    return rules_folder(folder)


class Lazily(Mapping[str, object]):
    """A mapping that is worked out when somebody looks: a pipe never does."""

    def __init__(self, make: Mapping[str, object] | None = None, **parts: object) -> None:
        self._parts = {**(make or {}), **parts}

    def __getitem__(self, key: str) -> object:
        value = self._parts[key]
        return value() if callable(value) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)
