"""Every clause of the norm that is built, as its file says it: through the engine and through the plain reference."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from relcare.engine.decide import decided
from relcare.files.book import Book
from relcare.files.open_book import open_book
from relcare.files.rulefiles import read_rule_files
from relcare.files.settings import Settings
from relcare.files.yaml_tree import read_documents
from relcare.located import Mapping, Node, Scalar, Sequence
from relcare.rulebook.cells import read_cell
from relcare.rulebook.decisions import Decision, Example, Rulebook
from relcare.rulebook.evaluate import decide
from relcare.rulebook.load import load
from relcare.rulebook.reckon import subject
from relcare.rulebook.values import unreadable
from relcare.runs.explain import FileRows, context_of

HERE = Path(__file__).parent
CLAUSES = 7
UNDETERMINED = "undetermined"


@dataclass(frozen=True)
class Case:
    """One document of a clause's file."""

    clause: str
    title: str
    as_of: datetime
    given: dict[str, list[dict[str, str]]]
    expect: list[dict[str, str]]
    only_these: bool


def _row(node: Node) -> dict[str, str]:
    assert isinstance(node, Mapping)
    row = {}
    for key, value in node.entries:
        assert isinstance(value, Scalar), f"{value.place}: a cell is one text"
        row[key.text] = value.text
    return row


def _rows(node: Node | None) -> list[dict[str, str]]:
    assert isinstance(node, Sequence)
    return [_row(item) for item in node.items]


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def cases_of(path: Path) -> list[Case]:
    documents, problems = read_documents(path.read_bytes(), str(path))
    assert not problems, problems
    cases = []
    for document in documents:
        assert isinstance(document, Mapping)
        unknown = {key.text for key, _ in document.entries} - {
            "clause",
            "title",
            "as of",
            "given",
            "expect",
            "only these",
        }
        assert not unknown, f"{path}: {unknown}"
        given = document.get("given")
        assert isinstance(given, Mapping)
        cases.append(
            Case(
                _text(document.get("clause")),
                _text(document.get("title")),
                datetime.fromisoformat(f"{_text(document.get('as of'))} 23:59:59.999999"),
                {table.text: _rows(rows) for table, rows in given.entries},
                _rows(document.get("expect")),
                _text(document.get("only these")) == "yes",
            )
        )
    return cases


FILES = sorted(HERE.glob("*.yaml"))
CASES = [case for path in FILES for case in cases_of(path)]


@pytest.fixture(scope="module")
def rulebook(root: Path) -> Rulebook:
    trees, digest, unread = read_rule_files(root / "rules")
    found, problems = load(trees, digest)
    assert not [*unread, *problems]
    return found


def book_of(case: Case, rulebook: Rulebook, folder: Path) -> Book:
    """The case's rows as a user's folder of CSV files, opened."""
    home = folder / "book"
    home.mkdir()
    for table, rows in case.given.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (home / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    spill = folder / "spill"
    spill.mkdir()
    return open_book(home, rulebook.vocabulary, Settings(), spill)


def test_every_built_clause_has_its_file() -> None:
    assert len(FILES) == CLAUSES
    for path in FILES:
        titles = [case.title for case in cases_of(path)]
        assert {case.clause for case in cases_of(path)} == {path.stem}
        assert len(set(titles)) == len(titles) > 1
        assert all(title.endswith(".") for title in titles)


def test_every_clause_that_a_rule_cites_has_its_file(rulebook: Rulebook) -> None:
    cited = {clause for decision in rulebook.decisions for rule in decision.rules for clause in rule.cites}
    assert cited == {path.stem for path in FILES}


def test_every_rule_is_expected_somewhere(rulebook: Rulebook) -> None:
    expected = {row.get("rule", "") for case in CASES for row in case.expect} - {""}
    assert expected == {rule.id for decision in rulebook.decisions for rule in decision.rules}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.clause} {case.title}")
def test_clause(case: Case, rulebook: Rulebook, tmp_path: Path) -> None:
    book = book_of(case, rulebook, tmp_path)
    engine = {row["customer_id"]: row for row in decided(rulebook, book, "customer", case.as_of, tmp_path / "spill")}
    rows = FileRows(book)
    context = context_of(rulebook, book, case.as_of, rows)
    for expected in case.expect:
        key, decision = expected["customer_id"], expected["decision"]
        wanted = (expected["outcome"], expected.get("rule", ""))
        row = engine[key]
        said = (row[decision] or UNDETERMINED, (row[f"{decision}_rule"] or "") if row[decision] else "")
        assert said == wanted, f"the engine says {said} of {key}"
        who = subject("customer", key, rows, context)
        assert who is not None
        outcome = who.outcome(decision)
        reckoned = (outcome.code or UNDETERMINED, outcome.rule.id if outcome.rule else "")
        assert reckoned == wanted, f"the reference says {reckoned} of {key}"
    if case.only_these:
        assert set(engine) == {expected["customer_id"] for expected in case.expect}


def gives(decision: Decision, example: Example, rulebook: Rulebook) -> str:
    """What an example gives; a fact that it leaves out must not matter, so it is unknown."""
    facts = {}
    for name, fact in rulebook.vocabulary.facts[decision.subject].items():
        cell = example.facts.get(name)
        facts[name] = unreadable("not given") if cell is None else read_cell(fact, cell, zone="Asia/Shanghai")
    assert example.as_of is not None
    as_of = datetime.combine(example.as_of, datetime.max.time())
    return decide(decision, facts, rulebook, as_of).code or UNDETERMINED


def test_every_example_of_the_shipped_rules_gives_what_it_says(rulebook: Rulebook) -> None:
    wrong = []
    count = 0
    for decision in rulebook.decisions:
        for rule in decision.rules:
            for example in rule.examples:
                count += 1
                said = gives(decision, example, rulebook)
                if said != example.gives:
                    wrong.append(f"{example.place}: gives {said}, not {example.gives}")
    assert not wrong, "\n".join(wrong)
    assert count >= 50
