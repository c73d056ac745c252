"""The race for what is owed: `python -m benchmarks.owed [--customers N …] [--runs R] [--dir DIR] [--memory-limit SIZE]`.

For each size a book is generated (once, in DIR); `relcare due`, `relcare overdue` and the hand-written SQL, which makes both
lists at once, run on it in turn, and the lists are compared row for row. Exit 1 where they differ, 2 where a side can't run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.generate import AS_OF, generate
from benchmarks.owed_compare import differences
from benchmarks.race import Cost, FailedError, Side, run, table
from benchmarks.run import PROMISED, command
from relcare.files.shipped import shipped

LISTS = ("due", "overdue")
# What the hand-written side knows: neither the rules of other files nor what holds offers back.
BY_HAND = (
    "calendars", "vocabulary", "care.yaml", "case.yaml", "churn.yaml", "complaints.yaml", "controls.yaml", "facts.yaml",
    "ladder.yaml", "norm.yaml", "order.yaml", "regimes.yaml", "stage.yaml", "tier.yaml",
)  # fmt: skip


def rules_by_hand(folder: Path) -> Path:
    """A copy of the shipped rules in `folder` with what both sides know."""
    there = folder / "rules"
    shutil.rmtree(there, ignore_errors=True)
    for name in BY_HAND:
        source = shipped("rules") / name
        if source.is_dir():
            shutil.copytree(source, there / name)
        else:
            lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
            text = "".join(line for line in lines if not line.lstrip().startswith("suspended while:"))
            (there / name).write_text(text, encoding="utf-8")
    return there


def lists(folder: Path, customers: int, seed: int, runs: int, memory_limit: str) -> bool:
    """Race on a book of `customers` customers; whether both sides make the same lists."""
    book = folder / f"book-{customers}-{seed}"
    if not (book / "made").exists():
        generate(book, customers, seed)
        (book / "made").touch()
    mine, theirs = ([folder / f"{side}-{name}.csv" for name in LISTS] for side in ("relcare", "handwritten"))
    limit = ("--memory-limit", memory_limit) if memory_limit else ()
    rules = ("--rules", str(rules_by_hand(folder)))
    ours = [
        Side(
            f"relcare {name}",
            (*command(), name, "--book", str(book), "--as-of", str(AS_OF), "-o", str(out), "-q", *rules, *limit),
            finds=True,
        )
        for name, out in zip(LISTS, mine, strict=True)
    ]
    other = Side("handwritten", (sys.executable, "-m", "benchmarks.owed_handwritten", str(book), *map(str, theirs)))
    costs = race(ours, other, runs)
    limits = PROMISED if customers >= 1_000_000 and not limit else {}
    both = [together(pair) for pair in zip(*costs[:-1], strict=True)]
    title = f"\n{customers:,} customers, {runs} pairs"
    print(table(title, Side("due + overdue", ()), other, (both, costs[-1]), limits))
    for side, cost in zip(ours, costs, strict=False):
        print(table(f"of these {side.name}, beside both lists by hand", side, other, (cost, costs[-1]), {}))
    alike = True
    for name, out, by_hand in zip(LISTS, mine, theirs, strict=True):
        count, examples = differences(out, by_hand)
        print(f"{name}: {'the same' if not count else f'{count:,} rows differ'}")
        for example in examples:
            print(f"  {example}")
        alike = alike and not count
    return alike


def race(ours: Sequence[Side], other: Side, runs: int) -> list[list[Cost]]:
    """What each of these sides took, `other` last, in turn, after one unmeasured run; every second time `other` begins."""
    sides = [*ours, other]
    for side in sides:
        run(side)
    costs: list[list[Cost]] = [[] for _ in sides]
    for turn in range(runs):
        order = range(len(sides)) if turn % 2 == 0 else (len(ours), *range(len(ours)))
        for i in order:
            costs[i].append(run(sides[i]))
    return costs


def together(costs: Sequence[Cost]) -> Cost:
    """What processes took that ran one after the other: the sum of their times, the largest memory."""
    return Cost(sum(c.wall for c in costs), sum(c.cpu for c in costs), max(c.memory for c in costs))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.owed", description="What is owed: relcare beside hand-written SQL."
    )
    parser.add_argument("--customers", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "relcare-benchmarks-owed")
    parser.add_argument("--memory-limit", default="", help="give relcare this much, as 2GB")
    given = parser.parse_args(arguments)
    if not hasattr(os, "wait4"):
        print(
            "This system doesn't tell what a process took (no os.wait4): run the benchmarks on Linux or macOS.",
            file=sys.stderr,
        )
        return 2
    try:
        given.dir.mkdir(parents=True, exist_ok=True)
        alike = [lists(given.dir, n, given.seed, given.runs, given.memory_limit) for n in given.customers]
    except FailedError as failed:
        print(failed, file=sys.stderr)
        return 2
    return 0 if all(alike) else 1


if __name__ == "__main__":
    raise SystemExit(main())
