"""How much is owed: the rows of a list counted by who has to act, where, by which rule and on which day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from relcare.engine import dialect as sql
from relcare.engine.owed_list import LIST, OwedList
from relcare.engine.rows import Item

SUMMARY = "owed summary"
COUNTS = ("overdue", "at_risk", "open", "total")
KEYS = ("owner", "branch", "rule", "day")


def summarise(listed: OwedList, by: Sequence[str], late: Iterable[str]) -> int:
    """Make the table `owed summary` of the list; how many rows it has.

    A row is one combination of the keys `by` (KEYS) that comes up: `overdue` counts what is past its deadline (in a status
    of `late`), `at_risk` what is near it, `open` the rest, `total` all. `day` is the date of `act_by`, "" where there is none.
    """
    columns = {
        "owner": "coalesce(owner, '')",
        "branch": "coalesce(branch, '')",
        "rule": f"coalesce({listed.item('rule_id').expression}, '')",
        "day": "coalesce(strftime(act_by, '%Y-%m-%d'), '')",
    }
    keys = ", ".join(f"{columns[key]} AS {sql.name(key)}" for key in by)
    passed = " OR ".join(
        f"(status = {sql.text(status)} AND due < {sql.moment(listed.engine.as_of)})" for status in late
    )
    grouped = ", ".join(sql.name(key) for key in by)
    listed.engine.session.run(
        f"CREATE OR REPLACE TEMP TABLE {sql.name(SUMMARY)} AS\n-- a row is one combination of what it is counted by\n"
        f"SELECT *, total - overdue - at_risk AS open, row_number() OVER (ORDER BY {grouped}) AS place\nFROM (\n"
        f"  SELECT {grouped}, count(*) FILTER (passed) AS overdue, count(*) FILTER (NOT passed AND status = 'at risk') AS at_risk, count(*) AS total\n"
        f"  FROM (SELECT {keys}, status, coalesce({passed}, FALSE) AS passed FROM {sql.name(LIST)})\n  GROUP BY ALL\n)"
    )
    return int(listed.engine.session.rows(f"SELECT count(*) FROM {sql.name(SUMMARY)}")[0][0])


def summary_items(columns: Iterable[str]) -> tuple[Item, ...]:
    """The expressions of the columns of the summary."""
    return tuple(Item(f"CAST({sql.name(key)} AS VARCHAR)" if key in COUNTS else sql.name(key)) for key in columns)
