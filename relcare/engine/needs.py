"""What the rules of a subject need: facts, columns, and the order in which they start each other."""

from __future__ import annotations

import re

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column, Judge
from relcare.engine.decide import Relation
from relcare.rulebook.conditions import facts_of
from relcare.rulebook.obligations import Cause, FactDone, Obligation, RowsDone, conditions_of, parts_of
from relcare.rulebook.vocabulary import Table


def silent_column(number: int) -> str:
    """The column of the base table that says that `when` is unknown only for want of what the book does not supply."""
    return sql.name(f"silent {number}")


def verdict_column(number: int) -> str:
    """The column of the base table that holds what a version's `when` says."""
    return sql.name(f"when {number}")


def cause_column(causes: tuple[Cause, ...]) -> str:
    """The column of the base table that holds which of the causes, from 0, has ended what is owed; NULL where none has."""
    return sql.name("ceased by " + " or ".join(cause.label.en for cause in causes))


def suspended_column(causes: tuple[Cause, ...]) -> str:
    """The column of the base table that holds which of the causes, from 0, suspends what is owed; NULL where none does."""
    return sql.name("suspended by " + " or ".join(cause.label.en for cause in causes))


def can_be_silent(rule: Obligation, relation: Relation) -> bool:
    columns = [relation.columns[name] for name in (facts_of(rule.when) if rule.when is not None else [])]
    return any(not column.supplied or column.silent != "FALSE" for column in columns)


def facts_of_rule(rule: Obligation, *, starts: bool = True) -> list[str]:
    """All facts of the subject that a rule names; without `starts` not the one that it starts from for that alone."""
    tested = [name for condition in conditions_of(rule) for name in facts_of(condition)]
    dates = [name for name in timed(rule) if starts or name != rule.starts.fact]
    return list(dict.fromkeys([*dates, *tested]))


def timed(rule: Obligation) -> list[str]:
    """What a rule counts with: dates and moments of the subject, and what names its calendar."""
    points = [rule.due, rule.opens, *(p.since for p in parts_of(rule.done) if isinstance(p, RowsDone))]
    names = [rule.starts.fact, rule.dated_by, rule.calendar_by, rule.every.on if rule.every is not None else ""]
    names += [point.fact for point in points if point is not None]
    names += [part.fact for part in parts_of(rule.done) if isinstance(part, FactDone)]
    return [name for name in dict.fromkeys(names) if name]


def starting(rule: Obligation) -> list[str]:
    """The facts without which a rule gives no occurrence at all."""
    names = [
        rule.starts.fact if not rule.starts.rule else "",
        rule.due.fact,
        rule.every.on if rule.every is not None else "",
    ]
    return [name for name in (*names, rule.dated_by, rule.calendar_by) if name]


def asked(rule: Obligation) -> list[str]:
    """The facts for want of which something can be undetermined: those of its condition, and the dates it counts from."""
    tested = facts_of(rule.when) if rule.when is not None else []
    dates = [
        rule.starts.fact,
        rule.calendar_by,
        rule.due.fact if rule.starts.kind == "ahead" else "",
        rule.every.on if rule.every is not None else "",
    ]
    return list(dict.fromkeys([*tested, *(name for name in dates if name)]))


def optional(table: Table) -> frozenset[str]:
    """The columns without which rows of the table are evidence all the same."""
    about = table.evidence
    if about is None:
        return frozenset()
    counts = facts_of(about.counts) if about.counts is not None else []
    return frozenset([about.rule, *counts])


def first_cause(causes: tuple[Cause, ...], judge: Judge) -> str:
    cases = " ".join(f"WHEN {judge.condition(cause.when)} THEN {i}" for i, cause in enumerate(causes))
    return f"CAST(CASE {cases} END AS SMALLINT)"


def texts_of(column: Column) -> list[str]:
    """The expressions of a fact."""
    choices = [text for _, text in column.choices]
    return (
        [column.value, column.over, column.absent, column.empty, column.until, column.silent, *choices]
        if column.supplied
        else []
    )


def identifiers(text: str) -> list[str]:
    """The columns that an expression names."""
    plain = re.sub(r"'(?:[^']|'')*'", "", text)
    bits = [word for word in ("wrong", "hidden") if re.search(rf"\b{word}\b", re.sub(r'"(?:[^"]|"")*"', "", plain))]
    return [*re.findall(r'"(?:[^"]|"")*"', plain), *bits]


def levels(rules: dict[int, Obligation]) -> list[dict[int, Obligation]]:
    """The rules in levels: each after the one whose end starts it."""
    levels: dict[str, int] = {}
    by_id = {rule.id: rule for rule in rules.values()}

    def level(rule_id: str) -> int:
        if rule_id not in levels:
            before = by_id[rule_id].starts.rule if rule_id in by_id else ""
            levels[rule_id] = level(before) + 1 if before in by_id else 0
        return levels[rule_id]

    found: dict[int, dict[int, Obligation]] = {}
    for number, rule in rules.items():
        found.setdefault(max(level(r.id) for r in rules.values() if r.id == rule.id), {})[number] = rule
    return [found[n] for n in sorted(found)]
