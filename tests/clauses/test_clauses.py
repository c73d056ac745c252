"""Every clause of the norm that is built, as its file says it: through the engine and through the plain reference."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from relcare.engine.decide import decided
from relcare.engine.owed_rows import owed_rows
from relcare.files.book import Book
from relcare.files.open_book import open_book
from relcare.files.rulefiles import read_rule_files
from relcare.files.settings import Settings
from relcare.files.yaml_tree import read_documents
from relcare.located import Mapping, Node, Scalar, Sequence
from relcare.rulebook.cells import read_cell
from relcare.rulebook.controls import OUTCOME, spoken, with_controls
from relcare.rulebook.decisions import Decision, Example, Rulebook
from relcare.rulebook.evaluate import decide
from relcare.rulebook.load import load
from relcare.rulebook.reckon import subject
from relcare.rulebook.reckon_obligations import owed
from relcare.rulebook.values import unreadable
from relcare.runs.explain import FileRows, context_of
from tests.unit.worked import worked_examples

HERE = Path(__file__).parent
CLAUSES = 27
EXAMPLES = 494
OWED_ROWS = 453
UNDETERMINED = "undetermined"
NOT_OWED = "not owed"
KEYS = {"clause", "title", "as of", "given", "expect", "only these"}

Row = dict[str, str]
Found = tuple[datetime | None, str]  # deadline and status of an occurrence


@dataclass(frozen=True)
class Case:
    """One document of a clause's file."""

    clause: str
    title: str
    as_of: datetime
    given: dict[str, list[Row]]
    expect: list[Row]
    only_these: bool

    @property
    def decided(self) -> list[Row]:
        """What is expected of decisions."""
        return [row for row in self.expect if "decision" in row]

    @property
    def judged(self) -> list[Row]:
        """What is expected of controls."""
        return [row for row in self.expect if "control" in row]

    @property
    def owed(self) -> list[Row]:
        """What is expected of obligations."""
        return [row for row in self.expect if "status" in row]


def _row(node: Node) -> Row:
    assert isinstance(node, Mapping)
    row = {}
    for key, value in node.entries:
        assert isinstance(value, Scalar), f"{value.place}: a cell is one text"
        row[key.text] = value.text
    return row


def _rows(node: Node | None) -> list[Row]:
    assert isinstance(node, Sequence)
    return [_row(item) for item in node.items]


def _who(expected: Row) -> tuple[str, str]:
    """The subject of an expected decision and its key: `customer_id: C1`, or `subject: complaint, subject_id: K1`."""
    return expected.get("subject", "customer"), expected.get("subject_id") or expected["customer_id"]


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def cases_of(path: Path) -> list[Case]:
    documents, problems = read_documents(path.read_bytes(), str(path))
    assert not problems, problems
    cases = []
    for document in documents:
        assert isinstance(document, Mapping)
        unknown = {key.text for key, _ in document.entries} - KEYS
        assert not unknown, f"{path}: {unknown}"
        given = document.get("given")
        assert isinstance(given, Mapping)
        case = Case(
            _text(document.get("clause")),
            _text(document.get("title")),
            datetime.fromisoformat(f"{_text(document.get('as of'))} 23:59:59.999999"),
            {table.text: _rows(rows) for table, rows in given.entries},
            _rows(document.get("expect")),
            _text(document.get("only these")) == "yes",
        )
        assert len(case.decided) + len(case.owed) + len(case.judged) == len(case.expect), f"{path}: {case.title}"
        cases.append(case)
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
    cited |= {clause for rule in (*rulebook.obligations, *rulebook.controls) for clause in rule.cites}
    assert cited == {path.stem for path in FILES}


def test_every_rule_is_expected_somewhere(rulebook: Rulebook) -> None:
    expected = {row.get("rule", "") for case in CASES for row in case.decided} - {""}
    assert expected == {rule.id for decision in rulebook.decisions for rule in decision.rules}


def test_every_obligation_is_shown_on_both_sides_of_its_boundary(rulebook: Rulebook) -> None:
    shown: dict[str, set[str]] = {rule.id: set() for rule in rulebook.obligations}
    for case in CASES:
        for row in case.owed:
            shown[row["rule"]].add(row["status"])
    assert not [rule for rule, statuses in shown.items() if len(statuses) < 2]
    unknown = {rule.cites for rule in rulebook.obligations} - {
        rule.cites for rule in rulebook.obligations if UNDETERMINED in shown[rule.id]
    }
    assert not unknown
    assert sum(len(case.owed) for case in CASES) == OWED_ROWS


@pytest.mark.parametrize("case", [c for c in CASES if c.decided], ids=lambda case: f"{case.clause} {case.title}")
def test_clause(case: Case, rulebook: Rulebook, tmp_path: Path) -> None:
    book = book_of(case, rulebook, tmp_path)
    rows = FileRows(book)
    context = context_of(rulebook, book, case.as_of, rows)
    engine = {
        name: {row[f"{name}_id"]: row for row in decided(rulebook, book, name, case.as_of, tmp_path / "spill")}
        for name in {_who(expected)[0] for expected in case.decided}
    }
    for expected in case.decided:
        (name, key), decision = _who(expected), expected["decision"]
        wanted = (expected["outcome"], expected.get("rule", ""))
        row = engine[name][key]
        said = (row[decision] or UNDETERMINED, (row[f"{decision}_rule"] or "") if row[decision] else "")
        assert said == wanted, f"the engine says {said} of {key}"
        who = subject(name, key, rows, context)
        assert who is not None
        outcome = who.outcome(decision)
        reckoned = (outcome.code or UNDETERMINED, outcome.rule.id if outcome.rule else "")
        assert reckoned == wanted, f"the reference says {reckoned} of {key}"
    if case.only_these:
        assert set(engine["customer"]) == {expected["customer_id"] for expected in case.decided}


@pytest.mark.parametrize("case", [c for c in CASES if c.judged], ids=lambda case: f"{case.clause} {case.title}")
def test_clause_of_controls(case: Case, rulebook: Rulebook, tmp_path: Path) -> None:
    book = book_of(case, rulebook, tmp_path)
    judging = with_controls(rulebook)
    rows = FileRows(book)
    context = context_of(judging, book, case.as_of, rows)
    names = {expected["subject"] for expected in case.judged}
    engine = {
        name: {row[f"{name}_id"]: row for row in decided(judging, book, name, case.as_of, tmp_path / "spill")}
        for name in names
    }
    wrong = []
    for expected in case.judged:
        name, key, control = expected["subject"], expected["subject_id"], OUTCOME + expected["control"]
        said = spoken(control, engine[name][key][control] or UNDETERMINED)
        who = subject(name, key, rows, context)
        assert who is not None
        reckoned = spoken(control, who.outcome(control).code or UNDETERMINED)
        if (said, reckoned) != (expected["finding"], expected["finding"]):
            wrong.append(f"{key}, {expected['control']}: the engine says {said}, the reference {reckoned}")
    assert not wrong, "\n".join(wrong)


def test_controls_are_shown_broken_kept_and_in_doubt() -> None:
    shown: dict[str, set[str]] = {}
    for case in CASES:
        for row in case.judged:
            shown.setdefault(row["control"], set()).add(row["finding"])
    assert not [control for control, findings in shown.items() if findings != {"broken", "kept", UNDETERMINED}]


def said_of(expected: Row, found: list[Found]) -> tuple[str, str]:
    """Status and deadline of the occurrence that is expected: of that deadline, else the last; none is `not owed`.

    A deadline in days is the end of that day and written as its date.
    """
    shown = [("" if due is None else str(due).removesuffix(" 23:59:59.999999"), status) for due, status in found]
    due_at = expected.get("due_at", "")
    full = due_at if len(due_at) in (0, 10, 19) else f"{due_at}:00"
    same = [(due, status) for due, status in shown if due == full] if full else shown
    if not shown:
        return NOT_OWED, due_at
    due, status = (same or shown)[-1]
    return status, due_at if due == full or not full else due


@pytest.mark.parametrize("case", [c for c in CASES if c.owed], ids=lambda case: f"{case.clause} {case.title}")
def test_clause_of_obligations(case: Case, rulebook: Rulebook, tmp_path: Path) -> None:
    book = book_of(case, rulebook, tmp_path)
    engine: dict[tuple[str, str, str], list[Found]] = {}
    for row in owed_rows(rulebook, book, case.as_of, tmp_path / "spill"):
        engine.setdefault((row["subject"], row["subject_id"], row["rule_id"]), []).append((row["due"], row["status"]))
    rows = FileRows(book)
    context = context_of(rulebook, book, case.as_of, rows)
    calendar = book.settings.calendar.applied(rulebook.calendars)
    wrong = []
    for expected in case.owed:
        key = (expected["subject"], expected["subject_id"], expected["rule"])
        wanted = (expected["status"], expected.get("due_at", ""))
        said = said_of(expected, engine.get(key, []))
        if said != wanted:
            wrong.append(f"the engine says {said} of {key}, not {wanted}")
        who = subject(key[0], key[1], rows, context)
        assert who is not None
        reckoned = [one for one in owed(who, rows, context, calendar) if one.rule.id == key[2] and not one.was_owed]
        in_order = sorted(reckoned, key=lambda one: one.opens)
        said = said_of(expected, [(one.due.first if one.due else None, one.status) for one in in_order])
        if said != wanted:
            wrong.append(f"the reference says {said} of {key}, not {wanted}")
    assert not wrong, "\n".join(wrong)


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


def test_every_example_of_the_shipped_obligations_gives_what_it_says(rulebook: Rulebook) -> None:
    worked = list(worked_examples(rulebook, rulebook.calendars["cn"], "Asia/Shanghai"))
    wrong = [f"{one.example.place}: gives {one.gave}, not {one.example.gives}" for one in worked if not one.right]
    assert not wrong, "\n".join(wrong)
    assert len(worked) == EXAMPLES
    assert {one.rule.id for one in worked} == {rule.id for rule in rulebook.obligations}
