"""The pages for people who write rules say what is so: their YAML loads, and no table, field or fact is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from relcare.files.rulefiles import read_rule_files
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.load import load

LINK = re.compile(r"\]\((?!https?:)([^)]+)\)")


@pytest.fixture(scope="module")
def rulebook(root: Path) -> Rulebook:
    trees, digest, _ = read_rule_files(root / "rules")
    return load(trees, digest)[0]


def blocks(page: Path) -> list[str]:
    """The YAML that a page shows."""
    return [part.split("```")[0] for part in page.read_text(encoding="utf-8").split("```yaml\n")[1:]]


@pytest.mark.parametrize(("name", "count"), [("rules.md", 14), ("vocabulary.md", 1)])
def test_what_the_pages_show_loads_beside_the_shipped_rules(root: Path, name: str, count: int) -> None:
    shown = blocks(root / "docs" / name)
    assert len(shown) == count
    trees, _, _ = read_rule_files(root / "rules")
    for number, text in enumerate(shown):
        documents, mistakes = read_documents(text.encode(), f"{name}-{number}")
        assert not mistakes
        trees.append((f"{name}-{number}", documents))
    _, problems = load(trees, "")
    assert not [str(problem) for problem in problems]


def test_every_field_stands_on_the_page_with_what_empty_means(root: Path, rulebook: Rulebook) -> None:
    page = (root / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    parts = {part.split(" ", 1)[0]: part for part in page.split("\n### ")[1:]}
    assert set(parts) == set(rulebook.vocabulary.tables)
    for name, table in rulebook.vocabulary.tables.items():
        listed = {line.split("`")[1]: line for line in parts[name].split("\n## ")[0].splitlines() if line[:3] == "| `"}
        assert set(listed) == set(table.fields), name
        for field in table.fields.values():
            cells = [cell.strip() for cell in listed[field.name].split("|")]
            assert cells[1].endswith(field.label.zh)
            assert cells[2].startswith(field.type)
            assert cells[3] == (field.empty if field.name not in table.key else "row set aside")
            assert cells[5] == field.refers


def test_every_fact_stands_on_the_page(root: Path, rulebook: Rulebook) -> None:
    page = (root / "docs" / "vocabulary.md").read_text(encoding="utf-8").split("\n## Facts")[1]
    listed = {line.split("`")[1] for line in page.splitlines() if line[:3] == "| `"}
    facts = [fact for of_subject in rulebook.vocabulary.facts.values() for fact in of_subject.values()]
    assert listed == {fact.name for fact in facts if fact.source != "field"}


def test_every_limit_of_the_rules_stands_among_the_readings(root: Path, rulebook: Rulebook) -> None:
    page = (root / "docs" / "conventions.md").read_text(encoding="utf-8").split("## Where the norm is silent")[1]
    missing = [name for name in rulebook.limits if f"`{name}`" not in page and not name.startswith("ladder_")]
    assert not missing


def test_the_rules_in_the_readme_are_the_shipped_ones(root: Path) -> None:
    shown = blocks(root / "README.md")
    shipped = [path.read_text(encoding="utf-8") for path in (root / "rules").glob("*.yaml")]
    assert shown
    assert all(any(block in text for text in shipped) for block in shown)


def test_what_the_readme_quotes_is_printed(root: Path) -> None:
    page = (root / "README.md").read_text(encoding="utf-8")
    quoted = [part.split("```")[0] for part in page.split("```text\n")[1:]]
    cases = ("due_two_files", "check_bad_cells")
    printed = [(root / "tests" / "golden" / case / "stdout").read_text(encoding="utf-8") for case in cases]
    assert [quote in text for quote, text in zip(quoted, printed, strict=True)] == [True, True]


def test_links_between_pages_lead_somewhere(root: Path) -> None:
    pages = [root / "README.md", *(root / "docs").glob("*.md")]
    for page in pages:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            path, _, part = target.partition("#")
            there = page.parent / path if path else page
            assert there.is_file(), f"{page.name}: {target}"
            if part:
                lines = there.read_text(encoding="utf-8").splitlines()
                titles = [line.strip("# ").lower().replace(" ", "-") for line in lines if line.startswith("#")]
                assert part in titles, f"{page.name}: {target}"


def test_every_page_stands_in_the_readme(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    assert not [page.name for page in (root / "docs").glob("*.md") if f"(docs/{page.name})" not in text]


def test_the_changelog_names_every_shipped_rule_and_limit(root: Path, rulebook: Rulebook) -> None:
    page = (root / "CHANGELOG.md").read_text(encoding="utf-8").split("### Rule meaning")[1]
    rules = [rule.id for decision in rulebook.decisions for rule in decision.rules]
    rules += [rule.id for rule in rulebook.obligations]
    assert rules
    assert not [name for name in [*rules, *rulebook.limits] if f"`{name}`" not in page]
