"""The first stage: the tables of a book in the engine, typed, one row a key.

Rows of a table of events that can't matter to any measure keep their key alone, so that the scan of a large one stays
narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column
from relcare.engine.folding import Shared, complete
from relcare.engine.plain import looked
from relcare.engine.reading import (
    Reading,
    hidden_bits,
    hiding,
    is_later,
    is_wrong,
    long_ago,
    raw_rows,
    read_as,
    reading_of,
    typed_rows,
    visible_value,
    wrong_bits,
)
from relcare.engine.session import Session
from relcare.files.book import Source
from relcare.rulebook.vocabulary import Fact, Table

LARGE = 8_000_000  # bytes of a file from which on the shape of its keys is looked at
DIGITS = 9  # of a key that is compared by its number
SPAN = 1 << 28  # how far apart numbers may lie that are marked in a bitmap: 32 MiB


class Scanned(NamedTuple):
    """A table in the engine.

    `relation` holds its rows; `visible` is the condition of those to look at. `columns` are its fields; `wrong` has the
    bits of the columns in which some cell could not be read. `rows` counts those to look at, `duplicates` those that
    share another's key (where `narrow`, only those that matter), `no_key` those without a key. `conflicts` are keys
    whose rows contradict each other. Where they do so in whom they refer to, the table has a `loose` row for each subject
    that they name: it may count for that subject, and never certainly does.
    """

    table: Table
    source: Source
    relation: str
    readings: dict[str, Reading]
    columns: dict[str, Column]
    narrow: bool
    rows: int
    duplicates: int
    no_key: int
    wrong: int
    latest: Any
    reporting: int | None  # the reporting month of a monthly series, in months since year 0
    first: int | None  # its first month
    conflicts: tuple[tuple[str, ...], ...]
    loose: bool

    @property
    def visible(self) -> str:
        """The condition of the rows that measures look at."""
        return "matters" if self.narrow else "TRUE"

    @property
    def own(self) -> str:
        """The condition of the rows that are subjects themselves."""
        return "NOT loose" if self.loose else "TRUE"


class Matters(NamedTuple):
    """Which rows of a table to keep: those for which `exact` holds, and so `likely`.

    Both give a condition, never NULL, over the columns as they are read. `likely` needs the fields `first` only, `exact` those
    and the fields `tested` and the date by which rows are visible. No row that is dated before the day `since` matters; None
    for no such day.
    """

    first: tuple[str, ...]
    tested: tuple[str, ...]
    likely: Callable[[Mapping[str, Column]], str]
    exact: Callable[[Mapping[str, Column]], str]
    since: date | None = None


class Scan(NamedTuple):
    """What to scan: `needs` are field names, `precise` the moments whose precision a rule needs.

    `matters` says which rows to keep; None for all.
    """

    source: Source
    table: Table
    needs: tuple[str, ...]
    precise: frozenset[str]
    matters: Matters | None
    zone: str
    as_of: datetime


def plan_readings(what: Scan, facts: dict[str, Fact]) -> dict[str, Reading]:
    """The columns to read: what is needed and supplied, the key, and the dates that hide cells and rows."""
    table, supplied = what.table, what.source.supplied
    wanted = dict.fromkeys([*table.key, *what.needs])
    if table.dated_by:
        wanted[table.dated_by] = None
    for name in list(wanted):
        field = table.fields.get(name)
        if field is not None and field.known_with:
            wanted[field.known_with] = None
    readings: dict[str, Reading] = {}
    for name in wanted:
        if name in supplied:
            readings[name] = reading_of(table.fields.get(name) or facts[name], 1 << len(readings))
    return readings


def last_month_over(as_of: datetime) -> int:
    """The last month that is over at the end of the as-of date, in months since year 0."""
    tomorrow = as_of.date() + timedelta(days=1)
    return tomorrow.year * 12 + tomorrow.month - 2


def scan(session: Session, what: Scan, facts: dict[str, Fact]) -> Scanned:
    """Read a table. Rows that share a key are folded before anything is counted."""
    return _Scanner(session, what, plan_readings(what, facts)).scanned()


class _Scanner:
    """Reads one table; `narrow` and `prefix` are given up where the file does not allow them."""

    def __init__(self, session: Session, what: Scan, readings: dict[str, Reading]) -> None:
        self.session, self.what = session, what
        self.relation = sql.name(what.table.name)
        self.key = tuple(part for part in what.table.key if part in readings)
        self.large = what.source.scan.stat().st_size >= LARGE
        self.looked = None if self.large else looked(what.source, readings, self.key, what.precise, what.as_of)
        self.readings = readings = self.looked.readings if self.looked is not None else readings
        self.narrow = what.matters is not None
        self.hidden = hidden_bits(what.table, readings, what.as_of)
        self.prefix = self._key_prefix()
        self.no_key = 0
        self.conflicts: tuple[tuple[str, ...], ...] = ()
        self.loose = False

    def scanned(self) -> Scanned:
        self._create()
        stats = self._stats()
        if self.prefix is not None and stats["odd keys"]:
            self.prefix = None
            self._create()
            stats = self._stats()
        duplicates = 0
        if self._may_share(stats):
            shared = self._shared(stats)
            duplicates, mixed = shared.collect()
            if mixed:  # some of the rows of a key matter, some do not: all of each is needed
                self.narrow, self.prefix = False, None
                self._create()
                stats = self._stats()
                shared = self._shared(stats)
                duplicates, _ = shared.collect()
            if duplicates:
                self.conflicts, less = shared.fold()
                stats = self._stats() if self.conflicts else stats | {name: stats[name] - n for name, n in less.items()}
                self.loose = bool(self.conflicts) and shared.loosen()
            shared.drop()
        if self.narrow and self.large and stats["rows"] * 2 <= stats["all"]:
            self._leave_out()
        columns = {r.name: self._column(r, stats) for r in self.readings.values()}
        return Scanned(
            self.what.table, self.what.source, self.relation, self.readings, columns, self.narrow, stats["rows"], duplicates,
            self.no_key, stats["wrong"], stats["latest"], stats.get("reporting"), stats.get("first"), self.conflicts,
            self.loose,
        )  # fmt: skip

    def _leave_out(self) -> None:
        """Go on with the rows that matter alone: the others were there for the keys that they share."""
        kept = sql.name(f"{self.what.table.name} that matter")
        self.session.run(
            f"CREATE OR REPLACE TEMP TABLE {kept} AS\n-- a row is one row that matters\nSELECT * FROM {self.relation} WHERE matters"
        )
        self.session.run(f"DROP TABLE {self.relation}")
        self.relation = kept

    def _key_prefix(self) -> str | None:
        """The letters before the digits of a large file's keys; None to compare texts."""
        if len(self.key) != 1 or not self.large:
            return None
        raw = self.readings[self.key[0]].raw
        first = self.session.rows(f"SELECT {raw} FROM {raw_rows(self.what.source, self.readings)} LIMIT 1")
        text = (first[0][0] or "") if first else ""
        head = text.rstrip("0123456789")
        digits = len(text) - len(head)
        return head if 0 < digits <= DIGITS and text.isascii() else None

    def _create(self) -> None:
        """Make the table of typed cells, with their `wrong` and `hidden` bits."""
        path = self.what.source.path.replace("\n", " ")
        body = self._some_rows(self.what.matters) if self.narrow and self.what.matters is not None else self._all_rows()
        self.session.run(
            f"CREATE OR REPLACE TEMP TABLE {self.relation} AS\n"
            f"-- a row is one row of {path}, typed; wrong: a bit for each cell that can't be read\n{body}"
        )

    def _all_rows(self) -> str:
        """Every row that is visible."""
        items = [*self._cells(list(self.readings)), *self._bits()]
        items += [f"{self._key_number()} AS key_number"] if self.prefix is not None else []
        dated = self.readings.get(self.what.table.dated_by)
        later = is_later(dated, self.what.as_of) if dated is not None else "FALSE"
        early = long_ago(dated, self.what.source, self.what.as_of) if dated is not None and self.large else ""
        where = f"\nWHERE {early and f'{early} OR '}({later}) IS NOT TRUE" if later != "FALSE" else ""
        typed = typed_rows(self.what.source, self.readings, self.what.zone)
        return f"SELECT {', '.join(items)}\nFROM (\n  {typed}\n){where}"

    def _some_rows(self, matters: Matters) -> str:
        """Every row's key; cells only of the rows that matter, read only where they can."""
        source, table, readings = self.what.source, self.what.table, self.readings
        first = {name: r for name, r in readings.items() if name in matters.first}
        late = {name: r for name, r in readings.items() if name not in matters.first}
        dated = {name: r for name, r in late.items() if name == table.dated_by}
        tested = {name: r for name, r in late.items() if name in matters.tested and name not in dated}
        rest = {name: r for name, r in late.items() if name not in (*dated, *tested)}
        inside = {r.name: self._inside_column(r) for r in readings.values()}
        exact = f"({matters.exact(inside)})"
        later = is_later(readings[table.dated_by], self.what.as_of) if table.dated_by in readings else "FALSE"
        exact += f" AND ({later}) IS NOT TRUE" if later != "FALSE" else ""
        whole = [] if self.prefix is not None else list(self.key)

        def reads(some: dict[str, Reading], when: str) -> str:
            cells = (
                f"CASE WHEN {when} THEN {read_as(r, source, self.what.zone)} END AS {sql.name(r.name)}"
                for r in some.values()
            )
            return "".join(f", {cell}" for cell in cells)

        cells = ["matters", *(f"CASE WHEN matters THEN {item}" for item in self._named_bits_and_cells(whole))]
        cells += [
            f"{readings[part].cell if self.looked is None else sql.name(part)} AS {sql.name(part)}" for part in whole
        ]
        cells += [f"{self._key_number()} AS key_number"] if self.prefix is not None else []
        if self.looked is not None:  # a small file: all is read at once
            return (
                f"WITH judged AS (\n  SELECT *, {exact} AS matters FROM (\n  {typed_rows(source, readings, self.what.zone)}\n)\n)\n"
                f"SELECT {', '.join(cells)}\nFROM judged"
            )
        read = "".join(f", {read_as(r, source, self.what.zone)} AS {sql.name(r.name)}" for r in first.values())
        return (
            f"WITH first AS (\n  SELECT *{read}\n  FROM {raw_rows(source, readings)}\n),\n"
            f"dated AS (\n  SELECT *{reads(dated, 'likely')}\n  FROM (SELECT *, {matters.likely(inside)} AS likely FROM first)\n),\n"
            f"tested AS (\n  SELECT *{reads(tested, 'recent')}\n  FROM (SELECT *, {self._recent(matters, inside)} AS recent FROM dated)\n),\n"
            f"judged AS (\n  SELECT *, CASE WHEN recent AND {exact} THEN TRUE ELSE FALSE END AS matters FROM tested\n),\n"
            f"typed AS (\n  SELECT *{reads(rest, 'matters')} FROM judged\n)\n"
            f"SELECT {', '.join(cells)}\nFROM typed"
        )

    def _recent(self, matters: Matters, inside: Mapping[str, Column]) -> str:
        """Whether a likely row is not too old to matter; one that can't be dated is not."""
        dated = self.what.table.dated_by
        if matters.since is None or dated not in self.readings or self.readings[dated].type == "month":
            return "likely"
        return f"likely AND ({inside[dated].value} < {sql.day(matters.since)}) IS NOT TRUE"

    def _cells(self, names: list[str]) -> list[str]:
        """The visible values of these fields, and the latest points of moments."""
        what, readings = self.what, self.readings
        items = [f"{visible_value(readings[n], what.table, readings, what.as_of)} AS {sql.name(n)}" for n in names]
        untils = [n for n in names if n in what.precise]
        return items + [f"{readings[n].until} AS {sql.name(n + ' until')}" for n in untils]

    def _bits(self) -> list[str]:
        """The bits of what can't be read and of what is hidden."""
        items = [f"{wrong_bits(self.what.table, self.readings, self.what.as_of)} AS wrong"]
        return [*items, f"{self.hidden} AS hidden"] if self.hidden else items

    def _named_bits_and_cells(self, whole: list[str]) -> list[str]:
        """`… END AS name` for what is kept of a row that matters, besides the parts of the key that all rows keep."""
        items = [*self._bits(), *self._cells([name for name in self.readings if name not in whole])]
        pairs = [item.rpartition(" AS ") for item in items]
        return [f"{value} {'ELSE 0 ' if name == 'wrong' else ''}END AS {name}" for value, _, name in pairs]

    def _key_number(self) -> str:
        """What stands after the file's prefix as a number. Equal keys give equal numbers or none; different ones may, too."""
        raw, prefix = self.readings[self.key[0]].raw, self.prefix or ""
        number = f"TRY_CAST(substr({raw}, {len(prefix) + 1}) AS UINTEGER)"
        if not prefix:
            return number
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return f"CASE WHEN {raw} >= {sql.text(prefix)} AND {raw} < {sql.text(after)} THEN {number} END"

    def _stats(self) -> dict[str, Any]:
        """Counts of one pass over the table: what is empty, what is wrong, how old it is; rows without a key go."""
        seen = self._seen()
        if seen is not None:
            return seen
        wanted: dict[str, str] = {"all": "count(*)"}
        if self.prefix is not None:
            wanted |= {"keys": "count(key_number)", "odd keys": "count(*) - count(key_number)"}
            wanted |= {"low": "min(key_number)", "high": "max(key_number)"}
        elif self.key:
            wanted["keys"] = f"count(*) FILTER ({complete(self.key)})"
            if not self.large:  # one statement less
                parts = ", ".join(map(sql.name, self.key))
                wanted["different"] = f"count(DISTINCT ({parts})) FILTER ({complete(self.key)})"
        wanted |= {"rows": "count(*) FILTER (matters)" if self.narrow else "count(*)", "wrong": "bit_or(wrong)"}
        if self.hidden:
            wanted["hidden"] = "bit_or(hidden)"
        for r in self.readings.values():  # the cells of a row that does not matter are NULL, but for such a key
            among = " FILTER (matters)" if self.narrow and self.prefix is None and r.name in self.key else ""
            wanted[f"count {r.name}"] = f"count({sql.name(r.name)}){among}"
        if self.what.table.dated_by in self.readings:
            wanted["latest"] = f"max({sql.name(self.what.table.dated_by)})"
        if self.what.table.series_month in self.readings:
            column = sql.name(self.what.table.series_month)
            over = f"{column} <= {last_month_over(self.what.as_of)}"
            wanted |= {
                "reporting": f"max({column}) FILTER ({over})",
                "first": f"min({column})",
                "last": f"max({column})",
            }
        row = self.session.rows(f"SELECT {', '.join(wanted.values())} FROM {self.relation}")[0]
        stats: dict[str, Any] = {"keys": 0, "latest": None, **dict(zip(wanted, row, strict=True))}
        stats["wrong"], stats["hidden"] = stats["wrong"] or 0, stats.get("hidden") or 0
        if self.key and self.prefix is None and stats["keys"] < stats["all"]:
            bits = "wrong & {} = 0"
            empty = " OR ".join(f"({sql.name(p)} IS NULL AND {bits.format(self.readings[p].bit)})" for p in self.key)
            gone = self.session.rows(f"DELETE FROM {self.relation} WHERE {empty}")[0][0]
            self.no_key += gone
            return self._stats() if gone else stats
        return stats

    def _seen(self) -> dict[str, Any] | None:
        """These counts where the look through a small file has told them: all its rows are visible, each with a key."""
        look, table, as_of = self.looked, self.what.table, self.what.as_of
        if look is None or not look.sole or any(r.plain is None for r in look.readings.values()):
            return None
        dated = look.readings.get(table.dated_by)
        if dated is not None and is_later(dated, as_of) != "FALSE":
            return None
        if any(hiding(r, table, look.readings, as_of) for r in look.readings.values()):
            return None
        stats: dict[str, Any] = {"keys": look.rows, "different": look.rows, "wrong": 0, "hidden": 0, "latest": None}
        if self.narrow:
            open_ = [name for name, empty in look.empties.items() if empty]
            wanted = {"rows": "count(*)"} | {f"count {name}": f"count({sql.name(name)})" for name in open_}
            wanted |= {"latest": f"max({sql.name(dated.name)})"} if dated is not None else {}
            row = self.session.rows(f"SELECT {', '.join(wanted.values())} FROM {self.relation} WHERE matters")[0]
            stats |= dict(zip(wanted, row, strict=True))
            return {f"count {name}": stats["rows"] for name in look.readings} | stats
        stats |= {"rows": look.rows, "latest": look.newest.get(table.dated_by)}
        stats |= {f"count {name}": look.rows - empty for name, empty in look.empties.items()}
        if table.series_month in look.readings:
            last = look.newest.get(table.series_month)
            if isinstance(last, int) and last > last_month_over(as_of):
                return None
            stats |= {"reporting": last, "first": look.oldest.get(table.series_month), "last": last}
        return stats

    def _shared(self, stats: dict[str, Any]) -> Shared:
        """The rows of the table that share a key."""
        table = self.what.table
        months = (stats["first"], stats["last"]) if table.series_month in self.readings else None
        return Shared(
            self.session, table, self.key, self.readings, months, numbered=self.prefix is not None, narrow=self.narrow, hidden=bool(self.hidden)
        )  # fmt: skip

    def _may_share(self, stats: dict[str, Any]) -> bool:
        """Whether rows share a key; where to count the keys of a large file costs as much as to look for such rows, they may."""
        if self.key and self.large and self._shared(stats).quick and self.prefix is None:
            return True
        return bool(stats["keys"] > self._distinct(stats))

    def _distinct(self, stats: dict[str, Any]) -> int:
        """How many different keys there are. Numbers are marked in a bitmap, others are grouped."""
        if not stats["keys"] or "different" in stats:
            return int(stats.get("different", 0))
        if self.prefix is not None and stats["high"] - stats["low"] < SPAN:
            low, high = stats["low"], stats["high"]
            marks = f"bit_count(bitstring_agg(CAST(key_number - {low} AS INTEGER), 0, {high - low}))"
            query = f"SELECT {marks} FROM {self.relation}"
        elif self.prefix is not None or len(self.key) == 1:
            column = "key_number" if self.prefix is not None else sql.name(self.key[0])
            query = f"SELECT count(DISTINCT {column}) FROM {self.relation}"
        else:
            parts = ", ".join(map(sql.name, self.key))
            query = f"SELECT count(*) FROM (SELECT 1 FROM {self.relation} WHERE {complete(self.key)} GROUP BY {parts})"
        return int(self.session.rows(query)[0][0])

    def _inside_column(self, reading: Reading) -> Column:
        """A field while it is being typed, for the condition by which a row matters."""
        table, as_of = self.what.table, self.what.as_of
        value = f"({visible_value(reading, table, self.readings, as_of)})"
        later = hiding(reading, table, self.readings, as_of)
        nothing = f"({value} IS NULL AND NOT ({is_wrong(reading)}))"
        if later and reading.time != "happened":
            nothing = f"({value} IS NULL AND (NOT ({is_wrong(reading)}) OR ({later}) IS TRUE))"
        until = reading.until if reading.name in self.what.precise else ""
        if reading.plain is not None and reading.plain.full and not later:
            return Column(value, reading.type, until=until, certain=True)
        if reading.empty == "unknown":
            return Column(value, reading.type, empty=nothing, until=until)
        return Column(value, reading.type, absent=nothing, until=until)

    def _column(self, reading: Reading, stats: dict[str, Any]) -> Column:
        """A field of the scanned table, with as few conditions as what was found in it allows."""
        value = sql.name(reading.name)
        until = sql.name(f"{reading.name} until") if reading.name in self.what.precise else ""
        if stats[f"count {reading.name}"] == stats["rows"]:
            return Column(value, reading.type, until=until, certain=True)
        unreadable = f" AND wrong & {reading.bit} = 0" if stats["wrong"] & reading.bit else ""
        nothing = f"({value} IS NULL{unreadable})"
        if reading.empty != "unknown":
            return Column(value, reading.type, absent=nothing, until=until, certain=not unreadable)
        if stats["hidden"] & reading.bit and hiding(reading, self.what.table, self.readings, self.what.as_of):
            out = f"(hidden & {reading.bit} <> 0{unreadable})"
            return Column(value, reading.type, absent=out, empty=f"({nothing} AND NOT {out})", until=until)
        return Column(value, reading.type, empty=nothing, until=until)
