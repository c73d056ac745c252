"""Wrong usage."""

from __future__ import annotations

import typer


class WrongUsage(typer.BadParameter):
    """A wrong use whose message says all; exit code 2."""

    def format_message(self) -> str:
        """The message alone."""
        return self.message
