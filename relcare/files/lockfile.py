"""The lock of a rulebook: the file `rules.lock` in its folder, one line for each part and what it means.

Lines are sorted, their parts parted by a tab: kind, id, first day, first day on which it no longer holds, hash of the meaning,
hash of the correction; `-` for none. A person reads them in the differences of a change, and writes none of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from relcare.files.rulefiles import unreadable
from relcare.located import Place, Problem
from relcare.rulebook.meaning import ALWAYS, Meaning
from relcare.rulebook.reader import read_day

NAME = "rules.lock"
HEAD = "# What each part of this rulebook means. Written by `relcare rules lock`.\n# relcare lock 1\n"
HASH = re.compile(r"[0-9a-f]{64}")
KINDS = frozenset(("rule", "limit", "decision", "fact", "table"))


def lock_path(rules: Path) -> Path:
    """The lock of the rulebook in the folder `rules`, whether there is one or not."""
    return rules / NAME


def read_lock(rules: Path) -> tuple[list[Meaning] | None, list[Problem]]:
    """What was locked, each with its place in the lock; None where there is no lock, or none that can be read whole."""
    shown = os.fspath(lock_path(rules))
    try:
        text = Path(shown).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None, []
    except UnicodeDecodeError:
        return None, [Problem(Place(shown), "LCK004", "the lock is not UTF-8", _RENEW)]
    except OSError as error:
        return None, [unreadable(shown, error)]
    locked = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        meaning = _read(line, Place(shown, number))
        if meaning is None:
            message = "this is no line of a lock"
            return None, [Problem(Place(shown, number, 1), "LCK004", message, _RENEW)]
        locked.append(meaning)
    return locked, []


_RENEW = "take the file back from where rules are kept; nobody writes it by hand"


def _read(line: str, place: Place) -> Meaning | None:
    parts = line.split("\t")
    if len(parts) != 6:
        return None
    kind, name, start, until, meant, corrects = parts
    first, last = (None if text == "-" else read_day(text) for text in (start, until))
    whole = kind in KINDS and name and (first or start == "-") and (last or until == "-")
    if not whole or not HASH.fullmatch(meant) or not (corrects == "-" or HASH.fullmatch(corrects)):
        return None
    return Meaning(kind, name, first or ALWAYS, last, meant, "" if corrects == "-" else corrects, place)


def write_lock(rules: Path, meanings: Iterable[Meaning]) -> Problem | None:
    """Write the lock, whole or not at all, where it is not there already; the problem where it can't be written."""
    path = lock_path(rules)
    lines = sorted("\t".join(_parts(meaning)) for meaning in meanings)
    data = (HEAD + "".join(f"{line}\n" for line in lines)).encode()
    beside = path.with_name(f".{NAME}.{os.getpid()}.part")
    try:
        if path.is_file() and path.read_bytes() == data:
            return None
        try:
            beside.write_bytes(data)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        return unreadable(os.fspath(path), error)._replace(message=f"it can't be written: {error.strerror or error}")
    return None


def _parts(meaning: Meaning) -> tuple[str, ...]:
    start = "-" if meaning.start == ALWAYS else meaning.start.isoformat()
    until = meaning.until.isoformat() if meaning.until is not None else "-"
    return meaning.kind, meaning.id, start, until, meaning.hash, meaning.corrects or "-"
