"""Documents of kind `table` and `norm`: tables with their fields, and the clauses of the norm."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from relcare.located import Mapping, Node, Scalar, Sequence
from relcare.rulebook.keys import (
    EMPTY_WORDS,
    KEYS,
    NO_BOUND_WORDS,
    TIME_WORDS,
    TYPE_WORDS,
    YES_NO_WORDS,
    entry,
    in_zh,
    is_key,
    meant,
)
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot, mark_pattern
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import NUMERIC, TYPES, Clause, Code, Field, Label, Table
from relcare.rulebook.words import KNOWN_WITH, find_in

NORM_KEYS = ("kind", "norm", "edition", "from", "until", "house practice", "clauses")
CLAUSE_KEYS = ("label", "text", "edition", "from", "until", "house practice")
TABLE_KEYS = (
    "kind", "table", "label", "subject", "key", "dated by", "if not supplied", "fields", "evidence", "pauses", "waives",
    "corrects",
)  # fmt: skip
FIELD_KEYS = ("type", "label", "headers", "unit", "codes", "range", "empty", "time", "refers", "if not supplied")
EMPTY_MEANS = ("unknown", "not yet", "none")
TIMES = ("snapshot", "planned", "happened")
CODED = ("code", "codes")
ANY_TABLE = ("tables", "")  # a table has no name: nothing is said about unknown tables and subjects


def decode_norm(reader: Reader, document: Mapping, clauses: dict[str, Clause]) -> None:
    """Add the clauses of a `norm` document to `clauses`; what it says of its edition and dates holds for each of them."""
    found = reader.mapping(document, "a norm", NORM_KEYS)
    if found is None:
        return
    norm = reader.label(found.get("norm"), "norm")
    for key, node in reader.entries(reader.need(found, "clauses", document, "the norm"), "the clauses"):
        if key.text in clauses:
            earlier = clauses[key.text].place
            reader.note(key, "RUL012", f"clause `{key.text}` stands in the register twice", f"also at {earlier}")
            continue
        own = reader.mapping(node, "a clause", CLAUSE_KEYS) or {}
        label = reader.label(own.get("label"), key.text)
        text = reader.label(own["text"], key.text) if "text" in own else Label("", "")
        edition = own.get("edition") or found.get("edition")
        start, until = _binding(reader, own, found)
        house = own.get("house practice")
        clauses[key.text] = Clause(
            key.text,
            label,
            text,
            norm,
            reader.label(edition, "edition") if edition is not None else None,
            start,
            until,
            reader.label(house, "house practice") if house is not None else None,
            reader.word(found.get("house practice"), "yes or no", YES_NO_WORDS, YES_NO_WORDS) == "yes",
            key.place,
        )


def _binding(reader: Reader, own: dict[str, Node], norm: dict[str, Node]) -> tuple[date | None, date | None]:
    """From when to when a clause binds: as it says itself, else as its norm says."""
    start, until = (reader.day(own[key] if key in own else norm.get(key), f"`{key}`") for key in ("from", "until"))
    if start is not None and until is not None and until <= start:
        at = own.get("until") or norm["until"]
        reader.note(
            at, "RUL008", "the clause ends before it begins", "`until` is the first day on which it no longer binds"
        )
    return start, until


def decode_table(reader: Reader, document: Mapping, tables: dict[str, Table]) -> None:
    """Add the table of a `table` document to `tables`; what its rows are to obligations is decoded once limits are known."""
    found = reader.mapping(document, "a table", TABLE_KEYS)
    if found is None:
        return
    name = reader.name(reader.need(found, "table", document, "the table"), "the name of a table")
    if name is None:
        reader.broken.add(ANY_TABLE)
        return
    if name.text in tables:
        reader.note(name, "VOC008", f"table `{name.text}` is declared twice", f"also at {tables[name.text].place}")
        return
    fields = _decode_fields(reader, name.text, reader.need(found, "fields", document, f"table `{name.text}`"))
    subject = reader.name(found.get("subject"), "a subject")
    key = reader.texts(found.get("key"), "`key`")
    dated_by = reader.text(found.get("dated by"), "`dated by`")
    if subject is not None:
        twin = next((table for table in tables.values() if table.subject == subject.text), None)
        if twin is not None:
            reader.note(
                subject, "VOC009", f"two tables have one row for each {subject.text}: `{twin.name}` is the other"
            )
        if "key" in found and len(key) != 1:
            message = f"the table of each {subject.text} needs a key of one field"
            reader.note(found["key"], "VOC011", message, "`key: FIELD` names the field that holds its id")
        elif "key" not in found:
            reader.need(found, "key", subject, f"table `{name.text}` with one row for each {subject.text}")
    for part in (*key, *((dated_by,) if dated_by else ())):
        if part.text not in fields and (name.text, part.text) not in reader.broken:
            hint = did_you_mean(part.text, fields)
            reader.note(part, "VOC006", f"table `{name.text}` has no field `{part.text}`", hint)
    if dated_by and dated_by.text in fields and fields[dated_by.text].type not in ("date", "moment", "month"):
        reader.note(
            dated_by,
            "VOC006",
            f"`{dated_by.text}` is no date",
            "`dated by` names a field of type date, moment or month",
        )
        dated_by = None
    instead = reader.text(found.get("if not supplied"), "`if not supplied`")
    if instead is not None and subject is None:
        message = f"table `{name.text}` is that of no subject"
        reader.note(instead, "VOC011", message, "the key of a row can stand in only for a table with `subject`")
        instead = None
    tables[name.text] = Table(
        name=name.text,
        label=reader.label(found.get("label"), name.text),
        fields=fields,
        subject=subject.text if subject else "",
        key=tuple(part.text for part in key if part.text in fields),
        dated_by=dated_by.text if dated_by and dated_by.text in fields else "",
        place=name.place,
        instead=instead.text if instead else "",
    )


def _decode_fields(reader: Reader, table: str, node: Node | None) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    spellings: dict[str, str] = {}
    for key, value in reader.entries(node, "the fields"):
        name = reader.name(key, "the name of a field")
        if name is None:
            continue
        field = _decode_field(reader, name, value)
        if field is None:
            reader.broken.add((table, name.text))
            continue
        fields[name.text] = field
        _claim(reader, spellings, name, (name.text, field.label.en, field.label.zh, *field.headers), "header")
    for key, value in reader.entries(node, "the fields") if fields else ():
        field = fields.get(key.text)
        if field is not None and field.known_with and field.known_with not in fields:
            _note_known_with(reader, value, field, table, fields)
    return fields


def _decode_field(reader: Reader, name: Scalar, node: Node) -> Field | None:
    what = f"field `{name.text}`"
    found = reader.mapping(node, what, FIELD_KEYS)
    if found is None:
        return None
    kind_node = reader.text(reader.need(found, "type", name, what), "`type`")
    kind = ""
    if kind_node:
        hint = "one of: " + ", ".join(TYPES)
        kind = reader.word_of(kind_node, "a type", TYPES, TYPE_WORDS, "VOC001", hint) or kind_node.text
    codes = decode_codes(reader, found.get("codes"), name.text)
    if kind in TYPES:
        _check_codes(reader, kind, found.get("codes"), name, what)
    low, high = decode_range(reader, found.get("range"), kind)
    empty = decode_empty(reader, found.get("empty"))
    time, known_with = _decode_time(reader, found.get("time"), kind)
    unit = reader.text(found.get("unit"), "`unit`")
    refers = reader.text(found.get("refers"), "`refers`")
    headers = reader.texts(found.get("headers"), "`headers`")
    label = reader.label(found.get("label"), name.text)
    instead = reader.text(found.get("if not supplied"), "`if not supplied`")
    if kind not in TYPES:
        return None
    return Field(
        name.text,
        kind,
        label,
        unit.text if unit else "",
        codes,
        low,
        high,
        empty,
        tuple(header.text for header in headers),
        time,
        known_with,
        refers.text if refers else "",
        name.place,
        instead.text if instead else "",
    )


def decode_codes(reader: Reader, node: Node | None, owner: str) -> tuple[Code, ...]:
    """A closed list: `{key: {en, zh, also}}`, or a list of keys."""
    if node is None:
        return ()
    if isinstance(node, Sequence):
        keys = [code_name(reader, item, "a code") for item in node.items]
        return tuple(Code(key.text, reader.label(None, key.text)) for key in keys if key is not None)
    codes: list[Code] = []
    spellings: dict[str, str] = {}
    for key, value in reader.entries(node, f"the codes of `{owner}`"):
        name = code_name(reader, key, "a code")
        if name is None:
            continue
        also: tuple[Scalar, ...] = ()
        if isinstance(value, Mapping) and entry(value, "also") is not None:
            also = reader.texts(entry(value, "also"), "`also`")
            for word, _ in value.entries:
                if is_key(word, "also"):
                    reader.said(word, (0, len(word.text)), "also", in_zh(KEYS, "also"))
            value = Mapping(tuple(pair for pair in value.entries if not is_key(pair[0], "also")), value.place)  # noqa: PLW2901
        label = reader.label(value if not isinstance(value, Mapping) or value.entries else None, name.text)
        codes.append(Code(name.text, label, tuple(text.text for text in also)))
        _claim(reader, spellings, name, (name.text, label.en, label.zh, *codes[-1].also), "spelling")
    return tuple(codes)


def code_name(reader: Reader, node: Node | None, what: str) -> Scalar | None:
    """A name; `none` is a code like others, though it can't be the name of a fact."""
    return node if isinstance(node, Scalar) and node.text == "none" else reader.name(node, what)


def _claim(reader: Reader, claimed: dict[str, str], owner: Scalar, spellings: tuple[str, ...], what: str) -> None:
    """No two fields of a table, and no two codes of a field, may be written alike."""
    for spelling in spellings:
        earlier = claimed.setdefault(spelling.casefold(), owner.text)
        if earlier != owner.text:
            message = f"`{owner.text}` and `{earlier}` share the {what} `{spelling}`"
            reader.note(owner, "VOC010", message, "a file could mean either; give one of them another")
            return


def _check_codes(reader: Reader, kind: str, node: Node | None, owner: Scalar, what: str) -> None:
    if kind in CODED and node is None:
        reader.note(
            owner, "VOC002", f"{what} is of type {kind} and has no `codes`", "add `codes: {key: {en: …, zh: …}}`"
        )
    elif kind not in CODED and node is not None:
        reader.note(
            node, "VOC002", f"{what} is of type {kind} and can't have `codes`", "its type would be code or codes"
        )


def decode_range(reader: Reader, node: Node | None, kind: str) -> tuple[Decimal | None, Decimal | None]:
    """`[low, high]`, both included; `none` for no bound."""
    if node is None:
        return None, None
    if kind and kind in TYPES and kind not in NUMERIC:
        reader.note(node, "VOC003", f"a range is for numbers, not for type {kind}")
        return None, None
    bounds = [reader.text(item, "a bound") for item in reader.items(node, "the two bounds of a range")]
    if not isinstance(node, Sequence):
        return None, None
    if len(bounds) != 2:
        reader.note(node, "VOC003", f"a range has two bounds, not {len(bounds)}", "write it as [0, 100]")
        return None, None
    values: list[Decimal | None] = []
    for bound in bounds:
        unbound = bound is not None and bound.text in ("none", NO_BOUND_WORDS["none"])
        if unbound and bound is not None:
            reader.said(bound, (0, len(bound.text)), "none", NO_BOUND_WORDS["none"])
        value = None if bound is None or unbound else read_bound(bound.text)
        if bound is not None and value is None and not unbound:
            reader.note(bound, "VOC003", f"`{bound.text}` is not a number", "write digits, or none for no bound")
        values.append(value)
    low, high = values
    if low is not None and high is not None and low > high:
        reader.note(node, "VOC003", f"the range from {low} to {high} is empty", "the lower bound comes first")
        return None, None
    return low, high


def read_bound(text: str) -> Decimal | None:
    """A plain decimal number; None for anything else."""
    digits = text.removeprefix("-").replace(".", "", 1)
    return Decimal(text) if digits.isascii() and digits.isdigit() else None


def decode_empty(reader: Reader, node: Node | None) -> str:
    """What an empty cell means; `unknown` where nothing is said."""
    if node is None:
        return "unknown"
    text = reader.text(node, "`empty`")
    if text is None:
        return "unknown"
    what, hint = "what an empty cell can mean", "one of: " + ", ".join(EMPTY_MEANS)
    return reader.word_of(text, what, EMPTY_MEANS, EMPTY_WORDS, "VOC004", hint) or "unknown"


def _decode_time(reader: Reader, node: Node | None, kind: str) -> tuple[str, str]:
    text = reader.text(node, "`time`")
    if text is None:
        return "snapshot", ""
    found = find_in(KNOWN_WITH, text.text)
    if found is not None:
        (value,) = mark_pattern(reader, Spot(text, 0, text.text), *found)
        return "known with", value.text
    when = text.text if text.text in TIMES else meant(text.text, TIMES, TIME_WORDS)
    if not when:
        hint = did_you_mean(text.text, [*TIMES, *TIME_WORDS.values()])
        hint = hint or "one of: snapshot, planned, happened, known with FIELD"
        reader.note(text, "VOC005", f"`{text.text}` does not say when a cell is visible", hint)
        return "snapshot", ""
    reader.said(text, (0, len(text.text)), when, TIME_WORDS[when])
    if when == "happened" and kind in TYPES and kind not in ("date", "moment", "month"):
        message = f"a field of type {kind} has no date of its own with which it happened"
        reader.note(text, "VOC005", message, "write `known with FIELD`, naming the field that dates it")
        return "snapshot", ""
    return when, ""


def _note_known_with(reader: Reader, node: Node, field: Field, table: str, fields: dict[str, Field]) -> None:
    time = entry(node, "time") if isinstance(node, Mapping) else None
    if time is not None and (table, field.known_with) not in reader.broken:
        hint = did_you_mean(field.known_with, fields)
        reader.note(time, "VOC005", f"table `{table}` has no field `{field.known_with}`", hint)


def check_references(reader: Reader, tables: dict[str, Table], documents: list[Mapping]) -> None:
    """Every `refers` names a subject that has a table."""
    subjects = {table.subject for table in tables.values() if table.subject}
    if ANY_TABLE in reader.broken or all(
        not f.refers or f.refers in subjects for table in tables.values() for f in table.fields.values()
    ):
        return
    for document in documents:
        for _, node in fields_of(document):
            refers = entry(node, "refers") if isinstance(node, Mapping) else None
            if isinstance(refers, Scalar) and refers.text and refers.text not in subjects:
                hint = did_you_mean(refers.text, subjects) or "a subject is what a table has one row for (`subject: …`)"
                reader.note(refers, "VOC007", f"no table has one row for each {refers.text}", hint)


def fields_of(document: Mapping) -> tuple[tuple[Scalar, Node], ...]:
    """The entries of a table document's `fields`."""
    fields = entry(document, "fields")
    return fields.entries if isinstance(fields, Mapping) else ()
