"""Conditions: mappings of `fact: plain words` to trees of primitives, typed against the vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from relcare.located import Mapping, Node, Place, Scalar, Sequence
from relcare.rulebook.conditions import (
    ELAPSED_UNITS,
    All,
    AnyOf,
    Compare,
    Condition,
    Includes,
    Known,
    Limit,
    Literal,
    Not,
    OneOf,
    Operand,
    Other,
    Within,
)
from relcare.rulebook.keys import KEYS, YES_NO_WORDS, in_zh, key_meant, meant
from relcare.rulebook.limits import Limits, say_type
from relcare.rulebook.names import Labelled, keys_of, labels, named
from relcare.rulebook.operands import (
    EXAMPLES,
    Misread,
    Typed,
    in_order,
    number_words,
    read_codes,
    read_share,
    read_span,
    read_value,
)
from relcare.rulebook.reader import Reader, is_name
from relcare.rulebook.spots import Spot, literal_part, mark_code, mark_pattern, mark_span, sooner
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import NUMERIC, TEMPORAL, TYPES
from relcare.rulebook.words import (
    SHARES,
    TESTS,
    Slots,
    Spelling,
    beginnings,
    find_in,
    find_tests,
    match,
    zh_words,
)

NESTING = ("all", "any", "none")
TIMED = ("date", "moment")
ORDERED = NUMERIC | TEMPORAL
FITS = {
    "numbers": (NUMERIC, "compares numbers"),
    "times": (TEMPORAL, "is for dates"),
    "ordered": (ORDERED, "compares numbers and dates"),
    "lists": (frozenset({"codes"}), "is for facts that hold a list of codes"),
    "single": (frozenset(TYPES) - {"codes"}, "is for facts that hold one value"),
}
INSTEAD = {
    "at least": "on or after",
    "at most": "on or before",
    "more than": "after",
    "less than": "before",
    "on or after": "at least",
    "on or before": "at most",
    "after": "more than",
    "before": "less than",
}


INSTEAD_ZH = {
    "at least …": "不早于…",
    "at most …": "不晚于…",
    "more than …": "晚于…",
    "less than …": "早于…",
    "on or after …": "…以上",
    "on or before …": "…以下",
    "after …": "超过…",
    "before …": "不满…",
}


class Scope(NamedTuple):
    """What a condition may name: the facts of a subject, or the fields of a table.

    `broken` says of a name that it was declared with a mistake, so that nothing more is said about it.
    """

    what: str  # "a customer", "table `interactions`"
    find: Callable[[str], Typed | None]
    names: Callable[[], Collection[str]]
    broken: Callable[[str], bool]
    labelled: Callable[[], list[Labelled]] = list


class Named(NamedTuple):
    """A fact is named here, in so many characters."""

    fact: str
    place: Place
    width: int


class ConditionReader:
    """Decodes the conditions of one scope. A condition with a mistake is None; all its mistakes are noted.

    `named` holds the facts that were named so far, and where: those of conditions with a mistake as well.
    """

    def __init__(self, reader: Reader, scope: Scope, limits: Limits) -> None:
        self._reader = reader
        self._scope = scope
        self._limits = limits
        self.named: list[Named] = []

    def read(self, node: Node) -> Condition | None:
        """The condition of a `when`: the lines of a mapping, all of which must hold."""
        if isinstance(node, Mapping):
            return _joined(All, self._lines(node))
        hint = "write `any:` or `all:` above the list" if isinstance(node, Sequence) else ""
        self._reader.note(node, "RUL004", "a condition is written as lines of `fact: test`", hint)
        return None

    def _lines(self, node: Mapping) -> list[Condition | None]:
        if not node.entries:
            self._reader.note(
                node, "RUL039", "a condition without a test would hold for everyone", "write `otherwise:`"
            )
            return [None]
        parts = []
        for key, value in node.entries:
            word = key.text if key.text in NESTING else key_meant(key.text, NESTING)
            if word:
                self._reader.said(key, (0, len(key.text)), word, in_zh(KEYS, word))
            parts.append(self._nested(word, value) if word else self._line(key, value))
        return parts

    def _nested(self, word: str, node: Node) -> Condition | None:
        if isinstance(node, Mapping):
            parts = self._lines(node)
        elif isinstance(node, Sequence) and node.items:
            parts = [self.read(item) for item in node.items]
        else:
            empty = isinstance(node, Sequence)
            message = f"`{word}:` has no conditions" if empty else f"`{word}:` takes a list of conditions"
            self._reader.note(node, "RUL039" if empty else "RUL004", message, "write `- fact: test` lines below it")
            return None
        if word == "all":
            return _joined(All, parts)
        either = _joined(AnyOf, parts)
        return either if word == "any" or either is None else Not(either)

    def _line(self, key: Scalar, node: Node) -> Condition | None:
        fact = self.fact(Spot(key, 0, key.text))
        if isinstance(node, Sequence):
            words = [self._reader.text(item, "a code") for item in node.items]
            if not node.items:
                self._reader.note(node, "RUL039", "an empty list of codes would hold for nobody")
            if fact is None or None in words or not words:
                return None
            spots = [Spot(word, 0, word.text) for word in words if word is not None]
            if fact.type in NUMERIC and self._cut_in_two(spots):
                return None
            return self._values(fact, spots, key.place, "[" + ", ".join(spot.text for spot in spots) + "]")
        text = self._reader.text(node, f"the test of `{key.text}`")
        if fact is None or text is None:
            return None
        return self.test(fact, Spot(text, 0, text.text), key.place)

    def _cut_in_two(self, spots: list[Spot]) -> bool:
        """Note what can be one number with a comma or two numbers: `[1,200]`."""
        for one, other in pairwise(spots):
            end = one.at.place.column + len(one.text) + 1
            close = one.at.place.line == other.at.place.line and end == other.at.place.column
            if close and one.text.isdigit() and other.text.isdigit() and len(other.text) == 3:
                message = f"`{one.text},{other.text}` can be one number or two"
                hint = f'write "{one.text},{other.text}" in quotes, or a space after the comma'
                self._reader.note(one.at, "RUL033", message, hint)
                return True
        return False

    def fact(self, spot: Spot) -> Typed | None:
        """The fact that is named; noted if the scope has none of that name."""
        name = self.name(spot)
        if name is None:
            return None
        found = self._scope.find(name)
        if found is None and not self._scope.broken(name):
            hint = did_you_mean(spot.text, self._known_names(spot.text))
            message = f"{self._scope.what} has no fact `{spot.text}`"
            if "." in spot.text:
                message = f"`{spot.text}` can't be reached from {self._scope.what}"
                hint = hint or "its table needs a field that `refers` to the other subject"
            self._reader.note(spot.at, "RUL030", message, hint, part=spot.part())
        place = spot.at.place
        self.named.append(Named(name, place._replace(column=place.column + spot.start), len(spot.text)))
        return found if found is None or found.name == name else _renamed(found, name)

    def name(self, spot: Spot) -> str | None:
        """The key of the fact that is named by its key or label; None (noted) where a label is ambiguous."""
        return named(
            self._reader, spot, lambda text: self._scope.find(text) is not None, self._scope.labelled, "RUL029"
        )

    def knows(self, text: str) -> bool:
        """Whether there is a fact of that key or label; nothing is noted."""
        return self._scope.find(text) is not None or bool(keys_of(self._scope.labelled(), text))

    def _known_names(self, text: str) -> Collection[str]:
        return self._scope.names() if text.isascii() else labels(self._scope.labelled())

    def test(self, fact: Typed, spot: Spot, place: Place) -> Condition | None:
        """The test of a fact that the words of `spot` stand for."""
        words = " ".join(spot.text.split())
        if words != spot.text:
            spot = Spot(spot.at, spot.start, words)
        found = self._spelling(fact, spot)
        if found is None:
            if words.startswith("["):
                spots = self._bracketed(spot)
                return None if spots is None else self._values(fact, spots, place, words)
            return self._values(fact, [spot], place, words)
        spelling, slots = found
        if not self._fits(fact, spelling, spot):
            return None
        values = mark_pattern(self._reader, spot, spelling, slots)
        match spelling.primitive:
            case "known":
                return Known(fact.name, place, words)
            case "missing":
                return Not(Known(fact.name, place, words))
            case "compare":
                operand = self._operand(fact, values[0])
                return None if operand is None else Compare(fact.name, spelling.detail, operand, place, words)
            case "fact":
                other = self._other(fact, values[0], None)
                return None if other is None else Compare(fact.name, spelling.detail, other, place, words)
            case "between":
                return self._between(fact, values, place, words)
            case "within":
                return self._within(fact, spelling.detail, values[0], place, words)
            case _:
                spots = self._bracketed(values[0]) if values[0].text.startswith("[") else values
                codes = None if spots is None else self._codes(fact, spots)
                return None if codes is None else Includes(fact.name, codes, place, words)

    def _spelling(self, fact: Typed, spot: Spot) -> tuple[Spelling, Slots] | None:
        """The test that is written; None for a bare value.

        Chinese words have no spaces between them: a code whose label looks like a test (`不满意`) is that code, and of several
        spellings that one counts that fits the type.
        """
        if not spot.text.isascii() and (spot.text.startswith("[") or self._is_code(fact, spot.text)):
            return None
        every = list(find_tests(spot.text))
        fitting = next((one for one in every if self._is_for(fact, one[0])), None)
        if fitting is None and every and not spot.text.isascii() and fact.type in ("text", "id"):
            return None
        return fitting or next(iter(every), None)

    def _is_code(self, fact: Typed, text: str) -> bool:
        return any(text in (code.key, code.label.zh) for code in fact.codes)

    def _is_for(self, fact: Typed, spelling: Spelling) -> bool:
        return spelling.fits not in FITS or fact.type in FITS[spelling.fits][0]

    def _fits(self, fact: Typed, spelling: Spelling, spot: Spot) -> bool:
        types, purpose = FITS.get(spelling.fits, (frozenset({fact.type}), ""))
        if fact.type in types:
            return True
        words = spelling.pattern.split("…")[0].strip()
        is_zh = match(spot.text, spelling.pattern) is None
        if fact.type in ("code", "text", "id"):
            hint = "write a value or a list of values"
        elif fact.type in ORDERED and words in INSTEAD:
            hint = f"write `{INSTEAD_ZH[spelling.pattern] if is_zh else INSTEAD[words]}`"
        else:
            hint = {"codes": "write `includes CODE`", "yes_no": "write `yes` or `no`"}.get(fact.type, "")
        start, end = literal_part(spot, spelling) if is_zh else (0, len(words))
        message = f"`{spot.text[start:end]}` {purpose}; `{fact.name}` is of type {fact.type}"
        if not is_zh:
            message = f"`{words}` {purpose}; `{fact.name}` is of type {fact.type}"
        self._reader.note(spot.at, "RUL032", message, hint, part=spot.part(start, end))
        return False

    def _between(self, fact: Typed, values: list[Spot], place: Place, words: str) -> Condition | None:
        low, high = (self._operand(fact, value) for value in values)
        if low is None or high is None:
            return None
        if isinstance(low, Literal) and isinstance(high, Literal) and not in_order(low.value, high.value):
            message = f"nothing lies between {values[0].text} and {values[1].text}"
            part = (values[0].start, values[1].part()[1])
            self._reader.note(values[0].at, "RUL036", message, "the lower bound comes first", part=part)
            return None
        return All(
            (Compare(fact.name, "at least", low, place, words), Compare(fact.name, "at most", high, place, words))
        )

    def _within(self, fact: Typed, direction: str, value: Spot, place: Place, words: str) -> Condition | None:
        if fact.type not in TIMED:
            message = f"`within` is for dates and moments; `{fact.name}` is of type {fact.type}"
            self._reader.note(value.at, "RUL032", message, "compare the month with another", part=value.part())
            return None
        span = read_span(value.text)
        if isinstance(span, Misread):
            self._reader.note(value.at, span.code, span.message, span.hint, part=value.part())
            return None
        if span.unit in ELAPSED_UNITS and fact.type != "moment":
            message = f"`{fact.name}` is a date and can't be compared by {span.unit}"
            self._reader.note(value.at, "RUL032", message, "write days, weeks, months, …", part=value.part())
            return None
        mark_span(self._reader, value, span)
        return Within(fact.name, direction, span, place, words)

    def _values(self, fact: Typed, spots: list[Spot], place: Place, words: str) -> Condition | None:
        """A bare value, or a list of which one must hold."""
        if fact.type == "codes":
            codes = self._codes(fact, spots)
            if codes is not None:
                message = f"`{fact.name}` holds a list of codes"
                hint = f"write `includes {words}`"
                self._reader.note(spots[0].at, "RUL032", message, hint, part=spots[0].part())
            return None
        if fact.type in ORDERED:
            operands = [self._operand(fact, spot, bare=True) for spot in spots]
            if len(operands) == 1:
                return None if operands[0] is None else Compare(fact.name, "equal to", operands[0], place, words)
            return _joined(
                AnyOf, [None if o is None else Compare(fact.name, "equal to", o, place, words) for o in operands]
            )
        codes = self._codes(fact, spots)
        return None if codes is None else OneOf(fact.name, codes, place, words)

    def _codes(self, fact: Typed, spots: list[Spot]) -> tuple[str, ...] | None:
        codes: set[str] = set()
        whole = True
        for spot in spots:
            code: str | Misread
            if fact.type == "yes_no":
                code = spot.text if spot.text in YES_NO_WORDS else meant(spot.text, YES_NO_WORDS, YES_NO_WORDS)
                near = did_you_mean(spot.text, YES_NO_WORDS if spot.text.isascii() else YES_NO_WORDS.values())
                code = code or Misread("RUL035", f"`{fact.name}` is yes or no, not `{spot.text}`", near)
            else:
                code = read_codes(fact, spot.text)
            if isinstance(code, Misread):
                near = did_you_mean(spot.text, beginnings(TESTS)) if " " in spot.text else ""
                self._reader.note(spot.at, code.code, code.message, near or code.hint, part=spot.part())
                whole = False
            else:
                codes.add(code)
                mark_code(self._reader, spot, fact, code)
        return tuple(sorted(codes)) if whole else None

    def _bracketed(self, spot: Spot) -> list[Spot] | None:
        """The items of `[a, b]` within a text."""
        if not spot.text.endswith("]"):
            self._reader.note(spot.at, "RUL031", "the list has no end", "write it as [a, b]", part=spot.part())
            return None
        spots, start = [], 1
        for item in spot.text[1:-1].split(","):
            spots.append(spot.cut((start, start + len(item))))
            start += len(item) + 1
        if not all(item.text for item in spots):
            self._reader.note(spot.at, "RUL039", "an item of the list is empty", part=spot.part())
            return None
        return spots

    def _operand(self, fact: Typed, spot: Spot, *, bare: bool = False) -> Operand | None:
        """A limit, another fact or a part of one, or a literal of the fact's type."""
        text = spot.text
        if text in self._limits:
            self._limits.use(text, fact, spot.at, spot.part())
            return Limit(text)
        for spelling in SHARES:
            found = find_in((spelling,), text)
            share = None if found is None else read_share(text[slice(*found[1][0])], int(spelling.detail))
            if found is not None and share is not None:
                return self._other(fact, mark_pattern(self._reader, spot, *found)[1], share)
        if is_name(text.replace(".", "_")) and self._scope.find(text) is not None:
            return self._other(fact, spot, None)
        value = read_value(fact, text)
        if not isinstance(value, Misread):
            self._reader.said(spot.at, spot.part(), *number_words(fact, text, value))
            return Literal(value)
        if not text.isascii() and text in {name for each in self._scope.labelled() for name in (each.zh, *each.also)}:
            return self._other(fact, spot, None)
        if not self._scope.broken(text):
            self._note_operand(fact, spot, value, bare=bare)
        return None

    def _other(self, fact: Typed, spot: Spot, share: Decimal | None) -> Operand | None:
        other = self.fact(spot)
        if other is None:
            return None
        same = (fact.type, fact.unit) == (other.type, other.unit)
        if not same and not (fact.type in TIMED and other.type in TIMED):
            message = f"{say_type(fact)} can't be compared with {say_type(other)}"
            self._reader.note(spot.at, "RUL037", message, "both must be of one type and unit", part=spot.part())
            return None
        if same and fact.type == "code" and not {code.key for code in fact.codes} & {code.key for code in other.codes}:
            message = f"`{fact.name}` and `{other.name}` have no code in common"
            self._reader.note(spot.at, "RUL037", message, "they can never be the same", part=spot.part())
            return None
        if share is not None and fact.type not in NUMERIC:
            message = f"there is no part of {say_type(other)}"
            self._reader.note(spot.at, "RUL037", message, "only numbers have parts", part=spot.part())
            return None
        return Other(other.name, Decimal(1) if share is None else share)

    def _note_operand(self, fact: Typed, spot: Spot, why: Misread, *, bare: bool) -> None:
        word = spot.text
        if bare and not word.isascii() and why.code == "RUL033":
            hint = did_you_mean(word, zh_words(TESTS)) or "write the test as `600万以上`, `不满3次`, `不早于2026-07-01`"
            self._reader.note(spot.at, "RUL031", f"`{word}` is not a test", sooner(word) or hint, part=spot.part())
            return
        if not is_name(word.split(" ", 1)[0].replace(".", "_")) or (not word.isascii() and why.code == "RUL034"):
            self._reader.note(spot.at, why.code, why.message, why.hint, part=spot.part())
            return
        if bare and " " in word:
            hint = did_you_mean(" ".join(word.split()[:2]), beginnings(TESTS)) or EXAMPLES[fact.type]
            self._reader.note(spot.at, "RUL031", f"`{word}` is not a test", hint, part=spot.part())
            return
        hint = did_you_mean(word, [*self._limits.names(), *self._known_names(word)]) or why.hint
        message = f"`{word}` is no limit, no fact of {self._scope.what} and not a value of `{fact.name}`"
        self._reader.note(spot.at, why.code, message, hint, part=spot.part())


def _joined(kind: type[All | AnyOf], parts: list[Condition | None]) -> Condition | None:
    """The parts as one condition; a single part stands for itself; None if a part has a mistake."""
    whole = [part for part in parts if part is not None]
    if len(whole) != len(parts):
        return None
    return whole[0] if len(whole) == 1 else kind(tuple(whole))


def _renamed(fact: Typed, name: str) -> Typed:
    """The fact of another subject under the name by which it is reached, as `customer.tier`."""
    return replace(fact, name=name)
