"""`relcare norm`."""

from __future__ import annotations

from relcare.cli import options as o


def norm(
    rules: o.Rules = None,
    book: o.Book = ".",
    as_of: o.AsOf = "now",
    lang: o.Lang = "",
    format_name: o.Format = "",
    output: o.Output = None,
    no_headers: o.NoHeaders = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
) -> int:
    """Every clause of the norm, with the rules that implement it.

    Without --rules those of the book, else the shipped ones. Exit code 3 where a clause has no rule.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet)

    from relcare.runs.norm import norm as run
    from relcare.runs.request import Request

    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        as_of=as_of,
        lang=lang,
        made_for=to.made_for,
    )
    return carry_out(run, request, to, color, tells_problems=True)
