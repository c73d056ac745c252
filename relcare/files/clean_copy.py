"""Clean copies: what can't be scanned strictly is written anew as UTF-8 text, and what had to be left out is told."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from relcare.files.book import Double, SetAside, Source
from relcare.files.placing import place_in_lines
from relcare.files.records import Unfit, fitted, joined, records
from relcare.files.text import Sniffed, first_misfit, opened
from relcare.located import Place, Problem

if TYPE_CHECKING:
    from relcare.files.yaml_rows import YamlRows
    from relcare.rulebook.vocabulary import Table

SHOWN = 200  # characters of a line that are kept for a message
SHOWN_CELL = 100  # characters of a cell that are kept for a message
PLACED = 20  # cells whose columns differ that are told with their places
LONG = 1_900_000  # bytes of a record from which on the engine has to be told
SPACE = "\t\n\v\f\r \xa0\u3000"  # what is no part of a cell at its ends


def copy_delimited(source: Source, spill: Path, look: Sniffed) -> Source:
    """Write the usable rows of the user's file, without its header, to `spill`; their physical lines are kept.

    `look` is what the beginning of the file told. A row stands in the copy as it stands in the file wherever that is
    possible.
    """
    path = Path(source.path)
    encoding, problems = _encoding(path, look)
    scan = _target(source, spill)
    lines = array("I")
    aside: list[SetAside] = []
    width, delimiter = len(source.headers), source.delimiter
    same = [cell for _, cell in source.constants]
    doubled = _Doubled(source.doubles)
    longest = 0
    with opened(path, encoding, look.terminator) as text, scan.open("w", encoding="utf-8", newline="") as copy:
        header = True
        for record in records(text, delimiter):
            if header:
                header = False
                continue
            cells = fitted(record, width)
            if isinstance(cells, Unfit):
                first = record.text.split("\n", 1)[0].rstrip("\r")[:SHOWN]
                aside.append(SetAside(record.line, cells.reason, first, cells.hint))
                continue
            lines.append(record.line)
            merged = doubled.merged(cells, record.line) if source.doubles else cells
            if same or '"' in record.text or "\r" in record.text or merged is not record.cells:
                written = joined([*merged, *same], delimiter)
            else:
                written = record.text
            longest = max(longest, len(written))
            copy.write(written + "\n")
    problems += doubled.problems(source, encoding, look.terminator)
    return replace(
        _widened(source),
        scan=scan,
        skip=0,
        clean=True,
        encoding=encoding,
        terminator=look.terminator,
        set_aside=tuple(aside),
        lines=lines,
        problems=tuple(problems),
        longest=_longest(scan, longest),
    )


def copy_yaml(source: Source, spill: Path, rows: YamlRows, textual: Iterable[str]) -> Source:
    """Write the rows of a YAML table to `spill`; an absent key is an empty cell.

    A cell that is a mapping or a nested list stands there as the text that it is in YAML, which no type reads; in a
    `textual` field, where any text is a value, it is left empty, and that is a problem.
    """
    scan = _target(source, spill)
    of_text = {header for header, field in zip(source.headers, source.fields, strict=True) if field in set(textual)}
    doubled = _Doubled(source.doubles)
    nested: list[tuple[str, Place]] = []
    longest = 0
    with scan.open("w", encoding="utf-8", newline="") as copy:
        for row in rows.rows:
            cells = [row.cells[header].text if header in row.cells else "" for header in source.headers]
            if row.nested:
                for column, header in enumerate(source.headers):
                    if header in row.nested and header in of_text:
                        cells[column] = ""
                        nested.append((source.fields[column], row.cells[header].place))
            if source.doubles:
                present = [header in row.cells for header in source.headers]
                cells = doubled.merged(cells, row.line, present)
            text = joined([*cells, *(cell for _, cell in source.constants)], ",")
            longest = max(longest, len(text))
            copy.write(text + "\n")
    lines = array("I", [row.line for row in rows.rows])
    return replace(
        _widened(source),
        scan=scan,
        clean=True,
        set_aside=tuple(rows.set_aside),
        lines=lines,
        problems=(*_nested(nested, source), *doubled.problems(source, source.encoding, source.terminator)),
        longest=_longest(scan, longest),
    )


def one_row(table: Table, spill: Path) -> Source:
    """The source of a table whose one row stands for a file that the book has not."""
    key = table.key[0]
    source = Source(table, "", spill / f"{table.name}.csv", ",", 0, (key,), (key,), clean=True, lines=array("I", [1]))
    _target(source, spill).write_text(joined([table.instead], ",") + "\n", encoding="utf-8")
    return source


def _widened(source: Source) -> Source:
    """The source with the columns that are the same in every row."""
    names = tuple(name for name, _ in source.constants)
    return replace(source, headers=(*source.headers, *names), fields=(*source.fields, *names))


def _nested(cells: Sequence[tuple[str, Place]], source: Source) -> list[Problem]:
    """The cells of textual fields that are no text."""
    if not cells:
        return []
    physical = Path(source.path).read_bytes().decode("utf-8-sig", "replace").splitlines()
    hint = "write one text; put quotes around a text that begins with a bracket or a brace"
    return [
        Problem(place, "CEL001", f"{field} can't be read: it is not one text", hint, "error", physical[place.line - 1])
        for field, place in cells
    ]


def _longest(scan: Path, characters: int) -> int:
    """The bytes of the longest record of a copy, 0 where it has none above `LONG`; a character takes at most 4."""
    if characters * 4 <= LONG:
        return 0
    with scan.open(encoding="utf-8", newline="\n") as copy:
        longest, size = 0, 0
        is_open = False
        for line in copy:
            size += len(line.encode())
            is_open ^= line.count('"') % 2 == 1
            if not is_open:
                longest, size = max(longest, size), 0
    return longest if longest > LONG else 0


class _Doubled:
    """Fields with several columns: one cell is made of theirs, and where they differ in a textual field it is told."""

    def __init__(self, doubles: tuple[Double, ...]) -> None:
        self._doubles = doubles
        self._told: list[tuple[int, int, str]] = []  # line, column, texts
        self._untold = 0

    def merged(self, cells: list[str], line: int, present: Sequence[bool] = ()) -> list[str]:
        """The cells of a row; where columns of one field differ, its cell can't be read. `present`: those it has."""
        made = list(cells)
        for first, others, textual in self._doubles:
            columns = [column for column in (first, *others) if not present or present[column]]
            texts = list(dict.fromkeys(cells[column].strip(SPACE) for column in columns))
            if len(texts) < 2:
                made[first] = texts[0] if texts else ""
                continue
            shown = " ≠ ".join(text[:SHOWN_CELL] for text in texts)
            made[first] = "" if textual else shown
            if textual and len(self._told) < PLACED:
                self._told.append((line, columns[0], shown))
            elif textual:
                self._untold += 1
        return made

    def problems(self, source: Source, encoding: str, terminator: str) -> list[Problem]:
        """The textual cells that were left empty because their columns differ."""
        if not self._told:
            return []
        about = replace(source, encoding=encoding, terminator=terminator)
        places = place_in_lines(about, [(line, column) for line, column, _ in self._told])
        hint = "the cell counts as empty; remove or rename one of the columns"
        found = []
        for (_, column, shown), (place, text) in zip(self._told, places, strict=True):
            field = source.fields[column] or next(source.fields[d.first] for d in self._doubles if column in d.others)
            message = f"{field} {shown!r} can't be read: its columns differ"
            found.append(Problem(place, "CEL001", message, hint, "error", text))
        if self._untold:
            message = f"{self._untold} more cells can't be read: their columns differ"
            found.append(Problem(Place(source.path), "CEL002", message, hint))
        return found


def _target(source: Source, spill: Path) -> Path:
    spill.mkdir(parents=True, exist_ok=True)
    return spill / f"{source.table.name}.csv"


def _encoding(path: Path, look: Sniffed) -> tuple[str, list[Problem]]:
    """The encoding that the whole file has; where it has none, the best one, and the problem."""
    encoding = look.encoding
    if look.whole and look.fits:
        return encoding, []
    line = first_misfit(path, encoding, look.terminator) if look.fits or encoding != "latin-1" else 1
    if not line:
        return encoding, []
    if look.fits and encoding == "utf-8" and look.text.isascii():
        if not first_misfit(path, "gb18030", look.terminator):
            return "gb18030", []
        encoding = "latin-1"
    shown = {"utf-8": "UTF-8", "gb18030": "GB18030", "latin-1": "Latin-1"}.get(encoding, encoding)
    message = f"the text is not {shown} throughout"
    if encoding == "latin-1":
        message = "the text is neither UTF-8 nor GB18030; it is read as Latin-1"
    hint = "save it as UTF-8, or name its encoding in relcare.yaml or with --encoding"
    return encoding, [Problem(Place(str(path), line), "FIL015", message, hint)]
