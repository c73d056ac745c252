"""`relcare calendar add`."""

from __future__ import annotations

from typing import Annotated

import typer

from relcare.cli import options as o


def calendar_add(
    start: Annotated[
        str, typer.Argument(metavar="START", help="A date or moment: 2026-09-30, 2026-09-30T16:30+08:00.")
    ],
    span: Annotated[
        str, typer.Argument(metavar="SPAN", help='"5 working days", "8 working hours", "3 days before", "5个工作日".')
    ],
    calendar: o.CalendarName = "",
    pause: o.Pauses = None,
    rolls: o.Rolls = "",
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
    """A deadline, and what became of each day up to it.

    With --as-of by the holidays that were announced by then.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet)

    from relcare.runs.calendar_add import calendar_add as run
    from relcare.runs.request import Request

    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        as_of=as_of,
        lang=lang,
        made_for=to.made_for,
    )
    return carry_out(lambda asked: run(asked, start, span, calendar, tuple(pause or ()), rolls), request, to, color)
