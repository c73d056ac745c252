"""`extends`: what has to be recorded for a longer deadline."""

from __future__ import annotations

from relcare.located import Node, Scalar
from relcare.rulebook.conditions import ELAPSED_UNITS, Span
from relcare.rulebook.decode_levels import SECONDS
from relcare.rulebook.decode_points import PointReader, spot_of
from relcare.rulebook.decode_where import labelled_fields
from relcare.rulebook.names import Labelled, named
from relcare.rulebook.obligations import Extends, Point
from relcare.rulebook.reader import Reader
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import Table

EXTENDS_KEYS = ("to", "event", "needs")


def read_extends(
    reader: Reader, node: Node | None, points: PointReader, tables: list[Table], due: Point | None
) -> Extends | None:
    """What extends a deadline; None where nothing is said, or a part of it has a mistake. `tables` are those of events."""
    found = reader.mapping(node, "`extends`", EXTENDS_KEYS) if node is not None else None
    if found is None or node is None:
        return None
    to = reader.text(reader.need(found, "to", node, "`extends`"), "`to`")
    event = reader.text(reader.need(found, "event", node, "`extends`"), "`event`")
    needs = reader.texts(reader.need(found, "needs", node, "`extends`"), "`needs`")
    span = points.span(spot_of(to)) if to is not None else None
    fits = span is None or to is None or _is_longer(reader, to, span, due)
    table, kind = _kind(reader, event, tables) if event is not None else (None, "")
    if table is None:
        return None
    names = [_field(reader, text, table) for text in needs]
    if span is None or not fits or not names or "" in names:
        return None
    return Extends(span, kind, tuple(dict.fromkeys(names)))


def _is_longer(reader: Reader, to: Scalar, span: Span, due: Point | None) -> bool:
    """Whether it is surely longer than `within`: a clock goes on in its own unit."""
    if due is None or due.span is None or due.base != "start":
        if due is not None:
            message = "the deadline is a date: nothing extends it"
            reader.note(to, "RUL086", message, "only a clock that counts `within` a span is extended")
        return False
    before, after = (_length(each) for each in (due.span, span))
    if before[0] == after[0] and before[1] < after[1]:
        return True
    hint = f"write more than {due.span.amount} {due.span.unit}, in the same unit"
    reader.note(to, "RUL086", f"`{to.text}` is not surely longer than `within`", hint)
    return False


def _length(span: Span) -> tuple[str, int]:
    return ("time", span.amount * SECONDS[span.unit]) if span.unit in ELAPSED_UNITS else (span.unit, span.amount)


def _kind(reader: Reader, event: Scalar, tables: list[Table]) -> tuple[Table | None, str]:
    """The table of events and its kind that is named."""
    if not tables:
        message = "no table holds events of this subject"
        reader.note(event, "RUL086", message, "a table says `pauses: {kind: …, from: …, until: …}`")
        return None, ""
    listed = [(t, Labelled(c.key, c.label.zh)) for t in tables if t.pauses for c in t.fields[t.pauses.kind].codes]
    keys = [label.key for _, label in listed]
    kind = named(reader, spot_of(event), keys.__contains__, lambda: [label for _, label in listed], "RUL029")
    for table, label in listed:
        if label.key == kind:
            return table, label.key
    if kind is not None:
        hint = did_you_mean(event.text, keys) or "its kinds are " + ", ".join(f"`{key}`" for key in keys)
        reader.note(event, "RUL086", f"there is no kind of event `{event.text}`", hint)
    return None, ""


def _field(reader: Reader, text: Scalar, table: Table) -> str:
    """The field of the events that has to be known; "" (noted) where there is none of that name."""
    labels = [Labelled(each.key, each.zh) for each in labelled_fields(table)]
    name = named(reader, spot_of(text), table.fields.__contains__, lambda: labels, "RUL029")
    if name is not None and name in table.fields:
        return name
    if name is not None:
        hint = did_you_mean(text.text, table.fields)
        reader.note(text, "RUL086", f"`{table.name}` has no field `{text.text}`", hint)
    return ""
