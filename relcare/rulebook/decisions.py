"""Decisions: tables of rules that say which class a subject is in, and the dated limits that they use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from relcare.located import Place
from relcare.rulebook.conditions import Condition
from relcare.rulebook.frozen import dataclass, field
from relcare.rulebook.values import Value
from relcare.rulebook.vocabulary import Code, Correction, Label, Vocabulary

if TYPE_CHECKING:
    from relcare.rulebook.controls import Control
    from relcare.rulebook.obligations import Obligation
    from relcare.rulebook.ordering import Order
    from relcare.rulebook.phrases import Script, Wording
    from relcare.rulebook.regimes import Regime, Step
    from relcare.timing.calendars import Calendar


@dataclass(frozen=True, slots=True)
class LimitPeriod:
    """What a limit is from `start` on, until the next period's start (or `until`, excluded)."""

    start: date
    until: date | None
    text: str = field(compare=False)  # as typed; its type is that of the fact it is compared with
    cites: tuple[str, ...] = ()
    place: Place = field(default=Place(""), compare=False)
    corrects: Correction | None = None


@dataclass(frozen=True, slots=True)
class DatedLimit:
    """A named limit: its periods in order, and the type and unit of the facts that it is compared with."""

    name: str
    type: str
    unit: str
    periods: tuple[LimitPeriod, ...]
    values: tuple[Value, ...]  # one for each period, of that type
    place: Place = field(default=Place(""), compare=False)

    def at(self, day: date) -> Value | None:
        """Its value on `day`; None before the first period and after an `until`."""
        for period, value in zip(reversed(self.periods), reversed(self.values), strict=True):
            if period.start <= day:
                return value if period.until is None or day < period.until else None
        return None


class LimitsOn(Mapping[str, "Value | None"]):
    """The value of each limit on a day, looked up where a test names it: a condition names few of them."""

    def __init__(self, limits: Mapping[str, DatedLimit], day: date) -> None:
        self._limits, self._day = limits, day

    def __getitem__(self, name: str) -> Value | None:
        return self._limits[name].at(self._day)

    def __iter__(self) -> Iterator[str]:
        return iter(self._limits)

    def __len__(self) -> int:
        return len(self._limits)


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example of a rule: facts of an invented subject, and the class that they give."""

    as_of: date | datetime | None  # a day means its end
    facts: dict[str, str]  # fact -> cell as it would stand in a file ("" for empty)
    gives: str
    place: Place = field(default=Place(""), compare=False)
    rows: dict[str, tuple[dict[str, str], ...]] = field(default_factory=dict)  # of other tables, by name


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a decision. `when` is None for the `otherwise` row.

    `if_missing`: a test that an empty cell leaves unknown counts against the rule. `if_not_supplied`: so does a test
    on a fact that the book does not supply. (Against the rule: false, or true inside `none`.)
    """

    id: str
    label: Label
    cites: tuple[str, ...]
    start: date
    until: date | None
    when: Condition | None
    then: str
    if_missing: bool = False
    if_not_supplied: bool = False
    examples: tuple[Example, ...] = ()
    place: Place = field(default=Place(""), compare=False)
    corrects: Correction | None = None

    def in_force(self, day: date) -> bool:
        """Whether the rule is in force on `day`: from `start` on, until the day before `until`."""
        return self.start <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved a rule file, when, in which document."""

    by: str
    on: date
    document: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of a subject. `choose` is `first that matches` or `exactly one`.

    `codes` are its outcomes in the order of the rules; where no rule matches the outcome is the code `none`, which
    stands last in `codes` where that can happen. An undecidable outcome is unknown, shown as `undetermined`.
    `dated_by` names the date field by which rules and limits are chosen ("" for the as-of date). A decision of which a rule
    could not be read is not `sound`: it is undetermined for everybody, so that no mistake in a file puts a subject in the
    class of the next rule.
    """

    name: str
    subject: str
    label: Label
    choose: str
    codes: tuple[Code, ...]
    rules: tuple[Rule, ...]
    approved: Approval | None = None
    dated_by: str = ""
    sound: bool = True
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All that the rule files say.

    `decisions` are in topological order: each stands after those that its facts need, whatever their subject. `obligations`
    are versions of rules in the order of the files, but each after all versions of the rule whose end starts it. `orders`
    are sorted by their first day. `controls` are versions, in the order of the files,
    and so are the phrases: `scripts` and `wordings`. `regimes` and `steps` are the register of whose rules they are.
    `hash` is the SHA-256 of the files' bytes, in the order of their names.
    """

    vocabulary: Vocabulary
    limits: dict[str, DatedLimit]
    decisions: tuple[Decision, ...]
    hash: str = ""
    obligations: tuple[Obligation, ...] = ()
    calendars: dict[str, Calendar] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()
    controls: tuple[Control, ...] = ()
    scripts: tuple[Script, ...] = ()
    wordings: tuple[Wording, ...] = ()
    regimes: dict[str, Regime] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)

    def decision(self, subject: str, name: str) -> Decision | None:
        """The decision `name` of `subject`."""
        return next((d for d in self.decisions if d.subject == subject and d.name == name), None)

    def versions(self, rule_id: str) -> tuple[Obligation, ...]:
        """The versions of the obligation with this id, in the order of the files; () where there is none."""
        return tuple(rule for rule in self.obligations if rule.id == rule_id)

    def obligations_of(self, subject: str) -> tuple[Obligation, ...]:
        """The obligations to a subject, in their order."""
        return tuple(rule for rule in self.obligations if rule.subject == subject)

    def order(self, day: date) -> Order | None:
        """The order of lists that is in force on `day`; None before the first."""
        return next((order for order in reversed(self.orders) if order.start <= day), None)
