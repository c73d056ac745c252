"""What a run found wrong in the tables that it read: cells, rows set aside, keys given twice, half-loaded months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from relcare.engine import dialect as sql
from relcare.files.placing import find_rows
from relcare.files.rows import read_rows
from relcare.located import Place, Problem
from relcare.rulebook.values import Month

if TYPE_CHECKING:
    from relcare.engine.decide import Engine
    from relcare.engine.scan import Scanned
    from relcare.files.book import Source
    from relcare.runs.opening import Opened

PLACED = 20  # bad cells that a list tells of; `check` tells them all
SMALL = 8_000_000  # bytes of a file that is read again row by row to name lines
LINES = 5  # lines that a message names


def scan_problems(engine: Engine, opened: Opened, placed: int | None = PLACED) -> list[Problem]:
    """The problems of the scanned tables, in the order of their names.

    `placed` is how many rows with bad cells are placed in their files; None for all of them.
    """
    from relcare.engine.places import wrong_cells

    problems: list[Problem] = []
    for name, scanned in sorted(engine.scanned.items()):
        source = engine.sources[name]
        if source is not opened.book.sources.get(name):
            problems += source.problems  # of the repair; those of the opening are told already
        problems += [
            Problem(Place(source.path, r.line), "ROW001", f"row set aside: {r.reason}", r.hint)
            for r in source.set_aside
        ]
        problems += _without_key(scanned, source)
        clashes = [_clash(scanned, source, key) for key in scanned.conflicts]
        if scanned.wrong:
            found = wrong_cells(engine, scanned, opened.spill, placed)
            problems += found
            placed = max(0, placed - len(found)) if placed is not None else None
        problems += clashes
        problems += _thin_month(engine, scanned, source)
        if (
            name in opened.settings.expects
            and not engine.session.rows(f"SELECT count(*) FROM {scanned.relation}")[0][0]
        ):
            message = f"{name} is expected and has no row that can be used"
            problems.append(
                Problem(Place(source.path), "ROW006", message, "relcare.yaml expects it: was its export cut off?")
            )
    return problems


def _without_key(scanned: Scanned, source: Source) -> list[Problem]:
    if not scanned.no_key:
        return []
    keys = " or ".join(scanned.table.key)
    lines = [
        line for line, cells in _small_rows(source) if any(not cells.get(k, "").strip() for k in scanned.table.key)
    ]
    rows = "1 row" if scanned.no_key == 1 else f"{scanned.no_key} rows"
    message = f"{rows} set aside: no {keys}{_in_lines(lines)}"
    return [Problem(Place(source.path, lines[0] if lines else 0), "ROW002", message, "every row needs its whole key")]


def _clash(scanned: Scanned, source: Source, key: tuple[object, ...]) -> Problem:
    """Rows of one key that contradict each other, with their lines and the columns in which they differ."""
    parts = [part for part in scanned.table.key if part in scanned.readings]
    shown = [
        str(Month.of_index(value)) if isinstance(value, int) and scanned.readings[part].type == "month" else str(value)
        for part, value in zip(parts, key, strict=True)
    ]
    lines, differ = _rows_of_key(scanned, source, parts, shown)
    where = f" in {', '.join(differ)}" if differ else ""
    told = " ".join(f"{part} {value}" for part, value in zip(parts, shown, strict=True))
    message = f"rows of {told} contradict each other{where}{_in_lines(lines)}"
    place = Place(source.path, lines[0] if lines else 0)
    return Problem(place, "ROW003", message, "the cells in which they differ count as unreadable")


def _rows_of_key(
    scanned: Scanned, source: Source, parts: Sequence[str], shown: Sequence[str]
) -> tuple[list[int], list[str]]:
    """The lines of the rows with this key (of its first part, where it has several), and the columns that differ."""
    first, text = parts[0], shown[0]
    columns = {name: i for i, name in enumerate(source.fields) if name}
    same = [(line, cells) for line, cells in _small_rows(source) if cells.get(first, "").strip() == text]
    if not same and text:
        found = find_rows(source, columns[first], [text], every=True) or []
        same = [(r.places[0].line, {name: r.cells[i] for name, i in columns.items()}) for r in found]
    if len(parts) > 1:  # the other parts may be written in several ways: compared by what they mean
        same = [(line, cells) for line, cells in same if _reads_as(scanned, cells, parts[1:], shown[1:])]
    differ = [
        name
        for name in columns
        if name not in parts
        and name in scanned.readings
        and len({cells.get(name, "").strip() for _, cells in same}) > 1
    ]
    return [line for line, _ in same], differ


def _reads_as(scanned: Scanned, cells: dict[str, str], parts: Sequence[str], shown: Sequence[str]) -> bool:
    from relcare.rulebook.cells import read_cell

    fields = scanned.table.fields
    return all(
        str(read_cell(fields[part], cells.get(part, ""), zone="UTC").value) == text
        for part, text in zip(parts, shown, strict=True)
    )


def _small_rows(source: Source) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file that is small enough to be read again; none of a larger one."""
    return read_rows(source) if source.scan.stat().st_size <= SMALL else iter(())


def _in_lines(lines: Sequence[int]) -> str:
    if not lines:
        return ""
    more = f" and {len(lines) - LINES} more" if len(lines) > LINES else ""
    return f" (line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:LINES]))}{more})"


def _thin_month(engine: Engine, scanned: Scanned, source: Source) -> list[Problem]:
    """A warning where the reporting month of a monthly series has far fewer rows than the month before."""
    last = scanned.reporting
    if last is None or not scanned.table.series_month:
        return []
    month = sql.name(scanned.table.series_month)
    counts = f"count(*) FILTER ({month} = {last}), count(*) FILTER ({month} = {last - 1})"
    now, before = engine.session.rows(f"SELECT {counts} FROM {scanned.relation}")[0]
    if now * 2 >= before:
        return []
    message = f"{Month.of_index(last)} has {now} rows, {Month.of_index(last - 1)} had {before}: measures end with {Month.of_index(last)}"
    hint = "is the export complete? an as-of before the end of that month leaves it out"
    return [Problem(Place(source.path), "ROW005", message, hint, "warning")]
