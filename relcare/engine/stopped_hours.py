"""Pauses of clocks that count working time, as SQL: the open time in them does not count."""

from __future__ import annotations

from datetime import datetime

from relcare.engine import dialect as sql
from relcare.engine.days import Days
from relcare.engine.open_hours import ticks
from relcare.rulebook.obligations import Obligation


def moved_hours(relation: str, number: int, rule: Obligation, merged: str, days: Days, as_of: datetime) -> str:
    """The SELECT of the deadlines that pauses move: each that begins at or before the deadline as it stands then adds its open
    time after the start, to both ends of a start of which only the day is known.

    `merged` is the table of pauses; only subjects that have some are looked at.
    """
    span, most = rule.due.span, rule.pauses.most if rule.pauses is not None else None
    if span is None:
        raise AssertionError(rule.id)
    hours, now = days.open_hours(), sql.moment(as_of)
    begins, ends = hours.passed("p.begins", "begin"), hours.passed("p.ends", "end")
    start = hours.passed("h.start", "from")
    low, high = days.own("o.start", "o.start_until")
    cap = f"least({{}}, {ticks(most)})" if most is not None else "{}"
    before, total = (cap.format(text) for text in ("coalesce(sum(length) OVER earlier, 0)", "sum(length)"))
    room = f" AND sum(length) < {ticks(most)}" if most is not None else ""
    reached = hours.reached("t.target", "reached")
    return (
        "WITH pauses AS (\n  -- a row is one pause, and how much was open before it began and before it ended\n"
        f"  SELECT p.key, p.begins, p.ends, {begins.value} AS opened, {ends.value} AS closed, {hours.inside('p.begins', sql.name('begin'))} AS inside\n"
        f"  FROM {merged} AS p{begins.joins}{ends.joins}\n),\n"
        "hit AS (\n  -- a row is the earliest or the latest point of a start\n"
        f"  SELECT o.rowid AS id, o.key, edge, CASE edge WHEN 1 THEN {low} ELSE {high} END AS start\n"
        f"  FROM {relation} AS o CROSS JOIN (VALUES (1), (2)) AS edges(edge)\n"
        f"  WHERE o.rule = {number} AND o.start IS NOT NULL AND o.due IS NOT NULL AND o.key IN (SELECT key FROM {merged})\n),\n"
        f"begun AS (\n  SELECT h.*, {start.value} AS begun FROM hit AS h{start.joins}\n),\n"
        "stopped AS (\n  -- a row is a start and a pause after it, or across it, with the open time in it\n"
        f"  SELECT b.id, b.edge, b.start, b.begun + {ticks(span)} AS wanted, p.begins, p.ends, p.opened, p.inside,\n"
        "    p.closed - greatest(p.opened, b.begun) AS length\n"
        "  FROM begun AS b JOIN pauses AS p ON p.key = b.key AND p.ends > b.start\n),\n"
        "reached AS (\n"
        f"  SELECT *, begins <= start OR opened < wanted + {before} OR (opened = wanted + {before} AND inside) AS counted FROM stopped\n"
        "  WINDOW earlier AS (PARTITION BY id, edge ORDER BY begins ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)\n),\n"
        "counting AS (SELECT *, bool_and(counted) OVER (PARTITION BY id, edge ORDER BY begins) AS counts FROM reached),\n"
        "told AS (\n"
        f"  SELECT id, edge, any_value(wanted) + {total} AS target, bool_or(begins <= {now} AND ends > {now}){room} AS paused\n"
        "  FROM counting WHERE counts GROUP BY id, edge\n),\n"
        f"moved AS (SELECT t.id, t.edge, t.paused, {reached.value} AS at FROM told AS t{reached.joins})\n"
        "SELECT m.id, coalesce(max(m.at) FILTER (m.edge = 1), any_value(o.due)) AS due, "
        "coalesce(max(m.at) FILTER (m.edge = 2), any_value(o.due_until)) AS due_until,\n"
        "  coalesce(bool_or(m.paused) FILTER (m.edge = 1), FALSE) AS paused\n"
        f"FROM moved AS m JOIN {relation} AS o ON o.rowid = m.id GROUP BY m.id"
    )
