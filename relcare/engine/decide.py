"""Rulebook and book to decided subjects: scan, measures, facts, decisions, as one readable query over scanned tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column, Judge
from relcare.engine.decisions import Decided, in_sql, rule_column
from relcare.engine.measures import grouped, row_condition
from relcare.engine.plan import Plan, SubjectPlan
from relcare.engine.scan import Scan, Scanned, scan
from relcare.engine.session import Session
from relcare.files.book import Book, Source
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.measures import AgeMeasure, RowMeasure
from relcare.rulebook.values import Value
from relcare.rulebook.vocabulary import Fact, Table


class Relation(NamedTuple):
    """Decided subjects: the stages of a WITH in order, the last one's name, and how each fact stands in it."""

    stages: tuple[tuple[str, str], ...]
    name: str
    key: str
    columns: dict[str, Column]
    decided: dict[str, Decided]

    @property
    def prefix(self) -> str:
        """The WITH before a query on `name`."""
        return "WITH " + ",\n".join(f"{sql.name(n)} AS (\n  {select}\n)" for n, select in self.stages) + "\n"


class Engine:
    """One run on one book at one as-of. `scanned` fills as tables are read."""

    def __init__(self, rulebook: Rulebook, book: Book, as_of: datetime, spill: Path, memory_limit: str = "") -> None:
        self.rulebook, self.book, self.as_of, self.spill = rulebook, book, as_of, spill
        self.session = Session((s.scan for s in book.sources.values()), spill, memory_limit)
        self.plan = Plan(rulebook, book, as_of)
        self.scanned: dict[str, Scanned] = {}
        self.sources: dict[str, Source] = dict(book.sources)

    def limit(self, name: str) -> str:
        """The value of a limit in force at the as-of, as SQL."""
        value = self.limit_value(name)
        return "NULL" if value is None else sql.literal(value)

    def limit_value(self, name: str) -> Value | None:
        """The value of a limit in force at the as-of."""
        limit = self.rulebook.limits.get(name)
        return limit.at(self.as_of.date()) if limit is not None else None

    def read(self) -> None:
        """Scan every table that the plan needs."""
        for name in self.plan.tables():
            if name in self.sources and name not in self.scanned:
                self.scanned[name] = self._scan(self.rulebook.vocabulary.tables[name])

    def _scan(self, table: Table) -> Scanned:
        from duckdb import Error

        what = Scan(
            self.sources[table.name],
            table,
            tuple(self.plan.table_needs(table)),
            frozenset(self.plan.precise.get(table.name, ())),
            self._matters(table),
            self.book.settings.time_zone,
            self.as_of,
        )
        facts = self.rulebook.vocabulary.facts.get(table.subject, {}) if table.subject else {}
        try:
            return scan(self.session, what, facts)
        except Error:
            if what.source.clean:
                raise
            from relcare.files.open_book import repaired

            # not what a strict reading takes: set the bad rows aside, keep the others
            self.sources[table.name] = repaired(what.source, self.spill)
            return scan(self.session, what._replace(source=self.sources[table.name]), facts)

    def _matters(self, table: Table) -> Any:
        """The condition of the rows that some measure may be made of; None where all are needed."""
        if table.subject or table.name in self.plan.extra:
            return None
        wanted = [f.measure for plan in self.plan.subjects.values() for f in plan.measures.get(table.name, {}).values()]
        measures = [m for m in wanted if isinstance(m, RowMeasure)]
        if len(measures) < len(wanted) or any(m.where is None and m.window is None for m in measures):
            return None

        def matters(columns: dict[str, Column]) -> str:
            judge = Judge(columns, self.limit, self.as_of)
            rows = dict.fromkeys(f"({row_condition(m, columns, table.dated_by, judge)})" for m in measures)
            visible = (
                f"({columns[table.dated_by].value} > {self._here(table)}) IS NOT TRUE AND "
                if table.dated_by in columns
                else ""
            )
            return f"{visible}({' OR '.join(f'{r} IS NOT FALSE' for r in rows)})"

        return matters

    def _here(self, table: Table) -> str:
        kind = table.fields[table.dated_by].type
        if kind == "month":
            return str(self.as_of.year * 12 + self.as_of.month - 1)
        return sql.moment(self.as_of) if kind == "moment" else sql.day(self.as_of.date())

    def relation(self, subject: str) -> Relation:
        """The facts and decisions of a subject that were asked for; call `read` first."""
        plan = self.plan.subject(subject)
        scanned = self.scanned[plan.table.name]
        key = plan.table.key[0]
        columns: dict[str, Column] = {name: c for name, c in scanned.columns.items()}
        for name in plan.missing:
            columns[name] = Column("NULL", self._type(plan, name), supplied=False)
        for name in plan.unsound:
            columns[name] = Column("NULL::VARCHAR", "code")
        for name, field in plan.stand_ins.items():
            columns[name] = scanned.columns[field]
        stages: list[tuple[str, str]] = []
        items, joins = ["own.*"], []
        for table, facts in plan.measures.items():
            reference = self.rulebook.vocabulary.tables[table].reference_to(subject)
            made = grouped(
                self.scanned[table],
                reference,
                facts.values(),
                Judge(self.scanned[table].columns, self.limit, self.as_of),
            )
            alias = f"{table} by {reference}"
            stages.append((alias, made.select))
            joins.append(
                f"LEFT JOIN {sql.name(alias)} ON {sql.name(alias)}.{sql.name(reference)} = own.{sql.name(key)}"
            )
            items += made.items
            columns |= made.columns
        for other, names in plan.references.items():
            joined, taken, referred = self._referred(plan, other, names)
            joins.append(joined)
            items += taken
            columns |= referred
        where = f" WHERE {scanned.visible}" if scanned.visible != "TRUE" else ""
        facts_name = f"{subject} facts"
        stages.append(
            (
                facts_name,
                f"-- a row is one {subject} with its facts\n  SELECT {', '.join(items)}\n  FROM {scanned.relation} AS own {' '.join(joins)}{where}",
            )
        )
        last = facts_name
        if plan.ages:
            last = f"{subject} ages"
            stages.append(
                (
                    last,
                    f"SELECT *, {', '.join(self._age(f, columns) for f in plan.ages.values())} FROM {sql.name(facts_name)}",
                )
            )
        outcomes: dict[str, Decided] = {}
        for name, decision in plan.decisions.items():
            judge = Judge(columns, self._limit_for(decision.dated_by, columns), self.as_of)
            made_decision = in_sql(decision, judge, self.as_of.date())
            outcomes[name] = made_decision
            tests = f"{name} tests"
            verdicts = "".join(f", {v}" for v in made_decision.verdicts)
            stages.append(
                (
                    tests,
                    f"-- the verdict of each rule of {name}: NULL is unknown\n  SELECT *{verdicts} FROM {sql.name(last)}",
                )
            )
            stages.append((name, f"SELECT *, {', '.join(made_decision.outcome)} FROM {sql.name(tests)}"))
            columns[name] = made_decision.column
            last = name
        return Relation(tuple(stages), last, key, columns, outcomes)

    def _type(self, plan: SubjectPlan, name: str) -> str:
        fact = self.rulebook.vocabulary.fact(plan.subject, name)
        return fact.type if fact is not None else "text"

    def _limit_for(self, dated_by: str, columns: dict[str, Column]) -> Any:
        """Limits at the as-of, or at the date of each subject."""
        if not dated_by or not columns[dated_by].supplied:
            return self.limit

        def at_date(name: str) -> str:
            limit = self.rulebook.limits[name]
            value = f"CAST({columns[dated_by].value} AS DATE)"
            cases = []
            for period, amount in zip(reversed(limit.periods), reversed(limit.values), strict=True):
                inside = f"{value} >= {sql.day(period.start)}" + (
                    f" AND {value} < {sql.day(period.until)}" if period.until else ""
                )
                cases.append(f"WHEN {inside} THEN {sql.literal(amount)}")
            return f"CASE {' '.join(cases)} END"

        return at_date

    def _age(self, fact: Fact, columns: dict[str, Column]) -> str:
        measure = fact.measure
        if not isinstance(measure, AgeMeasure):
            raise TypeError(fact)
        base = columns[measure.fact]
        value = f"make_date({base.value} // 12, {base.value} % 12 + 1, 1)" if base.type == "month" else base.value
        value = f"CAST({value} AS DATE)" if base.type == "moment" else value
        today = sql.day(self.as_of.date())
        if measure.until:
            counted = {"days": f"({value} - {today})", "weeks": f"CAST(floor(({value} - {today}) / 7.0) AS BIGINT)",
                       "months": f"months_since({today}, {value})", "years": f"years_since({today}, {value})"}  # fmt: skip
        else:
            counted = {"days": f"({today} - {value})", "weeks": f"CAST(floor(({today} - {value}) / 7.0) AS BIGINT)",
                       "months": f"months_since({value}, {today})", "years": f"years_since({value}, {today})"}  # fmt: skip
        absent = f"({sql.name(fact.name)} IS NULL)" if base.missing_is_absent else base.absent
        columns[fact.name] = Column(sql.name(fact.name), "count", absent=absent, empty=base.empty, certain=base.certain)
        return f"CAST({counted[measure.unit]} AS BIGINT) AS {sql.name(fact.name)}"

    def _referred(
        self, plan: SubjectPlan, other: str, names: dict[str, None]
    ) -> tuple[str, list[str], dict[str, Column]]:
        """The facts of another subject, reached through the declared key: a join, its items and columns."""
        relation = self.relation(other)
        made = sql.name(f"{other} decided")
        flags: list[str] = [f"{sql.name(relation.key)} AS {sql.name(f'{other} key')}"]
        items: list[str] = []
        columns: dict[str, Column] = {}
        own = self.scanned[plan.table.name].columns[plan.table.reference_to(other)]
        for rest in names:
            there = relation.columns[rest]
            full = f"{other}.{rest}"
            value, absent, empty = sql.name(full), sql.name(f"{full} absent"), sql.name(f"{full} empty")
            if not there.supplied:
                columns[full] = Column("NULL", there.type, supplied=False)
                continue
            flags += [f"{there.value} AS {value}", f"{there.absent} AS {absent}", f"{there.empty} AS {empty}"]
            items += [f"{made}.{value}", f"coalesce({made}.{absent}, {own.absent}) AS {absent}"]
            items.append(f"coalesce({made}.{empty}, {own.empty}) AS {empty}")
            extra = {
                "over": there.over,
                "until": there.until,
                "silent": there.silent if there.silent != "FALSE" else "",
            }
            carried = {}
            for kind, expression in extra.items():
                if expression:
                    carried[kind] = sql.name(f"{full} {kind}")
                    flags.append(f"{expression} AS {carried[kind]}")
                    default = (
                        f"coalesce({made}.{carried[kind]}, FALSE)" if kind == "silent" else f"{made}.{carried[kind]}"
                    )
                    items.append(f"{default} AS {carried[kind]}")
            columns[full] = Column(value, there.type, absent=absent, empty=empty, **carried)
        self.session.run(
            f"CREATE OR REPLACE TEMP TABLE {made} AS\n{relation.prefix}SELECT {', '.join(flags)} FROM {sql.name(relation.name)}"
        )
        join = f"LEFT JOIN {made} ON {made}.{sql.name(f'{other} key')} = own.{sql.name(plan.table.reference_to(other))}"
        return join, items, columns


def decided(rulebook: Rulebook, book: Book, subject: str, as_of: datetime, spill: Path) -> list[dict[str, str | None]]:
    """Every subject with every decision: its key, and for each decision NAME (None: undetermined) and NAME_rule."""
    engine = Engine(rulebook, book, as_of, spill)
    try:
        names = [d.name for d in rulebook.decisions if d.subject == subject]
        engine.plan.want(subject, names)
        engine.read()
        relation = engine.relation(subject)
        items = [sql.name(relation.key)]
        titles = [relation.key]
        for name in names:
            items.append(sql.name(name))
            titles.append(name)
            if name in relation.decided:
                items.append(rule_column(relation.decided[name].decision))
                titles.append(f"{name}_rule")
        query = f"{relation.prefix}SELECT {', '.join(items)} FROM {sql.name(relation.name)} ORDER BY {items[0]}"
        return [dict(zip(titles, row, strict=True)) for row in engine.session.rows(query)]
    finally:
        engine.session.close()
