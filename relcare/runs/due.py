"""`due` and `overdue`: what the bank owes today, to whom, by when, and who acts."""

from __future__ import annotations

from datetime import date

from relcare.engine import dialect as sql
from relcare.engine.days import WORKING
from relcare.engine.levels import LEVEL_COLUMNS, make_levels
from relcare.engine.owed_list import COLUMNS, LIST
from relcare.engine.owed_summary import COUNTS, KEYS, SUMMARY, summarise, summary_items
from relcare.engine.rows import QueryRows
from relcare.formats.report import Column, ListedRows, Report
from relcare.rulebook.conditions import NATURAL_UNITS
from relcare.rulebook.operands import Misread, read_span
from relcare.runs.notes import Told, age_notes
from relcare.runs.opening import Opened, WrongRequestError
from relcare.runs.owed_notes import counted, made_from, unjudged
from relcare.runs.owing import FURTHER, Asked, Lists, calendar_of, chosen, columns_of, lists, with_lists
from relcare.runs.request import Request
from relcare.runs.result import Result
from relcare.timing.spans import shift

TITLES = {"due": {"en": "Due", "zh": "应办事项"}, "overdue": {"en": "Overdue", "zh": "逾期投诉"}}
NOTHING = {
    "due": {"en": "Nothing is due.", "zh": "没有应办事项。"},
    "overdue": {"en": "No complaint is overdue.", "zh": "没有逾期投诉。"},
}
WITHIN = "7 days"
SHOWN = ("act_by", "status", "subject_id", "name", "action", "owner", "because")
LATE = ("overdue", "no record", "undetermined")
BY_CUSTOMER = ("act_by", "due_at", "status", "days_left", "customer_id", "name", "tier", "stage", "owner", "channel", "count", "rule_id", "action", "clause", "because")  # fmt: skip
FIRST_OF = frozenset(("act_by", "due_at", "status", "days_left", "customer_id", "name", "tier", "stage", "channel"))
BY_CUSTOMER_SHOWN = ("act_by", "status", "customer_id", "name", "tier", "count", "action", "owner")
COUNT = {"en": "Actions", "zh": "事项数"}
SUMMARY_TITLES = {
    "en": {"owner": "Owner", "branch": "Branch", "rule": "Rule", "day": "Day", "overdue": "Overdue", "at_risk": "At risk", "open": "Open", "total": "Total"},
    "zh": {"owner": "负责人", "branch": "机构", "rule": "规则", "day": "日期", "overdue": "已逾期", "at_risk": "临期", "open": "其他", "total": "合计"},
}  # fmt: skip


def due(request: Request, asked: Asked, within: str = WITHIN, group: str = "", summary: tuple[str, ...] = ()) -> Result:
    """What is open and due within a span from the as-of, or past its deadline.

    By customer where it is grouped; counted where a `summary` by owner, branch, rule or day is asked for.
    """
    if group not in ("", "customer"):
        return Result(usage=f"--group: {group!r} is unknown: customer")
    for key in summary:
        if key not in KEYS:
            return Result(usage=f"--summary: {key!r} is unknown: one or more of {', '.join(KEYS)}")
    if group and summary:
        return Result(usage="--group and --summary can't both be given: rows by customer, or their counts")

    def made(opened: Opened) -> Result:
        horizon = horizon_of(opened, within) if not asked.statuses else None
        found = lists(opened, request, asked, horizon)
        return _result(found, request, "due", grouped=bool(group), summary=tuple(dict.fromkeys(summary)))

    return with_lists(request, made)


def overdue(request: Request, asked: Asked, *, at_risk: bool = False) -> Result:
    """The clocks of complaints that are past their deadline; with `at_risk` those near it, too."""

    def made(opened: Opened) -> Result:
        found = lists(opened, request, asked)
        late = " OR ".join(f"(status = '{status}' AND due < now)" for status in LATE)
        risk = " OR status = 'at risk'" if at_risk else ""
        where = f"({late.replace('now', sql.moment(opened.as_of.moment))}{risk})"
        return _result(found, request, "overdue", where=where)

    return with_lists(request, made)


def horizon_of(opened: Opened, within: str) -> date:
    """The last day that `--within` reaches: so many natural days, weeks, months or working days from the as-of's date."""
    span = read_span(within, working=True)
    if isinstance(span, Misread) or span.unit not in (*NATURAL_UNITS, WORKING):
        raise WrongRequestError(f'--within: {within!r} is no span of days: write "7 days" or "5 working days"')
    today = opened.as_of.moment.date()
    if span.unit == WORKING:
        return calendar_of(opened).open_day_after(today, span.amount)
    return shift(today, span.amount, span.unit)


def _result(
    found: Lists, request: Request, name: str, *, grouped: bool = False, summary: tuple[str, ...] = (), where: str = ""
) -> Result:
    opened, engine = found.opened, found.engine

    def close() -> None:
        engine.session.close()
        opened.close()

    try:
        columns = columns_of(opened, (*COLUMNS, "count") if grouped else (*COLUMNS, *FURTHER["en"]))
        if grouped:
            columns = {key: columns[key] for key in BY_CUSTOMER}
            columns["count"] = columns["count"].__class__("count", COUNT[opened.language], "number")
        elif summary:
            titles = SUMMARY_TITLES[opened.language]
            columns = {
                key: Column(key, titles[key], "number" if key in COUNTS else "text") for key in (*summary, *COUNTS)
            }
        listed = chosen(columns, request.columns)
        keys = tuple(column.key for column in listed)
        if not opened.book.sources:  # the problems say so
            return Result(problems=tuple(found.problems), on_close=close)
        rows: QueryRows | ListedRows = ListedRows()
        count = found.count
        if count:
            if not (grouped or summary) and set(keys) & set(LEVEL_COLUMNS):
                make_levels(found.listed, sql.name(LIST))
            relation, items = LIST, found.listed.items(keys)
            if grouped:
                found.listed.group(BY_CUSTOMER, FIRST_OF, where)
                relation, items, where = "owed by customer", found.listed.grouped_items(keys), ""
            elif summary:
                count = summarise(found.listed, summary, LATE)
                relation, items = SUMMARY, summary_items(keys)
            rows = QueryRows(engine.session, ("", relation, "place"), (), items, where=where, count=count)
        if request.show_sql:
            last = rows.query() if isinstance(rows, QueryRows) else ""
            engine.session.prepare(last)
            statements = [*engine.session.statements, *filter(None, [last])]
            return Result(problems=tuple(found.problems), sql=";\n\n".join(statements) + ";\n", on_close=close)
        report = Report(
            name=name,
            title=TITLES[name][opened.language],
            as_of=str(opened.as_of),
            columns=listed,
            rows=rows,
            made_from=made_from(found),
            notes=Told(lambda: [*counted(found, where), *unjudged(found), *age_notes(engine, opened.language)]),
            shown=BY_CUSTOMER_SHOWN if grouped else () if summary else SHOWN,
            nothing=NOTHING[name][opened.language],
            language=opened.language,
            zone=opened.settings.time_zone,
        )
        return Result(report=report, problems=tuple(found.problems), on_close=close)
    except BaseException:
        engine.session.close()
        raise
