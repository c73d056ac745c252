"""Whom a change of the rules affects: the same book at the same as-of and under one calendar, by two editions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from relcare.engine.affected import UNDETERMINED, Affected, Listing
from relcare.engine.because import Reasons
from relcare.engine.decide import Engine, Relation
from relcare.engine.decisions import rule_column
from relcare.engine.limits import LimitsInForce
from relcare.engine.owed_list import COLUMNS, LIST
from relcare.engine.plan import roots
from relcare.engine.rows import Item, QueryRows
from relcare.files.listings import write_listing
from relcare.formats.report import ListedRows, Rows
from relcare.located import Problem
from relcare.rulebook.controls import BROKEN, OUTCOME, spoken, with_controls
from relcare.rulebook.decisions import Decision, Rulebook
from relcare.rulebook.vocabulary import Fact
from relcare.rulebook.wording import word
from relcare.runs.opening import Opened, open_request
from relcare.runs.owing import Asked, lists
from relcare.runs.request import Request

OWED = "owed"
ASSETS = "aum"
OWED_KEYS = ("subject", "subject_id", "rule_id", "opens")
OWED_COLUMNS = (*OWED_KEYS, *(key for key in COLUMNS if key not in (*OWED_KEYS, "because", "name")))


class Move(NamedTuple):
    """One cell of a decision's migration matrix; `why` is said of the subject `example`."""

    decision: str
    before: str
    after: str
    number: int
    assets: str
    example: str
    why: str


class Owed(NamedTuple):
    """What becomes of the occurrences of one rule: `gained`, `lost`, `earlier`, `later`, `status` or `undetermined`."""

    rule: str
    what: str
    number: int
    example: str
    before: str
    after: str
    clause: str


class Found(NamedTuple):
    """Subjects of which a control says something else: `newly broken`, `newly kept` or `undetermined` on either side.

    `before` and `after` are `broken`, `kept`, `undetermined`, or "" where the edition does not ask.
    """

    control: str
    what: str
    number: int
    example: str
    before: str
    after: str
    why: str
    clause: str


class Load(NamedTuple):
    """Open things to do of one owner in one month of `act_by`."""

    owner: str
    month: str
    before: int
    after: int


class Comparison(NamedTuple):
    """Whom the change affects, and the problems of the book."""

    moves: list[Move]
    owed: list[Owed]
    load: list[Load]
    problems: list[Problem]
    as_of: str
    controls: list[Found] = []  # noqa: RUF012  # never changed


def compare(request: Request, old: Path, new: Path, spill: Path) -> Comparison:
    """Both editions on the request's book. Raises WrongRequestError as other runs do.

    The book's rows, the as-of and the calendar are the same on both sides: the calendar is that of the new edition.
    """
    problems: list[Problem] = []
    told: list[Listing] = []
    calendars = None
    as_of = ""
    kept: dict[tuple[str, str], tuple[Path, tuple[str, ...]]] = {}
    decided: dict[str, dict[str, Decision]] = {}
    for edition, folder in (("after", new), ("before", old)):
        with _opened(replace(request, rules=folder)) as opened:
            as_of = str(opened.as_of)
            # A book that is read at "now" is read at one moment on both sides.
            if opened.misled or not opened.book.sources:
                return Comparison([], [], [], list(opened.problems), as_of)
            calendars = calendars or opened.rulebook.calendars
            opened.rulebook = replace(opened.rulebook, calendars=calendars)
            if edition == "after":
                problems += opened.problems
            for subject, columns, rows in _listings(opened, request):
                path = spill / f"{subject} {edition}.csv"
                lines = rows.delimited(",")
                write_listing(path, columns, () if lines is not None else rows, lines)
                kept[subject, edition] = (path, columns)
            for decision in with_controls(opened.rulebook).decisions:
                decided.setdefault(f"{decision.subject} {decision.name}", {})[edition] = decision
    for subject in dict.fromkeys(name for name, _ in kept):
        for edition, other in (("before", "after"), ("after", "before")):
            if (subject, edition) not in kept:  # there nothing was asked of such a subject
                path, key = spill / f"{subject} {edition}.csv", kept[subject, other][1][:1]
                write_listing(path, key, ListedRows(), None)
                kept[subject, edition] = path, key
        key = OWED_KEYS if subject == OWED else kept[subject, "after"][1][:1]
        told.append(Listing(subject, kept[subject, "before"][0], kept[subject, "after"][0], key))
    affected = Affected(told, spill, request.memory_limit)
    try:
        return Comparison(
            list(_moves(affected, kept, decided)),
            [Owed(*row) for row in affected.owed(OWED)] if OWED in affected.listings else [],
            [Load(*row) for row in affected.workload(OWED)] if OWED in affected.listings else [],
            problems,
            as_of,
            list(_controls(affected, kept, decided)),
        )
    finally:
        affected.close()


@contextmanager
def _opened(request: Request) -> Iterator[Opened]:
    opened = open_request(request)
    try:
        yield opened
    finally:
        opened.close()


def _moves(
    affected: Affected,
    kept: dict[tuple[str, str], tuple[Path, tuple[str, ...]]],
    decided: dict[str, dict[str, Decision]],
) -> Iterator[Move]:
    for editions in decided.values():
        # A new decision moves nobody; what a control says is told apart.
        if len(editions) < 2 or next(iter(editions.values())).name.startswith(OUTCOME):
            continue
        decision = editions["after"]
        columns = kept.get((decision.subject, "after"), (None, ()))[1]
        if decision.subject not in affected.listings or decision.name not in columns:
            continue
        assets = ASSETS if ASSETS in columns else ""
        cells = affected.moves(decision.subject, decision.name, assets)
        if any(row[0] != row[1] for row in cells):
            yield from (Move(decision.name, *row) for row in cells)


def _controls(
    affected: Affected,
    kept: dict[tuple[str, str], tuple[Path, tuple[str, ...]]],
    decided: dict[str, dict[str, Decision]],
) -> Iterator[Found]:
    for editions in decided.values():
        control = editions.get("after") or editions["before"]
        there = [e for e in editions if control.name in kept.get((control.subject, e), (None, ()))[1]]
        if not control.name.startswith(OUTCOME) or control.subject not in affected.listings or not there:
            continue
        clause = " ".join(dict.fromkeys(clause for rule in control.rules for clause in rule.cites))
        told = []
        for before, after, number, _, example, why in affected.moves(control.subject, control.name, "", there):
            if UNDETERMINED in (before, after):
                what = UNDETERMINED
            else:
                what = "newly broken" if after == BROKEN else "newly kept" if before == BROKEN else ""
            if what and before != after:
                said = (spoken(control.name, before), spoken(control.name, after))
                told.append(Found(control.name.removeprefix(OUTCOME), what, number, example, *said, why or "", clause))
        yield from sorted(told, key=lambda found: found.what)


def _listings(opened: Opened, request: Request) -> Iterator[tuple[str, tuple[str, ...], Rows]]:
    """The list of each subject that is decided, and of what is owed; to be read before the next."""
    rulebook = with_controls(opened.rulebook)
    engine = Engine(rulebook, opened.book, opened.as_of.moment, opened.spill, request.memory_limit)
    try:
        subjects = _subjects(rulebook, engine)
        for subject, names in subjects.items():
            engine.plan.want(subject, [*names, *_assets(opened, subject)])
        engine.read()
        for subject, names in subjects.items():
            yield subject, *_decided(engine, opened, rulebook, subject, names)
    finally:
        engine.session.close()
    if not opened.rulebook.obligations:
        yield OWED, OWED_COLUMNS, ListedRows()
        return
    found = lists(opened, request, Asked())
    try:
        items = tuple(
            Item("CAST(opens AS VARCHAR)", risky="") if key == "opens" else found.listed.item(key)
            for key in OWED_COLUMNS
        )
        rows = QueryRows(found.engine.session, ("", LIST, "place"), (), items, count=found.count)
        # An edition that owes nothing is compared as well: all of the other is gained, or lost.
        yield OWED, OWED_COLUMNS, rows if found.count else ListedRows()
    finally:
        found.engine.session.close()


def _subjects(rulebook: Rulebook, engine: Engine) -> dict[str, list[str]]:
    """The decisions of each subject that the book has."""
    found: dict[str, list[str]] = {}
    for decision in rulebook.decisions:
        table = rulebook.vocabulary.table_of(decision.subject)
        if table is not None and table.name in engine.plan.book.sources:
            found.setdefault(decision.subject, []).append(decision.name)
    return found


def _assets(opened: Opened, subject: str) -> list[str]:
    return [ASSETS] if opened.rulebook.vocabulary.fact(subject, ASSETS) is not None else []


def _decided(
    engine: Engine, opened: Opened, rulebook: Rulebook, subject: str, names: list[str]
) -> tuple[tuple[str, ...], QueryRows]:
    """Key, assets, and of each decision the class, the rule and why."""
    relation = engine.relation(subject)
    language, vocabulary = opened.language, rulebook.vocabulary
    limits = LimitsInForce(rulebook.limits, opened.as_of.moment.date())

    def fact(name: str) -> Fact:
        found = vocabulary.fact(subject, name)
        if found is None:
            raise KeyError(name)
        return found

    plan = engine.plan.subjects[subject]
    reasons = Reasons(
        engine.judge(relation.columns), fact, limits.value, language, grouped=False, roots=roots(engine.plan.subjects[subject])
    )  # fmt: skip
    columns, items = [relation.key], [Item(relation.columns[relation.key].value)]
    for name in _assets(opened, subject):
        there = relation.columns[name]
        if there.supplied:
            columns.append(name)
            items.append(Item(f"CAST({there.value} AS VARCHAR)", risky=""))
    for name in names:
        columns += [name, f"{name}_rule", f"{name}_because"]
        items += _items(relation, reasons, name, plan.unsound.get(name, ""), language)
    count = engine.scanned[plan.table.name].rows
    prepared = reasons.prepared.values()
    return tuple(columns), QueryRows(
        engine.session, (relation.prefix, relation.name, relation.key), prepared, tuple(items), count=count
    )


def _items(relation: Relation, reasons: Reasons, name: str, unsound: str, language: str) -> list[Item]:
    there, made = relation.columns[name], relation.decided.get(name)
    code = Item(f"coalesce({there.value}, '{UNDETERMINED}')" if there.supplied else f"'{UNDETERMINED}'", risky="")
    if made is None or unsound:
        from relcare.engine import dialect as sql

        return [code, Item("''", risky=""), Item(sql.text(word(unsound or "supplied", language)))]
    return [code, Item(rule_column(made.decision), risky=""), reasons.of(made)]
