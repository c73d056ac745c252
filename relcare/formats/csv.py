"""Comma-separated text."""

from __future__ import annotations

from typing import BinaryIO

from relcare.formats import Setting
from relcare.formats.delimited import write
from relcare.formats.report import Report


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:
    """Never cut, never padded; the rules are those of `delimited`."""
    return write(report, stream, setting, ",")
