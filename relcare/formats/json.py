"""JSON: one object for the whole report, its rows one a line.

`{"schema_version", "report", "as_of", "made_from", "notes", …the report's facts…, "rows": [{…}]}`. Numbers are JSON
numbers as exact as the report has them (`6000000.00` stays so); an empty cell is null; nothing is escaped that JSON
does not ask for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from json import JSONEncoder
from typing import BinaryIO

from relcare.formats import Setting
from relcare.formats.report import Column, Report

SCHEMA_VERSION = 1
PIECE = 1000  # rows joined before they are written

_encode = JSONEncoder(ensure_ascii=False).encode
_number = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?").fullmatch


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:  # noqa: ARG001
    """Always the whole object, with `"rows": []` where there are none."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "report": report.name,
        "as_of": report.as_of,
        "made_from": _plain(report.made_from),
        "notes": list(report.notes),
        **{key: _plain(value) for key, value in report.facts.items()},
    }
    lines = [f"  {_encode(key)}: {_encode(value)},\n" for key, value in head.items()]
    stream.write(("{\n" + "".join(lines) + '  "rows": [').encode(errors="replace"))
    before = "\n    "
    for piece in pieces(objects(report), ",\n    "):
        stream.write((before + piece).encode(errors="replace"))
        before = ",\n    "
    found = before.startswith(",")
    stream.write(b"\n  ]\n}\n" if found else b"]\n}\n")
    return found


def _plain(value: object) -> object:
    """Mappings of any kind as dicts; made here, so that what is worked out on demand is worked out for a format that shows it."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value


def objects(report: Report) -> Iterator[str]:
    """Each row as the text of a JSON object, keyed by the columns' keys in their order."""
    starts = [("{" if index == 0 else ", ") + _encode(column.key) + ": " for index, column in enumerate(report.columns)]
    setters = [_setter(column) for column in report.columns]
    for row in report.rows:
        yield "".join([start + cell(text) for start, cell, text in zip(starts, setters, row, strict=True)]) + "}"


def pieces(texts: Iterator[str], separator: str) -> Iterator[str]:
    """The texts joined by `separator`, PIECE at a time."""
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == PIECE:
            yield separator.join(batch)
            batch.clear()
    if batch:
        yield separator.join(batch)


def _setter(column: Column) -> Callable[[str], str]:
    if column.kind == "json":
        return lambda text: text or "null"
    if column.kind == "number":
        return lambda text: text if _number(text) else _encode(text) if text else "null"
    return lambda text: _encode(text) if text else "null"
