"""The terminal form of `phrases`: each script as it is read aloud, with what it is for above it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from relcare.formats import Setting, table
from relcare.formats.report import Column, Report
from relcare.formats.words import harmless

if TYPE_CHECKING:
    from rich.console import RenderableType

_HEAD = ("subject_id", "name", "rule_id", "action")
_STANDING = ("status", "act_by")
_SAID = ("opening", "explanation", "gain", "placeholders")


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """A block for each row: whom and what it is for, then the sentences, each behind its name; nothing is cut."""
    keys = [column.key for column in report.columns]
    if not {"rule_id", *_SAID} <= set(keys):
        return table.render(report, stream, setting)
    columns = dict(zip(keys, report.columns, strict=True))
    table.write(stream, setting, table.heading(report))
    found = False
    for row in report.rows:
        found = True
        table.write(stream, setting, _block(dict(zip(keys, row, strict=True)), columns, setting))
    if not found:
        table.write(stream, setting, [report.nothing])
    table.write(stream, setting, table.footing(report, setting))
    return found


def _block(row: dict[str, str], columns: dict[str, Column], setting: Setting) -> Iterator[RenderableType]:
    from rich.table import Table
    from rich.text import Text

    head = Text(" · ".join(harmless(row[key]) for key in _HEAD if row.get(key)), style="bold")
    standing = [harmless(row[key]) for key in _STANDING if row.get(key)]
    if standing:
        head.append(f" · {', '.join(standing)}", style="not bold")
    yield ""
    yield head
    lines = Table.grid(padding=(0, 2))
    lines.add_column(no_wrap=True)
    lines.add_column(max_width=max(setting.width - 18, 24), overflow="fold")
    for key in _SAID:
        if row.get(key):
            lines.add_row(Text(f"  {harmless(columns[key].title)}", style="dim"), Text(harmless(row[key])))
    if not row.get("opening"):
        lines.add_row(Text(f"  {harmless(columns['place'].title)}", style="dim"), Text(harmless(row["place"])))
    yield lines
