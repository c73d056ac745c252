"""`relcare rules check`."""

from __future__ import annotations

from relcare.cli import options as o


def rules_check(
    rules: o.Rules = None,
    book: o.Book = ".",
    lang: o.Lang = "",
    format_name: o.Format = "",
    output: o.Output = None,
    no_headers: o.NoHeaders = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
) -> int:
    """Every mistake in the rule files.

    Without --rules those of the book, else the shipped ones.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet)

    from relcare.runs.request import Request
    from relcare.runs.rules_check import rules_check as run

    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        lang=lang,
        made_for=to.made_for,
    )
    return carry_out(run, request, to, color, tells_problems=True)
