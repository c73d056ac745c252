"""Pieces of evidence put together: when all that a rule asks for was done, or may have been."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from relcare.rulebook.obligations import AllDone, AnyDone, Evidence
from relcare.rulebook.occurrences import Piece


def first(piece: Piece) -> datetime | None:
    """The earliest point of a piece."""
    return piece.met.first if piece.met is not None else None


def last(piece: Piece) -> datetime | None:
    """The latest point of a piece."""
    return piece.met.last if piece.met is not None else None


def in_time(piece: Piece, due: datetime) -> datetime | None:
    """The latest point of a piece; of one that is written like the deadline, that: it is at the deadline, and in time."""
    if piece.met is None:
        return None
    return due if piece.exact == due else piece.met.last


def earliest(piece: Piece) -> datetime | None:
    """The earliest point at which a piece may have been done, what is in doubt taken for done."""
    points = [point for point in (first(piece), piece.earliest) if point is not None]
    return min(points, default=None)


def folded(evidence: Evidence, pieces: Sequence[Piece], point: Callable[[Piece], datetime | None]) -> datetime | None:
    """When all that is asked for was there: the last of all, the first of any; None where it was not."""
    numbers = iter(pieces)

    def told(node: Evidence) -> datetime | None:
        match node:
            case AllDone(parts):
                points = [told(part) for part in parts]
                there = [at for at in points if at is not None]
                return max(there) if len(there) == len(points) else None
            case AnyDone(parts):
                return min((at for at in [told(part) for part in parts] if at is not None), default=None)
            case _:
                return point(next(numbers))

    return told(evidence)


def possible(evidence: Evidence, pieces: Sequence[Piece]) -> bool:
    """Whether it may have been done, if what is in doubt was."""
    return folded(evidence, pieces, earliest) is not None
