"""Documents of kind `decision`: first their outcomes, which are facts, then their rules."""

from __future__ import annotations

from typing import NamedTuple

from relcare.located import Mapping, Node, Scalar
from relcare.rulebook.conditions import Condition
from relcare.rulebook.decisions import Approval, Example, Rule
from relcare.rulebook.decode_conditions import ConditionReader, Named, Scope
from relcare.rulebook.decode_measures import note_taken, read_subject
from relcare.rulebook.decode_rules import (
    only_no,
    overlap,
    read_approval,
    read_example,
    rule_nodes,
    scope_of,
)
from relcare.rulebook.decode_vocabulary import code_name, decode_codes
from relcare.rulebook.keys import CHOICE_WORDS, OUTCOME_WORDS, entry, in_zh, meant
from relcare.rulebook.limits import Limits
from relcare.rulebook.reader import Reader
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import Code, Fact, Label, Vocabulary

DECISION_KEYS = (
    "kind", "decides", "for", "label", "choose", "dated by", "approved", "outcomes", "limits", "rules",
)  # fmt: skip
RULE_KEYS = (
    "id", "label", "cites", "from", "until", "when", "then", "otherwise", "if missing", "if not supplied", "examples",
    "corrects",
)  # fmt: skip
CHOICES = ("first that matches", "exactly one")
NO_RULE = Code("none", Label("none", "无"))
UNDETERMINED = "undetermined"


class Draft(NamedTuple):
    """A decision whose outcomes are known; its rules follow. `named` are the facts that its conditions name, and where."""

    name: Scalar
    subject: str
    label: Label
    choose: str
    codes: tuple[Code, ...]
    found: dict[str, Node]
    nodes: tuple[Mapping, ...]
    approved: Approval | None
    rules: list[tuple[Rule, Mapping]]
    named: list[Named]


class DecisionReader:
    """Decodes the decisions of all subjects: `outline` each, so that their outcomes can be tested, then `complete`."""

    def __init__(self, reader: Reader, vocabulary: Vocabulary, limits: Limits) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._limits = limits
        self.ids: dict[str, Draft] = {}  # of the rules, with the decision in which each stands
        self.drafts: list[Draft] = []

    def outline(self, document: Mapping) -> None:
        """Read all but the rules, and add the decision to the facts of its subject."""
        reader = self._reader
        found = reader.mapping(document, "a decision", DECISION_KEYS)
        if found is None:
            return
        subject = read_subject(reader, found, document, self._vocabulary)
        name = reader.name(reader.need(found, "decides", document, "the decision"), "the name of a decision")
        choose = reader.word(
            reader.need(found, "choose", name or document, "the decision"), "a way to choose", CHOICES, CHOICE_WORDS
        )
        label = reader.label(found.get("label"), name.text if name else "")
        approved = read_approval(reader, found.get("approved"))
        outcomes = decode_codes(reader, found.get("outcomes"), name.text if name else "decision")
        nodes = rule_nodes(reader, found, document, "the decision")
        codes = self._codes(outcomes, nodes, "outcomes" in found)
        if name is None:
            return
        if subject is None:
            reader.broken.update((other, name.text) for other in self._vocabulary.facts)
            return
        facts = self._vocabulary.facts[subject]
        if name.text in facts:
            note_taken(reader, name, facts[name.text])
            return
        facts[name.text] = Fact(name.text, subject, "code", label, "decision", codes=codes, place=name.place)
        draft = Draft(name, subject, label, choose or CHOICES[0], codes, found, nodes, approved, [], [])
        self.drafts.append(draft)

    def _codes(self, declared: tuple[Code, ...], nodes: tuple[Mapping, ...], closed: bool) -> tuple[Code, ...]:
        """The outcomes in the order of the rules; then those that no rule gives; `none` last where it can happen."""
        reader = self._reader
        by_key = {code.key: code for code in declared}
        codes: dict[str, Code] = {}
        for node in nodes:
            given = entry(node, "then") or entry(node, "otherwise")
            if not isinstance(given, Scalar) or not given.text:
                continue
            key = _outcome(given.text, declared)
            if key in codes:
                continue
            if key == UNDETERMINED:
                reader.note(
                    given,
                    "RUL025",
                    "`undetermined` is what relcare says where it can't decide",
                    "choose another outcome",
                )
                continue
            if key in by_key:
                codes[key] = by_key[key]
            elif closed:
                known = by_key if key.isascii() else [code.label.zh for code in declared]
                hint = did_you_mean(given.text, known) or "declare it under `outcomes`"
                reader.note(given, "RUL025", f"`{given.text}` is not among the outcomes", hint)
            else:
                label = entry(node, "label")
                plain = isinstance(label, Mapping) and {key.text for key, _ in label.entries} == {"en", "zh"}
                shown = reader.label(label if plain else None, key)
                codes[key] = Code(key, shown)
        for code in declared:
            codes.setdefault(code.key, code)
        none = codes.pop("none", None if _always_otherwise(nodes) else NO_RULE)
        return (*codes.values(), none) if none else tuple(codes.values())

    def complete(self, draft: Draft) -> None:
        """Decode the limits' uses and the rules of the decision."""
        reader = self._reader
        scope = scope_of(reader, self._vocabulary, draft.subject)
        conditions = ConditionReader(reader, scope, self._limits)
        otherwise: list[Rule] = []
        for node in draft.nodes:
            rule = self._rule(node, draft, conditions, scope)
            if rule is None or not self._fits_in(rule, node, draft, otherwise):
                continue
            draft.rules.append((rule, node))
            if rule.when is None:
                otherwise.append(rule)
        draft.named[:] = conditions.named

    def _rule(self, node: Mapping, draft: Draft, conditions: ConditionReader, scope: Scope) -> Rule | None:
        reader = self._reader
        before = len(reader.problems)
        found = reader.mapping(node, "a rule", RULE_KEYS) or {}
        name = reader.text(reader.need(found, "id", node, "the rule"), "`id`")
        what = f"rule `{name.text}`" if name else "the rule"
        owner = name or node
        if "label" not in found:
            reader.need(found, "label", owner, what)
        label = reader.label(found.get("label"), name.text if name else "")
        cites = reader.cites(reader.need(found, "cites", owner, what))
        dates = reader.period(found, owner, what)
        when, then = self._row(found, owner, what, conditions, _declared(draft))
        missing = only_no(reader, found, "if missing")
        not_supplied = only_no(reader, found, "if not supplied")
        corrects = reader.correction(found.get("corrects"))
        codes = [code.key for code in draft.codes]
        items = reader.items(found.get("examples"), "examples")
        examples = [example for item in items if (example := self._example(item, scope, draft)) is not None]
        failed = any(problem.severity == "error" for problem in reader.problems[before:])
        if failed or name is None or dates is None or then is None or then not in codes:
            return None
        if when is None and "otherwise" not in found:
            return None
        return Rule(
            name.text, label, cites, dates[0], dates[1], when, then, missing, not_supplied, tuple(examples), name.place,
            corrects,
        )  # fmt: skip

    def _row(
        self, found: dict[str, Node], owner: Node, what: str, conditions: ConditionReader, codes: tuple[Code, ...]
    ) -> tuple[Condition | None, str | None]:
        """`when` and `then`, or `otherwise` alone."""
        reader = self._reader
        if "otherwise" in found:
            for key in ("when", "then", "if missing", "if not supplied"):
                if key in found:
                    message = f"{what} has `otherwise` and `{key}`"
                    reader.note(found[key], "RUL022", message, "`otherwise: OUTCOME` stands alone, without a condition")
            return None, self._given(found["otherwise"], codes)
        when = found.get("when")
        if when is None:
            message = f"{what} has neither `when` nor `otherwise`"
            reader.note(owner, "RUL022", message, "add `when:` with its conditions, or `otherwise: OUTCOME`")
        condition = None if when is None else conditions.read(when)
        return condition, self._given(reader.need(found, "then", owner, what), codes)

    def _given(self, node: Node | None, codes: tuple[Code, ...]) -> str | None:
        """The outcome that a rule gives, by key or Chinese label."""
        name = code_name(self._reader, node, "an outcome")
        return None if name is None else self._key(name, codes)

    def _key(self, name: Scalar, codes: tuple[Code, ...]) -> str:
        key = _outcome(name.text, codes)
        label = next((code.label.zh for code in codes if code.key == key), in_zh(OUTCOME_WORDS, key))
        self._reader.said(name, (0, len(name.text)), key, label if _outcome(label, codes) == key else key, is_name=True)
        return key

    def _example(self, node: Node, scope: Scope, draft: Draft) -> Example | None:
        given = read_example(self._reader, node, scope, self._vocabulary.tables, "OUTCOME")
        if given is None:
            return None
        codes = draft.codes
        outcome = self._key(given.gives, _declared(draft))
        if outcome not in {code.key for code in codes} and outcome != UNDETERMINED:
            known = [code.key if outcome.isascii() else code.label.zh for code in codes]
            hint = did_you_mean(outcome, known) or "its outcomes are " + ", ".join(f"`{code}`" for code in known)
            self._reader.note(given.gives, "RUL061", f"the decision has no outcome `{outcome}`", hint)
            return None
        return Example(given.as_of, given.facts, outcome, node.place, given.rows)

    def _fits_in(self, rule: Rule, node: Mapping, draft: Draft, otherwise: list[Rule]) -> bool:
        """Whether the rule can stand beside those before it."""
        reader = self._reader
        at = entry(node, "id") or node
        owner = self.ids.setdefault(rule.id, draft)
        if owner is not draft:
            message = f"rule `{rule.id}` stands in decision `{owner.name.text}` as well"
            reader.note(at, "RUL026", message, "an id names one rule of the whole rulebook")
            return False
        for earlier, _ in draft.rules:
            if earlier.id == rule.id and overlap(earlier, rule):
                message = f"two versions of rule `{rule.id}` are in force from {max(earlier.start, rule.start)} on"
                hint = f"the other begins at {earlier.place}; end it with `until`, or choose another id"
                reader.note(at, "RUL021", message, hint)
                return False
        for earlier in otherwise:
            if not overlap(earlier, rule):
                continue
            if rule.when is None:
                message = (
                    f"`{earlier.id}` and `{rule.id}` are both the `otherwise` from {max(earlier.start, rule.start)} on"
                )
                reader.note(at, "RUL023", message, "one row of a decision is for all others")
            else:
                message = f"rule `{rule.id}` stands after the `otherwise` row and would never be reached"
                reader.note(at, "RUL024", message, f"move it above `{earlier.id}`")
            return False
        return True


def _always_otherwise(nodes: tuple[Mapping, ...]) -> bool:
    """Whether an `otherwise` row is in force from the first rule's `from` on, without a gap and without end."""
    starts: list[str] = []
    periods: list[tuple[str, str]] = []
    for node in nodes:
        start, until = entry(node, "from"), entry(node, "until")
        begins = start.text if isinstance(start, Scalar) else ""
        starts.append(begins)
        if entry(node, "otherwise") is not None:
            periods.append((begins, until.text if isinstance(until, Scalar) else ""))
    reached = min(starts, default="")
    for begins, ends in sorted(periods):
        if begins > reached:
            return False
        if not ends:
            return True
        reached = max(reached, ends)
    return False


def _declared(draft: Draft) -> tuple[Code, ...]:
    """The outcomes that have a label to be named by: those of `outcomes`."""
    return draft.codes if "outcomes" in draft.found else ()


def _outcome(text: str, codes: tuple[Code, ...]) -> str:
    """The key of an outcome that a text is, or is the Chinese label of; the text itself where it is none."""
    if text.isascii() or any(code.key == text for code in codes):
        return text
    key = next((code.key for code in codes if code.label.zh == text), "")
    return key or meant(text, OUTCOME_WORDS, OUTCOME_WORDS) or text
