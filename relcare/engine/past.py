"""What conditions said on days of the past, for rules that are judged at the start of their period."""

from __future__ import annotations

from datetime import datetime

from relcare.engine import dialect as sql
from relcare.engine.conditions import Against
from relcare.engine.decide import Engine
from relcare.rulebook.conditions import facts_of
from relcare.rulebook.obligations import Obligation


def judged_then(engine: Engine, rule: Obligation, moment: datetime, title: str) -> str:
    """A table of all subjects with what a rule's `when` said at an earlier moment: `key`, `verdict` (NULL: unknown).

    The book is read anew as of then, by a session of its own; a subject that was not there yet has no row.
    """
    if rule.when is None:
        raise AssertionError(rule.id)
    folder = engine.spill / title
    folder.mkdir()
    past = Engine(engine.rulebook, engine.book, moment, folder)
    try:
        past.plan.want(rule.subject, facts_of(rule.when))
        past.plan.note_precision(rule.subject, rule.when)
        past.read()
        relation = past.relation(rule.subject)
        verdict = past.judge(relation.columns).condition(rule.when, Against(rule.if_missing, rule.if_not_supplied))
        target = sql.text(str(folder / "judged.csv"))
        past.session.run(
            f"COPY (\n{relation.prefix}SELECT {sql.name(relation.key)}, {verdict} FROM {sql.name(relation.name)}\n) TO {target} (FORMAT csv, HEADER false)"
        )
    finally:
        past.session.close()
    table = sql.name(title)
    engine.session.run(
        f"CREATE OR REPLACE TEMP TABLE {table} AS\n-- a row is one {rule.subject} and what {rule.id.replace(chr(10), ' ')} asked of it at {moment:%Y-%m-%d}\n"
        f"SELECT * FROM read_csv({target}, header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        "columns = {key: 'VARCHAR', verdict: 'BOOLEAN'})"
    )
    return table
