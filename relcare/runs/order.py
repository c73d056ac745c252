"""In which order decisions are shown."""

from __future__ import annotations

from collections.abc import Iterable

from relcare.rulebook.decisions import Decision

FIRST = ("tier", "stage")


def in_order(decisions: Iterable[Decision]) -> list[Decision]:
    """Tier and stage first, then the others in the order of the rulebook."""
    return sorted(decisions, key=lambda d: FIRST.index(d.name) if d.name in FIRST else len(FIRST))
