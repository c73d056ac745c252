"""Delimited text as records: physical lines joined where a quoted cell spans several, split into cells, each placed.

A cell in double quotes may hold delimiters, line ends and doubled quotes; spaces around the quotes are not part of it. A
quote inside an unquoted cell is a plain character.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LONGEST = 4_000_000  # characters of a record, so that it stays below the engine's limit of 16,000,000 bytes


# Why a record can't be used, and what to do about it.
STRAY, UNCLOSED = "text follows a closing quote", "a quote is opened and not closed"
HINTS = {
    STRAY: 'inside a quoted cell a quote is written twice, `""`',
    UNCLOSED: 'close the quote; inside a quoted cell a quote is written twice, `""`',
}
TOO_LONG = "shorten its cells; is a quote not closed?"
MISCOUNTED = "one cell for each column of the header; put a cell that holds the delimiter in quotes"


class Unfit(NamedTuple):
    """Why a record can't be used, and what to do about it."""

    reason: str
    hint: str


class Record(NamedTuple):
    """A record: its first physical line, its text without the last line end, and its cells (None: it is malformed)."""

    line: int
    text: str
    cells: list[str] | None
    reason: str = ""


class Cells(NamedTuple):
    """The cells of a record and where each begins in its text; `open_at` is the start of a cell that is not closed."""

    cells: list[str]
    starts: list[int]
    open_at: int = -1
    reason: str = ""


def split_record(text: str, delimiter: str) -> Cells:
    """The cells of a record; `text` has no line end after its last cell."""
    cells: list[str] = []
    starts: list[int] = []
    position = 0
    while True:
        starts.append(position)
        quote = position
        while text.startswith(" ", quote):
            quote += 1
        if not text.startswith('"', quote):
            end = text.find(delimiter, position)
            if end < 0:
                cells.append(text[position:])
                return Cells(cells, starts)
            cells.append(text[position:end])
            position = end + 1
            continue
        close = text.find('"', quote + 1)
        while close >= 0 and text.startswith('"', close + 1):
            close = text.find('"', close + 2)
        if close < 0:
            return Cells(cells, starts, position)
        cells.append(text[quote + 1 : close].replace('""', '"'))
        position = close + 1
        while text.startswith(" ", position):
            position += 1
        if position == len(text):
            return Cells(cells, starts)
        if not text.startswith(delimiter, position):
            return Cells(cells, starts, -1, STRAY)
        position += 1


def records(lines: Iterable[str], delimiter: str, first: int = 1) -> Iterator[Record]:
    """The records of physical lines (each with its line end), the first of which has the number `first`.

    Blank lines are left out. After a record whose quotes are malformed, reading goes on at its second line, so that one
    stray quote costs one line.
    """
    source = iter(lines)
    waiting: deque[str] = deque()
    number = first - 1
    while True:
        line = waiting.popleft() if waiting else next(source, None)
        if line is None:
            return
        number += 1
        body = line.rstrip("\r\n")
        if '"' not in body:
            if (body and not body.isspace()) or delimiter in body:  # tabs alone are a row of empty cells
                yield Record(number, body, body.split(delimiter))
            continue
        found = split_record(body, delimiter)
        taken, size = [line], len(line)
        while found.open_at >= 0:
            more = (waiting.popleft() if waiting else next(source, None)) if size <= LONGEST else None
            if more is None:
                found = Cells([], [], -1, UNCLOSED)
                break
            taken.append(more)
            size += len(more)
            if '"' in more:
                body = "".join(taken).rstrip("\r\n")
                found = _resumed(found, body, delimiter)
        if found.reason:
            waiting.extendleft(reversed(taken[1:]))
            yield Record(number, line.rstrip("\r\n"), None, found.reason)
            continue
        yield Record(number, body, found.cells)
        number += len(taken) - 1


def _resumed(found: Cells, text: str, delimiter: str) -> Cells:
    """The cells of a longer text of which `found` are the cells before one that was not closed."""
    rest = split_record(text[found.open_at :], delimiter)
    return Cells(
        found.cells + rest.cells,
        found.starts[:-1] + [start + found.open_at for start in rest.starts],
        rest.open_at + found.open_at if rest.open_at >= 0 else -1,
        rest.reason,
    )


def fitted(record: Record, width: int) -> list[str] | Unfit:
    """The cells of a record of a file with `width` columns, or why it can't be used.

    One empty cell too many (a delimiter at the end of the line) is no mistake.
    """
    cells = record.cells
    if cells is None:
        return Unfit(record.reason, HINTS[record.reason])
    if len(record.text) > LONGEST:
        return Unfit(f"the row is longer than {LONGEST:,} characters", TOO_LONG)
    if len(cells) == width:
        return cells
    if len(cells) == width + 1 and not cells[-1]:
        return cells[:-1]
    return Unfit(f"{len(cells)} cell{'' if len(cells) == 1 else 's'}, but the header has {width}", MISCOUNTED)


def joined(cells: Iterable[str], delimiter: str) -> str:
    """A record of these cells, without a line end; a cell is quoted where it has to be, so that no line is blank."""
    text = delimiter.join(
        '"' + cell.replace('"', '""') + '"'
        if '"' in cell or delimiter in cell or "\n" in cell or "\r" in cell
        else cell
        for cell in cells
    )
    return text if delimiter in text or text.strip() else f'"{text}"'
