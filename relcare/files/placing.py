"""Where a cell stands in the user's file: found in a second pass, made only for the cells that a message is about."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from relcare.files.book import Source
from relcare.files.records import Cells, records, split_record
from relcare.files.text import CHUNK, lines_from
from relcare.located import Place

WINDOW = 1 << 25  # bytes of a file that are searched at a time
SEARCHED = 2000  # places at which a text may stand in a file that is searched for it


def place_cells(source: Source, wanted: Iterable[tuple[int, int]]) -> list[tuple[Place, str]]:
    """For each (ordinal of the row from 0 in `scan`, column from 0): the cell's place, and its physical line's text.

    In the order of `wanted`. The column counts characters from 1 to the cell's first one (its quote, where it has one);
    it is 0 where the row or the cell is not found any more. The file is looked through in pieces, whatever its size.
    """
    asked = list(wanted)
    ordinals = sorted({ordinal for ordinal, _ in asked})
    if source.is_yaml:
        return _yaml_places(source, asked)
    if source.lines is not None:
        lines = source.lines
        line_of = {ordinal: lines[ordinal] for ordinal in ordinals if ordinal < len(lines)}
    else:
        line_of = dict(zip(ordinals, _lines_of(source, ordinals), strict=False))
    cells_of = _cells(source, set(line_of.values()))
    nowhere = (Place(source.path), "")
    return [
        cells_of.get(line_of[ordinal], {}).get(column, (Place(source.path, line_of[ordinal]), ""))
        if ordinal in line_of
        else nowhere
        for ordinal, column in asked
    ]


def place_in_lines(source: Source, wanted: Iterable[tuple[int, int]]) -> list[tuple[Place, str]]:
    """As `place_cells`, by (physical line at which the row begins, column from 0)."""
    asked = list(wanted)
    if source.is_yaml:
        from relcare.files.yaml_rows import read_yaml_rows

        ordinals: dict[int, int] = {}
        for ordinal, row in enumerate(read_yaml_rows(Path(source.path))[0].rows):
            ordinals.setdefault(row.line, ordinal)
        return _yaml_places(source, [(ordinals[line], column) for line, column in asked])
    cells_of = _cells(source, {line for line, _ in asked})
    return [cells_of.get(line, {}).get(column, (Place(source.path, line), "")) for line, column in asked]


class FoundRow(NamedTuple):
    """A row found by a cell: its cells as written, the place of each, and the physical line's text."""

    cells: list[str]
    places: list[Place]
    text: str


def find_rows(source: Source, column: int, wanted: Iterable[str], *, every: bool = False) -> list[FoundRow] | None:
    """The rows of one line whose cell in `column` is one of `wanted`, in the order of the file.

    Of a column that is the table's key one row is taken (in a file in the order of its keys the first), with `every`
    all. The file's bytes are searched, not parsed: fast where the few wanted texts are rare in it. None where the file
    is not one that the engine scans as it is, or where the texts stand in it too often.
    """
    if source.clean or source.is_yaml or source.lines is not None:
        return None
    found: dict[int, tuple[str, Cells]] = {}
    looked = 0
    once = not every and source.table.key == (source.fields[column],)
    with source.scan.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        here = 0  # exports often stand in the order of their keys: the next key is looked for behind the last
        for text in sorted(wanted):
            for at in _found_in(data, text.encode(), here if once else 0):
                looked += 1
                if looked > SEARCHED:
                    return None
                start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
                end = end if end >= 0 else len(data)
                line = data[start:end].decode("utf-8", "replace").rstrip("\r")
                record = split_record(line, source.delimiter)
                if len(record.cells) == len(source.headers) and record.cells[column].strip() == text:
                    found[start] = line, record
                    if once:
                        here = end
                        break
        numbers: dict[int, int] = {}
        number, position = 1, 0
        for start in sorted(found):
            while position < start:
                step = min(start, position + CHUNK)
                number += data[position:step].count(b"\n")
                position = step
            numbers[start] = number
    return [
        FoundRow(record.cells, [Place(source.path, numbers[start], at + 1) for at in record.starts], line)
        for start, (line, record) in sorted(found.items())
    ]


def _found_in(data: mmap.mmap, needle: bytes, start: int) -> Iterator[int]:
    """Where `needle` stands, a place for each line: from `start` on, then before it.

    What was looked through is not kept in memory.
    """
    for low, high in ((start, len(data)), (0, start)):
        position = low
        while position < high:
            at = data.find(needle, position, min(position + WINDOW, high) + len(needle))
            if at >= 0:
                yield at
                end = data.find(b"\n", at)
                position = end if end >= 0 else len(data)
                continue
            position += WINDOW
            if hasattr(data, "madvise") and hasattr(mmap, "MADV_DONTNEED"):
                data.madvise(mmap.MADV_DONTNEED)


def _cells(source: Source, lines: set[int]) -> dict[int, dict[int, tuple[Place, str]]]:
    """By the first line of a record: place and physical line of each of its cells."""
    found = {}
    for line, text in lines_from(Path(source.path), source.encoding, source.terminator, lines):
        record = next(records(text, source.delimiter, line), None)
        if record is None:
            continue
        pieces = record.text.split(source.terminator)
        cells = {}
        for column, start in enumerate(split_record(record.text, source.delimiter).starts):
            before = record.text.count(source.terminator, 0, start)
            begins = record.text.rfind(source.terminator, 0, start) + 1
            place = Place(source.path, line + before, start - begins + 1)
            cells[column] = (place, pieces[before].rstrip("\r"))
        found[line] = cells
    return found


def _yaml_places(source: Source, asked: list[tuple[int, int]]) -> list[tuple[Place, str]]:
    from relcare.files.yaml_rows import read_yaml_rows

    path = Path(source.path)
    rows = read_yaml_rows(path)[0].rows
    lines = path.read_bytes().decode("utf-8-sig", "replace").splitlines()
    places = []
    for ordinal, column in asked:
        row = rows[ordinal]
        cell = row.cells.get(source.headers[column])
        place = cell.place if cell else Place(source.path, row.line)
        places.append((place, lines[place.line - 1]))
    return places


def _lines_of(source: Source, ordinals: list[int]) -> Iterator[int]:
    """The physical lines of rows (rising ordinals) of a file that the engine scans as it is: UTF-8, LF or CRLF."""
    wanted = iter(ordinals)
    target = next(wanted, None)
    delimiter = source.delimiter.encode()
    record, line, is_open = -source.skip, 1, False  # of the next line: its ordinal if a record begins there, its number
    for piece in _pieces(source.scan):
        if target is None:
            return
        if not is_open and not _has_blank(piece) and not _has_open_line(piece, delimiter):
            ends = piece.count(b"\n")
            while target is not None and target < record + ends:
                yield line + target - record
                target = next(wanted, None)
            record, line = record + ends, line + ends
            continue
        for text in piece.split(b"\n")[:-1]:
            if not is_open and text and text != b"\r":
                if record == target:
                    yield line
                    target = next(wanted, None)
                record += 1
            if b'"' in text:
                is_open = _is_open_after(text, delimiter, is_open=is_open)
            line += 1


def _pieces(path: Path) -> Iterator[bytes]:
    """A file in pieces of whole lines; the last line gets a line end if it has none."""
    with path.open("rb") as file:
        rest = b""
        while True:
            data = file.read(CHUNK)
            if not data:
                break
            whole, end, after = (rest + data).rpartition(b"\n")
            rest = after
            if end:
                yield whole + end
        if rest:
            yield rest + b"\n"


def _has_blank(piece: bytes) -> bool:
    return piece.startswith((b"\n", b"\r\n")) or b"\n\n" in piece or b"\n\r\n" in piece


def _has_open_line(piece: bytes, delimiter: bytes) -> bool:
    """Whether a quoted cell goes on over the end of some line; no line of the piece begins inside one."""
    quote = piece.find(b'"')
    while quote >= 0:
        end = piece.find(b"\n", quote)
        if _is_open_after(piece[piece.rfind(b"\n", 0, quote) + 1 : end], delimiter, is_open=False):
            return True
        quote = piece.find(b'"', end)
    return False


def _is_open_after(line: bytes, delimiter: bytes, *, is_open: bool) -> bool:
    """Whether a quoted cell goes on after this line; `is_open`: one goes on before it."""
    position = 0
    while True:
        if not is_open:
            quote = position
            while line.startswith(b" ", quote):
                quote += 1
            if line.startswith(b'"', quote):
                position = quote + 1
            else:
                position = line.find(delimiter, position) + 1
                if not position:
                    return False
                continue
        close = line.find(b'"', position)
        while close >= 0 and line.startswith(b'"', close + 1):
            close = line.find(b'"', close + 2)
        if close < 0:
            return True
        is_open = False
        position = line.find(delimiter, close + 1) + 1
        if not position:
            return False
