"""`relcare calendar import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from relcare.cli import options as o


def calendar_import(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="A year of holiday-cn (.json), iCalendar (.ics), or a country: GB, DE-BY."),
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="What the calendar is called. [its source]")] = "",
    base: Annotated[str, typer.Option("--base", metavar="NAME", help="The calendar that it adds to, such as cn.")] = "",
    announced: Annotated[
        str,
        typer.Option("--announced", metavar="DATE", help="When the days were made known: an earlier --as-of has none."),
    ] = "",
    years: Annotated[
        str, typer.Option("--years", metavar="FROM..TO", help="The years wanted. [those of the file]")
    ] = "",
    lang: o.Lang = "",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE, a rule file. [stdout]")
    ] = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
) -> int:
    """A calendar as a rule file, from a file of holidays."""
    from datetime import datetime

    from relcare.cli.carry_out import carry_out
    from relcare.cli.streams import target

    to = target("tsv", output, color=color, headers=True, quiet=quiet)

    from relcare.runs.calendar_import import Wanted
    from relcare.runs.calendar_import import calendar_import as run
    from relcare.runs.request import Request

    request = Request(book=Path(), now=datetime.now().astimezone(), lang=lang, made_for=to.made_for)
    return carry_out(lambda _: run(file, Wanted(name, base, announced, years)), request, to, color)
