"""The rows of a report as the engine gives them: a sorted query, read in pieces, as often as asked."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.session import Session

if TYPE_CHECKING:
    import duckdb

MANY = 200_000  # rows from which on two threads make the lines
STRETCHES = 8
ROWS = sql.name("rows of the list")
BITS = ("wrong", "hidden")  # named without quotes in conditions
PIECE = 2048  # rows; more leave the processor's cache


class Item(NamedTuple):
    """One column of the output: an expression that gives text or NULL.

    `risky` are the characters in it that delimited text may have to quote; None where it may hold anything.
    """

    expression: str
    risky: str | None = None

    def may_need_quotes(self, delimiter: str) -> bool:
        """Whether a cell of the column may have to be quoted."""
        return self.risky is None or any(character in self.risky for character in (delimiter, *'"\n\r'))


class QueryRows:
    """Rows of the relation `name`, defined by the WITH in `prefix`, those for which `where` holds, in the order of `key`.

    `prepared` are columns that the items name beside those of the relation. From `MANY` rows on (`count`, or fewer)
    the lines of delimited text are made in two threads, a stretch of keys at a time; `release` is called when nothing
    but the relation itself is needed any more.
    """

    def __init__(
        self, session: Session, relation: tuple[str, str, str], prepared: Iterable[str], items: tuple[Item, ...], *,
        where: str = "", count: int = 0, release: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self._session, self._items, self._where = session, items, where
        self._prefix, self._name, self._key = relation[0], sql.name(relation[1]), sql.name(relation[2])
        self._prepared = ", ".join(["*", *prepared])
        self._count, self._release = count, release

    def query(self) -> str:
        """The statement that gives the cells."""
        where = f" WHERE {self._where}" if self._where else ""
        return f"{self._prefix}{self._cells(self._name, where)}"

    def _cells(self, name: str, where: str) -> str:
        items = ",\n  ".join(f"coalesce({item.expression}, '') AS {_cell(i)}" for i, item in enumerate(self._items))
        sorted_rows = f"SELECT * FROM {name}{where} ORDER BY {self._key}"
        return f"SELECT\n  {items}\nFROM (\n  SELECT {self._prepared}\n  FROM ({sorted_rows})\n)"

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        """The rows, each a tuple of texts."""
        result = self._session.run(self.query())
        while rows := result.fetchmany(PIECE):
            yield from rows

    def delimited(self, delimiter: str) -> Iterable[bytes]:
        """The rows as delimited text; the engine puts the lines together."""
        cells = [
            f"quoted({_cell(i)}, {sql.text(delimiter)})" if item.may_need_quotes(delimiter) else _cell(i)
            for i, item in enumerate(self._items)
        ]
        line = f", {sql.text(delimiter)}, ".join(cells)
        lines = f"SELECT encode(concat({line}, chr(10)))\nFROM (\n"
        collecting = gc.isenabled()
        gc.disable()  # a million short-lived tuples set the collector going, in vain
        try:
            if self._count < MANY:
                query = self.query().removeprefix(self._prefix)
                yield from _pieces(self._session.run(f"{self._prefix}{lines}{query}\n)"))
            else:
                yield from self._in_stretches(lines)
        finally:
            if collecting:
                gc.enable()

    def _in_stretches(self, lines: str) -> Iterator[bytes]:
        """The lines of a large relation: worked out once, then written stretch by stretch of the key, two at a time."""
        from concurrent.futures import ThreadPoolExecutor

        self._narrow()
        if self._release is not None:
            self._release()
        shares = ", ".join(f"{k / STRETCHES}" for k in range(1, STRETCHES))
        bounds = self._session.rows(f"SELECT quantile_disc({self._key}, [{shares}]) FROM {ROWS}")[0][0] or []
        bounds = sorted(set(bounds))
        wheres = [
            " AND ".join(
                ([f"{self._key} >= {sql.text(low)}"] if low is not None else [])
                + ([f"{self._key} < {sql.text(high)}"] if high is not None else [])
            )
            for low, high in zip([None, *bounds], [*bounds, None], strict=True)
        ]
        queries = [f"{lines}{self._cells(ROWS, f' WHERE {where}' if where else '')}\n)" for where in wheres]
        self._session.prepare(queries[0])

        def made(query: str) -> list[bytes]:
            cursor = self._session.connection.cursor()
            try:
                return list(_pieces(cursor.execute(query)))
            finally:
                cursor.close()

        with ThreadPoolExecutor(2) as pool:
            waiting = [pool.submit(made, query) for query in queries[:2]]
            for query in [*queries[2:], None, None]:
                pieces = waiting.pop(0).result()
                if query is not None:
                    waiting.append(pool.submit(made, query))
                yield from pieces

    def _narrow(self) -> None:
        """Put what the lines need of the relation into a table of its own."""
        named = " ".join([self._prepared, self._key, *(item.expression for item in self._items)])
        columns = self._session.columns(f"{self._prefix}SELECT * FROM {self._name}")
        kept = ", ".join(sql.name(c) for c in columns if sql.name(c) in named or c in BITS)
        where = f" WHERE {self._where}" if self._where else ""
        self._session.run(f"CREATE OR REPLACE TABLE {ROWS} AS\n{self._prefix}SELECT {kept} FROM {self._name}{where}")


def _pieces(result: duckdb.DuckDBPyConnection) -> Iterator[bytes]:
    while rows := result.fetchmany(PIECE):
        yield b"".join([row[0] for row in rows])


def _cell(i: int) -> str:
    return sql.name(f"cell {i + 1}")
