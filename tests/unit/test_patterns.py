"""Patterns of wording: what each sign matches, and what is no pattern."""

from __future__ import annotations

import pytest

from relcare.rulebook.patterns import MispatternedError, compiled, plain

MATCHES = [
    ("en", "not our fault", "This is NOT  our\nfault.", True),
    ("en", "our fault", "our faultless app", False),
    ("en", "fault", "default", False),
    ("en", "apolog*", "we apologise", True),
    ("en", "(is|was) late", "it was late", True),
    ("en", "(is|was) late", "it will be late", False),
    ("en", "a [very] late", "a very late", True),
    ("en", "a [very] late", "a late", True),
    ("en", "a [very] late", "a rather late", False),
    ("en", "if … pay", "if you do all of this today we pay", False),  # seven words between
    ("en", "if … pay", "if you do all of this we pay", True),  # six
    ("en", "if … pay", "if so. We pay", False),  # beyond the end of a sentence
    ("en", "# days", "within 3 days", True),
    ("en", "# days", "within five days", True),
    ("en", "# days", "within some days", False),
    ("en", "#:#", "at 10:30", True),
    ("en", "follow up", "a follow-up", True),
    ("en", "don't", "we don’t", True),
    ("en", "pay & withdraw", "if you withdraw we pay", True),
    ("en", "pay & withdraw", "we pay", False),
    ("zh", "不是…责任", "这不是我行的责任", True),
    ("zh", "不是…责任", "不是一二三四五六七八九十一二三责任", False),  # thirteen characters between
    ("zh", "不是…责任", "不是。责任", False),
    ("zh", "(我行|银行)责任", "银行责任", True),
    ("zh", "#个工作日", "三个工作日", True),
    ("zh", "#月#日", "８月６日", True),
    ("zh", "T+#", "Ｔ＋１", True),
    ("zh", "清算 & 延迟", "延迟的清算", True),
]


@pytest.mark.parametrize(("language", "pattern", "text", "expected"), MATCHES)
def test_a_pattern_matches(language: str, pattern: str, text: str, expected: bool) -> None:
    assert (compiled(pattern, language).search(plain(text)) is not None) is expected


NONE = ["", "a &", "(a", "a)", "[a", "…a", "[a]", "*", "(a|)", "a … b … c … d … e … f"]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_pattern_is_told(text: str) -> None:
    with pytest.raises(MispatternedError):
        compiled(text, "en")


def test_what_a_user_writes_is_never_an_expression_of_the_engine() -> None:
    assert compiled("a.c{9}+$", "zh").search("abc") is None
    assert compiled("a.c{9}+$", "zh").search("a.c{9}+$") == (0, 8)


def test_the_plain_text_is_as_long_as_the_text() -> None:
    text = "Ｔ＋１，“ﬁne”… İß 8,000元\r\n"
    assert len(plain(text)) == len(text)
