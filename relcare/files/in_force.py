"""The text of a rule file as it was in force on a day: what was not is left out; comments and layout of the rest stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from relcare.located import Place, Scalar
from relcare.rulebook.keys import is_key
from relcare.timing.moments import read_day

if TYPE_CHECKING:
    import yaml


def text_in_force(text: str, day: date) -> str:
    """The documents of the file with the rules, values of limits and orders in force on `day`; "" where nothing is left of it.

    The file must be valid YAML. A document all of whose rules, limits or orders were not in force is left out.
    """
    kept = [told for document in _documents(text) if (told := _in_force(document, day)).strip()]
    return "---\n".join(kept)


def is_in_force(start: str, until: str, day: date) -> bool:
    """Whether a version with this `from` and `until` ("" for none) is in force; what is no date stays."""
    first, end = read_day(start), read_day(until)
    return (first is None or first <= day) and (end is None or day < end)


def _documents(text: str) -> Iterator[str]:
    """The documents of a stream, without the marks that part them; what follows a mark in its line stays where it is."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line[:3] in ("---", "...") and not line[3:4].strip():
            yield _ended("\n".join(lines))
            lines = ["   " + line[3:]] if line[3:].strip() else []
        else:
            lines.append(line)
    yield "\n".join(lines)


def _ended(text: str) -> str:
    return f"{text}\n" if text else ""


class _Cut(NamedTuple):
    """What is to go: from a mark to a mark, in a list or mapping that is a flow or a block."""

    start: Any
    end: Any
    flow: bool
    in_list: bool


def _in_force(text: str, day: date) -> str:
    import yaml

    root = yaml.compose(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return text
    cuts: list[_Cut] = []
    for key in ("rules", "orders"):
        items = _value(root, key)
        if isinstance(items, yaml.SequenceNode) and items.value:
            kept = _rules(items.value, day) if key == "rules" else _latest(items.value, day)
            if not kept:
                return ""
            cuts += [_item(items, item) for item in items.value if not any(item is one for one in kept)]
    limits = _value(root, "limits")
    if isinstance(limits, yaml.MappingNode) and limits.value:
        found = list(_limits(limits, day))
        if len(found) == len(limits.value) and all(whole for whole, _ in found):
            if _value(root, "rules") is None:
                return ""
            found = [(True, [_pair(root, key, value)]) for key, value in root.value if value is limits]
        cuts += [cut for _, several in found for cut in several]
    return _without(text, cuts)


def _limits(limits: yaml.MappingNode, day: date) -> Iterator[tuple[bool, list[_Cut]]]:
    """Of each limit what goes, and whether that is the whole limit."""
    import yaml

    for key, periods in limits.value:
        if not isinstance(periods, yaml.SequenceNode):
            yield False, []
            continue
        kept = _latest(periods.value, day)
        if not kept:
            yield True, [_pair(limits, key, periods)]
        else:
            yield False, [_item(periods, item) for item in periods.value if item is not kept[0]]


def _rules(items: list[yaml.Node], day: date) -> list[yaml.Node]:
    return [item for item in items if is_in_force(_text(item, "from"), _text(item, "until"), day)]


def _latest(items: list[yaml.Node], day: date) -> list[yaml.Node]:
    """The one that began last, if it has not ended: the next one ends it."""
    begun = [(start, item) for item in items if (start := read_day(_text(item, "from"))) is not None and start <= day]
    item = max(begun, key=lambda one: one[0])[1] if begun else None
    return [item] if item is not None and is_in_force("", _text(item, "until"), day) else []


def _value(node: yaml.Node, key: str) -> yaml.Node | None:
    import yaml

    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if is_key(Scalar(str(name.value), Place("")), key)), None)


def _text(node: yaml.Node, key: str) -> str:
    found = _value(node, key)
    return str(found.value) if found is not None else ""


def _item(parent: yaml.SequenceNode, item: yaml.Node) -> _Cut:
    return _Cut(item.start_mark, item.end_mark, bool(parent.flow_style), in_list=True)


def _pair(parent: yaml.MappingNode, key: yaml.Node, value: yaml.Node) -> _Cut:
    return _Cut(key.start_mark, value.end_mark, bool(parent.flow_style), in_list=False)


def _without(text: str, cuts: Iterable[_Cut]) -> str:
    """The text without these parts, the last one first, so that the places of the others stay."""
    lines = text.split("\n")
    for cut in sorted(cuts, key=lambda cut: (cut.start.line, cut.start.column), reverse=True):
        if cut.flow:
            _cut_flow(lines, cut)
        else:
            _cut_block(lines, cut)
    return "\n".join(lines)


def _cut_flow(lines: list[str], cut: _Cut) -> None:
    """A part of a flow, with the comma that follows it, or else with the one before."""
    before, after = lines[cut.start.line][: cut.start.column], lines[cut.end.line][cut.end.column :]
    if after.lstrip().startswith(","):
        after = after.lstrip()[1:].lstrip(" ")
    elif before.rstrip().endswith(","):
        before = before.rstrip()[:-1]
    lines[cut.start.line : cut.end.line + 1] = [before + after]


def _cut_block(lines: list[str], cut: _Cut) -> None:
    """Whole lines: from the dash or key, with the comments right above it, to where its indentation ends."""
    first = cut.start.line
    while cut.in_list and not lines[first].lstrip().startswith("-"):  # a dash alone in the line above
        first -= 1
    indent = _indent(lines[first])
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or _belongs(lines[last], indent, cut)):
        last += 1
    while last > first + 1 and (not lines[last - 1].strip() or _is_comment(lines[last - 1], indent)):
        last -= 1
    while first > 0 and _is_comment(lines[first - 1], indent) and _indent(lines[first - 1]) == indent:
        first -= 1
    del lines[first:last]


def _belongs(line: str, indent: int, cut: _Cut) -> bool:
    """Whether a line belongs to what stands at this indentation; a list may stand right below its key."""
    return _indent(line) > indent or (not cut.in_list and _indent(line) == indent and line.lstrip().startswith("- "))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_comment(line: str, indent: int) -> bool:
    return line.lstrip().startswith("#") and _indent(line) <= indent
