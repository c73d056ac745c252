"""Pauses as SQL: the clocks that events stopped, and how far that moves their deadlines."""

from __future__ import annotations

from datetime import datetime

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column
from relcare.engine.days import WORKING, Days, is_elapsed
from relcare.engine.occurrences import highest, lowest
from relcare.engine.open_hours import is_worked
from relcare.engine.scan import Scanned
from relcare.engine.session import Session
from relcare.engine.stopped_hours import moved_hours
from relcare.rulebook.conditions import Span
from relcare.rulebook.obligations import Obligation, Pauses

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}


class Stopped:
    """Moves the deadlines of paused clocks in a table of occurrences.

    A pause of which only the date is known begins after that day and ends before its last, so that doubt never lengthens it; a
    time of day is taken as it is written. One without an end goes on.
    """

    def __init__(self, session: Session, scanned: Scanned, subject: str, days: Days, as_of: datetime) -> None:
        self.session, self.scanned, self.subject, self.days, self.as_of = session, scanned, subject, days, as_of
        self._made: dict[tuple[str, ...], tuple[str, bool]] = {}

    def move(self, relation: str, rules: dict[int, Obligation]) -> None:
        """Move the deadlines of the rules that can be paused, and mark those that are paused at the as-of."""
        for number, rule in rules.items():
            if rule.pauses is None:
                continue
            merged, any_ = self._merged(rule.pauses)
            if any_:
                span = rule.due.span
                if is_worked(span):
                    told = moved_hours(relation, number, rule, merged, self.days, self.as_of)
                    self._update(relation, told)
                    continue
                moved = self._elapsed if span is not None and is_elapsed(span) else self._by_days
                self._update(relation, moved(relation, number, rule, merged))

    def _update(self, relation: str, moved: str) -> None:
        self.session.run(
            f"UPDATE {relation} AS o SET due = m.due, due_until = m.due_until, paused = m.paused FROM (\n{moved}\n) AS m WHERE o.rowid = m.id"
        )

    def _merged(self, pauses: Pauses) -> tuple[str, bool]:
        """The table of merged pauses of these kinds, and whether there is any."""
        if pauses.kinds in self._made:
            return self._made[pauses.kinds]
        about = self.scanned.table.pauses
        if about is None:
            raise AssertionError(self.scanned.table.name)
        columns = self.scanned.columns
        relation = sql.name(f"pauses {len(self._made) + 1}")
        kinds = ", ".join(map(sql.text, pauses.kinds))
        now = sql.moment(self.as_of) + " + INTERVAL 1 MICROSECOND"
        begins, ends = columns[about.start], self._end(columns.get(about.end), now)
        visible = f" AND {self.scanned.visible}" if self.scanned.visible != "TRUE" else ""
        key = sql.name(self.scanned.table.reference_to(self.subject))
        self.session.run(
            f"CREATE OR REPLACE TEMP TABLE {relation} AS\n"
            f"WITH single AS (\n  -- a row is one event that stops the clock\n  SELECT {key} AS key, {_begin(begins)} AS begins, {ends} AS ends\n"
            f"  FROM {self.scanned.relation} WHERE {columns[about.kind].value} IN ({kinds}){visible}\n),\n"
            "marked AS (\n  SELECT *, begins > max(ends) OVER (PARTITION BY key ORDER BY begins, ends ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS apart\n"
            "  FROM single WHERE ends > begins\n),\n"
            "numbered AS (\n  SELECT *, sum(CASE WHEN apart IS NOT FALSE THEN 1 ELSE 0 END) OVER (PARTITION BY key ORDER BY begins, ends) AS island FROM marked\n)\n"
            "-- a row is one pause: events that overlap or touch are one\n"
            "SELECT key, min(begins) AS begins, max(ends) AS ends FROM numbered GROUP BY key, island"
        )
        any_ = bool(self.session.rows(f"SELECT count(*) FROM {relation}")[0][0])
        self._made[pauses.kinds] = relation, any_
        return relation, any_

    def _end(self, column: Column | None, now: str) -> str:
        if column is None or not column.supplied:
            return now
        if column.absent == "FALSE" and column.certain:
            return lowest(column)
        # an end that can't be read is none: the pause is not taken for one that goes on
        going = column.absent if column.absent != "FALSE" else "FALSE"
        return f"CASE WHEN {column.value} IS NOT NULL THEN {lowest(column)} WHEN {going} THEN {now} END"

    def _by_days(self, relation: str, number: int, rule: Obligation, merged: str) -> str:
        """Deadlines in days: a day that lies wholly inside a pause is not counted, up to so many of them."""
        span = rule.due.span
        working = span is not None and span.unit == WORKING
        began = self.days.date(self.days.own("start", "start_until")[0])
        begins, ends = self.days.there("p.begins"), self.days.there("p.ends")
        counts = "c.open" if working else "TRUE"
        most = _most_days(rule.pauses.most) if rule.pauses is not None else None
        wanted = str(span.amount) if span is not None and working else f"{self.days.date('due')} - {began}"
        end = self.days.end_of("counted.next_open" if rule.due.rolls else "counted.day")
        limit = f" WHERE nth <= {most}" if most is not None else ""
        going = f" AND coalesce(lost.days, 0) < {most}" if most is not None else ""
        now = sql.moment(self.as_of)
        return (
            f"WITH hit AS (\n  SELECT rowid AS id, key, {began} AS began, due, due_until, {wanted} AS wanted\n"
            f"  FROM {relation} AS o WHERE rule = {number} AND start IS NOT NULL AND EXISTS (\n"
            "    -- a pause that begins after the deadline, or ended before the start, moves nothing\n"
            f"    SELECT 1 FROM {merged} AS p WHERE p.key = o.key AND p.begins <= o.due AND (p.ends > o.start OR p.ends > {now}))\n),\n"
            "whole AS (\n  -- a row is a day that lies wholly inside a pause\n"
            f"  SELECT h.id, c.day, row_number() OVER (PARTITION BY h.id ORDER BY c.day) AS nth\n"
            f"  FROM hit AS h JOIN {merged} AS p ON p.key = h.key JOIN {self.days.relation} AS c\n"
            f"    ON c.day > h.began AND c.day >= CAST({begins} AS DATE) AND c.day <= CAST({ends} AS DATE) AND {counts}\n"
            f"    AND CAST(c.day AS TIMESTAMP) >= {begins} AND CAST(c.day + 1 AS TIMESTAMP) <= {ends}\n),\n"
            f"gone AS (SELECT id, day FROM whole{limit}),\n"
            "lost AS (SELECT id, count(*) AS days FROM whole GROUP BY id),\n"
            "counted AS (\n  -- a row is a day that counts, and which one it is\n"
            "  SELECT h.id, c.day, c.next_open, row_number() OVER (PARTITION BY h.id ORDER BY c.day) AS nth\n"
            f"  FROM hit AS h LEFT JOIN lost USING (id) JOIN {self.days.relation} AS c ON c.day > h.began AND {counts}\n"
            f"    AND c.day <= {self.days.date('h.due')} + CAST(4 * coalesce(lost.days, 0) + 20 AS INTEGER)\n"
            "  ANTI JOIN gone ON gone.id = h.id AND gone.day = c.day\n)\n"
            f"SELECT h.id, {end} AS due, {end} AS due_until, "
            f"EXISTS (SELECT 1 FROM {merged} AS p WHERE p.key = h.key AND p.begins <= {now} AND p.ends > {now} AND p.begins <= {end}){going} AS paused\n"
            "FROM hit AS h JOIN counted ON counted.id = h.id AND counted.nth = h.wanted LEFT JOIN lost ON lost.id = h.id"
        )

    def _elapsed(self, relation: str, number: int, rule: Obligation, merged: str) -> str:
        """Elapsed deadlines: each pause that begins before the deadline as it stands then adds its length."""
        most = _most_seconds(rule.pauses.most) if rule.pauses is not None else None
        cap = f"least({{}}, {most * 1_000_000})" if most is not None else "{}"
        before = cap.format("coalesce(sum(length) OVER earlier, 0)")
        total = cap.format("sum(length)")
        room = f" AND sum(length) < {most * 1_000_000}" if most is not None else ""
        now, utc = sql.moment(self.as_of), self.days.utc
        due = self.days.wall("(u.due + to_microseconds(CAST(u.total AS BIGINT)))")
        return (
            "WITH starts AS (\n  -- a row is the earliest or the latest point of a start\n"
            f"  SELECT o.rowid AS id, o.key, edge, CASE edge WHEN 1 THEN o.start ELSE o.start_until END AS start,\n"
            f"    {utc('CASE edge WHEN 1 THEN o.due ELSE o.due_until END')} AS due\n"
            f"  FROM {relation} AS o CROSS JOIN (VALUES (1), (2)) AS edges(edge) WHERE o.rule = {number} AND o.key IN (SELECT key FROM {merged})\n),\n"
            "stopped AS (\n"
            f"  SELECT o.*, p.begins, p.ends, {utc('p.begins')} AS begun, epoch_us({utc('p.ends')}) - epoch_us({utc('greatest(p.begins, o.start)')}) AS length\n"
            f"  FROM starts AS o JOIN {merged} AS p ON p.key = o.key AND p.ends > o.start\n),\n"
            "reached AS (\n"
            f"  SELECT *, begun <= due + to_microseconds(CAST({before} AS BIGINT)) AS reached FROM stopped\n"
            "  WINDOW earlier AS (PARTITION BY id, edge ORDER BY begins ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)\n),\n"
            "counting AS (SELECT *, bool_and(reached) OVER (PARTITION BY id, edge ORDER BY begins) AS counts FROM reached),\n"
            "told AS (\n"
            f"  SELECT id, edge, any_value(due) AS due, {total} AS total, bool_or(begins <= {now} AND ends > {now}){room} AS paused\n"
            "  FROM counting WHERE counts GROUP BY id, edge\n)\n"
            f"SELECT u.id, coalesce(max({due}) FILTER (u.edge = 1), any_value(o.due)) AS due, "
            f"coalesce(max({due}) FILTER (u.edge = 2), any_value(o.due_until)) AS due_until, coalesce(bool_or(u.paused) FILTER (u.edge = 1), FALSE) AS paused\n"
            f"FROM told AS u JOIN {relation} AS o ON o.rowid = u.id GROUP BY u.id"
        )


def _begin(column: Column) -> str:
    """When a pause surely has begun."""
    if column.type != "moment":
        return f"CAST({column.value} + 1 AS TIMESTAMP)"
    whole_day = f"{highest(column)} > {column.value} + INTERVAL 86398 SECONDS"
    return f"CASE WHEN {whole_day} THEN CAST(CAST({column.value} AS DATE) + 1 AS TIMESTAMP) ELSE {column.value} END"


def _most_days(span: Span | None) -> int | None:
    if span is None:
        return None
    if span.unit in SECONDS:
        return span.amount * SECONDS[span.unit] // 86400
    return span.amount * (7 if span.unit == "weeks" else 1)


def _most_seconds(span: Span | None) -> int | None:
    if span is None:
        return None
    return span.amount * SECONDS.get(span.unit, 86400 * (7 if span.unit == "weeks" else 1))
