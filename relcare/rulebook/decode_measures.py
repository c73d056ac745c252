"""Documents of kind `facts`: measures, made of the rows of a table or of the age of a date."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from relcare.located import Mapping, Node, Scalar
from relcare.rulebook.decode_conditions import TIMED
from relcare.rulebook.decode_row_measures import COUNTED, Made, RowMeasureReader, mark_pieces, pieces_of
from relcare.rulebook.decode_rules import own_fact
from relcare.rulebook.decode_vocabulary import ANY_TABLE, decode_empty, decode_range
from relcare.rulebook.limits import Limits
from relcare.rulebook.measures import AgeMeasure, BetweenMeasure, OfMeasure, SeriesMeasure
from relcare.rulebook.names import Labelled, labels, named
from relcare.rulebook.operands import Misread, read_span
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot, mark_pattern, mark_span
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import NUMERIC, Fact, Field, Label, Table, Vocabulary
from relcare.rulebook.words import MEASURES, NAMES, beginnings, find_measure, zh_words

DOCUMENT_KEYS = ("kind", "for", "facts")
FACT_KEYS = ("label", "is", "instead", "empty", "unit", "range", "corrects")
ZH_HINT = "write `往来的次数，其中类型为咨询，最近90天内`, `余额最近3个月的月均资产`, `开户日期至今的天数` and the like"
CHOSEN = Field("date", "moment", Label("", ""))
PASSED = Field("time", "number", Label("", ""))


class MeasureReader:
    """Decodes the facts of all subjects. Ages may name other facts, so they are checked once all facts are known."""

    def __init__(self, reader: Reader, vocabulary: Vocabulary, limits: Limits) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._over = RowMeasureReader(reader, vocabulary, limits)
        self._subject = ""
        self._own: Table | None = None
        self._ages: list[tuple[str, str, Spot]] = []
        self._choices: list[tuple[str, str, list[Spot]]] = []  # the latest or earliest of dates
        self._stretches: list[tuple[str, str, list[Spot]]] = []  # the time between two moments

    def decode(self, document: Mapping) -> None:
        """Add the facts of a `facts` document to the vocabulary."""
        reader = self._reader
        found = reader.mapping(document, "a document of facts", DOCUMENT_KEYS)
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
        corrects = reader.correction(found.get("corrects"))
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
            corrects=corrects,
        )
        return self._with_instead(fact, found.get("instead"))

    def _with_instead(self, fact: Fact, node: Node | None) -> Fact:
        text = self._reader.text(node, "`instead`")
        if text is not None and isinstance(fact.measure, OfMeasure | BetweenMeasure):
            message = f"nothing can stand in for `{fact.name}`, which is made of other facts of the subject"
            self._reader.note(text, "VOC028", message, "say it of those")
            return fact
        if text is None or self._own is None or (self._own.name, text.text) in self._reader.broken:
            return fact
        field = self._own.fields.get(own_fact(self._reader, self._vocabulary, self._subject, Spot(text, 0, text.text)))
        if field is None:
            hint = did_you_mean(text.text, self._own.fields)
            self._reader.note(text, "VOC028", f"a {self._subject} has no field `{text.text}`", hint)
            return fact
        if (field.type, field.unit) != (fact.type, fact.unit):
            message = f"`{text.text}` can't stand in for `{fact.name}`: one is {_say(field)}, the other {_say(fact)}"
            self._reader.note(text, "VOC028", message, "both must be of one type and unit")
            return fact
        return replace(fact, instead=field.name)

    def _measure(self, scalar: Scalar, name: Scalar) -> Made | None:
        words = " ".join(scalar.text.split())
        text = Spot(scalar, 0, words)
        pieces = pieces_of(text)
        found = find_measure(words)
        if found is None or found[0].primitive == "rows":
            found = find_measure(pieces.head.text)
            text = pieces.head
        elif pieces.where is not None:
            message = "a monthly series, an age and a choice of dates take no `where`"
            self._note(pieces.where, "VOC020", message, "only measures over rows do")
            return None
        if found is None:
            near = did_you_mean(" ".join(words.split()[:2]), beginnings(MEASURES))
            if not words.isascii():
                near = did_you_mean(words, zh_words(MEASURES)) or ZH_HINT
            hint = near or "measures begin with " + ", ".join(dict.fromkeys(b.split()[0] for b in beginnings(MEASURES)))
            self._note(text, "VOC020", f"`{words}` is not a measure", hint)
            return None
        spelling = found[0]
        values = mark_pattern(self._reader, text, *found)
        if spelling.primitive == "rows":
            mark_pieces(self._reader, Spot(scalar, 0, words), pieces)
            return self._over.rows(spelling.detail, values, pieces, self._subject, name)
        if spelling.primitive == "series":
            return self._series(spelling.detail, values, name)
        if spelling.primitive == "of":
            names = self._listed(values[0])
            self._choices.append((self._subject, name.text, names))
            choice = OfMeasure(spelling.detail, tuple(spot.text for spot in names), name.place)
            return Made(choice, CHOSEN, ranged=False)
        if spelling.primitive == "between":
            self._stretches.append((self._subject, name.text, values))
            stretch = BetweenMeasure(spelling.detail, values[0].text, values[1].text, name.place)
            return Made(stretch, PASSED, unit=spelling.detail, ranged=False)
        self._ages.append((self._subject, name.text, values[0]))
        age = AgeMeasure(spelling.detail, values[0].text, spelling.primitive == "age until", name.place)
        return Made(age, COUNTED, unit=spelling.detail, ranged=False)

    def _listed(self, spot: Spot) -> list[Spot]:
        """The names of `A, B and C`, `A、B和C`."""
        names: list[Spot] = []
        start = 0
        for mark in re.finditer(r"[,，、和]| and ", spot.text):
            names.append(spot.cut((start, mark.start())))
            start = mark.end()
        names.append(spot.cut((start, len(spot.text))))
        if self._reader.marks is not None:
            first = names[0].part()[0]
            for left, right in pairwise(names):
                listed = NAMES[right is not names[-1]]
                between = spot.text[left.part()[1] - spot.start : right.part()[0] - spot.start]
                slots = ((first, left.part()[1]), right.part())
                spelling = NAMES[between == ", "] if between.isascii() else listed
                self._reader.marks.pattern(spot.at, (first, right.part()[1]), spelling, slots, between.join("xx"))
        return names

    def _series(self, kind: str, values: list[Spot], name: Scalar) -> Made | None:
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
                mark_span(self._reader, rest[0], span)
        table = self._over.table(table_spot, self._subject)
        if table is None:
            return None
        field = self._over.field(field_spot, table, kind)
        if not self._is_series(table):
            message = f"table `{table.name}` is no monthly series"
            self._note(table_spot, "VOC025", message, f"its key would be a {self._subject} and a field of type month")
            good = False
        if rest and kind == "first reached":
            limit = self._over.limit(rest[0], field)
            good = good and limit is not None
        if field is None or not good:
            return None
        measure = SeriesMeasure(kind, table.name, field.name, months, limit, name.place)
        match kind:
            case "falling streak" | "rising streak":
                return Made(measure, COUNTED, unit="months")
            case "first reached":
                return Made(measure, field, "month", unit="")
            case "change":
                return Made(measure, field, ranged=False)
            case _:
                return Made(measure, field, "number" if field.type == "count" else "")

    def _is_series(self, table: Table) -> bool:
        types = {table.fields[part].type for part in table.key}
        return len(table.key) == 2 and table.reference_to(self._subject) in table.key and "month" in types

    def _note(self, spot: Spot, code: str, message: str, hint: str = "") -> None:
        self._reader.note(spot.at, code, message, hint, part=spot.part())

    def check_ages(self) -> None:
        """Every age is that of a date of the subject, as is every choice of dates; call it when all facts are known."""
        for subject, name, spots in self._choices:
            self._check_choice(subject, name, spots)
        for subject, name, spots in self._stretches:
            self._check_stretch(subject, name, spots)
        for subject, name, spot in self._ages:
            if name not in self._vocabulary.facts[subject]:
                continue
            key = own_fact(self._reader, self._vocabulary, subject, spot)
            fact = self._vocabulary.facts[subject].get(key)
            if fact is not None and fact.type in TIMED:
                self._remake(subject, name, [key])
                continue
            del self._vocabulary.facts[subject][name]
            self._reader.broken.add((subject, name))
            if fact is not None:
                message = f"`{spot.text}` is of type {fact.type} and has no age"
                self._note(spot, "VOC027", message, "an age is that of a date or moment")
            elif key and (subject, key) not in self._reader.broken:
                hint = did_you_mean(spot.text, self._vocabulary.facts[subject])
                self._note(spot, "VOC027", f"a {subject} has no date `{spot.text}`", hint)

    def _remake(self, subject: str, name: str, keys: list[str]) -> None:
        """Give a measure the keys of the dates that it names, now that all are known."""
        facts = self._vocabulary.facts[subject]
        measure = facts[name].measure
        if isinstance(measure, AgeMeasure) and measure.fact != keys[0]:
            facts[name] = replace(facts[name], measure=replace(measure, fact=keys[0]))
        elif isinstance(measure, OfMeasure) and measure.facts != tuple(keys):
            facts[name] = replace(facts[name], measure=replace(measure, facts=tuple(keys)))
        elif isinstance(measure, BetweenMeasure) and (measure.start, measure.end) != tuple(keys):
            facts[name] = replace(facts[name], measure=replace(measure, start=keys[0], end=keys[1]))

    def _check_stretch(self, subject: str, name: str, spots: list[Spot]) -> None:
        """The time passes between two moments of the subject."""
        if name not in self._vocabulary.facts[subject]:
            return
        keys = [own_fact(self._reader, self._vocabulary, subject, spot) for spot in spots]
        whole = True
        for spot, key in zip(spots, keys, strict=True):
            fact = self._vocabulary.facts[subject].get(key)
            if fact is not None and fact.type == "moment":
                continue
            whole = False
            if fact is not None:
                message = f"`{spot.text}` is of type {fact.type}, no moment"
                self._note(
                    spot, "VOC027", message, "time passes between moments; `days since` counts the days of a date"
                )
            elif key and (subject, key) not in self._reader.broken:
                hint = did_you_mean(spot.text, self._vocabulary.facts[subject])
                self._note(spot, "VOC027", f"a {subject} has no moment `{spot.text}`", hint)
        if whole:
            self._remake(subject, name, keys)
            return
        del self._vocabulary.facts[subject][name]
        self._reader.broken.add((subject, name))

    def _check_choice(self, subject: str, name: str, spots: list[Spot]) -> None:
        """The choice is a date where all that it is made of are."""
        facts = self._vocabulary.facts[subject]
        choice = facts.get(name)
        if choice is None:
            return
        keys = [own_fact(self._reader, self._vocabulary, subject, spot) for spot in spots]
        types = [self._date(subject, spot, key) for spot, key in zip(spots, keys, strict=True)]
        if len(spots) < 2 and "" not in types:
            self._note(spots[0], "VOC027", f"`{name}` has nothing to choose from", "name several: `of A, B and C`")
        if len(spots) < 2 or "" in types:
            del facts[name]
            self._reader.broken.add((subject, name))
            return
        if "moment" not in types:
            facts[name] = replace(choice, type="date")
        self._remake(subject, name, keys)

    def _date(self, subject: str, spot: Spot, key: str) -> str:
        """The type of a date of the subject; "" (noted) for what is none, or is such a choice itself."""
        fact = self._vocabulary.facts[subject].get(key)
        if fact is not None and fact.type in TIMED and not isinstance(fact.measure, OfMeasure):
            return fact.type
        if fact is not None and fact.type in TIMED:
            self._note(spot, "VOC027", f"`{spot.text}` is chosen among others itself", "name those instead")
        elif fact is not None:
            message = f"`{spot.text}` is of type {fact.type}, no date or moment"
            self._note(spot, "VOC027", message, "the latest and the earliest are chosen among dates and moments")
        elif key and (subject, key) not in self._reader.broken:
            hint = did_you_mean(spot.text, self._vocabulary.facts[subject])
            self._note(spot, "VOC027", f"a {subject} has no date `{spot.text}`", hint)
        return ""


def read_subject(reader: Reader, found: dict[str, Node], document: Mapping, vocabulary: Vocabulary) -> str | None:
    """The subject named by `for`; it must have a table."""
    text = reader.text(reader.need(found, "for", document, "the document"), "`for`")
    if text is None:
        return None
    listed = [Labelled(table.subject, table.label.zh) for table in vocabulary.tables.values() if table.subject]
    subject = named(reader, Spot(text, 0, text.text), vocabulary.facts.__contains__, lambda: listed, "RUL029")
    if subject is None or subject in vocabulary.facts:
        return subject
    if ANY_TABLE in reader.broken:
        return None
    hint = (
        did_you_mean(text.text, vocabulary.facts if text.text.isascii() else labels(listed))
        or "a subject is what a table has one row for (`subject: …`)"
    )
    reader.note(text, "RUL010", f"no table has one row for each {text.text}", hint)
    return None


def note_taken(reader: Reader, name: Scalar, fact: Fact) -> None:
    """Note that a name is the name of another fact of the subject."""
    what = {"field": "a field", "measure": "a fact", "decision": "a decision"}[fact.source]
    message = f"`{name.text}` is already the name of {what} of each {fact.subject}"
    reader.note(name, "VOC012", message, f"declared at {fact.place}; choose another name")


def _say(typed: Field | Fact) -> str:
    return f"{typed.type} in {typed.unit}" if typed.unit else typed.type
