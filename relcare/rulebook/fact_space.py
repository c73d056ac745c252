"""The space of the facts that some conditions name: what can be true of a subject, typed, with `missing` as a value.

A fact has a value, is absent or empty (as the vocabulary says what an empty cell means), not supplied or unreadable. Facts
are taken each for itself: that ages in days and in months come from one date, or that one average lies near another, is not
known here. Facts that are compared with each other get a dimension for the comparison: less, equal or more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from relcare.rulebook.axes import LATEST, Axis, Held, Interval, Listed, Ordered, share_codes, value_of
from relcare.rulebook.comparing import compare
from relcare.rulebook.conditions import All, AnyOf, Compare, Condition, Includes, Known, Limit, Not, Other, Test
from relcare.rulebook.linked import Line, below, solve, within
from relcare.rulebook.regions import NEVER, Box, Budget, Cells, Demand, every, some
from relcare.rulebook.values import ABSENT, EMPTY, FactValue, State, Value, known, not_supplied, unreadable
from relcare.rulebook.vocabulary import Fact, Vocabulary

TRUE, FALSE, NOT_TRUE, NOT_FALSE = range(4)  # what is wanted of a condition
_AND = {TRUE: True, NOT_FALSE: True, FALSE: False, NOT_TRUE: False}  # whether all parts of an `all` must give it
_TURNED = {TRUE: FALSE, FALSE: TRUE, NOT_TRUE: NOT_FALSE, NOT_FALSE: NOT_TRUE}
_OPS = {
    "less than": ("<",),
    "at most": ("<", "="),
    "at least": ("=", ">"),
    "more than": (">",),
    "equal to": ("=",),
    "other than": ("<", ">"),
}
_SIDES = ("<", "=", ">")
_MIRROR = {"<": ">", "=": "=", ">": "<"}
_STATES = (State.ABSENT, State.EMPTY, State.NOT_SUPPLIED, State.UNREADABLE)
_UNKNOWN = frozenset(_STATES[1:])


class _Fact(NamedTuple):
    """A fact with its dimension: the bits of its values come first, then one for each state without a value."""

    name: str
    fact: Fact
    dimension: int
    axis: Axis
    values: int
    states: Mapping[State, int]


class _Pair(NamedTuple):
    """`left` against `share` times `right`, whose cells are less, equal, more."""

    left: str
    right: str
    share: Fraction


class Space:
    """The space of all facts that the tests name, on a day on which `limits` hold, at the moment `as_of`.

    A date that `happened` is not after `latest`.
    `full` are all cells of each dimension, `stated` those in which a fact is supplied and readable, `valued` those with values.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        subject: str,
        tests: Iterable[Test],
        limits: Mapping[str, Value | None],
        as_of: datetime,
        latest: date = LATEST,
    ) -> None:
        self._limits = limits
        self._latest = latest
        self._vocabulary = vocabulary
        self.full: list[int] = []
        self.stated: list[int] = []
        self.valued: list[int] = []
        self.always: list[Demand] = []  # what is so by the nature of the facts
        self.facts: dict[str, _Fact] = {}
        self._pairs: dict[_Pair, int] = {}
        self._answers: dict[int, int] = {}
        self._kept: list[Test] = list(tests)  # so that their identities stay theirs
        self._make(subject, as_of)

    def _make(self, subject: str, as_of: datetime) -> None:
        axes: dict[str, Axis] = {}
        for test in self._kept:
            for name in _named(test):
                if name not in axes:
                    axes[name] = self._axis(subject, name, as_of)
            axes[test.fact].add(test, self._limit(test))
        share_codes(
            [(axes[one], axes[other]) for test in self._kept for one, *rest in [_named(test)] for other in rest]
        )
        for name, axis in axes.items():
            axis.settle()
            self._add(name, axis)
        for test in self._kept:
            if isinstance(test, Compare) and isinstance(test.operand, Other):
                self._pairs.setdefault(_pair(test)[0], -1)
        for pair in self._pairs:
            self._pairs[pair] = self._dimension(7)

    def _axis(self, subject: str, name: str, as_of: datetime) -> Axis:
        fact = self._vocabulary.fact(subject, name)
        if fact is None:
            raise LookupError(name)
        if fact.type == "codes":
            return Held(fact)
        if fact.type in ("code", "text", "id", "yes_no"):
            return Listed(fact)
        table = self._vocabulary.table_of(fact.subject)
        own = table.fields.get(fact.name) if table is not None and fact.source == "field" else None
        return Ordered(fact, self._latest if own is not None and own.time == "happened" else LATEST, as_of)

    def _add(self, name: str, axis: Axis) -> None:
        fact = axis.fact
        values = (1 << len(axis.cells)) - 1
        states = {}
        bit = values + 1
        measured = fact.source == "measure" and fact.type != "count"
        for state in _STATES:
            if state is State.ABSENT and fact.empty == "unknown" and not measured:
                continue
            if state is State.EMPTY and fact.empty != "unknown" and "." not in name:
                continue
            states[state] = bit
            bit <<= 1
        dimension = self._dimension(bit - 1, bit - 1 & ~states[State.NOT_SUPPLIED] & ~states[State.UNREADABLE], values)
        self.facts[name] = _Fact(name, fact, dimension, axis, values, states)
        if isinstance(axis, Held):
            for code in axis.codes:
                axis.codes[code] = self._dimension(3)
            if not axis.others():
                held = [Cells(at, 2) for at in axis.codes.values()]
                self.always.append(some([Cells(dimension, bit - 1 & ~values), *held]))

    def _dimension(self, full: int, stated: int | None = None, valued: int | None = None) -> int:
        self.full.append(full)
        self.stated.append(full if stated is None else stated)
        self.valued.append(full if valued is None else valued)
        return len(self.full) - 1

    def _limit(self, test: Test) -> Value | None:
        if isinstance(test, Compare) and isinstance(test.operand, Limit):
            return self._limits.get(test.operand.name)
        return None

    def demand(
        self, condition: Condition, wanted: int, against: frozenset[State] = frozenset(), *, positive: bool = True
    ) -> Demand:
        """Where the condition is as wanted (TRUE, FALSE, NOT_TRUE, NOT_FALSE); `against` as for `evaluate.judge`."""
        match condition:
            case All(parts) | AnyOf(parts):
                join = every if _AND[wanted] == isinstance(condition, All) else some
                return join(self.demand(part, wanted, against, positive=positive) for part in parts)
            case Not(part):
                return self.demand(part, _TURNED[wanted], against, positive=not positive)
            case _:
                return self._test(condition, wanted, against, positive=positive)

    def _test(self, test: Test, wanted: int, against: frozenset[State], *, positive: bool) -> Demand:
        if isinstance(test, Compare) and isinstance(test.operand, Other):
            return self._comparison(test, wanted, against, positive=positive)
        fact = self.facts[test.fact]
        no_limit = isinstance(test, Compare) and isinstance(test.operand, Limit) and self._limit(test) is None
        yes = 0
        no = 0
        if isinstance(test, Known):
            yes = fact.values
            no = fact.states.get(State.ABSENT, 0) | fact.states.get(State.EMPTY, 0)
        elif not no_limit:
            no = fact.states.get(State.ABSENT, 0)
        left = [state for state in fact.states if state in _UNKNOWN and not fact.states[state] & no]
        for state in left:
            if state in against and not no_limit:
                yes, no = (yes, no | fact.states[state]) if positive else (yes | fact.states[state], no)
        if isinstance(test, Known) or no_limit:
            return Cells(fact.dimension, _picked(yes, no, self.full[fact.dimension], wanted))
        if isinstance(test, Includes) and isinstance(fact.axis, Held):
            return self._includes(test, fact, fact.axis, (yes, no), wanted)
        holds = self._holds(test, fact)
        yes, no = yes | holds, no | (fact.values & ~holds)
        return Cells(fact.dimension, _picked(yes, no, self.full[fact.dimension], wanted))

    def _holds(self, test: Test, fact: _Fact) -> int:
        mask = self._answers.get(id(test))
        if mask is None:
            mask = self._answers[id(test)] = fact.axis.mask(test, self._limit(test))
        return mask

    def _includes(self, test: Includes, fact: _Fact, axis: Held, states: tuple[int, int], wanted: int) -> Demand:
        yes, no = states
        unvalued = self.full[fact.dimension] & ~fact.values
        rest = _picked(yes, no, unvalued, wanted)
        held = some(Cells(axis.codes[code], 2) for code in test.codes)
        lacking = every(Cells(axis.codes[code], 1) for code in test.codes)
        valued = every([Cells(fact.dimension, fact.values), held if wanted in (TRUE, NOT_FALSE) else lacking])
        return some([Cells(fact.dimension, rest), valued])

    def _comparison(self, test: Compare, wanted: int, against: frozenset[State], *, positive: bool) -> Demand:
        pair, mirrored = _pair(test)
        left, right = self.facts[test.fact], self.facts[test.operand.fact]  # type: ignore[union-attr]
        ways: list[Demand] = []
        yes = no = 0
        for bit, side in enumerate(_SIDES):
            verdict = self._side(test, _MIRROR[side] if mirrored else side, left.fact, right.fact)
            yes |= (verdict is True) << bit
            no |= (verdict is False) << bit
        mask = _picked(yes, no, 7, wanted)
        if mask:
            both = [Cells(left.dimension, left.values), Cells(right.dimension, right.values)]
            ways.append(every([*both, Cells(self._pairs[pair], mask)]))
        for one, other in product([None, *left.states], [None, *right.states]):
            if one is None and other is None:
                continue
            causes = {state for state in (one, other) if state in _UNKNOWN}
            verdict = None if causes else False
            if causes and causes <= against:
                verdict = not positive
            if _fits(verdict, wanted):
                ways.append(every([_at(left, one), _at(right, other)]))
        return some(ways)

    def _side(self, test: Compare, side: str, left: Fact, right: Fact) -> bool | None:
        """What the comparison says where the fact is less than, equal to or more than the other."""
        if side == "=" and left.type == right.type == "moment":
            one = value_of(Fraction(730000), "moment")
            return compare(one, test.op, one, fixed=False)  # two seconds that are alike may differ within
        return side in _OPS[test.op]

    def tells(self, test: Test) -> tuple[int, int, int]:
        """Of a test on one fact: the dimension, the values for which it holds, and all values."""
        fact = self.facts[test.fact]
        return fact.dimension, self._holds(test, fact), fact.values

    def code(self, name: str, code: str) -> Demand:
        """Where the fact is this code, or holds it."""
        fact = self.facts[name]
        if isinstance(fact.axis, Held):
            return every([Cells(fact.dimension, fact.values), Cells(fact.axis.codes[code], 2)])
        if isinstance(fact.axis, Listed) and code in fact.axis.cells:
            return Cells(fact.dimension, 1 << fact.axis.cells.index(code))
        return NEVER

    def point(self, box: Box, budget: Budget) -> dict[str, FactValue] | None:
        """Facts in the box, as a person would give an example; None if no subject can have them."""
        facts = {name: _some(fact, box) for name, fact in self.facts.items()}
        for name, fact in self.facts.items():
            if isinstance(fact.axis, Held) and facts[name].state is State.VALUE:
                codes = [code for code, at in fact.axis.codes.items() if not box[at] & 1]
                if not codes and not fact.axis.others():
                    codes = [code for code, at in fact.axis.codes.items() if box[at] & 2][:1]
                facts[name] = known(tuple(sorted(codes)) or fact.axis.others())
        for group in self._groups(box):
            found = self._linked(group, box, budget)
            if found is None:
                return None
            facts |= found
        return facts

    def _groups(self, box: Box) -> list[set[str]]:
        """The facts that hang together by comparisons, where the box says something of one."""
        groups: list[set[str]] = []
        for pair, at in self._pairs.items():
            if box[at] == self.full[at]:
                continue
            joined = {pair.left, pair.right}
            for group in [group for group in groups if group & joined]:
                joined |= group
                groups.remove(group)
            groups.append(joined)
        return groups

    def _linked(self, group: set[str], box: Box, budget: Budget) -> dict[str, FactValue] | None:
        facts = [self.facts[name] for name in self.facts if name in group]
        pairs = [(p, at) for p, at in self._pairs.items() if p.left in group and box[at] != self.full[at]]
        if isinstance(facts[0].axis, Listed):
            return self._alike(facts, [(pair, box[at]) for pair, at in pairs], box, budget)
        for parts in product(*(_parts(fact, box) for fact in facts)):
            here = dict(zip((fact.name for fact in facts), parts, strict=True))
            intervals = {name: part for name, part in here.items() if isinstance(part, Interval)}
            told = [(p, at) for p, at in pairs if p.left in intervals and p.right in intervals]
            for sides in product(*(_sides(box[at]) for _, at in told)):
                budget.spend()
                lines = [line for name, part in intervals.items() for line in within(name, part)]
                for (pair, _), side in zip(told, sides, strict=True):
                    lines += self._against(pair, side)
                steps = {name: self.facts[name].axis.step for name in intervals}  # type: ignore[union-attr]
                numbers = solve(lines, steps)
                if numbers is not None:
                    types = {name: self.facts[name].fact.type for name in numbers}
                    valued = {name: known(value_of(n, types[name])) for name, n in numbers.items()}
                    return {name: part for name, part in here.items() if isinstance(part, FactValue)} | valued
        return None

    def _alike(
        self, facts: list[_Fact], pairs: list[tuple[_Pair, int]], box: Box, budget: Budget
    ) -> dict[str, FactValue] | None:
        """Codes and texts that are the same, or others, as the pairs say."""
        for parts in product(*(_listed(fact, box) for fact in facts)):
            budget.spend()
            here = dict(zip((fact.name for fact in facts), parts, strict=True))
            for pair, mask in pairs:
                one, other = here[pair.left], here[pair.right]
                if State.VALUE is one.state is other.state and not mask & (2 if one.value == other.value else 5):
                    break
            else:
                return here
        return None

    def _against(self, pair: _Pair, side: str) -> Iterator[Line]:
        """The lines that say how the two stand; a date and a moment are compared by the day."""
        types = (self.facts[pair.left].fact.type, self.facts[pair.right].fact.type)
        one = Fraction(1)
        here = {pair.left: one, pair.right: -pair.share} if pair.left != pair.right else {pair.left: one - pair.share}
        there = {name: -factor for name, factor in here.items()}
        if types == ("moment", "date"):
            if side == "<":
                yield below(here, strict=True)
            else:
                yield below(there, one if side == ">" else Fraction(0), strict=False)
                if side == "=":
                    yield below(here, -one, strict=True)
        elif types == ("date", "moment"):
            if side == ">":
                yield below(there, strict=True)
            else:
                yield below(here, one if side == "<" else Fraction(0), strict=False)
                if side == "=":
                    yield below(there, -one, strict=True)
        else:
            if side != ">":
                yield below(here, strict=side == "<")
            if side != "<":
                yield below(there, strict=side == ">")


def _named(test: Test) -> Sequence[str]:
    if isinstance(test, Compare) and isinstance(test.operand, Other):
        return test.fact, test.operand.fact
    return (test.fact,)


def _pair(test: Compare) -> tuple[_Pair, bool]:
    """The two facts in the order of their names, and whether they are turned round."""
    operand = test.operand
    if not isinstance(operand, Other):
        raise TypeError(operand)
    share = Fraction(operand.share)
    if test.fact <= operand.fact:
        return _Pair(test.fact, operand.fact, share), False
    return _Pair(operand.fact, test.fact, 1 / share), True


def _fits(verdict: bool | None, wanted: int) -> bool:
    return {
        TRUE: verdict is True,
        FALSE: verdict is False,
        NOT_TRUE: verdict is not True,
        NOT_FALSE: verdict is not False,
    }[wanted]


def _picked(yes: int, no: int, full: int, wanted: int) -> int:
    return {TRUE: yes, FALSE: no, NOT_TRUE: full & ~yes, NOT_FALSE: full & ~no}[wanted] & full


def _at(fact: _Fact, state: State | None) -> Cells:
    return Cells(fact.dimension, fact.values if state is None else fact.states[state])


_MADE: Mapping[State, Callable[[], FactValue]] = {
    State.ABSENT: lambda: ABSENT,
    State.EMPTY: lambda: EMPTY,
    State.NOT_SUPPLIED: not_supplied,
    State.UNREADABLE: unreadable,
}


def _some(fact: _Fact, box: Box) -> FactValue:
    """The first of the cells: a value if there is one."""
    mask = box[fact.dimension]
    if mask & fact.values:
        here = mask & fact.values
        return known(fact.axis.example((here & -here).bit_length() - 1))
    return next(_MADE[state]() for state, bit in fact.states.items() if mask & bit)


def _parts(fact: _Fact, box: Box) -> list[Interval | FactValue]:
    """The intervals in which the fact can lie, and the states that it can be in."""
    mask = box[fact.dimension]
    runs = fact.axis.runs(mask & fact.values) if isinstance(fact.axis, Ordered) else []
    return [*runs, *(_MADE[state]() for state, bit in fact.states.items() if mask & bit)]


def _listed(fact: _Fact, box: Box) -> list[FactValue]:
    """The codes that the fact can be, and the states that it can be in."""
    mask = box[fact.dimension]
    codes = [known(fact.axis.example(bit)) for bit in range(len(fact.axis.cells)) if mask >> bit & 1]
    return [*codes, *(_MADE[state]() for state, bit in fact.states.items() if mask & bit)]


def _sides(mask: int) -> list[str]:
    return [side for bit, side in enumerate(_SIDES) if mask >> bit & 1]
