"""The terminal forms of `calendar add`, `between` and `show`: the answer first, then the days; months as on the wall.

They read the rows by their columns' keys. A report that lacks one of them is set as any other table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO

from relcare.formats import Setting, table
from relcare.formats.report import Column, Report
from relcare.formats.words import harmless, width_of

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

Row = dict[str, str]
_steps = frozenset(("what", "day", "weekday", "from", "to", "counted", "total", "why", "provisional"))
_days = frozenset(("day", "weekday", "state", "hours", "why", "festival", "provisional"))
_colors = {
    "skipped": "dim",
    "paused": "yellow",
    "rolled": "yellow",
    "holiday": "red",
    "make-up": "cyan",
    "other hours": "cyan",
    "closed": "dim",
}
_heads = {"en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "zh": ("一", "二", "三", "四", "五", "六", "日")}
_marks = {
    "en": {"holiday": "off", "make-up": "on", "closed": "–", "other hours": "part", "open": ""},
    "zh": {"holiday": "休", "make-up": "班", "closed": "–", "other hours": "半", "open": ""},
}
_months = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_legend = {
    "en": {
        "holiday": "off: holiday",
        "make-up": "on: open to make up for one",
        "closed": "–: closed each week",
        "other hours": "part: other hours",
        "?": "?: provisional",
    },
    "zh": {
        "holiday": "休：节假日",
        "make-up": "班：调休上班",
        "closed": "–：周末",
        "other hours": "半：调整时间",
        "?": "?：推定",
    },
}
CELL = 8
INDENT = 2


def steps(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """The deadline or the number in bold, then each day, neighbours of which the same is told on one line."""
    rows = _read(report, _steps)
    if not rows:
        return table.render(report, stream, setting)
    head, *lines = rows
    table.write(stream, setting, [*table.heading(replace(report, as_of="")), ""])
    table.write(stream, setting, [_answer(head, report.language)])
    table.write(stream, setting, table.footing(replace(report, made_from={}), setting))
    if lines:
        columns = [
            Column(key, "", kind, wide=key == "why")
            for key, kind in (
                ("what", ""),
                ("day", ""),
                ("weekday", ""),
                ("hours", ""),
                ("counted", "number"),
                ("total", "number"),
                ("why", ""),
            )
        ]
        whats = {column.key: column.labels for column in report.columns}["what"]
        told = [_folded(group, whats) for group in _grouped(lines)]
        used = [index for index, _ in enumerate(columns) if any(cells[index] for cells in told)]
        columns, told = [columns[i] for i in used], [[cells[i] for i in used] for cells in told]
        widths = table.fitted(columns, told, setting.width - INDENT, headers=False)
        table.write(stream, setting, ["", _indented(table.grid(columns, told, widths, headers=False))])
    table.write(stream, setting, table.footing(replace(report, notes=()), setting))
    return True


def month(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """A grid for each month, a week a line; below it the holidays by name and what the marks mean."""
    rows = _read(report, _days)
    if not rows:
        return table.render(report, stream, setting)
    table.write(stream, setting, table.heading(report))
    for name, of_month in groupby(rows, lambda row: row["day"][:7]):
        days = list(of_month)
        table.write(stream, setting, ["", *_grid(name, days, report.language), "", *_named(days)])
    seen = {row["state"] for row in rows} | ({"?"} if any(row["provisional"] for row in rows) else set())
    told = [text for mark, text in _legend[report.language].items() if mark in seen]
    table.write(
        stream, setting, ["", _text(("；" if report.language == "zh" else "; ").join(told), "dim")] if told else []
    )
    table.write(stream, setting, table.footing(report, setting))
    return True


def _read(report: Report, needed: frozenset[str]) -> list[Row]:
    keys = [column.key for column in report.columns]
    return [dict(zip(keys, row, strict=True)) for row in report.rows] if needed <= set(keys) else []


def _answer(head: Row, language: str) -> RenderableType:
    """`Tuesday 2026-10-13, end of the day`, or `5 working days`."""
    at = "" if head["to"] == "24:00" and head["why"] else head["to"]
    when = " ".join(
        part
        for part in ((head["day"], head["weekday"], at) if language == "zh" else (head["weekday"], head["day"], at))
        if part
    )
    line = _text(when or head["why"], "bold")
    if when and head["why"]:
        line.append(("，" if language == "zh" else ", ") + harmless(head["why"]), style="not bold")
    if head["provisional"]:
        line.append("  ?", style="yellow")
    return line


def _grouped(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Neighbouring whole days of which the same is told."""
    group: list[Row] = []
    for row in rows:
        same = (
            group
            and all(row[key] == group[-1][key] for key in ("what", "why", "provisional"))
            and not row["from"]
            and not group[-1]["from"]
        )
        if same and abs(_day(row) - _day(group[-1])) == timedelta(days=1):
            group.append(row)
            continue
        if group:
            yield group
        group = [row]
    if group:
        yield group


def _folded(group: list[Row], whats: dict[str, str]) -> list[str]:
    first, last = group[0], group[-1]
    several = len(group) > 1
    counted = str(sum(int(row["counted"]) for row in group)) if several and first["counted"] else first["counted"]
    hours = f"{first['from']} – {first['to']}" if first["from"] else ""
    return [
        harmless(whats.get(first["what"], first["what"])), f"{first['day']} – {last['day']}" if several else first["day"],
        f"{first['weekday']} – {last['weekday']}" if several else first["weekday"], harmless(hours), counted, last["total"],
        harmless(first["why"]) + (" ?" if first["provisional"] else ""),
    ]  # fmt: skip


def _grid(name: str, days: list[Row], language: str) -> Iterator[RenderableType]:
    """The month, a line a week, Monday first."""
    year, number = name.split("-")
    title = f"{year} 年 {int(number)} 月" if language == "zh" else f"{_months[int(number) - 1]} {year}"
    yield _text(title, "bold")
    line = _text("", "")
    for head in _heads[language]:
        line.append(_padded(head, CELL), style="dim")
    yield line
    line = _text(" " * CELL * _day(days[0]).weekday(), "")
    for row in days:
        mark = _marks[language].get(row["state"], "") + ("?" if row["provisional"] else "")
        line.append(_padded(f"{_day(row).day:>2} {mark}", CELL), style=_colors.get(row["state"], ""))
        if _day(row).weekday() == 6:
            yield line
            line = _text("", "")
    if line.plain:
        yield line


def _named(days: list[Row]) -> Iterator[RenderableType]:
    """The holidays, make-up days and festivals of a month, by name."""
    columns = [Column("days", ""), Column("why", "", wide=True)]
    told = []
    for group in _same(days):
        first, last = _day(group[0]), _day(group[-1])
        stretch = (
            f"{first.month}-{first.day:02}"
            if first == last
            else f"{first.month}-{first.day:02} – {last.month}-{last.day:02}"
        )
        told.append([stretch, harmless(group[0]["why"])])
    told += [
        [f"{_day(row).month}-{_day(row).day:02}", harmless(row["festival"])]
        for row in days
        if row["festival"] and row["festival"] != row["why"]
    ]
    told.sort(key=lambda cells: tuple(int(part) for part in cells[0].split(" ")[0].split("-")))
    if told:
        yield table.grid(columns, told, table.fitted(columns, told, 100, headers=False), headers=False)


def _same(days: list[Row]) -> Iterator[list[Row]]:
    for (state, _), group in groupby(days, lambda row: (row["state"], row["why"])):
        if state not in ("open", "closed"):
            yield list(group)


def _day(row: Row) -> date:
    return date.fromisoformat(row["day"])


def _padded(text: str, width: int) -> str:
    return text + " " * (width - width_of(text))


def _text(text: str, style: str) -> Text:
    from rich.text import Text

    line = Text()
    line.append(harmless(text), style=style)
    return line


def _indented(part: RenderableType) -> RenderableType:
    from rich.padding import Padding

    return Padding(part, (0, 0, 0, INDENT))
