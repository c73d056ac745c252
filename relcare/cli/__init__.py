"""The command line: `main` is the one boundary for wrong usage, ^C, a closed pipe and mistakes of our own."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

OK = 0
FOUND = 1  # rows were found, and --fail-if-any was given
USAGE = 2  # wrong usage
PROBLEMS = 3  # problems in the user's files; wins over FOUND
BUG = 70  # a mistake of relcare
INTERRUPTED = 130  # ^C


def command() -> NoReturn:
    """The process `relcare`: `main`, and then an exit at once.

    Taking the loaded modules apart piece by piece at the end costs a tenth of a small list, and so does looking for
    garbage among them while they load. All that a run opens is closed by the run.
    """
    import gc

    gc.set_threshold(100_000, 50, 50)
    code = main()
    sys.stderr.flush()
    os._exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code; nothing but a report goes to stdout, no traceback reaches the user."""
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = OK
    except Exception as error:
        # Named, not imported: the engine's own word for ^C during a statement.
        if type(error).__name__ == "InterruptException" or "interrupted" in str(error).lower():
            code = INTERRUPTED
        elif isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
            sys.stderr.write(
                "relcare: the memory is not enough: give --memory-limit more, or --spill a folder with room.\n"
            )
            code = USAGE
        elif os.environ.get("RELCARE_DEBUG"):
            raise
        else:
            code = _bug(error)
    _let_go()
    return code


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:  # without the 35 ms of the command line's library
        from relcare.cli.version import print_version

        return print_version()
    from relcare.cli.app import run

    return run(arguments)


def _bug(error: Exception) -> int:
    said = " ".join(str(error).split())
    sys.stderr.write(
        f"relcare: a mistake of relcare itself, not of your files: {type(error).__name__}: {said}\n"
        "  RELCARE_DEBUG=1 shows where it happened.\n"
    )
    return BUG


def _let_go() -> None:
    """Point a stdout that nobody reads any more at nothing, so that the interpreter's last flush can't complain."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        try:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.close(nothing)
        except OSError:
            pass
