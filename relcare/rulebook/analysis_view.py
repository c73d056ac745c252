"""One decision on one day: which rows are reached, who falls through, who fits two; each answer with a subject as a witness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time

from relcare.located import Problem
from relcare.rulebook.analysis_words import customer, shadow
from relcare.rulebook.comparing import day_of
from relcare.rulebook.conditions import All, AnyOf, Condition, Includes, OneOf, Test, Within, facts_of, tests_of
from relcare.rulebook.decisions import Decision, Rule, Rulebook
from relcare.rulebook.decode_decisions import NO_RULE
from relcare.rulebook.evaluate import NO_CODE, Outcome, decide
from relcare.rulebook.fact_space import FALSE, NOT_FALSE, NOT_TRUE, TRUE, Space
from relcare.rulebook.regions import Budget, Demand, TooManyBoxesError, find, hull, meet
from relcare.rulebook.values import FactValue, Moment, State, Value, known

BOXES = 20_000  # that are looked at for one decision on one day
EVERYBODY: Condition = All(())
Facts = dict[str, FactValue]


def limits_on(rulebook: Rulebook, day: date) -> dict[str, Value | None]:
    """Every limit as it is on the day."""
    return {name: limit.at(day) for name, limit in rulebook.limits.items()}


def tests_in(rules: Iterable[Rule]) -> list[Test]:
    """All tests of the rules."""
    return [test for rule in rules if rule.when is not None for test in tests_of(rule.when)]


class View:
    """A decision on a day on which these rules are in force; what has happened has happened by the day `latest`.

    Raises TooManyBoxesError where an answer would take more boxes than BOXES, in all.
    """

    def __init__(self, rulebook: Rulebook, decision: Decision, day: date, rules: Sequence[Rule], latest: date) -> None:
        self.rulebook = rulebook
        self.decision = decision
        self.rules = list(rules)
        self.day = day
        self.latest = latest
        self.as_of = datetime.combine(day, time.max)
        self.limits = limits_on(rulebook, day)
        self.space = Space(rulebook.vocabulary, self.decision.subject, tests_in(rules), self.limits, self.as_of, latest)
        self.budget = Budget(BOXES)
        self.demands = {
            (id(rule), wanted): self.space.demand(rule.when or EVERYBODY, wanted, against(rule))
            for rule in rules
            for wanted in (TRUE, FALSE, NOT_TRUE, NOT_FALSE)
        }

    def of(self, rule: Rule, wanted: int) -> Demand:
        """Where the rule is as wanted."""
        return self.demands[id(rule), wanted]

    def find(self, demands: Sequence[Demand], *, anything: bool = True) -> Facts | None:
        """A subject that fulfils the demands: with values if there is one; `anything`: else also with cells that say nothing."""
        space = self.space
        boxes = [space.valued, space.full if anything else space.stated]
        for box in boxes:
            found = find(box, [*space.always, *demands], space.full, lambda b: space.point(b, self.budget), self.budget)
            if found is not None:
                return found
        return None

    def outcome(self, facts: Facts, rules: Iterable[Rule]) -> Outcome:
        """What the evaluator says of the witness by these rules, in their order."""
        dated = {self.decision.dated_by: known(self.day)} if self.decision.dated_by else {}
        chosen = {id(rule) for rule in rules}
        decision = replace(self.decision, rules=tuple(rule for rule in self.rules if id(rule) in chosen))
        return decide(decision, facts | dated, self.rulebook, self._moment(facts))

    def _moment(self, facts: Facts) -> datetime:
        """The as-of of the witness: not before what has happened to it."""
        if any(isinstance(test, Within) for rule in self.rules for test in tests_in([rule])):
            return self.as_of
        happened = [day_of(f.value) for f in facts.values() if isinstance(f.value, date | Moment)]
        return datetime.combine(max([self.day, *(day for day in happened if day <= self.latest)]), time.max)

    def _who(self, facts: Facts, rules: Iterable[Rule]) -> str:
        """The witness in words, by the facts that these rules name."""
        names = {name for rule in rules for name in facts_of(rule.when or EVERYBODY)}
        shown = {name: fact for name, fact in facts.items() if name in names}
        return customer(self.decision.subject, shown, self.space, self._moment(shown).date())

    def reach(self, rule: Rule) -> list[Demand]:
        """What makes the rule the one that gives the outcome."""
        first = self.decision.choose == "first that matches"
        wanted = [self.of(rule, TRUE)]
        for other in self.rules:
            if other is rule:
                if first:
                    break
                continue
            if first and other.then == rule.then:
                wanted.append(self.of(other, NOT_TRUE))
            elif other.when is not None:
                same = other.then == rule.then and rule.when is not None
                wanted.append(self.of(other, NOT_TRUE if same else FALSE))
        return wanted

    def reached(self, rule: Rule, codes: dict[tuple[int, str], bool]) -> bool:
        """Whether somebody's outcome comes from the rule; `codes` learns which codes of its tests have a part in that."""
        reach = self.reach(rule)
        witness = self.find(reach)
        if witness is None:
            return False
        for test, code in _codes(rule.when):
            if not codes.get((id(test), code)):
                mine = witness[test.fact].value == code
                codes[id(test), code] = mine or self.find([*reach, self.space.code(test.fact, code)]) is not None
        return True

    def shadowed(self, rule: Rule) -> Problem | None:
        """Why the rule is never reached: who fits it, and what takes them; None where its own tests contradict each other."""
        witness = self.find([self.of(rule, TRUE)])
        if witness is None:
            return None
        takers = self._takers(rule)
        # Best somebody who is taken; else the rules before it only can't be decided.
        for taker in takers:
            taken = self.find([self.of(rule, TRUE), self.of(taker, TRUE), *self._reach_before(taker)])
            if taken is not None and self.outcome(taken, [taker, rule]).rule is not rule:
                message, hint = shadow(rule, takers, taker, self._who(taken, [rule, *takers]), self.decision.choose)
                break
        else:
            message, hint = shadow(rule, takers, None, self._who(witness, [rule, *takers]), self.decision.choose)
            if self.outcome(witness, [*takers, rule]).rule is rule:
                raise TooManyBoxesError
        return Problem(rule.place, "RUL102", message, hint, "error", "", len(rule.id))

    def _reach_before(self, rule: Rule) -> list[Demand]:
        """What lets the rule be the first."""
        return self.reach(rule)[1:] if self.decision.choose == "first that matches" else []

    def _takers(self, rule: Rule) -> list[Rule]:
        """Rules that together take all that the rule fits; as few as one can leave out one after the other."""
        demands = dict(zip((id(other) for other in self._before(rule)), self.reach(rule)[1:], strict=True))
        mine = self.of(rule, TRUE)
        takers = [other for other in self._before(rule) if self.find([mine, self.of(other, NOT_FALSE)]) is not None]
        for other in takers:
            if self.find([mine, demands[id(other)]]) is None:
                return [other]
        for other in list(takers):
            rest = [each for each in takers if each is not other]
            if self.find([mine, *(demands[id(each)] for each in rest)]) is None:
                takers = rest
        return takers or self._before(rule)

    def _before(self, rule: Rule) -> list[Rule]:
        if self.decision.choose == "first that matches":
            return self.rules[: self.rules.index(rule)]
        return [other for other in self.rules if other is not rule and other.when is not None]

    def gap(self) -> Problem | None:
        """A subject that no rule fits, unless the decision declares `none` as an outcome."""
        declared = next((code for code in self.decision.codes if code.key == NO_CODE), None)
        if any(rule.when is None for rule in self.rules) or (declared is not None and declared != NO_RULE):
            return None
        witness = self.find([self.of(rule, FALSE) for rule in self.rules], anything=False)
        if witness is None:
            return None
        outcome = self.outcome(witness, self.rules)
        if outcome.code != NO_CODE or outcome.rule is not None:
            raise TooManyBoxesError
        severity = "error" if self.decision.choose == "exactly one" else "warning"
        who = self._who(witness, self.rules)
        message = f"no rule of `{self.decision.name}` fits {who}: the outcome is `none`"
        hint = "add a rule, or `otherwise: OUTCOME` for all others"
        if severity == "warning":
            hint += "; `none` under `outcomes` says that it is meant"
        return Problem(self.decision.place, "RUL105", message, hint, severity, "", len(self.decision.name))

    def overlaps(self) -> Iterator[Problem]:
        """For each rule that another fits as well, somebody whom both fit."""
        tested = [rule for rule in self.rules if rule.when is not None]
        hulls = [hull(self.space.full, self.of(rule, TRUE)) for rule in tested]
        for at, rule in enumerate(tested):
            for other, there in zip(tested[:at], hulls[:at], strict=True):
                if not meet(hulls[at], there):
                    continue
                witness = self.find([self.of(rule, TRUE), self.of(other, TRUE)])
                if witness is None:
                    continue
                if len(self.outcome(witness, [rule, other]).conflict) != 2:
                    raise TooManyBoxesError
                who = self._who(witness, [other, rule])
                message = f"{who} matches `{other.id}` and `{rule.id}`"
                hint = "exactly one may hold: narrow one of them, or choose `first that matches`"
                yield Problem(rule.place, "RUL106", message, hint, "error", "", len(rule.id))
                break


def against(rule: Rule) -> frozenset[State]:
    """The states in which a test counts against the rule."""
    states = {State.EMPTY: rule.if_missing, State.NOT_SUPPLIED: rule.if_not_supplied}
    return frozenset(state for state, counts in states.items() if counts)


def _codes(condition: Condition | None) -> Iterator[tuple[OneOf | Includes, str]]:
    """The codes of the tests that are not under `none`."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _codes(part)
        case OneOf(codes=codes) | Includes(codes=codes):
            for code in codes:
                yield condition, code
