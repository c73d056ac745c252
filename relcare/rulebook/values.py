"""The values of facts: what a test is made on, three-valued.

A cell of a book, and so a fact, is in one of five states. Only `VALUE` carries a value; `ABSENT` is known to be nothing
(a date that has not come, "none", "never"); the other three make every test on the fact unknown.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from relcare.rulebook.frozen import dataclass


class State(Enum):
    """What is known of a fact."""

    VALUE = "value"
    ABSENT = "absent"  # empty, and the vocabulary says that this means `not yet` or `none`; a latest over no rows
    EMPTY = "empty"  # empty, and the vocabulary says that this means `unknown`
    UNREADABLE = "unreadable"  # a cell that can't be read, or a measure that such a cell could change
    NOT_SUPPLIED = "not supplied"  # the book has no such table or column, or the window lies outside what it covers


class Month(NamedTuple):
    """A calendar month."""

    year: int
    month: int

    @property
    def index(self) -> int:  # type: ignore[override]  # hides tuple.index, which a month has no use for
        """Months since year 0, so that differences of indices are numbers of months."""
        return self.year * 12 + self.month - 1

    @staticmethod
    def of_index(index: int) -> Month:
        """The month whose `index` this is."""
        return Month(index // 12, index % 12 + 1)

    def __str__(self) -> str:
        """`YYYY-MM`."""
        return f"{self.year:04d}-{self.month:02d}"


class Moment(NamedTuple):
    """A moment in the book's time zone, as an interval by its precision.

    `at` is its earliest point; `precision` is `day`, `minute` or `second` and gives its latest point.
    """

    at: datetime
    precision: str

    @property
    def latest(self) -> datetime:
        """The last microsecond that the moment can mean."""
        length = {"day": timedelta(days=1), "minute": timedelta(minutes=1), "second": timedelta(seconds=1)}
        return self.at + length[self.precision] - timedelta(microseconds=1)

    @property
    def date(self) -> date:
        """Its day."""
        return self.at.date()

    def __str__(self) -> str:
        """As precise as it is: `2026-09-30`, `2026-09-30 10:00` or `2026-09-30 10:00:05`."""
        shape = {"day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M", "second": "%Y-%m-%d %H:%M:%S"}[self.precision]
        return self.at.strftime(shape)


# text, id, code: str · codes: tuple[str, ...] (sorted, unique) · yes_no: bool · money, number, percent: Decimal, or
# Fraction for an average · count: int · date: date · moment: Moment · month: Month
Value: TypeAlias = str | bool | int | Decimal | Fraction | date | Month | Moment | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactValue:
    """A fact of one subject: its state, its value where it has one, and why where it has none.

    `possible` are the outcomes that an undetermined decision can still have; () where nothing is known of them.
    """

    state: State
    value: Value | None = None
    why: str = ""  # "balances.csv:17: not a number", "the book has no balances"
    possible: tuple[str, ...] = ()


ABSENT = FactValue(State.ABSENT)
EMPTY = FactValue(State.EMPTY)


def known(value: Value) -> FactValue:
    """A fact that has `value`."""
    return FactValue(State.VALUE, value)


def unreadable(why: str = "") -> FactValue:
    """A fact that hangs on an unreadable cell."""
    return FactValue(State.UNREADABLE, None, why)


def not_supplied(why: str = "") -> FactValue:
    """A fact that the book does not supply."""
    return FactValue(State.NOT_SUPPLIED, None, why)
