"""What it costs to check and to test the shipped rulebook: processor time beyond the start of the interpreter."""

from __future__ import annotations

import argparse
import statistics
import sys

from benchmarks.race import FailedError, Side, run

BUDGET = 1.0  # seconds of processor time for checking and testing together
SIDES = (
    Side("interpreter", (sys.executable, "-c", "pass")),
    Side("rules check", (sys.executable, "-m", "relcare", "rules", "check", "--rules", "rules")),
    Side("rules test", (sys.executable, "-m", "relcare", "rules", "test", "--rules", "rules")),
)


def main() -> int:
    """Print the least of several runs of each; 1 where both together are over the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each")
    runs = parser.parse_args().runs
    try:
        costs = {side.name: [run(side).cpu for _ in range(runs + 1)][1:] for side in SIDES}
    except FailedError as error:
        print(error, file=sys.stderr)
        return 2
    start = min(costs.pop("interpreter"))
    total = 0.0
    for name, times in costs.items():
        least = min(times) - start
        total += least
        print(
            f"{name:12} {least:.2f} s of CPU beyond the interpreter's {start:.2f} s (median {statistics.median(times) - start:.2f})"
        )
    print(f"{'together':12} {total:.2f} s of at most {BUDGET:.2f}")
    return int(total > BUDGET)


if __name__ == "__main__":
    sys.exit(main())
