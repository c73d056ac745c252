"""`findings`: what must never be so and is, with how grave it is, who answers for it, and why."""

from __future__ import annotations

from relcare.engine.decide import Engine
from relcare.engine.findings import COLUMNS, LIST, STATUSES, Filters, FindingsList
from relcare.engine.rows import QueryRows
from relcare.formats.report import Column, ListedRows, Report
from relcare.rulebook.controls import SEVERITIES, Control, with_controls
from relcare.rulebook.suggest import nearest
from relcare.runs.book_problems import scan_problems
from relcare.runs.notes import Told, age_notes, fingerprints, not_judged
from relcare.runs.opening import Opened, WrongRequestError
from relcare.runs.owing import SUBJECTS, chosen, with_lists
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLE = {"en": "Findings", "zh": "检查发现"}
NOTHING = {"en": "No control is broken.", "zh": "未发现违反控制要求的情况。"}
NAMES = {
    "en": ("Severity", "Status", "Subject", "Subject ID", "Customer ID", "Name", "Tier", "Stage", "Rule", "Finding", "Owner", "Clause", "Because"),
    "zh": ("严重程度", "状态", "对象", "对象编号", "客户编号", "姓名", "层级", "阶段", "规则", "发现", "负责人", "条款", "依据"),
}  # fmt: skip
LABELS = {
    "severity": {"high": "高", "medium": "中", "low": "低"},
    "status": {"broken": "违反", "undetermined": "无法判定"},
    "subject": SUBJECTS,
}
SHOWN = ("severity", "status", "subject_id", "name", "finding", "owner", "because")
COUNTED = {"en": "{} broken, {} undetermined.", "zh": "违反 {} 项，无法判定 {} 项。"}


def findings(
    request: Request, subjects: tuple[str, ...] = (), rules: tuple[str, ...] = (), severities: tuple[str, ...] = ()
) -> Result:
    """The controls that are broken at the as-of, the gravest first; then what is unknown. () asks for all."""
    return with_lists(request, lambda opened: _made(opened, request, subjects, rules, severities))


def _made(
    opened: Opened, request: Request, subjects: tuple[str, ...], rules: tuple[str, ...], severities: tuple[str, ...]
) -> Result:
    controls = _asked(opened, subjects, rules, severities)
    engine = Engine(
        with_controls(opened.rulebook), opened.book, opened.as_of.moment, opened.spill, request.memory_limit
    )

    def close() -> None:
        engine.session.close()
        opened.close()

    try:
        listed = FindingsList(engine, controls, opened.language, _filters(opened, request, severities))
        listed.want()
        for expected in opened.settings.expects:
            engine.plan.extra.setdefault(expected, {})
        engine.read()
        count = listed.make() if listed.controls else 0
        problems = (*opened.problems, *scan_problems(engine, opened))
        columns = chosen(_columns(opened), request.columns)
        rows: QueryRows | ListedRows = ListedRows()
        if count:
            rows = QueryRows(engine.session, ("", LIST, "place"), (), listed.items(c.key for c in columns), count=count)
        if request.show_sql:
            last = rows.query() if isinstance(rows, QueryRows) else ""
            engine.session.prepare(last)
            statements = [*engine.session.statements, *filter(None, [last])]
            return Result(problems=problems, sql=";\n\n".join(statements) + ";\n", on_close=close)
        report = Report(
            name="findings",
            title=TITLE[opened.language],
            as_of=str(opened.as_of),
            columns=columns,
            rows=rows,
            made_from=fingerprints(engine, opened),
            notes=Told(lambda: _notes(engine, listed, count, opened.language)),
            shown=SHOWN,
            nothing=NOTHING[opened.language],
            language=opened.language,
        )
        return Result(report=report, problems=problems, on_close=close)
    except BaseException:
        engine.session.close()
        raise


def _asked(
    opened: Opened, subjects: tuple[str, ...], rules: tuple[str, ...], severities: tuple[str, ...]
) -> list[Control]:
    """The versions in force of the controls asked for, of subjects that the book has."""
    every = opened.rulebook.controls
    for option, asked, known in (
        ("for", subjects, {control.subject for control in every}),
        ("rule", rules, {control.id for control in every}),
        ("severity", severities, set(SEVERITIES)),
    ):
        for value in asked:
            if value not in known:
                near = nearest(value, sorted(known))
                advice = f"did you mean {near!r}?" if near else f"one of {', '.join(sorted(known))}"
                raise WrongRequestError(f"--{option}: there is no {value!r}: {advice}")
    vocabulary, today = opened.rulebook.vocabulary, opened.as_of.moment.date()
    found = []
    for control in every:
        table = vocabulary.table_of(control.subject)
        there = table is not None and table.name in opened.book.sources
        wanted = (not subjects or control.subject in subjects) and (not rules or control.id in rules)
        if there and wanted and control.in_force(today):
            found.append(control)
    return found


def _filters(opened: Opened, request: Request, severities: tuple[str, ...]) -> Filters:
    asked = request.filters
    fact = opened.rulebook.vocabulary.facts.get("customer", {}).get("tier")
    codes = [*(code.key for code in fact.codes), "undetermined"] if fact is not None else []
    for tier in asked.get("tier", ()):
        if tier not in codes:
            raise WrongRequestError(f"--tier: there is no tier {tier!r}: one of {', '.join(codes)}")
    for status in asked.get("status", ()):
        if status not in STATUSES:
            raise WrongRequestError(f"--status: there is no status {status!r}: one of {', '.join(STATUSES)}")
    return Filters(
        asked.get("owner", ()), asked.get("branch", ()), asked.get("tier", ()), severities, asked.get("status", ())
    )


def _columns(opened: Opened) -> dict[str, Column]:
    language = opened.language
    facts = opened.rulebook.vocabulary.facts.get("customer", {})
    columns = {}
    for key, title in zip(COLUMNS, NAMES[language], strict=True):
        labels = LABELS.get(key, {}) if language == "zh" else {}
        if key in ("tier", "stage") and key in facts:
            labels = {code.key: code.label.in_(language) for code in facts[key].codes}
        columns[key] = Column(key, title, "code" if labels else "text", labels, wide=key in ("because", "finding"))
    return columns


def _notes(engine: Engine, listed: FindingsList, count: int, language: str) -> list[str]:
    notes = []
    if count:
        query = f"SELECT count(*) FILTER (status = 'broken'), count(*) FILTER (status <> 'broken') FROM \"{LIST}\""
        notes.append(COUNTED[language].format(*(f"{number:,}" for number in engine.session.rows(query)[0])))
    for subject in listed.controls:
        notes += not_judged(engine, subject, language)
    return [*notes, *age_notes(engine, language)]
