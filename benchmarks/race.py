"""Whole processes, run in alternation and measured."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import NamedTuple


class Side(NamedTuple):
    """One side of a race: what it is called and its command. `finds`: exit 3 (problems in the book) is no failure."""

    name: str
    command: tuple[str, ...]
    finds: bool = False


class Cost(NamedTuple):
    """What one process took: seconds by the clock, seconds of processor time, its largest resident set in MiB."""

    wall: float
    cpu: float
    memory: float


# A process of Python keeps what it compiles, as an installed package does, whatever this shell says.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class FailedError(Exception):
    """A side ended with an exit code that is no success."""


def run(side: Side) -> Cost:
    """Run a side to its end; its standard output goes through a pipe that is read to the end.

    The largest resident set of a process counts from that of the process which starts it (on Linux): this one has to stay
    small, so whatever needs DuckDB beside the race runs in a process of its own.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(side.command, stdout=subprocess.PIPE, stderr=errors, env=ENVIRONMENT)
        assert process.stdout is not None  # noqa: S101
        while process.stdout.read(1 << 16):
            pass
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in ((0, 3) if side.finds else (0,)):
            errors.seek(0)
            raise FailedError(f"{side.name}: exit {process.returncode}\n{errors.read().decode(errors='replace')}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # ru_maxrss is in bytes there, in KiB elsewhere
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def race(ours: Side, other: Side, runs: int) -> tuple[list[Cost], list[Cost]]:
    """Run both sides in turn, `runs` times each after one unmeasured run, the first place changing from pair to pair."""
    sides = (ours, other)
    for each in sides:
        run(each)
    costs: tuple[list[Cost], list[Cost]] = ([], [])
    for pair in range(runs):
        for side in (0, 1) if pair % 2 == 0 else (1, 0):
            costs[side].append(run(sides[side]))
    return costs


def table(
    title: str, ours: Side, other: Side, costs: tuple[Sequence[Cost], Sequence[Cost]], limits: dict[str, float]
) -> str:
    """Medians of both sides; the median, least and largest of the ratios pair by pair; the limit that is promised."""
    head = f"{'':8}{ours.name:>14}{other.name:>14}{'ratio':>9}{'from':>8}{'to':>8}{'promised':>10}"
    lines = [title, head]
    for i, (measure, unit) in enumerate((("wall", "s"), ("cpu", "s"), ("memory", "MiB"))):
        mine, theirs = ([cost[i] for cost in side] for side in costs)
        ratios = [a / b for a, b in zip(mine, theirs, strict=True)]
        digits = 0 if unit == "MiB" else 3
        shown = [f"{statistics.median(side):.{digits}f} {unit}" for side in (mine, theirs)]
        limit = f"{limits[measure]:.1f}" if measure in limits else ""
        lines.append(
            f"{measure:8}{shown[0]:>14}{shown[1]:>14}{statistics.median(ratios):9.2f}{min(ratios):8.2f}{max(ratios):8.2f}{limit:>10}"
        )
    return "\n".join(lines)
