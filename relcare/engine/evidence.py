"""What was done, as SQL: the rows that count as evidence, and one join of them with all that waits for some."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column, Judge
from relcare.engine.decisions import unknown
from relcare.engine.occurrences import highest, lowest
from relcare.engine.open_hours import is_worked
from relcare.engine.scan import Scanned
from relcare.engine.stretches import stretches
from relcare.rulebook.conditions import All, Condition, Includes, Known, OneOf, Span, facts_of, tests_of
from relcare.rulebook.obligations import AllDone, AnyDone, Evidence, FactDone, Obligation, RowsDone, parts_of
from relcare.rulebook.vocabulary import Table
from relcare.timing.calendars import Calendar
from relcare.timing.counting import BEGINS, counted

CUSTOMER = "customer"
_PLAIN = (OneOf, Includes, Known)
SLACK = 45  # days by which the longest closures stretch a span in working days


class Kind(NamedTuple):
    """One kind of evidence: rows of a table with these codes for which `where` holds."""

    table: str
    codes: tuple[str, ...]
    where: Condition | None


def kinds_of(rules: Iterable[Obligation]) -> dict[Kind, int]:
    """The kinds of evidence that rules wait for, numbered."""
    kinds: dict[Kind, int] = {}
    for rule in rules:
        for part in parts_of(rule.done):
            if isinstance(part, RowsDone):
                kinds.setdefault(Kind(part.table, part.codes, part.where), len(kinds))
    return kinds


def condition_of(kind: Kind, table: Table, supplied: Collection[str] | None = None) -> Condition | None:
    """The condition that a row is of this kind and counts at all; None where any row does.

    Where not all columns by which rows count are `supplied`, the bank does not record it: every row counts.
    """
    parts: list[Condition] = []
    about = table.evidence
    if kind.codes and about is not None:
        parts.append(OneOf(about.kind, tuple(sorted(kind.codes))))
    counts = about.counts if about is not None else None
    if counts is not None and (supplied is None or set(facts_of(counts)) <= set(supplied)):
        parts.append(counts)
    if kind.where is not None:
        parts.append(kind.where)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else All(tuple(parts))


class Link(NamedTuple):
    """How rows of a table are found for a subject: by the field `there` of the table.

    It holds the subject's key, or the same as the subject's own field `here` where that is given: what was done for an
    account stands with its customer.
    """

    there: str
    here: str = ""


def link_of(table: Table, own: Table, supplied: frozenset[str]) -> Link | None:
    """The way from a subject to rows of `table`, of which the columns `supplied` are there; None where there is none."""
    direct = table.reference_to(own.subject)
    if direct in supplied:
        return Link(direct)
    for field in own.fields.values():
        if field.refers == CUSTOMER and table.reference_to(CUSTOMER) in supplied:
            return Link(table.reference_to(CUSTOMER), field.name)
    return Link(direct) if direct else None


def fields_of(kind: Kind, table: Table, link: Link) -> list[str]:
    """The columns of the table that the evidence is read from."""
    condition = condition_of(kind, table)
    names = [link.there, table.dated_by, *(facts_of(condition) if condition is not None else [])]
    if table.evidence is not None and table.evidence.rule:
        names.append(table.evidence.rule)
    return names


def oldest(rule: Obligation, calendar: Calendar, as_of: datetime) -> date | None:
    """The day before which no row can be evidence of an occurrence that may still be open; None where there is none."""
    if rule.every is not None and not rule.every.on:
        opened = [stretch.opens for stretch in stretches(rule, calendar, as_of)]
        return min(opened).date() if opened else as_of.date()
    after, parts = rule.lapses.after, [part for part in parts_of(rule.done) if isinstance(part, RowsDone)]
    if after is None or rule.can_move:
        return (as_of - timedelta(days=62 * rule.every.months)).date() if rule.every is not None else None
    once = rule.starts.kind != "ahead" and rule.every is None
    if once and (rule.starts.kind != "fact" or rule.starts.rule or rule.due.span is None):
        return None
    # what is open was due no longer ago than it lapses after; it opened, and its window began, no longer before that
    points = [
        rule.due,
        *([rule.opens] if rule.opens is not None else []),
        *(p.since for p in parts if p.since is not None),
    ]
    anchors = (
        {rule.due.fact}
        if rule.starts.kind == "ahead"
        else {rule.starts.fact, rule.every.on if rule.every is not None else ""}
    )
    if any(point.base == "fact" and point.fact not in anchors for point in points):
        return None
    if rule.starts.kind == "ahead" and rule.opens is None and any(part.since is None for part in parts):
        return None  # it is open ever since
    worked = [span for span in (after, *(p.span for p in points)) if span is not None and is_worked(span)]
    days = _days(after, rolls=False) + sum(_days(p.span, rolls=p.rolls) for p in points)
    point = _back(as_of, days + (SLACK if worked else 0))
    for span in worked:
        point = counted(point, span.amount, span.unit, calendar, before=True).at
    return _back(point, 0).date()


def _back(point: datetime, days: int) -> datetime:
    """So many days before a moment, or the first one that is counted with."""
    return point - timedelta(days=days) if (point - BEGINS).days > days else BEGINS


def _days(span: Span | None, *, rolls: bool) -> int:
    """More natural days than a span lasts, whatever the calendar."""
    if span is None or is_worked(span):
        return 1
    length = {
        "seconds": 0.1,
        "minutes": 0.1,
        "hours": 1 / 24,
        "days": 1,
        "weeks": 7,
        "months": 31,
        "quarters": 92,
        "years": 366,
    }
    closures = SLACK if rolls or span.unit not in length else 0
    return int(span.amount * length.get(span.unit, 2)) + closures + 2


class Gathered(NamedTuple):
    """A SELECT with a row for each row that is, or may be, evidence of a kind."""

    select: str

    @staticmethod
    def of(
        kinds: dict[Kind, int], links: dict[str, Link], scanned: dict[str, Scanned], judge: Callable[[str], Judge]
    ) -> Gathered:
        """All kinds; those of one table that differ by their codes alone are read in one pass."""
        selects: list[str] = []
        for table in dict.fromkeys(kind.table for kind in kinds):
            if table in scanned:
                own = {kind: number for kind, number in kinds.items() if kind.table == table}
                selects += _of_table(own, links[table], scanned[table], judge(table))
        return Gathered("\n  UNION ALL ".join(selects))


def _of_table(kinds: dict[Kind, int], link: Link, scanned: Scanned, judge: Judge) -> Iterator[str]:
    table, columns, supplied = scanned.table, scanned.columns, scanned.source.supplied
    about = table.evidence
    at = columns[table.dated_by]
    rule = columns.get(about.rule) if about is not None and about.rule else None
    named = rule.value if rule is not None and rule.supplied else "CAST(NULL AS VARCHAR)"
    head = f"{sql.name(link.there)} AS key, {lowest(at)} AS came, {highest(at)} AS came_until, {named} AS named"
    visible = f"{scanned.visible} AND " if scanned.visible != "TRUE" else ""
    relation = scanned.relation
    for group in _passes(kinds):
        if len(group) == 1:
            kind = group[0]
            number = str(kinds[kind])
            condition = condition_of(kind, table, supplied)
            verdict = judge.condition(condition) if condition is not None else "TRUE"
        else:
            column = columns[about.kind] if about is not None else at
            cases = " ".join(f"WHEN {sql.text(code)} THEN {kinds[kind]}" for kind in group for code in kind.codes)
            number = f"CASE {column.value} {cases} END"
            whole = Kind(table.name, tuple(code for kind in group for code in kind.codes), None)
            condition = condition_of(whole, table, supplied)
            verdict = judge.condition(condition) if condition is not None else "TRUE"
        open_ = scanned.loose or condition is None or any(_open(columns[f]) for f in facts_of(condition))
        certain = f"({verdict})" + (" AND NOT loose" if scanned.loose else "")
        dated = f" AND {at.value} IS NOT NULL" if _open(at) else ""
        yield f"SELECT {head}, CAST({number} AS SMALLINT) AS kind, FALSE AS doubt FROM {relation} WHERE {visible}{certain}{dated}"
        if not open_ and not _open(at):
            continue
        may = {kinds[kind]: _may(condition_of(kind, table, supplied), scanned, judge) for kind in group}
        told = ", ".join(f"CASE WHEN {perhaps} THEN {number} END" for number, perhaps in may.items())
        yield (
            f"SELECT {head}, CAST(unnest([{told}]) AS SMALLINT) AS kind, TRUE AS doubt FROM {relation} "
            f"WHERE {visible}{_perhaps(condition, scanned)}({' OR '.join(may.values())})"
        )


def _may(condition: Condition | None, scanned: Scanned, judge: Judge) -> str:
    """Whether it is unknown of a row if it is evidence of a kind, or since when."""
    at = scanned.columns[scanned.table.dated_by]
    verdict = judge.condition(condition) if condition is not None else "TRUE"
    may = [f"({verdict}) IS NULL"]
    may += [f"(({verdict}) AND loose)"] if scanned.loose else []
    may += [f"(({verdict}) AND {at.value} IS NULL)"] if _open(at) else []
    return f"({' OR '.join(may)})"


def _perhaps(condition: Condition | None, scanned: Scanned) -> str:
    """A cheap test, before an AND, that the rows of which it is unknown whether they count pass; "" where there is none.

    Tests of codes are unknown only of a cell without a value: one that can't be read or, where emptiness says nothing, is empty.
    """
    if scanned.loose or (condition is not None and not all(isinstance(t, _PLAIN) for t in tests_of(condition))):
        return ""
    names = dict.fromkeys([*(facts_of(condition) if condition is not None else []), scanned.table.dated_by])
    columns = [column for column in map(scanned.columns.__getitem__, names) if _open(column)]
    empty = [f"{c.value} IS NULL" for c in columns if c.absent == "FALSE" or c.empty != "FALSE"]
    return f"({' OR '.join(['wrong <> 0', *empty])}) AND "


def _open(column: Column) -> bool:
    return unknown(column) != "FALSE"


def _passes(kinds: dict[Kind, int]) -> list[list[Kind]]:
    """The kinds in groups that one pass over the table can tell apart: by codes that no two of a group share."""
    groups: list[list[Kind]] = []
    for kind in kinds:
        plain = kind.where is None and bool(kind.codes)
        for group in groups:
            alike = plain and all(other.where is None and other.codes for other in group)
            if alike and not any(set(kind.codes) & set(other.codes) for other in group):
                group.append(kind)
                break
        else:
            groups.append([kind])
    return groups


def found_select(
    rules: dict[int, Obligation],
    parts: list[int],
    kinds: dict[Kind, int],
    links: dict[str, Link],
    relation: str,
    gathered: str,
    as_of: datetime,
) -> str:
    """The statement that finds, for each row of `relation` (by its rowid), when each part of its evidence was first there.

    `parts` are the numbers of the pieces that are looked for in rows, of any rule of the relation.
    """
    wants = [
        f"({number}, {i}, {kinds[Kind(part.table, part.codes, part.where)]}, {sql.text(rule.id)}, {str(bool(links[part.table].here)).upper()})"
        for number, rule in rules.items()
        for i, part in enumerate(parts_of(rule.done))
        if isinstance(part, RowsDone) and part.table in links
    ]
    since = " ".join(f"WHEN {i} THEN since{i}" for i in parts)
    items = [
        f"min(came) FILTER (part = {i} AND NOT doubt) AS done{i}, min(came_until) FILTER (part = {i} AND NOT doubt) AS done{i}_until, "
        f"coalesce(bool_or(doubt) FILTER (part = {i}), FALSE) AS doubt{i}, min(greatest(came, since)) FILTER (part = {i} AND doubt) AS soon{i}"
        for i in parts
    ]
    return (
        "WITH evidence AS (\n  -- a row is one row that is evidence of a kind, or may be\n  " + gathered + "\n),\n"
        "needs AS (\n  -- a row is a part of the evidence that an occurrence waits for\n"
        f"  SELECT o.rowid AS id, part, kind, named, CASE WHEN aside THEN o.who ELSE o.key END AS key, coalesce(CASE part {since} END, opens) AS since, coalesce(o.upto, {_after(as_of)}) AS upto\n"
        f"  FROM {relation} AS o JOIN (VALUES {', '.join(wants)}) AS wants(rule, part, kind, named, aside) USING (rule)\n)\n"
        "-- a row is an occurrence and when the parts of its evidence were first there\n"
        f"SELECT id, {', '.join(items)}\n"
        "FROM needs JOIN evidence ON evidence.key = needs.key AND evidence.kind = needs.kind\n"
        "  AND (came_until >= since OR came_until IS NULL) AND (came < upto OR came IS NULL)\n"
        "  AND (evidence.named IS NULL OR evidence.named = needs.named)\nGROUP BY id"
    )


def _after(as_of: datetime) -> str:
    return sql.moment(as_of) + " + INTERVAL 1 DAY"


def folded(evidence: Evidence, part: Callable[[int], str], all_of: str, any_of: str) -> str:
    """The parts of the evidence put together; `all_of` and `any_of` are the words (`AND`, `OR`) or functions for it."""
    numbers = iter(range(len(parts_of(evidence))))

    def told(node: Evidence) -> str:
        match node:
            case AllDone(parts):
                return _put(all_of, [told(p) for p in parts])
            case AnyDone(parts):
                return _put(any_of, [told(p) for p in parts])
            case RowsDone() | FactDone():
                return part(next(numbers))

    return told(evidence)


def _put(word: str, parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    if word == "last":  # greatest of parts that are all there
        return f"CASE WHEN {' AND '.join(f'({p}) IS NOT NULL' for p in parts)} THEN greatest({', '.join(parts)}) END"
    if word == "first":
        return f"least({', '.join(parts)})"
    return "(" + f" {word} ".join(parts) + ")"
