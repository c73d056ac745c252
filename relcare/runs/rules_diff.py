"""`rules diff`: what two editions of a rulebook say differently, and whom of a book that affects."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import relcare
from relcare.files.editions import GIT, NoEditionError, edition
from relcare.files.rulefiles import read_rule_files
from relcare.files.settings import Settings, read_settings
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Node, Place, Problem
from relcare.rulebook.changes import Change, changes
from relcare.rulebook.load import load as load_rules
from relcare.rulebook.marks import Marks
from relcare.rulebook.owed_wording import STATUSES
from relcare.runs.examples import MEND, examples
from relcare.runs.opening import WrongRequestError, read_rulebook, rules_of
from relcare.runs.request import Request
from relcare.runs.result import Result

if TYPE_CHECKING:
    from relcare.rulebook.decisions import Rulebook
    from relcare.runs.affected import Comparison

TITLE = {"en": "Change of the rulebook", "zh": "规则变更"}
NOTHING = {"en": "The two editions say the same.", "zh": "两个版本内容一致。"}
KEYS = ("section", "item", "change", "before", "after", "count", "assets", "example", "because", "clause")
NUMBERS, CODES = ("count", "assets"), ("section", "change")
ZH_SAID = {"broken": "违反", "kept": "未违反", "undetermined": "无法判定"}
TITLES = {
    "en": ("Section", "Item", "Change", "Before", "After", "Count", "Assets", "Example", "Because", "Clause"),
    "zh": ("类别", "项目", "变更", "变更前", "变更后", "数量", "资产", "举例", "依据", "条款"),
}
SECTIONS = {
    "en": {
        "change": "What is said differently",
        "decision": "Who changes class",
        "obligation": "What is owed",
        "control": "What must never be so",
        "workload": "Work by owner and month",
        "example": "Examples that hold no more",
        "clause": "Clauses touched",
    },
    "zh": {
        "change": "规则变更",
        "decision": "分类迁移",
        "obligation": "应办事项",
        "control": "禁止事项",
        "workload": "工作量",
        "example": "不再成立的示例",
        "clause": "涉及条款",
    },
}
WHAT = {
    "new": "新增",
    "gone": "删除",
    "moved": "迁移",
    "unchanged": "不变",
    "undetermined": "无法判定",
    "gained": "新增",
    "lost": "取消",
    "earlier": "提前",
    "later": "推后",
    "status": "状态变化",
    "newly broken": "新增违反",
    "newly kept": "不再违反",
}
NOTES = {
    "en": {
        "kinds": "{} things are said differently; clauses touched: {}.",
        "decision": "{}: {} of {} change class, {} of them from or to undetermined.",
        "owed": "Owed: {} gained, {} lost, {} due earlier, {} due later.",
        "controls": "Controls: {} newly broken, {} newly kept, {} from or to undetermined.",
        "same": "On this book nobody changes class, no deadline moves, and no control says anything else.",
        "mistakes": "Mistakes in {}: {}, listed apart. The words of its files are compared; what a mistake leaves out is not tried.",
        "not judged": "No book is judged until both editions are without a mistake.",
        "fixed": "Both editions judged on the same rows, as of the same moment, by the calendars of the new one.",
    },
    "zh": {
        "kinds": "共 {} 处变更；涉及条款：{}。",
        "decision": "{}：{}／{} 变更类别，其中 {} 涉及无法判定。",
        "owed": "应办事项：新增 {}，取消 {}，提前 {}，推后 {}。",
        "controls": "禁止事项：新增违反 {}，不再违反 {}，涉及无法判定 {}。",
        "same": "对本数据而言，无人变更类别，无期限变动，禁止事项结果也不变。",
        "mistakes": "{} 有 {} 处错误（另行列出）：已比较其文件的文字，但错误所涉规则未作检验。",
        "not judged": "两个版本均无错误后，才比较对数据的影响。",
        "fixed": "两个版本使用相同的数据、截至时点和新版日历。",
    },
}

NO_RULES = frozenset(("FIL001", "FIL002"))  # there is no such folder, or no rule file in it

Row = tuple[str, ...]


def rules_diff(request: Request, old: str, new: str, *, with_book: bool) -> Result:
    """The change in words; `with_book`, also whom it affects, and how much work it makes.

    `old` and `new` are folders or revisions of them (`git:REV`), `new` "" the rulebook in use.
    """
    spill = Path(tempfile.mkdtemp(prefix="relcare-", dir=request.spill)).resolve()
    try:
        return _diff(request, old, new, spill, with_book=with_book)
    except (NoEditionError, WrongRequestError) as wrong:
        return Result(usage=str(wrong))
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _in_english(files: list[tuple[str, list[Node]]]) -> list[Node]:
    """All documents of an edition: a rule that is said in the other language is the same rule."""
    marks = Marks()
    load_rules(files, "", marks)
    return [marks.tree(document, "en") for _, documents in files for document in documents]


def _diff(request: Request, old: str, new: str, spill: Path, *, with_book: bool) -> Result:
    used = rules_of(request)
    beside = next((Path(spec) for spec in (new, old) if spec and not spec.startswith(GIT)), used)
    folders = {name: edition(spec, beside, spill / name) for name, spec in (("old", old), ("new", new)) if spec}
    folders.setdefault("new", used)
    problems: list[Problem] = []
    mistaken: dict[str, int] = {}
    trees, books = {}, {}
    for name, folder in folders.items():
        trees[name] = _in_english(read_rule_files(folder)[0])
        books[name], mistakes = read_rulebook(folder)
        shown = {"old": old, "new": new}[name] or str(folder)
        problems += [_placed(problem, folder, shown) for problem in mistakes]
        errors = sum(problem.severity == "error" for problem in mistakes)
        mistaken |= {shown: errors} if errors else {}
    if any(problem.code in NO_RULES for problem in problems):
        return Result(problems=tuple(problems))
    told = changes(trees["old"], trees["new"])
    settings, _ = read_settings(request.book, books["new"].vocabulary, books["new"].calendars)
    language = request.lang or settings.language or "en"
    comparison = None
    if with_book and not mistaken:
        from relcare.runs.affected import compare

        comparison = compare(request, folders["old"], folders["new"], spill)
        problems += comparison.problems
    rows = ListedRows(_changed(told))
    rows += [] if comparison is None else _affected(comparison)
    rows += _broken(books["old"], books["new"], settings, request)
    rows += _touched(told)
    made_from: dict[str, object] = {
        "relcare": relcare.__version__,
        "old": {"hash": books["old"].hash},
        "new": {"hash": books["new"].hash},
    }
    titles = zip(KEYS, TITLES[language], strict=True)
    labels = {"section": SECTIONS[language]}
    if language == "zh":
        said = ZH_SAID | _owed_in_zh(comparison)
        labels |= {"change": WHAT, "before": said, "after": said}
    columns = tuple(
        Column(
            key,
            title,
            "number" if key in NUMBERS else "code" if key in CODES and key in labels else "text",
            labels.get(key, {}),
            wide=key in ("before", "after", "because"),
        )
        for key, title in titles
    )
    report = Report(
        "rules diff",
        TITLE[language],
        comparison.as_of if comparison is not None else "",
        columns,
        rows,
        made_from,
        notes=(
            *_mistakes(mistaken, language, with_book=with_book),
            *(_notes(told, comparison, language) if rows else ()),
        ),
        nothing=NOTHING[language],
        language=language,
        divided="section",
    )
    return Result(report=report, problems=tuple(problems))


def _placed(problem: Problem, folder: Path, shown: str) -> Problem:
    """A problem in a revision stands in `git:REV/…`, wherever its files were written."""
    path = problem.place.path
    if not shown.startswith(GIT) or not path.startswith(str(folder)):
        return problem
    return problem._replace(place=Place(shown + path[len(str(folder)) :], *problem.place[1:]))


def _changed(told: Iterable[Change]) -> Iterator[Row]:
    for change in told:
        what = change.aspect or ("gone" if change.before else "new")
        yield ("change", change.item, what, change.before, change.after, "", "", "", "", " ".join(change.clauses))


def _affected(comparison: Comparison) -> Iterator[Row]:
    from relcare.engine.affected import UNDETERMINED

    for move in comparison.moves:
        same = move.before == move.after
        what = UNDETERMINED if UNDETERMINED in (move.before, move.after) else "unchanged" if same else "moved"
        yield (
            "decision", move.decision, what, move.before, move.after, str(move.number), move.assets, move.example,
            move.why, "",
        )  # fmt: skip
    for owed in comparison.owed:
        yield (
            "obligation", owed.rule, owed.what, owed.before or "", owed.after or "", str(owed.number), "",
            owed.example, "", owed.clause or "",
        )  # fmt: skip
    for found in comparison.controls:
        yield (
            "control", found.control, found.what, found.before, found.after, str(found.number), "", found.example,
            found.why, found.clause,
        )  # fmt: skip
    for load in comparison.load:
        count = str(load.after - load.before)
        yield ("workload", load.owner, load.month, str(load.before), str(load.after), count, "", "", "", "")


def _owed_in_zh(comparison: Comparison | None) -> dict[str, str]:
    """Deadline and status of what is owed, as the lists have them, with the status in Chinese."""
    cells = {cell for owed in comparison.owed for cell in (owed.before, owed.after) if cell} if comparison else set()
    statuses = sorted(STATUSES, key=len, reverse=True)
    found = {cell: next((status for status in statuses if cell.endswith(status)), "") for cell in cells}
    return {cell: cell.removesuffix(status) + STATUSES[status] for cell, status in found.items() if status}


def _broken(old: Rulebook, new: Rulebook, settings: Settings, request: Request) -> Iterator[Row]:
    """The examples of the old edition that the new one does not give."""
    today = request.now.date()
    had = {(d.subject, d.name, r.id, r.start): r.examples for d in old.decisions for r in d.rules}
    owed = {(o.subject, o.id, o.start): o.examples for o in old.obligations}
    both = replace(
        new,
        decisions=tuple(
            replace(
                d, rules=tuple(replace(r, examples=had.get((d.subject, d.name, r.id, r.start), ())) for r in d.rules)
            )
            for d in new.decisions
        ),
        obligations=tuple(replace(o, examples=owed.get((o.subject, o.id, o.start), ())) for o in new.obligations),
    )
    for problem in examples(both, settings, today):
        gives = problem.hint.removesuffix(f": {MEND}")
        yield ("example", problem.message, "", "", gives, "", "", "", str(problem.place), "")


def _touched(told: Iterable[Change]) -> Iterator[Row]:
    items: dict[str, dict[str, None]] = {}
    for change in told:
        for clause in change.clauses:
            items.setdefault(clause, {})[change.item] = None
    for clause in sorted(items, key=lambda text: [int(part) if part.isdigit() else 0 for part in text.split(".")]):
        yield ("clause", clause, ", ".join(items[clause]), "", "", str(len(items[clause])), "", "", "", clause)


def _mistakes(mistaken: dict[str, int], language: str, *, with_book: bool) -> list[str]:
    """What was compared of editions with mistakes."""
    said = NOTES[language]
    told = [said["mistakes"].format(shown, number) for shown, number in mistaken.items()]
    return [*told, said["not judged"]] if told and with_book else told


def _notes(told: list[Change], comparison: Comparison | None, language: str) -> tuple[str, ...]:
    from relcare.engine.affected import UNDETERMINED

    said = NOTES[language]
    clauses = dict.fromkeys(clause for change in told for clause in change.clauses)
    notes = [said["kinds"].format(len(told), ", ".join(clauses) or "–")]
    if comparison is None:
        return tuple(notes)
    for decision in dict.fromkeys(move.decision for move in comparison.moves):
        cells = [move for move in comparison.moves if move.decision == decision]
        moved = [move for move in cells if move.before != move.after]
        doubt = sum(move.number for move in moved if UNDETERMINED in (move.before, move.after))
        every = sum(move.number for move in cells)
        notes.append(said["decision"].format(decision, f"{sum(m.number for m in moved):,}", f"{every:,}", f"{doubt:,}"))
    counts = {what: sum(o.number for o in comparison.owed if o.what == what) for what in WHAT}
    if comparison.owed:
        notes.append(said["owed"].format(*(f"{counts[what]:,}" for what in ("gained", "lost", "earlier", "later"))))
    if comparison.controls:
        numbers = [
            sum(found.number for found in comparison.controls if found.what == what)
            for what in ("newly broken", "newly kept", UNDETERMINED)
        ]
        notes.append(said["controls"].format(*(f"{number:,}" for number in numbers)))
    if not comparison.moves and not comparison.owed and not comparison.controls:
        notes.append(said["same"])
    notes.append(said["fixed"])
    return tuple(notes)
