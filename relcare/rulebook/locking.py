"""A rulebook against its lock: what has changed in meaning since it was locked, and what of that may not.

What is in force keeps its meaning: it changes by a new version that begins on a later day, or by a correction that says why,
who approved it and in which document. What begins after today may change freely.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from relcare.located import Place, Problem
from relcare.rulebook.meaning import ALWAYS, Meaning

NEW, CHANGED, CORRECTED, ENDED, GONE = "new", "changed", "corrected", "ended", "gone"
MEND = "give it a new version from a later day on, or `corrects: {reason, by, on, document}`; then `relcare rules lock`"
MEND_UNDATED = "give what is new another name, or add `corrects: {reason, by, on, document}`; then `relcare rules lock`"
MEND_ROWS = "let a row that is new begin on a later day, or say `corrects: {reason, by, on, document}` in it"
MEND_GONE = "put it back and end it by `until: DATE`, a day to come"


class Change(NamedTuple):
    """What has become of a part of the rulebook since it was locked.

    `what`: `new`, `changed` (of what is not yet in force), `corrected`, `ended` (its `until` has moved, both days to come) or
    `gone`. `problem` is set where that may not be.
    """

    what: str
    meaning: Meaning
    problem: Problem | None = None


def changes(now: Iterable[Meaning], locked: Iterable[Meaning], today: date) -> list[Change]:
    """Every change, in the order of the meanings; then what is gone. A part that begins after `today` is not in force."""
    before = {meaning.key: meaning for meaning in locked}
    after = {meaning.key: meaning for meaning in now}
    found = [change for meaning in after.values() if (change := _change(meaning, before.get(meaning.key), today))]
    moved = {(one.meaning.kind, one.meaning.id) for one in found if one.what == NEW and one.meaning.corrects}
    # Of the rows of a decision the day before tells: its period has become longer.
    gone = [was for key, was in before.items() if key not in after and was.kind != "decision"]
    found += [_gone(was, today, corrected=(was.kind, was.id) in moved) for was in gone]
    told = any(one.problem and one.meaning.kind == "rule" and one.problem.code != "LCK001" for one in found)
    return [one._replace(problem=None) if told and one.meaning.kind == "decision" else one for one in found]


def _change(meaning: Meaning, was: Meaning | None, today: date) -> Change | None:
    if was is None:
        return Change(NEW, meaning)
    if (meaning.hash, meaning.until) == (was.hash, was.until):
        return None
    if meaning.start > today:
        return Change(CHANGED, meaning)
    if meaning.corrects and meaning.corrects != was.corrects:
        return Change(CORRECTED, meaning)
    if meaning.hash != was.hash:
        return Change(CHANGED, meaning, _changed(meaning))
    ends = [day for day in (meaning.until, was.until) if day is not None]
    if min(ends) > today:
        return Change(ENDED, meaning)
    held = f"until {was.until}" if was.until else "without end"
    message = f"{_named(meaning)} was locked {held} and ends on {meaning.until}: that changes its past"
    if meaning.until is None:
        message = f"{_named(meaning)} was locked {held} and has no end now: that changes its past"
    return Change(CHANGED, meaning, Problem(meaning.place, "LCK002", message, MEND))


def _changed(meaning: Meaning) -> Problem:
    if meaning.kind == "decision":
        message = f"the rows of decision `{meaning.id}` from {meaning.start} on, or their order, are not those that were locked"
        return Problem(meaning.place, "LCK001", message, MEND_ROWS)
    if meaning.start == ALWAYS:
        message = f"{_named(meaning)} means something else than what was locked"
        return Problem(meaning.place, "LCK001", message, MEND_UNDATED, width=len(meaning.id.rpartition(".")[2]))
    message = f"{_named(meaning)}, in force since {meaning.start}, means something else than what was locked"
    width = len(meaning.id) if meaning.kind == "rule" else 1
    return Problem(meaning.place, "LCK001", message, MEND, width=width)


def _gone(was: Meaning, today: date, *, corrected: bool) -> Change:
    if was.start > today or was.start == ALWAYS:
        return Change(GONE, was)
    if corrected:
        return Change(CORRECTED, was)
    message = f"{_named(was)}, in force since {was.start}, is gone"
    return Change(GONE, was, Problem(was.place, "LCK003", message, MEND_GONE))


def _named(meaning: Meaning) -> str:
    return f"{meaning.kind} `{meaning.id}`"


def unlocked(found: Iterable[Change], lock: str) -> Problem | None:
    """A warning where the lock file `lock` does not know all that is there; None where it does."""
    count = sum(change.problem is None for change in found)
    if not count:
        return None
    what = "1 change is" if count == 1 else f"{count} changes are"
    return Problem(Place(lock), "LCK005", f"{what} not locked yet", "relcare rules lock", "warning")
