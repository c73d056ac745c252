"""Full-width punctuation and symbols of arithmetic, where rules are words: what to write instead."""

from __future__ import annotations

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
