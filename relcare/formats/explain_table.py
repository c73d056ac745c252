"""The terminal form of `explain`: the sentences first, then each decision with its rules and their tests.

It reads the rows by their columns' keys: `decision`, `outcome`, `rule_id`, `clause`, `rule_place`, and of each test `verdict`,
`fact`, `value`, `test`, `fact_place`. An arrow marks the rule that `decided`. A report that lacks one of them is set as any
other table.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO

from relcare.formats import Setting, table
from relcare.formats.report import Column, Report
from relcare.formats.words import harmless

if TYPE_CHECKING:
    from rich.console import RenderableType

Row = dict[str, str]
_head = ("decision", "outcome", "rule_id", "clause", "rule_place")
_tests = ("verdict", "fact", "value", "test", "fact_place", "rule_place")
_wide = frozenset(("value", "test", "fact_place"))
INDENT = 4


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """A heading for each decision, a line for each rule, a line for each test."""
    keys = [column.key for column in report.columns]
    rows: list[Row] = [dict(zip(keys, row, strict=True)) for row in report.rows]
    if not rows or not {*_head, *_tests} <= set(keys):
        return table.render(report, stream, setting)
    table.write(stream, setting, table.heading(report))
    table.write(stream, setting, table.footing(replace(report, made_from={}), setting))
    columns = [Column(key, "", wide=key in _wide) for key in _tests]
    widths = table.fitted(columns, map(_cells, rows), setting.width - INDENT, headers=False)
    for _, of_decision in groupby(rows, lambda row: (row["decision"], row["outcome"])):
        listed = list(of_decision)
        parts: list[RenderableType] = ["", _heading(listed[0])]
        for _, of_rule in groupby(listed, lambda row: row["rule_id"]):
            tests = list(of_rule)
            if tests[0]["rule_id"]:
                parts.append(_rule(tests[0]))
            parts.append(_indented(table.grid(columns, map(_cells, tests), widths, headers=False)))
        table.write(stream, setting, parts)
    table.write(stream, setting, table.footing(replace(report, notes=()), setting))
    return True


def _cells(row: Row) -> list[str]:
    """The cells of a test; of its file the name, and the line alone of the rule file that the rule's own line names."""
    line = row["rule_place"].rpartition(":")[2]
    cells = [row[key] for key in _tests[:-2]] + [row["fact_place"].replace("\\", "/").rpartition("/")[2]]
    return [harmless(cell) for cell in cells] + [f":{line}" if line else ""]


def _heading(row: Row) -> RenderableType:
    from rich.text import Text

    return Text(f"{harmless(row['decision'])}: {harmless(row['outcome'])}", style="bold")


def _rule(row: Row) -> RenderableType:
    from rich.text import Text

    path = row["rule_place"].rpartition(":")[0]
    parts = [row["rule_id"], row["clause"], path]
    return Text(
        ("→ " if row.get("decided") and row["rule_id"] else "  ") + "  ".join(harmless(part) for part in parts if part)
    )


def _indented(grid: RenderableType) -> RenderableType:
    from rich.padding import Padding

    return Padding(grid, (0, 0, 0, INDENT))
