"""Markdown: a heading, the notes and a pipe table in the reader's language."""

from __future__ import annotations

import re
from typing import BinaryIO

from relcare.formats import Setting
from relcare.formats.report import Column, Report
from relcare.formats.words import grouped, harmless, in_words, word

# What Markdown would read as markup inside a table cell; an underscore only where it can open or close emphasis.
_markup = re.compile(r"[\\|`*~<\[&]|(?<![^\W_])_|_(?![^\W_])")
_breaks = re.compile(r"\r\n|\r|\n")


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """All columns; codes by their words; a line break in a cell is `<br>`."""
    rows = [[_cell(column, text) for column, text in zip(report.columns, row, strict=True)] for row in report.rows]
    parts: list[str] = []
    if setting.headers:
        as_of = f" · {word('as of', report.language)} {escaped(report.as_of)}" if report.as_of else ""
        parts.append(f"## {escaped(report.title)}{as_of}\n")
    if report.notes:
        parts.append("".join(f"- {escaped(note)}\n" for note in report.notes))
    if rows and report.divided:
        from relcare.formats.divided import parts as parts_of

        for title, part in parts_of(report):
            cells = [[_cell(column, text) for column, text in zip(part.columns, row, strict=True)] for row in part.rows]
            parts.append(f"### {escaped(title)}\n\n{_table(part, cells)}")
    elif rows or (setting.always and not report.nothing):
        parts.append(_table(report, rows))
    elif report.nothing:
        parts.append(escaped(report.nothing) + "\n")
    stream.write("\n".join(parts).encode(errors="replace"))
    return bool(rows)


def escaped(text: str) -> str:
    """The text so that Markdown shows it as it is, on one line."""
    marked = _markup.sub(lambda found: "&amp;" if found[0] == "&" else "\\" + found[0], text)
    return harmless(_breaks.sub("<br>", marked))


def _cell(column: Column, text: str) -> str:
    if column.kind == "json":
        return escaped(in_words(text, column.labels))
    return grouped(text) if column.kind == "number" else escaped(column.labels.get(text, text))


def _table(report: Report, rows: list[list[str]]) -> str:
    from tabulate import tabulate

    titles = [escaped(column.title) for column in report.columns]
    align = ["right" if column.kind == "number" else "left" for column in report.columns]
    return (
        tabulate(rows, headers=titles, tablefmt="pipe", colalign=align if rows else None, disable_numparse=True) + "\n"
    )
