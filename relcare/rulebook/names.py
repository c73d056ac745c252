"""Names as rules write them: the key, or the Chinese label.

A key is never ambiguous and goes before a label. A label that several have is a mistake that names them; Chinese header
names of a field count where no label is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from relcare.located import Scalar
from relcare.rulebook.keys import zh_keys
from relcare.rulebook.reader import Reader

RESERVED_LABELS = frozenset(zh_keys(("all", "any", "none", "as of", "gives")))


class Stretch(Protocol):
    """A stretch of the text of a scalar."""

    @property
    def at(self) -> Scalar:
        """The scalar."""

    @property
    def text(self) -> str:
        """The stretch itself."""

    def part(self) -> tuple[int, int]:
        """Where it stands in the scalar."""


class Labelled(NamedTuple):
    """A key with its Chinese label and other Chinese names."""

    key: str
    zh: str
    also: tuple[str, ...] = ()


def labels(listed: Iterable[Labelled]) -> list[str]:
    """All Chinese labels, for suggestions."""
    return [each.zh for each in listed if not each.zh.isascii()]


def keys_of(listed: Iterable[Labelled], text: str) -> list[str]:
    """The keys that a Chinese text can mean."""
    every = list(listed)
    return [each.key for each in every if each.zh == text] or [each.key for each in every if text in each.also]


def named(
    reader: Reader, spot: Stretch, known: Callable[[str], bool], listed: Callable[[], Iterable[Labelled]], code: str
) -> str | None:
    """The key that a stretch names: itself where it is one, or unknown; None (noted) where its label is ambiguous.

    What is understood is marked with the label, if the label leads back to the key.
    """
    text = spot.text
    if known(text):
        mark_name(reader, spot, text, listed)
        return text
    if text.isascii():
        return text
    keys = keys_of(listed(), text)
    if len(keys) > 1:
        message = f"`{text}` can be {' or '.join(f'`{key}`' for key in keys)}"
        reader.note(spot.at, code, message, "write the key that is meant", part=spot.part())
        return None
    if not keys:
        return text
    mark_name(reader, spot, keys[0], listed)
    return keys[0]


def can_stand(zh: str) -> bool:
    """Whether a Chinese label can be written for a key: it is no word of the grammar and parts no list."""
    return not zh.isascii() and zh not in RESERVED_LABELS and not any(mark in zh for mark in ",，、[]【】：")


def mark_name(reader: Reader, spot: Stretch, key: str, listed: Callable[[], Iterable[Labelled]]) -> None:
    """Mark a stretch as the name of `key`."""
    if reader.marks is None:
        return
    every = list(listed())
    zh = next((each.zh for each in every if each.key == key), "")
    clear = can_stand(zh) and keys_of(every, zh) == [key] and all(each.key != zh for each in every)
    reader.said(spot.at, spot.part(), key, zh if clear else key, is_name=True)
