"""Documents of kind `facts`: measures, made of the rows of a table or of the age of a date."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from relcare.located import Mapping, Node, Scalar
from relcare.rulebook.conditions import ELAPSED_UNITS, Limit, Span
from relcare.rulebook.decode_conditions import TIMED, Spot
from relcare.rulebook.decode_vocabulary import ANY_TABLE, decode_empty, decode_range
from relcare.rulebook.decode_where import read_where
from relcare.rulebook.limits import Limits
from relcare.rulebook.measures import AgeMeasure, Measure, RowMeasure, SeriesMeasure, Window
from relcare.rulebook.operands import Misread, read_span
from relcare.rulebook.reader import Reader
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import NUMERIC, TEMPORAL, Fact, Field, Label, Table, Vocabulary
from relcare.rulebook.words import MEASURES, beginnings, find_measure, match

FACT_KEYS = ("label", "is", "instead", "empty", "unit", "range")
COUNTED = Field("count", "count", Label("", ""), low=Decimal(0))
ORDERED = NUMERIC | TEMPORAL


class _Made(NamedTuple):
    """A measure and the field of which it has type, unit, codes and range (`kind` where the type differs)."""

    measure: Measure
    like: Field
    kind: str = ""
    unit: str | None = None
    ranged: bool = True


class MeasureReader:
    """Decodes the facts of all subjects. Ages may name other facts, so they are checked once all facts are known."""

    def __init__(self, reader: Reader, vocabulary: Vocabulary, limits: Limits) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._limits = limits
        self._subject = ""
        self._own: Table | None = None
        self._ages: list[tuple[str, str, Spot]] = []

    def decode(self, document: Mapping) -> None:
        """Add the facts of a `facts` document to the vocabulary."""
        reader = self._reader
        found = reader.mapping(document, "a document of facts", ("kind", "for", "facts"))
        if found is None:
            return
        subject = read_subject(reader, found, document, self._vocabulary)
        if subject is None:
            for key, _ in reader.entries(found.get("facts"), "facts"):
                reader.broken.update((other, key.text) for other in self._vocabulary.facts)
            return
        self._subject = subject
        self._own = self._vocabulary.table_of(subject)
        facts = self._vocabulary.facts[subject]
        for key, node in reader.entries(reader.need(found, "facts", document, "the document"), "facts"):
            name = reader.name(key, "the name of a fact")
            if name is None:
                continue
            if name.text in facts:
                note_taken(reader, name, facts[name.text])
                continue
            fact = self._fact(name, node)
            if fact is None:
                reader.broken.add((subject, name.text))
            else:
                facts[name.text] = fact

    def _fact(self, name: Scalar, node: Node) -> Fact | None:
        reader, what = self._reader, f"fact `{name.text}`"
        found = reader.mapping(node, what, FACT_KEYS)
        if found is None:
            return None
        label = reader.label(found.get("label"), name.text)
        text = reader.text(reader.need(found, "is", name, what), "`is`")
        unit = reader.text(found.get("unit"), "`unit`")
        made = None if text is None else self._measure(text, name)
        kind = (made.kind or made.like.type) if made else ""
        low, high = decode_range(reader, found.get("range"), kind)
        empty = decode_empty(reader, found.get("empty"))
        if made is None:
            return None
        like = made.like
        if "range" not in found and made.ranged and kind in NUMERIC:
            low, high = like.low, like.high
        fact = Fact(
            name=name.text,
            subject=self._subject,
            type=kind,
            label=label,
            source="measure",
            unit=unit.text if unit else like.unit if made.unit is None else made.unit,
            codes=like.codes if kind == like.type else (),
            low=low,
            high=high,
            empty=empty,
            measure=made.measure,
            place=name.place,
        )
        return self._with_instead(fact, found.get("instead"))

    def _with_instead(self, fact: Fact, node: Node | None) -> Fact:
        text = self._reader.text(node, "`instead`")
        if text is None or self._own is None or (self._own.name, text.text) in self._reader.broken:
            return fact
        field = self._own.fields.get(text.text)
        if field is None:
            hint = did_you_mean(text.text, self._own.fields)
            self._reader.note(text, "VOC028", f"a {self._subject} has no field `{text.text}`", hint)
            return fact
        if (field.type, field.unit) != (fact.type, fact.unit):
            message = f"`{text.text}` can't stand in for `{fact.name}`: one is {_say(field)}, the other {_say(fact)}"
            self._reader.note(text, "VOC028", message, "both must be of one type and unit")
            return fact
        return replace(fact, instead=text.text)

    def _measure(self, scalar: Scalar, name: Scalar) -> _Made | None:
        words = " ".join(scalar.text.split())
        text = Spot(scalar, 0, words)
        head, where, window = _split(text)
        found = find_measure(words)
        if found is None or found[0].primitive == "rows":
            found = find_measure(head.text)
            text = head
        elif where is not None:
            self._note(where, "VOC020", "a monthly series and an age take no `where`", "only measures over rows do")
            return None
        if found is None:
            near = did_you_mean(" ".join(words.split()[:2]), beginnings(MEASURES))
            hint = near or "measures begin with " + ", ".join(dict.fromkeys(b.split()[0] for b in beginnings(MEASURES)))
            self._note(text, "VOC020", f"`{words}` is not a measure", hint)
            return None
        spelling, slots = found
        values = [text.cut(slot) for slot in slots]
        if spelling.primitive == "rows":
            return self._rows(spelling.detail, values, where, window, name)
        if spelling.primitive == "series":
            return self._series(spelling.detail, values, name)
        self._ages.append((self._subject, name.text, values[0]))
        age = AgeMeasure(spelling.detail, values[0].text, spelling.primitive == "age until", name.place)
        return _Made(age, COUNTED, unit=spelling.detail, ranged=False)

    def _rows(
        self, kind: str, values: list[Spot], where: Spot | None, window: Spot | None, name: Scalar
    ) -> _Made | None:
        table = self._table(values[-1])
        stretch = None if window is None else self._window(window, table)
        if table is None:
            return None
        condition = None if where is None else read_where(self._reader, self._limits, table, where)
        field = self._field(values[0], table, kind) if kind != "count" else COUNTED
        if field is None or (where is not None and condition is None) or (window is not None and stretch is None):
            return None
        if kind in ("latest", "earliest") and not table.dated_by and field.type not in TIMED:
            message = f"table `{table.name}` does not say when a row came: it has no `dated by`"
            self._note(values[-1], "VOC024", message, f"`{kind}` needs it, except of a date")
            return None
        measure = RowMeasure(
            kind, table.name, "" if kind == "count" else field.name, condition, stretch, place=name.place
        )
        number = kind == "average" and field.type == "count"
        return _Made(measure, field, "number" if number else "", ranged=kind != "sum")

    def _series(self, kind: str, values: list[Spot], name: Scalar) -> _Made | None:
        field_spot, table_spot, *rest = values
        months = 0
        limit = None
        good = True
        if rest and kind != "first reached":
            span = read_span(rest[0].text)
            if isinstance(span, Misread):
                self._note(rest[0], "VOC029", span.message, span.hint)
                good = False
            elif span.unit != "months":
                self._note(rest[0], "VOC029", f"a monthly series is counted in months, not in {span.unit}")
                good = False
            else:
                months = span.amount
        table = self._table(table_spot)
        if table is None:
            return None
        field = self._field(field_spot, table, kind)
        if not self._is_series(table):
            message = f"table `{table.name}` is no monthly series"
            self._note(table_spot, "VOC025", message, f"its key would be a {self._subject} and a field of type month")
            good = False
        if rest and kind == "first reached":
            limit = self._limit(rest[0], field)
            good = good and limit is not None
        if field is None or not good:
            return None
        measure = SeriesMeasure(kind, table.name, field.name, months, limit, name.place)
        match kind:
            case "falling streak" | "rising streak":
                return _Made(measure, COUNTED, unit="months")
            case "first reached":
                return _Made(measure, field, "month", unit="")
            case "change":
                return _Made(measure, field, ranged=False)
            case _:
                return _Made(measure, field, "number" if field.type == "count" else "")

    def _limit(self, spot: Spot, field: Field | None) -> Limit | None:
        if spot.text not in self._limits:
            hint = did_you_mean(spot.text, self._limits.names()) or "a measure names a limit, so that it can be dated"
            self._note(spot, "RUL043", f"there is no limit `{spot.text}`", hint)
            return None
        if field is not None:
            self._limits.use(spot.text, field, spot.at, spot.part())
        return Limit(spot.text)

    def _is_series(self, table: Table) -> bool:
        types = {table.fields[part].type for part in table.key}
        return len(table.key) == 2 and table.reference_to(self._subject) in table.key and "month" in types

    def _table(self, spot: Spot) -> Table | None:
        table = self._vocabulary.tables.get(spot.text)
        if table is None:
            if ANY_TABLE not in self._reader.broken:
                hint = did_you_mean(spot.text, self._vocabulary.tables)
                self._note(spot, "VOC021", f"there is no table `{spot.text}`", hint)
            return None
        if table.reference_to(self._subject):
            return table
        if any(owner == table.name for owner, _ in self._reader.broken):
            return None
        message = f"table `{table.name}` does not say which {self._subject} a row is of"
        self._note(spot, "VOC026", message, f"one of its fields needs `refers: {self._subject}`")
        return None

    def _field(self, spot: Spot, table: Table, kind: str) -> Field | None:
        field = table.fields.get(spot.text)
        if field is None:
            if (table.name, spot.text) not in self._reader.broken:
                hint = did_you_mean(spot.text, table.fields)
                self._note(spot, "VOC022", f"table `{table.name}` has no field `{spot.text}`", hint)
            return None
        fits = (
            True
            if kind in ("latest", "earliest")
            else field.type in ORDERED
            if kind in ("highest", "lowest")
            else field.type in NUMERIC
        )
        if fits:
            return field
        hint = "it takes a number or date" if kind in ("highest", "lowest") else "it takes a number"
        self._note(spot, "VOC023", f"there is no {kind} of `{field.name}`, which is of type {field.type}", hint)
        return None

    def _window(self, spot: Spot, table: Table | None) -> Window | None:
        last = match(spot.text, "last …")
        before = match(spot.text, "… before the last …")
        spans: list[Span] = []
        for slot in last or before or []:
            part = spot.cut(slot)
            span = read_span(part.text)
            if isinstance(span, Misread):
                self._note(part, "VOC029", span.message, span.hint)
            else:
                spans.append(span)
        if len(spans) < (1 if last else 2):
            return None
        if table is None:
            return None
        if not table.dated_by:
            message = f"table `{table.name}` does not say when a row came: it has no `dated by`"
            self._note(spot, "VOC024", message, "a window in time needs it")
            return None
        elapsed = next((span.unit for span in spans if span.unit in ELAPSED_UNITS), "")
        if elapsed and table.fields[table.dated_by].type != "moment":
            message = f"rows of `{table.name}` are dated by day (`{table.dated_by}`), not by {elapsed}"
            self._note(spot, "VOC029", message, "write days, weeks, months, …")
            return None
        return Window(spans[0], spans[1] if before else None)

    def _note(self, spot: Spot, code: str, message: str, hint: str = "") -> None:
        self._reader.note(spot.at, code, message, hint, part=spot.part())

    def check_ages(self) -> None:
        """Every age is that of a date of the subject; call it when all facts are known."""
        for subject, name, spot in self._ages:
            if name not in self._vocabulary.facts[subject]:
                continue
            fact = self._vocabulary.facts[subject].get(spot.text)
            if fact is not None and fact.type in TIMED:
                continue
            del self._vocabulary.facts[subject][name]
            self._reader.broken.add((subject, name))
            if fact is not None:
                message = f"`{spot.text}` is of type {fact.type} and has no age"
                self._note(spot, "VOC027", message, "an age is that of a date or moment")
            elif (subject, spot.text) not in self._reader.broken:
                hint = did_you_mean(spot.text, self._vocabulary.facts[subject])
                self._note(spot, "VOC027", f"a {subject} has no date `{spot.text}`", hint)


def read_subject(reader: Reader, found: dict[str, Node], document: Mapping, vocabulary: Vocabulary) -> str | None:
    """The subject named by `for`; it must have a table."""
    text = reader.text(reader.need(found, "for", document, "the document"), "`for`")
    if text is None or text.text in vocabulary.facts:
        return None if text is None else text.text
    if ANY_TABLE in reader.broken:
        return None
    hint = did_you_mean(text.text, vocabulary.facts) or "a subject is what a table has one row for (`subject: …`)"
    reader.note(text, "RUL010", f"no table has one row for each {text.text}", hint)
    return None


def note_taken(reader: Reader, name: Scalar, fact: Fact) -> None:
    """Note that a name is the name of another fact of the subject."""
    what = {"field": "a field", "measure": "a fact", "decision": "a decision"}[fact.source]
    message = f"`{name.text}` is already the name of {what} of each {fact.subject}"
    reader.note(name, "VOC012", message, f"declared at {fact.place}; choose another name")


def _say(typed: Field | Fact) -> str:
    return f"{typed.type} in {typed.unit}" if typed.unit else typed.type


def _split(spot: Spot) -> tuple[Spot, Spot | None, Spot | None]:
    """A measure over rows in its head, what follows `where` and what follows `in the` (a window at its end)."""
    text = spot.text
    window = None
    end = len(text)
    at = text.rfind(" in the ")
    if at > 0 and (text[at + 8 :].startswith("last ") or " before the last " in text[at:]):
        window = spot.cut((at + 8, len(text)))
        end = at
    at = text.find(" where ", 0, end)
    if at < 0:
        return spot.cut((0, end)), None, window
    return spot.cut((0, at)), spot.cut((at + 7, end)), window
