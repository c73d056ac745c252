"""Problems of rule files: all at once, each in its place, each code documented and reached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rule_files import VOCABULARY, check, loaded

import relcare.rulebook
from relcare.files.yaml_tree import read_documents
from relcare.located import Mapping, Node, Place, Scalar, Sequence
from relcare.rulebook.codes import CODES
from relcare.rulebook.conditions import facts_of
from relcare.rulebook.load import load

HERE = Place("rules.yaml", 1, 1)
LINES = VOCABULARY.count("\n")

TEN = """\
---
kind: facts
for: customer
facts:
  calls: {is: count of interactions where knd call in the last 90 days}
  gone: {is: latest at of interacshuns}
---
kind: decision
decides: tier
for: customer
choose: first that matches
limits:
  floor:
    - {from: 2026-13-01, is: 5}
rules:
  - id: A
    label: A
    cites: 1
    form: 2026-01-01
    when:
      any:
        - segment: privat
        - aum: at least 6,00,000
          agm: at least floor
        - calls: at least 3
        - opened_at: within last 3 dayz
    then: a
  - id: B
    label: B
    cites: 1
    from: 2026-01-01
    when:
      - gone: is known
    then: b
  - id: C
    label: C
    cites: 1
    from: 2026-01-01
    when: {gone: is known, vip: yes}
    then: c d
"""


def test_ten_mistakes_are_ten_problems():
    assert [(line - LINES, column, code) for line, column, code in check(VOCABULARY + TEN)] == [
        (5, 43, "RUL030"),
        (6, 27, "VOC021"),
        (14, 14, "RUL007"),
        (19, 5, "RUL002"),
        (22, 20, "RUL035"),
        (23, 25, "RUL033"),
        (24, 11, "RUL030"),
        (26, 34, "RUL038"),
        (33, 7, "RUL004"),
        (40, 11, "RUL006"),
    ]


def test_each_has_a_message_and_most_a_suggestion():
    problems = loaded(VOCABULARY + TEN)[1]
    assert [problem.hint for problem in problems[:2]] == ["did you mean `kind`?", "did you mean `interactions`?"]
    assert all(problem.message and problem.width >= 1 and problem.severity == "error" for problem in problems)
    assert str(problems[1]) == f"rules.yaml:{LINES + 6}:27: VOC021 there is no table `interacshuns`"


def test_problems_stand_in_the_order_of_files_and_lines():
    problems = loaded(VOCABULARY + TEN)[1]
    assert problems == sorted(problems, key=lambda problem: problem.place)


def test_every_code_is_used_and_documented():
    used = set()
    for path in Path(relcare.rulebook.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8") if path.name != "codes.py" else ""
        used |= {code for code in CODES if f'"{code}"' in text}
        assert {word for word in text.split('"') if word[:3] in ("RUL", "VOC") and word[3:].isdigit()} <= set(CODES)
    assert used == set(CODES)
    assert all(meaning.endswith(".") for meaning in CODES.values())


def test_every_code_is_reached_by_a_test():
    here = Path(__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in here.glob("test_*.py"))
    assert [code for code in CODES if f'"{code}"' not in text] == []


def test_an_empty_rulebook():
    rulebook, problems = load([], "abc")
    assert (problems, rulebook.decisions, rulebook.limits, rulebook.hash) == ([], (), {}, "abc")
    assert rulebook.vocabulary.tables == {}


def test_a_file_can_use_what_a_later_file_declares():
    text = "kind: facts\nfor: customer\nfacts: {n: {is: count of notices}}\n---\n" + VOCABULARY
    rulebook, problems = loaded(text)
    assert problems == []
    assert rulebook.vocabulary.facts["customer"]["n"].place == Place("rules.yaml", 3, 9)


def nodes_of(node: Node) -> Iterator[Node]:
    """The node and all below it, keys as well."""
    yield node
    for below in node.items if isinstance(node, Sequence) else ():
        yield from nodes_of(below)
    for key, value in node.entries if isinstance(node, Mapping) else ():
        yield key
        yield from nodes_of(value)


def exchanged(node: Node, old: Node, new: Node) -> Node:
    """The tree with `new` where `old` stood; an entry whose key is `old` is left out."""
    if node is old:
        return new
    if isinstance(node, Sequence):
        return Sequence(tuple(exchanged(item, old, new) for item in node.items), node.place)
    if isinstance(node, Mapping):
        entries = ((key, exchanged(value, old, new)) for key, value in node.entries if key is not old)
        return Mapping(tuple(entries), node.place)
    return node


@pytest.mark.parametrize("shape", [Scalar("", HERE), Scalar("all", HERE), Sequence((), HERE), Mapping((), HERE)])
def test_whatever_stands_in_a_place_is_a_placed_problem_or_fine(shape):
    documents, _ = read_documents((VOCABULARY + TEN).encode(), "rules.yaml")
    for number, document in enumerate(documents):
        for node in nodes_of(document):
            changed = [*documents[:number], exchanged(document, node, shape), *documents[number + 1 :]]
            rulebook, problems = load([("rules.yaml", changed)])
            assert {problem.code for problem in problems} <= set(CODES)
            assert all(problem.place.line and problem.place.column for problem in problems)
            for decision in rulebook.decisions:
                named = [name for rule in decision.rules if rule.when is not None for name in facts_of(rule.when)]
                assert all(rulebook.vocabulary.fact(decision.subject, name) is not None for name in named)


@pytest.mark.parametrize(
    "text", ["kind:", "kind: table", "kind: decision", "kind: facts", "kind: limits", "kind: norm"]
)
def test_a_document_of_nothing_is_a_placed_problem(text):
    problems = loaded(text)[1]
    assert problems
    assert all(problem.place.line == 1 and problem.place.column >= 1 for problem in problems)
