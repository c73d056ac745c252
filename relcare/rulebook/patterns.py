"""Patterns of wording, in English and Chinese: a closed little language, and the expressions that it is matched by.

`a b` one after the other · `(a|b c)` either · `[a]` with or without · `…` up to six words, of Chinese up to twelve characters,
none of them the end of a sentence · `#` a number, in figures or words · `apolog*` any ending · `a & b` both in one sentence,
in whatever order. Letter case, full-width forms, curly quotes, hyphens and line breaks make no difference. There is nothing in
it that repeats without a bound, so that the time of a search grows with the length of the text alone.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple
from unicodedata import normalize

GAPS = 4  # in one part of a pattern
LONGEST = 4000  # characters of a pattern with its families
_SPACE = {"en": r"(?:[\s,\-–—\"'(]{1,3})", "zh": r"\s{0,2}"}
_GAP = {
    "en": r"(?:[\s,\-–—\"'(:]{1,3}[\w'%¥$]++(?:[.,]\d+)?\)?){0,6}?",
    "zh": r"[^。!?;\x00]{0,12}?",
}
_NUMBER_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|sixty|ninety"
_NUMBER = {
    "en": rf"(?:[¥$]?\d[\d,]{{0,12}}(?:\.\d{{1,4}})?(?:st|nd|rd|th)?%?|{_NUMBER_WORDS})",
    "zh": r"(?:\d[\d,]{0,12}(?:\.\d{1,4})?|[零〇一二两三四五六七八九十百千万半几]{1,6})",
}
_SIGNS = "()[]|…#*"


class MispatternedError(ValueError):
    """A text that is no pattern; the message says why."""


def plain(text: str) -> str:
    """The text by which wordings are compared, character by character as long as the text itself."""
    return "".join(map(_plain, text))


@cache
def _plain(character: str) -> str:
    if character in "’‘ʼ":
        return "'"
    folded = normalize("NFKC", character).casefold()
    return folded if len(folded) == 1 else character


class Pattern(NamedTuple):
    """A pattern made ready: every part must be found in the sentence."""

    parts: tuple[re.Pattern[str], ...]

    def search(self, text: str, start: int = 0, end: int | None = None) -> tuple[int, int] | None:
        """Where its parts stand in the `plain` text, from the first to the last, if all of them do; None if not."""
        spots = []
        for part in self.parts:
            found = part.search(text, start, len(text) if end is None else end)
            if found is None:
                return None
            spots.append(found.span())
        return min(spot[0] for spot in spots), max(spot[1] for spot in spots)


@cache
def compiled(text: str, language: str) -> Pattern:
    """The pattern that a text is. Raises MispatternedError."""
    if len(text) > LONGEST:
        raise MispatternedError(f"it has more than {LONGEST:,} characters")
    parts = [" ".join(part.split()) for part in plain(text).split("&")]
    if not all(parts):
        raise MispatternedError("there is nothing on one side of a `&`")
    return Pattern(tuple(_Parser(part, language).whole() for part in parts))


class _Parser:
    def __init__(self, text: str, language: str) -> None:
        self._text, self._language, self._at = text, language, 0
        self._gaps = 0

    def whole(self) -> re.Pattern[str]:
        written = self._either("")
        if self._gaps > GAPS:
            raise MispatternedError(f"it has more than {GAPS} gaps")
        try:
            made = re.compile(rf"(?<![a-z0-9']){written}(?![a-z0-9])" if self._language == "en" else written)
        except (re.error, OverflowError, RecursionError) as error:
            raise MispatternedError(str(error)) from error
        if made.match("") is not None:
            raise MispatternedError("it would match a text without a word")
        return made

    def _either(self, closing: str) -> str:
        """Alternatives up to `closing` ("" for the end)."""
        alternatives = [self._sequence(closing)]
        while self._at < len(self._text) and self._text[self._at] == "|":
            self._at += 1
            alternatives.append(self._sequence(closing))
        if closing:
            if self._at >= len(self._text) or self._text[self._at] != closing:
                raise MispatternedError(f"a `{'(' if closing == ')' else '['}` is not closed")
            self._at += 1
        return alternatives[0] if len(alternatives) == 1 else f"(?:{'|'.join(alternatives)})"

    def _sequence(self, closing: str) -> str:
        """Pieces one after the other; in English those that nothing parts in the pattern stand close together."""
        written, begun, pieces = "", False, 0
        while self._at < len(self._text) and self._text[self._at] not in ("|", ")", "]"):
            close = self._language == "en" and begun and not self._parted()
            self._skip()
            if self._at >= len(self._text) or self._text[self._at] in ("|", ")", "]"):
                break
            kind, piece = self._piece()
            space = "" if close else _SPACE[self._language]
            pieces += 1
            if kind == "gap":
                if not begun:
                    raise MispatternedError("a `…` stands between two words")
                written += piece
            elif kind == "optional":
                written += f"(?:{space if begun else ''}{piece}{'' if begun else space})?"
            else:
                written += (space if begun else "") + piece
                begun = True
        if not begun:
            raise MispatternedError("a part of it has no word" if pieces else "a part of it is empty")
        if self._at < len(self._text) and self._text[self._at] not in ("|", closing):
            raise MispatternedError(f"a `{self._text[self._at]}` closes nothing")
        return written

    def _parted(self) -> bool:
        """Whether a space, a hyphen or a gap stands before or at this place of the pattern."""
        return self._text[self._at - 1] in " -…" or self._text[self._at] in " -…"

    def _piece(self) -> tuple[str, str]:
        sign = self._text[self._at]
        if sign == "(":
            self._at += 1
            piece = self._either(")")
            return "word", f"(?:{piece})"
        if sign == "[":
            self._at += 1
            piece = self._either("]")
            return "optional", f"(?:{piece})"
        if sign == "…":
            self._at += 1
            self._gaps += 1
            return "gap", _GAP[self._language]
        if sign == "#":
            self._at += 1
            return "word", _NUMBER[self._language]
        if sign == "*":
            raise MispatternedError("a `*` stands at the end of a word")
        return "word", self._word()

    def _word(self) -> str:
        start = self._at
        english = self._language == "en"
        while self._at < len(self._text):
            sign = self._text[self._at]
            if sign in _SIGNS or sign.isspace() or (english and sign == "-"):
                break
            self._at += 1
        word = self._text[start : self._at]
        ending = ""
        if self._at < len(self._text) and self._text[self._at] == "*":
            self._at += 1
            ending = r"[\w']{0,20}" if english else r"[a-z]{0,20}"
        if english:
            return re.escape(word) + ending
        return r"\s?".join(map(re.escape, word)) + ending

    def _skip(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in (" -" if self._language == "en" else " "):
            self._at += 1
