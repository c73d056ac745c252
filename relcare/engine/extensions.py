"""Extensions as SQL: deadlines that are longer because what a rule asks for was recorded in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from relcare.engine import dialect as sql
from relcare.engine.days import WORKING, Days, is_elapsed, moved
from relcare.engine.occurrences import highest, lowest
from relcare.engine.open_hours import is_worked
from relcare.engine.pauses import Stopped
from relcare.engine.scan import Scanned
from relcare.engine.session import Session
from relcare.rulebook.obligations import LATE, Extends, Obligation

RECORDED = ("extended_on", "lacks")  # the columns that tell of what was recorded


class Extensions:
    """Extends deadlines in a table of occurrences, after pauses have moved them.

    An event extends a deadline if it was recorded between the start and the deadline, to its latest point, and all that the rule
    asks for is known, dates of what happened by the deadline, too. `extended_on` is the day of the event that does, else of the last
    that does not, and `lacks` what it lacks: the names of fields, and LATE; empty where the deadline is extended.
    """

    def __init__(self, session: Session, scanned: Scanned, subject: str, days: Days, as_of: datetime) -> None:
        self.session, self.scanned, self.subject, self.days, self.as_of = session, scanned, subject, days, as_of

    def extend(self, relation: str, rules: Mapping[int, Obligation]) -> None:
        """Extend the deadlines of these rules in the table, which has the columns RECORDED."""
        for number, rule in rules.items():
            if rule.extends is None:
                continue
            self.session.run(
                f"UPDATE {relation} AS o SET extended_on = e.recorded, lacks = e.lacks FROM (\n{self._recorded(relation, number, rule.extends)}\n) AS e WHERE o.rowid = e.id"
            )
            longer = replace(rule, due=replace(rule.due, span=rule.extends.to))
            # what is extended stands under a number of its own until pauses have moved it
            apart = -number - 1
            self.session.run(
                f"UPDATE {relation} AS o SET rule = {apart}, paused = FALSE, due = m.due, due_until = m.due_until FROM (\n{counted(self.days, relation, number, longer, ' AND len(o.lacks) = 0')}\n) AS m WHERE o.rowid = m.id"
            )
            Stopped(self.session, self.scanned, self.subject, self.days, self.as_of).move(relation, {apart: longer})
            self.session.run(f"UPDATE {relation} SET rule = {number} WHERE rule = {apart}")

    def _recorded(self, relation: str, number: int, extends: Extends) -> str:
        """The event that tells of each occurrence."""
        columns, about = self.scanned.columns, self.scanned.table.pauses
        if about is None:
            raise AssertionError(self.scanned.table.name)
        at = columns[about.start]
        needs = [f"CASE WHEN NOT {self._known(name, 'o.due')} THEN {sql.text(name)} END" for name in extends.needs]
        late = f"CASE WHEN e.recorded_until > o.due THEN {sql.text(LATE)} END"
        fields = dict.fromkeys(name for name in extends.needs if name in columns and columns[name].supplied)
        told = "".join(
            f", {columns[name].value} AS {sql.name(f'need {name}')}"
            + (
                f", {highest(columns[name])} AS {sql.name(f'need {name} until')}"
                if columns[name].type in ("date", "moment")
                else ""
            )
            for name in fields
        )
        visible = f" AND {self.scanned.visible}" if self.scanned.visible != "TRUE" else ""
        key = sql.name(self.scanned.table.reference_to(self.subject))
        return (
            "SELECT id, recorded, lacks FROM (\n  -- a row is one event that may extend an occurrence\n"
            f"  SELECT o.rowid AS id, e.recorded, list_filter([{', '.join([*needs, late])}], lambda part: part IS NOT NULL) AS lacks\n"
            f"  FROM {relation} AS o JOIN (\n"
            f"    SELECT {key} AS key, {lowest(at)} AS recorded, {highest(at)} AS recorded_until{told}\n"
            f"    FROM {self.scanned.relation} WHERE {columns[about.kind].value} = {sql.text(extends.kind)} AND {at.value} IS NOT NULL{visible}\n"
            f"  ) AS e ON e.key = o.key AND e.recorded_until >= o.start\n  WHERE o.rule = {number} AND o.due IS NOT NULL\n)\n"
            "QUALIFY row_number() OVER (PARTITION BY id ORDER BY len(lacks) > 0, recorded DESC, lacks) = 1"
        )

    def _known(self, name: str, due: str) -> str:
        """Whether what is asked for is known, and where it is a date by the deadline."""
        column = self.scanned.columns.get(name)
        if column is None or not column.supplied:
            return "FALSE"
        known = f"e.{sql.name(f'need {name}')} IS NOT NULL"
        if column.type not in ("date", "moment") or self.scanned.table.fields[name].time != "happened":
            return f"({known})"
        return f"({known} AND e.{sql.name(f'need {name} until')} <= {due})"


def counted(days: Days, relation: str, number: int, rule: Obligation, where: str = "") -> str:
    """A SELECT of the deadlines of a rule's occurrences from their starts, before pauses move them; `where` narrows them."""
    span, joins = rule.due.span, ""
    if span is None:
        raise AssertionError(rule.id)
    low, high = ("o.start", "o.start_until") if is_elapsed(span) else days.own("o.start", "o.start_until")
    edges = {"due": low, "due_until": high}
    if is_worked(span):
        moved_on = {name: days.open_hours().moved(edge, span, name) for name, edge in edges.items()}
        made = {name: joined.value for name, joined in moved_on.items()}
        joins = "".join(joined.joins for joined in moved_on.values())
    elif is_elapsed(span):
        made = {name: days.elapsed(edge, span) for name, edge in edges.items()}
    elif span.unit == WORKING:
        joins = f" JOIN {days.reached} AS d ON d.n = {span.amount} AND d.day = {days.date(low)}"
        made = dict.fromkeys(edges, days.end_of("d.reached"))
    elif rule.due.rolls:
        joins = f" JOIN {days.relation} AS d ON d.day = {moved(days.date(low), span)}"
        made = dict.fromkeys(edges, days.end_of("d.next_open"))
    else:
        made = {name: days.end_of(moved(days.date(edge), span)) for name, edge in edges.items()}
    told = ", ".join(f"{expression} AS {name}" for name, expression in made.items())
    return f"SELECT o.rowid AS id, {told}\nFROM {relation} AS o{joins} WHERE o.rule = {number}{where}"


def extension_spans(rules: Mapping[int, Obligation]) -> set[int]:
    """The numbers of working days to which rules extend deadlines."""
    spans = (rule.extends.to for rule in rules.values() if rule.extends is not None)
    return {span.amount for span in spans if span.unit == WORKING}
