"""Did you mean …?: the nearest of the known words."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was probably meant to be, "" if none is near.

    Letter case, spaces, hyphens and underscores are not counted as differences; the order of the
    known words does not matter.
    """
    candidates = sorted(set(known))
    plain = _plain(word)
    for candidate in candidates:
        if _plain(candidate) == plain:
            return candidate
    from difflib import get_close_matches  # noqa: PLC0415  # loaded only where there is a mistake

    shapes = {_plain(candidate): candidate for candidate in reversed(candidates)}
    near = get_close_matches(
        plain, list(shapes), n=1, cutoff=0.6 if plain.isascii() else 0.5
    )  # of two characters one may differ
    return shapes[near[0]] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest word, "" if none is near."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else ""


def _plain(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")
