"""Where a command's output goes: stdout or a file, how wide, in which format and colour."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from relcare.cli.usage import WrongUsage
from relcare.formats import SUFFIXES


class Target(NamedTuple):
    """Where to, and how: what the options of a command say of its output."""

    format: str
    path: Path | None  # None for stdout
    headers: bool = True
    color: bool = False
    quiet: bool = False
    fail_if_any: bool = False

    @property
    def made_for(self) -> str:
        """`terminal`, `pipe` or `file`, as a run asks."""
        return "file" if self.path is not None else "terminal" if self.format == "table" else "pipe"


def text_target(path: Path | None, *, color: str, quiet: bool) -> Target:
    """The target of a text that has one form only; raises WrongUsage where `path` can't be written."""
    if path is not None and str(path) == "-":
        path = None
    if path is not None:
        _check(path)
    is_terminal = path is None and sys.stdout.isatty()
    return Target("", path, color=wants_color(color, is_terminal=is_terminal), quiet=quiet)


def _check(path: Path) -> None:
    if path.is_dir():
        raise WrongUsage(f"{path} is a folder")
    if not path.absolute().parent.is_dir():
        raise WrongUsage(f"there is no folder {path.absolute().parent}")


def target(
    format_name: str,
    path: Path | None,
    *,
    color: str,
    headers: bool,
    quiet: bool,
    fail_if_any: bool = False,
    dated: bool = False,
) -> Target:
    """The target that the options name; raises WrongUsage where they can't be followed.

    Without `format_name` the file's suffix decides, else a terminal gets a table and a pipe TSV. `dated`: the rows can be the
    events of a calendar.
    """
    if path is not None and str(path) == "-":
        path = None
    if path is not None:
        if not format_name and path.suffix.lower() not in SUFFIXES:
            raise WrongUsage(f"the suffix of {path} names no format: {', '.join(SUFFIXES)}, or give -f")
        _check(path)
        format_name = format_name or SUFFIXES[path.suffix.lower()]
    is_terminal = path is None and sys.stdout.isatty()
    format_name = format_name or ("table" if is_terminal else "tsv")
    if format_name == "ics":
        _check_ics(dated=dated)
    return Target(format_name, path, headers, wants_color(color, is_terminal=is_terminal), quiet, fail_if_any)


def _check_ics(*, dated: bool) -> None:
    from importlib.util import find_spec

    if not dated:
        raise WrongUsage("-f ics is for lists of what has to be done by when: due and overdue")
    if find_spec("icalendar") is None:
        raise WrongUsage("-f ics is written by the library icalendar: pip install 'relcare[ics]'")


def wants_color(color: str, *, is_terminal: bool) -> bool:
    """Whether to colour: `auto` does on a terminal, unless NO_COLOR is set or the terminal is a dumb one."""
    if color == "auto":
        return is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return color == "always"


def width() -> int:
    """The columns of the terminal (COLUMNS wins), 100 where there is none."""
    from shutil import get_terminal_size

    return get_terminal_size((100, 24)).columns


@contextmanager
def opened(path: Path | None) -> Iterator[BinaryIO]:
    """A binary stream to stdout or to `path`; a file appears whole at the end, or not at all."""
    if path is None:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    real = Path(os.path.realpath(path))
    if real.exists() and not real.is_file():  # a device or a named pipe can't be replaced
        with real.open("wb") as stream:
            yield stream
        return
    beside = real.with_name(f".{real.name}.{os.getpid()}.part")
    try:
        with beside.open("xb") as stream:
            yield stream
        if real.exists():
            beside.chmod(stat.S_IMODE(real.stat().st_mode))
        beside.replace(real)
    finally:
        beside.unlink(missing_ok=True)


def standard_input() -> bytes:
    """All that comes in on stdin."""
    return sys.stdin.buffer.read()


def say(lines: Iterable[str]) -> None:
    """Lines for the user, on stderr as UTF-8; a stderr that nobody reads is no reason to stop."""
    text = "".join(line + "\n" for line in lines)
    if not text:
        return
    try:
        sys.stderr.flush()
        sys.stderr.buffer.write(text.encode(errors="replace"))
        sys.stderr.buffer.flush()
    except OSError:
        pass
