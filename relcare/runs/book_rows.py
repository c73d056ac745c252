"""The rows of a book in Python, and what one subject's facts have to know of the whole of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from relcare.files.book import Book, Source
from relcare.located import Problem
from relcare.rulebook.cells import read_cell, strip
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.measures import SeriesMeasure
from relcare.rulebook.reckon_measures import month_field
from relcare.rulebook.reckon_rows import Context, RawRow, TableContext, read_raw, reporting_month
from relcare.rulebook.values import FactValue, Month, State
from relcare.rulebook.vocabulary import Table

LONG = 40  # letters of a cell that a message shows


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


class RememberedRows:
    """Rows that keep what was looked up, by table and line, so that they need not be read again."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.found: dict[tuple[str, int], RawRow] = {}

    def all_rows(self, table: str) -> Iterator[RawRow]:
        """Every row of a table."""
        return self._rows.all_rows(table)

    def rows_where(self, table: str, field: str, values: Collection[str]) -> list[RawRow]:
        """The rows whose cell in `field`, stripped, is one of `values`, in the order of the file."""
        rows = self._rows.rows_where(table, field, values)
        self.found.update(((table, row.line), row) for row in rows)
        return rows


def unreadable_cells(
    rows: RememberedRows, lines: Mapping[str, Collection[int]], book: Book, context: Context
) -> list[Problem]:
    """A placed problem for each cell that can't be read of the remembered rows at these lines of each table."""
    problems: list[Problem] = []
    for name, wanted in lines.items():
        source, table = book.sources[name], context.rulebook.vocabulary.tables[name]
        facts = context.rulebook.vocabulary.facts.get(table.subject, {})
        bad: list[tuple[int, int, str, str]] = []  # line, column, cell, what is wrong
        for line in sorted(wanted):
            raw = rows.found.get((name, line))
            for field, text in raw.cells.items() if raw is not None else ():
                column = table.fields.get(field) or facts.get(field)
                if column is None:
                    continue
                codes = source.codes.get(field)
                read = read_cell(column, text, date_format=source.date_format, codes=codes, zone=context.zone)
                if read.state is State.UNREADABLE:
                    shown = text if len(text) <= LONG else text[: LONG - 1] + "…"
                    message = f"{field} {shown!r} can't be read: {read.why}"
                    bad.append((line, source.fields.index(field), shown, message))
        if bad:
            from relcare.files.placing import place_in_lines

            places = place_in_lines(source, [(line, column) for line, column, _, _ in bad])
            problems += [
                Problem(place, "CEL001", message, "", "error", physical, len(shown))
                for (_, _, shown, message), (place, physical) in zip(bad, places, strict=True)
            ]
    return problems


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
