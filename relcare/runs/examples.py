"""The worked examples of the rules, tried: a problem for each that does not give what it says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from relcare.located import Problem
from relcare.rulebook.controls import spoken, with_controls
from relcare.runs.opening import with_lines

if TYPE_CHECKING:
    from relcare.files.settings import Settings
    from relcare.rulebook.decisions import Rulebook
    from relcare.rulebook.trials.trial import Answer, Bench, Trial

MEND = "mend the rule or the example"


def examples(rulebook: Rulebook, settings: Settings, today: date) -> list[Problem]:
    """Those of obligations under the book's calendar, then those of decisions and controls; one without a day is taken today."""
    from relcare.rulebook.trials.trial import written_trials

    rulebook = with_controls(rulebook)
    bench = bench_of(rulebook, settings)
    tried = ((trial, bench.answer(trial)) for trial in written_trials(rulebook, settings.time_zone, today))
    return [broken(trial, answer) for trial, answer in tried if not answer.right]


def bench_of(rulebook: Rulebook, settings: Settings) -> Bench:
    """Where examples are tried: the rulebook under the book's calendar."""
    from relcare.rulebook.trials.trial import Bench

    return Bench(with_controls(rulebook), settings.calendar.applied(rulebook.calendars), settings.time_zone)


def separate_trials(
    rulebook: Rulebook, settings: Settings, rules: Path, others: Iterable[Path], today: date
) -> tuple[list[Trial], list[Problem]]:
    """What the test files beside the rules, and others, say; and the mistakes in them."""
    from relcare.files.rulefiles import parsed, separate_files
    from relcare.rulebook.trials.written import read_tests

    problems: list[Problem] = []
    trees = parsed(separate_files(rules, others), problems)
    trials, mistakes = read_tests(trees, rulebook, settings.time_zone, today) if trees else ([], [])
    return trials, with_lines([*problems, *mistakes])


def broken(trial: Trial, answer: Answer) -> Problem:
    """An example, or a test, that does not give what it says."""
    from relcare.rulebook.trials.reason import reason

    named = f"the example of {trial.rule_id}" if trial.rule_id else f"the test of {trial.target}"
    why = reason(answer)
    gives, gave = spoken(trial.target, trial.gives), spoken(trial.target, answer.gave)
    hint = f"{trial.target} gives {gave}{f' ({why})' if why else ''}: {MEND}"
    return Problem(trial.place, "RUL090", f"{named} does not give {gives}", hint)
