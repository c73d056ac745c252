"""A table's rows in Python, one by one, as written: for the readable reference and for tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from relcare.files.book import Source
from relcare.files.records import Unfit, fitted, records
from relcare.files.text import opened


def read_rows(source: Source) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row's physical line in the user's file, and its cells by field as written; in the file's order.

    Columns that supply no field are left out, and so are rows that can't be used (see `repaired`).
    """
    supplied = [(i, field) for i, field in enumerate(source.fields) if field]
    encoding = "utf-8" if source.clean else source.encoding
    terminator = "\n" if source.clean else source.terminator
    path = source.scan if source.clean else Path(source.path)
    ordinal, left = 0, source.skip
    with opened(path, encoding, terminator) as text:
        for record in records(text, source.delimiter):
            if left:
                left -= 1
                continue
            cells = fitted(record, len(source.headers))
            if isinstance(cells, Unfit):
                continue
            line = source.lines[ordinal] if source.lines is not None else record.line
            ordinal += 1
            yield line, {field: cells[i] for i, field in supplied}
