"""A draft of a reply against the wordings: what it should not say, and what it lacks.

Only the bank's own words count: a quotation that is long, or that stands behind a word of saying, is somebody else's, and
so is a line that begins with `>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from relcare.rulebook.patterns import Pattern, compiled, plain
from relcare.rulebook.phrases import Wording
from relcare.rulebook.vocabulary import Label

HIDDEN = "\0"  # stands for each character that is not the bank's own
LONG_QUOTE = {"en": 6, "zh": 12}  # words, or characters, from which a quotation is more than a term
BEFORE = {"en": 60, "zh": 24}  # characters before a quotation in which a word of saying is looked for
LONGEST_SENTENCE = 600  # characters: what goes on without an end is taken in pieces
SHORT_LINE = 44  # columns: a line that ends before was ended on purpose

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z]+")
_QUOTED = re.compile(r"「[^「」]*」|『[^『』]*』|“[^“”]*”|\"[^\"\n]*(?:\n(?!\n)[^\"\n]*){0,4}\"|‘[^‘’]*’")
_CITED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|no|nos|st|e\.g|i\.e|etc|approx|inc|ltd|co|vs)|\b[a-z])$")
_END = re.compile(
    r"[。!?;]+[\"'”’」』)]*|\.[\"'”’)]*(?=\s|$)|\n[ \t]*(?=\n)|\n(?=[ \t]*(?:[-*•·]|\d{1,2}[.、)]|[一二三四五六七八九十][、.]))|\n"
)


class Found(NamedTuple):
    """A finding: a rule about wording that the reply does not keep.

    `start` and `end` are the stretch of the text that is meant: of what is avoided the words themselves, of what is
    lacking the sentence in which its want shows. `sentence` is the whole sentence. `missing` tells the two apart.
    """

    wording: Wording
    start: int
    end: int
    sentence: str
    instead: Label | None
    missing: bool


def language_of(text: str) -> str:
    """`zh` where there are at least as many Chinese characters as English words, else `en`."""
    return "zh" if len(_HAN.findall(text)) >= max(1, len(_WORD.findall(text.lower()))) else "en"


def findings(text: str, wordings: Iterable[Wording], language: str, day: date) -> list[Found]:
    """Every finding by the wordings in force on `day`, in the order of the text; an empty text has none."""
    if not text.strip():
        return []
    draft = _Draft(text, language)
    found = [one for wording in wordings if wording.in_force(day) for one in draft.against(wording)]
    return sorted(found, key=lambda one: (one.start, one.end, one.wording.id))


class _Draft:
    def __init__(self, text: str, language: str) -> None:
        self._text, self._language = text, language
        self._plain = plain(text)
        self._spans = list(_sentences(self._plain))
        self._own: dict[tuple[str, ...], str] = {}

    def against(self, wording: Wording) -> Iterator[Found]:
        """What this rule finds; of each sentence and entry once."""
        own = self._own_words(wording)
        unless = self._ready(wording.unless.in_(self._language))
        where = wording.where.in_(self._language)
        if where and not any(self._stand(own, where, unless)):
            return
        if any(self._stand(own, wording.unless_anywhere.in_(self._language))):
            return
        taken: list[tuple[int, int]] = []
        for avoided in wording.avoid:
            for span, at in self._hits(own, avoided.wordings.in_(self._language)):
                if any(at[0] < end and start < at[1] for start, end in taken):
                    continue
                if any(each.search(own, *span) for each in unless):
                    continue
                taken.append(at)
                yield self._found(wording, at, span, avoided.instead or wording.instead, missing=False)
        needs = wording.needs.in_(self._language)
        if needs and not any(self._stand(own, needs, unless)):
            span = self._where(own, wording)
            yield self._found(wording, span, span, wording.instead, missing=True)

    def _where(self, own: str, wording: Wording) -> tuple[int, int]:
        """The sentence that calls for what is missing, else the first one."""
        called = next((span for span, _ in self._hits(own, wording.where.in_(self._language))), None)
        return called or self._spans[0]

    def _hits(self, own: str, patterns: tuple[str, ...]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Each sentence with a stretch of it in which a pattern stands."""
        ready = self._ready(patterns)
        for span in self._spans:
            spots = [(at, each) for each in ready if (at := each.search(own, *span)) is not None]
            while spots:
                taken = min((at for at, _ in spots), key=lambda spot: (spot[0], -spot[1]))
                yield span, taken
                # only what begins before the end of what was taken is looked for again
                again = [(at if at[0] >= taken[1] else each.search(own, taken[1], span[1]), each) for at, each in spots]
                spots = [(at, each) for at, each in again if at is not None]

    def _stand(self, own: str, patterns: tuple[str, ...], unless: tuple[Pattern, ...] = ()) -> Iterator[bool]:
        ready = self._ready(patterns)
        for span in self._spans:
            if any(each.search(own, *span) for each in ready):
                yield not any(each.search(own, *span) for each in unless)

    def _ready(self, patterns: tuple[str, ...]) -> tuple[Pattern, ...]:
        return tuple(compiled(pattern, self._language) for pattern in patterns)

    def _own_words(self, wording: Wording) -> str:
        """The plain text with what is somebody else's hidden, as this rule knows quotations."""
        saying = wording.quoting.in_(self._language)
        if saying not in self._own:
            self._own[saying] = _without_quotations(self._text, self._plain, self._ready(saying), self._language)
        return self._own[saying]

    def _found(
        self, wording: Wording, at: tuple[int, int], span: tuple[int, int], instead: Label | None, *, missing: bool
    ) -> Found:
        sentence = " ".join(self._text[span[0] : span[1]].split())
        return Found(wording, *at, sentence, instead, missing)


def _without_quotations(text: str, own: str, saying: tuple[Pattern, ...], language: str) -> str:
    hidden = list(own)
    spans = [line.span() for line in _CITED_LINE.finditer(text)]
    spans += [quote.span() for quote in _QUOTED.finditer(text) if _is_theirs(own, quote.span(), saying, language)]
    for start, end in spans:
        hidden[start:end] = HIDDEN * (end - start)
    return "".join(hidden)


def _is_theirs(own: str, span: tuple[int, int], saying: tuple[Pattern, ...], language: str) -> bool:
    said = own[span[0] + 1 : span[1] - 1]
    length = len(_WORD.findall(said)) if language == "en" else len("".join(said.split()))
    if length >= LONG_QUOTE[language]:
        return True
    before = max(0, span[0] - BEFORE[language])
    return any(each.search(own, before, span[0]) for each in saying)


def _sentences(own: str) -> Iterator[tuple[int, int]]:
    """The stretches of the sentences, without the space around them."""
    start = 0
    for end in _END.finditer(own):
        if not _ends(own, start, end):
            continue
        yield from _trimmed(own, start, end.end())
        start = end.end()
    yield from _trimmed(own, start, len(own))


def _ends(own: str, start: int, end: re.Match[str]) -> bool:
    sign = end[0][0]
    if sign == ".":
        return _ABBREVIATION.search(own, max(start, end.start() - 12), end.start()) is None
    if end[0] == "\n" and own[end.end() : end.end() + 1] not in ("", "\n"):
        line = own[own.rfind("\n", 0, end.start()) + 1 : end.start()]
        listed = re.match(r"[ \t]*(?:[-*•·]|\d{1,2}[.、)]|[一二三四五六七八九十][、.])", own[end.end() : end.end() + 8])
        return listed is not None or len(line) + len(_HAN.findall(line)) < SHORT_LINE
    return True


def _trimmed(own: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and own[start].isspace():
        start += 1
    while end > start and own[end - 1].isspace():
        end -= 1
    while end - start > LONGEST_SENTENCE:
        cut = max(own.rfind(" ", start, start + LONGEST_SENTENCE), own.rfind(",", start, start + LONGEST_SENTENCE)) + 1
        cut = cut if cut > start else start + LONGEST_SENTENCE
        yield start, cut
        start = cut
    if start < end:
        yield start, end
