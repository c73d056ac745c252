"""The rows that a measure is made of, those that might count among them, and what is said where these leave it open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from relcare.rulebook.reckon_rows import Row
from relcare.rulebook.values import FactValue, State, unreadable


class Measured(NamedTuple):
    """A measure's value, and the lines of the rows that it was made from."""

    value: FactValue
    lines: tuple[int, ...] = ()


class Part(NamedTuple):
    """A row that counts (`sure`) or might, its measured cell, and its date."""

    row: Row
    sure: bool
    cell: FactValue
    dated: FactValue


def lines_of(parts: Iterable[Part]) -> tuple[int, ...]:
    return tuple(line for part in parts for line in part.row.lines)


def hangs_on(parts: Iterable[Part]) -> FactValue:
    """A measure that the rows of `parts` could change."""
    for part in parts:
        for cell in (part.cell, part.dated, *part.row.cells.values()):
            if cell.state is State.UNREADABLE and cell.why:
                return unreadable(cell.why)
    lines = ", ".join(str(line) for line in lines_of(parts))
    return unreadable(f"a cell is empty in line {lines}")
