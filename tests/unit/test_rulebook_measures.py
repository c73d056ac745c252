"""Facts made of rows: every measure with its tree, type and unit, and every mistake with what it marks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rule_files import condition, decision, loaded, marked_facts, with_facts

from relcare.rulebook.conditions import All, Compare, Limit, Literal, OneOf, Other, Span, Within
from relcare.rulebook.measures import AgeMeasure, OfMeasure, RowMeasure, SeriesMeasure, Window

CALLS = OneOf("kind", ("call",))

MEASURES = [
    ("count of interactions", RowMeasure("count", "interactions"), "count", ""),
    ("count of interactions where kind call", RowMeasure("count", "interactions", "", CALLS), "count", ""),
    (
        '"count of interactions where kind [visit, call]"',
        RowMeasure("count", "interactions", "", OneOf("kind", ("call", "visit"))),
        "count",
        "",
    ),
    (
        "count of interactions where kind call and amount at least 100 in the last 90 days",
        RowMeasure(
            "count",
            "interactions",
            "",
            All((CALLS, Compare("amount", "at least", Literal(Decimal(100))))),
            Window(Span(90, "days")),
        ),
        "count",
        "",
    ),
    (
        "count of interactions where score between 2 and 3 and kind call",
        RowMeasure(
            "count",
            "interactions",
            "",
            All((All((Compare("score", "at least", Literal(2)), Compare("score", "at most", Literal(3)))), CALLS)),
        ),
        "count",
        "",
    ),
    (
        "count of interactions where at within last 3 days in the last 1 month",
        RowMeasure("count", "interactions", "", Within("at", "last", Span(3, "days")), Window(Span(1, "months"))),
        "count",
        "",
    ),
    (
        "count of interactions in the 90 days before the last 90 days",
        RowMeasure("count", "interactions", "", None, Window(Span(90, "days"), Span(90, "days"))),
        "count",
        "",
    ),
    (
        "count of interactions in the last 24 hours",
        RowMeasure("count", "interactions", "", None, Window(Span(24, "hours"))),
        "count",
        "",
    ),
    ("count of notices", RowMeasure("count", "notices"), "count", ""),
    ("sum of amount of interactions", RowMeasure("sum", "interactions", "amount"), "money", "CNY"),
    ("average of amount of interactions", RowMeasure("average", "interactions", "amount"), "money", "CNY"),
    ("average of score of interactions", RowMeasure("average", "interactions", "score"), "number", ""),
    ("highest amount of interactions", RowMeasure("highest", "interactions", "amount"), "money", "CNY"),
    ("lowest score of interactions", RowMeasure("lowest", "interactions", "score"), "count", ""),
    ("latest at of interactions", RowMeasure("latest", "interactions", "at"), "moment", ""),
    ("latest kind of interactions", RowMeasure("latest", "interactions", "kind"), "code", ""),
    ("repeats of kind of interactions", RowMeasure("repeats", "interactions", "kind"), "count", ""),
    (
        "repeats of amount of interactions where kind call in the last 30 days",
        RowMeasure("repeats", "interactions", "amount", CALLS, Window(Span(30, "days"))),
        "count",
        "",
    ),
    (
        "earliest sent_on of notices where topic offer",
        RowMeasure("earliest", "notices", "sent_on", OneOf("topic", ("offer",))),
        "date",
        "",
    ),
    (
        "average of aum of balances over the last 3 months",
        SeriesMeasure("average", "balances", "aum", 3),
        "money",
        "CNY",
    ),
    (
        "average of logins of balances over the last 3 months",
        SeriesMeasure("average", "balances", "logins", 3),
        "number",
        "",
    ),
    ("change of aum of balances over 3 months", SeriesMeasure("change", "balances", "aum", 3), "money", "CNY"),
    (
        "falling streak of aum of balances by month",
        SeriesMeasure("falling streak", "balances", "aum"),
        "count",
        "months",
    ),
    (
        '"rising streak of aum of balances by month, at most 12 months"',
        SeriesMeasure("rising streak", "balances", "aum", 12),
        "count",
        "months",
    ),
    ("years since opened_at", AgeMeasure("years", "opened_at"), "count", "years"),
    ("months since opened_at", AgeMeasure("months", "opened_at"), "count", "months"),
    ("weeks since seen_at", AgeMeasure("weeks", "seen_at"), "count", "weeks"),
    ("days since seen_at", AgeMeasure("days", "seen_at"), "count", "days"),
    ("days until closed_at", AgeMeasure("days", "closed_at", until=True), "count", "days"),
]


@pytest.mark.parametrize(("words", "measure", "kind", "unit"), MEASURES, ids=[row[0] for row in MEASURES])
def test_measure(words, measure, kind, unit):
    fact = with_facts(f"f: {{is: {words}}}").vocabulary.facts["customer"]["f"] if "," not in words else None
    fact = fact or with_facts(f"f:\n  is: {words}").vocabulary.facts["customer"]["f"]
    assert (fact.measure, fact.type, fact.unit, fact.source) == (measure, kind, unit, "measure")


def test_latest_has_the_codes_and_range_of_the_field():
    facts = with_facts("k: {is: latest kind of interactions}\ns: {is: latest score of interactions}").vocabulary.facts
    assert [code.key for code in facts["customer"]["k"].codes] == ["call", "visit", "inquiry"]
    assert (facts["customer"]["s"].low, facts["customer"]["s"].high) == (1, 5)


def test_a_change_and_a_sum_have_no_range():
    facts = with_facts("s: {is: sum of score of interactions}\nn: {is: count of notices}").vocabulary.facts["customer"]
    assert (facts["s"].low, facts["s"].high) == (None, None)
    assert (facts["n"].low, facts["n"].high) == (0, None)


def test_unit_range_and_emptiness_can_be_said():
    fact = with_facts(
        "f: {is: average of score of interactions, unit: points, range: [1, 5], empty: none, label: {en: F, zh: 分}}"
    ).vocabulary.facts["customer"]["f"]
    assert (fact.unit, fact.low, fact.high, fact.empty, fact.label.zh) == ("points", 1, 5, "none", "分")


def test_instead():
    facts = "f: {is: average of aum of balances over the last 3 months, instead: aum}"
    assert with_facts(facts).vocabulary.facts["customer"]["f"].instead == "aum"


def test_first_month_reached_gives_the_limit_its_type():
    text = decision(
        "gold: before 2026-07",
        facts="gold: {is: first month aum of balances reached floor}\n",
        limits="floor: [{from: 2025-01-01, is: 5 million}]\n",
    )
    rulebook, problems = loaded(text)
    assert problems == []
    fact = rulebook.vocabulary.facts["customer"]["gold"]
    assert (fact.type, fact.unit) == ("month", "")
    assert fact.measure == SeriesMeasure("first reached", "balances", "aum", 0, Limit("floor"))
    assert (rulebook.limits["floor"].type, rulebook.limits["floor"].values) == ("money", (Decimal(5_000_000),))


REACHED = [
    (
        "first at of interactions reached many",
        RowMeasure("reached", "interactions", "at", limit=Limit("many")),
    ),
    (
        "first at of interactions where kind call reached many in the last 90 days",
        RowMeasure("reached", "interactions", "at", CALLS, Window(Span(90, "days")), limit=Limit("many")),
    ),
    (
        "first at of interactions repeating score where kind call reached many in the last 24 hours",
        RowMeasure("repeated", "interactions", "at", CALLS, Window(Span(24, "hours")), "score", Limit("many")),
    ),
    (
        "first at of interactions repeating kind reached many",
        RowMeasure("repeated", "interactions", "at", by="kind", limit=Limit("many")),
    ),
]


@pytest.mark.parametrize(("words", "measure"), REACHED, ids=[row[0] for row in REACHED])
def test_a_limit_that_is_reached_is_a_count(words, measure):
    text = decision("f: is known", facts=f"f: {{is: {words}}}\n", limits="many: [{from: 2025-01-01, is: 3}]\n")
    rulebook, problems = loaded(text)
    assert problems == []
    fact = rulebook.vocabulary.facts["customer"]["f"]
    assert (fact.measure, fact.type) == (measure, "moment")
    assert (rulebook.limits["many"].type, rulebook.limits["many"].values) == ("count", (3,))


@pytest.mark.parametrize(("count", "codes"), [("1", []), ("0", ["RUL034"]), ("1.5", ["RUL033"])])
def test_at_least_one_row_reaches_a_limit(count, codes):
    facts = "f: {is: first at of interactions reached many}\n"
    text = decision("f: is known", facts=facts, limits=f'many: [{{from: 2025-01-01, is: "{count}"}}]\n')
    assert [problem.code for problem in loaded(text)[1]] == codes


CHOICES = [
    ("latest of opened_at, closed_at and seen_at", ("opened_at", "closed_at", "seen_at"), "moment"),
    ("latest of opened_at and closed_at", ("opened_at", "closed_at"), "date"),
    ("earliest of seen_at and called", ("seen_at", "called"), "moment"),
]


@pytest.mark.parametrize(("words", "names", "kind"), CHOICES, ids=[row[0] for row in CHOICES])
def test_a_choice_of_dates_is_a_date_where_all_are(words, names, kind):
    facts = f'f: {{is: "{words}"}}\ncalled: {{is: latest at of interactions}}\nage: {{is: days since f}}\n'
    fact = with_facts(facts).vocabulary.facts["customer"]["f"]
    assert (fact.measure, fact.type) == (OfMeasure(words.split(" ")[0], names), kind)


@pytest.mark.parametrize(
    ("facts", "marks"),
    [
        ("f: {is: latest of opened_at and aum}", [("VOC027", "aum")]),
        ("f: {is: latest of opened_at and opend}", [("VOC027", "opend")]),
        ("f: {is: latest of interactions}", [("VOC027", "interactions")]),
        ("f: {is: latest of opened_at}", [("VOC027", "opened_at")]),
        ("f: {is: latest of opened_at and g}\ng: {is: latest of opened_at and closed_at}", [("VOC027", "g")]),
        ("f: {is: latest of opened_at and closed_at, instead: seen_at}", [("VOC028", "seen_at")]),
        ("f: {is: latest of opened_at and g}\ng: {is: latest att of interactions}", [("VOC022", "att")]),
        ("f: {is: latest of opened_at and closed_at where kind call}", [("VOC020", "kind call")]),
    ],
)
def test_mistake_in_a_choice_of_dates(facts, marks):
    assert marked_facts(facts) == marks


def test_a_limit_is_reached_with_the_row_with_which_its_window_ends():
    facts = "f: {is: first at of interactions reached many in the 9 days before the last 3 days}\n"
    text = decision("f: is known", facts=facts, limits="many: [{from: 2025-01-01, is: 3}]\n")
    assert [problem.code for problem in loaded(text)[1]] == ["VOC029"]


def test_mistake_in_what_repeats():
    facts = "f: {is: first at of interactions repeating knd reached many}"
    assert marked_facts(facts) == [("VOC022", "knd"), ("RUL043", "many")]


def test_a_limit_behind_a_choice_must_be_there_while_the_rule_is():
    facts = "f: {is: latest of opened_at and g}\ng: {is: first at of interactions reached many}\n"
    text = decision("f: is known", facts=facts, limits="many: [{from: 2026-02-01, is: 3}]\n")
    assert [problem.code for problem in loaded(text)[1]] == ["RUL045"]


def test_a_where_can_use_limits_and_other_fields():
    text = decision(
        "n: at least 1",
        facts="n: {is: count of interactions where amount at least floor}\n",
        limits="floor: [{from: 2025-01-01, is: 100}]\n",
    )
    measure = loaded(text)[0].vocabulary.facts["customer"]["n"].measure
    assert measure == RowMeasure("count", "interactions", "", Compare("amount", "at least", Limit("floor")))


def test_a_fact_can_be_the_age_of_another():
    facts = "days: {is: days since last}\nlast: {is: latest at of interactions}\n"
    found = condition("days: less than 50% of days2", facts=facts + "days2: {is: days since opened_at}\n")
    assert found == Compare("days", "less than", Other("days2", Decimal("0.5")))


MISTAKES = [
    ("number of interactions", "VOC020", "number of interactions"),
    ("fallling streak of aum of balances by month", "VOC020", "fallling streak of aum of balances by month"),
    ("count of interactions where kind", "VOC020", "kind"),
    ("change of aum of balances over 3 months where month 2026-01", "VOC020", "month 2026-01"),
    ("count of interaction", "VOC021", "interaction"),
    ("repeats of knd of interactions", "VOC022", "knd"),
    ("first at of interactions", "VOC020", "first at of interactions"),
    ("first at of interactions in the last 9 days", "VOC020", "first at of interactions"),
    ("first score of interactions reached many", "VOC024", "score"),
    ("first sent_on of notices reached many", "VOC024", "sent_on"),
    ("first at of interactions reached many", "RUL043", "many"),
    ("latest att of interactions", "VOC022", "att"),
    ("sum of kind of interactions", "VOC023", "kind"),
    ("highest kind of interactions", "VOC023", "kind"),
    ("change of month of balances over 3 months", "VOC023", "month"),
    ("count of notices in the last 3 days", "VOC024", "last 3 days"),
    ("latest topic of notices", "VOC024", "notices"),
    ("change of amount of interactions over 3 months", "VOC025", "interactions"),
    ("count of branches", "VOC026", "branches"),
    ("years since aum", "VOC027", "aum"),
    ("years since birthday", "VOC027", "birthday"),
    ("count of interactions in the last 3 dayz", "VOC029", "3 dayz"),
    ("count of interactions in the last 3 working days", "VOC029", "3 working days"),
    ("count of interactions where at within last 3 working days", "RUL038", "3 working days"),
    ("count of interactions in the 0 days before the last 90 days", "VOC029", "0 days"),
    ("change of aum of balances over 3 weeks", "VOC029", "3 weeks"),
    ("change of aum of balances over a year", "VOC029", "a year"),
    ("first month aum of balances reached 5000000", "RUL043", "5000000"),
    ("count of interactions where knd call", "RUL030", "knd"),
    ("count of interactions where kind cal", "RUL035", "cal"),
    ("count of interactions where amount at least lots and kind call", "RUL033", "lots"),
    ("count of interactions where score at least 9 in the last 3 days", "RUL034", "9"),
]


@pytest.mark.parametrize(("words", "code", "mark"), MISTAKES, ids=[mistake[0] for mistake in MISTAKES])
def test_mistake_in_a_measure(words, code, mark):
    assert marked_facts(f"f: {{is: {words}}}") == [(code, mark)]


@pytest.mark.parametrize(
    ("line", "marks"),
    [
        ("f: {is: count of notices, instead: visitz}", [("VOC028", "visitz")]),
        ("f: {is: count of notices, instead: aum}", [("VOC028", "aum")]),
        ("f: {instead: visits}", [("RUL003", "f")]),
        ("f: {is: count of notices, emtpy: none}", [("RUL002", "emtpy")]),
        ("f: {is: count of notices, empty: zero}", [("VOC004", "zero")]),
        ("f: {is: latest at of interactions, range: [1, 2]}", [("VOC003", "[")]),
        ("f: count of notices", [("RUL004", "count of notices")]),
        ("aum: {is: count of notices}", [("VOC012", "aum")]),
        ("any: {is: count of notices}", [("RUL006", "any")]),
    ],
)
def test_mistake_in_a_fact(line, marks):
    assert marked_facts(line) == marks


def test_windows_by_hours_need_moments():
    table = "kind: table\ntable: notices\nkey: n\ndated by: on\nfields: {n: {type: id}, c: {type: id, refers: c}, on: {type: date}}\n"
    subject = "---\nkind: table\ntable: cs\nsubject: c\nkey: c\nfields: {c: {type: id}}\n"
    facts = "---\nkind: facts\nfor: c\nfacts: {f: {is: count of notices in the last 3 hours}}\n"
    assert [problem.code for problem in loaded(table.replace("on:", '"on":') + subject + facts)[1]] == ["VOC029"]


def test_what_needs_a_fact_with_a_mistake_is_no_second_mistake():
    text = decision(
        "f: at least 3\nnone: {age: at least 2}",
        facts="f: {is: count of notice}\nage: {is: days since g}\ng: {is: x}\n",
    )
    assert [problem.code for problem in loaded(text)[1]] == ["VOC021", "VOC020"]


def test_facts_of_an_unknown_subject():
    rulebook, problems = loaded("kind: facts\nfor: customer\nfacts: {f: {is: count of notices}}\n")
    assert [(problem.code, problem.place.line, problem.place.column) for problem in problems] == [("RUL010", 2, 6)]
    assert rulebook.vocabulary.facts == {}
