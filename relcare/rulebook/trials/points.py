"""Cells at the bounds of tests, and rows of evidence with one left out: what an invented subject may be made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from relcare.rulebook.conditions import Compare, Includes, Limit, Literal, OneOf, Other, Test, Within, tests_of
from relcare.rulebook.decisions import DatedLimit, Rulebook
from relcare.rulebook.obligations import FactDone, RowsDone, parts_of
from relcare.rulebook.occurrences import NO_TIME, Occurrence
from relcare.rulebook.trials.variants import STEPS, said, stepped
from relcare.rulebook.values import Month, Value
from relcare.rulebook.vocabulary import NUMERIC, Table, Vocabulary
from relcare.timing.spans import DAYS, MONTHS, shift

DAY = timedelta(days=1)
HUNDRED = "100"  # of which a share has no fraction
LONG = timedelta(days=120)  # of a pause that uses up any maximum


def cells_of(
    name: str, tests: Sequence[Test], vocabulary: Vocabulary, subject: str, limits: Iterable[tuple[str, DatedLimit]],
    day: date, cells: Mapping[str, str],
) -> list[str]:  # fmt: skip
    """The cells that a fact can have: at and beside the bounds of all tests on it, its codes, and none."""
    fact = vocabulary.fact(subject, name)
    if fact is None:
        return []
    found: dict[str, None] = {}
    for value in _values(name, fact.type, tests, list(limits), day, cells):
        found[said(value)] = None
    named = {code for test in tests if isinstance(test, OneOf | Includes) and test.fact == name for code in test.codes}
    others = [code.key for code in fact.codes if code.key not in named]
    found |= dict.fromkeys([*sorted(named), *others[:1]])
    if fact.type == "yes_no":
        found |= dict.fromkeys(("yes", "no"))
    if fact.type in ("date", "moment"):
        found[day.isoformat()] = None
    if fact.type == "month":
        found[str(Month(day.year, day.month))] = None
    if fact.type in NUMERIC and not found:
        found["1"] = None
    found[""] = None
    return list(found)


def _values(
    name: str,
    kind: str,
    tests: Sequence[Test],
    limits: list[tuple[str, DatedLimit]],
    day: date,
    cells: Mapping[str, str],
) -> Iterator[Value]:
    for test in tests:
        bounds: list[Value] = []
        match test:
            case Compare(fact, _, Literal(value)) if fact == name:
                bounds = [value]
            case Compare(fact, _, Limit(limit)) if fact == name:
                bounds = [value for each, dated in limits if each == limit for value in dated.values]
            case Compare(fact, _, Other(fact=base, share=share)) if fact == name:
                bounds = [bound for text in (cells.get(base, ""), HUNDRED) for bound in _shared(text, share)]
            case Compare(_, _, Other(fact=base, share=share)) if base == name and share != 1:
                yield int(HUNDRED)
            case Within(fact, direction, span) if fact == name and span.unit in {*DAYS, *MONTHS}:
                bounds = [shift(day, -span.amount if direction == "last" else span.amount, span.unit)]
        for bound in bounds:
            yield from (each for each in (bound, *(stepped(bound, kind, step) for step in STEPS)) if each is not None)


def _shared(text: str, share: Decimal) -> list[Value]:
    try:
        part = Decimal(text) * share
    except InvalidOperation:
        return []
    whole = part == part.to_integral_value() and "." not in text
    return [int(part) if whole else part.quantize(Decimal("0.01"))]


Cells = dict[str, str]
Rows = dict[str, tuple[Cells, ...]]


def rows_for(one: Occurrence, rulebook: Rulebook, other: Rulebook, as_of: datetime) -> Iterator[tuple[Cells, Rows]]:
    """Own dates and rows of other tables that show all of the evidence, all but a piece, or a pause of the clock."""
    rules = [rule for each in (rulebook, other) for rule in each.versions(one.rule.id) if rule.start == one.rule.start]
    for at in _moments(one, as_of):
        for rule in rules:
            pieces = [_shown(part, rulebook, at) for part in parts_of(rule.done)]
            at_last = [_shown(part, rulebook, _last(one, as_of)) for part in parts_of(rule.done)]
            for alone in range(len(pieces)):  # a piece at the edge of its window, the others well inside
                yield _together(
                    [piece[0] if index == alone else at_last[index][0] for index, piece in enumerate(pieces)]
                )
            for left_out in (None, *range(len(pieces))):
                kept = [piece for index, piece in enumerate(pieces) if index != left_out]
                for choice in range(max((len(piece) for piece in kept), default=0)):
                    yield _together([piece[min(choice, len(piece) - 1)] for piece in kept])
    yield from _paused(one, rulebook)


def _last(one: Occurrence, as_of: datetime) -> datetime:
    due = one.due.first if one.due is not None else as_of
    return min(due, as_of).replace(second=0, microsecond=0)


def _moments(one: Occurrence, as_of: datetime) -> list[datetime]:
    """When something may have been done: at the beginning, at the deadline, at the edges of the windows."""
    due = one.due.first if one.due is not None else as_of
    found = [due, one.opens, one.start.first if one.start is not None else as_of]
    for part in parts_of(one.rule.done):
        if isinstance(part, RowsDone) and part.since is not None and part.since.span is not None:
            span, base = part.since.span, due.date()
            value = one.origin.value.value if one.origin.value is not None else None
            base = value if part.since.base == "fact" and isinstance(value, date) else base
            if span.unit in {*DAYS, *MONTHS}:
                edge = shift(base, -span.amount, span.unit)
                found += [datetime.combine(each, datetime.min.time()) for each in (edge, edge - DAY, edge + DAY)]
    return [at.replace(second=0, microsecond=0) for at in dict.fromkeys(found) if at != NO_TIME]


def _shown(part: RowsDone | FactDone, rulebook: Rulebook, at: datetime) -> list[tuple[str, Cells]]:
    """What would show a piece of evidence: the table ("" for the subject's own) and its cells; then with each code of it, and with
    what `where` asks for left out.
    """
    when = f"{at:%Y-%m-%d %H:%M}"
    if isinstance(part, FactDone):
        return [("", {part.fact: when}), ("", {part.fact: at.date().isoformat()})]
    table = rulebook.vocabulary.tables[part.table]
    dated = {table.dated_by: _cell(table, at)}
    kind = table.evidence.kind if table.evidence is not None else ""
    where = {
        test.fact: test.codes[0] for test in tests_of(part.where) if isinstance(test, OneOf)
    } if part.where is not None else {}  # fmt: skip
    codes = [{kind: code} for code in part.codes] if kind and part.codes else [{}]
    found = [(table.name, {**code, **where, **dated}) for code in codes]
    for name, asked in where.items():
        beside = next((code.key for code in table.fields[name].codes if code.key != asked), "")
        found.append((table.name, {**codes[0], **where, name: beside, **dated}))
    return found


def _cell(table: Table, at: datetime) -> str:
    kind = table.fields[table.dated_by].type
    return f"{at:%Y-%m-%d %H:%M}" if kind == "moment" else f"{at:%Y-%m}" if kind == "month" else f"{at:%Y-%m-%d}"


def _together(pieces: list[tuple[str, Cells]]) -> tuple[Cells, Rows]:
    cells: Cells = {}
    rows: Rows = {}
    for table, found in pieces:
        if table:
            rows[table] = (*rows.get(table, ()), found)
        else:
            cells |= found
    return cells, rows


def _paused(one: Occurrence, rulebook: Rulebook) -> Iterator[tuple[Cells, Rows]]:
    pauses = one.rule.pauses
    tables = [table for table in rulebook.vocabulary.tables.values() if table.pauses is not None]
    if pauses is None or one.start is None or not tables:
        return
    table, begins = tables[0], datetime.combine(one.start.first.date() + DAY, datetime.min.time())
    about = table.pauses
    if about is None:
        return
    for kind in pauses.kinds:
        for length in (LONG, DAY * 7):
            row = {
                about.kind: kind,
                about.start: f"{begins:%Y-%m-%d %H:%M}",
                about.end: f"{begins + length:%Y-%m-%d %H:%M}",
            }
            yield {}, {table.name: (row,)}
