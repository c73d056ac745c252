"""Full-width punctuation and symbols of arithmetic, where rules are words: what to write instead."""

from __future__ import annotations

import re

INSTEAD = {
    "：": "`: `, a colon and a space",
    "，": "a plain `,`",
    "、": "a plain `,`",
    "；": "a plain `;`",
    "。": "a plain `.`",
    "（": "a plain `(`",
    "）": "a plain `)`",
    "【": "a plain `[`",
    "】": "a plain `]`",
    "“": 'a plain `"`',
    "”": 'a plain `"`',
    "‘": "a plain `'`",
    "’": "a plain `'`",
    "％": "a plain `%`",
    "－": "a plain `-`",
}
WORDS = {
    "＞": "`more than`",
    ">": "`more than` or `at least`",
    "≥": "`at least`",
    "≧": "`at least`",
    "＜": "`less than`",
    "<": "`less than` or `at most`",
    "≤": "`at most`",
    "≦": "`at most`",
    "＝": "the value alone",
    "=": "the value alone",
    "≠": "`none:` above the test",
    "～": "`between … and …`",
}
PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if code != ord("，")}  # ！ to ～
SLIP = re.compile(
    "[０-９＝％［］＋－Ａ-Ｚａ-ｚ]|[0-9]，[0-9]"
)  # in words of the grammar these are a slip of the keyboard
NUMBER_COMMA = re.compile("[0-9]，[0-9]")
IDEOGRAPH = re.compile("[\u3400-\u9fff]")


def is_chinese(text: str) -> bool:
    """Whether a text is written in Chinese, where `，` and `、` are in place."""
    return IDEOGRAPH.search(text) is not None


def half_width(text: str, hint: str) -> str:
    """What to write where full-width characters of a Chinese text stand for those of the grammar, else the hint."""
    if "：" in text:
        return f"`：` is full-width: write {INSTEAD['：']}"
    plain = text.translate(PLAIN)
    if "【" in text or "[" in plain or NUMBER_COMMA.search(text):
        plain = text.replace("【", "[").replace("】", "]").replace("、", ",").replace("，", ",").translate(PLAIN)
    if plain == text or (hint and not SLIP.search(text) and "[" not in plain):
        return hint
    return f"write it with half-width characters: `{plain}`"


def instead(text: str) -> str:
    """A hint for the first character of the text that rules are not written with; "" if there is none."""
    for character in text:
        if character in WORDS:
            return f"`{character}` is not a word of rules: write {WORDS[character]}"
        if character in INSTEAD:
            return f"`{character}` is full-width: write {INSTEAD[character]}"
        if "０" <= character <= "９":
            return f"`{character}` is full-width: write `{ord(character) - ord('０')}`"
    return ""
