"""What the rows of tables are to obligations, and `done when`: the evidence that something was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from relcare.located import Mapping, Node, Scalar, Sequence
from relcare.rulebook.conditions import Condition
from relcare.rulebook.decode_conditions import TIMED, ConditionReader
from relcare.rulebook.decode_points import PointReader, spot_of
from relcare.rulebook.decode_where import labelled_fields, read_where, scope_of_rows
from relcare.rulebook.keys import entry
from relcare.rulebook.limits import Limits
from relcare.rulebook.names import Labelled, labels, named
from relcare.rulebook.obligations import AllDone, AnyDone, Cadence, Evidence, FactDone, Point, RowsDone
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot, mark_pattern
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import Field, RowEvidence, RowPauses, RowWaives, Table, Vocabulary
from relcare.rulebook.words import DONE, EVIDENCE, IN, POINTS, WHERE, Spelling, find_in, match_zh

NESTING = ("all", "any")
EVIDENCE_KEYS = ("as", "kind", "counts when", "rule")
PAUSES_KEYS = ("kind", "from", "until")
WAIVES_KEYS = ("rule", "subject", "by", "why")
NAMED = ("text", "id", "code")  # types of fields that can name a rule or a subject
DONE_HINT = "write a word of a table and a code, as `interaction call`, or `FACT is known`"


def decode_roles(reader: Reader, tables: dict[str, Table], documents: list[Mapping], limits: Limits) -> None:
    """Add to the tables what their rows are to obligations: `evidence`, `pauses` and `waives` of `table` documents."""
    words: dict[str, Scalar] = {}
    for document in documents:
        name = entry(document, "table")
        table = tables.get(name.text) if isinstance(name, Scalar) else None
        if table is None or table.place != (name.place if name is not None else None):
            continue
        roles = _Roles(reader, table, limits)
        evidence = roles.evidence(entry(document, "evidence"), words)
        pauses = roles.pauses(entry(document, "pauses"))
        waives = roles.waives(entry(document, "waives"))
        if evidence or pauses or waives:
            corrects = reader.correction(document.get("corrects"))
            tables[table.name] = replace(table, evidence=evidence, pauses=pauses, waives=waives, corrects=corrects)


class _Roles:
    """What the rows of one table are."""

    def __init__(self, reader: Reader, table: Table, limits: Limits) -> None:
        self._reader = reader
        self._table = table
        self._limits = limits

    def evidence(self, node: Node | None, words: dict[str, Scalar]) -> RowEvidence | None:
        reader = self._reader
        found = reader.mapping(node, "`evidence`", EVIDENCE_KEYS)
        if found is None or node is None:
            return None
        before = len(reader.problems)
        word = reader.name(reader.need(found, "as", node, "`evidence`"), "a word for rows")
        kind = self._field(found.get("kind"), lambda f: f.type == "code", "is no field of type code")
        rule = self._field(found.get("rule"), lambda f: f.type in NAMED, "can't name a rule")
        counts: Condition | None = None
        if "counts when" in found:
            conditions = ConditionReader(reader, scope_of_rows(reader, self._table), self._limits)
            counts = conditions.read(found["counts when"])
        self._dated(node)
        if word is not None and words.setdefault(word.text, word) is not word:
            hint = f"also at {words[word.text].place}"
            reader.note(word, "VOC031", f"the rows of two tables are called `{word.text}`", hint)
        missed = (
            ("kind" in found and not kind) or ("rule" in found and not rule) or ("counts when" in found and not counts)
        )
        if word is None or missed or len(reader.problems) > before:
            reader.broken.add(("evidence", word.text if word else ""))
            return None
        return RowEvidence(word.text, kind, counts, rule)

    def pauses(self, node: Node | None) -> RowPauses | None:
        reader = self._reader
        found = reader.mapping(node, "`pauses`", PAUSES_KEYS)
        if found is None or node is None:
            return None
        before = len(reader.problems)
        kind = self._field(
            reader.need(found, "kind", node, "`pauses`"), lambda f: f.type == "code", "is no field of type code"
        )
        ends = [
            self._field(reader.need(found, key, node, "`pauses`"), lambda f: f.type in TIMED, "is no date or moment")
            for key in ("from", "until")
        ]
        return RowPauses(kind, *ends) if kind and all(ends) and len(reader.problems) == before else None

    def waives(self, node: Node | None) -> RowWaives | None:
        reader = self._reader
        found = reader.mapping(node, "`waives`", WAIVES_KEYS)
        if found is None or node is None:
            return None
        before = len(reader.problems)
        rule, subject = (
            self._field(reader.need(found, key, node, "`waives`"), lambda f: f.type in NAMED, f"can't name a {key}")
            for key in ("rule", "subject")
        )
        by, why = (self._field(found.get(key), lambda _: True, "") for key in ("by", "why"))
        self._dated(node)
        whole = rule and subject and len(reader.problems) == before
        return RowWaives(rule, subject, by, why) if whole else None

    def _field(self, node: Node | None, fits: Callable[[Field], bool], says: str) -> str:
        text = self._reader.text(node, "a field")
        if text is None:
            return ""
        field = field_of(self._reader, self._table, text)
        if field is not None and fits(field):
            return field.name
        if field is not None:
            self._reader.note(text, "VOC030", f"`{text.text}` {says}")
        elif (self._table.name, text.text) not in self._reader.broken:
            hint = did_you_mean(text.text, self._table.fields)
            self._reader.note(text, "VOC030", f"table `{self._table.name}` has no field `{text.text}`", hint)
        return ""

    def _dated(self, node: Node) -> None:
        by = self._table.dated_by
        if not by or self._table.fields[by].type not in TIMED:
            message = f"table `{self._table.name}` does not say on which day a row came"
            self._reader.note(node, "VOC030", message, "it needs `dated by`, a field of type date or moment")


class _Window(NamedTuple):
    """A window as it is written, and what stands before it."""

    rest: Spot
    since: Spot | None


class EvidenceReader:
    """Decodes `done when` of the rules about one subject."""

    def __init__(
        self, reader: Reader, vocabulary: Vocabulary, subject: str, points: PointReader, limits: Limits
    ) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._subject = subject
        self._points = points
        self._limits = limits
        self._words = {table.evidence.word: table for table in vocabulary.tables.values() if table.evidence is not None}

    def read(self, node: Node | None, every: Cadence | None) -> Evidence | None:
        """The evidence that a rule waits for; None where a part has a mistake."""
        if node is None:
            return None
        if isinstance(node, Mapping):
            return self._nested(node, every)
        hint = "write `all:` or `any:` above the list" if isinstance(node, Sequence) else DONE_HINT
        if isinstance(node, Scalar) and node.text.strip():
            return self._piece(spot_of(node), every)
        self._reader.note(node, "RUL004", "evidence is written in one text, or as `all:` or `any:` of several", hint)
        return None

    def _nested(self, node: Mapping, every: Cadence | None) -> Evidence | None:
        reader = self._reader
        found = reader.mapping(node, "evidence", NESTING) or {}
        if len(found) != 1:
            if len(node.entries) != 1:
                reader.note(node, "RUL004", "evidence is `all:` or `any:` of several", "nest one in the other")
            return None
        ((word, listed),) = found.items()
        parts = [self.read(item, every) for item in reader.items(listed, f"the parts of `{word}`")]
        if isinstance(listed, Sequence) and not parts:
            reader.note(listed, "RUL039", f"`{word}:` has no parts", DONE_HINT)
        whole = tuple(part for part in parts if part is not None)
        if len(whole) < len(parts) or not whole:
            return None
        if len(whole) == 1:
            return whole[0]
        return AllDone(whole) if word == "all" else AnyDone(whole)

    def _piece(self, spot: Spot, every: Cadence | None) -> Evidence | None:
        known = find_in(DONE, spot.text)
        if known is not None and " " not in spot.cut(known[1][0]).text:
            name = self._points.timed(mark_pattern(self._reader, spot, *known)[0])
            return None if name is None else FactDone(name, spot.text, spot.at.place)
        rest, window = _window(spot)
        if window is not None:
            self._mark(spot, IN, rest, window)
        head, where = _where(rest)
        if where is not None:
            self._mark(rest, WHERE, head, where)
        word = self._word(head.text)
        table = self._table(head, word)
        if table is None or table.evidence is None:
            return None
        tail = head.cut((len(word), len(head.text)))
        if tail.text:
            self._mark(head, EVIDENCE, head.cut((0, len(word))), tail)
        codes = self._codes(tail, table, table.evidence) if tail.text else ()
        condition = None if where is None else read_where(self._reader, self._limits, table, where)
        since = None if window is None else self._since(window, every)
        if codes is None or (where is not None and condition is None) or (window is not None and since is None):
            return None
        return RowsDone(table.name, codes, condition, since, spot.text, spot.at.place)

    def _mark(self, whole: Spot, spelling: Spelling, *parts: Spot) -> None:
        if self._reader.marks is not None:
            slots = tuple(part.part() for part in parts)
            self._reader.marks.pattern(whole.at, whole.part(), spelling, slots, whole.text)

    def _labelled(self) -> list[Labelled]:
        return [Labelled(word, table.label.zh) for word, table in self._words.items()]

    def _word(self, text: str) -> str:
        """The word for rows with which a text begins: up to a space, or a Chinese name of a table."""
        word = text.partition(" ")[0]
        if word.isascii():
            return word
        known = [name for each in self._labelled() for name in (each.key, each.zh) if text.startswith(name)]
        return max(known, key=len, default=word)

    def _table(self, head: Spot, word: str) -> Table | None:
        spot = head.cut((0, len(word)))
        name = named(self._reader, spot, self._words.__contains__, self._labelled, "RUL029")
        if name is None:
            return None
        table = self._words.get(name)
        if table is None:
            if ("evidence", word) in self._reader.broken or ("evidence", "") in self._reader.broken:
                return None
            known = list(self._words) if word.isascii() else labels(self._labelled())
            hint = did_you_mean(word, known) or DONE_HINT
            self._note(spot, f"no table's rows are called `{word}`", hint)
            return None
        if table.reference_to(self._subject) or self._shares_customer(table):
            return table
        hint = f"one of its fields needs `refers: {self._subject}`"
        self._note(spot, f"table `{table.name}` does not say which {self._subject} a row is of", hint)
        return None

    def _shares_customer(self, table: Table) -> bool:
        """Whether the rows are of the customer to whom the subject belongs: what was done for an account stands with them."""
        own = self._vocabulary.table_of(self._subject)
        return bool(own is not None and own.reference_to("customer") and table.reference_to("customer"))

    def _codes(self, spot: Spot, table: Table, evidence: RowEvidence) -> tuple[str, ...] | None:
        """One code, or `[a, b]`: sorted, each once."""
        bracketed = spot.text.startswith("[") and spot.text.endswith("]")
        start = 1 if bracketed else 0
        spots: list[Spot] = []
        for text in (spot.text[1:-1] if bracketed else spot.text).split(","):
            spots.append(spot.cut((start, start + len(text))))
            start += len(text) + 1
        listed = [Labelled(c.key, c.label.zh) for c in table.fields[evidence.kind].codes] if evidence.kind else []
        known = [each.key for each in listed]
        codes: dict[str, str] = {}
        for item in spots:
            key = named(self._reader, item, known.__contains__, lambda: listed, "RUL029")
            if key in known:
                codes[item.text] = str(key)
                continue
            if not item.text.isascii():
                known = labels(listed)
            hint = did_you_mean(item.text, known)
            if not hint:
                hint = "its codes are " + ", ".join(f"`{code}`" for code in known) if known else "it has no `kind`"
            self._note(item if item.text else spot, f"`{evidence.word}` has no code `{item.text}`", hint)
        return tuple(sorted(set(codes.values()))) if codes and len(codes) == len({s.text for s in spots}) else None

    def _since(self, spot: Spot, every: Cadence | None) -> Point | None:
        """The beginning of a window that ends at a date, at the festival or at the deadline."""
        point = self._points.point(spot, every)
        if point is None or (point.before and point.base in ("fact", "festival", "due")):
            return point
        message = "a window of evidence ends at a date, at the festival or at the deadline"
        self._reader.note(spot.at, "RUL075", message, "write `in the 60 days before FACT`", part=spot.part())
        return None

    def _note(self, spot: Spot, message: str, hint: str) -> None:
        self._reader.note(spot.at, "RUL080", message, hint, part=spot.part())


def _window(spot: Spot) -> _Window:
    """The text, and what follows the last ` in the ` where that is a point in time or is meant to be one."""
    at = spot.text.rfind(" in the ")
    if at > 0 and (find_in(POINTS, spot.text[at + 8 :]) or spot.text[at + 8 :].startswith("last ")):
        return _Window(spot.cut((0, at)), spot.cut((at + 8, len(spot.text))))
    at = -1 if spot.text.isascii() else spot.text.rfind("，")
    if at > 0 and any(match_zh(spot.text[at + 1 :].strip(), spelling) for spelling in POINTS):
        return _Window(spot.cut((0, at)), spot.cut((at + 1, len(spot.text))))
    return _Window(spot, None)


def _where(spot: Spot) -> tuple[Spot, Spot | None]:
    """What stands before `where` or 其中, and what follows it."""
    for word in (" where ", "，其中"):
        at = spot.text.find(word)
        if at > 0:
            return spot.cut((0, at)), spot.cut((at + len(word), len(spot.text)))
    return spot, None


def field_of(reader: Reader, table: Table, text: Scalar) -> Field | None:
    """A field of a table, named by key or Chinese label."""
    name = named(reader, Spot(text, 0, text.text), table.fields.__contains__, lambda: labelled_fields(table), "RUL029")
    return table.fields.get(name or "")
