"""What a run answers."""

from __future__ import annotations

from collections.abc import Callable

from relcare.formats.report import Report
from relcare.located import Problem
from relcare.rulebook.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """A report or a `text`, the problems in the user's files, or the message of a wrong use (`usage`, exit code 2).

    `report` is None where nothing could be made. `found` is what `--fail-if-any` asks, where that is not simply whether
    the report has rows (None). `text` is a file that a command makes, in place of a report. `on_close` drops what the rows
    of the report live on.
    """

    report: Report | None = None
    problems: tuple[Problem, ...] = ()
    usage: str = ""
    sql: str = ""
    text: str | None = None
    found: bool | None = None
    on_close: Callable[[], None] | None = None

    def close(self) -> None:
        """Drop temporary files and connections; the rows of the report can't be read afterwards."""
        if self.on_close is not None:
            self.on_close()
