"""The rows of a report as the engine gives them: a sorted query, read in pieces, as often as asked."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.session import Session

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
    """Rows of `body`, a FROM with its WHERE and ORDER BY, after the WITH in `prefix`.

    `prepared` are columns that the items name beside those of the body.
    """

    def __init__(
        self, session: Session, prefix: str, prepared: Iterable[str], items: tuple[Item, ...], body: str
    ) -> None:
        self._session, self._prefix, self._items = session, prefix, items
        self._body = f"FROM (\n  SELECT {', '.join(['*', *prepared])}\n  {body}\n)"

    def query(self) -> str:
        """The statement that gives the cells."""
        items = ",\n  ".join(f"coalesce({item.expression}, '') AS {_cell(i)}" for i, item in enumerate(self._items))
        return f"{self._prefix}SELECT\n  {items}\n{self._body}"

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
        query = self.query().removeprefix(self._prefix)
        result = self._session.run(f"{self._prefix}SELECT encode(concat({line}, chr(10)))\nFROM (\n{query}\n)")
        collecting = gc.isenabled()
        gc.disable()  # a million short-lived tuples set the collector going, in vain
        try:
            while rows := result.fetchmany(PIECE):
                yield b"".join([row[0] for row in rows])
        finally:
            if collecting:
                gc.enable()


def _cell(i: int) -> str:
    return sql.name(f"cell {i + 1}")
