"""How an occurrence stands at the as-of, as SQL: done or not, in time or not, and what may still be open of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.days import WORKING, Days, is_elapsed, moved
from relcare.engine.evidence import folded
from relcare.engine.extensions import RECORDED, extension_spans
from relcare.engine.levels import level_spans, share_moment
from relcare.engine.occurrences import BEGINNING
from relcare.engine.open_hours import Joined, is_worked
from relcare.rulebook.conditions import Span
from relcare.rulebook.levels import levels_of
from relcare.rulebook.obligations import EARLY, OPEN, Obligation, RowsDone, parts_of
from relcare.timing.counting import day_there
from relcare.timing.spans import shift

NOTHING = "CAST(NULL AS TIMESTAMP)"


class Standing(NamedTuple):
    """What the status is worked out from.

    `unrecorded` are the parts of the evidence, by rule number, that the book can't show; `found` says whether evidence was
    looked for in rows (its table is `found`); `waived` whether there are waivers (the table `waivers`); `extended` whether the
    occurrences tell of extensions, `restarted` of restarts.
    """

    rules: dict[int, Obligation]
    days: Days
    as_of: datetime
    unrecorded: dict[int, frozenset[int]]
    parts: int
    found: bool
    waived: bool
    extended: bool = False
    restarted: bool = False

    def select(self, relation: str, found: str, waivers: str, keep: str = "") -> str:
        """The statement that gives each occurrence with when it was done, its deadline, `act_by` and status.

        `keep` is a condition on `status`, `open`, `rule` and `due`, "" to keep all.
        """
        # the last open moment at or before the deadline; the deadline itself where that lies before the start
        day = "CASE WHEN c.open THEN c.day ELSE c.last_open END"
        worked = ", ".join(str(n) for n, rule in self.rules.items() if is_worked(rule.due.span))
        last = f"least(o.due, {self.days.end_of(f'CAST({day} AS TIMESTAMP)')})"
        in_hours = (
            f"WHEN o.rule IN ({worked}) THEN o.due " if worked else ""
        )  # of working time it is the deadline itself
        act_by = f"CASE {in_hours}WHEN {last} >= o.start OR o.start IS NULL THEN {last} ELSE o.due END"
        done, until = self._done(""), self._done("_until")
        possible = self._by_rule(
            lambda r: folded(r.done, lambda i: f"({self._part(i, '')} IS NOT NULL OR {self._doubt(i)})", "AND", "OR")
        )
        soonest = self._by_rule(
            lambda r: folded(r.done, lambda i: f"least({self._part(i, '')}, {self._soon(i)})", "last", "first")
        )
        leaning = self._by_rule(lambda r: self.days.leaning("o.due", "o.start", r.due))
        joins = f"\n  LEFT JOIN {found} AS f ON f.id = o.rowid" if self.found else ""
        items = [
            "o.rule", "o.key", "o.opens", "o.start", "o.start_until", "o.assumed", "o.due", "o.due_until", "o.next_opens",
            "o.verdict", "o.unclear", "o.cause", "o.held", "o.paused", f"{act_by} AS act_by", f"{done} AS done", f"{until} AS done_until",
            f"{possible} AS possible", f"{soonest} AS soonest", f"{self._lapse()} AS lapse", f"{leaning} AS provisional",
            *(f"{self._part(i, '')} IS NOT NULL AS has{i}" for i in range(self.parts)),
            *(f"o.{column}" for column in RECORDED if self.extended), *(["o.restarted"] if self.restarted else []),
        ]  # fmt: skip
        inner = f"SELECT {', '.join(items)}\n  FROM {relation} AS o\n  LEFT JOIN {self.days.relation} AS c ON c.day = {self.days.date('o.due')}{joins}{self._lapse_joins()}"
        waiver = "w.given IS NOT NULL" if self.waived else "FALSE"
        waivers_join = (
            f"\n  LEFT JOIN {waivers} AS w ON w.key = s.key AND w.rule = s.rule AND w.given >= s.opens AND (w.given < s.next_opens OR s.next_opens IS NULL OR s.next_opens = {BEGINNING})"
            if self.waived
            else ""
        )
        # of several waivers the first
        first = "\n  QUALIFY row_number() OVER (PARTITION BY s.rule, s.key, s.opens, s.start ORDER BY w.given, w.by, w.why) = 1"
        waived_columns = ", w.given AS waived_at, w.by AS waived_by, w.why AS waived_why" if self.waived else ""
        where = f"\nWHERE {keep}" if keep else ""
        return (
            f"-- a row is an occurrence and how it stands\nSELECT *, {self._is_open()} AS open\nFROM (\n"
            f"  SELECT s.*, {self._status(waiver)} AS status{waived_columns}\n  FROM (\n  {inner}\n  ) AS s{waivers_join}{first if self.waived else ''}\n)"
            + where
        )

    def _done(self, end: str) -> str:
        """When all that is asked for was done: the earliest or (`_until`) the latest point of it."""
        return self._by_rule(lambda rule: folded(rule.done, lambda i: self._part(i, end), "last", "first"))

    def _part(self, i: int, end: str) -> str:
        column = f"done{i}{end}"
        return f"coalesce(o.{column}, f.{column})" if self.found and self._rows(i) else f"o.{column}"

    def _doubt(self, i: int) -> str:
        return f"(o.doubt{i} OR coalesce(f.doubt{i}, FALSE))" if self.found and self._rows(i) else f"o.doubt{i}"

    def _soon(self, i: int) -> str:
        """From when on what is in doubt may have been done; NULL where nothing is."""
        own = f"CASE WHEN o.doubt{i} THEN {BEGINNING} END"
        return f"coalesce({own}, f.soon{i})" if self.found and self._rows(i) else own

    def _rows(self, i: int) -> bool:
        """Whether some rule's part `i` is looked for in rows."""
        return any(
            i < len(parts) and isinstance(parts[i], RowsDone)
            for parts in (parts_of(r.done) for r in self.rules.values())
        )

    def _by_rule(self, make: Callable[[Obligation], str]) -> str:
        """A CASE over the rules; what most of them share stands last."""
        made: dict[str, list[int]] = {}
        for number, rule in self.rules.items():
            made.setdefault(make(rule), []).append(number)
        ordered = sorted(made.items(), key=lambda item: len(item[1]))
        if len(ordered) == 1:
            return ordered[0][0]
        cases = " ".join(
            f"WHEN o.rule IN ({', '.join(map(str, numbers))}) THEN {text}" for text, numbers in ordered[:-1]
        )
        return f"CASE {cases} ELSE {ordered[-1][0]} END"

    def _lapse(self) -> str:
        def point(rule: Obligation) -> str:
            lapses = rule.lapses
            if lapses.after is not None:
                return self._after(lapses.after)
            return "o.next_opens - INTERVAL 1 MICROSECOND" if lapses.at_next else NOTHING

        return self._by_rule(point)

    def _after(self, span: Span) -> str:
        if is_elapsed(span):
            return self.days.elapsed("o.due", span)
        if is_worked(span):
            return self._worked(span).value
        if span.unit == WORKING:
            return self.days.end_of(f"lapse_{span.amount}.reached")
        return self.days.end_of(moved(self.days.date("o.due"), span))

    def _worked(self, span: Span) -> Joined:
        return self.days.open_hours().moved("o.due", span, f"lapse {span}")

    def _lapse_joins(self) -> str:
        day = self.days.date("o.due")
        spans = dict.fromkeys(rule.lapses.after for rule in self.rules.values())
        return "".join(
            f"\n  LEFT JOIN {self.days.reached} AS lapse_{n} ON lapse_{n}.n = {n} AND lapse_{n}.day = {day}"
            for n in sorted(lapse_spans(self.rules))
        ) + "".join(self._worked(span).joins for span in spans if span is not None and is_worked(span))

    def _status(self, waiver: str) -> str:
        now = sql.moment(self.as_of)
        no_record = self._no_record()
        # a time that was written like the deadline is at the deadline, and so in time
        in_time = "done_until <= due OR (done = due AND done_until < done + INTERVAL 86399 SECONDS)"
        cases = [
            (f"done IS NOT NULL AND ({in_time})", "met"),
            ("done > due_until AND soonest > due_until", "met late"),
            ("done IS NOT NULL", "undetermined"),
            (waiver, "waived"),
            ("cause IS NOT NULL", "ceased"),
            (self._overtaken(no_record), "ceased"),
            (f"lapse < {now} AND {no_record}", "no record"),
            (f"lapse < {now} AND verdict AND NOT possible", "lapsed"),
            ("verdict IS NULL OR possible", "undetermined"),
            (self._waiting(), "not started"),
            ("held IS NOT NULL" if any(rule.suspends for rule in self.rules.values()) else "FALSE", "suspended"),
            (no_record, "no record"),
            (f"paused AND {now} <= due", "paused"),  # a breach that has occurred is never lifted
            (f"{now} > due_until", "overdue"),
            (f"{now} > due", "undetermined"),
            (self._risk(), "at risk"),
        ]
        told = " ".join(f"WHEN {condition} THEN '{status}'" for condition, status in cases if condition != "FALSE")
        return f"CASE {told} ELSE 'running' END"

    def _overtaken(self, no_record: str) -> str:
        """Whether the next round opened before this one was due: it can't be done any more, and no deadline was missed."""
        rounds = [str(number) for number, rule in self.rules.items() if rule.starts.rounds]
        if not rounds:
            return "FALSE"
        opened = f"next_opens <= {sql.moment(self.as_of)} AND next_opens <= due"
        return f"s.rule IN ({', '.join(rounds)}) AND {opened} AND NOT possible AND NOT ({no_record})"

    def _waiting(self) -> str:
        """Whether it has not begun: what opens ahead of its start has begun when it opens."""
        now = sql.moment(self.as_of)
        ahead = [str(n) for n, rule in self.rules.items() if rule.opens is not None and rule.every is not None]
        start = f"start > {now}" + (f" AND s.rule NOT IN ({', '.join(ahead)})" if ahead else "")
        return f"opens > {now} OR ({start})"

    def _no_record(self) -> str:
        numbers = [str(number) for number, parts in self.unrecorded.items() if parts]
        return f"s.rule IN ({', '.join(numbers)})" if numbers else "FALSE"

    def _risk(self) -> str:
        made: dict[str, list[int]] = {}
        for number, rule in self.rules.items():
            made.setdefault(self._nearing(rule), []).append(number)
        if len(made) == 1:
            return next(iter(made))
        cases = " ".join(
            f"WHEN s.rule IN ({', '.join(map(str, numbers))}) THEN {text}" for text, numbers in made.items()
        )
        return f"CASE {cases} END"

    def _nearing(self, rule: Obligation) -> str:
        """Whether the first level before the deadline is reached; of a rule that has none, the day of `act_by`."""
        now, early = sql.moment(self.as_of), [level for level in levels_of(rule) if level.kind in EARLY]
        told = [f"{share_moment(level, 's')} <= {now}" if level.share else self._near(level.span) for level in early]
        return f"({' OR '.join(told)})" if len(told) > 1 else told[0] if told else self._near(None)

    def _near(self, warns: Span | None) -> str:
        """Whether the as-of has come as near to `act_by` as `warns` says; without it, to its day."""
        today, day = day_there(self.as_of, self.days.calendar), self.days.date("act_by")
        if warns is None:
            return f"{day} <= {sql.day(today)}"
        if is_worked(warns):
            return self.days.open_hours().near("act_by", warns, self.as_of)
        if is_elapsed(warns):
            return f"{self.days.elapsed('act_by', warns, back=True)} <= {sql.moment(self.as_of)}"
        if (
            warns.unit == WORKING
        ):  # the n-th open day before a day is not after today just if that day is not after the n-th from today
            return f"{day} <= {sql.day(self.days.calendar.open_day_after(today, warns.amount))}"
        if warns.unit in ("days", "weeks"):
            return f"{day} <= {sql.day(shift(today, warns.amount, warns.unit))}"
        return f"{moved(day, warns, back=True)} <= {sql.day(today)}"

    def _is_open(self) -> str:
        """Whether somebody still has to act: what was done or given up is not open, whatever is unknown of it."""
        listed = ", ".join(map(sql.text, OPEN))
        return f"(status IN ({listed}) AND done IS NULL AND (lapse >= {sql.moment(self.as_of)} OR lapse IS NULL))"


def covered(table: str, rules: Iterable[int], as_of: datetime, *, waived: bool) -> str:
    """The statement that takes out what an earlier occurrence of the same version covers: one act answers for both.

    An earlier one does that is open or suspended, and no doubt about it; or that ended with the later one, before it was given up.
    """
    now = sql.moment(as_of)
    in_time = "(a.lapse IS NULL OR {} <= a.lapse)"
    ended = ["a.done = b.done AND a.done > b.start AND " + in_time.format("a.done")]
    if waived:
        both = "a.status = 'waived' AND b.status = 'waived' AND a.waived_at = b.waived_at"
        ended.append(f"{both} AND a.waived_at > b.start AND " + in_time.format("a.waived_at"))
    ended.append(f"a.status = 'ceased' AND b.status = 'ceased' AND (a.lapse IS NULL OR a.lapse >= {now})")
    answers = " OR ".join(f"({condition})" for condition in ended)
    some = f"SELECT rowid AS id, * FROM {table} WHERE rule IN ({', '.join(map(str, rules))}) AND start IS NOT NULL"
    return (
        f"DELETE FROM {table} WHERE rowid IN (\n  -- a row is an occurrence that another covers\n"
        f"  SELECT b.id FROM ({some}) AS a JOIN ({some}) AS b ON a.rule = b.rule AND a.key = b.key AND a.start < b.start\n"
        f"  WHERE a.verdict AND CASE WHEN a.open OR a.status = 'suspended' THEN NOT a.possible ELSE {answers} END\n)"
    )


def lapse_spans(rules: dict[int, Obligation]) -> set[int]:
    """The numbers of working days after which rules lapse."""
    spans = (rule.lapses.after for rule in rules.values())
    return {span.amount for span in spans if span is not None and span.unit == WORKING}


def open_days_counted(rules: dict[int, Obligation]) -> set[int]:
    """The numbers of open days that rules count with, those counted backwards negative."""
    counted = lapse_spans(rules) | level_spans(rules) | extension_spans(rules)
    for rule in rules.values():
        points = [rule.due, rule.opens, *(part.since for part in parts_of(rule.done) if isinstance(part, RowsDone))]
        for point in points:
            if point is not None and point.span is not None and point.span.unit == WORKING:
                counted.add(-point.span.amount if point.before else point.span.amount)
    return counted
