"""How the cells of a file are read: as text, each through a full-match grammar before it is cast.

A cell that can't be read is NULL with its bit set in `wrong`; a cell that is not yet visible at the as-of is NULL with
its bit set in `hidden` (where emptiness alone would not say so).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.files.book import Source
from relcare.rulebook.vocabulary import Code, Fact, Field, Table


class Plain(NamedTuple):
    """How a column is scanned whose cells all stand in the one form that needs no reading.

    `given` is the type as which it is scanned, `value` the expression for its value. No cell is empty where it is `full`,
    no date later than the as-of where it is `past`. A moment `lasts` so many microseconds, 0 where that is not the same
    for all of them: it is then scanned as text.
    """

    given: str
    value: str
    full: bool
    past: bool = False
    lasts: int = 0


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
    plain: Plain | None = None  # where its cells need no reading

    @property
    def raw(self) -> str:
        """The cell as written."""
        return sql.name(f"{self.name} as written")

    @property
    def cell(self) -> str:
        """The cell as written, blanks around it taken off; NULL where it is empty."""
        return f"cell({self.raw})" if self.plain is None else self.plain.value

    @property
    def until(self) -> str:
        """The latest point of a typed moment."""
        column = sql.name(self.name)
        if self.plain is not None and self.plain.given != "VARCHAR":
            return f"{column} + INTERVAL {self.plain.lasts} MICROSECONDS"
        return f"moment_end({column}, {self.raw})"

    @property
    def value(self) -> str:
        """The typed cell, NULL outside its range."""
        column = sql.name(self.name)
        if self.plain is not None:
            return column
        bounds = []
        if self.low is not None:
            bounds.append(f"{column} >= {self.low:f}")
        if self.high is not None:
            bounds.append(f"{column} <= {self.high:f}")
        return f"CASE WHEN {' AND '.join(bounds)} THEN {column} END" if bounds else column


def reading_of(field: Field | Fact, bit: int) -> Reading:
    """How the column of a field, or of a supplied fact or decision, is read."""
    time, known_with = (field.time, field.known_with) if isinstance(field, Field) else ("snapshot", "")
    return Reading(field.name, field.type, field.codes, field.low, field.high, field.empty, time, known_with, bit)


def raw_rows(source: Source, readings: dict[str, Reading]) -> str:
    """The FROM item that gives the cells of a file as written."""
    columns = []
    for i, field in enumerate(source.fields):
        title, kind = f"column {i + 1}", "VARCHAR"
        if field in readings:
            title, plain = readings[field].raw[1:-1].replace('""', '"'), readings[field].plain
            kind = plain.given if plain is not None else kind
        columns.append(f"{sql.text(title)}: {sql.text(kind)}")
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


def read_as(reading: Reading, source: Source, zone: str) -> str:
    """The expression that reads a cell as its type."""
    if reading.plain is not None:
        return reading.plain.value
    codes = spellings(reading, source) if reading.codes else {}
    return sql.read(reading.type, reading.raw, codes, zone, source.date_format)


def typed_rows(source: Source, readings: dict[str, Reading], zone: str, given: str = "", *beside: str) -> str:
    """The SELECT that types every needed cell and keeps what is text as written beside, with other columns of `given`.

    `given` is the FROM item with the cells as written; the file itself where it is not said.
    """
    items = list(beside)
    for r in readings.values():
        items.append(f"{read_as(r, source, zone)} AS {sql.name(r.name)}")
        items += [r.raw] if r.plain is None or r.plain.given == "VARCHAR" else []
    return f"SELECT {', '.join(items)}\n    FROM {given or raw_rows(source, readings)}"


def is_wrong(reading: Reading) -> str:
    """Whether a cell of the typed rows could not be read."""
    if reading.type in ("id", "text") or reading.plain is not None:
        return "FALSE"
    plain = reading.low is None and reading.high is None
    value = sql.name(reading.name) if plain else f"({reading.value})"
    return f"{value} IS NULL AND is_written({reading.raw})"


def wrong_bits(table: Table, readings: dict[str, Reading], as_of: datetime) -> str:
    """The bits of the visible cells of a typed row that could not be read."""
    terms = []
    for r in readings.values():
        wrong, later = is_wrong(r), hiding(r, table, readings, as_of)
        if wrong != "FALSE":
            seen = f"{wrong} AND ({later}) IS NOT TRUE" if later and r.time != "happened" else wrong
            terms.append(f"CASE WHEN {seen} THEN {r.bit} ELSE 0 END")
    return f"CAST({' + '.join(terms)} AS BIGINT)" if terms else "0::BIGINT"


def is_later(reading: Reading, as_of: datetime) -> str:
    """Whether the date of a cell lies after the as-of; NULL where there is no date."""
    column = sql.name(reading.name)
    if reading.plain is not None and reading.plain.past:
        return "FALSE"
    match reading.type:
        case "moment":
            return f"{column} > {sql.moment(as_of)}"
        case "month":
            return f"{column} > {as_of.year * 12 + as_of.month - 1}"
        case _:
            return f"{column} > {sql.day(as_of.date())}"


def long_ago(reading: Reading, source: Source, as_of: datetime) -> str:
    """A test of the cell as written that holds for no date after the as-of, whatever its form; "" where there is none.

    It spares to read the cells of a large file twice. Every form begins with the year, and none that sorts before a date
    written with hyphens lies after it; three days are more than what time zones are apart.
    """
    if source.date_format or reading.plain is not None:
        return ""
    day = as_of.date() - timedelta(days=3)
    return f"{reading.raw} BETWEEN '1900' AND '{day.isoformat()}'"


def hiding(reading: Reading, table: Table, readings: dict[str, Reading], as_of: datetime) -> str:
    """The condition under which a cell is not yet visible ("" where there is none)."""
    by = _hider(reading, table, readings)
    later = is_later(by, as_of) if by is not None else "FALSE"
    return "" if later == "FALSE" else later


def _hider(reading: Reading, table: Table, readings: dict[str, Reading]) -> Reading | None:
    """The column whose date hides a cell as long as it lies after the as-of."""
    if reading.time == "happened" and reading.name != table.dated_by:
        return reading
    if reading.known_with and reading.known_with in readings and reading.known_with != table.dated_by:
        return readings[reading.known_with]
    return None


def hidden_bits(table: Table, readings: dict[str, Reading], as_of: datetime) -> str:
    """The bits of cells that are hidden although emptiness means `unknown` there; "" where there can be none."""
    bits, can = [], False
    for r in readings.values():
        if r.empty == "unknown" and _hider(r, table, readings) is not None:
            can, condition = True, hiding(r, table, readings, as_of)
            bits += [f"CASE WHEN {condition} THEN {r.bit} ELSE 0 END"] if condition else []
    return f"CAST({' + '.join(bits) or '0'} AS BIGINT)" if can else ""


def visible_value(reading: Reading, table: Table, readings: dict[str, Reading], as_of: datetime) -> str:
    """The value of a typed cell that is visible."""
    condition = hiding(reading, table, readings, as_of)
    return f"CASE WHEN ({condition}) IS NOT TRUE THEN {reading.value} END" if condition else reading.value
