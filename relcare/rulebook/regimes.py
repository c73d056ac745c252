"""Regimes: whose time limits bind the bank, and the steps that several of them ask for."""

from __future__ import annotations

from collections.abc import Iterable

from relcare.located import Place
from relcare.rulebook.frozen import dataclass, field
from relcare.rulebook.obligations import Obligation
from relcare.rulebook.vocabulary import Label


@dataclass(frozen=True, slots=True)
class Regime:
    """A body of rules: the bank's own norm, or with `supervisor` what a supervisor asks for."""

    name: str
    label: Label
    supervisor: bool = False
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """What clocks of one subject ask for alike: of those that are open, the one with the earliest deadline binds."""

    name: str
    label: Label
    place: Place = field(default=Place(""), compare=False)


def shared_steps(rules: Iterable[Obligation]) -> set[tuple[str, str]]:
    """The subjects and steps that two rules or more ask for: only there one of them can bind before another."""
    ids: dict[tuple[str, str], set[str]] = {}
    for rule in rules:
        if rule.step:
            ids.setdefault((rule.subject, rule.step), set()).add(rule.id)
    return {shared for shared, of_step in ids.items() if len(of_step) > 1}
