"""JSON lines: a row a line, nothing else; no rows, no bytes."""

from __future__ import annotations

from typing import BinaryIO

from relcare.formats import Setting
from relcare.formats.json import objects, pieces
from relcare.formats.report import Report


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:  # noqa: ARG001
    """Cells as in `json`."""
    found = False
    for piece in pieces(objects(report), "\n"):
        stream.write((piece + "\n").encode(errors="replace"))
        found = True
    return found
