"""`complaints ID`: one case as a timeline, from its receipt to the deadlines that are still to come."""

from __future__ import annotations

from datetime import datetime

from relcare.engine import dialect as sql
from relcare.engine.cases import CASES, OWN, SUBJECT, make_cases
from relcare.engine.owed_list import LIST
from relcare.formats.report import Column, ListedRows, Report
from relcare.rulebook.obligations import STATUSES
from relcare.rulebook.owed_wording import status_words
from relcare.rulebook.reckon import subject
from relcare.rulebook.reckon_evidence import KeptRows
from relcare.rulebook.reckon_obligations import as_it_was, owings, rows_of
from relcare.rulebook.suggest import nearest
from relcare.rulebook.vocabulary import Table
from relcare.rulebook.wording import word
from relcare.runs.book_rows import FileRows, RememberedRows, context_of, unreadable_cells
from relcare.runs.case_events import AHEAD, PARTS, CaseEvents, Event
from relcare.runs.opening import Opened, WrongRequestError
from relcare.runs.owed_notes import made_from
from relcare.runs.owing import Asked, Lists, calendar_of, lists
from relcare.runs.request import Request
from relcare.runs.result import Result

KEYS = ("at", "part", "what", "detail", "rule_id", "clause", "status", "who", "source")
TITLES = {
    "en": ("At", "Part", "What", "Detail", "Rule", "Clause", "Status", "Who", "Source"),
    "zh": ("时间", "环节", "内容", "说明", "规则", "条款", "状态", "人员", "来源"),
}
PART_WORDS = {
    "received": "受理", "step": "步骤", "entry": "记录", "pause": "暂停", "resumes": "恢复", "waived": "豁免", "starts": "起算",
    "ceased": "终止", "given up": "失效", "due": "期限", "as of": "基准时点", "at risk": "临近", "deadline": "待办期限", "gives up": "将失效",
}  # fmt: skip
SUMMARY = (
    *OWN,
    "customer_id",
    "name",
    "tier",
    "branch",
    "next_step",
    "next_rule",
    "next_due_at",
    "next_status",
    "next_owner",
)
WORDS = {
    "en": {
        "title": "Complaint {}", "nothing": "there is no complaint {!r}", "near": ": did you mean {!r}?", "other": ": {} is a {}; relcare explain {}",
        "hidden": "complaint {} is not in the book at this as-of", "narrow": "--{} narrows the list; one complaint is shown whole",
        "stage": "Stage: {}", "team": "responsible: {}", "handler": "handler {}", "joint": "; ", "stop": ".",
        "next": "Next: {} ({}), {}, due {}, by {}.", "no date": "Next: {} ({}), {}, by {}.", "nothing next": "Nothing is owed any more.",
        "no owner": "nobody", "wants": "Without a place in time: {}", "as of": "as of", "columns": "--columns: there is no column {!r}",
        "open": "Still owed: {}.", "one": "{} by {} ({})",
    },
    "zh": {
        "title": "投诉 {}", "nothing": "没有编号为 {!r} 的投诉", "near": "：是否指 {!r}？", "other": "：{} 是{}；relcare explain {}",
        "hidden": "投诉 {} 在该时点尚未出现", "narrow": "--{} 用于筛选清单；单个投诉完整显示",
        "stage": "阶段：{}", "team": "责任部门：{}", "handler": "处理人 {}", "joint": "；", "stop": "。",
        "next": "下一步：{}（{}），{}，期限 {}，负责人 {}。", "no date": "下一步：{}（{}），{}，负责人 {}。", "nothing next": "已无待办事项。",
        "no owner": "无", "wants": "无法定位时间：{}", "as of": "基准时点", "columns": "--columns：没有列 {!r}",
        "open": "尚有待办：{}。", "one": "{} {}（{}）",
    },
}  # fmt: skip


def timeline(opened: Opened, request: Request, table: Table, wanted: str) -> Result:
    """One case at the as-of. Raises WrongRequestError where there is none of that id, or a filter is given."""
    words = WORDS[opened.language]
    for narrowing in request.filters:
        raise WrongRequestError(words["narrow"].format(narrowing))
    if request.show_sql:
        raise WrongRequestError(words["narrow"].format("show-sql"))
    remembered = RememberedRows(FileRows(opened.book))
    kept = KeptRows(remembered)
    if not kept.rows_where(table.name, table.key[0], (wanted,)):
        raise WrongRequestError(words["nothing"].format(wanted) + _advice(opened, table, kept, wanted))
    context = context_of(opened.rulebook, opened.book, opened.as_of.moment, remembered)
    who = subject(SUBJECT, wanted, kept, context)
    if who is None:
        raise WrongRequestError(words["hidden"].format(wanted))
    calendar = calendar_of(opened)
    owed = owings(who, kept, context, calendar, year=True)
    found = lists(opened, request, Asked((SUBJECT,), every=True), facts={SUBJECT: OWN})

    def close() -> None:
        found.engine.session.close()
        opened.close()

    try:
        about = _about(found, opened.language, wanted)
        owners = _owners(found, wanted)
        occurrences = [one for owing in owed for one in owing.occurrences if not one.was_owed]
        then = as_it_was(who, kept, context)
        telling = CaseEvents(who, context, opened.language, calendar, then, opened.book.settings.go_live, occurrences)
        events = telling.of(kept, occurrences)
        problems = list(found.problems)
        notes = _notes(about, opened, words)
        placeless = [
            telling.headline(one) for one in occurrences if one.is_open(opened.as_of.moment) and one.due is None
        ]
        lines = rows_of(occurrences)
        known = {(problem.place, problem.message) for problem in problems}
        problems += [
            problem
            for problem in unreadable_cells(remembered, {**lines, **who.lines_used()}, opened.book, context)
            if (problem.place, problem.message) not in known
        ]
        report = Report(
            name="timeline",
            title=words["title"].format(wanted),
            as_of=str(opened.as_of),
            columns=_columns(opened.language, request.columns),
            rows=_rows(events, owners, opened, request.columns),
            made_from=made_from(found),
            notes=(*notes, *(words["wants"].format(told) for told in placeless)),
            facts={"complaint": about},
            language=opened.language,
        )
        return Result(report=report, problems=tuple(problems), on_close=close)
    except BaseException:
        found.engine.session.close()
        raise


def _advice(opened: Opened, table: Table, kept: KeptRows, wanted: str) -> str:
    """What else the id may be: another subject's, or the nearest of a complaint."""
    words = WORDS[opened.language]
    for other in opened.rulebook.vocabulary.tables.values():
        if not other.subject or other is table or other.name not in opened.book.sources:
            continue
        if kept.rows_where(other.name, other.key[0], (wanted,)):
            subject_word = other.subject if opened.language == "en" else other.label.zh
            return words["other"].format(wanted, subject_word, wanted)
    ids = dict.fromkeys(row.cells.get(table.key[0], "").strip() for row in FileRows(opened.book).all_rows(table.name))
    near = nearest(wanted, [key for key in ids if key])
    return words["near"].format(near) if near else ""


def _about(found: Lists, language: str, wanted: str) -> dict[str, str]:
    """What the list of complaints says of the case: who, what, its stage, its next step."""
    make_cases(found.listed, found.count, language)
    cells = ", ".join(f"coalesce(CAST({sql.name(key)} AS VARCHAR), '')" for key in SUMMARY)
    rows = found.engine.session.rows(f"SELECT {cells} FROM {CASES} WHERE complaint_id = {sql.text(wanted)}")
    return dict(zip(SUMMARY, rows[0], strict=True)) if rows else dict.fromkeys(SUMMARY, "")


def _owners(found: Lists, wanted: str) -> dict[str, str]:
    """By rule, who has to act: of what is open and of what has not begun."""
    if not found.count:
        return {}
    query = (
        f"SELECT {found.listed.item('rule_id').expression}, {found.listed.item('owner').expression} FROM {sql.name(LIST)} "
        f"WHERE subject = '{SUBJECT}' AND subject_id = {sql.text(wanted)} AND (open OR status = 'not started') ORDER BY place"
    )
    owners: dict[str, str] = {}
    for rules, owner in found.engine.session.rows(query):
        for rule in str(rules).split(", "):
            owners.setdefault(rule, owner or "")
    return owners


def _notes(about: dict[str, str], opened: Opened, words: dict[str, str]) -> list[str]:
    """First what anybody asks: how far it has come and whose it is; then what is owed next, by when and by whom."""
    stage = _label(opened, "stage", about["stage"])
    told = [words["stage"].format(stage)]
    told += [words["team"].format(about["department"])] if about["department"] else []
    told += [words["handler"].format(about["handler"])] if about["handler"] else []
    notes = [words["joint"].join(told) + words["stop"]]
    if not about["next_rule"]:
        return [*notes, words["nothing next"]]
    status = status_words(about["next_status"], opened.language)
    owner = about["next_owner"] or words["no owner"]
    what = about["next_step"], about["next_rule"], status
    if about["next_due_at"]:
        return [*notes, words["next"].format(*what, about["next_due_at"], owner)]
    return [*notes, words["no date"].format(*what, owner)]


def _label(opened: Opened, name: str, code: str) -> str:
    fact = opened.rulebook.vocabulary.fact(SUBJECT, name)
    if code == "undetermined":
        return word("undetermined", opened.language)
    codes = fact.codes if fact is not None else ()
    return next((each.label.in_(opened.language) for each in codes if each.key == code), code)


def _rows(events: list[Event], owners: dict[str, str], opened: Opened, keys: tuple[str, ...]) -> ListedRows:
    """The rows, with a mark for the as-of between what has been and what is to come."""
    as_of = opened.as_of.moment
    before = [event for event in events if not _is_ahead(event, as_of)]
    after = [event for event in events if _is_ahead(event, as_of)]
    told = [_row(event, owners) for event in before]
    told.append({"at": str(opened.as_of), "part": "as of", "what": WORDS[opened.language]["as of"]})
    told += [_row(event, owners) for event in after]
    return ListedRows(tuple(cells.get(key, "") for key in keys or KEYS) for cells in told)


def _is_ahead(event: Event, as_of: datetime) -> bool:
    return event.at > as_of or (event.at == as_of and PARTS.index(event.part) > AHEAD)


def _row(event: Event, owners: dict[str, str]) -> dict[str, str]:
    open_clock = event.part in ("due", "deadline", "at risk", "gives up") and event.status not in CLOSED
    who = event.who or (owners.get(event.rules[0], "") if open_clock and event.rules else "")
    return {
        "at": event.shown, "part": event.part, "what": event.what, "detail": event.detail, "rule_id": ", ".join(event.rules),
        "clause": event.clause, "status": event.status, "who": who, "source": event.source,
    }  # fmt: skip


CLOSED = ("met", "met late", "lapsed", "waived", "ceased")


def _columns(language: str, asked: tuple[str, ...]) -> tuple[Column, ...]:
    statuses = {status: status_words(status, language) for status in STATUSES}
    labels = {"status": statuses, "part": PART_WORDS if language == "zh" else {}}
    titles = dict(zip(KEYS, TITLES[language], strict=True))
    kinds = {"at": "date", "part": "code", "status": "code"}
    columns = {
        key: Column(key, titles[key], kinds.get(key, "text"), labels.get(key, {}), wide=key in ("what", "detail"))
        for key in KEYS
    }
    for key in asked:
        if key not in columns:
            near = nearest(key, KEYS)
            said = WORDS[language]["columns"].format(key)
            raise WrongRequestError(said + (WORDS[language]["near"].format(near) if near else ""))
    return tuple(columns[key] for key in asked or KEYS)
