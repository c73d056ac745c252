"""The cells of a small file, read at once: enough to see that most of them need no reading."""

from __future__ import annotations

import csv

from relcare.files.book import Source

SMALL = 200_000  # bytes of a file that is looked through sooner than the engine gets ready to read it


def small_columns(source: Source) -> list[tuple[str, ...]] | None:
    """The cells of each column of a small file as written; None for a larger file, and for one that is not simply laid out.

    Simply laid out is a file in which this reading and the engine's can't differ: no row is too short or too long, none
    is blank, and but for a clean copy no cell holds a quote.
    """
    if source.scan.stat().st_size > SMALL:
        return None
    try:
        text = source.scan.read_bytes().decode()
        if '"' not in text:
            rows = [line.split(source.delimiter) for line in text.removesuffix("\n").split("\n")[source.skip :]]
        elif '""' not in text or source.clean:
            lines = text.splitlines(keepends=True) if "\r" not in text else []
            rows = list(csv.reader(lines, delimiter=source.delimiter, strict=True))[source.skip :]
        else:
            return None
    except (UnicodeDecodeError, csv.Error):
        return None
    width = len(source.fields)
    if width < 2 or not rows or "\r" in text or any(len(row) != width for row in rows):
        return None
    return list(zip(*rows, strict=True))
