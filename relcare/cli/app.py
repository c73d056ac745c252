"""The commands, one registry; a command loads when it is named, its heavy parts when it runs."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any

import typer

from relcare.cli import OK, USAGE
from relcare.cli.version import print_version

# Each command and the module that holds a function of its name; of a group, its own commands.
COMMANDS: dict[str, str] = {
    "due": "relcare.cli.due",
    "overdue": "relcare.cli.overdue",
    "complaints": "relcare.cli.complaints",
    "findings": "relcare.cli.findings",
    "customers": "relcare.cli.customers",
    "check": "relcare.cli.check",
    "explain": "relcare.cli.explain",
    "phrases": "relcare.cli.phrases",
    "norm": "relcare.cli.norm",
}
GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "rules": (
        "The rulebook's own tools.",
        {
            "check": "relcare.cli.rules_check",
            "test": "relcare.cli.rules_test",
            "show": "relcare.cli.rules_show",
            "diff": "relcare.cli.rules_diff",
            "lock": "relcare.cli.rules_lock",
            "schema": "relcare.cli.rules_schema",
        },
    ),
    "reply": (
        "Replies to customers, before they are sent.",
        {
            "check": "relcare.cli.reply_check",
        },
    ),
    "calendar": (
        "Calendars, and a calculator for deadlines.",
        {
            "add": "relcare.cli.calendar_add",
            "between": "relcare.cli.calendar_between",
            "show": "relcare.cli.calendar_show",
            "check": "relcare.cli.calendar_check",
            "import": "relcare.cli.calendar_import",
        },
    ),
}
SETTINGS = {"help_option_names": ["--help", "-h"]}
EPILOG = (
    "Exit codes: 0 done, 1 rows found and --fail-if-any, 2 wrong usage, 3 problems in your files, "
    "70 a mistake of relcare, 130 ^C."
)


def _version(asked: bool) -> None:
    if asked:
        raise typer.Exit(print_version())


def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Turn a bank's files and its rulebook into lists that people act on, each row with its reason."""


def function(module: str) -> Callable[..., int]:
    """The command of a module: its function named as the module's last word."""
    name = module.rpartition(".")[2]
    found: Callable[..., int] = getattr(import_module(module), name)
    return found


def application(named: str = "") -> typer.Typer:
    """The command line; with only the command or group `named`, where there is one of that name.

    Declaring the options of a command costs milliseconds, and a run needs those of one.
    """
    app = typer.Typer(
        name="relcare", epilog=EPILOG, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
        no_args_is_help=True, context_settings=SETTINGS,
    )  # fmt: skip
    app.callback()(options)
    every = named not in COMMANDS and named not in GROUPS
    for name, module in COMMANDS.items():
        if every or name == named:
            app.command(name)(function(module))
    for name, (said, commands) in GROUPS.items():
        if every or name == named:
            group = typer.Typer(help=said, rich_markup_mode=None, no_args_is_help=True, context_settings=SETTINGS)
            group.callback()(lambda: None)
            for each, module in commands.items() if not every else ():
                group.command(each)(function(module))
            app.add_typer(group, name=name)
    return app


def run(arguments: list[str]) -> int:
    """Parse, run the command, and give its exit code; a wrong use is told on stderr."""
    command = typer.main.get_command(application(arguments[0] if arguments else ""))
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
