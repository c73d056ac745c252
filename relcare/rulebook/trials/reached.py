"""Which branches of the rules an example reaches: each row of a decision, each version of an obligation, each part of an `any`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from relcare.located import Place
from relcare.rulebook.conditions import All, AnyOf, Condition, Not, tests_of
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.evaluate import Judged
from relcare.rulebook.trials.trial import Answer
from relcare.rulebook.trials.variants import words_of


class Branch(NamedTuple):
    """A branch of the rule `id`, told by its place and words: `what` is "" for the rule itself."""

    id: str
    what: str
    place: Place


def branches(rulebook: Rulebook) -> Iterator[Branch]:
    """Every branch, in the order of the rules."""
    for decision in rulebook.decisions:
        for rule in decision.rules:
            yield Branch(rule.id, "", rule.place)
            yield from _parts(rule.id, rule.when)
    for owed in rulebook.obligations:
        yield Branch(owed.id, "", owed.place)
        yield from _parts(owed.id, owed.when)
        for cause in owed.ceases:
            yield Branch(owed.id, f"ceases when {words_of(cause.when)}", owed.place)
        for cause in owed.suspends:
            yield Branch(owed.id, f"suspended while {words_of(cause.when)}", owed.place)


def _parts(rule_id: str, condition: Condition | None) -> Iterator[Branch]:
    match condition:
        case AnyOf(parts):
            for part in parts:
                yield _branch(rule_id, part)
                yield from _parts(rule_id, part)
        case All(parts):
            for part in parts:
                yield from _parts(rule_id, part)
        case Not(part):
            yield from _parts(rule_id, part)
        case _:
            return


def _branch(rule_id: str, part: Condition) -> Branch:
    tests = tests_of(part)
    return Branch(rule_id, words_of(part), tests[0].place if tests else Place(""))


def reached(answers: Iterable[Answer]) -> set[Branch]:
    """The branches that these answers went through: the row that gave the outcome, the parts of an `any` that held in it."""
    found: set[Branch] = set()
    for answer in answers:
        outcome, main = answer.outcome, answer.main
        for rule, judged in outcome.verdicts if outcome is not None else ():
            found |= set(_held(rule.id, judged))
            if rule is outcome.rule if outcome is not None else False:
                found.add(Branch(rule.id, "", rule.place))
        if main is not None:
            found.add(Branch(main.rule.id, "", main.rule.place))
            found |= set(_held(main.rule.id, main.verdict)) if main.verdict is not None else set()
            if main.cause is not None:
                key = "suspended while" if main.status == "suspended" else "ceases when"
                found.add(Branch(main.rule.id, f"{key} {words_of(main.cause.when)}", main.rule.place))
    return found


def _held(rule_id: str, judged: Judged) -> Iterator[Branch]:
    for part in judged.parts:
        if part.verdict and isinstance(judged.condition, AnyOf):
            yield _branch(rule_id, part.condition)
        yield from _held(rule_id, part)
