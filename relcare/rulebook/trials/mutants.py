"""Rulebooks that are a step beside a rulebook: what an example is there to notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from relcare.located import Place
from relcare.rulebook.decisions import DatedLimit, Decision, Rule, Rulebook
from relcare.rulebook.evaluate import NO_CODE
from relcare.rulebook.needs import limits_named
from relcare.rulebook.obligations import facts_named
from relcare.rulebook.trials.mutants_owed import owed_variants
from relcare.rulebook.trials.said import Said
from relcare.rulebook.trials.telling import alone
from relcare.rulebook.trials.trial import asked
from relcare.rulebook.trials.variants import STEPS, said, stepped, variants

EMPTY, LEFT_OUT = "an empty cell", "a fact left out"  # what alone shows that a rule says nothing of these


class Target(NamedTuple):
    """What a trial is of: a decision of a subject, or an obligation to it."""

    subject: str
    name: str
    decides: bool


class Mutant(NamedTuple):
    """A rulebook with one thing changed: `what`, at `place`, of the rule or limit `id`.

    `targets`: the decisions and obligations that can give something else. `facts_too`: facts may be made otherwise. `shows` are the
    beginnings of what an example gives that is likely to notice it. `pair`: the part of a decision that was changed, alone, before
    and after.
    """

    rulebook: Rulebook
    id: str
    what: Said
    place: Place
    targets: tuple[Target, ...]
    facts_too: bool = False
    shows: tuple[str, ...] = ()
    pair: tuple[Decision, Decision] | None = None


def mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    """Each of them, decisions first, then what is owed, then limits."""
    for decision in rulebook.decisions:
        yield from _of_decision(rulebook, decision)
    yield from _of_obligations(rulebook)
    yield from _of_limits(rulebook)


def _of_decision(rulebook: Rulebook, decision: Decision) -> Iterator[Mutant]:
    target = (Target(decision.subject, decision.name, decides=True),)

    def kind_of(name: str) -> str:
        fact = rulebook.vocabulary.fact(decision.subject, name)
        return fact.type if fact is not None else ""

    def with_rules(rules: tuple[Rule, ...]) -> Rulebook:
        changed = replace(decision, rules=rules)
        return replace(rulebook, decisions=tuple(changed if each is decision else each for each in rulebook.decisions))

    rows = decision.rules
    for index, rule in enumerate(rows):
        before, after = rows[:index], rows[index + 1 :]
        # Where no row matches the outcome is `none` as well.
        if len(rows) > 1 and (rule.when is not None or rule.then != NO_CODE):
            yield Mutant(with_rules(before + after), rule.id, Said("the rule"), rule.place, target)
        if rule.when is None:
            continue
        for variant in variants(rule.when, kind_of):
            changed = replace(rule, when=variant.condition)
            pair = alone(decision, rule, variant.was), alone(decision, rule, variant.now)
            yield Mutant(
                with_rules((*before, changed, *after)), rule.id, variant.what, variant.place, target, pair=pair
            )
        for said_as, strict, shows in (
            ("if missing: no", replace(rule, if_missing=False), EMPTY),
            ("if not supplied: no", replace(rule, if_not_supplied=False), LEFT_OUT),
        ):
            if strict != rule:
                rules = with_rules((*before, strict, *after))
                yield Mutant(rules, rule.id, Said("without", (said_as,)), rule.place, target, shows=(shows,))


def _of_obligations(rulebook: Rulebook) -> Iterator[Mutant]:
    for rule in rulebook.obligations:
        following = {rule.id}
        for other in rulebook.obligations:
            if other.starts.rule in following:
                following.add(other.id)
        targets = tuple(Target(rule.subject, name, decides=False) for name in sorted(following, key=rule.id.__ne__))

        def kind_of(name: str, subject: str = rule.subject) -> str:
            fact = rulebook.vocabulary.fact(subject, name)
            return fact.type if fact is not None else ""

        for changed, what, place, shows in owed_variants(rule, kind_of):
            owed = tuple(changed if each is rule else each for each in rulebook.obligations)
            yield Mutant(replace(rulebook, obligations=owed), rule.id, what, place, targets, shows=shows)


def _of_limits(rulebook: Rulebook) -> Iterator[Mutant]:
    for limit in rulebook.limits.values():
        targets, facts_too = users(rulebook, limit)
        for index, (period, value) in enumerate(zip(limit.periods, limit.values, strict=True)):
            for step in STEPS:
                moved = stepped(value, limit.type, step)
                if moved is None:
                    continue
                values = (*limit.values[:index], moved, *limit.values[index + 1 :])
                limits = rulebook.limits | {limit.name: replace(limit, values=values)}
                what = Said("for from", (said(moved), said(value), str(period.start)))
                yield Mutant(
                    replace(rulebook, limits=limits), limit.name, what, period.place, targets, facts_too=facts_too
                )


def users(rulebook: Rulebook, limit: DatedLimit) -> tuple[tuple[Target, ...], bool]:
    """What hangs on a limit by its own conditions or by the facts that it asks for; and whether a fact is made with it."""
    vocabulary, facts_too = rulebook.vocabulary, False
    found: dict[Target, None] = {}
    for decision in rulebook.decisions:
        own = {name for rule in decision.rules for name in limits_named(vocabulary, decision.subject, rule.when, ())}
        if limit.name in own:
            found[Target(decision.subject, decision.name, decides=True)] = None
            facts_too = facts_too or limit.name in limits_named(vocabulary, decision.subject, None, asked(decision))
    for rule in rulebook.obligations:
        if limit.name in limits_named(vocabulary, rule.subject, rule.when, facts_named(rule)):
            found[Target(rule.subject, rule.id, decides=False)] = None
            facts_too = facts_too or limit.name in limits_named(vocabulary, rule.subject, None, facts_named(rule))
    return tuple(found), facts_too
