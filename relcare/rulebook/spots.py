"""Stretches of the texts of rule files, and what was recognised in them."""

from __future__ import annotations

from typing import NamedTuple

from relcare.located import Scalar
from relcare.rulebook.conditions import Span
from relcare.rulebook.keys import YES_NO_WORDS
from relcare.rulebook.names import can_stand
from relcare.rulebook.operands import Typed, zh_span
from relcare.rulebook.reader import Reader
from relcare.rulebook.words import Slots, Spelling, match_zh

SIGNS = {"＞": "超过", "＜": "不满", "≥": "不低于", "≤": "不超过"}


class Spot(NamedTuple):
    """A stretch of the text of a scalar, beginning at `start`; `text` is that stretch."""

    at: Scalar
    start: int
    text: str

    def part(self, start: int = 0, end: int | None = None) -> tuple[int, int]:
        """The stretch from `start` to `end` of this spot, counted in the scalar."""
        return self.start + start, self.start + (len(self.text) if end is None else end)

    def cut(self, slot: tuple[int, int]) -> Spot:
        """A smaller spot within, without the spaces around it."""
        text = self.text[slot[0] : slot[1]]
        return Spot(self.at, self.start + slot[0] + len(text) - len(text.lstrip()), text.strip())


def mark_pattern(reader: Reader, spot: Spot, spelling: Spelling, slots: Slots) -> list[Spot]:
    """The values of a spelling in which a spot is written; what was recognised is marked."""
    values = [spot.cut(slot) for slot in slots]
    if reader.marks is not None:
        reader.marks.pattern(spot.at, spot.part(), spelling, tuple(value.part() for value in values), spot.text)
    return values


def mark_span(reader: Reader, spot: Spot, span: Span) -> None:
    """Mark a stretch as a span."""
    reader.said(spot.at, spot.part(), str(span) if not spot.text.isascii() else spot.text, zh_span(span))


def mark_code(reader: Reader, spot: Spot, fact: Typed, key: str) -> None:
    """Mark a stretch as a code, `yes` or `no`."""
    zh = YES_NO_WORDS.get(key, key) if fact.type == "yes_no" else key
    zh = next((code.label.zh for code in fact.codes if code.key == key and can_stand(code.label.zh)), zh)
    reader.said(spot.at, spot.part(), key, zh, is_name=bool(fact.codes))


def literal_part(spot: Spot, spelling: Spelling) -> tuple[int, int]:
    """Where the words of a Chinese test stand: before its value or after it."""
    slots = match_zh(spot.text, spelling) or []
    if not slots:
        return 0, len(spot.text)
    first, last = min(slots)[0], max(slots)[1]
    return (0, first) if first else (last, len(spot.text))


def sooner(word: str) -> str:
    """What to write for signs, and for 以前, 之前, 以后 and 之后, which leave open whether the day itself counts."""
    if word[0] in SIGNS:
        return f"write `{SIGNS[word[0]]}{word[1:].strip()}`"
    day = word[:-2].strip()
    if word.endswith(("以前", "之前")):
        return f"write `早于{day}` without the day itself, or `不晚于{day}` with it"
    if word.endswith(("以后", "之后")):
        return f"write `晚于{day}` without the day itself, or `不早于{day}` with it"
    return ""
