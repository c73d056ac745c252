"""Conditions on the rows of a table: what follows `where`, in one text."""

from __future__ import annotations

from relcare.rulebook.conditions import All, Condition
from relcare.rulebook.decode_conditions import ConditionReader, Scope, Spot
from relcare.rulebook.limits import Limits
from relcare.rulebook.reader import Reader
from relcare.rulebook.vocabulary import Table


def scope_of_rows(reader: Reader, table: Table) -> Scope:
    """What a condition on the rows of a table may name: its fields."""
    return Scope(
        f"table `{table.name}`",
        table.fields.get,
        table.fields.keys,
        lambda name: (table.name, name) in reader.broken,
    )


def read_where(reader: Reader, limits: Limits, table: Table, spot: Spot) -> Condition | None:
    """The condition of `FIELD TEST and FIELD TEST …`; None where one of them has a mistake."""
    conditions = ConditionReader(reader, scope_of_rows(reader, table), limits)
    parts: list[Condition | None] = []
    for piece in _pieces(spot):
        name, _, test = piece.text.partition(" ")
        field = conditions.fact(Spot(piece.at, piece.start, name))
        if not test:
            hint = "write `where FIELD TEST`, as `where kind call`"
            reader.note(piece.at, "VOC020", f"`{name}` is not tested", hint, part=piece.part())
            parts.append(None)
        elif field is None:
            parts.append(None)
        else:
            parts.append(conditions.test(field, piece.cut((len(name), len(piece.text))), spot.at.place))
    whole = [part for part in parts if part is not None]
    if len(whole) != len(parts):
        return None
    return whole[0] if len(whole) == 1 else All(tuple(whole))


def _pieces(spot: Spot) -> list[Spot]:
    """The text cut at each `and` that is not part of `between A and B`."""
    pieces: list[Spot] = []
    start = 0
    position = spot.text.find(" and ")
    while position >= 0:
        piece = spot.text[start:position]
        if " between " not in piece or " and " in piece:
            pieces.append(spot.cut((start, position)))
            start = position + 5
        position = spot.text.find(" and ", position + 5)
    pieces.append(spot.cut((start, len(spot.text))))
    return pieces
