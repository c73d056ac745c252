"""What a list of open obligations need not make: seen before any evidence is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column
from relcare.engine.days import is_elapsed
from relcare.engine.evidence import folded
from relcare.engine.occurrences import lowest
from relcare.engine.stretches import stretches
from relcare.rulebook.obligations import FactDone, Obligation, parts_of
from relcare.timing.calendars import Calendar
from relcare.timing.spans import shift


def is_beyond(rule: Obligation, calendar: Calendar, as_of: datetime, horizon: date) -> bool:
    """Whether all periods or festivals of a rule that are open are due after the horizon."""
    if rule.every is None or rule.every.on or rule.starts.kind == "ahead":
        return False
    return all(stretch.due.date() > horizon for stretch in stretches(rule, calendar, as_of))


def may_be_listed(rule: Obligation, as_of: datetime, horizon: date | None) -> str:
    """The condition that an occurrence of a rule may be open and due: not ceased, not given up, not done by facts alone.

    A pause or an extension only moves a deadline later, so what is due after the horizon stays so; what has lapsed without it may not have.
    """
    conditions = ["cause IS NULL"]
    if horizon is not None:
        conditions.append(f"(due < {sql.day(horizon + timedelta(days=1))} OR due IS NULL)")
    after = rule.lapses.after
    if after is not None and not rule.can_move:
        if is_elapsed(after):
            conditions.append(f"coalesce(due >= {sql.moment(as_of)} - {sql.interval(after)}, TRUE)")
        elif after.unit in ("days", "weeks"):
            conditions.append(f"coalesce(due >= {sql.day(shift(as_of.date(), -after.amount, after.unit))}, TRUE)")
    if all(isinstance(part, FactDone) for part in parts_of(rule.done)):
        conditions.append(f"NOT {folded(rule.done, lambda i: f'(done{i} IS NOT NULL)', 'AND', 'OR')}")
    return " AND ".join(conditions)


def may_be_waited_for(source: str, rules: Mapping[int, Obligation], columns: Mapping[str, Column]) -> str:
    """The condition on a subject that a rule started by the end of `source`, or by that one's, is not done by facts alone."""
    conditions: dict[str, None] = {}
    for rule in rules.values():
        if rule.starts.rule != source:
            continue
        parts = parts_of(rule.done)
        facts = [part.fact for part in parts if isinstance(part, FactDone) and columns[part.fact].supplied]
        if len(facts) < len(parts):
            return "TRUE"
        there = [f"({lowest(columns[fact])} IS NOT NULL)" for fact in facts]
        done = folded(rule.done, there.__getitem__, "AND", "OR")
        conditions[f"NOT {done}"] = None
        further = may_be_waited_for(rule.id, rules, columns)
        if further != "FALSE":
            conditions[further] = None
    return " OR ".join(conditions) or "FALSE"
