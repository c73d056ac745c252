"""The readable evaluator, test by test: states, boundaries, precision, and what an undetermined outcome wants."""

from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

import pytest

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
)
from relcare.rulebook.decisions import DatedLimit, Decision, LimitPeriod, Rule, Rulebook
from relcare.rulebook.evaluate import Outcome, decide, judge
from relcare.rulebook.values import ABSENT, EMPTY, FactValue, Moment, Month, State, known, not_supplied, unreadable
from relcare.rulebook.vocabulary import Label, Vocabulary

AS_OF = datetime.combine(date(2026, 9, 30), time.max)
LABEL = Label("x", "x")
MISSING = frozenset({State.EMPTY})
NOT_SUPPLIED = frozenset({State.NOT_SUPPLIED})


def verdict(condition, against=frozenset(), as_of=AS_OF, limits=None, **facts):
    return judge(condition, facts, limits or {}, as_of, against=against).verdict


def compare(op, value, fact="x"):
    return Compare(fact, op, value if isinstance(value, Limit | Other) else Literal(value))


def minute(text):
    return known(Moment(datetime.fromisoformat(text), "minute"))


def day(text):
    return known(Moment(datetime.fromisoformat(text), "day"))


@pytest.mark.parametrize(
    ("op", "below", "at", "above"),
    [
        ("at least", False, True, True),
        ("at most", True, True, False),
        ("more than", False, False, True),
        ("less than", True, False, False),
        ("equal to", False, True, False),
    ],
)
def test_each_comparison_on_both_sides_of_its_boundary(op, below, at, above):
    test = compare(op, Decimal("6000000.00"))
    assert verdict(test, x=known(Decimal("5999999.99"))) is below
    assert verdict(test, x=known(Decimal(6000000))) is at
    assert verdict(test, x=known(Decimal("6000000.01"))) is above


def test_averages_and_shares_compare_exactly():
    third = known(Fraction(10, 3))
    assert verdict(compare("at least", Decimal("3.34")), x=third) is False
    assert verdict(compare("at least", Decimal("3.33")), x=third) is True
    half = compare("less than", Other("y", Decimal("0.5")))
    assert verdict(half, x=known(2), y=known(5)) is True
    assert verdict(half, x=known(2), y=known(4)) is False
    big = Decimal("9999999999999999.99")
    assert verdict(compare("equal to", Other("y", Decimal("1.000001"))), x=known(big), y=known(big)) is False


@pytest.mark.parametrize(
    "test",
    [
        compare("at least", Decimal(1)),
        OneOf("x", ("a",)),
        Includes("x", ("a",)),
        Within("x", "last", Span(3, "days")),
        compare("at least", Other("y")),
    ],
)
def test_nothing_there_is_no_and_the_unknown_is_unknown(test):
    y = known(Decimal(1))
    assert verdict(test, x=ABSENT, y=y) is False
    assert verdict(Not(test), x=ABSENT, y=y) is True
    for state in (EMPTY, unreadable(), not_supplied()):
        assert verdict(test, x=state, y=y) is None
        assert verdict(Not(test), x=state, y=y) is None
    assert verdict(test, y=y) is None


def test_known_tells_an_empty_cell_from_an_unreadable_one():
    test = Known("x")
    assert verdict(test, x=known("a")) is True
    assert verdict(test, x=EMPTY) is False
    assert verdict(test, x=ABSENT) is False
    assert verdict(test, x=unreadable()) is None
    assert verdict(test, x=not_supplied()) is None


def test_unknown_on_one_side_outweighs_nothing_on_the_other():
    test = compare("at least", Other("y"))
    assert verdict(test, x=ABSENT, y=unreadable()) is None
    assert verdict(test, x=known(1), y=ABSENT) is False


def test_codes_and_yes_or_no():
    assert verdict(OneOf("x", ("no",)), x=known(value=False)) is True
    assert verdict(OneOf("x", ("a", "b")), x=known("b")) is True
    assert verdict(Includes("x", ("b", "c")), x=known(("a", "b"))) is True
    assert verdict(Includes("x", ("c",)), x=known(("a", "b"))) is False


def test_kleene():
    yes, no, unknown = Known("y"), Known("n"), Known("u")
    facts = {"y": known("1"), "n": EMPTY, "u": unreadable()}
    assert verdict(All((yes, unknown)), **facts) is None
    assert verdict(All((no, unknown)), **facts) is False
    assert verdict(AnyOf((yes, unknown)), **facts) is True
    assert verdict(AnyOf((no, unknown)), **facts) is None
    assert verdict(All(()), **facts) is True
    assert verdict(AnyOf(()), **facts) is False


def test_if_missing_counts_against_the_rule_in_both_positions():
    test = compare("at least", Decimal(1))
    assert verdict(test, MISSING, x=EMPTY) is False
    assert verdict(Not(test), MISSING, x=EMPTY) is False
    assert verdict(Not(Not(test)), MISSING, x=EMPTY) is False
    assert verdict(test, MISSING, x=unreadable()) is None
    assert verdict(test, MISSING, x=not_supplied()) is None
    assert verdict(test, NOT_SUPPLIED, x=not_supplied()) is False
    assert verdict(test, NOT_SUPPLIED, x=EMPTY) is None
    both = compare("at least", Other("y"))
    assert verdict(both, MISSING, x=EMPTY, y=not_supplied()) is None
    assert verdict(both, MISSING | NOT_SUPPLIED, x=EMPTY, y=not_supplied()) is False
    assert judge(test, {"x": EMPTY}, {}, AS_OF, against=MISSING).against


@pytest.mark.parametrize(
    ("op", "value", "expected"),
    [
        ("at most", "2026-09-30", True),
        ("less than", "2026-09-30", False),
        ("at least", "2026-09-30", True),
        ("more than", "2026-09-29", True),
    ],
)
def test_a_moment_and_a_date_compare_by_their_day(op, value, expected):
    test = compare(op, date.fromisoformat(value))
    assert verdict(test, x=minute("2026-09-30 17:00")) is expected
    assert verdict(test, x=day("2026-09-30")) is expected


def test_a_moment_of_a_rule_means_its_whole_minute():
    five = Moment(datetime.fromisoformat("2026-09-30 17:00"), "minute")
    at_five, before = minute("2026-09-30 17:00"), minute("2026-09-30 16:59")
    assert verdict(compare("at most", five), x=at_five) is True
    assert verdict(compare("less than", five), x=at_five) is False
    assert verdict(compare("less than", five), x=before) is True
    assert verdict(compare("more than", five), x=at_five) is False
    assert verdict(compare("at most", five), x=day("2026-09-30")) is None
    assert verdict(compare("at most", five), x=day("2026-09-29")) is True


def test_two_moments_of_one_minute_are_undecided():
    test = compare("at most", Other("y"))
    assert verdict(test, x=minute("2026-09-30 10:00"), y=minute("2026-09-30 10:00")) is None
    assert verdict(test, x=minute("2026-09-30 10:00"), y=minute("2026-09-30 10:01")) is True
    assert verdict(test, x=minute("2026-09-30 10:01"), y=day("2026-09-30")) is None
    assert judge(test, {"x": day("2026-09-30"), "y": day("2026-09-30")}, {}, AS_OF).wants == ("x", "y")


def test_within_includes_both_ends():
    last = Within("x", "last", Span(30, "days"))
    assert verdict(last, x=known(date(2026, 8, 31))) is True
    assert verdict(last, x=known(date(2026, 8, 30))) is False
    assert verdict(last, x=known(date(2026, 9, 30))) is True
    assert verdict(last, x=known(date(2026, 10, 1))) is False
    coming = Within("x", "next", Span(1, "months"))
    assert verdict(coming, x=known(date(2026, 10, 30))) is True
    assert verdict(coming, x=known(date(2026, 10, 31))) is False
    assert verdict(Within("x", "last", Span(2, "months")), x=known(Month(2026, 7))) is True
    assert verdict(Within("x", "last", Span(2, "months")), x=known(Month(2026, 6))) is False


def test_hours_within_which_precision_cannot_decide():
    ten = datetime.fromisoformat("2026-09-30 10:00")
    last = Within("x", "last", Span(24, "hours"))
    assert verdict(last, as_of=ten, x=minute("2026-09-29 10:00")) is True
    assert verdict(last, as_of=ten, x=minute("2026-09-29 09:59")) is False
    assert verdict(last, as_of=ten, x=day("2026-09-29")) is None
    assert verdict(last, as_of=ten, x=day("2026-09-30")) is True
    assert verdict(Within("x", "next", Span(24, "hours")), as_of=ten, x=day("2026-10-02")) is False


def test_a_limit_has_its_value_of_the_day_or_none():
    test = compare("at least", Limit("floor"))
    assert verdict(test, limits={"floor": Decimal(5)}, x=known(Decimal(5))) is True
    assert verdict(test, MISSING | NOT_SUPPLIED, limits={"floor": None}, x=known(Decimal(5))) is None


def rule(name, when, then, start=date(2025, 1, 1), until=None, **more):
    return Rule(name, LABEL, (), start, until, when, then, **more)


def book_of(*limits):
    return Rulebook(Vocabulary({}, {}, {}), {limit.name: limit for limit in limits}, ())


def decision(*rules, choose="first that matches", name="tier", dated_by=""):
    return Decision(name, "customer", LABEL, choose, (), rules, dated_by=dated_by)


VIP = rule("VIP", compare("at least", Decimal(6), "aum"), "vip")
GROWTH = rule("GROWTH", compare("at least", Decimal(2), "aum"), "growth")
BASIC = rule("BASIC", None, "basic")


def outcome(table, as_of=AS_OF, outcomes=None, limits=(), **facts):
    found = decide(table, facts, book_of(*limits), as_of, outcomes)
    return found.code, found.rule.id if found.rule else "", found.wants


@pytest.mark.parametrize("choose", ["first that matches", "exactly one"])
@pytest.mark.parametrize("dated_by", ["", "received_at"])
def test_nothing_is_decided_on_a_day_on_which_no_rule_is_in_force(choose, dated_by):
    facts = {"aum": known(Decimal(9)), "received_at": known(date(2024, 6, 30))}
    as_of = AS_OF if dated_by else datetime.combine(date(2024, 6, 30), time.max)
    found = decide(decision(VIP, BASIC, choose=choose, dated_by=dated_by), facts, book_of(), as_of)
    assert found == Outcome(None, None, state=State.UNREADABLE, possible=("vip", "basic", "none"))


def test_the_first_rule_that_matches_decides():
    table = decision(VIP, GROWTH, BASIC)
    assert outcome(table, aum=known(Decimal(6))) == ("vip", "VIP", ())
    assert outcome(table, aum=known(Decimal(3))) == ("growth", "GROWTH", ())
    assert outcome(table, aum=ABSENT) == ("basic", "BASIC", ())
    assert outcome(table, aum=EMPTY) == (None, "", ("aum",))
    assert outcome(decision(VIP), aum=ABSENT) == ("none", "", ())


def test_an_unknown_rule_blocks_only_another_code():
    private = rule("PRIVATE", OneOf("segment", ("private",)), "vip")
    table = decision(VIP, private, BASIC)
    assert outcome(table, aum=EMPTY, segment=known("private")) == ("vip", "PRIVATE", ())
    assert outcome(table, aum=EMPTY, segment=known("retail")) == (None, "", ("aum",))
    assert outcome(table, aum=EMPTY, segment=unreadable()) == (None, "", ("aum", "segment"))
    assert outcome(table, aum=known(Decimal(9)), segment=unreadable()) == ("vip", "VIP", ())


def test_exactly_one():
    a, b = rule("A", OneOf("x", ("a",)), "one"), rule("B", OneOf("y", ("b",)), "two")
    table = decision(a, b, BASIC, choose="exactly one")
    assert outcome(table, x=known("a"), y=ABSENT) == ("one", "A", ())
    assert outcome(table, x=ABSENT, y=ABSENT) == ("basic", "BASIC", ())
    assert outcome(table, x=known("a"), y=EMPTY) == (None, "", ("y",))
    assert outcome(table, x=ABSENT, y=EMPTY) == (None, "", ("y",))
    clash = decide(table, {"x": known("a"), "y": known("b")}, book_of(), AS_OF)
    assert (clash.code, clash.conflict) == (None, ("A", "B"))


def test_rules_and_limits_of_the_day():
    floor = DatedLimit(
        "floor",
        "money",
        "CNY",
        (LimitPeriod(date(2025, 1, 1), None, "5"), LimitPeriod(date(2026, 7, 1), None, "6")),
        (Decimal(5), Decimal(6)),
    )
    vip = rule("VIP", compare("at least", Limit("floor"), "aum"), "vip")
    table = decision(vip, rule("OLD", Known("aum"), "old", until=date(2026, 9, 30)), BASIC)
    before = datetime.combine(date(2026, 6, 30), time.max)
    assert outcome(table, before, limits=[floor], aum=known(Decimal(5)))[0] == "vip"
    assert outcome(table, limits=[floor], aum=known(Decimal(5)))[0] == "basic"
    last = datetime.combine(date(2026, 9, 29), time.max)
    assert outcome(table, last, limits=[floor], aum=known(Decimal(5)))[0] == "old"
    dated = decision(vip, BASIC, dated_by="received_at")
    received = minute("2026-06-30 23:59")
    assert outcome(dated, limits=[floor], aum=known(Decimal(5)), received_at=received)[0] == "vip"
    assert outcome(dated, limits=[floor], aum=known(Decimal(5)), received_at=EMPTY) == (None, "", ("received_at",))


def test_what_a_decision_wants_are_the_facts_behind_the_decisions_it_tests():
    tier = decide(decision(VIP, BASIC), {"aum": unreadable("balances.csv:17: not a number")}, book_of(), AS_OF)
    assert tier.as_fact("tier") == FactValue(State.UNREADABLE, None, "tier is undetermined", ("vip", "basic"))
    stage = decision(rule("S", OneOf("tier", ("vip",)), "mature"), BASIC, name="stage")
    assert outcome(stage, outcomes={"tier": tier}, tier=tier.as_fact("tier")) == (None, "", ("aum",))
    remote = decision(rule("S", OneOf("customer.tier", ("vip",)), "mature"), BASIC, name="stage")
    facts = {"customer.tier": tier.as_fact("tier")}
    found = decide(remote, facts, book_of(), AS_OF, {"customer.tier": tier})
    assert found.wants == ("customer.aum",)


def test_a_decision_that_nothing_but_the_book_leaves_open_is_not_supplied():
    tier = decide(decision(VIP, BASIC), {"aum": not_supplied()}, book_of(), AS_OF)
    assert tier.state is State.NOT_SUPPLIED
    quiet = rule("S", OneOf("tier", ("vip",)), "mature", if_not_supplied=True)
    stage = decide(decision(quiet, BASIC, name="stage"), {"tier": tier.as_fact("tier")}, book_of(), AS_OF)
    assert stage.code == "basic"
    assert isinstance(tier, Outcome)
    mixed = decision(VIP, rule("B", Known("name"), "named"), BASIC)
    assert decide(mixed, {"aum": not_supplied(), "name": unreadable()}, book_of(), AS_OF).state is State.UNREADABLE
