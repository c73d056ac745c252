"""`rules check`: every mistake in the rule files, without looking at a book's tables."""

from __future__ import annotations

import relcare
from relcare.files.settings import read_settings
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Problem, by_place
from relcare.rulebook.analysis import analysed
from relcare.rulebook.norms import missing_rules
from relcare.rulebook.phrases import without_script
from relcare.runs.examples import bench_of, broken, examples, separate_trials
from relcare.runs.locked import lock_problems
from relcare.runs.opening import CACHE, read_rulebook, rules_of, with_lines
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLE = {"en": "Check of the rulebook", "zh": "规则检查"}
KEYS = ("kind", "place", "code", "message", "hint")


def rules_check(request: Request) -> Result:
    """The problems of the rule files, the examples that fail, what the rules do together, and what differs from the lock."""
    rules, today = rules_of(request), request.now.date()
    rulebook, found = read_rulebook(rules, CACHE.get())
    settings, _ = read_settings(request.book, rulebook.vocabulary, rulebook.calendars)
    locked = lock_problems(rulebook, rules, today, found)
    trials, mistakes = separate_trials(rulebook, settings, rules, (), today)
    bench = bench_of(rulebook, settings)
    tests = [broken(trial, answer) for trial in trials if not (answer := bench.answer(trial)).right]
    whole = all(problem.severity != "error" for problem in found)  # else a rule that is left out may implement it
    norm = [*missing_rules(rulebook, today), *without_script(rulebook, today)] if whole else []
    together = with_lines([*tests, *analysed(rulebook, today), *norm])
    problems = by_place([*found, *examples(rulebook, settings, today), *mistakes, *together, *locked])
    language = request.lang or settings.language or "en"
    report = Report(
        "rules check",
        TITLE[language],
        "",
        tuple(Column(key, key) for key in KEYS),
        ListedRows(_row(problem) for problem in problems),
        {"relcare": relcare.__version__, "rulebook": {"hash": rulebook.hash}},
        language=language,
        problems=tuple(problems),
    )
    return Result(report=report, problems=tuple(problems), found=any(p.severity == "error" for p in problems))


def _row(problem: Problem) -> tuple[str, ...]:
    return ("problem", str(problem.place), problem.code, problem.message, problem.hint)
