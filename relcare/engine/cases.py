"""Complaints as rows: each with its stage, its clocks and its next step, from the table of what is owed."""

from __future__ import annotations

from collections.abc import Iterable

from relcare.engine import dialect as sql
from relcare.engine.because import shown
from relcare.engine.owed_list import LIST, OwedList
from relcare.engine.rows import Item
from relcare.rulebook.owed_wording import status_words

CASES = "cases"
SUBJECT = "complaint"
OWN = ("received_at", "channel", "business", "stage", "department", "handler")
NEXT = {
    "next_step": "action",
    "next_rule": "rule_id",
    "next_due_at": "due_at",
    "next_status": "status",
    "next_owner": "owner",
    "because": "because",
}
BINDS = {"en": " (binds)", "zh": "（以此为准）"}  # behind the clock that binds of several for one step
DUE = "_due_at"  # behind a rule's id: its deadline


def rule_ids(listed: OwedList) -> list[str]:
    """The rules that put a clock on a complaint, in their order."""
    owed = listed.owing.owed.get(SUBJECT)
    return list(dict.fromkeys(rule.id for rule in owed.rules.values())) if owed is not None else []


def make_cases(listed: OwedList, count: int, language: str) -> int:
    """Make the table `cases` from the base table of complaints and the table `owed list`; how many rows it has."""
    owed = listed.owing.owed[SUBJECT]
    if owed.relation is None:
        raise AssertionError(SUBJECT)
    columns, key = owed.relation.columns, sql.name(owed.relation.key)
    about = {title: f"{listed.told(SUBJECT, title)} AS {title}" for title in ("customer_id", "name", "tier", "branch")}
    own = []
    for name in OWN:
        fact = listed.vocabulary.fact(SUBJECT, name)
        there = fact is not None and name in columns and columns[name].supplied
        if fact is None or not there:
            own.append(f"'' AS {name}")
        elif name == "stage":
            own.append(f"coalesce({columns[name].value}, 'undetermined') AS stage")
        elif fact.type in ("code", "id", "text"):
            own.append(f"coalesce({columns[name].value}, '') AS {name}")
        else:
            own.append(f"coalesce({shown(columns[name], fact, 'en', grouped=False)}, '') AS {name}")
    select = f"SELECT own.{key} AS complaint_id, {', '.join([*about.values(), *own])}"
    clocks, joins = "", ""
    if count:
        cells = ", ".join(
            f"{listed.item(column).expression} AS {sql.name(column)}"
            for column in dict.fromkeys([*NEXT.values(), "responsible"])
        )
        acting = "open AND status <> 'not started'"
        told = ", ".join(
            f"coalesce(arg_min({sql.name(column)}, place) FILTER ({acting}), arg_min({sql.name(column)}, place) FILTER (status = 'not started')) AS {title}"
            for title, column in NEXT.items()
        )
        latest = "coalesce(due, TIMESTAMP '9999-12-31')"  # of several rounds of a rule the last
        by_rule = ", ".join(
            f"arg_max(status, {latest}) FILTER (rule_id = {sql.text(rule)}) AS {sql.name(rule)}, arg_max(due_at, {latest}) FILTER (rule_id = {sql.text(rule)}) AS {sql.name(rule + DUE)}"
            for rule in rule_ids(listed)
        )
        words = " ".join(f"WHEN {sql.text(s)} THEN {sql.text(status_words(s, language))}" for s in _statuses())
        one = f"concat(rule_id, ' ', CASE status {words} ELSE status END, ' ', due_at, CASE binds WHEN 'yes' THEN {sql.text(BINDS[language])} ELSE '' END)"
        joins = (
            "\nLEFT JOIN (\n  -- a row is a complaint and what became of its clocks\n"
            f"  SELECT subject_id, string_agg({one}, '; ' ORDER BY due, rule) AS clocks, list(owner) AS owners, list(responsible) AS people, {told}, {by_rule}\n"
            f"  FROM (SELECT * REPLACE (coalesce(together, rule_id) AS rule_id) FROM (SELECT place, rule, due, open, subject_id, together, binds, {cells} FROM {sql.name(LIST)} WHERE subject = '{SUBJECT}'))\n"
            f"  GROUP BY subject_id\n) AS clocks ON clocks.subject_id = own.{key}"
        )
        clocks = ", clocks.* EXCLUDE (subject_id)"
    else:
        nothing = ", ".join(f"'' AS {title}" for title in (*NEXT, "clocks"))
        clocks = f", {nothing}" + "".join(f", '' AS {sql.name(r)}, '' AS {sql.name(r + DUE)}" for r in rule_ids(listed))
    where = _where(listed)
    listed.engine.session.run(
        f"CREATE OR REPLACE TEMP TABLE {CASES} AS\n-- a row is one complaint\nSELECT * FROM (\n{select}{clocks}\nFROM {owed.base} AS own{joins}\n){where}"
    )
    return int(listed.engine.session.rows(f"SELECT count(*) FROM {CASES}")[0][0])


def _statuses() -> Iterable[str]:
    from relcare.rulebook.obligations import STATUSES

    return STATUSES


def _where(listed: OwedList) -> str:
    conditions = []
    filters = listed.filters
    for title in ("branch", "tier", "stage"):
        values = getattr(filters, title)
        if values:
            conditions.append(f"{title} IN ({', '.join(map(sql.text, values))})")
    if filters.owner:
        people = f"[{', '.join(map(sql.text, filters.owner))}]"
        conditions.append(f"(list_has_any(owners, {people}) OR list_has_any(people, {people}))")
    return f"\nWHERE {' AND '.join(conditions)}" if conditions else ""


def case_items(keys: Iterable[str]) -> tuple[Item, ...]:
    """The expressions of the columns of the list."""
    return tuple(Item(sql.name(key)) for key in keys)
