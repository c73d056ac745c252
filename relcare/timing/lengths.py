"""Spans of time as a person types them to the calculator, in English and Chinese.

`5 working days`, `8 working hours`, `72 hours`, `2 months`, `5个工作日`, `8个工作小时`; counted back as `5 working days before` or
`提前5个工作日`.
"""

from __future__ import annotations

from typing import NamedTuple

# The first of each is the one that is written.
ENGLISH = {
    word: unit
    for unit in ("seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years")
    for word in (unit, unit[:-1])
}
ENGLISH |= {
    f"{kind} {word}": f"working {unit}"
    for unit in ("days", "hours", "minutes", "seconds")
    for word in (unit, unit[:-1])
    for kind in ("working", "business")
}
CHINESE = {
    "工作小时": "working hours", "工作分钟": "working minutes", "工作秒": "working seconds", "营业小时": "working hours",
    "工作日": "working days", "营业日": "working days", "交易日": "working days", "自然日": "days", "日历日": "days", "天": "days",
    "日": "days", "小时": "hours", "钟头": "hours", "分钟": "minutes", "秒钟": "seconds", "秒": "seconds", "星期": "weeks",
    "周": "weeks", "礼拜": "weeks", "月": "months", "季度": "quarters", "季": "quarters", "年": "years",
}  # fmt: skip
WRITTEN_ZH = {
    "seconds": "秒", "minutes": "分钟", "hours": "小时", "days": "天", "weeks": "周", "months": "个月", "quarters": "个季度",
    "years": "年", "working days": "个工作日", "working hours": "个工作小时", "working minutes": "个工作分钟", "working seconds": "个工作秒",
}  # fmt: skip
DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
MOST = 9_999_999  # units; more than all time has of any but seconds

WORKING_TIME = {"working seconds": 1, "working minutes": 60, "working hours": 3600}  # in seconds of open time


class Length(NamedTuple):
    """So many units, counted forwards, or backwards where `before`."""

    amount: int
    unit: str
    before: bool = False

    def in_(self, language: str) -> str:
        """`5 working days`, `5个工作日`."""
        if language == "zh":
            return f"{self.amount}{WRITTEN_ZH[self.unit]}"
        return f"{self.amount} {self.unit[:-1] if self.amount == 1 else self.unit}"


def read_length(text: str) -> Length | None:
    """The span that a text says; None where it says none. Numbers are whole, from 0 to 9,999,999."""
    words = " ".join(text.translate({0x3000: " "}).split()).lower()
    for ending in (" before", " back", " ago", "之前", "以前", "前"):
        if words.endswith(ending):
            return _length(words.removesuffix(ending).strip(), before=True)
    for beginning in ("提前", "倒数", "-"):
        if words.startswith(beginning):
            return _length(words.removeprefix(beginning).strip(), before=True)
    for ending in (" after", " later", "之内", "以内", "内", "之后", "以后", "后"):
        words = words.removesuffix(ending)
    return _length(words.strip(), before=False)


def _length(text: str, *, before: bool) -> Length | None:
    digits = len(text) - len(text.lstrip("0123456789,"))
    number, unit = text[:digits].replace(",", ""), text[digits:].strip()
    if unit in ENGLISH:
        found = ENGLISH[unit]
    else:
        if not digits:
            count = next((i for i, character in enumerate(unit) if character not in DIGITS), len(unit))
            number, unit = _chinese(unit[:count]), unit[count:]
        found = CHINESE.get(unit.strip().removeprefix("个").strip(), "")
    if not found or not number.isascii() or not number.isdigit() or int(number) > MOST:
        return None
    return Length(int(number), found, before)


def _chinese(text: str) -> str:
    """`十五` as `15`; "" for what is no number below a hundred."""
    tens, ten, ones = text.partition("十")
    if not text or len(tens) > 1 or len(ones) > 1:
        return ""
    if not ten:
        return str(DIGITS[text])
    return str(DIGITS.get(tens, 1) * 10 + DIGITS.get(ones, 0))
