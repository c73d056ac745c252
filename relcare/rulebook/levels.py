"""Escalation: from when on whom is to be told of what is not done, and when each level of an occurrence is reached."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from relcare.rulebook.conditions import TIME_UNITS, Span
from relcare.rulebook.obligations import EARLY, Level, Obligation
from relcare.rulebook.occurrences import Interval, ReachedLevel
from relcare.timing import counting
from relcare.timing.calendars import Calendar

TICK = timedelta(microseconds=1)


def levels_of(rule: Obligation) -> tuple[Level, ...]:
    """The levels of a rule in their order; where it says only when it is at risk, that is the one of who answers for it."""
    if rule.levels or rule.warns is None:
        return rule.levels
    return (Level("before", rule.by, rule.warns),)


def reached_at(
    level: Level, start: Interval | None, due: Interval, act_by: datetime, calendar: Calendar
) -> datetime | None:
    """From when on a level is reached, that moment included; None where it is a share of a time without a start.

    - `before`: counted back from `act_by`, of days the beginning of the day.
    - `share`: of the time from the start's first point to the deadline's, as it stands with its pauses.
    - `overdue`: right after the deadline's last point; `after`: so much later, of days the beginning of the day.
    """
    match level.kind:
        case "before":
            return counting.at_risk_from(act_by, _told(level.span), calendar)
        case "share":
            return start.first + (due.first - start.first) * level.share // 100 if start is not None else None
        case "overdue":
            return due.last + TICK
    amount, unit = _told(level.span)
    after = counting.counted(due.last, amount, unit, calendar).at
    return after if unit in TIME_UNITS else counting.begin_of(counting.day_there(after, calendar), calendar)


def reached(
    rule: Obligation, start: Interval | None, due: Interval, act_by: datetime, calendar: Calendar
) -> tuple[ReachedLevel, ...]:
    """Each level with the moment from which on it is reached, in the order in which they are written."""
    moments = ((level, reached_at(level, start, due, act_by, calendar)) for level in levels_of(rule))
    return tuple(ReachedLevel(level, at) for level, at in moments if at is not None)


def at_risk_from(levels: Iterable[ReachedLevel], act_by: datetime, calendar: Calendar) -> datetime:
    """From when on it is at risk: from its first level before the deadline; without any, from the day of `act_by`."""
    early = [one.at for one in levels if one.level.kind in EARLY]
    return min(early) if early else counting.at_risk_from(act_by, None, calendar)


def _told(span: Span | None) -> tuple[int, str]:
    if span is None:
        raise AssertionError(span)
    return span.amount, span.unit
