"""The findings of the analysis in words: a subject by its facts, and what takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from relcare.rulebook.decisions import Rule
from relcare.rulebook.fact_space import Space
from relcare.rulebook.values import FactValue, State
from relcare.rulebook.wording import value_words

NAMED = 3  # rules that are named one by one


class Named(Protocol):
    """A rule or version of one."""

    @property
    def id(self) -> str:
        """Its id."""


def customer(subject: str, facts: Mapping[str, FactValue], space: Space, day: date) -> str:
    """`a customer with aum 6,000,000.00, segment retail, no closed_at as of 2026-07-01`; codes as rules write them."""
    told = ", ".join(_fact(name, fact, space) for name, fact in facts.items())
    article = "an" if subject[:1] in "aeiou" else "a"
    return f"{article} {subject}{' with ' + told if told else ''} as of {day}"


def _fact(name: str, fact: FactValue, space: Space) -> str:
    match fact.state:
        case State.VALUE if fact.value is not None:
            declared = space.facts[name].fact
            if declared.type in ("code", "codes"):
                text = "/".join(map(str, fact.value)) if isinstance(fact.value, tuple) else str(fact.value)
            else:
                text = value_words(fact.value, declared, "en")
            return f"{name} {text}"
        case State.NOT_SUPPLIED | State.UNREADABLE:
            return f"{name} {fact.state.value}"
        case _:
            return f"no {name}"


def joined(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`; of more, the first ones and how many follow."""
    if len(names) > NAMED + 1:
        names = [*names[:NAMED], f"{len(names) - NAMED} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def shadow(rule: Rule, takers: Sequence[Rule], first: Named | None, who: str, choose: str) -> tuple[str, str]:
    """Message and hint for a rule that is never reached; `first` takes the witness, None where it only is not decided."""
    named = joined([f"`{other.id}`" for other in takers])
    several = len(takers) > 1
    if first is None:
        message = f"`{rule.id}` is never reached: where it fits, {named} can't be decided"
        return message, f"{who} is undetermined: say `if missing: no` above it where a missing fact is meant to be a no"
    if choose == "exactly one":
        message = f"`{rule.id}` never gives its outcome: where it holds, so {'do' if several else 'does'} {named}"
        return message, f"{who} fits `{first.id}` too"
    message = f"`{rule.id}` is never reached: {named} {'together take' if several else 'takes'} all that it fits"
    remedy = (
        "remove the row, or narrow a rule above it" if rule.when is None else "move it up, or narrow what is above it"
    )
    return message, f"`{first.id}` takes {who}: {remedy}"


def when_words(start: date, until: date | None) -> str:
    """`, from 2026-07-01 on`, `, from 2026-07-01 to before 2027-01-01`."""
    return f", from {start} on" if until is None else f", from {start} to the day before {until}"
