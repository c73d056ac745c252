"""What implements the clauses of the norm: the rules that cite them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from relcare.located import Place, Problem
from relcare.rulebook.decisions import Rule, Rulebook
from relcare.rulebook.obligations import Obligation
from relcare.rulebook.vocabulary import Clause


class Citing(NamedTuple):
    """A rule that cites a clause, and where it stands."""

    id: str
    place: Place


def implemented(rulebook: Rulebook, day: date) -> list[tuple[Clause, list[Citing]]]:
    """Each clause that binds on `day`, in the order of the files, with the rules that cite it and are in force on `day` or later.

    A limit that cites a clause implements nothing by itself. Versions of one rule are one, told by the first.
    """
    citing: dict[str, dict[str, Citing]] = {}
    rules: list[Rule | Obligation] = [rule for decision in rulebook.decisions for rule in decision.rules]
    for rule in (*rules, *rulebook.obligations, *rulebook.controls, *rulebook.scripts, *rulebook.wordings):
        if rule.until is None or rule.until > day:
            for clause in rule.cites:
                citing.setdefault(clause, {}).setdefault(rule.id, Citing(rule.id, rule.place))
    return [
        (clause, sorted(citing.get(clause.id, {}).values(), key=lambda rule: rule.place))
        for clause in rulebook.vocabulary.clauses.values()
        if clause.binds(day)
    ]


def without_rule(rulebook: Rulebook, day: date) -> list[Clause]:
    """The clauses that bind on `day` and that no rule implements."""
    return [clause for clause, rules in implemented(rulebook, day) if not rules]


def missing_rules(rulebook: Rulebook, day: date) -> list[Problem]:
    """A warning for each norm of which clauses have no rule, at the first of them."""
    problems = []
    missing = without_rule(rulebook, day)
    for norm in dict.fromkeys(clause.norm for clause in missing):
        clauses = [clause for clause in missing if clause.norm == norm]
        every = sum(clause.norm == norm and clause.binds(day) for clause in rulebook.vocabulary.clauses.values())
        named = ", ".join(clause.id for clause in clauses)
        has = "has" if len(clauses) == 1 else "have"
        message = f"{len(clauses)} of {every} clause{'' if every == 1 else 's'} {has} no rule: {named}"
        hint = "`relcare norm` lists each clause with its rules"
        problems.append(Problem(clauses[0].place, "RUL110", message, hint, "warning", "", len(clauses[0].id)))
    return problems
