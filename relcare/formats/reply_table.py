"""The terminal form of `reply check`: each finding with its line and a caret, file by file; then what was checked."""

from __future__ import annotations

from typing import BinaryIO

from relcare.formats import Setting, table
from relcare.formats.messages import message
from relcare.formats.report import Report
from relcare.formats.words import harmless
from relcare.located import by_place


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """`file:line:column: CODE what (clause)`, the line, what to write instead; a line where there is nothing to change."""
    table.write(stream, setting, [*table.heading(report), ""])
    lines: list[str] = []
    for problem in by_place(report.problems):
        lines += [*message(problem, color=setting.color, language=report.language), ""]
    if not lines:
        lines = [harmless(report.nothing)]
    else:
        lines.pop()
    stream.write(("\n".join(lines) + "\n").encode(errors="replace"))
    table.write(stream, setting, table.footing(report, setting))
    return bool(report.problems)
