"""Documents of kind `control`: what must never be so of a subject."""

from __future__ import annotations

from typing import NamedTuple

from relcare.located import Mapping, Node
from relcare.rulebook.conditions import facts_of
from relcare.rulebook.controls import BROKEN, KEPT, SEVERITIES, Control
from relcare.rulebook.decisions import Approval, DatedLimit, Example
from relcare.rulebook.decode_conditions import ConditionReader, Scope
from relcare.rulebook.decode_measures import read_subject
from relcare.rulebook.decode_rules import only_no, overlap, read_approval, read_example, read_role, rule_nodes, scope_of
from relcare.rulebook.keys import GIVES_WORDS, SEVERITY_WORDS, entry, in_zh, meant
from relcare.rulebook.limits import Limits, missing_on
from relcare.rulebook.needs import limits_named
from relcare.rulebook.reader import Reader
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import Vocabulary

CONTROL_KEYS = ("kind", "for", "label", "approved", "limits", "rules")
RULE_KEYS = (
    "id", "label", "cites", "from", "until", "severity", "never", "if missing", "if not supplied", "by", "examples", "corrects",
)  # fmt: skip
# What an example of a control gives, and the outcome that it stands for.
GIVES = {"broken": BROKEN, "kept": KEPT, "undetermined": "undetermined"}


class _Read(NamedTuple):
    control: Control
    node: Mapping


class ControlReader:
    """Decodes the controls of all subjects, once all facts are known. `taken` are the ids of other rules."""

    def __init__(self, reader: Reader, vocabulary: Vocabulary, limits: Limits, taken: frozenset[str]) -> None:
        self._reader, self._vocabulary, self._limits, self._taken = reader, vocabulary, limits, taken
        self._read: list[_Read] = []

    def decode(self, document: Mapping) -> None:
        """Add the rules of a `control` document."""
        reader = self._reader
        found = reader.mapping(document, "a document of controls", CONTROL_KEYS)
        if found is None:
            return
        subject = read_subject(reader, found, document, self._vocabulary)
        nodes = rule_nodes(reader, found, document, "the document")
        if "label" in found:
            reader.label(found["label"], subject or "")
        approved = read_approval(reader, found.get("approved"))
        if subject is None:
            return
        scope = scope_of(reader, self._vocabulary, subject)
        conditions = ConditionReader(reader, scope, self._limits)
        for node in nodes:
            control = self._rule(node, subject, scope, conditions, approved)
            if control is not None and self._fits_in(control, node):
                self._read.append(_Read(control, node))

    def settled(self, limits: dict[str, DatedLimit]) -> tuple[Control, ...]:
        """The controls that have all the facts and limits they need, in the order of the files."""
        return tuple(read.control for read in self._read if self._is_whole(read, limits))

    def _rule(
        self, node: Mapping, subject: str, scope: Scope, conditions: ConditionReader, approved: Approval | None
    ) -> Control | None:
        reader = self._reader
        before = len(reader.problems)
        found = reader.mapping(node, "a control", RULE_KEYS) or {}
        name = reader.text(reader.need(found, "id", node, "the control"), "`id`")
        what = f"control `{name.text}`" if name else "the control"
        owner = name or node
        if "label" not in found:
            reader.need(found, "label", owner, what)
        label = reader.label(found.get("label"), name.text if name else "")
        cites = reader.cites(reader.need(found, "cites", owner, what))
        dates = reader.period(found, owner, what)
        severity = reader.word(reader.need(found, "severity", owner, what), "a severity", SEVERITIES, SEVERITY_WORDS)
        never = reader.need(found, "never", owner, what)
        condition = conditions.read(never) if never is not None else None
        missing, not_supplied = only_no(reader, found, "if missing"), only_no(reader, found, "if not supplied")
        by = read_role(reader, reader.need(found, "by", owner, what), self._vocabulary)
        corrects = reader.correction(found.get("corrects"))
        items = reader.items(found.get("examples"), "examples")
        examples = [example for item in items if (example := self._example(item, scope)) is not None]
        if any(problem.severity == "error" for problem in reader.problems[before:]):
            return None
        if name is None or dates is None or condition is None or severity is None:
            return None
        return Control(
            name.text, subject, label, cites, dates[0], dates[1], severity, condition, by, missing, not_supplied,
            tuple(examples), approved, name.place, corrects,
        )  # fmt: skip

    def _example(self, node: Node, scope: Scope) -> Example | None:
        given = read_example(self._reader, node, scope, self._vocabulary.tables, "broken")
        if given is None:
            return None
        text = given.gives.text
        said = text if text in GIVES else meant(text, GIVES, GIVES_WORDS)
        if not said:
            hint = did_you_mean(text, GIVES if text.isascii() else GIVES_WORDS.values())
            hint = hint or "write `broken`, `kept` or `undetermined`"
            self._reader.note(given.gives, "RUL061", f"a control does not give `{text}`", hint)
            return None
        self._reader.said(given.gives, (0, len(text)), said, in_zh(GIVES_WORDS, said))
        return Example(given.as_of, given.facts, GIVES[said], node.place, given.rows)

    def _fits_in(self, control: Control, node: Mapping) -> bool:
        at = entry(node, "id") or node
        if control.id in self._taken:
            hint = "an id names one rule of the whole rulebook"
            self._reader.note(at, "RUL026", f"rule `{control.id}` stands elsewhere as well", hint)
            return False
        for earlier in (read.control for read in self._read):
            if earlier.id != control.id:
                continue
            if earlier.subject != control.subject:
                message = f"control `{control.id}` is about a {earlier.subject} as well"
                self._reader.note(at, "RUL026", message, "an id names one rule of the whole rulebook")
                return False
            if overlap(earlier, control):
                message = (
                    f"two versions of rule `{control.id}` are in force from {max(earlier.start, control.start)} on"
                )
                hint = f"the other begins at {earlier.place}; end it with `until`, or choose another id"
                self._reader.note(at, "RUL021", message, hint)
                return False
        return True

    def _is_whole(self, read: _Read, limits: dict[str, DatedLimit]) -> bool:
        """Whether all is there; what is not was noted where it stands, but for gaps in limits."""
        control, vocabulary = read.control, self._vocabulary
        if any(vocabulary.fact(control.subject, name) is None for name in facts_of(control.never)):
            return False
        whole = True
        for name in limits_named(vocabulary, control.subject, control.never, ()):
            limit = limits.get(name)
            day = missing_on(limit, control.start, control.until) if limit is not None else None
            if day is not None:
                message = f"limit `{name}` has no value on {day}, when control `{control.id}` is in force"
                hint = f"give it a period from {day}, or begin or end the control with the limit"
                at: Node = entry(read.node, "from") or read.node
                self._reader.note(at, "RUL045", message, hint)
            whole = whole and limit is not None and day is None
        return whole
