"""Who answers for what is owed: the person in the role, the deputy while they are away, else the branch's head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column
from relcare.engine.owners import NEEDS, absent
from relcare.engine.plan import Plan
from relcare.engine.scan import Scanned
from relcare.rulebook.vocabulary import Vocabulary

STAFF, BRANCH = "staff", "branch"


def role_facts(vocabulary: Vocabulary, subject: str, role: str) -> list[str]:
    """The fields that name the person in a role: of the subject itself, else of the customer that it refers to."""
    for name in (role, f"customer.{role}"):
        fact = vocabulary.fact(subject, name)
        if fact is not None and fact.source == "field":
            return [name]
    return []


def branch_facts(vocabulary: Vocabulary, subject: str) -> list[str]:
    """The fields that name the branch of a subject: its own, and its customer's."""
    names = (f"{prefix}branch_id" for prefix in ("", "customer."))
    return [name for name in names if vocabulary.fact(subject, name) is not None]


def want_people(plan: Plan) -> None:
    """Ask for what tells who is there and who stands in, as far as the book has it."""
    for table, fields in NEEDS.items():
        source = plan.book.sources.get(table)
        if source is not None and table in plan.vocabulary.tables:
            wanted = [*fields, *(("role", "branch_id") if table == "staff" else ())]
            plan.extra.setdefault(table, {}).update(dict.fromkeys(f for f in wanted if f in source.supplied))


def person(columns: Mapping[str, Column], names: Iterable[str]) -> str:
    """The first of these fields that has a value; NULL where none has."""
    supplied = [columns[name].value for name in names if columns[name].supplied]
    if not supplied:
        return "CAST(NULL AS VARCHAR)"
    return supplied[0] if len(supplied) == 1 else f"coalesce({', '.join(supplied)})"


def answering(before: str, scanned: Mapping[str, Scanned], today: date) -> str:
    """A SELECT that adds `owner` to the rows of `before`, which have `responsible`, `role` and `branch`.

    `responsible` is the person whom the book names for the role, NULL for none; `role` the role where the book names nobody
    by a field, NULL where it does; `branch` the branch's id.
    """
    staff, branches = scanned.get("staff"), scanned.get("branches")
    joins, acting = "", "own.responsible"
    if staff is not None:
        key = sql.name(staff.table.key[0])
        here, deputy = absent(staff, "person", today), absent(staff, "deputies", today)
        joins = f"\n  LEFT JOIN {staff.relation} AS person ON person.{key} = own.responsible"
        acting = f"CASE WHEN NOT ({here}) THEN own.responsible END"
        if "deputy" in staff.columns:
            joins += f"\n  LEFT JOIN {staff.relation} AS deputies ON deputies.{key} = person.deputy"
            acting = f"CASE WHEN NOT ({here}) THEN own.responsible WHEN NOT ({deputy}) THEN person.deputy END"
        if "role" in staff.columns and "branch_id" in staff.columns:
            joins += (
                f"\n  LEFT JOIN (\n    -- a row is a branch, a role in it, and the first person there who has it\n"
                f"    SELECT branch_id, role, min({key}) AS holder FROM {staff.relation} AS colleagues\n"
                f"    WHERE NOT ({absent(staff, 'colleagues', today)}) GROUP BY branch_id, role\n  ) AS roles"
                " ON roles.branch_id = own.branch AND roles.role = own.role"
            )
            acting += ", roles.holder"
    if branches is not None and "head" in branches.columns:
        joins += (
            f"\n  LEFT JOIN {branches.relation} AS branches ON branches.{sql.name(branches.table.key[0])} = own.branch"
        )
        acting += ", branches.head"
    return f"SELECT own.*, coalesce({acting}, own.responsible) AS owner\n  FROM {before} AS own{joins}"
