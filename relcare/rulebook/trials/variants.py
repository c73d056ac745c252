"""Conditions that are a step beside a condition: each bound moved, flipped between inclusive and exclusive, each branch dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from relcare.located import Place
from relcare.rulebook.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Includes,
    Limit,
    Literal,
    Not,
    OneOf,
    Other,
    Span,
    Test,
    Within,
    tests_of,
)
from relcare.rulebook.trials.said import Said
from relcare.rulebook.values import Moment, Month, Value
from relcare.timing.spans import shift

FLIPPED = {"at least": "more than", "more than": "at least", "at most": "less than", "less than": "at most"}
STEPS = (1, -1)
PERCENT = Decimal("0.01")  # the step of a share of another fact
CENT = Decimal("0.01")


class Variant(NamedTuple):
    """A condition a step beside; None where nothing of it is left. `what` says what was done, at `place`.

    `was` and `now` are the part that was changed: where both say the same of a subject, so do the conditions.
    """

    condition: Condition | None
    what: Said
    place: Place
    was: Condition
    now: Condition


def stepped(value: Value, kind: str, steps: int) -> Value | None:
    """The value so many of the smallest steps of its type further; None where it has none, or would leave the calendar.

    A cent of money, 1 of a count, a day, a month; of a moment a minute (a second, where it has seconds); of a number or
    percentage 1 in the last place that is written.
    """
    match value:
        case bool():
            return None
        case int():
            return value + steps
        case Decimal():
            exponent = value.as_tuple().exponent
            step = CENT if kind == "money" else Decimal(1).scaleb(min(exponent if isinstance(exponent, int) else 0, 0))
            return value + step * steps
        case Moment(at, precision):
            length = {"day": timedelta(days=1), "minute": timedelta(minutes=1), "second": timedelta(seconds=1)}
            return Moment(at + length[precision] * steps, precision)
        case Month():
            return Month.of_index(value.index + steps)
        case date():
            return shift(value, steps, "days")
        case _:
            return None


def said(value: Value) -> str:
    """A value as a rule writes it."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def spans_beside(span: Span) -> Iterator[Span]:
    """A span a unit longer, and one shorter where something is left of it."""
    for step in STEPS:
        if span.amount + step > 0:
            yield Span(span.amount + step, span.unit)


def variants(condition: Condition, kind_of: Callable[[str], str]) -> Iterator[Variant]:
    """Each condition that is one step beside; `kind_of` gives the type of a fact."""
    match condition:
        case All(parts) | AnyOf(parts):
            make = type(condition)
            for index, part in enumerate(parts):
                rest = parts[:index] + parts[index + 1 :]
                place = _place(part)
                if rest:
                    left = rest[0] if len(rest) == 1 else make(rest)
                    yield Variant(left, Said("without", (words_of(part),)), place, part, make(()))
                for variant in variants(part, kind_of):
                    if variant.condition is not None:
                        changed = (*parts[:index], variant.condition, *parts[index + 1 :])
                        yield variant._replace(condition=make(changed))
        case Not(part):
            for variant in variants(part, kind_of):
                if variant.condition is not None:
                    was, now = Not(variant.was), Not(variant.now)
                    yield variant._replace(condition=Not(variant.condition), was=was, now=now)
        case _:
            yield from _of_test(condition, kind_of(condition.fact))


def _of_test(test: Test, kind: str) -> Iterator[Variant]:
    for beside, what in _beside(test, kind):
        yield Variant(beside, what._replace(within=words_of(test)), test.place, test, beside)


def _beside(test: Test, kind: str) -> Iterator[tuple[Test, Said]]:
    match test:
        case Compare(_, op, operand):
            if op in FLIPPED:
                yield replace(test, op=FLIPPED[op]), Said("flipped", (FLIPPED[op], op))
            for changed, now in _operands(operand, kind):
                yield replace(test, operand=changed), now
        case Within(_, _, span):
            for beside in spans_beside(span):
                yield replace(test, span=beside), Said("for", (str(beside), str(span)))
        case OneOf(_, codes) | Includes(_, codes):
            for code in codes if len(codes) > 1 else ():
                rest = tuple(each for each in codes if each != code)
                yield replace(test, codes=rest), Said("without one", (code,))
        case _:
            return


def _operands(operand: Literal | Limit | Other, kind: str) -> Iterator[tuple[Literal | Other, Said]]:
    for step in STEPS:
        match operand:
            case Literal(value):
                moved = stepped(value, kind, step)
                if moved is not None:
                    yield Literal(moved), Said("for", (said(moved), said(value)))
            case Other(fact, share) if share != 1 and share + PERCENT * step > 0:
                moved_share = share + PERCENT * step
                yield Other(fact, moved_share), Said("for", (f"{moved_share * 100:.0f}%", f"{share * 100:.0f}%"))
            case _:
                return


def words_of(condition: Condition) -> str:
    """A condition in the words of the rule file."""
    match condition:
        case All(parts):
            return " and ".join(words_of(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(words_of(part) for part in parts)
        case Not(part) if not isinstance(part, All | AnyOf | Not):
            return words_of(part)
        case Not(part):
            return f"none of {words_of(part)}"
        case _:
            return f"{condition.fact}: {condition.words}" if condition.words else condition.fact


def _place(condition: Condition) -> Place:
    tests = tests_of(condition)
    return tests[0].place if tests else Place("")
