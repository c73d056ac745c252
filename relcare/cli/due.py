"""`relcare due`."""

from __future__ import annotations

from relcare.cli import options as o


def due(
    within: o.Within = "7 days",
    owner: o.Owner = None,
    branch: o.Branch = None,
    subject: o.For = None,
    tier: o.Tier = None,
    rule: o.Rule = None,
    regime: o.Regime = None,
    status: o.Status = None,
    show_suspended: o.ShowSuspended = False,
    group: o.Group = "",
    summary: o.Summary = "",
    book: o.Book = ".",
    rules: o.Rules = None,
    as_of: o.AsOf = "now",
    lang: o.Lang = "",
    format_name: o.Format = "",
    output: o.Output = None,
    columns: o.Columns = "",
    no_headers: o.NoHeaders = False,
    strict: o.Strict = False,
    fail_if_any: o.FailIfAny = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    memory_limit: o.MemoryLimit = "",
    spill: o.Spill = None,
    encoding: o.Encoding = "",
    show_sql: o.ShowSql = False,
) -> int:
    """What is due or overdue: by when, who acts, and why.

    Within a span from the as-of; ordered by the day by which somebody has to act.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(
        format_name, output, color=color, headers=not no_headers, quiet=quiet, fail_if_any=fail_if_any, dated=True
    )
    wanted = o.columns_of(to.format, columns, group, summary)

    from relcare.runs.due import due as run
    from relcare.runs.owing import Asked
    from relcare.runs.request import Request

    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        as_of=as_of,
        lang=lang,
        encoding=encoding,
        memory_limit=memory_limit,
        spill=spill,
        columns=wanted,
        filters=o.given(tier=tier, owner=owner, branch=branch),
        strict=strict,
        made_for=to.made_for,
        show_sql=show_sql,
    )
    asked = Asked(
        tuple(subject or ()),
        tuple(rule or ()),
        tuple(status or ()),
        regimes=tuple(regime or ()),
        suspended=show_suspended,
    )
    return carry_out(lambda given: run(given, asked, within, group, o.split_columns(summary)), request, to, color)
