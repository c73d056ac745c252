"""Measures that count rows that are alike, or until a number is reached, and the latest of several dates, as SQL.

What is in doubt leaves a measure open where the most or the earliest that it could give is another than what the certain
rows give: everything it could be lies between the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column
from relcare.engine.decisions import unknown
from relcare.rulebook.measures import OfMeasure
from relcare.rulebook.vocabulary import Fact

BEGINNING = "TIMESTAMP '0001-01-01 00:00:00'"  # where a row without a date is put: before all others
DAY_END = "INTERVAL 86399999999 MICROSECONDS"


class Alike(NamedTuple):
    """Aggregates over the rows of one subject: the value, the latest point of a moment ("" for none), and the doubt."""

    value: str
    until: str
    doubt: str


def most_alike(column: Column, counts: str) -> Alike:
    """How many rows share the value of `column` that most share; `counts` says which rows count, NULL for might."""
    surely = _largest(f"histogram({column.value}) FILTER (WHERE ({counts}) AND {column.value} IS NOT NULL)")
    most = _largest(f"histogram({column.value}) FILTER (WHERE ({counts}) IS NOT FALSE AND {column.value} IS NOT NULL)")
    blind = f"count(*) FILTER (WHERE ({counts}) IS NOT FALSE AND {unknown(column)})"
    return Alike(surely, "", f"{most} + {blind} <> {surely}")


def _largest(histogram: str) -> str:
    return f"coalesce(list_max(map_values({histogram})), 0)"


def when_reached(dated: Column, counts: str, limit: str, by: Column | None = None) -> Alike:
    """The date of the row with which the rows (those that share a value of `by`) are as many as `limit` says, for the first."""
    if not limit.isdigit() or not int(limit):  # nothing is reached where it is 0; where it has no value nobody can tell
        none = f"CAST(NULL AS {sql.SQL_TYPES[dated.type]})"
        until = "CAST(NULL AS TIMESTAMP)" if dated.until else ""
        return Alike(none, until, "TRUE" if limit == "NULL" else "FALSE")
    pair = f"{{'at': {dated.value}, 'until': {dated.until}}}" if dated.until else dated.value
    early = f"coalesce(CAST({dated.value} AS TIMESTAMP), {BEGINNING})"
    present = f"({counts}) AND {dated.value} IS NOT NULL"
    could = f"({counts}) IS NOT FALSE AND NOT {dated.absent}"
    if by is None:
        found = f"(min({pair}, {limit}) FILTER (WHERE {present}))[{limit}]"
        low = f"(min({early}, {limit}) FILTER (WHERE {could}))[{limit}]"
    else:
        found = _first(
            f"list({{'of': {by.value}, 'p': {pair}}}) FILTER (WHERE {present} AND {by.value} IS NOT NULL)", "", limit
        )
        some = f"list({{'of': {by.value}, 'p': {early}}}) FILTER (WHERE {could} AND {by.value} IS NOT NULL)"
        any_ = f"coalesce(list({early}) FILTER (WHERE {could} AND {unknown(by)}), [])"
        low = f"least({_first(some, any_, limit)}, list_sort({any_})[{limit}])"
    value = f"({found})['at']" if dated.until else found
    until = f"({found})['until']" if dated.until else ""
    return Alike(value, until, f"{low} IS DISTINCT FROM CAST({value} AS TIMESTAMP)")


def _first(rows: str, further: str, limit: str) -> str:
    """Of the values `of`, the least `limit`-th point `p` of the rows that share one, and of `further` points."""
    own = f"list_transform(list_filter({rows}, lambda r: r['of'] = v), lambda r: r['p'])"
    nth = f"list_sort(list_concat({own}, {further}))[{limit}]" if further else f"list_sort({own})[{limit}]"
    values = f"list_distinct(list_transform({rows}, lambda r: r['of']))"
    every = f"list_filter(list_transform({values}, lambda v: {nth}), lambda p: p IS NOT NULL)"
    return f"list_sort({every})[1]"


def latest_of(fact: Fact, measure: OfMeasure, columns: Mapping[str, Column]) -> tuple[list[str], Column]:
    """The items that give the latest or the earliest of several dates or months, and the column that stands for it.

    A part that the book does not supply is none of them; one that is unknown leaves it unknown.
    """
    parts = [columns[name] for name in measure.facts if columns[name].supplied]
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
        pairs = ", ".join(
            f"CASE WHEN {part.value} IS NOT NULL THEN {{'at': CAST({part.value} AS TIMESTAMP), 'until': {_end(part)}}} END"
            for part in parts
        )
        best = f"list_sort(list_filter([{pairs}], lambda p: p IS NOT NULL))[{-1 if measure.kind == 'latest' else 1}]"
        items.append(f"{told(_of(best, 'at'))} AS {value}")
        items.append(f"{told(_of(best, 'until'))} AS {until}")
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


def _of(pair: str, part: str) -> str:
    return f"({pair})['{part}']"


def _end(part: Column) -> str:
    """The latest point of a date or moment."""
    if part.type == "moment":
        return part.until or part.value
    return f"CAST({part.value} AS TIMESTAMP) + {DAY_END}"
