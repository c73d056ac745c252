"""Measures as SQL: one GROUP BY for all the measures of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple, assert_never

from relcare.engine import dialect as sql
from relcare.engine.alike import most_alike
from relcare.engine.conditions import Column, Judge
from relcare.engine.scan import Scanned, last_month_over
from relcare.rulebook.conditions import ELAPSED_UNITS, Compare, Limit, Span, Within, facts_of, tests_of
from relcare.rulebook.measures import RowMeasure, SeriesMeasure, Window
from relcare.rulebook.values import Month
from relcare.rulebook.vocabulary import TEMPORAL, Fact
from relcare.timing.spans import shift

BITS = 64  # months that are marked in one number


class Grouped(NamedTuple):
    """The measures of one table by subject: a SELECT whose rows are subjects, and what becomes of its columns.

    `items` are the expressions with which a join takes the measures over; `columns` describe them there.
    """

    select: str
    items: tuple[str, ...]
    columns: dict[str, Column]


def window_days(window: Window, today: date) -> tuple[date, date]:
    """The dates between which a window in natural units lies: after the first, up to and with the second."""
    if window.back is None:
        return shift(today, -window.span.amount, window.span.unit), today
    newer = shift(today, -window.back.amount, window.back.unit)
    if window.back.unit == window.span.unit:
        return shift(today, -window.back.amount - window.span.amount, window.span.unit), newer
    return shift(newer, -window.span.amount, window.span.unit), newer


def window_dates(window: Window, as_of: datetime) -> tuple[date, date]:
    """The first and the last date on which a row of the window can lie."""
    if window.span.unit not in ELAPSED_UNITS:
        older, newer = window_days(window, as_of.date())
        return shift(older, 1, "days"), newer
    newest = as_of - _elapsed(window.back) if window.back is not None else as_of
    return (newest - _elapsed(window.span)).date(), newest.date()


def _elapsed(span: Span) -> timedelta:
    return timedelta(seconds=span.amount * {"seconds": 1, "minutes": 60, "hours": 3600}.get(span.unit, 86400))


def in_window(window: Window, column: Column, as_of: datetime) -> str:
    """Whether a row's date lies in a window; the as-of end is left to the row's visibility."""
    if window.span.unit in ELAPSED_UNITS:
        return _in_elapsed(window, column, as_of)
    older, newer = window_days(window, as_of.date())
    if column.type == "month":
        low, high = older.year * 12 + older.month - 1, newer.year * 12 + newer.month - 1
        return f"{column.value} > {low} AND {column.value} <= {high}"
    after = f"{column.value} >= {sql.day(shift(older, 1, 'days'))}"
    return after if window.back is None else f"{after} AND {column.value} < {sql.day(shift(newer, 1, 'days'))}"


def _in_elapsed(window: Window, column: Column, as_of: datetime) -> str:
    newer = sql.moment(as_of)
    if window.back is not None:
        newer = f"{newer} - {sql.interval(window.back)}"
    older = f"{newer} - {sql.interval(window.span)}"
    if column.type != "moment":
        return f"{column.value} > {older} AND {column.value} <= {newer}"
    inside = f"CASE WHEN {column.until} <= {older} OR {column.value} > {newer} THEN FALSE WHEN {column.value} > {older}"
    return f"{inside} THEN TRUE END" if window.back is None else f"{inside} AND {column.until} <= {newer} THEN TRUE END"


def row_condition(measure: RowMeasure, columns: Mapping[str, Column], dated_by: str, judge: Judge) -> str:
    """Which rows a measure is made of: TRUE, FALSE, NULL where that can't be known. What reaches a limit is made of rows of any age."""
    parts = []
    if measure.where is not None:
        parts.append(f"({judge.condition(measure.where)})")
    if measure.window is not None and not measure.crosses:
        parts.append(f"({in_window(measure.window, columns[dated_by], judge.as_of)})")
    return " AND ".join(parts) or "TRUE"


def _decided(column: Column) -> bool:
    """Whether a test on the column is never unknown."""
    return column.certain or column.missing_is_absent


def _by_precision(fact: Fact) -> bool:
    measure = fact.measure
    if not isinstance(measure, RowMeasure):
        return False
    spans: list[Span] = [t.span for t in tests_of(measure.where) if isinstance(t, Within)] if measure.where else []
    if measure.window is not None:
        spans.append(measure.window.span)
    moments = measure.where is not None and any(isinstance(t, Compare) for t in tests_of(measure.where))
    return moments or any(span.unit in ELAPSED_UNITS for span in spans)


def grouped(scanned: Scanned, key: str, facts: Iterable[Fact], judge: Judge) -> Grouped:
    """All `facts`, measures of the table `scanned`, for each value of its column `key`."""
    aggregates: list[str] = []
    worked_out: dict[str, str] = {}  # values made of several aggregates, and for each what it is made of
    parts: set[str] = set()
    items: list[str] = []
    columns: dict[str, Column] = {}
    alias = sql.name(f"{scanned.table.name} by {key}")
    for fact in facts:
        match fact.measure:
            case RowMeasure() as measure:
                made = _of_rows(fact, measure, scanned, judge)
            case SeriesMeasure() as measure:
                made = _of_series(fact, measure, scanned, judge)
            case _:
                raise AssertionError(fact)
        aggregates += made.aggregates
        doubt = sql.name(f"{fact.name} doubt")
        value = sql.name(fact.name)
        taken = f"coalesce({alias}.{value}, 0)" if made.zero else f"{alias}.{value}"
        if made.taken:
            worked_out[value] = made.taken
            parts |= {_title(aggregate) for aggregate in made.aggregates}
            taken = taken if made.zero else f"CASE WHEN {alias}.{sql.name(key)} IS NULL THEN 0 ELSE {taken} END"
        absent = "FALSE" if made.zero or made.taken else f"({value} IS NULL)"
        if made.doubt:
            aggregates.append(f"({made.doubt}) AS {doubt}")
            taken = f"CASE WHEN {alias}.{doubt} IS NOT TRUE THEN {taken} END"
            if not made.zero and not made.taken:
                items.append(f"{alias}.{doubt} IS TRUE AS {doubt}")
                absent = f"({value} IS NULL AND NOT {doubt})"
        items.append(f"{taken} AS {value}")
        over = ""
        if made.over:
            over = sql.name(f"{fact.name} rows")
            items.append(f"{alias}.{over} AS {over}")
        until = ""
        if made.until:
            until = sql.name(f"{fact.name} until")
            end = (
                f"CASE WHEN {alias}.{doubt} IS NOT TRUE THEN {alias}.{until} END" if made.doubt else f"{alias}.{until}"
            )
            items.append(f"{end} AS {until}")
        certain = not made.doubt and (made.zero or not made.taken)
        columns[fact.name] = Column(value, fact.type, over=over, absent=absent, until=until, certain=certain)
    reference = sql.name(key)
    where = f"{reference} IS NOT NULL" + (f" AND {scanned.visible}" if scanned.visible != "TRUE" else "")
    comment = f"-- a row is one {key}: its measures from {scanned.table.name}\n"
    select = (
        f"SELECT {reference}, {', '.join(aggregates)}\n  FROM {scanned.relation} WHERE {where} GROUP BY {reference}"
    )
    if worked_out:
        kept = [title for title in map(_title, aggregates) if title not in parts]
        values = [f"{expression} AS {value}" for value, expression in worked_out.items()]
        select = f"SELECT {', '.join([reference, *kept, *values])}\n  FROM (\n  {select}\n)"
    return Grouped(f"{comment}  {select}", tuple(items), columns)


def _title(aggregate: str) -> str:
    """The column that an aggregate is given."""
    return aggregate.rpartition(" AS ")[2]


class _Made(NamedTuple):
    """A measure's aggregates. `doubt` is "" where the table has no cell that could leave it open; `zero`: 0 over no rows."""

    aggregates: list[str]
    doubt: str
    zero: bool = False
    over: bool = False
    until: bool = False
    taken: str = ""  # over the aggregates, where the value is not one of them; NULL leaves it open


def _of_rows(fact: Fact, measure: RowMeasure, scanned: Scanned, judge: Judge) -> _Made:
    columns = scanned.columns
    counts = row_condition(measure, columns, scanned.table.dated_by, judge)
    if scanned.loose:
        counts = f"CASE WHEN loose THEN nullif({counts}, TRUE) ELSE {counts} END"
    value = sql.name(fact.name)
    tested = [columns[f] for f in facts_of(measure.where)] if measure.where is not None else []
    if measure.window is not None:
        tested.append(columns[scanned.table.dated_by])
    open_rows = not all(map(_decided, tested)) or _by_precision(fact) or scanned.loose
    if measure.kind == "count":
        doubt = f"count(*) FILTER (WHERE ({counts}) IS NULL) > 0" if open_rows else ""
        return _Made([f"count(*) FILTER (WHERE {counts}) AS {value}"], doubt, zero=True)
    column = columns[measure.field]
    present = f"({counts}) AND {column.value} IS NOT NULL"
    unknown = "FALSE" if _decided(column) else f"({column.value} IS NULL AND NOT {column.absent})"
    could = f"(({counts}) IS NULL AND NOT {column.absent}) OR (({counts}) AND {unknown})"
    doubtful = open_rows or unknown != "FALSE"
    any_doubt = f"count(*) FILTER (WHERE {could}) > 0" if doubtful else ""
    match measure.kind:
        case "sum":
            return _Made([f"sum({column.value}) FILTER (WHERE {present}) AS {value}"], any_doubt, zero=True)
        case "average":
            aggregates = [
                f"CAST(sum({column.value}) FILTER (WHERE {present}) AS DECIMAL(28,{_scale(column)})) AS {value}",
                f"CAST(nullif(count(*) FILTER (WHERE {present}), 0) AS DECIMAL(9,0)) AS {sql.name(fact.name + ' rows')}",
            ]
            return _Made(aggregates, any_doubt, over=True)
        case "highest" | "lowest":
            best, beyond = ("max", ">") if measure.kind == "highest" else ("min", "<")
            found = f"{best}({column.value}) FILTER (WHERE {present})"
            reach = f"{best}({column.value}) FILTER (WHERE ({counts}) IS NULL)"
            blind = f"count(*) FILTER (WHERE ({counts}) IS NOT FALSE AND {unknown}) > 0"
            doubt = f"{blind} OR coalesce({reach} {beyond} {found}, {reach} IS NOT NULL)" if doubtful else ""
            return _Made([f"{found} AS {value}"], doubt)
        case "repeats":
            alike = most_alike(column, counts)
            return _Made([f"{alike.value} AS {value}"], alike.doubt if doubtful else "", zero=True)
        case "latest" | "earliest":
            dated = column if column.type in TEMPORAL else columns[scanned.table.dated_by]
            return _newest(fact, measure, scanned, counts, doubtful=doubtful or not _decided(dated))
        case _:
            raise AssertionError(measure.kind)


def _newest(fact: Fact, measure: RowMeasure, scanned: Scanned, counts: str, *, doubtful: bool) -> _Made:
    """`latest F`, `earliest F`: open where a row that may count is undated, or dated no worse than the one found."""
    column = scanned.columns[measure.field]
    dated = column if column.type in TEMPORAL else scanned.columns[scanned.table.dated_by]
    value = sql.name(fact.name)
    best, no_worse = ("max", ">=") if measure.kind == "latest" else ("min", "<=")
    present = f"({counts}) AND {column.value} IS NOT NULL AND {dated.value} IS NOT NULL"
    top = f"{best}({dated.value}) FILTER (WHERE {present})"
    until = ""
    if column.value == dated.value:
        aggregates = [f"{top} AS {value}"]
        if column.until:
            until = sql.name(f"{fact.name} until")
            aggregates.append(f"max(CASE WHEN {present} THEN {{'at': {dated.value}, 'until': {column.until}}} END)['until'] AS {until}"
                              if measure.kind == "latest" else
                              f"min(CASE WHEN {present} THEN {{'at': {dated.value}, 'until': {column.until}}} END)['until'] AS {until}")  # fmt: skip
    elif measure.kind == "latest":
        aggregates = [
            f"max(CASE WHEN {present} THEN {{'at': {dated.value}, 'is': {column.value}}} END)['is'] AS {value}"
        ]
    else:  # the highest value of the earliest date
        aggregates = [
            f"max_by({column.value}, {{'before': -epoch_us(CAST({dated.value} AS TIMESTAMP)), 'is': {column.value}}}) FILTER (WHERE {present}) AS {value}"
        ]
    if not doubtful:
        return _Made(aggregates, "", until=bool(until))
    unknown = "FALSE" if _decided(column) else f"({column.value} IS NULL AND NOT {column.absent})"
    could = f"NOT {column.absent} AND (({counts}) IS NULL OR (({counts}) AND ({unknown} OR {dated.value} IS NULL)))"
    undated = f"count(*) FILTER (WHERE {could} AND {dated.value} IS NULL) > 0"
    near = f"{best}({dated.value}) FILTER (WHERE {could})"
    return _Made(aggregates, f"{undated} OR coalesce({near} {no_worse} {top}, {near} IS NOT NULL)", until=bool(until))


def _scale(column: Column) -> int:
    return {"money": 2, "number": 6, "percent": 6}.get(column.type, 0)


def _of_series(fact: Fact, measure: SeriesMeasure, scanned: Scanned, judge: Judge) -> _Made:
    """A measure of a monthly series; `last` is its reporting month."""
    month = scanned.columns[scanned.table.series_month]
    column = scanned.columns[measure.field]
    last = scanned.reporting if scanned.reporting is not None else last_month_over(judge.as_of)
    value = sql.name(fact.name)
    unknown = "FALSE" if _decided(column) else f"({column.value} IS NULL AND NOT {column.absent})"
    undated = "" if _decided(month) else f"count(*) FILTER (WHERE {month.value} IS NULL) > 0"

    def doubt(*reasons: str) -> str:
        return " OR ".join(reason for reason in (undated, *reasons) if reason)

    match measure.kind:
        case "average":
            window = f"{month.value} BETWEEN {last - measure.months + 1} AND {last}"
            present = f"{window} AND {column.value} IS NOT NULL"
            aggregates = [
                f"CAST(sum({column.value}) FILTER (WHERE {present}) AS DECIMAL(28,{_scale(column)})) AS {value}",
                f"CAST(nullif(count(*) FILTER (WHERE {present}), 0) AS DECIMAL(9,0)) AS {sql.name(fact.name + ' rows')}",
            ]
            blind = f"count(*) FILTER (WHERE {window} AND {unknown}) > 0" if unknown != "FALSE" else ""
            return _Made(aggregates, doubt(blind), over=True)
        case "change":
            ends = f"{month.value} IN ({last}, {last - measure.months})"
            new, old = (
                f"max({column.value}) FILTER (WHERE {month.value} = {m})" for m in (last, last - measure.months)
            )
            both = f"count(*) FILTER (WHERE {ends} AND NOT {column.absent}) = 2"
            blind = f"(count(*) FILTER (WHERE {ends} AND {unknown}) > 0 AND {both})" if unknown != "FALSE" else ""
            return _Made([f"{new} - {old} AS {value}"], doubt(blind))
        case "falling streak" | "rising streak":
            return _streak(measure, value, column, month, last, scanned, undated=undated, blind=unknown != "FALSE")
        case "first reached":
            limit = judge.limit(measure.limit.name) if isinstance(measure.limit, Limit) else "NULL"
            reached = f"min({month.value}) FILTER (WHERE {column.value} >= {limit} AND {month.value} <= {last})"
            earlier = f"min({month.value}) FILTER (WHERE {unknown} AND {month.value} <= {last})"
            blind = f"coalesce({earlier} < {reached}, {earlier} IS NOT NULL)" if unknown != "FALSE" else ""
            return _Made([f"{reached} AS {value}"], doubt(blind))
        case _:
            assert_never(measure.kind)  # type: ignore[arg-type]


def _streak(
    measure: SeriesMeasure,
    value: str,
    column: Column,
    month: Column,
    last: int,
    scanned: Scanned,
    *,
    undated: str,
    blind: bool,
) -> _Made:
    """How many months in a row, back from `last`, each lie below (above) the month before."""
    longest = last - (scanned.first if scanned.first is not None else last)
    longest = max(1, min(longest, measure.months or longest))
    sign = "<" if measure.kind == "falling streak" else ">"
    plain = value[1:-1]
    months = [sql.name(f"{plain} {Month.of_index(last - k)}") for k in range(longest + 1)]
    aggregates = [
        f"max({column.value}) FILTER (WHERE {month.value} = {last - k}) AS {months[k]}" for k in range(longest + 1)
    ]
    steps = [f"{newer} {sign} {older}" for newer, older in pairwise(months)]
    if blind:  # an unreadable month is NULL too, but was seen: a bit for each month, the newest lowest
        words = [sql.name(f"{plain} seen" + (f" {w + 1}" if w else "")) for w in range(longest // BITS + 1)]
        for w, seen in enumerate(words):
            newest = last - w * BITS
            inside = (
                f"{month.value} BETWEEN {max(newest - BITS + 1, last - longest)} AND {newest} AND NOT {column.absent}"
            )
            bit = f"CAST(1 AS UBIGINT) << CAST({newest} - {month.value} AS UBIGINT)"
            aggregates.append(f"bit_or(CASE WHEN {inside} THEN {bit} END) AS {seen}")
        was = [f"coalesce({words[k // BITS]} & {1 << k % BITS} <> 0, FALSE)" for k in range(longest + 1)]
        steps = [f"{was[k]} AND {was[k + 1]} AND {step}" for k, step in enumerate(steps)]
        ends = [f"WHEN ({step}) IS NULL THEN NULL WHEN NOT ({step}) THEN {k}" for k, step in enumerate(steps)]
    else:
        ends = [f"WHEN ({step}) IS NOT TRUE THEN {k}" for k, step in enumerate(steps)]
    streak = "CASE\n    " + "\n    ".join(ends) + f"\n    ELSE {longest} END"
    return _Made(aggregates, undated, zero=not blind, taken=streak)
