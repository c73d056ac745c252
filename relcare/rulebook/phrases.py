"""Phrases: what is said to a customer for each action, and what a reply avoids or must have."""

from __future__ import annotations

import re
from datetime import date

from relcare.located import Place, Problem
from relcare.rulebook.decisions import Approval, Rulebook
from relcare.rulebook.frozen import dataclass, field
from relcare.rulebook.vocabulary import Correction, Label

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PARTS = ("opening", "explanation", "gain")  # of a script, in the order in which they are said
# What a script may name beside the facts of its subject: of the action that is owed.
OF_THE_ACTION = {
    "action": Label("what the bank owes", "应办事项"),
    "due": Label("its deadline", "期限"),
    "act_by": Label("the last day on which it can be done; today, where that has passed", "最晚办理日；已过则为今天"),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """Patterns by language, in the order of the file; families of words stand in them already."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()

    def in_(self, language: str) -> tuple[str, ...]:
        """The patterns in `language` (`en` or `zh`)."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Avoided:
    """Wordings that a reply avoids, and what is said `instead` (None where the rule says it for all of them)."""

    wordings: Texts
    instead: Label | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """One version of what is said for the actions whose rules are `actions`, which are owed to a `subject`.

    `{fact}` in a text stands for a fact of the subject, an amount of `amounts` (money, CNY) or a key of OF_THE_ACTION.
    `start` and `until` are those of a `Rule`.
    """

    id: str
    subject: str
    label: Label
    cites: tuple[str, ...]
    start: date
    until: date | None
    actions: tuple[str, ...]
    opening: Label
    explanation: Label
    gain: Label
    amounts: tuple[tuple[str, str], ...] = ()  # those that its texts name, as they are written
    approved: Approval | None = None
    place: Place = field(default=Place(""), compare=False)
    corrects: Correction | None = None

    def in_force(self, day: date) -> bool:
        """Whether this version is in force on `day`: from `start` on, until the day before `until`."""
        return self.start <= day and (self.until is None or day < self.until)

    def part(self, name: str) -> Label:
        """`opening`, `explanation` or `gain`."""
        return {"opening": self.opening, "explanation": self.explanation, "gain": self.gain}[name]


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of a rule about replies: it finds what it says to avoid, or that nothing of what it `needs` stands there.

    It asks only of replies in which something of `where` stands (nothing in it: of all). A sentence with something of
    `unless` is no finding, nor is any sentence of a reply in which something of `unless_anywhere` stands. `quoting` are
    the wordings behind which a short quotation is somebody else's.
    """

    id: str
    label: Label
    cites: tuple[str, ...]
    start: date
    until: date | None
    avoid: tuple[Avoided, ...] = ()
    needs: Texts = Texts()
    where: Texts = Texts()
    unless: Texts = Texts()
    unless_anywhere: Texts = Texts()
    instead: Label | None = None
    quoting: Texts = Texts()
    approved: Approval | None = None
    place: Place = field(default=Place(""), compare=False)
    corrects: Correction | None = None

    def in_force(self, day: date) -> bool:
        """Whether this version is in force on `day`: from `start` on, until the day before `until`."""
        return self.start <= day and (self.until is None or day < self.until)


def script_of(rulebook: Rulebook, action: str, day: date) -> Script | None:
    """The script for the rule `action` that is in force on `day`."""
    return next((each for each in rulebook.scripts if action in each.actions and each.in_force(day)), None)


def without_script(rulebook: Rulebook, day: date) -> list[Problem]:
    """A warning for each rule in force on `day` or later that owes something and has no script.

    Only of subjects that the rulebook has a script for: a bank that writes none, or none for its staff, misses nothing.
    """
    spoken = {script.subject for script in rulebook.scripts}
    covered = {action for script in rulebook.scripts if script.until is None or script.until > day for action in script.actions}  # fmt: skip
    missing = {
        owed.id: owed
        for owed in reversed(rulebook.obligations)
        if owed.subject in spoken and owed.id not in covered and (owed.until is None or owed.until > day)
    }
    hint = "add to a document of kind `phrase` a rule that says `action: {}`, or name it in one that fits"
    return [
        Problem(
            owed.place,
            "RUL123",
            f"there is no script for `{owed.id}`",
            hint.format(owed.id),
            "warning",
            "",
            len(owed.id),
        )
        for owed in reversed(missing.values())
    ]
