"""`relcare complaints`."""

from __future__ import annotations

from typing import Annotated

import typer

from relcare.cli import options as o


def complaints(
    case: Annotated[
        str, typer.Argument(metavar="[ID]", help="One complaint, as a timeline; all of them without it.")
    ] = "",
    owner: o.Owner = None,
    branch: o.Branch = None,
    tier: o.Tier = None,
    stage: o.CaseStage = None,
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
    """Every complaint: its stage, its clocks, the next step.

    The next step with who takes it; a clock is told with its status and its deadline. With an ID the timeline of that
    complaint: every step, record and clock in the order of time, and what is still to come.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet, fail_if_any=fail_if_any)

    from relcare.runs.complaints import complaints as run
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
        filters=o.given(tier=tier, owner=owner, branch=branch, stage=stage),
        strict=strict,
        made_for=to.made_for,
        show_sql=show_sql,
    )
    return carry_out(lambda asked: run(asked, case), request, to, color)
