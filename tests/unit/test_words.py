"""Every spelling of a test, with the tree to which it is decoded."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from rule_files import condition, marked

from relcare.rulebook.conditions import (
    All,
    AnyOf,
    Compare,
    Includes,
    Known,
    Limit,
    Literal,
    Not,
    OneOf,
    Other,
    Span,
    Within,
    facts_of,
)
from relcare.rulebook.values import Moment, Month
from relcare.rulebook.words import MEASURES, TESTS, find_measure, find_test, match


def money(amount: str) -> Literal:
    return Literal(Decimal(amount))


SPELLINGS = [
    ("aum: at least 6000000", Compare("aum", "at least", money("6000000"))),
    ("aum: at most 6000000", Compare("aum", "at most", money("6000000"))),
    ("aum: more than 6000000", Compare("aum", "more than", money("6000000"))),
    ("aum: less than 6000000", Compare("aum", "less than", money("6000000"))),
    ("aum: At  Least 6000000", Compare("aum", "at least", money("6000000"))),
    (
        "aum: between 1 and 2",
        All((Compare("aum", "at least", money("1")), Compare("aum", "at most", money("2")))),
    ),
    (
        "score: between 3 and 3",
        All((Compare("score", "at least", Literal(3)), Compare("score", "at most", Literal(3)))),
    ),
    ("aum: 0", Compare("aum", "equal to", money("0"))),
    (
        "score: [1, 2]",
        AnyOf((Compare("score", "equal to", Literal(1)), Compare("score", "equal to", Literal(2)))),
    ),
    ("aum: at least 6 million", Compare("aum", "at least", money("6000000"))),
    ("aum: at least 6.5 million CNY", Compare("aum", "at least", money("6500000"))),
    ("aum: at least 50 thousand", Compare("aum", "at least", money("50000"))),
    ("aum: at most 1 billion", Compare("aum", "at most", money("1000000000"))),
    ("aum: at least 6,000,000 CNY", Compare("aum", "at least", money("6000000"))),
    ('aum: "at least ¥6,000,000.50"', Compare("aum", "at least", money("6000000.50"))),
    ("ratio: more than 0.25", Compare("ratio", "more than", Literal(Decimal("0.25")))),
    ("ratio: less than -0.25", Compare("ratio", "less than", Literal(Decimal("-0.25")))),
    ("share: at least 12.5%", Compare("share", "at least", Literal(Decimal("12.5")))),
    ("visits: at least 2 thousand", Compare("visits", "at least", Literal(2000))),
    ("visits: more than -3", Compare("visits", "more than", Literal(-3))),
    ("segment: private", OneOf("segment", ("private",))),
    ("segment: [retail, private]", OneOf("segment", ("private", "retail"))),
    ('segment: "[retail, private]"', OneOf("segment", ("private", "retail"))),
    ("name: Li Lei", OneOf("name", ("Li Lei",))),
    ('customer_id: "0123"', OneOf("customer_id", ("0123",))),
    ("vip: yes", OneOf("vip", ("yes",))),
    ("vip: no", OneOf("vip", ("no",))),
    ("likes: includes tea", Includes("likes", ("tea",))),
    ("likes: includes [tea, golf]", Includes("likes", ("golf", "tea"))),
    ("aum: is known", Known("aum")),
    ("aum: is missing", Not(Known("aum"))),
    ("opened_at: before 2026-07-01", Compare("opened_at", "less than", Literal(date(2026, 7, 1)))),
    ("opened_at: after 2026-07-01", Compare("opened_at", "more than", Literal(date(2026, 7, 1)))),
    ("opened_at: on or before 2026-07-01", Compare("opened_at", "at most", Literal(date(2026, 7, 1)))),
    ("opened_at: on or after 2026-07-01", Compare("opened_at", "at least", Literal(date(2026, 7, 1)))),
    ("opened_at: 2026-07-01", Compare("opened_at", "equal to", Literal(date(2026, 7, 1)))),
    ("seen_at: before 2026-07-01", Compare("seen_at", "less than", Literal(date(2026, 7, 1)))),
    (
        "seen_at: before 2026-07-01 17:30",
        Compare("seen_at", "less than", Literal(Moment(datetime(2026, 7, 1, 17, 30), "minute"))),  # noqa: DTZ001
    ),
    (
        "seen_at: between 2026-07-01 and 2026-07-01 10:00",
        All(
            (
                Compare("seen_at", "at least", Literal(date(2026, 7, 1))),
                Compare("seen_at", "at most", Literal(Moment(datetime(2026, 7, 1, 10), "minute"))),  # noqa: DTZ001
            )
        ),
    ),
    ("dollars: at least 5 USD", Compare("dollars", "at least", Literal(Decimal(5)))),
    ("best_month: on or after 2026-07", Compare("best_month", "at least", Literal(Month(2026, 7)))),
    (
        "opened_at: between 2026-01-01 and 2026-12-31",
        All(
            (
                Compare("opened_at", "at least", Literal(date(2026, 1, 1))),
                Compare("opened_at", "at most", Literal(date(2026, 12, 31))),
            )
        ),
    ),
    ("opened_at: within last 90 days", Within("opened_at", "last", Span(90, "days"))),
    ("opened_at: within the last 1 month", Within("opened_at", "last", Span(1, "months"))),
    ("opened_at: within next 2 weeks", Within("opened_at", "next", Span(2, "weeks"))),
    ("opened_at: within the next 1 quarter", Within("opened_at", "next", Span(1, "quarters"))),
    ("seen_at: within last 72 hours", Within("seen_at", "last", Span(72, "hours"))),
    ("aum: less than debt", Compare("aum", "less than", Other("debt"))),
    ("aum: less than 50% of debt", Compare("aum", "less than", Other("debt", Decimal("0.5")))),
    ("aum: more than 1.5 times debt", Compare("aum", "more than", Other("debt", Decimal("1.5")))),
    ("branch_id: same as customer_id", Compare("branch_id", "equal to", Other("customer_id"))),
    ("name: other than name", Compare("name", "other than", Other("name"))),
    ("aum: other than debt", Compare("aum", "other than", Other("debt"))),
    ("opened_at: before closed_at", Compare("opened_at", "less than", Other("closed_at"))),
    ("opened_at: before seen_at", Compare("opened_at", "less than", Other("seen_at"))),
    ("branch.size: at least 10", Compare("branch.size", "at least", Literal(10))),
    (
        "vip: yes\nsegment: retail",
        All((OneOf("vip", ("yes",)), OneOf("segment", ("retail",)))),
    ),
    (
        "any:\n  - vip: yes\n  - segment: retail\n    aum: 0",
        AnyOf(
            (OneOf("vip", ("yes",)), All((OneOf("segment", ("retail",)), Compare("aum", "equal to", money("0"))))),
        ),
    ),
    ("any: {vip: yes, segment: retail}", AnyOf((OneOf("vip", ("yes",)), OneOf("segment", ("retail",))))),
    ("all:\n  - vip: yes\n  - vip: no", All((OneOf("vip", ("yes",)), OneOf("vip", ("no",))))),
    (
        "none:\n  - vip: yes\n  - segment: retail",
        Not(AnyOf((OneOf("vip", ("yes",)), OneOf("segment", ("retail",))))),
    ),
    ("none: {vip: yes}", Not(OneOf("vip", ("yes",)))),
    (
        "aum: at least 1\nnone:\n  - any: {vip: yes, segment: retail}",
        All(
            (
                Compare("aum", "at least", money("1")),
                Not(AnyOf((OneOf("vip", ("yes",)), OneOf("segment", ("retail",))))),
            )
        ),
    ),
]


@pytest.mark.parametrize(("spelling", "tree"), SPELLINGS, ids=[spelling for spelling, _ in SPELLINGS])
def test_spelling(spelling, tree):
    assert condition(spelling) == tree


def test_every_row_of_the_table_is_among_the_spellings():
    used = {
        found[0].pattern
        for spelling, _ in SPELLINGS
        for line in spelling.split("\n")
        if (found := find_test(" ".join(line.partition(": ")[2].strip('"').split())))
    }
    assert used == {row.pattern for row in TESTS}


def test_limit_is_an_operand():
    limits = "floor: [{from: 2026-01-01, is: 5 million}]\n"
    assert condition("aum: at least floor", limits=limits) == Compare("aum", "at least", Limit("floor"))


def test_a_test_knows_its_place_and_words():
    found = condition("aum:  at least   5")
    assert isinstance(found, Compare)
    assert (found.place.column, found.words) == (7, "at least 5")
    assert facts_of(found) == ["aum"]


MISTAKES = [
    ("agm: 5", "RUL030", "agm"),
    ("customer.aum: 5", "RUL030", "customer.aum"),
    ("aum: less than 50% of dept", "RUL030", "dept"),
    ("aum: at lest 5", "RUL031", "at lest 5"),
    ("aum: large", "RUL033", "large"),
    ('segment: "[retail, private"', "RUL031", "[retail, private"),
    ("segment: at least private", "RUL032", "at least"),
    ("vip: at least 1", "RUL032", "at least"),
    ("name: before Li", "RUL032", "before"),
    ("aum: before 2026-01-01", "RUL032", "before"),
    ("opened_at: at least 2026-01-01", "RUL032", "at least"),
    ("opened_at: more than 3", "RUL032", "more than"),
    ("segment: includes retail", "RUL032", "includes"),
    ("likes: golf", "RUL032", "golf"),
    ("likes: at least 3", "RUL032", "at least"),
    ("aum: within last 3 days", "RUL032", "within last"),
    ("best_month: within last 3 months", "RUL032", "3 months"),
    ("opened_at: within last 3 hours", "RUL032", "3 hours"),
    ("aum: at least 6,00,000", "RUL033", "6,00,000"),
    ("dollars: at least 5 CNY", "RUL033", "5 CNY"),
    ("dollars: at least ¥5", "RUL033", "¥5"),
    ("aum: at least 6 USD", "RUL033", "6 USD"),
    ("aum: at least 6 lakh", "RUL033", "6 lakh"),
    ("aum: at least 12.345", "RUL033", "12.345"),
    ("aum: at least NaN", "RUL033", "NaN"),
    ("aum: at least 5 months", "RUL033", "5 months"),
    ("aum: at least floot", "RUL033", "floot"),
    ("visits: at least 1.5", "RUL033", "1.5"),
    ("visits: at least 0.0005 thousand", "RUL033", "0.0005 thousand"),
    ("opened_at: before 2026-02-30", "RUL033", "2026-02-30"),
    ("opened_at: before 2026-02-03 10:00", "RUL033", "2026-02-03 10:00"),
    ("seen_at: before 2026-02-03 10:00+08:00", "RUL033", "2026-02-03 10:00+08:00"),
    ("best_month: before 2026-13", "RUL033", "2026-13"),
    ("score: at least 6", "RUL034", "6"),
    ("score: [1, 0]", "RUL034", "0"),
    ("aum: at most -1", "RUL034", "-1"),
    ("segment: privat", "RUL035", "privat"),
    ("segment: [retail, privat]", "RUL035", "privat"),
    ("likes: includes [golf, teas]", "RUL035", "teas"),
    ("vip: true", "RUL035", "true"),
    ("aum: between 2 and 1", "RUL036", "2 and 1"),
    ("opened_at: between 2026-02-01 and 2026-01-01", "RUL036", "2026-02-01 and 2026-01-01"),
    ("seen_at: between 2026-07-02 and 2026-07-01 10:00", "RUL036", "2026-07-02 and 2026-07-01 10:00"),
    ("aum: at least dollars", "RUL037", "dollars"),
    ("aum: at least score", "RUL037", "score"),
    ("visits: at least ratio", "RUL037", "ratio"),
    ("opened_at: before 50% of closed_at", "RUL037", "closed_at"),
    ("opened_at: within last 3 dayz", "RUL038", "3 dayz"),
    ("opened_at: within last 0 days", "RUL038", "0 days"),
    ("opened_at: within last three days", "RUL038", "three days"),
    ("opened_at: within last month", "RUL038", "month"),
    ("segment: []", "RUL039", "["),
    ('segment: "[retail, ]"', "RUL039", "[retail, ]"),
    ("any: []", "RUL039", "["),
    ("{}", "RUL039", "{"),
    ("- aum: 5", "RUL004", "-"),
    ("aum: {at least: 5}", "RUL004", "{"),
    ("any: retail", "RUL004", "retail"),
    ('aum: ""', "RUL004", '"'),
]


@pytest.mark.parametrize(("when", "code", "mark"), MISTAKES, ids=[mistake[0] for mistake in MISTAKES])
def test_mistake_in_a_condition(when, code, mark):
    assert marked(when) == [(code, mark)]


def test_all_mistakes_of_a_condition_are_found():
    when = "agm: 5\naum: at least large\nany:\n  - segment: privat\n  - none: {vip: perhaps}\n"
    assert [code for code, _ in marked(when)] == ["RUL030", "RUL033", "RUL035", "RUL035"]


@pytest.mark.parametrize(
    ("text", "pattern", "slots"),
    [
        ("at least 5", "at least …", ["5"]),
        ("at least ", "at least …", None),
        ("at least", "at least …", None),
        ("between 1 and 2", "between … and …", ["1", "2"]),
        ("between 1, 2", "between … and …", None),
        ("50% of debt", "…% of …", ["50", "debt"]),
        ("% of debt", "…% of …", None),
        ("600万以上", "…以上", ["600万"]),
        ("以上", "…以上", None),
        ("600万至700万之间", "…至…之间", ["600万", "700万"]),
        ("is known", "is known", []),
        ("is known to", "is known", None),
    ],
)
def test_patterns(text, pattern, slots):
    found = match(text, pattern)
    assert (None if found is None else [text[start:end] for start, end in found]) == slots


def test_every_measure_is_found_by_its_own_pattern():
    for row in MEASURES:
        found = find_measure(row.pattern.replace("…", "x"))
        assert found is not None
        assert found[0] == row
