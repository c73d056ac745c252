"""Clocks of other time zones as SQL: what those of a calendar show when those of the book show a moment, and back.

Where neither zone changes its clocks in the time in play that is one addition; else a CASE, the latest change first.
"""

from __future__ import annotations

from datetime import date, timedelta

from relcare.engine import dialect as sql
from relcare.timing.zones import Step, steps

MICROSECOND = timedelta(microseconds=1)


def read_as(moment: str, zone: str, other: str, first: date, last: date) -> str:
    """A moment (an expression) by the clocks of `zone` as those of `other` show it, from `first` to `last`."""
    if zone == other:
        return moment
    *earlier, begin = reversed(steps(zone, other, first, last))
    if not earlier:
        return _read(moment, begin)
    cases = " ".join(f"WHEN m >= {sql.moment(step.since)} THEN {_read('m', step)}" for step in earlier)
    # the list of one gives the moment a name, so that what it is worked out from is written once
    return f"list_transform([{moment}], lambda m: CASE {cases} ELSE {_read('m', begin)} END)[1]"


def never_change(zone: str, other: str, first: date, last: date) -> bool:
    """Whether two zones stay equally far apart."""
    return zone == other or len(steps(zone, other, first, last)) == 1


def _read(moment: str, step: Step) -> str:
    if step.at is not None:
        return f"CASE WHEN {moment} IS NOT NULL THEN {sql.moment(step.at)} END"
    if not step.by:
        return moment
    return f"({moment} + INTERVAL '{step.by // MICROSECOND} microseconds')"
