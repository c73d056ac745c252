"""What the decoder recognised in each text of the rule files, so that the text can be written in the other language.

A mark is a stretch of the text of a scalar, its spaces made single, and what it stands for: a word with its spelling in
both languages, or a pattern with the stretches of its values. What has no mark (labels, comments, dates, ids) stays.
"""

from __future__ import annotations

from typing import NamedTuple

from relcare.located import Mapping, Node, Place, Scalar, Sequence
from relcare.rulebook.words import CIRCLED, Spelling, match

Part = tuple[int, int]


class Word(NamedTuple):
    """A word in both languages, or the key and the label of what has a name."""

    en: str
    zh: str
    is_name: bool


class Pattern(NamedTuple):
    """A text of this spelling, with the stretches of its values in the order of the English pattern."""

    spelling: Spelling
    slots: tuple[Part, ...]
    is_zh: bool


class _Marked(NamedTuple):
    words: dict[Part, Word]
    patterns: dict[Part, Pattern]


class Marks:
    """The marks of all scalars, by their places."""

    def __init__(self) -> None:
        self._marked: dict[Place, _Marked] = {}

    def _at(self, scalar: Scalar) -> _Marked:
        return self._marked.setdefault(scalar.place, _Marked({}, {}))

    def word(self, at: Scalar, part: Part, en: str, zh: str, *, is_name: bool = False) -> None:
        """A stretch stands for a word or a name."""
        self._at(at).words[part] = Word(en, zh, is_name)

    def pattern(
        self,
        at: Scalar,
        part: Part,
        spelling: Spelling,
        slots: tuple[Part, ...],
        text: str,
        *,
        is_zh: bool | None = None,
    ) -> None:
        """A stretch, of which `text` is the text, is written in a spelling; in which language, where that can not tell."""
        if is_zh is None:
            is_zh = match(text, spelling.pattern) is None or (spelling.pattern == "…" and slots != (part,))
        self._at(at).patterns[part] = Pattern(spelling, slots, is_zh)

    def written(self, scalar: Scalar, language: str, *, labels: bool = True) -> str:
        """The scalar's text in `language`; as it is where nothing in it was recognised.

        Without `labels` names stand as their keys: for labels that could be taken for words of the grammar.
        """
        marked = self._marked.get(scalar.place)
        if marked is None:
            return scalar.text
        text = " ".join(scalar.text.split())
        return _Writer(text, marked, language, labels=labels).stretch(0, len(text))

    def tree(self, node: Node, language: str) -> Node:
        """A tree with its texts in `language`, at their places."""
        match node:
            case Scalar():
                return Scalar(self.written(node, language), node.place)
            case Sequence():
                return Sequence(tuple(self.tree(item, language) for item in node.items), node.place)
            case Mapping():
                entries = ((Scalar(self.written(key, language), key.place), value) for key, value in node.entries)
                return Mapping(tuple((key, self.tree(value, language)) for key, value in entries), node.place)


class _Writer:
    def __init__(self, text: str, marked: _Marked, language: str, *, labels: bool) -> None:
        self._text = text
        self._marked = marked
        self._language = language
        self._labels = labels

    def stretch(self, start: int, end: int, *, whole: bool = False) -> str:
        """The text from `start` to `end`, without the spaces around it; `whole`: as the value of a pattern of that stretch."""
        cut = self._text[start:end]
        start += len(cut) - len(cut.lstrip())
        end = start + len(cut.strip())
        pattern = self._marked.patterns.get((start, end))
        if pattern is not None and not whole:
            return self._pattern(pattern, start, end)
        word = self._marked.words.get((start, end))
        if word is not None:
            return word.zh if self._language == "zh" and (self._labels or not word.is_name) else word.en
        return self._joined(start, end, self._outermost(start, end))

    def _pattern(self, mark: Pattern, start: int, end: int) -> str:
        if mark.is_zh == (self._language == "zh"):
            return self._joined(start, end, sorted(mark.slots), whole=(start, end))
        written = mark.spelling.pattern if self._language == "en" else mark.spelling.zh.split("|", 1)[0]
        values = [self.stretch(*slot, whole=slot == (start, end)) for slot in mark.slots]
        if "①" in written:
            pieces = dict(zip(CIRCLED, values, strict=False))
            return "".join(pieces.get(character, character) for character in written)
        literals = written.split("…")
        return "".join(literal + value for literal, value in zip(literals, [*values, ""], strict=True))

    def _outermost(self, start: int, end: int) -> list[Part]:
        """The marked stretches within, without those inside others."""
        found: list[Part] = []
        marks = {*self._marked.words, *self._marked.patterns}
        inside = [part for part in marks if start <= part[0] and part[1] <= end and part != (start, end)]
        for part in sorted(inside, key=lambda part: (part[0], -part[1])):
            if not found or part[0] >= found[-1][1]:
                found.append(part)
        return found

    def _joined(self, start: int, end: int, parts: list[Part], whole: Part | None = None) -> str:
        """The stretch with these parts of it written anew."""
        pieces, position = [], start
        for part in parts:
            pieces += [self._text[position : part[0]], self.stretch(*part, whole=part == whole)]
            position = part[1]
        return "".join([*pieces, self._text[position:end]])
