"""Clean copies: what can't be scanned strictly is written anew as UTF-8 text, and what had to be left out is told."""

from __future__ import annotations

from array import array
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from relcare.files.book import SetAside, Source
from relcare.files.records import fitted, joined, records
from relcare.files.text import Sniffed, first_misfit, opened
from relcare.located import Place, Problem

if TYPE_CHECKING:
    from relcare.files.yaml_rows import YamlRows

SHOWN = 200  # characters of a line that are kept for a message


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
    with opened(path, encoding, look.terminator) as text, scan.open("w", encoding="utf-8", newline="") as copy:
        header = True
        for record in records(text, delimiter):
            if header:
                header = False
                continue
            cells = fitted(record, width)
            if isinstance(cells, str):
                aside.append(SetAside(record.line, cells, record.text.split("\n", 1)[0].rstrip("\r")[:SHOWN]))
                continue
            lines.append(record.line)
            if '"' in record.text or "\r" in record.text or cells is not record.cells:
                copy.write(joined(cells, delimiter) + "\n")
            else:
                copy.write(record.text + "\n")
    return replace(
        source,
        scan=scan,
        skip=0,
        clean=True,
        encoding=encoding,
        terminator=look.terminator,
        set_aside=tuple(aside),
        lines=lines,
        problems=tuple(problems),
    )


def copy_yaml(source: Source, spill: Path, rows: YamlRows) -> Source:
    """Write the rows of a YAML table to `spill`; an absent key is an empty cell."""
    scan = _target(source, spill)
    with scan.open("w", encoding="utf-8", newline="") as copy:
        for row in rows.rows:
            cells = [row.cells[header][0] if header in row.cells else "" for header in source.headers]
            copy.write(joined(cells, ",") + "\n")
    lines = array("I", [row.line for row in rows.rows])
    return replace(source, scan=scan, clean=True, set_aside=tuple(rows.set_aside), lines=lines)


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
