"""`relcare rules show`."""

from __future__ import annotations

from typing import Annotated

import typer

from relcare.cli import options as o


def rules_show(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE|RULE]...", help="Files of the rulebook, or ids of rules. [all]")
    ] = None,
    at: Annotated[str, typer.Option(metavar="DATE", help="Only what was in force on that day. [all]")] = "",
    rules: o.Rules = None,
    book: o.Book = ".",
    lang: o.RuleLang = "",
    output: o.TextOutput = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
) -> int:
    """Rule files and rules, in English or Chinese words.

    Comments and layout stay, and reading it back gives the same rules. With --at the rules, limits and orders that were in force
    on a day, who approved them and what they correct.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import text_target

    to = text_target(output, color=color, quiet=quiet)

    from relcare.runs.request import Request
    from relcare.runs.rules_show import rules_show as run

    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        lang=lang,
        filters={"at": (at,)} if at else {},
    )
    return carry_out(lambda asked: run(asked, tuple(names or ())), request, to, color)
