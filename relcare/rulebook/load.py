"""The rulebook: from the located trees of all rule files to typed, frozen rules, with every mistake in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from relcare.located import Mapping, Node, Problem, Scalar
from relcare.rulebook.chains import Chains
from relcare.rulebook.conditions import facts_of
from relcare.rulebook.decisions import DatedLimit, Decision, Rule, Rulebook
from relcare.rulebook.decode_calendars import decode_calendars
from relcare.rulebook.decode_controls import ControlReader
from relcare.rulebook.decode_decisions import DecisionReader, Draft
from relcare.rulebook.decode_evidence import decode_roles
from relcare.rulebook.decode_measures import MeasureReader
from relcare.rulebook.decode_obligations import ObligationReader
from relcare.rulebook.decode_order import decode_order
from relcare.rulebook.decode_phrases import PhraseReader
from relcare.rulebook.decode_regimes import RegimeReader
from relcare.rulebook.decode_rules import own_fact
from relcare.rulebook.decode_vocabulary import check_references, decode_norm, decode_table
from relcare.rulebook.keys import KIND_WORDS, entry, in_zh, meant
from relcare.rulebook.limits import Limits, missing_on
from relcare.rulebook.marks import Marks
from relcare.rulebook.needs import limits_named, limits_of_fact, roots_of
from relcare.rulebook.order import in_order
from relcare.rulebook.ordering import Order
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot
from relcare.rulebook.suggest import did_you_mean, nearest
from relcare.rulebook.vocabulary import Clause, Fact, Table, Vocabulary

LIMITS_KEYS = ("kind", "limits")
KINDS = (
    "norm", "table", "facts", "limits", "decision", "obligation", "control", "phrase", "calendar", "order", "regime",
)  # fmt: skip

Name = tuple[str, str]  # subject, fact


def load(
    trees: list[tuple[str, list[Node]]],
    hash: str = "",  # noqa: A002
    marks: Marks | None = None,
) -> tuple[Rulebook, list[Problem]]:
    """The rulebook of all rule files, and every problem in them, in the order of files and lines.

    `trees` are the documents of each file under the path that messages show. What is declared in one file can be used
    in any other. Where something has a mistake it is left out, with all that needs it, and the rest is there.
    What is recognised in the texts is added to `marks`.
    """
    reader = Reader(marks)
    documents = _by_kind(reader, trees)
    clauses: dict[str, Clause] = {}
    for document in documents["norm"]:
        decode_norm(reader, document, clauses)
    if documents["norm"]:
        reader.clauses = frozenset(clauses)
    vocabulary = _vocabulary(reader, documents["table"], clauses)
    limits = Limits(reader)
    for document in documents["limits"]:
        found = reader.mapping(document, "a document of limits", LIMITS_KEYS) or {}
        limits.declare(reader.need(found, "limits", document, "the document"))
    for document in (*documents["decision"], *documents["obligation"], *documents["control"]):
        limits.declare(entry(document, "limits"))
    decode_roles(reader, vocabulary.tables, documents["table"], limits)
    calendars = decode_calendars(reader, documents["calendar"])
    measures = MeasureReader(reader, vocabulary, limits)
    for document in documents["facts"]:
        measures.decode(document)
    measures.check_ages()
    decisions = DecisionReader(reader, vocabulary, limits)
    for document in documents["decision"]:
        decisions.outline(document)
    taken = {name: fact.place for facts in vocabulary.facts.values() for name, fact in facts.items()}
    every = [fact for facts in vocabulary.facts.values() for fact in facts.values()]
    labelled = {fact.label.zh: fact.place for fact in every if not fact.label.zh.isascii()}
    limits.check_names(
        {name: f.place for table in vocabulary.tables.values() for name, f in table.fields.items()} | taken | labelled
    )
    for draft in decisions.drafts:
        decisions.complete(draft)
    taken_ids = {rule_id: draft.name.text for rule_id, draft in decisions.ids.items()}
    regimes = RegimeReader(reader)
    for document in documents["regime"]:
        regimes.decode(document)
    obligations = ObligationReader(reader, vocabulary, limits, calendars, taken_ids, regimes)
    for document in documents["obligation"]:
        obligations.decode(document)
    taken_by_rules = frozenset([*taken_ids, *obligations.broken, *(owed.rule.id for owed in obligations.owed)])
    controls = ControlReader(reader, vocabulary, limits, taken_by_rules)
    for document in documents["control"]:
        controls.decode(document)
    orders: dict[date, tuple[Order, Node]] = {}
    for document in documents["order"]:
        decode_order(reader, document, orders, vocabulary)
    typed = limits.typed()
    rulebook = replace(
        _Assembly(reader, vocabulary, typed, decisions.drafts).rulebook(hash),
        calendars=calendars,
        orders=tuple(orders[day][0] for day in sorted(orders)),
        regimes=regimes.regimes,
        steps=regimes.steps,
    )
    owed = Chains(reader, rulebook, obligations, taken_ids).settled()
    rulebook = replace(rulebook, obligations=owed, controls=controls.settled(typed))
    phrases = PhraseReader(
        reader, vocabulary, {each.id: each.subject for each in rulebook.obligations},
        taken_by_rules | {control.id for control in rulebook.controls},
        frozenset([*obligations.broken, *(each.rule.id for each in obligations.owed)]),
    )  # fmt: skip
    for document in documents["phrase"]:
        phrases.decode(document)
    rulebook = replace(rulebook, scripts=tuple(phrases.scripts), wordings=tuple(phrases.wordings))
    shown = {path: number for number, (path, _) in enumerate(trees)}
    problems = sorted(
        dict.fromkeys(reader.problems),
        key=lambda p: (shown.get(p.place.path, -1), p.place.line, p.place.column, p.code, p.message),
    )
    return rulebook, problems


def _by_kind(reader: Reader, trees: list[tuple[str, list[Node]]]) -> dict[str, list[Mapping]]:
    documents: dict[str, list[Mapping]] = {kind: [] for kind in KINDS}
    for _, nodes in trees:
        for node in nodes:
            if not isinstance(node, Mapping):
                reader.note(node, "RUL001", "a document of a rule file is written as lines of `key: value`")
                continue
            kind = entry(node, "kind")
            if kind is None:
                hint = "begin it with `kind:` and one of " + ", ".join(KINDS)
                reader.note(node, "RUL001", "the document does not say of which kind it is", hint)
            elif isinstance(kind, Scalar) and (kind.text in documents or meant(kind.text, KINDS, KIND_WORDS)):
                word = kind.text if kind.text in documents else meant(kind.text, KINDS, KIND_WORDS)
                documents[word].append(node)
                reader.said(kind, (0, len(kind.text)), word, in_zh(KIND_WORDS, word))
            else:
                text = kind.text if isinstance(kind, Scalar) else ""
                words = list(KINDS) if text.isascii() else [in_zh(KIND_WORDS, word) for word in KINDS]
                near = nearest(text, words)
                hint = f"did you mean `{near}`?" if near else "one of: " + ", ".join(words)
                reader.note(kind, "RUL001", f"there is no kind `{text}` of document", hint)
                if near:  # what it declares is then known, and its use is no second mistake
                    documents[near if near in documents else meant(near, KINDS, KIND_WORDS)].append(node)
    return documents


def _vocabulary(reader: Reader, documents: list[Mapping], clauses: dict[str, Clause]) -> Vocabulary:
    """The tables, and of each subject the fields of its table as facts."""
    tables: dict[str, Table] = {}
    for document in documents:
        decode_table(reader, document, tables)
    check_references(reader, tables, documents)
    facts: dict[str, dict[str, Fact]] = {}
    for table in tables.values():
        if table.subject and table.subject not in facts:
            facts[table.subject] = {
                f.name: Fact(
                    name=f.name,
                    subject=table.subject,
                    type=f.type,
                    label=f.label,
                    source="field",
                    unit=f.unit,
                    codes=f.codes,
                    low=f.low,
                    high=f.high,
                    empty=f.empty,
                    place=f.place,
                )
                for f in table.fields.values()
            }
            for broken, name in [pair for pair in reader.broken if pair[0] == table.name]:
                del broken
                reader.broken.add((table.subject, name))
    return Vocabulary(tables, facts, clauses)


class _Assembly:
    """Puts the decoded parts together: what lacks a part is left out, the rest is put in order."""

    def __init__(
        self, reader: Reader, vocabulary: Vocabulary, limits: dict[str, DatedLimit], drafts: list[Draft]
    ) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._limits = limits
        self._drafts = {(draft.subject, draft.name.text): draft for draft in drafts}
        self._needs: dict[Name, tuple[Name, ...]] = {}

    def rulebook(self, hash: str) -> Rulebook:  # noqa: A002
        """The rulebook of what is whole."""
        dated = {name: self._dated_by(draft) for name, draft in self._drafts.items()}
        for draft in self._drafts.values():
            self._check_limits(draft)
        names = [(subject, name) for subject, facts in self._vocabulary.facts.items() for name in facts]
        self._needs = {name: self._needs_of(name, dated.get(name, "")) for name in names}
        order, circles = in_order(names, lambda name: self._needs.get(name, ()))
        for circle in circles:
            self._note_circle(circle)
        self._leave_out({name for circle in circles for name in circle})
        decisions = (_decision(self._drafts[name], dated[name]) for name in order if name in self._drafts)
        return Rulebook(self._vocabulary, self._limits, tuple(decisions), hash)

    def _dated_by(self, draft: Draft) -> str:
        text = self._reader.text(draft.found.get("dated by"), "`dated by`")
        if text is None:
            return ""
        name = own_fact(self._reader, self._vocabulary, draft.subject, Spot(text, 0, text.text))
        fact = self._vocabulary.facts[draft.subject].get(name)
        if fact is not None and fact.source == "field" and fact.type in ("date", "moment"):
            return name
        if name and (draft.subject, text.text) not in self._reader.broken:
            hint = did_you_mean(text.text, self._vocabulary.facts[draft.subject]) if fact is None else ""
            message = f"`{text.text}` is no date field of a {draft.subject}"
            self._reader.note(text, "RUL027", message, hint or "`dated by` names a field of type date or moment")
        return ""

    def _check_limits(self, draft: Draft) -> None:
        """A rule in force never lacks a limit that it needs."""
        whole: list[tuple[Rule, Mapping]] = []
        for rule, node in draft.rules:
            gaps = []
            for name in limits_named(self._vocabulary, draft.subject, rule.when, ()):
                limit = self._limits.get(name)
                day = rule.start if limit is None else missing_on(limit, rule.start, rule.until)
                if limit is not None and day is not None and ("limits", name) not in self._reader.broken:
                    message = f"limit `{name}` has no value on {day}, when rule `{rule.id}` is in force"
                    hint = f"give it a period from {day}, or begin or end the rule with the limit"
                    self._reader.note(entry(node, "from") or node, "RUL045", message, hint)
                gaps.append(day)
            if all(day is None for day in gaps):
                whole.append((rule, node))
        draft.rules[:] = whole

    def _needs_of(self, name: Name, dated_by: str) -> tuple[Name, ...]:
        subject, fact_name = name
        fact = self._vocabulary.facts[subject][fact_name]
        draft = self._drafts.get(name)
        needs: list[str] = []
        if draft is not None:
            needs = [named.fact for named in draft.named] + ([dated_by] if dated_by else [])
        else:
            needs = list(roots_of(fact))
        if fact.instead:
            needs.append(fact.instead)
        return tuple(dict.fromkeys(_full(subject, other) for other in needs))

    def _note_circle(self, circle: tuple[Name, ...]) -> None:
        mixed = len({subject for subject, _ in circle}) > 1
        path = " → ".join(f"{subject}.{name}" if mixed else name for subject, name in circle)
        draft = self._drafts[next(name for name in circle if name in self._drafts)]
        following = circle[circle.index((draft.subject, draft.name.text)) + 1]
        named = next(named for named in draft.named if _full(draft.subject, named.fact) == following)
        message = f"`{draft.name.text}` can't be worked out without itself: {path}"
        hint = "take one of these tests out"
        self._reader.problems.append(Problem(named.place, "RUL050", message, hint, width=named.width))

    def _leave_out(self, names: set[Name]) -> None:
        """Take these facts out, with every rule and fact that needs one of them, and facts that lack a limit."""
        for subject, facts in self._vocabulary.facts.items():
            for name, fact in facts.items():
                if any(limit not in self._limits for limit in limits_of_fact(fact)):
                    names.add((subject, name))
        while names:
            for subject, name in names:
                del self._vocabulary.facts[subject][name]
                self._drafts.pop((subject, name), None)
            for draft in self._drafts.values():
                draft.rules[:] = [
                    (rule, node)
                    for rule, node in draft.rules
                    if rule.when is None
                    or all(self._vocabulary.fact(draft.subject, other) is not None for other in facts_of(rule.when))
                ]
            names = {
                (subject, name)
                for subject, facts in self._vocabulary.facts.items()
                for name, fact in facts.items()
                if any(root not in facts for root in roots_of(fact))
            }


def _decision(draft: Draft, dated_by: str) -> Decision:
    return Decision(
        name=draft.name.text,
        subject=draft.subject,
        label=draft.label,
        choose=draft.choose,
        codes=draft.codes,
        rules=tuple(rule for rule, _ in draft.rules),
        approved=draft.approved,
        dated_by=dated_by,
        sound=len(draft.rules) == len(draft.nodes) and ("dated by" not in draft.found or bool(dated_by)),
        place=draft.name.place,
    )


def _full(subject: str, name: str) -> Name:
    other, dot, rest = name.partition(".")
    return (other, rest) if dot else (subject, name)
