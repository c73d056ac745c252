"""`relcare rules lock`."""

from __future__ import annotations

from relcare.cli import options as o


def rules_lock(
    rules: o.Rules = None,
    book: o.Book = ".",
    lang: o.Lang = "",
    format_name: o.Format = "",
    output: o.Output = None,
    no_headers: o.NoHeaders = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
) -> int:
    """Lock what every rule means, in rules.lock beside the rules.

    From then on `rules check` fails where a rule in force changes its meaning without a new version or a correction.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet)

    from relcare.runs.request import Request
    from relcare.runs.rules_lock import rules_lock as run

    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        lang=lang,
        made_for=to.made_for,
    )
    return carry_out(run, request, to, color)
