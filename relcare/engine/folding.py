"""Rows that share a key: how they are found among many, and folded into one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.reading import Reading
from relcare.engine.session import Session
from relcare.rulebook.vocabulary import Table

SHOWN_CONFLICTS = 1000
BITS = 64  # of the number in which a group of keys is marked


def complete(key: Iterable[str]) -> str:
    """The condition that a row has a whole key."""
    return " AND ".join(f"{sql.name(part)} IS NOT NULL" for part in key)


class Shared(NamedTuple):
    """The rows of a scanned table that share a key.

    `months` are the first and the last of a monthly series. Where the rows are `numbered`, equal keys have equal numbers;
    where the table is `narrow`, rows that do not matter have nothing but their key.
    """

    session: Session
    table: Table
    key: tuple[str, ...]
    readings: dict[str, Reading]
    months: tuple[int | None, int | None] | None
    numbered: bool
    narrow: bool
    hidden: bool

    @property
    def relation(self) -> str:
        """The scanned table."""
        return sql.name(self.table.name)

    @property
    def rows(self) -> str:
        """The table of the rows that share a key."""
        return sql.name(f"{self.table.name} shared")

    @property
    def folded(self) -> str:
        """The table of what these become."""
        return sql.name(f"{self.table.name} folded")

    @property
    def parts(self) -> str:
        """The columns of the key."""
        return ", ".join(map(sql.name, self.key))

    @property
    def quick(self) -> bool:
        """Whether groups of keys fit the bits of a number, so that there is less to group by than keys."""
        if self.numbered:
            return True
        first, last = self.months or (None, None)
        fits = first is not None and last is not None and last - first < BITS
        return fits and len(self.key) == 2 and self.table.series_month in self.key

    def collect(self) -> tuple[int, bool]:
        """Collect the rows that share a key with one that matters: how many copies there are, and whether some do not matter."""
        same = "key_number" if self.numbered else self.parts
        group, crowded = self._crowded(same)
        whole = "" if self.numbered else f"{complete(self.key)} AND "
        needed = f" AND bool_or(matters) OVER (PARTITION BY {same})" if self.narrow else ""
        self.session.run(
            f"CREATE OR REPLACE TEMP TABLE {self.rows} AS\n-- a row is one row of a key that several rows share\n"
            f"SELECT rowid AS row, * FROM {self.relation} WHERE {whole}({group}) IN (\n  {crowded}\n)\n"
            f"QUALIFY count(*) OVER (PARTITION BY {same}) > 1{needed}"
        )
        mixed = "coalesce(NOT bool_and(matters), FALSE)" if self.narrow else "FALSE"
        found = self.session.rows(f"SELECT count(*) - count(DISTINCT ({self.parts})), {mixed} FROM {self.rows}")[0]
        return int(found[0]), bool(found[1])

    def _crowded(self, same: str) -> tuple[str, str]:
        """An expression over a row, and the query for its values where several rows may have the same key."""
        if not self.quick:
            whole = complete(self.key)
            return same, f"SELECT ({same}) FROM {self.relation} WHERE {whole} GROUP BY {same} HAVING count(*) > 1"
        if self.numbered:
            group, bit, whole = f"key_number // {BITS}", f"key_number % {BITS}", "TRUE"
        else:
            other = next(part for part in self.key if part != self.table.series_month)
            first = self.months[0] if self.months else 0
            group, bit, whole = sql.name(other), f"({sql.name(self.table.series_month)} - {first})", complete(self.key)
        different = f"bit_count(bit_or(CAST(1 AS UBIGINT) << CAST({bit} AS UBIGINT)))"
        return (
            group,
            f"SELECT {group} FROM {self.relation} WHERE {whole} GROUP BY {group} HAVING count(*) <> {different}",
        )

    def fold(self) -> tuple[tuple[tuple[str, ...], ...], dict[str, int]]:
        """Make one row of those that share a key: cells that differ become unreadable, whatever the order of the rows.

        Gives the keys whose rows contradict each other, and by how much each count of the table is less where none do.
        """
        folded = self.folded
        columns = [row[0] for row in self.session.rows(f"DESCRIBE {self.relation}")]
        items = [*map(sql.name, self.key), *self._items(columns), "count(*) - 1 AS more"]
        items += ["bit_or(hidden) AS hidden"] if self.hidden else []
        items += ["TRUE AS matters"] if self.narrow else []
        items += ["min(key_number) AS key_number"] if self.numbered else []
        self.session.run(
            f"CREATE OR REPLACE TEMP TABLE {folded} AS\n-- a row is one key that several rows share\n"
            f"SELECT {', '.join(items)} FROM {self.rows} GROUP BY {self.parts} HAVING count(*) > 1"
        )
        gone = f"SELECT row FROM {self.rows} SEMI JOIN {folded} USING ({self.parts})"
        self.session.run(f"DELETE FROM {self.relation} WHERE rowid IN ({gone})")
        kept = ", ".join(map(sql.name, columns))
        self.session.run(f"INSERT INTO {self.relation} ({kept}) SELECT {kept} FROM {folded}")
        clashing = f"SELECT {self.parts} FROM {folded} WHERE clash ORDER BY {self.parts} LIMIT {SHOWN_CONFLICTS}"
        conflicts = tuple(self.session.rows(clashing))
        less = {f"count {name}": f"sum(more) FILTER ({sql.name(name)} IS NOT NULL)" for name in self.readings}
        less |= dict.fromkeys(("all", "keys", "rows"), "sum(more)")
        found = self.session.rows(f"SELECT {', '.join(less.values())} FROM {folded}")[0]
        return conflicts, {name: int(n or 0) for name, n in zip(less, found, strict=True)}

    def _items(self, columns: list[str]) -> list[str]:
        """The cells of a folded row, its bits, and whether its rows contradict each other."""
        items, bits, clashes = [], [], []
        for r in self.readings.values():
            if r.name in self.key:
                continue
            column, wrong = sql.name(r.name), f"wrong & {r.bit}"
            alike = f"(count({column}) = 0 OR (count({column}) = count(*) AND min({column}) = max({column})))"
            same = f"{alike} AND bit_or({wrong}) = bit_and({wrong})"
            if f"{r.name} until" in columns:  # another precision is another moment
                until = sql.name(f"{r.name} until")
                same += f" AND (min({until}) = max({until}) OR count({until}) = 0)"
                items.append(f"CASE WHEN {same} THEN min({until}) END AS {until}")
            items.append(f"CASE WHEN {same} THEN min({column}) END AS {column}")
            bits.append(f"CASE WHEN {same} THEN bit_or({wrong}) ELSE {r.bit} END")
            clashes.append(f"NOT ({same})")
        items.append(f"CAST({' + '.join(bits) or '0'} AS BIGINT) AS wrong")
        return [*items, f"({' OR '.join(clashes) or 'FALSE'}) AS clash"]

    def loosen(self) -> bool:
        """Add a `loose` row for each subject that contradicting rows name where they do; whether there is any."""
        columns = [row[0] for row in self.session.rows(f"DESCRIBE {self.relation}")]
        added = []
        for r in self.readings.values():
            field = self.table.fields.get(r.name)
            if field is None or not field.refers or r.name in self.key:
                continue
            owner = sql.name(r.name)
            named = f"SELECT DISTINCT {self.parts}, {owner} AS named FROM {self.rows} WHERE {owner} IS NOT NULL"
            other = {r.name: f"named AS {owner}", "wrong": f"wrong & ~{r.bit} AS wrong"}
            items = ", ".join(other.get(column, sql.name(column)) for column in columns)
            added.append(
                f"SELECT {items}, TRUE AS loose FROM {self.folded} JOIN ({named}) USING ({self.parts}) WHERE {owner} IS NULL"
            )
        query = "\nUNION ALL ".join(added)
        if not added or not self.session.rows(f"{query}\nLIMIT 1"):
            return False
        self.session.run(f"ALTER TABLE {self.relation} ADD COLUMN loose BOOLEAN DEFAULT FALSE")
        self.session.run(f"INSERT INTO {self.relation} ({', '.join(map(sql.name, columns))}, loose) {query}")
        return True

    def drop(self) -> None:
        """Forget the rows."""
        self.session.run(f"DROP TABLE {self.rows}; DROP TABLE IF EXISTS {self.folded}")
