"""A list kept in a file of the run's own, so that two of them can be compared."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path


def write_listing(
    path: Path, keys: Sequence[str], rows: Iterable[Sequence[str]], lines: Iterable[bytes] | None
) -> None:
    """Write a list as CSV with a line of keys; of `lines`, CSV rows that are put together already, where there are any."""
    if lines is not None:
        with path.open("wb") as file:
            file.write((",".join(keys) + "\n").encode())
            file.writelines(lines)
        return
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(keys)
        writer.writerows(rows)
