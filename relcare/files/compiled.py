"""The last rulebooks that were read without a mistake, kept as JSON in the user's cache folder.

What is kept is data: reading it builds the frozen types named in `TYPES` and runs nothing. A kept rulebook is found by
a hash over the rule files, the folder as shown (places name it) and the source of all code that decodes rules, so that
it never outlives a change of any of them. What can't be read, trusted or written is as if it were not there.
"""

from __future__ import annotations

import os
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import relcare
from relcare.located import Place
from relcare.rulebook import (
    conditions,
    controls,
    decisions,
    measures,
    obligations,
    ordering,
    phrases,
    regimes,
    values,
    vocabulary,
)
from relcare.rulebook.decisions import Rulebook
from relcare.timing import calendars

# The order gives a type its number in the file; this module's source is part of the hash, so it may change.
TYPES: tuple[type[Any], ...] = (
    Place, vocabulary.Label, vocabulary.Code, vocabulary.Field, vocabulary.Table, vocabulary.Fact, vocabulary.Clause,
    vocabulary.Vocabulary, conditions.Span, conditions.Literal, conditions.Limit, conditions.Other, conditions.Compare,
    conditions.Within, conditions.OneOf, conditions.Includes, conditions.Known, conditions.All, conditions.AnyOf,
    conditions.Not, measures.Window, measures.RowMeasure, measures.SeriesMeasure, measures.AgeMeasure, measures.OfMeasure,
    decisions.LimitPeriod, decisions.DatedLimit, decisions.Example, decisions.Rule, decisions.Approval,
    decisions.Decision, decisions.Rulebook, values.Month, values.Moment, vocabulary.RowEvidence, vocabulary.RowPauses,
    vocabulary.RowWaives, obligations.Start, obligations.Cadence, obligations.Point, obligations.RowsDone,
    obligations.FactDone, obligations.AllDone, obligations.AnyDone, obligations.Pauses, obligations.Lapse,
    obligations.Level, obligations.Extends,
    obligations.Cause, obligations.ObligationExample, obligations.Obligation, ordering.SortKey, ordering.Order,
    calendars.Festival, calendars.Calendar, vocabulary.Correction, controls.Control, measures.BetweenMeasure,
    phrases.Texts, phrases.Avoided, phrases.Script, phrases.Wording, regimes.Regime, regimes.Step,
)  # fmt: skip
TEXTUAL: dict[str, Any] = {
    "date": date.fromisoformat,
    "moment": datetime.fromisoformat,
    "time": time.fromisoformat,
    "decimal": Decimal,
    "fraction": Fraction,
}
KEPT = 8  # rulebooks; the oldest go first


class Compiled:
    """The place of one rulebook in the cache folder."""

    def __init__(self, cache: Path, shown: Path, fingerprint: str) -> None:
        from hashlib import sha256

        self.hash = fingerprint
        self.folder = os.fspath(cache)
        digest = sha256(f"{os.fspath(shown)}\0{fingerprint}\0".encode(errors="surrogateescape"))
        try:
            for path in _sources():
                with open(path, "rb") as stream:  # noqa: PTH123  # on the way of every command
                    digest.update(stream.read())
        except OSError:
            self.folder = ""  # without the source (a zip) nobody could tell a stale one
        self.path = os.path.join(self.folder, f"rulebook-{digest.hexdigest()}.json")  # noqa: PTH118

    def read(self) -> Rulebook | None:
        """The kept rulebook; None where there is none, or none to be trusted."""
        if not self.folder:
            return None
        import json

        try:
            with open(self.path, "rb") as stream:  # noqa: PTH123
                if not _own(os.fstat(stream.fileno())):
                    return None
                rulebook = _object(json.loads(stream.read()))
        except (OSError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError):
            return None
        return rulebook if isinstance(rulebook, Rulebook) and rulebook.hash == self.hash else None

    def write(self, rulebook: Rulebook) -> None:
        """Keep a rulebook for the next run, whole or not at all."""
        if not self.folder:
            return
        import json

        text = json.dumps(_plain(rulebook), ensure_ascii=True, separators=(",", ":"))
        beside = f"{self.path}.{os.getpid()}.part"
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)  # noqa: PTH103
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w", encoding="ascii") as stream:
                    stream.write(text)
                os.replace(beside, self.path)  # noqa: PTH105
            except OSError:
                os.unlink(beside)  # noqa: PTH108
                raise
            self._forget()
        except OSError:
            return

    def _forget(self) -> None:
        """Remove all but the newest."""
        kept = [entry for entry in os.scandir(self.folder) if entry.name.startswith("rulebook-")]
        kept.sort(key=lambda entry: entry.stat().st_mtime_ns, reverse=True)
        for entry in kept[KEPT:]:
            os.unlink(entry.path)  # noqa: PTH108


def _sources() -> list[str]:
    """The source files of the code that reads and decodes rules."""
    package = os.path.dirname(relcare.__file__)  # noqa: PTH120
    rulebook, files = f"{package}/rulebook", f"{package}/files"
    names = sorted(name for name in os.listdir(rulebook) if name.endswith(".py"))  # noqa: PTH208
    return [
        *(f"{rulebook}/{name}" for name in names),
        *(f"{files}/{name}.py" for name in ("compiled", "rulefiles", "yaml_tree")),
        f"{package}/located.py",
        f"{package}/timing/calendars.py",
        f"{package}/timing/hours.py",
    ]


def _own(status: os.stat_result) -> bool:
    """Whether nobody but this user can have written the file (POSIX; elsewhere the cache folder is the user's own)."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


_numbers = {kind: number for number, kind in enumerate(TYPES)}
_fields = [getattr(kind, "_fields", None) or kind.__match_args__ for kind in TYPES]


def _plain(value: Any) -> Any:  # noqa: ANN401
    """What JSON holds for a value: texts, whole numbers and truths as they are, all else a list behind its kind."""
    kind = type(value)
    if value is None or kind in (str, int, bool):
        return value
    if kind is tuple:
        return ["tuple", *map(_plain, value)]
    if kind is dict:
        return ["dict", *(part for key, held in value.items() for part in (key, _plain(held)))]
    if kind is date or kind is datetime:
        return ["date" if kind is date else "moment", value.isoformat()]
    if kind is time:
        return ["time", value.isoformat()]
    if kind is Decimal or kind is Fraction:
        return ["decimal" if kind is Decimal else "fraction", str(value)]
    number = _numbers[kind]
    return [number, *(_plain(getattr(value, name)) for name in _fields[number])]


def _object(plain: Any) -> Any:  # noqa: ANN401
    """The value that `_plain` gave."""
    kind = plain[0]
    if kind.__class__ is int:
        return TYPES[kind](*[_object(part) if part.__class__ is list else part for part in plain[1:]])
    if kind == "tuple":
        return tuple([_object(part) if part.__class__ is list else part for part in plain[1:]])
    if kind == "dict":
        parts = [_object(part) if part.__class__ is list else part for part in plain[1:]]
        return dict(zip(parts[::2], parts[1::2], strict=True))
    return TEXTUAL[kind](plain[1])
