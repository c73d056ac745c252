"""Decisions: outcomes, dated rules, limits, order, and every mistake in them with what it marks."""

from __future__ import annotations

import textwrap
from datetime import date
from decimal import Decimal

import pytest
from rule_files import VOCABULARY, loaded, meant

from relcare.rulebook.conditions import All, Compare, Limit, OneOf
from relcare.rulebook.decisions import Approval, Example
from relcare.rulebook.values import Moment
from relcare.rulebook.vocabulary import Code, Label

NORM = (
    "kind: norm\nclauses:\n  1.1.1: {label: {en: Core VIP, zh: 核心}}\n  1.1.3: {label: {en: Basic, zh: 基础}}\n---\n"
)

TIER = """\
kind: decision
decides: tier
for: customer
label: {en: Tier, zh: 客户层级}
choose: first that matches
approved: {by: retail policy committee, on: 2026-06-15, document: RP-2026-07}
limits:
  vip_floor:
    - {from: 2025-01-01, is: "5,000,000", cites: 1.1.1}
    - {from: 2026-07-01, is: "6,000,000", cites: 1.1.1}
rules:
  - id: TIER-VIP
    label: {en: Core VIP, zh: 核心贵宾客户}
    cites: 1.1.1
    from: 2025-01-01
    when:
      any:
        - aum: at least vip_floor
        - segment: private
    then: core_vip
    examples:
      - {as of: 2026-08-01, aum: 6000000.00, segment: retail, likes: [golf, tea], gives: core_vip}
      - {aum: "", gives: undetermined}
  - id: TIER-BASIC
    label: {en: Basic service, zh: 基础服务客户}
    cites: [1.1.3, 1.1.1]
    from: 2025-01-01
    otherwise: basic
"""


def rules(*lines: str, head: str = "") -> str:
    """A rule file with a decision of these rules, each a flow mapping without id, label and cites if they are left out."""
    text = (
        VOCABULARY
        + "---\nkind: decision\ndecides: tier\nfor: customer\nchoose: first that matches\n"
        + head
        + "rules:\n"
    )
    for number, line in enumerate(lines):
        known = "".join(f"{key}: {value}, " for key, value in (("label", "L"), ("cites", "1")) if f"{key}:" not in line)
        name = "" if "id:" in line else f"id: R{number}, "
        text += f"  - {{{name}{known}{line}}}\n"
    return text


def test_a_decision():
    rulebook, problems = loaded(NORM + VOCABULARY + "---\n" + TIER)
    assert problems == []
    tier = rulebook.decision("customer", "tier")
    assert tier is not None
    assert (tier.name, tier.subject, tier.label, tier.choose) == (
        "tier",
        "customer",
        Label("Tier", "客户层级"),
        "first that matches",
    )
    assert tier.approved == Approval("retail policy committee", date(2026, 6, 15), "RP-2026-07")
    assert tier.codes == (
        Code("core_vip", Label("Core VIP", "核心贵宾客户")),
        Code("basic", Label("Basic service", "基础服务客户")),
    )
    vip, basic = tier.rules
    assert (vip.id, vip.cites, vip.start, vip.until, vip.then) == (
        "TIER-VIP",
        ("1.1.1",),
        date(2025, 1, 1),
        None,
        "core_vip",
    )
    assert vip.examples == (
        Example(date(2026, 8, 1), {"aum": "6000000.00", "segment": "retail", "likes": "golf;tea"}, "core_vip"),
        Example(None, {"aum": ""}, "undetermined"),
    )
    assert (basic.when, basic.then, basic.cites) == (None, "basic", ("1.1.3", "1.1.1"))
    assert (vip.if_missing, vip.if_not_supplied) == (False, False)


def test_a_decision_is_a_fact():
    fact = loaded(VOCABULARY + "---\n" + TIER)[0].vocabulary.facts["customer"]["tier"]
    assert (fact.type, fact.source, [code.key for code in fact.codes]) == ("code", "decision", ["core_vip", "basic"])


def test_a_rulebook_without_a_norm_may_cite_anything():
    assert loaded(VOCABULARY + "---\n" + TIER)[1] == []


def test_the_value_of_a_limit_on_both_sides_of_its_start():
    limit = loaded(VOCABULARY + "---\n" + TIER)[0].limits["vip_floor"]
    assert (limit.type, limit.unit) == ("money", "CNY")
    assert limit.at(date(2024, 12, 31)) is None
    assert limit.at(date(2025, 1, 1)) == Decimal(5_000_000)
    assert limit.at(date(2026, 6, 30)) == Decimal(5_000_000)
    assert limit.at(date(2026, 7, 1)) == Decimal(6_000_000)
    assert limit.periods[0].cites == ("1.1.1",)


def test_from_is_included_and_until_is_not():
    text = rules("from: 2026-01-01, until: 2026-07-01, when: {vip: yes}, then: a")
    rule = loaded(text)[0].decisions[0].rules[0]
    assert [rule.in_force(date(*day)) for day in ((2025, 12, 31), (2026, 1, 1), (2026, 6, 30), (2026, 7, 1))] == [
        False,
        True,
        True,
        False,
    ]


def test_if_missing_and_if_not_supplied():
    rulebook, problems = loaded(
        rules("from: 2026-01-01, when: {vip: yes}, then: a, if missing: no, if not supplied: no")
    )
    assert problems == []
    rule = rulebook.decisions[0].rules[0]
    assert (rule.if_missing, rule.if_not_supplied) == (True, True)


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["from: 2026-01-01, when: {vip: yes}, then: a"], ["a", "none"]),
        (["from: 2026-01-01, when: {vip: yes}, then: a", "from: 2026-01-01, otherwise: b"], ["a", "b"]),
        (["from: 2026-01-01, when: {vip: yes}, then: a", "from: 2026-01-02, otherwise: b"], ["a", "b", "none"]),
        (
            [
                "from: 2026-01-01, when: {vip: yes}, then: a",
                "id: O, from: 2026-01-01, until: 2026-07-01, otherwise: b",
                "id: O, from: 2026-07-01, otherwise: a",
            ],
            ["a", "b"],
        ),
        (["from: 2026-01-01, otherwise: b, until: 2027-01-01"], ["b", "none"]),
        (["from: 2026-01-01, when: {vip: yes}, then: none", "from: 2026-01-01, otherwise: a"], ["a", "none"]),
    ],
)
def test_none_is_an_outcome_where_no_rule_may_match(lines, codes):
    rulebook, problems = loaded(rules(*lines))
    assert problems == []
    assert [code.key for code in rulebook.decisions[0].codes] == codes


def test_a_limit_of_two_types_is_left_out_with_what_needs_it():
    head = "limits: {floor: [{from: 2026-01-01, is: 5}], cap: [{from: 2026-01-01, is: 9}]}\n"
    lines = ["when: {aum: at least floor}", "when: {score: at least floor}", "when: {aum: at most cap}"]
    rulebook, problems = loaded(rules(*(f"from: 2026-01-01, {line}, then: a" for line in lines), head=head))
    assert [problem.code for problem in problems] == ["RUL042"]
    assert list(rulebook.limits) == ["cap"]
    assert [rule.id for rule in rulebook.decisions[0].rules] == ["R2"]


def test_every_unused_limit_is_a_warning():
    head = "limits: {floor: [{from: 2026-01-01, is: 5}], cap: [{from: 2026-01-01, is: 9}]}\n"
    problems = loaded(rules("from: 2026-01-01, when: {vip: yes}, then: a", head=head))[1]
    assert [(problem.code, problem.severity) for problem in problems] == [("RUL044", "warning")] * 2


def test_declared_outcomes_have_their_own_labels():
    head = "outcomes: {b: {en: Bee, zh: 蜂}, a: {en: Ay, zh: 甲}, none: {en: Nothing, zh: 没有}}\n"
    decision = loaded(rules("from: 2026-01-01, when: {vip: yes}, then: a", head=head))[0].decisions[0]
    assert [(code.key, code.label.en) for code in decision.codes] == [("a", "Ay"), ("b", "Bee"), ("none", "Nothing")]


def test_versions_of_a_rule_follow_each_other():
    rulebook, problems = loaded(
        rules(
            "id: A, from: 2026-01-01, until: 2026-07-01, when: {aum: at least 5}, then: a",
            "id: A, from: 2026-07-01, when: {aum: at least 6}, then: a",
        )
    )
    assert problems == []
    assert [rule.start for rule in rulebook.decisions[0].rules] == [date(2026, 1, 1), date(2026, 7, 1)]


def test_decisions_stand_after_those_that_they_need_whatever_their_subject():
    def one(name: str, subject: str, when: str) -> str:
        return (
            f"---\nkind: decision\ndecides: {name}\nfor: {subject}\nchoose: exactly one\nrules:\n"
            f"  - {{id: {name}, label: L, cites: 1, from: 2026-01-01, when: {{{when}}}, then: x}}\n"
        )

    text = VOCABULARY + one("a", "customer", "b: x, c: x") + one("b", "customer", "branch.d: x")
    text += one("c", "customer", "vip: yes") + one("d", "branch", "size: 3")
    rulebook, problems = loaded(text)
    assert problems == []
    assert [decision.name for decision in rulebook.decisions] == ["d", "b", "c", "a"]
    assert rulebook.decisions[1].rules[0].when == OneOf("branch.d", ("x",))


def test_dated_by():
    head = "dated by: opened_at\n"
    rulebook, problems = loaded(rules("from: 2026-01-01, when: {vip: yes}, then: a", head=head))
    assert (problems, rulebook.decisions[0].dated_by) == ([], "opened_at")


def test_a_limit_of_moments_that_are_days_is_a_limit_of_dates():
    head = "limits: {start: [{from: 2026-01-01, is: 2026-02-01}]}\n"
    text = rules("from: 2026-01-01, when: {seen_at: before start}, then: a", head=head)
    limit = loaded(text)[0].limits["start"]
    assert (limit.type, limit.values) == ("date", (date(2026, 2, 1),))
    limit = loaded(text.replace("is: 2026-02-01", "is: 2026-02-01 10:00"))[0].limits["start"]
    assert limit.type == "moment"
    assert isinstance(limit.values[0], Moment)


def test_limits_of_their_own_document():
    text = "---\nkind: limits\nlimits:\n  floor: {from: 2026-01-01, is: 3 million}\n"
    rulebook, problems = loaded(rules("from: 2026-01-01, when: {aum: at least floor}, then: a") + text)
    assert (problems, rulebook.limits["floor"].values) == ([], (Decimal(3_000_000),))


def test_a_bad_rule_is_left_out_and_the_others_are_there():
    rulebook, problems = loaded(
        rules("from: 2026-01-01, when: {vpi: yes}, then: a", "from: 2026-01-01, when: {vip: yes}, then: b")
    )
    assert len(problems) == 1
    assert [rule.then for rule in rulebook.decisions[0].rules] == ["b"]
    assert [code.key for code in rulebook.decisions[0].codes] == ["a", "b", "none"]


def test_trees_compare_by_meaning():
    text = NORM + VOCABULARY + "---\n" + TIER
    moved = text.replace("segment: private", "segment:   private").replace("at least vip", "at  least vip")
    assert moved != text
    one, other = loaded(text)[0], loaded("\n\n" + moved)[0]
    assert one == other
    when = one.decisions[0].rules[0].when
    assert when is not None
    assert Compare("aum", "at least", Limit("vip_floor")) in when.parts  # type: ignore[union-attr]


START = "from: 2026-01-01"
WHEN = "when: {vip: yes}"

MISTAKES = [
    ([f"{START}, {WHEN}, then: a b"], [("RUL006", "a b")]),
    ([f"{START}, {WHEN}"], [("RUL003", "R0")]),
    ([f"{WHEN}, then: a"], [("RUL003", "R0")]),
    ([f"form: 2026-01-01, {WHEN}, then: a"], [("RUL002", "form")]),
    ([f"from: 2026-02-30, {WHEN}, then: a"], [("RUL007", "2026-02-30")]),
    ([f"from: 1/7/2026, {WHEN}, then: a"], [("RUL007", "1/7/2026")]),
    ([f"{START}, until: 2026-01-01, {WHEN}, then: a"], [("RUL008", "2026-01-01")]),
    ([f"{START}, until: 2025-01-01, {WHEN}, then: a"], [("RUL008", "2025-01-01")]),
    ([f"{START}, then: a"], [("RUL022", "R0")]),
    ([f"{START}, otherwise: a, {WHEN}"], [("RUL022", "{")]),
    ([f"{START}, otherwise: a, if missing: no"], [("RUL022", "no")]),
    ([f"{START}, {WHEN}, then: a, if missing: yes"], [("RUL005", "yes")]),
    ([f"{START}, {WHEN}, then: a, if missin: no"], [("RUL002", "if missin")]),
    ([f"{START}, {WHEN}, then: a, corrects: a slip"], [("RUL004", "a slip")]),
    ([f"{START}, {WHEN}, then: a, corrects: {{reason: a slip, by: me, document: D}}"], [("RUL003", "{")]),
    ([f"{START}, {WHEN}, then: a, cites: []"], [("RUL039", "[")]),
    ([f"{START}, {WHEN}, then: a, label: {{en: X}}"], [("RUL009", "{")]),
    ([f"id: A, {START}, {WHEN}, then: a"] * 2, [("RUL021", "A")]),
    (
        [f"id: A, {START}, until: 2026-03-01, {WHEN}, then: a", f"id: A, from: 2026-02-28, {WHEN}, then: a"],
        [("RUL021", "A")],
    ),
    ([f"{START}, otherwise: a", f"{START}, otherwise: b"], [("RUL023", "R1")]),
    ([f"{START}, otherwise: a", f"{START}, {WHEN}, then: b"], [("RUL024", "R1")]),
    ([f"{START}, {WHEN}, then: a, examples: [{{vpi: yes, gives: a}}]"], [("RUL060", "vpi")]),
    ([f"{START}, {WHEN}, then: a, examples: [{{vip: yes, gives: b}}]"], [("RUL061", "b")]),
    ([f"{START}, {WHEN}, then: a, examples: [{{vip: yes}}]"], [("RUL003", "{")]),
    ([f"{START}, {WHEN}, then: a, examples: [{{as of: today, gives: a}}]"], [("RUL007", "today")]),
    ([f"{START}, {WHEN}, then: a, examples: [{{vip: {{a: b}}, gives: a}}]"], [("RUL004", "{")]),
    ([f"{START}, {WHEN}, then: a, examples: yes"], [("RUL004", "yes")]),
    ([f"{START}, {WHEN}, then: a, examples: [yes]"], [("RUL004", "yes")]),
    ([f"{START}, when: {{tier: a}}, then: a"], [("RUL050", "tier")]),
]


@pytest.mark.parametrize(("lines", "marks"), MISTAKES, ids=[" / ".join(lines) for lines, _ in MISTAKES])
def test_mistake_in_a_rule(lines, marks):
    assert meant(rules(*lines)) == marks


@pytest.mark.parametrize(
    ("old", "new", "marks"),
    [
        ("cites: 1.1.1\n    from", "cites: 1.1.2\n    from", [("RUL011", "1.1.2")]),
        ("cites: 1.1.1\n    from", "cites: [1.1.1, 1.1.9]\n    from", [("RUL011", "1.1.9")]),
        ("cites: 1.1.1}\n    - {from: 2026-07", "cites: 1.1.7}\n    - {from: 2026-07", [("RUL011", "1.1.7")]),
        ("choose: first that matches", "choose: first that match", [("RUL005", "first that match")]),
        ("choose: first that matches\n", "", [("RUL003", "tier")]),
        ("decides: tier", "decides: all", [("RUL006", "all")]),
        ("decides: tier", "decides: aum", [("VOC012", "aum")]),
        ("for: customer\nlabel", "for: custmer\nlabel", [("RUL010", "custmer")]),
        ("approved: {by: retail policy committee, ", "approved: {", [("RUL003", "{")]),
        ("on: 2026-06-15", "on: June", [("RUL007", "June")]),
        ("approved: {by", "aproved: {by", [("RUL002", "aproved")]),
        ("limits:", "dated by: aum\nlimits:", [("RUL027", "aum")]),
        ("limits:", "dated by: opened\nlimits:", [("RUL027", "opened")]),
        ("limits:", "outcomes: {core_vip: A, basik: B}\nlimits:", [("RUL025", "basic")]),
        ('is: "5,000,000"', 'is: "5,00,000"', [("RUL033", "5,00,000")]),
        ('is: "5,000,000"', "is: -1", [("RUL034", "-1")]),
        ("    - {from: 2026-07-01", "    - {from: 2025-01-01", [("RUL041", "6,000,000")]),
        ('is: "5,000,000"', 'until: 2026-07-02, is: "5,000,000"', [("RUL041", "6,000,000")]),
        ('is: "5,000,000"', 'until: 2026-06-30, is: "5,000,000"', [("RUL045", "2025-01-01")]),
        ("{from: 2025-01-01, is", "{from: 2025-01-02, is", [("RUL045", "2025-01-01")]),
        ("from: 2025-01-01, is", "is", [("RUL003", "{")]),
        ('is: "5,000,000", ', "", [("RUL003", "{")]),
        ("vip_floor:\n", "vip floor:\n", [("RUL006", "vip floor"), ("RUL033", "vip_floor")]),
        ("vip_floor", "debt", [("RUL040", "debt")]),
        ("at least vip_floor", "at least 1", [("RUL044", "vip_floor")]),
        ("segment: private", "dollars: at least vip_floor", [("RUL042", "vip_floor")]),
        ("segment: private", "score: at least vip_floor", [("RUL042", "vip_floor")]),
    ],
)
def test_mistake_in_a_decision(old, new, marks):
    assert TIER.count(old) >= 1
    text = NORM + VOCABULARY + "---\n" + TIER.replace(old, new)
    assert meant(text) == marks


def test_until_of_a_limit_may_meet_the_next_period():
    text = NORM + VOCABULARY + "---\n" + TIER.replace('is: "5,000,000"', 'until: 2026-07-01, is: "5,000,000"')
    assert loaded(text)[1] == []


def test_a_limit_may_end_with_the_rule():
    head = "limits: {floor: [{from: 2026-01-01, until: 2026-07-01, is: 5}]}\n"
    line = "from: 2026-01-01, until: 2026-07-01, when: {aum: at least floor}, then: a"
    assert loaded(rules(line, head=head))[1] == []
    assert meant(rules(line.replace("-07-01", "-07-02"), head=head)) == [("RUL045", "2026-01-01")]


def test_a_limit_of_a_measure_must_have_a_value_too():
    facts = "---\nkind: facts\nfor: customer\nfacts: {gold: {is: first month aum of balances reached floor}}\n"
    head = "limits: {floor: [{from: 2026-01-02, is: 5}]}\n"
    text = rules("from: 2026-01-01, when: {gold: is known}, then: a", head=head) + facts
    assert meant(text) == [("RUL045", "2026-01-01")]


def test_a_limit_is_declared_once():
    text = NORM + VOCABULARY + "---\n" + TIER + "---\nkind: limits\nlimits: {vip_floor: [{from: 2026-01-01, is: 5}]}\n"
    assert [problem.code for problem in loaded(text)[1]] == ["RUL040"]


def test_a_decision_is_declared_once():
    again = (
        TIER.replace("TIER-", "T2-").split("limits:")[0]
        + "rules: [{id: X, label: L, cites: 1.1.1, from: 2026-01-01, otherwise: basic}]\n"
    )
    assert meant(NORM + VOCABULARY + "---\n" + TIER + "---\n" + again) == [("VOC012", "tier")]


def test_an_id_names_one_rule_of_the_whole_rulebook():
    text = rules("id: A, from: 2026-01-01, when: {vip: yes}, then: a")
    other = text[text.index("---\nkind: decision") :].replace("decides: tier", "decides: stage")
    assert meant(text + other) == [("RUL026", "A")]


def circle(*names: str) -> str:
    text = VOCABULARY
    for name, following in zip(names, (*names[1:], names[0]), strict=True):
        text += textwrap.dedent(f"""\
            ---
            kind: decision
            decides: {name}
            for: customer
            choose: first that matches
            rules:
              - {{id: {name.upper()}, label: L, cites: 1, from: 2026-01-01, when: {{{following}: x}}, then: x}}
            """)
    return text


def test_a_circle_is_one_problem_that_names_its_path():
    rulebook, problems = loaded(circle("tier", "stage", "churn"))
    assert [(p.code, p.message) for p in problems] == [
        ("RUL050", "`tier` can't be worked out without itself: tier → stage → churn → tier"),
    ]
    assert meant(circle("tier", "stage", "churn")) == [("RUL050", "stage")]
    assert rulebook.decisions == ()
    assert "tier" not in rulebook.vocabulary.facts["customer"]


def test_what_needs_a_circle_is_left_out_and_the_rest_is_there():
    text = circle("tier", "stage") + rules(
        "id: R1, from: 2026-01-01, when: {tier: x}, then: a", "id: R2, from: 2026-01-01, when: {vip: yes}, then: b"
    ).removeprefix(VOCABULARY).replace("decides: tier", "decides: other")
    rulebook, problems = loaded(text)
    assert [problem.code for problem in problems] == ["RUL050"]
    assert [(d.name, [rule.id for rule in d.rules]) for d in rulebook.decisions] == [("other", ["R2"])]


def test_a_circle_is_found_beside_other_mistakes_of_its_rule():
    assert meant(rules("from: 2026-01-01, when: {tier: a, vpi: no}, then: a")) == [
        ("RUL050", "tier"),
        ("RUL030", "vpi"),
    ]


def test_versions_that_are_all_needed():
    found = loaded(rules("from: 2026-01-01, when: {vip: yes, segment: retail}, then: a"))[0].decisions[0].rules[0].when
    assert found == All((OneOf("vip", ("yes",)), OneOf("segment", ("retail",))))
