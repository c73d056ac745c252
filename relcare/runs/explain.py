"""`explain`: what is owed to a subject and why by then, and why it has its classes, with the place of every rule and cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from relcare.files.book import Book
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Problem
from relcare.rulebook.controls import with_controls
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.reckon import Subject, rows_by, subject
from relcare.rulebook.reckon_evidence import BookRecords, KeptRows
from relcare.rulebook.reckon_rows import Context
from relcare.rulebook.suggest import nearest
from relcare.runs.approved import Answered
from relcare.runs.book_rows import FileRows, RememberedRows, Rows, context_of, unreadable_cells
from relcare.runs.explain_decisions import DecisionTelling
from relcare.runs.explain_facts import KEYS
from relcare.runs.opening import WrongRequestError, open_request
from relcare.runs.order import in_order
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLES = {
    "en": ("Decision", "Outcome", "Rule", "Clause", "Test", "Fact", "Value", "Verdict", "Rule at", "Fact at", "Decided", "Part", "Opens"),
    "zh": ("判定项", "结果", "规则", "条款", "条件", "事实", "值", "结论", "规则位置", "数据位置", "据此判定", "环节", "开始"),
}  # fmt: skip
WORDS = {
    "en": {
        "title": "Why {}", "nothing": "no row of the book has the id {!r}", "no rule": "there is no rule or decision {!r} for it",
        "near": ": did you mean {!r}?", "no tests": "Nothing is decided of {}, and nothing is owed to it.",
        "hidden": "{} {} is not in the book at this as-of.", "else": "What is owed to its {}: relcare explain {}", "more": "{} …",
    },
    "zh": {
        "title": "{} 的判定依据", "nothing": "数据中没有编号为 {!r} 的对象", "no rule": "没有规则或判定项 {!r}",
        "near": "：是否指 {!r}？", "no tests": "{} 没有任何判定，也没有应办事项。",
        "hidden": "{} {} 在该时点尚未出现。", "else": "其{}的应办事项：relcare explain {}", "more": "{} …",
    },
}  # fmt: skip
SHOWN_OTHERS = 5  # ids of a customer's complaints and accounts that are named


def explain(request: Request, subject_id: str, rule: str = "") -> Result:
    """What is owed to a subject, and why it has its classes; `rule` narrows it to one rule or one decision."""
    try:
        opened = open_request(request)
    except WrongRequestError as wrong:
        return Result(usage=str(wrong))
    try:
        problems = list(opened.problems)
        made_from = {"rulebook": {"hash": opened.rulebook.hash}}
        report = explanation(
            opened.rulebook,
            opened.book,
            subject_id,
            rule,
            as_of=opened.as_of.moment,
            shown_as_of=str(opened.as_of),
            language=opened.language,
            made_from=made_from,
            problems=problems,
        )
        return Result(_with_columns(report, request.columns), tuple(problems), on_close=opened.close)
    except WrongRequestError as wrong:
        opened.close()
        return Result(usage=str(wrong), problems=tuple(problems))
    except BaseException:
        opened.close()
        raise


def _with_columns(report: Report, keys: tuple[str, ...]) -> Report:
    if not keys:
        return report
    for key in keys:
        if key not in KEYS:
            near = nearest(key, KEYS)
            raise WrongRequestError(
                f"--columns: there is no column {key!r}" + (f": did you mean {near!r}?" if near else "")
            )
    places = [KEYS.index(key) for key in keys]
    rows = ListedRows(tuple(row[i] for i in places) for row in report.rows)
    return replace(report, columns=tuple(report.columns[i] for i in places), rows=rows, shown=keys)


def explanation(
    rulebook: Rulebook,
    book: Book,
    wanted: str,
    rule: str = "",
    *,
    as_of: datetime,
    shown_as_of: str = "",
    language: str = "en",
    made_from: Mapping[str, object] | None = None,
    rows: Rows | None = None,
    problems: list[Problem] | None = None,
) -> Report:
    """What is owed to the subject `wanted` (the key of a row of any subject's table), and every test of every decision's rules.

    The cells behind it that can't be read are added to `problems`. Raises WrongRequestError where no subject has that key,
    where all that have it are later than the as-of, or where no decision of it and nothing that is owed to it has such a rule.
    """
    if any(control.id == rule for control in rulebook.controls):
        rulebook = with_controls(rulebook)
    remembered = RememberedRows(rows or FileRows(book))
    kept = KeptRows(remembered)
    vocabulary = rulebook.vocabulary
    owners = [
        table
        for table in vocabulary.tables.values()
        if table.subject and table.name in book.sources and kept.rows_where(table.name, table.key[0], (wanted,))
    ]
    if not owners:
        raise WrongRequestError(WORDS[language]["nothing"].format(wanted))
    _check_rule(rulebook, {table.subject for table in owners}, rule, language)
    context = context_of(rulebook, book, as_of, remembered)
    told = _Told(ListedRows(), [], {}, [])
    there = False
    for table in owners:
        who = subject(table.subject, wanted, kept, context)
        if who is None:
            told.notes.append(WORDS[language]["hidden"].format(table.label.in_(language), wanted))
            continue
        there = True
        _tell_obligations(told, who, kept, book, context, rule, language)
        _tell_decisions(told, who, context, rule, language)
        if not rule:
            told.notes.extend(_others(who, kept, context, language))
    if not there:
        raise WrongRequestError(" ".join(told.notes))
    if problems is not None:
        problems += unreadable_cells(remembered, told.lines, book, context)
    return Report(
        name="explain",
        title=WORDS[language]["title"].format(wanted),
        as_of=shown_as_of or as_of.isoformat(sep=" "),
        columns=tuple(
            Column(key, title, wide=key in {"test", "value"}) for key, title in zip(KEYS, TITLES[language], strict=True)
        ),
        rows=told.rows,
        made_from=made_from or {},
        notes=tuple(told.notes),
        facts={"answered_for": told.answered} if told.answered else {},
        shown=("decision", "rule_id", "fact", "value", "test", "verdict", "rule_place", "fact_place"),
        nothing=WORDS[language]["no tests"].format(wanted),
        language=language,
    )


class _Told(NamedTuple):
    """What is told so far: rows and sentences, and by table the lines of the rows behind them."""

    rows: ListedRows
    notes: list[str]
    lines: dict[str, set[int]]
    answered: list[dict[str, object]]

    def answer(self, found: Iterable[Answered], language: str) -> None:
        """Tell who answers for rules, where anybody does."""
        for one in found:
            sentences = one.sentences(language)
            self.notes.extend(sentence for sentence in sentences if sentence not in self.notes)
            if sentences and one.as_data() not in self.answered:
                self.answered.append(one.as_data())

    def note_lines(self, lines: Mapping[str, set[int]]) -> None:
        for name, used in lines.items():
            self.lines.setdefault(name, set()).update(used)


def _check_rule(rulebook: Rulebook, subjects: set[str], rule: str, language: str) -> None:
    decisions = [d for d in in_order(rulebook.decisions) if d.subject in subjects]
    names = [name for d in decisions for name in (d.name, *(r.id for r in d.rules))]
    names += [owed.id for owed in rulebook.obligations if owed.subject in subjects]
    names += [control.id for control in rulebook.controls if control.subject in subjects]
    if rule and rule not in names:
        near = nearest(rule, names)
        advice = WORDS[language]["near"].format(near) if near else ""
        raise WrongRequestError(WORDS[language]["no rule"].format(rule) + advice)


def _tell_obligations(
    told: _Told, who: Subject, kept: KeptRows, book: Book, context: Context, rule: str, language: str
) -> None:
    """What is owed: what somebody still has to act on first, by the last moment for it; then the rest, then what is not owed."""
    rulebook = context.rulebook
    if not any(each.subject == who.name and rule in {"", each.id} for each in rulebook.obligations):
        return
    from relcare.rulebook.reckon_obligations import as_it_was, owings, rows_of
    from relcare.runs.explain_obligations import ObligationTelling, by_urgency

    calendar = book.settings.calendar.applied(rulebook.calendars)
    found = owings(who, kept, context, calendar, rule, year=bool(rule))
    then = as_it_was(who, kept, context)
    every = [one for owing in found for one in owing.occurrences]
    telling = ObligationTelling(
        who, context, language, calendar, then, book.settings.go_live, every, BookRecords(kept, context)
    )
    for owing in by_urgency(found, context.as_of):
        if rule in {"", owing.rule.id}:
            headlines = telling.headlines(owing, whole=bool(rule))
            told.notes.extend(headlines)
            told.answer(telling.answered(owing) if headlines else [], language)
            told.rows.extend(telling.rows(owing, whole=bool(rule)))
    told.note_lines(rows_of(one for owing in found for one in owing.occurrences))
    told.note_lines(who.lines_used())


def _tell_decisions(told: _Told, who: Subject, context: Context, rule: str, language: str) -> None:
    telling = DecisionTelling(who, context, language)
    for decision in in_order(context.rulebook.decisions):
        if decision.subject == who.name and rule in {"", decision.name, *(r.id for r in decision.rules)}:
            told.notes.extend(telling.sentences(decision))
            told.answer(telling.answered(decision), language)
            told.rows.extend(telling.rows(decision, "" if rule == decision.name else rule))
    told.note_lines(who.lines_used())


def _others(who: Subject, kept: KeptRows, context: Context, language: str) -> list[str]:
    """Whose obligations stand apart: the complaints and accounts of a customer, by their ids."""
    notes = []
    vocabulary = context.rulebook.vocabulary
    for name in dict.fromkeys(rule.subject for rule in context.rulebook.obligations):
        table = vocabulary.table_of(name)
        reference = table.reference_to(who.name) if table is not None and name != who.name else ""
        if table is None or table.name not in context.tables or not reference:
            continue
        if {reference, table.key[0]} <= context.tables[table.name].supplied:
            rows = rows_by(table, reference, who.key, kept, context)
            own = [row for row in rows if row.get(reference).value == who.key]
            keys = list(dict.fromkeys(str(row.get(table.key[0]).value) for row in own))
            if keys:
                listed = ", ".join(keys[:SHOWN_OTHERS])
                listed = WORDS[language]["more"].format(listed) if len(keys) > SHOWN_OTHERS else listed
                label = table.label.in_(language)
                notes.append(WORDS[language]["else"].format(label.lower() if language == "en" else label, listed))
    return notes
