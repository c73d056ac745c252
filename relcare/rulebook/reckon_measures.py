"""Measures of one subject, row by row: the plain reference for the engine's GROUP BYs.

Each gives its value and the rows that it was made from. A row that might count, or a cell that can't be read, makes the
measure unreadable only where it could change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from relcare.rulebook.comparing import SECONDS, conjunction, day_of, interval_of, moved
from relcare.rulebook.conditions import NATURAL_UNITS, facts_of
from relcare.rulebook.decisions import LimitsOn
from relcare.rulebook.evaluate import judge
from relcare.rulebook.measures import AgeMeasure, BetweenMeasure, OfMeasure, RowMeasure, SeriesMeasure, Window
from relcare.rulebook.reckon_alike import most_alike
from relcare.rulebook.reckon_crossings import Crossings, crossings
from relcare.rulebook.reckon_parts import Measured, Part, hangs_on, lines_of
from relcare.rulebook.reckon_rows import Context, Row, TableContext, last_day
from relcare.rulebook.values import ABSENT, FactValue, Moment, Month, State, Value, known, not_supplied, unreadable
from relcare.rulebook.vocabulary import TEMPORAL, Table
from relcare.timing.spans import whole_units


def why_not_supplied(measure: RowMeasure | SeriesMeasure, table: Table, subject: str, context: Context) -> str:
    """Why the book can't give the measure; "" where it can."""
    about = context.tables.get(table.name)
    if about is None:
        return f"the book has no {table.name}"
    needed = [table.reference_to(subject), *_needed(measure, table)]
    for name in needed:
        if name and name not in about.supplied:
            return f"{about.path} has no {name}"
    first, last = _stretch(measure, context, about)
    from_, to = about.covers
    if (first is not None and from_ is not None and first < from_) or (
        last is not None and to is not None and last > to
    ):
        return f"{about.path} covers {from_ or 'all'} to {to or 'today'} only"
    return ""


def _needed(measure: RowMeasure | SeriesMeasure, table: Table) -> list[str]:
    if isinstance(measure, SeriesMeasure):
        return [month_field(table), measure.field]
    names = [name for name in (measure.field, measure.by) if name]
    names += facts_of(measure.where) if measure.where is not None else []
    if measure.window is not None or (measure.kind in {"latest", "earliest"} and not _is_date(measure, table)):
        names.append(table.dated_by)
    return names


def _is_date(measure: RowMeasure, table: Table) -> bool:
    return measure.field in table.fields and table.fields[measure.field].type in TEMPORAL


def month_field(table: Table) -> str:
    """The part of a series' key that is the month."""
    return next(name for name in table.key if table.fields[name].type == "month")


def _stretch(
    measure: RowMeasure | SeriesMeasure, context: Context, about: TableContext
) -> tuple[date | None, date | None]:
    """The first and the last day that the measure looks at; None where it has no bound."""
    if isinstance(measure, RowMeasure):
        if measure.window is None:
            return None, None
        low, high = edges(measure.window, context.as_of)
        natural = measure.window.span.unit in NATURAL_UNITS
        return low.date() + timedelta(days=1) if natural and low.date() < date.max else low.date(), high.date()
    if about.reporting is None:
        return None, None
    end = about.reporting
    back = {"average": measure.months - 1, "first reached": 0}.get(measure.kind, measure.months)
    start = Month.of_index(max(end.index - back, 12))
    bounded = measure.kind != "first reached" and measure.months > 0
    return date(start.year, start.month, 1) if bounded else None, last_day(end)


def edges(window: Window, as_of: datetime) -> tuple[datetime, datetime]:
    """The ends of a window, the older one excluded; for natural units their dates are meant."""
    span, back = window.span, window.back
    if back is None:
        return moved(as_of, -span.amount, span.unit), as_of
    high = moved(as_of, -back.amount, back.unit)
    if back.unit == span.unit:
        return moved(as_of, -span.amount - back.amount, span.unit), high
    return moved(high, -span.amount, span.unit), high


def in_window(cell: FactValue, window: Window, as_of: datetime) -> bool | None:
    """Whether a row with this `dated_by` lies in the window; None where that can't be told."""
    if cell.value is None:
        return None
    low, high = edges(window, as_of)
    spans = [window.span] if window.back is None else [window.span, window.back]
    if all(span.unit in NATURAL_UNITS for span in spans):
        return low.date() < day_of(cell.value) <= high.date()
    first, last = interval_of(cell.value)
    after = True if first > low else False if last <= low else None
    if window.back is None:
        return conjunction((after, first <= high))
    return conjunction((after, True if last <= high else False if first > high else None))


Limits: TypeAlias = Mapping[str, Value | None]


def measure_rows(measure: RowMeasure, table: Table, rows: Iterable[Row], context: Context) -> Measured:
    """A measure over the subject's rows; the book supplies all that it needs."""
    if measure.crosses:
        return measure_crossings(measure, table, rows, context).latest()
    parts = _parts(measure, table, rows, context)
    if measure.kind in {"latest", "earliest"}:
        return _last_or_first(parts, latest=measure.kind == "latest")
    return most_alike(parts) if measure.kind == "repeats" else _fold(measure.kind, parts)


def measure_crossings(measure: RowMeasure, table: Table, rows: Iterable[Row], context: Context) -> Crossings:
    """Each time that the subject's rows reached the limit; the book supplies all that it needs."""
    if measure.limit is None:
        raise AssertionError(measure)
    limit = context.rulebook.limits[measure.limit.name]
    window = measure.window.span if measure.window is not None else None
    return crossings(_parts(measure, table, rows, context), limit, measure.by, window, context.as_of)


def _parts(measure: RowMeasure, table: Table, rows: Iterable[Row], context: Context) -> list[Part]:
    """The rows that count or might; of a measure that reaches a limit whatever their age."""
    limits = LimitsOn(context.rulebook.limits, context.today)
    dated_by = measure.field if measure.kind in {"latest", "earliest"} and _is_date(measure, table) else table.dated_by
    parts: list[Part] = []
    for row in rows:
        counts: bool | None = True
        if measure.where is not None:
            counts = judge(measure.where, row.cells, limits, context.as_of).verdict
        if measure.window is not None and not measure.crosses:
            counts = conjunction((counts, in_window(row.get(table.dated_by), measure.window, context.as_of)))
        if row.loose and counts:
            counts = None
        cell = row.get(measure.field) if measure.field else known(1)
        absent = cell.state is State.ABSENT or (bool(measure.by) and row.get(measure.by).state is State.ABSENT)
        if counts is not False and not absent:
            parts.append(Part(row, counts is True, cell, row.get(dated_by) if dated_by else not_supplied()))
    return parts


def _fold(kind: str, parts: Sequence[Part]) -> Measured:
    sure = [part for part in parts if part.sure and part.cell.value is not None]
    doubtful = [part for part in parts if not part.sure or part.cell.value is None]
    if kind in {"highest", "lowest"}:
        return _extreme(kind, sure, doubtful)
    if doubtful:
        return Measured(hangs_on(doubtful), lines_of(parts))
    numbers = [_number(part.cell) for part in parts]
    match kind:
        case "count":
            return Measured(known(len(parts)), lines_of(parts))
        case "sum":
            return Measured(known(_total(numbers)), lines_of(parts))
        case _:
            average = known(_total(map(Fraction, numbers)) / len(numbers)) if numbers else ABSENT
            return Measured(average, lines_of(parts))


def _extreme(kind: str, sure: Sequence[Part], doubtful: Sequence[Part]) -> Measured:
    """The highest or lowest cell; open where a row in doubt has one beyond it, or one that can't be read."""
    pick = max if kind == "highest" else min
    best = pick((_order(part.cell) for part in sure), default=None)
    beyond = [
        part for part in doubtful if part.cell.value is None or best is None or pick(_order(part.cell), best) != best
    ]
    if beyond:
        return Measured(hangs_on(beyond), lines_of(beyond))
    if best is None:
        return Measured(ABSENT)
    chosen = [part for part in sure if _order(part.cell) == best]
    return Measured(chosen[0].cell, lines_of(chosen))


def _total(numbers: Iterable[Any]) -> Any:  # noqa: ANN401
    """The sum, exactly; a plain 0 over none."""
    total: Any = 0
    for number in numbers:
        total += number
    return total


def _number(cell: FactValue) -> int | Decimal:
    return cell.value if isinstance(cell.value, int | Decimal) else 0


def _last_or_first(parts: Sequence[Part], *, latest: bool) -> Measured:
    """The measured cell of the latest (earliest) row; where several share its date, the highest."""
    sign = 1 if latest else -1
    sure = [part for part in parts if part.sure and part.cell.value is not None and part.dated.value is not None]
    best = max((_rank(part, sign) for part in sure), default=None)
    in_doubt = [
        part
        for part in parts
        if not (part.sure and part.cell.value is not None and part.dated.value is not None)
        and (part.dated.value is None or best is None or _rank(part, sign) >= best)
    ]
    if in_doubt:
        return Measured(hangs_on(in_doubt), lines_of(in_doubt))
    if best is None:
        return Measured(ABSENT)
    chosen = [part for part in sure if _rank(part, sign) == best]
    highest = max(chosen, key=lambda part: _order(part.cell))
    return Measured(highest.cell, lines_of(part for part in chosen if part.cell.value == highest.cell.value))


def _rank(part: Part, sign: int) -> timedelta:
    """How late (early, with sign -1) a row is, by the earliest point of its date."""
    point = interval_of(part.dated.value)[0] if part.dated.value is not None else datetime.combine(date.min, time.min)
    return sign * (point - datetime.combine(date.min, time.min))


def _order(cell: FactValue) -> Any:  # noqa: ANN401
    return cell.value


def measure_series(measure: SeriesMeasure, table: Table, rows: Iterable[Row], context: Context) -> Measured:
    """A measure of the subject's monthly series; the book supplies all that it needs."""
    month_name = month_field(table)
    by_month: dict[int, Row] = {}
    for row in rows:
        month = row.get(month_name)
        if not isinstance(month.value, Month):
            return Measured(unreadable(month.why or f"{month_name} can't be read"), row.lines)
        by_month[month.value.index] = row
    end = context.tables[table.name].reporting
    if end is None:
        return Measured(known(0) if measure.kind.endswith("streak") else ABSENT)
    series = {
        index: row.get(measure.field) if not row.loose else _in_doubt(row)
        for index, row in sorted(by_month.items())
        if index <= end.index and row.get(measure.field).state is not State.ABSENT
    }
    value, used = _series_value(measure, series, end.index, context)
    return Measured(value, tuple(line for index in sorted(used) for line in by_month[index].lines))


def _in_doubt(row: Row) -> FactValue:
    """The cell of a row that may be another subject's."""
    return unreadable(next((cell.why for cell in row.cells.values() if cell.state is State.UNREADABLE), ""))


def _series_value(
    measure: SeriesMeasure, series: Mapping[int, FactValue], end: int, context: Context
) -> tuple[FactValue, list[int]]:
    match measure.kind:
        case "average":
            used = [index for index in series if index > end - measure.months]
            bad = next((series[index] for index in used if series[index].value is None), None)
            if bad is not None:
                return _unread(bad), used
            if not used:
                return ABSENT, used
            return known(sum((_fraction(series[index]) for index in used), Fraction(0)) / len(used)), used
        case "change":
            used = [index for index in (end - measure.months, end) if index in series]
            if len({*used}) < len({end - measure.months, end}):
                return ABSENT, used
            bad = next((series[index] for index in used if series[index].value is None), None)
            return (_unread(bad), used) if bad is not None else (_difference(series, end, measure.months), used)
        case "first reached":
            return _first_reached(measure, series, context)
        case _:
            return _streak(measure, series, end)


def _fraction(cell: FactValue) -> Fraction:
    return Fraction(cell.value) if isinstance(cell.value, int | Decimal | Fraction) else Fraction(0)


def _unread(cell: FactValue) -> FactValue:
    return unreadable(cell.why or "a cell is empty")


def _difference(series: Mapping[int, FactValue], end: int, months: int) -> FactValue:
    return known(Decimal(_number(series[end])) - _number(series[end - months]))


def _first_reached(
    measure: SeriesMeasure, series: Mapping[int, FactValue], context: Context
) -> tuple[FactValue, list[int]]:
    limit = context.rulebook.limits[measure.limit.name].at(context.today) if measure.limit is not None else None
    if not isinstance(limit, int | Decimal):
        return unreadable("the limit has no value on this day"), []
    for index, cell in series.items():
        if cell.value is None:
            return _unread(cell), [index]
        if _fraction(cell) >= Fraction(limit):
            return known(Month.of_index(index)), [index]
    return ABSENT, []


def _streak(measure: SeriesMeasure, series: Mapping[int, FactValue], end: int) -> tuple[FactValue, list[int]]:
    """Months in a row, back from `end`, that fell below (rose above) the one before."""
    length = 0
    while not measure.months or length < measure.months:
        later, earlier = series.get(end - length), series.get(end - length - 1)
        if later is None or earlier is None:
            break
        if later.value is None or earlier.value is None:
            return _unread(later if later.value is None else earlier), [end - length, end - length - 1]
        change = _fraction(later) - _fraction(earlier)
        if not (change < 0 if measure.kind == "falling streak" else change > 0):
            break
        length += 1
    return known(length), [end - i for i in range(length + 2) if end - i in series]


def measure_age(measure: AgeMeasure, since: FactValue, today: date) -> FactValue:
    """Whole units from the date `since` to today, or from today to it; its own state where it has no value."""
    if since.value is None:
        return since
    day = day_of(since.value)
    return known(whole_units(today, day, measure.unit) if measure.until else whole_units(day, today, measure.unit))


def measure_between(measure: BetweenMeasure, start: FactValue, end: FactValue) -> FactValue:
    """The elapsed time from `start` to `end`, two moments, as an exact fraction of the unit."""
    for state in (State.NOT_SUPPLIED, State.UNREADABLE, State.EMPTY):
        for part in (start, end):
            if part.state is state:
                return part
    if start.value is None or end.value is None:
        return ABSENT
    if not all(isinstance(part.value, Moment) and part.value.precision == "second" for part in (start, end)):
        return unreadable("it is not known to the second")
    passed = interval_of(end.value)[0] - interval_of(start.value)[0]
    return known(Fraction(passed // timedelta(microseconds=1), SECONDS[measure.unit] * 1_000_000))


def measure_of(measure: OfMeasure, kind: str, parts: Mapping[str, FactValue]) -> tuple[FactValue, str]:
    """The latest or earliest of `parts`, facts by name, as a `kind` (date or moment), and the name of the one that it is.

    Where one is unknown, so is the measure: unreadable before empty. What the book does not supply is none of them.
    """
    supplied = {name: part for name, part in parts.items() if part.state is not State.NOT_SUPPLIED}
    parts = supplied or parts
    for state in (State.NOT_SUPPLIED, State.UNREADABLE, State.EMPTY):
        for name, part in parts.items():
            if part.state is state:
                return part, name
    there = {name: interval_of(part.value) for name, part in parts.items() if part.value is not None}
    if not there:
        return ABSENT, next(iter(parts))
    pick = max if measure.kind == "latest" else min
    name = pick(there, key=lambda name: there[name])
    value = parts[name].value
    if kind == "moment" and not isinstance(value, Moment):
        return known(Moment(there[name][0], "day")), name
    return parts[name], name
