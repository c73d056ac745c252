"""What a rule may be judged by at its start: facts whose past is known, because what they are made of is dated."""

from __future__ import annotations

from relcare.rulebook.conditions import facts_of
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.measures import AgeMeasure, BetweenMeasure, OfMeasure, SeriesMeasure
from relcare.rulebook.obligations import Obligation
from relcare.rulebook.vocabulary import TEMPORAL


def without_history(rule: Obligation, rulebook: Rulebook) -> tuple[str, str]:
    """The first fact of a rule's `when` that can't be judged at its start, and why; ("", "") where all can.

    All subjects share the start: it is that of a period (months, quarters, years) or of a festival.
    """
    shared = rule.every is not None and not rule.every.on
    for name in facts_of(rule.when) if rule.when is not None else ():
        if not shared:
            return name, "each subject has a start of its own; only that of a period or a festival is one for all"
        if not is_historic(rule.subject, name, rulebook):
            return name, "its past is not known"
    return "", ""


def is_historic(subject: str, name: str, rulebook: Rulebook) -> bool:
    """Whether a fact can be worked out as it was on a day of the past.

    Fields that `happened` can, measures over tables whose rows are dated and over monthly series, what is made of these alone, and
    decisions that hang on such a fact: what nothing dates of a decision is taken as it stands now, and lists say so.
    """
    other, dot, rest = name.partition(".")
    if dot:
        table = rulebook.vocabulary.table_of(subject)
        key = table.reference_to(other) if table is not None else ""
        return bool(key) and is_historic(other, rest, rulebook)
    fact = rulebook.vocabulary.fact(subject, name)
    if fact is None:
        return False
    decision = rulebook.decision(subject, name)
    if decision is not None:
        names = [n for rule in decision.rules if rule.when is not None for n in facts_of(rule.when)]
        return any(is_historic(subject, n, rulebook) for n in (*names, *filter(None, [decision.dated_by])))
    match fact.measure:
        case None:
            return _happened(subject, name, rulebook)
        case AgeMeasure():
            return is_historic(subject, fact.measure.fact, rulebook)
        case OfMeasure(facts=facts):
            return all(is_historic(subject, n, rulebook) for n in facts)
        case BetweenMeasure(start=start, end=end):
            return is_historic(subject, start, rulebook) and is_historic(subject, end, rulebook)
        case SeriesMeasure():
            return True
        case measure:
            return bool(rulebook.vocabulary.tables[measure.table].dated_by)


def _happened(subject: str, name: str, rulebook: Rulebook) -> bool:
    table = rulebook.vocabulary.table_of(subject)
    field = table.fields.get(name) if table is not None else None
    return field is not None and field.type in TEMPORAL and field.time == "happened"
