"""The clauses about the wording of replies, as their files say them: what is found, what is not, and what is lacking."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from relcare.files.yaml_tree import read_documents
from relcare.located import Mapping, Scalar, Sequence
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.replies import findings, language_of
from relcare.runs.opening import read_rulebook

HERE = Path(__file__).parent
DAY = date(2026, 11, 20)


class Case(NamedTuple):
    """One document of a clause's file."""

    clause: str
    title: str
    draft: str
    finds: tuple[str, ...]


def cases_of(path: Path) -> list[Case]:
    documents, problems = read_documents(path.read_bytes(), str(path))
    assert not problems, problems
    cases = []
    for document in documents:
        assert isinstance(document, Mapping)
        texts = {key.text: value.text for key, value in document.entries if isinstance(value, Scalar)}
        finds = document.get("finds")
        assert isinstance(finds, Sequence)
        assert set(texts) == {"clause", "title", "draft"}
        codes = tuple(code.text for code in finds.items if isinstance(code, Scalar))
        cases.append(Case(texts["clause"], texts["title"], texts["draft"], codes))
    return cases


FILES = sorted(HERE.glob("*.yaml"))
CASES = [case for path in FILES for case in cases_of(path)]


@pytest.fixture(scope="module")
def rulebook(root: Path) -> Rulebook:
    found, problems = read_rulebook(root / "rules")
    assert not problems
    return found


def test_every_clause_has_cases_on_both_sides(rulebook: Rulebook) -> None:
    cited = {clause for wording in rulebook.wordings for clause in wording.cites}
    assert cited == {path.stem for path in FILES} == {"2.2.1", "2.2.2", "2.2.3", "2.3.1"}
    for path in FILES:
        cases = cases_of(path)
        assert {case.clause for case in cases} == {path.stem}
        assert any(case.finds for case in cases)
        assert any(not case.finds for case in cases)
        assert len(cases) > 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.clause} {case.title}")
def test_clause(case: Case, rulebook: Rulebook) -> None:
    found = findings(case.draft, rulebook.wordings, language_of(case.draft), DAY)
    assert sorted({one.wording.id for one in found}) == sorted(case.finds)
