"""`relcare explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from relcare.cli import options as o


def explain(
    subject_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a customer, account or complaint.")],
    rule: Annotated[str, typer.Argument(metavar="[RULE]", help="A rule or decision; all of them without it.")] = "",
    book: o.Book = ".",
    rules: o.Rules = None,
    as_of: o.AsOf = "now",
    lang: o.Lang = "",
    format_name: o.Format = "",
    output: o.Output = None,
    columns: o.Columns = "",
    no_headers: o.NoHeaders = False,
    strict: o.Strict = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    memory_limit: o.MemoryLimit = "",
    spill: o.Spill = None,
    encoding: o.Encoding = "",
) -> int:
    """Why a deadline is what it is, and a class what it is.

    Each day counted, what was done and what is missing; every test with its fact and verdict, and the rule's file and line.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet)

    from relcare.runs.explain import explain as run
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
        strict=strict,
        made_for=to.made_for,
    )
    return carry_out(lambda asked: run(asked, subject_id, rule), request, to, color)
