"""The folders that come with relcare: its rulebook and its sample book."""

from __future__ import annotations

import os
from pathlib import Path

SAMPLE = ":sample:"  # what `--book` takes for the sample book


def shipped(name: str) -> Path:
    """The folder `rules` or `sample_data`: inside the installed package, or beside it in a checkout.

    Below the working directory the path is relative to it, as a user would type it.
    """
    package = Path(__file__).parent.parent
    packed = package / "shipped" / name
    folder = packed if packed.is_dir() else package.parent / name
    here = os.getcwd() + os.sep  # noqa: PTH109  # on the way of every command
    return Path(str(folder)[len(here) :]) if str(folder).startswith(here) else folder
