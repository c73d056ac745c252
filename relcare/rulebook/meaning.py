"""What each part of a rulebook means, without how it is written: one hash each, which a lock file keeps.

A meaning is what lists hang on. Places, labels, comments, examples, approvals, the clauses that are cited and the order of
lines that are all required (or one of which is enough) are no part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any, NamedTuple

from relcare.located import Place
from relcare.rulebook.conditions import All, AnyOf
from relcare.rulebook.decisions import DatedLimit, Decision, Rulebook
from relcare.rulebook.obligations import AllDone, AnyDone
from relcare.rulebook.phrases import Script, Wording
from relcare.rulebook.vocabulary import Correction

NOT_MEANT = frozenset(("label", "cites", "examples", "approved", "corrects"))
UNORDERED = (All, AnyOf, AllDone, AnyDone)
ALWAYS = date.min  # the first day of what is not dated


class Meaning(NamedTuple):
    """A part of a rulebook: `kind` and `id` name it, `start` is its first day (ALWAYS for what is not dated).

    `kind`: `rule` (a version of a decision's row, an obligation, a control, a script or a wording), `limit` (a period), `decision` (which rows are in force
    from that day on, in which order), `fact` (a measure, `customer.age`) or `table` (what its rows are to obligations).
    `until` is the first day on which it no longer holds, None for never. `hash` is the SHA-256 of its meaning, `corrects` that
    of its correction ("" for none).
    """

    kind: str
    id: str
    start: date
    until: date | None
    hash: str
    corrects: str = ""
    place: Place = Place("")

    @property
    def key(self) -> tuple[str, str, date]:
        """What names it in a lock file."""
        return self.kind, self.id, self.start


def meanings(rulebook: Rulebook) -> list[Meaning]:
    """Every part of the rulebook, sorted by kind, id and first day."""
    found = [*_rules(rulebook), *_limits(rulebook), *_facts(rulebook)]
    return sorted(found, key=lambda meaning: meaning.key)


def _rules(rulebook: Rulebook) -> Iterator[Meaning]:
    for decision in rulebook.decisions:
        name = f"{decision.subject}.{decision.name}"
        for rule in decision.rules:
            meant = _hash([name, rule.when, rule.then, rule.if_missing, rule.if_not_supplied])
            yield Meaning("rule", rule.id, rule.start, rule.until, meant, _corrected(rule.corrects), rule.place)
        yield from _tables_of_rules(decision, name)
    for owed in rulebook.obligations:
        meant = _hash(owed, frozenset(("id", "start", "until", "place")))
        yield Meaning("rule", owed.id, owed.start, owed.until, meant, _corrected(owed.corrects), owed.place)
    for control in rulebook.controls:
        meant = _hash(control, frozenset(("id", "start", "until", "place")))
        corrects = _corrected(control.corrects)
        yield Meaning("rule", control.id, control.start, control.until, meant, corrects, control.place)
    phrases: list[Script | Wording] = [*rulebook.scripts, *rulebook.wordings]
    for phrase in phrases:
        meant = _hash(phrase, frozenset(("id", "start", "until", "place")))
        yield Meaning("rule", phrase.id, phrase.start, phrase.until, meant, _corrected(phrase.corrects), phrase.place)


def _tables_of_rules(decision: Decision, name: str) -> Iterator[Meaning]:
    """The rows of a decision from each day on that changes them.

    A correction of any row that is in force then is one of the whole.
    """
    rows = decision.rules
    days = sorted({day for row in rows for day in (row.start, row.until) if day is not None})
    for day, following in zip(days, [*days[1:], None], strict=True):
        there = [row for row in rows if row.in_force(day)]
        meant = _hash([name, decision.choose, decision.dated_by, [row.id for row in there]])
        corrects = ",".join(sorted(_corrected(row.corrects) for row in there if row.corrects is not None))
        yield Meaning("decision", name, day, following, meant, _hash(corrects) if corrects else "", decision.place)


def _limits(rulebook: Rulebook) -> Iterator[Meaning]:
    for name, limit in rulebook.limits.items():
        for number, (period, value) in enumerate(zip(limit.periods, limit.values, strict=True)):
            meant = _hash([limit.type, limit.unit, value])
            until = period.until or _following(limit, number)
            yield Meaning("limit", name, period.start, until, meant, _corrected(period.corrects), period.place)


def _following(limit: DatedLimit, number: int) -> date | None:
    return limit.periods[number + 1].start if number + 1 < len(limit.periods) else None


def _facts(rulebook: Rulebook) -> Iterator[Meaning]:
    for subject, facts in rulebook.vocabulary.facts.items():
        for name, fact in facts.items():
            if fact.measure is not None:
                meant = _hash([fact.type, fact.unit, fact.empty, fact.instead, fact.measure])
                yield Meaning("fact", f"{subject}.{name}", ALWAYS, None, meant, _corrected(fact.corrects), fact.place)
    for table in rulebook.vocabulary.tables.values():
        parts = [table.evidence, table.pauses, table.waives]
        if any(part is not None for part in parts):
            meant = _hash([*parts, table.dated_by])
            yield Meaning("table", table.name, ALWAYS, None, meant, _corrected(table.corrects), table.place)


def _corrected(correction: Correction | None) -> str:
    return "" if correction is None else _hash(correction)


def _hash(value: Any, leave_out: frozenset[str] = frozenset()) -> str:  # noqa: ANN401
    return sha256(_written(value, leave_out).encode()).hexdigest()


def _written(value: Any, leave_out: frozenset[str] = frozenset()) -> str:  # noqa: ANN401
    """A text that is the same for what means the same.

    Of a frozen type its name and the fields that differ from their defaults, so that a field which is added to a type later
    leaves the meaning of what does not use it as it was.
    """
    if value is None or isinstance(value, bool | int | str):
        return repr(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Fraction):
        return str(value)
    fields = getattr(type(value), "__dataclass_fields__", None)
    if fields is None:
        return f"[{','.join(_written(part) for part in value)}]"
    if isinstance(value, UNORDERED):
        parts = sorted({_written(part) for part in value.parts})
        return parts[0] if len(parts) == 1 else f"{type(value).__name__}({','.join(parts)})"
    left_out = NOT_MEANT | leave_out
    said = [
        f"{name}={_written(getattr(value, name))}"
        for name, made in fields.items()
        if made.compare and name not in left_out and getattr(value, name) != made.default
    ]
    return f"{type(value).__name__}({','.join(said)})"
