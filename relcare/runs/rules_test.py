"""`rules test`: every example tried, the branches that none reaches, and the changes of a rule that none would notice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import relcare
from relcare.files.settings import read_settings
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Problem, by_place
from relcare.rulebook.controls import spoken, with_controls
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.trials.mutants import Mutant, Target, mutants
from relcare.rulebook.trials.noticing import noticing
from relcare.rulebook.trials.reached import Branch, branches, reached
from relcare.rulebook.trials.reason import reason
from relcare.rulebook.trials.trial import Answer, Bench, Trial, written_trials
from relcare.rulebook.trials.yaml_line import example_line, given_parts
from relcare.runs.examples import bench_of, broken, separate_trials
from relcare.runs.opening import CACHE, read_rulebook, rules_of, with_lines
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLE = {"en": "Test of the rulebook", "zh": "规则测试"}
KEYS = ("kind", "place", "rule_id", "what", "given", "expected", "got", "because", "example")
FAILED, UNREACHED, ALIVE, SAME = "failed", "not reached", "not noticed", "no difference"
RIGHT = {
    "en": "{right} of {all} examples give what they say.",
    "zh": "{all} 个示例中 {right} 个结果相符。",
}
REACHED = {"en": "{reached} of {all} branches are reached by one.", "zh": "{all} 个分支中 {reached} 个有示例覆盖。"}
NOTICED = {
    "en": "{noticed} of {all} changes by one step are noticed; {alive} are not, {same} make no difference.",
    "zh": "{all} 处一步改动中 {noticed} 处被示例发现，{alive} 处未被发现，{same} 处不产生差异。",
}
UNTRIED = {
    "en": "Changes by one step are tried once the rules have no mistake and all examples hold.",
    "zh": "规则无误且全部示例相符后，才检验一步改动。",
}
MEASURED = {
    "en": "a step of a limit behind facts that are made from rows: give an example with rows",
    "zh": "该限值所涉指标由数据行算得：请给出含数据行的示例",
}


class Tried(NamedTuple):
    """A trial and what came of it."""

    trial: Trial
    answer: Answer


@dataclass(slots=True)
class Tested:
    """All that a test of a rulebook finds."""

    tried: list[Tried] = field(default_factory=list)
    every: list[Branch] = field(default_factory=list)
    unreached: list[Branch] = field(default_factory=list)
    mutants: int | None = None  # None where they were not tried
    alive: list[tuple[Mutant, Trial | None]] = field(default_factory=list)
    same: list[Mutant] = field(default_factory=list)

    @property
    def failed(self) -> list[Tried]:
        """Those that give something else."""
        return [each for each in self.tried if not each.answer.right]


def rules_test(request: Request) -> Result:
    """The rulebook and its test files, tested; a failed example is a problem in the user's files."""
    rules, today = rules_of(request), request.now.date()
    rulebook, problems = read_rulebook(rules, CACHE.get())
    rulebook = with_controls(rulebook)
    settings, _ = read_settings(request.book, rulebook.vocabulary, rulebook.calendars)
    files = [Path(name) for name in request.filters.get("files", ())]
    separate, mistakes = separate_trials(rulebook, settings, rules, files, today)
    problems += mistakes
    bench = bench_of(rulebook, settings)
    trials = [*written_trials(rulebook, settings.time_zone, today), *separate]
    whole = not any(problem.severity == "error" for problem in problems)
    examples_only = "examples only" in request.filters
    tested = everything_tried(bench, trials, mutate=whole and not examples_only)
    problems += with_lines([broken(*each) for each in tested.failed])
    problems = by_place(problems)
    language = request.lang or settings.language or "en"
    report = _report(tested, problems, rulebook, language, examples_only=examples_only)
    return Result(report=report, problems=tuple(problems), found=bool(tested.unreached or tested.alive))


def everything_tried(bench: Bench, trials: list[Trial], *, mutate: bool) -> Tested:
    """Every trial tried; with `mutate`, and where all are right, every mutant too."""
    tested = Tested([Tried(trial, bench.answer(trial)) for trial in trials])
    there = reached(each.answer for each in tested.tried)
    tested.every = list(dict.fromkeys(branches(bench.rulebook)))
    tested.unreached = [branch for branch in tested.every if branch not in there]
    if mutate and not tested.failed:
        _mutate(bench, trials, tested)
    return tested


def _mutate(bench: Bench, trials: list[Trial], tested: Tested) -> None:
    by_target: dict[Target, list[Trial]] = {}
    for trial in trials:
        by_target.setdefault(Target(trial.subject, trial.target, trial.decides), []).append(trial)
    tested.mutants = 0
    for mutant in mutants(bench.rulebook):
        tested.mutants += 1
        if _is_noticed(bench, mutant, by_target):
            continue
        example = noticing(bench, mutant, by_target)
        if example is not None or mutant.facts_too:
            tested.alive.append((mutant, example))
        else:
            tested.same.append(mutant)


def _is_noticed(bench: Bench, mutant: Mutant, by_target: dict[Target, list[Trial]]) -> bool:
    """Whether an example that was right is not with the mutant; those that are likely to notice it first."""
    other = bench.instead(mutant.rulebook, same_facts=not mutant.facts_too)
    for target in mutant.targets:
        found = by_target.get(target, ())
        if target.decides and mutant.shows:  # what is left out shows in the shortest
            found = sorted(found, key=lambda trial: len(trial.cells))
        elif mutant.shows:
            rows = "met" in mutant.shows
            found = sorted(found, key=lambda trial: (rows and not trial.rows, not trial.gives.startswith(mutant.shows)))
        elif mutant.facts_too:
            found = sorted(found, key=lambda trial: not trial.rows)
        elif target.decides:
            found = sorted(found, key=lambda trial: trial.rule_id != mutant.id)
        if any(not other.answer(trial).right for trial in found):
            return True
    return False


def _report(
    tested: Tested, problems: list[Problem], rulebook: Rulebook, language: str, *, examples_only: bool
) -> Report:
    right = len(tested.tried) - len(tested.failed)
    notes = [
        RIGHT[language].format(right=right, all=len(tested.tried)),
        REACHED[language].format(reached=len(tested.every) - len(tested.unreached), all=len(tested.every)),
    ]
    if tested.mutants is None:
        notes += [] if examples_only else [UNTRIED[language]]
    else:
        alive, same = len(tested.alive), len(tested.same)
        noticed = tested.mutants - alive - same
        notes.append(NOTICED[language].format(noticed=noticed, all=tested.mutants, alive=alive, same=same))
    return Report(
        "rules test",
        TITLE[language],
        "",
        tuple(Column(key, key) for key in KEYS),
        ListedRows(_rows(tested, language)),
        {"relcare": relcare.__version__, "rulebook": {"hash": rulebook.hash}},
        notes=tuple(notes),
        facts={
            "examples": len(tested.tried), "failed": len(tested.failed), "branches": len(tested.every),
            "not_reached": len(tested.unreached), "changes": tested.mutants, "not_noticed": len(tested.alive),
            "no_difference": len(tested.same),
        },
        language=language,
        problems=tuple(problems),
    )  # fmt: skip


def _rows(tested: Tested, language: str) -> Iterator[tuple[str, ...]]:
    for trial, answer in tested.failed:
        given = ", ".join(given_parts(trial))
        yield (FAILED, str(trial.place), trial.rule_id or trial.target, trial.title, given, spoken(trial.target, trial.gives), spoken(trial.target, answer.gave),
               reason(answer), "")  # fmt: skip
    for branch in tested.unreached:
        yield UNREACHED, str(branch.place), branch.id, branch.what, "", "", "", "", ""
    for mutant, example in tested.alive:
        line = example_line(example) if example is not None else ""
        yield (
            ALIVE,
            str(mutant.place),
            mutant.id,
            mutant.what.in_(language),
            "",
            "",
            "",
            "" if line else MEASURED[language],
            line,
        )
    for mutant in tested.same:
        yield SAME, str(mutant.place), mutant.id, mutant.what.in_(language), "", "", "", "", ""
