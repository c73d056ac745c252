"""A book as files: which file holds which table, how it is laid out, and where each row stands in it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from relcare.files.settings import Settings
from relcare.located import Place, Problem
from relcare.rulebook.frozen import dataclass, field
from relcare.rulebook.vocabulary import Table


class SetAside(NamedTuple):
    """A row that could not be used, because of the number or shape of its cells.

    `text` is its physical line ("" where it is not kept), `hint` what to do about it.
    """

    line: int
    reason: str
    text: str = ""
    hint: str = ""


class Double(NamedTuple):
    """Several columns of a file for one field: the first of them, which supplies it, and the `others`.

    `textual`: the field is one of which any text is a value (id or text).
    """

    first: int
    others: tuple[int, ...]
    textual: bool


@dataclass(frozen=True, slots=True)
class Source:
    """One table's file, ready to be scanned as UTF-8 delimited text.

    `path` is the user's file as shown in messages; `scan` is what the engine reads: the file itself, or a clean copy in
    the spill folder (for YAML, GB18030, UTF-16, a file with rows of the wrong length …). `skip` lines of `scan` stand
    before the first row. `headers` are all the columns of `scan` in order; `fields[i]` is the field that column i
    supplies, "" where it is none of ours. `set_aside` is filled for a clean copy only, and `lines` then holds the physical
    line in the user's file of each row of `scan`. `problems` are those of making the copy, beside the rows set aside.
    `longest` is the length in bytes of the longest record of a clean copy, its line end included, where that is above
    1,900,000 (else 0). In a clean copy the cell of a field with several columns (`doubles`) is the text in which they agree.
    `constants` are fields that the file lacks, with the cell that each row of the copy has for it behind its own. `path` is ""
    where the book has no such file, and `scan` holds the one row that stands for it.
    """

    table: Table
    path: str
    scan: Path
    delimiter: str
    skip: int
    headers: tuple[str, ...]
    fields: tuple[str, ...]
    set_aside: tuple[SetAside, ...] = ()
    clean: bool = False  # `scan` was written by us: strict reading can't fail
    encoding: str = "utf-8"
    date_format: str = ""  # strptime form of the dates of this file; "" for ISO and its usual variants
    codes: dict[str, dict[str, str]] = field(default_factory=dict)  # field -> cell as in the file (folded) -> our code
    terminator: str = "\n"  # what ends a physical line of the user's file: LF (also after a CR) or CR alone
    lines: array[int] | None = None
    problems: tuple[Problem, ...] = ()
    longest: int = 0
    doubles: tuple[Double, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()

    @property
    def supplied(self) -> frozenset[str]:
        """The fields that the file has a column for."""
        return frozenset(name for name in self.fields if name)

    @property
    def is_yaml(self) -> bool:
        """Whether the user's file is a list of mappings."""
        return self.path.lower().endswith((".yaml", ".yml"))


@dataclass(frozen=True, slots=True)
class Book:
    """The files of a book. `sources` by table; a table without a file, or with one that can't be used, is not in it.

    `problems` holds what was found when the book was opened, the sources' own problems too, but not the rows that were
    set aside.
    """

    folder: Path
    settings: Settings
    sources: dict[str, Source]
    problems: tuple[Problem, ...]

    def covers(self, table: str) -> tuple[str, str]:
        """From and to of what the table covers, as ISO dates, "" where nothing is said."""
        return self.settings.covers.get(table, ("", ""))


class RowPlace(NamedTuple):
    """Where a row stands: its physical first line, and the place of each of its cells, by column."""

    line: int
    cells: tuple[Place, ...]


Ordinals = Iterable[int]
