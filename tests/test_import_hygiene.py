"""Start-up: what a command loads before it has anything to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("duckdb", "rich", "yaml", "pydantic", "tabulate", "dateutil", "numpy", "pandas")
OURS = ("relcare.engine", "relcare.runs", "relcare.files", "relcare.rulebook")


def loaded_by(root: Path, code: str) -> set[str]:
    """The modules that are loaded after `code`."""
    told = "import sys; sys.stderr.write('\\n'.join(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", f"{code}\n{told}"], cwd=root, capture_output=True, check=True, encoding="utf-8"
    )
    return set(ran.stderr.split())


@pytest.mark.parametrize("arguments", [["--help"], ["customers", "--help"], ["check", "--help"], ["explain", "--help"]])
def test_help_loads_nothing_heavy(root: Path, arguments: list[str]) -> None:
    modules = loaded_by(root, f"from relcare.cli import main\nassert main({arguments!r}) == 0")
    assert "typer" in modules
    assert modules.isdisjoint(HEAVY + OURS)


def test_version_loads_no_command(root: Path) -> None:
    modules = loaded_by(root, "import relcare.cli\nassert 'typer' not in __import__('sys').modules")
    assert modules.isdisjoint((*HEAVY, *OURS, "typer"))


@pytest.mark.parametrize("name", ["tsv", "csv", "json", "jsonl"])
def test_what_a_pipe_gets_needs_no_table_library(root: Path, name: str) -> None:
    modules = loaded_by(
        root,
        "import sys\n"
        "from relcare.formats import render\n"
        "from relcare.formats.report import Column, ListedRows, Report\n"
        "report = Report('r', 'R', '', (Column('a', 'A'),), ListedRows([('x',)]), {})\n"
        f"assert render({name!r}, report, sys.stdout.buffer)",
    )
    assert modules.isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "arguments",
    [["add", "2026-09-30", "5 working days"], ["between", "2026-09-30", "2026-10-13"], ["show", "2026-10"], ["check"]],
)
def test_the_calculator_loads_no_engine(root: Path, arguments: list[str]) -> None:
    code = f"from relcare.cli import main\nassert main({['calendar', *arguments, '--as-of', '2026-06-01', '-f', 'tsv']!r}) == 0"
    modules = loaded_by(root, code)
    assert "relcare.timing.calendars" in modules
    assert modules.isdisjoint({*HEAVY, "relcare.engine", "relcare.rulebook.load", "relcare.files.open_book"} - {"yaml"})
