"""Which clock binds: of those of one subject that are open and ask for the same step, the one with the earliest deadline.

The plain reference for what the engine does in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.occurrences import Occurrence


def open_for(step: str, occurrences: Iterable[Occurrence], as_of: datetime, rulebook: Rulebook) -> list[Occurrence]:
    """The open clocks of one subject that ask for a step and have a deadline; the first is the one that binds.

    Of equal deadlines a supervisor's goes first, then that of the first rule of the rulebook.
    """
    places = {id(rule): place for place, rule in enumerate(rulebook.obligations)}

    def rank(one: Occurrence) -> tuple[datetime, bool, int]:
        regime = rulebook.regimes.get(one.rule.regime)
        due = one.due.first if one.due is not None else as_of
        return due, not (regime is not None and regime.supervisor), places.get(id(one.rule), 0)

    asking = [
        one
        for one in occurrences
        if step and one.rule.step == step and one.due is not None and one.is_open(as_of) and not one.was_owed
    ]
    return sorted(asking, key=rank)
