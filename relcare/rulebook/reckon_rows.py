"""Rows of a table as they were known at the as-of: cells read, the future hidden, rows with the same key made one.

The plain reference for what the engine does in SQL; one subject's rows at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol

from relcare.rulebook.cells import read_cell
from relcare.rulebook.comparing import interval_of
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.values import ABSENT, FactValue, Month, State, not_supplied, unreadable
from relcare.rulebook.vocabulary import Fact, Field, Table
from relcare.timing.spans import shift


class RawRow(NamedTuple):
    """A row as it stands in a file: its physical line, and the cell of each field that the file supplies."""

    line: int
    cells: Mapping[str, str]


class BookRows(Protocol):
    """The rows of a book, looked up by a cell."""

    def rows_where(self, table: str, field: str, values: Collection[str]) -> list[RawRow]:
        """The rows of `table` whose cell in `field`, stripped, is one of `values`; none without such a table or field."""
        ...


@dataclass(frozen=True, slots=True)
class TableContext:
    """What has to be known of a whole table before one subject's facts can be reckoned.

    `supplied` are the fields, facts and decisions that the file has a column for. `covers` is the first and the last day
    that the table says it covers (None where nothing is said). `reporting` is the reporting month of a monthly series.
    `codes` and `date_format` are those of the file.
    """

    path: str
    supplied: frozenset[str]
    covers: tuple[date | None, date | None] = (None, None)
    reporting: Month | None = None
    date_format: str = ""
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What facts are reckoned under: the rulebook, the as-of (in the book's zone), and the tables that the book has."""

    rulebook: Rulebook
    as_of: datetime
    zone: str
    tables: Mapping[str, TableContext]

    @property
    def today(self) -> date:
        """The as-of date."""
        return self.as_of.date()


class Row(NamedTuple):
    """One row of a table at the as-of; `lines` are those of the file's rows that became it.

    `loose`: the rows that became it contradict each other in whose row it is, so that it may count or not.
    """

    lines: tuple[int, ...]
    cells: Mapping[str, FactValue]
    loose: bool = False

    def get(self, name: str) -> FactValue:
        """The cell of a field; not supplied where the file has no such column."""
        return self.cells.get(name) or not_supplied()


def reporting_month(months: Iterable[Month], today: date) -> Month | None:
    """The last of `months` that is over at the end of `today`."""
    return max((month for month in months if last_day(month) <= today), default=None)


def last_day(month: Month) -> date:
    """The last day of a month."""
    return shift(shift(date(month.year, month.month, 1), 1, "months"), -1, "days")


def read_raw(table: Table, raw: RawRow, context: Context) -> dict[str, FactValue]:
    """The cells of a row, whatever their dates; facts and decisions that the file supplies are among them."""
    about = context.tables[table.name]
    facts: Mapping[str, Fact] = context.rulebook.vocabulary.facts.get(table.subject, {}) if table.subject else {}
    read: dict[str, FactValue] = {}
    for name, text in raw.cells.items():
        column: Field | Fact | None = table.fields.get(name) or facts.get(name)
        if column is not None and name in about.supplied:
            codes = about.codes.get(name)
            found = read_cell(column, text, date_format=about.date_format, codes=codes, zone=context.zone)
            if found.state is State.UNREADABLE:
                found = unreadable(f"{about.path}:{raw.line}: {name} {found.why}".rstrip())
            read[name] = found
    return read


def visible_rows(
    table: Table, rows: Iterable[RawRow], context: Context, reference: str = "", owner: str = ""
) -> list[Row]:
    """The rows as they were known at the as-of, in the order of their lines.

    A row whose `dated_by` lies after the as-of is left out, as is one with an empty key. Cells of the future are absent.
    Rows with the same key are one: cells in which they differ are unreadable. `rows` must hold all that share a key.
    Where they differ in the field `reference` and one of them names `owner` there, the row is loose.
    """
    kept: list[Row] = []
    keyed: dict[tuple[object, ...], list[Row]] = {}
    has_key = bool(table.key) and set(table.key) <= context.tables[table.name].supplied
    for raw in sorted(rows, key=lambda row: row.line):
        read = read_raw(table, raw, context)
        if any(name in read and read[name].state in {State.EMPTY, State.ABSENT} for name in table.key):
            continue
        if table.dated_by and _is_later(read.get(table.dated_by), context.as_of):
            continue
        row = Row((raw.line,), {name: _shown(table, name, read, context.as_of) for name in read})
        key = tuple(read[name].value for name in table.key) if has_key else (None,)
        if None in key:
            kept.append(row)
        else:
            keyed.setdefault(key, []).append(row)
    path = context.tables[table.name].path
    return sorted(
        [*kept, *(_as_one(same, path, reference, owner) for same in keyed.values())], key=lambda row: row.lines
    )


def _is_later(cell: FactValue | None, as_of: datetime) -> bool:
    """Whether a date has not come at the as-of: its earliest point lies after it."""
    return cell is not None and cell.value is not None and interval_of(cell.value)[0] > as_of


def _shown(table: Table, name: str, read: Mapping[str, FactValue], as_of: datetime) -> FactValue:
    return ABSENT if _is_hidden(table, name, read, as_of) else read[name]


def _is_hidden(table: Table, name: str, read: Mapping[str, FactValue], as_of: datetime) -> bool:
    column = table.fields.get(name)
    if column is None or name not in read:
        return False
    if column.time == "happened":
        return _is_later(read[name], as_of)
    if column.time == "known with":
        return _is_hidden(table, column.known_with, read, as_of)
    return False


def _as_one(rows: list[Row], path: str, reference: str, owner: str) -> Row:
    if len(rows) == 1:
        return rows[0]
    lines = tuple(line for row in rows for line in row.lines)
    cells: dict[str, FactValue] = {}
    for name, first in rows[0].cells.items():
        same = all((row.get(name).state, row.get(name).value) == (first.state, first.value) for row in rows)
        said = f"{path}:{', '.join(map(str, lines))}: rows with the same key differ in {name}"
        cells[name] = first if same else unreadable(said)
    named = reference in cells and cells[reference].value is None
    return Row(lines, cells, named and any(row.get(reference).value == owner for row in rows))
