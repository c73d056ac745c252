"""The worked examples of obligations: an invented subject with a few facts, and what the rules say that it is owed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.obligations import Obligation, ObligationExample
from relcare.rulebook.trials.trial import Bench, owed_trial
from relcare.timing.calendars import Calendar


class Worked(NamedTuple):
    """An example worked out: `gave` is written as the example writes what it gives; `right` says whether the two are the same."""

    rule: Obligation
    example: ObligationExample
    gave: str
    right: bool


def worked_examples(rulebook: Rulebook, calendar: Calendar, zone: str) -> Iterator[Worked]:
    """Every example of every obligation of the rulebook, worked out; those of each version in their order.

    Of a rule that comes again the occurrence that opened last is meant. A deadline in days is given by its date, an elapsed one
    by its moment.
    """
    bench = Bench(rulebook, calendar, zone)
    for rule in rulebook.obligations:
        for example in rule.examples:
            answer = bench.answer(owed_trial(rule, example, rulebook, zone))
            yield Worked(rule, example, answer.gave, answer.right)
