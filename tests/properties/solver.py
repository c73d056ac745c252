"""What a decision can do, said to z3: the oracle of the analysis. It shares with it nothing but the condition trees.

Each fact is a state (value, absent, empty, not supplied, unreadable) and a number: money in cents, dates in days, moments in
seconds, codes by their place. A test is a pair of formulas: when it is yes, and when it is no.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import z3

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
    Within,
)
from relcare.rulebook.decisions import Decision, Rule, Rulebook
from relcare.rulebook.values import Moment, Month, State
from relcare.timing.spans import shift

STATES = (State.VALUE, State.ABSENT, State.EMPTY, State.NOT_SUPPLIED, State.UNREADABLE)
OPS = {
    "less than": lambda a, b: a < b,
    "at most": lambda a, b: a <= b,
    "more than": lambda a, b: a > b,
    "at least": lambda a, b: a >= b,
    "equal to": lambda a, b: a == b,
    "other than": lambda a, b: a != b,
}
DAY = 86400
Pair = tuple[Any, Any]


class Oracle:
    """The decision at the end of a day, for subjects whose dates lie from 1900 to `latest` where they have happened."""

    def __init__(self, rulebook: Rulebook, decision: Decision, day: date, latest: date) -> None:
        self.rulebook, self.decision, self.day, self.latest = rulebook, decision, day, latest
        self.limits = {name: limit.at(day) for name, limit in rulebook.limits.items()}
        self.states: dict[str, Any] = {}
        self.numbers: dict[str, Any] = {}
        self.held: dict[tuple[str, str], Any] = {}
        self.so: list[Any] = []
        self.verdicts = {id(rule): self._rule(rule) for rule in decision.rules if rule.in_force(day)}

    def fact(self, name: str) -> tuple[Any, Any]:
        """State and number of a fact, with what can be true of them."""
        if name in self.states:
            return self.states[name], self.numbers[name]
        fact = self.rulebook.vocabulary.fact(self.decision.subject, name)
        field = self.rulebook.vocabulary.table_of(fact.subject).fields[name]
        state = self.states[name] = z3.Int(f"{name}?")
        number = self.numbers[name] = z3.Real(name) if fact.type == "percent" else z3.Int(name)
        missing = State.EMPTY if fact.empty == "unknown" else State.ABSENT
        here = [State.VALUE, missing, State.NOT_SUPPLIED, State.UNREADABLE]
        self.so.append(z3.Or([state == STATES.index(each) for each in here]))
        scale = self._scale(fact.type)
        if fact.type in ("date", "moment"):
            last = self.latest if field.time == "happened" else date(2199, 12, 31)
            self.so += [number >= date(1900, 1, 1).toordinal() * scale, number < (last.toordinal() + 1) * scale]
        if fact.type == "month":
            self.so += [number >= 1900 * 12, number < 2200 * 12]
        if fact.type == "count":
            self.so.append(number >= 0)
        if fact.low is not None:
            self.so.append(number >= int(fact.low * scale))
        if fact.high is not None:
            self.so.append(number <= int(fact.high * scale))
        if fact.type in ("code", "yes_no"):
            self.so += [number >= 0, number < (len(fact.codes) or 2)]
        if fact.type == "codes":
            for code in fact.codes:
                self.held[name, code.key] = z3.Bool(f"{name}:{code.key}")
            self.so.append(z3.Or(list(self.held.values())))
        return state, number

    def _scale(self, kind: str) -> int:
        return {"money": 100, "moment": DAY}.get(kind, 1)

    def _type(self, name: str) -> str:
        return self.rulebook.vocabulary.fact(self.decision.subject, name).type

    def _is(self, name: str, *states: State) -> Any:
        return z3.Or([self.fact(name)[0] == STATES.index(state) for state in states])

    def _rule(self, rule: Rule) -> Pair:
        against = {State.EMPTY: rule.if_missing, State.NOT_SUPPLIED: rule.if_not_supplied}
        return self.judge(rule.when or All(()), [s for s, counts in against.items() if counts], positive=True)

    def judge(self, condition: Condition, against: list[State], *, positive: bool) -> Pair:
        """When it is yes, and when it is no."""
        match condition:
            case All(parts):
                pairs = [self.judge(part, against, positive=positive) for part in parts]
                return z3.And([yes for yes, _ in pairs]), z3.Or([no for _, no in pairs])
            case AnyOf(parts):
                pairs = [self.judge(part, against, positive=positive) for part in parts]
                return z3.Or([yes for yes, _ in pairs]), z3.And([no for _, no in pairs])
            case Not(part):
                yes, no = self.judge(part, against, positive=not positive)
                return no, yes
        if isinstance(condition, Known):
            doubts = [State.NOT_SUPPLIED, State.UNREADABLE]
            yes = self._is(condition.fact, State.VALUE)
            no = self._is(condition.fact, State.ABSENT, State.EMPTY)
            names = [condition.fact]
        else:
            doubts = [State.EMPTY, State.NOT_SUPPLIED, State.UNREADABLE]
            names = [condition.fact]
            if isinstance(condition, Compare) and isinstance(condition.operand, Other):
                names.append(condition.operand.fact)
            valued = z3.And([self._is(name, State.VALUE) for name in names])
            nothing = z3.And(
                z3.Or([self._is(name, State.ABSENT) for name in names]),
                z3.Not(z3.Or([self._is(name, *doubts) for name in names])),
            )
            holds, fails = self._holds(condition)
            yes, no = z3.And(valued, holds), z3.Or(nothing, z3.And(valued, fails))
        excused = [state for state in doubts if state in against]
        if excused:
            some = z3.Or([self._is(name, *excused) for name in names])
            rest = [state for state in doubts if state not in against]
            counted = z3.And(some, *(z3.Not(self._is(name, *rest)) for name in names if rest))
            yes, no = (yes, z3.Or(no, counted)) if positive else (z3.Or(yes, counted), no)
        return yes, no

    def _holds(self, test: Condition) -> Pair:
        number = self.fact(test.fact)[1]
        match test:
            case OneOf(fact, codes):
                declared = self.rulebook.vocabulary.fact(self.decision.subject, fact)
                keys = [code.key for code in declared.codes] or ["yes", "no"]
                holds = z3.Or([number == keys.index(code) for code in codes])
            case Includes(fact, codes):
                holds = z3.Or([self.held[fact, code] for code in codes])
            case Within():
                holds = self._within(test, number)
            case Compare(operand=Other(other, share)):
                return self._other(test, number, other, share)
            case Compare():
                holds = self._against(test, number)
        return holds, z3.Not(holds)

    def _within(self, test: Within, number: Any) -> Any:
        amount = test.span.amount if test.direction == "next" else -test.span.amount
        scale = self._scale(self._type(test.fact))
        if test.span.unit != "hours":
            low, high = sorted((self.day, shift(self.day, amount, test.span.unit)))
            return z3.And(number >= low.toordinal() * scale, number < (high.toordinal() + 1) * scale)
        end = (self.day.toordinal() + 1) * DAY
        self.so.append(
            number != end + amount * 3600 - 1
        )  # the second through which the edge runs is neither in nor out
        return z3.And(number >= end + amount * 3600, number < end)

    def _against(self, test: Compare, number: Any) -> Any:
        operand = test.operand
        value = operand.value if isinstance(operand, Literal) else self.limits[operand.name]
        assert isinstance(operand, Literal | Limit)
        scale = self._scale(self._type(test.fact))
        match value:
            case Moment(at, precision):
                start = at.toordinal() * DAY + at.hour * 3600 + at.minute * 60 + at.second
                low, high = start, start + {"minute": 60, "second": 1, "day": DAY}[precision]
            case date():
                low, high = value.toordinal() * scale, (value.toordinal() + 1) * scale
            case Month(year, month):
                low = year * 12 + month - 1
                high = low + 1
            case _:
                exact = z3.Q(*(Fraction(value) * scale).as_integer_ratio())
                return OPS[test.op](number, exact)
        return {
            "less than": number < low,
            "at least": number >= low,
            "at most": number < high,
            "more than": number >= high,
            "equal to": z3.And(number >= low, number < high),
        }[test.op]

    def _other(self, test: Compare, number: Any, other: str, share: Any) -> Pair:
        there = self.fact(other)[1]
        types = (self._type(test.fact), self._type(other))
        if types == ("moment", "moment"):
            raise NotImplementedError
        if types == ("moment", "date"):
            number = number / DAY
        if types == ("date", "moment"):
            there = there / DAY
        if share != 1:
            part = Fraction(share)
            holds = OPS[test.op](number * part.denominator, there * part.numerator)
        else:
            holds = OPS[test.op](number, there)
        return holds, z3.Not(holds)

    def possible(self, *wanted: Any) -> bool:
        """Whether a subject can fulfil all of these."""
        solver = z3.Solver()
        solver.add(*self.so, *wanted)
        answer = solver.check()
        assert answer != z3.unknown
        return bool(answer == z3.sat)

    def reached(self, rule: Rule) -> bool:
        """Whether the rule gives somebody's outcome."""
        first = self.decision.choose == "first that matches"
        rules = [each for each in self.decision.rules if id(each) in self.verdicts]
        wanted = [self.verdicts[id(rule)][0]]
        for other in rules[: rules.index(rule)] if first else rules:
            yes, no = self.verdicts[id(other)]
            if other is rule or (not first and other.when is None):
                continue
            same = other.then == rule.then and (first or rule.when is not None)
            wanted.append(z3.Not(yes) if same else no)
        return self.possible(*wanted)

    def gap(self) -> bool:
        """Whether somebody whose facts are supplied and readable falls through."""
        supplied = [z3.Not(self._is(name, State.NOT_SUPPLIED, State.UNREADABLE)) for name in self.states]
        return self.possible(*supplied, *(no for _, no in self.verdicts.values()))

    def overlap(self, one: Rule, other: Rule) -> bool:
        """Whether both hold for somebody."""
        return self.possible(self.verdicts[id(one)][0], self.verdicts[id(other)][0])
