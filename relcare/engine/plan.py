"""What a run needs: from the decisions that are asked for down to the columns of the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from relcare.engine.decisions import conditions_of
from relcare.engine.measures import window_dates
from relcare.files.book import Book
from relcare.rulebook.conditions import (
    ELAPSED_UNITS,
    Compare,
    Condition,
    Limit,
    Literal,
    Other,
    Within,
    facts_of,
    tests_of,
)
from relcare.rulebook.decisions import Decision, Rulebook
from relcare.rulebook.measures import AgeMeasure, BetweenMeasure, OfMeasure, RowMeasure, SeriesMeasure
from relcare.rulebook.needs import roots_of
from relcare.rulebook.values import Moment
from relcare.rulebook.vocabulary import TEMPORAL, Fact, Table
from relcare.timing.spans import shift

UNSOUND, NOT_IN_FORCE = "unsound", "not in force"  # why a decision is undetermined for everybody


@dataclass(slots=True)
class SubjectPlan:
    """What is worked out for one subject, in the order of its strata.

    `fields` are columns of its own file (a supplied measure or decision among them); `stand_ins` are measures taken from
    a field because their table is not supplied; `missing` are facts that the book does not supply, each with the reason.
    """

    subject: str
    table: Table
    fields: dict[str, None] = field(default_factory=dict)
    measures: dict[str, dict[str, Fact]] = field(default_factory=dict)
    ages: dict[str, Fact] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)
    references: dict[str, dict[str, None]] = field(default_factory=dict)
    stand_ins: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    unsound: dict[str, str] = field(default_factory=dict)  # decisions that can't be made for anybody, with the reason


def roots(plan: SubjectPlan) -> dict[str, str]:
    """For each fact that is made from another of the same subject, the other: ages, and what stands in for a measure."""
    found = dict(plan.stand_ins)
    for name, fact in plan.ages.items():
        base = next(iter(roots_of(fact)), "")
        if base:
            found[name] = found.get(base, base)
    return found


class Plan:
    """The needs of a run. `subjects` holds a plan for each subject touched, `precise` the moments by table."""

    def __init__(self, rulebook: Rulebook, book: Book, as_of: datetime) -> None:
        self.rulebook, self.book, self.as_of = rulebook, book, as_of
        self.vocabulary = rulebook.vocabulary
        self.subjects: dict[str, SubjectPlan] = {}
        self.precise: dict[str, set[str]] = {}
        self.extra: dict[str, dict[str, None]] = {}  # columns wanted beside facts, by table
        # rows wanted beside those of measures, by table: a condition (None for all) and the day before which none is
        self.rows: dict[str, list[tuple[Condition | None, date | None]]] = {}

    @property
    def today(self) -> date:
        """The as-of date."""
        return self.as_of.date()

    def subject(self, subject: str) -> SubjectPlan:
        """The plan of a subject that has a table."""
        if subject not in self.subjects:
            table = self.vocabulary.table_of(subject)
            if table is None:
                raise KeyError(subject)
            self.subjects[subject] = SubjectPlan(subject, table)
        return self.subjects[subject]

    def want(self, subject: str, names: Iterable[str]) -> None:
        """Ask for facts, measures or decisions of a subject by name."""
        for name in names:
            self._want(self.subject(subject), name)

    def _want(self, plan: SubjectPlan, name: str) -> None:
        known = (plan.fields, plan.ages, plan.decisions, plan.stand_ins, plan.missing, plan.unsound)
        if any(name in names for names in known) or any(name in facts for facts in plan.measures.values()):
            return
        supplied = self._supplied(plan.table.name)
        if "." in name:
            self._want_reference(plan, name)
            return
        fact = self.vocabulary.facts[plan.subject][name]
        if name in supplied:
            plan.fields[name] = None
        elif fact.source == "decision":
            self._want_decision(plan, name)
        elif fact.measure is None:
            plan.missing[name] = f"{self._file(plan.table.name)} has no column {name}"
        elif isinstance(fact.measure, AgeMeasure):
            self._want(plan, fact.measure.fact)
            if fact.measure.fact in plan.missing:
                plan.missing[name] = plan.missing[fact.measure.fact]
            else:
                plan.ages[name] = fact
        elif isinstance(fact.measure, OfMeasure):
            for part in fact.measure.facts:
                self._want(plan, part)
            self._note_moments(plan, (part for part in fact.measure.facts if part not in plan.missing))
            if all(part in plan.missing for part in fact.measure.facts):
                plan.missing[name] = plan.missing[fact.measure.facts[0]]
            else:
                plan.ages[name] = fact
        elif isinstance(fact.measure, BetweenMeasure):
            parts = roots_of(fact)
            for part in parts:
                self._want(plan, part)
            lacking = [part for part in parts if part in plan.missing]
            self._note_moments(plan, () if lacking else parts)
            if lacking:
                plan.missing[name] = plan.missing[lacking[0]]
            else:
                plan.ages[name] = fact
        else:
            self._want_measure(plan, fact, fact.measure)

    def _want_reference(self, plan: SubjectPlan, name: str) -> None:
        other, _, rest = name.partition(".")
        key = plan.table.reference_to(other)
        self._want(plan, key)
        if key in plan.missing:
            plan.missing[name] = plan.missing[key]
            return
        target = self.vocabulary.table_of(other)
        if target is None or target.name not in self.book.sources:
            plan.missing[name] = f"the book has no {target.name if target else other}"
            return
        self.want(other, [rest])
        plan.references.setdefault(other, {})[rest] = None

    def _want_decision(self, plan: SubjectPlan, name: str) -> None:
        decision = self.rulebook.decision(plan.subject, name)
        if decision is None:
            raise KeyError(name)
        if not decision.sound:
            plan.unsound[name] = UNSOUND
            return
        if not decision.dated_by and not any(rule.in_force(self.today) for rule in decision.rules):
            plan.unsound[name] = NOT_IN_FORCE
            return
        for condition in conditions_of(decision, self.today):
            for fact in facts_of(condition):
                self._want(plan, fact)
            self._note_precision(plan, condition)
        if decision.dated_by:
            self._want(plan, decision.dated_by)
        plan.decisions[name] = decision

    def _want_measure(self, plan: SubjectPlan, fact: Fact, measure: RowMeasure | SeriesMeasure) -> None:
        why = self._why_not(plan, measure)
        if not why:
            plan.measures.setdefault(measure.table, {})[fact.name] = fact
            if fact.instead in self._supplied(plan.table.name) and any(self.book.covers(measure.table)):
                plan.fields[fact.instead] = None
            self._note_rows(measure)
        elif fact.instead and fact.instead in self._supplied(plan.table.name):
            plan.fields[fact.instead] = None
            plan.stand_ins[fact.name] = fact.instead
        else:
            plan.missing[fact.name] = why

    def want_crossings(self, subject: str, name: str) -> RowMeasure | None:
        """Ask for the rows of a fact that gives the moments at which a limit was reached, to be worked out by themselves.

        None (and nothing is asked for) where it is no such fact, or is not made from rows of this book.
        """
        plan = self.subject(subject)
        fact = self.vocabulary.facts[subject].get(name)
        measure = fact.measure if fact is not None else None
        if not isinstance(measure, RowMeasure) or not measure.crosses or name in self._supplied(plan.table.name):
            return None
        if self._why_not(plan, measure):
            return None
        needed = fields_of_measure(measure, self.vocabulary.tables[measure.table], subject)
        self.extra.setdefault(measure.table, {}).update(dict.fromkeys(needed))
        self._note_rows(measure)
        return measure

    def _why_not(self, plan: SubjectPlan, measure: RowMeasure | SeriesMeasure) -> str:
        """Why the book can't give a measure; "" if it can."""
        if measure.table not in self.book.sources:
            return f"the book has no {measure.table}"
        table = self.vocabulary.tables[measure.table]
        for name in fields_of_measure(measure, table, plan.subject):
            if name not in self._supplied(measure.table):
                return f"{self._file(measure.table)} has no column {name}"
        return self._uncovered(measure)

    def _uncovered(self, measure: RowMeasure | SeriesMeasure, reporting: int | None = None) -> str:
        """Why a measure's window leaves what its table covers; "" if it does not, or where that is not known yet."""
        start, end = self.book.covers(measure.table)
        if not (start or end):
            return ""
        if isinstance(measure, RowMeasure):
            if measure.window is None:
                return ""
            first, last = window_dates(measure.window, self.as_of)
        elif reporting is None:
            return ""
        else:
            back = measure.months - 1 if measure.kind == "average" else measure.months
            oldest = max(reporting - back, 12)
            bounded = measure.kind != "first reached" and measure.months > 0
            first = date(oldest // 12, oldest % 12 + 1, 1) if bounded else date.max
            last = shift(date((reporting + 1) // 12, (reporting + 1) % 12 + 1, 1), -1, "days")
        if (start and first < date.fromisoformat(start)) or (end and last > date.fromisoformat(end)):
            return f"{measure.table} covers {start or '…'} to {end or '…'} only"
        return ""

    def settle(self, reporting: Mapping[str, int | None]) -> None:
        """Give up the series measures that leave what their table covers, now that its reporting month is known."""
        for plan in self.subjects.values():
            for table, facts in plan.measures.items():
                for name, fact in list(facts.items()):
                    measure = fact.measure
                    why = self._uncovered(measure, reporting.get(table)) if isinstance(measure, SeriesMeasure) else ""
                    if not why:
                        continue
                    del facts[name]
                    if fact.instead in plan.fields:
                        plan.stand_ins[name] = fact.instead
                    else:
                        plan.missing[name] = why
            plan.measures = {table: facts for table, facts in plan.measures.items() if facts}
            for name, fact in list(plan.ages.items()):
                parts = roots_of(fact)
                lacking = [part for part in parts if part in plan.missing]
                if lacking and (len(lacking) == len(parts) or isinstance(fact.measure, BetweenMeasure)):
                    del plan.ages[name]
                    plan.missing[name] = plan.missing[lacking[0]]

    def note_precision(self, subject: str, condition: Condition) -> None:
        """Ask for the precision of the moments that a condition of a subject tests more finely than by the day."""
        self._note_precision(self.subject(subject), condition)

    def note_moments(self, subject: str, names: Iterable[str]) -> None:
        """Ask for the precision of these facts of a subject, where they are moments."""
        self._note_moments(self.subject(subject), names)

    def _note_precision(self, plan: SubjectPlan, condition: Condition) -> None:
        self._note_moments(plan, moments_tested(condition))

    def _note_moments(self, plan: SubjectPlan, names: Iterable[str]) -> None:
        for name in names:
            fact = self.vocabulary.fact(plan.subject, name)
            if fact is None or fact.type != "moment":
                continue
            owner = self.subject(name.partition(".")[0]) if "." in name else plan
            if fact.measure is None or fact.name in self._supplied(owner.table.name):
                self.precise.setdefault(owner.table.name, set()).add(fact.name)
            elif isinstance(fact.measure, OfMeasure):
                self._note_moments(owner, fact.measure.facts)
            elif isinstance(fact.measure, RowMeasure):
                self.precise.setdefault(fact.measure.table, set()).add(fact.measure.field)

    def _note_rows(self, measure: RowMeasure | SeriesMeasure) -> None:
        table = self.vocabulary.tables[measure.table]
        if not isinstance(measure, RowMeasure):
            return
        precise = self.precise.setdefault(table.name, set())
        if measure.where is not None:
            precise |= {n for n in moments_tested(measure.where) if table.fields[n].type == "moment"}
        if measure.window is not None and measure.window.span.unit in ELAPSED_UNITS:
            precise.add(table.dated_by)

    def _supplied(self, table: str) -> frozenset[str]:
        source = self.book.sources.get(table)
        return source.supplied if source is not None else frozenset()

    def _file(self, table: str) -> str:
        source = self.book.sources.get(table)
        return source.path if source is not None else table

    def table_needs(self, table: Table) -> dict[str, None]:
        """The columns of a table that the run reads."""
        needs: dict[str, None] = dict(self.extra.get(table.name, {}))
        for plan in self.subjects.values():
            if plan.table.name == table.name:
                needs |= plan.fields
            for fact in plan.measures.get(table.name, {}).values():
                if isinstance(fact.measure, RowMeasure | SeriesMeasure):
                    needs |= dict.fromkeys(fields_of_measure(fact.measure, table, plan.subject))
        return needs

    def tables(self) -> dict[str, None]:
        """The tables that the run reads."""
        names = {plan.table.name: None for plan in self.subjects.values()}
        names |= {table: None for plan in self.subjects.values() for table in plan.measures}
        return names | dict.fromkeys(self.extra)


def fields_of_measure(measure: RowMeasure | SeriesMeasure, table: Table, subject: str) -> Iterator[str]:
    """The columns of its table that a measure of `subject` reads."""
    yield table.reference_to(subject)
    if measure.field:
        yield measure.field
    if isinstance(measure, RowMeasure) and measure.by:
        yield measure.by
    if isinstance(measure, SeriesMeasure):
        yield table.series_month
        return
    newest = measure.kind in ("latest", "earliest") and table.fields[measure.field].type not in TEMPORAL
    if measure.window is not None or newest:
        yield table.dated_by
    if measure.where is not None:
        yield from facts_of(measure.where)


def moments_tested(condition: Condition) -> Iterator[str]:
    """The facts of a condition that are tested more finely than by the day, if they are moments."""
    for test in tests_of(condition):
        match test:
            case Within(span=span) if span.unit in ELAPSED_UNITS:
                yield test.fact
            case Compare(operand=Literal(Moment(precision=precision))) if precision != "day":
                yield test.fact
            case Compare(operand=Other(fact)):
                yield test.fact
                yield fact
            case Compare(operand=Limit()):
                yield test.fact
            case _:
                pass
