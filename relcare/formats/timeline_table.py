"""The terminal form of one case: what stands first to be done, then a line for each event, the days to the left.

It reads the rows by their columns' keys: `at`, `part`, `what`, `detail`, `rule_id`, `status`, `who`, `source`; a report that lacks
one of them is set as any other table. A mark says how a clock stands: ✓ met, ! met late, ✗ overdue or given up, ○ still to come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from relcare.formats import Setting, table
from relcare.formats.report import Column, Report
from relcare.formats.words import harmless, width_of

if TYPE_CHECKING:
    from rich.console import RenderableType

Row = dict[str, str]
_keys = frozenset(("at", "part", "what", "detail", "rule_id", "status", "who", "source"))
_marks = {
    "received": "●", "step": "●", "entry": "·", "pause": "‖", "resumes": "▸", "starts": "▸", "waived": "–", "ceased": "–",
    "given up": "✗", "at risk": "!", "deadline": "○", "gives up": "✗",
}  # fmt: skip
_of_status = {"met": "✓", "met late": "!", "overdue": "✗", "lapsed": "✗", "waived": "–", "ceased": "–"}
_styles = {
    "overdue": "red",
    "lapsed": "red",
    "at risk": "yellow",
    "met late": "yellow",
    "no record": "yellow",
    "undetermined": "yellow",
    "met": "green",
}
_clocks = frozenset(("starts", "due", "deadline", "at risk", "given up", "gives up", "waived", "ceased"))
_quiet = frozenset(("starts", "at risk", "gives up"))
DATE = 10  # letters of a date
COLUMNS = (
    Column("day", ""), Column("time", ""), Column("mark", ""), Column("told", "", wide=True), Column("who", ""), Column("source", ""),
)  # fmt: skip


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """The notes, then the timeline; the as-of stands as a line between what has been and what is to come."""
    keys = [column.key for column in report.columns]
    if not _keys <= set(keys):
        return table.render(report, stream, setting)
    statuses = next(column.labels for column in report.columns if column.key == "status")
    rows: list[Row] = [dict(zip(keys, row, strict=True)) for row in report.rows]
    table.write(stream, setting, table.heading(report))
    table.write(stream, setting, table.footing(replace(report, made_from={}), setting))
    cells = [_cells(row, statuses, before) for row, before in zip(rows, _days_before(rows), strict=True)]
    widths = table.fitted(COLUMNS, cells, setting.width, headers=False)
    table.write(stream, setting, ["", *_parts(rows, cells, widths)])
    table.write(stream, setting, table.footing(replace(report, notes=()), setting))
    return bool(rows)


def _days_before(rows: list[Row]) -> Iterator[str]:
    """The day of the line above; "" where there is none."""
    day = ""
    for row in rows:
        yield day
        day = "" if row["part"] == "as of" else row["at"][:DATE]


def _cells(row: Row, statuses: dict[str, str], day: str) -> list[str]:
    if row["part"] == "as of":
        return [row["at"][:DATE], row["at"][DATE + 1 :], "", "", "", ""]
    mark = _of_status.get(row["status"], "○") if row["part"] in ("due", "deadline") else _marks.get(row["part"], "·")
    shown = "" if row["at"][:DATE] == day else row["at"][:DATE]
    source = row["source"].replace("\\", "/").rpartition("/")[2]
    return [shown, row["at"][DATE + 1 :], mark, harmless(_told(row, statuses)), harmless(row["who"]), harmless(source)]


def _told(row: Row, statuses: dict[str, str]) -> str:
    """What it is, of a clock with its rule, and how it stands; of a step what it has completed."""
    status = statuses.get(row["status"], row["status"])
    if row["part"] in _clocks:
        standing = " · ".join(part for part in (status, row["detail"]) if part)
        return f"{row['what']} ({row['rule_id']}) {'· ' + standing if standing else ''}".rstrip()
    told = f"{row['what']} · {row['detail']}" if row["detail"] else row["what"]
    done = " ".join(part for part in (row["rule_id"], status) if part)
    return f"{told} → {done}" if done else told


def _parts(rows: list[Row], cells: list[list[str]], widths: list[int]) -> Iterator[RenderableType]:
    """The lines in front of the as-of, the as-of, the lines behind it."""
    from rich.text import Text

    at = next(index for index, row in enumerate(rows) if row["part"] == "as of")
    yield _grid(rows[:at], cells[:at], widths)
    width = sum(widths) + table.GAP * (len(widths) - 1)
    line = f"── {rows[at]['what']} {rows[at]['at']} "
    yield Text(line + "─" * (width - width_of(line)), style="bold")
    if rows[at + 1 :]:
        yield _grid(rows[at + 1 :], cells[at + 1 :], widths)


def _grid(rows: list[Row], cells: list[list[str]], widths: list[int]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, table.GAP, 0, 0))
    for column, width in zip(COLUMNS, widths, strict=True):
        grid.add_column(width=width, overflow="fold", no_wrap=not column.wide and column.key in ("day", "time", "mark"))
    for row, (day, time, mark, told, who, source) in zip(rows, cells, strict=True):
        style = _styles.get(row["status"], "") if row["part"] in _clocks else ""
        grid.add_row(
            Text(day, style="bold"),
            Text(time),
            Text(mark, style=style),
            Text(told, style=style or ("dim" if row["part"] in _quiet else "")),
            Text(who),
            Text(source, style="dim"),
        )
    return grid
