"""The reason of each outcome, as SQL: the facts that decided, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from relcare.engine import dialect as sql
from relcare.engine.conditions import Column, Judge
from relcare.engine.decisions import Decided, rule_column
from relcare.rulebook.conditions import All, Compare, Condition, Known, Limit, Not, Other, Test, facts_of, tests_of
from relcare.rulebook.decisions import Rule
from relcare.rulebook.values import State, Value
from relcare.rulebook.vocabulary import Fact
from relcare.rulebook.wording import UNITS, code_words, state_word, test_words, unit_words, word


class Reasons:
    """What the sentences are made from: the facts by name, the limits in force, the language.

    `prepared` are the columns that the sentences name: each fact as text, once, however many sentences tell it.
    """

    def __init__(
        self, judge: Judge, fact: Callable[[str], Fact], limit: Callable[[str], Value | None], language: str
    ) -> None:
        self.judge, self.fact, self.limit, self.language = judge, fact, limit, language
        self.prepared: dict[str, str] = {}

    def of(self, made: Decided) -> str:
        """The facts that decided one decision; for an undetermined one, the facts that it wants."""
        name = sql.name(made.decision.name)
        chosen = rule_column(made.decision)
        cases = []
        for rule, _ in made.rules:
            cases.append(f"WHEN {sql.text(rule.id)} THEN {self._of_rule(rule, made)}")
        nothing = self._listed([self._fact_item(f) for f in self._tested(made.rules)])
        cases.append(f"WHEN '' THEN {nothing}")
        wants = [f"CASE WHEN {condition} THEN {self._wanted(fact)} END" for fact, condition in made.wants]
        undetermined = f"concat_ws('; ', {', '.join(wants)})" if wants else "''"
        lead = sql.text(word("wants", self.language) + " ")
        return f"CASE WHEN {name} IS NULL THEN {lead} || {undetermined} ELSE CASE {chosen} {' '.join(cases)} END END"

    def _of_rule(self, rule: Rule, made: Decided) -> str:
        if rule.when is None:
            return self._listed([self._fact_item(f) for f in self._tested(made.rules)])
        items = []
        told: set[str] = set()
        for test, turned in _signed(rule.when):
            if turned:
                if test.fact not in told:
                    items.append(self._fact_item(test.fact))
                told.add(test.fact)
                continue
            item = self._test_item(test)
            told.add(test.fact)
            items.append(item if _must_hold(rule.when) else f"CASE WHEN {self.judge.test(test)} THEN {item} END")
        return self._listed(items)

    def _tested(self, rules: tuple[tuple[Rule, str], ...]) -> list[str]:
        names: dict[str, None] = {}
        for rule, _ in rules:
            if rule.when is not None:
                names |= dict.fromkeys(facts_of(rule.when))
        return [name for name in names if self.judge.columns[name].supplied]

    def _listed(self, items: list[str]) -> str:
        if not items:
            return "''"
        return items[0] if len(items) == 1 else f"concat_ws('; ', {', '.join(items)})"

    def _fact_item(self, name: str) -> str:
        fact = self.fact(name)
        return f"concat({sql.text(fact.label.in_(self.language) + ' ')}, {self._shown(name, fact)})"

    def _test_item(self, test: Test) -> str:
        fact = self.fact(test.fact)
        other = None
        limit = None
        if isinstance(test, Compare):
            if isinstance(test.operand, Other):
                other = self.fact(test.operand.fact)
            elif isinstance(test.operand, Limit):
                limit = self.limit(test.operand.name)
        words = test_words(test, limit, fact, other, self.language)
        shown = self._shown(test.fact, fact)
        label = sql.text(fact.label.in_(self.language) + " ")
        if isinstance(test, Compare) and isinstance(test.operand, Other) and other is not None:
            beside = self._shown(test.operand.fact, other)
            return f"concat({label}, {shown}, {sql.text(f' ({words}: ')}, {beside}, ')')"
        return f"concat({label}, {shown}" + (f", {sql.text(f' ({words})')})" if words else ")")

    def _wanted(self, name: str) -> str:
        fact = self.fact(name)
        column = self.judge.columns[name]
        label = fact.label.in_(self.language)
        if not column.supplied:
            return sql.text(f"{label} {state_word(State.NOT_SUPPLIED, self.language)}")
        unreadable = sql.text(f"{label} {state_word(State.UNREADABLE, self.language)}")
        if fact.source == "decision" and column.empty == "FALSE":
            return sql.text(f"{label} {word('undetermined', self.language)}")
        empty = sql.text(f"{label} {state_word(State.EMPTY, self.language)}")
        return f"CASE WHEN {column.empty} THEN {empty} ELSE {unreadable} END" if column.empty != "FALSE" else unreadable

    def _shown(self, name: str, fact: Fact) -> str:
        """The value of a fact as text; a word where it has none."""
        title = sql.name(f"{name} in words")
        if title not in self.prepared:
            nothing = sql.text(state_word(State.ABSENT, self.language))
            text = shown(self.judge.columns[name], fact, self.language)
            self.prepared[title] = f"coalesce({text}, {nothing}) AS {title}"
        return title


def shown(column: Column, fact: Fact, language: str) -> str:
    """The value of a fact as people write it, as SQL; NULL where it has none."""
    value = column.value
    if column.over:
        return f"show_money(cents_of({value}, {column.over}) / 100)"
    match fact.type:
        case "money":
            return f"show_money({value})"
        case "number":
            return f"show_number({value})"
        case "percent":
            return f"show_number({value}) || '%'"
        case "count":
            unit = unit_words(fact, language) if fact.unit in UNITS else ""
            return f"CAST({value} AS VARCHAR)" + (f" || {sql.text(unit)}" if unit else "")
        case "month":
            return f"show_month({value})"
        case "moment":
            return f"strftime({value}, '%Y-%m-%d %H:%M')"
        case "codes":
            return f"array_to_string({value}, ', ')"
        case "code" | "yes_no":
            keys = ("yes", "no") if fact.type == "yes_no" else tuple(code.key for code in fact.codes)
            cases = " ".join(f"WHEN {sql.text(k)} THEN {sql.text(code_words(k, fact, language))}" for k in keys)
            return f"CASE {value} {cases} ELSE {value} END" if cases else value
        case _:
            return f"CAST({value} AS VARCHAR)"


def _must_hold(condition: Condition) -> bool:
    """Whether every test of a condition holds wherever the condition does."""
    match condition:
        case All(parts):
            return all(_must_hold(part) for part in parts)
        case Compare() | Known():
            return True
        case _:
            return not tests_of(condition)[1:] and not isinstance(condition, Not)


def _signed(condition: Condition, *, turned: bool = False) -> list[tuple[Test, bool]]:
    """The tests of a condition; True for those inside an odd number of negations."""
    match condition:
        case Not(part):
            return _signed(part, turned=not turned)
        case _ if hasattr(condition, "parts"):
            return [pair for part in condition.parts for pair in _signed(part, turned=turned)]
        case _:
            return [(test, turned) for test in tests_of(condition)]
