"""Which invented examples can tell a rule of a decision from the same rule with one test changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product

from relcare.rulebook.conditions import Condition
from relcare.rulebook.decisions import Decision, Rule
from relcare.rulebook.evaluate import decide
from relcare.rulebook.trials.trial import Bench, asked, read_facts

HOLDS = "holds"


def alone(decision: Decision, rule: Rule, when: Condition) -> Decision:
    """The decision whether one part of a rule holds, under all else that the decision and the rule say."""
    return replace(decision, rules=(replace(rule, when=when, then=HOLDS, examples=()),), choose="first that matches")


class Telling:
    """Whether the part of a rule that was changed says the same before and after; where it does, so does the decision.

    `pair` is that part `alone`, before and after; without one anything may tell.
    """

    def __init__(self, bench: Bench, pair: tuple[Decision, Decision] | None) -> None:
        self._bench, self._pair = bench, pair
        self._facts = tuple(dict.fromkeys(name for each in pair or () for name in asked(each)))
        vocabulary = bench.rulebook.vocabulary
        found = {name: vocabulary.fact(pair[0].subject, name) if pair else None for name in self._facts}
        table = vocabulary.table_of(pair[0].subject) if pair else None
        refers = {name for name, field in table.fields.items() if field.refers} if table is not None else set()
        # What is not written is made from other facts, if it is no field.
        self._made = {name for name, fact in found.items() if fact is None or fact.source != "field" or name in refers}
        self._known: dict[tuple[datetime, tuple[str | None, ...]], bool] = {}

    def any_can_tell(
        self, cells: Mapping[str, str], others: Mapping[str, Sequence[str | None]], as_of: datetime
    ) -> bool:
        """Whether an example can tell that has `cells`, but some of `others` for the facts of these (None: the fact left out)."""
        concerned = {name: values for name, values in others.items() if name in self._facts}
        rest = {name: cell for name, cell in cells.items() if name not in concerned}
        return self._pair is None or any(
            self.can_tell(
                rest | {name: cell for name, cell in zip(concerned, values, strict=True) if cell is not None}, as_of
            )
            for values in product(*concerned.values())
        )

    def can_tell(self, cells: Mapping[str, str], as_of: datetime) -> bool:
        """Whether an example with these cells can: False where what was changed says the same of it."""
        if self._pair is None or any(name not in cells for name in self._made):
            return True
        key = as_of, tuple(cells.get(name) for name in self._facts)
        if key not in self._known:
            bench, (before, after) = self._bench, self._pair
            written = {name: cells[name] for name in self._facts if name in cells}
            facts = read_facts(before.subject, written, bench.rulebook, bench.zone)
            was, is_now = (decide(each, facts, bench.rulebook, as_of).code for each in (before, after))
            self._known[key] = was != is_now
        return self._known[key]
