"""What every run begins with: the rulebook, the settings, the book and the as-of, with all their problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from relcare.files.book_calendar import has_settings
from relcare.files.rulefiles import folder_bytes, parsed
from relcare.files.shipped import shipped
from relcare.located import Problem
from relcare.runs.request import Request
from relcare.timing.moments import AsOf, read_as_of

# What reads a book loads where one is opened: every command comes through here, the calculator too.
if TYPE_CHECKING:
    from relcare.files.book import Book
    from relcare.files.settings import Settings
    from relcare.rulebook.decisions import Rulebook


SIZE = r"[0-9]+(\.[0-9]+)? ?([KMGT]i?B)"


# The folder in which compiled rulebooks are kept, None for none: the command line sets it, from the environment.
CACHE: ContextVar[Path | None] = ContextVar("CACHE", default=None)


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
    misled: bool = False  # relcare.yaml has mistakes: what it says of headers and codes can't be trusted

    def close(self) -> None:
        """Remove what the run wrote."""
        from shutil import rmtree

        rmtree(self.spill, ignore_errors=True)


def open_request(request: Request) -> Opened:
    """Read rulebook, settings and book. Raises WrongRequestError for an as-of that is none."""
    import re
    import shutil
    import tempfile

    from relcare.files.open_book import open_book
    from relcare.files.settings import read_settings

    folder = request.book
    rulebook, problems = read_rulebook(rules_of(request), CACHE.get())
    settings, mistakes = read_settings(folder, rulebook.vocabulary, rulebook.calendars)
    problems += mistakes
    as_of = as_of_in(request, settings.time_zone)
    seen = {name: each.seen_on(as_of.moment.date()) for name, each in rulebook.calendars.items()}
    if seen != rulebook.calendars:
        rulebook = replace(rulebook, calendars=seen)
    if request.memory_limit and not re.fullmatch(SIZE, request.memory_limit, re.IGNORECASE):
        raise WrongRequestError(f"--memory-limit: {request.memory_limit!r} is no size: write 500MB or 2GB")
    if request.encoding:
        import codecs

        try:
            codecs.lookup(request.encoding)
        except LookupError:
            raise WrongRequestError(f"--encoding: there is no encoding {request.encoding!r}") from None
    if request.spill is not None and not request.spill.is_dir():
        raise WrongRequestError(f"--spill: there is no folder {request.spill}")
    spill = Path(tempfile.mkdtemp(prefix="relcare-", dir=request.spill)).resolve()
    try:
        book = open_book(folder, rulebook.vocabulary, settings, spill, request.encoding)
    except BaseException:
        shutil.rmtree(spill, ignore_errors=True)
        raise
    # Without a vocabulary no file is a table; the mistake is told already.
    problems += [p for p in book.problems if rulebook.vocabulary.tables or p.code != "FIL008"]
    language = request.lang or settings.language or "en"
    misled = any(problem.severity == "error" for problem in mistakes)
    return Opened(rulebook, settings, book, as_of, language, spill, problems, misled)


def as_of_in(request: Request, zone: str) -> AsOf:
    """The as-of in the time zone `zone`: what was asked for, else now. Raises WrongRequestError for what is none."""
    if request.as_of == "now":
        from zoneinfo import ZoneInfo

        now = request.now.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
        return AsOf(now, given_as_date=False)
    as_of = read_as_of(request.as_of, zone)
    if as_of is None:
        raise WrongRequestError(
            f"--as-of: {request.as_of!r} is no date or moment: write 2026-11-20 or 2026-11-20T09:30"
        )
    return as_of


def read_rulebook(folder: Path, cache: Path | None = None) -> tuple[Rulebook, list[Problem]]:
    """The rulebook of a folder, and every mistake in it; one without a mistake is kept in `cache`."""
    files, fingerprint, problems = folder_bytes(folder)
    kept = None
    if cache is not None and not problems and all(isinstance(data, bytes) for _, data in files):
        from relcare.files.compiled import Compiled

        kept = Compiled(cache, folder, fingerprint)
        known = kept.read()
        if known is not None:
            return known, []
    # A kept rulebook needs no decoder: they load for others alone.
    from relcare.rulebook.load import load

    rulebook, mistakes = load(parsed(files, problems), fingerprint)
    if kept is not None and not problems and not mistakes:
        kept.write(rulebook)
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


def rules_of(request: Request) -> Path:
    """The folder of rule files: what was asked for, else what the book's settings name, else the shipped one."""
    if request.rules is not None or not has_settings(request.book):
        return request.rules or shipped("rules")
    from relcare.files.settings import rules_folder

    # The mistakes of the settings are reported when they are read whole.
    return rules_folder(request.book) or shipped("rules")


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
