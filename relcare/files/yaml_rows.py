"""A table that is written in YAML: a list of mappings, each a row."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from relcare.files.book import SetAside
from relcare.files.yaml_tree import read_documents
from relcare.located import Mapping, Node, Place, Problem, Scalar, Sequence


class YamlRow(NamedTuple):
    """A row: its line, and its cells by key with their places."""

    line: int
    cells: dict[str, tuple[str, Place]]


class YamlRows(NamedTuple):
    """The rows of a file, the place at which each key first stands, and the rows that can't be used."""

    rows: list[YamlRow]
    keys: dict[str, Place]
    set_aside: list[SetAside]


def read_yaml_rows(path: Path) -> tuple[YamlRows, list[Problem]]:
    """The rows of a file; all its documents count. A list of texts is one cell, joined by `;`. Raises OSError."""
    documents, problems = read_documents(path.read_bytes(), str(path))
    found = YamlRows([], {}, [])
    for document in documents:
        if not isinstance(document, Sequence):
            message = "a table is a list of mappings"
            problems.append(
                Problem(document.place, "FIL016", message, "begin each row with `- `, as `- customer_id: C1`")
            )
            continue
        for item in document.items:
            _add_row(found, item)
    return found, problems


def _add_row(found: YamlRows, item: Node) -> None:
    line = item.place.line
    if not isinstance(item, Mapping):
        found.set_aside.append(SetAside(line, "a row is a mapping, as `- customer_id: C1`"))
        return
    cells = {}
    for key, value in item.entries:
        text = cell_text(value)
        if text is None:
            found.set_aside.append(SetAside(line, f"`{key.text}` is neither a text nor a list of texts"))
            return
        cells[key.text] = (text, value.place)
    for key, _ in item.entries:
        found.keys.setdefault(key.text, key.place)
    found.rows.append(YamlRow(line, cells))


def cell_text(node: Node) -> str | None:
    """The cell that a scalar or a list of scalars is; None for anything else."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        parts = [item.text for item in node.items if isinstance(item, Scalar)]
        return ";".join(parts) if len(parts) == len(node.items) else None
    return None
