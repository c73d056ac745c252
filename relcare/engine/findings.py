"""Broken controls: a row for each subject and control, with who answers for it and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.answering import answering, person, want_people
from relcare.engine.because import Reasons
from relcare.engine.conditions import Column
from relcare.engine.decide import Engine, Relation
from relcare.engine.limits import LimitsInForce
from relcare.engine.owed_list import about_facts
from relcare.engine.plan import roots
from relcare.engine.rows import Item
from relcare.rulebook.conditions import facts_of
from relcare.rulebook.controls import BROKEN, SEVERITIES, Control
from relcare.rulebook.vocabulary import Fact

LIST = "findings list"
STATUSES = (BROKEN, "undetermined")
COLUMNS = (
    "severity", "status", "subject", "subject_id", "customer_id", "name", "tier", "stage", "rule_id", "finding", "owner", "clause",
    "because",
)  # fmt: skip


class Filters(NamedTuple):
    """Which rows are asked for; () for all."""

    owner: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    status: tuple[str, ...] = ()


class FindingsList:
    """Makes the table of rows: first `want`, then `Engine.read`, then `make`.

    `controls` are the versions in force at the as-of; the engine's rulebook has each as a decision of its name. What is
    unknown is one row for each subject, with the controls that wait for it; what is unknown only because the book does
    not supply something is no row.
    """

    def __init__(self, engine: Engine, controls: Iterable[Control], language: str, filters: Filters) -> None:
        self.engine, self.language, self.filters = engine, language, filters
        self.vocabulary = engine.rulebook.vocabulary
        self.controls: dict[str, list[Control]] = {}
        for control in controls:
            self.controls.setdefault(control.subject, []).append(control)
        self.about = {
            subject: about_facts(self.vocabulary, subject, dict.fromkeys(control.by for control in found))
            for subject, found in self.controls.items()
        }

    def want(self) -> None:
        """Ask for what decides the controls, and for what rows say of their subjects."""
        for subject, found in self.controls.items():
            about = dict.fromkeys(name for names in self.about[subject].values() for name in names)
            self.engine.plan.want(subject, [*(control.outcome for control in found), *about])
        want_people(self.engine.plan)

    def make(self) -> int:
        """Make the table `findings list`, numbered by `place` in its order; how many rows it has."""
        selects = [select for subject in self.controls for select in self._of(subject)]
        if not selects:
            return 0
        rows = "(\n  " + "\n  UNION ALL BY NAME ".join(selects) + "\n)"
        owned = answering(rows, self.engine.scanned, self.engine.as_of.date())
        severities = " ".join(f"WHEN {sql.text(s)} THEN {i}" for i, s in enumerate(SEVERITIES))
        order = f"status = 'undetermined', CASE severity {severities} END, subject, subject_id, rule_id"
        self.engine.session.run(
            f"CREATE OR REPLACE TEMP TABLE {sql.name(LIST)} AS\n-- a row is one row of the list; place: where it stands\n"
            f"SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM (\n  {owned}\n){self._where()}"
        )
        return int(self.engine.session.rows(f"SELECT count(*) FROM {sql.name(LIST)}")[0][0])

    def items(self, columns: Iterable[str]) -> tuple[Item, ...]:
        """The expressions of the columns of the list."""
        return tuple(Item(sql.name(key)) for key in columns)

    def _of(self, subject: str) -> list[str]:
        """The rows of one subject: what is broken, then what is unknown."""
        relation = self.engine.relation(subject)
        plan = self.engine.plan.subjects[subject]
        limits = LimitsInForce(self.engine.rulebook.limits, self.engine.as_of.date())
        reasons = Reasons(
            self.engine.judge(relation.columns), self._fact(subject), limits.value, self.language, grouped=False,
            roots=roots(plan),
        )  # fmt: skip
        found = [control for control in self.controls[subject] if control.outcome in relation.decided]
        told = [(control, reasons.of(relation.decided[control.outcome]).expression) for control in found]
        if not told:
            return []
        texts = [f"{why} AS {sql.name(f'{control.outcome} because')}" for control, why in told]
        prepared = ", ".join(["*", *reasons.prepared.values()])
        table = sql.name(f"{subject} controlled")
        self.engine.session.run(
            f"CREATE OR REPLACE TEMP TABLE {table} AS\n-- a row is one {subject} with the outcome of each control and why\n"
            f"{relation.prefix}SELECT *, {', '.join(texts)}\nFROM (SELECT {prepared} FROM {sql.name(relation.name)})"
        )
        broken = [self._broken(control, relation, table) for control in found]
        waiting = [c for c in found if not any(name in plan.missing for name in facts_of(c.never))]
        return [*broken, *([self._unknown(waiting, relation, table)] if waiting else [])]

    def _broken(self, control: Control, relation: Relation, table: str) -> str:
        responsible, role = self._answers(control.subject, control.by, relation.columns)
        said = {
            "responsible": responsible,
            "role": role,
            "severity": sql.text(control.severity),
            "status": sql.text(BROKEN),
            "rule_id": sql.text(control.id),
            "finding": sql.text(control.label.in_(self.language)),
            "clause": sql.text(" ".join(control.cites)),
            "because": sql.name(f"{control.outcome} because"),
        }
        where = f"{sql.name(control.outcome)} = {sql.text(BROKEN)}"
        return self._select(control.subject, relation.columns, relation.key, said, f"{table} WHERE {where}")

    def _unknown(self, controls: list[Control], relation: Relation, table: str) -> str:
        """One row for each subject of which something is unknown: the gravest control gives severity and owner."""
        controls = sorted(controls, key=lambda control: SEVERITIES.index(control.severity))
        unknown = {control.id: f"{sql.name(control.outcome)} IS NULL" for control in controls}

        def listed(texts: Mapping[str, str], between: str) -> str:
            cases = ", ".join(f"CASE WHEN {unknown[name]} THEN {text} END" for name, text in texts.items())
            return f"array_to_string(list_sort(list_distinct(list_filter([{cases}], lambda one: one IS NOT NULL))), {sql.text(between)})"

        def gravest(of: Callable[[Control], str]) -> str:
            return f"CASE {' '.join(f'WHEN {unknown[c.id]} THEN {of(c)}' for c in controls)} END"

        answers = {c.by: self._answers(c.subject, c.by, relation.columns) for c in controls}
        said = {
            "severity": gravest(lambda c: sql.text(c.severity)),
            "responsible": gravest(lambda c: answers[c.by][0]),
            "role": gravest(lambda c: answers[c.by][1]),
            "status": "'undetermined'",
            "rule_id": listed({c.id: sql.text(c.id) for c in controls}, ", "),
            "finding": listed({c.id: sql.text(c.label.in_(self.language)) for c in controls}, "; "),
            "clause": listed({c.id: sql.text(" ".join(c.cites)) for c in controls}, " "),
            "because": listed({c.id: sql.name(f"{c.outcome} because") for c in controls}, "; "),
        }
        where = " OR ".join(unknown.values())
        return self._select(controls[0].subject, relation.columns, relation.key, said, f"{table} WHERE {where}")

    def _answers(self, subject: str, role: str, columns: Mapping[str, Column]) -> tuple[str, str]:
        """Who is named for a role by a field, and the role where no field names anybody."""
        by_field = self.about[subject][f"by {role}"]
        return person(columns, by_field), "CAST(NULL AS VARCHAR)" if by_field else sql.text(role)

    def _select(self, subject: str, columns: Mapping[str, Column], key: str, said: Mapping[str, str], rows: str) -> str:
        about = self.about[subject]
        told = {title: _told(columns, about[title], title) for title in ("customer_id", "name", "tier", "stage")}
        told |= {
            "branch": person(columns, about["branch"]),
            "subject": sql.text(subject),
            "subject_id": sql.name(key),
            **said,
        }
        if subject == "customer":
            told["customer_id"] = sql.name(key)
        return f"SELECT {', '.join(f'{value} AS {sql.name(title)}' for title, value in told.items())} FROM {rows}"

    def _fact(self, subject: str) -> Callable[[str], Fact]:
        def fact(name: str) -> Fact:
            found = self.vocabulary.fact(subject, name)
            if found is None:
                raise KeyError(name)
            return found

        return fact

    def _where(self) -> str:
        conditions = []
        if self.filters.owner:
            people = f"IN ({', '.join(map(sql.text, self.filters.owner))})"
            conditions.append(f"(owner {people} OR responsible {people})")
        for title in ("branch", "tier", "severity", "status"):
            values = getattr(self.filters, title)
            if values:
                conditions.append(f"{title} IN ({', '.join(map(sql.text, values))})")
        return f"\nWHERE {' AND '.join(conditions)}" if conditions else ""


def _told(columns: Mapping[str, Column], names: list[str], title: str) -> str:
    """What a row says of its subject; "" where there is nothing to say."""
    supplied = [columns[name] for name in names if name in columns and columns[name].supplied]
    if not supplied:
        return "''"
    column = supplied[0]
    if title not in ("tier", "stage") or column.certain:
        return f"coalesce({column.value}, '')"
    return (
        f"CASE WHEN {column.value} IS NOT NULL THEN {column.value} WHEN {column.absent} THEN '' ELSE 'undetermined' END"
    )
