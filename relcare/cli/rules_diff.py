"""`relcare rules diff`."""

from __future__ import annotations

from typing import Annotated

import typer

from relcare.cli import options as o


def rules_diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder of rule files, or git:REV.")],
    new: Annotated[str, typer.Argument(metavar="[NEW]", help="The same; without it the rules in use.")] = "",
    book: Annotated[
        str, typer.Option("--book", metavar="DIR", help="Whom does it affect? Of this book; :sample: is the sample.")
    ] = "",
    as_of: o.AsOf = "now",
    lang: o.Lang = "",
    format_name: o.Format = "",
    output: o.Output = None,
    no_headers: o.NoHeaders = False,
    fail_if_any: o.FailIfAny = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    memory_limit: o.MemoryLimit = "",
    spill: o.Spill = None,
    encoding: o.Encoding = "",
) -> int:
    """What a change of the rules means, and whom it affects.

    In the words of the rule files; with a book, who changes class, which deadlines come, go or move, and the work it makes.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet, fail_if_any=fail_if_any)

    from relcare.runs.request import Request
    from relcare.runs.rules_diff import rules_diff as run

    request = Request(
        book=o.book_folder(book or "."),
        now=datetime.now().astimezone(),
        as_of=as_of,
        lang=lang,
        encoding=encoding,
        memory_limit=memory_limit,
        spill=spill,
        made_for=to.made_for,
    )
    return carry_out(lambda given: run(given, old, new, with_book=bool(book)), request, to, color)
