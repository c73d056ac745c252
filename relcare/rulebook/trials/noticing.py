"""The example that would notice a mutant: searched for round the examples that there are, and checked on both rulebooks.

No solver: what is tried are the bounds of all tests of the rule and a step on either side of them, its codes, empty cells, the
moments at which an occurrence changes its status, and rows of evidence with one left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import combinations, islice, product

from relcare.rulebook.conditions import Condition, tests_of
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.obligations import conditions_of, facts_named
from relcare.rulebook.occurrences import NO_TIME
from relcare.rulebook.trials.mutants import EMPTY, LEFT_OUT, Mutant, Target
from relcare.rulebook.trials.points import cells_of, rows_for
from relcare.rulebook.trials.telling import Telling
from relcare.rulebook.trials.trial import NOTHING, Answer, Bench, Trial, asked, moment_of, read_facts, shown
from relcare.timing.spans import shift

# Candidates, the near ones first; what these do not tell apart counts as meaning the same.
TRIED = 2000
TRIED_OWED = 800
BASES = 12  # examples round which is searched
# The cells that alone can tell these mutants; None leaves a fact out.
ONLY: dict[str, tuple[str | None, ...]] = {EMPTY: ("",), LEFT_OUT: (None,)}
FIRST = date(2026, 1, 1)  # of a decision without rules

Cells = Mapping[str, str]


def noticing(bench: Bench, mutant: Mutant, trials: Mapping[Target, list[Trial]]) -> Trial | None:
    """An example that is right under the rulebook and wrong under the mutant; None where none was found."""
    other = bench.instead(mutant.rulebook, same_facts=not mutant.facts_too)
    telling = Telling(bench, mutant.pair)
    for target in mutant.targets:
        bases = _bases(trials.get(target, ()), mutant.id) or list(_crafted(bench, target))
        rows_first = "met" in mutant.shows or "paused" in mutant.shows
        only = next((ONLY[text] for text in mutant.shows if text in ONLY), ())
        most = TRIED if target.decides else TRIED_OWED
        seen: set[tuple[object, ...]] = set()
        for trial in islice(_candidates(bench, other, target, bases, telling, only, rows_first=rows_first), most):
            if trial is None:
                continue
            key = (trial.as_of, tuple(sorted(trial.cells.items())), repr(trial.rows))
            if key in seen:
                continue
            seen.add(key)
            is_, would_be = bench.answer(trial), other.answer(trial)
            said = told_apart(is_, would_be)
            if said:
                return trial._replace(gives=said)
    return None


def told_apart(one: Answer, other: Answer) -> str:
    """What the first gives, where the other gives something else; "" where they are the same."""
    if one.main is None and other.main is None:
        return one.gave if one.gave != other.gave else ""
    status = one.main.status if one.main is not None else NOTHING
    if status != (other.main.status if other.main is not None else NOTHING):
        return status
    due = shown(one.main) if one.main is not None else ""
    return f"due {due}" if other.main is not None and due != shown(other.main) else ""


def _bases(trials: Iterable[Trial], near: str) -> list[Trial]:
    """The examples round which is searched: those of the rule that was changed first."""
    ordered = sorted(trials, key=lambda trial: trial.rule_id != near)
    return ordered[:BASES]


def _crafted(bench: Bench, target: Target) -> Iterator[Trial]:
    """An example from nothing, for what has none: each fact at its first point."""
    rulebook = bench.rulebook
    start = _start(rulebook, target)
    points = _points(rulebook, rulebook, target, start, {})
    cells = {name: next((cell for cell in each if cell), "") or "" for name, each in points.items()}
    yield _trial(bench, target, cells, {}, moment_of(start))


def _start(rulebook: Rulebook, target: Target) -> date:
    """The first day on which there is anything to decide or to owe."""
    if target.decides:
        decision = rulebook.decision(target.subject, target.name)
        return min((rule.start for rule in decision.rules), default=FIRST) if decision is not None else FIRST
    return min(rule.start for rule in rulebook.versions(target.name))


def _trial(bench: Bench, target: Target, cells: Cells, rows: Mapping[str, tuple[Cells, ...]], as_of: datetime) -> Trial:
    facts = read_facts(target.subject, cells, bench.rulebook, bench.zone, measured=not target.decides)
    return Trial(target.name, target.decides, target.subject, facts, rows, as_of, "", cells)


def _candidates(
    bench: Bench,
    other: Bench,
    target: Target,
    bases: list[Trial],
    telling: Telling,
    only: tuple[str | None, ...] = (),
    *,
    rows_first: bool,
) -> Iterator[Trial | None]:
    """Near ones first: another moment, one fact, other rows (or these first); then two facts at once. None for one that can't tell."""
    if rows_first:
        yield from _with_rows(bench, other, target, bases)
    for base in bases if not only else ():
        for as_of in _moments(bench, other, base):
            yield base._replace(as_of=as_of)
    for count in (1, 2):
        for base in bases:
            points = _points(bench.rulebook, other.rulebook, target, base.as_of.date(), base.cells)
            points = {name: list(only) or cells for name, cells in points.items()}
            for names in combinations(points, count):
                if not telling.any_can_tell(base.cells, {name: points[name] for name in names}, base.as_of):
                    continue
                for values in product(*(points[name] for name in names)):
                    changed = {**base.cells, **dict(zip(names, values, strict=True))}
                    cells = {name: cell for name, cell in changed.items() if cell is not None}
                    if cells == base.cells:
                        continue
                    if not telling.can_tell(cells, base.as_of):
                        yield None
                        continue
                    trial = _trial(bench, target, cells, base.rows, base.as_of)
                    yield trial
                    if count == 1 and not target.decides:
                        yield from (trial._replace(as_of=as_of) for as_of in _moments(bench, other, trial))
        if count == 1 and not target.decides and not rows_first:
            yield from _with_rows(bench, other, target, bases)


def _with_rows(bench: Bench, other: Bench, target: Target, bases: list[Trial]) -> Iterator[Trial]:
    for base in bases:
        main = bench.answer(base).main
        if main is None or main.due is None:
            continue
        for cells, rows in rows_for(main, bench.rulebook, other.rulebook, base.as_of):
            trial = _trial(bench, target, {**base.cells, **cells}, rows, base.as_of)
            yield trial
            for as_of in _moments(bench, other, trial):
                yield trial._replace(as_of=as_of)


def _points(one: Rulebook, other: Rulebook, target: Target, day: date, cells: Cells) -> dict[str, list[str | None]]:
    """Cells for each fact that the target asks for: those at the bounds of its tests; None leaves it out."""
    conditions: list[Condition] = []
    names: dict[str, None] = {}
    for rulebook in (one, other):
        if target.decides:
            decision = rulebook.decision(target.subject, target.name)
            if decision is not None:
                conditions += [rule.when for rule in decision.rules if rule.when is not None]
                names |= dict.fromkeys(asked(decision))
        for rule in rulebook.versions(target.name) if not target.decides else ():
            conditions += conditions_of(rule)
            names |= dict.fromkeys(facts_named(rule))
    tests = list(dict.fromkeys(test for condition in conditions for test in tests_of(condition)))
    limits = [*one.limits.items(), *other.limits.items()]
    return {name: [*cells_of(name, tests, one.vocabulary, target.subject, limits, day, cells), None] for name in names}


def _moments(bench: Bench, other: Bench, trial: Trial) -> list[datetime]:
    """The moments at which the status can change under either rulebook, and those right before; whole days where they do.

    Of a decision the days on which a rule or a limit begins, and those right before.
    """
    if trial.decides:
        days = {rule.start for decision in bench.rulebook.decisions for rule in decision.rules}
        days |= {period.start for limit in bench.rulebook.limits.values() for period in limit.periods}
        return [moment_of(day) for first in sorted(days) for day in (first, first - timedelta(days=1))]
    points: list[datetime] = []
    rule = bench.rulebook.versions(trial.target)[0]
    if rule.due.open_day and rule.every is not None:  # some period ends on a closed day
        points += [
            datetime.combine(shift(trial.as_of.date(), rule.every.months * n, "months"), time.max) for n in range(13)
        ]
    for answer in (bench.answer(trial), other.answer(trial)):
        for one in answer.owing.occurrences[:2] if answer.owing is not None else ():
            edges = [one.opens, one.risk_from, one.lapses_at, one.next_opens]
            edges += [*one.due] if one.due is not None else []
            points += [edge for edge in edges if edge is not None and edge != NO_TIME]
    return [at for point in dict.fromkeys(points) for at in _around(point)]


def _around(point: datetime) -> list[datetime]:
    if point.time() in (time.min, time.max):
        day = point.date()
        return [moment_of(each) for each in (day, day - timedelta(days=1), day + timedelta(days=1))]
    minute = point.replace(second=0, microsecond=0)
    return [minute, minute - timedelta(minutes=1), minute + timedelta(minutes=1)]
