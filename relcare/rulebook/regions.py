"""Regions of the space of facts, and the search for a point in one.

A dimension is cut into cells, on each of which every test says the same. A *box* is a set of cells for each dimension, kept
as the bits of one integer. A *demand* says which cells are wanted: of one dimension (`Cells`), all of several (`Every`), one
of several (`Some`). A search narrows a box by the demands and splits it where a demand leaves a choice, into boxes that share
no point; it is exact, and ends with a box that fulfils all demands, or with the certainty that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import and_
from typing import NamedTuple, TypeAlias, TypeVar

Found = TypeVar("Found")
Box: TypeAlias = list[int]


class Cells(NamedTuple):
    """The dimension is in one of these cells."""

    dimension: int
    mask: int


class Every(NamedTuple):
    """All parts are fulfilled; always, where there is none."""

    parts: tuple[Demand, ...]


class Some(NamedTuple):
    """At least one part is fulfilled; never, where there is none."""

    parts: tuple[Demand, ...]


Demand: TypeAlias = Cells | Every | Some
ALWAYS = Every(())
NEVER = Some(())


class TooManyBoxesError(Exception):
    """The search would take more boxes than it may."""


class Budget:
    """How many boxes a search may still look at."""

    def __init__(self, boxes: int) -> None:
        self.left = boxes

    def spend(self, boxes: int = 1) -> None:
        """Take some; raises TooManyBoxesError when none are left."""
        self.left -= boxes
        if self.left < 0:
            raise TooManyBoxesError


def every(parts: Iterable[Demand]) -> Demand:
    """All of these, flattened, with one set of cells a dimension."""
    return _merged(parts, Every, lambda one, other: one & other)


def some(parts: Iterable[Demand]) -> Demand:
    """One of these, flattened, with one set of cells a dimension."""
    return _merged(parts, Some, lambda one, other: one | other)


def _merged(parts: Iterable[Demand], kind: type[Every | Some], join: Callable[[int, int], int]) -> Demand:
    cells: dict[int, int] = {}
    others: list[Demand] = []
    for part in parts:
        for piece in part.parts if isinstance(part, kind) else (part,):
            if isinstance(piece, Cells):
                held = cells.get(piece.dimension)
                cells[piece.dimension] = piece.mask if held is None else join(held, piece.mask)
            else:
                others.append(piece)
    whole = [*(Cells(dimension, mask) for dimension, mask in cells.items()), *others]
    return whole[0] if len(whole) == 1 else kind(tuple(whole))


def negated(demand: Demand, full: Sequence[int]) -> Demand:
    """What is fulfilled where the demand is not; `full` are all cells of each dimension."""
    match demand:
        case Cells(dimension, mask):
            return Cells(dimension, full[dimension] & ~mask)
        case Every(parts):
            return some(negated(part, full) for part in parts)
        case Some(parts):
            return every(negated(part, full) for part in parts)


def find(
    box: Sequence[int],
    demands: Iterable[Demand],
    full: Sequence[int],
    accept: Callable[[Box], Found | None],
    budget: Budget,
) -> Found | None:
    """The first thing that `accept` makes of a box in which every point fulfils all demands; None if there is none.

    `accept` gives None for a box in which no point is possible after all.
    """
    stack: list[tuple[Box, list[Demand]]] = [(list(box), list(demands))]
    while stack:
        budget.spend()
        narrowed, wanted = stack.pop()
        open_choices = _narrow(narrowed, wanted)
        if open_choices is None:
            continue
        if not open_choices:
            found = accept(narrowed)
            if found is not None:
                return found
            continue
        pivot = min(open_choices, key=_tightness)
        others: list[Demand] = [choice for choice in open_choices if choice is not pivot]
        branches = []
        before: list[Demand] = []
        for part in pivot.parts:
            branches.append((narrowed.copy(), [part, *before, *others]))
            before.append(negated(part, full))
        stack += reversed(branches)
    return None


def _tightness(choice: Some) -> tuple[int, int]:
    """A choice of few parts first; of those the one whose parts leave least, for what fulfils it fulfils wider ones, too."""
    return len(choice.parts), sum(part.mask.bit_count() for part in choice.parts if type(part) is Cells)


def hull(box: Sequence[int], demand: Demand) -> Box | None:
    """A box in which all points lie that fulfil the demand; None if there are none."""
    narrowed = list(box)
    return None if _narrow(narrowed, [demand]) is None else narrowed


def meet(one: Box | None, other: Box | None) -> bool:
    """Whether two boxes share a point."""
    return one is not None and other is not None and all(map(and_, one, other))


def _narrow(box: Box, demands: list[Demand]) -> list[Some] | None:
    """Take from the box what can't fulfil the demands; the choices that stay open, None if nothing is left.

    The list of demands is used up.
    """
    pending: list[Demand] = demands
    while True:
        choices: list[Some] = []
        changed = False
        at = 0
        while at < len(pending):
            demand = _simplified(pending[at], box)
            at += 1
            if type(demand) is Cells:
                box[demand.dimension] &= demand.mask
                changed = changed or bool(choices)  # what was looked at before may be settled by this
            elif type(demand) is Some:
                if not demand.parts:
                    return None
                choices.append(demand)
            elif demand is not ALWAYS:
                pending.extend(demand.parts)  # type: ignore[union-attr]
        if not changed:
            return choices
        pending = list(choices)


def _simplified(demand: Demand, box: Box) -> Demand:
    """The demand as far as it is not settled in the box."""
    if type(demand) is Cells:
        here = box[demand.dimension]
        wanted = here & demand.mask
        return NEVER if not wanted else ALWAYS if wanted == here else demand
    parts = demand.parts  # type: ignore[union-attr]
    either = type(demand) is Some
    left: list[Demand] = []
    same = True
    for part in parts:
        if type(part) is Cells:  # by far the most: settled here
            dimension, mask = part
            here = box[dimension]
            wanted = here & mask
            settled: Demand = NEVER if not wanted else ALWAYS if wanted == here else part
        else:
            settled = _simplified(part, box)
        if settled is (ALWAYS if either else NEVER):
            return settled
        if settled is not (NEVER if either else ALWAYS):
            left.append(settled)
        same = same and settled is part
    if same and len(left) > 1:
        return demand
    if len(left) == 1:
        return left[0]
    if not left:
        return NEVER if either else ALWAYS
    return Some(tuple(left)) if either else Every(tuple(left))
