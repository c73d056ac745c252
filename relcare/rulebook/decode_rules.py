"""What the documents of rules have in common: whom they speak of, who approved them, their examples and versions."""

from __future__ import annotations

from collections.abc import Mapping as Named
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from relcare.located import Mapping, Node, Scalar, Sequence
from relcare.rulebook.decisions import Approval
from relcare.rulebook.decode_conditions import Scope
from relcare.rulebook.decode_where import labelled_fields
from relcare.rulebook.keys import KEYS, NO_WORDS, YES_NO_WORDS, in_zh, key_meant, meant
from relcare.rulebook.names import Labelled, keys_of, labels, named
from relcare.rulebook.operands import Misread, Typed, read_value
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot, mark_code
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import NUMERIC, Table, Vocabulary
from relcare.timing.moments import read_moment

ROLE = ("staff", "role")  # the subject and its field whose codes are the roles
APPROVAL_KEYS = ("by", "on", "document")
CONDITION_KEYS = ("all", "any", "none")
EXAMPLE_KEYS = ("as of", "gives")  # keys of an example that are no facts


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
    known: dict[tuple[int, ...], list[Labelled]] = {}  # by how many facts there are: they are added one by one

    def labelled() -> list[Labelled]:
        count = tuple(map(len, vocabulary.facts.values()))
        if count not in known:
            known[count] = _labelled(vocabulary, subject)
        return known[count]

    return Scope(
        f"a {subject}",
        lambda name: vocabulary.fact(subject, name),
        lambda: _reachable(vocabulary, subject),
        lambda name: _is_broken(reader, subject, name),
        labelled,
    )


def _labelled(vocabulary: Vocabulary, subject: str) -> list[Labelled]:
    """The Chinese names of all facts that a rule about a subject can reach: `客户.客户层级` of another's."""
    found = []
    table = vocabulary.table_of(subject)
    for other, facts in vocabulary.facts.items():
        home = vocabulary.table_of(other)
        if home is None or (other != subject and (table is None or not table.reference_to(other))):
            continue
        for name, fact in facts.items():
            headers = home.fields[name].headers if name in home.fields else ()
            also = tuple(header for header in headers if not header.isascii())
            if other == subject:
                found.append(Labelled(name, fact.label.zh, also))
                continue
            key, zh = f"{other}.{name}", f"{home.label.zh}.{fact.label.zh}"
            mixed = (f"{other}.{fact.label.zh}", f"{home.label.zh}.{name}")
            found.append(Labelled(key, zh, mixed + tuple(f"{home.label.zh}.{header}" for header in also)))
    return found


def _reachable(vocabulary: Vocabulary, subject: str) -> list[str]:
    names = list(vocabulary.facts[subject])
    table = vocabulary.table_of(subject)
    for other in vocabulary.facts:
        if other != subject and table is not None and table.reference_to(other):
            names += [f"{other}.{name}" for name in vocabulary.facts[other]]
    return names


def own_fact(reader: Reader, vocabulary: Vocabulary, subject: str, spot: Spot) -> str:
    """The key of a fact of the subject itself, named by key or label; "" (noted) where a label is ambiguous."""
    facts = vocabulary.facts[subject]
    return named(reader, spot, facts.__contains__, lambda: _own(vocabulary, subject), "RUL029") or ""


def reachable_names(vocabulary: Vocabulary, subject: str) -> list[tuple[str, list[str]]]:
    """The facts that a rule about a subject can name: each key, and the Chinese names that mean it alone."""
    listed = _labelled(vocabulary, subject)
    found: list[tuple[str, list[str]]] = []
    for each in listed:
        clear = [name for name in dict.fromkeys((each.zh, *each.also)) if keys_of(listed, name) == [each.key]]
        found.append((each.key, [name for name in clear if not name.isascii()]))
    return found


def _own(vocabulary: Vocabulary, subject: str) -> list[Labelled]:
    return [each for each in _labelled(vocabulary, subject) if "." not in each.key]


def _is_broken(reader: Reader, subject: str, name: str) -> bool:
    if "." in name:
        subject, _, name = name.partition(".")
    return (subject, name) in reader.broken


def read_approval(reader: Reader, node: Node | None) -> Approval | None:
    """`approved: {by, on, document}`."""
    found = reader.mapping(node, "an approval", APPROVAL_KEYS)
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
    roles = known_roles(vocabulary)
    name = named(reader, Spot(role, 0, role.text), roles.__contains__, roles.values, "RUL029")
    if roles and name is not None and name not in roles:
        known = list(roles) if role.text.isascii() else labels(roles.values())
        hint = did_you_mean(role.text, known) or "roles are the codes of the field `role` of staff"
        reader.note(role, "RUL081", f"there is no role `{role.text}`", hint)
    return name or ""


def known_roles(vocabulary: Vocabulary) -> dict[str, Labelled]:
    """The roles that can answer for something; none where the vocabulary does not list any."""
    subject, name = ROLE
    table = vocabulary.table_of(subject)
    field = table.fields.get(name) if table is not None else None
    if field is None or not field.codes:
        return {}
    roles = {code.key: Labelled(code.key, code.label.zh) for code in field.codes}
    for other in vocabulary.tables.values():
        for each in other.fields.values():
            if each.refers == subject:
                roles.setdefault(each.name, Labelled(each.name, each.label.zh))
    return roles


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
    return reader.word(found.get(key), f"what `{key}` can say", ("no",), NO_WORDS) == "no"


GivenRows = dict[str, tuple[dict[str, str], ...]]


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
    own: dict[str, Node] = {}
    others = []
    for key, value in node.entries:
        word = key.text if key.text in EXAMPLE_KEYS else key_meant(key.text, EXAMPLE_KEYS)
        if word:
            reader.said(key, (0, len(key.text)), word, in_zh(KEYS, word))
            own[word] = value
        else:
            others.append((key, value))
    stated = read_given(reader, Mapping(tuple(others), node.place), own.get("as of"), scope, tables)
    gives = reader.text(reader.need(own, "gives", node, "the example"), "`gives`")
    return None if gives is None else Given(stated.as_of, stated.facts, gives, stated.rows)


def read_given(
    reader: Reader, node: Node | None, as_of: Node | None, scope: Scope, tables: Named[str, Table]
) -> Stated:
    """The facts and rows that an example or a test states: `{tier: core_vip, interactions: [{kind: call, at: …}]}`."""
    facts: dict[str, str] = {}
    rows: GivenRows = {}
    for key, value in reader.entries(node, "what is given"):
        table = _table_given(reader, key, scope, tables) if isinstance(value, Sequence) else None
        if table is not None and isinstance(value, Sequence):
            rows[table.name] = read_rows(reader, value, table)
        else:
            _read_fact(reader, key, value, scope, tables, facts)
    return Stated(_as_of(reader, as_of) if as_of is not None else None, facts, rows)


def _as_of(reader: Reader, node: Node) -> date | datetime | None:
    """A day, which means its end, or a moment."""
    written = read_moment(node.text, "UTC") if isinstance(node, Scalar) and len(node.text) > len("2026-10-13") else None
    return written[0] if written is not None else reader.day(node, "`as of`")


def _table_given(reader: Reader, key: Scalar, scope: Scope, tables: Named[str, Table]) -> Table | None:
    """The table whose rows stand below a key: named by key, or by a Chinese label that no fact has."""
    if key.text.isascii() and key.text not in tables:
        return None
    taken = {name for each in scope.labelled() for name in (each.zh, *each.also)}
    listed = [Labelled(table.name, table.label.zh) for table in tables.values() if table.label.zh not in taken]
    if key.text not in tables and not keys_of(listed, key.text):
        return None
    name = named(reader, Spot(key, 0, key.text), tables.__contains__, lambda: listed, "RUL029")
    return tables[name] if name is not None else None


def read_rows(reader: Reader, node: Sequence, table: Table) -> tuple[dict[str, str], ...]:
    """Rows of a table about the subject of an example: `[{kind: call, at: 2026-10-12}]`."""
    rows = []
    for item in node.items:
        row: dict[str, str] = {}
        if not isinstance(item, Mapping):
            reader.note(item, "RUL004", f"a row of {table.name} is written as lines of `key: value`")
            continue
        for key, cell in item.entries:
            _read_cell(reader, key, cell, table, row)
        rows.append(row)
    return tuple(rows)


def _read_cell(reader: Reader, key: Scalar, cell: Node, table: Table, row: dict[str, str]) -> None:
    """A cell of a row, its field named by key, Chinese label or Chinese header."""
    spot = Spot(key, 0, key.text)
    name = named(reader, spot, table.fields.__contains__, lambda: labelled_fields(table), "RUL029")
    if name is None:
        return
    if name not in table.fields:
        known = list(table.fields) if name.isascii() else labels(labelled_fields(table))
        hint = did_you_mean(name, known) or f"known here: {', '.join(known)}"
        reader.note(key, "RUL002", f"`{key.text}` is not a key of a row of {table.name}", hint)
    elif isinstance(cell, Scalar):
        row[name] = _cell(reader, table.fields[name], cell)
    else:
        reader.note(cell, "RUL004", f"the value of `{key.text}` is one text")


def _read_fact(
    reader: Reader, key: Scalar, value: Node, scope: Scope, tables: Named[str, Table], facts: dict[str, str]
) -> None:
    """A fact of an example, as it would stand in a file; Chinese words and numbers are put as the file's."""
    name = named(reader, Spot(key, 0, key.text), lambda text: scope.find(text) is not None, scope.labelled, "RUL029")
    fact = scope.find(name) if name is not None else None
    if name is None or fact is None:
        if name is not None and not scope.broken(name):
            hint = did_you_mean(name, [*scope.names(), *labels(scope.labelled()), *tables, *EXAMPLE_KEYS])
            reader.note(key, "RUL060", f"{scope.what} has no fact `{key.text}`", hint)
    elif isinstance(value, Sequence):
        facts[name] = ";".join(_cell(reader, fact, text) for text in reader.texts(value, "an item"))
    elif isinstance(value, Mapping):
        reader.note(value, "RUL004", f"the value of `{key.text}` is one text")
    else:
        facts[name] = _cell(reader, fact, value)


def _cell(reader: Reader, fact: Typed, value: Scalar) -> str:
    """The text of a fact of an example as a file would have it: codes by key, `yes` and `no`, plain numbers."""
    text, spot = value.text, Spot(value, 0, value.text)
    if fact.type == "yes_no":
        word = text if text in YES_NO_WORDS else meant(text, YES_NO_WORDS, YES_NO_WORDS)
        if word:
            mark_code(reader, spot, fact, word)
        return word or text
    if fact.codes:
        key = next((code.key for code in fact.codes if text in (code.key, code.label.zh)), "")
        if key:
            mark_code(reader, spot, fact, key)
        return key or text
    if text.isascii() or fact.type not in NUMERIC:
        return text
    number = read_value(fact, text)
    if isinstance(number, Misread) or not isinstance(number, int | Decimal):
        return text
    plain = f"{Decimal(number).normalize():f}"
    reader.said(value, spot.part(), plain, text)
    return plain
