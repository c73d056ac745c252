"""Occurrences as SQL: for each version of a rule, a row for each subject and start that may matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column
from relcare.engine.days import WORKING, Days, is_elapsed, moved
from relcare.engine.decisions import unknown
from relcare.engine.needs import cause_column, suspended_column, verdict_column
from relcare.engine.open_hours import Joined, is_worked
from relcare.engine.stretches import Stretch, stretches
from relcare.rulebook.obligations import FactDone, Obligation, Point, RowsDone, parts_of
from relcare.timing.counting import begin_of, is_abroad

DAY_END = "INTERVAL 86399999999 MICROSECONDS"
NOTHING = "CAST(NULL AS TIMESTAMP)"
BEGINNING = "TIMESTAMP '0001-01-01 00:00:00'"  # the opening of what is open ever since
ANNIVERSARIES = 2  # of the last ones, how many may still be open


class Scene(NamedTuple):
    """What the occurrences of one subject are made from.

    `base` is the table of subjects with the `columns` of their facts and, for each version of a rule, what its `when` says;
    `dated` is the field with which a subject comes into being ("" for none). `ends` are the tables of what became of the
    rules whose end starts another, by id. With `every` also what was given up or done long ago is made. `parts` is how many
    pieces of evidence a rule has at the most. `who` is the subject's field by which evidence is found that does not name the
    subject itself ("" for none). `covers` gives the first and the last day that a table covers, "" where nothing is said.
    `past` are the tables of what conditions said at an earlier moment, by the number of the version and the moment. `crossings`
    are the tables of the moments from which a version is owed, by its number, where they are not a fact of the subject. `only`
    is a condition on subjects, "" for all.
    """

    base: str
    key: str
    dated: str
    columns: Mapping[str, Column]
    days: Days
    as_of: datetime
    ends: Mapping[str, str]
    every: bool = False
    parts: int = 1
    who: str = ""
    covers: Callable[[str], tuple[str, str]] = lambda _: ("", "")
    past: Mapping[tuple[int, datetime], str] = {}  # never changed
    crossings: Mapping[int, str] = {}  # never changed
    only: str = ""


class Start(NamedTuple):
    """What a clock starts from: the earliest and the latest point, when the next one opens, and what has to hold and be joined.

    `upto` is from when on nothing is done for it, "" for when the next one opens. `sure`: whether there was such a start; where
    not, nobody can tell what is owed. `whole`: it is a day, told by its beginning.
    """

    low: str
    high: str
    following: str = NOTHING
    where: tuple[str, ...] = ()
    joins: str = ""
    assumed: str = "FALSE"
    upto: str = ""
    sure: str = "TRUE"
    whole: bool = False


class Told(NamedTuple):
    """What conditions say of an occurrence: columns, "" for those of the base table; and what has to hold and be joined."""

    verdict: str = ""
    cause: str = ""
    where: tuple[str, ...] = ()
    joins: str = ""


class Made(NamedTuple):
    """A point in time: its earliest and its latest, and the joins that it needs."""

    low: str
    high: str
    joins: str = ""


class Shown(NamedTuple):
    """What is known of a part of the evidence before rows are looked for: columns, and the joins that they need."""

    items: tuple[str, ...]
    joins: str = ""


def lowest(column: Column) -> str:
    """The earliest point of a date or moment, of a month its last day; NULL where it has no value."""
    return column.value if column.type == "moment" else f"CAST({day_of(column)} AS TIMESTAMP)"


def highest(column: Column) -> str:
    """The latest point of a date, moment or month; NULL where it has no value."""
    if column.type == "moment":  # where the value is hidden, as later than the as-of, so is its latest point
        return f"CASE WHEN {column.value} IS NOT NULL THEN {column.until} END" if column.until else column.value
    return f"CAST({day_of(column)} AS TIMESTAMP) + {DAY_END}"


def day_of(column: Column) -> str:
    """The day of a date or moment, of a month its last: what is read off a month-end is known with it."""
    if column.type == "month":
        return f"last_day(make_date({column.value} // 12, {column.value} % 12 + 1, 1))"
    return column.value if column.type == "date" else f"CAST({column.value} AS DATE)"


def occurrences(rule: Obligation, number: int, scene: Scene) -> Iterator[str]:
    """The SELECTs whose rows are the occurrences of one version of a rule, those to which its `when` says no left out."""
    branch = _Branch(rule, number, scene)
    if rule.starts.kind == "ahead":
        yield branch.ahead()
    elif rule.every is not None and rule.every.on:
        never = rule.lapses.after is None and not rule.lapses.at_next
        for back in range(scene.as_of.year - rule.start.year + 2 if never else ANNIVERSARIES):
            yield branch.clock(branch.anniversary(back), branch.anniversary(back - 1))
        if rule.opens is not None:  # the next one may have opened
            yield branch.clock(branch.anniversary(-1), branch.anniversary(-2))
    elif rule.every is not None:
        for stretch in stretches(rule, scene.days.calendar, scene.as_of, every=scene.every):
            yield branch.stretch(stretch)
    elif number in scene.crossings:
        yield branch.crossing(scene.crossings[number])
        yield from _Branch(rule, number, scene).uncrossed(scene.crossings[number])
    else:
        start = branch.start()
        if start is not None:
            yield branch.clock(start)
    waited = _Branch(rule, number, scene).undated()
    if waited:
        yield waited


class _Branch:
    """One version of a rule."""

    def __init__(self, rule: Obligation, number: int, scene: Scene) -> None:
        self.rule, self.number, self.scene = rule, number, scene
        self.columns, self.days = scene.columns, scene.days
        self._taken: dict[str, str] = {}

    def _take(self, expression: str) -> str:
        """An expression over the subject's facts, as a column of the inner SELECT: joins can then bring no name twice."""
        if expression in ("TRUE", "FALSE", NOTHING):
            return expression
        return f"own.{self._taken.setdefault(expression, f'x{len(self._taken) + 1}')}"

    def crossing(self, table: str) -> str:
        """Counted from each moment at which the limit was reached; unknown where it is unknown whether it was.

        A round ends when the next one surely opens.
        """
        following = NOTHING
        if self.rule.starts.rounds:
            later = "OVER (PARTITION BY key ORDER BY came ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
            table = f"(SELECT *, min(came) FILTER (sure) {later} AS next_came FROM {table})"
            following = "crossed.next_came"
        join = f" JOIN {table} AS crossed ON crossed.key = own.key"
        return self.clock(Start("crossed.came", "crossed.came_until", following, joins=join, sure="crossed.sure"))

    def uncrossed(self, table: str) -> Iterator[str]:
        """The subjects that may have reached the limit, nobody knows when."""
        if self.rule.dated_by or self.rule.in_force(self.scene.as_of.date()):
            join = f" JOIN {table} AS crossed ON crossed.key = own.key"
            nothing = Start(NOTHING, NOTHING, BEGINNING, sure="FALSE")
            where = ["crossed.came IS NULL"]
            if self.rule.dated_by:
                where += [f"coalesce({' AND '.join(self._in_force(NOTHING))}, TRUE)"]
            yield self._select(nothing, Made(NOTHING, NOTHING), BEGINNING, join, where)

    def clock(self, start: Start, following: Start | None = None) -> str:
        """Counted from a start that each subject has for itself; `following` is that of the next one."""
        due = self._point(self.rule.due, start)
        opens, joins = self._opening(start, due, "opens")
        if following is not None:
            after, further = self._opening(following, self._point(self.rule.due, following, "next due"), "next opens")
            if further or self.rule.opens is not None:
                further = self._point(self.rule.due, following, "next due").joins + further
            start, joins = start._replace(following=after), joins + further
        where = [*start.where, f"{start.low} IS NOT NULL", *self._in_force(f"CAST({start.low} AS DATE)")]
        if following is not None and self.rule.opens is not None:
            where.append(f"{opens} <= {sql.moment(self.scene.as_of)}")
        return self._select(start, due, opens, start.joins + due.joins + joins, where)

    def _opening(self, start: Start, due: Made, name: str) -> tuple[str, str]:
        """When an occurrence opens, and the joins for it."""
        opens = self.rule.opens
        if opens is None:
            return start.low, ""
        made = self._point(opens, start._replace(low=due.low, high=due.high) if opens.base == "due" else start, name)
        return _begin(made.low, opens, self.days), made.joins

    def undated(self) -> str:
        """The subjects of whom the date that a deadline is counted from is unknown: nobody can tell when they are owed what."""
        rule = self.rule
        names = [
            rule.starts.fact if self.number not in self.scene.crossings else "",
            rule.due.fact if rule.starts.kind == "ahead" else "",
            rule.every.on if rule.every else "",
            rule.dated_by,
        ]
        blind = [unknown(self.columns[name]) for name in names if name and self.columns[name].supplied]
        blind = [condition for condition in blind if condition != "FALSE"]
        if not blind or not (rule.dated_by or rule.in_force(self.scene.as_of.date())):
            return ""
        nothing = Start(NOTHING, NOTHING, BEGINNING)  # no row can be told to be later than its opening
        where = [" OR ".join(f"({self._take(condition)})" for condition in blind)]
        if rule.dated_by:
            where += [f"coalesce({' AND '.join(self._in_force(NOTHING))}, TRUE)"]
        return self._select(nothing, Made(NOTHING, NOTHING), BEGINNING, "", where, Told("CAST(NULL AS BOOLEAN)"))

    def stretch(self, stretch: Stretch) -> str:
        """A period or festival that all subjects share."""
        first = sql.moment(stretch.opens)
        upto = sql.moment(stretch.upto) if stretch.upto is not None else NOTHING
        start = Start(first, first, sql.moment(stretch.next_opens), upto=upto)
        due = sql.moment(stretch.due)
        where = self._in_force(sql.day(stretch.first)) if self.rule.dated_by else []
        dated = self.columns.get(self.scene.dated)
        festive = self.rule.every is not None and self.rule.every.festivals is not None
        begins = stretch.opens.date() if festive else stretch.first
        if dated is not None and dated.supplied:
            where.append(f"coalesce(CAST({self._take(dated.value)} AS DATE) <= {sql.day(begins)}, TRUE)")
        day = sql.moment(begin_of(stretch.first, self.days.calendar))
        told = self._told_then(stretch)
        return self._select(
            start, Made(due, due), first, told.joins, [*where, *told.where], told, since=Start(day, day)
        )

    def _told_then(self, stretch: Stretch) -> Told:
        """What was said at the opening, where that is when it is judged, or at the end of what has ended; of causes when it lapsed."""
        rule, past, over = self.rule, self.scene.past, stretch.over(self.scene.as_of)
        asked = stretch.opens if rule.at_start else stretch.ended(self.scene.as_of)
        judged = past.get((self.number, asked)) if asked else None
        ended = past.get((self.number, over)) if over and rule.ceases else None
        joins, told = "", Told()
        if judged is not None and rule.when is not None:
            joins += f" JOIN {judged} AS judged ON judged.key = own.key"
            verdict = f"judged.{verdict_column(self.number)}"
            told = told._replace(verdict=verdict, where=(f"{verdict} IS NOT FALSE",))
        if ended is not None:
            joins += f" JOIN {ended} AS ended ON ended.key = own.key"
            told = told._replace(cause=f"ended.{cause_column(rule.ceases)}")
        return told._replace(joins=joins)

    def ahead(self) -> str:
        """Ahead of a date of the subject."""
        nothing = Start(NOTHING, NOTHING)
        due = self._point(self.rule.due, nothing)
        window = self._window_start(due)
        opens, joins = window.value or BEGINNING, due.joins + window.joins
        if self.rule.opens is not None:
            anchor = nothing._replace(low=due.low, high=due.high)
            made = self._point(self.rule.opens, anchor, "opens")
            opens, joins = _begin(made.low, self.rule.opens, self.days), due.joins + made.joins
        where = [f"{due.low} IS NOT NULL", *self._in_force(f"CAST({due.low if opens == BEGINNING else opens} AS DATE)")]
        return self._select(Start(opens, opens), due, opens, joins, where)

    def start(self) -> Start | None:
        """The start of a clock that runs once; None where the rule that it waits for gives nothing."""
        starts = self.rule.starts
        column = self.columns[starts.fact] if starts.fact else None
        if not starts.rule:
            if column is None or not column.supplied:
                return None
            return Start(self._take(lowest(column)), self._take(highest(column)))
        ended = self.scene.ends.get(starts.rule)
        if ended is None:
            return None
        low, high = "coalesce(chain.done, chain.due)", "coalesce(chain.done_until, chain.due_until)"
        join = f" JOIN {ended} AS chain ON chain.key = own.key"
        if column is None or not column.supplied:
            return Start(low, high, joins=join, assumed="chain.done IS NULL" if column is None else "TRUE")
        there = f"{self._take(column.value)} IS NOT NULL"
        # a start that can't be read is no start that is still to come: nothing is assumed for it
        spoilt = self._take(unknown(column))
        where = () if spoilt == "FALSE" else (f"({there} OR NOT {spoilt})",)
        return Start(
            f"CASE WHEN {there} THEN {self._take(lowest(column))} ELSE {low} END",
            f"CASE WHEN {there} THEN {self._take(highest(column))} ELSE {high} END",
            where=where,
            joins=f" LEFT{join}",
            assumed=f"NOT ({there})",
        )

    def anniversary(self, back: int) -> Start:
        """The last anniversary that has come, or one so many before it."""
        every = self.rule.every
        months, field = (every.months, every.on) if every is not None else (12, "")
        column = self.columns[field]
        if not column.supplied:
            return Start(NOTHING, NOTHING)
        anchor = f"CAST({column.value} AS DATE)"
        nth = f"({anniversaries_column(field, months)} - {back})"
        come = self._take(f"{nth} >= 1")
        on = self._take(f"CAST(CAST({anchor} + to_months(CAST({nth} * {months} AS INTEGER)) AS DATE) AS TIMESTAMP)")
        return Start(on, on, where=(come,), whole=True)

    def _select(
        self,
        start: Start,
        due: Made,
        opens: str,
        joins: str,
        where: list[str],
        told: Told = Told(),  # noqa: B008
        since: Start | None = None,
    ) -> str:
        rule, scene = self.rule, self.scene
        verdict = told.verdict or ("TRUE" if rule.when is None else f"own.{verdict_column(self.number)}")
        if start.sure != "TRUE":
            verdict = f"CASE WHEN {start.sure} THEN {verdict} END"
        cause = told.cause or (f"own.{cause_column(rule.ceases)}" if rule.ceases else "CAST(NULL AS SMALLINT)")
        held = f"own.{suspended_column(rule.suspends)}" if rule.suspends else "CAST(NULL AS SMALLINT)"
        who = (
            self._take(self.columns[scene.who].value)
            if scene.who and self.columns[scene.who].supplied
            else "CAST(NULL AS VARCHAR)"
        )
        items = [
            f"CAST({self.number} AS SMALLINT) AS rule", "own.key AS key", f"{who} AS who", f"{opens} AS opens", f"{start.low} AS start",
            f"{start.high} AS start_until", f"{start.assumed} AS assumed", f"{due.low} AS due", f"{due.high} AS due_until",
            f"{start.following} AS next_opens", f"{start.upto or start.following} AS upto", f"{verdict} AS verdict", f"NOT {start.sure} AS unclear",
            f"{cause} AS cause", f"{held} AS held", "FALSE AS paused",
            *(item for piece in self._parts(since or start, due, opens) for item in piece.items),
        ]  # fmt: skip
        joins += "".join(piece.joins for piece in self._parts(since or start, due, opens))
        inner = [
            f"{sql.name(scene.key)} AS key",
            *(f"{expression} AS {alias}" for expression, alias in self._taken.items()),
        ]
        inner += [verdict_column(self.number)] if rule.when is not None else []
        inner += [cause_column(rule.ceases)] if rule.ceases else []
        inner += [suspended_column(rule.suspends)] if rule.suspends else []
        now = rule.when is not None and not rule.at_start and not told.where
        kept = [f"{verdict_column(self.number)} IS NOT FALSE"] if now else []
        kept += [scene.only] if scene.only else []
        among = f" WHERE {' AND '.join(kept)}" if kept else ""
        outer = f"\n  WHERE {' AND '.join(where)}" if where else ""
        return f"SELECT {', '.join(items)}\n  FROM (SELECT {', '.join(inner)} FROM {scene.base}{among}) AS own{joins}{outer}"

    def _parts(self, start: Start, due: Made, opens: str) -> list[Shown]:
        """For each part of the evidence: when it was done and whether that is in doubt, if it is a fact of the subject; else
        from when on a row counts, NULL for the opening. And the joins that this needs.
        """
        shown = []
        parts = parts_of(self.rule.done)
        for i in range(self.scene.parts):
            part = parts[i] if i < len(parts) else None
            low, high, doubt, since, joins = NOTHING, NOTHING, "FALSE", NOTHING, ""
            if isinstance(part, FactDone) and self.columns[part.fact].supplied:
                column = self.columns[part.fact]
                low, high, doubt = (self._take(e) for e in (lowest(column), highest(column), unknown(column)))
            elif isinstance(part, RowsDone):
                if part.since is not None:
                    edge = start._replace(low=due.low, high=due.high) if part.since.base == "due" else start
                    since, joins = self.since(part.since, edge, f"since {i}")
                doubt = self._uncovered(part.table, opens if since == NOTHING else since)
            items = (f"{low} AS done{i}", f"{high} AS done{i}_until", f"{doubt} AS doubt{i}", f"{since} AS since{i}")
            shown.append(Shown(items, joins))
        return shown

    def _uncovered(self, table: str, since: str) -> str:
        """Whether what a table covers leaves out part of the time in which something may have been done."""
        first, last = self.scene.covers(table)
        if last and self.scene.as_of > datetime.fromisoformat(f"{last} 23:59:59.999999"):
            return "TRUE"
        return f"coalesce({since} < TIMESTAMP '{first} 00:00:00', FALSE)" if first else "FALSE"

    def _in_force(self, day: str) -> list[str]:
        """Whether the version is in force on a day (an expression), or on the date by which versions are chosen."""
        rule = self.rule
        if rule.dated_by:
            column = self.columns[rule.dated_by]
            day = f"CAST({self._take(column.value) if column.supplied else NOTHING} AS DATE)"
        until = [f"{day} < {sql.day(rule.until)}"] if rule.until is not None else []
        return [f"{day} >= {sql.day(rule.start)}", *until]

    def _window_start(self, due: Made) -> Joined:
        """The beginning of the widest window of the evidence; "" where a part has none."""
        begins = []
        for i, part in enumerate(parts_of(self.rule.done)):
            if not isinstance(part, RowsDone) or part.since is None:
                return Joined("")
            begins.append(self.since(part.since, Start(due.low, due.high), f"window {i}"))
        values = ", ".join(begin.value for begin in begins)
        return Joined(f"least({values})" if begins else "", "".join(begin.joins for begin in begins))

    def since(self, point: Point, start: Start, name: str) -> Joined:
        """The beginning of a window of evidence."""
        made = self._point(point, start, name)
        return Joined(_begin(made.low, point, self.days), made.joins)

    def _point(self, point: Point, start: Start, name: str = "due") -> Made:
        """A point in time, counted from the start or from a fact of the subject."""
        low, high = start.low, start.high
        if point.base == "fact":
            column = self.columns[point.fact]
            if not column.supplied:
                return Made(NOTHING, NOTHING)
            low, high = self._take(lowest(column)), self._take(highest(column))
        days, span, end = self.days, point.span, self.days.end_of
        if start.whole and point.base == "start":
            low = high = days.begin_of(low)
        if span is None or not is_elapsed(span):  # what elapses does so by no calendar
            low, high = days.own(low, high)
        if span is None:
            return Made(end(days.date(low)), end(days.date(high)))
        if is_worked(span):
            first = days.open_hours().moved(low, span, name, back=point.before)
            last = first if high == low else days.open_hours().moved(high, span, f"{name} until", back=point.before)
            return Made(first.value, last.value, first.joins + (last.joins if last != first else ""))
        if is_elapsed(span):
            return Made(*(days.elapsed(edge, span, back=point.before) for edge in (low, high)))
        if span.unit == WORKING:
            n = -span.amount if point.before else span.amount
            first = _reached(days, low, n, f"{name} {n}")
            # a day by the book's clocks can be two by those of the calendar
            last = _reached(days, high, n, f"{name} until {n}") if is_abroad(days.calendar) and low != high else first
            return Made(first.value, last.value, first.joins + (last.joins if last != first else ""))
        day, last_day = (moved(days.date(edge), span, back=point.before) for edge in (low, high))
        if not point.rolls:
            return Made(end(day), end(last_day))
        alias = sql.name(f"{name} rolled")
        join = f" LEFT JOIN {days.relation} AS {alias} ON {alias}.day = {day}"
        return Made(end(f"{alias}.next_open"), end(f"{alias}.next_open"), join)


def _reached(days: Days, moment: str, n: int, name: str) -> Joined:
    """The end of the n-th open day after the day of a moment (an expression)."""
    alias = sql.name(name)
    join = f" LEFT JOIN {days.reached} AS {alias} ON {alias}.n = {n} AND {alias}.day = {days.date(moment)}"
    return Joined(days.end_of(f"{alias}.reached"), join)


def _begin(moment: str, point: Point, days: Days) -> str:
    """The beginning of the day on which a point in days lies; a moment as it is."""
    if point.span is not None and (is_elapsed(point.span) or is_worked(point.span)):
        return moment
    return days.begin_of(days.date(moment))


def anniversaries_column(field: str, months: int) -> str:
    """The column of the base table that counts the anniversaries, every so many months, that have come of a date."""
    return sql.name(f"anniversaries of {field} every {months} months")


def anniversaries(rules: Iterable[Obligation], columns: Mapping[str, Column], as_of: datetime) -> list[str]:
    """These columns, for all rules: counted once for each subject, not once in each branch."""
    told = {}
    for rule in rules:
        if rule.every is not None and rule.every.on and columns[rule.every.on].supplied:
            anchor = f"CAST({columns[rule.every.on].value} AS DATE)"
            made = anniversaries_column(rule.every.on, rule.every.months)
            told[made] = f"months_since({anchor}, {sql.day(as_of.date())}) // {rule.every.months} AS {made}"
    return list(told.values())


def first_and_last(rules: Iterable[Obligation], columns: Mapping[str, Column]) -> list[str]:
    """Expressions for the dates that calendars must reach, over the base table."""
    names = dict.fromkeys(
        name
        for rule in rules
        for name in (rule.starts.fact, rule.due.fact, rule.opens.fact if rule.opens is not None else "")
        if name and name in columns and columns[name].supplied
    )
    return [day_of(columns[name]) for name in names]
