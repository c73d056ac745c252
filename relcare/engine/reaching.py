"""Rules that start each time that a limit was reached: what is asked for before the book is read, and the tables of their starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.crossings import Bounds
from relcare.engine.days import is_elapsed
from relcare.engine.decide import Engine
from relcare.rulebook.measures import RowMeasure
from relcare.rulebook.obligations import Obligation
from relcare.timing.calendars import Calendar
from relcare.timing.counting import counted as reckon
from relcare.timing.spans import shift


class Reaching(NamedTuple):
    """What a version starts from each time that a limit was reached: the measure, and which crossings are asked for."""

    measure: RowMeasure
    bounds: Bounds


def want_reaching(engine: Engine, rule: Obligation, calendars: list[Calendar], *, alone: bool) -> Reaching | None:
    """What a rule starts from, if that is each time that a limit was reached; its rows are asked for.

    With `alone` only what is not given up yet is wanted, and the rows that bear on it.
    """
    if rule.starts.kind != "fact" or rule.starts.rule:
        return None
    measure = engine.plan.want_crossings(rule.subject, rule.starts.fact)
    if measure is None:
        return None
    firsts = [first_open_day(rule, calendar, engine.as_of) for calendar in calendars]
    since = None if None in firsts else min(day for day in firsts if day is not None)
    rows = engine.plan.rows.setdefault(measure.table, [])
    rows.append((measure.where, oldest_row(measure, since) if alone else None))
    return Reaching(measure, Bounds(since, alone))


def reached(engine: Engine, subject: str, reaching: Mapping[int, Reaching]) -> dict[int, str]:
    """The tables of the moments from which versions of rules are owed, by number; call it once the engine has read."""
    tables: dict[int, str] = {}
    for number, (measure, bounds) in reaching.items():
        reference = engine.rulebook.vocabulary.tables[measure.table].reference_to(subject)
        made = engine.crossings("crossings", measure, reference, bounds)
        stages = ",\n".join(f"{sql.name(name)} AS (\n  {select}\n)" for name, select in made.stages)
        tables[number] = sql.name(f"{subject} crossings {number}")
        engine.session.run(
            f"CREATE OR REPLACE TEMP TABLE {tables[number]} AS\nWITH {stages}\nSELECT * FROM {sql.name(made.title)}"
        )
    return tables


def oldest_row(measure: RowMeasure, since: date | None) -> date | None:
    """The day before which no row bears on a crossing on `since` or later; None for no such day."""
    if since is None or measure.window is None:
        return None
    span = measure.window.span
    if is_elapsed(span):
        seconds = span.amount * {"seconds": 1, "minutes": 60}.get(span.unit, 3600)
        return (datetime.combine(since, time.min) - timedelta(seconds=seconds)).date()
    return shift(since, -span.amount, span.unit) + timedelta(days=1)


def first_open_day(rule: Obligation, calendar: Calendar, as_of: datetime) -> date | None:
    """The first day of which what started is not given up yet at the as-of; None for ever since."""
    span, after = rule.due.span, rule.lapses.after
    if span is None or after is None or rule.can_move or rule.due.base != "start":
        return None

    def given_up(day: int) -> bool:
        end = datetime.combine(date.fromordinal(day), time.max)
        due = reckon(end, span.amount, span.unit, calendar, rolls=rule.due.rolls).at
        return reckon(due, after.amount, after.unit, calendar).at < as_of

    high = as_of.date().toordinal()
    low = high - 1
    while low > 1 and not given_up(low):
        low = max(1, low - 2 * (high - low))
    if not given_up(low):
        return None
    while high - low > 1:  # `low` is given up, `high` is not
        middle = (low + high) // 2
        low, high = (middle, high) if given_up(middle) else (low, middle)
    return date.fromordinal(high)
