"""Restarts as SQL: clocks that count anew from an event that came in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from relcare.engine import dialect as sql
from relcare.engine.days import Days
from relcare.engine.evidence import folded
from relcare.engine.extensions import RECORDED, counted
from relcare.engine.occurrences import highest, lowest
from relcare.engine.scan import Scanned
from relcare.engine.session import Session
from relcare.rulebook.obligations import Obligation

RESTARTED = "restarted"  # the column that says whether a clock counts anew
APART = 20_000  # added to the number of a rule whose occurrences count anew, until their deadlines are moved


class Restarts:
    """Lets clocks in a table of occurrences count anew, once pauses and extensions have moved their deadlines.

    From the first event after the start that surely came no later than the deadline as it stands, and before it was done; from
    there on again. So a breach that has occurred stays one. `move` moves the deadlines of rules, by their numbers.
    """

    def __init__(self, session: Session, scanned: Scanned, subject: str, days: Days) -> None:
        self.session, self.scanned, self.subject, self.days = session, scanned, subject, days

    def restart(
        self,
        relation: str,
        rules: Mapping[int, Obligation],
        move: Callable[[dict[int, Obligation]], None],
        *,
        extended: bool,
    ) -> None:
        """Restart the clocks of these rules; the table has the column RESTARTED, and RECORDED where deadlines are `extended`."""
        gone = "".join(f", {column} = NULL" for column in RECORDED if extended)
        for number, rule in rules.items():
            apart = number + APART
            while rule.restarts:
                self.session.run(
                    f"UPDATE {relation} AS o SET rule = {apart}, start = e.begins, start_until = e.ends, paused = FALSE, {RESTARTED} = TRUE{gone} FROM (\n"
                    f"{self._events(relation, number, rule)}\n) AS e WHERE o.rowid = e.id"
                )
                if not self.session.rows(f"SELECT count(*) FROM {relation} WHERE rule = {apart}")[0][0]:
                    break
                self.session.run(
                    f"UPDATE {relation} AS o SET due = m.due, due_until = m.due_until FROM (\n{counted(self.days, relation, apart, rule)}\n) AS m WHERE o.rowid = m.id"
                )
                move({apart: rule})
                self.session.run(f"UPDATE {relation} SET rule = {number} WHERE rule = {apart}")

    def _events(self, relation: str, number: int, rule: Obligation) -> str:
        """The event from which each occurrence counts anew."""
        columns, about = self.scanned.columns, self.scanned.table.pauses
        if about is None:
            raise AssertionError(self.scanned.table.name)
        at, key = columns[about.start], sql.name(self.scanned.table.reference_to(self.subject))
        visible = f" AND {self.scanned.visible}" if self.scanned.visible != "TRUE" else ""
        kinds = ", ".join(map(sql.text, rule.restarts))
        done = folded(rule.done, lambda i: f"o.done{i}", "last", "first")
        return (
            f"SELECT o.rowid AS id, e.begins, e.ends\nFROM {relation} AS o JOIN (\n"
            f"  -- a row is one event that may restart a clock\n  SELECT {key} AS key, {lowest(at)} AS begins, {highest(at)} AS ends\n"
            f"  FROM {self.scanned.relation} WHERE {columns[about.kind].value} IN ({kinds}) AND {at.value} IS NOT NULL{visible}\n"
            f") AS e ON e.key = o.key AND e.begins > o.start AND e.ends <= o.due\n"
            f"WHERE o.rule = {number} AND coalesce(e.ends < {done}, TRUE)\n"
            "QUALIFY row_number() OVER (PARTITION BY o.rowid ORDER BY e.begins, e.ends) = 1"
        )
