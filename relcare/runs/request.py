"""What a command asks of a run: everything that the outside world decides, so that a run reads none of it itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from relcare.rulebook.frozen import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """The options of a command, as typed; a run checks them and answers a wrong one by `Result.usage`.

    `rules` is None for the book's own setting, else the shipped rulebook. `as_of` is a date (the end of that day) or a
    moment, or `now` for the moment `now`, which is aware. `lang` is `en`, `zh` or "" for the book's language. `columns` are the keys
    asked for, in that order; () for all. `filters` maps an option's name (`tier`, `owner`) to the values given, any of
    which may match; a key without values does not stand in it. `made_for` is `terminal` (a table follows), `pipe` or
    `file`. With `show_sql` the run answers by `Result.sql` and no report.
    """

    book: Path
    now: datetime
    rules: Path | None = None
    as_of: str = "now"
    lang: str = ""
    encoding: str = ""
    memory_limit: str = ""
    spill: Path | None = None
    columns: tuple[str, ...] = ()
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    strict: bool = False
    made_for: str = "terminal"
    show_sql: bool = False
