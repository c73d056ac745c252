"""Runs handwritten.sql on a book: `python -m benchmarks.handwritten DIR OUT`."""

import sys
from pathlib import Path

import duckdb

SQL = Path(__file__).with_name("handwritten.sql")


def decide(book: Path, out: Path) -> None:
    """Write the decisions on the customers of `book` to `out` as CSV, in the order of their ids."""
    text = SQL.read_text(encoding="utf-8")
    for placeholder, path in (("{book}", book), ("{out}", out)):
        text = text.replace(placeholder, path.as_posix().replace("'", "''"))
    with duckdb.connect() as connection:
        connection.execute(text)


if __name__ == "__main__":
    decide(Path(sys.argv[1]), Path(sys.argv[2]))
