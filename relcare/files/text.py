"""The text of a bank's file: which encoding, which line ends; a few lines out of a large file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

SAMPLE = 1 << 20  # bytes of a file that are looked at before it is scanned
CHUNK = 1 << 22
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
REOPENED = {"utf-8": "utf-8-sig"}  # so that a byte order mark is no character


class Sniffed(NamedTuple):
    """What the beginning of a file tells: its encoding, its text, whether that is all, and what ends its lines.

    `fits` is False where the text could be decoded with replacement characters only.
    """

    encoding: str
    text: str
    whole: bool
    terminator: str
    fits: bool = True


def sniff(path: Path, encoding: str = "") -> Sniffed:
    """Look at the beginning of a file; `encoding` is what the user says it is ("" to find out).

    A byte order mark decides, then strict UTF-8, then GB18030; what is neither is read as Latin-1. Raises OSError.
    """
    with path.open("rb") as file:
        data = file.read(SAMPLE + 1)
    whole = len(data) <= SAMPLE
    data = data[:SAMPLE]
    found = (encoding,) if encoding else _candidates(data)
    for candidate in found:
        text = _decoded(data, candidate, final=whole)
        if text is not None:
            return Sniffed(candidate, text, whole, _terminator(text))
    last = encoding or "latin-1"
    text = data.decode(last, "replace").removeprefix("\ufeff")
    return Sniffed(last, text, whole, _terminator(text), fits=False)


def _candidates(data: bytes) -> tuple[str, ...]:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return (encoding,)
    if data.count(0, 0, 1000) * 3 > len(data[:1000]):
        return ("utf-16-le",) if data[1:2] == b"\0" else ("utf-16-be",)
    return ("utf-8", "gb18030")


def _decoded(data: bytes, encoding: str, *, final: bool) -> str | None:
    try:
        if final or encoding == "utf-8":
            try:
                return data.decode(encoding).removeprefix("\ufeff")
            except UnicodeDecodeError as error:
                if final or error.start < len(data) - 3:  # else a character is cut at the sample's end
                    return None
                return data[: error.start].decode(encoding).removeprefix("\ufeff")
        from codecs import getincrementaldecoder

        return getincrementaldecoder(encoding)().decode(data).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None


def _terminator(text: str) -> str:
    return "\r" if "\r" in text and "\n" not in text else "\n"


def first_misfit(path: Path, encoding: str, terminator: str) -> int:
    """The physical line of the first bytes that are not of this encoding, 0 if there are none."""
    from codecs import getincrementaldecoder

    decoder = getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                line += decoder.decode(chunk, not chunk).count(terminator)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].decode(encoding, "replace").count(terminator)
            if not chunk:
                return 0


@contextmanager
def opened(path: Path, encoding: str, terminator: str) -> Iterator[Iterable[str]]:
    """The physical lines of a file, each with its line end; what is not of the encoding becomes U+FFFD."""
    with path.open(encoding=REOPENED.get(encoding, encoding), errors="replace", newline=terminator) as file:
        yield file


def lines_from(
    path: Path, encoding: str, terminator: str, wanted: Iterable[int]
) -> Iterator[tuple[int, Iterable[str]]]:
    """For each wanted physical line, in rising order: its number, and the physical lines from it on.

    A file of any size is looked through in pieces; only what is asked for is decoded.
    """
    numbers = sorted(set(wanted))
    if encoding.startswith("utf-16"):
        yield from _lines_of_wide(path, encoding, terminator, numbers)
        return
    end = terminator.encode()
    line, offset, piece = 1, 0, b""
    with path.open("rb") as file:
        for number in numbers:
            while True:
                missing = number - line
                ends = piece.count(end)
                if missing <= ends:
                    break
                line, offset = line + ends, offset + len(piece)
                file.seek(offset)
                piece = file.read(CHUNK)
                if not piece:
                    return
            start = _after(piece, end, missing)
            line, offset, piece = number, offset + start, piece[start:]
            yield number, _decoded_lines(path, offset, encoding, end)


def _after(piece: bytes, end: bytes, count: int) -> int:
    """Where the piece goes on after `count` line ends."""
    position = 0
    if count > 64:
        head = piece.split(end, count)
        return len(piece) - len(head[-1])
    for _ in range(count):
        position = piece.find(end, position) + 1
    return position


def _decoded_lines(path: Path, offset: int, encoding: str, end: bytes) -> Iterator[str]:
    with path.open("rb") as file:
        file.seek(offset)
        rest = b""
        while True:
            data = file.read(1 << 16)
            if not data:
                break
            *whole, rest = (rest + data).split(end)
            for line in whole:
                text = (line + end).decode(encoding, "replace")
                yield text if offset else text.removeprefix("\ufeff")
        if rest:
            yield rest.decode(encoding, "replace").removeprefix("\ufeff")


def _lines_of_wide(
    path: Path, encoding: str, terminator: str, numbers: list[int]
) -> Iterator[tuple[int, Iterable[str]]]:
    with opened(path, encoding, terminator) as lines:
        every = list(lines)
    for number in numbers:
        if number <= len(every):
            yield number, every[number - 1 :]


def decoded(data: bytes, encoding: str = "") -> Sniffed:
    """The whole text of bytes that are at hand, found out as by `sniff`."""
    for candidate in (encoding,) if encoding else _candidates(data):
        text = _decoded(data, candidate, final=True)
        if text is not None:
            return Sniffed(candidate, text, whole=True, terminator=_terminator(text))
    last = encoding or "latin-1"
    return Sniffed(last, data.decode(last, "replace").removeprefix("\ufeff"), True, "\n", fits=False)
