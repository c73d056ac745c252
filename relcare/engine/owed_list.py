"""The rows of the lists of what is owed: every occurrence with its customer, its owner and its reason, in the list's order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.answering import answering, branch_facts, person, role_facts, want_people
from relcare.engine.binding import binds
from relcare.engine.conditions import Column
from relcare.engine.days import end_of
from relcare.engine.decisions import unknown
from relcare.engine.needs import asked, silent_column
from relcare.engine.open_hours import is_worked
from relcare.engine.owed import Owed, Owing
from relcare.engine.owed_because import because
from relcare.engine.rows import Item
from relcare.rulebook.obligations import Obligation
from relcare.rulebook.ordering import SortKey
from relcare.rulebook.values import State
from relcare.rulebook.vocabulary import Vocabulary
from relcare.rulebook.wording import state_word, word
from relcare.timing.calendars import Calendar

LIST = "owed list"
ABOUT = {"name": "name", "tier": "tier", "stage": "stage", "channel": "preferred_channel"}
CUSTOMER = "customer"
SORTED = "customer."  # what rows are sorted by beside their columns
FIRST_IF_SO = ("breach", "supervisor")  # keys that are yes or no: yes stands first
COLUMNS = (
    "act_by", "due_at", "status", "days_left", "subject", "subject_id", "customer_id", "name", "tier", "stage", "rule_id", "action",
    "owner", "channel", "clause", "provisional", "because",
)  # fmt: skip


class Filters(NamedTuple):
    """Which rows are asked for; () for all. `owner` is the acting person or the one who is deputised for."""

    owner: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    regime: tuple[str, ...] = ()


def about_facts(vocabulary: Vocabulary, subject: str, roles: Iterable[str]) -> dict[str, list[str]]:
    """For each thing that a row says of its subject, the facts that it is taken from, the first that is there."""
    found: dict[str, list[str]] = {}
    table = vocabulary.table_of(subject)
    reference = table.reference_to(CUSTOMER) if table is not None else ""
    found["customer_id"] = [reference] if reference else []
    for title, name in ABOUT.items():
        full = name if subject == CUSTOMER or (title == "name" and not reference) else f"customer.{name}"
        found[title] = [full] if vocabulary.fact(subject, full) is not None else []
    found["branch"] = branch_facts(vocabulary, subject)
    for role in roles:
        found[f"by {role}"] = role_facts(vocabulary, subject, role)
    return found


class OwedList:
    """Makes the table of rows. First `want`, then `Owing.settle` for each subject with `wanted`, then `make`."""

    def __init__(self, owing: Owing, language: str, filters: Filters, order: Iterable[SortKey] = ()) -> None:
        self.owing, self.language, self.filters, self.order = owing, language, filters, tuple(order)
        self.engine = owing.engine
        self.vocabulary = owing.vocabulary
        self.suspended = 0  # how many rows are left out since nobody is to act on them now
        self.about: dict[str, dict[str, list[str]]] = {}

    def want(self) -> None:
        """Ask for what rows say of their subjects."""
        for subject, owed in self.owing.owed.items():
            told = (role for rule in owed.rules.values() for role in (rule.by, *(level.tell for level in rule.levels)))
            roles = dict.fromkeys(told)
            about = about_facts(self.vocabulary, subject, roles)
            for key in self.order:
                if key.fact:
                    full = key.fact if subject == CUSTOMER else f"{CUSTOMER}.{key.fact}"
                    about[key.column] = [full] if self.vocabulary.fact(subject, full) is not None else []
            self.about[subject] = about
            table = self.vocabulary.table_of(subject)
            if table is not None and table.name in self.engine.plan.book.sources:
                self.engine.plan.want(subject, self.wanted(subject))
        want_people(self.engine.plan)

    def wanted(self, subject: str) -> list[str]:
        """The facts that rows of a subject name."""
        return list(dict.fromkeys(name for names in self.about.get(subject, {}).values() for name in names))

    def make(self, *, filtered: bool = True, suspended: bool = True) -> int:
        """Make the table `owed list`, numbered by `place` in the list's order; how many rows it has.

        Where it is not `filtered` it has all rows, whatever the filters say. Without `suspended` what is suspended is counted
        and not in it.
        """
        selects = [
            self._select(owed, table)
            for owed in self.owing.owed.values()
            for table in owed.tables
            if owed.relation is not None
        ]
        if not selects:
            return 0
        today = self.engine.as_of.date()
        rows = "(\n  " + "\n  UNION ALL BY NAME ".join(selects) + "\n)"
        owned = answering(rows, self.engine.scanned, today)
        where = self._where() if filtered else ""
        self.engine.session.run(
            f"CREATE OR REPLACE TEMP TABLE {sql.name(LIST)} AS\n-- a row is one row of the list; place: where it stands\n"
            f"SELECT *, row_number() OVER (ORDER BY {self._order()}) AS place, {self._binds()} AS binds FROM (\n  {owned}\n) AS own{where}"
        )
        if not suspended and any(rule.suspends for owed in self.owing.owed.values() for rule in owed.rules.values()):
            held = f"DELETE FROM {sql.name(LIST)} WHERE status = 'suspended'"
            self.suspended = int(self.engine.session.rows(held)[0][0])
        return int(self.engine.session.rows(f"SELECT count(*) FROM {sql.name(LIST)}")[0][0])

    def _select(self, owed: Owed, table: str) -> str:
        """The rows of one table of occurrences; those whose `when` is unknown are one row a subject."""
        about, columns = self.about[owed.subject], owed.relation.columns if owed.relation is not None else {}
        base = f"{owed.base} AS own ON own.{sql.name(owed.relation.key if owed.relation else '')} = o.key"
        wanted = {
            title: self._told(columns, names, title)
            for title, names in about.items()
            if not title.startswith(("by ", SORTED))
        }
        for key in self.order:
            if key.fact:
                wanted[sql.name(key.column)] = self._sorted_by(columns, about[key.column])
        by_role: dict[str, list[int]] = {}
        for number, rule in owed.rules.items():
            by_role.setdefault(rule.by, []).append(number)
        responsible, role = self._people(by_role, about, columns)
        facts = [f"{expression} AS {title}" for title, expression in wanted.items()]
        kinds = ", ".join(f"has{i}" for i in range(owed.parts))
        padding = "".join(f", TRUE AS has{i}" for i in range(owed.parts, self._parts()))
        waived = (
            ", waived_at, waived_by, waived_why"
            if owed.waived
            else ", NULL AS waived_at, NULL AS waived_by, NULL AS waived_why"
        )
        waived += ", extended_on, lacks" if owed.extended else ", NULL AS extended_on, NULL AS lacks"
        waived += ", restarted" if owed.restarted else ", NULL AS restarted"
        wants = self._wants(owed)
        listed = self._only(owed)
        items = (
            f"o.rule, {sql.text(owed.subject)} AS subject, o.key AS subject_id, o.start, o.start_until, o.opens, o.due, o.due_until, o.act_by, o.status, o.assumed, "
            f"o.provisional, o.verdict, o.cause, o.held, o.done, o.open, o.paused, {kinds}{padding}{waived}, {responsible} AS responsible, {role} AS role, "
            f"{', '.join(facts)}, NULL AS wants, NULL AS together, NULL AS actions, NULL AS clauses"
        )
        known = f"SELECT {items}\n  FROM {sql.name(table)} AS o JOIN {base}\n  WHERE (o.verdict IS NOT NULL OR o.status NOT IN ('undetermined')){listed}"
        if not self._open(table):
            return known
        names = " ".join(f"WHEN {n} THEN {sql.text(rule.id)}" for n, rule in owed.rules.items())
        clauses = " ".join(f"WHEN {n} THEN {sql.text(' '.join(rule.cites))}" for n, rule in owed.rules.items())
        labels = " ".join(f"WHEN {n} THEN {sql.text(r.label.in_(self.language))}" for n, r in owed.rules.items())
        flags = "".join(f", FALSE AS has{i}" for i in range(self._parts()))
        silent = self._not_silent(owed) + self._not_over(owed)
        folded = (
            f"SELECT min(o.rule) AS rule, {sql.text(owed.subject)} AS subject, o.key AS subject_id, NULL AS start, NULL AS start_until, NULL AS opens, min(o.due) AS due, min(o.due) AS due_until, "
            f"min(o.act_by) AS act_by, 'undetermined' AS status, FALSE AS assumed, bool_or(o.provisional) AS provisional, NULL AS verdict, NULL AS cause, NULL AS held, NULL AS done, "
            f"bool_or(o.open) AS open, FALSE AS paused{flags}, NULL AS waived_at, NULL AS waived_by, NULL AS waived_why, NULL AS extended_on, NULL AS lacks, NULL AS restarted, arg_min({responsible}, o.rule) AS responsible, arg_min({role}, o.rule) AS role, "
            f"{', '.join(f'any_value({e}) AS {t}' for t, e in wanted.items())}, array_to_string(list_sort(list_distinct(flatten(list({wants})))), '; ') AS wants, "
            f"array_to_string(list_sort(list_distinct(list(CASE o.rule {names} END))), ', ') AS together, "
            f"array_to_string(list_sort(list_distinct(list(CASE o.rule {labels} END))), '; ') AS actions, "
            f"array_to_string(list_sort(list_distinct(list(CASE o.rule {clauses} END))), ' ') AS clauses\n"
            f"  FROM {sql.name(table)} AS o JOIN {base}\n  WHERE o.verdict IS NULL AND o.status = 'undetermined'{silent}{listed} GROUP BY o.key"
        )
        return f"{known}\n  UNION ALL BY NAME {folded}"

    def _open(self, table: str) -> bool:
        """Whether it is unknown of anybody if they are owed something: most books have a row or two of them, many tables none."""
        query = f"SELECT count(*) FROM {sql.name(table)} WHERE verdict IS NULL AND status = 'undetermined'"
        return bool(self.engine.session.rows(query)[0][0])

    def told(self, subject: str, title: str) -> str:
        """What a row says of its subject, as an expression over the subject's base table."""
        relation = self.owing.owed[subject].relation
        return self._told(relation.columns if relation is not None else {}, self.about[subject][title], title)

    def _parts(self) -> int:
        return max(owed.parts for owed in self.owing.owed.values())

    def _only(self, owed: Owed) -> str:
        """What is kept for other rules alone is not listed."""
        filters = self.filters
        numbers = [
            str(n)
            for n, rule in owed.rules.items()
            if (not filters.rule or rule.id in filters.rule) and (not filters.regime or rule.regime in filters.regime)
        ]
        only = f" AND o.rule IN ({', '.join(numbers) or 'NULL'})" if len(numbers) < len(owed.rules) else ""
        only += self.owing.since("o.opens")
        return only if self.owing.every else f"{only} AND (o.open OR o.status = 'suspended'){self.owing.until('o.due')}"

    def _told(self, columns: Mapping[str, Column], names: list[str], title: str) -> str:
        """What is said of a subject; "" where there is nothing to say."""
        supplied = [columns[name] for name in names if name in columns and columns[name].supplied]
        if not supplied:
            return "CAST(NULL AS VARCHAR)" if title == "branch" else "''"
        value = f"coalesce({', '.join(c.value for c in supplied)})" if len(supplied) > 1 else supplied[0].value
        if title == "branch":
            return value
        if title in ("tier", "stage"):
            column = supplied[0]
            if column.certain:
                return value
            nobody = f"WHEN {column.absent} THEN ''" if column.absent != "FALSE" else ""
            return f"CASE WHEN {value} IS NOT NULL THEN {value} {nobody} ELSE 'undetermined' END"
        return f"coalesce({value}, '')"

    def _people(
        self, by_role: dict[str, list[int]], about: dict[str, list[str]], columns: Mapping[str, Column]
    ) -> tuple[str, str]:
        """Who is responsible by a field, and the role where no field names anybody."""
        people, roles = [], []
        for role, numbers in by_role.items():
            listed = ", ".join(map(str, numbers))
            names = about[f"by {role}"]
            people.append(f"WHEN o.rule IN ({listed}) THEN {person(columns, names)}")
            if not names:
                roles.append(f"WHEN o.rule IN ({listed}) THEN {sql.text(role)}")
        role_case = f"CASE {' '.join(roles)} END" if roles else "CAST(NULL AS VARCHAR)"
        return f"CASE {' '.join(people)} END", role_case

    def _wants(self, owed: Owed) -> str:
        """The list of the facts for want of which a row is undetermined."""
        columns = owed.relation.columns if owed.relation is not None else {}
        names = dict.fromkeys(n for rule in owed.rules.values() for n in asked(rule))
        told = [self._unclear(owed, number) for number in owed.reaching]
        for name in names:
            column = columns.get(name)
            if column is None or not column.supplied or unknown(column) == "FALSE":
                continue
            fact = self.vocabulary.fact(owed.subject, name)
            label = fact.label.in_(self.language) if fact is not None else name
            state = (
                word("undetermined", self.language)
                if fact is not None and fact.source == "decision"
                else state_word(State.UNREADABLE, self.language)
            )
            words = sql.text(f"{label} {state}")
            if column.empty != "FALSE":
                empty = sql.text(f"{label} {state_word(State.EMPTY, self.language)}")
                words = f"CASE WHEN {column.empty} THEN {empty} ELSE {words} END"
            waiting = [str(n) for n, rule in owed.rules.items() if name in asked(rule)]
            told.append(
                f"CASE WHEN o.verdict IS NULL AND o.rule IN ({', '.join(waiting)}) AND {unknown(column)} THEN {words} END"
            )
        listed = f"[{', '.join(told)}]" if told else "CAST([] AS VARCHAR[])"
        return f"list_filter({listed}, lambda fact: fact IS NOT NULL)"

    def _unclear(self, owed: Owed, number: int) -> str:
        """What is said where it is not known if, or when, the limit was reached that a rule starts from."""
        name = owed.rules[number].starts.fact
        fact = self.vocabulary.fact(owed.subject, name)
        label = fact.label.in_(self.language) if fact is not None else name
        words = sql.text(f"{label} {state_word(State.UNREADABLE, self.language)}")
        return f"CASE WHEN o.rule = {number} AND o.unclear THEN {words} END"

    def _not_silent(self, owed: Owed) -> str:
        """Leaves out what is unknown only because the book does not supply something: the notes say it once a rule."""
        tests = [f"NOT (o.rule = {n} AND own.{silent_column(n)})" for n in owed.muted]
        return "".join(f" AND {test}" for test in tests)

    def _not_over(self, owed: Owed) -> str:
        """Leaves out periods that are over: of whom it can't be told any more, nobody has to act on."""
        again = [str(n) for n, rule in owed.rules.items() if rule.every is not None and not rule.every.on]
        if not owed.looked_back or not again:
            return ""
        return f" AND (o.lapse >= {sql.moment(self.engine.as_of)} OR o.lapse IS NULL OR o.rule NOT IN ({', '.join(again)}))"

    def _where(self) -> str:
        filters, conditions = self.filters, []
        if filters.owner:
            people = f"IN ({', '.join(map(sql.text, filters.owner))})"
            conditions.append(f"(owner {people} OR responsible {people})")
        for title in ("branch", "tier", "status"):
            values = getattr(filters, title)
            if values:
                conditions.append(f"{title} IN ({', '.join(map(sql.text, values))})")
        return f"\nWHERE {' AND '.join(conditions)}" if conditions else ""

    def _sorted_by(self, columns: Mapping[str, Column], names: list[str]) -> str:
        """What a fact of the customer gives a row to be sorted by: NULL where it has none, or it is not known."""
        column = next((columns[name] for name in names if name in columns and columns[name].supplied), None)
        if column is None:
            return "NULL"
        if column.type not in ("code", "text", "id") or column.absent == "FALSE":
            return column.value
        return f"CASE WHEN {column.absent} THEN '' ELSE {column.value} END"  # who has no class is behind those who have

    def _binds(self) -> str:
        """Whether the row's clock is the one that binds, as an expression over the list; NULL where it asks alone."""
        owing = self.owing.owed
        rules = {n: rule for owed in owing.values() for n, rule in owed.rules.items()}
        tables = [(owed.subject, table) for owed in owing.values() for table in owed.tables]
        return binds(tables, rules, "own", self._supervisors())

    def _supervisors(self) -> list[str]:
        return [name for name, regime in self.engine.rulebook.regimes.items() if regime.supervisor]

    def _order(self) -> str:
        """The order of the list: its keys, last the ids. What has no date stands first: it may be late; so does what is
        undetermined where values are ranked.
        """
        supervisors = self._supervisors()
        rules = {n: rule for owed in self.owing.owed.values() for n, rule in owed.rules.items()}
        first = ", ".join(str(n) for n, rule in rules.items() if rule.regime in supervisors)
        written = {
            "act_by": "act_by",
            "due_at": "due",
            "days_left": "due",
            "breach": "status = 'overdue'",
            "supervisor": f"rule IN ({first})" if first else "FALSE",
            "regime": _case({n: rule.regime for n, rule in rules.items()}),
            "rule_id": "rule",
            "action": "rule",
            "clause": "rule",
        }
        keys = []
        for key in self.order:
            column = sql.name(key.column) if key.fact else written.get(key.column, key.column)
            if key.ranking:
                doubt = (
                    ""
                    if "undetermined" in key.ranking
                    else f"WHEN {column} = 'undetermined' OR {column} IS NULL THEN -1 "
                )
                cases = " ".join(f"WHEN {column} = {sql.text(code)} THEN {i}" for i, code in enumerate(key.ranking))
                column = f"CASE {doubt}{cases} ELSE {len(key.ranking)} END"
            descending = key.descending != (key.column in FIRST_IF_SO)
            nulls = "FIRST" if key.fact or not descending else "LAST"
            keys.append(f"{column} {'DESC' if descending else 'ASC'} NULLS {nulls}")
        return ", ".join([*keys, "subject", "subject_id", "rule", "due", "opens"])

    def items(self, columns: Iterable[str]) -> tuple[Item, ...]:
        """The expressions of the columns of a list."""
        return tuple(self.item(key) for key in columns)

    def group(self, columns: Iterable[str], first: frozenset[str], where: str) -> None:
        """Make the table `owed by customer`: a row for all that is owed to one customer, in the order of its first.

        Of the columns `first` the first row's cell is taken, of the others all different ones in their order; `count` counts.
        """
        keys = [key for key in columns if key != "count"]
        cells = ", ".join(f"{self.item(key).expression} AS {sql.name(key)}" for key in keys)
        told = [
            f"arg_min({sql.name(key)}, place) AS {sql.name(key)}"
            if key in first
            else f"array_to_string(list_sort(list_distinct(list({sql.name(key)}))), '; ') AS {sql.name(key)}"
            if key == "owner"
            else f"string_agg({sql.name(key)}, '; ' ORDER BY place) AS {sql.name(key)}"
            for key in keys
        ]
        condition = f" WHERE {where}" if where else ""
        self.engine.session.run(
            'CREATE OR REPLACE TEMP TABLE "owed by customer" AS\n-- a row is one customer (or, without one, one subject) and all that is owed\n'
            f'SELECT min(place) AS place, CAST(count(*) AS VARCHAR) AS "count", {", ".join(told)}\nFROM (\n'
            f"  SELECT place, coalesce(nullif(customer_id, ''), subject || ' ' || subject_id) AS who, {cells}\n  FROM {sql.name(LIST)}{condition}\n)\nGROUP BY who"
        )

    def grouped_items(self, columns: Iterable[str]) -> tuple[Item, ...]:
        """The expressions of the columns of the list by customer."""
        return tuple(Item(sql.name(key)) for key in columns)

    def item(self, key: str) -> Item:
        """The expression of one column of a list."""
        rules = {n: rule for owed in self.owing.owed.values() for n, rule in owed.rules.items()}
        match key:
            case "act_by" | "due_at":
                column = "act_by" if key == "act_by" else "due"
                return Item(shown_due(column, rules, self.owing), risky="")
            case "days_left":
                return Item(
                    f"CAST(date_diff('day', {sql.day(self.engine.as_of.date())}, CAST(due AS DATE)) AS VARCHAR)",
                    risky="",
                )
            case "rule_id":
                return Item(f"coalesce(together, {_case({n: r.id for n, r in rules.items()})})")
            case "action":
                return Item(f"coalesce(actions, {_case({n: r.label.in_(self.language) for n, r in rules.items()})})")
            case "clause":
                return Item(f"coalesce(clauses, {_case({n: ' '.join(r.cites) for n, r in rules.items()})})", risky="")
            case "regime":
                return Item(_case({n: rule.regime for n, rule in rules.items() if rule.regime}), risky="")
            case "provisional":
                return Item("CASE WHEN provisional THEN 'yes' END", risky="")
            case "occurrence":
                opens = "strftime(opens, '%Y-%m-%d %H:%M:%S')"
                ids = _case({n: r.id for n, r in rules.items()})
                return Item(f"concat_ws(' ', coalesce(together, {ids}), subject, subject_id, {opens})")
            case "channel":
                own = {n: r.channel for n, r in rules.items() if r.channel}
                return Item(f"coalesce({_case(own)}, channel)" if own else "channel")
            case "because":
                return Item(because(self.owing, self.vocabulary, self.language))
            case _:
                return Item(sql.name(key))


def shown_due(column: str, rules: Mapping[int, Obligation], owing: Owing) -> str:
    """A deadline, or the last moment for it, as text: working time always with its time of day, days by a rule's own calendar
    as that shows them.
    """
    shown = f"CASE {in_time(column)} END"
    cases: dict[str, list[int]] = {}
    for number, rule in rules.items():
        if is_worked(rule.due.span):
            cases.setdefault(shown, []).append(number)
        elif rule.calendar:
            told = shown_moment(column, owing.calendar_of(rule.calendar))
            cases.setdefault(told, []).append(number)
    plain = shown_moment(column, owing.calendar)
    if not cases:
        return plain
    told = " ".join(
        f"WHEN rule IN ({', '.join(map(str, ns))}) AND {column} IS NOT NULL THEN {t}" for t, ns in cases.items()
    )
    return f"CASE {told} ELSE {plain} END"


def shown_moment(column: str, calendar: Calendar) -> str:
    """A deadline as text: its date where it is the end of a day, else the minute, and the second where it has any."""
    day = f"CAST({column} AS DATE)"
    ends = f"{day} + INTERVAL '{calendar.closes}'" if calendar.closes is not None else end_of(calendar, day)
    return f"CASE WHEN {column} = {ends} THEN strftime({column}, '%Y-%m-%d') {in_time(column)} END"


def in_time(column: str) -> str:
    """The branches of a CASE for a moment that is shown to the minute, and to the second where it has any."""
    return (
        f"WHEN second({column}) = 0 THEN strftime({column}, '%Y-%m-%d %H:%M') "
        f"ELSE strftime({column}, '%Y-%m-%d %H:%M:%S')"
    )


def _case(by_number: dict[int, str]) -> str:
    """A CASE over the rules' numbers."""
    texts: dict[str, list[int]] = {}
    for number, text in by_number.items():
        texts.setdefault(text, []).append(number)
    cases = " ".join(
        f"WHEN rule IN ({', '.join(map(str, numbers))}) THEN {sql.text(text)}" for text, numbers in texts.items()
    )
    return f"CASE {cases} END" if cases else "CAST(NULL AS VARCHAR)"
