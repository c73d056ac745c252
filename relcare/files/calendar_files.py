"""The calendars of a rules folder, read alone: the calculator needs nothing else of the rule files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from relcare.files.book_calendar import BookCalendar, has_settings
from relcare.files.rulefiles import folder_bytes, parsed
from relcare.located import Mapping, Node, Problem, Scalar
from relcare.rulebook.decode_calendars import decode_calendars
from relcare.rulebook.reader import Reader
from relcare.timing.calendars import Calendar

SETTINGS = ("time zone", "language", "calendar")


def read_calendars(folder: Path) -> tuple[dict[str, Calendar], dict[str, Scalar], list[Problem]]:
    """The calendars of all rule files, where each says until when it is known (else its name), and their mistakes.

    Files in which no calendar stands are not looked at further.
    """
    files, _, problems = folder_bytes(folder)
    likely = [(shown, data) for shown, data in files if isinstance(data, Problem) or b"calendar" in data]
    trees = parsed(likely, problems)
    documents = [node for _, nodes in trees for node in nodes if isinstance(node, Mapping) and _is_calendar(node)]
    mistaken = {shown for shown, nodes in trees if not any(_is_calendar(node) for node in nodes)}
    reader = Reader()
    calendars = decode_calendars(reader, documents)
    kept = [problem for problem in problems if problem.place.path not in mistaken]
    return calendars, _places(documents), [*kept, *reader.problems]


class BookTime(NamedTuple):
    """The calendar, time zone and language of a book; the defaults are those of a folder without `relcare.yaml`."""

    calendar: BookCalendar = BookCalendar()
    time_zone: str = "Asia/Shanghai"
    language: str = ""


def read_book_time(folder: Path, calendars: dict[str, Calendar]) -> tuple[BookTime, list[Problem]]:
    """What the `relcare.yaml` of a book says of its calendar, time zone and language, and the mistakes in that."""
    if not has_settings(folder):
        return BookTime(), []
    from relcare.files.settings import read_settings
    from relcare.rulebook.vocabulary import Vocabulary

    said, problems = read_settings(folder, Vocabulary({}, {}, {}), calendars, only=SETTINGS)
    return BookTime(said.calendar, said.time_zone, said.language), problems


def _is_calendar(node: Node) -> bool:
    kind = node.get("kind") if isinstance(node, Mapping) else None
    return isinstance(kind, Scalar) and kind.text == "calendar"


def _places(documents: list[Mapping]) -> dict[str, Scalar]:
    found: dict[str, Scalar] = {}
    for document in documents:
        name, known = document.get("calendar"), document.get("known")
        if isinstance(name, Scalar):
            until = known.get("to") if isinstance(known, Mapping) else None
            found.setdefault(name.text, until if isinstance(until, Scalar) else name)
    return found
