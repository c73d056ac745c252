"""The rulebook held against its lock."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import NamedTuple

from relcare.files.lockfile import lock_path, read_lock
from relcare.located import Problem
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.locking import Change, changes, unlocked
from relcare.rulebook.meaning import Meaning, meanings
from relcare.runs.opening import with_lines


class Held(NamedTuple):
    """What the rulebook means now, what of that has changed since it was locked, and the problems of that.

    `locked` is None where there is no lock: then all is new.
    """

    now: list[Meaning]
    locked: list[Meaning] | None
    changes: list[Change]
    problems: list[Problem]


def held(rulebook: Rulebook, rules: Path, today: date) -> Held:
    """The rulebook of the folder `rules` against its lock, by what is in force `today`."""
    locked, problems = read_lock(rules)
    now = meanings(rulebook)
    found = changes(now, locked or (), today)
    problems += [change.problem for change in found if change.problem is not None]
    return Held(now, locked, found, with_lines(problems))


def lock_problems(rulebook: Rulebook, rules: Path, today: date, mistakes: list[Problem]) -> list[Problem]:
    """What may not have changed, and a warning for what is not locked yet; nothing where the rulebook has no lock.

    Where the rule files have `mistakes` that leave parts out, nobody can say what they mean.
    """
    if any(problem.severity == "error" for problem in mistakes):
        return []
    locked = held(rulebook, rules, today)
    if locked.locked is None:
        return locked.problems
    renew = unlocked(locked.changes, os.fspath(lock_path(rules)))
    return [*locked.problems, *([renew] if renew is not None else [])]
