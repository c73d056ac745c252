"""Rulebook and book to decided subjects: scan, measures, facts, decisions, as one readable query over scanned tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.alike import between, latest_of
from relcare.engine.conditions import Column, Judge
from relcare.engine.crossings import EVER, Bounds, Crossings, crossings, latest_crossing
from relcare.engine.decisions import Decided, in_sql, rule_column
from relcare.engine.limits import LimitsInForce
from relcare.engine.measures import grouped, row_condition, window_dates
from relcare.engine.plan import Plan, SubjectPlan
from relcare.engine.scan import Matters, Scan, Scanned, scan
from relcare.engine.session import Session
from relcare.files.book import Book, Source
from relcare.rulebook.conditions import All, Condition, OneOf, facts_of
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.measures import AgeMeasure, BetweenMeasure, OfMeasure, RowMeasure
from relcare.rulebook.needs import roots_of
from relcare.rulebook.vocabulary import Fact, Table

BRIEF = 1_000_000  # bytes of a book that is worked through sooner than plans for a large one are made


class Relation(NamedTuple):
    """Decided subjects: the stages of a WITH in order, the last one's name, and how each fact stands in it."""

    stages: tuple[tuple[str, str], ...]
    name: str
    key: str
    columns: dict[str, Column]
    decided: dict[str, Decided]

    @property
    def prefix(self) -> str:
        """The WITH before a query on `name`; "" where that is a table."""
        if not self.stages:
            return ""
        return "WITH " + ",\n".join(f"{sql.name(n)} AS (\n  {select}\n)" for n, select in self.stages) + "\n"


class Engine:
    """One run on one book at one as-of. `scanned` fills as tables are read."""

    def __init__(self, rulebook: Rulebook, book: Book, as_of: datetime, spill: Path, memory_limit: str = "") -> None:
        self.rulebook, self.book, self.as_of, self.spill = rulebook, book, as_of, spill
        self.memory_limit = memory_limit
        files = [s.scan for s in book.sources.values()]
        self.brief = sum(file.stat().st_size for file in files) < BRIEF
        self.session = Session(files, spill, memory_limit, brief=self.brief)
        self.plan = Plan(rulebook, book, as_of)
        self.scanned: dict[str, Scanned] = {}
        self.sources: dict[str, Source] = dict(book.sources)
        self.settled: dict[str, Relation] = {}  # subjects whose facts stand in a table of their own

    def judge(self, columns: Mapping[str, Column], dated_by: str = "") -> Judge:
        """What turns conditions on `columns` into SQL, with the limits at the as-of date or at the date `dated_by`."""
        dated = columns[dated_by] if dated_by and columns[dated_by].supplied else None
        limits = LimitsInForce(self.rulebook.limits, self.as_of.date(), dated)
        return Judge(columns, limits.at, self.as_of, limits.until)

    def read(self) -> None:
        """Scan every table that the plan needs."""
        for name in self.plan.tables():
            if name in self.sources and name not in self.scanned:
                self.scanned[name] = self._scan(self.rulebook.vocabulary.tables[name])

    def release(self) -> None:
        """Drop the scanned tables: what was made of them stays."""
        for scanned in self.scanned.values():
            self.session.run(f"DROP TABLE IF EXISTS {scanned.relation}")

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

    def _matters(self, table: Table) -> Matters | None:
        """Which rows some measure may be made of, or may be evidence; None where all are needed."""
        further = self.plan.rows.get(table.name, [])
        if table.subject or (self.plan.extra.get(table.name) and not further):
            return None
        wanted = [f.measure for plan in self.plan.subjects.values() for f in plan.measures.get(table.name, {}).values()]
        measures = [m for m in wanted if isinstance(m, RowMeasure)]
        whole = any(m.where is None and (m.window is None or m.crosses) for m in measures) or any(
            c is None and d is None for c, d in further
        )
        if not (measures or further) or len(measures) < len(wanted) or whole:
            return None
        conditions = [c for c in (*(m.where for m in measures), *(c for c, _ in further)) if c is not None]
        tested = dict.fromkeys(name for condition in conditions for name in facts_of(condition))

        parts = [*(m.where for m in measures), *(c for c, _ in further)]
        codes = _codes_of_all(parts)

        def likely(columns: Mapping[str, Column]) -> str:
            judge = self.judge(columns)
            wanted = parts if codes is None else [codes]
            return _any_open([judge.condition(c) if c is not None else "TRUE" for c in wanted])

        def exact(columns: Mapping[str, Column]) -> str:
            judge = self.judge(columns)
            told = [row_condition(m, columns, table.dated_by, judge) for m in measures]
            for condition, since in further:
                counts = judge.condition(condition) if condition is not None else "TRUE"
                told.append(
                    f"({counts}) AND {columns[table.dated_by].value} >= {sql.day(since)}"
                    if since is not None
                    else counts
                )
            return _any_open(told)

        first = tuple(tested) if codes is None else (codes.fact,)
        return Matters(first, tuple(tested), likely, exact, self._since(measures, further))

    def _since(
        self, measures: Iterable[RowMeasure], further: Iterable[tuple[Condition | None, date | None]]
    ) -> date | None:
        """The day before which no row matters to these measures, nor is wanted further; None where there is none."""
        days = [
            window_dates(m.window, self.as_of)[0] if m.window is not None and not m.crosses else None for m in measures
        ]
        days += [since for _, since in further]
        return min((day for day in days if day is not None), default=None) if None not in days else None

    def relation(self, subject: str, *, outcomes_alone: bool = False, named_in: str = "") -> Relation:
        """The facts and decisions of a subject that were asked for; call `read` first.

        With `outcomes_alone` it is not said which rule decided; what may still be decided has a column for each code. Where the
        relation is not in a table yet, it may leave out those whose key is not in the query `named_in`.
        """
        if subject in self.settled:
            return self.settled[subject]
        self.plan.settle({name: scanned.reporting for name, scanned in self.scanned.items()})
        plan = self.plan.subject(subject)
        scanned = self.scanned[plan.table.name]
        key = plan.table.key[0]
        columns = dict(scanned.columns)
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
            crossing = {name: fact for name, fact in facts.items() if _crosses(fact)}
            for fact in crossing.values():
                before, on, values, columns[fact.name] = self._crossed(fact, reference)
                stages += before
                joins.append(f"{on} = own.{sql.name(key)}")
                items += values
            if len(crossing) == len(facts):
                continue
            made = grouped(
                self.scanned[table],
                reference,
                [fact for name, fact in facts.items() if name not in crossing],
                self.judge(self.scanned[table].columns),
            )
            alias = f"{table} by {reference}"
            stages.append((alias, made.select))
            joins.append(
                f"LEFT JOIN {sql.name(alias)} ON {sql.name(alias)}.{sql.name(reference)} = own.{sql.name(key)}"
            )
            items += made.items
            columns |= made.columns
        for other, names in plan.references.items():
            joined, taken, referred, before = self._referred(plan, other, names)
            stages += before
            joins.append(joined)
            items += taken
            columns |= referred
        conditions = [scanned.own] if scanned.own != "TRUE" else []
        conditions += [f"own.{sql.name(key)} IN ({named_in})"] if named_in else []
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        facts_name = f"{subject} facts"
        stages.append(
            (
                facts_name,
                f"-- a row is one {subject} with its facts\n  SELECT {', '.join(items)}\n  FROM {scanned.relation} AS own {' '.join(joins)}{where}",
            )
        )
        last = facts_name
        for number, ages in enumerate(_in_steps(plan.ages)):
            made_ages = [item for fact in ages for item in self._made_of_facts(fact, columns)]
            step = f"{subject} ages{f' {number + 1}' if number else ''}"
            stages.append((step, f"SELECT *, {', '.join(made_ages)} FROM {sql.name(last)}"))
            last = step
        last, outcomes = self._decisions(plan, columns, stages, last, outcomes_alone=outcomes_alone)
        return Relation(tuple(stages), last, key, columns, outcomes)

    def _decisions(
        self,
        plan: SubjectPlan,
        columns: dict[str, Column],
        stages: list[tuple[str, str]],
        last: str,
        *,
        outcomes_alone: bool,
    ) -> tuple[str, dict[str, Decided]]:
        """Add the stages of the decisions and their columns; the name of the last stage, and what each decision came to."""
        outcomes: dict[str, Decided] = {}
        for name, decision in plan.decisions.items():
            judge = self.judge(columns, decision.dated_by)
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
            columns[name], items = made_decision.column, list(made_decision.outcome)
            if outcomes_alone:
                items = [item for item in items if not item.endswith(f" AS {rule_column(decision)}")]
                choices = [(code, may, sql.name(f"{name} may be {code}")) for code, may in columns[name].choices]
                items += [f"({may}) AS {title}" for _, may, title in choices]
                columns[name] = columns[name]._replace(choices=tuple((code, title) for code, _, title in choices))
            stages.append((name, f"SELECT *, {', '.join(items)} FROM {sql.name(tests)}"))
            last = name
        return last, outcomes

    def crossings(self, title: str, measure: RowMeasure, reference: str, bounds: Bounds = EVER) -> Crossings:
        """The crossings of a measure by the field `reference` of its table; call `read` first."""
        scanned = self.scanned[measure.table]
        if measure.limit is None:
            raise AssertionError(measure)
        limit = self.rulebook.limits[measure.limit.name]
        return crossings(title, measure, scanned, reference, self.judge(scanned.columns), limit, bounds)

    def _crossed(self, fact: Fact, reference: str) -> tuple[list[tuple[str, str]], str, tuple[str, ...], Column]:
        """The stages of a fact that is the last crossing, the join but for the subject's key, its items and its column."""
        measure = fact.measure
        if not isinstance(measure, RowMeasure):
            raise TypeError(fact)
        made = self.crossings(f"{fact.name} crossings", measure, reference)
        until = self.scanned[measure.table].columns[measure.field].until
        select, items, column = latest_crossing(fact, made, until)
        last = f"{made.title} last"
        return [*made.stages, (last, select)], f"LEFT JOIN {sql.name(last)} ON {sql.name(last)}.key", items, column

    def _type(self, plan: SubjectPlan, name: str) -> str:
        fact = self.rulebook.vocabulary.fact(plan.subject, name)
        return fact.type if fact is not None else "text"

    def _made_of_facts(self, fact: Fact, columns: dict[str, Column]) -> list[str]:
        """The items of a fact that is made of others of the same subject."""
        if isinstance(fact.measure, OfMeasure):
            items, columns[fact.name] = latest_of(fact, fact.measure, columns)
            return items
        if isinstance(fact.measure, BetweenMeasure):
            items, columns[fact.name] = between(fact, fact.measure, columns)
            return items
        return [self._age(fact, columns)]

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
    ) -> tuple[str, list[str], dict[str, Column], list[tuple[str, str]]]:
        """The facts of another subject, reached through the declared key: a join, its items and columns, the stages before it.

        What stands in a table already is read from there; what has to be worked out is, once, into a table.
        """
        own_table = self.scanned[plan.table.name]
        reference = sql.name(plan.table.reference_to(other))
        named = f"SELECT {reference} FROM {own_table.relation} WHERE {reference} IS NOT NULL"
        relation = self.relation(other, outcomes_alone=True, named_in="" if self.brief else named)
        made = sql.name(f"{other} decided")
        flags: list[str] = [f"{sql.name(relation.key)} AS {sql.name(f'{other} key')}"]
        items: list[str] = []
        columns: dict[str, Column] = {}
        own = own_table.columns[plan.table.reference_to(other)]
        found = f"{made}.{sql.name(f'{other} key')} IS NOT NULL"
        for rest in names:
            there = relation.columns[rest]
            full = f"{other}.{rest}"
            value, absent, empty = sql.name(full), sql.name(f"{full} absent"), sql.name(f"{full} empty")
            if not there.supplied:  # of nobody, but who refers to no other has nothing to be supplied
                silent = sql.name(f"{full} silent")
                items.append(f"CAST(NULL AS {sql.SQL_TYPES[there.type]}) AS {value}")
                items += [f"{own.absent} AS {absent}", f"{own.empty} AS {empty}", f"{found} AS {silent}"]
                until = value if there.type == "moment" else ""
                columns[full] = Column(value, there.type, absent=absent, empty=empty, until=until, silent=silent)
                continue
            flags += [f"{there.value} AS {value}", f"{there.absent} AS {absent}", f"{there.empty} AS {empty}"]
            items += [f"{made}.{value}", f"coalesce({made}.{absent}, {own.absent}) AS {absent}"]
            items.append(f"coalesce({made}.{empty}, {own.empty}) AS {empty}")
            extra = {
                "over": there.over,
                "until": there.until,
                "silent": there.silent if there.silent != "FALSE" else "",
            }
            carried: dict[str, str] = {}
            for kind, expression in extra.items():
                if expression:
                    carried[kind] = sql.name(f"{full} {kind}")
                    flags.append(f"{expression} AS {carried[kind]}")
                    default = (
                        f"coalesce({made}.{carried[kind]}, FALSE)" if kind == "silent" else f"{made}.{carried[kind]}"
                    )
                    items.append(f"{default} AS {carried[kind]}")
            choices = tuple((code, sql.name(f"{full} may be {code}")) for code in self._codes(other, rest, there))
            can = dict(there.choices)
            flags += [f"({can[code]}) AS {title}" for code, title in choices if code in can]
            # who refers to one that is not there may refer to anybody
            items += [
                f"coalesce({made}.{title}, TRUE) AS {title}" if code in can else f"NOT ({found}) AS {title}"
                for code, title in choices
            ]
            columns[full] = Column(
                value, there.type, absent=absent, empty=empty, over=carried.get("over", ""), until=carried.get("until", ""),
                silent=carried.get("silent", "FALSE"), choices=choices,
            )  # fmt: skip
        select = f"SELECT {', '.join(flags)} FROM {sql.name(relation.name)}"
        stages = [(f"{other} decided", select)] if not relation.stages else []
        if not stages:
            self.session.run(f"CREATE OR REPLACE TEMP TABLE {made} AS\n{relation.prefix}{select}")
        join = f"LEFT JOIN {made} ON {made}.{sql.name(f'{other} key')} = own.{reference}"
        return join, items, columns, stages

    def _codes(self, subject: str, name: str, column: Column) -> dict[str, None]:
        """The codes of a decision of which some may still be the outcome; none where that is not known."""
        fact = self.rulebook.vocabulary.fact(subject, name)
        codes = [code.key for code in fact.codes] if fact is not None and column.choices else []
        return dict.fromkeys([*(code for code, _ in column.choices), *codes])


def _crosses(fact: Fact) -> bool:
    return isinstance(fact.measure, RowMeasure) and fact.measure.crosses


def _in_steps(facts: Mapping[str, Fact]) -> list[list[Fact]]:
    """Facts made of others, in steps: each after those that it is made of."""
    steps: list[list[Fact]] = []
    for fact in facts.values():
        made_of = roots_of(fact)
        after = [i for i, step in enumerate(steps) if any(other.name in made_of for other in step)]
        at = max(after) + 1 if after else 0
        steps[at : at + 1] = [[*steps[at], fact]] if at < len(steps) else [[fact]]
    return steps


def _codes_of_all(conditions: Iterable[Condition | None]) -> OneOf | None:
    """The test that one field has one of the codes of which each of these conditions wants some; None where there is none."""
    found: dict[str, set[str]] = {}
    for number, condition in enumerate(conditions):
        parts = condition.parts if isinstance(condition, All) else (condition,)
        tests = {part.fact: part.codes for part in parts if isinstance(part, OneOf)}
        found = {
            name: found.get(name, set()) | {*codes} for name, codes in tests.items() if not number or name in found
        }
    return next((OneOf(name, tuple(sorted(codes))) for name, codes in found.items()), None)


def _any_open(conditions: list[str]) -> str:
    """Whether one of the conditions holds or is unknown; never NULL."""
    return " OR ".join(f"({condition}) IS NOT FALSE" for condition in dict.fromkeys(conditions))


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
            items.append(relation.columns[name].value)
            titles.append(name)
            if name in relation.decided:
                items.append(rule_column(relation.decided[name].decision))
                titles.append(f"{name}_rule")
        query = f"{relation.prefix}SELECT {', '.join(items)} FROM {sql.name(relation.name)} ORDER BY {items[0]}"
        return [dict(zip(titles, row, strict=True)) for row in engine.session.rows(query)]
    finally:
        engine.session.close()
