"""Conditions as SQL: TRUE, FALSE, and NULL for unknown, so that AND, OR and NOT are Kleene's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, assert_never

from relcare.engine import dialect as sql
from relcare.rulebook.conditions import (
    ELAPSED_UNITS,
    All,
    AnyOf,
    Compare,
    Condition,
    Includes,
    Known,
    Limit,
    Literal,
    Not,
    OneOf,
    Other,
    Span,
    Test,
    Within,
)
from relcare.rulebook.values import Moment, Value
from relcare.timing.spans import shift

OPERATORS = {"at least": ">=", "at most": "<=", "more than": ">", "less than": "<", "equal to": "=", "other than": "<>"}


class Column(NamedTuple):
    """How a fact stands in SQL.

    `value` is NULL unless the fact has a value; then it is `value / over` where `over` is given (an average). `absent`
    and `empty` are conditions that are never NULL; where none of the three holds the fact is unreadable. `until` is the
    latest point of a moment ("" where no rule needs its precision). A fact that is not `supplied` is known of nobody;
    `silent` is the condition under which a fact is unknown only for want of something not supplied. A `certain` fact is
    unknown of nobody in this book. `choices` are the codes of a decision, each with the condition (never NULL) under
    which it may still be the outcome.
    """

    value: str
    type: str
    over: str = ""
    absent: str = "FALSE"
    empty: str = "FALSE"
    until: str = ""
    supplied: bool = True
    silent: str = "FALSE"
    certain: bool = False
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def missing_is_absent(self) -> bool:
        """Whether the fact is absent wherever it has no value."""
        return self.absent == f"({self.value} IS NULL)"


class Against(NamedTuple):
    """Which unknowns count against a rule: of empty cells (`if missing: no`), of what is not supplied."""

    missing: bool = False
    not_supplied: bool = False


NEVER = Against()


class Judge(NamedTuple):
    """Turns conditions into SQL for one subject or table at one as-of.

    `columns` are the facts by name; `limit` gives the literal (or expression) of a limit in force, `limit_until` the
    latest point of one that is a moment ("" for others).
    """

    columns: Mapping[str, Column]
    limit: Callable[[str], str]
    as_of: datetime
    limit_until: Callable[[str], str] = lambda _: ""

    def condition(self, condition: Condition, against: Against = NEVER, *, positive: bool = True) -> str:
        """The condition; `positive` is False inside an odd number of negations."""
        match condition:
            case All(parts):
                return _joined(" AND ", [self.condition(p, against, positive=positive) for p in parts], "TRUE")
            case AnyOf(parts):
                return _joined(" OR ", [self.condition(p, against, positive=positive) for p in parts], "FALSE")
            case Not(part):
                return f"NOT ({self.condition(part, against, positive=not positive)})"
            case Compare() | Within() | OneOf() | Includes() | Known():
                return self.test(condition, against, positive=positive)
            case _:
                assert_never(condition)

    def test(self, test: Test, against: Against = NEVER, *, positive: bool = True) -> str:
        """One test, three-valued."""
        worst = "FALSE" if positive else "TRUE"
        sides = [self.columns[test.fact]]
        if isinstance(test, Compare) and isinstance(test.operand, Other):
            sides.append(self.columns[test.operand.fact])
        if not all(side.supplied for side in sides):
            others = [side for side in sides if side.supplied]
            if not against.not_supplied:
                return "NULL::BOOLEAN"
            # a cell of the other side that is unknown for another reason stays unknown
            told = [_or(side.absent, side.empty) if against.missing else side.absent for side in others]
            blind = [f"({side.value} IS NULL AND NOT {nothing})" for side, nothing in zip(others, told, strict=True)]
            return f"CASE WHEN {' OR '.join(blind)} THEN NULL ELSE {worst} END" if blind else worst
        cases = []
        if isinstance(test, Known):
            column = sides[0]
            if column.absent == column.empty == "FALSE":
                base = f"CASE WHEN {column.value} IS NOT NULL THEN TRUE END"
            else:
                base = f"CASE WHEN {column.value} IS NOT NULL THEN TRUE WHEN {_or(column.absent, column.empty)} THEN FALSE END"
        else:
            base = self._base(test)
            empties = [side.empty for side in sides if side.empty != "FALSE"]
            if against.missing and empties:
                readable = [f"({side.value} IS NOT NULL OR {_or(side.absent, side.empty)})" for side in sides]
                cases.append(f"WHEN ({' OR '.join(empties)}) AND {' AND '.join(readable)} THEN {worst}")
            absents = [side.absent for side in sides if side.absent != "FALSE"]
            if absents and not cases and all(side.missing_is_absent or side.certain for side in sides):
                return f"coalesce({base}, FALSE)"
            if absents:
                known = [f"({side.value} IS NOT NULL OR {side.absent})" for side in sides]
                cases.append(
                    f"WHEN {absents[0]} THEN FALSE"
                    if len(sides) == 1
                    else f"WHEN ({' OR '.join(absents)}) AND {' AND '.join(known)} THEN FALSE"
                )
        silent = [side.silent for side in sides if side.silent != "FALSE"]
        if against.not_supplied and silent:
            told = [f"({side.value} IS NOT NULL OR {_or(side.absent, side.silent)})" for side in sides]
            if sides[0].choices and len(sides) == 1:
                base = f"coalesce({base}, CASE WHEN {silent[0]} THEN {worst} END)"
                return f"CASE {' '.join(cases)} ELSE {base} END" if cases else base
            cases.append(f"WHEN ({' OR '.join(silent)}) AND {' AND '.join(told)} THEN {worst}")
        if not cases:
            return base
        return f"CASE {' '.join(cases)} ELSE {base} END"

    def _base(self, test: Compare | Within | OneOf | Includes) -> str:
        """The test where its facts have values; NULL where one has none."""
        column = self.columns[test.fact]
        match test:
            case OneOf(codes=codes) if column.choices:
                inside = " OR ".join(f"({may})" for code, may in column.choices if code in codes) or "FALSE"
                outside = " OR ".join(f"({may})" for code, may in column.choices if code not in codes) or "FALSE"
                held = f"{column.value} IN ({', '.join(map(sql.text, codes))})"
                return (
                    f"CASE WHEN {column.value} IS NOT NULL THEN {held} "
                    f"WHEN NOT ({inside}) THEN FALSE WHEN NOT ({outside}) THEN TRUE END"
                )
            case OneOf(codes=codes):
                if len(codes) == 1:
                    return f"{column.value} = {sql.text(codes[0])}"
                return f"{column.value} IN ({', '.join(map(sql.text, codes))})"
            case Includes(codes=codes):
                return f"list_has_any({column.value}, {sql.literal(codes)})"
            case Within(direction=direction, span=span):
                return self._within(column, direction, span)
            case Compare(op=op, operand=operand):
                if isinstance(operand, Other):
                    ratio = operand.share.as_integer_ratio()
                    return self._against_fact(column, op, self.columns[operand.fact], ratio)
                return self._against_value(column, op, operand)
            case _:
                assert_never(test)

    def _against_value(self, column: Column, op: str, operand: Literal | Limit) -> str:
        if isinstance(operand, Limit):
            right = self.limit(operand.name)
            value: Value | None = None
            until = self.limit_until(operand.name) if column.type == "moment" else ""
            if until:
                return _intervals(column.value, column.until, op, right, until, whole=True)
        else:
            right, value = sql.literal(operand.value), operand.value
        if column.type == "moment":
            if isinstance(value, Moment) and value.precision != "day":
                return _intervals(column.value, column.until, op, right, sql.moment(value.latest), whole=True)
            return f"CAST({column.value} AS DATE) {OPERATORS[op]} CAST({right} AS DATE)"
        if column.over:
            return f"{column.value} {OPERATORS[op]} {right} * {column.over}"
        return f"{column.value} {OPERATORS[op]} {right}"

    def _against_fact(self, left: Column, op: str, right: Column, share: tuple[int, int]) -> str:
        if left.type == "moment" and right.type == "moment":
            return _intervals(left.value, left.until, op, right.value, right.until)
        if "moment" in (left.type, right.type):
            return f"CAST({left.value} AS DATE) {OPERATORS[op]} CAST({right.value} AS DATE)"
        part, whole = share
        a = left.value + (f" * {right.over}" if right.over else "") + (f" * {whole}" if whole != 1 else "")
        b = right.value + (f" * {left.over}" if left.over else "") + (f" * {part}" if part != 1 else "")
        return f"{a} {OPERATORS[op]} {b}"

    def _within(self, column: Column, direction: str, span: Span) -> str:
        if span.unit in ELAPSED_UNITS and column.type == "moment":
            here = sql.moment(self.as_of)
            if direction == "last":
                bound = f"{here} - {sql.interval(span)}"
                return (
                    f"CASE WHEN {column.value} > {here} OR {column.until} < {bound} THEN FALSE "
                    f"WHEN {column.value} >= {bound} THEN TRUE END"
                )
            bound = f"{here} + {sql.interval(span)}"
            return (
                f"CASE WHEN {column.until} < {here} OR {column.value} > {bound} THEN FALSE "
                f"WHEN {column.value} >= {here} AND {column.until} <= {bound} THEN TRUE END"
            )
        today = self.as_of.date()
        if span.unit in ELAPSED_UNITS:  # a date has no hours: whole days of the span
            seconds = span.amount * {"seconds": 1, "minutes": 60, "hours": 3600}[span.unit]
            far = today + timedelta(days=seconds // 86400) * (1 if direction == "next" else -1)
        else:
            far = shift(today, span.amount if direction == "next" else -span.amount, span.unit)
        low, high = (far, today) if direction == "last" else (today, far)
        if column.type == "month":
            return f"{column.value} BETWEEN {low.year * 12 + low.month - 1} AND {high.year * 12 + high.month - 1}"
        value = f"CAST({column.value} AS DATE)" if column.type == "moment" else column.value
        return f"{value} BETWEEN {sql.day(low)} AND {sql.day(high)}"


def _intervals(a: str, a_until: str, op: str, b: str, b_until: str, *, whole: bool = False) -> str:
    """Two moments compared by their intervals: NULL where their precision can't decide.

    Where the second is `whole` (written in a rule) it means all of its minute, as a date means its whole day; else it
    has one true point, as uncertain as the first's.
    """
    less = f"WHEN {a_until} < {b} THEN"
    more = f"WHEN {a} > {b_until} THEN"
    start, end = (b, b_until) if whole else (b_until, b)
    match op:
        case "less than":
            return f"CASE {less} TRUE WHEN {a} >= {start} THEN FALSE END"
        case "more than":
            return f"CASE {more} TRUE WHEN {a_until} <= {end} THEN FALSE END"
        case "at most":
            return f"CASE WHEN {a_until} <= {end} THEN TRUE {more} FALSE END"
        case "at least":
            return f"CASE WHEN {a} >= {start} THEN TRUE {less} FALSE END"
        case "other than":
            return f"CASE {less} TRUE {more} TRUE WHEN {a} >= {start} AND {a_until} <= {end} THEN FALSE END"
        case _:
            return f"CASE {less} FALSE {more} FALSE WHEN {a} >= {start} AND {a_until} <= {end} THEN TRUE END"


def _joined(word: str, parts: list[str], nothing: str) -> str:
    if not parts:
        return nothing
    return parts[0] if len(parts) == 1 else word.join(f"({part})" for part in parts)


def _or(*conditions: str) -> str:
    """The conditions joined by OR, constants left out."""
    kept = [c for c in conditions if c != "FALSE"]
    return "FALSE" if not kept else kept[0] if len(kept) == 1 else f"({' OR '.join(kept)})"
