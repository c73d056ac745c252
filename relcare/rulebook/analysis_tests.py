"""Tests and conditions that say nothing: what no subject can fulfil, and what everyone fulfils."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from relcare.located import Problem
from relcare.rulebook.conditions import All, AnyOf, Compare, Condition, Includes, Known, Not, Other, Test, tests_of
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.fact_space import NOT_TRUE, TRUE, Space
from relcare.rulebook.regions import Budget, Demand, TooManyBoxesError, find
from relcare.rulebook.values import Value

BOXES = 2_000  # for one rule


def idle_tests(
    rulebook: Rulebook, subject: str, rules: Sequence[Any], limits: Mapping[str, Value | None], as_of: datetime
) -> list[Problem]:
    """Of each rule: tests that no value of the fact fulfils, or every value; lines that can't hold together; a `when` for all.

    A test that two facts of which one is missing would decide, or `is known`, is left alone.
    """
    tests = [test for rule in rules if rule.when is not None for test in tests_of(rule.when)]
    space = Space(rulebook.vocabulary, subject, tests, limits, as_of)
    problems: list[Problem] = []
    for rule in rules:
        if rule.when is None:
            continue
        before = len(problems)
        problems += [problem for test in tests_of(rule.when) if (problem := _of_test(test, space)) is not None]
        if len(problems) > before:
            continue
        try:
            problems += _of_condition(rule, space)
        except TooManyBoxesError:
            continue  # the decision is said to be not analysed
    return problems


def _of_test(test: Test, space: Space) -> Problem | None:
    words = test.words or "the test"
    if isinstance(test, Known | Includes):
        return None
    if isinstance(test, Compare) and isinstance(test.operand, Other):
        if test.fact != test.operand.fact:
            return None
        message = f"`{test.fact}` is compared with itself"
        return Problem(test.place, "RUL100", message, "compare it with another fact", "error", "", len(test.fact))
    _, holds, values = space.tells(test)
    if not holds:
        message = f"no value of `{test.fact}` is `{words}`" + _range(test, space)
        return Problem(test.place, "RUL100", message, "mend the value, or remove the test", "error", "", len(test.fact))
    if holds == values and not _is_one_bound(test):
        message = f"every value of `{test.fact}` is `{words}`" + _range(test, space)
        hint = "remove the test; `is known` asks for a value"
        return Problem(test.place, "RUL103", message, hint, "warning", "", len(test.fact))
    return None


def _is_one_bound(test: Test) -> bool:
    """Whether it is half of a `between`, of which the other half may say something."""
    return test.words.startswith("between ")


def _range(test: Test, space: Space) -> str:
    fact = space.facts[test.fact].fact
    if fact.low is None and fact.high is None:
        return ""
    low = "" if fact.low is None else f"from {fact.low:f}"
    high = "" if fact.high is None else f"to {fact.high:f}"
    return f": its values are {' '.join(part for part in (low, high) if part)}"


def _of_condition(rule: Any, space: Space) -> Iterator[Problem]:  # noqa: ANN401  # a rule of a decision, or an obligation
    budget = Budget(BOXES)
    for part in _smallest(rule.when, space, budget):
        tests = tests_of(part)
        facts = list(dict.fromkeys(test.fact for test in tests))
        named = ", ".join(f"`{name}`" for name in facts)
        if part is rule.when:
            message = f"`{rule.id}` can never hold: its tests of {named} contradict each other"
        else:
            message = f"the tests of {named} contradict each other: this part of `{rule.id}` can never hold"
        at = tests[0]
        yield Problem(at.place, "RUL101", message, "mend one of them", "error", "", len(at.fact))
        return
    asks = any(
        isinstance(test, Known) for test in tests_of(rule.when)
    )  # whether something is missing is then a question
    if not _possible([space.demand(rule.when, NOT_TRUE)], space, budget, space.stated if asks else space.valued):
        message = f"`{rule.id}` holds for everyone whose facts are known"
        hint = "write `otherwise:` if that is meant, or mend a test"
        yield Problem(rule.place, "RUL104", message, hint, "warning", "", len(rule.id))


def _smallest(condition: Condition, space: Space, budget: Budget) -> Iterator[Condition]:
    """Parts that can never hold, the innermost first."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _smallest(part, space, budget)
        case Not(part):
            yield from _smallest(part, space, budget) if isinstance(part, AnyOf) else ()
            if isinstance(part, Known):
                return
    if isinstance(condition, All | AnyOf | Not) and not _possible(
        [space.demand(condition, TRUE)], space, budget, space.full
    ):
        yield condition


def _possible(demands: list[Demand], space: Space, budget: Budget, box: Sequence[int]) -> bool:
    return find(box, [*space.always, *demands], space.full, lambda b: space.point(b, budget), budget) is not None
