"""The race: `python -m benchmarks.run [--customers N …] [--runs R] [--dir DIR]`, or `--start` for the time to start.

For each size a book is generated (once, in DIR), `relcare customers` and the hand-written SQL run on it in alternation,
and their decisions are compared row for row. Exit 1 where they differ, 2 where a side can't run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.compare import COLUMNS
from benchmarks.generate import AS_OF
from benchmarks.race import FailedError, Side, race, table

ROOT = Path(__file__).resolve().parent.parent
SAME = ("customer_id", "name", *COLUMNS, "owner", "branch")  # what the hand-written side lists
PROMISED = {"wall": 1.3, "cpu": 1.3, "memory": 1.5}  # at a million customers


def command() -> tuple[str, ...]:
    """How relcare is started: the installed command of this environment, else the module."""
    installed = shutil.which("relcare", path=str(Path(sys.executable).parent))
    return (installed,) if installed else (sys.executable, "-m", "relcare")


def decisions(folder: Path, customers: int, seed: int, runs: int) -> bool:
    """Race on a book of `customers` customers; whether both sides decide alike."""
    book = folder / f"book-{customers}-{seed}"
    if not (book / "made").exists():
        _beside("generate", str(book), "--customers", str(customers), "--seed", str(seed))
        (book / "made").touch()
    mine, theirs = folder / "relcare.csv", folder / "handwritten.csv"
    other = Side("handwritten", (sys.executable, "-m", "benchmarks.handwritten", str(book), str(theirs)))
    limits = PROMISED if customers >= 1_000_000 else {}
    alike = True
    for title, options in (
        ("the whole list, with because", ()),
        ("the same columns on both sides", ("--columns", ",".join(SAME))),
    ):
        list_of = ("customers", "--book", str(book), "--as-of", str(AS_OF), "-o", str(mine), "-q", *options)
        ours = Side("relcare", (*command(), *list_of), finds=True)
        print(table(f"\n{customers:,} customers, {runs} pairs: {title}", ours, other, race(ours, other, runs), limits))
        sys.stdout.flush()
        alike = _beside("compare", str(mine), str(theirs)) == 0 and alike
    return alike


def _beside(module: str, *arguments: str) -> int:
    """Run a part of the benchmarks in a process of its own, and give its exit code."""
    code = subprocess.run((sys.executable, "-m", f"benchmarks.{module}", *arguments), check=False).returncode
    if code not in (0, 1):
        raise FailedError(f"benchmarks.{module}: exit {code}")
    return code


def start(runs: int) -> None:
    """How long the command takes to start, beside the bare imports."""
    python = sys.executable
    pairs = (
        ("customers on sample_data, in a pipe", ("customers", "--book", str(ROOT / "sample_data"), "--as-of", str(AS_OF)),
         "import typer, yaml, duckdb; duckdb.connect()", 2.0),
        ("--help", ("--help",), "import typer", 1.6),
    )  # fmt: skip
    for title, arguments, imports, promised in pairs:
        ours, other = Side("relcare", (*command(), *arguments), finds=True), Side("imports", (python, "-c", imports))
        print(table(f"\n{title}; imports: {imports}", ours, other, race(ours, other, runs), {"wall": promised}))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="relcare beside hand-written SQL.")
    parser.add_argument("--customers", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "relcare-benchmarks")
    parser.add_argument("--start", action="store_true", help="time the start instead")
    given = parser.parse_args(arguments)
    if not hasattr(os, "wait4"):
        print(
            "This system doesn't tell what a process took (no os.wait4): run the benchmarks on Linux or macOS.",
            file=sys.stderr,
        )
        return 2
    try:
        if given.start:
            start(max(given.runs, 15))
            return 0
        given.dir.mkdir(parents=True, exist_ok=True)
        alike = [decisions(given.dir, customers, given.seed, given.runs) for customers in given.customers]
    except FailedError as failed:
        print(failed, file=sys.stderr)
        return 2
    return 0 if all(alike) else 1


if __name__ == "__main__":
    raise SystemExit(main())
