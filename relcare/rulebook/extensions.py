"""Whether a deadline is extended: what was recorded for it, in time and complete."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from relcare.rulebook.obligations import LATE, Extends
from relcare.rulebook.occurrences import Interval, Recorded, when
from relcare.rulebook.reckon_evidence import Event
from relcare.rulebook.values import Moment, Value


def recorded(extends: Extends, events: Iterable[Event], start: Interval, due: Interval) -> Recorded | None:
    """The event that extends a deadline `due`, else the last that does not; None where none was recorded since the start.

    It extends if it lies at the latest at the deadline, to its last point, and each field that is asked for is known, dates
    of it by the deadline, too. What is in doubt lacks: a longer deadline is never given by doubt.
    """
    found = []
    for event in events:
        if event.at.last < start.first:
            continue
        lacks = [name for name in extends.needs if not _is_there(event.known[name], due)]
        lacks += [LATE] if event.at.last > due.first else []
        found.append(Recorded(event.at, tuple(lacks), event.place))
    # the complete one first, then the latest
    found.sort(key=lambda one: one.lacks)
    found.sort(key=lambda one: one.at.first, reverse=True)
    found.sort(key=lambda one: bool(one.lacks))
    return found[0] if found else None


def _is_there(value: Value | None, due: Interval) -> bool:
    if isinstance(value, date | Moment):
        return when(value).last <= due.first
    return value is not None
