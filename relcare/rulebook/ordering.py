"""The order of lists: a dated list of sort keys, so that who stands first can be defended."""

from __future__ import annotations

from datetime import date

from relcare.rulebook.frozen import dataclass

# What a list can be sorted by: its columns, and `breach`: overdue before all that is not.
SORTABLE = (
    "breach", "act_by", "due_at", "status", "days_left", "subject", "subject_id", "customer_id", "name", "tier", "stage",
    "rule_id", "action", "owner", "channel", "clause", "provisional",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of an order.

    Smaller, earlier and overdue come first, `descending` the other way round. Where a `ranking` of values is given they
    stand in its order, all others after them. What has no value comes last either way.
    """

    column: str
    ranking: tuple[str, ...] = ()
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The keys by which lists are sorted from `start` on, until the next order begins; last come the ids, always."""

    start: date
    keys: tuple[SortKey, ...]
