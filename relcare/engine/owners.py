"""Who answers for a customer today: its relationship manager, the deputy while they are away, else the branch's head."""

from __future__ import annotations

from datetime import date

from relcare.engine import dialect as sql
from relcare.engine.plan import Plan
from relcare.engine.scan import Scanned

NEEDS = {"staff": ("away_from", "away_until", "left_at", "deputy"), "branches": ("head",)}


def want_owner(plan: Plan, subject: str) -> None:
    """Ask for what the owner is worked out from, as far as the book has it."""
    plan.want(subject, ("relationship_manager", "branch_id"))
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
        here = sql.day(today)
        away = []
        if "away_from" in staff.columns:
            until = " AND coalesce(staff.away_until >= " + here + ", TRUE)" if "away_until" in staff.columns else ""
            away.append(f"(staff.away_from <= {here}{until})")
        if "left_at" in staff.columns:
            away.append(f"staff.left_at <= {here}")
        if away and "deputy" in staff.columns:
            acting = f"CASE WHEN {' OR '.join(away)} THEN coalesce(staff.deputy, {manager}) ELSE {manager} END"
        joins = f" LEFT JOIN {staff.relation} AS staff ON staff.{sql.name(staff.table.key[0])} = {manager}"
    branches = scanned.get("branches")
    head = "NULL"
    if branches is not None and "branch_id" in supplied and "head" in branches.columns:
        joins += (
            f" LEFT JOIN {branches.relation} AS branches ON branches.{sql.name(branches.table.key[0])} = own.branch_id"
        )
        head = "branches.head"
    return (
        "-- the owner is the manager, the deputy while the manager is away, the branch's head where there is none\n"
        f"  SELECT own.*, coalesce({acting}, {head}) AS owner FROM {sql.name(before)} AS own{joins}"
    )
