"""The terminal form of `check`: problems by file, then each table's rows, then what is not supplied.

It reads the rows of the flat report by their columns' keys: `kind` is `problem`, `table` (`code` its name, `message` its
label, `place` its file, `hint` what else is to be said of it) or `not supplied` (`code` what is missing, `message` what that silences). A report that lacks one
of the columns is set as any other table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from relcare.formats import Setting, table
from relcare.formats.messages import message
from relcare.formats.report import Column, Report
from relcare.formats.words import counted, grouped, harmless, word
from relcare.located import Place, Problem, by_place

if TYPE_CHECKING:
    from rich.console import RenderableType

Row = dict[str, str]
_needed = frozenset(("kind", "place", "code", "message", "hint"))
_figures = (
    ("rows_in", "Rows in"),
    ("rows_used", "Used"),
    ("collapsed", "Collapsed"),
    ("set_aside", "Set aside"),
    ("latest", "Latest"),
    ("days_old", "Days old"),
)


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """Every problem with its source line and caret where the report has them; nothing is cut."""
    keys = [column.key for column in report.columns]
    if not _needed <= set(keys):
        return table.render(report, stream, setting)
    rows: list[Row] = [dict(zip(keys, row, strict=True)) for row in report.rows]
    table.write(stream, setting, [*table.heading(report), ""])
    _problems(report, rows, stream, setting)
    _tables(report, [row for row in rows if row["kind"] == "table"], stream, setting)
    _not_supplied(report, [row for row in rows if row["kind"] == "not supplied"], stream, setting)
    table.write(stream, setting, table.footing(report, setting))
    return bool(rows)


def _problems(report: Report, rows: list[Row], stream: BinaryIO, setting: Setting) -> None:
    problems = list(report.problems) or [
        Problem(_place(row["place"]), row["code"], row["message"], row["hint"])
        for row in rows
        if row["kind"] == "problem"
    ]
    if not problems:
        table.write(stream, setting, [word("No problems.", report.language)])
        return
    files: dict[str, list[Problem]] = {}
    for problem in by_place(problems):
        files.setdefault(problem.place.path, []).append(problem)
    lines = []
    for path, found in files.items():
        lines += [_bold(path, setting)] if path else []
        for problem in found:
            where = str(problem.place)[len(problem.place.path) :].lstrip(":")
            parts = message(problem, color=setting.color, language=report.language, place=where)
            lines += ["  " + part for part in parts]
        lines.append("")
    lines.append(counted(len(problems), "problem", report.language))
    stream.write(("\n".join(lines) + "\n").encode(errors="replace"))


def _tables(report: Report, rows: list[Row], stream: BinaryIO, setting: Setting) -> None:
    if not rows:
        return
    figures = [(key, title) for key, title in _figures if any(row.get(key) for row in rows)]
    columns = [
        Column("message", word("Table", report.language)),
        Column("place", word("File", report.language)),
        *[Column(key, word(title, report.language), "text" if key == "latest" else "number") for key, title in figures],
    ]
    files = [row["place"].replace("\\", "/").rpartition("/") for row in rows]
    one_folder = len({folder for folder, _, _ in files}) == 1
    cells = [
        [
            harmless(row["message"] or row["code"]),
            harmless(name if one_folder else row["place"]),
            *[grouped(row.get(key, "")) for key, _ in figures],
        ]
        for row, (_, _, name) in zip(rows, files, strict=True)
    ]
    _grid(columns, cells, stream, setting)
    unused = [f"{name}: {row['hint']}" for row, (_, _, name) in zip(rows, files, strict=True) if row["hint"]]
    if unused:
        table.write(stream, setting, table.footing(replace(report, notes=tuple(unused), made_from={}), setting))


def _not_supplied(report: Report, rows: list[Row], stream: BinaryIO, setting: Setting) -> None:
    if rows:
        columns = [Column("code", word("Not supplied", report.language)), Column("message", "", wide=True)]
        cells = [[harmless(row["code"] or row["place"]), harmless(row["message"])] for row in rows]
        _grid(columns, cells, stream, setting)


def _grid(columns: Sequence[Column], cells: list[list[str]], stream: BinaryIO, setting: Setting) -> None:
    widths = table.fitted(columns, cells, setting.width, headers=True)
    parts: list[RenderableType] = ["", table.grid(columns, cells, widths, headers=True)]
    table.write(stream, setting, parts)


def _place(text: str) -> Place:
    """The place that `path:line:column` names; a path may hold colons itself."""
    numbers: list[int] = []
    path = text
    while len(numbers) < 2:
        head, colon, tail = path.rpartition(":")
        if not colon or not head or not (tail.isascii() and tail.isdigit()):
            break
        numbers.insert(0, int(tail))
        path = head
    return Place(path, *numbers)


def _bold(text: str, setting: Setting) -> str:
    return f"\x1b[1m{harmless(text)}\x1b[0m" if setting.color else harmless(text)
