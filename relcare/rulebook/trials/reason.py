"""Why the rules give what they give in a trial: the rule, and the tests that decided it."""

from __future__ import annotations

from relcare.rulebook.evaluate import Judged, Outcome
from relcare.rulebook.occurrences import NotOwed, Occurrence
from relcare.rulebook.trials.trial import Answer, shown
from relcare.rulebook.trials.variants import said
from relcare.rulebook.values import FactValue

REASONS = {
    "absent": "{} has not come",
    "not supplied": "{} is not stated",
    "no version": "no version of it is in force on that day",
    "not begun": "the period began before {}",
    "rule": "nothing is owed under {}, whose end would start it",
    "no period": "no period has begun",
}


def reason(answer: Answer) -> str:
    """One line: what decided it."""
    if answer.outcome is not None:
        return _of_outcome(answer.outcome)
    if answer.main is not None:
        return _of_occurrence(answer.main)
    nothing = answer.owing.nothing if answer.owing is not None else None
    return _of_nothing(nothing) if nothing is not None else ""


def _of_outcome(outcome: Outcome) -> str:
    if outcome.conflict:
        return f"{', '.join(outcome.conflict)} hold"
    if outcome.wants:
        return f"it hangs on {', '.join(outcome.wants)}"
    if outcome.rule is None:
        return "no rule matches"
    judged = next((each for rule, each in outcome.verdicts if rule is outcome.rule), None)
    if outcome.rule.when is None:
        nearest = [f"{rule.id} asks {told}" for rule, each in outcome.verdicts if (told := _first(each, verdict=False))]
        return f"{outcome.rule.id}: {'; '.join(nearest[-2:])}" if nearest else outcome.rule.id
    return f"{outcome.rule.id}: {_tests(judged, verdict=True)}" if judged is not None else outcome.rule.id


def _of_occurrence(one: Occurrence) -> str:
    parts = [f"due {shown(one)}"] if one.due is not None else []
    if one.cause is not None:
        parts.append(f"{one.status}: {one.cause.label.en}")
    if one.wants:
        parts.append(f"it hangs on {', '.join(one.wants)}")
    if one.done is not None:
        parts.append(f"done {one.done.first:%Y-%m-%d %H:%M}")
    if one.since is not None and one.status not in ("met", "met late", "ceased", "suspended"):
        parts.append(f"{one.status} since {one.since:%Y-%m-%d %H:%M}")
    return ", ".join(parts)


def _of_nothing(nothing: NotOwed) -> str:
    if nothing.verdict is not None:
        return f"{nothing.rule.id} asks {_first(nothing.verdict, verdict=False)}"
    return REASONS.get(nothing.why, nothing.why).format(nothing.name)


def _tests(judged: Judged, *, verdict: bool) -> str:
    return "; ".join(_test(test) for test in judged.tests() if test.verdict is verdict)


def _first(judged: Judged, *, verdict: bool) -> str:
    return next((_test(test) for test in judged.tests() if test.verdict is verdict), "")


def _test(judged: Judged) -> str:
    """`aum_avg_3m at least vip_floor (6000000), it is 5999999.99`."""
    test = judged.condition
    words = f"{getattr(test, 'fact', '')} {getattr(test, 'words', '')}".strip()
    operand = f" ({said(judged.operand)})" if judged.operand is not None else ""
    return f"{words}{operand}, it is {_value(judged.fact)}"


def _value(fact: FactValue | None) -> str:
    if fact is None or fact.value is None:
        return "not stated" if fact is None or fact.state.value == "not supplied" else "empty"
    value = fact.value
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return ", ".join(map(str, value))
    return ("yes" if value else "no") if isinstance(value, bool) else said(value)
