"""The means of every decoder of rule files: typed access to nodes; what is wrong is noted as a placed problem."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date

from relcare.located import Mapping, Node, Problem, Scalar, Sequence
from relcare.rulebook.full_width import half_width, instead, is_chinese
from relcare.rulebook.keys import KEYS, KEYS_THERE, in_zh, key_meant, meant, zh_keys
from relcare.rulebook.marks import Marks
from relcare.rulebook.suggest import did_you_mean, nearest
from relcare.rulebook.vocabulary import Correction, Label

# What a text that is not understood may be for a character that no keyboard of the file's reader shows as another one.
MISREAD = frozenset(
    (
        "RUL002",
        "RUL004",
        "RUL005",
        "RUL006",
        "RUL007",
        "RUL030",
        "RUL031",
        "RUL033",
        "RUL035",
        "RUL038",
        "RUL075",
        "RUL080",
    )
)
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
CORRECTION_KEYS = ("reason", "by", "on", "document")
RESERVED = frozenset({"all", "any", "none", "全部", "任一", "均不"})


class Reader:
    """Collects the problems of all rule files while they are decoded.

    `broken` are the names that were declared with a mistake, as (of what, name): what uses them is left out without a
    further problem. `clauses` are the clause ids of the register, None where none was loaded.
    """

    def __init__(self, marks: Marks | None = None) -> None:
        self.problems: list[Problem] = []
        self.marks = marks  # what is recognised, where somebody wants to write it in the other language
        self.broken: set[tuple[str, str]] = set()
        self.clauses: frozenset[str] | None = None

    def note(
        self,
        at: Node,
        code: str,
        message: str,
        hint: str = "",
        *,
        part: tuple[int, int] | None = None,
        severity: str = "error",
    ) -> None:
        """Note a problem at a node; `part` is the stretch of a scalar's text (start, end) that is meant."""
        place, width = at.place, 1
        if isinstance(at, Scalar):
            start, end = part if part is not None else (0, len(at.text))
            if "\n" not in at.text:
                place = place._replace(column=place.column + start)
                width = max(1, end - start)
            said = at.text[start:end]
            if is_chinese(at.text):
                hint = half_width(said, hint)
            elif code in MISREAD:
                hint = instead(said) or hint
        self.problems.append(Problem(place, code, message, hint, severity, "", width))

    def mapping(self, node: Node | None, what: str, known: Collection[str]) -> dict[str, Node] | None:
        """The values of a mapping by key; unknown keys are noted. None (noted) if the node is no mapping.

        The value of a misspelt key is taken for that of the key that was meant, so that one mistake is one problem.
        """
        if not isinstance(node, Mapping):
            if node is not None:
                self.note(node, "RUL004", f"{what} is written as lines of `key: value`")
            return None
        found = {key.text: value for key, value in node.entries if key.text in known}
        if len(found) < len(node.entries):
            for key, value in node.entries:
                if key.text not in known:
                    self._other_key(key, value, what, known, found)
        if self.marks is not None:
            for key, _ in node.entries:
                name = key.text if key.text in known else key_meant(key.text, known)
                if name:
                    zh = KEYS_THERE.get(what, {}).get(name) or in_zh(KEYS, name)
                    self.said(key, (0, len(key.text)), name, zh)
        return found

    def _other_key(self, key: Scalar, value: Node, what: str, known: Collection[str], found: dict[str, Node]) -> None:
        """A key that is no English one: its Chinese spelling, or a mistake."""
        name = key_meant(key.text, known)
        if name and name not in found:
            found[name] = value
        elif name:
            self.note(key, "RUL002", f"`{key.text}` stands here as `{name}` already", "remove one of the two")
        else:
            words = list(known) if key.text.isascii() else zh_keys(known)
            near = nearest(key.text, words)
            self.note(
                key,
                "RUL002",
                f"`{key.text}` is not a key of {what}",
                f"did you mean `{near}`?" if near else f"known here: {', '.join(words)}",
            )
            if near:
                found.setdefault(near if near in known else key_meant(near, known), value)

    def said(self, at: Scalar, part: tuple[int, int], en: str, zh: str, *, is_name: bool = False) -> None:
        """Note that a stretch of a scalar was understood as a word; what `rules show` writes anew."""
        if self.marks is not None:
            self.marks.word(at, part, en, zh, is_name=is_name)

    def entries(self, node: Node | None, what: str) -> tuple[tuple[Scalar, Node], ...]:
        """The entries of a mapping whose keys are free names; () (noted) if the node is no mapping."""
        if isinstance(node, Mapping):
            return node.entries
        if node is not None:
            self.note(node, "RUL004", f"{what} are written as lines of `name: …`")
        return ()

    def items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        """The items of a list; () (noted) if the node is no list."""
        if isinstance(node, Sequence):
            return node.items
        if node is not None:
            self.note(node, "RUL004", f"{what} are written as a list")
        return ()

    def text(self, node: Node | None, what: str) -> Scalar | None:
        """A scalar that is not empty; None (noted) for another node, None for no node."""
        if isinstance(node, Scalar) and node.text.strip():
            return node
        if node is not None:
            self.note(node, "RUL004", f"{what} is empty" if isinstance(node, Scalar) else f"{what} is one text")
        return None

    def texts(self, node: Node | None, what: str) -> tuple[Scalar, ...]:
        """One text or a list of them."""
        if isinstance(node, Sequence):
            if not node.items:
                self.note(node, "RUL039", f"{what} is an empty list", "name at least one, or leave the key out")
            return tuple(text for item in node.items if (text := self.text(item, what)) is not None)
        one = self.text(node, what)
        return () if one is None else (one,)

    def need(self, found: dict[str, Node], key: str, owner: Node, what: str) -> Node | None:
        """The value of a required key; noted at the owner if it is missing."""
        node = found.get(key)
        if node is None:
            self.note(owner, "RUL003", f"{what} has no `{key}`", f"add `{key}: …`")
        return node

    def name(self, node: Node | None, what: str) -> Scalar | None:
        """A word that can be a key: letters, digits and `_`, beginning with a letter; not `all`, `any` or `none`."""
        scalar = self.text(node, what)
        if scalar is None:
            return None
        hint = "" if is_name(scalar.text) and scalar.text not in RESERVED else NAME_HINT
        if not hint and what.startswith("the name of"):
            hint = _taken(scalar.text, decides=what == "the name of a decision")
        if not hint:
            return scalar
        self.note(scalar, "RUL006", f"`{scalar.text}` can't be {what}", hint)
        return None

    def word(self, node: Node | None, what: str, known: Iterable[str], zh: dict[str, str]) -> str | None:
        """One of the known words; `zh` are their Chinese spellings."""
        scalar = self.text(node, what)
        return None if scalar is None else self.word_of(scalar, what, known, zh)

    def word_of(
        self, scalar: Scalar, what: str, known: Iterable[str], zh: dict[str, str], code: str = "RUL005", hint: str = ""
    ) -> str | None:
        """One of the known words; None, noted under `code`, for another."""
        words = list(known)
        found = scalar.text if scalar.text in words else meant(scalar.text, words, zh)
        if found:
            self.said(scalar, (0, len(scalar.text)), found, in_zh(zh, found))
            return found
        if not scalar.text.isascii():
            words = [spelling for word in words for spelling in zh.get(word, word).split("|")]
        hint = did_you_mean(scalar.text, words) or hint or "one of: " + ", ".join(f"`{word}`" for word in words)
        self.note(scalar, code, f"`{scalar.text}` is not {what}", hint)
        return None

    def day(self, node: Node | None, what: str) -> date | None:
        """A date `YYYY-MM-DD`."""
        scalar = self.text(node, what)
        if scalar is None:
            return None
        day = read_day(scalar.text)
        if day is None:
            self.note(scalar, "RUL007", f"`{scalar.text}` is not a date", "write a date that exists, as 2026-07-01")
        return day

    def period(self, found: dict[str, Node], owner: Node, what: str) -> tuple[date, date | None] | None:
        """`from` (required) and `until` (excluded, not required)."""
        start = self.day(self.need(found, "from", owner, what), "`from`")
        until_node = found.get("until")
        until = self.day(until_node, "`until`")
        if start is None or (until_node is not None and until is None):
            return None
        if until is not None and until <= start and until_node is not None:
            message = f"{what} ends before it begins" if until < start else f"{what} ends on the day on which it begins"
            self.note(until_node, "RUL008", message, "`until` is the first day on which it no longer holds")
            return None
        return start, until

    def label(self, node: Node | None, key: str) -> Label:
        """`{en: …, zh: …}`, or one text for both languages; without one, the key in words."""
        if isinstance(node, Mapping):
            entries = {name.text: value for name, value in node.entries if isinstance(value, Scalar) and value.text}
            if len(node.entries) == 2 and "en" in entries and "zh" in entries:
                self._placeholders(entries["en"], entries["zh"])
                return Label(entries["en"].text, entries["zh"].text)
            return self._label_with_mistake(node, key)
        if node is not None:
            text = self.text(node, "a label")
            if text is not None:
                return Label(text.text, text.text)
        words = key.replace("_", " ").capitalize()
        return Label(words, words)

    def _placeholders(self, english: Scalar, chinese: Scalar) -> None:
        """What is filled in is filled in in both languages."""
        one, other = (PLACEHOLDER.findall(text.text) for text in (english, chinese))
        for text, here, there, language in ((english, one, other, "zh"), (chinese, other, one, "en")):
            only = [name for name in here if name not in there]
            if only:
                message = f"`{only[0]}` stands in one language only"
                at = text.text.index(only[0])
                hint = did_you_mean(only[0], there) or f"write it in `{language}` as well"
                self.note(text, "RUL014", message, hint, part=(at, at + len(only[0])))
                return

    def _label_with_mistake(self, node: Mapping, key: str) -> Label:
        found = self.mapping(node, "a label", ("en", "zh")) or {}
        texts = {language: text.text for language in found if (text := self.text(found[language], "a label"))}
        for language in ("en", "zh"):
            if language not in found and len(found) == len(node.entries):
                self.note(node, "RUL009", f"the label has no `{language}`", "a label is {en: …, zh: …}")
        return Label(texts.get("en", key), texts.get("zh", key))

    def correction(self, node: Node | None) -> Correction | None:
        """`corrects: {reason, by, on, document}`: why the past is changed, and who approved that."""
        found = self.mapping(node, "a correction", CORRECTION_KEYS)
        if found is None or node is None:
            return None
        needed = {key: self.need(found, key, node, "the correction") for key in CORRECTION_KEYS}
        reason, by, document = (self.text(needed[key], f"`{key}`") for key in ("reason", "by", "document"))
        on = self.day(needed["on"], "`on`")
        return Correction(reason.text, by.text, on, document.text) if reason and by and on and document else None

    def cites(self, node: Node | None) -> tuple[str, ...]:
        """Clause ids; each must stand in the register, where one was loaded."""
        found = self.texts(node, "`cites`")
        if self.clauses is not None:
            for clause in found:
                if clause.text not in self.clauses:
                    hint = did_you_mean(clause.text, self.clauses)
                    self.note(clause, "RUL011", f"the norm has no clause `{clause.text}`", hint)
        return tuple(clause.text for clause in found)


OWN_COLUMNS = frozenset(("wrong", "hidden", "matters", "likely", "loose", "clash", "key_number", "row", "own"))
OWN_ENDINGS = ("_rule", "_clause", "_because")
NAME_HINT = "a name is letters, digits and `_`, begins with a letter, and is not `all`, `any` or `none`"


def _taken(text: str, *, decides: bool) -> str:
    """Why a name of a table, field, fact, decision or limit can't be had: lists have columns of their own."""
    if text != text.lower():
        return f"write it in small letters: `{text.lower()}`"
    if text in OWN_COLUMNS or (decides and (text in ("owner", "branch") or text.endswith(OWN_ENDINGS))):
        return "the lists of relcare have columns of that name: choose another"
    return ""


def is_name(text: str) -> bool:
    """Whether the text is letters (of any script), digits and `_`, beginning with a letter."""
    return text.isidentifier() and text[0] != "_"


def read_day(text: str) -> date | None:
    """A date written `YYYY-MM-DD`, of the years 1900 to 2199; None for anything else."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2199 else None
