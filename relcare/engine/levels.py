"""Levels of escalation as SQL: when each is reached, and who is to be told by then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from relcare.engine import dialect as sql
from relcare.engine.answering import answering, person
from relcare.engine.days import WORKING, Days, is_elapsed, moved
from relcare.engine.open_hours import is_worked
from relcare.rulebook.levels import levels_of
from relcare.rulebook.obligations import EARLY, Level, Obligation

if TYPE_CHECKING:
    from relcare.engine.conditions import Column
    from relcare.engine.owed import Owed
    from relcare.engine.owed_list import OwedList

LEVEL_COLUMNS = ("level", "tell", "levels")
REACHED = "owed levels"


def share_moment(level: Level, row: str) -> str:
    """When so many hundredths of the time from the start to the deadline are over, of the row `row`."""
    length = f"(epoch_us({row}.due) - epoch_us({row}.start))"
    return f"({row}.start + to_microseconds({length} * {level.share} // 100))"


def level_spans(rules: Mapping[int, Obligation]) -> set[int]:
    """The numbers of working days that levels count with, those before the deadline negative."""
    levels = [level for rule in rules.values() for level in levels_of(rule)]
    return {
        -level.span.amount if level.kind in EARLY else level.span.amount
        for level in levels
        if level.span is not None and level.span.unit == WORKING
    }


def moment_of(level: Level, days: Days, row: str) -> tuple[str, str]:
    """The moment from which on a level of the row `row` is reached, and the join that it needs."""
    span = level.span
    if level.kind == "share":
        return share_moment(level, row), ""
    if span is None:
        return f"{row}.due_until + INTERVAL 1 MICROSECOND", ""
    early = level.kind in EARLY
    base = f"{row}.act_by" if early else f"{row}.due_until"
    if is_worked(span):
        return days.open_hours().moved(base, span, "level", back=early)
    if is_elapsed(span):
        return days.elapsed(base, span, back=early), ""
    if span.unit != WORKING:
        return days.begin_of(moved(days.date(base), span, back=early)), ""
    n = -span.amount if early else span.amount
    join = f" LEFT JOIN {days.reached} AS counted ON counted.n = {n} AND counted.day = {days.date(base)}"
    return days.begin_of("counted.reached"), join


def counting_by(rule: Obligation, owed: Owed, days_of: Callable[[str], Days]) -> list[tuple[Days, str]]:
    """The calendars by which a version counts, each with the condition on the subject, behind an AND; "" for all."""
    if not rule.calendar_by or owed.relation is None:
        return [(days_of(rule.calendar), "")]
    told = owed.calendars[rule.calendar_by].values
    return [(days_of(name), f" AND {condition}") for name, condition in told.items()]


def levels_select(owed: Owed, days_of: Callable[[str], Days], rows: str) -> list[str]:
    """SELECTs of the levels of each version of a rule in the table `rows` of occurrences: the row's `id`, `nth`, `at`."""
    return [
        f"SELECT o.rowid AS id, {nth} AS nth, {moment} AS moment FROM {rows} AS o JOIN {_subjects(owed, only)} ON own.key = o.key{join}"
        f" WHERE o.rule = {number} AND o.due IS NOT NULL"
        for number, rule in owed.rules.items()
        for nth, level in enumerate(levels_of(rule), 1)
        for days, only in counting_by(rule, owed, days_of)
        for moment, join in [moment_of(level, days, "o")]
    ]


def make_levels(listed: OwedList, rows: str) -> None:
    """Give the rows of the list `rows` the columns `level`, `tell` and `levels`.

    `level` is the number of the last level that is reached, `tell` who is to be told by it, `levels` the JSON text of all of
    them. Of what is not open, or has no deadline, nothing is to be told.
    """
    owing, engine = listed.owing, listed.engine
    selects: list[str] = []
    for subject, owed in owing.owed.items():
        if owed.relation is None or not owed.tables:
            continue
        for number, rule in owed.rules.items():
            for nth, level in enumerate(levels_of(rule), 1):
                responsible, role = _whom(level.tell, listed.about[subject], owed.relation.columns)
                for days, only in counting_by(rule, owed, owing.days_of):
                    moment, join = moment_of(level, days, "o")
                    selects.append(
                        f"SELECT o.place, o.status, o.branch, {nth} AS nth, {moment} AS moment, {sql.text(level.tell)} AS tell, own.responsible, {role} AS role\n"
                        f"  FROM {rows} AS o JOIN {_subjects(owed, only, responsible)} ON own.key = o.subject_id{join}\n"
                        f"  WHERE o.rule = {number} AND o.open AND o.together IS NULL AND o.due IS NOT NULL"
                    )
    if not selects:
        engine.session.run(
            f"CREATE OR REPLACE TEMP TABLE {rows} AS SELECT *, '' AS level, '' AS tell, '[]' AS levels FROM {rows}"
        )
        return
    made, now = sql.name(REACHED), sql.moment(engine.as_of)
    told = answering("(\n  " + "\n  UNION ALL ".join(selects) + "\n)", engine.scanned, engine.as_of.date())
    engine.session.run(
        f"CREATE OR REPLACE TEMP TABLE {made} AS\n-- a row is one level of one row of the list\n"
        f"SELECT place, nth, moment, tell, coalesce(owner, '') AS person, moment <= {now} AND status <> 'not started' AS reached FROM (\n  {told}\n)\nWHERE moment IS NOT NULL"
    )
    pairs = [
        ("level", "CAST(nth AS VARCHAR)"), ("at", f"'\"' || {_written('moment')} || '\"'"), ("role", "to_json(tell)"),
        ("tell", "to_json(person)"), ("reached", "CASE WHEN reached THEN 'true' ELSE 'false' END"),
    ]  # fmt: skip
    cells = " || ', ' || ".join(f"'\"{key}\": ' || {expression}" for key, expression in pairs)
    engine.session.run(
        f"CREATE OR REPLACE TEMP TABLE {rows} AS\n-- a row is a row of the list with its levels\n"
        f"SELECT o.*, coalesce(CAST(l.level AS VARCHAR), '') AS level, coalesce(l.tell, '') AS tell, coalesce(l.levels, '[]') AS levels FROM {rows} AS o LEFT JOIN (\n"
        f"  SELECT place, max(nth) FILTER (reached) AS level, arg_max(person, nth) FILTER (reached) AS tell,\n"
        f"    '[' || string_agg('{{' || {cells} || '}}', ', ' ORDER BY nth) || ']' AS levels\n  FROM {made} GROUP BY place\n) AS l ON l.place = o.place"
    )


def _subjects(owed: Owed, only: str, responsible: str = "NULL") -> str:
    """The subjects for which a condition holds, as `own`: their keys, and whom a field of theirs names."""
    key = sql.name(owed.relation.key) if owed.relation is not None else ""
    return f"(SELECT {key} AS key, {responsible} AS responsible FROM {owed.base} WHERE TRUE{only}) AS own"


def _whom(tell: str, about: Mapping[str, list[str]], columns: Mapping[str, Column]) -> tuple[str, str]:
    """The person whom a field names in a role, and the role where no field does."""
    names = about[f"by {tell}"]
    return person(columns, names), "CAST(NULL AS VARCHAR)" if names else sql.text(tell)


def _written(moment: str) -> str:
    """A moment as text: to the minute, to the second where it has any."""
    return f"CASE WHEN second({moment}) = 0 THEN strftime({moment}, '%Y-%m-%d %H:%M') ELSE strftime({moment}, '%Y-%m-%d %H:%M:%S') END"
