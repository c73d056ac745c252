"""YAML as located trees of text: nothing is turned into a number, date or boolean, and nothing is executed.

The part of YAML that is read is scalars, lists and mappings. What makes a file mean something else than what stands
there (anchors, aliases, merge keys, tags, duplicate keys, a number that its comma cuts in two) is refused, each with its place, and reading goes on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from relcare.located import Mapping, Node, Place, Problem, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable

THOUSANDS = re.compile(r"\d{3}(?!\d)")
DEEPEST = 100  # levels of nesting; rule files have about ten

# What the parser says (a part of it) and what to do.
HINTS = (
    (
        "cannot start any token",
        "put quotes around a text that begins with %, @, ` or a tab; indent with spaces, not tabs",
    ),
    ("mapping values are not allowed", "put quotes around a text that contains `: `, or check the indentation"),
    ("could not find expected ':'", "a line here is `key: value`"),
    ("did not find expected key", "check the indentation, and the quotes and brackets of the lines above"),
    ("did not find expected '-' indicator", "all items of a list begin with `- ` in the same column"),
    ("did not find expected ',' or", "close the bracket, or put a comma between the items"),
    ("did not find expected node content", "a value is missing here, or a bracket is not closed"),
    ("found unexpected end of stream", "a quote or a bracket is not closed"),
    ("found unexpected document", "a quote or a bracket is not closed"),
    ("found a tab character", "indent with spaces, not tabs"),
    ("block sequence entries are not allowed", "begin the list on a line of its own"),
    ("found unknown escape character", "inside double quotes write \\\\ for a backslash, or use single quotes"),
    ("control characters are not allowed", "remove the control character"),
    ("exceeded maximum nesting depth", "lists and mappings are nested too deep: flatten them"),
)

UNCLOSED = ("unexpected end of stream", "unexpected document", "expected ',' or")  # told where the opening stands


def read_documents(data: bytes, shown: str) -> tuple[list[Node], list[Problem]]:
    """The documents of a YAML file, and everything in it that can't be read; `shown` is its path in messages.

    A scalar's place is that of its first character (after the quote, where it is quoted). A document with a syntax error
    is left out, those before and after it are read; empty documents are left out. Of duplicate keys the first is kept.
    """
    text, problems = _decode(data, shown)
    if text is None:
        return [], problems
    builder = _Builder(shown, text, problems)
    first: int | None = 0
    while first is not None:
        first = builder.read_from(first)
    problems.sort(key=lambda problem: problem.place[1:])
    return builder.documents, problems


def _decode(data: bytes, shown: str) -> tuple[str | None, list[Problem]]:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n"), []
    except UnicodeDecodeError as error:
        before = data[: error.start]
        place = Place(shown, before.count(b"\n") + 1)
        hint = "save the file as UTF-8"
        return None, [Problem(place, "YML001", "the file is not UTF-8 text", hint)]


class _Builder:
    """Turns the parser's events into trees."""

    def __init__(self, shown: str, text: str, problems: list[Problem]) -> None:
        self.shown = shown
        self.text = text
        self.lines: list[str] | None = None
        self.problems = problems
        self.documents: list[Node] = []

    def line(self, number: int) -> str:
        """The line with this number (from 1)."""
        if self.lines is None:
            self.lines = self.text.split("\n")
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def note(self, place: Place, code: str, message: str, hint: str, width: int = 1) -> None:
        """Note a problem of this file."""
        self.problems.append(Problem(place, code, message, hint, "error", self.line(place.line), max(1, width)))

    def read_from(self, first: int) -> int | None:
        """Read documents from line `first` (from 0) on; after a syntax error, the line of the next document."""
        import yaml

        self.line(1)
        lines = self.lines or []
        text = self.text if not first else "\n".join(lines[first:])
        try:
            parser = _parser(text)
            self._read(parser.get_event, first)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = first + mark.line if mark else first
            message = error.problem or "it can't be parsed"
            if error.context_mark and any(part in message for part in UNCLOSED):
                mark = error.context_mark
            place = Place(self.shown, first + mark.line + 1, mark.column + 1) if mark else Place(self.shown, first + 1)
        except yaml.YAMLError as error:
            line = first
            message = getattr(error, "reason", None) or "it can't be parsed"
            place = self._control_character(first)
        else:
            return None
        hint = next((hint for part, hint in HINTS if part in message), "")
        if any(
            "：" in self.line(place.line - above) for above in (0, 1)
        ):  # the line above may be of one text with this one
            hint = "`：` is a full-width colon: write `: `, a colon and a space"
        self.note(place, "YML001", f"this is no valid YAML: {message}", hint)
        following = range(max(line, first + 1), len(lines))
        return next((i for i in following if lines[i].startswith("---")), None)

    def _control_character(self, first: int) -> Place:
        """Where the first character stands that YAML does not allow; the line `first` if there is none."""
        for i, line in enumerate((self.lines or [])[first:], first):
            for column, character in enumerate(line, 1):
                if (character < " " and character not in "\t\r") or character in "\x7f\ufffe\uffff":
                    return Place(self.shown, i + 1, column)
        return Place(self.shown, first + 1)

    def _read(self, get_event: Callable[[], Any], first: int) -> None:  # noqa: PLR0915  # one pass, one loop
        """Build the trees of all documents; raises yaml.YAMLError at the first syntax error."""
        from yaml import events

        shown, offset = self.shown, first + 1
        scalar_event, mapping_start, mapping_end = events.ScalarEvent, events.MappingStartEvent, events.MappingEndEvent
        sequence_start, sequence_end = events.SequenceStartEvent, events.SequenceEndEvent
        anchors: dict[str, Node] = {}
        # Of open collections: outer items, place, is it a mapping, does it stand in brackets.
        stack: list[tuple[list[Any], Place, bool, bool]] = []
        items: list[Any] = []
        too_deep = 0
        while True:
            event = get_event()
            kind = type(event)
            mark = event.start_mark
            if kind is scalar_event:
                style = event.style
                if style is None or style == "":
                    place = Place(shown, mark.line + offset, mark.column + 1)
                elif style in "'\"":
                    place = Place(shown, mark.line + offset, mark.column + 2)
                else:
                    place = self._block(mark.line + offset, mark.column + 1)
                node: Node = Scalar(event.value, place)
                if event.anchor is not None or event.tag is not None:
                    self._refuse(event, place._replace(column=mark.column + 1))
                    anchors[event.anchor] = node
                items.append(node)
            elif kind is mapping_start or kind is sequence_start:
                place = Place(shown, mark.line + offset, mark.column + 1)
                if event.anchor is not None or event.tag is not None:
                    self._refuse(event, place)
                if len(stack) == DEEPEST and not too_deep:
                    self.note(
                        place, "YML009", f"lists and mappings are nested more than {DEEPEST} deep", "flatten them"
                    )
                if len(stack) >= DEEPEST or too_deep:
                    too_deep += 1
                    continue
                stack.append((items, place, kind is mapping_start, bool(event.flow_style)))
                items = []
            elif kind is mapping_end or kind is sequence_end:
                if too_deep:
                    too_deep -= 1
                    if not too_deep:
                        items.append(Scalar("", place))
                    continue
                outer, place, is_mapping, bracketed = stack.pop()
                if bracketed:
                    items = self._whole_entries(items) if is_mapping else self._whole_items(items)
                node = self._mapping(items, place) if is_mapping else Sequence(tuple(i for i in items if i), place)
                outer.append(node)
                items = outer
            elif kind is events.AliasEvent:
                place = Place(shown, mark.line + offset, mark.column + 1)
                self.note(
                    place,
                    "YML004",
                    f"the alias `*{event.anchor}` is not read",
                    "write out what it stands for",
                    len(event.anchor) + 1,
                )
                items.append(anchors.get(event.anchor))
            elif kind is events.DocumentStartEvent:
                items = []
                anchors.clear()
                if event.tags:
                    place = Place(shown, mark.line + offset, mark.column + 1)
                    self.note(place, "YML005", "tags are not read", "remove the line")
            elif kind is events.DocumentEndEvent:
                self.documents += [i for i in items if i and not (isinstance(i, Scalar) and not i.text)]
            elif kind is events.StreamEndEvent:
                return

    def _block(self, line: int, column: int) -> Place:
        """Where the text of a block scalar begins whose indicator stands here."""
        following = self.line(line + 1)
        text = following.lstrip(" ")
        return Place(self.shown, line + 1, len(following) - len(text) + 1) if text else Place(self.shown, line, column)

    def _refuse(self, event: Any, place: Place) -> None:  # noqa: ANN401
        """Note an anchor or a tag."""
        line = self.line(place.line)
        if event.anchor is not None:
            column = line.find("&" + event.anchor, place.column - 1) + 1
            self.note(
                place._replace(column=column or place.column),
                "YML003",
                f"the anchor `&{event.anchor}` is not read",
                "remove it, and write out what its aliases stand for",
                len(event.anchor) + 1,
            )
        if event.tag is not None:
            column = line.find("!", place.column - 1) + 1
            tag = line[column - 1 :].split(" ", 1)[0] if column else ""
            hint = "remove it; what a text means is said by the vocabulary"
            self.note(
                place._replace(column=column or place.column), "YML005", f"the tag `{tag}` is not read", hint, len(tag)
            )

    def _whole_entries(self, items: list[Node | None]) -> list[Node | None]:
        """The keys and values of a mapping in braces; a number that its comma cut in two is noted and put together."""
        whole: list[Node | None] = []
        for key, value in zip(items[::2], items[1::2], strict=True):
            before = whole[-1] if whole else None
            if isinstance(value, Scalar) and not value.text and _goes_on(before, key):
                whole[-1] = self._rejoined(before, key)
            else:
                whole += [key, value]
        return whole

    def _whole_items(self, items: list[Node | None]) -> list[Node | None]:
        """The items of a list in brackets; of `[0,100]` nobody can tell, but no number begins with a zero."""
        whole: list[Node | None] = []
        for item in items:
            before = whole[-1] if whole else None
            if _goes_on(before, item) and isinstance(item, Scalar) and item.text.startswith("0"):
                whole[-1] = self._rejoined(before, item)
            else:
                whole.append(item)
        return whole

    def _rejoined(self, before: Node | None, rest: Node | None) -> Scalar:
        assert isinstance(before, Scalar)  # noqa: S101  # as _goes_on has seen
        assert isinstance(rest, Scalar)  # noqa: S101
        text = f"{before.text},{rest.text}"
        start = len(before.text.rstrip("0123456789,"))
        place = before.place._replace(column=before.place.column + start)
        number = text[start : len(before.text) + 4]
        if self.problems and self.problems[-1].place == place and self.problems[-1].code == "YML008":
            self.problems.pop()  # the same number, of which more has come
        message = f"inside brackets `{number}` is two values"
        self.note(place, "YML008", message, f'write "{text}" in quotes, or the number without commas', len(number))
        return Scalar(text, before.place)

    def _mapping(self, items: list[Node | None], place: Place) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Place] = {}
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, Scalar):
                if key is not None:
                    self.note(
                        key.place,
                        "YML007",
                        "a list or mapping can't be a key",
                        "a key is one text; put `{…}` or `[…]` in quotes",
                    )
                continue
            if key.text in seen:
                first = seen[key.text]
                self.note(
                    key.place,
                    "YML002",
                    f"`{key.text}` stands here twice",
                    f"first at line {first.line}; remove one",
                    len(key.text),
                )
                continue
            seen[key.text] = key.place
            if key.text == "<<":
                self.note(
                    key.place, "YML006", "the merge key `<<` is not read", "write out the lines that it stands for", 2
                )
                continue
            if value is not None:
                entries.append((key, value))
        return Mapping(tuple(entries), place)


def _goes_on(before: Node | None, after: Node | None) -> bool:
    """Whether a number goes on after a comma, without a space: `5` and `000`."""
    if not isinstance(before, Scalar) or not isinstance(after, Scalar) or not before.text[-1:].isdigit():
        return False
    (_, line, column), (_, there, begins) = before.place, after.place
    return line == there and column + len(before.text) + 1 == begins and THOUSANDS.match(after.text) is not None


def _parser(text: str) -> Any:  # noqa: ANN401
    """A parser of events: the fast one where it was built in."""
    import yaml

    if yaml.__with_libyaml__:
        return yaml.cyaml.CParser(text)  # type: ignore[attr-defined]  # the stubs leave it out
    return yaml.SafeLoader(text)
