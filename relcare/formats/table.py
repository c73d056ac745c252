"""The table that a terminal shows: titles and codes in the reader's language, aligned, one line a row where it fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from relcare.formats import Setting
from relcare.formats.report import Column, Report
from relcare.formats.words import counted, grouped, harmless, in_words, width_of, word

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

MEASURED = 500  # rows that the widths are taken from, and rows laid out at a time
GAP = 2  # blank columns between two columns
LEAST_WIDE = 24  # a column of free text is not made narrower than this while others can still give way
LEAST = 6  # no column is made narrower than this


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """A title, the table, the number of rows, the notes, and what the list was made from.

    Only columns of free text wrap; where even that does not fit, the widest of the others do. Nothing is cut.
    """
    write(stream, setting, heading(report))
    if report.divided:
        return _in_parts(report, stream, setting)
    indices = _shown(report)
    columns = [report.columns[index] for index in indices]
    cells = ([_cell(report.columns[index], row[index]) for index in indices] for row in report.rows)
    measured = list(islice(cells, MEASURED))
    if not measured:
        write(stream, setting, [report.nothing or counted(0, "row", report.language)])
        write(stream, setting, footing(report, setting))
        return False
    stream.write(b"\n")
    widths = fitted(columns, measured, setting.width, headers=setting.headers)
    count, headers, batch = 0, setting.headers, measured
    while batch:
        write(stream, setting, [grid(columns, batch, widths, headers=headers)])
        count += len(batch)
        headers = False
        batch = list(islice(cells, MEASURED))
    write(stream, setting, ["", counted(count, "row", report.language), *footing(report, setting)])
    return True


def _in_parts(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """The notes, which sum it up, then a titled table for each part."""
    from rich.text import Text

    from relcare.formats.divided import parts

    write(stream, setting, footing(replace(report, made_from={}), setting))
    found = False
    for title, part in parts(report):
        found = True
        cells = [[_cell(column, text) for column, text in zip(part.columns, row, strict=True)] for row in part.rows]
        widths = fitted(part.columns, cells, setting.width, headers=setting.headers)
        write(
            stream, setting, ["", Text(title, style="bold"), grid(part.columns, cells, widths, headers=setting.headers)]
        )
    if not found:
        write(stream, setting, [report.nothing])
    write(stream, setting, footing(replace(report, notes=()), setting))
    return found


def heading(report: Report) -> list[RenderableType]:
    """`Customers · as of 2026-11-20`."""
    from rich.text import Text

    title = Text(harmless(report.title), style="bold")
    if report.as_of:
        title.append(f" · {word('as of', report.language)} {harmless(report.as_of)}", style="not bold")
    return [title]


def footing(report: Report, setting: Setting) -> list[RenderableType]:
    """The notes, each with a mark and a hanging indent, and a quiet line of versions and hashes."""
    from rich.table import Table
    from rich.text import Text

    lines: list[RenderableType] = []
    if report.notes:
        notes = Table.grid(padding=(0, 1))
        notes.add_column(width=1)
        notes.add_column(max_width=max(setting.width - 2, LEAST_WIDE), overflow="fold")
        for note in report.notes:
            notes.add_row("·", Text(harmless(note)))
        lines += ["", notes]
    if report.made_from:
        parts = [f"{key} {_brief(value)}".rstrip() for key, value in report.made_from.items()]
        made_from = f"{word('made from', report.language)}: {' · '.join(parts)}"
        lines += ["", Text(harmless(made_from), style="dim", overflow="fold")]
    return lines


def fitted(columns: Sequence[Column], rows: Iterable[Sequence[str]], width: int, *, headers: bool) -> list[int]:
    """A width for each column: that of its longest cell, less where the whole would be wider than `width`.

    First the columns of free text give way, then every column as far as its longest word, then all but
    the numbers, then every column.
    """
    titles = [harmless(column.title) if headers else "" for column in columns]
    widths = [width_of(title) for title in titles]
    words = [max(map(width_of, title.split()), default=1) for title in titles]
    for row in rows:
        for index, text in enumerate(row):
            here = width_of(text)
            widths[index] = max(widths[index], here)
            if here > words[index]:
                words[index] = max(words[index], max(map(width_of, text.split()), default=1))
    wide = [LEAST_WIDE if column.wide else each for column, each in zip(columns, widths, strict=True)]
    whole_words = [LEAST_WIDE // 2 if column.wide else each for column, each in zip(columns, words, strict=True)]
    excess = sum(widths) + GAP * (len(widths) - 1) - width
    figures = [each if column.kind == "number" else LEAST for column, each in zip(columns, words, strict=True)]
    for least in (wide, whole_words, figures, [LEAST] * len(widths)):
        while excess > 0:
            room = [each - floor for each, floor in zip(widths, least, strict=True)]
            givers = [index for index, left in enumerate(room) if left > 0]
            if not givers:
                break
            widths[max(givers, key=widths.__getitem__)] -= 1
            excess -= 1
    return [max(each, 1) for each in widths]


def grid(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], widths: Sequence[int], *, headers: bool
) -> RenderableType:
    """The table itself: a line under the titles, no other lines; what is undetermined stands out in colour."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD if headers else None,
        show_header=headers,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1 if headers else GAP, 0, 0),
        header_style="bold",
    )
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            Text(harmless(column.title)),
            justify="right" if column.kind == "number" else "left",
            width=width,
            overflow="fold",
        )
    undetermined = [
        column.labels.get("undetermined", "undetermined") if column.kind == "code" else None for column in columns
    ]
    for row in rows:
        table.add_row(
            *[
                Text(text, style="yellow" if text == stands_out else "", overflow="fold")
                for text, stands_out in zip(row, undetermined, strict=True)
            ]
        )
    return table


def write(stream: BinaryIO, setting: Setting, parts: Iterable[RenderableType]) -> None:
    """Lay the parts out and write them, without blanks at the ends of lines."""
    text = StringIO()
    console = _console(text, setting)
    for part in parts:
        console.print(part, soft_wrap=False)
    lines = text.getvalue().split("\n")
    stream.write("\n".join(line.rstrip(" ") for line in lines).encode(errors="replace"))


def _console(text: StringIO, setting: Setting) -> Console:
    from rich.console import Console

    return Console(
        file=text,
        width=max(setting.width, 20),
        force_terminal=setting.color,
        color_system="standard" if setting.color else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )


def _shown(report: Report) -> list[int]:
    keys = [column.key for column in report.columns]
    return [keys.index(key) for key in report.shown if key in keys] or list(range(len(keys)))


def _cell(column: Column, text: str) -> str:
    if column.kind == "number":
        return grouped(text)
    if column.kind == "json":
        return harmless(in_words(text, column.labels))
    return harmless(column.labels.get(text, text))


def _brief(value: object) -> str:
    """A value of `made_from` in a few characters: hashes by their first 12."""
    if isinstance(value, Mapping):
        return " ".join(_brief(each) for each in value.values())
    if isinstance(value, list | tuple):
        return ", ".join(_brief(each) for each in value)
    text = "" if value is None else str(value)
    is_hash = len(text) >= 40 and all(c in "0123456789abcdef" for c in text)
    return text[:12] if is_hash else text
