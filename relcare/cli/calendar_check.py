"""`relcare calendar check`."""

from __future__ import annotations

from relcare.cli import options as o


def calendar_check(
    book: o.Book = ".",
    rules: o.Rules = None,
    as_of: o.AsOf = "now",
    lang: o.Lang = "",
    format_name: o.Format = "",
    output: o.Output = None,
    no_headers: o.NoHeaders = False,
    fail_if_any: o.FailIfMissing = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
) -> int:
    """Until when each calendar is known.

    From November on with a warning where the days of the next year are missing.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet, fail_if_any=fail_if_any)

    from relcare.runs.calendar_show import calendar_check as run
    from relcare.runs.request import Request

    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        as_of=as_of,
        lang=lang,
        made_for=to.made_for,
    )
    return carry_out(run, request, to, color)
