"""`phrases`: what is said for an action, or to a customer for all that is owed, filled with the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import relcare
from relcare.files.settings import read_settings
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Problem
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.occurrences import Occurrence
from relcare.rulebook.phrases import OF_THE_ACTION, PARTS, PLACEHOLDER, Script, script_of
from relcare.rulebook.reckon import Subject, rows_by, subject
from relcare.rulebook.reckon_evidence import KeptRows
from relcare.rulebook.reckon_obligations import owings
from relcare.rulebook.reckon_rows import Context
from relcare.rulebook.suggest import nearest
from relcare.rulebook.values import Moment, Month, State, Value
from relcare.rulebook.vocabulary import Fact
from relcare.rulebook.wording import value_words
from relcare.runs.book_rows import FileRows, RememberedRows, context_of
from relcare.runs.explain_obligation_words import act_by_words, due_words, standing_words
from relcare.runs.explain_obligations import by_urgency
from relcare.runs.opening import CACHE, Opened, WrongRequestError, as_of_in, open_request, read_rulebook, rules_of
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLES = {
    "en": {"subject_id": "Subject ID", "name": "Name", "rule_id": "Rule", "action": "Action", "status": "Status", "act_by": "Act by", "language": "Language",
           "opening": "Opening", "explanation": "Explanation", "gain": "Gain", "placeholders": "Filled in", "clause": "Clause", "place": "Script at"},
    "zh": {"subject_id": "对象编号", "name": "姓名", "rule_id": "规则", "action": "应办事项", "status": "状态", "act_by": "最晚办理", "language": "语言",
           "opening": "开场", "explanation": "说明", "gain": "收益", "placeholders": "填入项", "clause": "条款", "place": "话术位置"},
}  # fmt: skip
WORDS = {
    "en": {"title": "Phrases", "nothing": "Nothing is open, so there is nothing to say.", "none": "The rulebook has no scripts.",
           "amount": "CNY {}", "today": "the end of today", "unknown": "[{}: not known]", "no script": "no script",
           "unknown id": "{!r} is no rule that owes something and no id in the book", "no script of": "rule {!r} has no script at this as-of",
           "near": ": did you mean {!r}?", "later": "{!r} is not in the book at this as-of", "worth": "an amount, {}"},
    "zh": {"title": "话术", "nothing": "没有待办事项，无需话术。", "none": "规则库中没有话术。",
           "amount": "{} 元", "today": "今天下班", "unknown": "〔{}：未知〕", "no script": "无话术",
           "unknown id": "{!r} 既不是应办事项的规则，也不是数据中的编号", "no script of": "规则 {!r} 在该时点没有话术",
           "near": "：是否指 {!r}？", "later": "{!r} 在该时点尚未出现", "worth": "金额 {}"},
}  # fmt: skip
KEYS = tuple(TITLES["en"])
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip


def phrases(request: Request, name: str = "") -> Result:
    """The script of the rule `name`, or all that is to be said to the subject with this id; every script without one."""
    rulebook, problems = read_rulebook(rules_of(request), CACHE.get())
    actions = {owed.id for owed in rulebook.obligations}
    try:
        if not name or name in actions:
            return _scripts(request, rulebook, problems, name)
        opened = open_request(request)
    except WrongRequestError as wrong:
        return Result(usage=str(wrong))
    try:
        if opened.misled:  # facts under a wrong mapping would be told to a customer
            return Result(problems=tuple(opened.problems), on_close=opened.close)
        rows = ListedRows(_to(opened, name, actions))
        made_from = {"relcare": relcare.__version__, "rulebook": {"hash": rulebook.hash}}
        report = _report(rows, str(opened.as_of), opened.language, made_from, "nothing")
        return Result(_chosen(report, request.columns), tuple(opened.problems), on_close=opened.close)
    except WrongRequestError as wrong:
        opened.close()
        return Result(usage=str(wrong))
    except BaseException:
        opened.close()
        raise


def _scripts(request: Request, rulebook: Rulebook, problems: list[Problem], name: str) -> Result:
    """The scripts as they are written, with what their placeholders stand for."""
    settings, _ = read_settings(request.book, rulebook.vocabulary, rulebook.calendars)
    language = request.lang or settings.language or "en"
    as_of = as_of_in(request, settings.time_zone)
    day = as_of.moment.date()
    rows = ListedRows()
    for rule in {owed.id: owed for owed in reversed(rulebook.obligations) if name in {"", owed.id}}.values():
        script = script_of(rulebook, rule.id, day)
        if script is not None:
            rows.insert(0, _row(
                rule_id=rule.id, action=rule.label.in_(language), language=language,
                clause=", ".join(script.cites), place=str(script.place), placeholders=_explained(script, rulebook, language),
                **{part: script.part(part).in_(language) for part in PARTS},
            ))  # fmt: skip
    if name and not rows:
        raise WrongRequestError(WORDS[language]["no script of"].format(name))
    made_from = {"relcare": relcare.__version__, "rulebook": {"hash": rulebook.hash}}
    report = _report(rows, str(day), language, made_from, "none")
    return Result(_chosen(report, request.columns), tuple(problems))


def _row(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(key, "") for key in KEYS)


def _report(rows: ListedRows, as_of: str, language: str, made_from: Mapping[str, object], nothing: str) -> Report:
    titles = TITLES[language]
    columns = tuple(Column(key, titles[key], wide=key in (*PARTS, "placeholders")) for key in KEYS)
    words = WORDS[language]
    return Report(
        "phrases", words["title"], as_of, columns, rows, made_from, nothing=words[nothing], language=language,
    )  # fmt: skip


def _chosen(report: Report, keys: tuple[str, ...]) -> Report:
    if not keys:
        return report
    for key in keys:
        if key not in KEYS:
            near = nearest(key, KEYS)
            told = f": did you mean {near!r}?" if near else f": one of {', '.join(KEYS)}"
            raise WrongRequestError(f"--columns: there is no column {key!r}{told}")
    at = [KEYS.index(key) for key in keys]
    rows = ListedRows(tuple(row[i] for i in at) for row in report.rows)
    return replace(report, columns=tuple(report.columns[i] for i in at), rows=rows)


def _explained(script: Script, rulebook: Rulebook, language: str) -> str:
    """Each placeholder with the label of what it stands for."""
    said = [text for part in PARTS for text in PLACEHOLDER.findall(script.part(part).in_(language))]
    amounts = dict(script.amounts)
    told = []
    for name in dict.fromkeys(said):
        if name in amounts:
            label = WORDS[language]["worth"].format(_money(amounts[name], language))
        elif name in OF_THE_ACTION:
            label = OF_THE_ACTION[name].in_(language)
        else:
            fact = rulebook.vocabulary.fact(script.subject, name)
            label = fact.label.in_(language) if fact is not None else name
        told.append(f"{{{name}}} {label}")
    return ("；" if language == "zh" else "; ").join(told)


class _Owed(NamedTuple):
    """Something open, and whose it is."""

    who: Subject
    one: Occurrence


def _to(opened: Opened, wanted: str, actions: set[str]) -> Iterator[tuple[str, ...]]:
    """A row for all that is open to a subject, and to the cases and accounts of a customer; most urgent first."""
    book, rulebook = opened.book, opened.rulebook
    remembered = RememberedRows(FileRows(book))
    kept = KeptRows(remembered)
    context = context_of(rulebook, book, opened.as_of.moment, remembered)
    words = WORDS[opened.language]
    named = [
        table
        for table in rulebook.vocabulary.tables.values()
        if table.subject and table.name in book.sources and kept.rows_where(table.name, table.key[0], (wanted,))
    ]
    if not named:
        near = nearest(wanted, actions)
        advice = words["near"].format(near) if near else ""
        raise WrongRequestError(words["unknown id"].format(wanted) + advice)
    whose = [who for table in named if (who := subject(table.subject, wanted, kept, context)) is not None]
    if not whose:
        raise WrongRequestError(words["later"].format(wanted))
    every = [each for who in whose for each in (who, *_theirs(who, kept, context))]
    calendar = book.settings.calendar.applied(rulebook.calendars)
    owed = [
        _Owed(who, one)
        for who in every
        if any(rule.subject == who.name for rule in rulebook.obligations)
        for owing in by_urgency(owings(who, kept, context, calendar, ""), context.as_of)
        for one in owing.occurrences
        if one.is_open(context.as_of) and one.status != "not started"
    ]
    for each in sorted(owed, key=lambda each: each.one.act_by or context.as_of):
        yield _said(each, context, opened)


def _theirs(who: Subject, kept: KeptRows, context: Context) -> Iterator[Subject]:
    """The complaints and accounts of a customer, as far as something can be owed to them."""
    vocabulary = context.rulebook.vocabulary
    for name in dict.fromkeys(rule.subject for rule in context.rulebook.obligations):
        table = vocabulary.table_of(name)
        reference = table.reference_to(who.name) if table is not None and name != who.name else ""
        if table is None or table.name not in context.tables or not reference:
            continue
        if not {reference, table.key[0]} <= context.tables[table.name].supplied:
            continue
        rows = [r for r in rows_by(table, reference, who.key, kept, context) if r.get(reference).value == who.key]
        for key in dict.fromkeys(str(row.get(table.key[0]).value) for row in rows):
            found = subject(name, key, kept, context)
            if found is not None:
                yield found


def _said(owed: _Owed, context: Context, opened: Opened) -> tuple[str, ...]:
    who, one, shown = owed.who, owed.one, opened.language
    rule = one.rule
    language = _language(who, context) or shown
    script = script_of(context.rulebook, rule.id, context.as_of.date())
    parts = {part: _filled(script.part(part).in_(language), owed, script, context, language) for part in PARTS} if script else {}  # fmt: skip
    name = _of_customer(who, "name", context)
    return _row(
        subject_id=who.key, name=name, rule_id=rule.id, action=rule.label.in_(shown),
        status=standing_words(one.status, shown), act_by=act_by_words(one), language=language,
        clause=", ".join(script.cites) if script else "", place=str(script.place) if script else WORDS[shown]["no script"],
        **parts,
    )  # fmt: skip


def _of_customer(who: Subject, field: str, context: Context) -> str:
    name = field if who.name == "customer" else f"customer.{field}"
    if context.rulebook.vocabulary.fact(who.name, name) is None:
        return ""
    value = who.fact(name).value
    return value if isinstance(value, str) else ""


def _language(who: Subject, context: Context) -> str:
    """The customer's own language, "" where it is not known or is another one."""
    found = _of_customer(who, "language", context)
    return found if found in ("en", "zh") else ""


def _filled(text: str, owed: _Owed, script: Script, context: Context, language: str) -> str:
    """The text with its facts; what is not known is marked, so that nobody reads over a hole."""
    amounts = dict(script.amounts)

    def value_of(name: str) -> str:
        if name in amounts:
            return _money(amounts[name], language)
        if name == "action":
            return owed.one.rule.label.in_(language)
        if name == "act_by" and owed.one.act_by is not None and owed.one.act_by < context.as_of:
            return WORDS[language]["today"]  # what is late is promised anew, and never for a day that has passed
        if name in OF_THE_ACTION:
            told = due_words(owed.one) if name == "due" else act_by_words(owed.one)
            return _dated(told, language) if told else _missing(OF_THE_ACTION[name].in_(language), language)
        fact = context.rulebook.vocabulary.fact(script.subject, name)
        found = owed.who.fact(name) if fact is not None else None
        if fact is None or found is None or found.value is None or found.state is not State.VALUE:
            return _missing(fact.label.in_(language) if fact is not None else name, language)
        return spoken(found.value, fact, language)

    return PLACEHOLDER.sub(lambda found: value_of(found[1].strip()), text)


def spoken(value: Value, fact: Fact, language: str) -> str:
    """A value as one says it to a customer: `CNY 1,234.50`, `1,234.50 元`, `7 August 2026`, `2026年8月7日`."""
    words = value_words(value, fact, language)
    if fact.type == "money":
        return WORDS[language]["amount"].format(words)
    if isinstance(value, date | Moment | Month):
        return _dated(words, language)
    return words


def _money(amount: str, language: str) -> str:
    whole, _, cents = amount.partition(".")
    return WORDS[language]["amount"].format(f"{int(whole):,}.{cents}")


def _missing(label: str, language: str) -> str:
    return WORDS[language]["unknown"].format(label)


def _dated(text: str, language: str) -> str:
    """An ISO day, month or moment in words; its time of day to the minute."""
    day, _, clock = text.partition(" ")
    year, month, *rest = day.split("-")
    if not (year.isdigit() and month.isdigit()):
        return text
    clock = clock[:5]
    if language == "zh":
        said = f"{int(year)}年{int(month)}月" + (f"{int(rest[0])}日" if rest else "")
        return f"{said}{clock}" if clock else said
    said = f"{MONTHS[int(month) - 1]} {int(year)}"
    said = f"{int(rest[0])} {said}" if rest else said
    return f"{said}, {clock}" if clock else said
