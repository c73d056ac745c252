"""Test files: examples that stand beside the rules, each with a sentence as its title."""

from __future__ import annotations

from collections.abc import Mapping as Named
from datetime import date
from typing import NamedTuple

from relcare.located import Node, Problem, Scalar
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.decode_rules import Stated, read_given, scope_of
from relcare.rulebook.keys import NOTHING_WORDS, OUTCOME_WORDS, meant
from relcare.rulebook.owed_wording import STATUSES
from relcare.rulebook.reader import Reader
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.trials.trial import NOTHING, UNDETERMINED, Trial, day_of_owed, deadline, moment_of, read_facts
from relcare.rulebook.values import FactValue
from relcare.rulebook.words import GIVES, find_in

KEYS = ("title", "for", "as of", "given", "gives")


class _Named(NamedTuple):
    """What a test can ask for by a name: of which subject, and whether that is a decision."""

    subject: str
    decides: bool


def read_tests(
    trees: list[tuple[str, list[Node]]], rulebook: Rulebook, zone: str, today: date
) -> tuple[list[Trial], list[Problem]]:
    """The trials of all test files, and the mistakes in them: one trial for each thing that a test says it gives."""
    reader = Reader()
    found: list[Trial] = []
    tests = _Tests(reader, rulebook, zone, today)
    for _, documents in trees:
        for document in documents:
            for node in reader.items(document, "tests"):
                found += tests.read(node)
    return found, reader.problems


class _Tests:
    def __init__(self, reader: Reader, rulebook: Rulebook, zone: str, today: date) -> None:
        self._reader, self._rulebook, self._zone, self._today = reader, rulebook, zone, today
        self._named: dict[str, list[_Named]] = {}
        for decision in rulebook.decisions:
            self._named.setdefault(decision.name, []).append(_Named(decision.subject, decides=True))
        for rule in rulebook.obligations:
            one = _Named(rule.subject, decides=False)
            if one not in self._named.setdefault(rule.id, []):
                self._named[rule.id].append(one)

    def read(self, node: Node) -> list[Trial]:
        reader = self._reader
        found = reader.mapping(node, "a test", KEYS)
        if found is None:
            return []
        title = reader.text(reader.need(found, "title", node, "the test"), "`title`")
        gives = reader.entries(reader.need(found, "gives", node, "the test"), "what a test gives")
        subject = self._subject(found.get("for"), gives)
        if subject is None:
            return []
        scope = scope_of(reader, self._rulebook.vocabulary, subject)
        given = read_given(reader, found.get("given"), found.get("as of"), scope, self._rulebook.vocabulary.tables)
        trials = [self._trial(key, value, subject, given) for key, value in gives]
        return [trial._replace(title=title.text if title else "") for trial in trials if trial is not None]

    def _subject(self, node: Node | None, gives: tuple[tuple[Scalar, Node], ...]) -> str | None:
        """Whom the test is about: what it says, else whom all that it gives is about."""
        reader = self._reader
        if node is not None:
            tables = self._rulebook.vocabulary.tables.values()
            zh = {table.subject: table.label.zh for table in tables if table.subject}
            return reader.word(node, "a subject", self._rulebook.vocabulary.facts, zh)
        possible: set[str] | None = None
        for key, _ in gives:
            subjects = {one.subject for one in self._named.get(key.text, ())}
            if not subjects:
                self._unknown(key, "")
                return None
            possible = subjects if possible is None else possible & subjects
        if possible is not None and len(possible) == 1:
            return next(iter(possible))
        if gives:
            names = " or ".join(f"`for: {name}`" for name in sorted(possible or ()))
            reader.note(gives[0][0], "TST002", "it does not say whom it is about", f"write {names or '`for: SUBJECT`'}")
        return None

    def _unknown(self, key: Scalar, subject: str) -> None:
        names = [
            name for name, ones in self._named.items() if not subject or any(one.subject == subject for one in ones)
        ]
        whose = f" about a {subject}" if subject else ""
        message = f"there is no decision and no obligation `{key.text}`{whose}"
        self._reader.note(key, "TST001", message, did_you_mean(key.text, names))

    def _trial(self, key: Scalar, node: Node, subject: str, given: Stated) -> Trial | None:
        one = next((one for one in self._named.get(key.text, ()) if one.subject == subject), None)
        if one is None:
            self._unknown(key, subject)
            return None
        text = self._reader.text(node, f"`{key.text}`")
        gives = None if text is None else self._given(key.text, text, one)
        if text is None or gives is None:
            return None
        facts = read_facts(subject, given.facts, self._rulebook, self._zone, measured=not one.decides)
        as_of = moment_of(given.as_of or (self._today if one.decides else self._day(key.text, gives, facts)))
        return Trial(key.text, one.decides, subject, facts, given.rows, as_of, gives, given.facts, key.place)

    def _day(self, rule_id: str, gives: str, facts: Named[str, FactValue]) -> date:
        start = min(rule.start for rule in self._rulebook.versions(rule_id))
        return day_of_owed(start, gives, facts.values())

    def _given(self, name: str, text: Scalar, one: _Named) -> str | None:
        """What should come, as trials say it: an outcome by its key, `due …`, a status; None (noted) for another text."""
        said = " ".join(text.text.split())
        if one.decides:
            decision = self._rulebook.decision(one.subject, name)
            codes = [*(code.key for code in decision.codes), UNDETERMINED] if decision is not None else []
            labels = {code.key: code.label.zh for code in decision.codes} if decision is not None else {}
            found = said if said in codes else meant(said, codes, OUTCOME_WORDS | labels)
            if found:
                return found
            hint = did_you_mean(text.text, codes) or "its outcomes are " + ", ".join(f"`{code}`" for code in codes)
            self._reader.note(text, "RUL061", f"the decision has no outcome `{text.text}`", hint)
            return None
        spelling, slots = find_in(GIVES, said) or (GIVES[1], [(0, 0)])
        due = f"due {said[slice(*slots[0])].strip()}" if spelling.primitive == "due" else ""
        words = STATUSES | NOTHING_WORDS
        found = due if deadline(due) is not None else said if said in words else meant(said, words, words)
        if found:
            return found
        hint = did_you_mean(text.text, [*STATUSES, NOTHING]) or "write `due 2026-10-13`, `nothing` or a status"
        self._reader.note(text, "RUL082", f"`{text.text}` is no deadline and no status", hint)
        return None
