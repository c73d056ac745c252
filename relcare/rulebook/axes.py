"""The values of one fact as cells: what the tests of some rules can't tell apart lies in one cell.

Numbers and dates are cut where a test changes its answer, exactly; codes, texts and ids are those that a test names, and
`another one`. Dates count in days, months in months, moments in days with seconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from relcare.rulebook.comparing import moved
from relcare.rulebook.conditions import NATURAL_UNITS, Compare, Includes, Limit, Literal, OneOf, Test, Within
from relcare.rulebook.measures import AgeMeasure, BetweenMeasure, RowMeasure, SeriesMeasure
from relcare.rulebook.values import Moment, Month, Value
from relcare.rulebook.vocabulary import TEMPORAL, Fact
from relcare.timing.spans import shift

DAY = 86400
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
STEPS = {
    "count": Fraction(1),
    "date": Fraction(1),
    "month": Fraction(1),
    "moment": Fraction(1, DAY),
    "money": Fraction(1, 100),
}


class Cut(NamedTuple):
    """A place between two numbers: just before `at` (`after` is 0) or just after it (1)."""

    at: Fraction
    after: int


class Interval(NamedTuple):
    """The numbers between two cuts; None is no bound."""

    low: Cut | None
    high: Cut | None

    def least(self, step: Fraction | None) -> Fraction | None:
        """The least number of the step (None: any number) in it; None where there is no least."""
        if self.low is None:
            return None
        if step is None:
            return self.low.at if not self.low.after else None
        least = -(-self.low.at // step) * step
        return least + step if self.low.after and least == self.low.at else least

    def most(self, step: Fraction | None) -> Fraction | None:
        """The greatest number of the step in it; None where there is no greatest."""
        if self.high is None:
            return None
        if step is None:
            return self.high.at if self.high.after else None
        most = self.high.at // step * step
        return most - step if not self.high.after and most == self.high.at else most

    def is_empty(self, step: Fraction | None) -> bool:
        """Whether no number of the step lies in it."""
        if self.low is None or self.high is None:
            return False
        if step is None:
            return self.low >= self.high
        least, most = self.least(step), self.most(step)
        return least is None or most is None or least > most

    def some(
        self, step: Fraction | None, bounds: tuple[Cut | None, Cut | None] = (None, None), *, late: bool = False
    ) -> Fraction:
        """A number in it that a person would take as an example: at a boundary of the rules, not at the ends of the axis.

        `late`: where nothing speaks for another one, the greatest.
        """
        least, most = self.least(step), self.most(step)
        if least is not None and self.low != bounds[0]:
            return least
        if most is not None and (late or self.high != bounds[1]):
            return most
        if least is not None:
            return least
        if most is not None:
            return most
        return self._between(step)

    def _between(self, step: Fraction | None) -> Fraction:
        low, high = self.low, self.high
        if low is None and high is None:
            return Fraction(0)
        near = step or Fraction(1, 100)
        if high is None:
            return low.at + near  # type: ignore[union-attr]
        if low is None:
            return high.at - near
        return low.at + near if low.at + near < high.at else (low.at + high.at) / 2


def number_of(value: Value) -> Fraction:
    """A number or date on its axis; of a moment its earliest point."""
    match value:
        case Month():
            return Fraction(value.index)
        case Moment(at, _):
            return Fraction(at.toordinal()) + Fraction(
                (at - datetime.combine(at.date(), datetime.min.time())).seconds, DAY
            )
        case date():
            return Fraction(value.toordinal())
        case int() | Decimal() | Fraction():
            return Fraction(value)
    raise TypeError(value)


def value_of(number: Fraction, kind: str) -> Value:
    """The value at a place of the axis of facts of type `kind`."""
    match kind:
        case "count":
            return int(number)
        case "date":
            return date.fromordinal(int(number))
        case "month":
            return Month.of_index(int(number))
        case "moment":
            day, part = divmod(number, 1)
            start = datetime.combine(date.fromordinal(int(day)), datetime.min.time())
            return Moment(start + timedelta(seconds=int(part * DAY)), "second")
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact if Fraction(exact) == number else number


class Ordered:
    """The axis of a fact that is a number or a date; no date lies after `latest`."""

    def __init__(self, fact: Fact, latest: date, as_of: datetime) -> None:
        self.fact = fact
        self.step = None if _is_average(fact) else STEPS.get(fact.type)
        self.bounds = _bounds(fact, latest)
        self._as_of = as_of
        self._cuts: set[Cut] = set()
        self._holes: set[tuple[Cut, Cut]] = set()
        self._inner: list[Cut] = []
        self.cells: list[Interval] = []
        self._kept: list[int] = []  # of the cells between two cuts, the bit of each that holds a value; else 0

    def add(self, test: Test, limit: Value | None) -> None:
        """Cut the axis where the test changes its answer."""
        self._cuts.update(self._ends(test, limit))
        if isinstance(test, Within) and test.span.unit not in NATURAL_UNITS:
            hole = _undecided(test, self._as_of)
            self._holes.add(hole)
            self._cuts.update(hole)

    def settle(self) -> None:
        """Make the cells; all tests have been added."""
        low, high = self.bounds
        self._inner = sorted(cut for cut in self._cuts if (low is None or cut > low) and (high is None or cut < high))
        ends = [low, *self._inner, high]
        self._kept = []
        for before, after in pairwise(ends):
            cell = Interval(before, after)
            empty = cell.is_empty(self.step) or cell in self._holes
            self._kept.append(0 if empty else 1 << len(self.cells))
            if not empty:
                self.cells.append(cell)

    def mask(self, test: Test, limit: Value | None) -> int:
        """The cells in which the test holds."""
        ends = self._ends(test, limit)
        low, high = ends[0], ends[-1]
        if isinstance(test, Within):
            return self._between(low, high)
        match test.op if isinstance(test, Compare) else "":
            case "less than":
                return self._between(None, low)
            case "at most":
                return self._between(None, high)
            case "at least":
                return self._between(low, None)
            case "more than":
                return self._between(high, None)
            case _:
                return self._between(low, high)

    def _between(self, low: Cut | None, high: Cut | None) -> int:
        first = 0 if low is None else self._position(low)
        last = len(self._kept) if high is None else self._position(high)
        return sum(self._kept[first:last])

    def _position(self, cut: Cut) -> int:
        """How many cells lie before the cut."""
        if self.bounds[0] is not None and cut <= self.bounds[0]:
            return 0
        if self.bounds[1] is not None and cut >= self.bounds[1]:
            return len(self._kept)
        return bisect_left(self._inner, cut) + 1

    def _ends(self, test: Test, limit: Value | None) -> list[Cut]:
        if isinstance(test, Within):
            return _window(test, self._as_of)
        if not isinstance(test, Compare) or not isinstance(test.operand, Literal | Limit):
            return []
        value = test.operand.value if isinstance(test.operand, Literal) else limit
        return [] if value is None else _around(value, self.fact.type)

    def runs(self, mask: int) -> list[Interval]:
        """The cells of the mask, neighbours joined."""
        joined: list[Interval] = []
        for bit, cell in enumerate(self.cells):
            if not mask >> bit & 1:
                continue
            if joined and mask >> (bit - 1) & 1:
                joined[-1] = Interval(joined[-1].low, cell.high)
            else:
                joined.append(cell)
        return joined

    def example(self, bit: int) -> Value:
        """A value of a cell."""
        return value_of(self.cells[bit].some(self.step, self.bounds, late=self.fact.type in TEMPORAL), self.fact.type)


class Listed:
    """The axis of a fact that is a code, a text, an id, or yes or no."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self._named: dict[str, None] = dict.fromkeys(("yes", "no") if fact.type == "yes_no" else ())
        self.others = 1  # of a text or an id, how many values that no test names
        self.cells: list[str] = []

    def add(self, test: Test, limit: Value | None) -> None:  # noqa: ARG002
        """Note the codes that the test names."""
        if isinstance(test, OneOf):
            self._named.update(dict.fromkeys(test.codes))

    def share(self, other: Listed) -> bool:
        """Name what the other fact, which is compared with this one, can be; whether that was more than before."""
        before = len(self._named)
        self._named.update(other._named)
        self._named.update(dict.fromkeys(code.key for code in (*self.fact.codes, *other.fact.codes)))
        return len(self._named) > before

    def settle(self) -> None:
        """Make the cells: the codes that are named, and another one if there is any."""
        codes = [code.key for code in self.fact.codes]
        self.cells = [code for code in codes if code in self._named]
        if self.fact.type != "code":
            self.cells += [code for code in self._named if code not in codes]
        if self.fact.type == "code":
            self.cells += [code for code in codes if code not in self._named][:1]
        elif self.fact.type != "yes_no":
            for _ in range(self.others):
                self.cells.append(_another((*self._named, *self.cells)))

    def mask(self, test: Test, limit: Value | None) -> int:  # noqa: ARG002
        """The cells in which the test holds."""
        codes = frozenset(test.codes) if isinstance(test, OneOf) else frozenset()
        return sum(1 << bit for bit, code in enumerate(self.cells) if code in codes)

    def example(self, bit: int) -> Value:
        """The value of a cell."""
        code = self.cells[bit]
        return code == "yes" if self.fact.type == "yes_no" else code


def share_codes(pairs: Iterable[tuple[Axis, Axis]]) -> None:
    """Of facts that are compared with each other each can be what the others can, and as many others as there are comparisons."""
    linked = [(one, other) for one, other in pairs if isinstance(one, Listed) and isinstance(other, Listed)]
    more = True
    while more:
        more = False
        for one, other in linked:
            more = one.share(other) or other.share(one) or more
    for one, other in linked:
        one.others = other.others = 1 + len(linked)


class Held:
    """The axis of a fact that holds a list of codes: one cell; which codes it holds are axes of their own."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self.codes: dict[str, int] = {}  # named by tests, with the dimension that says whether it is held
        self.cells = [""]

    def add(self, test: Test, limit: Value | None) -> None:  # noqa: ARG002
        """Note the codes that the test names."""
        if isinstance(test, Includes):
            self.codes.update(dict.fromkeys(test.codes, -1))

    def settle(self) -> None:
        """Nothing is left to do."""

    def mask(self, test: Test, limit: Value | None) -> int:  # noqa: ARG002
        """The one cell."""
        return 1

    def others(self) -> tuple[str, ...]:
        """A code that no test names; () if there is none."""
        return tuple(code.key for code in self.fact.codes if code.key not in self.codes)[:1]

    def example(self, bit: int) -> Value:  # noqa: ARG002
        """A list of a code that no test names."""
        return self.others()


Axis = Ordered | Listed | Held


def _another(named: Iterable[str]) -> str:
    """A text that is none of these."""
    taken, text = set(named), "other"
    while text in taken:
        text += "-other"
    return text


def _is_average(fact: Fact) -> bool:
    """Whether the fact is a fraction, which need not be a whole number of cents."""
    if isinstance(fact.measure, BetweenMeasure):
        return True
    return isinstance(fact.measure, RowMeasure | SeriesMeasure) and fact.measure.kind == "average"


def _bounds(fact: Fact, latest: date) -> tuple[Cut | None, Cut | None]:
    """The ends of the axis: the range of the vocabulary, no less than nothing of what is counted, the years that are read."""
    if fact.type in TEMPORAL:
        return _around(EARLIEST, fact.type)[0], _around(latest, fact.type)[-1]
    least = fact.low
    measure = fact.measure
    counted = isinstance(measure, RowMeasure) and measure.kind in ("count", "repeats")
    streak = isinstance(measure, SeriesMeasure) and measure.kind.endswith("streak")
    if least is None and (counted or streak or (fact.type == "count" and fact.source == "field")):
        least = Decimal(0)
    if isinstance(measure, AgeMeasure):
        least = None
    low_cut = None if least is None else Cut(Fraction(least), 0)
    return low_cut, None if fact.high is None else Cut(Fraction(fact.high), 1)


def _around(value: Value, kind: str) -> list[Cut]:
    """The two cuts between which what equals the value lies."""
    if kind == "month":
        month = value if isinstance(value, Month) else Month(value.year, value.month)  # type: ignore[union-attr]
        return [Cut(Fraction(month.index), 0), Cut(Fraction(month.index + 1), 0)]
    start = number_of(value)
    if isinstance(value, Moment):
        length = {"day": Fraction(1), "minute": Fraction(60, DAY), "second": Fraction(1, DAY)}[value.precision]
        return [Cut(start, 0), Cut(start + length, 0)]
    if isinstance(value, date):
        return [Cut(start, 0), Cut(start + 1, 0)]
    return [Cut(start, 0), Cut(start, 1)]


def _window(test: Within, as_of: datetime) -> list[Cut]:
    """The first and the last point of a window."""
    amount = test.span.amount if test.direction == "next" else -test.span.amount
    if test.span.unit in NATURAL_UNITS:
        ends: Sequence[date] = sorted((as_of.date(), shift(as_of.date(), amount, test.span.unit)))
        return [Cut(Fraction(ends[0].toordinal()), 0), Cut(Fraction(ends[1].toordinal() + 1), 0)]
    low, high = sorted((as_of, moved(as_of, amount, test.span.unit)))
    start = Cut(number_of(Moment(low, "second")), 0) if not low.microsecond else _undecided(test, as_of)[1]
    return [start, Cut(number_of(Moment(high, "second")), 1)]


def _undecided(test: Within, as_of: datetime) -> tuple[Cut, Cut]:
    """The second through which the edge of a window runs: a moment of that second is neither in nor out."""
    edge = moved(as_of, test.span.amount if test.direction == "next" else -test.span.amount, test.span.unit)
    start = number_of(Moment(edge, "second"))
    return Cut(start, 0), Cut(start + Fraction(1, DAY), 0)
