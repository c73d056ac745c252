"""Conditions on the rows of a table: what follows `where`, in one text."""

from __future__ import annotations

from relcare.rulebook.conditions import All, Condition
from relcare.rulebook.decode_conditions import ConditionReader, Scope
from relcare.rulebook.limits import Limits
from relcare.rulebook.names import Labelled
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot
from relcare.rulebook.vocabulary import Table
from relcare.rulebook.words import BOTH, IS, TESTED, find_tests


def scope_of_rows(reader: Reader, table: Table) -> Scope:
    """What a condition on the rows of a table may name: its fields."""
    return Scope(
        f"table `{table.name}`",
        table.fields.get,
        table.fields.keys,
        lambda name: (table.name, name) in reader.broken,
        lambda: labelled_fields(table),
    )


def labelled_fields(table: Table) -> list[Labelled]:
    """The Chinese names of the fields of a table."""
    return [
        Labelled(field.name, field.label.zh, tuple(header for header in field.headers if not header.isascii()))
        for field in table.fields.values()
    ]


def read_where(reader: Reader, limits: Limits, table: Table, spot: Spot) -> Condition | None:
    """The condition of `FIELD TEST and FIELD TEST …`; None where one of them has a mistake."""
    conditions = ConditionReader(reader, scope_of_rows(reader, table), limits)
    parts: list[Condition | None] = []
    for piece in _pieces(reader, spot):
        name, test = _named(piece, table)
        field = conditions.fact(name)
        if not test.text:
            hint = "write `where FIELD TEST`, as `where kind call`"
            reader.note(piece.at, "VOC020", f"`{name.text}` is not tested", hint, part=piece.part())
            parts.append(None)
        elif field is None:
            parts.append(None)
        else:
            parts.append(conditions.test(field, test, spot.at.place))
            _mark(reader, piece, name, test)
    whole = [part for part in parts if part is not None]
    if len(whole) != len(parts):
        return None
    return whole[0] if len(whole) == 1 else All(tuple(whole))


def _named(piece: Spot, table: Table) -> tuple[Spot, Spot]:
    """The name of a field and its test: `kind call`, `类型为通话`, `金额100万以上`."""
    text = piece.text
    end = text.find(" ") if " " in text else len(text)
    if not text.isascii() and text[:end] not in table.fields:
        known = [name for each in labelled_fields(table) for name in (each.key, each.zh, *each.also)]
        end = max((len(name) for name in known if text.startswith(name)), default=end)
    name, test = piece.cut((0, end)), piece.cut((end, len(text)))
    if test.text.startswith("为") and len(test.text) > 1 and not any(find_tests(test.text)):
        test = test.cut((1, len(test.text)))
    return name, test


def _mark(reader: Reader, piece: Spot, name: Spot, test: Spot) -> None:
    if reader.marks is not None:
        spelling = TESTED if any(find_tests(test.text)) else IS
        is_zh = (
            test.start - name.start - len(name.text) != 1
            or "为" in piece.text[len(name.text) : test.start - piece.start]
        )
        reader.marks.pattern(piece.at, piece.part(), spelling, (name.part(), test.part()), piece.text, is_zh=is_zh)


def _pieces(reader: Reader, spot: Spot) -> list[Spot]:
    """The text cut at each `and` and 且 that is not part of `between A and B` or of a list."""
    pieces: list[Spot] = []
    start = depth = 0
    text = spot.text
    for position, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        word = " and " if text.startswith(" and ", position) else "且" if character == "且" and not depth else ""
        piece = text[start:position]
        if word and position > start and (word == "且" or " between " not in piece or " and " in piece):
            pieces.append(spot.cut((start, position)))
            start = position + len(word)
    pieces.append(spot.cut((start, len(text))))
    if reader.marks is not None:
        first = pieces[0].part()[0]
        for i in range(1, len(pieces)):
            left, right = (first, pieces[i - 1].part()[1]), pieces[i].part()
            joined = " and " if text[left[1] - spot.start :].startswith(" and ") else "且"
            reader.marks.pattern(spot.at, (first, right[1]), BOTH, (left, right), joined.join("xx"))
    return pieces
