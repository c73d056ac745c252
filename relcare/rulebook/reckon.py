"""All facts and decisions of one subject from the rows of a book, in plain Python.

Slow and readable: the reference that the engine must agree with, and what `explain` is made from.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from relcare.rulebook.cells import strip
from relcare.rulebook.conditions import facts_of
from relcare.rulebook.decisions import Decision
from relcare.rulebook.evaluate import Outcome, decide
from relcare.rulebook.measures import AgeMeasure, BetweenMeasure, OfMeasure, RowMeasure, SeriesMeasure
from relcare.rulebook.reckon_crossings import Crossings
from relcare.rulebook.reckon_measures import (
    measure_age,
    measure_between,
    measure_crossings,
    measure_of,
    measure_rows,
    measure_series,
    why_not_supplied,
)
from relcare.rulebook.reckon_rows import BookRows, Context, Row, visible_rows
from relcare.rulebook.values import FactValue, State, not_supplied, unreadable
from relcare.rulebook.vocabulary import Fact, Table


@dataclass(slots=True)
class Subject:
    """One subject at the as-of; facts are reckoned when they are asked for, each once.

    `row` is its own row, `lines` the file lines that became it.
    """

    name: str
    key: str
    row: Row
    _book: BookRows
    _context: Context
    _facts: dict[str, FactValue] = field(default_factory=dict)
    _outcomes: dict[str, Outcome] = field(default_factory=dict)
    _made_from: dict[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    _others: dict[str, Subject | FactValue] = field(default_factory=dict)

    def fact(self, name: str) -> FactValue:
        """A fact by its name; `customer.tier` is that of the customer whom the subject refers to."""
        if name not in self._facts:
            self._facts[name] = self._reckon(name)
        return self._facts[name]

    def outcome(self, name: str) -> Outcome:
        """A decision by its name, of this subject or of one that it refers to; a supplied one comes from the book."""
        self.fact(name)
        return self._outcomes[name]

    def made_from(self, name: str) -> tuple[str, tuple[int, ...]]:
        """The table and the lines of the rows that a fact was made from; ("", ()) where it is no fact of rows."""
        self.fact(name)
        return self._made_from.get(name, ("", ()))

    def crossings(self, name: str) -> Crossings | None:
        """Each time that a fact's limit was reached; None where it is no such measure, or is not made from rows of this book."""
        vocabulary = self._context.rulebook.vocabulary
        fact = vocabulary.fact(self.name, name)
        if fact is None or not isinstance(fact.measure, RowMeasure) or not fact.measure.crosses:
            return None
        table = vocabulary.tables[fact.measure.table]
        if is_supplied(name, self.name, self._context) or why_not_supplied(
            fact.measure, table, self.name, self._context
        ):
            return None
        return measure_crossings(fact.measure, table, self._rows_of(table), self._context)

    def lines_used(self) -> dict[str, set[int]]:
        """By table, the lines of the rows behind all that was asked: its own row, and those of its facts."""
        used: dict[str, set[int]] = {}
        table = self._context.rulebook.vocabulary.table_of(self.name)
        if table is not None:
            used[table.name] = set(self.row.lines)
        for name, lines in self._made_from.values():
            used.setdefault(name, set()).update(lines)
        for other in self._others.values():
            if isinstance(other, Subject):
                for name, found in other.lines_used().items():
                    used.setdefault(name, set()).update(found)
        return used

    def _reckon(self, name: str) -> FactValue:
        if "." in name:
            return self._fact_of_another(name)
        vocabulary = self._context.rulebook.vocabulary
        fact = vocabulary.fact(self.name, name)
        table = vocabulary.table_of(self.name)
        decision = self._context.rulebook.decision(self.name, name)
        if table is not None and name in self._context.tables[table.name].supplied:
            value = self.row.get(name)
            self._made_from[name] = (table.name, self.row.lines)
            if decision is not None:
                self._outcomes[name] = _supplied(name, value)
            return value
        if decision is not None:
            return self._decide(decision)
        if fact is None or fact.measure is None:
            return not_supplied(f"{self._context.tables[table.name].path} has no {name}" if table is not None else "")
        return self._measure(fact)

    def _decide(self, decision: Decision) -> FactValue:
        if not decision.sound:
            outcome = Outcome(None, None, state=State.UNREADABLE)
            self._outcomes[decision.name] = outcome
            return outcome.as_fact(decision.name)
        names = dict.fromkeys(
            [
                *([decision.dated_by] if decision.dated_by else []),
                *(name for rule in decision.rules if rule.when is not None for name in facts_of(rule.when)),
            ]
        )
        facts = {name: self.fact(name) for name in names}
        rulebook = self._context.rulebook
        outcome = decide(decision, facts, rulebook, self._context.as_of, self._outcomes)
        self._outcomes[decision.name] = outcome
        return outcome.as_fact(decision.name)

    def _measure(self, fact: Fact) -> FactValue:
        measure = fact.measure
        if isinstance(measure, AgeMeasure):
            self.fact(measure.fact)
            self._made_from[fact.name] = self._made_from.get(measure.fact, ("", ()))
            value = measure_age(measure, self.fact(measure.fact), self._context.today)
            return self.fact(fact.instead) if fact.instead and value.state is State.NOT_SUPPLIED else value
        if isinstance(measure, OfMeasure):
            value, chosen = measure_of(measure, fact.type, {name: self.fact(name) for name in measure.facts})
            self._made_from[fact.name] = self._made_from.get(chosen, ("", ()))
            return value
        if isinstance(measure, BetweenMeasure):
            parts = [self.fact(name) for name in (measure.start, measure.end)]
            self._made_from[fact.name] = self._made_from.get(measure.end, ("", ()))
            return measure_between(measure, *parts)
        if measure is None:
            return not_supplied()
        table = self._context.rulebook.vocabulary.tables[measure.table]
        missing = why_not_supplied(measure, table, self.name, self._context)
        if missing:
            if not fact.instead:
                return not_supplied(missing)
            value = self.fact(fact.instead)
            self._made_from[fact.name] = self._made_from.get(fact.instead, ("", ()))
            return value
        rows = self._rows_of(table)
        measured = (
            measure_series(measure, table, rows, self._context)
            if isinstance(measure, SeriesMeasure)
            else measure_rows(measure, table, rows, self._context)
        )
        self._made_from[fact.name] = (table.name, measured.lines)
        return measured.value

    def _rows_of(self, table: Table) -> list[Row]:
        reference = table.reference_to(self.name)
        found = rows_by(table, reference, self.key, self._book, self._context)
        return [row for row in found if row.loose or row.get(reference).value == self.key]

    def _fact_of_another(self, name: str) -> FactValue:
        owner, _, rest = name.partition(".")
        if owner not in self._others:
            self._others[owner] = self._find_other(owner)
        other = self._others[owner]
        if isinstance(other, FactValue):
            return other
        if self._context.rulebook.decision(owner, rest) is not None:
            self._outcomes[name] = other.outcome(rest)
        return other.fact(rest)

    def _find_other(self, owner: str) -> Subject | FactValue:
        vocabulary = self._context.rulebook.vocabulary
        table, others = vocabulary.table_of(self.name), vocabulary.table_of(owner)
        if table is None or others is None or others.name not in self._context.tables:
            return not_supplied(f"the book has no {others.name if others else owner}")
        reference = self.fact(table.reference_to(owner))
        if not isinstance(reference.value, str):
            return reference
        found = subject(owner, reference.value, self._book, self._context)
        return found or unreadable(f"there is no {owner} {reference.value}")


def is_supplied(name: str, subject_name: str, context: Context) -> bool:
    """Whether a column of the subject's table supplies a fact or decision."""
    table = context.rulebook.vocabulary.table_of(subject_name)
    return table is not None and table.name in context.tables and name in context.tables[table.name].supplied


def _supplied(name: str, value: FactValue) -> Outcome:
    if isinstance(value.value, str):
        return Outcome(value.value, None)
    return Outcome(None, None, wants=(name,), state=value.state)


def rows_by(table: Table, name: str, key: str, book: BookRows, context: Context) -> list[Row]:
    """The rows of `table` whose field `name` is `key`, as known at the as-of, made one with those that share their key.

    Where those contradict each other in that field the row is loose: it may be one of them or not.
    """
    raw = {row.line: row for row in book.rows_where(table.name, name, (key,))}
    if table.key and name not in table.key and set(table.key) <= context.tables[table.name].supplied:
        keys = {strip(row.cells.get(table.key[0], "")) for row in raw.values()} - {""}
        raw |= {row.line: row for row in book.rows_where(table.name, table.key[0], keys)}
    return visible_rows(table, raw.values(), context, name, key)


def subject(name: str, key: str, book: BookRows, context: Context) -> Subject | None:
    """The subject `name` with this key; None where the book has none at the as-of."""
    table = context.rulebook.vocabulary.table_of(name)
    if table is None or table.name not in context.tables or table.key[0] not in context.tables[table.name].supplied:
        return None
    rows = [row for row in rows_by(table, table.key[0], key, book, context) if row.get(table.key[0]).value == key]
    return Subject(name, key, rows[0], book, context) if rows else None
