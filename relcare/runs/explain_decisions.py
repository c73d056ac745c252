"""How `explain` tells a decision: its headline, the nearest miss, and a row for each test of each rule in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from relcare.rulebook.conditions import All, Known, facts_of
from relcare.rulebook.decisions import Decision, Rule
from relcare.rulebook.evaluate import Judged, Outcome, judge
from relcare.rulebook.reckon import Subject, is_supplied
from relcare.rulebook.reckon_rows import Context
from relcare.rulebook.wording import word
from relcare.runs.approved import Answered, corrected_limits
from relcare.runs.explain_facts import Telling, row_of, shown
from relcare.runs.nearest import lacking, next_better

WORDS = {
    "en": {
        "yes": "yes", "unknown": "unknown", "otherwise": "otherwise", "supplied": "as supplied",
        "is": "{} of {} is {} by {}{}.", "none": "{} of {} is {}: no rule matches.",
        "given": "{} of {} is {}, as supplied by {}.", "wants": "{} of {} is undetermined for want of {}.",
        "conflict": "{} of {} is undetermined: {} hold at once.", "next": "Next: {} would also need {}.",
        "no rule in force": "no rule of {} is in force on {}", "not in force": "{} of {} is undetermined: {}.",
        "dated": "dates the rules", "unsound": "{} of {} is undetermined: {}.",
    },
    "zh": {
        "yes": "是", "unknown": "无法判定", "otherwise": "其他情形", "supplied": "由数据提供",
        "is": "{1} 的{0}为{2}，依据规则 {3}{4}。", "none": "{1} 的{0}为{2}：无规则适用。",
        "given": "{1} 的{0}为{2}，由 {3} 提供。", "wants": "{1} 的{0}无法判定，缺少：{2}。",
        "conflict": "{1} 的{0}无法判定：{2} 同时成立。", "next": "最接近的规则：{} 还需要 {}。",
        "no rule in force": "{} 在 {} 没有生效的规则", "not in force": "{1} 的{0}无法判定：{2}。",
        "dated": "决定适用哪一版规则", "unsound": "{1} 的{0}无法判定：{2}。",
    },
}  # fmt: skip


class DecisionTelling(Telling):
    """One subject's decisions, told in one language."""

    def __init__(self, who: Subject, context: Context, language: str) -> None:
        super().__init__(who, context, language)
        self._words = WORDS[language]

    def sentences(self, decision: Decision) -> list[str]:
        """The headline of a decision, and what it would have taken for the next better rule."""
        outcome = self._who.outcome(decision.name)
        name, key = decision.label.in_(self._language), self._who.key
        code = self._code(decision, outcome)
        if not decision.sound:
            return [self._words["unsound"].format(name, key, word("unsound", self._language))]
        if self._is_without_rules(decision, outcome):
            return [self._words["not in force"].format(name, key, self._no_rule(decision))]
        if outcome.code is None:
            what = "conflict" if outcome.conflict else "wants"
            listing = ", ".join(outcome.conflict or [self.fact_words(want) for want in outcome.wants])
            return [self._words[what].format(name, key, listing)]
        if self._is_supplied(decision):
            return [self._words["given"].format(name, key, code, self.place_of_fact(decision.name))]
        if outcome.rule is None:
            headline = self._words["none"].format(name, key, code)
        else:
            cites = f" ({', '.join(outcome.rule.cites)})" if outcome.rule.cites else ""
            headline = self._words["is"].format(name, key, code, outcome.rule.id, cites)
        told = [headline]
        for rule, judged in next_better(outcome):
            lacks = lacking(judged)
            if all(isinstance(test.condition, Known) for test in lacks):
                continue  # what has not happened is no miss
            needs = "; ".join(self.lack(test, self._day(decision)) for test in lacks)
            told.append(self._words["next"].format(rule.id, needs))
        return told

    def answered(self, decision: Decision) -> list[Answered]:
        """Who answers for the rule that decided, and for the limits that it used."""
        rule = self._who.outcome(decision.name).rule
        if rule is None or self._is_supplied(decision):
            return []
        limits = corrected_limits(rule.when, self._context.rulebook, self._day(decision))
        return [Answered(rule.id, rule.start, decision.approved, rule.corrects), *limits]

    def rows(self, decision: Decision, only: str) -> list[tuple[str, ...]]:
        """A row for each test of each rule in force."""
        outcome = self._who.outcome(decision.name)
        code = self._code(decision, outcome)
        if self._is_supplied(decision):
            cells = {
                "test": self._words["supplied"],
                "fact": self.fact_words(decision.name),
                "value": self.value(decision.name, self._who.fact(decision.name)),
                "fact_place": self.place_of_fact(decision.name),
                "decided": self._words["yes"],
            }
            return [] if only else [_row(decision, code, None, cells)]
        if not decision.sound or self._is_without_rules(decision, outcome):
            said = self._no_rule(decision) if decision.sound else word("unsound", self._language)
            cells = {"test": said, "verdict": self._words["unknown"], "rule_place": shown(decision.place)}
            return [_row(decision, code, None, cells)]
        if self._is_undated(decision):
            return self._undated_rows(decision, code, only)
        told = []
        for rule, judged in outcome.verdicts:
            if only in {"", rule.id}:
                decided = self._words["yes"] if outcome.code is not None and rule is outcome.rule else ""
                tests = self._tests(rule, judged, self._day(decision))
                told += [_row(decision, code, rule, {**cells, "decided": decided}) for cells in tests]
        return told

    def _undated_rows(self, decision: Decision, code: str, only: str) -> list[tuple[str, ...]]:
        """Where the date that chooses the rules is unknown: a row for it, and the tests of all rules, without limits."""
        name = decision.dated_by
        dated = {
            "test": self._words["dated"],
            "fact": self.fact_words(name),
            "value": self.value(name, self._who.fact(name)),
            "verdict": self._words["unknown"],
            "rule_place": shown(decision.place),
            "fact_place": self.place_of_fact(name),
        }
        told = [_row(decision, code, None, dated)]
        for rule in decision.rules:
            if only in {"", rule.id}:
                condition = rule.when or All(())
                facts = {fact: self._who.fact(fact) for fact in facts_of(condition)}
                judged = judge(condition, facts, {}, self._context.as_of)
                told += [_row(decision, code, rule, cells) for cells in self._tests(rule, judged, None)]
        return told

    def _tests(self, rule: Rule, judged: Judged, day: date | None) -> Iterable[dict[str, str]]:
        if rule.when is None:
            otherwise = {"test": self._words["otherwise"], "verdict": self._words["yes"]}
            return [{**otherwise, "rule_place": shown(rule.place)}]
        return self.tests(judged, rule.place, day)

    def _is_supplied(self, decision: Decision) -> bool:
        return is_supplied(decision.name, self._who.name, self._context)

    def _is_undated(self, decision: Decision) -> bool:
        return bool(decision.dated_by) and self._who.fact(decision.dated_by).value is None

    def _is_without_rules(self, decision: Decision, outcome: Outcome) -> bool:
        """Whether no rule is in force on the day that counts."""
        return not (outcome.verdicts or self._is_supplied(decision) or self._is_undated(decision))

    def _no_rule(self, decision: Decision) -> str:
        return self._words["no rule in force"].format(decision.name, self._day(decision))

    def _day(self, decision: Decision) -> date:
        """The day whose limits count; that of the as-of where it is not known."""
        dated = self._who.fact(decision.dated_by).value if decision.dated_by else None
        return dated if isinstance(dated, date) else getattr(dated, "date", self._context.today)

    def _code(self, decision: Decision, outcome: Outcome) -> str:
        if outcome.code is None:
            return "undetermined" if self._language == "en" else "无法判定"
        label = next((code.label.in_(self._language) for code in decision.codes if code.key == outcome.code), "")
        return f"{label} ({outcome.code})" if label and label != outcome.code else outcome.code


def _row(decision: Decision, code: str, rule: Rule | None, cells: dict[str, str]) -> tuple[str, ...]:
    head = {"decision": decision.name, "outcome": code}
    head |= {"rule_id": rule.id, "clause": ", ".join(rule.cites)} if rule is not None else {}
    return row_of(**head, **cells)
