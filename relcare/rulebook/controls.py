"""Controls: what must never be so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from relcare.located import Place
from relcare.rulebook.conditions import Condition
from relcare.rulebook.decisions import Approval, Decision, Example, Rule, Rulebook
from relcare.rulebook.frozen import dataclass, field
from relcare.rulebook.vocabulary import Code, Correction, Fact, Label, Vocabulary

SEVERITIES = ("high", "medium", "low")
BROKEN, KEPT = "broken", "none"
OUTCOME = "control "  # what the names of their outcomes begin with
CODES = (Code(BROKEN, Label("broken", "违反")), Code(KEPT, Label("kept", "未违反")))


@dataclass(frozen=True, slots=True)
class Control:
    """One version of a rule that says what must never be so of a subject.

    It is broken where `never` holds at the as-of, kept where it does not, `undetermined` where that is unknown. `by` is the
    role that answers for a breach. `start`, `until`, `if_missing` and `if_not_supplied` are those of a `Rule`.
    """

    id: str
    subject: str
    label: Label
    cites: tuple[str, ...]
    start: date
    until: date | None
    severity: str
    never: Condition
    by: str
    if_missing: bool = False
    if_not_supplied: bool = False
    examples: tuple[Example, ...] = ()
    approved: Approval | None = None
    place: Place = field(default=Place(""), compare=False)
    corrects: Correction | None = None

    @property
    def outcome(self) -> str:
        """The fact of the subject that says whether it is broken; no field or decision can be named so."""
        return OUTCOME + self.id

    def in_force(self, day: date) -> bool:
        """Whether this version is in force on `day`: from `start` on, until the day before `until`."""
        return self.start <= day and (self.until is None or day < self.until)


def spoken(target: str, gives: str) -> str:
    """What an example of the decision `target` gives, as it is written: of a control `broken` or `kept`."""
    return "kept" if gives == KEPT and target.startswith(OUTCOME) else gives


def as_decisions(controls: tuple[Control, ...]) -> tuple[Decision, ...]:
    """Each control as the decision whether it is broken: with the same three values, versions, examples and reasons."""
    versions: dict[str, list[Control]] = {}
    for control in controls:
        versions.setdefault(control.outcome, []).append(control)
    return tuple(
        Decision(
            name=name, subject=found[0].subject, label=found[0].label, choose="first that matches", codes=CODES,
            rules=tuple(_rule(control) for control in found), approved=found[0].approved, place=found[0].place,
        )
        for name, found in versions.items()
    )  # fmt: skip


def _rule(control: Control) -> Rule:
    return Rule(
        control.id, control.label, control.cites, control.start, control.until, control.never, BROKEN,
        control.if_missing, control.if_not_supplied, control.examples, control.place, control.corrects,
    )  # fmt: skip


def with_controls(rulebook: Rulebook) -> Rulebook:
    """The rulebook in which every control is a decision as well, last of all, and so a fact of its subject.

    One that is so already stays as it is.
    """
    made = tuple(d for d in as_decisions(rulebook.controls) if rulebook.decision(d.subject, d.name) is None)
    if not made:
        return rulebook
    facts = {subject: dict(known) for subject, known in rulebook.vocabulary.facts.items()}
    for decision in made:
        facts[decision.subject][decision.name] = Fact(
            decision.name, decision.subject, "code", decision.label, "decision", codes=CODES, place=decision.place
        )
    old = rulebook.vocabulary
    return replace(
        rulebook, vocabulary=Vocabulary(old.tables, facts, old.clauses), decisions=(*rulebook.decisions, *made)
    )
