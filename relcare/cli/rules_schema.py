"""`relcare rules schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from relcare.cli import options as o


def rules_schema(
    rules: o.Rules = None,
    book: o.Book = ".",
    output: o.TextOutput = None,
    modelines: Annotated[
        bool, typer.Option("--modelines", help="Name the schema at the head of each rule file; needs -o.")
    ] = False,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
) -> int:
    """A JSON Schema with which an editor completes rule files.

    Keys in both languages; facts, codes, limits, roles and festivals of the rulebook. An editor with a YAML language server
    finds it by the first line of a rule file.
    """
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import say, text_target
    from relcare.cli.usage import WrongUsage

    to = text_target(output, color=color, quiet=quiet)

    from relcare.runs.request import Request
    from relcare.runs.rules_schema import add_modelines, own_rules
    from relcare.runs.rules_schema import rules_schema as run

    request = Request(book=o.book_folder(book), now=datetime.now().astimezone(), rules=rules)
    if modelines and to.path is None:
        raise WrongUsage("--modelines needs -o: the line names the file of the schema")
    if modelines and not own_rules(request):
        raise WrongUsage("--modelines writes in your own rule files: name their folder with --rules")
    code = carry_out(run, request, to, color)
    if to.path is not None and modelines:
        changed = add_modelines(request, to.path)
        said = f"Rule files that now name {to.path} in their first line: {changed}."
    else:
        said = f"Begin each rule file with: # yaml-language-server: $schema={to.path}"
    if to.path is not None and not quiet:
        say([said])
    return code
