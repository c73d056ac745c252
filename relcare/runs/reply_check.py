"""`reply check`: what a draft should not say, and what it lacks, by the rules about wording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import relcare
from relcare.files.drafts import Draft
from relcare.files.settings import read_settings
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Place, Problem
from relcare.rulebook.phrases import Wording
from relcare.rulebook.replies import Found, findings, language_of
from relcare.runs.opening import CACHE, WrongRequestError, as_of_in, read_rulebook, rules_of
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLES = {
    "en": {"place": "Place", "code": "Rule", "message": "What", "hint": "Instead", "clause": "Clause", "found": "Found", "sentence": "Sentence", "draft": "Draft in", "rule_place": "Rule at"},
    "zh": {"place": "位置", "code": "规则", "message": "问题", "hint": "建议", "clause": "条款", "found": "原文", "sentence": "所在句", "draft": "文稿语言", "rule_place": "规则位置"},
}  # fmt: skip
WORDS = {
    "en": {"title": "Check of replies", "nothing": "Nothing to change.", "of": "{label}: “{text}”", "clause": "{label} (clause {clauses})",
           "counts": "{drafts} checked, {found} in {wrong}.", "draft": "draft", "drafts": "drafts", "finding": "finding", "findings": "findings",
           "none": "The rulebook has no rules about the wording of replies."},
    "zh": {"title": "回复检查", "nothing": "无需修改。", "of": "{label}：“{text}”", "clause": "{label}（条款 {clauses}）",
           "counts": "检查 {drafts}，{wrong}有 {found}。", "draft": "份文稿", "drafts": "份文稿", "finding": "处问题", "findings": "处问题",
           "none": "规则库中没有关于回复措辞的规则。"},
}  # fmt: skip
JOINT = {"en": ", ", "zh": "、"}


def reply_check(request: Request, drafts: Sequence[Draft], language: str = "") -> Result:
    """The findings of every draft, file by file; `language` is that of the drafts ("": found out for each)."""
    rulebook, problems = read_rulebook(rules_of(request), CACHE.get())
    settings, _ = read_settings(request.book, rulebook.vocabulary, rulebook.calendars)
    shown = request.lang or settings.language or "en"
    try:
        as_of = as_of_in(request, settings.time_zone)
    except WrongRequestError as wrong:
        return Result(usage=str(wrong))
    day = as_of.moment.date()
    words = WORDS[shown]
    rows, told = ListedRows(), []
    wrong_drafts: set[str] = set()
    unreadable = [draft.problem for draft in drafts if draft.problem is not None]
    readable = [draft for draft in drafts if draft.problem is None]
    for draft in readable:
        spoken = language or language_of(draft.text)
        for row, problem in _told(draft, findings(draft.text, rulebook.wordings, spoken, day), spoken, shown):
            rows.append(row)
            told.append(problem)
            wrong_drafts.add(draft.path)
    counts = words["counts"].format(
        drafts=_counted(len(readable), "draft", shown),
        found=_counted(len(rows), "finding", shown),
        wrong=len(wrong_drafts),
    )
    notes = [counts] if len(readable) > 1 else []
    if not any(wording.in_force(day) for wording in rulebook.wordings):
        notes.append(words["none"])
    columns = tuple(Column(key, title, wide=key in ("sentence", "hint")) for key, title in TITLES[shown].items())
    report = Report(
        "reply check", words["title"], "", columns, rows,
        {"relcare": relcare.__version__, "rulebook": {"hash": rulebook.hash}},
        notes=notes, nothing=words["nothing"], language=shown, problems=tuple(told),
    )  # fmt: skip
    return Result(report, (*problems, *unreadable))


def _counted(number: int, one: str, language: str) -> str:
    return f"{number:,} {WORDS[language][one if number == 1 else one + 's']}"


def _told(draft: Draft, found: Sequence[Found], spoken: str, shown: str) -> Iterator[tuple[tuple[str, ...], Problem]]:
    """Each finding as a row and as a problem; hints that replace words are in the language of the draft."""
    for one in found:
        line, column = _place(draft.text, one.start)
        place = Place(draft.path, line, column)
        hint = one.instead.in_(spoken) if one.instead else ""
        text = "" if one.missing else " ".join(draft.text[one.start : one.end].split())
        message = _message(one.wording, text, shown)
        yield (
            str(place), one.wording.id, one.wording.label.in_(shown), hint, ", ".join(one.wording.cites), text, one.sentence,
            spoken, str(one.wording.place),
        ), Problem(
            place, one.wording.id, message, hint, source=draft.text.split("\n")[line - 1],
            width=max(1, min(one.end, _line_end(draft.text, one.start)) - one.start),
        )  # fmt: skip


def _message(wording: Wording, text: str, language: str) -> str:
    words = WORDS[language]
    label = wording.label.in_(language)
    label = words["of"].format(label=label, text=text) if text else label
    return words["clause"].format(label=label, clauses=JOINT[language].join(wording.cites))


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
