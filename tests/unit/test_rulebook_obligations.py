"""Obligations: every key with its tree, every mistake with what it marks, and what is left out with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from obligation_files import hints, ids, marked, owed, text_of
from rule_files import VOCABULARY, loaded, meant

from relcare.rulebook.conditions import Compare, Known, Literal, OneOf, Span
from relcare.rulebook.decisions import Approval
from relcare.rulebook.obligations import (
    AllDone,
    AnyDone,
    Cadence,
    Cause,
    FactDone,
    Lapse,
    ObligationExample,
    Pauses,
    Point,
    RowsDone,
    Start,
    facts_named,
)
from relcare.rulebook.ordering import Order, SortKey
from relcare.rulebook.vocabulary import Label

CLOCK = "starts: opened_at\nwithin: 5 working days\n"
CALL = RowsDone("interactions", ("call",))
DAY = Span(30, "days")


def within(amount: int, unit: str, *, rolls: bool = False) -> Point:
    return Point("start", span=Span(amount, unit), rolls=rolls)


CLOCKS = [
    ("starts: best_month\nwithin: 5 days", Start("fact", "best_month"), None, within(5, "days")),
    ("starts: opened_at\nwithin: 72 hours", Start("fact", "opened_at"), None, within(72, "hours")),
    ("starts: seen_at\nwithin: 30 seconds", Start("fact", "seen_at"), None, within(30, "seconds")),
    ("starts: called_at\nwithin: 1 working day", Start("fact", "called_at"), None, within(1, "working days")),
    ("starts: opened_at\nwithin: 2 months", Start("fact", "opened_at"), None, within(2, "months")),
    (
        "starts: opened_at\nwithin: 5 days\nrolls: next open day",
        Start("fact", "opened_at"),
        None,
        within(5, "days", rolls=True),
    ),
    ("starts: opened_at\ndue: on closed_at", Start("fact", "opened_at"), None, Point("fact", "closed_at")),
    (
        "every: month\ndue: last working day of the month",
        Start("period"),
        Cadence(1),
        Point("period end", open_day=True),
    ),
    ("every: quarter\ndue: last day of the quarter", Start("period"), Cadence(3), Point("period end")),
    ("every: year\ndue: last day of the period", Start("period"), Cadence(12), Point("period end")),
    ("every: 2 months\ndue: last day of the period", Start("period"), Cadence(2), Point("period end")),
    ("every: 2 years\nwithin: 3 weeks", Start("period"), Cadence(24), within(3, "weeks")),
    (
        "every: quarter\ndue: 10 working days after the end of the quarter",
        Start("period"),
        Cadence(3),
        Point("period end", span=Span(10, "working days")),
    ),
    (
        "every: month\ndue: 3 days before the end of the month",
        Start("period"),
        Cadence(1),
        Point("period end", span=Span(3, "days"), before=True),
    ),
    ("every: year on opened_at\nwithin: 7 days", Start("period"), Cadence(12, "opened_at"), within(7, "days")),
    ("every: 6 months on seen_at\nwithin: 7 days", Start("period"), Cadence(6, "seen_at"), within(7, "days")),
    ("every: 5 months on seen_at\nwithin: 7 days", Start("period"), Cadence(5, "seen_at"), within(7, "days")),
    ("every: festival\ndue: on the festival", Start("period"), Cadence(festivals=()), Point("festival")),
    ("every: spring\ndue: on the festival", Start("period"), Cadence(festivals=("spring",)), Point("festival")),
    (
        "every: [spring, mid_autumn]\ncalendar: cn\ndue: 5 working days before the festival",
        Start("period"),
        Cadence(festivals=("spring", "mid_autumn")),
        Point("festival", span=Span(5, "working days"), before=True),
    ),
    (
        "due: 30 days before closed_at\nonce per: closed_at",
        Start("ahead"),
        None,
        Point("fact", "closed_at", DAY, before=True),
    ),
    ("due: 30 days after closed_at", Start("ahead"), None, Point("fact", "closed_at", DAY)),
    ("due: on closed_at", Start("ahead"), None, Point("fact", "closed_at")),
]


@pytest.mark.parametrize(("lines", "starts", "every", "due"), CLOCKS)
def test_clock(lines, starts, every, due):
    (rule,) = owed(lines)
    assert (rule.starts, rule.every, rule.due) == (starts, every, due)


def test_every_key_of_a_rule():
    (rule,) = owed(
        """\
        id: CARE
        label: {en: Call, zh: 电话}
        cites: [1.1, "2"]
        from: 2026-01-01
        until: 2027-01-01
        when: {vip: yes}
        if missing: no
        if not supplied: no
        starts: opened_at
        within: 5 working days
        opens: 2 days before due
        warns: 1 working day before
        pauses: waiting, travelling, at most 10 working days
        lapses: 30 days after due
        done when: interaction call
        by: manager
        channel: phone
        calendar: cn
        corrects: {reason: a slip of the pen, by: committee, on: 2026-01-05, document: RP-2}
        examples:
          - {as of: 2026-08-01, opened_at: 2026-07-01, gives: due 2026-07-08}
          - {opened_at: "", gives: nothing}
        """,
        head="""\
        dated by: opened_at
        approved: {by: committee, on: 2025-12-01, document: RP-1}
        ceases when:
          - {label: {en: closed, zh: 销户}, when: {closed_at: is known}}
        """,
    )
    assert (rule.id, rule.subject, rule.label, rule.cites) == ("CARE", "customer", Label("Call", "电话"), ("1.1", "2"))
    assert (rule.start, rule.until) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (rule.when, rule.at_start) == (OneOf("vip", ("yes",)), False)
    assert (rule.if_missing, rule.if_not_supplied) == (True, True)
    assert rule.opens == Point("due", span=Span(2, "days"), before=True)
    assert rule.warns == Span(1, "working days")
    assert rule.pauses == Pauses(("waiting", "travelling"), Span(10, "working days"))
    assert rule.lapses == Lapse(after=DAY)
    assert rule.done == CALL
    assert (rule.by, rule.channel, rule.calendar, rule.dated_by) == ("manager", "phone", "cn", "opened_at")
    assert rule.ceases == (Cause(Label("closed", "销户"), Known("closed_at")),)
    assert rule.approved == Approval("committee", date(2025, 12, 1), "RP-1")
    assert rule.examples == (
        ObligationExample(date(2026, 8, 1), {"opened_at": "2026-07-01"}, "due 2026-07-08"),
        ObligationExample(None, {"opened_at": ""}, "nothing"),
    )
    assert set(facts_named(rule)) == {"vip", "closed_at", "opened_at"}


def test_what_is_left_out_of_a_rule():
    (rule,) = owed(CLOCK)
    assert (rule.when, rule.every, rule.opens, rule.warns, rule.pauses) == (None, None, None, None, None)
    assert (rule.until, rule.lapses, rule.channel, rule.calendar) == (None, Lapse(), "", "")


@pytest.mark.parametrize(
    ("day", "holds"), [("2025-12-31", False), ("2026-01-01", True), ("2026-12-31", True), ("2027-01-01", False)]
)
def test_a_version_holds_from_its_first_day_to_the_day_before_until(day, holds):
    (rule,) = owed(CLOCK + "until: 2027-01-01")
    assert rule.in_force(date.fromisoformat(day)) is holds


@pytest.mark.parametrize(
    ("lines", "lapses"),
    [
        (CLOCK, Lapse()),
        (CLOCK + "lapses: never", Lapse()),
        (CLOCK + "lapses: 24 hours after due", Lapse(after=Span(24, "hours"))),
        (CLOCK + "lapses: 3 working days after due", Lapse(after=Span(3, "working days"))),
        ("every: quarter\nwithin: 9 days", Lapse(at_next=True)),
        ("every: quarter\nwithin: 9 days\nlapses: when the next opens", Lapse(at_next=True)),
        ("every: quarter\nwithin: 9 days\nlapses: never", Lapse()),
    ],
)
def test_lapses(lines, lapses):
    assert owed(lines)[0].lapses == lapses


@pytest.mark.parametrize(
    ("lines", "opens"),
    [
        (
            "every: festival\ndue: on the festival\nopens: 30 days before the festival",
            Point("festival", span=DAY, before=True),
        ),
        (
            "due: 30 days before closed_at\nopens: 30 days before closed_at",
            Point("fact", "closed_at", DAY, before=True),
        ),
        ("every: month\nwithin: 9 days\nopens: 2 hours before due", Point("due", span=Span(2, "hours"), before=True)),
    ],
)
def test_opens(lines, opens):
    assert owed(lines)[0].opens == opens


@pytest.mark.parametrize(
    ("within", "pauses", "meant_by"),
    [
        ("72 hours", "waiting", Pauses(("waiting",))),
        ("72 hours", "waiting, waiting, at most 12 hours", Pauses(("waiting",), Span(12, "hours"))),
        ("72 hours", "at most 2 working days, talking", Pauses(("talking",), Span(2, "working days"))),
        ("9 days", "[waiting, talking, at most 3 days]", Pauses(("waiting", "talking"), Span(3, "days"))),
    ],
)
def test_pauses(within, pauses, meant_by):
    assert owed(f"starts: opened_at\nwithin: {within}\npauses: {pauses}")[0].pauses == meant_by


EVIDENCE = [
    ("interaction", RowsDone("interactions")),
    ("deal", RowsDone("deals")),
    ("interaction call", CALL),
    ('"interaction [visit, call]"', RowsDone("interactions", ("call", "visit"))),
    (
        "interaction call where amount at least 100 and score between 2 and 3",
        None,
    ),
    ("interaction where kind call", RowsDone("interactions", (), OneOf("kind", ("call",)))),
    (
        "deal where size more than 5 in the 60 days before due",
        RowsDone(
            "deals",
            (),
            Compare("size", "more than", Literal(Decimal(5))),
            Point("due", span=Span(60, "days"), before=True),
        ),
    ),
    (
        "interaction call in the 3 working days before closed_at",
        RowsDone("interactions", ("call",), None, Point("fact", "closed_at", Span(3, "working days"), before=True)),
    ),
    ("closed_at is known", FactDone("closed_at")),
    ("latest_care is known", FactDone("latest_care")),
    ("{all: [interaction call, closed_at is known]}", AllDone((CALL, FactDone("closed_at")))),
    (
        "{any: [interaction call, {all: [deal, interaction visit]}]}",
        AnyDone((CALL, AllDone((RowsDone("deals"), RowsDone("interactions", ("visit",)))))),
    ),
    ("{any: [interaction call]}", CALL),
]


@pytest.mark.parametrize(("words", "done"), EVIDENCE)
def test_evidence(words, done):
    (rule,) = owed(CLOCK + f"done when: {words}")
    if done is not None:
        assert rule.done == done
    else:
        assert isinstance(rule.done, RowsDone)
        assert rule.done.codes == ("call",)
        assert rule.done.where is not None


def test_evidence_before_a_festival():
    (rule,) = owed("every: festival\ndue: on the festival\ndone when: deal in the 9 days before the festival")
    assert rule.done == RowsDone("deals", (), None, Point("festival", span=Span(9, "days"), before=True))


# Every mistake: lines of a rule, the code and what is marked.
MISTAKES = [
    ("starts: openedat\nwithin: 5 days", "RUL030", "openedat"),
    ("starts: aum\nwithin: 5 days", "RUL070", "aum"),
    ("due: on best_month", "RUL070", "best_month"),
    ("starts: opened_at", "RUL071", "R0"),
    ("every: month", "RUL071", "R0"),
    ("starts: opened_at\nwithin: 5 days\ndue: on closed_at", "RUL071", "on closed_at"),
    ("within: 5 days", "RUL072", "5 days"),
    ("starts: opened_at\nevery: month\nwithin: 5 days", "RUL072", "month"),
    ("starts: opened_at\nwithin: 5 working weeks", "RUL038", "5 working weeks"),
    ("starts: opened_at\nwithin: 0 days", "RUL038", "0 days"),
    ("starts: opened_at\nwithin: 5 working days\nrolls: next open day", "RUL072", "next open day"),
    ("starts: opened_at\nwithin: 5 hours\nrolls: next open day", "RUL072", "next open day"),
    ("every: month\ndue: last day of the month\nrolls: next open day", "RUL072", "next open day"),
    ("starts: opened_at\nwithin: 5 days\nrolls: open day", "RUL005", "open day"),
    ("every: fortnight\nwithin: 5 days", "RUL075", "fortnight"),
    ("every: 2 weeks\nwithin: 5 days", "RUL075", "2 weeks"),
    ("every: 5 months\nwithin: 5 days", "RUL075", "5 months"),
    ("every: year on aum\nwithin: 5 days", "RUL070", "aum"),
    ("every: year on opend_at\nwithin: 5 days", "RUL030", "opend_at"),
    ("every: [spring, mid_autum]\ndue: on the festival", "RUL076", "mid_autum"),
    ("every: month\ndue: on the festival", "RUL072", "on the festival"),
    ("every: festival\ndue: last day of the month", "RUL072", "month"),
    ("every: year on opened_at\ndue: last day of the year", "RUL072", "year"),
    ("every: month\ndue: last day of the quarter", "RUL072", "quarter"),
    ("every: month\ndue: on closed_at", "RUL072", "on closed_at"),
    ("every: month\ndue: 3 days before due", "RUL072", "3 days before due"),
    ("due: last day of the month", "RUL072", "month"),
    ("due: on the festival", "RUL072", "on the festival"),
    ("due: soon", "RUL075", "soon"),
    ("due: 30 dais before closed_at", "RUL038", "30 dais"),
    ("due: 30 days before close_at", "RUL030", "close_at"),
    ("due: 30 days before aum", "RUL070", "aum"),
    ("due: 30 days before closed_at\nonce per: opened_at", "RUL072", "opened_at"),
    ("starts: opened_at\nwithin: 5 days\nonce per: closed_at", "RUL072", "closed_at"),
    ("every: month\nwithin: 5 days\nonce per: closed_at", "RUL072", "closed_at"),
    ("due: 30 days before closed_at\nonce per: aum", "RUL070", "aum"),
    ("due: 30 days before closed_at\nopens: 29 days before closed_at", "RUL072", "29 days before closed_at"),
    (CLOCK + "opens: 3 days after due", "RUL072", "3 days after due"),
    ("every: month\nwithin: 5 days\nopens: last day of the month", "RUL072", "last day of the month"),
    (CLOCK + "warns: 1 working day", "RUL075", "1 working day"),
    (CLOCK + "warns: 1 werking day before", "RUL038", "1 werking day"),
    (CLOCK + "ceases when: [{label: {en: a, zh: a}, when: {close_at: is known}}]", "RUL030", "close_at"),
    (CLOCK + "restarts: wating", "RUL078", "wating"),
    ("due: on closed_at\nrestarts: waiting", "RUL078", "waiting"),
    ("every: quarter\nwithin: 5 days\nrestarts: waiting", "RUL078", "waiting"),
    (CLOCK + "restarts: waiting", "RUL078", "waiting"),  # its evidence are rows
    (CLOCK + "extends: {to: 5 working days, event: waiting, needs: at}", "RUL086", "5 working days"),
    (CLOCK + "extends: {to: 30 days, event: waiting, needs: at}", "RUL086", "30 days"),
    (CLOCK + "extends: {to: 30 working days, event: wating, needs: at}", "RUL086", "wating"),
    (CLOCK + "extends: {to: 30 working days, event: waiting, needs: approver}", "RUL086", "approver"),
    ("due: on closed_at\nextends: {to: 30 days, event: waiting, needs: at}", "RUL086", "30 days"),
    (CLOCK + "warns: [{at: soon, tell: manager}]", "RUL075", "soon"),
    (CLOCK + "warns: [{at: 0%, tell: manager}]", "RUL075", "0%"),
    (CLOCK + "warns: [{at: 100%, tell: manager}]", "RUL075", "100%"),
    (CLOCK + "warns: [{at: overdue, tell: manager}, {at: 1 day before, tell: manager}]", "RUL085", "1 day before"),
    (
        CLOCK + "warns: [{at: 1 day before, tell: manager}, {at: 24 weeks before, tell: manager}]",
        "RUL085",
        "24 weeks before",
    ),
    (CLOCK + "warns: [{at: 50%, tell: manager}, {at: 50%, tell: manager}]", "RUL085", "50%"),
    ("due: on closed_at\nwarns: [{at: 50%, tell: manager}]", "RUL085", "50%"),
    (CLOCK + "warns: [{at: overdue, tell: sombody}]", "RUL081", "sombody"),
    (CLOCK + "lapses: sometimes", "RUL075", "sometimes"),
    (CLOCK + "lapses: 3 dys after due", "RUL038", "3 dys"),
    (CLOCK + "lapses: when the next opens", "RUL072", "when the next opens"),
    (CLOCK + "pauses: wating", "RUL078", "wating"),
    (CLOCK + "pauses: at most 10 working days", "RUL078", "at most 10 working days"),
    (CLOCK + "pauses: waiting, at most 10 days", "RUL078", "10 days"),
    ("starts: opened_at\nwithin: 9 days\npauses: waiting, at most 2 working days", "RUL078", "2 working days"),
    ("starts: opened_at\nwithin: 9 hours\npauses: waiting, at most 2 months", "RUL078", "2 months"),
    ("due: on closed_at\npauses: waiting", "RUL078", "waiting"),
    (CLOCK + "done when: interacton call", "RUL080", "interacton"),
    (CLOCK + "done when: interaction cal", "RUL080", "cal"),
    (CLOCK + 'done when: "interaction [call, ]"', "RUL080", "[call, ]"),
    (CLOCK + "done when: deal call", "RUL080", "call"),
    (CLOCK + "done when: aum is known", "RUL070", "aum"),
    (CLOCK + "done when: close_at is known", "RUL030", "close_at"),
    (CLOCK + "done when: interaction call where amont more than 5", "RUL030", "amont"),
    (CLOCK + "done when: interaction call where amount", "VOC020", "amount"),
    (CLOCK + "done when: interaction call in the last 5 days", "RUL075", "last 5 days"),
    (CLOCK + "done when: interaction call in the 5 days after closed_at", "RUL075", "5 days after closed_at"),
    (CLOCK + "done when: interaction call in the 5 days before the festival", "RUL072", "5 days before the festival"),
    (CLOCK + "done when: [interaction call]", "RUL004", "["),
    (CLOCK + "done when: {all: []}", "RUL039", "["),
    (CLOCK + "done when: {all: [interaction], any: [deal]}", "RUL004", "{"),
    (CLOCK + "done when: {none: [interaction]}", "RUL002", "none"),
    (CLOCK + "when: {vup: yes}", "RUL030", "vup"),
    (CLOCK + "judged: at start", "RUL003", "at start"),
    (CLOCK + "when: {vip: yes}\njudged: at the start", "RUL005", "at the start"),
    (CLOCK + "by: maneger", "RUL081", "maneger"),
    (CLOCK + "calendar: cm", "RUL077", "cm"),
    ("starts: opened_at\nwithin: 8 working weeks", "RUL038", "8 working weeks"),
    (CLOCK + "examples: [{opend_at: 2026-01-01, gives: nothing}]", "RUL060", "opend_at"),
    (CLOCK + "examples: [{gives: due 2026-02-30}]", "RUL082", "2026-02-30"),
    (CLOCK + "examples: [{gives: at rsk}]", "RUL082", "at rsk"),
    (CLOCK + "examples: [{opened_at: 2026-01-01}]", "RUL003", "{"),
    (CLOCK + "wen: {vip: yes}", "RUL002", "wen"),
]


@pytest.mark.parametrize(("lines", "code", "what"), MISTAKES)
def test_mistake(lines, code, what):
    assert marked(lines) == [(code, what)]
    assert ids(lines, "id: OTHER\n" + CLOCK) == ["OTHER"]


@pytest.mark.parametrize("key", ["label", "cites", "from", "by", "done when"])
def test_a_missing_key_is_told_at_the_rule(key):
    text = "\n".join(line for line in text_of("id: R0\n" + CLOCK).split("\n") if not line.strip().startswith(f"{key}:"))
    assert meant(text) == [("RUL003", "R0")]


@pytest.mark.parametrize(
    ("lines", "hint"),
    [
        ("starts: opened\nwithin: 5 days", "did you mean `opened_at`?"),
        (CLOCK + "done when: interaction cal", "did you mean `call`?"),
        (CLOCK + "done when: interacton", "did you mean `interaction`?"),
        (CLOCK + "pauses: wating", "did you mean `waiting`?"),
        (CLOCK + "by: maneger", "did you mean `manager`?"),
        ("every: [mid_autum]\ndue: on the festival", "did you mean `mid_autumn`?"),
        (CLOCK + "examples: [{gives: at rsk}]", "did you mean `at risk`?"),
        (CLOCK + "pauses: waiting, at most 3 days", "the clock runs in working days: write `at most 10 working days`"),
        ("every: month\ndue: last day of the quarter", "write `the month`"),
    ],
)
def test_hint(lines, hint):
    assert hints(lines) == [hint]


def test_a_subject_without_pauses_or_evidence():
    branch = "due: on closed_at\nonce per: closed_at"
    assert marked(branch, subject="branch") == [("RUL030", "closed_at"), ("RUL080", "interaction")]
    text = text_of(CLOCK + "pauses: waiting").replace("pauses: {kind: kind, from: at, until: until}\n", "")
    assert meant(text) == [("RUL078", "waiting")]


# ---- versions and chains


def test_ids_are_those_of_one_rule():
    assert marked("id: A\n" + CLOCK, "id: A\n" + CLOCK) == [("RUL021", "A")]
    assert ids("id: A\nuntil: 2026-07-01\n" + CLOCK, "id: A\nfrom: 2026-07-01\n" + CLOCK) == ["A", "A"]
    assert marked("id: A\nuntil: 2026-07-02\n" + CLOCK, "id: A\nfrom: 2026-07-01\n" + CLOCK) == [("RUL021", "A")]
    decision = (
        "---\nkind: decision\ndecides: tier\nfor: customer\nchoose: first that matches\nrules:\n"
        "  - {id: A, label: A, cites: 1, from: 2026-01-01, when: {vip: yes}, then: high}\n"
    )
    rulebook, problems = loaded(text_of("id: A\n" + CLOCK) + decision)
    assert [problem.code for problem in problems] == ["RUL026"]
    assert (len(rulebook.obligations), len(rulebook.decisions)) == (0, 1)


def test_an_id_is_owed_to_one_subject():
    other = (
        text_of("id: A\ndue: on closed_at")
        .split("---\nkind: obligation")[1]
        .replace("for: customer", "for: deal_maker")
    )
    table = "---\nkind: table\ntable: makers\nsubject: deal_maker\nkey: m\nfields: {m: {type: id}, closed_at: {type: date}}\n"
    text = (
        text_of("id: A\n" + CLOCK)
        + table
        + "---\nkind: obligation"
        + other.replace("interaction call", "closed_at is known")
    )
    assert [problem.code for problem in loaded(text)[1]] == ["RUL026"]


def test_a_chain_stands_in_the_order_of_its_links():
    rules = (
        "id: C\nstarts: end of B\nwithin: 5 days",
        "id: B\nstarts: closed_at, else end of A\nwithin: 5 days",
        "id: D\n" + CLOCK,
        "id: A\n" + CLOCK,
    )
    found = owed(*rules)
    assert [rule.id for rule in found] == ["A", "B", "C", "D"]
    assert found[2].starts == Start("end of", rule="B")
    assert found[1].starts == Start("fact", "closed_at", "A")


def test_a_chain_is_left_out_with_the_rule_that_has_a_mistake():
    rules = (
        "id: A\nstarts: opend_at\nwithin: 5 days",
        "id: B\nstarts: end of A\nwithin: 5 days",
        "id: C\nstarts: closed_at, else end of B\nwithin: 5 days",
        "id: D\n" + CLOCK,
    )
    assert marked(*rules) == [("RUL030", "opend_at")]
    assert ids(*rules) == ["D"]


@pytest.mark.parametrize(
    ("starts", "what"), [("end of A", "A"), ("closed_at, else end of A", "A"), ("end of TIER", "TIER")]
)
def test_only_an_obligation_can_start_another(starts, what):
    lines = f"id: B\nstarts: {starts}\nwithin: 5 days"
    decision = (
        "---\nkind: decision\ndecides: tier\nfor: customer\nchoose: first that matches\nrules:\n"
        "  - {id: TIER, label: A, cites: 1, from: 2026-01-01, when: {vip: yes}, then: high}\n"
    )
    text = text_of(lines, "id: AB\n" + CLOCK) + decision
    assert meant(text) == [("RUL073", what)]
    assert [rule.id for rule in loaded(text)[0].obligations] == ["AB"]


def test_rules_that_start_each_other_in_a_circle():
    rules = (
        "id: A\nstarts: end of C\nwithin: 5 days",
        "id: B\nstarts: end of A\nwithin: 5 days",
        "id: C\nstarts: opened_at, else end of B\nwithin: 5 days",
        "id: D\nstarts: end of C\nwithin: 5 days",
        "id: E\n" + CLOCK,
    )
    problems = loaded(text_of(*rules))[1]
    assert [(problem.code, problem.message) for problem in problems] == [
        ("RUL074", "`A` would start itself: A → C → B → A")
    ]
    assert marked(*rules) == [("RUL074", "C")]
    assert ids(*rules) == ["E"]
    assert marked("id: A\nstarts: end of A\nwithin: 5 days") == [("RUL074", "A")]


# ---- judged at the start


@pytest.mark.parametrize(
    ("clock", "when", "fine"),
    [
        ("every: quarter\nwithin: 9 days", "{calls: at least 1}", True),
        ("every: festival\ndue: on the festival", "{called_at: is known}", True),
        ("every: quarter\nwithin: 9 days", "{days_open: at least 30, opened_at: is known}", True),
        ("every: quarter\nwithin: 9 days", "{latest_care: is known}", True),
        ("every: quarter\nwithin: 9 days", "{vip: yes}", False),
        ("every: quarter\nwithin: 9 days", "{notices: at least 1}", False),
        ("every: year on opened_at\nwithin: 9 days", "{calls: at least 1}", False),
        ("every: quarter\nwithin: 9 days", "{closed_at: is missing}", True),
        ("every: year on opened_at\nwithin: 9 days", "{closed_at: is missing}", False),  # a start of its own
        (CLOCK, "{closed_at: is missing}", False),
        (CLOCK, "{calls: at least 1}", False),
        ("due: on closed_at", "{days_open: at least 1}", False),
    ],
)
def test_what_can_be_judged_at_the_start(clock, when, fine):
    lines = f"{clock}\nwhen: {when}\njudged: at start"
    assert marked(lines) == ([] if fine else [("RUL079", "at start")])
    assert len(ids(lines)) == fine


@pytest.mark.parametrize(("fact", "fine"), [("calls", True), ("score", False)])
def test_a_decision_can_be_judged_at_the_start_where_its_facts_can(fact, fine):
    decision = (
        "---\nkind: decision\ndecides: tier\nfor: customer\nchoose: first that matches\nrules:\n"
        f"  - {{id: T, label: A, cites: 1, from: 2026-01-01, when: {{{fact}: at least 1}}, then: high}}\n"
    )
    text = text_of("every: month\nwithin: 9 days\nwhen: {tier: high}\njudged: at start") + decision
    assert meant(text) == ([] if fine else [("RUL079", "at start")])


# ---- limits and other facts


def test_a_limit_must_be_there_while_the_rule_is():
    head = "limits: {floor: [{from: 2026-03-01, is: 100}]}\n"
    lines = CLOCK + "when: {aum: at least floor}"
    assert marked(lines, head=head) == [("RUL045", "2026-01-01")]
    assert ids(lines, head=head) == []
    assert marked("from: 2026-03-01\n" + lines, head=head) == []
    evidence = CLOCK + "done when: deal where size at least floor"
    assert marked(evidence, head=head) == [("RUL045", "2026-01-01")]


@pytest.mark.parametrize(
    "lines",
    [
        "starts: lost_at\nwithin: 9 days",
        "every: year on lost_at\nwithin: 9 days",
        "due: on lost_at",
        CLOCK + "opens: 9 days before lost_at",
        CLOCK + "when: {lost_at: is known}",
        CLOCK + "done when: lost_at is known",
        CLOCK + "done when: deal in the 9 days before lost_at",
    ],
)
def test_a_rule_goes_with_a_fact_that_has_a_mistake(lines):
    text = text_of(lines, "id: B\n" + CLOCK).replace(
        "  calls: {is", "  lost_at: {is: latest att of interactions}\n  calls: {is"
    )
    assert meant(text) == [("VOC022", "att")]
    assert [rule.id for rule in loaded(text)[0].obligations] == ["B"]


def test_all_rules_go_with_a_fact_that_has_a_mistake_where_it_would_end_them():
    head = "ceases when: [{label: lost, when: {lost_at: is known}}]\n"
    text = text_of(CLOCK, head=head).replace(
        "  calls: {is", "  lost_at: {is: latest att of interactions}\n  calls: {is"
    )
    assert meant(text) == [("VOC022", "att")]
    assert loaded(text)[0].obligations == ()


@pytest.mark.parametrize(
    "lines",
    [
        "evidence: {as: note, kind: lost}",
        "evidence: {as: note, counts when: {lost: a}}",
        "pauses: {kind: lost, from: sent_on, until: sent_on}",
        "pauses: {kind: topic, from: lost, until: sent_on}",
        "waives: {rule: lost, subject: customer_id}",
    ],
)
def test_what_rows_are_goes_with_a_field_that_has_a_mistake(lines):
    text = VOCABULARY.replace("key: notice_id\n", f"key: notice_id\ndated by: sent_on\n{lines}\n")
    text = text.replace("  sent_on: {type: date}", "  sent_on: {type: date}\n  lost: {type: kode}")
    assert meant(text) == [("VOC001", "kode")]
    table = loaded(text)[0].vocabulary.tables["notices"]
    assert (table.evidence, table.pauses, table.waives) == (None, None, None)


@pytest.mark.parametrize(
    ("head", "code", "what"),
    [
        ("dated by: aum\n", "RUL027", "aum"),
        ("dated by: opened\n", "RUL027", "opened"),
        ("ceases when: {closed_at: is known}\n", "RUL004", "{"),
        ("ceases when: [{when: {closed_at: is known}}]\n", "RUL003", "{"),
        ("ceases when: [{label: gone, when: {close_at: is known}}]\n", "RUL030", "close_at"),
        ("approved: {by: me, on: 2026-01-01}\n", "RUL003", "{"),
        ("datedby: opened_at\nchooses: x\n", "RUL002", "datedby"),
    ],
)
def test_a_mistake_in_the_head_takes_all_rules_with_it(head, code, what):
    found = marked(CLOCK, head=head)
    assert found[0] == (code, what)
    assert ids(CLOCK, head=head) == []


def test_an_unknown_subject():
    assert marked(CLOCK, subject="custmer") == [("RUL010", "custmer")]


def test_lookups_of_the_rulebook():
    rulebook = loaded(text_of("id: A\nuntil: 2026-07-01\n" + CLOCK, "id: A\nfrom: 2026-07-01\n" + CLOCK))[0]
    assert [rule.start.month for rule in rulebook.versions("A")] == [1, 7]
    assert rulebook.versions("B") == ()
    assert len(rulebook.obligations_of("customer")) == 2
    assert rulebook.obligations_of("branch") == ()


# ---- what rows are to obligations


ROLES = [
    ("evidence: {as: note, kind: topik}", "VOC030", "topik"),
    ("evidence: {as: note, kind: sent_on}", "VOC030", "sent_on"),
    ("evidence: {as: note}", "VOC030", "{"),
    ("dated by: sent_on\nevidence: {kind: topic}", "RUL003", "{"),
    ("dated by: sent_on\nevidence: {as: note, counts when: {topik: offer}}", "RUL030", "topik"),
    ("pauses: {kind: topic, from: sent_on}", "RUL003", "{"),
    ("pauses: {kind: notice_id, from: sent_on, until: sent_on}", "VOC030", "notice_id"),
    ("pauses: {kind: topic, from: notice_id, until: sent_on}", "VOC030", "notice_id"),
    ("dated by: sent_on\nwaives: {rule: sent_on, subject: customer_id}", "VOC030", "sent_on"),
    ("waives: {rule: notice_id, subject: customer_id}", "VOC030", "{"),
]


@pytest.mark.parametrize(("lines", "code", "what"), ROLES)
def test_a_mistake_in_what_rows_are(lines, code, what):
    text = VOCABULARY.replace("table: notices\nkey: notice_id\n", f"table: notices\nkey: notice_id\n{lines}\n")
    assert meant(text)[-1] == (code, what)


def test_two_tables_have_words_of_their_own():
    text = VOCABULARY.replace("dated by: at\n", "dated by: at\nevidence: {as: row}\n")
    text = text.replace("key: notice_id\n", "key: notice_id\ndated by: sent_on\nevidence: {as: row}\n")
    assert meant(text) == [("VOC031", "row")]


def test_what_rows_are():
    text = VOCABULARY.replace(
        "key: notice_id\n",
        "key: notice_id\ndated by: sent_on\nwaives: {rule: notice_id, subject: customer_id, why: topic}\n",
    )
    waives = loaded(text)[0].vocabulary.tables["notices"].waives
    assert waives is not None
    assert (waives.rule, waives.subject, waives.by, waives.why) == ("notice_id", "customer_id", "", "topic")
    tables = loaded(text_of(CLOCK))[0].vocabulary.tables
    evidence, pauses = tables["interactions"].evidence, tables["stops"].pauses
    assert evidence is not None
    assert (evidence.word, evidence.kind, evidence.rule) == ("interaction", "kind", "interaction_id")
    assert evidence.counts == Compare("score", "at least", Literal(2))
    assert pauses is not None
    assert (pauses.kind, pauses.start, pauses.end) == ("kind", "at", "until")
    assert tables["balances"].evidence is None


# ---- the order of lists


def orders(text: str) -> tuple[Order, ...]:
    rulebook, problems = loaded(f"kind: order\norders:\n{text}")
    assert problems == []
    return rulebook.orders


def test_an_order_is_dated():
    found = orders(
        "  - {from: 2026-01-01, by: [due_at descending, act_by ascending]}\n"
        "  - {from: 2025-01-01, cites: 1, by: [breach, {tier: [core_vip, growth]}]}\n"
    )
    assert found == (
        Order(date(2025, 1, 1), (SortKey("breach"), SortKey("tier", ("core_vip", "growth")))),
        Order(date(2026, 1, 1), (SortKey("due_at", (), descending=True), SortKey("act_by"))),
    )


@pytest.mark.parametrize(("day", "start"), [("2024-12-31", None), ("2025-01-01", 2025), ("2026-01-01", 2026)])
def test_the_order_of_a_day(day, start):
    text = "kind: order\norders: [{from: 2026-01-01, by: act_by}, {from: 2025-01-01, by: due_at}]"
    order = loaded(text)[0].order(date.fromisoformat(day))
    assert (order.start.year if order is not None else None) == start


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[{from: 2025-01-01, by: [actby]}]", [("RUL083", "actby")]),
        ("[{from: 2025-01-01, by: [{teir: [a]}]}]", [("RUL083", "teir")]),
        ("[{from: 2025-01-01, by: [{tier: [a], stage: [b]}]}]", [("RUL004", "{")]),
        ("[{from: 2025-01-01, by: []}]", [("RUL039", "[")]),
        ("[{from: 2025-01-01, by: act_by}, {from: 2025-01-01, by: act_by}]", [("RUL084", "2025-01-01")]),
        ("[{by: act_by}]", [("RUL003", "{")]),
        ("[{from: 2025-01-01}]", [("RUL003", "{")]),
        ("[{from: 2025-01-01, by: because}]", [("RUL083", "because")]),
    ],
)
def test_a_mistake_in_an_order(text, found):
    assert meant(f"kind: order\norders: {text}\n") == found
    assert loaded(f"kind: order\norders: {text}\n")[0].orders in ((), (Order(date(2025, 1, 1), (SortKey("act_by"),)),))
