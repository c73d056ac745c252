"""The commands, one registry; a command's heavy parts load when it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from relcare.cli import OK, USAGE
from relcare.cli.check import check
from relcare.cli.complaints import complaints
from relcare.cli.customers import customers
from relcare.cli.due import due
from relcare.cli.explain import explain
from relcare.cli.overdue import overdue
from relcare.cli.version import print_version

COMMANDS: dict[str, Callable[..., int]] = {
    "due": due,
    "overdue": overdue,
    "complaints": complaints,
    "customers": customers,
    "check": check,
    "explain": explain,
}

app = typer.Typer(
    name="relcare",
    help="Turn a bank's files and its rulebook into lists that people act on, each row with its reason.",
    epilog="Exit codes: 0 done, 1 rows found and --fail-if-any, 2 wrong usage, 3 problems in your files, 70 a mistake of relcare, 130 ^C.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _version(asked: bool) -> None:
    if asked:
        raise typer.Exit(print_version())


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Turn a bank's files and its rulebook into lists that people act on, each row with its reason."""


for _name, _command in COMMANDS.items():
    app.command(_name)(_command)


def run(arguments: list[str]) -> int:
    """Parse, run the command, and give its exit code; a wrong use is told on stderr."""
    command = typer.main.get_command(app)
    wrong_usage: Any = typer.BadParameter.__mro__[1]  # the parent of every mistake of usage
    try:
        with command.make_context("relcare", arguments) as context:
            code = command.invoke(context)
    except typer.Exit as leave:
        return leave.exit_code
    except wrong_usage as mistake:
        mistake.show()
        return USAGE
    return code if isinstance(code, int) else OK
