"""JSON Schemas of the texts of rules: tests, spans, points, evidence, in both languages, with what can be completed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.decode_conditions import FITS
from relcare.rulebook.decode_rules import reachable_names
from relcare.rulebook.keys import YES_NO_WORDS, in_zh
from relcare.rulebook.operands import Typed
from relcare.rulebook.vocabulary import NUMERIC, TEMPORAL, Code
from relcare.rulebook.words import TESTS, Spelling, zh_patterns

Schema = dict[str, Any]

SCALAR: Schema = {"type": ["string", "number", "boolean"]}
TEXT: Schema = {"type": "string", "minLength": 1}
DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
LABEL: Schema = {
    "anyOf": [
        {
            "type": "object",
            "properties": {"en": SCALAR, "zh": SCALAR},
            "required": ["en", "zh"],
            "additionalProperties": False,
        },
        SCALAR,
    ]
}
# What YAML turns into a truth value before a schema sees it: an editor may read `yes` so.
TRUTH = {"yes": True, "no": False}
NUMBER = "[-¥￥]?[0-9].*"


def choice(words: Iterable[object]) -> Schema:
    """One of these words, each once, in their order."""
    return {"enum": list(dict.fromkeys(words))}


def one_or_more(schema: Schema) -> Schema:
    """One text or a list of them."""
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


def any_of(*schemas: Schema) -> Schema:
    """What one of them takes; those that can be completed stand first."""
    return {"anyOf": list(schemas)}


def written(words: Iterable[str], zh: dict[str, str]) -> list[str]:
    """These words, and all their Chinese spellings."""
    listed = list(words)
    return listed + [spelling for word in listed for spelling in zh.get(word, word).split("|")]


def pattern_of(spellings: Iterable[Spelling], *more: str, tail: str = "") -> Schema:
    """A text in one of these spellings, in either language, or one that matches a further expression, and `tail`."""
    parts = []
    for spelling in spellings:
        parts.append(_expression(spelling.pattern))
        parts += [_expression(pattern) for pattern, _ in zh_patterns(spelling)]
    return {"type": "string", "pattern": f"^({'|'.join(dict.fromkeys([*parts, *more]))}){tail}$"}


def _expression(pattern: str) -> str:
    return ".+".join(re.escape(piece).replace("\\ ", " +") for piece in pattern.split("…"))


def names_of(rulebook: Rulebook, subject: str, types: frozenset[str] = frozenset()) -> dict[str, Typed]:
    """What a rule about a subject can name, by key and by Chinese label where that is clear, of these types (of any)."""
    named: dict[str, Typed] = {}
    for key, labels in reachable_names(rulebook.vocabulary, subject):
        fact = rulebook.vocabulary.fact(subject, key)
        if fact is not None and (not types or fact.type in types):
            named |= dict.fromkeys((key, *labels), fact)
    return named


def code_words(codes: Iterable[Code]) -> list[str]:
    """The keys of codes, then their Chinese labels."""
    listed = list(codes)
    return [code.key for code in listed] + [code.label.zh for code in listed]


def kind_of(fact: Typed) -> str:
    """What facts share whose tests are alike: type, unit and codes."""
    codes = " ".join(code.key for code in fact.codes)
    return " ".join(part for part in (fact.type, fact.unit, codes) if part)


def test_schema(fact: Typed, rulebook: Rulebook, alike: Iterable[str]) -> Schema:
    """What can stand behind a fact: its codes, limits and facts of its type, which are `alike`, and the tests for it."""
    anyway = [word for s in TESTS if s.primitive in ("known", "missing") for word in (s.pattern, *s.zh.split("|"))]
    fitting = [spelling for spelling in TESTS if spelling.fits == "all" or fact.type in FITS[spelling.fits][0]]
    compared = [spelling for spelling in TESTS if spelling.primitive == "fact"]
    match fact.type:
        case "yes_no":
            words = [*YES_NO_WORDS, *(in_zh(YES_NO_WORDS, word) for word in YES_NO_WORDS)]
            return any_of(choice([*words, *anyway, *TRUTH.values()]), pattern_of(compared))
        case "code":
            codes = code_words(fact.codes)
            return any_of(
                choice([*codes, *anyway]),
                {"type": "array", "items": choice(codes), "minItems": 1},
                pattern_of(compared, "\\[.*\\]"),
            )
        case "codes":
            codes = code_words(fact.codes)
            included = [f"includes {code.key}" for code in fact.codes] + [f"包含{code.label.zh}" for code in fact.codes]
            return any_of(choice([*included, *anyway]), pattern_of(fitting))
        case "text" | "id":
            return any_of(choice(anyway), one_or_more(SCALAR))
    bare = [NUMBER if fact.type in NUMERIC | TEMPORAL else ".+", "\\[.*\\]"]
    completed = choice([*_compared(fact, rulebook), *anyway, *alike])
    return any_of(completed, pattern_of(fitting, *bare), *_numbers(fact))


def _compared(fact: Typed, rulebook: Rulebook) -> list[str]:
    """The comparisons with the limits of the fact's type and unit."""
    limits = [name for name, limit in rulebook.limits.items() if (limit.type, limit.unit) == (fact.type, fact.unit)]
    kind = "numbers" if fact.type in NUMERIC else "times"
    spellings = [s for s in TESTS if s.primitive == "compare" and s.fits == kind]
    return [
        pattern.replace("…", name)
        for name in limits
        for spelling in spellings
        for pattern in (spelling.pattern, spelling.zh.split("|", 1)[0])
    ]


def _numbers(fact: Typed) -> list[Schema]:
    if fact.type not in NUMERIC:
        return [{"type": "array", "items": SCALAR, "minItems": 1}]
    return [{"type": "number"}, {"type": "array", "items": SCALAR, "minItems": 1}]
