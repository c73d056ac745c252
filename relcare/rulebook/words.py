"""The words of the rule language: one table of spellings, each with the primitive that it stands for.

A spelling is a pattern in which `…` stands for a value. Another language is further rows of the same tables: a pattern
may begin with its value as well as end with it.
"""

from __future__ import annotations

from typing import NamedTuple


class Spelling(NamedTuple):
    """One way to write a test or another part of a rule.

    `fits` is the kind of fact that a test is for: `numbers`, `times`, `ordered`, `lists` or `all`.
    """

    pattern: str
    primitive: str  # compare, between, within, includes, known, missing
    detail: str = ""  # the op of Compare, the direction of Within
    fits: str = "all"


# `at least`, `at most`, `between`, `on or …` and `within` include their bounds; the others exclude them.
TESTS = (
    Spelling("at least …", "compare", "at least", "numbers"),
    Spelling("at most …", "compare", "at most", "numbers"),
    Spelling("more than …", "compare", "more than", "numbers"),
    Spelling("less than …", "compare", "less than", "numbers"),
    Spelling("between … and …", "between", "", "ordered"),
    Spelling("on or before …", "compare", "at most", "times"),
    Spelling("on or after …", "compare", "at least", "times"),
    Spelling("before …", "compare", "less than", "times"),
    Spelling("after …", "compare", "more than", "times"),
    Spelling("within the last …", "within", "last", "times"),
    Spelling("within the next …", "within", "next", "times"),
    Spelling("within last …", "within", "last", "times"),
    Spelling("within next …", "within", "next", "times"),
    Spelling("includes …", "includes", "", "lists"),
    Spelling("is known", "known"),
    Spelling("is missing", "missing"),
)

# A part of another fact: the pattern, and what its number is divided by.
SHARES = (("…% of …", 100), ("… times …", 1))

# What measures are made of. Longer patterns stand before those that they begin with.
MEASURES = (
    Spelling("average of … of … over the last …", "series", "average"),
    Spelling("change of … of … over …", "series", "change"),
    Spelling("falling streak of … of … by month, at most …", "series", "falling streak"),
    Spelling("rising streak of … of … by month, at most …", "series", "rising streak"),
    Spelling("falling streak of … of … by month", "series", "falling streak"),
    Spelling("rising streak of … of … by month", "series", "rising streak"),
    Spelling("first month … of … reached …", "series", "first reached"),
    Spelling("first … of … repeating …", "rows", "repeated"),
    Spelling("first … of …", "rows", "reached"),
    Spelling("repeats of … of …", "rows", "repeats"),
    Spelling("latest of …", "of", "latest"),
    Spelling("earliest of …", "of", "earliest"),
    Spelling("years since …", "age", "years"),
    Spelling("months since …", "age", "months"),
    Spelling("weeks since …", "age", "weeks"),
    Spelling("days since …", "age", "days"),
    Spelling("years until …", "age until", "years"),
    Spelling("months until …", "age until", "months"),
    Spelling("weeks until …", "age until", "weeks"),
    Spelling("days until …", "age until", "days"),
    Spelling("count of …", "rows", "count"),
    Spelling("sum of … of …", "rows", "sum"),
    Spelling("average of … of …", "rows", "average"),
    Spelling("highest … of …", "rows", "highest"),
    Spelling("lowest … of …", "rows", "lowest"),
    Spelling("latest … of …", "rows", "latest"),
    Spelling("earliest … of …", "rows", "earliest"),
)

# Points in time of obligations. `detail` is the direction of a span, or `open day` of a period's last one.
POINTS = (
    Spelling("last working day of the …", "period end", "open day"),
    Spelling("last day of the …", "period end"),
    Spelling("… before the end of the …", "period end", "before"),
    Spelling("… after the end of the …", "period end", "after"),
    Spelling("… before the festival", "festival", "before"),
    Spelling("… after the festival", "festival", "after"),
    Spelling("on the festival", "festival"),
    Spelling("… before due", "due", "before"),
    Spelling("… after due", "due", "after"),
    Spelling("… before …", "fact", "before"),
    Spelling("… after …", "fact", "after"),
    Spelling("on …", "fact"),
)

# What a clock counts from, and how an obligation comes again.
STARTS = (Spelling("end of …", "end of"), Spelling("…, else end of …", "fact"), Spelling("…", "fact"))
EVERY = (Spelling("festival", "festival"), Spelling("… on …", "anniversary"), Spelling("…", "period"))

LAPSES = (Spelling("… after due", "after"), Spelling("when the next opens", "next"), Spelling("never", "never"))
WARNS = (Spelling("… before", "before"),)
PAUSES = (Spelling("at most …", "most"), Spelling("…", "kind"))
DONE = (Spelling("… is known", "known"),)
ORDERED = (Spelling("… descending", "descending"), Spelling("… ascending", "ascending"), Spelling("…", "ascending"))
GIVES = (Spelling("due …", "due"), Spelling("…", "status"))

UNITS = {
    word: unit
    for unit in ("seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years")
    for word in (unit, unit[:-1])
}

MULTIPLES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}

Slots = list[tuple[int, int]]


def match(text: str, pattern: str) -> Slots | None:
    """Where the values of `pattern` stand in `text` (start, end); None if the text is not of this pattern.

    Letter case is not looked at. A value is never empty; the last value takes all that is left.
    """
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    pieces = pattern.split("…")
    if not lower.startswith(pieces[0]):
        return None
    position = len(pieces[0])
    if len(pieces) == 1:
        return [] if position == len(text) else None
    slots: Slots = []
    for piece in pieces[1:-1]:
        end = lower.find(piece, position + 1)
        if end < 0:
            return None
        slots.append((position, end))
        position = end + len(piece)
    end = len(text) - len(pieces[-1])
    if end <= position or not lower.endswith(pieces[-1]):
        return None
    slots.append((position, end))
    return slots


def _by_first_word(table: tuple[Spelling, ...]) -> dict[str, tuple[Spelling, ...]]:
    index: dict[str, tuple[Spelling, ...]] = {}
    for spelling in table:
        first = spelling.pattern.split(" ", 1)[0]
        word = "" if "…" in first else first
        index[word] = (*index.get(word, ()), spelling)
    return index


_TESTS = _by_first_word(TESTS)
_MEASURES = _by_first_word(MEASURES)


def find_test(text: str) -> tuple[Spelling, Slots] | None:
    """The spelling of a test in which `text` is written; None for a bare value."""
    return _find(text, _TESTS)


def find_measure(text: str) -> tuple[Spelling, Slots] | None:
    """The spelling of a measure in which `text` is written."""
    return _find(text, _MEASURES)


def _find(text: str, index: dict[str, tuple[Spelling, ...]]) -> tuple[Spelling, Slots] | None:
    first = text.split(" ", 1)[0].lower()
    for spelling in (*index.get(first, ()), *index.get("", ())):
        slots = match(text, spelling.pattern)
        if slots is not None:
            return spelling, slots
    return None


def find_in(table: tuple[Spelling, ...], text: str) -> tuple[Spelling, Slots] | None:
    """The first spelling of a table in which `text` is written."""
    for spelling in table:
        slots = match(text, spelling.pattern)
        if slots is not None:
            return spelling, slots
    return None


def beginnings(table: tuple[Spelling, ...]) -> list[str]:
    """The words with which the spellings of a table begin, for suggestions."""
    return [spelling.pattern.split("…", 1)[0].strip() for spelling in table if not spelling.pattern.startswith("…")]
