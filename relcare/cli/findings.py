"""`relcare findings`."""

from __future__ import annotations

from relcare.cli import options as o


def findings(
    book: o.Book = ".",
    rules: o.Rules = None,
    as_of: o.AsOf = "now",
    lang: o.Lang = "",
    subject: o.For = None,
    rule: o.Rule = None,
    severity: o.Severity = None,
    status: o.FindingStatus = None,
    tier: o.Tier = None,
    owner: o.Owner = None,
    branch: o.Branch = None,
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
    """What must never be so and is: how grave, who, and why.

    The controls of the rulebook, the gravest first; then what is unknown of whom.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet, fail_if_any=fail_if_any)

    from relcare.runs.findings import findings as run
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
        columns=o.split_columns(columns),
        filters=o.given(status=status, tier=tier, owner=owner, branch=branch),
        strict=strict,
        made_for=to.made_for,
        show_sql=show_sql,
    )
    asked = (tuple(subject or ()), tuple(rule or ()), tuple(severity or ()))
    return carry_out(lambda given: run(given, *asked), request, to, color)
