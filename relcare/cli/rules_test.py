"""`relcare rules test`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from relcare.cli import options as o

Files = Annotated[
    list[Path] | None, typer.Argument(metavar="[FILE]...", help="Test files beside the *.tests.yaml of the rules.")
]
ExamplesOnly = Annotated[
    bool, typer.Option("--examples-only", help="Try the examples; do not look for changes that none would notice.")
]


def rules_test(
    files: Files = None,
    rules: o.Rules = None,
    book: o.Book = ".",
    examples_only: ExamplesOnly = False,
    lang: o.Lang = "",
    format_name: o.Format = "",
    output: o.Output = None,
    no_headers: o.NoHeaders = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    fail_if_any: Annotated[
        bool, typer.Option("--fail-if-any", help="Exit with 1 if a branch or a change goes unnoticed.")
    ] = False,
) -> int:
    """Try all examples, and tell what no example notices.

    Each example that gives something else (exit 3), each branch that none reaches, and each limit moved by a step, bound
    flipped or branch dropped that none notices, with the example that would.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target(format_name, output, color=color, headers=not no_headers, quiet=quiet, fail_if_any=fail_if_any)

    from relcare.runs.request import Request
    from relcare.runs.rules_test import rules_test as run

    filters = {"files": tuple(str(path) for path in files or ())}
    request = Request(
        book=o.book_folder(book),
        now=datetime.now().astimezone(),
        rules=rules,
        lang=lang,
        filters=filters | ({"examples only": ()} if examples_only else {}),
        made_for=to.made_for,
    )
    # The table shows problems with their lines; the rows in a pipe have failed examples alone.
    return carry_out(run, request, to, color, tells_problems=to.format == "table")
