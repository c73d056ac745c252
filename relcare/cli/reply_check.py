"""`relcare reply check`."""

from __future__ import annotations

from typing import Annotated

import typer

from relcare.cli import options as o


def reply_check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Drafts, one a file; - is standard input.")],
    draft_lang: Annotated[
        str,
        typer.Option(
            "--draft-lang",
            metavar="en|zh",
            help="Language of the drafts. [found out for each]",
            callback=o.one_of(o.LANGUAGES),
        ),
    ] = "",
    rules: o.Rules = None,
    book: o.Book = ".",
    as_of: o.AsOf = "now",
    lang: o.Lang = "",
    format_name: o.Format = "",
    output: o.Output = None,
    no_headers: o.NoHeaders = False,
    fail_if_any: o.FailIfAny = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    encoding: o.DraftEncoding = "",
) -> int:
    """What a reply should not say, and what it lacks.

    Defensive wording, jargon, no empathy, no next step or date, no gain, promises that may not be made: each with its
    place, the clause, and what to write instead.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import standard_input, target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet, fail_if_any=fail_if_any)

    from relcare.files.drafts import draft_of, read_draft
    from relcare.runs.reply_check import reply_check as run
    from relcare.runs.request import Request

    o.known_encoding(encoding)
    drafts = [
        draft_of("-", standard_input(), encoding) if name == "-" else read_draft(name, encoding)
        for name in dict.fromkeys(files)
    ]
    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        as_of=as_of,
        lang=lang,
        made_for=to.made_for,
    )
    return carry_out(lambda asked: run(asked, drafts, draft_lang), request, to, color)
