from __future__ import annotations

from relcare.formats.messages import SHOWN, message, messages
from relcare.located import Place, Problem

BAD = Problem(Place("book/客户.csv", 3, 8), "CELL", "not a number", "write digits", "error", "C1,李小明,12x,retail", 3)


def test_a_problem_is_placed_with_its_line_and_caret() -> None:
    problem = BAD._replace(place=Place("book/c.csv", 3, 8))
    assert list(message(problem, color=False)) == [
        "book/c.csv:3:8: CELL not a number",
        "  C1,李小明,12x,retail",
        "            ^~~",
        "  hint: write digits",
    ]


def test_a_caret_stands_under_the_place_after_wide_characters() -> None:
    lines = list(message(BAD, color=False))
    assert lines[2].index("^") == 2 + len("C1,") + 2 * len("李小明") + len(",")
    assert lines[2].endswith("^~~")


def test_a_wide_character_is_underlined_whole() -> None:
    problem = Problem(Place("r.yaml", 1, 1), "WORD", "unknown", source="以上", width=2)
    assert list(message(problem, color=False))[2] == "  ^~~~"


def test_a_long_line_is_shown_round_the_place() -> None:
    problem = Problem(Place("r.csv", 1, 1001), "CELL", "bad", source="a" * 1000 + "b" + "c" * 1000)
    _, line, caret = message(problem, color=False)
    assert len(line) < 200
    assert line[caret.index("^")] == "b"


def test_a_place_after_the_end_of_the_line_is_shown() -> None:
    problem = Problem(Place("r.yaml", 1, 9), "END", "something is missing", source="abc\n")
    assert list(message(problem, color=False))[1:] == ["  abc", "     ^"]


def test_a_problem_without_a_line_has_none() -> None:
    assert list(message(Problem(Place("b"), "NONE", "no such folder"), color=False)) == ["b: NONE no such folder"]


def test_a_warning_says_so() -> None:
    assert list(message(Problem(Place("b"), "OLD", "old", severity="warning"), color=False)) == ["b: OLD warning: old"]


def test_colour_is_left_out_unless_asked_for() -> None:
    assert "\x1b" in "".join(message(BAD, color=True))
    assert "\x1b" not in "".join(message(BAD._replace(message="\x1b[2J"), color=False))


def test_errors_come_first_and_the_rest_is_counted() -> None:
    old = Problem(Place("w"), "OLD", "old", severity="warning")
    lines = list(messages([old] * SHOWN + [Problem(Place("e"), "BAD", "bad")], color=False))
    assert lines[0] == "e: BAD bad"
    assert lines[-1] == "... and 1 more: relcare check"
    assert len(lines) == SHOWN + 1


def test_without_a_limit_all_are_shown() -> None:
    assert len(list(messages([Problem(Place("e"), "BAD", "bad")] * 30, color=False, limit=0))) == 30
