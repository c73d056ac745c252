"""Where things stand in the user's files: nodes of a YAML tree, places, and problems found there.

Everything above this module reports a user's mistake as a `Problem` value, never as an exception.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias


class Place(NamedTuple):
    """A place in a file: `line` and `column` count from 1; 0 means the file as a whole (or the line as a whole)."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """`path:line:column`, without the parts that are 0."""
        parts = [self.path]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)


class Problem(NamedTuple):
    """A mistake in a user's file.

    `code` is stable (listed in docs/problems.md); `message` says what is wrong, `hint` what to do. `source` is the line
    as it stands in the file ("" where it is not at hand) and `width` how many of its characters, from the place's
    column on, are meant. `severity` is `error` (exit code 3) or `warning`.
    """

    place: Place
    code: str
    message: str
    hint: str = ""
    severity: str = "error"
    source: str = ""
    width: int = 1

    def __str__(self) -> str:
        """One line: `path:line:column: CODE message`."""
        return f"{self.place}: {self.code} {self.message}"


def by_place(problems: Iterable[Problem]) -> list[Problem]:
    """File by file, the files in the order in which they come up; in each by line and column."""
    listed = list(problems)
    files: dict[str, int] = {}
    for problem in listed:
        files.setdefault(problem.place.path, len(files))
    return sorted(listed, key=lambda problem: (files[problem.place.path], problem.place[1:]))


class Scalar(NamedTuple):
    """A scalar of a YAML file, as typed: `text` is never turned into a number, date or boolean."""

    text: str
    place: Place


class Sequence(NamedTuple):
    """A list of a YAML file."""

    items: tuple[Node, ...]
    place: Place


class Mapping(NamedTuple):
    """A mapping of a YAML file, in the file's order; keys are scalars and unique (the reader refuses others)."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place

    def get(self, key: str) -> Node | None:
        """The value of `key`, or None."""
        return next((value for name, value in self.entries if name.text == key), None)


Node: TypeAlias = Scalar | Sequence | Mapping
