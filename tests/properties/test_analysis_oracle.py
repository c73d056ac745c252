"""The analysis against z3, on random tables (2,000 with RELCARE_LONG=1); and each of its witnesses against the evaluator."""

from __future__ import annotations

import os
from datetime import date, datetime, time, timedelta

import pytest
from random_tables import table
from solver import Oracle

from relcare.files.yaml_tree import read_documents
from relcare.rulebook.analysis import analysed
from relcare.rulebook.analysis_view import View
from relcare.rulebook.evaluate import decide
from relcare.rulebook.fact_space import FALSE, TRUE
from relcare.rulebook.load import load

TABLES = 2000 if os.environ.get("RELCARE_LONG") else 40
DAY = date(2026, 6, 2)


def loaded(seed):
    documents, mistakes = read_documents(table(seed).encode(), "rules.yaml")
    rulebook, problems = load([("rules.yaml", documents)])
    assert [*mistakes, *(p for p in problems if p.severity == "error")] == []
    return rulebook


def views(seed):
    rulebook = loaded(seed)
    decision = rulebook.decisions[0]
    latest = DAY + timedelta(days=seed % 3 * 200)
    oracle = Oracle(rulebook, decision, DAY, latest)
    return rulebook, decision, View(rulebook, decision, DAY, decision.rules, latest), oracle


@pytest.mark.parametrize("seed", range(TABLES))
def test_it_agrees_with_a_solver(seed):
    rulebook, decision, view, oracle = views(seed)
    end = datetime.combine(DAY, time.max)
    for rule in decision.rules:
        witness = view.find(view.reach(rule))
        assert (witness is not None) == oracle.reached(rule), rule.id
        if witness is not None:
            assert decide(decision, witness, rulebook, end).rule is rule
    tested = [rule for rule in decision.rules if rule.when is not None]
    for number, rule in enumerate(tested):
        for other in tested[:number]:
            both = view.find([view.of(rule, TRUE), view.of(other, TRUE)])
            assert (both is not None) == oracle.overlap(rule, other), (rule.id, other.id)
    witness = view.find([view.of(rule, FALSE) for rule in decision.rules], anything=False)
    assert (witness is not None) == oracle.gap()
    if witness is not None:
        outcome = decide(decision, witness, rulebook, end)
        assert (outcome.code, outcome.rule) == ("none", None)


@pytest.mark.parametrize("seed", range(0, TABLES, 3))
def test_every_random_table_is_analysed(seed):
    found = analysed(loaded(seed), DAY)
    assert [problem for problem in found if problem.code == "RUL109"] == []
    assert all(problem.place.line and problem.message for problem in found)
