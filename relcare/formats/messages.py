"""Problems as a person reads them: where, what, the line with a caret, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from relcare.formats.words import harmless, width_of, word
from relcare.located import Problem, by_place

SHOWN = 20  # problems printed beside a list; `relcare check` prints all
LINE = 160  # columns of a source line that are shown
BEFORE = 60  # of these, before the place that is meant

_BOLD, _RED, _YELLOW, _DIM, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"


def messages(problems: Iterable[Problem], *, color: bool, language: str = "en", limit: int = SHOWN) -> Iterator[str]:
    """The lines for all problems, errors before warnings, file by file, at most `limit` of them (0: all)."""
    ordered = sorted(by_place(problems), key=lambda problem: problem.severity != "error")
    shown = ordered[:limit] if limit else ordered
    for problem in shown:
        yield from message(problem, color=color, language=language)
    rest = len(ordered) - len(shown)
    if rest and language == "zh":
        yield f"…… 另有 {rest} 个问题: relcare check"
    elif rest:
        yield f"... and {rest} more: relcare check"


def message(problem: Problem, *, color: bool, language: str = "en", place: str | None = None) -> Iterator[str]:
    """`file:line:column: CODE message`, the source line with a caret, the hint: one to four lines."""
    bold, dim, plain = (_BOLD, _DIM, _PLAIN) if color else ("", "", "")
    mark = (_RED if problem.severity == "error" else _YELLOW) if color else ""
    where = harmless(str(problem.place) if place is None else place)
    where = f"{bold}{where}:{plain} " if where else ""
    severity = "" if problem.severity == "error" else f"{problem.severity}: "
    yield f"{where}{mark}{problem.code}{plain} {severity}{harmless(problem.message)}"
    if problem.source and problem.place.column:
        line, caret = _pointed(problem)
        yield f"  {line}"
        yield f"  {mark}{caret}{plain}"
    elif problem.source:
        yield f"  {harmless(problem.source)[:LINE]}"
    if problem.hint:
        yield f"  {dim}{word('hint', language)}:{plain} {harmless(problem.hint)}"


def _pointed(problem: Problem) -> tuple[str, str]:
    """The part of the source line round the place, and the line under it: `^~~~`."""
    source = problem.source.rstrip("\r\n")
    column = min(problem.place.column - 1, len(source))
    start = max(0, column - BEFORE) if len(source) > LINE else 0
    head, tail = ("…" if start else ""), ("…" if len(source) > start + LINE else "")
    before = head + harmless(source[start:column])
    meant = harmless(source[column : min(column + max(problem.width, 1), start + LINE)])
    line = before + harmless(source[column : start + LINE]) + tail
    return line, " " * width_of(before) + "^" + "~" * (width_of(meant) - 1)
