"""The rows of a report as the engine gives them: a sorted query, read in pieces, as often as asked."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.session import Session

if TYPE_CHECKING:
    import duckdb

MANY = 200_000  # rows from which on the lines are made in stretches
STRETCHES = 4
FEW = 5_000  # rows up to which lines are put together by the format: a statement that does it has to be planned
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
    the lines of delimited text are made a stretch of keys at a time, so that the sorted lines of one stretch are all that
    is held. `share` is called before, to make tables of what the stretches have in common: it gives the WITH to use
    from then on. `among` is a table that has all the keys.
    """

    def __init__(
        self, session: Session, relation: tuple[str, str, str], prepared: Iterable[str], items: tuple[Item, ...], *,
        where: str = "", count: int = 0, share: Callable[[], str] | None = None, among: str = "",
    ) -> None:  # fmt: skip
        self._session, self._items, self._where = session, items, where
        self._prefix, self._name, self._key = relation[0], sql.name(relation[1]), sql.name(relation[2])
        self._prepared = ", ".join(["*", *prepared])
        self._count, self._share, self._among = count, share, among

    def query(self) -> str:
        """The statement that gives the cells."""
        items = ",\n  ".join(f"coalesce({item.expression}, '') AS {_cell(i)}" for i, item in enumerate(self._items))
        where = f" WHERE {self._where}" if self._where else ""
        sorted_rows = f"SELECT * FROM {self._name}{where} ORDER BY {self._key}"
        return f"{self._prefix}SELECT\n  {items}\nFROM (\n  SELECT {self._prepared}\n  FROM ({sorted_rows})\n)"

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        """The rows, each a tuple of texts."""
        result = self._session.run(self.query())
        while rows := result.fetchmany(PIECE):
            yield from rows

    def delimited(self, delimiter: str) -> Iterable[bytes] | None:
        """The rows as delimited text, of which the engine puts the lines together; None where that takes longer than it saves."""
        return self._delimited(delimiter) if self._count >= FEW else None

    def _delimited(self, delimiter: str) -> Iterator[bytes]:
        cells = [
            f"quoted({_cell(i)}, {sql.text(delimiter)})" if item.may_need_quotes(delimiter) else _cell(i)
            for i, item in enumerate(self._items)
        ]
        line = f", {sql.text(delimiter)}, ".join(cells)
        collecting = gc.isenabled()
        gc.disable()  # a million short-lived tuples set the collector going, in vain
        try:
            for where in self._stretches() if self._count >= MANY else [self._where]:
                yield from _pieces(self._session.run(self._lines(line, where)))
        finally:
            if collecting:
                gc.enable()

    def _lines(self, line: str, where: str) -> str:
        """The query for lines in their order. Each is made before it is sorted: alone it is less than what it is made of."""
        among = f" WHERE {where}" if where else ""
        rows = f"SELECT {self._prepared} FROM {self._name}{among}"
        # a cell is named before it is quoted: what quotes it names it many times, and would be as many times planned
        items = ", ".join(f"coalesce({item.expression}, '') AS {_cell(i)}" for i, item in enumerate(self._items))
        cells = f"SELECT {items}, {self._key} AS place\n  FROM (\n  {rows}\n)"
        lines = f"SELECT encode(concat({line}, chr(10))) AS line, place\n  FROM (\n  {cells}\n)"
        return f"{self._prefix}SELECT line FROM (\n  {lines}\n)\nORDER BY place"

    def _stretches(self) -> list[str]:
        """The conditions of the stretches of the key, in their order."""
        if self._share is not None:
            self._prefix = self._share()
        shares = ", ".join(f"{k / STRETCHES}" for k in range(1, STRETCHES))
        keys = self._among or f"({self._prefix}FROM {self._name})"
        query = f"SELECT quantile_disc({self._key}, [{shares}]), count(*) - count({self._key}) FROM {keys}"
        found, without = self._session.rows(query)[0]
        bounds = sorted(set(found or [])) if not without else []
        wheres = []
        for low, high in zip([None, *bounds], [*bounds, None], strict=True):
            parts = [f"({self._where})"] if self._where else []
            parts += [f"{self._key} >= {sql.literal(low)}"] if low is not None else []
            parts += [f"{self._key} < {sql.literal(high)}"] if high is not None else []
            wheres.append(" AND ".join(parts))
        return wheres


def _pieces(result: duckdb.DuckDBPyConnection) -> Iterator[bytes]:
    while rows := result.fetchmany(PIECE):
        yield b"".join([row[0] for row in rows])


def _cell(i: int) -> str:
    return sql.name(f"cell {i + 1}")
