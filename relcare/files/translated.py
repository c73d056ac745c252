"""The text of a rule file in the other language: only what was recognised is written anew; comments and layout stay."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from relcare.located import Place, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

Write = Callable[[Scalar], str] if TYPE_CHECKING else None  # what stands in the place of a scalar


class _Standing(NamedTuple):
    """A scalar as it stands in a file: from line and column (from 0) to line and column, quotes and all."""

    scalar: Scalar
    start: tuple[int, int]
    end: tuple[int, int]
    style: str
    in_flow: bool
    is_key: bool


def translated(text: str, shown: str, write: Callable[[Scalar], str]) -> str:
    """The text with what `write` gives for each scalar; the file must be valid YAML.

    A scalar that changes stands without quotes where it can, on one line. `shown` is the path of the scalars' places.
    """
    lines = text.split("\n")
    pieces: list[str] = []
    position = (0, 0)
    for standing in _scalars(text, lines, shown):
        written = write(standing.scalar)
        if written == standing.scalar.text:
            continue
        pieces.append(_between(lines, position, standing.start))
        pieces.append(_quoted(written, in_flow=standing.in_flow, is_key=standing.is_key))
        if standing.style in ("|", ">"):
            pieces.append("\n")
        position = standing.end
    pieces.append(_between(lines, position, (len(lines) - 1, len(lines[-1]))))
    return "".join(pieces)


def rule_text(text: str, first: int) -> str:
    """The item of a list that begins in line `first` (from 1), to where its indentation ends, moved to the left."""
    lines = text.split("\n")[first - 1 :]
    indent = len(lines[0]) - len(lines[0].lstrip(" "))
    taken = [lines[0]]
    for line in lines[1:]:
        if line.strip() and len(line) - len(line.lstrip(" ")) <= indent:
            break
        taken.append(line)
    while len(taken) > 1 and (not taken[-1].strip() or _is_outer_comment(taken[-1], indent)):
        taken.pop()
    return "\n".join(line[indent:] for line in taken) + "\n"


def _is_outer_comment(line: str, indent: int) -> bool:
    return line.lstrip().startswith("#") and len(line) - len(line.lstrip(" ")) <= indent


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0]][start[1] : end[1]]
    middle = lines[start[0] + 1 : end[0]]
    return "\n".join([lines[start[0]][start[1] :], *middle, lines[end[0]][: end[1]]])


def _scalars(text: str, lines: list[str], shown: str) -> Iterator[_Standing]:
    """All scalars in the order of the file, with the places that `read_documents` gives them."""
    import yaml
    from yaml import events

    stack: list[list[Any]] = []  # of open collections: is it a mapping, is it a flow, how many nodes so far
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, events.ScalarEvent):
            mark: Any = event.start_mark
            end: Any = event.end_mark
            is_key = bool(stack) and stack[-1][0] and stack[-1][2] % 2 == 0
            scalar = Scalar(event.value, _place(event, lines, shown))
            in_flow = any(flow for _, flow, _ in stack)
            style = event.style or ""
            yield _Standing(scalar, (mark.line, mark.column), (end.line, end.column), style, in_flow, is_key)
        if isinstance(event, events.NodeEvent) and stack:
            stack[-1][2] += 1
        if isinstance(event, events.CollectionStartEvent):
            stack.append([isinstance(event, events.MappingStartEvent), bool(event.flow_style), 0])
        elif isinstance(event, events.CollectionEndEvent):
            stack.pop()


def _place(event: Any, lines: list[str], shown: str) -> Place:  # noqa: ANN401
    """Where the text of a scalar begins: after its quote, or in the line below the sign of a block."""
    mark, style = event.start_mark, event.style
    if not style:
        return Place(shown, mark.line + 1, mark.column + 1)
    if style in "'\"":
        return Place(shown, mark.line + 1, mark.column + 2)
    following = lines[mark.line + 1] if mark.line + 1 < len(lines) else ""
    text = following.lstrip(" ")
    return (
        Place(shown, mark.line + 2, len(following) - len(text) + 1)
        if text
        else Place(shown, mark.line + 1, mark.column + 1)
    )


@cache
def _quoted(text: str, *, in_flow: bool, is_key: bool) -> str:
    """The text as a scalar: plain where YAML reads it back as it is."""
    if _reads_back(text, text, in_flow=in_flow, is_key=is_key):
        return text
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def _reads_back(written: str, text: str, *, in_flow: bool, is_key: bool) -> bool:
    import yaml

    inner = f"{written}: x" if is_key else f"x: {written}"
    try:
        node = yaml.compose("{" + inner + "}" if in_flow else inner)
    except yaml.YAMLError:
        return False
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return False
    found = node.value[0][0 if is_key else 1]
    return isinstance(found, yaml.ScalarNode) and found.value == text and bool(text)
