"""Where the bad cells of a table stand in its file: a second pass, made only when there are any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relcare.engine import dialect as sql
from relcare.engine.reading import is_wrong, raw_rows, typed_rows
from relcare.engine.scan import Scanned
from relcare.engine.session import Session
from relcare.files.placing import place_cells
from relcare.located import Place, Problem
from relcare.rulebook.cells import read_cell

FEW = 1000  # keys that are looked for by name

if TYPE_CHECKING:
    from relcare.engine.decide import Engine


def wrong_cells(engine: Engine, scanned: Scanned, spill: Path, most: int | None = None) -> list[Problem]:
    """A placed problem for each cell that can't be read, in the order of the file.

    With `most`, of that many rows at the most, and only of rows that the run has looked at; the others are counted.
    """
    every = most is None
    if most == 0:
        return _counted(engine, scanned, 0)
    source, zone = engine.sources[scanned.table.name], engine.book.settings.time_zone
    readings = [r for r in scanned.readings.values() if is_wrong(r) != "FALSE" and (every or scanned.wrong & r.bit)]
    problems: list[Problem] = []
    if readings:
        among = "TRUE" if every else _among_keys(engine, scanned)
        session = Session([source.scan], spill, in_order=True)
        try:
            flags = ", ".join(f"CASE WHEN {is_wrong(r)} THEN {r.raw} END" for r in readings)
            raw = f"(SELECT row_number() OVER () - 1 AS row, * FROM {raw_rows(source, scanned.readings)})"
            typed = typed_rows(source, {r.name: r for r in readings}, zone, raw, "row")
            wrong = " OR ".join(f"({is_wrong(r)})" for r in readings)
            limit = "" if every else f"\nLIMIT {most}"
            rows = session.rows(f"SELECT row, {flags}\nFROM (\n    {typed}\n    WHERE {among}\n)\nWHERE {wrong}{limit}")
        finally:
            session.close()
        facts = engine.rulebook.vocabulary.facts.get(scanned.table.subject, {})
        columns = {name: i for i, name in enumerate(source.fields) if name}
        found = [
            (row[0], reading, cell)
            for row in rows
            for reading, cell in zip(readings, row[1:], strict=True)
            if cell is not None
        ]
        places = place_cells(source, [(ordinal, columns[r.name]) for ordinal, r, _ in found])
        for (_, reading, cell), (place, line) in zip(found, places, strict=True):
            field = scanned.table.fields.get(reading.name) or facts[reading.name]
            value = read_cell(
                field, cell, date_format=source.date_format, codes=source.codes.get(reading.name), zone=zone
            )
            shown = cell if len(cell) <= 40 else cell[:39] + "…"
            problems.append(
                Problem(
                    place,
                    "CEL01",
                    f"{reading.name} {shown!r} can't be read: {value.why}",
                    "",
                    "error",
                    line,
                    len(shown),
                )
            )
        if len(rows) == most:
            problems += _counted(engine, scanned, len(problems))
    return problems


def _counted(engine: Engine, scanned: Scanned, placed: int) -> list[Problem]:
    """One problem for the cells that are not placed."""
    query = f"SELECT sum(bit_count(wrong)) FROM {scanned.relation} WHERE {scanned.visible}"
    rest = int(engine.session.rows(query)[0][0] or 0) - placed
    if rest <= 0:
        return []
    more = "more " if placed else ""
    message = f"{rest} {more}{'cell' if rest == 1 else 'cells'} can't be read"
    return [
        Problem(
            Place(engine.sources[scanned.table.name].path),
            "CEL02",
            message,
            "relcare check tells them all, with their places",
        )
    ]


def _among_keys(engine: Engine, scanned: Scanned) -> str:
    """The condition that a row is one of those with an unreadable cell, by key: cheaper than typing every row again."""
    key = next((part for part in scanned.table.key if part in scanned.readings), "")
    if not key:
        return "TRUE"
    found = engine.session.rows(
        f"SELECT DISTINCT {sql.name(key)} FROM {scanned.relation} WHERE wrong <> 0 LIMIT {FEW + 1}"
    )
    if len(found) > FEW:
        return "TRUE"
    keys = ", ".join(sql.text(row[0]) for row in found if row[0] is not None) or "''"
    return f"cell({scanned.readings[key].raw}) IN ({keys})"
