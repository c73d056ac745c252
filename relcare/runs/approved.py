"""Who approved a rule, and what it corrects: in words, and as data."""

from __future__ import annotations

from datetime import date

from relcare.rulebook.conditions import Compare, Condition, Limit, tests_of
from relcare.rulebook.decisions import Approval, Rulebook
from relcare.rulebook.frozen import dataclass
from relcare.rulebook.vocabulary import Correction

WORDS = {
    "en": {
        "approved": "{} approved by {} on {} ({}).",
        "corrects": "{} corrects what was in force since {}: {}; approved by {} on {} ({}).",
    },
    "zh": {
        "approved": "{} 由 {} 于 {} 批准（{}）。",
        "corrects": "{} 更正自 {} 起的规定：{}；由 {} 于 {} 批准（{}）。",
    },
}


@dataclass(frozen=True, slots=True)
class Answered:
    """Who answers for a rule, or for a value of a limit, in force from `since` on."""

    name: str
    since: date
    approved: Approval | None
    corrects: Correction | None

    def sentences(self, language: str) -> list[str]:
        """Who approved it, and what it corrects."""
        told, words = [], WORDS[language]
        if self.approved is not None:
            by = self.approved
            told.append(words["approved"].format(self.name, by.by, by.on, by.document))
        if self.corrects is not None:
            why = self.corrects
            told.append(words["corrects"].format(self.name, self.since, why.reason, why.by, why.on, why.document))
        return told

    def as_data(self) -> dict[str, object]:
        """The same for programs."""
        found: dict[str, object] = {"name": self.name, "since": self.since.isoformat()}
        if self.approved is not None:
            by = self.approved
            found["approved"] = {"by": by.by, "on": by.on.isoformat(), "document": by.document}
        if self.corrects is not None:
            why = self.corrects
            found["corrects"] = {
                "reason": why.reason, "by": why.by, "on": why.on.isoformat(), "document": why.document,
            }  # fmt: skip
        return found


def corrected_limits(when: Condition | None, rulebook: Rulebook, day: date) -> list[Answered]:
    """The values on `day` of the limits that a condition names, where they correct the past."""
    tests = tests_of(when) if when is not None else []
    named = [test.operand.name for test in tests if isinstance(test, Compare) and isinstance(test.operand, Limit)]
    found = []
    for name in dict.fromkeys(named):
        limit = rulebook.limits.get(name)
        periods = limit.periods if limit is not None else ()
        period = next((one for one in reversed(periods) if one.start <= day), None)
        if period is not None and period.corrects is not None:
            found.append(Answered(name, period.start, None, period.corrects))
    return found
