"""Where the bad cells of a table stand in its file: a second pass, made only when there are any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from relcare.engine import dialect as sql
from relcare.engine.reading import Reading, is_wrong, raw_rows, typed_rows
from relcare.engine.scan import Scanned
from relcare.engine.session import Session
from relcare.files.placing import find_rows, place_cells
from relcare.located import Place, Problem
from relcare.rulebook.cells import read_cell
from relcare.rulebook.values import State

FEW = 1000  # keys that are looked for by name
SHORT = 4  # letters of a key from which on a file can be searched for it
LONG = 40  # letters of a cell that a message shows

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
    found = None if every else _searched(engine, scanned, readings, most or 0)
    if found is None:
        found = _passed_through(engine, scanned, readings, spill, most)
    facts = engine.rulebook.vocabulary.facts.get(scanned.table.subject, {})
    problems = []
    for reading, cell, place, line in found:
        field = scanned.table.fields.get(reading.name) or facts[reading.name]
        codes = source.codes.get(reading.name)
        value = read_cell(field, cell, date_format=source.date_format, codes=codes, zone=zone)
        if value.state is not State.UNREADABLE:
            continue  # of a row that the search found beside
        shown = cell if len(cell) <= LONG else cell[: LONG - 1] + "…"
        message = f"{reading.name} {shown!r} can't be read: {value.why}"
        problems.append(Problem(place, "CEL001", message, "", "error", line, len(shown)))
    problems = problems if every else problems[:most]
    return problems if every else [*problems, *_counted(engine, scanned, len(problems))]


Bad = tuple[Reading, str, Place, str]


def _searched(engine: Engine, scanned: Scanned, readings: list[Reading], most: int) -> list[Bad] | None:
    """The cells of the rows with unreadable ones, found by their keys; None where they can't be searched for."""
    source = engine.sources[scanned.table.name]
    key = next((part for part in scanned.table.key if part in scanned.readings), "")
    if not key:
        return None
    wrong = f"SELECT DISTINCT {sql.name(key)} FROM {scanned.relation} WHERE wrong <> 0 AND {scanned.visible}"
    keys = [row[0] for row in engine.session.rows(f"{wrong} ORDER BY 1 LIMIT {most}")]
    if not keys or any(text is None or len(text) < SHORT for text in keys):
        return None
    columns = {name: i for i, name in enumerate(source.fields) if name}
    rows = find_rows(source, columns[key], keys)
    if rows is None:
        return None
    return [(r, row.cells[columns[r.name]], row.places[columns[r.name]], row.text) for row in rows for r in readings]


def _passed_through(
    engine: Engine, scanned: Scanned, readings: list[Reading], spill: Path, most: int | None
) -> list[Bad]:
    """The unreadable cells, from a second pass over the file in its order."""
    source, zone = engine.sources[scanned.table.name], engine.book.settings.time_zone
    if not readings:
        return []
    among = "TRUE" if most is None else _among_keys(engine, scanned)
    session = Session([source.scan], spill, in_order=True)
    try:
        flags = ", ".join(f"CASE WHEN {is_wrong(r)} THEN {r.raw} END" for r in readings)
        raw = f"(SELECT row_number() OVER () - 1 AS row, * FROM {raw_rows(source, scanned.readings)})"
        typed = typed_rows(source, {r.name: r for r in readings}, zone, raw, "row")
        wrong = " OR ".join(f"({is_wrong(r)})" for r in readings)
        limit = "" if most is None else f"\nLIMIT {most}"
        rows = session.rows(f"SELECT row, {flags}\nFROM (\n    {typed}\n    WHERE {among}\n)\nWHERE {wrong}{limit}")
    finally:
        session.close()
    columns = {name: i for i, name in enumerate(source.fields) if name}
    cells = [
        (row[0], reading, cell)
        for row in rows
        for reading, cell in zip(readings, row[1:], strict=True)
        if cell is not None
    ]
    places = place_cells(source, [(ordinal, columns[r.name]) for ordinal, r, _ in cells])
    return [(r, cell, place, line) for (_, r, cell), (place, line) in zip(cells, places, strict=True)]


def _counted(engine: Engine, scanned: Scanned, placed: int) -> list[Problem]:
    """One problem for the cells that are not placed; contradictions are told by themselves."""
    if scanned.conflicts:
        return []
    query = f"SELECT sum(bit_count(wrong)) FROM {scanned.relation} WHERE {scanned.visible}"
    rest = int(engine.session.rows(query)[0][0] or 0) - placed
    if rest <= 0:
        return []
    more = "more " if placed else ""
    message = f"{rest} {more}{'cell' if rest == 1 else 'cells'} can't be read"
    return [
        Problem(
            Place(engine.sources[scanned.table.name].path),
            "CEL002",
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
