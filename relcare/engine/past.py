"""What conditions said on days of the past: at the start of a period that is judged then, at the end of one that is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Against, Judge
from relcare.engine.decide import Engine
from relcare.engine.needs import cause_column, first_cause, verdict_column
from relcare.engine.plan import Plan
from relcare.rulebook.conditions import Condition, facts_of
from relcare.rulebook.measures import SeriesMeasure
from relcare.rulebook.obligations import Obligation
from relcare.rulebook.vocabulary import Label


class Then(NamedTuple):
    """What was said at an earlier moment: the table, and what was taken as it stands now since nothing dates it."""

    table: str
    undated: tuple[Label, ...]


class Written(NamedTuple):
    """A file of what was said, with the types of its columns; and what was taken as it stands now."""

    path: Path
    types: Mapping[str, str]
    undated: tuple[Label, ...]


def judged_then(engine: Engine, rules: Mapping[int, Obligation], moment: datetime) -> Then:
    """A table of what conditions of rules, by number, for one kind of subject said at an earlier moment.

    Its columns are `key`, for each `when` its `verdict_column` (NULL: unknown), and for each list of causes its `cause_column`.
    Who was not there yet has no row, nor has whom no rule was for.
    """
    subject = next(iter(rules.values())).subject
    written = asked_then(engine, subject, rules, moment)
    types = ", ".join(f"{name}: '{kind}'" for name, kind in written.types.items())
    table = sql.name(f"{subject} as of {moment}")
    engine.session.run(
        f"CREATE OR REPLACE TEMP TABLE {table} AS\n-- a row is one {subject} and what was asked of it at {moment:%Y-%m-%d %H:%M}\n"
        f"SELECT * FROM read_csv({sql.text(str(written.path))}, header = false, auto_detect = false, delim = ',', quote = '\"', "
        f"escape = '\"', columns = {{{types}}})"
    )
    return Then(table, written.undated)


def asked_then(engine: Engine, subject: str, rules: Mapping[int, Obligation], moment: datetime) -> Written:
    """Read the book anew as of a moment, by a session of its own, and write down what conditions of rules say."""
    folder = engine.spill / f"{subject} as of {moment:%Y-%m-%d %H.%M.%S.%f}"
    folder.mkdir(exist_ok=True)
    path = folder / "judged.csv"
    past = Engine(engine.rulebook, engine.book, moment, folder, engine.memory_limit)
    try:
        for condition in (condition for rule in rules.values() for condition in _conditions(rule)):
            past.plan.want(subject, facts_of(condition))
            past.plan.note_precision(subject, condition)
        undated = tuple(_undated(past.plan))
        past.read()
        relation = past.relation(subject, outcomes_alone=True)
        columns = dict(_columns(rules, past.judge(relation.columns)))
        told = "".join(f", ({expression}) AS {name}" for name, (expression, _) in columns.items())
        verdicts = [verdict_column(number) for number, rule in rules.items() if rule.when is not None]
        kept = f"\nWHERE {' OR '.join(f'{verdict} IS NOT FALSE' for verdict in verdicts)}"
        where = kept if len(verdicts) == len(rules) else ""
        past.session.run(
            f"COPY (\n{relation.prefix}SELECT * FROM (SELECT {sql.name(relation.key)} AS key{told} FROM {sql.name(relation.name)}){where}\n) "
            f"TO {sql.text(str(path))} (FORMAT csv, HEADER false)"
        )
    finally:
        past.session.close()
    return Written(path, {"key": "VARCHAR", **{name: kind for name, (_, kind) in columns.items()}}, undated)


def _undated(plan: Plan) -> Iterator[Label]:
    for needs in plan.subjects.values():
        for name in needs.fields:
            written = needs.table.fields.get(name)
            fact = plan.vocabulary.fact(needs.subject, name)
            if written is None and fact is not None:  # a column in place of what would be worked out
                yield fact.label
            elif written is not None and written.time in ("snapshot", "planned") and not written.refers:
                yield written.label
        for name, facts in needs.measures.items():
            table = plan.vocabulary.tables[name]
            by_month = all(isinstance(fact.measure, SeriesMeasure) for fact in facts.values())
            if not table.dated_by and not by_month:  # a monthly series ends with the last month that was over
                yield table.label


def _conditions(rule: Obligation) -> Iterator[Condition]:
    if rule.when is not None:
        yield rule.when
    yield from (cause.when for cause in rule.ceases)


def _columns(rules: Mapping[int, Obligation], judge: Judge) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each column with its expression and its type."""
    for number, rule in rules.items():
        if rule.when is not None:
            against = Against(rule.if_missing, rule.if_not_supplied)
            yield verdict_column(number), (judge.condition(rule.when, against), "BOOLEAN")
        if rule.ceases:
            yield cause_column(rule.ceases), (first_cause(rule.ceases, judge), "SMALLINT")
