"""`norm`: every clause of the register, and the rules that implement it."""

from __future__ import annotations

import os
from pathlib import Path

import relcare
from relcare.files.settings import read_settings
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Problem
from relcare.rulebook.norms import Citing, implemented
from relcare.rulebook.vocabulary import Clause, Label
from relcare.runs.opening import CACHE, WrongRequestError, as_of_in, read_rulebook, rules_of
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLE = {"en": "Norm", "zh": "规范"}
NAMES = {
    "en": {"clause": "Clause", "label": "Title", "text": "What is owed", "rules": "Implemented by", "house_practice": "House practice", "norm": "Norm",
           "edition": "Edition", "from": "From", "until": "Until", "place": "Place"},
    "zh": {"clause": "条款", "label": "标题", "text": "要求", "rules": "落实规则", "house_practice": "本行惯例", "norm": "规范",
           "edition": "版本", "from": "生效", "until": "失效", "place": "位置"},
}  # fmt: skip
SHOWN = ("clause", "label", "text", "rules")
NOTHING = {"en": "The rulebook has no clause that binds.", "zh": "规则库中没有生效的条款。"}
NOTES = {
    "en": ("{missing} of {every} clauses have no rule: {named}.", "All {every} clauses have a rule.", "House practice is added to {named}."),
    "zh": ("{every} 条中有 {missing} 条尚无规则：{named}。", "{every} 条均有规则。", "以下条款含本行惯例：{named}。"),
}  # fmt: skip
OWN = {"en": "all of it", "zh": "全部"}
NO_RULE = {"en": "no rule", "zh": "尚无规则"}


def norm(request: Request) -> Result:
    """The register as of a day; a clause that nothing implements is an error."""
    try:
        return _made(request)
    except WrongRequestError as wrong:
        return Result(usage=str(wrong))


def _made(request: Request) -> Result:
    folder = rules_of(request)
    rulebook, problems = read_rulebook(folder, CACHE.get())
    settings, _ = read_settings(request.book, rulebook.vocabulary, rulebook.calendars)
    language = request.lang or settings.language or "en"
    day = as_of_in(request, settings.time_zone).moment.date()
    found = implemented(rulebook, day)
    rows = ListedRows(_row(clause, rules, language) for clause, rules in found)
    names = NAMES[language]
    short = {_rules(rules): _short(rules, folder) or NO_RULE[language] for _, rules in found}
    columns = tuple(
        Column(key, title, "code" if key == "rules" else "text", short if key == "rules" else {}, wide=key == "text")
        for key, title in names.items()
    )
    lost = [_lost(clause) for clause, rules in found if not rules]
    report = Report(
        "norm",
        TITLE[language],
        str(day),
        columns,
        rows,
        {"relcare": relcare.__version__, "rulebook": {"hash": rulebook.hash}},
        notes=_notes(found, language),
        shown=SHOWN,
        nothing=NOTHING[language],
        language=language,
    )
    return Result(report=report, problems=(*problems, *lost))


def _row(clause: Clause, rules: list[Citing], language: str) -> tuple[str, ...]:
    def said(label: Label | None) -> str:
        return "" if label is None else label.in_(language)

    return (
        clause.id,
        said(clause.label),
        said(clause.text),
        _rules(rules),
        OWN[language] if clause.is_house else said(clause.house),
        said(clause.norm),
        said(clause.edition),
        str(clause.start or ""),
        str(clause.until or ""),
        str(clause.place),
    )


def _rules(rules: list[Citing]) -> str:
    """Each rule with its file and line."""
    return "; ".join(f"{rule.id} {rule.place.path}:{rule.place.line}" for rule in rules)


def _short(rules: list[Citing], folder: Path) -> str:
    """The same with the files as they are called within the rules' folder."""
    return "; ".join(
        f"{rule.id} {os.path.relpath(rule.place.path, folder).replace(os.sep, '/')}:{rule.place.line}" for rule in rules
    )


def _lost(clause: Clause) -> Problem:
    hint = f"add a rule that says `cites: {clause.id}`"
    return Problem(clause.place, "RUL110", f"no rule implements clause {clause.id}", hint, "error", "", len(clause.id))


def _notes(found: list[tuple[Clause, list[Citing]]], language: str) -> list[str]:
    if not found:
        return []
    some, every, house = NOTES[language]
    missing = [clause.id for clause, rules in found if not rules]
    told = some if missing else every
    notes = [told.format(missing=len(missing), every=len(found), named=", ".join(missing))]
    added = [clause.id for clause, _ in found if clause.house or clause.is_house]
    return [*notes, house.format(named=", ".join(added))] if added else notes
