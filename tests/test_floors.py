"""Imports go down only, and each heavy library lives in one package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FLOORS = {"cli": 6, "runs": 5, "formats": 5, "engine": 4, "files": 3, "rulebook": 2, "timing": 1, "located": 0}
TOP = 7  # relcare/__init__.py and relcare/__main__.py
HOMES = {
    "typer": {"cli"},
    "rich": {"formats"},
    "tabulate": {"formats"},
    "yaml": {"files"},
    "duckdb": {"engine"},
    "icalendar": {"files", "formats"},  # read in one, written in the other
    "holidays": {"files"},
}
BESIDE = {("runs", "relcare.formats.report")}  # a run makes a report; nothing else is shared on one floor


def test_imports_go_down_only(root: Path) -> None:
    assert list(faults(root / "relcare")) == []


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("engine/a.py", "from relcare.runs import b", "engine/a.py:1: engine imports relcare.runs"),
        ("rulebook/a.py", "\nimport yaml", "rulebook/a.py:2: yaml is imported in rulebook"),
        ("files/a.py", "def f():\n    import relcare.engine.x", "files/a.py:2: files imports relcare.engine.x"),
        ("formats/a.py", "from relcare.runs.result import R", "formats/a.py:1: formats imports relcare.runs.result"),
        ("runs/a.py", "from relcare.formats.table import t", "runs/a.py:1: runs imports relcare.formats.table"),
        ("runs/a.py", "from relcare import formats", "runs/a.py:1: runs imports relcare.formats"),
        ("files/a.py", "from ..runs import b", "files/a.py:1: a relative import"),
        ("cli/a.py", "from duckdb import connect", "cli/a.py:1: duckdb is imported in cli"),
        ("attic/a.py", "", "attic/a.py:1: attic has no floor"),
    ],
)
def test_a_fault_is_placed(tmp_path: Path, file: str, text: str, said: str) -> None:
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    assert list(faults(tmp_path)) == [said]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("runs/a.py", "from relcare.formats.report import Report"),
        ("cli/a.py", "import typer\nfrom relcare.runs.result import Result\nfrom relcare.formats import render"),
        ("engine/a.py", "import duckdb\nfrom relcare.files.book import Book\nfrom relcare.engine.b import c"),
        ("timing/a.py", "from relcare.located import Place"),
    ],
)
def test_down_and_beside_is_fine(tmp_path: Path, file: str, text: str) -> None:
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    assert list(faults(tmp_path)) == []


def faults(package: Path) -> Iterator[str]:
    """`file:line: what is wrong` for every import in `package` that goes up, or that is not at home."""
    for path in sorted(package.rglob("*.py")):
        shown = path.relative_to(package).as_posix()
        home = shown.split("/")[0].removesuffix(".py")
        floor = TOP if home in {"__init__", "__main__"} else FLOORS.get(home)
        if floor is None:
            yield f"{shown}:1: {home} has no floor"
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield f"{shown}:{node.lineno}: a relative import"
                continue
            for name in imported(node):
                first, *rest = name.split(".")
                if first == "relcare" and rest and not may_import(home, floor, name):
                    yield f"{shown}:{node.lineno}: {home} imports {name}"
                if first in HOMES and home not in HOMES[first]:
                    yield f"{shown}:{node.lineno}: {first} is imported in {home}"


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module == "relcare":
        return [f"relcare.{alias.name}" for alias in node.names if alias.name != "__version__"]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def may_import(home: str, floor: int, name: str) -> bool:
    target = name.split(".")[1]
    return target == home or FLOORS.get(target, TOP) < floor or (home, name) in BESIDE or floor == TOP
