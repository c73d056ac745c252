"""`relcare phrases`."""

from __future__ import annotations

from typing import Annotated

import typer

from relcare.cli import options as o


def phrases(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[RULE|ID]", help="A rule that owes something, or a customer, account or complaint. [all rules]"
        ),
    ] = "",
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
    encoding: o.Encoding = "",
) -> int:
    """What is said to a customer for each action.

    The script of a rule with its placeholders, or those of all that is open to a customer, a case or an account, with the facts.

    Scripts to a customer are in the customer's own language where the book says it, else in that of --lang.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet)

    from relcare.runs.phrases import phrases as run
    from relcare.runs.request import Request

    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        as_of=as_of,
        lang=lang,
        encoding=encoding,
        columns=o.split_columns(columns),
        strict=strict,
        made_for=to.made_for,
    )
    return carry_out(lambda asked: run(asked, name), request, to, color)
