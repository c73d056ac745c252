"""The few words that a format adds itself, in both languages, and how text is made fit for a terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from unicodedata import combining, east_asian_width

_zh = {
    "as of": "截至",
    "row": "条",
    "rows": "条",
    "made from": "依据",
    "problem": "个问题",
    "problems": "个问题",
    "No problems.": "没有问题。",
    "Table": "数据表",
    "Not supplied": "未提供",
    "File": "文件",
    "Rows in": "读入",
    "Used": "采用",
    "Collapsed": "合并",
    "Set aside": "搁置",
    "Latest": "最新日期",
    "Days old": "距今天数",
    "hint": "提示",
    "given": "给定",
    "should give": "应得",
    "gives": "实得",
    "No example reaches": "没有示例覆盖",
    "No example notices": "没有示例能发现",
    "These make no difference": "以下改动不产生差异",
}

# Control characters, and the marks that reorder text: a cell must not steer the terminal.
_steering = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def word(english: str, language: str) -> str:
    """The word in the reader's language; in English where there is none."""
    return _zh.get(english, english) if language == "zh" else english


def in_words(text: str, labels: Mapping[str, str]) -> str:
    """A list of JSON objects on one line for people: their values or the words for them, parted by semicolons; ✓ for true."""
    found = json.loads(text) if text else []
    rows = [[_said(value, labels) for value in each.values()] for each in found]
    return "; ".join(" ".join(filter(None, row)) for row in rows)


def _said(value: object, labels: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "✓" if value else ""
    return labels.get(str(value), str(value))


def counted(number: int, one: str, language: str) -> str:
    """`1 row`, `62 rows`, `62 条`."""
    name = word(one if number == 1 else one + "s", language)
    return f"{number:,} {name}"


def grouped(number: str) -> str:
    """`6000000.00` as `6,000,000.00`; what is not a plain number stays as it is."""
    whole, point, rest = number.partition(".")
    digits = whole.removeprefix("-")
    if len(digits) < 4 or not (digits.isascii() and digits.isdigit()):
        return harmless(number)
    return harmless(f"{whole[: -len(digits)]}{int(digits):,}{point}{rest}")


def harmless(text: str) -> str:
    """The text on one line: a line break or tab as a space, other control characters as U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return _steering.sub(lambda found: " " if found[0] in "\n\r\t" else "\ufffd", text.replace("\r\n", "\n"))


def width_of(text: str) -> int:
    """How many columns of a terminal the text takes: wide and full-width characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
