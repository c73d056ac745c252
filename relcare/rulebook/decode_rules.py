"""What the documents of rules have in common: whom they speak of, who approved them, their examples and versions."""

from __future__ import annotations

from collections.abc import Mapping as Named
from datetime import date, datetime
from typing import NamedTuple, Protocol

from relcare.located import Mapping, Node, Scalar, Sequence
from relcare.rulebook.decisions import Approval
from relcare.rulebook.decode_conditions import Scope
from relcare.rulebook.reader import Reader
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import Table, Vocabulary
from relcare.timing.moments import read_moment

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


GivenRows = dict[str, tuple[dict[str, str], ...]]
OWN = ("as of", "gives")  # keys of an example that are no facts


class Stated(NamedTuple):
    """What is given in an example: the day or moment, facts as they would stand in a file, and rows of other tables."""

    as_of: date | datetime | None
    facts: dict[str, str]
    rows: GivenRows


class Given(NamedTuple):
    """What a worked example says: what is given, and what it gives."""

    as_of: date | datetime | None
    facts: dict[str, str]
    gives: Scalar
    rows: GivenRows


def read_example(reader: Reader, node: Node, scope: Scope, tables: Named[str, Table], outcome: str) -> Given | None:
    """A worked example; `outcome` is the word for what it gives."""
    if not isinstance(node, Mapping):
        reader.note(node, "RUL004", f"an example is written as {{as of: DATE, FACT: value, gives: {outcome}}}")
        return None
    other = Mapping(tuple((key, value) for key, value in node.entries if key.text not in OWN), node.place)
    stated = read_given(reader, other, node.get("as of"), scope, tables)
    found = {key.text: value for key, value in node.entries}
    gives = reader.text(reader.need(found, "gives", node, "the example"), "`gives`")
    return None if gives is None else Given(stated.as_of, stated.facts, gives, stated.rows)


def read_given(
    reader: Reader, node: Node | None, as_of: Node | None, scope: Scope, tables: Named[str, Table]
) -> Stated:
    """The facts and rows that an example or a test states: `{tier: core_vip, interactions: [{kind: call, at: …}]}`."""
    facts: dict[str, str] = {}
    rows: GivenRows = {}
    for key, value in reader.entries(node, "what is given"):
        if key.text in tables and isinstance(value, Sequence):
            rows[key.text] = read_rows(reader, value, tables[key.text])
        elif scope.find(key.text) is None:
            if not scope.broken(key.text):
                hint = did_you_mean(key.text, [*scope.names(), *tables, *OWN])
                reader.note(key, "RUL060", f"{scope.what} has no fact `{key.text}`", hint)
        elif isinstance(value, Sequence):
            facts[key.text] = ";".join(text.text for text in reader.texts(value, "an item"))
        elif isinstance(value, Mapping):
            reader.note(value, "RUL004", f"the value of `{key.text}` is one text")
        else:
            facts[key.text] = value.text
    return Stated(_as_of(reader, as_of) if as_of is not None else None, facts, rows)


def _as_of(reader: Reader, node: Node) -> date | datetime | None:
    """A day, which means its end, or a moment."""
    written = read_moment(node.text, "UTC") if isinstance(node, Scalar) and len(node.text) > len("2026-10-13") else None
    return written[0] if written is not None else reader.day(node, "`as of`")


def read_rows(reader: Reader, node: Sequence, table: Table) -> tuple[dict[str, str], ...]:
    """Rows of a table about the subject of an example: `[{kind: call, at: 2026-10-12}]`."""
    rows = []
    for item in node.items:
        found = reader.mapping(item, f"a row of {table.name}", table.fields) or {}
        rows.append({name: text.text for name, text in found.items() if isinstance(text, Scalar)})
        for name, cell in found.items():
            if not isinstance(cell, Scalar):
                reader.note(cell, "RUL004", f"the value of `{name}` is one text")
    return tuple(rows)
