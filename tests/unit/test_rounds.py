"""Each time that a plan is refused a new round begins, with a clock of its own; what the round before came to stands."""

import tempfile
from pathlib import Path

import pytest
from owed_books import CLOCK, VOCABULARY, as_of, owed, rule, rulebook

from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load
from relcare.runs.explain import explanation

EVENTS = VOCABULARY.replace(
    "kind: {type: code, codes: {waiting:",
    "kind: {type: code, codes: {refused: {en: Refused, zh: 拒绝}, told: {en: Told, zh: 告知}, waiting:",
).replace(
    "pauses: {kind: kind, from: at, until: until}",
    "pauses: {kind: kind, from: at, until: until}\nevidence: {as: event, kind: kind}",
)
FACTS = """kind: limits
limits:
  one_refusal: [{from: 2025-01-01, is: "1"}]
---
kind: facts
for: complaint
facts:
  refused_at: {label: {en: Plan refused, zh: 方案被拒}, is: first at of events where kind refused reached one_refusal in the last 1 second}
---
"""
ROUND = rule("AGAIN", "starts: each refused_at", "within: 5 working days", "done when: event told")
BOOK = {"complaints.csv": "complaint_id,customer_id,received_at\nK1,C1,2026-11-02 10:00\n"}


def events(*rows: str) -> dict[str, str]:
    lines = [f"E{n},K1,{at},,{kind}" for n, (at, kind) in enumerate(row.rsplit(" ", 1) for row in rows)]
    return BOOK | {"events.csv": "event_id,complaint_id,at,until,kind\n" + "\n".join(lines) + "\n"}


def rounds(when: str, *rows: str) -> list[tuple[str, str, str]]:
    """The rounds as opening, deadline's day and status."""
    found = owed(FACTS + CLOCK + ROUND, events(*rows), when, vocabulary=EVENTS)
    return [(f"{row['opens']:%m-%d %H:%M}", f"{row['due']:%m-%d}", row["status"]) for row in found]


def test_without_a_refusal_there_is_no_round():
    assert rounds("2026-11-20", "2026-11-09 10:00 told") == []


def test_each_refusal_opens_a_round_with_a_deadline_of_its_own():
    told = rounds("2026-11-12", "2026-11-04 10:00 refused", "2026-11-06 09:00 told", "2026-11-09 10:00 refused")
    assert told == [("11-04 10:00", "11-11", "met"), ("11-09 10:00", "11-16", "running")]


def test_the_verdict_of_a_round_stands_whatever_comes_after_it():
    late = ("2026-11-02 10:00 refused", "2026-11-10 09:00 told", "2026-11-11 10:00 refused", "2026-11-12 09:00 told")
    assert rounds("2026-11-20", *late) == [("11-02 10:00", "11-09", "met late"), ("11-11 10:00", "11-18", "met")]


def test_what_is_done_in_a_later_round_is_not_done_for_an_earlier_one():
    missed = ("2026-11-02 10:00 refused", "2026-11-10 10:00 refused", "2026-11-11 09:00 told")
    assert rounds("2026-11-20", *missed) == [("11-02 10:00", "11-09", "lapsed"), ("11-10 10:00", "11-17", "met")]


@pytest.mark.parametrize(("second", "status"), [("2026-11-09 23:59:59", "ceased"), ("2026-11-10 00:00:00", "lapsed")])
def test_a_round_that_the_next_one_overtakes_before_it_is_due_is_no_breach(second, status):
    assert rounds("2026-11-20", "2026-11-02 10:00 refused", f"{second} refused")[0] == ("11-02 10:00", "11-09", status)


def test_as_of_a_day_before_the_next_round_the_first_is_what_it_was():
    both = ("2026-11-02 10:00 refused", "2026-11-06 10:00 refused")
    assert rounds("2026-11-05", *both) == [("11-02 10:00", "11-09", "running")]


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("2", "of 2; what is done within it counts for it alone")), ("zh", ("2", "共 2 轮；仅计本轮内的办理"))],
)
def test_explain_names_the_round(tmp_path, language, said):
    found = rulebook(FACTS + CLOCK + ROUND, EVENTS)
    for name, text in events("2026-11-02 10:00 refused", "2026-11-06 10:00 refused").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings, _ = read_settings(tmp_path, found.vocabulary)
    book = open_book(tmp_path, found.vocabulary, settings, Path(tempfile.mkdtemp(dir=tmp_path)))
    report = explanation(found, book, "K1", "AGAIN", as_of=as_of("2026-11-20"), language=language)
    keys = [column.key for column in report.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in report.rows]
    assert next((row["value"], row["test"]) for row in rows if row["part"] == "round") == said
    ended = [row["test"] for row in rows if row["part"] == "ceased"]
    assert ended == [
        {
            "en": "the next round opened 2026-11-06 10:00, before it was due",
            "zh": "到期前，下一轮已于 2026-11-06 10:00 开始",
        }[language]
    ]


def problems(lines: tuple[str, ...]) -> list[tuple[str, str]]:
    text = EVENTS + FACTS + CLOCK + rule("AGAIN", "within: 5 working days", *lines)
    nodes, _ = read_documents(text.encode(), "rules.yaml")
    return [(problem.code, problem.message) for problem in load([("rules.yaml", nodes)])[1]]


def test_a_date_that_comes_once_has_no_rounds_and_shows_none():
    assert problems(("starts: each received_at", "done when: event told")) == [
        ("RUL075", "`received_at` comes once: there are no rounds of it")
    ]
    assert problems(("starts: each refused_at", "done when: {all: [event told, told_at is known]}")) == [
        ("RUL072", "`told_at` is one date, and can't show what was done in which round")
    ]
    assert problems(("starts: each refused_at", "lapses: never", "done when: event told")) == []


def test_the_chinese_spelling_gives_the_same_rule():
    chinese = rule("AGAIN", "起算: 每次方案被拒", "within: 5 working days", "done when: event told")
    assert rulebook(FACTS + CLOCK + chinese, EVENTS).obligations == rulebook(FACTS + CLOCK + ROUND, EVENTS).obligations
