"""A table that is written in YAML: a list of mappings, each a row."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from relcare.files.book import SetAside
from relcare.files.records import LONGEST, TOO_LONG
from relcare.files.yaml_tree import read_documents
from relcare.located import Mapping, Node, Place, Problem, Scalar, Sequence

SHOWN = 200  # characters of a cell that is no text


class YamlCell(NamedTuple):
    """A cell and its place."""

    text: str
    place: Place


class YamlRow(NamedTuple):
    """A row: its line, its cells by key, and the keys of those that are a mapping or a nested list."""

    line: int
    cells: dict[str, YamlCell]
    nested: frozenset[str] = frozenset()


class YamlRows(NamedTuple):
    """The rows of a file, the place at which each key first stands, and the rows that can't be used."""

    rows: list[YamlRow]
    keys: dict[str, Place]
    set_aside: list[SetAside]


def read_yaml_rows(path: Path) -> tuple[YamlRows, list[Problem]]:
    """The rows of a file; all its documents count. A list of texts is one cell, joined by `;`.

    A cell that is neither is the text that it would be on one line of YAML, as `{x: 1}`. Raises OSError.
    """
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
        hint = "a row is a mapping, as `- customer_id: C1`"
        found.set_aside.append(SetAside(line, "the row is not a mapping", "", hint))
        return
    cells: dict[str, YamlCell] = {}
    nested = []
    for key, value in item.entries:
        text = cell_text(value)
        if text is None:
            nested.append(key.text)
            text = flow_text(value)
            text = text if len(text) <= SHOWN else text[:SHOWN] + "…"
        cells[key.text] = YamlCell(text, value.place)
    if sum(len(cell.text) for cell in cells.values()) > LONGEST:
        reason = f"the row is longer than {LONGEST:,} characters"
        found.set_aside.append(SetAside(line, reason, "", TOO_LONG))
        return
    for key, _ in item.entries:
        found.keys.setdefault(key.text, key.place)
    found.rows.append(YamlRow(line, cells, frozenset(nested)))


def cell_text(node: Node) -> str | None:
    """The cell that a scalar or a list of scalars is; None for anything else."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        parts = [item.text for item in node.items if isinstance(item, Scalar)]
        return ";".join(parts) if len(parts) == len(node.items) else None
    return None


def flow_text(node: Node) -> str:
    """A node on one line of YAML, as `{x: 1, y: [a, b]}`."""
    match node:
        case Scalar(text):
            return text
        case Sequence(items):
            return f"[{', '.join(map(flow_text, items))}]"
        case Mapping(entries):
            return f"{{{', '.join(f'{key.text}: {flow_text(value)}' for key, value in entries)}}}"
