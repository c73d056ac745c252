"""What two editions of a rulebook say differently, in the words of the files themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from relcare.located import Mapping, Node, Scalar, Sequence

# The keys of a document that say what it is about: they name its entries, and are none themselves.
NAMING = ("kind", "decides", "for", "table", "calendar")
# The keys by which an entry of a list is known again, whatever its place in the list.
KNOWN_BY = ("id", "name", "on", "date", "from")
GROUPS = ("limits", "facts", "clauses", "festivals", "fields", "outcomes")


class Change(NamedTuple):
    """One thing that is said differently.

    `item` is what it is said of: a rule (`CLOCK-PLAN`), a limit (`limit vip_floor`), anything else by its path. `aspect` is
    the key below it ("" for the whole), `before` and `after` the words of the files, "" for nothing. `clauses` are
    those that the item cites, before or after.
    """

    item: str
    aspect: str
    before: str
    after: str
    clauses: tuple[str, ...]


Words: TypeAlias = dict[tuple[str, ...], str]  # path below an item -> words


class _Said(NamedTuple):
    words: Words
    clauses: tuple[str, ...]


def changes(old: Iterable[Node], new: Iterable[Node]) -> list[Change]:
    """The differences between the documents of two editions, in the order of the new one, what is gone last.

    Layout, comments, quotes and the order of keys are none, nor is the order of entries that have an id; the order of the
    rules of a decision is one, as the first that matches decides.
    """
    before, after = _without_versions(_items(old), _items(new))
    found: list[Change] = []
    for item in [*after, *(item for item in before if item not in after)]:
        was, now = before.get(item), after.get(item)
        clauses = tuple(dict.fromkeys([*(was.clauses if was else ()), *(now.clauses if now else ())]))
        if was is None or now is None:
            words = (now or was or _Said({}, ())).words
            told = "; ".join(_line(path, text) for path, text in words.items() if _telling(path))
            found.append(Change(item, "", "" if was is None else told, told if was is None else "", clauses))
            continue
        found += (Change(item, aspect, left, right, clauses) for aspect, left, right in _within(was.words, now.words))
    return found


def _within(was: Words, now: Words) -> Iterator[tuple[str, str, str]]:
    """What differs within an item: aspect, before, after. A part that one side lacks is told whole."""
    told: set[tuple[str, ...]] = set()
    for path in [*now, *(path for path in was if path not in now)]:
        left, right = was.get(path, ""), now.get(path, "")
        if left == right:
            continue
        side, other = (now, was) if path in now else (was, now)
        part = path[:1]
        if len(path) > 1 and not any(there[:1] == part for there in other):
            if part not in told:
                told.add(part)
                words = "; ".join(_line(there[1:], text) for there, text in side.items() if there[:1] == part)
                yield _aspect(part), "" if side is now else words, words if side is now else ""
        else:
            yield _aspect(path), left, right


def _line(path: tuple[str, ...], text: str) -> str:
    return f"{_aspect(path)}: {text}" if path else text


def _telling(path: tuple[str, ...]) -> bool:
    """Whether a part of an item that is new or gone is told: its meaning, not its names and examples."""
    return not path or path[0] not in ("label", "examples", "id", "cites")


def _aspect(path: tuple[str, ...]) -> str:
    return " › ".join(path)


def _items(documents: Iterable[Node]) -> dict[str, _Said]:
    """All entries of the documents by their name."""
    items: dict[str, _Said] = {}
    for document in documents:
        if not isinstance(document, Mapping):
            continue
        about = _about(document)
        ranks: list[str] = []
        for key, value in document.entries:
            if key.text in NAMING:
                continue
            for name, node in _entries(key.text, value, about):
                words = dict(_flat(node, ()))
                clauses = _cited(node)
                if name in items:  # said in two places: a mistake that is told elsewhere
                    name = f"{name} ({len(items)})"  # noqa: PLW2901
                items[name] = _Said(words, clauses)
                if key.text == "rules":
                    ranks.append(name.partition(" from ")[0])
        if document.get("decides") is not None and ranks:
            items[f"{about} order of rules"] = _Said({(): ", ".join(ranks)}, ())
    return items


def _about(document: Mapping) -> str:
    """What a document is about: `tier`, `calendar cn`, `complaint facts`."""
    kind, decides, subject, table, calendar = (_text(document.get(key)) for key in NAMING)
    if table or calendar:
        return f"table {table}" if table else f"calendar {calendar}"
    return decides or (f"{subject} {kind}" if subject else kind)


def _entries(key: str, value: Node, about: str) -> Iterator[tuple[str, Node]]:
    """The entries of one key of a document: each rule, limit, fact or table alone, anything else whole."""
    if key == "rules" and isinstance(value, Sequence):
        for number, rule in enumerate(value.items, 1):
            name = _known_by(rule, ("id",)) or f"{about} rule {number}"
            yield name + _version(rule), rule
    elif key in GROUPS and isinstance(value, Mapping):
        one = {
            "limits": "limit",
            "facts": about.replace("facts", "fact"),
            "clauses": "clause",
            "fields": f"{about} field",
        }.get(key, f"{about} {key}")
        for entry, node in value.entries:
            yield f"{one} {entry.text}", node
    else:
        yield f"{about} {key}", value


def _version(rule: Node) -> str:
    """What tells a version of a rule from the others."""
    first = _text(rule.get("from")) if isinstance(rule, Mapping) else ""
    return f" from {first}" if first else ""


def _without_versions(*editions: dict[str, _Said]) -> list[dict[str, _Said]]:
    """A rule that has one version in each edition is the same rule, even where its first day has changed."""
    counts: list[dict[str, int]] = [{} for _ in editions]
    for count, items in zip(counts, editions, strict=True):
        for name in items:
            rule = name.partition(" from ")[0]
            count[rule] = count.get(rule, 0) + 1
    several = {rule for count in counts for rule, number in count.items() if number > 1}
    named = [{name: name.partition(" from ")[0] for name in items} for items in editions]
    return [
        {name if names[name] in several else names[name]: said for name, said in items.items()}
        for names, items in zip(named, editions, strict=True)
    ]


def _known_by(node: Node, keys: Iterable[str] = KNOWN_BY) -> str:
    if not isinstance(node, Mapping):
        return ""
    return next((text for key in keys if (text := _text(node.get(key)))), "")


def _flat(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every scalar below a node with its path. Entries of a list are known by a key of theirs, else by their number."""
    if isinstance(node, Scalar):
        yield path, " ".join(node.text.split())
    elif isinstance(node, Mapping):
        for key, value in node.entries:
            yield from _flat(value, (*path, key.text))
    elif all(isinstance(item, Scalar) for item in node.items):
        yield path, ", ".join(item.text for item in node.items if isinstance(item, Scalar))
    else:
        for number, item in enumerate(node.items, 1):
            yield from _flat(item, (*path, _known_by(item) or str(number)))


def _cited(node: Node) -> tuple[str, ...]:
    """The clauses that a node cites."""
    found: dict[str, None] = {}
    pairs = node.entries if isinstance(node, Mapping) else ()
    for key, value in pairs:
        if key.text == "cites":
            found |= dict.fromkeys(text for _, texts in _flat(value, ()) for text in texts.split(", "))
    if isinstance(node, Sequence):
        for item in node.items:
            found |= dict.fromkeys(_cited(item))
    return tuple(found)


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
