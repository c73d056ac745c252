"""The calendar of a book: one of the rulebook's, with the bank's own days and its closing time."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as Mapped
from datetime import date, time, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from relcare.located import Mapping, Node, Place, Scalar, Sequence
from relcare.timing.calendars import (
    Calendar,
    DayException,
    read_closing_time,
    read_stretch,
    weekdays,
    with_exceptions,
)
from relcare.timing.hours import Windows, read_windows

NAMES = ("relcare.yaml", "relcare.yml")  # what a book says of itself
USUAL = "cn"
KEYS = ("base", "closes", "closed", "open", "hours", "other hours")
HOURS_HINT = "write 09:00-12:00, 13:30-17:30; 22:00-06:00 ends on the next day"


def has_settings(folder: Path) -> bool:
    """Whether a book says anything of itself."""
    return any((folder / name).is_file() for name in NAMES)


class BookCalendar(NamedTuple):
    """What a book says of its calendar: the name of the rulebook's on which it is based ("" for the usual one), the days that
    it has otherwise, its closing time (None for that of the base), and the hours of its open days (() for those of the base).
    """

    base: str = ""
    days: tuple[DayException, ...] = ()
    closes: time | None = None
    hours: Windows = ()

    def applied(self, calendars: Mapped[str, Calendar]) -> Calendar:
        """The calendar itself. The usual one is `cn` if the rulebook has it, else Monday to Friday."""
        plain = weekdays()
        base = calendars.get(self.base) or (plain if self.base == plain.name else calendars.get(USUAL, plain))
        if self.hours:
            base = base._replace(hours=tuple(self.hours if is_open else () for is_open in base.week))
        return with_exceptions(base, self.days, closes=self.closes)


class Noting(Protocol):
    """What is needed of the reader of `relcare.yaml`."""

    def note(self, at: Node, code: str, message: str, hint: str = "") -> None:
        """Note a mistake."""

    def text(self, node: Node | None, what: str) -> Scalar | None:
        """One text that is not empty."""

    def entries(self, node: Node | None, what: str) -> tuple[tuple[Scalar, Node], ...]:
        """The entries of a mapping; an empty value is an empty mapping."""

    def word(self, node: Node | None, what: str, known: Collection[str]) -> str:
        """One of the known words, "" if it is none."""

    def known_keys(self, node: Node, what: str, keys: tuple[str, ...]) -> dict[str, Node]:
        """The values of the known keys of a mapping."""


def read_calendar(reading: Noting, node: Node | None, calendars: Collection[str] | None) -> BookCalendar:
    """The setting `calendar`: a name, or a mapping of KEYS; `calendars` are the known names, None for any."""
    if node is None:
        return BookCalendar()
    if not isinstance(node, Mapping):
        return BookCalendar(_base(reading, node, calendars))
    found = reading.known_keys(node, "`calendar`", KEYS)
    closes = reading.text(found.get("closes"), "`closes`")
    at = read_closing_time(closes.text) if closes is not None else None
    if closes is not None and at is None:
        hint = "write it as 17:30; leave it out for midnight"
        reading.note(closes, "SET010", f"`{closes.text}` is not a closing time", hint)
    taken: dict[date, Place] = {}
    days = [day for key in ("closed", "open", "other hours") for day in _days(reading, key, found.get(key), taken)]
    hours = _windows(reading, found["hours"]) if "hours" in found else ()
    return BookCalendar(_base(reading, found.get("base"), calendars), tuple(days), at, hours)


def _base(reading: Noting, node: Node | None, calendars: Collection[str] | None) -> str:
    if calendars is not None:
        return reading.word(node, "a calendar of the rule files", (*calendars, weekdays().name))
    text = reading.text(node, "`calendar`")
    return text.text if text is not None else ""


def _days(reading: Noting, key: str, node: Node | None, taken: dict[date, Place]) -> list[DayException]:
    """The days of `closed` or `open`, as a list, or each with its name; of `other hours` each with its hours.

    Those that can't be read are left out.
    """
    hours: dict[Scalar, Windows] = {}
    if key == "other hours":
        given = reading.entries(node, "`other hours`")
        hours = {day: windows for day, value in given if (windows := _windows(reading, value))}
        entries = [(day, ("", "")) for day in hours]
    elif isinstance(node, Mapping):
        entries = [(name, _label(reading, value)) for name, value in node.entries]
    else:
        items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
        texts = [reading.text(item, f"a day of `{key}`") for item in items]
        entries = [(text, ("", "")) for text in texts if text is not None]
    found = []
    for text, label in entries:
        stretch = read_stretch(text.text)
        if stretch is None:
            hint = "write dates that exist, as 2026-07-01 or 2026-07-01..2026-07-03"
            reading.note(text, "SET005", f"`{text.text}` is neither a day nor a stretch of days", hint)
            continue
        first, last = stretch
        days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
        twice = next((day for day in days if day in taken), None)
        if twice is not None:
            reading.note(text, "SET011", f"{twice} stands in the calendar twice", f"also at {taken[twice]}")
            continue
        taken.update(dict.fromkeys(days, text.place))
        found.append(DayException(first, last, key != "closed", *label, hours=hours.get(text, ())))
    return found


def _windows(reading: Noting, node: Node) -> Windows:
    """The hours of a day, in one text or a list; () (noted) where they can't be read."""
    items = node.items if isinstance(node, Sequence) else (node,)
    texts = [text for item in items if (text := reading.text(item, "the hours of a day")) is not None]
    windows = read_windows(",".join(text.text for text in texts)) if texts else None
    if texts and windows is None:
        reading.note(texts[0], "SET012", f"`{texts[0].text}` is not the hours of a day", HOURS_HINT)
    return windows or ()


def _label(reading: Noting, node: Node) -> tuple[str, str]:
    """A name as `{en: …, zh: …}` or as one text for both languages; nothing for no name."""
    if isinstance(node, Scalar):
        return node.text.strip(), node.text.strip()
    found = reading.known_keys(node, "the name of a day", ("en", "zh"))
    texts = {language: text.text for language in found if (text := reading.text(found[language], f"`{language}`"))}
    usual = next(iter(texts.values()), "")
    return texts.get("en", usual), texts.get("zh", usual)
