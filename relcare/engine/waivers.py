"""Waivers as SQL: what somebody has let go, of which rule and for whom."""

from __future__ import annotations

from relcare.engine import dialect as sql
from relcare.engine.decide import Engine
from relcare.engine.occurrences import lowest
from relcare.engine.plan import Plan
from relcare.rulebook.vocabulary import Table

WAIVERS = "waivers_of"


def waiving(plan: Plan) -> Table | None:
    """The table of waivers, where the book has it with what is needed."""
    for table in plan.vocabulary.tables.values():
        about, source = table.waives, plan.book.sources.get(table.name)
        if about is not None and source is not None and {about.rule, about.subject, table.dated_by} <= source.supplied:
            return table
    return None


def want_waivers(plan: Plan) -> None:
    """Ask for the columns and rows of the table of waivers."""
    table = waiving(plan)
    if table is None or table.waives is None:
        return
    about, supplied = table.waives, plan.book.sources[table.name].supplied
    names = (about.rule, about.subject, about.by, about.why, table.dated_by)
    plan.extra.setdefault(table.name, {}).update(dict.fromkeys(name for name in names if name in supplied))
    plan.rows.setdefault(table.name, []).append((None, None))


def waivers_of(engine: Engine, rules: dict[int, str]) -> str:
    """The table of waivers by rule number and subject; "" where there is none of these rules."""
    table = waiving(engine.plan)
    if table is None or table.waives is None or table.name not in engine.scanned:
        return ""
    scanned, about = engine.scanned[table.name], table.waives
    columns = scanned.columns
    ids = ", ".join(f"({number}, {sql.text(rule_id)})" for number, rule_id in rules.items())
    by, why = (columns[name].value if name in columns else "''" for name in (about.by, about.why))
    at = lowest(columns[table.dated_by])
    visible = f" AND {scanned.visible}" if scanned.visible != "TRUE" else ""
    engine.session.run(
        f"CREATE OR REPLACE TEMP TABLE {WAIVERS} AS\n-- a row is one waiver of a rule for a subject\n"
        f"SELECT ids.rule, {columns[about.subject].value} AS key, {at} AS given, {by} AS by, {why} AS why\n"
        f"FROM {scanned.relation} JOIN (VALUES {ids}) AS ids(rule, id) ON ids.id = {columns[about.rule].value}\n"
        f"WHERE {at} IS NOT NULL{visible}"
    )
    return WAIVERS if engine.session.rows(f"SELECT count(*) FROM {WAIVERS}")[0][0] else ""
