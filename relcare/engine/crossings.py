"""Each time that the number of rows in a trailing window reached a limit, as SQL: one pass of windows over the rows that count.

A crossing is the moment of a row with which the rows of the window that ends with it, those that share a value of a field
where one is named, are as many as the limit says, the rows of that window before it having been fewer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column, Judge
from relcare.engine.days import is_elapsed, moved
from relcare.engine.decisions import unknown
from relcare.engine.limits import LimitsInForce
from relcare.engine.scan import Scanned
from relcare.rulebook.conditions import Compare, Condition, Within, facts_of, tests_of
from relcare.rulebook.decisions import DatedLimit
from relcare.rulebook.measures import RowMeasure
from relcare.rulebook.vocabulary import Fact

DAY_END = "INTERVAL 86399999999 MICROSECONDS"


class Crossings(NamedTuple):
    """The crossings of a measure: the stages of a WITH, of which the last is called `title`.

    A row of it is a crossing of one subject: `key`, its earliest and latest point `came` and `came_until`, and whether it
    is `sure`: FALSE where rows in doubt decide if the limit was reached then. Where it may have been reached with a row of
    which nobody knows when it came, the points are NULL.
    """

    title: str
    stages: tuple[tuple[str, str], ...]
    doubtful: bool  # whether this book has rows that leave something open


class Bounds(NamedTuple):
    """Of rows of which nobody knows when they came it is only asked if they reached the limit on `since` or later (None: ever);
    with `alone` of all rows.
    """

    since: date | None = None
    alone: bool = False


EVER = Bounds()


def crossings(
    title: str, measure: RowMeasure, scanned: Scanned, key: str, judge: Judge, limit: DatedLimit, bounds: Bounds = EVER
) -> Crossings:
    """The crossings of the rows of `scanned` by their column `key`."""
    made = _Counting(title, measure, scanned, key, judge, limit, bounds)
    return Crossings(title, tuple(made.stages()), made.doubtful)


def latest_crossing(fact: Fact, made: Crossings, until: str) -> tuple[str, tuple[str, ...], Column]:
    """The fact that is the last crossing: the SELECT of its stage (a row a subject), the items of a join with it, its column.

    It is open where another may have come after it. `until` is "" where nobody asks for the latest point of it.
    """
    value, ends, doubt = sql.name(fact.name), sql.name(f"{fact.name} until"), sql.name(f"{fact.name} doubt")
    sure, may = "max(came) FILTER (sure)", "max(coalesce(came, TIMESTAMP '9999-12-31')) FILTER (NOT sure)"
    select = (
        f"-- a row is one subject with its last crossing\n  SELECT key, CAST({sure} AS {sql.SQL_TYPES[fact.type]}) AS {value}, "
        f"arg_max(came_until, came) FILTER (sure) AS {ends}, coalesce({may} > {sure}, {may} IS NOT NULL) AS {doubt}\n"
        f"  FROM {sql.name(made.title)} GROUP BY key"
    )
    last = sql.name(f"{made.title} last")
    told = f"CASE WHEN {last}.{doubt} IS NOT TRUE THEN {last}.{{}} END AS {{}}"
    items = [told.format(value, value)]
    absent = f"({value} IS NULL)"
    if made.doubtful:
        items.append(f"{last}.{doubt} IS TRUE AS {doubt}")
        absent = f"({value} IS NULL AND NOT {doubt})"
    if until:
        items.append(told.format(ends, ends))
    column = Column(value, fact.type, absent=absent, until=ends if until else "", certain=not made.doubtful)
    return select, tuple(items), column


class _Counting:
    """The stages that lead from rows to crossings."""

    def __init__(
        self,
        title: str,
        measure: RowMeasure,
        scanned: Scanned,
        key: str,
        judge: Judge,
        limit: DatedLimit,
        bounds: Bounds,
    ) -> None:
        self.title, self.measure, self.scanned, self.key, self.bounds = title, measure, scanned, key, bounds
        self.dated = scanned.columns[measure.field]
        self.by = scanned.columns[measure.by] if measure.by else None
        counts = judge.condition(measure.where) if measure.where is not None else "TRUE"
        self.counts = f"CASE WHEN loose THEN nullif({counts}, TRUE) ELSE {counts} END" if scanned.loose else counts
        self.window = measure.window.span if measure.window is not None else None
        self.limit, self.as_of = limit, judge.as_of
        self.blind = self.by is not None and unknown(self.by) != "FALSE"
        self.undated = unknown(self.dated) != "FALSE"
        self.doubtful = scanned.loose or self.blind or self.undated or _may_be_unknown(measure.where, scanned)

    def _named(self, stage: str) -> str:
        return sql.name(f"{self.title} {stage}")

    def stages(self) -> Iterator[tuple[str, str]]:
        """Each stage and its SELECT."""
        yield f"{self.title} rows", self._rows()
        rows = self._named("rows")
        if self.blind:
            yield f"{self.title} spread", self._spread(rows)
            rows = self._named("spread")
        yield f"{self.title} enough", self._enough(rows)
        yield f"{self.title} counted", self._counted()
        if self.undated:
            yield (
                f"{self.title} undated",
                (
                    f"-- a row is rows that are counted together: how many of them may have come at any time\n"
                    f"  SELECT key, alike, count(*) AS n FROM {self._named('enough')} WHERE came IS NULL GROUP BY key, alike"
                ),
            )
        yield self.title, self._crossings()

    def _rows(self) -> str:
        """The rows that count or might; `sure`: they do."""
        scanned, dated, by = self.scanned, self.dated, self.by
        counts = f"({self.counts})"
        conditions = [f"{sql.name(self.key)} IS NOT NULL", f"{counts} IS NOT FALSE" if self.doubtful else counts]
        conditions += [
            f"NOT {column.absent}" for column in (dated, by) if column is not None and column.absent != "FALSE"
        ]
        conditions += [scanned.visible] if scanned.visible != "TRUE" else []
        came = f"CAST({dated.value} AS TIMESTAMP)"
        until = dated.until or (f"{came} + {DAY_END}" if dated.type == "date" else came)
        alike = by.value if by is not None else "TRUE"
        return (
            f"-- a row is one that counts, or might\n  SELECT {sql.name(self.key)} AS key, {alike} AS alike, {came} AS came, {until} AS came_until, "
            f"{f'{counts} IS TRUE' if self.doubtful else 'TRUE'} AS sure\n  FROM {scanned.relation} WHERE {' AND '.join(conditions)}"
        )

    def _spread(self, rows: str) -> str:
        """A row of which nobody knows what it shares may be alike with any others of its subject, or with its own kind."""
        return (
            f"-- a row of which it is unknown what it shares stands with all that it may be alike with\n"
            f"  SELECT * FROM {rows} WHERE alike IS NOT NULL\n"
            f"  UNION ALL SELECT key, others.alike, came, came_until, FALSE FROM {rows} AS own JOIN "
            f"(SELECT DISTINCT key, alike FROM {rows}) AS others USING (key) WHERE own.alike IS NULL"
        )

    def _enough(self, rows: str) -> str:
        """Few subjects have as many rows as the least that the limit ever said: only theirs are put in order."""
        least = min(self._limits(None), default="NULL")
        groups = f"(SELECT key, alike FROM {rows} GROUP BY key, alike HAVING count(*) >= {least})"
        return f"SELECT own.* FROM {rows} AS own SEMI JOIN {groups} AS many ON {self._together('own', 'many')}"

    def _together(self, one: str, other: str) -> str:
        alike = "IS NOT DISTINCT FROM" if self.blind else "="
        return f"{one}.key = {other}.key AND {one}.alike {alike} {other}.alike"

    def _counted(self) -> str:
        """Each moment with the rows of the window that ends with it: those that surely are in it, and all that could be."""
        order = "PARTITION BY key, alike ORDER BY came"
        points = (
            f"SELECT key, alike, came, max(came_until) AS came_until, count(*) FILTER (sure) AS surely, count(*) AS could\n"
            f"    FROM {self._named('enough')} WHERE came IS NOT NULL GROUP BY key, alike, came"
        )
        # rows of the day before count as not having reached what the limit said then
        oldest = "min(came) OVER upto AS oldest, " if self.undated else ""
        was = f"CASE WHEN earlier IS NULL THEN {self._limit('came')} ELSE {self._limit('earlier')} END"
        return (
            f"-- a row is a moment: how many rows the window that ends with it holds, and what the limit says then and before\n"
            f"  SELECT *, {self._limit('came')} AS reaches, {was} AS was FROM (\n"
            f"    SELECT *, sum(surely) OVER upto AS low, sum(could) OVER upto AS high, {oldest}lag(came) OVER (PARTITION BY key, alike ORDER BY came) AS earlier FROM (\n"
            f"    {points}\n    ) WINDOW upto AS ({order} RANGE BETWEEN {self._back('came')} PRECEDING AND CURRENT ROW)\n  )"
        )

    def _crossings(self) -> str:
        join, n = "", "0"
        if self.undated:
            join, n = f" LEFT JOIN {self._named('undated')} AS u ON {self._together('c', 'u')}", "coalesce(u.n, 0)"

        def below(count: str) -> str:
            return f"({count} < greatest(c.reaches, c.was) OR c.was IS NULL)"

        conditions = ["c.reaches > 0", below("c.low - c.surely"), f"c.high + {n} >= c.reaches"]
        if self.bounds.alone and self.bounds.since is not None:
            conditions.append(f"c.came >= {_start(self.bounds.since)}")
        sure = f"{below(f'c.high - c.could + {n}')} AND c.low >= c.reaches" if self.doubtful else "TRUE"
        found = (
            f"-- a row is a time at which one subject reached the limit\n"
            f"  SELECT key, came, max(came_until) AS came_until, bool_or(sure) AS sure FROM (\n"
            f"    SELECT c.key, c.came, c.came_until, {sure} AS sure FROM {self._named('counted')} AS c{join}\n"
            f"    WHERE {' AND '.join(conditions)}\n  ) GROUP BY key, came"
        )
        limits = self._limits(self.bounds.since)
        if not self.undated or not limits:
            return found
        now = sql.moment(self.as_of)
        lacks = [f"c.low < {max(limits)}"]  # else the rows of a window were no fewer than the limit before it had aged
        lacks += [f"c.oldest < {now} - ({self._back(now)})"] if self.window is not None else []
        counted = f"({' OR '.join(lacks)})"
        recent = ""
        if self.bounds.since is not None:
            begin = _start(self.bounds.since)
            counted += f" AND c.came >= {begin}"
            inside = f" AND c.came >= {begin} - ({self._back(begin)})" if self.window is not None else ""
            recent = f", sum(c.could) FILTER (c.came < {begin}{inside})"
        return (
            f"{found}\n  -- and a subject that may have reached it with a row of which nobody knows when it came\n"
            f"  UNION ALL SELECT DISTINCT key, NULL, NULL, FALSE FROM (\n"
            f"    SELECT u.key, u.n, greatest(0, max(c.high) FILTER ({counted}){recent}) AS most\n"
            f"    FROM {self._named('undated')} AS u LEFT JOIN {self._named('counted')} AS c ON {self._together('c', 'u')} GROUP BY u.key, u.alike, u.n\n"
            f"  ) WHERE most + n >= {min(limits)}"
        )

    def _back(self, came: str) -> str:
        """How far before a moment the oldest row of its window can lie, included."""
        span = self.window
        if span is None:
            return "UNBOUNDED"
        if is_elapsed(span):
            return f"{sql.interval(span)} - INTERVAL 1 MICROSECOND"
        return f"({came} - CAST({moved(f'CAST({came} AS DATE)', span, back=True)} + 1 AS TIMESTAMP))"

    def _limit(self, came: str) -> str:
        """What the limit says on the day of a moment; NULL where it says nothing."""
        dated = Column(came, "moment", certain=True)
        return LimitsInForce({self.limit.name: self.limit}, self.as_of.date(), dated).at(self.limit.name)

    def _limits(self, since: date | None) -> list[int]:
        """All that the limit says on days from `since` on."""
        days = [period.start for period in self.limit.periods if since is None or period.start >= since]
        days += [since] if since is not None else []
        values = [self.limit.at(day) for day in days if day <= self.as_of.date()]
        return [value for value in values if isinstance(value, int) and value > 0]


def _may_be_unknown(where: Condition | None, scanned: Scanned) -> bool:
    """Whether it can be unknown if a row is such a one: by a cell, or by the precision of a moment."""
    if where is None:
        return False
    if any(unknown(scanned.columns[name]) != "FALSE" for name in facts_of(where)):
        return True
    return any(
        isinstance(test, Compare) or (isinstance(test, Within) and is_elapsed(test.span)) for test in tests_of(where)
    )


def _start(day: date) -> str:
    return sql.moment(datetime.combine(day, time.min))
