"""Compares two lists of what is owed row for row."""

from __future__ import annotations

from pathlib import Path

KEY = ("subject", "subject_id", "rule_id", "due_at")
CELLS = (
    "act_by", "status", "days_left", "customer_id", "name", "tier", "stage", "action", "owner", "channel", "clause", "provisional",
)  # fmt: skip
# The keys of the order that both sides sort by: among rows that share them relcare goes on by facts of the customer.
SORTED = ("act_by", "status", "subject")
EXAMPLES = 10


def differences(ours: Path, theirs: Path) -> tuple[int, list[str]]:
    """How many rows differ in a cell, stand on one side only or elsewhere in the list by SORTED; and some of them."""
    import duckdb  # noqa: PLC0415

    unlike = " OR ".join(f"a.{column} IS DISTINCT FROM b.{column}" for column in CELLS)
    same = " AND ".join(f"a.{column} = b.{column}" for column in KEY)
    first = ", ".join(f"coalesce(a.{column}, b.{column})" for column in KEY)
    alike = ", ".join(f"a.{column}" for column in SORTED)
    one = "a.place IS NULL OR b.place IS NULL"
    with duckdb.connect() as connection:
        pairs = connection.execute(
            f"SELECT a, b, coalesce(mine = other, TRUE) FROM (\n  SELECT a, b, min(mine) OVER ({'PARTITION BY ' + alike}) AS mine, min(other) OVER ({'PARTITION BY ' + alike}) AS other FROM (\n"
            f"  SELECT a, b, CASE WHEN NOT ({one}) THEN rank() OVER (PARTITION BY {one} ORDER BY a.place) END AS mine,\n"
            f"    CASE WHEN NOT ({one}) THEN rank() OVER (PARTITION BY {one} ORDER BY b.place) END AS other\n"
            f"  FROM ({_cells(ours)}) a FULL JOIN ({_cells(theirs)}) b ON {same}\n))\n"
            f"WHERE {unlike} OR mine <> other ORDER BY {first}"
        ).fetchall()
    return len(pairs), [_told(mine, other, in_place=same) for mine, other, same in pairs[:EXAMPLES]]


def _cells(path: Path) -> str:
    name = path.as_posix().replace("'", "''")
    cells = ", ".join(f"coalesce({column}, '') AS {column}" for column in (*KEY, *CELLS))
    options = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', parallel = false"
    return f"SELECT {cells}, row_number() OVER () AS place FROM read_csv('{name}', {options})"


def _told(ours: dict[str, str | int | None], theirs: dict[str, str | int | None], *, in_place: bool) -> str:
    there = theirs if ours["place"] is None else ours
    head = " ".join(str(there[column]) for column in KEY)
    if ours["place"] is None or theirs["place"] is None:
        side = "relcare" if theirs["place"] is None else "the hand-written list"
        return f"{head}: only in {side} ({there['status']})"
    unlike = [
        f"{column} {ours[column]!r}, by hand {theirs[column]!r}" for column in CELLS if ours[column] != theirs[column]
    ]
    unlike += [] if in_place else ["elsewhere in the list"]
    return f"{head}: {'; '.join(unlike)}"
