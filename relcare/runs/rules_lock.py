"""`rules lock`: write down what each part of the rulebook means, unless something in force has changed its meaning."""

from __future__ import annotations

import relcare
from relcare.files.lockfile import lock_path, write_lock
from relcare.files.settings import read_settings
from relcare.formats.report import Column, ListedRows, Report
from relcare.rulebook.locking import CHANGED, CORRECTED, ENDED, GONE, NEW, Change
from relcare.rulebook.meaning import ALWAYS
from relcare.runs.locked import held
from relcare.runs.opening import read_rulebook, rules_of
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLE = {"en": "Lock of the rulebook", "zh": "规则锁定"}
COLUMNS = {
    "change": {"en": "Change", "zh": "变更"},
    "kind": {"en": "What", "zh": "类别"},
    "id": {"en": "Id", "zh": "编号"},
    "from": {"en": "From", "zh": "生效日"},
    "until": {"en": "Until", "zh": "失效日"},
    "place": {"en": "Place", "zh": "位置"},
}
WORDS = {NEW: "新增", CHANGED: "修改", CORRECTED: "更正", ENDED: "终止", GONE: "删除"}
KINDS = {"rule": "规则", "limit": "限额", "decision": "判定", "fact": "指标", "table": "数据表"}
LOCKED = {"en": "Locked in {path}: {count} parts.", "zh": "已锁定于 {path}：共 {count} 项。"}
NOTHING = {
    "en": "Nothing has changed since it was locked: {count} parts.",
    "zh": "自上次锁定以来没有变更：共 {count} 项。",
}


def rules_lock(request: Request) -> Result:
    """What the lock learns; with a mistake in the rules, or a change that may not be, nothing is written."""
    rules = rules_of(request)
    rulebook, problems = read_rulebook(rules)
    settings, _ = read_settings(request.book, rulebook.vocabulary, rulebook.calendars)
    if any(problem.severity == "error" for problem in problems):
        return Result(problems=tuple(problems))
    found = held(rulebook, rules, request.now.date())
    if found.problems:
        return Result(problems=tuple(found.problems))
    language = request.lang or settings.language or "en"
    failed = write_lock(rules, found.now)
    if failed is not None:
        return Result(problems=(failed,))
    labels = {"change": WORDS, "kind": KINDS} if language == "zh" else {}
    report = Report(
        "rules lock",
        TITLE[language],
        "",
        tuple(Column(key, title[language], labels=labels.get(key, {})) for key, title in COLUMNS.items()),
        ListedRows(_row(change) for change in found.changes),
        {"relcare": relcare.__version__, "rulebook": {"hash": rulebook.hash}},
        notes=(LOCKED[language].format(path=lock_path(rules), count=len(found.now)),) if found.changes else (),
        shown=tuple(key for key in COLUMNS if key != "place"),
        nothing=NOTHING[language].format(count=len(found.now)),
        language=language,
    )
    return Result(report=report, found=bool(found.changes))


def _row(change: Change) -> tuple[str, ...]:
    meaning = change.meaning
    start = "" if meaning.start == ALWAYS else str(meaning.start)
    return change.what, meaning.kind, meaning.id, start, str(meaning.until or ""), str(meaning.place)
