"""Who answers for a customer today: its relationship manager, the deputy while they are away, else the branch's head."""

from __future__ import annotations

from datetime import date

from relcare.engine import dialect as sql
from relcare.engine.plan import Plan
from relcare.engine.scan import Scanned

NEEDS = {"staff": ("away_from", "away_until", "left_at", "deputy"), "branches": ("head",)}


def want_owner(plan: Plan, subject: str) -> None:
    """Ask for what the owner is worked out from, as far as the book has it."""
    plan.want(
        subject, [name for name in ("relationship_manager", "branch_id") if name in plan.vocabulary.facts[subject]]
    )
    for table, fields in NEEDS.items():
        source = plan.book.sources.get(table)
        if source is not None and table in plan.vocabulary.tables:
            plan.extra.setdefault(table, {}).update(dict.fromkeys(f for f in fields if f in source.supplied))


def owner_stage(before: str, supplied: frozenset[str], scanned: dict[str, Scanned], today: date) -> str:
    """A SELECT that adds `owner` to the rows of the stage `before`; `supplied` are the customer's columns."""
    manager = "own.relationship_manager" if "relationship_manager" in supplied else "NULL"
    joins, acting = "", manager
    staff = scanned.get("staff")
    if staff is not None and manager != "NULL":
        key = sql.name(staff.table.key[0])
        person, deputy = absent(staff, "staff", today), absent(staff, "deputies", today)
        joins = f" LEFT JOIN {staff.relation} AS staff ON staff.{key} = {manager}"
        acting = f"CASE WHEN NOT ({person}) THEN {manager} END"
        if "deputy" in staff.columns:
            joins += f" LEFT JOIN {staff.relation} AS deputies ON deputies.{key} = staff.deputy"
            acting = f"CASE WHEN NOT ({person}) THEN {manager} WHEN NOT ({deputy}) THEN staff.deputy END"
    branches = scanned.get("branches")
    head = "NULL"
    if branches is not None and "branch_id" in supplied and "head" in branches.columns:
        joins += (
            f" LEFT JOIN {branches.relation} AS branches ON branches.{sql.name(branches.table.key[0])} = own.branch_id"
        )
        head = "branches.head"
    return (
        "-- the owner is the manager, the deputy while the manager is away, the branch's head where neither is there\n"
        f"  SELECT own.*, coalesce({acting}, {head}, {manager}) AS owner FROM {sql.name(before)} AS own{joins}"
    )


def absent(staff: Scanned, person: str, today: date) -> str:
    """Whether somebody is away or has left; never NULL. Dates that can't be read are taken as none."""
    here, reasons = sql.day(today), []
    if "away_from" in staff.columns:
        until = f" AND coalesce({person}.away_until >= {here}, TRUE)" if "away_until" in staff.columns else ""
        reasons.append(f"coalesce({person}.away_from <= {here}{until}, FALSE)")
    if "left_at" in staff.columns:
        reasons.append(f"coalesce({person}.left_at <= {here}, FALSE)")
    return " OR ".join(reasons) or "FALSE"
