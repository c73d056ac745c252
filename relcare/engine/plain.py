"""What the cells of a small file show before the engine reads it: columns that are written in the one form of their type.

Such a column is scanned as its type. What else it takes to read a cell (blanks around it, other spellings, words for
codes, what can't be read) costs the engine far more to get ready for than a small file has to be read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.reading import Plain, Reading, spellings
from relcare.files.book import Source
from relcare.files.small import small_columns

BLANKS = " \t\n\v\f\r\xa0\u3000"
DAY = r"(?:19|2[01])[0-9]{2}(?:-[0-9]{2}-|/[0-9]{2}/)[0-9]{2}"
FORMS = {
    "date": re.compile(DAY),
    "moment": re.compile(rf"{DAY}(?:[ T](?:[01][0-9]|2[0-3]):[0-9]{{2}}(?::[0-9]{{2}})?)?"),
    "month": re.compile(r"(?:19|2[01])[0-9]{2}-(?:0[1-9]|1[0-2])"),
    "money": re.compile(r"-?[0-9]{1,13}(?:[.][0-9]{1,2})?"),
    "number": re.compile(r"-?[0-9]{1,12}(?:[.][0-9]{1,6})?"),
    "count": re.compile(r"-?[0-9]{1,15}"),
}
FORMS["percent"] = FORMS["number"]
UNTIL = {10: 86_399_999_999, 16: 59_999_999, 19: 999_999}  # microseconds that a moment of so many letters lasts


class Looked(NamedTuple):
    """The readings of a table whose file was looked through, those that are plain told so.

    `rows` is how many it has; `sole`: each has a whole key, and no two the same one. `newest` is the latest value, `oldest`
    the earliest, of each plain column of dates; `empties` counts the empty cells of each plain column.
    """

    readings: dict[str, Reading]
    rows: int
    sole: bool
    oldest: dict[str, date | datetime | int]
    newest: dict[str, date | datetime | int]
    empties: dict[str, int]


def looked(
    source: Source, readings: dict[str, Reading], key: Iterable[str], precise: Collection[str], as_of: datetime
) -> Looked | None:
    """Look through a small file; None for any other."""
    columns = small_columns(source)
    if columns is None:
        return None
    found = Looked({}, len(columns[0]), _is_sole(source, columns, key), {}, {}, {})
    for name, reading in readings.items():
        cells = columns[source.fields.index(name)]
        texts = set(cells)
        found.empties[name] = cells.count("") if "" in texts else 0
        texts.discard("")
        found.readings[name] = reading._replace(
            plain=_plain(reading, texts, source, found, precise=name in precise, as_of=as_of)
        )
    return found


def _is_sole(source: Source, columns: list[tuple[str, ...]], key: Iterable[str]) -> bool:
    parts = [columns[source.fields.index(part)] for part in key]
    return bool(parts) and not any("" in part for part in parts) and len(set(zip(*parts, strict=True))) == len(parts[0])


def _plain(
    reading: Reading, texts: set[str], source: Source, found: Looked, *, precise: bool, as_of: datetime
) -> Plain | None:
    """How a column with these cells can be scanned; None where it has to be read."""
    raw, full = reading.raw, not found.empties[reading.name]
    match reading.type:
        case "id" | "text":
            return Plain("VARCHAR", raw, full=full) if all(t.strip(BLANKS) == t for t in texts) else None
        case "yes_no":
            return Plain("VARCHAR", raw, full=full) if texts <= {"yes", "no"} else None
        case "code" | "codes":
            words = spellings(reading, source)
            known = {code for code in words.values() if words.get(code) == code}
            if reading.type == "code" and texts <= words.keys():
                others = "".join(f" WHEN {sql.text(t)} THEN {sql.text(words[t])}" for t in sorted(texts - known))
                return Plain("VARCHAR", f"CASE {raw}{others} ELSE {raw} END" if others else raw, full=full)
            if reading.type == "code":
                return None
            listed = all(
                parts == sorted(set(parts)) and known.issuperset(parts) for parts in (t.split(";") for t in texts)
            )
            return Plain("VARCHAR", f"string_split({raw}, ';')", full=full) if listed else None
        case "date" | "moment" | "month":
            return None if source.date_format else _dated(reading, texts, found, precise=precise, as_of=as_of)
        case kind:
            form = FORMS[kind]
            if not all(form.fullmatch(t) for t in texts) or not _within(reading, texts):
                return None
            return Plain(sql.SQL_TYPES[kind], raw, full=full)


def _within(reading: Reading, texts: set[str]) -> bool:
    if reading.low is None and reading.high is None:
        return True
    numbers = [Decimal(t) for t in texts]
    low, high = min(numbers, default=None), max(numbers, default=None)
    return (
        low is None
        or high is None
        or ((reading.low is None or low >= reading.low) and (reading.high is None or high <= reading.high))
    )


def _dated(reading: Reading, texts: set[str], found: Looked, *, precise: bool, as_of: datetime) -> Plain | None:
    form, raw, full = FORMS[reading.type], reading.raw, not found.empties[reading.name]
    if not all(form.fullmatch(t) for t in texts):
        return None
    values: list[Any]  # all of one type
    now: Any
    try:
        if reading.type == "date":
            values, now = [date.fromisoformat(t.replace("/", "-")) for t in texts], as_of.date()
        elif reading.type == "moment":
            values, now = [datetime.fromisoformat(t.replace("/", "-")) for t in texts], as_of
        else:
            values, now = [int(t[:4]) * 12 + int(t[5:]) - 1 for t in texts], as_of.year * 12 + as_of.month - 1
    except ValueError:  # 2026-02-30
        return None
    if values:
        found.oldest[reading.name], found.newest[reading.name] = min(values), max(values)
    past = not values or found.newest[reading.name] <= now
    if reading.type == "month":
        index = f"CAST({raw}[1:4] AS INTEGER) * 12 + CAST({raw}[6:7] AS INTEGER) - 1"
        return Plain("VARCHAR", index, full=full, past=past)
    if reading.type == "date":
        return Plain("DATE", raw, full=full, past=past)
    lengths = {len(t) for t in texts}
    if precise and len(lengths) > 1:
        return Plain("VARCHAR", f"CAST({raw} AS TIMESTAMP)", full=full, past=past)
    lasts = UNTIL[lengths.pop()] if lengths else 0
    return Plain("TIMESTAMP", raw, full=full, past=past, lasts=lasts)
