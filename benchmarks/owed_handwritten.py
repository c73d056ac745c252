"""Runs owed_handwritten.sql on a book: `python -m benchmarks.owed_handwritten DIR DUE OVERDUE`."""

import sys
from pathlib import Path

import duckdb

SQL = Path(__file__).with_name("owed_handwritten.sql")


def list_owed(book: Path, due: Path, overdue: Path) -> None:
    """Write what is due on `book` within 7 days, and the clocks of complaints that are overdue, as CSV."""
    text = SQL.read_text(encoding="utf-8")
    for placeholder, path in (("{book}", book), ("{due}", due), ("{overdue}", overdue)):
        text = text.replace(placeholder, path.as_posix().replace("'", "''"))
    with duckdb.connect() as connection:
        connection.execute(text)


if __name__ == "__main__":
    list_owed(*map(Path, sys.argv[1:4]))
