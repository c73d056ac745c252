"""Conditions: the few primitives to which every spelling of a test reduces.

Eight of them: Compare, Within, OneOf, Includes, Known, All, AnyOf, Not. The engine, the readable evaluator and the
analysis match all of them. Trees are frozen and compare by meaning: place and spelling are left out.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

from relcare.located import Place
from relcare.rulebook.frozen import dataclass, field
from relcare.rulebook.values import Value
from relcare.timing.lengths import WORKING_TIME

ELAPSED_UNITS = ("seconds", "minutes", "hours")
NATURAL_UNITS = ("days", "weeks", "months", "quarters", "years")
WORKING_DAYS = "working days"  # the unit of spans of obligations that count the open days of a calendar
# Of obligations, too: the open time of a calendar. What is counted in these ends at a moment, not with a day.
WORKING_TIME_UNITS = tuple(WORKING_TIME)
TIME_UNITS = (*ELAPSED_UNITS, *WORKING_TIME_UNITS)


@dataclass(frozen=True, slots=True)
class Span:
    """So many units; `unit` is one of ELAPSED_UNITS or NATURAL_UNITS, in obligations also WORKING_DAYS or one of
    WORKING_TIME_UNITS.
    """

    amount: int
    unit: str

    def __str__(self) -> str:
        """`1 day`, `90 days`."""
        return f"{self.amount} {self.unit[:-1] if self.amount == 1 else self.unit}"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the rule; its type is that of the fact it is compared with.

    A day without a time of day is a date on a moment as well.
    """

    value: Value


@dataclass(frozen=True, slots=True)
class Limit:
    """A named, dated limit of the rulebook."""

    name: str


@dataclass(frozen=True, slots=True)
class Other:
    """Another fact of the same subject; `share` is the part of it that is meant (50 % is Decimal('0.5'))."""

    fact: str
    share: Decimal = Decimal(1)


Operand: TypeAlias = Literal | Limit | Other


@dataclass(frozen=True, slots=True)
class Compare:
    """`op`: `at least`, `at most`, `more than`, `less than`, `equal to`, `other than`. Dates: `before` is `less than`.

    Codes, texts, ids, and yes or no are `equal to` another fact, or `other than` it. Of two facts of which one has no value
    neither is so.
    A moment compared with a date (or a date with a moment) is compared by its day.
    """

    fact: str
    op: str
    operand: Operand
    place: Place = field(default=Place(""), compare=False)
    words: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Within:
    """`within last N units` (from N units before the as-of to the as-of) or `within next N units`; both ends included.

    Natural units compare dates, elapsed units compare moments.
    """

    fact: str
    direction: str  # last, next
    span: Span
    place: Place = field(default=Place(""), compare=False)
    words: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class OneOf:
    """The fact (code, text, id, yes_no as `yes`/`no`) is one of these; sorted, unique."""

    fact: str
    codes: tuple[str, ...]
    place: Place = field(default=Place(""), compare=False)
    words: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Includes:
    """The fact, a list of codes, holds at least one of these; sorted, unique."""

    fact: str
    codes: tuple[str, ...]
    place: Place = field(default=Place(""), compare=False)
    words: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """The fact has a value. (`is missing` is Not(Known).) An empty cell has none, whatever emptiness means there."""

    fact: str
    place: Place = field(default=Place(""), compare=False)
    words: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; unknown stays unknown."""

    part: Condition


Test: TypeAlias = Compare | Within | OneOf | Includes | Known
Condition: TypeAlias = Test | All | AnyOf | Not


def tests_of(condition: Condition) -> list[Test]:
    """Every test of the condition, in the order in which it is written."""
    match condition:
        case All(parts) | AnyOf(parts):
            return [test for part in parts for test in tests_of(part)]
        case Not(part):
            return tests_of(part)
        case _:
            return [condition]


def facts_of(condition: Condition) -> list[str]:
    """The facts that the condition names, each once, in the order in which they are written."""
    names: dict[str, None] = {}
    for test in tests_of(condition):
        names[test.fact] = None
        if isinstance(test, Compare) and isinstance(test.operand, Other):
            names[test.operand.fact] = None
    return list(names)
