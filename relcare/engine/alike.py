"""How many rows are alike, the latest of several dates, and the time between two, as SQL.

What is in doubt leaves a count open where the most that it could be is another than what the certain rows give.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column
from relcare.engine.decisions import unknown
from relcare.rulebook.comparing import SECONDS
from relcare.rulebook.measures import BetweenMeasure, OfMeasure
from relcare.rulebook.vocabulary import Fact

DAY_END = "INTERVAL 86399999999 MICROSECONDS"


class Alike(NamedTuple):
    """Aggregates over the rows of one subject: the value and the doubt."""

    value: str
    doubt: str


def most_alike(column: Column, counts: str) -> Alike:
    """How many rows share the value of `column` that most share; `counts` says which rows count, NULL for might."""
    surely = _largest(f"histogram({column.value}) FILTER (WHERE ({counts}) AND {column.value} IS NOT NULL)")
    most = _largest(f"histogram({column.value}) FILTER (WHERE ({counts}) IS NOT FALSE AND {column.value} IS NOT NULL)")
    blind = f"count(*) FILTER (WHERE ({counts}) IS NOT FALSE AND {unknown(column)})"
    return Alike(surely, f"{most} + {blind} <> {surely}")


def _largest(histogram: str) -> str:
    return f"coalesce(list_max(map_values({histogram})), 0)"


def latest_of(fact: Fact, measure: OfMeasure, columns: Mapping[str, Column]) -> tuple[list[str], Column]:
    """The items that give the latest or the earliest of several dates or months, and the column that stands for it.

    A part that the book does not supply is none of them; one that is unknown leaves it unknown.
    """
    # parts that the book supplies as one are taken once
    parts = list(dict.fromkeys(columns[name] for name in measure.facts if columns[name].supplied))
    value, until = sql.name(fact.name), ""
    doubts = [f"({doubt})" for part in parts if (doubt := unknown(part)) != "FALSE"]
    doubt = " OR ".join(doubts)
    marked = sql.name(f"{fact.name} doubt")
    items = [f"({doubt}) AS {marked}"] if doubts else []

    def told(expression: str) -> str:
        return f"CASE WHEN NOT ({doubt}) THEN {expression} END" if doubts else expression

    pick = "greatest" if measure.kind == "latest" else "least"
    if fact.type == "moment":
        until = sql.name(f"{fact.name} until")
        at, end = _best(parts, latest=measure.kind == "latest")
        items += [f"{told(at)} AS {value}", f"{told(end)} AS {until}"]
    else:
        values = ", ".join(part.value for part in parts)
        items.append(f"{told(f'{pick}({values})' if len(parts) > 1 else values)} AS {value}")
    absent = f"({value} IS NULL AND NOT {marked})" if doubts else f"({value} IS NULL)"
    empty, empties = "FALSE", [part.empty for part in parts if part.empty != "FALSE"]
    if empties:
        empty = sql.name(f"{fact.name} empty")
        spoilt = [f"({unknown(part)} AND NOT {part.empty})" for part in parts if unknown(part) != "FALSE"]
        items.append(f"({' OR '.join(empties)}) AND NOT ({' OR '.join(spoilt)}) AS {empty}")
    return items, Column(value, fact.type, absent=absent, empty=empty, until=until)


def between(fact: Fact, measure: BetweenMeasure, columns: Mapping[str, Column]) -> tuple[list[str], Column]:
    """The items that give the elapsed time between two moments, in microseconds, and the column that stands for it."""
    start, end = columns[measure.start], columns[measure.end]
    value, absent, empty = (sql.name(f"{fact.name}{part}") for part in ("", " absent", " empty"))
    exact = " AND ".join(f"epoch_us({part.until}) - epoch_us({part.value}) < 1000000" for part in (start, end))
    passed = f"epoch_us({end.value}) - epoch_us({start.value})"
    readable = " AND ".join(f"({p.value} IS NOT NULL OR {p.absent} OR {p.empty})" for p in (start, end))
    told = " AND ".join(f"({part.value} IS NOT NULL OR {part.absent})" for part in (start, end))
    items = [
        f"CASE WHEN {exact} THEN {passed} END AS {value}",
        f"coalesce(({start.absent} OR {end.absent}) AND {told}, FALSE) AS {absent}",
        f"coalesce(({start.empty} OR {end.empty}) AND {readable}, FALSE) AS {empty}",
    ]
    over = str(SECONDS[measure.unit] * 1_000_000)
    return items, Column(value, fact.type, over=over, absent=absent, empty=empty)


def _best(parts: list[Column], *, latest: bool) -> tuple[str, str]:
    """The earliest and the latest point of the latest, else the earliest, of these."""
    if len(parts) == 1:
        value, end = parts[0].value, _end(parts[0])
        return f"CAST({value} AS TIMESTAMP)", f"CASE WHEN {value} IS NOT NULL THEN {end} END"
    pairs = ", ".join(
        f"CASE WHEN {part.value} IS NOT NULL THEN {{'at': CAST({part.value} AS TIMESTAMP), 'until': {_end(part)}}} END"
        for part in parts
    )
    best = f"list_sort(list_filter([{pairs}], lambda p: p IS NOT NULL))[{-1 if latest else 1}]"
    return f"({best})['at']", f"({best})['until']"


def _end(part: Column) -> str:
    """The latest point of a date or moment."""
    if part.type == "moment":
        return part.until or part.value
    return f"CAST({part.value} AS TIMESTAMP) + {DAY_END}"
