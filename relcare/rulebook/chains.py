"""Which obligations are whole, and the order in which they start each other."""

from __future__ import annotations

from relcare.located import Node
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.decode_obligations import ObligationReader, Owed
from relcare.rulebook.history import without_history
from relcare.rulebook.keys import entry
from relcare.rulebook.limits import missing_on
from relcare.rulebook.needs import limits_named, limits_of
from relcare.rulebook.obligations import Obligation, RowsDone, facts_named, parts_of
from relcare.rulebook.order import in_order
from relcare.rulebook.reader import Reader
from relcare.rulebook.suggest import did_you_mean


class Chains:
    """Puts the obligations of a rulebook together; `taken` are the ids of the rules of decisions, with the decision's name."""

    def __init__(
        self, reader: Reader, rulebook: Rulebook, obligations: ObligationReader, taken: dict[str, str]
    ) -> None:
        self._reader = reader
        self._rulebook = rulebook
        self._owed = obligations.owed
        self._broken = set(obligations.broken)
        self._taken = taken

    def settled(self) -> tuple[Obligation, ...]:
        """The rules that have all they need, each after those whose end starts it, else in the order of the files.

        A rule is left out with all that chain from it.
        """
        kept = [owed for owed in self._owed if self._is_whole(owed)]
        self._broken.update(owed.rule.id for owed in self._owed if owed not in kept)
        kept = self._without(kept, [owed for owed in kept if not self._has_start(owed)])
        numbers = {owed.rule.id: [n for n, other in enumerate(kept) if other.rule.id == owed.rule.id] for owed in kept}
        order, circles = in_order(range(len(kept)), lambda n: numbers.get(kept[n].rule.starts.rule, []))
        told: set[str] = set()
        for circle in circles:
            path = [kept[n].rule.id for n in circle]
            if not told & set(path):
                self._note_circle(kept[circle[0]], path)
            told.update(path)
        whole = self._without(kept, [owed for owed in kept if owed.rule.id in told])
        return tuple(kept[n].rule for n in order if kept[n] in whole)

    def _without(self, kept: list[Owed], gone: list[Owed]) -> list[Owed]:
        """What is left without these and all that chain from them, or from a rule with a mistake."""
        self._broken.update(owed.rule.id for owed in gone)
        kept = [owed for owed in kept if owed not in gone]
        while True:
            hanging = [owed for owed in kept if owed.rule.starts.rule in self._broken]
            if not hanging:
                return kept
            self._broken.update(owed.rule.id for owed in hanging)
            kept = [owed for owed in kept if owed not in hanging]

    def _is_whole(self, owed: Owed) -> bool:
        """Whether all facts and limits are there; what is not was noted where it stands, but for gaps in limits."""
        rule, rulebook = owed.rule, self._rulebook
        if any(rulebook.vocabulary.fact(rule.subject, name) is None for name in facts_named(rule)):
            return False
        gaps = False
        for name in self._limits_named(rule):
            limit = rulebook.limits.get(name)
            if limit is None:
                return False
            day = missing_on(limit, rule.start, rule.until)
            if day is not None:
                message = f"limit `{name}` has no value on {day}, when rule `{rule.id}` is in force"
                hint = f"give it a period from {day}, or begin or end the rule with the limit"
                self._reader.note(entry(owed.node, "from") or owed.node, "RUL045", message, hint)
                gaps = True
        return not gaps and (not rule.at_start or self._is_historic(owed))

    def _limits_named(self, rule: Obligation) -> list[str]:
        vocabulary = self._rulebook.vocabulary
        names = limits_named(vocabulary, rule.subject, rule.when, facts_named(rule))
        for cause in (*rule.ceases, *rule.suspends):
            names += limits_of(cause.when)
        for piece in parts_of(rule.done):
            if isinstance(piece, RowsDone):
                evidence = vocabulary.tables[piece.table].evidence
                names += limits_of(piece.where) + limits_of(evidence.counts if evidence is not None else None)
        return list(dict.fromkeys(names))

    def _is_historic(self, owed: Owed) -> bool:
        name, why = without_history(owed.rule, self._rulebook)
        if not name:
            return True
        at: Node = entry(owed.node, "judged") or owed.node
        message = f"`{name}` can't be judged at the start: {why}"
        self._reader.note(at, "RUL079", message, "leave `judged` out: it is then judged at the as-of date")
        return False

    def _has_start(self, owed: Owed) -> bool:
        """Whether the rule whose end starts this one is there, for the same subject."""
        name = owed.rule.starts.rule
        if not name or name in self._broken or owed.after is None:
            return True
        others = {other.rule.id: other.rule.subject for other in self._owed}
        subject = others.get(name)
        if subject == owed.rule.subject:
            return True
        hint = "the clock of one subject is started by that of the same subject only"
        if subject is not None:
            message = f"rule `{name}` is owed to a {subject}, not to a {owed.rule.subject}"
        elif name in self._taken:
            message = f"rule `{name}` belongs to decision `{self._taken[name]}` and has no end"
        else:
            message = f"there is no obligation `{name}`"
            hint = did_you_mean(name, [other for other, of in others.items() if of == owed.rule.subject])
        self._reader.note(owed.after.at, "RUL073", message, hint, part=owed.after.part())
        return False

    def _note_circle(self, owed: Owed, path: list[str]) -> None:
        at = owed.after.at if owed.after is not None else owed.node
        part = owed.after.part() if owed.after is not None else None
        message = f"`{owed.rule.id}` would start itself: {' → '.join(path)}"
        self._reader.note(at, "RUL074", message, "let one of them start at a date", part=part)
