"""What is owed to the subjects of a book: from the rules that are asked for to tables of occurrences and how they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from relcare.engine import dialect as sql
from relcare.engine.by_calendar import Named, groups_of, hours_for, named_by, names_for, undated
from relcare.engine.conditions import Against
from relcare.engine.days import Days
from relcare.engine.decide import Engine, Relation
from relcare.engine.evidence import (
    Gathered,
    Kind,
    found_select,
    kinds_of,
)
from relcare.engine.extensions import RECORDED, Extensions
from relcare.engine.needs import (
    asked,
    can_be_silent,
    cause_column,
    facts_of_rule,
    first_cause,
    identifiers,
    levels,
    silent_column,
    starting,
    suspended_column,
    texts_of,
    timed,
    verdict_column,
)
from relcare.engine.occurrences import (
    BEGINNING,
    Scene,
    anniversaries,
    first_and_last,
    occurrences,
)
from relcare.engine.past import judged_then
from relcare.engine.pauses import Stopped
from relcare.engine.pruning import is_beyond, may_be_listed, may_be_waited_for
from relcare.engine.reaching import Reaching, reached, want_reaching
from relcare.engine.records import Records
from relcare.engine.restarts import RESTARTED, Restarts
from relcare.engine.standing import Standing, covered, open_days_counted
from relcare.engine.stretches import stretches
from relcare.engine.waivers import waivers_of, want_waivers
from relcare.rulebook.conditions import facts_of
from relcare.rulebook.obligations import Obligation, RowsDone, conditions_of, parts_of, uses_working_time
from relcare.rulebook.vocabulary import Label
from relcare.timing.calendars import Calendar

NO_HOURS = "the calendar {} has no hours"
AHEAD = timedelta(days=400)  # how far deadlines lie behind the dates that they are counted from


@dataclass(slots=True)
class Owed:
    """What is owed to the subjects of one kind.

    `rules` are the versions by number; `base` the table of the subjects with the columns of `relation`; `tables` those of
    occurrences, in the order in which rules start each other. `silent` are rules that the book can't supply, with the reason.
    """

    subject: str
    rules: dict[int, Obligation]
    relation: Relation | None = None
    base: str = ""
    tables: list[str] = field(default_factory=list)
    silent: dict[str, str] = field(default_factory=dict)
    unrecorded: dict[int, frozenset[int]] = field(default_factory=dict)
    reaching: dict[int, Reaching] = field(
        default_factory=dict
    )  # versions that start each time that a limit was reached
    muted: list[int] = field(default_factory=list)  # versions that can be unknown for want of what is not supplied
    waived: bool = False  # whether the tables have the columns of waivers
    looked_back: bool = False  # whether conditions were asked at earlier moments, too
    undated: dict[Label, None] = field(default_factory=dict)  # what was then taken as it stands at the as-of
    calendars: dict[str, Named] = field(default_factory=dict)  # those that subjects name, by the fact that names them

    @property
    def extended(self) -> bool:
        """Whether deadlines can be extended: the tables then have the columns that tell of it."""
        return any(rule.extends is not None for rule in self.rules.values())

    @property
    def restarted(self) -> bool:
        """Whether clocks can count anew: the tables then have the column that tells of it."""
        return any(rule.restarts for rule in self.rules.values())

    @property
    def parts(self) -> int:
        """How many pieces of evidence a rule has at the most."""
        return max((len(parts_of(rule.done)) for rule in self.rules.values()), default=1)


class Owing:
    """Works out what is owed. First `want`, then the engine reads, then `settle`.

    With `every` all occurrences are kept; else those that are open and, if `horizon` is given, due by that day. What opened
    before the day `go_live` is kept, and marked by `before`.
    """

    def __init__(
        self,
        engine: Engine,
        calendar: Calendar,
        *,
        every: bool = False,
        horizon: date | None = None,
        go_live: date | None = None,
    ) -> None:
        self.engine, self.every, self.horizon, self.go_live = engine, every, horizon, go_live
        self.calendar = calendar._replace(seen=engine.book.settings.time_zone)
        self.vocabulary = engine.rulebook.vocabulary
        self.owed: dict[str, Owed] = {}
        self._calendars: dict[str, Days] = {}  # by the names that rules give
        self.records = Records(engine, self.calendars_of, every=every)

    def want(self, rules: Iterable[Obligation]) -> None:
        """Ask for all that these versions of rules need."""
        plan = self.engine.plan
        rules = list(rules)
        sources = {rule.starts.rule for rule in rules}
        for number, rule in enumerate(rules):
            owed = self.owed.setdefault(rule.subject, Owed(rule.subject, {}))
            table = self.vocabulary.table_of(rule.subject)
            if table is None or table.name not in plan.book.sources:
                owed.silent[rule.id] = f"the book has no {table.name if table else rule.subject}"
                continue
            alone = not self.every and rule.id not in sources
            reaching = want_reaching(self.engine, rule, self.calendars_of(rule), alone=alone)
            plan.want(rule.subject, facts_of_rule(rule, starts=reaching is None))
            missing = plan.subject(rule.subject).missing
            lacking = next((name for name in starting(rule) if name in missing), "")
            if lacking:
                owed.silent[rule.id] = missing[lacking]
                continue
            if uses_working_time(rule) and not (rule.calendar or rule.calendar_by or self.calendar.hours):
                owed.silent[rule.id] = NO_HOURS.format(self.calendar.name)
                continue
            if not self.every and self.horizon is not None:
                calendars = self.calendars_of(rule)
                if all(is_beyond(rule, calendar, self.engine.as_of, self.horizon) for calendar in calendars):
                    continue
            owed.rules[number] = rule
            if reaching is not None:
                owed.reaching[number] = reaching
            plan.note_moments(rule.subject, [n for n in timed(rule) if n not in missing])
            for condition in conditions_of(rule):
                plan.note_precision(rule.subject, condition)
            owed.unrecorded[number] = self.records.record(rule, missing, awaited=rule.id in sources)
            if rule.can_move:
                self.records.want_pauses(rule.subject, rule.extends.needs if rule.extends is not None else ())
        for owed in self.owed.values():
            if owed.rules:
                table = self.vocabulary.table_of(owed.subject)
                if table is not None and table.dated_by:
                    plan.want(owed.subject, [table.dated_by])
        self.records.want_rows()
        want_waivers(self.engine.plan)

    def settle(self, subject: str, wanted: Iterable[str] = ()) -> Owed:
        """Work out what is owed to the subjects of one kind, once the engine has read.

        `wanted` are further facts that the base table has to hold the columns of.
        """
        owed, engine = self.owed[subject], self.engine
        relation = engine.relation(subject, outcomes_alone=True)
        owed.relation, owed.base = relation, sql.name(f"{subject} base")
        judge = engine.judge(relation.columns)
        told: list[str] = []
        for number, rule in owed.rules.items():
            if rule.when is not None:
                verdict = judge.condition(rule.when, Against(rule.if_missing, rule.if_not_supplied))
                told.append(f"({verdict}) AS {verdict_column(number)}")
                if can_be_silent(rule, relation):
                    owed.muted.append(number)
                    blind = judge.condition(rule.when, Against(rule.if_missing, not_supplied=True))
                    told.append(f"(({verdict}) IS NULL AND ({blind}) IS NOT NULL) AS {silent_column(number)}")
        causes = dict.fromkeys(rule.ceases for rule in owed.rules.values() if rule.ceases)
        told += [f"{first_cause(listed, judge)} AS {cause_column(listed)}" for listed in causes]
        held = dict.fromkeys(rule.suspends for rule in owed.rules.values() if rule.suspends)
        told += [f"{first_cause(listed, judge)} AS {suspended_column(listed)}" for listed in held]
        told += anniversaries(owed.rules.values(), relation.columns, engine.as_of)
        table = self.vocabulary.table_of(subject)
        dated = table.dated_by if table is not None else ""
        names = dict.fromkeys(
            [
                *wanted,
                dated,
                self._who(owed),
                *(n for rule in owed.rules.values() for n in (*timed(rule), *asked(rule))),
            ]
        )
        texts = [t for n in names if n in relation.columns for t in texts_of(relation.columns[n])]
        for plan in engine.plan.subjects.values():
            texts += [t for n in plan.references.get(subject, ()) for t in texts_of(relation.columns[n])]
        kept = dict.fromkeys([sql.name(relation.key), *(i for text in texts for i in identifiers(text))])
        engine.session.run(
            f"CREATE OR REPLACE TEMP TABLE {owed.base} AS\n{relation.prefix}-- a row is one {subject} with what its rules ask\n"
            f"SELECT {', '.join([*kept, *told])} FROM {sql.name(relation.name)}"
        )
        settled = relation._replace(stages=(), name=f"{subject} base")
        owed.relation = engine.settled[subject] = settled
        if owed.rules:
            self._occurrences(owed, dated)
        return owed

    def _occurrences(self, owed: Owed, dated: str) -> None:
        """The occurrences of all rules, those that are started by another's end after it."""
        engine = self.engine
        if owed.relation is None:
            raise AssertionError(owed.subject)
        crossed = reached(engine, owed.subject, owed.reaching)
        by_subject = owed.calendars = named_by(engine.session, owed, self.calendar, self.vocabulary)
        days = self._days(owed, crossed.values(), by_subject)
        scene = Scene(
            owed.base,
            owed.relation.key,
            dated,
            owed.relation.columns,
            next(iter(days.values())),
            engine.as_of,
            {},
            self.every,
            owed.parts,
            self._who(owed),
            lambda name: engine.book.covers(name) if name in engine.sources else ("", ""),
        )
        scene = scene._replace(past=self._past(owed), crossings=crossed)
        waived = waivers_of(engine, {number: rule.id for number, rule in owed.rules.items()})
        owed.waived = bool(waived)
        sources = {rule.starts.rule for rule in owed.rules.values() if rule.starts.rule}
        ends: dict[str, str] = {}
        groups = [group for rules in levels(owed.rules) for group in groups_of(rules, by_subject)]
        for level, (named, rules, only, known) in enumerate(groups):
            scene = scene._replace(ends=dict(ends), days=days[named], only=only)
            if days[named].hours is None:
                rules = {n: rule for n, rule in rules.items() if not uses_working_time(rule)}  # noqa: PLW2901  # they are silent
            selects = [s for number, rule in rules.items() for s in self._made(rule, number, scene, owed, sources)]
            selects = selects if known else [undated(select) for select in selects]
            if not selects:
                continue
            relation = sql.name(f"{owed.subject} occurrences {level + 1}")
            engine.session.run(
                f"CREATE OR REPLACE TEMP TABLE {relation} AS\n-- a row is one occurrence: a rule, a {owed.subject}, a start\n"
                + "\nUNION ALL ".join(selects)
            )
            self._pause(owed.subject, relation, rules, scene.days)
            if owed.extended:
                self._add(relation, RECORDED, ("TIMESTAMP", "VARCHAR[]"))
                self._extend(owed.subject, relation, rules, scene.days)
            if owed.restarted:
                self._add(relation, (RESTARTED,), ("BOOLEAN",))
                self._restart(owed, relation, rules, scene.days)
            found = self._found(owed.subject, relation, rules)
            standing = Standing(
                rules,
                scene.days,
                engine.as_of,
                owed.unrecorded,
                owed.parts,
                bool(found),
                bool(waived),
                owed.extended,
                owed.restarted,
            )
            table = f"{owed.subject} owed {level + 1}"
            engine.session.run(
                f"CREATE OR REPLACE TEMP TABLE {sql.name(table)} AS\n"
                + standing.select(relation, found, waived, self._keep(rules, sources))
            )
            again = [number for number, rule in rules.items() if number in crossed and not rule.starts.rounds]
            if again:
                engine.session.run(covered(sql.name(table), again, engine.as_of, waived=bool(waived)))
            owed.tables.append(table)
            for used in filter(None, (relation, found)):
                engine.session.run(f"DROP TABLE {used}")
            for rule in rules.values():
                if rule.id in sources:
                    numbers = ", ".join(str(n) for n, r in rules.items() if r.id == rule.id)
                    ended = (
                        f"SELECT key, done, done_until, due, due_until FROM {sql.name(table)} WHERE rule IN ({numbers})"
                    )
                    before = f"{ends[rule.id][1:-1]} UNION ALL " if rule.id in ends else ""
                    ends[rule.id] = ends[rule.id] if ended in before else f"({before}{ended})"

    def unsupplied(self, owed: Owed, number: int) -> list[str]:
        """The facts of a rule's condition that the book does not supply for some subject."""
        columns = owed.relation.columns if owed.relation is not None else {}
        condition = owed.rules[number].when
        names = facts_of(condition) if condition is not None else []
        return [n for n in names if not columns[n].supplied or columns[n].silent != "FALSE"]

    def since(self, opens: str) -> str:
        """The condition, behind an AND, that an opening (an expression) is not before the first day that is listed; "" for none."""
        if self.go_live is None:
            return ""
        return f" AND ({opens} >= {sql.day(self.go_live)} OR {opens} = {BEGINNING})"

    def before(self) -> int:
        """How many occurrences would be listed if they had not opened before the first day that is."""
        if self.go_live is None:
            return 0
        tables = [table for owed in self.owed.values() for table in owed.tables]
        condition = f"open{self.until('due')}" if not self.every else "TRUE"
        counts = [
            f"SELECT count(*) AS n FROM {sql.name(t)} WHERE opens < {sql.day(self.go_live)} AND opens > {BEGINNING} AND {condition}"
            for t in tables
        ]
        return (
            int(self.engine.session.rows(f"SELECT sum(n) FROM ({' UNION ALL '.join(counts)})")[0][0] or 0)
            if counts
            else 0
        )

    def until(self, due: str) -> str:
        """The condition, behind an AND, that a deadline (an expression) lies within the horizon; "" where there is none."""
        if self.horizon is None:
            return ""
        return f" AND ({due} < {sql.day(self.horizon + timedelta(days=1))} OR {due} IS NULL)"

    def _made(self, rule: Obligation, number: int, scene: Scene, owed: Owed, sources: set[str]) -> Iterator[str]:
        """The occurrences of a version of a rule; for a list, those that may be in it, or start what may be."""
        condition = may_be_listed(rule, self.engine.as_of, self.horizon)
        if rule.id in sources:
            waited = may_be_waited_for(rule.id, owed.rules, scene.columns)
            condition = f"({condition}) OR key IN (SELECT {sql.name(scene.key)} FROM {scene.base} WHERE {waited})"
        for select in occurrences(rule, number, scene):
            yield select if self.every else f"SELECT * FROM (\n  {select}\n) AS made WHERE {condition}"

    def _past(self, owed: Owed) -> dict[tuple[int, datetime], str]:
        """What conditions said when a period opened that is judged at its start, and at the end of each that has ended.

        The book is read once for each such moment, whatever the number of rules.
        """
        asked: dict[datetime, dict[int, Obligation]] = {}

        def ask(moment: datetime, number: int, part: Obligation) -> None:
            known = asked.setdefault(moment, {}).get(number, part)
            asked[moment][number] = replace(part, when=part.when or known.when, ceases=part.ceases or known.ceases)

        for number, rule in owed.rules.items():
            if rule.every is None or rule.every.on:
                continue
            found = [
                s for one in self.calendars_of(rule) for s in stretches(rule, one, self.engine.as_of, every=self.every)
            ]
            for stretch in found:
                judged = stretch.opens if rule.at_start else stretch.ended(self.engine.as_of)
                over = stretch.over(self.engine.as_of)
                if judged and rule.when is not None:
                    ask(judged, number, replace(rule, ceases=()))
                if over and rule.ceases:
                    ask(over, number, replace(rule, when=None))
        told: dict[tuple[int, datetime], str] = {}
        for moment, rules in sorted(asked.items()):
            then = judged_then(self.engine, rules, moment)
            told |= {(number, moment): then.table for number in rules}
            owed.undated |= dict.fromkeys(then.undated)
        owed.looked_back = bool(told)
        return told

    def _who(self, owed: Owed) -> str:
        """The field by which evidence is found that does not name the subject itself; "" for none."""
        tables = {p.table for rule in owed.rules.values() for p in parts_of(rule.done) if isinstance(p, RowsDone)}
        links = (
            self.records.link(owed.subject, table) for table in sorted(tables) if table in self.engine.plan.book.sources
        )
        return next((link.here for link in links if link is not None and link.here), "")

    def _keep(self, rules: dict[int, Obligation], sources: set[str]) -> str:
        if self.every:
            return ""
        condition = f"(open OR status = 'suspended'){self.until('due')}"
        chained = [str(number) for number, rule in rules.items() if rule.id in sources]
        return f"({condition}) OR rule IN ({', '.join(chained)})" if chained else condition

    def _days(self, owed: Owed, crossed: Iterable[str], by_subject: Mapping[str, Named]) -> dict[str, Days]:
        """The calendars from the first date that something is counted from to the last, by the names that rules or subjects give."""
        engine, today = self.engine, self.engine.as_of.date()
        columns = owed.relation.columns if owed.relation is not None else {}
        dates = first_and_last(owed.rules.values(), columns)
        edges: list[date] = [today]
        counted = {owed.base: dates, **{table: ["CAST(came AS DATE)"] for table in crossed}}
        for table, listed in counted.items():
            items = ", ".join(f"min({d}), max({d})" for d in listed)
            row = engine.session.rows(f"SELECT {items} FROM {table}")[0] if listed else ()
            edges += [d for d in row if d is not None]
        first, last = min(edges) - AHEAD, max(edges) + AHEAD
        wanted = [rule.calendar for rule in owed.rules.values()]
        wanted += [name for named in by_subject.values() for name in named.names]
        for named in dict.fromkeys(wanted):
            ruled = [_of_calendar(every, named) for every in self.owed.values()]
            spans = {n for rules in ruled for n in open_days_counted(rules)}
            made = self._calendars.get(named)
            if made is None or not made.covers(first, last, spans):
                title, further = named and f"{named} as told", last + AHEAD  # mostly far enough for other subjects, too
                made = Days(engine.session, self.calendar_of(named), first, further, spans, title)
                made.hours = hours_for(
                    engine.session, made, [rule for rules in ruled for rule in rules.values()], title
                )
                self._calendars[named] = made
        return {named: self._calendars[named] for named in dict.fromkeys(wanted)}

    def calendar_of(self, name: str) -> Calendar:
        """The calendar of a name, as the rule files have it; the book's for ""."""
        return self.engine.rulebook.calendars[name]._replace(seen=self.calendar.seen) if name else self.calendar

    def calendars_of(self, rule: Obligation) -> list[Calendar]:
        """The calendars by which a rule can count."""
        return [self.calendar_of(name) for name in names_for(rule, self.vocabulary)]

    def _extend(self, subject: str, relation: str, rules: dict[int, Obligation], days: Days) -> None:
        """Extend the deadlines for which what the rules ask for is on record."""
        engine, table = self.engine, self.records.pausing(subject)
        if table is not None and any(rule.extends is not None for rule in rules.values()):
            Extensions(engine.session, engine.scanned[table.name], subject, days, engine.as_of).extend(relation, rules)

    def _add(self, relation: str, columns: Iterable[str], types: Iterable[str]) -> None:
        for column, type_ in zip(columns, types, strict=True):
            self.engine.session.run(f"ALTER TABLE {relation} ADD COLUMN {column} {type_}")

    def _restart(self, owed: Owed, relation: str, rules: dict[int, Obligation], days: Days) -> None:
        """Let the clocks count anew for which an event came in time."""
        engine, subject, table = self.engine, owed.subject, self.records.pausing(owed.subject)

        def move(moved: dict[int, Obligation]) -> None:
            self._pause(subject, relation, moved, days)
            if owed.extended:
                self._extend(subject, relation, moved, days)

        if table is not None and any(rule.restarts for rule in rules.values()):
            restarts = Restarts(engine.session, engine.scanned[table.name], subject, days)
            restarts.restart(relation, rules, move, extended=owed.extended)

    def days_of(self, name: str) -> Days:
        """The tables of the calendar that a rule names; of the book's where it names none."""
        return self._calendars[name]

    def _pause(self, subject: str, relation: str, rules: dict[int, Obligation], days: Days) -> None:
        table = self.records.pausing(subject)
        if table is not None and any(rule.pauses is not None for rule in rules.values()):
            Stopped(self.engine.session, self.engine.scanned[table.name], subject, days, self.engine.as_of).move(
                relation, rules
            )

    def _found(self, subject: str, relation: str, rules: dict[int, Obligation]) -> str:
        """The table of what was found done in rows; "" where nothing is looked for."""
        kinds = kinds_of(rules.values())
        scanned = {
            name: table for name, table in self.engine.scanned.items() if any(kind.table == name for kind in kinds)
        }
        shown = {
            n: r
            for n, r in rules.items()
            if any(isinstance(p, RowsDone) and p.table in scanned for p in parts_of(r.done))
        }
        if not shown:
            return ""
        unsupplied = {
            Kind(p.table, p.codes, p.where)
            for n, r in self.owed[subject].rules.items()
            for i, p in enumerate(parts_of(r.done))
            if isinstance(p, RowsDone) and i in self.owed[subject].unrecorded[n]
        }
        told = {kind: number for kind, number in kinds.items() if kind not in unsupplied}
        links = {name: link for name in scanned if (link := self.records.link(subject, name)) is not None}
        gathered = Gathered.of(told, links, scanned, lambda name: self.engine.judge(scanned[name].columns))
        if not gathered.select:
            return ""
        found = sql.name(f"{subject} found")
        parts = sorted(
            {i for r in rules.values() for i, part in enumerate(parts_of(r.done)) if isinstance(part, RowsDone)}
        )
        query = found_select(shown, parts, kinds, links, relation, gathered.select, self.engine.as_of)
        self.engine.session.run(f"CREATE OR REPLACE TEMP TABLE {found} AS\n{query}")
        return found


def _of_calendar(owed: Owed, named: str) -> dict[int, Obligation]:
    """The rules for subjects of one kind that can count by a calendar."""
    return {n: rule for n, rule in owed.rules.items() if rule.calendar_by or rule.calendar == named}
