"""The terminal form of `explain`: the sentences first, then what is owed, then each decision with its rules and their tests.

It reads the rows by their columns' keys. A decision's have `decision`, `outcome`, `rule_id`, `clause`, `rule_place`, and of each
test `verdict`, `fact`, `value`, `test`, `fact_place`; an arrow marks the rule that `decided`. Rows with a `part` tell of an
obligation: the one whose part is `status` heads the others of that rule and opening. A report that lacks one of the first is
set as any other table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO

from relcare.formats import Setting, table
from relcare.formats.report import Column, Report
from relcare.formats.words import harmless
from relcare.rulebook.owed_wording import STATUSES

if TYPE_CHECKING:
    from rich.console import RenderableType

Row = dict[str, str]
_head = ("decision", "outcome", "clause", "rule_id", "rule_place")
_tests = ("verdict", "fact", "value", "test", "fact_place", "rule_place")
_steps = ("verdict", "value", "words", "fact_place", "rule_place")
_wide = frozenset(("value", "test", "fact_place", "words"))
_colors = {
    "red": ("overdue", "lapsed"),
    "yellow": ("at risk", "no record", "undetermined", "met late"),
    "green": ("met",),
}
INDENT = 4


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """A heading for each rule that owes something, and for each decision; a line for each step and test."""
    keys = [column.key for column in report.columns]
    rows: list[Row] = [dict(zip(keys, row, strict=True)) for row in report.rows]
    if not rows or not {*_head, *_tests} <= set(keys):
        return table.render(report, stream, setting)
    table.write(stream, setting, table.heading(report))
    table.write(stream, setting, table.footing(replace(report, made_from={}), setting))
    table.write(stream, setting, _obligations([row for row in rows if row.get("part")], setting))
    table.write(stream, setting, _decisions([row for row in rows if not row.get("part")], setting))
    table.write(stream, setting, table.footing(replace(report, notes=()), setting))
    return True


def _decisions(rows: list[Row], setting: Setting) -> Iterator[RenderableType]:
    columns = [Column(key, "", wide=key in _wide) for key in _tests]
    widths = table.fitted(columns, map(_cells, rows), setting.width - INDENT, headers=False)
    for _, of_decision in groupby(rows, lambda row: (row["decision"], row["outcome"])):
        listed = list(of_decision)
        yield ""
        yield _bold(f"{harmless(listed[0]['decision'])}: {harmless(listed[0]['outcome'])}")
        for _, of_rule in groupby(listed, lambda row: row["rule_id"]):
            tests = list(of_rule)
            if tests[0]["rule_id"]:
                yield _rule(tests[0])
            yield _indented(table.grid(columns, map(_cells, tests), widths, headers=False))


def _obligations(rows: list[Row], setting: Setting) -> Iterator[RenderableType]:
    """What is or was owed, one rule after the other; then, a line each, what is not."""
    by_rule = [list(group) for _, group in groupby(rows, lambda row: row["rule_id"])]
    owed = [group for group in by_rule if _is_owed(group) or len(by_rule) == 1]
    columns = [Column(key, "", wide=key in _wide) for key in _steps]
    steps = [_step(row, "") for group in owed for row in group if row["part"] != "status"]
    widths = table.fitted(columns, steps, setting.width - INDENT, headers=False)
    for group in owed:
        for number, (heading, *below) in enumerate(_occurrences(group)):
            if below or number == 0:
                yield ""
                yield from _headline(heading)
            else:
                yield _indented(_stands(heading, heading["value"]))
            if below:
                told = [_step(row, heading["rule_place"]) for row in below]
                yield _indented(table.grid(columns, told, widths, headers=False))
    nothing = [row for group in by_rule if group not in owed for row in group if row["part"] == "status"]
    if nothing:
        columns = [Column(key, "", wide=key in ("fact", "test")) for key in ("rule_id", "fact", "test")]
        cells = [[harmless(row[key]) for key in ("rule_id", "fact", "test")] for row in nothing]
        widths = table.fitted(columns, cells, setting.width - INDENT, headers=False)
        yield ""
        yield _bold(harmless(nothing[0]["outcome"]).capitalize())
        yield _indented(table.grid(columns, cells, widths, headers=False))


def _is_owed(group: Sequence[Row]) -> bool:
    return any(row["part"] not in ("status", "when") for row in group)


def _occurrences(group: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows of each occurrence of a rule, its heading first."""
    found: list[Row] = []
    for row in group:
        if row["part"] == "status" and found:
            yield found
            found = []
        found.append(row)
    yield found


def _headline(row: Row) -> Iterator[RenderableType]:
    """What is owed, how it stands and by when; below it the rule, its clause and its place."""
    from rich.text import Text

    yield _stands(row, row["fact"], style="bold")
    below = (row["rule_id"], row["clause"], row["rule_place"])
    yield Text("  " + "  ".join(harmless(part) for part in below if part), style="dim")


def _stands(row: Row, name: str, style: str = "") -> RenderableType:
    from rich.text import Text

    line = Text()
    line.append(harmless(name), style=style)
    line.append(" · ")
    line.append(harmless(row["outcome"]), style=_color(row["outcome"]))
    line.append(f" · {harmless(row['test'])}")
    return line


def _color(status: str) -> str:
    english = next((key for key, word in STATUSES.items() if word == status), status)
    return next((color for color, listed in _colors.items() if english in listed), "")


def _step(row: Row, own: str) -> list[str]:
    """The cells of a step; what a test is made on and the test are one text. `own` is the rule's place, told above."""
    fact, words = harmless(row["fact"]), harmless(row["test"])
    told = f"{fact}: {words}" if fact and words and row["part"] == "when" else words or fact
    file, line = _places(row)
    return [harmless(row["verdict"]), harmless(row["value"]), told, file, "" if row["rule_place"] == own else line]


def _cells(row: Row) -> list[str]:
    return [*(harmless(row[key]) for key in _tests[:-2]), *_places(row)]


def _places(row: Row) -> tuple[str, str]:
    """Of a cell's file the name, and the line alone of the rule file, which the rule's own line names."""
    line = row["rule_place"].rpartition(":")[2]
    return harmless(row["fact_place"].replace("\\", "/").rpartition("/")[2]), f":{line}" if line else ""


def _bold(text: str) -> RenderableType:
    from rich.text import Text

    return Text(text, style="bold")


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
