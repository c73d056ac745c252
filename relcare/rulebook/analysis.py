"""What can be said of rules without a book: rows that are never reached, gaps, overlaps, tests that say nothing.

Each finding has a subject as a witness, which the evaluator has judged before it is told. A decision is looked at on the
first day of every stretch in which its rules and limits stay the same, and where tests count from the as-of on further days
of it. What would take more than BOXES boxes is said to be not analysed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from relcare.located import Problem
from relcare.rulebook.analysis_tests import idle_tests
from relcare.rulebook.analysis_view import BOXES, EVERYBODY, View, limits_on, tests_in
from relcare.rulebook.analysis_words import joined, when_words
from relcare.rulebook.axes import LATEST
from relcare.rulebook.comparing import day_of
from relcare.rulebook.conditions import NATURAL_UNITS, Compare, Limit, Literal, Other, Test, Within, tests_of
from relcare.rulebook.controls import as_decisions
from relcare.rulebook.decisions import Decision, Rule, Rulebook
from relcare.rulebook.evaluate import NO_CODE
from relcare.rulebook.regions import TooManyBoxesError
from relcare.rulebook.values import Moment, Month, Value
from relcare.timing.spans import shift

DAYS = 40  # at most, on which a stretch is looked at
TESTS = 2_000  # at most, on all days together, among which gaps and overlaps are looked for


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days from `start` to the day before `until` (None: for ever), on which rules and limits stay the same."""

    start: date
    until: date | None


@dataclass(slots=True)
class _Row:
    """What has been found of a rule: the stretches in which it is reached, and what takes all in the others."""

    reached: list[Stretch] = field(default_factory=list)
    dead: list[tuple[Stretch, Problem]] = field(default_factory=list)
    codes: dict[tuple[int, str], bool] = field(default_factory=dict)  # a code of a test: has it a part in the row?


def analysed(rulebook: Rulebook, since: date) -> list[Problem]:
    """What is wrong or idle in the rules that are in force on `since` or later; each finding once, with its first day.

    A decision whose file has mistakes is left out: they come first.
    """
    problems: list[Problem] = []
    for decision in rulebook.decisions:
        if decision.sound and decision.rules:
            problems += _Analysis(rulebook, decision, since).problems()
    for rule in rulebook.obligations:
        if rule.when is not None and (rule.until is None or rule.until > since):
            problems += _idle(rulebook, rule.subject, [rule], max(since, rule.start))
    for decision in as_decisions(rulebook.controls):
        for control in decision.rules:
            if control.until is None or control.until > since:
                problems += _idle(rulebook, decision.subject, [control], max(since, control.start))
    return problems


def _idle(rulebook: Rulebook, subject: str, rules: Sequence[object], day: date) -> list[Problem]:
    return idle_tests(rulebook, subject, rules, limits_on(rulebook, day), datetime.combine(day, time.max))


def stretches(decision: Decision, rulebook: Rulebook, since: date) -> list[Stretch]:
    """The stretches that last on `since` or begin later, in which a rule of the decision is in force."""
    operands = [test.operand for test in tests_in(decision.rules) if isinstance(test, Compare)]
    names = {operand.name for operand in operands if isinstance(operand, Limit)}
    edges = {rule.start for rule in decision.rules} | {rule.until for rule in decision.rules if rule.until}
    for name in names & set(rulebook.limits):
        for period in rulebook.limits[name].periods:
            edges |= {period.start} | ({period.until} if period.until else set())
    starts = sorted(edges)
    made = [Stretch(start, until) for start, until in zip(starts, [*starts[1:], None], strict=True)]
    return [
        each
        for each in made
        if (each.until is None or each.until > since) and any(rule.in_force(each.start) for rule in decision.rules)
    ]


def days(stretch: Stretch, tests: Sequence[Test], limits: Mapping[str, Value | None]) -> list[date]:
    """Days of the stretch that tests by the as-of can tell apart: its first, and where a window meets another edge."""
    windows = [test for test in tests if isinstance(test, Within)]
    edges = [day for test in tests if (day := _day(test, limits)) is not None]
    if not windows or (not edges and len({window.span.unit for window in windows}) == 1):
        return [stretch.start]
    found = {stretch.start: None}
    for edge in edges:
        moved = [edge]
        for window in windows:
            sign = 1 if window.direction == "last" else -1
            if window.span.unit in NATURAL_UNITS:
                moved.append(shift(edge, sign * window.span.amount, window.span.unit))
        found.update(dict.fromkeys(day + timedelta(days=off) for day in moved for off in (-1, 0, 1)))
    year = stretch.start.year
    found.update(dict.fromkeys(date(year + 1, month, 1) for month in range(1, 13)))
    leap = next(y for y in range(year + 1, year + 9) if y % 4 == 0 and (y % 100 or y % 400 == 0))
    found[date(leap, 3, 1)] = None
    return [day for day in found if day >= stretch.start and (stretch.until is None or day < stretch.until)]


def _day(test: Test, limits: Mapping[str, Value | None]) -> date | None:
    """The day that a date or moment is compared with."""
    if not isinstance(test, Compare) or isinstance(test.operand, Other):
        return None
    value = test.operand.value if isinstance(test.operand, Literal) else limits.get(test.operand.name)
    return day_of(value) if isinstance(value, date | Moment | Month) else None


class _Analysis:
    """One decision."""

    def __init__(self, rulebook: Rulebook, decision: Decision, since: date) -> None:
        self.rulebook = rulebook
        self.decision = decision
        first = min(rule.start for rule in decision.rules)
        self.stretches = stretches(decision, rulebook, first if decision.dated_by else since)
        self.rows = {id(rule): _Row() for rule in decision.rules}
        self.found: dict[tuple[str, str], Problem] = {}

    def problems(self) -> list[Problem]:
        """Everything that is to be said of it."""
        for stretch in self.stretches:
            in_force = [rule for rule in self.decision.rules if rule.in_force(stretch.start)]
            for problem in _idle(self.rulebook, self.decision.subject, in_force, stretch.start):
                self.found.setdefault((problem.code, str(problem.place)), problem)
            try:
                self._look(stretch, in_force)
            except TooManyBoxesError:
                message = (
                    f"decision `{self.decision.name}` is not analysed as of {stretch.start}: its rules cut too finely"
                )
                hint = f"it would take more than {BOXES:,} cases; fewer facts in one decision are easier to read, too"
                self._tell("RUL109", message, hint, "warning")
        self._settle_rows()
        given = {rule.then for rule in self.decision.rules}
        for code in self.decision.codes:
            if code.key not in given and code.key not in (NO_CODE, "none"):
                message = f"no rule of `{self.decision.name}` gives `{code.key}`"
                self._tell("RUL107", message, "add the rule, or take the code out of `outcomes`", "warning", code.key)
        return list(self.found.values())

    def _tell(self, code: str, message: str, hint: str, severity: str = "error", about: str = "") -> None:
        place, width = self.decision.place, len(self.decision.name)
        self.found.setdefault((code, about), Problem(place, code, message, hint, severity, "", width))

    def _look(self, stretch: Stretch, in_force: list[Rule]) -> None:
        tests = tests_in(in_force)
        looked_at = days(stretch, tests, limits_on(self.rulebook, stretch.start))
        moving = any(isinstance(test, Within) for test in tests)
        last = LATEST if stretch.until is None else stretch.until - timedelta(days=1)
        made: list[View] = []

        def views(most: int) -> Iterator[View]:
            """The views of the first days, each made when it is wanted: on the first day most is settled."""
            for number, day in enumerate(looked_at[:most]):
                if number == len(made):
                    made.append(View(self.rulebook, self.decision, day, in_force, day if moving else last))
                yield made[number]

        for rule in in_force:
            row = self.rows[id(rule)]
            reached = False
            for view in views(DAYS):
                reached = view.reached(rule, row.codes) or reached
                if reached and all(row.codes.values()):
                    break
            if reached:
                row.reached.append(stretch)
                continue
            if len(looked_at) > DAYS:
                raise TooManyBoxesError
            problem = next((problem for view in made if (problem := view.shadowed(rule)) is not None), None)
            if problem is not None:
                row.dead.append((stretch, problem))
        most = max(1, TESTS // max(1, len(tests)))
        if self.decision.choose == "exactly one":
            for found in (found for view in views(most) for found in view.overlaps()):
                self.found.setdefault((found.code, str(found.place)), found)
        for gap in filter(None, (view.gap() for view in views(most))):
            self.found.setdefault((gap.code, ""), gap)

    def _settle_rows(self) -> None:
        for rule in self.decision.rules:
            row = self.rows[id(rule)]
            if row.dead:
                stretch, problem = row.dead[0]
                severity = "warning" if row.reached else "error"
                message = problem.message
                if row.reached:
                    message += when_words(stretch.start, stretch.until)
                told = problem._replace(message=message, severity=severity)
                self.found.setdefault((problem.code, str(problem.place)), told)
            if row.reached:
                self._unmatched(rule, row)

    def _unmatched(self, rule: Rule, row: _Row) -> None:
        by_test: dict[int, list[str]] = {}
        for (identity, code), matched in row.codes.items():
            if not matched:
                by_test.setdefault(identity, []).append(code)
        for test in tests_of(rule.when or EVERYBODY):
            codes = by_test.get(id(test))
            if codes:
                named = joined([f"`{code}`" for code in codes])
                message = f"{named} of `{test.fact}` never {'lead' if len(codes) > 1 else 'leads'} to `{rule.id}`: rules before it take them"
                problem = Problem(
                    test.place, "RUL108", message, "remove what can't be matched", "warning", "", len(test.fact)
                )
                self.found.setdefault(("RUL108", str(test.place)), problem)
