"""The reason of each outcome, as SQL: the facts that decided, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column, Judge
from relcare.engine.decisions import Decided, rule_column, verdict_column
from relcare.engine.rows import Item
from relcare.rulebook.conditions import All, AnyOf, Compare, Condition, Limit, Not, Other, Test, facts_of
from relcare.rulebook.decisions import Rule
from relcare.rulebook.values import State, Value
from relcare.rulebook.vocabulary import Fact
from relcare.rulebook.wording import UNITS, code_words, state_word, unit_words, word, words_of_test

SPECIAL = ',;\t|"\n\r'  # what delimited text may have to quote


class Part(NamedTuple):
    """A piece of a sentence: texts to put together, where the condition `gate` holds ("" for always)."""

    texts: tuple[str, ...]
    gate: str = ""


class Reasons:
    """What the sentences are made from: the facts by name, the limits in force, the language.

    `roots` names, for a fact that is made from another, the other: the one to look at where it is wanting. `prepared` are the columns that the sentences name: each fact as text, once, however many sentences tell it. With
    `grouped` amounts have thousands separators, for people; without, they are plain, for machines.
    """

    def __init__(
        self,
        judge: Judge,
        fact: Callable[[str], Fact],
        limit: Callable[[str], Value | None],
        language: str,
        *,
        grouped: bool,
        roots: Mapping[str, str],
    ) -> None:
        self.judge, self.fact, self.limit, self.language, self.grouped = judge, fact, limit, language, grouped
        self.roots = roots
        self.prepared: dict[str, str] = {}
        self._said: list[str] = []
        self._free = False

    def of(self, made: Decided) -> Item:
        """The facts that decided one decision; for an undetermined one, the facts that it wants.

        Where no rule with a condition held, those of the last one that was tried: the nearest.
        """
        self._said, self._free = [], False
        name, chosen = sql.name(made.decision.name), rule_column(made.decision)
        tried = [rule for rule, _ in made.rules if rule.when is not None][-1:]
        nothing = self._sentence([self._fact_part(fact) for rule in tried for fact in self._tested(rule)])
        cases = " ".join(
            f"WHEN {is_chosen(made, rule)} THEN {self._of_rule(rule) if rule.when is not None else nothing}"
            for rule, _ in made.rules
        )
        sentence = f"CASE {cases} WHEN {chosen} = '' THEN {nothing} END" if cases else "''"
        if not made.column.certain:
            nobody = self._say(word("not in force" if made.decision.dated_by else "conflict", self.language))
            if made.wants:
                lead = self._say(word("wants", self.language) + " ")
                wants = f"nullif(concat_ws('; ', {', '.join(self._wants(made))}), '')"
                nobody = f"coalesce({lead} || {wants}, {nobody})"
            sentence = f"CASE WHEN {name} IS NULL THEN {nobody} ELSE {sentence} END"
        risky = None if self._free else "".join(sorted(set("".join(self._said)) & set(SPECIAL)))
        return Item(sentence, risky)

    def _of_rule(self, rule: Rule) -> str:
        parts: list[Part] = []
        told: set[str] = set()
        for test, turned, gates in _gated(rule.when, self.judge) if rule.when is not None else []:
            if turned and test.fact in told:
                continue
            told.add(test.fact)
            part = self._fact_part(test.fact) if turned else self._test_part(test)
            parts.append(part._replace(gate=" AND ".join(gates)))
        return self._sentence(parts)

    def _tested(self, rule: Rule) -> list[str]:
        names = facts_of(rule.when) if rule.when is not None else []
        return [name for name in names if self.judge.columns[name].supplied]

    def _sentence(self, parts: list[Part]) -> str:
        if not parts:
            return "''"
        if any(part.gate for part in parts):
            items = [f"concat({', '.join(part.texts)})" for part in parts]
            gated = (
                f"CASE WHEN {p.gate} THEN {item} END" if p.gate else item for p, item in zip(parts, items, strict=True)
            )
            return f"concat_ws('; ', {', '.join(gated)})"
        return f"concat({', {}, '.format(self._say('; ')).join(', '.join(part.texts) for part in parts)})"

    def _say(self, text: str) -> str:
        self._said.append(text)
        return sql.text(text)

    def _fact_part(self, name: str) -> Part:
        fact = self.fact(name)
        return Part((self._say(fact.label.in_(self.language) + " "), self._shown(name, fact)))

    def _test_part(self, test: Test) -> Part:
        fact = self.fact(test.fact)
        other = None
        limit = None
        if isinstance(test, Compare):
            if isinstance(test.operand, Other):
                other = self.fact(test.operand.fact)
            elif isinstance(test.operand, Limit):
                limit = self.limit(test.operand.name)
        words = words_of_test(test, limit, fact, other, self.language, grouped=self.grouped)
        begin = (self._say(fact.label.in_(self.language) + " "), self._shown(test.fact, fact))
        if isinstance(test, Compare) and isinstance(test.operand, Other) and other is not None:
            return Part((*begin, self._say(f" ({words}: "), self._shown(test.operand.fact, other), self._say(")")))
        return Part((*begin, self._say(f" ({words})")) if words else begin)

    def _wants(self, made: Decided) -> list[str]:
        """What an undetermined outcome waits for, each root fact once."""
        when: dict[str, list[str]] = {}
        for fact, condition in made.wants:
            when.setdefault(self.roots.get(fact, fact), []).append(condition)
        return [
            f"CASE WHEN {' OR '.join(f'({c})' for c in conditions)} THEN {self._wanted(fact)} END"
            for fact, conditions in when.items()
        ]

    def _wanted(self, name: str) -> str:
        fact = self.fact(name)
        column = self.judge.columns[name]
        label = fact.label.in_(self.language)
        if not column.supplied:
            return self._say(f"{label} {state_word(State.NOT_SUPPLIED, self.language)}")
        unreadable = self._say(f"{label} {state_word(State.UNREADABLE, self.language)}")
        if fact.source == "decision" and column.empty == "FALSE":
            return self._say(f"{label} {word('undetermined', self.language)}")
        empty = self._say(f"{label} {state_word(State.EMPTY, self.language)}")
        return f"CASE WHEN {column.empty} THEN {empty} ELSE {unreadable} END" if column.empty != "FALSE" else unreadable

    def _shown(self, name: str, fact: Fact) -> str:
        """The value of a fact as text; a word where it has none."""
        title = sql.name(f"{name} in words")
        column = self.judge.columns[name]
        self._free = self._free or fact.type in ("id", "text")
        self._said += [state_word(State.ABSENT, self.language), unit_words(fact, self.language)]
        self._said += [code.label.in_(self.language) for code in fact.codes] + ([", "] if fact.type == "codes" else [])
        self._said += [","] if self.grouped and (fact.type == "money" or column.over) else []
        if title not in self.prepared:
            text = shown(column, fact, self.language, grouped=self.grouped)
            nothing = self._nothing(fact, column)
            self.prepared[title] = f"CASE WHEN {column.value} IS NULL THEN {nothing} ELSE {text} END AS {title}"
        return title

    def _nothing(self, fact: Fact, column: Column) -> str:
        """What is said of a fact without a value."""
        none, empty, unreadable = (
            sql.text(state_word(s, self.language)) for s in (State.ABSENT, State.EMPTY, State.UNREADABLE)
        )
        if column.certain:
            return none
        open_ = sql.text(word("undetermined", self.language)) if fact.source == "decision" else unreadable
        cases = [f"WHEN {column.absent} THEN {none}"] if column.absent != "FALSE" else []
        cases += [f"WHEN {column.empty} THEN {empty}"] if column.empty != "FALSE" else []
        return f"CASE {' '.join(cases)} ELSE {open_} END" if cases else open_


def is_chosen(made: Decided, rule: Rule) -> str:
    """The condition that this rule, in this version, gave the outcome."""
    chosen = f"{rule_column(made.decision)} = {sql.text(rule.id)}"
    versions = [column for other, column in made.rules if other.id == rule.id]
    return f"{chosen} AND {verdict_column(rule)}" if len(versions) > 1 else chosen


def shown(column: Column, fact: Fact, language: str, *, grouped: bool = True) -> str:
    """The value of a fact as people write it, as SQL; NULL where it has none."""
    value = column.value
    if column.over:
        mean = f"cents_of({value}, {column.over})"
        return f"show_money({mean} / 100)" if grouped else f"plain_cents({mean})"
    match fact.type:
        case "money":
            return f"show_money({value})" if grouped else f"CAST({value} AS VARCHAR)"
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


def _gated(
    condition: Condition, judge: Judge, gates: tuple[str, ...] = (), *, turned: bool = False
) -> list[tuple[Test, bool, tuple[str, ...]]]:
    """The tests of a condition that holds, each with whether it is negated and what must hold for it to have decided."""
    match condition:
        case Not(part):
            return _gated(part, judge, gates, turned=not turned)
        case All(parts):
            return [found for part in parts for found in _gated(part, judge, gates, turned=turned)]
        case AnyOf(parts):
            found = []
            for part in parts:
                own = gates if turned or len(parts) == 1 else (*gates, f"({judge.condition(part)})")
                found += _gated(part, judge, own, turned=turned)
            return found
        case _:
            return [(condition, turned, gates)]
