"""What facts and conditions are made of: the limits that they name, and other facts of the same subject."""

from __future__ import annotations

from collections.abc import Iterable

from relcare.rulebook.conditions import Compare, Condition, Limit, facts_of, tests_of
from relcare.rulebook.measures import AgeMeasure, BetweenMeasure, OfMeasure, RowMeasure, SeriesMeasure
from relcare.rulebook.vocabulary import Fact, Vocabulary


def roots_of(fact: Fact) -> tuple[str, ...]:
    """The facts of the same subject that a measure is made of."""
    match fact.measure:
        case AgeMeasure(fact=root):
            return (root,)
        case OfMeasure(facts=facts):
            return facts
        case BetweenMeasure(start=start, end=end):
            return (start, end)
        case _:
            return ()


def limits_of(condition: Condition | None) -> list[str]:
    """The limits that a condition names."""
    if condition is None:
        return []
    return [
        test.operand.name
        for test in tests_of(condition)
        if isinstance(test, Compare) and isinstance(test.operand, Limit)
    ]


def limits_of_fact(fact: Fact) -> list[str]:
    """The limits that the words of a measure name."""
    match fact.measure:
        case SeriesMeasure(limit=Limit(name)):
            return [name]
        case RowMeasure(where=where, limit=limit):
            return limits_of(where) + ([limit.name] if limit is not None else [])
        case _:
            return []


def limits_named(vocabulary: Vocabulary, subject: str, condition: Condition | None, facts: Iterable[str]) -> list[str]:
    """The limits of a condition and of all measures behind its facts and the `facts` of the subject, each once."""
    names = limits_of(condition)
    waiting = [*(facts_of(condition) if condition is not None else ()), *facts]
    for name in waiting:
        fact = vocabulary.fact(subject, name)
        if fact is not None:
            prefix = name[: name.index(".") + 1] if "." in name else ""
            waiting.extend(prefix + root for root in roots_of(fact) if prefix + root not in waiting)
            names += limits_of_fact(fact)
    return list(dict.fromkeys(names))
