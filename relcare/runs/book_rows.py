"""The rows of a book in Python, and what one subject's facts have to know of the whole of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from relcare.files.book import Book, Source
from relcare.rulebook.cells import strip
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.measures import SeriesMeasure
from relcare.rulebook.reckon_measures import month_field
from relcare.rulebook.reckon_rows import Context, RawRow, TableContext, read_raw, reporting_month
from relcare.rulebook.values import FactValue, Month, State
from relcare.rulebook.vocabulary import Table


class Rows(Protocol):
    """The rows of a book, looked up by a cell."""

    def rows_where(self, table: str, field: str, values: Collection[str]) -> list[RawRow]:
        """The rows whose cell in `field`, stripped, is one of `values`, in the order of the file."""
        ...

    def all_rows(self, table: str) -> Iterator[RawRow]:
        """Every row of a table."""
        ...


class FileRows:
    """The rows of a book, read from its files each time that they are asked for."""

    def __init__(self, book: Book) -> None:
        self._sources: Mapping[str, Source] = book.sources

    def all_rows(self, table: str) -> Iterator[RawRow]:
        """Every row of a table; none where the book has no such table."""
        from relcare.files.rows import read_rows

        source = self._sources.get(table)
        return (RawRow(line, cells) for line, cells in read_rows(source)) if source is not None else iter(())

    def rows_where(self, table: str, field: str, values: Collection[str]) -> list[RawRow]:
        """The rows whose cell in `field`, stripped, is one of `values`, in the order of the file."""
        wanted = frozenset(values)
        return [row for row in self.all_rows(table) if field in row.cells and strip(row.cells[field]) in wanted]


def context_of(rulebook: Rulebook, book: Book, as_of: datetime, rows: Rows) -> Context:
    """What the facts of one subject have to know of the whole book."""
    context = Context(
        rulebook,
        as_of,
        book.settings.time_zone,
        {
            name: TableContext(
                source.path, source.supplied, _covers(book, name), None, source.date_format, source.codes
            )
            for name, source in book.sources.items()
        },
    )
    measures = [fact.measure for facts in rulebook.vocabulary.facts.values() for fact in facts.values()]
    series = {measure.table for measure in measures if isinstance(measure, SeriesMeasure)} & set(context.tables)
    reporting = {name: _reporting(rulebook.vocabulary.tables[name], rows, context) for name in sorted(series)}
    tables = {name: replace(about, reporting=reporting.get(name)) for name, about in context.tables.items()}
    return replace(context, tables=tables)


def _covers(book: Book, table: str) -> tuple[date | None, date | None]:
    start, end = book.covers(table)
    return (date.fromisoformat(start) if start else None, date.fromisoformat(end) if end else None)


def _reporting(table: Table, rows: Rows, context: Context) -> Month | None:
    name = month_field(table)
    read: dict[str, FactValue] = {}  # a month is spelt the same way in most rows
    for row in rows.all_rows(table.name):
        text = row.cells.get(name, "")
        if text not in read and name in row.cells:
            cell = read_raw(table, RawRow(row.line, {name: text}), context)
            read[text] = cell.get(name) or FactValue(State.NOT_SUPPLIED)
    months = [cell.value for cell in read.values() if isinstance(cell.value, Month)]
    return reporting_month(months, context.today)
