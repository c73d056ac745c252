"""Drafts of replies: text files, decoded and with LF line ends."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from relcare.files.text import decoded
from relcare.located import Place, Problem

LARGEST = 1_000_000  # bytes; a reply has a few thousand


class Draft(NamedTuple):
    """A draft under the name that is shown, or why it can't be read."""

    path: str
    text: str = ""
    problem: Problem | None = None


def read_draft(path: str, encoding: str = "") -> Draft:
    """The draft in a file: what it is encoded in is found out as for a book, unless it is named."""
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        message = f"it can't be read: {error.strerror or error}"
        return Draft(path, problem=Problem(Place(path), "FIL003", message, "check its name and permissions"))
    return draft_of(path, data, encoding)


def draft_of(path: str, data: bytes, encoding: str = "") -> Draft:
    """The draft that these bytes are."""
    if len(data) > LARGEST:
        message = f"the file is larger than {LARGEST // 1_000_000} MB"
        return Draft(path, problem=Problem(Place(path), "FIL018", message, "a draft is one reply, as text"))
    found = decoded(data, encoding)
    if not found.fits or "\0" in found.text:
        message = f"the text is not {found.encoding.upper()}" if encoding else "it is no text"
        hint = "save the reply as plain text, in UTF-8 or GB18030"
        return Draft(path, problem=Problem(Place(path), "FIL015", message, hint))
    return Draft(path, found.text.replace("\r\n", "\n").replace("\r", "\n"))
