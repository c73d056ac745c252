"""Rows that are alike, numbers that are reached, and the latest of several dates: the reference and the engine, case by case."""

from __future__ import annotations

from datetime import date, datetime, time
from fractions import Fraction

import pytest
from rule_files import VOCABULARY, loaded

from relcare.engine import dialect as sql
from relcare.engine.decide import Engine
from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.rulebook.reckon import subject
from relcare.rulebook.values import Moment, State
from relcare.runs.book_rows import FileRows, context_of

AS_OF = datetime.combine(date(2026, 9, 30), time.max)
FACTS = """\
---
kind: limits
limits:
  many: [{from: 2026-01-01, is: "2"}]
---
kind: facts
for: customer
facts:
  alike: {is: repeats of score of interactions where kind call in the last 30 days}
  second_at: {is: first at of interactions where kind call reached many in the last 30 days}
  again_at: {is: first at of interactions repeating score where kind call reached many}
  sent_twice: {is: first sent_on of notices repeating topic reached many}
  latest_care: {is: "latest of closed_at, seen_at and second_at"}
  first_care: {is: earliest of closed_at and seen_at}
  last_day: {is: latest of opened_at and closed_at}
  since: {is: days since latest_care}
  passed: {is: minutes from seen_at to second_at}
"""
TEXT = VOCABULARY.replace("key: notice_id\n", "key: notice_id\ndated by: sent_on\n").replace(
    "  seen_at: {type: moment, time: happened}", "  seen_at: {type: moment, time: happened, empty: not yet}"
)
OPEN = "unreadable"


@pytest.fixture
def told(tmp_path):
    """What both say of a fact of customer C1: its value as text, "" where it has none, or why it is unknown."""

    def say(fact, *, calls=(), notices=(), **customer):
        rulebook, problems = loaded(TEXT + FACTS)
        assert [str(problem) for problem in problems if problem.severity == "error"] == []
        folder = tmp_path / "book"
        folder.mkdir()
        cells = {"customer_id": "C1", "opened_at": "2026-01-05", "closed_at": "", "seen_at": "", **customer}
        (folder / "customers.csv").write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n", encoding="utf-8")
        rows = [f"I{n},C1,{at},{kind},{score}" for n, (at, kind, score) in enumerate(calls)]
        text = "interaction_id,customer_id,at,kind,score\n" + "\n".join([*rows, "I99,C2,2026-01-01,visit,1"]) + "\n"
        (folder / "interactions.csv").write_text(text, encoding="utf-8")
        rows = [f"N{n},C1,{day},{topic}" for n, (day, topic) in enumerate(notices)]
        text = "notice_id,customer_id,sent_on,topic\n" + "\n".join([*rows, "N99,C2,2026-01-01,offer"]) + "\n"
        (folder / "notices.csv").write_text(text, encoding="utf-8")
        (tmp_path / "spill").mkdir()
        settings, mistakes = read_settings(folder, rulebook.vocabulary)
        assert not mistakes
        book = open_book(folder, rulebook.vocabulary, settings, tmp_path / "spill")
        return by_engine(rulebook, book, fact, tmp_path / "spill"), by_reference(rulebook, book, fact)

    return say


def by_reference(rulebook, book, fact):
    rows = FileRows(book)
    who = subject("customer", "C1", rows, context_of(rulebook, book, AS_OF, rows))
    value = who.fact(fact)
    if value.state is State.VALUE:
        return str(value.value.at if isinstance(value.value, Moment) else value.value)
    return "" if value.state is State.ABSENT else value.state.value


def by_engine(rulebook, book, fact, spill):
    engine = Engine(rulebook, book, AS_OF, spill)
    try:
        engine.plan.want("customer", [fact])
        engine.read()
        relation = engine.relation("customer")
        column = relation.columns[fact]
        if not column.supplied:
            return "not supplied"
        value = f"{column.value}, {column.over or 1}"
        query = f"SELECT {value}, {column.absent}, {column.empty} FROM {sql.name(relation.name)}"
        ((value, over, absent, empty),) = engine.session.rows(f"{relation.prefix}{query} WHERE customer_id = 'C1'")
        value = Fraction(value, over) if column.over and value is not None else value
        return str(value) if value is not None else "" if absent else "empty" if empty else OPEN
    finally:
        engine.session.close()


def call(at, score="1", kind="call"):
    return (at, kind, score)


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([], "0"),
        ([call("2026-09-10", kind="visit")], "0"),
        ([call("2026-08-31"), call("2026-09-01")], "1"),  # the older day lies outside the last 30 days
        ([call("2026-09-01", "1"), call("2026-09-02", "2"), call("2026-09-03", "2")], "2"),
        ([call("2026-09-01", "1"), call("2026-09-02", "1"), call("2026-09-03", "2"), call("soon", "2")], "2"),
        ([call("2026-09-01", "1"), call("2026-09-02", "2"), call("soon", "2")], OPEN),
        ([call("2026-09-01", "1"), call("2026-09-02", "1"), call("2026-09-03", "x")], OPEN),
        ([call("2026-09-01", "1"), call("2026-09-02", "2", kind="cal")], "1"),
        ([call("2026-09-01", "1"), call("2026-09-02", "1", kind="cal")], OPEN),
        ([call("2026-09-01", "x")], OPEN),
    ],
)
def test_how_many_are_alike(told, calls, expected):
    assert told("alike", calls=calls) == (expected, expected)


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([], ""),
        ([call("2026-09-10")], ""),
        ([call("2026-09-10"), call("2026-09-02"), call("2026-09-20")], "2026-09-10 00:00:00"),
        (
            [call("2026-08-31"), call("2026-09-02"), call("2026-09-20")],
            "2026-09-02 00:00:00",
        ),  # was reached all the same
        ([call("2026-09-01"), call("2026-09-02"), call("2026-09-20")], "2026-09-02 00:00:00"),
        ([call("2026-09-10 10:00"), call("2026-09-10 09:00:30")], "2026-09-10 10:00:00"),
        ([call("2026-09-10"), call("soon")], OPEN),
        ([call("soon")], ""),
        ([call("2026-09-10"), call("2026-09-12"), call("2026-09-12", kind="cal")], "2026-09-12 00:00:00"),
        ([call("2026-09-10"), call("2026-09-12"), call("2026-09-11", kind="cal")], OPEN),
        ([call("2026-09-12"), call("2026-09-12"), call("2026-09-11", kind="cal")], "2026-09-12 00:00:00"),
        ([call("2026-09-10"), call("2026-09-12"), call("soon")], OPEN),
        ([call("2026-09-12"), call("2026-09-12"), call("soon")], "2026-09-12 00:00:00"),
    ],
)
def test_when_a_number_was_reached(told, calls, expected):
    assert told("second_at", calls=calls) == (expected, expected)


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([], ""),
        ([call("2026-09-01", "1"), call("2026-09-02", "2")], ""),
        ([call("2026-09-01", "1"), call("2026-09-02", "2"), call("2026-09-03", "1")], "2026-09-03 00:00:00"),
        (
            [call("2026-09-01", "1"), call("2026-09-05", "1"), call("2026-09-02", "2"), call("2026-09-03", "2")],
            "2026-09-05 00:00:00",
        ),
        ([call("2026-09-01", "1"), call("2026-09-02", "x")], OPEN),
        ([call("2026-09-02", "x")], ""),
        ([call("2026-09-02", "x"), call("2026-09-03", "x")], OPEN),
        ([call("2026-09-01", "1"), call("2026-09-03", "1"), call("2026-09-04", "x")], "2026-09-03 00:00:00"),
        ([call("2026-09-01", "1"), call("2026-09-03", "1"), call("2026-09-02", "x")], OPEN),
        ([call("2026-09-01", "1"), call("2026-09-03", "1"), call("soon", "2")], "2026-09-03 00:00:00"),
        ([call("2026-09-02", "1"), call("2026-09-03", "1"), call("soon", "1")], OPEN),
    ],
)
def test_when_one_value_reached_a_number(told, calls, expected):
    assert told("again_at", calls=calls) == (expected, expected)


@pytest.mark.parametrize(
    ("notices", "expected"),
    [
        ([("2026-09-01", "offer"), ("2026-09-02", "safety"), ("2026-09-03", "offer")], "2026-09-03"),
        ([("2026-09-01", "offer"), ("2026-09-02", "safety")], ""),
        ([("2026-09-01", "offer"), ("2026-09-32", "offer")], OPEN),
    ],
)
def test_rows_dated_by_day(told, notices, expected):
    assert told("sent_twice", notices=notices) == (expected, expected)


TWO = (call("2026-09-10"), call("2026-09-12 08:00"))


@pytest.mark.parametrize(
    ("fact", "given", "expected"),
    [
        ("latest_care", {}, ""),
        ("latest_care", {"closed_at": "2026-09-01"}, "2026-09-01 00:00:00"),
        ("latest_care", {"closed_at": "2026-09-01", "seen_at": "2026-09-01 00:01"}, "2026-09-01 00:01:00"),
        ("latest_care", {"closed_at": "2026-09-01", "calls": TWO}, "2026-09-12 08:00:00"),
        ("latest_care", {"closed_at": "2026-09-32", "calls": TWO}, OPEN),
        ("latest_care", {"closed_at": "2026-09-01", "calls": (*TWO, call("soon"))}, OPEN),
        ("latest_care", {"closed_at": "2026-10-01"}, ""),  # not yet at the as-of
        ("first_care", {"closed_at": "2026-09-02", "seen_at": "2026-09-01 10:00"}, "2026-09-01 10:00:00"),
        ("first_care", {"closed_at": "2026-09-02"}, "2026-09-02 00:00:00"),
        ("last_day", {"closed_at": "2026-09-02"}, "2026-09-02"),
        ("last_day", {}, "2026-01-05"),
        ("last_day", {"opened_at": "", "closed_at": "2026-09-02"}, "empty"),
        ("last_day", {"opened_at": "x", "closed_at": "2026-09-02"}, OPEN),
        ("since", {"closed_at": "2026-09-01"}, "29"),
        ("since", {"closed_at": "2026-09-32"}, OPEN),
    ],
)
def test_the_latest_of_several_dates(told, fact, given, expected):
    assert told(fact, **given) == (expected, expected)


TWICE = (("2026-09-20 09:00:00", "call", "1"), ("2026-09-20 10:15:30", "call", "2"))


@pytest.mark.parametrize(
    ("seen_at", "calls", "expected"),
    [
        ("2026-09-20 10:00:30", TWICE, "15"),
        ("2026-09-20 10:00:29", TWICE, "901/60"),
        ("2026-09-20 10:15:30", TWICE, "0"),
        ("2026-09-20 10:16:30", TWICE, "-1"),  # backwards is less than nothing
        ("2026-09-20 10:00", TWICE, OPEN),  # not known to the second
        ("2026-09-20", TWICE, OPEN),
        ("soon", TWICE, OPEN),
        ("", TWICE, ""),
        ("2026-09-20 10:00:30", TWICE[:1], ""),
        ("soon", TWICE[:1], OPEN),
    ],
)
def test_the_time_between_two_moments(told, seen_at, calls, expected):
    by_engine, by_reference = told("passed", calls=calls, seen_at=seen_at)
    assert by_engine == by_reference
    assert exactly(by_engine) == exactly(expected)


def exactly(text):
    """A fraction as one; a word as it is."""
    return Fraction(text) if text[-1:].isdigit() else text
