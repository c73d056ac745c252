"""`check`: all problems of book and rulebook, what became of every row, what is not supplied and what that silences."""

from __future__ import annotations

from relcare.engine import dialect as sql
from relcare.engine.decide import Engine
from relcare.engine.reading import is_later, raw_rows, typed_rows
from relcare.engine.scan import Scanned
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Place, Problem, by_place
from relcare.rulebook.controls import with_controls
from relcare.runs.book_problems import scan_problems
from relcare.runs.examples import examples
from relcare.runs.locked import lock_problems
from relcare.runs.notes import days_old, fingerprints, latest_text, reason_words, reasons, silenced
from relcare.runs.opening import Opened, WrongRequestError, open_request, rules_of
from relcare.runs.request import Request
from relcare.runs.result import Result

TITLE = {"en": "Check of book and rulebook", "zh": "数据与规则检查"}
KEYS = ("kind", "place", "code", "message", "hint", "rows_in", "rows_used", "collapsed", "set_aside", "latest", "days_old")  # fmt: skip
NUMBERS = ("rows_in", "rows_used", "collapsed", "set_aside", "days_old")
UNUSED = {"en": "columns not used: {}", "zh": "未使用的列：{}"}
LATER = {"en": "{} later than the as-of", "zh": "{} 条晚于截止时点"}
SILENCES = {"en": "silences {rules}", "zh": "相关规则不生效：{rules}"}
NO_RULE = {"en": "no rule in force needs it", "zh": "没有生效规则需要它"}
SHOWN_ORPHANS = 5


def check(request: Request) -> Result:
    """Everything that is wrong, and an account of every row: rows in = used + collapsed + set aside."""
    try:
        opened = open_request(request)
    except WrongRequestError as wrong:
        return Result(usage=str(wrong))
    engine = None
    try:
        engine = Engine(
            with_controls(opened.rulebook), opened.book, opened.as_of.moment, opened.spill, request.memory_limit
        )
        _want_everything(engine, opened)
        engine.read()
        found = [
            *opened.problems,
            *scan_problems(engine, opened, None),
            *_orphans(engine),
            *examples(opened.rulebook, opened.settings, opened.as_of.moment.date()),
            *lock_problems(opened.rulebook, rules_of(request), request.now.date(), opened.problems),
        ]
        problems = by_place(found)
        rows = ListedRows(_problem_row(problem) for problem in problems)
        rows += [
            _table_row(engine, opened, scanned)
            for name, scanned in sorted(engine.scanned.items())
            if engine.sources[name].path
        ]
        rows += _not_supplied_rows(engine, opened)
        columns = tuple(Column(key, key, "number" if key in NUMBERS else "text") for key in KEYS)
        made_from = dict(fingerprints(engine, opened))
        report = Report(
            "check", TITLE[opened.language], str(opened.as_of), columns, rows, made_from,
            language=opened.language, problems=tuple(problems),
        )  # fmt: skip
        errors = any(problem.severity == "error" for problem in problems)
        wanted = _chosen(report, request.columns)
        statements = ";\n\n".join(engine.session.statements) + ";\n" if request.show_sql else ""
        return Result(report=wanted, problems=tuple(problems), found=errors, sql=statements)
    except WrongRequestError as wrong:
        return Result(usage=str(wrong))
    finally:
        if engine is not None:
            engine.session.close()
        opened.close()


def _chosen(report: Report, keys: tuple[str, ...]) -> Report:
    """The report with the columns asked for."""
    if not keys:
        return report
    for key in keys:
        if key not in KEYS:
            raise WrongRequestError(f"--columns: there is no column {key!r}: one of {', '.join(KEYS)}")
    at = [KEYS.index(key) for key in keys]
    rows = ListedRows(tuple(row[i] for i in at) for row in report.rows)
    return Report(
        report.name, report.title, report.as_of, tuple(report.columns[i] for i in at), rows, dict(report.made_from),
        language=report.language, problems=report.problems,
    )  # fmt: skip


def _want_everything(engine: Engine, opened: Opened) -> None:
    """Every column of every table, and every decision of every subject that has a file."""
    for name, source in opened.book.sources.items():
        engine.plan.extra[name] = dict.fromkeys(f for f in source.fields if f)
    for decision in engine.rulebook.decisions:
        table = opened.rulebook.vocabulary.table_of(decision.subject)
        if table is not None and table.name in opened.book.sources:
            engine.plan.want(decision.subject, [decision.name])


def _problem_row(problem: Problem) -> tuple[str, ...]:
    return ("problem", str(problem.place), problem.code, problem.message, problem.hint, "", "", "", "", "", "")


def _table_row(engine: Engine, opened: Opened, scanned: Scanned) -> tuple[str, ...]:
    """The account of a table. Rows later than the as-of are used: they only are not visible yet."""
    source = engine.sources[scanned.table.name]
    dated = scanned.readings.get(scanned.table.dated_by)
    later = f"count(*) FILTER ({is_later(dated, engine.as_of)})" if dated is not None else "0"
    typed = typed_rows(source, {dated.name: dated}, opened.settings.time_zone) if dated is not None else ""
    given = f"({typed})" if typed else raw_rows(source, {})
    rows_in, hidden = engine.session.rows(f"SELECT count(*), {later} FROM {given}")[0]
    used = engine.session.rows(f"SELECT count(*) FROM {scanned.relation} WHERE {scanned.own}")[0][0] + hidden
    aside = scanned.no_key + len(source.set_aside)
    latest = latest_text(scanned.latest)
    label = scanned.table.label.in_(opened.language)
    unused = [header for header, field in zip(source.headers, source.fields, strict=True) if not field]
    told = [UNUSED[opened.language].format(", ".join(unused))] if unused else []
    told += [LATER[opened.language].format(hidden)] if hidden else []
    hint = "; ".join(told)
    days = str(days_old(scanned.latest, engine.as_of.date())) if latest else ""
    figures = (str(rows_in + len(source.set_aside)), str(used), str(scanned.duplicates), str(aside))
    return ("table", source.path, scanned.table.name, label, hint, *figures, latest, days)


def _not_supplied_rows(engine: Engine, opened: Opened) -> list[tuple[str, ...]]:
    """What the book lacks: by reason, with the rules in force that are silent for it."""
    rows: list[tuple[str, ...]] = []
    for subject, plan in engine.plan.subjects.items():
        for why, names in reasons(plan.missing).items():
            rules = silenced(engine, subject, names)
            message = SILENCES[opened.language].format(rules=", ".join(rules)) if rules else NO_RULE[opened.language]
            rows.append(
                (
                    "not supplied",
                    "",
                    f"{subject}: {', '.join(names)}",
                    f"{reason_words(why, opened.language)}{'；' if opened.language == 'zh' else '; '}{message}",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                )
            )
    return rows


def _orphans(engine: Engine) -> list[Problem]:
    """References to a subject that the book does not have; the rows are kept."""
    problems = []
    vocabulary = engine.rulebook.vocabulary
    for name, scanned in sorted(engine.scanned.items()):
        for field in scanned.table.fields.values():
            target = vocabulary.table_of(field.refers) if field.refers else None
            if target is None or field.name not in scanned.readings or target.name not in engine.scanned:
                continue
            if target.name == name and field.name == target.key[0]:
                continue
            there = engine.scanned[target.name]
            column, key = sql.name(field.name), sql.name(target.key[0])
            found = engine.session.rows(
                f"SELECT own.{column}, count(*) FROM {scanned.relation} AS own ANTI JOIN {there.relation} AS there "
                f"ON there.{key} = own.{column} WHERE own.{column} IS NOT NULL GROUP BY 1 ORDER BY 1"
            )
            if found:
                listed = ", ".join(str(row[0]) for row in found[:SHOWN_ORPHANS]) + (
                    ", …" if len(found) > SHOWN_ORPHANS else ""
                )
                rows = sum(row[1] for row in found)
                named = "1 row names" if rows == 1 else f"{rows:,} rows name"
                text = f"{named} a {field.refers} that {engine.sources[target.name].path} does not have: {listed}"
                hint = "the rows are kept; add what is missing, or leave the cell empty"
                problems.append(
                    Problem(Place(engine.sources[name].path), "ROW004", f"{field.name}: {text}", hint, "warning")
                )
    return problems
