"""The worked examples of obligations: an invented subject with a few facts, and what the rules say that it is owed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import NamedTuple

from relcare.rulebook.cells import read_cell
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.evaluate import Outcome
from relcare.rulebook.obligations import FactDone, Obligation, ObligationExample, parts_of
from relcare.rulebook.occurrences import Occurrence, Owing
from relcare.rulebook.reckon_evidence import NoRecords
from relcare.rulebook.reckon_obligations import reckoned
from relcare.rulebook.reckon_standing import Scene
from relcare.rulebook.values import ABSENT, FactValue, Moment, Month, State, not_supplied
from relcare.rulebook.vocabulary import TEMPORAL
from relcare.timing.calendars import Calendar
from relcare.timing.moments import end_of_day, read_moment

NOTHING = "nothing"


class Worked(NamedTuple):
    """An example worked out: `gave` is written as the example writes what it gives; `right` says whether the two are the same."""

    rule: Obligation
    example: ObligationExample
    gave: str
    right: bool


class _Invented:
    """The subject of an example: it has the facts that are written there, and nothing was done for it.

    A date that would show that something was done is absent where it is not written; any other fact is not supplied.
    """

    name: str
    key = "example"

    def __init__(self, name: str, facts: Mapping[str, FactValue], absent: frozenset[str]) -> None:
        self.name, self._facts, self._absent = name, facts, absent

    def fact(self, name: str) -> FactValue:
        """A fact by its name."""
        return self._facts.get(name) or (ABSENT if name in self._absent else not_supplied())

    def outcome(self, name: str) -> Outcome:
        """A decision is a fact like any other: nothing stands behind it."""
        value = self.fact(name)
        code = value.value if isinstance(value.value, str) else None
        return Outcome(code, None, wants=() if code else (name,), state=value.state)

    def made_from(self, name: str) -> tuple[str, tuple[int, ...]]:  # noqa: ARG002
        """No rows."""
        return "", ()

    def crossings(self, name: str) -> None:
        """No rows: a start is the date that is written."""


def worked_examples(rulebook: Rulebook, calendar: Calendar, zone: str) -> Iterator[Worked]:
    """Every example of every obligation of the rulebook, worked out; those of each version in their order.

    Without an `as of` an example is looked at on the day of the deadline that it gives, else on the last day that it names;
    never before its version is in force. Of a rule that comes again the occurrence that opened last is meant. A deadline in
    days is given by its date, an elapsed one by its moment.
    """
    done = frozenset(
        part.fact for rule in rulebook.obligations for part in parts_of(rule.done) if isinstance(part, FactDone)
    )
    for rule in rulebook.obligations:
        for example in rule.examples:
            facts = _facts(rule, example, rulebook, zone)
            who = _Invented(rule.subject, facts, done)
            scene = Scene(rulebook, calendar, _as_of(rule, example, facts), NoRecords(), _ever(who), look_back=False)
            owing = next(one for one in reckoned(who, scene, rule.id) if one.rule.id == rule.id)
            main = _main(owing, scene.as_of)
            given = _deadline(example.gives)
            gave = NOTHING if main is None else main.status
            if given is not None and main is not None and main.due is not None:
                gave = f"due {_shown(main)}"
                right = _is_at(main, given)
            else:
                right = gave == example.gives
            yield Worked(rule, example, gave, right)


def _ever(who: _Invented) -> Callable[[datetime], _Invented]:
    """What an example states holds at every moment."""
    return lambda _: who


def _facts(rule: Obligation, example: ObligationExample, rulebook: Rulebook, zone: str) -> dict[str, FactValue]:
    """The facts that are written; an empty date that is measured is one that has not come."""
    facts = {}
    for name, cell in example.facts.items():
        fact = rulebook.vocabulary.fact(rule.subject, name)
        if fact is not None:
            read = read_cell(fact, cell, zone=zone)
            never = read.state is State.EMPTY and fact.source == "measure" and fact.type in TEMPORAL
            facts[name] = ABSENT if never else read
    return facts


def _as_of(rule: Obligation, example: ObligationExample, facts: Mapping[str, FactValue]) -> datetime:
    if example.as_of is not None:
        return end_of_day(example.as_of)
    given = _deadline(example.gives)
    if given is not None:
        return end_of_day(given.date)
    days = [rule.start]
    for fact in facts.values():
        match fact.value:
            case Moment():
                days.append(fact.value.date)
            case Month():
                days.append(date(fact.value.year, fact.value.month, 28))
            case date():
                days.append(fact.value)
    return datetime.combine(max(days), time.max)


def _main(owing: Owing, as_of: datetime) -> Occurrence | None:
    """The occurrence that opened last at the as-of, else the first that will."""
    opened = [one for one in owing.occurrences if one.opens <= as_of]
    return opened[0] if opened else owing.occurrences[-1] if owing.occurrences else None


def _deadline(gives: str) -> Moment | None:
    if not gives.startswith("due "):
        return None
    written = read_moment(gives.removeprefix("due ").strip(), "UTC")
    return Moment(*written) if written is not None else None


def _is_at(one: Occurrence, given: Moment) -> bool:
    if one.due is None:
        return False
    if one.in_days:
        return given.precision == "day" and one.due.first.date() == given.date
    return given.precision != "day" and one.due.first == given.at


def _shown(one: Occurrence) -> str:
    """A deadline as an example writes it."""
    if one.due is None:
        return ""
    if one.in_days:
        return one.due.first.date().isoformat()
    shape = "%Y-%m-%d %H:%M" if one.due.first.second == 0 else "%Y-%m-%d %H:%M:%S"
    return one.due.first.strftime(shape)
