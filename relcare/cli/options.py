"""The options that commands share, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from relcare.cli.usage import WrongUsage
from relcare.formats import FORMATS


def one_of(choices: tuple[str, ...]) -> Callable[[str], str]:
    """A check that the value is one of `choices`; a near one is suggested."""

    def checked(value: str) -> str:
        if value and value not in choices:
            near = get_close_matches(value, choices, 1)
            advice = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(choices)}"
            raise typer.BadParameter(f"{value!r} is unknown: {advice}")
        return value

    return checked


LANGUAGES = ("en", "zh")
COLORS = ("auto", "always", "never")
_formats = ", ".join(FORMATS)

Book = Annotated[
    str, typer.Option("--book", metavar="DIR", help="Folder of the bank's files; :sample: is the sample book.")
]
Rules = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="Folder of rule files. [the book's, else the shipped ones]"),
]
AsOf = Annotated[
    str,
    typer.Option("--as-of", metavar="WHEN", help="The day or moment judged: 2026-11-20 (its end), 2026-11-20T09:30."),
]
Lang = Annotated[
    str,
    typer.Option(
        "--lang", metavar="en|zh", help="Language of labels. [the book's, else en]", callback=one_of(LANGUAGES)
    ),
]
RuleLang = Annotated[
    str,
    typer.Option(
        "--lang", metavar="en|zh", help="Language of the rules. [the book's, else en]", callback=one_of(LANGUAGES)
    ),
]
Format = Annotated[
    str,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT",
        help=f"One of {_formats}. [table on a terminal, tsv in a pipe]",
        callback=one_of(tuple(FORMATS)),
    ),
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE; its suffix gives the format.")
]
TextOutput = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")]
NoHeaders = Annotated[bool, typer.Option("--no-headers", help="Leave out the line of column names.")]
Columns = Annotated[
    str, typer.Option("--columns", metavar="A,B,C", help="These columns only, in this order; of customers, any fact.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Print no list where there are problems in the files.")]
Color = Annotated[
    str,
    typer.Option(
        "--color", metavar="WHEN", help="auto, always or never; auto honours NO_COLOR.", callback=one_of(COLORS)
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Leave out warnings and notes; errors stay.")]
FailIfAny = Annotated[bool, typer.Option("--fail-if-any", help="Exit with 1 if there are rows.")]
MemoryLimit = Annotated[
    str, typer.Option("--memory-limit", metavar="SIZE", help="Memory for the engine, e.g. 2GB; more spills to disk.")
]
Spill = Annotated[
    Path | None, typer.Option("--spill", metavar="DIR", help="Folder for temporary files. [the system's]")
]
Encoding = Annotated[
    str, typer.Option("--encoding", metavar="NAME", help="Encoding of the book's files. [found out by itself]")
]
DraftEncoding = Annotated[
    str, typer.Option("--encoding", metavar="NAME", help="Encoding of the drafts. [found out by itself]")
]
ShowSql = Annotated[bool, typer.Option("--show-sql", help="Print the SQL that would run, and stop.")]

Tier = Annotated[list[str] | None, typer.Option("--tier", metavar="CODE", help="Only this tier; may be repeated.")]
Stage = Annotated[list[str] | None, typer.Option("--stage", metavar="CODE", help="Only this stage; may be repeated.")]
Owner = Annotated[
    list[str] | None,
    typer.Option("--owner", metavar="ID", help="Only whom this person looks after, deputised too; may be repeated."),
]
Branch = Annotated[list[str] | None, typer.Option("--branch", metavar="ID", help="Only this branch; may be repeated.")]
Within = Annotated[
    str, typer.Option("--within", metavar="SPAN", help='Due up to then: "7 days", "5 working days", "1 month".')
]
For = Annotated[
    list[str] | None,
    typer.Option("--for", metavar="SUBJECT", help="Only about customer, account or complaint; may be repeated."),
]
Rule = Annotated[list[str] | None, typer.Option("--rule", metavar="ID", help="Only this rule; may be repeated.")]
Regime = Annotated[
    list[str] | None,
    typer.Option("--regime", metavar="NAME", help="Only clocks of this regime, as a supervisor's; may be repeated."),
]
Status = Annotated[
    list[str] | None,
    typer.Option(
        "--status", metavar="STATUS", help="Only this status, however far ahead: met, lapsed …; may be repeated."
    ),
]
Severity = Annotated[
    list[str] | None,
    typer.Option("--severity", metavar="LEVEL", help="Only high, medium or low findings; may be repeated."),
]
FindingStatus = Annotated[
    list[str] | None, typer.Option("--status", metavar="STATUS", help="Only what is broken, or undetermined.")
]
ShowSuspended = Annotated[
    bool, typer.Option("--show-suspended", help="Also what nobody is to act on now, as while a complaint is open.")
]
Group = Annotated[
    str, typer.Option("--group", metavar="customer", help="One row a customer: one call, all that is owed.")
]
Summary = Annotated[
    str, typer.Option("--summary", metavar="KEYS", help="Counts by owner, branch, rule or day; owner,day by both.")
]
AtRisk = Annotated[bool, typer.Option("--at-risk", help="Also the clocks that are near their deadline.")]
CaseStage = Annotated[
    list[str] | None, typer.Option("--stage", metavar="CODE", help="Only cases in this stage; may be repeated.")
]

CalendarName = Annotated[
    str,
    typer.Option("--calendar", metavar="NAME", help="A calendar of the rule files, or weekdays. [the book's, else cn]"),
]
Pauses = Annotated[
    list[str] | None,
    typer.Option("--pause", metavar="FROM..TO", help="The clock stands still: moments or whole days; may be repeated."),
]
Rolls = Annotated[
    str,
    typer.Option(
        "--rolls",
        metavar="HOW",
        help="Off a closed day: following, preceding, or modified … to stay in the month. [it stays there]",
    ),
]
FailIfMissing = Annotated[bool, typer.Option("--fail-if-any", help="Exit with 1 if days are missing.")]
InUnit = Annotated[
    str, typer.Option("--in", metavar="UNIT", help='"working hours", days, months, 个工作日 … [working days]')
]


def book_folder(book: str) -> Path:
    """The folder that `--book` names."""
    from relcare.files.shipped import SAMPLE, shipped

    return shipped("sample_data") if book == SAMPLE else Path(book)


def known_encoding(name: str) -> None:
    """Refuse an encoding that there is none of; "" is found out."""
    from codecs import lookup

    try:
        lookup(name or "utf-8")
    except LookupError:
        raise typer.BadParameter(f"--encoding: there is no encoding {name!r}") from None


def split_columns(columns: str) -> tuple[str, ...]:
    """The keys in `--columns`."""
    return tuple(key for key in (part.strip() for part in columns.split(",")) if key)


def columns_of(format_name: str, columns: str, *others: str) -> tuple[str, ...]:
    """The keys in `--columns`; those that a calendar is made of, which takes neither other columns nor `others` options."""
    if format_name != "ics":
        return split_columns(columns)
    if columns or any(others):
        raise WrongUsage("-f ics has an event for each row: no --columns, --group or --summary")
    from relcare.formats.ics import COLUMNS

    return COLUMNS


def given(**filters: list[str] | None) -> dict[str, tuple[str, ...]]:
    """The filters that have values."""
    return {name: tuple(values) for name, values in filters.items() if values}
