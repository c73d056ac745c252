"""`customers`: every customer with its decisions, and for each the rule, the clause and the facts that decided."""

from __future__ import annotations

import relcare
from relcare.engine import dialect as sql
from relcare.engine.because import Reasons, is_chosen, shown
from relcare.engine.conditions import Column as EngineColumn
from relcare.engine.decide import Engine, Relation
from relcare.engine.decisions import rule_column
from relcare.engine.limits import LimitsInForce
from relcare.engine.owners import owner_stage, want_owner
from relcare.engine.plan import roots
from relcare.engine.rows import Item, QueryRows
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Place, Problem
from relcare.rulebook.suggest import nearest
from relcare.rulebook.vocabulary import Fact
from relcare.rulebook.wording import word
from relcare.runs.book_problems import scan_problems
from relcare.runs.notes import Told, age_notes, fingerprints, not_judged
from relcare.runs.opening import Opened, WrongRequestError, open_request
from relcare.runs.order import in_order
from relcare.runs.request import Request
from relcare.runs.result import Result

SUBJECT = "customer"
TITLES = {"en": "Customers", "zh": "客户"}
NOTHING = {"en": "No customers match.", "zh": "没有符合条件的客户。"}
PARTS = {
    "rule": {"en": "rule", "zh": "规则"},
    "clause": {"en": "clause", "zh": "条款"},
    "because": {"en": "because", "zh": "依据"},
}
NO_BOOK = frozenset(("FIL004", "FIL008"))  # problems that say already that there is nothing
OWNER = {"en": "Owner", "zh": "负责人"}
BRANCH = {"en": "Branch", "zh": "机构"}


def customers(request: Request) -> Result:
    """The list of customers at the as-of, ordered by their id."""
    try:
        opened = open_request(request)
    except WrongRequestError as wrong:
        return Result(usage=str(wrong))
    engine = None
    try:
        engine = Engine(opened.rulebook, opened.book, opened.as_of.moment, opened.spill, request.memory_limit)
        listing = _Listing(opened, engine, request)
        return listing.result()
    except WrongRequestError as wrong:
        _close(opened, engine)
        if any(problem.severity == "error" for problem in opened.problems):
            return Result(problems=tuple(opened.problems))  # what is asked for may be what could not be read
        return Result(usage=str(wrong))
    except BaseException:
        _close(opened, engine)
        raise


def _close(opened: Opened, engine: Engine | None) -> None:
    if engine is not None:
        engine.session.close()
    opened.close()


class _Listing:
    """One list: its columns, what they need, and the query."""

    def __init__(self, opened: Opened, engine: Engine, request: Request) -> None:
        self.opened, self.engine, self.request = opened, engine, request
        self.language = opened.language
        self.vocabulary = opened.rulebook.vocabulary
        self.decisions = [d.name for d in in_order(opened.rulebook.decisions) if d.subject == SUBJECT]

    def result(self) -> Result:
        opened, engine = self.opened, self.engine
        table = self.vocabulary.table_of(SUBJECT)
        close = lambda: _close(opened, engine)  # noqa: E731
        if opened.misled:  # a list under a wrong mapping would be worse than none
            return Result(problems=tuple(opened.problems), on_close=close)
        if table is None or table.name not in opened.book.sources:
            lost = Problem(
                Place(str(opened.book.folder)),
                "BOK001",
                "the book has no customers",
                "a file customers.csv, or a name for it in relcare.yaml",
            )
            told = table is None or NO_BOOK & {problem.code for problem in opened.problems}
            return Result(problems=(*opened.problems, *(() if told else (lost,))), on_close=close)
        columns = self._columns()
        filters = self._checked_filters()
        needed = [c.key.removesuffix(f"_{part}") for c in columns for part in ("", *PARTS)]
        facts = self.vocabulary.facts[SUBJECT]
        wanted = dict.fromkeys(n for n in [*needed, *filters] if n in facts)
        if "branch_id" in facts and (any(c.key == "branch" for c in columns) or "branch" in filters):
            wanted["branch_id"] = None
        engine.plan.want(SUBJECT, wanted)
        for expected in opened.settings.expects:
            engine.plan.extra.setdefault(expected, {})
        owned = "owner" in filters or any(c.key == "owner" for c in columns)
        if owned:
            want_owner(engine.plan, SUBJECT)
        engine.read()
        relation = engine.relation(SUBJECT)
        if owned:
            relation = self._with_owner(relation)
        problems = [*opened.problems, *scan_problems(engine, opened)]
        grouped = self.request.made_for == "terminal"
        limits = LimitsInForce(opened.rulebook.limits, opened.as_of.moment.date())
        self.reasons = Reasons(
            engine.judge(relation.columns),
            self._fact,
            limits.value,
            self.language,
            grouped=grouped,
            roots=roots(engine.plan.subjects[SUBJECT]),
        )
        items = tuple(self._item(c.key, relation) for c in columns)
        rows = QueryRows(
            engine.session,
            (relation.prefix, relation.name, relation.key),
            self.reasons.prepared.values(),
            items,
            where=self._where(relation, filters),
            count=engine.scanned[table.name].rows,
            share=lambda: self._share(relation),
            among=engine.scanned[table.name].relation,
        )
        if self.request.show_sql:
            engine.session.prepare(rows.query())
            copies = [
                f"-- {s.scan} is a clean copy of {s.path}, made anew by each run"
                for name, s in engine.sources.items()
                if s.clean and name in engine.scanned
            ]
            statements = [*engine.session.statements, rows.query()]
            return Result(
                problems=tuple(problems),
                sql="".join(f"{copy}\n" for copy in copies) + ";\n\n".join(statements) + ";\n",
                on_close=close,
            )
        report = Report(
            name="customers",
            title=TITLES[self.language],
            as_of=str(opened.as_of),
            columns=columns,
            rows=rows,
            made_from=fingerprints(engine, opened),
            notes=Told(lambda: [*not_judged(engine, SUBJECT, self.language), *age_notes(engine, self.language)]),
            shown=self._shown(),
            nothing=NOTHING[self.language],
            language=self.language,
        )
        return Result(report=report, problems=tuple(problems), on_close=close)

    def _empty(self) -> Report:
        """The list without rows."""
        made_from = {"relcare": relcare.__version__, "rulebook": {"hash": self.opened.rulebook.hash}}
        columns = self._columns() if SUBJECT in self.vocabulary.facts else ()
        return Report(
            "customers", TITLES[self.language], str(self.opened.as_of), columns, ListedRows(), made_from,
            nothing=NOTHING[self.language], language=self.language,
        )  # fmt: skip

    def _shown(self) -> tuple[str, ...]:
        """The columns of a terminal: who, what, whose, and why they are what they are."""
        return ("customer_id", "name", *self.decisions, "owner")

    def _all_columns(self) -> dict[str, Column]:
        facts = self.vocabulary.facts[SUBJECT]
        columns = [self._plain("customer_id"), self._plain("name")]
        for name in self.decisions:
            fact = facts[name]
            label = fact.label.in_(self.language)
            labels = {code.key: code.label.in_(self.language) for code in fact.codes}
            labels |= {
                "undetermined": word("undetermined", self.language),
                "none": labels.get("none", word("none", self.language)),
            }
            columns.append(Column(name, label, "code", labels))
            columns += [
                Column(f"{name}_{part}", f"{label} {titles[self.language]}", wide=part == "because")
                for part, titles in PARTS.items()
            ]
        columns += [Column("owner", OWNER[self.language]), Column("branch", BRANCH[self.language])]
        return {column.key: column for column in columns}

    def _plain(self, name: str) -> Column:
        fact = self.vocabulary.facts[SUBJECT].get(name)
        return Column(name, fact.label.in_(self.language) if fact is not None else name)

    def _columns(self) -> tuple[Column, ...]:
        """The columns asked for; any other fact of a customer may be asked for by its name."""
        columns = self._all_columns()
        if not self.request.columns:
            return tuple(columns.values())
        facts = self.vocabulary.facts[SUBJECT]
        chosen = []
        for key in self.request.columns:
            if key in columns:
                chosen.append(columns[key])
            elif key in facts:
                chosen.append(self._fact_column(facts[key]))
            else:
                near = nearest(key, [*columns, *facts])
                raise WrongRequestError(
                    f"--columns: there is no column {key!r}" + (f": did you mean {near!r}?" if near else "")
                )
        return tuple(chosen)

    def _fact_column(self, fact: Fact) -> Column:
        kind = (
            "number"
            if fact.type in ("money", "number", "percent", "count")
            else "date"
            if fact.type == "date"
            else "text"
        )
        labels = {code.key: code.label.in_(self.language) for code in fact.codes}
        return Column(fact.name, fact.label.in_(self.language), "code" if fact.type == "code" else kind, labels)

    def _checked_filters(self) -> dict[str, tuple[str, ...]]:
        facts = self.vocabulary.facts[SUBJECT]
        for name, values in self.request.filters.items():
            if name in ("owner", "branch"):
                continue
            fact = facts.get(name)
            if fact is None:
                raise WrongRequestError(f"--{name}: the rulebook has no decision {name!r} for customers")
            codes = [*(code.key for code in fact.codes), "undetermined"]
            for value in values:
                if value not in codes:
                    near = nearest(value, codes)
                    advice = f"did you mean {near!r}?" if near else f"one of {', '.join(codes)}"
                    raise WrongRequestError(f"--{name}: there is no {name} {value!r}: {advice}")
        return dict(self.request.filters)

    def _with_owner(self, relation: Relation) -> Relation:
        supplied = frozenset(name for name, column in relation.columns.items() if column.supplied)
        stage = owner_stage(relation.name, supplied, self.engine.scanned, self.opened.as_of.moment.date())
        columns = {**relation.columns, "owner": EngineColumn("owner", "id")}
        return relation._replace(stages=(*relation.stages, ("owners", stage)), name="owners", columns=columns)

    def _share(self, relation: Relation) -> str:
        """Make a table of the measures of each table, forget what only they are made of; the WITH that is left."""
        made = [name for name, _ in relation.stages].index(f"{SUBJECT} facts")
        for name, select in relation.stages[:made]:
            self.engine.session.run(f"CREATE OR REPLACE TEMP TABLE {sql.name(name)} AS\n{select}")
        for table in self.engine.plan.subjects[SUBJECT].measures:
            self.engine.session.run(f"DROP TABLE IF EXISTS {self.engine.scanned[table].relation}")
        return relation._replace(stages=relation.stages[made:]).prefix

    def _where(self, relation: Relation, filters: dict[str, tuple[str, ...]]) -> str:
        """The condition of the customers asked for; "" for all."""
        conditions = []
        for name, values in filters.items():
            if name == "owner":
                people = f"IN ({', '.join(map(sql.text, values))})"
                conditions.append(
                    f"(owner {people} OR relationship_manager {people})"
                    if "relationship_manager" in relation.columns and relation.columns["relationship_manager"].supplied
                    else f"owner {people}"
                )
                continue
            column = {"branch": "branch_id"}.get(name, name)
            if not relation.columns[column].supplied or name in self.engine.plan.subjects[SUBJECT].unsound:
                conditions.append("TRUE" if "undetermined" in values else "FALSE")
                continue
            listed = ", ".join(map(sql.text, values))
            conditions.append(f"coalesce({sql.name(column)}, 'undetermined') IN ({listed})")
        return " AND ".join(conditions)

    def _item(self, key: str, relation: Relation) -> Item:
        """The expression of one output column."""
        for part in PARTS:
            name = key.removesuffix(f"_{part}")
            if name != key and name in self.decisions:
                return self._reason(name, part, relation)
        if key == "owner":
            return Item(sql.name("owner"))
        column = {"branch": "branch_id"}.get(key, key)
        if column not in relation.columns:  # the vocabulary has no such field
            return Item("''", risky="")
        there = relation.columns[column]
        if not there.supplied:
            return Item("'undetermined'" if key in self.decisions else "''", risky="")
        if key in self.decisions:
            return Item(f"coalesce({there.value}, 'undetermined')", risky="")
        fact = self.vocabulary.facts[SUBJECT][column]
        if fact.type in ("id", "text"):
            return Item(there.value)
        return Item(_plain_value(shown(there, fact, self.language), there.value, fact, over=there.over))

    def _reason(self, name: str, part: str, relation: Relation) -> Item:
        made = relation.decided.get(name)
        unsound = self.engine.plan.subjects[SUBJECT].unsound.get(name)
        if unsound:
            return Item(sql.text(word(unsound, self.language) if part == "because" else ""))
        if made is None:  # a column of the file gives the class
            supplied, wanting = (sql.text(word(key, self.language)) for key in ("supplied", "supplied wanting"))
            value = relation.columns[name].value
            return Item(f"CASE WHEN {value} IS NULL THEN {wanting} ELSE {supplied} END" if part == "because" else "''")
        if part == "rule":
            return Item(rule_column(made.decision), risky="")
        if part == "clause":
            cases = [f"WHEN {is_chosen(made, rule)} THEN {sql.text(' '.join(rule.cites))}" for rule, _ in made.rules]
            return Item(f"CASE {' '.join(cases)} END" if cases else "''", risky="")
        return self.reasons.of(made)

    def _fact(self, name: str) -> Fact:
        fact = self.vocabulary.fact(SUBJECT, name)
        if fact is None:
            raise KeyError(name)
        return fact


def _plain_value(words: str, value: str, fact: Fact, *, over: str) -> str:
    """A value as a machine reads it: no thousands separators, codes as codes."""
    if fact.type == "money":
        return f"plain_cents(cents_of({value}, {over}))" if over else f"CAST({value} AS VARCHAR)"
    if fact.type in ("code", "yes_no"):
        return value
    if fact.type == "count":
        return f"CAST({value} AS VARCHAR)"
    return words
