"""Which clock binds: of those of one subject that are open and ask for the same step, the one with the earliest deadline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from relcare.engine import dialect as sql
from relcare.rulebook.obligations import Obligation
from relcare.rulebook.regimes import shared_steps

NOT_SHARED = "CAST(NULL AS VARCHAR)"


def binds(
    tables: Iterable[tuple[str, str]], rules: Mapping[int, Obligation], row: str, supervised: Iterable[str] = ()
) -> str:
    """An expression that is `yes` for a row of the list that binds, `no` for one that another goes before, else NULL.

    `tables` are the tables of occurrences with their subjects, `rules` the versions by number, `row` the name of the list in the
    query. Of equal deadlines a supervisor's binds (`supervised` are the names of such regimes), then that of the first rule.
    """
    shared = shared_steps(rules.values())
    steps = {n: rule.step for n, rule in rules.items() if (rule.subject, rule.step) in shared}
    if not steps:
        return NOT_SHARED
    numbers = ", ".join(map(str, steps))
    step = f"CASE rule {' '.join(f'WHEN {n} THEN {sql.text(name)}' for n, name in steps.items())} END"
    first = [str(n) for n in steps if rules[n].regime in set(supervised)]
    rank = f"CASE WHEN rule IN ({', '.join(first)}) THEN 0 ELSE 1 END" if first else "1"
    listed = "\n    UNION ALL ".join(
        f"SELECT {sql.text(subject)} AS subject, key, rule, due FROM {sql.name(table)} WHERE open AND due IS NOT NULL AND rule IN ({numbers})"
        for subject, table in tables
    )
    query = (
        f"SELECT subject, key, step, count(*) AS n, min({{struct}}) AS first FROM (\n"
        f"    SELECT *, {step} AS step FROM (\n    {listed}\n    )\n  ) GROUP BY subject, key, step"
    ).replace("{struct}", f"struct_pack(due := due, rank := {rank}, rule := rule)")
    mine = step.replace("CASE rule", f"CASE {row}.rule")
    return (
        f"(SELECT CASE WHEN binding.n < 2 THEN NULL WHEN binding.first.rule = {row}.rule AND binding.first.due = {row}.due THEN 'yes' ELSE 'no' END "
        f"FROM (\n  -- a row is a step of one subject that clocks are open for, and the first of them\n  {query}\n) AS binding "
        f"WHERE {row}.open AND {row}.due IS NOT NULL AND binding.subject = {row}.subject AND binding.key = {row}.subject_id AND binding.step = {mine})"
    )
