"""The first stage: a table's file, read as text, typed cell by cell, one row a key.

A cell that can't be read is NULL with its bit set in `wrong`; a cell that is not yet visible at the as-of is NULL with
its bit set in `hidden` (where emptiness alone would not say so). Rows that can't matter to any measure keep their key
alone, so that the scan of a large table of events stays narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column
from relcare.engine.session import Session
from relcare.files.book import Source
from relcare.rulebook.vocabulary import Code, Fact, Field, Table

LARGE = 8_000_000  # bytes of a file from which on the shape of its keys is looked at


class Reading(NamedTuple):
    """How one column of a file is read."""

    name: str
    type: str
    codes: tuple[Code, ...]
    low: Decimal | None
    high: Decimal | None
    empty: str
    time: str
    known_with: str
    bit: int  # its bit in `wrong` and `hidden`

    @property
    def raw(self) -> str:
        """The cell as written."""
        return sql.name(f"{self.name} as written")

    @property
    def value(self) -> str:
        """The typed cell, NULL outside its range."""
        column = sql.name(self.name)
        bounds = []
        if self.low is not None:
            bounds.append(f"{column} >= {self.low:f}")
        if self.high is not None:
            bounds.append(f"{column} <= {self.high:f}")
        return f"CASE WHEN {' AND '.join(bounds)} THEN {column} END" if bounds else column


class Scanned(NamedTuple):
    """A table in the engine.

    `relation` holds its rows; `visible` is the condition of those to look at. `columns` are its fields; `wrong` has the bits of the columns in which some cell could not be read. `rows` counts those with a key,
    `duplicates` those of them that share another's key, `no_key` those without.
    """

    table: Table
    source: Source
    relation: str
    readings: dict[str, Reading]
    columns: dict[str, Column]
    visible: str
    rows: int
    duplicates: int
    no_key: int
    wrong: int
    latest: Any
    reporting: int | None  # the reporting month of a monthly series, in months since year 0
    first: int | None  # its first month


def reading_of(field: Field | Fact, bit: int) -> Reading:
    """How the column of a field, or of a supplied fact or decision, is read."""
    time, known_with = (field.time, field.known_with) if isinstance(field, Field) else ("snapshot", "")
    return Reading(field.name, field.type, field.codes, field.low, field.high, field.empty, time, known_with, bit)


def raw_rows(source: Source, readings: dict[str, Reading]) -> str:
    """The FROM item that gives the cells of a file as written."""
    columns = []
    for i, field in enumerate(source.fields):
        title = readings[field].raw[1:-1].replace('""', '"') if field in readings else f"column {i + 1}"
        columns.append(f"{sql.text(title)}: 'VARCHAR'")
    return (
        f"read_csv({sql.text(str(source.scan))}, header = false, skip = {source.skip}, auto_detect = false, "
        f"delim = {sql.text(source.delimiter)}, quote = '\"', escape = '\"', strict_mode = true, nullstr = '', "
        f"columns = {{{', '.join(columns)}}})"
    )


def spellings(reading: Reading, source: Source) -> dict[str, str]:
    """All spellings of a column's codes, folded, those of the book's settings first."""
    words: dict[str, str] = {}
    for code in reading.codes:
        for word in (code.key, code.label.en, code.label.zh, *code.also):
            words.setdefault(word.strip().lower(), code.key)
    for word, key in source.codes.get(reading.name, {}).items():
        words[word.strip().lower()] = key
    return words


def typed_rows(source: Source, readings: dict[str, Reading], zone: str) -> str:
    """The SELECT that types every needed cell and keeps it as written beside."""
    items = []
    for r in readings.values():
        codes = sql.code_map(spellings(r, source)) if r.codes else ""
        expression = sql.read(r.type, r.raw, codes, zone, source.date_format)
        items.append(f"{expression} AS {sql.name(r.name)}")
        items.append(r.raw)
    return f"SELECT {', '.join(items)}\n    FROM {raw_rows(source, readings)}"


def is_wrong(reading: Reading) -> str:
    """Whether a cell of the typed rows could not be read."""
    if reading.type in ("id", "text"):
        return "FALSE"
    if reading.low is None and reading.high is None:
        return f"{sql.name(reading.name)} IS NULL AND cell({reading.raw}) IS NOT NULL"
    return f"({reading.value}) IS NULL AND cell({reading.raw}) IS NOT NULL"


def wrong_bits(readings: Sequence[Reading]) -> str:
    """The bits of the cells of a typed row that could not be read."""
    terms = [f"CASE WHEN {is_wrong(r)} THEN {r.bit} ELSE 0 END" for r in readings if is_wrong(r) != "FALSE"]
    return f"CAST({' + '.join(terms)} AS BIGINT)" if terms else "0::BIGINT"


def is_later(reading: Reading, as_of: datetime) -> str:
    """Whether the date of a cell lies after the as-of; NULL where there is no date."""
    column = sql.name(reading.name)
    match reading.type:
        case "moment":
            return f"{column} > {sql.moment(as_of)}"
        case "month":
            return f"{column} > {as_of.year * 12 + as_of.month - 1}"
        case _:
            return f"{column} > {sql.day(as_of.date())}"


class Scan(NamedTuple):
    """What to scan: `needs` are field names, `precise` the moments whose precision a rule needs."""

    source: Source
    table: Table
    needs: tuple[str, ...]
    precise: frozenset[str]
    matters: Callable[[dict[str, Column]], str] | None  # None: every row does
    zone: str
    as_of: datetime


def plan_readings(scan: Scan, facts: dict[str, Fact]) -> dict[str, Reading]:
    """The columns to read: what is needed and supplied, the key, and the dates that hide cells and rows."""
    table, supplied = scan.table, scan.source.supplied
    wanted = dict.fromkeys([*table.key, *scan.needs])
    if table.dated_by:
        wanted[table.dated_by] = None
    for name in list(wanted):
        field = table.fields.get(name)
        if field is not None and field.known_with:
            wanted[field.known_with] = None
    readings = {}
    for name in wanted:
        if name in supplied:
            readings[name] = reading_of(table.fields.get(name) or facts[name], 1 << len(readings))
    return readings


def scan(session: Session, what: Scan, facts: dict[str, Fact]) -> Scanned:
    """Read a table. The file may hold duplicates: they are folded before anything is counted."""
    readings = plan_readings(what, facts)
    key = tuple(part for part in what.table.key if part in readings)
    prefix = _key_prefix(session, what, readings, key)
    stats = _create(session, what, readings, key, prefix)
    if prefix is not None and stats["odd keys"]:
        stats = _create(session, what, readings, key, None)
        prefix = None
    duplicates = stats["keys"] - _distinct(session, what, key, prefix, stats)
    if duplicates:
        everything = what._replace(matters=None)
        stats = _create(session, everything, readings, key, None)
        _fold(session, what.table.name, readings, key)
        stats = {**_stats(session, everything, readings, key, None), "no key": stats["no key"]}
    relation = sql.name(what.table.name)
    visible = "matters" if what.matters is not None and not duplicates else "TRUE"
    columns = {r.name: _column(r, what, readings, stats) for r in readings.values()}
    return Scanned(
        what.table, what.source, relation, readings, columns, visible, stats["rows"], duplicates, stats["no key"],
        stats["wrong"], stats["latest"], stats.get("reporting"), stats.get("first"),
    )  # fmt: skip


def _key_prefix(session: Session, what: Scan, readings: dict[str, Reading], key: tuple[str, ...]) -> str | None:
    """The letters before the digits of a large file's keys, with as many digits as `?`; None to compare them as text."""
    if len(key) != 1 or what.source.scan.stat().st_size < LARGE:
        return None
    first = session.rows(f"SELECT {readings[key[0]].raw} FROM {raw_rows(what.source, readings)} LIMIT 1")
    text = (first[0][0] or "") if first else ""
    head = text.rstrip("0123456789")
    digits = len(text) - len(head)
    return head + "?" * digits if 0 < digits <= 18 and text.isascii() else None


def _create(
    session: Session, what: Scan, readings: dict[str, Reading], key: tuple[str, ...], prefix: str | None
) -> dict[str, Any]:
    inside = {r.name: _inside_column(r, what, readings) for r in readings.values()}
    matters = what.matters(inside) if what.matters is not None else "TRUE"
    items = [
        f"{_shown(r, what, readings)} AS {sql.name(r.name)}"
        for r in readings.values()
        if r.name not in key or prefix is None
    ]
    wrong = wrong_bits(list(readings.values()))
    items.append(f"{wrong} AS wrong")
    hidden = _hidden_bits(what, readings)
    if hidden:
        items.append(f"{hidden} AS hidden")
    for field in what.precise:
        if field in readings:
            items.append(f"moment_end({sql.name(field)}, {readings[field].raw}) AS {sql.name(field + ' until')}")
    if prefix is not None:
        raw, head = readings[key[0]].raw, prefix.rstrip("?")
        number = f"CASE WHEN length({raw}) = {len(prefix)} AND starts_with({raw}, {sql.text(head)}) THEN TRY_CAST(substr({raw}, {len(head) + 1}) AS UBIGINT) END"
        items.append(f"{number} AS key_number")
        if what.table.subject:
            items.append(f"{sql.name(key[0])} AS {sql.name(key[0])}")
    typed = typed_rows(what.source, readings, what.zone)
    body = f"SELECT {', '.join(items)}\n  FROM (\n    {typed}\n  )"
    dated = readings.get(what.table.dated_by)
    if dated is not None and matters == "TRUE":
        body += f"\n  WHERE ({is_later(dated, what.as_of)}) IS NOT TRUE"
    if matters != "TRUE":
        kept = [
            f"CASE WHEN matters THEN {sql.name(r.name)} END AS {sql.name(r.name)}"
            for r in readings.values()
            if r.name not in key
        ]
        kept += ["CASE WHEN matters THEN wrong ELSE 0 END AS wrong", "matters"]
        if hidden:
            kept.append("CASE WHEN matters THEN hidden ELSE 0 END AS hidden")
        kept += [sql.name(f"{field} until") for field in what.precise if field in readings]
        kept += ["key_number"] if prefix is not None else [sql.name(part) for part in key]
        body = f"SELECT {', '.join(kept)}\nFROM (\n  {body.replace('SELECT ', f'SELECT ({matters}) IS NOT FALSE AS matters, ', 1)}\n)"
    relation = sql.name(what.table.name)
    session.run(
        f"CREATE OR REPLACE TEMP TABLE {relation} AS\n"
        f"-- a row is one row of {what.source.path.replace(chr(10), ' ')}, typed; wrong: a bit for each cell that can't be read\n{body}"
    )
    return _stats(session, what, readings, key, prefix)


def _stats(
    session: Session, what: Scan, readings: dict[str, Reading], key: tuple[str, ...], prefix: str | None
) -> dict[str, Any]:
    """Counts of one pass over the scanned table: what is empty, what is wrong, how old it is; rows without a key go."""
    relation = sql.name(what.table.name)
    narrow = what.matters is not None
    wanted: dict[str, str] = {"all": "count(*)"}
    if prefix is not None:
        wanted |= {"keys": "count(key_number)", "odd keys": "count(*) - count(key_number)"}
        wanted |= {"low": "min(key_number)", "high": "max(key_number)"}
    elif key:
        complete = " AND ".join(f"({sql.name(p)} IS NOT NULL)" for p in key)
        wanted |= {"keys": f"count(*) FILTER ({complete})"}
    wanted |= {"rows": "count(*) FILTER (matters)" if narrow else "count(*)", "wrong": "bit_or(wrong)"}
    if _hidden_bits(what, readings):
        wanted["hidden"] = "bit_or(hidden)"
    for r in readings.values():
        if r.name not in key or prefix is None or what.table.subject:
            wanted[f"count {r.name}"] = f"count({sql.name(r.name)})"
    dated = readings.get(what.table.dated_by)
    if dated is not None:
        wanted["latest"] = f"max({sql.name(dated.name)})"
    month = readings.get(what.table.series_month)
    if month is not None:
        column = sql.name(month.name)
        over = f"{column} <= {last_month_over(what.as_of)}"
        wanted |= {"reporting": f"max({column}) FILTER ({over})", "first": f"min({column})"}
    row = session.rows(f"SELECT {', '.join(wanted.values())} FROM {relation}")[0]
    stats: dict[str, Any] = dict(zip(wanted, row, strict=True))
    stats.setdefault("latest", None)
    stats.setdefault("keys", 0)
    stats["wrong"] = stats["wrong"] or 0
    stats["hidden"] = stats.get("hidden") or 0
    stats["no key"] = 0
    if key and prefix is None and stats["keys"] < stats["all"]:
        empty = " OR ".join(f"({sql.name(p)} IS NULL AND wrong & {readings[p].bit} = 0)" for p in key)
        gone = session.rows(f"DELETE FROM {relation} WHERE {empty}")
        stats["no key"] = gone[0][0] if gone else 0
        if stats["no key"]:
            return {**_stats(session, what, readings, key, prefix), "no key": stats["no key"]}
    return stats


def last_month_over(as_of: datetime) -> int:
    """The last month that is over at the end of the as-of date, in months since year 0."""
    from datetime import timedelta

    tomorrow = as_of.date() + timedelta(days=1)
    return tomorrow.year * 12 + tomorrow.month - 2


def _distinct(session: Session, what: Scan, key: tuple[str, ...], prefix: str | None, stats: dict[str, Any]) -> int:
    """How many different keys there are. Digits behind one prefix are marked in a bitmap, others are grouped."""
    relation = sql.name(what.table.name)
    if not key or not stats["keys"]:
        return int(stats["keys"])
    if prefix is not None:
        if stats["high"] - stats["low"] < 1 << 28:
            low = stats["low"]
            query = f"SELECT bit_count(bitstring_agg(CAST(key_number - {low} AS INTEGER), 0, {stats['high'] - low})) FROM {relation}"
        else:
            query = f"SELECT count(DISTINCT key_number) FROM {relation}"
    elif len(key) == 1:
        query = f"SELECT count(DISTINCT {sql.name(key[0])}) FROM {relation}"
    else:
        parts = ", ".join(map(sql.name, key))
        complete = " AND ".join(f"{sql.name(p)} IS NOT NULL" for p in key)
        query = f"SELECT count(*) FROM (SELECT 1 FROM {relation} WHERE {complete} GROUP BY {parts})"
    return int(session.rows(query)[0][0])


def _fold(session: Session, table: str, readings: dict[str, Reading], key: tuple[str, ...]) -> None:
    """Make one row of those that share a key: cells that differ become unreadable, whatever the order of the rows."""
    relation, folded = sql.name(table), sql.name(f"{table} folded")
    parts = ", ".join(map(sql.name, key))
    complete = " AND ".join(f"{sql.name(p)} IS NOT NULL" for p in key)
    described = [row[0] for row in session.rows(f"DESCRIBE {relation}")]
    items, bits = list(map(sql.name, key)), []
    for r in readings.values():
        if r.name in key:
            continue
        column = sql.name(r.name)
        same = (
            f"(count({column}) = 0 OR (count({column}) = count(*) AND min({column}) = max({column})))"
            f" AND bit_or(wrong & {r.bit}) = bit_and(wrong & {r.bit})"
        )
        items.append(f"CASE WHEN {same} THEN min({column}) END AS {column}")
        bits.append(f"CASE WHEN {same} AND bit_or(wrong & {r.bit}) = 0 THEN 0 ELSE {r.bit} END")
        until = f"{r.name} until"
        if until in described:
            items.append(f"CASE WHEN {same} THEN min({sql.name(until)}) END AS {sql.name(until)}")
    items.append(f"CAST({' + '.join(bits) or '0'} AS BIGINT) AS wrong")
    if "hidden" in described:
        items.append("bit_or(hidden) AS hidden")
    twice = f"SELECT {parts} FROM {relation} WHERE {complete} GROUP BY {parts} HAVING count(*) > 1"
    session.run(
        f"CREATE OR REPLACE TEMP TABLE {folded} AS\n-- a row is one key that several rows share\n"
        f"SELECT {', '.join(items)} FROM {relation} SEMI JOIN ({twice}) USING ({parts}) GROUP BY {parts}"
    )
    session.run(
        f"DELETE FROM {relation} WHERE ({parts}) IN (SELECT ({parts}) FROM {folded})"
        if len(key) > 1
        else f"DELETE FROM {relation} WHERE {parts} IN (SELECT {parts} FROM {folded})"
    )
    session.run(f"INSERT INTO {relation} BY NAME SELECT * FROM {folded}")
    session.run(f"DROP TABLE {folded}")


def _hiding(reading: Reading, what: Scan, readings: dict[str, Reading]) -> str:
    """The condition under which a cell is not yet visible ("" where there is none)."""
    if reading.time == "happened" and reading.name != what.table.dated_by:
        return is_later(reading, what.as_of)
    if reading.known_with and reading.known_with in readings and reading.known_with != what.table.dated_by:
        return is_later(readings[reading.known_with], what.as_of)
    return ""


def _hidden_bits(what: Scan, readings: dict[str, Reading]) -> str:
    """The bits of cells that are hidden although emptiness means `unknown` there; "" where there are none."""
    bits = [
        f"CASE WHEN {_hiding(r, what, readings)} THEN {r.bit} ELSE 0 END"
        for r in readings.values()
        if _hiding(r, what, readings) and r.empty == "unknown"
    ]
    return f"CAST({' + '.join(bits)} AS BIGINT)" if bits else ""


def _shown(reading: Reading, what: Scan, readings: dict[str, Reading]) -> str:
    """The visible value of a typed cell."""
    hiding = _hiding(reading, what, readings)
    return f"CASE WHEN ({hiding}) IS NOT TRUE THEN {reading.value} END" if hiding else reading.value


def _inside_column(reading: Reading, what: Scan, readings: dict[str, Reading]) -> Column:
    """A field while it is being typed, for the condition by which a row matters."""
    value = f"({_shown(reading, what, readings)})"
    nothing = f"({value} IS NULL AND NOT ({is_wrong(reading)}))"
    until = f"moment_end({sql.name(reading.name)}, {reading.raw})" if reading.name in what.precise else ""
    if reading.empty == "unknown":
        return Column(value, reading.type, empty=nothing, until=until)
    return Column(value, reading.type, absent=nothing, until=until)


def _column(reading: Reading, what: Scan, readings: dict[str, Reading], stats: dict[str, Any]) -> Column:
    """A field of the scanned table, with as few conditions as what was found in it allows."""
    value = sql.name(reading.name)
    until = sql.name(f"{reading.name} until") if reading.name in what.precise else ""
    if stats.get(f"count {reading.name}", stats["rows"]) == stats["rows"]:
        return Column(value, reading.type, until=until, certain=True)
    unreadable = f" AND wrong & {reading.bit} = 0" if stats["wrong"] & reading.bit else ""
    nothing = f"({value} IS NULL{unreadable})"
    if reading.empty != "unknown":
        return Column(value, reading.type, absent=nothing, until=until, certain=not unreadable)
    if stats["hidden"] & reading.bit and _hiding(reading, what, readings):
        out = f"(hidden & {reading.bit} <> 0{unreadable})"
        return Column(value, reading.type, absent=out, empty=f"({nothing} AND NOT {out})", until=until)
    return Column(value, reading.type, empty=nothing, until=until)
