"""`complaints`: every case with its stage, its clocks, the next step and who takes it."""

from __future__ import annotations

from relcare.engine.cases import CASES, DUE, NEXT, OWN, SUBJECT, case_items, make_cases, rule_ids
from relcare.engine.rows import QueryRows
from relcare.formats.report import Column, Report
from relcare.located import Place, Problem
from relcare.rulebook.obligations import STATUSES
from relcare.rulebook.owed_wording import STATUSES as STATUS_WORDS
from relcare.runs.notes import Told, age_notes
from relcare.runs.opening import Opened, WrongRequestError
from relcare.runs.owed_notes import made_from, unjudged
from relcare.runs.owing import TABLES, Asked, Lists, chosen, lists, with_lists
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLE = {"en": "Complaints", "zh": "投诉"}
NOTHING = {"en": "No complaints match.", "zh": "没有符合条件的投诉。"}
NAMES = {
    "en": {"complaint_id": "Complaint", "customer_id": "Customer ID", "name": "Name", "tier": "Tier", "branch": "Branch", "next_step": "Next step",
           "next_rule": "Next rule", "next_due_at": "Due", "next_status": "Status", "next_owner": "Owner", "clocks": "Clocks", "because": "Because", "stage": "Stage"},
    "zh": {"complaint_id": "投诉编号", "customer_id": "客户编号", "name": "姓名", "tier": "层级", "branch": "机构", "next_step": "下一步",
           "next_rule": "规则", "next_due_at": "期限", "next_status": "状态", "next_owner": "负责人", "clocks": "时限", "because": "依据", "stage": "阶段"},
}  # fmt: skip
SHOWN = (
    "complaint_id",
    "name",
    "stage",
    "department",
    "next_step",
    "next_due_at",
    "next_status",
    "next_owner",
    "clocks",
)


def complaints(request: Request, case: str = "") -> Result:
    """The list of complaints at the as-of, ordered by their id; or one `case` as a timeline."""
    return with_lists(request, lambda opened: _made(opened, request, case))


def _made(opened: Opened, request: Request, case: str) -> Result:
    table = opened.rulebook.vocabulary.table_of(SUBJECT)
    if table is None or table.name not in opened.book.sources:
        told = table is None or TABLES & {problem.code for problem in opened.problems}
        lost = Problem(
            Place(str(opened.book.folder)),
            "BOK001",
            "the book has no complaints",
            "a file complaints.csv, or a name for it in relcare.yaml",
        )
        return Result(problems=(*opened.problems, *(() if told else (lost,))), on_close=opened.close)
    if case:
        from relcare.runs.case_timeline import timeline  # the list needs nothing of it

        return timeline(opened, request, table, case)
    _check_stage(opened, request)
    found = lists(opened, request, Asked((SUBJECT,), every=True), facts={SUBJECT: OWN})

    def close() -> None:
        found.engine.session.close()
        opened.close()

    try:
        columns = _columns(opened, found)
        listed = chosen(columns, request.columns)
        count = make_cases(found.listed, found.count, opened.language)
        rows = QueryRows(
            found.engine.session, ("", CASES, "complaint_id"), (), case_items(c.key for c in listed), count=count
        )
        if request.show_sql:
            found.engine.session.prepare(rows.query())
            statements = [*found.engine.session.statements, rows.query()]
            return Result(problems=tuple(found.problems), sql=";\n\n".join(statements) + ";\n", on_close=close)
        report = Report(
            name="complaints",
            title=TITLE[opened.language],
            as_of=str(opened.as_of),
            columns=listed,
            rows=rows,
            made_from=made_from(found),
            notes=Told(lambda: [*unjudged(found), *age_notes(found.engine, opened.language)]),
            shown=SHOWN,
            nothing=NOTHING[opened.language],
            language=opened.language,
        )
        return Result(report=report, problems=tuple(found.problems), on_close=close)
    except BaseException:
        found.engine.session.close()
        raise


def _check_stage(opened: Opened, request: Request) -> None:
    fact = opened.rulebook.vocabulary.fact(SUBJECT, "stage")
    codes = [*(code.key for code in fact.codes), "undetermined"] if fact is not None else []
    for stage in request.filters.get("stage", ()):
        if stage not in codes:
            raise WrongRequestError(f"--stage: there is no stage {stage!r}: one of {', '.join(codes)}")


def _columns(opened: Opened, found: Lists) -> dict[str, Column]:
    """All columns: who and what, the next step, all clocks in one cell, then a status and a deadline for each clock."""
    language, vocabulary = opened.language, opened.rulebook.vocabulary
    statuses = {status: STATUS_WORDS[status] if language == "zh" else status for status in STATUSES}
    names = NAMES[language]
    columns = {}
    for key in (
        "complaint_id",
        "customer_id",
        "name",
        "tier",
        "branch",
        *OWN,
        *(k for k in NEXT if k != "because"),
        "clocks",
        "because",
    ):
        subject = "customer" if key == "tier" else SUBJECT
        fact = vocabulary.fact(subject, key) if key in ("tier", *OWN) else None
        title = names.get(key) or (fact.label.in_(language) if fact is not None else key)
        labels = {code.key: code.label.in_(language) for code in fact.codes} if fact is not None else {}
        if key in ("tier", "stage"):
            labels["undetermined"] = "undetermined" if language == "en" else "无法判定"
        if key == "next_status":
            labels = statuses
        kind = "date" if key in ("next_due_at", "received_at") else "code" if labels else "text"
        columns[key] = Column(key, title, kind, labels, wide=key in ("clocks", "because", "next_step"))
    for rule in rule_ids(found.listed):
        columns[rule] = Column(rule, rule, "code", statuses)
        columns[rule + DUE] = Column(rule + DUE, f"{rule} {names['next_due_at']}", "date")
    return columns
