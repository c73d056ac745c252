"""The worked examples of the rules, tried: a problem for each that does not give what it says."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from relcare.located import Place, Problem
from relcare.rulebook.controls import as_decisions
from relcare.rulebook.evaluate import decide
from relcare.rulebook.values import FactValue, State

if TYPE_CHECKING:
    from relcare.files.settings import Settings
    from relcare.rulebook.decisions import Decision, Rulebook


def examples(rulebook: Rulebook, settings: Settings, today: date) -> list[Problem]:
    """Those of obligations under the book's calendar, then those of decisions and controls; one without a day is taken today."""
    from relcare.rulebook.cells import read_cell

    problems = _of_obligations(rulebook, settings)
    for decision in (*rulebook.decisions, *as_decisions(rulebook.controls)):
        for rule in decision.rules:
            for example in rule.examples:
                facts: dict[str, FactValue] = {}
                for name, cell in example.facts.items():
                    fact = rulebook.vocabulary.fact(decision.subject, name)
                    if fact is not None:
                        facts[name] = read_cell(fact, cell, zone=settings.time_zone)
                day = example.as_of or max(rule.start, today)
                code = _outcome(decision, rulebook, facts, day)
                if code != example.gives:
                    hint = f"{decision.name} gives {code}: mend the rule or the example"
                    problems.append(_broken(example.place, rule.id, example.gives, hint))
    return problems


def _of_obligations(rulebook: Rulebook, settings: Settings) -> list[Problem]:
    if not any(rule.examples for rule in rulebook.obligations):
        return []
    from relcare.rulebook.reckon_examples import worked_examples

    calendar = settings.calendar.applied(rulebook.calendars)
    return [
        _broken(
            worked.example.place,
            worked.rule.id,
            worked.example.gives,
            f"{worked.rule.id} gives {worked.gave}: mend the rule or the example",
        )
        for worked in worked_examples(rulebook, calendar, settings.time_zone)
        if not worked.right
    ]


def _outcome(decision: Decision, rulebook: Rulebook, facts: dict[str, FactValue], day: date) -> str:
    outcome = decide(decision, facts, rulebook, datetime.combine(day, time.max), {})
    return outcome.code if outcome.code is not None and outcome.state is State.VALUE else "undetermined"


def _broken(place: Place, rule: str, gives: str, hint: str) -> Problem:
    return Problem(place, "RUL090", f"the example of {rule} does not give {gives}", hint)
