"""`rules check`: every mistake in the rule files, without looking at a book's tables."""

from __future__ import annotations

import relcare
from relcare.files.settings import read_settings
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Problem, by_place
from relcare.rulebook.analysis import analysed
from relcare.rulebook.norms import missing_rules
from relcare.runs.examples import examples
from relcare.runs.opening import read_rulebook, rules_of, with_lines
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLE = {"en": "Check of the rulebook", "zh": "规则检查"}
KEYS = ("kind", "place", "code", "message", "hint")


def rules_check(request: Request) -> Result:
    """The problems of the rule files, placed, the examples that do not give what they say, and what the rules do together."""
    rulebook, found = read_rulebook(rules_of(request))
    settings, _ = read_settings(request.book, rulebook.vocabulary, rulebook.calendars)
    today = request.now.date()
    whole = all(problem.severity != "error" for problem in found)  # else a rule that is left out may implement it
    norm = missing_rules(rulebook, today) if whole else []
    problems = by_place(with_lines([*found, *examples(rulebook, settings, today), *analysed(rulebook, today), *norm]))
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
