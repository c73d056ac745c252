"""How facts, tests and the places of both are told of one subject in one language, whatever rule they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from relcare.located import Place
from relcare.rulebook.conditions import Compare, Known, Limit, OneOf, Other, Test
from relcare.rulebook.evaluate import Judged
from relcare.rulebook.reckon import Subject
from relcare.rulebook.reckon_rows import Context
from relcare.rulebook.values import FactValue
from relcare.rulebook.vocabulary import Fact, Label
from relcare.rulebook.wording import code_words, operator_words, state_word, value_words, words_of_test
from relcare.runs.nearest import distance, leaves

KEYS = (
    "decision", "outcome", "rule_id", "clause", "test", "fact", "value", "verdict", "rule_place", "fact_place", "decided",
    "part", "opens",
)  # fmt: skip
WORDS = {
    "en": {
        "yes": "yes", "no": "no", "unknown": "unknown", "known": "is known", "one of": "is {}", "not": "not: {}", "any": "any {}: {}",
        "missing": "is missing", "limit": "{} ({} from {})", "other": "{} ({})", "more": "{} … ({} rows)",
        "against": "{} (counts against the rule)", "off": "{} {}: it is {}, {} away", "lacks": "{} {}: it is {}", "days": "{} days",
    },
    "zh": {
        "yes": "是", "no": "否", "unknown": "无法判定", "known": "已知", "one of": "为{}", "not": "非：{}", "any": "任一（{}）：{}",
        "missing": "缺失", "limit": "{}（{}，自 {} 起）", "other": "{}（{}）", "more": "{} …（共 {} 行）",
        "against": "{}（按不满足处理）", "off": "{}{}（现为 {}，相差 {}）", "lacks": "{}{}（现为 {}）", "days": "{} 天",
    },
}  # fmt: skip
SHOWN_ROWS = 5


def row_of(**cells: str) -> tuple[str, ...]:
    """A row with these cells, "" in all others."""
    return tuple(cells.get(key, "") for key in KEYS)


class Telling:
    """One subject's facts and tests, told in one language."""

    def __init__(self, who: Subject, context: Context, language: str) -> None:
        self._who, self._context, self._language = who, context, language
        self._common = WORDS[language]

    def tests(
        self, judged: Judged, place: Place, day: date | None, who: Subject | None = None
    ) -> Iterator[dict[str, str]]:
        """The cells of a row for each test of a condition; `place` is the rule's own, `day` that whose limits count.

        `who` is the subject as it was asked, where that was earlier than the as-of.
        """
        who = who or self._who
        for leaf in leaves(judged):
            condition = leaf.judged.condition
            if not isinstance(condition, Test):
                continue
            verdict = self._common["unknown" if leaf.verdict is None else "yes" if leaf.verdict else "no"]
            if leaf.judged.against:
                verdict = self._common["against"].format(verdict)
            words = self.test(condition, leaf.judged, day, negated=leaf.negated)
            yield {
                "test": self._common["any"].format(leaf.alternative, words) if leaf.alternative else words,
                "fact": self.fact_words(condition.fact),
                "value": self.value(condition.fact, leaf.judged.fact or who.fact(condition.fact)),
                "verdict": verdict,
                "rule_place": shown(condition.place if condition.place.line else place),
                "fact_place": self.place_of(*who.made_from(condition.fact)),
            }

    def test(self, test: Test, judged: Judged, day: date | None, *, negated: bool = False) -> str:
        """A test in words, with the value in force on `day` of a limit, and of another fact."""
        if isinstance(test, Known):
            return self._common["missing" if negated else "known"]
        words = self._test(test, judged, day)
        return self._common["not"].format(words) if negated else words

    def _test(self, test: Test, judged: Judged, day: date | None) -> str:
        fact = self.fact(test.fact)
        if isinstance(test, OneOf):
            return self._common["one of"].format(
                "/".join(code_words(code, fact, self._language) for code in test.codes)
            )
        operand = test.operand if isinstance(test, Compare) else None
        other = self.fact(operand.fact) if isinstance(operand, Other) else None
        limit = self._context.rulebook.limits.get(operand.name) if isinstance(operand, Limit) else None
        if isinstance(test, Compare) and limit is not None and day is None:
            return operator_words(test.op, fact, self._language).format(limit.name)
        words = words_of_test(test, limit.at(day) if limit and day else None, fact, other, self._language)
        if limit is not None and day is not None:
            start = next((p.start for p in reversed(limit.periods) if p.start <= day), "?")
            return self._common["limit"].format(words, limit.name, start)
        if isinstance(operand, Other) and judged.other is not None:
            return self._common["other"].format(words, self.value(operand.fact, judged.other))
        return words

    def lack(self, judged: Judged, day: date) -> str:
        """A test that did not hold, and how far off it was."""
        test = judged.condition
        if not isinstance(test, Test):
            return ""
        words = self.test(test, judged, day, negated=judged.verdict is True)  # it holds, where it may not
        name, value = self.fact(test.fact).label.in_(self._language), self.value(test.fact, judged.fact)
        away = distance(judged)
        if away is None:
            return self._common["lacks"].format(name, words, value)
        far = self._common["days"].format(away) if away.__class__ is int and self._dated(test) else ""
        return self._common["off"].format(
            name, words, value, far or value_words(away, self.fact(test.fact), self._language)
        )

    def _dated(self, test: Test) -> bool:
        return self.fact(test.fact).type in {"date", "moment"}

    def fact(self, name: str) -> Fact:
        """What the vocabulary says of a fact."""
        fact = self._context.rulebook.vocabulary.fact(self._who.name, name)
        return fact or Fact(name, self._who.name, "text", Label(name, name), "field")

    def fact_words(self, name: str) -> str:
        """Its label, with its name."""
        label = self.fact(name).label.in_(self._language)
        return f"{label} ({name})" if label != name else name

    def value(self, name: str, value: FactValue | None) -> str:
        """A value in words, or what is said where there is none."""
        if value is None:
            return ""
        if value.value is not None:
            return value_words(value.value, self.fact(name), self._language)
        said = state_word(value.state, self._language)
        return f"{said}: {value.why}" if value.why else said

    def place_of_fact(self, name: str) -> str:
        """The file and the lines that a fact was made from."""
        return self.place_of(*self._who.made_from(name))

    def place_of(self, table: str, lines: tuple[int, ...]) -> str:
        """The file of a table, and the first of these lines of it; "" where there are none."""
        if not table or not lines:
            return ""
        path = self._context.tables[table].path
        listed = ",".join(map(str, lines[:SHOWN_ROWS]))
        return (
            self._common["more"].format(f"{path}:{listed}", len(lines))
            if len(lines) > SHOWN_ROWS
            else f"{path}:{listed}"
        )


def shown(place: Place) -> str:
    """The file and line of a place."""
    return str(Place(place.path, place.line))
