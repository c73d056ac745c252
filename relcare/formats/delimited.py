"""Delimited text: what `tsv` and `csv` share.

UTF-8 without BOM, LF line ends, one header line of column keys. A cell that holds the delimiter, a quote, CR or LF is
quoted, a quote in it doubled; nothing else is quoted. A report without rows gives no bytes at all unless asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from relcare.formats import Setting
from relcare.formats.report import Report

PIECE = 1000  # rows joined before they are written


def write(report: Report, stream: BinaryIO, setting: Setting, delimiter: str) -> bool:
    """Write the report; the header goes out with the first row, so that no rows means no bytes."""
    header = line((column.key for column in report.columns), delimiter).encode() if setting.headers else b""
    found = False
    pieces = report.rows.delimited(delimiter)
    for piece in pieces if pieces is not None else _joined(report, delimiter):
        if not piece:
            continue
        if not found:
            stream.write(header)
            found = True
        stream.write(piece)
    if not found and setting.always:
        stream.write(header)
    return found


def line(cells: Iterable[str], delimiter: str) -> str:
    """One line, with its LF."""
    return delimiter.join(_quoted(cell, delimiter) for cell in cells) + "\n"


def _quoted(cell: str, delimiter: str) -> str:
    if '"' in cell or delimiter in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _joined(report: Report, delimiter: str) -> Iterator[bytes]:
    lines: list[str] = []
    for row in report.rows:
        lines.append(line(row, delimiter))
        if len(lines) == PIECE:
            yield "".join(lines).encode(errors="replace")
            lines.clear()
    yield "".join(lines).encode(errors="replace")
