"""The codes of problems: what the code notes, what the registries hold and what the page tells are the same."""

from __future__ import annotations

import re
from pathlib import Path

from relcare.files import codes as of_files
from relcare.rulebook import codes as of_rulebook
from relcare.runs import codes as of_runs

REGISTRIES = (of_rulebook.CODES, of_files.CODES, of_runs.CODES)
KNOWN = {code: meaning for registry in REGISTRIES for code, meaning in registry.items()}
CODE = re.compile(r'"([A-Z]{3}[0-9]{2,})"')


def noted(root: Path) -> set[str]:
    sources = [path for path in (root / "relcare").rglob("*.py") if path.name != "codes.py"]
    return {code for path in sources for code in CODE.findall(path.read_text(encoding="utf-8"))}


def test_no_code_stands_in_two_registries() -> None:
    assert len(KNOWN) == sum(map(len, REGISTRIES))


def test_every_code_that_is_noted_is_known_and_the_other_way_round(root: Path) -> None:
    assert noted(root) == set(KNOWN)


def test_a_code_is_three_letters_and_three_digits() -> None:
    assert not [code for code in KNOWN if not re.fullmatch(r"[A-Z]{3}\d{3}", code)]


def test_the_page_tells_each_code_with_its_meaning_and_what_to_do(root: Path) -> None:
    lines = (root / "docs" / "problems.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| `")]
    assert {code.strip("` "): meaning for code, meaning, _ in rows} == KNOWN
    assert len(rows) == len(KNOWN)
    assert all(what_to_do.rstrip(" |").endswith(".") for _, _, what_to_do in rows)
