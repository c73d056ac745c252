"""From a run to an exit code: the list, the messages, the code. Every command ends here."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from dataclasses import replace

from relcare.cli import FOUND, OK, PROBLEMS
from relcare.cli.cache import cache_folder
from relcare.cli.streams import Target, opened, say, wants_color, width
from relcare.cli.usage import WrongUsage
from relcare.formats import render
from relcare.formats.report import Report
from relcare.located import Problem
from relcare.runs.opening import CACHE
from relcare.runs.request import Request
from relcare.runs.result import Result


def carry_out(
    run: Callable[[Request], Result], request: Request, target: Target, color: str, *, tells_problems: bool = False
) -> int:
    """Run, render, tell the problems on stderr, and give the exit code.

    `tells_problems`: the report itself lists the problems. With `request.strict` an error leaves no list.
    """
    CACHE.set(cache_folder(os.environ, sys.platform))
    result = run(request)
    try:
        if result.usage:
            raise WrongUsage(result.usage)
        found = _write(result, request, target, tells_problems=tells_problems)
    finally:
        result.close()
    if not tells_problems or result.report is None:
        language = result.report.language if result.report is not None else request.lang or "en"
        _tell(result.problems, target, color, language)
    if any(problem.severity == "error" for problem in result.problems):
        return PROBLEMS
    return FOUND if found and target.fail_if_any else OK


def _write(result: Result, request: Request, target: Target, *, tells_problems: bool) -> bool:
    """Write the report, or the SQL where it was asked for; say whether there was anything in it."""
    if request.show_sql:
        with opened(target.path) as stream:
            stream.write(result.sql.encode())
        return False
    if result.text is not None:
        return _write_text(result.text, target)
    failed = any(problem.severity == "error" for problem in result.problems)
    if result.report is None or (request.strict and failed and not tells_problems):
        return False
    try:
        # Whoever names the columns sees all of them.
        report = replace(result.report, shown=()) if request.columns else result.report
        found = _render(report, target)
    except BrokenPipeError:
        # Whoever reads has enough; the problems still decide the exit code.
        found = True
    except OSError as error:
        if target.path is None and error.errno != errno.ENOSPC:
            raise
        raise WrongUsage(f"{target.path or 'stdout'} can't be written: {error.strerror}") from error
    return found if result.found is None else result.found


def _write_text(text: str, target: Target) -> bool:
    try:
        with opened(target.path) as stream:
            stream.write(text.encode())
    except BrokenPipeError:
        pass
    except OSError as error:
        if target.path is None and error.errno != errno.ENOSPC:
            raise
        raise WrongUsage(f"{target.path or 'stdout'} can't be written: {error.strerror}") from error
    return False


def _render(report: Report, target: Target) -> bool:
    if target.quiet and target.format == "table":
        report = replace(report, notes=())
    with opened(target.path) as stream:
        return render(
            target.format,
            report,
            stream,
            headers=target.headers,
            color=target.color,
            width=width(),
            always=target.path is not None,
        )


def _tell(problems: tuple[Problem, ...], target: Target, color: str, language: str) -> None:
    told = [problem for problem in problems if problem.severity == "error" or not target.quiet]
    if told:
        from relcare.formats.messages import messages

        colored = wants_color(color, is_terminal=sys.stderr.isatty())
        say(messages(told, color=colored, language=language))
