"""Documents of kind `phrase`: scripts for actions (`for` a subject), or what replies avoid and need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from relcare.located import Mapping, Node, Scalar
from relcare.rulebook.decisions import Approval
from relcare.rulebook.decode_measures import read_subject
from relcare.rulebook.decode_rules import overlap, read_approval, rule_nodes
from relcare.rulebook.keys import entry
from relcare.rulebook.patterns import MispatternedError, compiled
from relcare.rulebook.phrases import OF_THE_ACTION, PARTS, PLACEHOLDER, Avoided, Script, Texts, Wording
from relcare.rulebook.reader import Reader
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import Vocabulary

SCRIPT_KEYS = ("kind", "for", "label", "approved", "amounts", "rules")
WORDING_KEYS = ("kind", "label", "approved", "families", "quoting", "rules")
SCRIPT_RULE_KEYS = ("id", "label", "cites", "from", "until", "action", *PARTS, "corrects")
WORDING_RULE_KEYS = (
    "id", "label", "cites", "from", "until", "avoid", "needs", "where", "unless", "unless anywhere", "instead", "corrects",
)  # fmt: skip
AVOIDED_KEYS = ("en", "zh", "instead")
LANGUAGE_KEYS = ("en", "zh")
FAMILY = re.compile(r"<([^<>]*)>")

Families = dict[str, dict[str, str]]  # by language and name


class PhraseReader:
    """Decodes all phrases, once the facts and the ids of rules are known.

    `actions` are the rules that owe something, by id with their subject; `taken` are the ids of other rules, and `broken`
    those of obligations with a mistake.
    """

    def __init__(
        self,
        reader: Reader,
        vocabulary: Vocabulary,
        actions: dict[str, str],
        taken: frozenset[str],
        broken: frozenset[str],
    ) -> None:
        self._reader, self._vocabulary, self._actions = reader, vocabulary, actions
        self._taken, self._broken = taken, broken
        self.scripts: list[Script] = []
        self.wordings: list[Wording] = []

    def decode(self, document: Mapping) -> None:
        """Add the rules of a `phrase` document: scripts where it is `for` a subject, else wordings."""
        if entry(document, "for") is not None:
            self._scripts(document)
        else:
            self._wordings(document)

    def _scripts(self, document: Mapping) -> None:
        reader = self._reader
        found = reader.mapping(document, "a document of scripts", SCRIPT_KEYS)
        if found is None:
            return
        subject = read_subject(reader, found, document, self._vocabulary)
        if "label" in found:
            reader.label(found["label"], subject or "")
        approved = read_approval(reader, found.get("approved"))
        amounts = self._amounts(found.get("amounts"))
        for node in rule_nodes(reader, found, document, "the document"):
            script = self._script(node, subject, amounts, approved)
            if script is not None and self._fits_in(script, node, self.scripts) and self._is_only(script, node):
                self.scripts.append(script)

    def _amounts(self, node: Node | None) -> dict[str, str]:
        """Sums of money that scripts name, in yuan."""
        read = {}
        for name, value in self._reader.entries(node, "amounts"):
            text = self._reader.text(value, f"amount `{name.text}`")
            if self._reader.name(name, "the name of an amount") is None or text is None:
                continue
            try:
                amount = Decimal(text.text.replace(",", ""))
            except InvalidOperation:
                amount = Decimal("NaN")
            if not amount.is_finite() or amount < 0:
                self._reader.note(
                    text, "RUL033", f"`{text.text}` is not an amount", "write yuan, as `1,200` or `99.50`"
                )
                continue
            read[name.text] = f"{amount:.2f}"
        return read

    def _script(
        self, node: Mapping, subject: str | None, amounts: dict[str, str], approved: Approval | None
    ) -> Script | None:
        reader = self._reader
        before = len(reader.problems)
        found = reader.mapping(node, "a script", SCRIPT_RULE_KEYS) or {}
        name = reader.text(reader.need(found, "id", node, "the script"), "`id`")
        what = f"script `{name.text}`" if name else "the script"
        owner = name or node
        label = reader.label(reader.need(found, "label", owner, what), name.text if name else "")
        cites = reader.cites(reader.need(found, "cites", owner, what))
        dates = reader.period(found, owner, what)
        actions = [
            action.text
            for action in reader.texts(reader.need(found, "action", owner, what), "`action`")
            if self._is_action(action, subject)
        ]
        parts = {}
        for part in PARTS:
            written = reader.need(found, part, owner, what)
            parts[part] = reader.label(written, "")
            self._placeholders(written, subject, amounts)
        corrects = reader.correction(found.get("corrects"))
        if any(problem.severity == "error" for problem in reader.problems[before:]):
            return None
        if name is None or dates is None or subject is None or not actions:
            return None
        said = [text for part in parts.values() for text in (part.en, part.zh)]
        named = {each for text in said for each in PLACEHOLDER.findall(text)}
        return Script(
            name.text, subject, label, cites, *dates, tuple(dict.fromkeys(actions)), parts["opening"], parts["explanation"], parts["gain"],
            tuple((each, amounts[each]) for each in sorted(named & set(amounts))), approved, name.place, corrects,
        )  # fmt: skip

    def _is_action(self, action: Scalar, subject: str | None) -> bool:
        of = self._actions.get(action.text)
        if of is None and action.text not in self._broken:
            alike = [each for each, about in self._actions.items() if about == subject] or list(self._actions)
            hint = did_you_mean(action.text, alike) or "name the id of a rule that owes something"
            self._reader.note(action, "RUL121", f"no rule `{action.text}` owes anything", hint)
        elif of is not None and subject is not None and of != subject:
            message = f"`{action.text}` is owed to a {of}, and the script is for a {subject}"
            self._reader.note(action, "RUL121", message, f"write it in a document that says `for: {of}`")
        return of is not None and of == subject

    def _placeholders(self, node: Node | None, subject: str | None, amounts: dict[str, str]) -> None:
        """Each names a fact of the subject, one of a subject that it refers to, an amount, or something of the action."""
        texts = [value for _, value in node.entries] if isinstance(node, Mapping) else [node]
        for text in texts:
            if not isinstance(text, Scalar) or subject is None:
                continue
            for placeholder in PLACEHOLDER.finditer(text.text):
                name = placeholder[1].strip()
                if name in amounts or name in OF_THE_ACTION or self._is_fact(subject, name):
                    continue
                known = [*amounts, *OF_THE_ACTION, *self._vocabulary.facts.get(subject, {})]
                other = name.partition(".")[0]
                if "." in name and other in self._vocabulary.facts:
                    known = [f"{other}.{fact}" for fact in self._vocabulary.facts[other]]
                hint = did_you_mean(name, known) or f"name a fact of a {subject}, or one of `amounts`"
                message = f"`{{{name}}}` is no fact of a {subject} and no amount"
                self._reader.note(text, "RUL120", message, hint, part=placeholder.span())

    def _is_fact(self, subject: str, name: str) -> bool:
        return self._vocabulary.fact(subject, name) is not None or (subject, name) in self._reader.broken

    def _fits_in(self, phrase: Script | Wording, node: Mapping, others: Sequence[Script | Wording]) -> bool:
        at = entry(node, "id") or node
        both: list[Script | Wording] = [*self.scripts, *self.wordings]
        elsewhere = {each.id for each in both if each not in others}
        if phrase.id in self._taken or phrase.id in elsewhere:
            hint = "an id names one rule of the whole rulebook"
            self._reader.note(at, "RUL026", f"rule `{phrase.id}` stands elsewhere as well", hint)
            return False
        for earlier in others:
            if earlier.id == phrase.id and overlap(earlier, phrase):
                first = max(earlier.start, phrase.start)
                message = f"two versions of rule `{phrase.id}` are in force from {first} on"
                hint = f"the other begins at {earlier.place}; end it with `until`, or choose another id"
                self._reader.note(at, "RUL021", message, hint)
                return False
        return True

    def _is_only(self, script: Script, node: Mapping) -> bool:
        """Whether no other script speaks for one of its actions on the same day."""
        for earlier in self.scripts:
            both = [action for action in script.actions if action in earlier.actions]
            if both and overlap(earlier, script):
                message = f"`{both[0]}` has two scripts on the same day"
                hint = f"the other stands at {earlier.place}; end it with `until`, or take the action out of one"
                self._reader.note(entry(node, "action") or node, "RUL122", message, hint)
                return False
        return True

    def _wordings(self, document: Mapping) -> None:
        reader = self._reader
        found = reader.mapping(document, "a document of wordings", WORDING_KEYS)
        if found is None:
            return
        if "label" in found:
            reader.label(found["label"], "")
        approved = read_approval(reader, found.get("approved"))
        families = self._families(found.get("families"))
        quoting = self._texts(found.get("quoting"), families, "`quoting`")
        for node in rule_nodes(reader, found, document, "the document"):
            wording = self._wording(node, families, quoting, approved)
            if wording is not None and self._fits_in(wording, node, self.wordings):
                self.wordings.append(wording)

    def _families(self, node: Node | None) -> Families:
        """Named sets of words; one may name others that stand before it."""
        made: Families = {"en": {}, "zh": {}}
        languages = self._reader.mapping(node, "families of words", LANGUAGE_KEYS) or {}
        for language, listed in languages.items():
            for name, words in self._reader.entries(listed, "families"):
                texts = self._reader.texts(words, f"family `{name.text}`")
                patterns = [p for text in texts if (p := self._pattern(text, language, made)) is not None]
                made[language][name.text] = f"({'|'.join(patterns)})"
        return made

    def _wording(self, node: Mapping, families: Families, quoting: Texts, approved: Approval | None) -> Wording | None:
        reader = self._reader
        before = len(reader.problems)
        found = reader.mapping(node, "a wording", WORDING_RULE_KEYS) or {}
        name = reader.text(reader.need(found, "id", node, "the wording"), "`id`")
        what = f"wording `{name.text}`" if name else "the wording"
        owner = name or node
        label = reader.label(reader.need(found, "label", owner, what), name.text if name else "")
        cites = reader.cites(reader.need(found, "cites", owner, what))
        dates = reader.period(found, owner, what)
        if ("avoid" in found) == ("needs" in found):
            hint = "`avoid` lists what a reply does not say, `needs` what one of it must say"
            reader.note(owner, "RUL126", f"{what} has neither `avoid` nor `needs`, or both", hint)
        avoid = tuple(
            avoided
            for item in reader.items(found.get("avoid"), "`avoid`")
            if (avoided := self._avoided(item, families)) is not None
        )
        texts = {
            key: self._texts(found.get(key), families, f"`{key}`")
            for key in ("needs", "where", "unless", "unless anywhere")
        }
        instead = reader.label(found["instead"], "") if "instead" in found else None
        corrects = reader.correction(found.get("corrects"))
        if any(problem.severity == "error" for problem in reader.problems[before:]):
            return None
        if name is None or dates is None:
            return None
        return Wording(
            name.text, label, cites, *dates, avoid, texts["needs"], texts["where"], texts["unless"], texts["unless anywhere"],
            instead, quoting, approved, name.place, corrects,
        )  # fmt: skip

    def _avoided(self, node: Node, families: Families) -> Avoided | None:
        found = self._reader.mapping(node, "an entry of `avoid`", AVOIDED_KEYS)
        if found is None:
            return None
        if "en" not in found and "zh" not in found:
            self._reader.note(node, "RUL003", "the entry has neither `en` nor `zh`", "add `en: [a wording]`")
        instead = self._reader.label(found["instead"], "") if "instead" in found else None
        return Avoided(self._by_language(found, families, "`avoid`"), instead)

    def _texts(self, node: Node | None, families: Families, what: str) -> Texts:
        return self._by_language(self._reader.mapping(node, "patterns of wording", LANGUAGE_KEYS) or {}, families, what)

    def _by_language(self, found: dict[str, Node], families: Families, what: str) -> Texts:
        made: dict[str, tuple[str, ...]] = {}
        for language in LANGUAGE_KEYS:
            texts = self._reader.texts(found.get(language), what)
            made[language] = tuple(p for text in texts if (p := self._pattern(text, language, families)) is not None)
        return Texts(**made)

    def _pattern(self, text: Scalar, language: str, families: Families) -> str | None:
        """The pattern with its families written out; None, noted, where it is none."""
        known = families[language]
        written = text.text
        for family in FAMILY.finditer(text.text):
            if family[1] not in known:
                hint = did_you_mean(family[1], known) or "declare it above, under `families`"
                self._reader.note(
                    text, "RUL125", f"there is no family `{family[1]}` of words", hint, part=family.span()
                )
                return None
            written = written.replace(family[0], known[family[1]])
        try:
            compiled(written, language)
        except MispatternedError as why:
            hint = "words, `(a|b)`, `[a]`, `…`, `#`, `apolog*`, `a & b` and `<family>`"
            self._reader.note(text, "RUL124", f"`{text.text[:60]}` is no pattern: {why}", hint)
            return None
        return written
