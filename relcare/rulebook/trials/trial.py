"""An example as something to be tried: what is given, what it should give, and what the rules make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from relcare.located import Place
from relcare.rulebook.cells import read_cell
from relcare.rulebook.conditions import facts_of
from relcare.rulebook.decisions import Decision, Example, Rule, Rulebook
from relcare.rulebook.evaluate import Judged, Outcome, decide
from relcare.rulebook.obligations import FactDone, Obligation, ObligationExample, parts_of
from relcare.rulebook.occurrences import Occurrence, Owing
from relcare.rulebook.reckon_obligations import reckoned
from relcare.rulebook.reckon_standing import Scene
from relcare.rulebook.reckon_starts import Shared
from relcare.rulebook.trials.invented import GivenRows, Invented
from relcare.rulebook.values import ABSENT, FactValue, Moment, Month, State
from relcare.rulebook.vocabulary import TEMPORAL
from relcare.timing.calendars import Calendar
from relcare.timing.moments import end_of_day, read_moment

NOTHING = "nothing"
UNDETERMINED = "undetermined"
YEARS = 3  # how far back the occurrence that opened last is looked for


class Trial(NamedTuple):
    """One thing to be tried: at `as_of`, the decision or obligation `target` of the subject gives `gives`.

    `decides`: the target is a decision. `facts` are those that are written, `cells` as they are written; `rows` are rows of other
    tables. `rule_id` is the rule below whose examples it stands, "" in a test file, whose `title` it then has.
    """

    target: str
    decides: bool
    subject: str
    facts: Mapping[str, FactValue]
    rows: GivenRows
    as_of: datetime
    gives: str
    cells: Mapping[str, str]
    place: Place = Place("")
    rule_id: str = ""
    title: str = ""


class Answer(NamedTuple):
    """What the rules make of a trial: `gave` is written as an example writes it; `right` says whether it is what was to come.

    `outcome` is that of a decision. Of an obligation `main` is the occurrence that is meant and `owing` all that is owed.
    """

    gave: str
    right: bool
    outcome: Outcome | None = None
    owing: Owing | None = None
    main: Occurrence | None = None


class Bench:
    """Where trials are tried: a rulebook under a calendar.

    `like` is a bench whose idea of what is absent is taken over and, with `same_facts`, what it knows of the facts.
    """

    def __init__(
        self, rulebook: Rulebook, calendar: Calendar, zone: str, like: Bench | None = None, *, same_facts: bool = False
    ) -> None:
        self.rulebook, self.calendar, self.zone = rulebook, calendar, zone
        done = [part for rule in rulebook.obligations for part in parts_of(rule.done)] if like is None else []
        shown = frozenset(part.fact for part in done if isinstance(part, FactDone))
        self.absent: frozenset[str] = like.absent if like is not None else shown
        self.shared: dict[str, Shared] = like.shared if like is not None else {}
        self.kept_facts: dict[int, tuple[Trial, dict[str, FactValue]]] = {}
        self.kept_verdicts: dict[int, dict[int, tuple[Rule, Judged]]] = {}  # as long as the trials' facts
        self.kept_subjects: dict[int, tuple[Trial, Invented]] = {}
        if (
            like is not None
            and like.rulebook.decisions is rulebook.decisions
            and like.rulebook.limits is rulebook.limits
        ):
            self.kept_subjects = like.kept_subjects  # nothing of it is made from what is owed
        if like is not None and same_facts:
            self.kept_facts = like.kept_facts
            if like.rulebook.limits is rulebook.limits:
                self.kept_verdicts = like.kept_verdicts

    def instead(self, rulebook: Rulebook, *, same_facts: bool) -> Bench:
        """The same bench with another rulebook; `same_facts`: no fact is made otherwise in it."""
        return Bench(rulebook, self.calendar, self.zone, self, same_facts=same_facts)

    def answer(self, trial: Trial) -> Answer:
        """What the rules make of it."""
        return self._decided(trial) if trial.decides else self._owed(trial)

    def invented(self, trial: Trial) -> Invented:
        """The subject of a trial."""
        kept = self.kept_subjects.get(id(trial))
        if kept is None:
            absent = () if trial.decides else self.absent
            who = Invented(trial.subject, trial.facts, absent, trial.rows, self.rulebook, trial.as_of, self.zone)
            kept = self.kept_subjects[id(trial)] = trial, who
        return kept[1]

    def facts(self, trial: Trial) -> dict[str, FactValue]:
        """Every fact that the decision of a trial asks for."""
        kept = self.kept_facts.get(id(trial))
        if kept is not None and kept[0] is trial:
            return kept[1]
        decision = self.rulebook.decision(trial.subject, trial.target)
        facts: dict[str, FactValue] = {}
        if decision is not None:
            who = self.invented(trial)
            facts = {name: who.fact(name) for name in asked(decision)}
        self.kept_facts[id(trial)] = trial, facts
        return facts

    def _decided(self, trial: Trial) -> Answer:
        decision = self.rulebook.decision(trial.subject, trial.target)
        if decision is None or not decision.sound:
            return Answer(UNDETERMINED, trial.gives == UNDETERMINED)
        facts = self.facts(trial)
        kept = self.kept_verdicts.setdefault(id(trial), {})
        outcome = decide(decision, facts, self.rulebook, trial.as_of, {}, kept)
        code = outcome.code if outcome.code is not None and outcome.state is State.VALUE else UNDETERMINED
        return Answer(code, code == trial.gives, outcome)

    def _owed(self, trial: Trial) -> Answer:
        who = self.invented(trial)
        scene = Scene(
            self.rulebook,
            self.calendar._replace(seen=self.zone),
            trial.as_of,
            who.records,
            lambda _: who,
            look_back=False,
            years_back=YEARS,
            shared=self.shared,
        )
        owing = next((one for one in reckoned(who, scene, trial.target) if one.rule.id == trial.target), None)
        main = _main(owing, trial.as_of) if owing is not None else None
        given = deadline(trial.gives)
        if given is not None and main is not None and main.due is not None:
            return Answer(f"due {shown(main)}", _is_at(main, given), None, owing, main)
        gave = NOTHING if main is None else main.status
        return Answer(gave, gave == trial.gives, None, owing, main)


def asked(decision: Decision) -> list[str]:
    """The facts that a decision asks for, each once."""
    names = [decision.dated_by] if decision.dated_by else []
    names += [name for rule in decision.rules if rule.when is not None for name in facts_of(rule.when)]
    return list(dict.fromkeys(names))


def written_trials(rulebook: Rulebook, zone: str, today: date) -> Iterator[Trial]:
    """The examples of all rules, those of each version in their order; a decision's without a day is taken today.

    An obligation's without an `as of` is looked at on the day of the deadline that it gives, else on the last day that it names;
    never before its version is in force.
    """
    for rule in rulebook.obligations:
        for example in rule.examples:
            yield owed_trial(rule, example, rulebook, zone)
    for decision in rulebook.decisions:
        for row in decision.rules:
            for each in row.examples:
                yield decided_trial(decision, row, each, rulebook, zone, today)


def decided_trial(
    decision: Decision, rule: Rule, example: Example, rulebook: Rulebook, zone: str, today: date
) -> Trial:
    """The trial of an example of a decision."""
    facts = read_facts(decision.subject, example.facts, rulebook, zone)
    as_of = moment_of(example.as_of or max(rule.start, today))
    return Trial(decision.name, True, decision.subject, facts, example.rows, as_of, example.gives, example.facts, example.place,
                 rule.id)  # fmt: skip


def owed_trial(rule: Obligation, example: ObligationExample, rulebook: Rulebook, zone: str) -> Trial:
    """The trial of an example of an obligation."""
    facts = read_facts(rule.subject, example.facts, rulebook, zone, measured=True)
    as_of = moment_of(example.as_of or day_of_owed(rule.start, example.gives, facts.values()))
    return Trial(rule.id, False, rule.subject, facts, example.rows, as_of, example.gives, example.facts, example.place, rule.id)  # fmt: skip


def read_facts(
    subject: str, cells: Mapping[str, str], rulebook: Rulebook, zone: str, *, measured: bool = False
) -> dict[str, FactValue]:
    """The facts that are written; `measured`: an empty date that is measured is one that has not come."""
    facts = {}
    for name, cell in cells.items():
        fact = rulebook.vocabulary.fact(subject, name)
        if fact is not None:
            read = read_cell(fact, cell, zone=zone)
            never = measured and read.state is State.EMPTY and fact.source == "measure" and fact.type in TEMPORAL
            facts[name] = ABSENT if never else read
    return facts


def day_of_owed(start: date, gives: str, facts: Iterable[FactValue]) -> date:
    """The day on which an obligation is looked at where none is written."""
    given = deadline(gives)
    if given is not None:
        return given.date
    days = [start]
    for fact in facts:
        match fact.value:
            case Moment():
                days.append(fact.value.date)
            case Month():
                days.append(date(fact.value.year, fact.value.month, 28))
            case date():
                days.append(fact.value)
    return max(days)


def moment_of(as_of: date | datetime) -> datetime:
    """The moment that an `as of` means: of a day its end."""
    return as_of if isinstance(as_of, datetime) else end_of_day(as_of)


def _main(owing: Owing, as_of: datetime) -> Occurrence | None:
    """The occurrence that opened last at the as-of, else the first that will."""
    opened = [one for one in owing.occurrences if one.opens <= as_of]
    return opened[0] if opened else owing.occurrences[-1] if owing.occurrences else None


def deadline(gives: str) -> Moment | None:
    """The day or moment of `due …`; None for what is no deadline."""
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


def shown(one: Occurrence) -> str:
    """A deadline as an example writes it: in days its date, an elapsed one its moment."""
    if one.due is None:
        return ""
    if one.in_days:
        return one.due.first.date().isoformat()
    shape = "%Y-%m-%d %H:%M" if one.due.first.second == 0 else "%Y-%m-%d %H:%M:%S"
    return one.due.first.strftime(shape)
