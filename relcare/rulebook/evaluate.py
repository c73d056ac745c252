"""The readable evaluator: what a condition and a decision say of one subject, three-valued, test by test.

It is the reference for the engine's SQL, and what `explain` shows. Numbers compare exactly; a moment is an interval by
its precision, and a test that the precision can't decide is unknown. Verdicts are True, False and None (unknown).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from relcare.rulebook.comparing import compare, conjunction, day_of, disjunction, part_of, within
from relcare.rulebook.conditions import (
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
    Other,
    Test,
    Within,
)
from relcare.rulebook.decisions import Decision, LimitsOn, Rule, Rulebook
from relcare.rulebook.values import FactValue, State, Value, known, not_supplied, unreadable

NO_CODE = "none"  # the outcome where no rule matches
UNKNOWN_STATES = frozenset({State.EMPTY, State.UNREADABLE, State.NOT_SUPPLIED})


@dataclass(frozen=True, slots=True)
class Judged:
    """A condition with its verdict.

    For a test: `fact` is what it was made on, `operand` the value that it was compared with (None where there is none),
    `other` the state of the other fact in a comparison of two. `causes` are the states that leave the test unknown (a
    precision that can't decide, or a limit that has no value on the day, is UNREADABLE, told in `why`), `wants` the
    facts that would have to be known. `against`: the rule says that such a test counts against it, and it did.
    """

    condition: Condition
    verdict: bool | None
    parts: tuple[Judged, ...] = ()
    fact: FactValue | None = None
    operand: Value | None = None
    other: FactValue | None = None
    causes: frozenset[State] = frozenset()
    wants: tuple[str, ...] = ()
    why: str = ""
    against: bool = False

    def tests(self) -> list[Judged]:
        """The tests of the condition, in the order in which they are written."""
        if isinstance(self.condition, All | AnyOf | Not):
            return [test for part in self.parts for test in part.tests()]
        return [self]

    def doubts(self) -> list[Judged]:
        """The unknown tests that leave the condition unknown; none where its verdict is known."""
        if self.verdict is not None:
            return []
        return [doubt for part in self.parts for doubt in part.doubts()] if self.parts else [self]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision says of a subject.

    `code` is None where it is undetermined; `rule` is the rule that gave it (None for the code `none` and for a code that
    the book supplies). `verdicts` are all rules in force, in order. `wants` are the root facts that an undetermined
    outcome waits for, each once; `conflict` the ids of several rules that hold where exactly one may; `possible` the codes
    that it can still have, where the first rule that matches is chosen. `state` is VALUE,
    or that of an undetermined outcome for tests on it: NOT_SUPPLIED where nothing else is to blame, else UNREADABLE.
    """

    code: str | None
    rule: Rule | None
    verdicts: tuple[tuple[Rule, Judged], ...] = ()
    wants: tuple[str, ...] = ()
    state: State = State.VALUE
    conflict: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()

    def as_fact(self, name: str) -> FactValue:
        """The outcome as a fact that other decisions test."""
        if self.code is not None:
            return known(self.code)
        return FactValue(self.state, None, f"{name} is undetermined", self.possible)


@dataclass(frozen=True, slots=True)
class _Scene:
    facts: Mapping[str, FactValue]
    limits: Mapping[str, Value | None]
    as_of: datetime
    against: frozenset[State]


def judge(
    condition: Condition,
    facts: Mapping[str, FactValue],
    limits: Mapping[str, Value | None],
    as_of: datetime,
    *,
    against: frozenset[State] = frozenset(),
) -> Judged:
    """What `condition` says of `facts` at `as_of` (in the book's time zone; a date's end is 23:59:59.999999).

    `limits` holds the value of each limit on the day that counts, None where it has none. A fact that is not in `facts`
    is not supplied. A test that is unknown by nothing but states in `against` counts against the condition: it is False,
    or True under an odd number of Not.
    """
    return _judge(condition, _Scene(facts, limits, as_of, against), positive=True)


def _judge(condition: Condition, scene: _Scene, *, positive: bool) -> Judged:
    match condition:
        case All(parts):
            judged = tuple(_judge(part, scene, positive=positive) for part in parts)
            return Judged(condition, conjunction(part.verdict for part in judged), judged)
        case AnyOf(parts):
            judged = tuple(_judge(part, scene, positive=positive) for part in parts)
            return Judged(condition, disjunction(part.verdict for part in judged), judged)
        case Not(part):
            inner = _judge(part, scene, positive=not positive)
            return Judged(condition, None if inner.verdict is None else not inner.verdict, (inner,))
        case _:
            judgement = _judge_test(condition, scene)
            if judgement.causes and judgement.causes <= scene.against:
                return Judged(
                    condition,
                    not positive,
                    fact=judgement.fact,
                    operand=judgement.operand,
                    other=judgement.other,
                    causes=judgement.causes,
                    why=judgement.why,
                    against=True,
                )
            return judgement


def _judge_test(test: Test, scene: _Scene) -> Judged:
    fact = scene.facts.get(test.fact) or not_supplied()
    if isinstance(test, Known):
        if fact.state in {State.UNREADABLE, State.NOT_SUPPLIED}:
            return _unknown(test, fact)
        return Judged(test, fact.state is State.VALUE, fact=fact)
    if isinstance(test, Compare):
        return _judge_compare(test, fact, scene)
    if fact.state in UNKNOWN_STATES:
        if isinstance(test, OneOf) and fact.possible:
            inside = [code in test.codes for code in fact.possible]
            if all(inside) or not any(inside):  # whichever outcome it will be
                return Judged(test, all(inside), fact=fact)
        return _unknown(test, fact)
    value = fact.value
    if value is None:
        return Judged(test, verdict=False, fact=fact)
    match test:
        case OneOf(_, codes):
            text = value if not isinstance(value, bool) else "yes" if value else "no"
            return Judged(test, text in codes, fact=fact)
        case Includes(_, codes):
            held = value if isinstance(value, tuple) else (value,)
            return Judged(test, any(code in codes for code in held), fact=fact)
        case Within(_, direction, span):
            return _decided(test, within(value, direction, span, scene.as_of), fact)


def _unknown(test: Test, fact: FactValue) -> Judged:
    return Judged(test, None, fact=fact, causes=frozenset({fact.state}), wants=(test.fact,), why=fact.why)


def _decided(test: Test, verdict: bool | None, fact: FactValue, operand: Value | None = None) -> Judged:
    if verdict is not None:
        return Judged(test, verdict, fact=fact, operand=operand)
    other = (test.operand.fact,) if isinstance(test, Compare) and isinstance(test.operand, Other) else ()
    wants = (test.fact, *other)
    causes = frozenset({State.UNREADABLE})
    return Judged(test, None, fact=fact, operand=operand, causes=causes, wants=wants, why="its precision can't decide")


def _judge_compare(test: Compare, fact: FactValue, scene: _Scene) -> Judged:
    other = None
    match test.operand:
        case Literal(value):
            operand = known(value)
        case Limit(name):
            value_then = scene.limits.get(name)
            operand = unreadable(f"{name} has no value on this day") if value_then is None else known(value_then)
        case Other(name, share):
            operand = other = scene.facts.get(name) or not_supplied()
            if other.value is not None and share != 1:
                operand = known(part_of(other.value, share))
    unknown = [side for side in (fact, operand) if side.state in UNKNOWN_STATES]
    if unknown:
        wants = [test.fact] if fact.state in UNKNOWN_STATES else []
        if isinstance(test.operand, Other) and operand.state in UNKNOWN_STATES:
            wants.append(test.operand.fact)
        causes = frozenset(side.state for side in unknown)
        why = "; ".join(side.why for side in unknown if side.why)
        return Judged(
            test, None, fact=fact, operand=operand.value, other=other, causes=causes, wants=tuple(wants), why=why
        )
    if fact.value is None or operand.value is None:
        return Judged(test, verdict=False, fact=fact, operand=operand.value, other=other)
    verdict = compare(fact.value, test.op, operand.value, fixed=other is None)
    judged = _decided(test, verdict, fact, operand.value)
    return judged if other is None else _with_other(judged, other)


def _with_other(judged: Judged, other: FactValue) -> Judged:
    return Judged(
        judged.condition,
        judged.verdict,
        fact=judged.fact,
        operand=judged.operand,
        other=other,
        causes=judged.causes,
        wants=judged.wants,
        why=judged.why,
    )


def decide(
    decision: Decision,
    facts: Mapping[str, FactValue],
    rulebook: Rulebook,
    as_of: datetime,
    outcomes: Mapping[str, Outcome] | None = None,
    kept: dict[int, tuple[Rule, Judged]] | None = None,
) -> Outcome:
    """The outcome of `decision` for the subject with `facts`.

    Rules and limits are those in force on the as-of's date, or on the date `dated_by` names (without such a date the outcome
    is undetermined, and so it is where no rule is in force on the day).
    `outcomes` are the decisions among the facts: through them `wants` reaches the facts behind. `kept` holds what was judged of
    rules, by their identity, under these facts, limits and as-of: another edition of the decision shares most of its rules.
    """
    day = as_of.date()
    if decision.dated_by:
        dated = facts.get(decision.dated_by) or not_supplied()
        if dated.value is None:
            state = State.NOT_SUPPLIED if dated.state is State.NOT_SUPPLIED else State.UNREADABLE
            possible = _every_code(decision) if decision.choose == "first that matches" else ()
            return Outcome(None, None, wants=(decision.dated_by,), state=state, possible=possible)
        day = day_of(dated.value)
    limits = LimitsOn(rulebook.limits, day)
    kept = {} if kept is None else kept
    for rule in decision.rules:
        if id(rule) not in kept and rule.in_force(day):
            kept[id(rule)] = rule, judge(rule.when or All(()), facts, limits, as_of, against=_against(rule))
    verdicts = tuple(kept[id(rule)] for rule in decision.rules if rule.in_force(day))
    if not verdicts:
        return Outcome(None, None, state=State.UNREADABLE, possible=_every_code(decision))
    if decision.choose == "exactly one":
        return _exactly_one(verdicts, outcomes or {})
    outcome = _first_that_matches(verdicts, outcomes or {})
    return outcome if outcome.code is not None else replace(outcome, possible=_possible(verdicts))


def _every_code(decision: Decision) -> tuple[str, ...]:
    """The codes that the decision can give on some day."""
    return (*dict.fromkeys(rule.then for rule in decision.rules), NO_CODE)


def _against(rule: Rule) -> frozenset[State]:
    states = {State.EMPTY: rule.if_missing, State.NOT_SUPPLIED: rule.if_not_supplied}
    return frozenset(state for state, counts in states.items() if counts)


_Verdicts = tuple[tuple[Rule, Judged], ...]


def _first_that_matches(verdicts: _Verdicts, outcomes: Mapping[str, Outcome]) -> Outcome:
    blockers: list[tuple[Rule, Judged]] = []
    for rule, judged in verdicts:
        if judged.verdict:
            return _settled(verdicts, rule, [b for b in blockers if b[0].then != rule.then], outcomes)
        if judged.verdict is None:
            blockers.append((rule, judged))
    return _settled(verdicts, None, blockers, outcomes)


def _possible(verdicts: _Verdicts) -> tuple[str, ...]:
    """The codes of the rules that may still be the first to hold."""
    codes: dict[str, None] = {}
    for rule, judged in verdicts:
        if judged.verdict is not False:
            codes[rule.then] = None
        if judged.verdict:
            return tuple(codes)
    return (*codes, NO_CODE)


def _exactly_one(verdicts: _Verdicts, outcomes: Mapping[str, Outcome]) -> Outcome:
    tested = [(rule, judged) for rule, judged in verdicts if rule.when is not None]
    hits = [rule for rule, judged in tested if judged.verdict]
    blockers = [(rule, judged) for rule, judged in tested if judged.verdict is None]
    if len(hits) > 1:
        return Outcome(None, None, verdicts, state=State.UNREADABLE, conflict=tuple(rule.id for rule in hits))
    if hits:
        return _settled(verdicts, hits[0], [b for b in blockers if b[0].then != hits[0].then], outcomes)
    otherwise = next((rule for rule, _ in verdicts if rule.when is None), None)
    return _settled(verdicts, otherwise, blockers, outcomes)


def _settled(
    verdicts: _Verdicts, hit: Rule | None, blockers: list[tuple[Rule, Judged]], outcomes: Mapping[str, Outcome]
) -> Outcome:
    """`hit`'s code (`none` without one), unless `blockers`, unknown rules that give another, stand before it."""
    if not blockers:
        return Outcome(NO_CODE if hit is None else hit.then, hit, verdicts)
    doubts = [doubt for _, judged in blockers for doubt in judged.doubts()]
    wants = dict.fromkeys(root for doubt in doubts for name in doubt.wants for root in _roots(name, outcomes))
    causes = {cause for doubt in doubts for cause in doubt.causes}
    state = State.NOT_SUPPLIED if causes == {State.NOT_SUPPLIED} else State.UNREADABLE
    return Outcome(None, None, verdicts, tuple(wants), state)


def _roots(name: str, outcomes: Mapping[str, Outcome]) -> tuple[str, ...]:
    outcome = outcomes.get(name)
    if outcome is None or not outcome.wants:
        return (name,)
    owner, dot, _ = name.rpartition(".")
    return tuple(f"{owner}{dot}{want}" for want in outcome.wants)
