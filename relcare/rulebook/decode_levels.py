"""`warns` as a list: the levels of an escalation, each with when it is reached and who is told."""

from __future__ import annotations

from itertools import pairwise

from relcare.located import Node, Sequence
from relcare.rulebook.conditions import ELAPSED_UNITS, WORKING_DAYS
from relcare.rulebook.decode_points import PointReader, spot_of
from relcare.rulebook.decode_rules import read_role
from relcare.rulebook.obligations import Level, Point
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot, mark_pattern
from relcare.rulebook.vocabulary import Vocabulary
from relcare.rulebook.words import LEVELS, find_in
from relcare.timing.lengths import WORKING_TIME
from relcare.timing.spans import DAYS, MONTHS

LEVEL_KEYS = ("at", "tell")
HINT = "write `1 working day before`, `50%`, `overdue` or `2 working days after`"
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}


def read_levels(
    reader: Reader, node: Sequence, points: PointReader, vocabulary: Vocabulary, due: Point | None
) -> tuple[Level, ...]:
    """The levels in their order; those with a mistake, which is noted, are left out."""
    levels: list[Level] = []
    nodes: list[Node] = []
    for item in reader.items(node, "`warns`"):
        found = reader.mapping(item, "a level", LEVEL_KEYS)
        if found is None:
            continue
        text = reader.text(reader.need(found, "at", item, "a level"), "`at`")
        tell = read_role(reader, reader.need(found, "tell", item, "a level"), vocabulary)
        level = _level(reader, spot_of(text), tell, points, due) if text is not None else None
        if level is not None and text is not None:
            levels.append(level)
            nodes.append(text)
    for (before, after), at in zip(pairwise(levels), nodes[1:], strict=True):
        if _is_later(before, after):
            reader.note(at, "RUL085", "it is reached before the level above it", "levels stand in the order of time")
    return tuple(levels)


def _level(reader: Reader, spot: Spot, tell: str, points: PointReader, due: Point | None) -> Level | None:
    found = find_in(LEVELS, spot.text)
    if found is None:
        return None
    spelling = found[0]
    if spelling.primitive == "share":
        return _share(reader, spot, tell, due)
    values = mark_pattern(reader, spot, *found)
    if spelling.primitive == "overdue":
        return Level("overdue", tell)
    span = points.span(values[0])
    return None if span is None else Level(spelling.primitive, tell, span)


def _share(reader: Reader, spot: Spot, tell: str, due: Point | None) -> Level | None:
    """So many hundredths of the time from the start to the deadline: a whole number from 1 to 99."""
    number = spot.text.removesuffix("%").rstrip()
    if not (spot.text.endswith("%") and number.isascii() and number.isdigit() and 1 <= int(number[:4]) <= 99):
        reader.note(spot.at, "RUL075", f"`{spot.text}` does not say when a level is reached", HINT, part=spot.part())
        return None
    if due is not None and due.base != "start":
        hint = "only a clock that counts `within` a span has one: write `… before`"
        reader.note(spot.at, "RUL085", "the deadline is a date: there is no share of its time", hint, part=spot.part())
        return None
    return Level("share", tell, share=int(number))


def _is_later(one: Level, other: Level) -> bool:
    """Whether a level is surely reached no sooner than the one that is written after it."""
    sides = {"before": 0, "share": 0, "overdue": 1, "after": 2}
    if sides[one.kind] != sides[other.kind]:
        return sides[one.kind] > sides[other.kind]
    if one.kind == "share" and other.kind == "share":
        return one.share >= other.share
    if one.kind == "overdue":
        return True
    lengths = [_length(level) for level in (one, other) if level.kind == one.kind]
    if len(lengths) < 2 or None in lengths or lengths[0][0] != lengths[1][0]:  # type: ignore[index]
        return False
    first, second = (length[1] for length in lengths if length is not None)
    return first <= second if one.kind == "before" else first >= second


def _length(level: Level) -> tuple[str, int] | None:
    """The length of a level's span with what it is measured in: lengths of one kind compare."""
    span = level.span
    if span is None:
        return None
    if span.unit in ELAPSED_UNITS:
        return "time", span.amount * SECONDS[span.unit]
    if span.unit in WORKING_TIME:
        return "working time", span.amount * WORKING_TIME[span.unit]
    if span.unit == WORKING_DAYS:
        return "working days", span.amount
    if span.unit in MONTHS:
        return "months", span.amount * MONTHS[span.unit]
    return "days", span.amount * DAYS[span.unit]
