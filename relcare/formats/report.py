"""What a run hands to a format: a whole report, not yet rendered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from relcare.located import Problem
from relcare.rulebook.frozen import dataclass, field


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `key` in every language of display, `title` in the reader's language.

    `kind` tells a format how to set it: `text`, `code` (its cells are keys of `labels`), `number` (right-aligned; JSON
    gives a number), `date`, `json` (a text of JSON, which JSON gives as what it is and a table in words). `labels` maps a cell to the reader's word for it; only `table` and `md` show the words.
    """

    key: str
    title: str
    kind: str = "text"
    labels: dict[str, str] = field(default_factory=dict)
    wide: bool = False  # free text that may wrap on a terminal


class Rows(Protocol):
    """The rows of a report: each a tuple of texts, one for each column, "" for nothing."""

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        """The rows in their order; may be asked for more than once."""
        ...

    def delimited(self, delimiter: str) -> Iterable[bytes] | None:
        """The rows as UTF-8 text without a header, in pieces; None where the rows can't do that themselves.

        Lines end with LF; a cell that holds the delimiter, a quote, CR or LF is quoted, a quote in it doubled; nothing
        else is quoted.
        """
        ...


class ListedRows(list[tuple[str, ...]]):
    """Rows that are at hand."""

    def delimited(self, delimiter: str) -> None:  # noqa: ARG002
        """Left to the format."""
        return


@dataclass(frozen=True, slots=True)
class Report:
    """A report: `name` is the command's (`customers`), `as_of` the moment as ISO text.

    `made_from` names rulebook, calendar and book with versions and hashes; `notes` are sentences for the reader's eye
    (what was not judged, how old the data is): shown by `table`, `md` and `json`, not in a pipe. `shown` are the keys of
    the columns that a terminal table shows where the user named none. `facts` are further parts of the JSON object.
    `divided` is the key of the column by which the rows fall into parts that tell of different things: `table` and `md`
    show a table for each, and the notes first. `language` (`en` or `zh`) is that of the few words a format adds itself. `problems` are those that the rows tell of,
    so that a terminal can show their source lines. `zone` is the time zone of moments.
    """

    name: str
    title: str
    as_of: str
    columns: tuple[Column, ...]
    rows: Rows
    made_from: Mapping[str, object]
    notes: Sequence[str] = ()
    shown: tuple[str, ...] = ()
    nothing: str = ""  # the line that a terminal shows where there are no rows
    facts: dict[str, object] = field(default_factory=dict)
    language: str = "en"
    problems: tuple[Problem, ...] = ()
    divided: str = ""
    zone: str = "Asia/Shanghai"
