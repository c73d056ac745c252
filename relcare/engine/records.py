"""What a book can show of what was done and of what stopped a clock: asked for before it is read, and what it lacks, with why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from relcare.engine.decide import Engine
from relcare.engine.evidence import Kind, Link, condition_of, fields_of, link_of, oldest
from relcare.engine.needs import optional
from relcare.rulebook.conditions import Condition
from relcare.rulebook.obligations import FactDone, Obligation, parts_of
from relcare.rulebook.vocabulary import Table
from relcare.timing.calendars import Calendar


class Records:
    """The rows that may be evidence or a pause. First `record` of each rule and `want_pauses`, then `want_rows` once.

    With `every` rows of any age are asked for; else those that can still bear on what is open.
    """

    def __init__(self, engine: Engine, calendars_of: Callable[[Obligation], list[Calendar]], *, every: bool) -> None:
        self._plan, self._as_of, self._vocabulary = engine.plan, engine.as_of, engine.rulebook.vocabulary
        self._calendars_of, self._every = calendars_of, every
        self._rows: dict[tuple[str, Condition | None, bool], list[tuple[tuple[str, ...], date | None]]] = {}

    def record(self, rule: Obligation, missing: dict[str, str], *, awaited: bool) -> frozenset[int]:
        """The parts of the evidence that the book can't show; what it can is asked for.

        Where its end is `awaited` by another rule, what was done long ago bears on the list, too.
        """
        plan = self._plan
        gone = set()
        for i, part in enumerate(parts_of(rule.done)):
            if isinstance(part, FactDone):
                if part.fact in missing:
                    gone.add(i)
                continue
            table = self._vocabulary.tables[part.table]
            kind = Kind(part.table, part.codes, part.where)
            source = plan.book.sources.get(part.table)
            link = self.link(rule.subject, part.table)
            needed = fields_of(kind, table, link) if link is not None else []
            columns_spared = optional(table)
            if source is None or link is None or not {n for n in needed if n not in columns_spared} <= source.supplied:
                gone.add(i)
                continue
            if link.here:
                plan.want(rule.subject, [link.here])
            extra = plan.extra.setdefault(part.table, {})
            extra.update(dict.fromkeys(n for n in needed if n in source.supplied))
            since = None if self._every or awaited else self._oldest(rule)
            self._rows.setdefault((part.table, kind.where, since is None), []).append((kind.codes, since))
            if table.fields[table.dated_by].type == "moment":
                plan.precise.setdefault(part.table, set()).add(table.dated_by)
        return frozenset(gone)

    def _oldest(self, rule: Obligation) -> date | None:
        """The day before which no row can be evidence, by any calendar that the rule can count by."""
        days = [oldest(rule, calendar, self._as_of) for calendar in self._calendars_of(rule)]
        return None if None in days else min(day for day in days if day is not None)

    def want_rows(self) -> None:
        """Ask for the rows that may be evidence: those that differ by their codes alone by one condition."""
        for (table, where, whole), pieces in self._rows.items():
            for since, codes in _by_day(pieces, whole=whole).items():
                supplied = self._plan.book.sources[table].supplied
                condition = condition_of(Kind(table, codes, where), self._vocabulary.tables[table], supplied)
                self._plan.rows.setdefault(table, []).append((condition, since))

    def link(self, subject: str, table: str) -> Link | None:
        """How the rows of a table are found for a subject."""
        own, source = self._vocabulary.table_of(subject), self._plan.book.sources.get(table)
        if own is None:
            return None
        return link_of(self._vocabulary.tables[table], own, source.supplied if source is not None else frozenset())

    def want_pauses(self, subject: str, needs: Iterable[str] = ()) -> None:
        """Ask for the rows that stop the clocks of a subject, or make its deadlines longer, with the fields `needs`."""
        table = self.pausing(subject)
        if table is not None and table.pauses is not None:
            about = table.pauses
            names = [table.reference_to(subject), about.kind, about.start, about.end, *needs]
            self._plan.extra.setdefault(table.name, {}).update(dict.fromkeys(names))
            self._plan.rows.setdefault(table.name, []).append((None, None))
            precise = self._plan.precise.setdefault(table.name, set())
            precise |= {name for name in (about.start, about.end, *needs) if table.fields[name].type == "moment"}

    def pausing(self, subject: str) -> Table | None:
        """The table whose rows stop the clocks of a subject, where the book has it with what is needed."""
        for table in self._vocabulary.tables.values():
            source = self._plan.book.sources.get(table.name)
            about = table.pauses
            if about is None or source is None or not table.reference_to(subject):
                continue
            if {table.reference_to(subject), about.kind, about.start} <= source.supplied:
                return table
        return None

    def lacking(self, rule: Obligation, parts: frozenset[int]) -> list[str]:
        """Why the book can't show these parts of the evidence of a rule."""
        plan = self._plan
        reasons: dict[str, None] = {}
        for i, part in enumerate(parts_of(rule.done)):
            if i not in parts:
                continue
            if isinstance(part, FactDone):
                reasons[plan.subject(rule.subject).missing[part.fact]] = None
                continue
            source, table = plan.book.sources.get(part.table), self._vocabulary.tables[part.table]
            if source is None:
                reasons[f"the book has no {part.table}"] = None
                continue
            link = self.link(rule.subject, part.table)
            needed = (
                fields_of(Kind(part.table, part.codes, part.where), table, link) if link is not None else [rule.subject]
            )
            gone = [n for n in needed if n not in source.supplied and n not in optional(table)]
            reasons[f"{source.path} has no column {', '.join(gone)}"] = None
        return list(reasons)


def _by_day(pieces: list[tuple[tuple[str, ...], date | None]], *, whole: bool) -> dict[date | None, tuple[str, ...]]:
    """The codes that are asked for from each day on (None: of any age); () for all of them."""
    if any(not codes for codes, _ in pieces):
        days = [day for _, day in pieces if day is not None]
        return {None if whole else min(days): ()}
    first: dict[str, date | None] = {}
    for codes, day in pieces:
        for code in codes:
            known = first.get(code, day)
            first[code] = min(day, known) if day is not None and known is not None else None
    found: dict[date | None, tuple[str, ...]] = {}
    for code, day in sorted(first.items()):
        found[day] = (*found.get(day, ()), code)
    return found
