"""A DuckDB connection that can read the book's files and write to the spill folder, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relcare.engine.dialect import MACROS, macros_for, text

if TYPE_CHECKING:
    import duckdb


BUFFER = "16MB"  # how far the engine may be ahead of who reads its rows
# What makes a plan shorter: on a small book the other passes take longer than all that they could save.
PASSES = frozenset(("expression_rewriter", "filter_pushdown", "unused_columns", "cte_inlining"))


class Session:
    """Runs statements in order and remembers them.

    `files` are the only ones it may read; `spill` is the only folder that it may write to. `memory_limit` is DuckDB's
    spelling ("2GB"), "" for its own default. With `in_order` a scan keeps the order of the file's rows (slower). A `brief`
    session is for little data: it spends no time on plans and threads that only much data would repay.
    """

    def __init__(
        self, files: Iterable[Path], spill: Path, memory_limit: str = "", *, in_order: bool = False, brief: bool = False
    ) -> None:
        import duckdb

        self.spill = spill
        self.statements: list[str] = []
        self._macros: set[str] = set()
        config: dict[str, Any] = {
            "preserve_insertion_order": in_order,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if memory_limit:
            config["memory_limit"] = memory_limit
        if brief:
            config["threads"] = 1
        self.connection: duckdb.DuckDBPyConnection = duckdb.connect(config=config)
        if brief:
            left_out = sorted(row[0] for row in self.rows("FROM duckdb_optimizers()") if row[0] not in PASSES)
            self.run(f"SET disabled_optimizers = {text(','.join(left_out))}")
            self.statements.clear()
        paths = ", ".join(text(os.fspath(path)) for path in files)
        self.connection.execute(
            f"SET streaming_buffer_size = '{BUFFER}'; SET allowed_directories = [{text(os.fspath(spill))}]; SET allowed_paths = [{paths}]; "
            "SET enable_external_access = false; SET lock_configuration = true"
        )

    def prepare(self, statement: str) -> None:
        """Make the functions that a statement names."""
        for macro in macros_for(statement):
            if macro not in self._macros:
                self._macros.add(macro)
                made = f"CREATE MACRO {macro}{MACROS[macro]}"
                self.statements.append(made)
                self.connection.execute(made)

    def run(self, statement: str) -> duckdb.DuckDBPyConnection:
        """Execute one statement, after making the functions that it names. Raises MemoryError at the memory limit."""
        from duckdb import OutOfMemoryException

        self.prepare(statement)
        self.statements.append(statement)
        try:
            return self.connection.execute(statement)
        except OutOfMemoryException as error:
            raise MemoryError(str(error)) from error

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.run(statement).fetchall()

    def columns(self, statement: str) -> list[str]:
        """The names of the columns that a query gives."""
        return [row[0] for row in self.rows(f"DESCRIBE {statement}")]

    def close(self) -> None:
        """Give the memory back."""
        self.connection.close()
