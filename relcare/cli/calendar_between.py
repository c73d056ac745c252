"""`relcare calendar between`."""

from __future__ import annotations

from typing import Annotated

import typer

from relcare.cli import options as o


def calendar_between(
    first: Annotated[str, typer.Argument(metavar="START", help="A date or moment.")],
    last: Annotated[str, typer.Argument(metavar="END", help="A date or moment; one before START counts backwards.")],
    unit: o.InUnit = "",
    calendar: o.CalendarName = "",
    book: o.Book = ".",
    rules: o.Rules = None,
    as_of: o.AsOf = "now",
    lang: o.Lang = "",
    format_name: o.Format = "",
    output: o.Output = None,
    no_headers: o.NoHeaders = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
) -> int:
    """How many working days or hours lie between two dates."""
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet)

    from relcare.runs.calendar_add import calendar_between as run
    from relcare.runs.request import Request

    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        as_of=as_of,
        lang=lang,
        made_for=to.made_for,
    )
    return carry_out(lambda asked: run(asked, first, last, unit, calendar), request, to, color)
