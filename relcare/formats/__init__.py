"""The output formats: one a file, each renders a whole report.

A format is a function `render(report, stream, setting) -> bool`: it writes UTF-8 with LF line ends to the binary
`stream` and says whether the report had rows. It is loaded when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from relcare.formats.report import Report

FORMATS = {
    "table": "relcare.formats.table:render",
    "tsv": "relcare.formats.tsv:render",
    "csv": "relcare.formats.csv:render",
    "json": "relcare.formats.json:render",
    "jsonl": "relcare.formats.jsonl:render",
    "md": "relcare.formats.md:render",
    "ics": "relcare.formats.ics:render",
}

# Reports with a terminal form of their own, by the report's name.
TABLES = {
    "calendar add": "relcare.formats.calendar_table:steps",
    "calendar between": "relcare.formats.calendar_table:steps",
    "calendar show": "relcare.formats.calendar_table:month",
    "check": "relcare.formats.check_table:render",
    "explain": "relcare.formats.explain_table:render",
    "phrases": "relcare.formats.phrase_table:render",
    "reply check": "relcare.formats.reply_table:render",
    "rules check": "relcare.formats.check_table:render",
    "rules test": "relcare.formats.test_table:render",
    "timeline": "relcare.formats.timeline_table:render",
}

SUFFIXES = {
    ".txt": "table",
    ".tsv": "tsv",
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".md": "md",
    ".ics": "ics",
}


class Setting(NamedTuple):
    """How to render.

    `headers`: whether tables start with their column names. `color`: whether ANSI colours may be used. `width`: the
    columns of the terminal. `always`: write the column names even where there are no rows (a file is asked for, not a
    stream that stays silent).
    """

    headers: bool = True
    color: bool = False
    width: int = 100
    always: bool = False


def render(
    name: str,
    report: Report,
    stream: BinaryIO,
    *,
    headers: bool = True,
    color: bool = False,
    width: int | None = None,
    always: bool = False,
) -> bool:
    """Write `report` in the format `name`, a key of FORMATS, and say whether it had rows."""
    from importlib import import_module

    target = FORMATS[name]
    if name == "table":
        target = TABLES.get(report.name, target)
    module, _, function = target.partition(":")
    write = getattr(import_module(module), function)
    return bool(write(report, stream, Setting(headers, color, width or 100, always)))
