"""The order of lists: a dated list of sort keys, so that who stands first can be defended."""

from __future__ import annotations

from datetime import date

from relcare.rulebook.frozen import dataclass

# What a list can be sorted by: its columns; `breach`: overdue before all that is not; `supervisor`: the clocks of a supervisor's
# regime before all others; and any fact of the customer, as `customer.churn_warning`.
SORTABLE = (
    "supervisor",
    "breach",
    "act_by",
    "due_at",
    "status",
    "days_left",
    "subject",
    "subject_id",
    "customer_id",
    "name",
    "tier",
    "stage",
    "rule_id",
    "action",
    "owner",
    "channel",
    "clause",
    "provisional",
    "regime",
)
CUSTOMER = "customer."  # before the name of a fact  # fmt: skip


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of an order.

    Smaller, earlier and overdue come first, `descending` the other way round. Where a `ranking` of values is given they
    stand in its order, all others after them. What is undetermined or has no value stands first, so that nobody is put last for
    want of a fact: a date that never came is the longest ago. Only `descending` by a column of the list puts no value last.
    """

    column: str
    ranking: tuple[str, ...] = ()
    descending: bool = False

    @property
    def fact(self) -> str:
        """The fact of the customer that it sorts by; "" for a column of the list."""
        return self.column.removeprefix(CUSTOMER) if self.column.startswith(CUSTOMER) else ""


@dataclass(frozen=True, slots=True)
class Order:
    """The keys by which lists are sorted from `start` on, until the next order begins; last come the ids, always."""

    start: date
    keys: tuple[SortKey, ...]
