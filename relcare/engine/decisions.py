"""Decisions as SQL: a column for each rule's verdict, then the class, the rule that gave it, and what it hangs on."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Against, Column, Judge
from relcare.rulebook.conditions import Compare, Condition, Other, Test, tests_of
from relcare.rulebook.decisions import Decision, Rule


class Decided(NamedTuple):
    """One decision in SQL: `verdicts` first, in a SELECT of their own, then `outcome` over them.

    `rules` are those that can apply at the as-of, with the column of each one's verdict. `wants` are, for each fact that
    an undetermined outcome hangs on, the condition under which it does.
    """

    decision: Decision
    rules: tuple[tuple[Rule, str], ...]
    verdicts: tuple[str, ...]
    outcome: tuple[str, ...]
    column: Column
    wants: tuple[tuple[str, str], ...]


def verdict_column(rule: Rule) -> str:
    """The column that holds a rule's verdict."""
    return sql.name(f"{rule.id} from {rule.start}")


def rule_column(decision: Decision) -> str:
    """The column that holds the id of the rule that decided."""
    return sql.name(f"{decision.name}_rule")


def in_sql(decision: Decision, judge: Judge, today: date) -> Decided:
    """The decision over a relation that has the columns of `judge`."""
    dated = judge.columns.get(decision.dated_by) if decision.dated_by else None
    rules = [r for r in decision.rules if dated is not None or r.in_force(today)]
    columns = [(rule, verdict_column(rule)) for rule in rules]
    verdicts = [f"{_verdict(rule, judge, dated)} AS {column}" for rule, column in columns]
    if decision.choose == "first that matches":
        code, chosen = _first_hit(columns, [dated is not None or _may_be_open(rule, judge) for rule in rules])
    else:
        code, chosen = _only_hit(columns)
    if dated is not None and dated.supplied:
        code, chosen = (f"CASE WHEN {_in_force(decision, dated)} THEN {outcome} END" for outcome in (code, chosen))
    name = sql.name(decision.name)
    wants = _wants(decision, columns, judge, dated)
    outcome = [f"{code} AS {name}", f"{chosen} AS {rule_column(decision)}"]
    silent = _silent(decision, columns, judge, wants, name)
    if silent != "FALSE":
        outcome.append(f"{silent} AS {sql.name(decision.name + ' silent')}")
        silent = sql.name(decision.name + " silent")
    certain = not wants and not _can_clash(decision) and dated is None
    choices = () if certain or decision.choose != "first that matches" else _choices(columns)
    if dated is not None and dated.supplied:
        choices = tuple((code, f"{may} OR NOT ({_in_force(decision, dated)})") for code, may in choices)
    column = Column(name, "code", silent=silent, certain=certain, choices=choices)
    return Decided(decision, tuple(columns), tuple(verdicts), tuple(outcome), column, wants)


def _verdict(rule: Rule, judge: Judge, dated: Column | None) -> str:
    against = Against(rule.if_missing, rule.if_not_supplied)
    verdict = "TRUE" if rule.when is None else judge.condition(rule.when, against)
    if dated is None:
        return verdict
    if not dated.supplied:
        return "NULL::BOOLEAN"
    value = f"CAST({dated.value} AS DATE)"
    inside = f"{value} >= {sql.day(rule.start)}" + (f" AND {value} < {sql.day(rule.until)}" if rule.until else "")
    return f"CASE WHEN {dated.value} IS NULL THEN NULL WHEN {inside} THEN ({verdict}) ELSE FALSE END"


def _choices(columns: list[tuple[Rule, str]]) -> tuple[tuple[str, str], ...]:
    """Each code with the condition under which a rule that gives it may be the first to hold."""
    found: dict[str, list[str]] = {}
    before: list[str] = []
    for rule, column in columns:
        found.setdefault(rule.then, []).append(" AND ".join([f"{column} IS NOT FALSE", *before]))
        before.append(f"{column} IS NOT TRUE")
    found.setdefault("none", []).append(" AND ".join(before) or "TRUE")
    return tuple((code, " OR ".join(f"({c})" for c in conditions)) for code, conditions in found.items())


def _can_clash(decision: Decision) -> bool:
    """Whether two rules that both hold leave the outcome undetermined."""
    return decision.choose == "exactly one" and sum(rule.when is not None for rule in decision.rules) > 1


def _may_be_open(rule: Rule, judge: Judge) -> bool:
    """Whether the rule's verdict can be unknown for anybody in this book."""
    tests = tests_of(rule.when) if rule.when is not None else []
    return any(_open(test, judge.columns[fact], judge) != "FALSE" for test in tests for fact in _sides(test))


def _in_force(decision: Decision, dated: Column) -> str:
    """Whether some rule of a dated decision is in force on a subject's own date; never NULL."""
    day = f"CAST({dated.value} AS DATE)"
    periods = [
        f"{day} >= {sql.day(r.start)}" + (f" AND {day} < {sql.day(r.until)}" if r.until else "") for r in decision.rules
    ]
    return f"coalesce({' OR '.join(f'({period})' for period in periods) or 'FALSE'}, FALSE)"


def _first_hit(columns: list[tuple[Rule, str]], opens: list[bool]) -> tuple[str, str]:
    """The first rule that holds, unless one before it with another class is open."""
    codes: list[str] = []
    chosen: list[str] = []
    rows = [*((rule.then, rule.id, column) for rule, column in columns), ("none", "", "TRUE")]
    for i, (code, rule_id, column) in enumerate(rows):
        before = zip(rows[:i], opens, strict=False)
        blockers = [f"{other} IS NULL" for (then, _, other), is_open in before if is_open and then != code]
        for cases, result in ((codes, code), (chosen, rule_id)):
            guard = (
                f"CASE WHEN {' OR '.join(blockers)} THEN NULL ELSE {sql.text(result)} END"
                if blockers
                else sql.text(result)
            )
            cases.append(f"ELSE {guard}" if column == "TRUE" else f"WHEN {column} THEN {guard}")
    if len(rows) == 1:
        return sql.text("none"), sql.text("")
    return f"CASE {' '.join(codes)} END", f"CASE {' '.join(chosen)} END"


def _only_hit(columns: list[tuple[Rule, str]]) -> tuple[str, str]:
    """The only rule that holds; more than one, or an open rule with another class, leave it undetermined."""
    rows = [(rule, column) for rule, column in columns if rule.when is not None]
    rest = next(((rule, column) for rule, column in columns if rule.when is None), None)
    codes, chosen = [], []
    for rule, column in rows:
        others = [f"{c} IS TRUE" for r, c in rows if c != column]
        others += [f"{c} IS NULL" for r, c in rows if c != column and r.then != rule.then]
        guard = f" AND NOT ({' OR '.join(others)})" if others else ""
        codes.append(f"WHEN {column}{guard} THEN {sql.text(rule.then)}")
        chosen.append(f"WHEN {column}{guard} THEN {sql.text(rule.id)}")
    nothing = " AND ".join(f"{column} IS FALSE" for _, column in rows) or "TRUE"
    if rest is not None:
        nothing_left = f"WHEN {nothing} AND {rest[1]} THEN"
        codes.append(f"{nothing_left} {sql.text(rest[0].then)}")
        chosen.append(f"{nothing_left} {sql.text(rest[0].id)}")
        nothing = f"{nothing} AND {rest[1]} IS FALSE"
    codes.append(f"WHEN {nothing} THEN 'none'")
    chosen.append(f"WHEN {nothing} THEN ''")
    return f"CASE {' '.join(codes)} END", f"CASE {' '.join(chosen)} END"


def _sides(test: Test) -> list[str]:
    names = [test.fact]
    if isinstance(test, Compare) and isinstance(test.operand, Other):
        names.append(test.operand.fact)
    return names


def unknown(column: Column) -> str:
    """The condition under which a fact makes its tests unknown; never NULL."""
    if column.certain:
        return "FALSE"
    if not column.supplied:
        return "TRUE"
    if column.absent == "FALSE":
        return f"{column.value} IS NULL"
    return f"({column.value} IS NULL AND NOT {column.absent})"


def _wants(
    decision: Decision, columns: list[tuple[Rule, str]], judge: Judge, dated: Column | None
) -> tuple[tuple[str, str], ...]:
    """For each fact: when does an open rule, with no rule before it that holds, hang on it?"""
    found: dict[str, list[str]] = {}
    if dated is not None:
        found[decision.dated_by] = [unknown(dated)]
    for i, (rule, column) in enumerate(columns):
        if rule.when is None:
            continue
        before = [f"{c} IS NOT TRUE" for _, c in columns[:i]] if decision.choose == "first that matches" else []
        for test in tests_of(rule.when):
            for fact in _sides(test):
                side = judge.columns[fact]
                is_open = _open(test, side, judge)
                if is_open != "FALSE" and (side.supplied or not rule.if_not_supplied):
                    found.setdefault(fact, []).append(" AND ".join([f"{column} IS NULL", *before, is_open]))
    name = sql.name(decision.name)
    return tuple(
        (fact, f"{name} IS NULL AND ({' OR '.join(f'({c})' for c in dict.fromkeys(cs))})") for fact, cs in found.items()
    )


def _open(test: Test, side: Column, judge: Judge) -> str:
    """Whether a test is unknown on account of one of its facts (or of the precision of its moment)."""
    if side.until or side.choices:
        return f"({judge.test(test)}) IS NULL"
    return unknown(side)


def _silent(
    decision: Decision,
    columns: list[tuple[Rule, str]],
    judge: Judge,
    wants: tuple[tuple[str, str], ...],
    name: str,
) -> str:
    """The condition under which the outcome is open only for want of what the book does not supply; "FALSE" if never."""

    def only(fact: str) -> bool:
        return not judge.columns[fact].supplied

    if not any(only(fact) or judge.columns[fact].silent != "FALSE" for fact, _ in wants):
        return "FALSE"
    others = []
    for fact, condition in wants:
        side = judge.columns[fact]
        if only(fact):
            continue
        inner = condition.removeprefix(f"{name} IS NULL AND ")
        others.append(f"({inner}) AND NOT ({side.silent})" if side.silent != "FALSE" else inner)
    rest = "".join(f" AND ({other}) IS NOT TRUE" for other in others)
    if _can_clash(decision):
        held = " + ".join(f"CASE WHEN {column} THEN 1 ELSE 0 END" for rule, column in columns if rule.when is not None)
        rest += f" AND {held} < 2"
    return f"({name} IS NULL{rest})"


def conditions_of(decision: Decision, today: date) -> list[Condition]:
    """The conditions of the rules that can apply at the as-of."""
    return [r.when for r in decision.rules if r.when is not None and (decision.dated_by or r.in_force(today))]
