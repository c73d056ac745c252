"""Compares two lists of decisions row for row: `python -m benchmarks.compare OURS THEIRS`; exit 1 where they differ."""

from __future__ import annotations

import sys
from pathlib import Path

DECISIONS = ("tier", "ladder_level", "churn_warning", "stage")
COLUMNS = tuple(column for name in DECISIONS for column in (name, f"{name}_rule", f"{name}_clause"))
EXAMPLES = 10


def differences(ours: Path, theirs: Path) -> tuple[int, list[str]]:
    """How many customers differ in a decision, its rule or its clause, or stand on one side only; and some of them."""
    import duckdb  # noqa: PLC0415

    unlike = " OR ".join(f"a.{column} IS DISTINCT FROM b.{column}" for column in COLUMNS)
    with duckdb.connect() as connection:
        pairs = connection.execute(
            f"SELECT a, b FROM ({_cells(ours)}) a FULL JOIN ({_cells(theirs)}) b ON a.customer_id = b.customer_id "
            f"WHERE {unlike} ORDER BY coalesce(a.customer_id, b.customer_id)"
        ).fetchall()
    return len(pairs), [_told(*pair) for pair in pairs[:EXAMPLES]]


def _cells(path: Path) -> str:
    name = path.as_posix().replace("'", "''")
    cells = ", ".join(f"coalesce({column}, '') AS {column}" for column in COLUMNS)
    return f"SELECT customer_id, {cells} FROM read_csv('{name}', header = true, all_varchar = true)"


def _told(ours: dict[str, str | None], theirs: dict[str, str | None]) -> str:
    if theirs["customer_id"] is None:
        return f"{ours['customer_id']}: only in relcare"
    if ours["customer_id"] is None:
        return f"{theirs['customer_id']}: only in the hand-written list"
    unlike = [
        f"{column} {ours[column]!r}, by hand {theirs[column]!r}" for column in COLUMNS if ours[column] != theirs[column]
    ]
    return f"{ours['customer_id']}: {'; '.join(unlike)}"


def main(ours: Path, theirs: Path) -> int:
    """The command."""
    count, examples = differences(ours, theirs)
    sys.stdout.write(f"decisions: {'the same' if not count else f'{count:,} rows differ'}\n")
    sys.stdout.writelines(f"  {example}\n" for example in examples)
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main(*map(Path, sys.argv[1:])))
