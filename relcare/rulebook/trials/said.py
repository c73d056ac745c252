"""What was changed of a rule, said in both languages."""

from __future__ import annotations

from typing import NamedTuple

WHAT = {
    "the rule": ("without the rule", "去掉该规则"),
    "without": ("without `{}`", "去掉 `{}`"),
    "without one": ("without {}", "去掉 {}"),
    "without when": ("without `when` {}", "去掉条件 {}"),
    "without cause": ("without `ceases when` {}", "去掉终止条件 {}"),
    "without suspension": ("without `suspended while` {}", "去掉暂缓条件 {}"),
    "for": ("{} for {}", "以 {} 代替 {}"),
    "for from": ("{} for {} from {} on", "自 {2} 起以 {0} 代替 {1}"),
    "flipped": ("`{}` for `{}`", "以 `{}` 代替 `{}`"),
    "last day": ("`{}` the last day, open or not", "`{}` 取最后一天，不论是否工作日"),
    "another week": ("`{}` another week", "`{}` 取另一周"),
    "never given up": ("never given up", "永不失效"),
    "pauses": ("without pauses for {}", "去掉因 {} 的暂停"),
    "end of": ("starts: end of {}", "只自 {} 结束时起算"),
    "alone": ("starts: {} alone", "只自 {} 起算"),
    "not at": ("not at {}", "去掉节日 {}"),
    "never counts": ("`{}` never counts", "`{}` 从不计入"),
    "part": ("without part {}", "去掉第 {} 部分"),
    "window": ("without the window of `{}`", "去掉 `{}` 的时间范围"),
}
WITHIN = ("{} in `{}`", "`{1}` 中{0}")


class Said(NamedTuple):
    """One change: a key of WHAT with what stands in it, and the words of the test or line in which it was made."""

    key: str
    parts: tuple[str, ...] = ()
    within: str = ""

    def in_(self, language: str) -> str:
        """The change in English (`en`) or Chinese (`zh`); words of the rule files stay as they are."""
        at = language == "zh"
        text = WHAT[self.key][at].format(*self.parts)
        return WITHIN[at].format(text, self.within) if self.within else text

    def __str__(self) -> str:
        """In English."""
        return self.in_("en")
