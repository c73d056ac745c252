"""Names that a rulebook can't give: the lists have columns of their own, and the engine does not tell letter cases apart."""

import pytest

from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load

TABLE = """\
kind: table
table: customers
label: {en: Customers, zh: 客户}
subject: customer
key: customer_id
fields:
  customer_id: {type: id, label: {en: ID, zh: 编号}}
  aum: {type: money, label: {en: Assets, zh: 资产}}
"""
DECISION = """---
kind: decision
decides: %s
for: customer
choose: first that matches
rules:
  - {id: A, label: {en: a, zh: a}, cites: 1.1.1, from: 2025-01-01, otherwise: %s}
"""


def check(text: str):
    return load([("rules.yaml", read_documents(text.encode(), "rules.yaml")[0])])[1]


@pytest.mark.parametrize(
    "name", ["AUM", "Tier", "wrong", "hidden", "clash", "owner", "branch", "tier_because", "x_rule", "x_clause"]
)
def test_a_decision_can_not_have_the_name_of_a_column_of_the_list(name):
    problems = check(TABLE + DECISION % (name, "yes_it_is"))
    assert [(p.code, p.place.line, p.place.column) for p in problems] == [("RUL006", 11, 10)]


@pytest.mark.parametrize("name", ["wrong", "matters", "Aum"])
def test_a_field_can_not_have_a_name_of_the_engine(name):
    problems = check(TABLE + f"  {name}: {{type: money, label: {{en: X, zh: 叉}}}}\n")
    assert [p.code for p in problems] == ["RUL006"]


def test_undetermined_is_no_outcome_of_a_rule():
    assert "RUL025" in [p.code for p in check(TABLE + DECISION % ("tier", "undetermined"))]
