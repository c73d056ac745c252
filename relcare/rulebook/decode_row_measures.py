"""Measures over the rows of a table: their table, field, `where`, limit and window."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from relcare.located import Scalar
from relcare.rulebook.conditions import ELAPSED_UNITS, Limit, Span
from relcare.rulebook.decode_conditions import TIMED
from relcare.rulebook.decode_vocabulary import ANY_TABLE
from relcare.rulebook.decode_where import labelled_fields, read_where
from relcare.rulebook.limits import Limits
from relcare.rulebook.measures import Measure, RowMeasure, Window
from relcare.rulebook.names import Labelled, labels, named
from relcare.rulebook.operands import Misread, read_span
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot, mark_pattern, mark_span
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import NUMERIC, TEMPORAL, Field, Label, Table, Vocabulary
from relcare.rulebook.words import IN, WHERE, WINDOWS, find_in
from relcare.rulebook.words import REACHED as REACHED_WORDS

COUNTED = Field("count", "count", Label("", ""), low=Decimal(0))
REACHED = Field("count", "count", Label("", ""), low=Decimal(1))
ORDERED = NUMERIC | TEMPORAL


class Made(NamedTuple):
    """A measure and the field of which it has type, unit, codes and range (`kind` where the type differs)."""

    measure: Measure
    like: Field
    kind: str = ""
    unit: str | None = None
    ranged: bool = True


class Pieces(NamedTuple):
    """The text of a measure over rows, cut at its words: `HEAD where WHERE reached LIMIT in the WINDOW`."""

    head: Spot
    where: Spot | None
    limit: Spot | None
    window: Spot | None


def pieces_of(spot: Spot) -> Pieces:
    """The pieces of a measure over rows; only one that begins with `first` reaches a limit."""
    text = spot.text
    window = limit = None
    end = len(text)
    at = text.rfind(" in the ")
    if at > 0 and (text[at + 8 :].startswith("last ") or " before the last " in text[at:]):
        window = spot.cut((at + 8, len(text)))
        end = at
    at = text.rfind(" reached ", 0, end)
    if text.startswith("first ") and at > 0:
        limit = spot.cut((at + 9, end))
        end = at
    at = text.find(" where ", 0, end)
    if at < 0 and not text.isascii() and window is None and limit is None:
        return _zh_pieces(spot)
    if at < 0:
        return Pieces(spot.cut((0, end)), None, limit, window)
    return Pieces(spot.cut((0, at)), spot.cut((at + 7, end)), limit, window)


def _zh_pieces(spot: Spot) -> Pieces:
    """`HEAD，其中WHERE，达到LIMIT，最近90天内`."""
    text = spot.text
    window = limit = None
    end = len(text)
    at = text.rfind("，")
    if at > 0 and find_in(WINDOWS, text[at + 1 :].strip()) is not None:
        window = spot.cut((at + 1, end))
        end = at
    at = text.rfind("，达到", 0, end)
    if at > 0:
        limit = spot.cut((at + 3, end))
        end = at
    at = text.find("，其中", 0, end)
    if at < 0:
        return Pieces(spot.cut((0, end)), None, limit, window)
    return Pieces(spot.cut((0, at)), spot.cut((at + 3, end)), limit, window)


def mark_pieces(reader: Reader, spot: Spot, pieces: Pieces) -> None:
    """Mark the words between the pieces of a measure over rows."""
    if reader.marks is None:
        return
    start, end = pieces.head.part()
    for spelling, piece in ((WHERE, pieces.where), (REACHED_WORDS, pieces.limit), (IN, pieces.window)):
        if piece is not None:
            whole = (start, piece.part()[1])
            text = spot.text[start - spot.start : whole[1] - spot.start]
            reader.marks.pattern(spot.at, whole, spelling, ((start, end), piece.part()), text)
            end = whole[1]


class RowMeasureReader:
    """Decodes the parts of measures that name tables; `subject` is whom the measure is of."""

    def __init__(self, reader: Reader, vocabulary: Vocabulary, limits: Limits) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._limits = limits

    def rows(self, kind: str, values: list[Spot], pieces: Pieces, subject: str, name: Scalar) -> Made | None:
        """A measure over rows: `values` are the field (none for a count), the table, and the field that repeats."""
        table = self.table(values[0] if kind == "count" else values[1], subject)
        stretch = None if pieces.window is None else self._window(pieces.window, table)
        if table is None:
            return None
        condition = None if pieces.where is None else read_where(self._reader, self._limits, table, pieces.where)
        field = self.field(values[0], table, kind) if kind != "count" else COUNTED
        by = self.field(values[2], table, "repeats") if kind == "repeated" else None
        whole = (pieces.where is None or condition is not None) and (pieces.window is None or stretch is not None)
        limit = None
        if kind in ("reached", "repeated"):
            limit = self._reached(pieces, values[0], table, field)
            whole = whole and limit is not None and (kind == "reached" or by is not None)
            if stretch is not None and stretch.back is not None and pieces.window is not None:
                message = "a limit is reached in the time up to a row, and that ends with the row"
                self._note(pieces.window, "VOC029", message, "write `in the last …`")
                whole = False
        if field is None or not whole or not self._is_dated(kind, values, table, field):
            return None
        measure = RowMeasure(
            kind,
            table.name,
            "" if kind == "count" else field.name,
            condition,
            stretch,
            by.name if by is not None else "",
            limit,
            name.place,
        )
        number = kind == "average" and field.type == "count"
        like = COUNTED if kind == "repeats" else field
        return Made(measure, like, "number" if number else "", ranged=kind != "sum")

    def _is_dated(self, kind: str, values: list[Spot], table: Table, field: Field) -> bool:
        if kind not in ("latest", "earliest") or table.dated_by or field.type in TIMED:
            return True
        message = f"table `{table.name}` does not say when a row came: it has no `dated by`"
        self._note(values[1], "VOC024", message, f"`{kind}` needs it, except of a date")
        return False

    def _reached(self, pieces: Pieces, spot: Spot, table: Table, field: Field | None) -> Limit | None:
        """The limit that a count of rows reaches; `spot` names the date of the rows."""
        if field is not None and (field.name != table.dated_by or field.type not in TIMED):
            message = f"rows of `{table.name}` are not counted by `{field.name}`"
            dated = table.dated_by and table.fields[table.dated_by].type in TIMED
            hint = f"write `first {table.dated_by} of {table.name} …`" if dated else "the table has no day of each row"
            self._note(spot, "VOC024", message, hint)
            return None
        if pieces.limit is None:
            message = "it does not say which number of rows is reached"
            self._note(pieces.head, "VOC020", message, "write `… reached LIMIT`, before the window")
            return None
        return self.limit(pieces.limit, REACHED)

    def limit(self, spot: Spot, field: Field | None) -> Limit | None:
        """A limit that is compared with a field."""
        self._reader.said(spot.at, spot.part(), spot.text, spot.text)
        if spot.text not in self._limits:
            hint = did_you_mean(spot.text, self._limits.names()) or "a measure names a limit, so that it can be dated"
            self._note(spot, "RUL043", f"there is no limit `{spot.text}`", hint)
            return None
        if field is not None:
            self._limits.use(spot.text, field, spot.at, spot.part())
        return Limit(spot.text)

    def table(self, spot: Spot, subject: str) -> Table | None:
        """A table whose rows say which subject they are of."""
        tables = self._vocabulary.tables
        name = named(self._reader, spot, tables.__contains__, self._tables, "RUL029")
        if name is None:
            return None
        table = tables.get(name)
        if table is None:
            if ANY_TABLE not in self._reader.broken:
                hint = did_you_mean(spot.text, tables if spot.text.isascii() else labels(self._tables()))
                self._note(spot, "VOC021", f"there is no table `{spot.text}`", hint)
            return None
        if table.reference_to(subject):
            return table
        if any(owner == table.name for owner, _ in self._reader.broken):
            return None
        message = f"table `{table.name}` does not say which {subject} a row is of"
        self._note(spot, "VOC026", message, f"one of its fields needs `refers: {subject}`")
        return None

    def _tables(self) -> list[Labelled]:
        return [Labelled(table.name, table.label.zh) for table in self._vocabulary.tables.values()]

    def field(self, spot: Spot, table: Table, kind: str) -> Field | None:
        """A field of a table of which there can be a measure of this kind."""
        name = named(self._reader, spot, table.fields.__contains__, lambda: labelled_fields(table), "RUL029")
        if name is None:
            return None
        field = table.fields.get(name)
        if field is None:
            if (table.name, spot.text) not in self._reader.broken:
                known = table.fields if spot.text.isascii() else labels(labelled_fields(table))
                hint = did_you_mean(spot.text, known)
                self._note(spot, "VOC022", f"table `{table.name}` has no field `{spot.text}`", hint)
            return None
        if kind in ("latest", "earliest", "reached", "repeated"):
            return field
        if kind == "repeats":
            fits, hint = field.type != "codes", "it takes a field of one value"
        elif kind in ("highest", "lowest"):
            fits, hint = field.type in ORDERED, "it takes a number or date"
        else:
            fits, hint = field.type in NUMERIC, "it takes a number"
        if fits:
            return field
        self._note(spot, "VOC023", f"there is no {kind} of `{field.name}`, which is of type {field.type}", hint)
        return None

    def _window(self, spot: Spot, table: Table | None) -> Window | None:
        found = find_in(WINDOWS, spot.text)
        last = found is not None and found[0].primitive == "last"
        spans: list[Span] = []
        for part in mark_pattern(self._reader, spot, *found) if found is not None else ():
            span = read_span(part.text)
            if isinstance(span, Misread):
                self._note(part, "VOC029", span.message, span.hint)
            else:
                spans.append(span)
                mark_span(self._reader, part, span)
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
        return Window(spans[0], None if last else spans[1])

    def _note(self, spot: Spot, code: str, message: str, hint: str = "") -> None:
        self._reader.note(spot.at, code, message, hint, part=spot.part())
