"""The first line of a rule file that tells an editor's YAML language server where the schema is."""

from __future__ import annotations

import os
from pathlib import Path

START = "# yaml-language-server:"
BOM = b"\xef\xbb\xbf"


def modeline(rule_file: Path, schema: Path) -> str:
    """The line for a rule file; the schema is named from the file's own folder."""
    path = os.path.relpath(schema.absolute(), rule_file.absolute().parent).replace(os.sep, "/")
    return f"{START} $schema={path}"


def write_modelines(files: list[Path], schema: Path) -> int:
    """Put the line at the head of each file, in the place of an older one; gives how many files changed.

    What else stands in a file stays byte for byte; files in UTF-16 are left alone.
    """
    changed = 0
    for path in files:
        data = path.read_bytes()
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        bom, text = (BOM, data.removeprefix(BOM)) if data.startswith(BOM) else (b"", data)
        newline = b"\r\n" if b"\r\n" in text else b"\n"
        if text.startswith(START.encode()):
            text = text.partition(b"\n")[2]
        new = bom + modeline(path, schema).encode() + newline + text
        if new != data:
            path.write_bytes(new)
            changed += 1
    return changed
