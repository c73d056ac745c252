"""What the documents of rules have in common: whom they speak of, who approved them, their examples and versions."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple, Protocol

from relcare.located import Mapping, Node, Scalar, Sequence
from relcare.rulebook.decisions import Approval
from relcare.rulebook.decode_conditions import Scope
from relcare.rulebook.reader import Reader
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import Vocabulary

ROLE = ("staff", "role")  # the subject and its field whose codes are the roles


class Dated(Protocol):
    """A version of a rule."""

    @property
    def start(self) -> date:
        """Its first day."""

    @property
    def until(self) -> date | None:
        """The first day on which it no longer holds."""


def overlap(one: Dated, other: Dated) -> bool:
    """Whether two versions are in force on the same day."""
    return (one.until is None or other.start < one.until) and (other.until is None or one.start < other.until)


def scope_of(reader: Reader, vocabulary: Vocabulary, subject: str) -> Scope:
    """What a rule about a subject may name: its facts, and those of the subjects that it refers to."""
    return Scope(
        f"a {subject}",
        lambda name: vocabulary.fact(subject, name),
        lambda: _reachable(vocabulary, subject),
        lambda name: _is_broken(reader, subject, name),
    )


def _reachable(vocabulary: Vocabulary, subject: str) -> list[str]:
    names = list(vocabulary.facts[subject])
    table = vocabulary.table_of(subject)
    for other in vocabulary.facts:
        if other != subject and table is not None and table.reference_to(other):
            names += [f"{other}.{name}" for name in vocabulary.facts[other]]
    return names


def _is_broken(reader: Reader, subject: str, name: str) -> bool:
    if "." in name:
        subject, _, name = name.partition(".")
    return (subject, name) in reader.broken


def read_approval(reader: Reader, node: Node | None) -> Approval | None:
    """`approved: {by, on, document}`."""
    found = reader.mapping(node, "an approval", ("by", "on", "document"))
    if found is None or node is None:
        return None
    by = reader.text(reader.need(found, "by", node, "the approval"), "`by`")
    on = reader.day(reader.need(found, "on", node, "the approval"), "`on`")
    paper = reader.text(reader.need(found, "document", node, "the approval"), "`document`")
    return Approval(by.text, on, paper.text) if by and on and paper else None


def read_role(reader: Reader, node: Node | None, vocabulary: Vocabulary) -> str:
    """Who answers: a role, which is a code of the field `role` of staff, or a field that names one of them."""
    role = reader.name(node, "a role")
    if role is None:
        return ""
    roles = _known_roles(vocabulary)
    if roles and role.text not in roles:
        hint = did_you_mean(role.text, roles) or "roles are the codes of the field `role` of staff"
        reader.note(role, "RUL081", f"there is no role `{role.text}`", hint)
    return role.text


def _known_roles(vocabulary: Vocabulary) -> frozenset[str]:
    """The roles that can answer for something; none where the vocabulary does not list any."""
    subject, name = ROLE
    table = vocabulary.table_of(subject)
    field = table.fields.get(name) if table is not None else None
    if field is None or not field.codes:
        return frozenset()
    fields = [f.name for t in vocabulary.tables.values() for f in t.fields.values() if f.refers == subject]
    return frozenset([code.key for code in field.codes] + fields)


def rule_nodes(reader: Reader, found: dict[str, Node], document: Mapping, what: str) -> tuple[Mapping, ...]:
    """The rules of a document; `what` it is."""
    node = reader.need(found, "rules", document, what)
    nodes: list[Mapping] = []
    for item in reader.items(node, "rules"):
        if isinstance(item, Mapping):
            nodes.append(item)
        else:
            reader.note(item, "RUL004", "a rule is written as lines of `key: value`")
    if isinstance(node, Sequence) and not node.items:
        reader.note(node, "RUL003", f"{what} has no rules", "add `- id: …`")
    return tuple(nodes)


def only_no(reader: Reader, found: dict[str, Node], key: str) -> bool:
    """`if missing: no` and `if not supplied: no`."""
    return reader.word(found.get(key), f"what `{key}` can say", ("no",)) == "no"


class Given(NamedTuple):
    """What a worked example says: facts as they would stand in a file, and what they give."""

    as_of: date | None
    facts: dict[str, str]
    gives: Scalar


def read_example(reader: Reader, node: Node, scope: Scope, outcome: str) -> Given | None:
    """A worked example; `outcome` is the word for what it gives."""
    if not isinstance(node, Mapping):
        reader.note(node, "RUL004", f"an example is written as {{as of: DATE, FACT: value, gives: {outcome}}}")
        return None
    as_of: date | None = None
    facts: dict[str, str] = {}
    for key, value in node.entries:
        if key.text == "as of":
            as_of = reader.day(value, "`as of`")
        elif key.text != "gives" and scope.find(key.text) is None:
            if not scope.broken(key.text):
                hint = did_you_mean(key.text, [*scope.names(), "as of", "gives"])
                reader.note(key, "RUL060", f"{scope.what} has no fact `{key.text}`", hint)
        elif isinstance(value, Sequence):
            facts[key.text] = ";".join(text.text for text in reader.texts(value, "an item"))
        elif isinstance(value, Mapping):
            reader.note(value, "RUL004", f"the value of `{key.text}` is one text")
        elif key.text != "gives":
            facts[key.text] = value.text
    gives = reader.text(reader.need({k.text: v for k, v in node.entries}, "gives", node, "the example"), "`gives`")
    return None if gives is None else Given(as_of, facts, gives)
