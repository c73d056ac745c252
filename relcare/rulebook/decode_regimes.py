"""Documents of kind `regime`: the register of regimes, and of the steps that their clocks ask for."""

from __future__ import annotations

from relcare.located import Mapping, Node
from relcare.rulebook.keys import YES_NO_WORDS
from relcare.rulebook.reader import Reader
from relcare.rulebook.regimes import Regime, Step
from relcare.rulebook.suggest import did_you_mean

REGISTER_KEYS = ("kind", "regimes", "steps")
REGIME_KEYS = ("label", "supervisor")
STEP_KEYS = ("label",)


class RegimeReader:
    """Decodes the registers of all documents; names are then looked up by the rules."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.regimes: dict[str, Regime] = {}
        self.steps: dict[str, Step] = {}

    def decode(self, document: Mapping) -> None:
        """Add the regimes and steps of a document."""
        reader = self._reader
        found = reader.mapping(document, "a register of regimes", REGISTER_KEYS)
        if found is None:
            return
        for key, node in reader.entries(reader.need(found, "regimes", document, "the register"), "regimes"):
            name = reader.name(key, "the name of a regime")
            parts = reader.mapping(node, "a regime", REGIME_KEYS)
            if name is None or parts is None:
                continue
            label = reader.label(reader.need(parts, "label", key, "the regime"), name.text)
            word = reader.word(parts.get("supervisor"), "whether it is a supervisor's", ("yes", "no"), YES_NO_WORDS)
            if self._is_new(key, name.text, self.regimes.get(name.text)):
                self.regimes[name.text] = Regime(name.text, label, word == "yes", key.place)
        for key, node in reader.entries(found.get("steps"), "steps"):
            name = reader.name(key, "the name of a step")
            parts = reader.mapping(node, "a step", STEP_KEYS)
            if name is None or parts is None:
                continue
            label = reader.label(reader.need(parts, "label", key, "the step"), name.text)
            if self._is_new(key, name.text, self.steps.get(name.text)):
                self.steps[name.text] = Step(name.text, label, key.place)

    def _is_new(self, key: Node, name: str, there: Regime | Step | None) -> bool:
        if there is not None:
            self._reader.note(key, "RUL096", f"`{name}` is in the register twice", f"also at {there.place}")
        return there is None

    def regime(self, node: Node | None) -> str:
        """The regime that a rule or document names; "" (noted) where there is none of that name."""
        return self._named(node, "regime", self.regimes)

    def step(self, node: Node | None) -> str:
        """The step that a rule asks for; "" (noted) where there is none of that name."""
        return self._named(node, "step", self.steps)

    def _named(self, node: Node | None, what: str, known: dict[str, Regime] | dict[str, Step]) -> str:
        text = self._reader.text(node, f"`{what}`")
        if text is None:
            return ""
        if text.text in known:
            return text.text
        hint = did_you_mean(text.text, known) or f"declare it under `{what}s` in a document `kind: regime`"
        self._reader.note(text, "RUL095", f"there is no {what} `{text.text}`", hint)
        return ""
