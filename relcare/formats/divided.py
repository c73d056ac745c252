"""A report whose rows tell of different things: a part for each, with the columns that say something there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from relcare.formats.report import ListedRows, Report


def parts(report: Report) -> Iterator[tuple[str, Report]]:
    """The parts in the order in which they come up, each with its title; without the column by which they are divided."""
    keys = [column.key for column in report.columns]
    by = keys.index(report.divided)
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in report.rows:
        found.setdefault(row[by], []).append(row)
    for name, rows in found.items():
        there = [i for i in range(len(keys)) if i != by and any(row[i] for row in rows)]
        columns = tuple(report.columns[i] for i in there)
        listed = ListedRows(tuple(row[i] for i in there) for row in rows)
        yield report.columns[by].labels.get(name, name), replace(report, columns=columns, rows=listed, divided="")
