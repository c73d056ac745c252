"""Restarts: a clock counts anew from what came in time; a breach that has occurred stays one."""

import pytest
from owed_books import CLOCK, owed, rule, rulebook, statuses

WITHIN = "within: 5 working days"
PLAN = CLOCK + rule("PLAN", "starts: received_at", WITHIN, "restarts: material", "done when: feedback_at is known")
FIRST, AGAIN = "2026-11-09", "2026-11-12"  # five working days after Monday the 2nd, after Thursday the 5th


def due(*events, done="", when="2026-11-30", text=PLAN):
    files = {"complaints.csv": f"complaint_id,received_at,feedback_at\nK1,2026-11-02 10:00,{done}",
             "events.csv": "event_id,complaint_id,at,until,kind,approver,told_at\n" + "\n".join(events)}  # fmt: skip
    [row] = owed(text, files, when)
    return str(row["due"].date()), row["status"]


@pytest.mark.parametrize(
    ("event", "deadline"),
    [
        ("E1,K1,2026-11-05 10:00,,material,,", AGAIN),
        ("E1,K1,2026-11-05,,material,,", AGAIN),
        ("E1,K1,2026-11-09 23:59,,material,,", "2026-11-16"),  # at the deadline: in time
        ("E1,K1,2026-11-10 00:00,,material,,", FIRST),  # the breach stays
        ("E1,K1,2026-11-01 10:00,,material,,", FIRST),  # before the start
        ("E1,K1,2026-11-05 10:00,,waiting,,", FIRST),
        ("E1,K1,2026-02-30,,material,,", FIRST),
        ("E1,K2,2026-11-05 10:00,,material,,", FIRST),
    ],
)
def test_only_what_came_in_time_restarts_the_clock(event, deadline):
    assert due(event) == (deadline, "overdue")


def test_it_counts_anew_from_each_that_comes_before_the_deadline_as_it_then_stands():
    second = "E2,K1,2026-11-12 10:00,,material,,"
    assert due(second)[0] == FIRST
    assert due("E1,K1,2026-11-05 10:00,,material,,", second)[0] == "2026-11-19"


@pytest.mark.parametrize(
    ("done", "deadline", "status"),
    [
        ("2026-11-05 09:59", FIRST, "met"),
        ("2026-11-05 10:01", AGAIN, "met"),
        ("2026-11-12", AGAIN, "met"),
        ("2026-11-13", AGAIN, "met late"),
        ("2026-11-05", FIRST, "met"),  # which came first is in doubt: the shorter deadline
    ],
)
def test_what_was_done_before_is_not_started_again(done, deadline, status):
    assert due("E1,K1,2026-11-05 10:00,,material,,", done=done) == (deadline, status)


def test_before_it_came_the_first_deadline_holds():
    assert due("E1,K1,2026-11-05 10:00,,material,,", when="2026-11-05T09:59")[0] == FIRST
    assert due("E1,K1,2026-11-05 10:00,,material,,", when="2026-11-05T10:00")[0] == AGAIN


def test_pauses_and_extensions_move_the_clock_that_counts_anew():
    text = PLAN.replace(
        WITHIN,
        f"{WITHIN}\n    pauses: waiting\n    extends: {{to: 10 working days, event: extension, needs: approver}}",
    )
    material, pause = "E1,K1,2026-11-05 10:00,,material,,", "E2,K1,2026-11-09 00:00,2026-11-11 00:00,waiting,,"
    assert due(material, pause, text=text)[0] == "2026-11-16"
    assert due(material, pause, "E3,K1,2026-11-16 10:00,,extension,S1,", text=text)[0] == "2026-11-23"
    # what was granted for the first clock is none for the second
    assert due(material, "E3,K1,2026-11-04 10:00,,extension,S1,", text=text)[0] == AGAIN


@pytest.mark.parametrize("line", ["restarts: material", "restarts: [material]", "重新起算: 新材料"])
def test_it_is_said_in_either_language(line):
    [found] = rulebook(PLAN.replace("restarts: material", line)).obligations
    assert found.restarts == ("material",)


MERGED = (
    CLOCK.replace("rules:\n", "ceases when:\n  - {label: {en: merged, zh: 已并案}, when: {withdrawn_at: is known}}\nrules:\n")
    + rule("PLAN", "starts: received_at", WITHIN, "done when: told_at is known")
    + rule("ACCEPT", "starts: received_at", "within: 24 hours", "ceases when: []", "done when: feedback_at is known")
    + rule("CLOSE", "starts: received_at", "within: 24 hours", "done when: confirmed_at is known",
           "ceases when: [{label: {en: told, zh: 已告知}, when: {told_at: is known}}]")
)  # fmt: skip


def test_a_rule_says_itself_what_ends_it_instead_of_its_document():
    heads = "complaint_id,received_at,feedback_at,told_at,confirmed_at,withdrawn_at"
    merged = {"complaints.csv": f"{heads}\nK1,2026-11-02 10:00,,,,2026-11-03"}
    assert statuses(MERGED, merged, "2026-11-20") == {
        "PLAN K1": "ceased",
        "ACCEPT K1": "overdue",
        "CLOSE K1": "overdue",
    }
    told = {"complaints.csv": f"{heads}\nK1,2026-11-02 10:00,,2026-11-03,,"}
    assert statuses(MERGED, told, "2026-11-20") == {"PLAN K1": "met", "ACCEPT K1": "overdue", "CLOSE K1": "ceased"}
