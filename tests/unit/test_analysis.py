"""What rules do together, told with somebody for whom it is so."""

from __future__ import annotations

import textwrap
from datetime import date

import pytest
from rule_files import VOCABULARY, loaded

from relcare.rulebook.analysis import analysed

FIRST, ONE = "first that matches", "exactly one"
START = date(2026, 1, 1)


def findings(*rules, choose=FIRST, head="", facts="", since=START):
    text = VOCABULARY
    if facts:
        text += "---\nkind: facts\nfor: customer\nfacts:\n" + textwrap.indent(textwrap.dedent(facts), "  ")
    text += f"---\nkind: decision\ndecides: tier\nfor: customer\nchoose: {choose}\n{head}rules:\n"
    for name, rule in zip("ABCDEFGH", rules, strict=False):
        dates = "" if "from:" in rule else "from: 2026-01-01, "
        text += f"  - {{id: {name}, label: R, cites: 1, {dates}{rule}}}\n"
    rulebook, problems = loaded(text)
    assert [problem for problem in problems if problem.severity == "error"] == []
    return analysed(rulebook, since)


def told(*rules, **options):
    return [(problem.code, problem.severity, problem.message) for problem in findings(*rules, **options)]


def codes(*rules, **options):
    return [problem.code for problem in findings(*rules, **options)]


def test_a_row_that_one_row_takes_whole():
    rules = ["when: {aum: at least 5}, then: a", "when: {aum: at least 6}, then: b", "otherwise: c"]
    [problem] = findings(*rules)
    assert (problem.code, problem.severity) == ("RUL102", "error")
    assert problem.message == "`B` is never reached: `A` takes all that it fits"
    assert problem.hint.startswith("`A` takes a customer with aum 6.00 as of 2026-01-01: ")
    assert problem.place.line == VOCABULARY.count("\n") + 8


@pytest.mark.parametrize(("floor", "found"), [("4", ["RUL102"]), ("3.99", []), ("4.01", ["RUL102"])])
def test_a_row_that_only_a_union_takes_whole_to_the_cent(floor, found):
    rules = ["when: {aum: at least 5}, then: a", "when: {aum: between 4 and 5}, then: b"]
    assert codes(*rules, f"when: {{aum: at least {floor}}}, then: c", "otherwise: d") == found


def test_the_rows_of_a_union_are_named():
    rules = ["when: {aum: at least 5}, then: a", "when: {aum: less than 5, vip: yes}, then: b"]
    found = told(*rules, "when: {segment: private}, then: x", "when: {vip: yes}, then: c", "otherwise: d")
    assert found == [("RUL102", "error", "`D` is never reached: `A` and `B` together take all that it fits")]


def test_a_row_behind_rows_that_a_missing_fact_leaves_open():
    rules = ["when: {aum: at least 5}, then: a", "when: {aum: is missing}, then: b", "otherwise: c"]
    [problem] = findings(*rules)
    assert problem.message == "`B` is never reached: where it fits, `A` can't be decided"
    assert problem.hint.startswith("a customer with no aum as of 2026-01-01 is undetermined")
    rules[0] += ", if missing: no"
    assert findings(*rules) == []


def test_a_row_that_only_a_book_without_the_column_reaches():
    rules = [
        "when: {vip: [yes]}, then: a, if not supplied: no",
        "when: {vip: no}, then: b, if not supplied: no, if missing: no",
    ]
    assert "RUL102" not in codes(*rules, "otherwise: c")


def test_exactly_one_with_somebody_whom_two_fit():
    rules = ["when: {aum: at least 6 million}, then: a", "when: {segment: retail}, then: b", "otherwise: c"]
    [problem] = findings(*rules, choose=ONE)
    message = "a customer with aum 6,000,000.00, segment retail as of 2026-01-01 matches `A` and `B`"
    assert (problem.code, problem.severity, problem.message) == ("RUL106", "error", message)
    assert findings(*rules) == []


@pytest.mark.parametrize(("below", "found"), [("5", []), ("4.99", ["RUL105"]), ("at", [])])
def test_a_gap_to_the_cent(below, found):
    test = "at most 4.99" if below == "at" else f"less than {below}"
    assert codes("when: {aum: at least 5}, then: a", f"when: {{aum: {test}}}, then: b") == found


def test_a_gap_names_who_falls_through():
    rules = ["when: {aum: at least 5}, then: a", "when: {aum: less than 4}, then: b"]
    message = "no rule of `tier` fits a customer with aum 4.00 as of 2026-01-01: the outcome is `none`"
    assert told(*rules) == [("RUL105", "warning", message)]
    assert told(*rules, choose=ONE) == [("RUL105", "error", message)]
    assert told(*rules, head="outcomes: {a: A, b: B, none: Nothing}\n") == []


def test_who_is_undetermined_for_want_of_a_fact_is_no_gap():
    assert codes("when: {aum: at least 5}, then: a", "when: {aum: less than 5}, then: b") == []


@pytest.mark.parametrize(
    ("rule", "code", "severity"),
    [
        ("when: {score: more than 5}, then: a", "RUL100", "error"),
        ("when: {score: at least 5}, then: a", "", ""),
        ("when: {aum: less than 0}, then: a", "RUL100", "error"),
        ("when: {aum: at most 0}, then: a", "", ""),
        ("when: {aum: at least aum}, then: a", "RUL100", "error"),
        ("when: {visits: less than 0}, then: a", "RUL100", "error"),
        ("when: {all: [{aum: at least 5}, {aum: less than 5}]}, then: a", "RUL101", "error"),
        ("when: {all: [{aum: at least 5}, {aum: at most 5}]}, then: a", "", ""),
        (
            "when: {any: [{vip: yes}, {all: [{visits: more than 1}, {visits: less than 2}]}]}, then: a",
            "RUL101",
            "error",
        ),
        ("when: {aum: less than debt, debt: less than 5, all: [{aum: more than 5}]}, then: a", "RUL101", "error"),
        ("when: {none: [{any: [{vip: [yes]}, {vip: [no]}]}]}, then: a", "RUL101", "error"),
        ("when: {score: at least 1}, then: a", "RUL103", "warning"),
        ("when: {segment: [retail, private]}, then: a", "RUL103", "warning"),
        ("when: {any: [{aum: at least 3}, {aum: less than 3}]}, then: a", "RUL104", "warning"),
        ("when: {any: [{aum: more than 3}, {aum: less than 3}]}, then: a", "", ""),
        ("when: {any: [{aum: is known}, {aum: is missing}]}, then: a", "RUL104", "warning"),
        ("when: {aum: is known}, then: a", "", ""),
    ],
)
def test_tests_that_say_nothing(rule, code, severity):
    found = [
        (p.code, p.severity)
        for p in findings(rule, "otherwise: b")
        if p.code < "RUL102" or "RUL102" < p.code < "RUL105"
    ]
    assert found == ([(code, severity)] if code else [])


def test_an_obligation_whose_when_says_nothing():
    text = VOCABULARY + textwrap.dedent(
        """\
        ---
        kind: obligation
        for: customer
        rules:
          - id: CALL
            label: R
            cites: 1
            from: 2026-01-01
            when: {score: more than 5}
            starts: opened_at
            within: 3 days
            done when: closed_at is known
            by: manager
        """
    )
    rulebook, _ = loaded(
        text.replace(
            "  branch_id: {type: id, refers: branch}",
            "  branch_id: {type: id, refers: branch}\n  manager: {type: id, refers: staff}",
            1,
        )
        + "---\nkind: table\ntable: staff\nsubject: staff\nkey: staff_id\nfields:\n  staff_id: {type: id}\n"
    )
    assert [rule.id for rule in rulebook.obligations] == ["CALL"]
    assert [problem.code for problem in analysed(rulebook, START)] == ["RUL100"]


def test_an_outcome_that_no_rule_gives():
    rules = ["when: {vip: yes}, then: a", "otherwise: b"]
    assert told(*rules, head="outcomes: {a: A, b: B, z: Z}\n") == [("RUL107", "warning", "no rule of `tier` gives `z`")]


def test_codes_that_rows_above_have_taken():
    rules = ["when: {likes: includes golf}, then: a", 'when: {likes: "includes [golf, tea]"}, then: b', "otherwise: c"]
    message = "`golf` of `likes` never leads to `B`: rules before it take them"
    assert told(*rules) == [("RUL108", "warning", message)]


def test_a_share_of_another_fact_is_one_dimension():
    rules = [
        "when: {aum: less than 50% of debt}, then: a",
        "when: {aum: less than 30% of debt}, then: b",
        "otherwise: c",
    ]
    assert codes(*rules) == ["RUL102"]
    assert codes(rules[1], rules[0].replace("a", "a"), rules[2]) == []
    assert codes("when: {aum: less than debt}, then: a", "when: {debt: more than aum}, then: b", "otherwise: c") == [
        "RUL102"
    ]


def test_months_and_days_before_the_as_of_are_told_apart_where_a_month_is_long():
    rules = [
        "when: {opened_at: within the last 90 days}, then: a",
        "when: {opened_at: within the last 3 months}, then: b",
    ]
    assert codes(*rules, "otherwise: c") == []
    assert codes(rules[0], "when: {opened_at: within the last 89 days}, then: b", "otherwise: c") == ["RUL102"]
    assert codes(rules[0].replace("90", "92"), rules[1], "otherwise: c") == ["RUL102"]


def test_only_what_is_in_force_then_or_later_is_told():
    limits = "limits:\n  floor: [{from: 2026-01-01, is: 5}, {from: 2027-01-01, is: 7}]\n"
    rules = ["when: {aum: at least floor}, then: a", "when: {aum: at least 6}, then: b", "otherwise: c"]
    message = "`B` is never reached: `A` takes all that it fits, from 2026-01-01 to the day before 2027-01-01"
    assert told(*rules, head=limits) == [("RUL102", "warning", message)]
    assert told(*rules, head=limits, since=date(2027, 1, 1)) == []


def test_a_version_that_has_ended_is_let_be():
    rules = [
        "when: {aum: at least 5}, then: a, from: 2026-01-01, until: 2026-03-01",
        "when: {aum: at least 6}, then: b",
        "otherwise: c",
    ]
    assert [code for code, _, _ in told(*rules, since=date(2026, 2, 28))] == ["RUL102"]
    assert told(*rules, since=date(2026, 3, 1)) == []


def test_what_would_take_too_long_is_said_to_be_not_analysed(monkeypatch):
    monkeypatch.setattr("relcare.rulebook.analysis_view.BOXES", 2)
    rules = ["when: {aum: at least 5}, then: a", "when: {aum: less than 4}, then: b", "when: {vip: yes}, then: c"]
    assert codes(*rules) == ["RUL109"]


def test_the_shipped_rules_have_nothing_to_tell_from_their_first_day(root):
    from relcare.runs.opening import read_rulebook  # noqa: PLC0415

    rulebook, problems = read_rulebook(root / "rules")
    assert (problems, analysed(rulebook, date(2025, 1, 1))) == ([], [])


def test_a_code_that_leads_to_the_row_on_another_day_only_is_matched():
    first = "when: {likes: includes golf, opened_at: within the last 3 months}, then: a"
    second = 'when: {likes: "includes [golf, tea]", opened_at: within the last 90 days}, then: b'
    assert codes(first, second, "otherwise: c") == []  # from February to April three months are 89 days
    assert codes(first.replace("3 months", "90 days"), second, "otherwise: c") == ["RUL108"]


def test_more_days_than_can_be_looked_at_are_said_to_be_not_analysed(monkeypatch):
    monkeypatch.setattr("relcare.rulebook.analysis.DAYS", 3)
    rules = [
        "when: {opened_at: within the last 92 days}, then: a",
        "when: {opened_at: within the last 3 months}, then: b",
    ]
    assert codes(*rules, "otherwise: c") == ["RUL109"]
