"""The tests of a rule, and the nearest miss: what it would have taken for the rule before the one that decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from relcare.rulebook.comparing import day_of
from relcare.rulebook.conditions import All, AnyOf, Compare, Not
from relcare.rulebook.decisions import Rule
from relcare.rulebook.evaluate import NO_CODE, Judged, Outcome
from relcare.rulebook.values import Moment, Value


def next_better(outcome: Outcome) -> list[tuple[Rule, Judged]]:
    """The rules of the next better class: the one given by the last rule, before the one that decided, that gives another.

    None of them holds; the list is empty where the first class was given.
    """
    code = outcome.code or NO_CODE
    before: list[tuple[Rule, Judged]] = []
    for rule, judged in outcome.verdicts:
        if outcome.rule is not None and rule is outcome.rule:
            break
        if rule.then != code and judged.verdict is False:
            before.append((rule, judged))
    return [(rule, judged) for rule, judged in before if rule.then == before[-1][0].then]


def lacking(judged: Judged, *, wanted: bool = True) -> list[Judged]:
    """The fewest tests that would have to turn out otherwise for the condition to be `wanted`; of equals the first."""
    if judged.verdict is wanted:
        return []
    match judged.condition:
        case All() | AnyOf():
            needs = [lacking(part, wanted=wanted) for part in judged.parts]
            if isinstance(judged.condition, All) is wanted:
                return [test for need in needs for test in need]
            return min(needs, key=len, default=[])
        case Not():
            return lacking(judged.parts[0], wanted=not wanted)
        case _:
            return [judged]


def distance(judged: Judged) -> Value | None:
    """How far a comparison was from its operand: a number, or days between dates; None where that says nothing."""
    if not isinstance(judged.condition, Compare) or judged.fact is None:
        return None
    value, operand = judged.fact.value, judged.operand
    if isinstance(value, bool) or isinstance(operand, bool):
        return None
    if isinstance(value, int | Decimal | Fraction) and isinstance(operand, int | Decimal | Fraction):
        away = abs(Fraction(value) - Fraction(operand))
        if isinstance(value, int) and away.denominator == 1:
            return int(away)
        return away if isinstance(value, Fraction) or isinstance(operand, Fraction) else abs(Decimal(value) - operand)
    if isinstance(value, date | Moment) and isinstance(operand, date | Moment):
        return abs((day_of(value) - day_of(operand)).days) or None
    return None


class Leaf(NamedTuple):
    """A test within a condition: which alternative of an `any` it belongs to ("" for none), and whether it is negated."""

    judged: Judged
    alternative: str
    negated: bool

    @property
    def verdict(self) -> bool | None:
        """The verdict of the test as it is told, `not` included."""
        return self.judged.verdict if not self.negated or self.judged.verdict is None else not self.judged.verdict


def leaves(judged: Judged, alternative: str = "", *, negated: bool = False) -> Iterator[Leaf]:
    """The tests of a condition in the order in which they are written."""
    match judged.condition:
        case Not():
            yield from leaves(judged.parts[0], alternative, negated=not negated)
        case All() | AnyOf():
            either = isinstance(judged.condition, AnyOf) and len(judged.parts) > 1
            for number, part in enumerate(judged.parts, start=1):
                inner = ".".join(filter(None, (alternative, str(number)))) if either else alternative
                yield from leaves(part, inner, negated=negated)
        case _:
            yield Leaf(judged, alternative, negated)
