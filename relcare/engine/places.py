"""Where the bad cells of a table stand in its file: a second pass, made only when there are any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relcare.engine import dialect as sql
from relcare.engine.scan import Scanned, is_wrong, raw_rows, typed_rows
from relcare.engine.session import Session
from relcare.files.placing import place_cells
from relcare.located import Place, Problem
from relcare.rulebook.cells import read_cell

if TYPE_CHECKING:
    from relcare.engine.decide import Engine


def wrong_cells(engine: Engine, scanned: Scanned, spill: Path, most: int) -> list[Problem]:
    """A placed problem for each cell that can't be read, in the order of the file; at most `most` are placed."""
    source = engine.sources[scanned.table.name]
    zone = engine.book.settings.time_zone
    readings = [r for r in scanned.readings.values() if is_wrong(r) != "FALSE"]
    problems: list[Problem] = []
    if readings:
        session = Session([source.scan], spill, in_order=True)
        try:
            flags = ", ".join(f"CASE WHEN {is_wrong(r)} THEN {r.raw} END" for r in readings)
            typed = typed_rows(source, scanned.readings, zone)
            numbered = typed.replace("SELECT ", "SELECT row_number() OVER () - 1 AS row, ", 1)
            wrong = " OR ".join(f"({is_wrong(r)})" for r in readings)
            rows = session.rows(
                f"SELECT row, {flags}\nFROM (\n    {numbered}\n)\nWHERE {wrong}\nORDER BY row LIMIT {most + 1}"
            )
        finally:
            session.close()
        facts = engine.rulebook.vocabulary.facts.get(scanned.table.subject, {})
        columns = {name: i for i, name in enumerate(source.fields) if name}
        found = [
            (row[0], reading, cell)
            for row in rows[:most]
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
        if len(rows) > most:
            problems.append(
                Problem(Place(source.path), "CEL02", f"more than {most} rows have cells that can't be read")
            )
    problems += _conflicts(engine, scanned)
    return problems


def _conflicts(engine: Engine, scanned: Scanned) -> list[Problem]:
    """Rows with the same key that contradict each other."""
    if not scanned.duplicates:
        return []
    key = [part for part in scanned.table.key if part in scanned.readings]
    if not key:
        return []
    parts = ", ".join(map(sql.name, key))
    raw = ", ".join(f"cell({scanned.readings[p].raw}) AS {sql.name(p)}" for p in key)
    source = engine.sources[scanned.table.name]
    cells = [r for r in scanned.readings.values() if r.name not in key]
    if not cells:
        return []
    differ = " OR ".join(f"count(DISTINCT coalesce(cell({r.raw}), '')) > 1" for r in cells)
    found = engine.session.rows(
        f"SELECT {parts} FROM (SELECT {raw}, * FROM {raw_rows(source, scanned.readings)}) GROUP BY {parts} HAVING {differ} ORDER BY {parts} LIMIT 20"
    )
    return [
        Problem(
            Place(source.path),
            "ROW03",
            f"several rows with {' and '.join(key)} {' '.join(map(str, row))} contradict each other",
            "the cells in which they differ count as unreadable",
        )
        for row in found
    ]
