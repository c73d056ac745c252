"""Of evidence that is missing, `explain` names the row that came nearest, and what keeps it from being evidence."""

import tempfile
from pathlib import Path

import pytest
from owed_books import CARE, as_of, rule, rulebook

from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.runs.explain import explanation

RULE = CARE + rule("CALL", "starts: opened_at", "within: 5 days", "done when: interaction call where channel phone")
HEAD = "interaction_id,customer_id,at,kind,channel,outcome,rule_id\n"


@pytest.fixture
def nearest(tmp_path):
    def told(*rows: str, language: str = "en") -> list[tuple[str, str, str]]:
        found = rulebook(RULE)
        listed = "".join(f"I{n},C1,{row}\n" for n, row in enumerate(rows))
        files = {"customers.csv": "customer_id,opened_at\nC1,2026-11-02\n", "interactions.csv": HEAD + listed}
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        settings, _ = read_settings(tmp_path, found.vocabulary)
        book = open_book(tmp_path, found.vocabulary, settings, Path(tempfile.mkdtemp(dir=tmp_path)))
        report = explanation(found, book, "C1", "CALL", as_of=as_of("2026-11-20"), language=language)
        at = [[column.key for column in report.columns].index(key) for key in ("value", "test", "fact_place", "part")]
        cells = [tuple(row[i] for i in at) for row in report.rows]
        return [(value, test, Path(place).name) for value, test, place, part in cells if part == "near"]

    return told


def test_a_call_that_was_not_answered_comes_nearest(nearest):
    rows = (
        "2026-11-03 10:00,call,phone,missed,",
        "2026-11-04 10:00,call,phone,missed,",
        "2026-11-05 10:00,visit,phone,missed,",
    )
    assert nearest(*rows) == [("2026-11-04 10:00", "does not count: Outcome is Missed", "interactions.csv:3")]
    assert nearest(*rows, language="zh") == [("2026-11-04 10:00", "不计入：Outcome为未接通", "interactions.csv:3")]


def test_a_call_by_another_channel_or_for_another_rule_says_so(nearest):
    assert nearest("2026-11-03 10:00,call,sms,reached,") == [
        ("2026-11-03 10:00", "does not count: Channel is SMS", "interactions.csv:2")
    ]
    assert nearest("2026-11-03 10:00,call,phone,reached,OTHER")[0][1] == "does not count: Rule id is OTHER"


def test_a_call_before_the_opening_is_told_where_nothing_came_after_it(nearest):
    early = "2026-11-01 23:59,call,phone,reached,"
    assert nearest(early) == [("2026-11-01 23:59", "too early: evidence counts from 2026-11-02", "interactions.csv:2")]
    assert nearest(early, "2026-11-03 10:00,call,sms,reached,")[0][0] == "2026-11-03 10:00"


def test_where_it_was_done_or_nothing_is_like_it_nothing_is_near(nearest):
    assert nearest("2026-11-02 00:00,call,phone,reached,", "2026-11-03 10:00,call,sms,reached,") == []
    assert nearest("2026-11-03 10:00,visit,phone,reached,") == []
