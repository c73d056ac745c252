"""What the engine says is owed, on both sides of every boundary."""

from datetime import date, datetime

import pytest
from owed_books import CALENDAR, CARE, CLOCK, FACTS, owed, rule, statuses

from relcare.timing.calendars import DayException, with_exceptions

FEEDBACK = CLOCK + rule(
    "FEEDBACK", "starts: received_at", "within: 24 hours", "done when: feedback_at is known", "warns: 4 hours before"
)
PLAN = CLOCK + rule(
    "PLAN", "starts: received_at", "within: 5 working days", "warns: 1 working day before",
    "pauses: waiting, at most 10 working days", "done when: {all: [told_at is known, confirmed_at is known]}",
)  # fmt: skip
REVIEW = CARE + rule(
    "REVIEW",
    "when: {tier: vip}",
    "every: quarter",
    "due: last working day of the quarter",
    "done when: interaction visit",
)
ICEBREAK = CARE + rule(
    "ICEBREAK", "starts: opened_at", "within: 72 hours", "lapses: 30 days after due",
    "done when: {all: [interaction call, interaction survey]}",
)  # fmt: skip
HEADS = "complaint_id,received_at,feedback_at,told_at,confirmed_at,followed_up_at,withdrawn_at"


def complaint(
    received: str, feedback: str = "", told: str = "", confirmed: str = "", followed: str = "", withdrawn: str = ""
) -> dict[str, str]:
    return {"complaints.csv": f"{HEADS}\nK1,{received},{feedback},{told},{confirmed},{followed},{withdrawn}"}


def customers(*rows: str) -> str:
    return "customer_id,opened_at,closed_at,tier\n" + "\n".join(rows)


def interactions(*rows: str) -> str:
    return "interaction_id,customer_id,at,kind,channel,outcome,rule_id\n" + "\n".join(rows)


@pytest.mark.parametrize(
    ("received", "done", "when", "status"),
    [
        ("2026-09-21 10:00:00", "2026-09-22 09:59:59", "2026-09-30", "met"),
        ("2026-09-21 10:00:00", "2026-09-22 10:00:00", "2026-09-30", "met"),  # done at the deadline is in time
        ("2026-09-21 10:00:00", "2026-09-22 10:00:01", "2026-09-30", "met late"),
        ("2026-09-21 10:00", "2026-09-22 10:00", "2026-09-30", "met"),
        ("2026-09-21 10:00", "2026-09-22 10:02", "2026-09-30", "met late"),
        ("2026-09-21 10:00:00", "", "2026-09-22 10:00:00", "at risk"),
        ("2026-09-21 10:00:00", "", "2026-09-22 10:00:01", "overdue"),
        ("2026-09-21 10:00:00", "", "2026-09-22 05:59:59", "running"),
        ("2026-09-21 10:00:00", "", "2026-09-22 06:00:00", "at risk"),
        # a date alone makes no 24 hours late, and none met that can't be known
        ("2026-09-21", "2026-09-21", "2026-09-30", "met"),
        ("2026-09-21", "2026-09-22", "2026-09-30", "undetermined"),
        ("2026-09-21", "2026-09-23", "2026-09-30", "met late"),
        ("2026-09-21", "", "2026-09-21", "at risk"),
        ("2026-09-21", "", "2026-09-22 12:00", "undetermined"),
        ("2026-09-21", "", "2026-09-23", "overdue"),
        ("2026-09-21 10:00", "soon", "2026-09-30", "undetermined"),
    ],
)  # fmt: skip
def test_an_elapsed_clock(received, done, when, status):
    assert statuses(FEEDBACK, complaint(received, done), when) == {"FEEDBACK K1": status}


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-09-30 10:00", "2026-10-13"),  # over the holiday and a working Saturday
        ("2026-09-18 23:59", "2026-09-24"),  # Sunday the 20th is open
        ("2026-10-01 00:00", "2026-10-13"),
    ],
)
def test_working_days_are_the_open_days_after_the_start(received, due):
    (row,) = owed(PLAN, complaint(received), "2026-10-14")
    assert row["due"].date().isoformat() == due
    assert (row["due"].hour, row["due"].microsecond) == (23, 999999)


@pytest.mark.parametrize(("when", "status"), [("2026-10-10", "running"), ("2026-10-12", "at risk"), ("2026-10-13", "at risk"), ("2026-10-14", "overdue")])  # fmt: skip
def test_a_clock_in_working_days_turns_at_risk_the_open_day_before(when, status):
    assert statuses(PLAN, complaint("2026-09-30 10:00"), when) == {"PLAN K1": status}


def test_all_pieces_of_evidence_are_needed_and_the_last_counts():
    assert statuses(PLAN, complaint("2026-09-30 10:00", "", "2026-10-12 09:00"), "2026-10-14") == {"PLAN K1": "overdue"}
    late = complaint("2026-09-30 10:00", "", "2026-10-12 09:00", "2026-10-14 09:00")
    assert statuses(PLAN, late, "2026-10-20") == {"PLAN K1": "met late"}


def paused(*events: str) -> dict[str, str]:
    told = "event_id,complaint_id,at,until,kind\n" + "\n".join(f"E{i},K1,{event}" for i, event in enumerate(events))
    return {**complaint("2026-09-14 10:00"), "events.csv": told}  # due on 21 September without a pause


@pytest.mark.parametrize(
    ("events", "due"),
    [
        ((), "2026-09-20"),  # a working Sunday
        (("2026-09-15 00:00:00,2026-09-17 00:00:00,waiting",), "2026-09-22"),  # two whole days
        (("2026-09-15 00:00:01,2026-09-17 00:00:00,waiting",), "2026-09-21"),  # the first is not whole
        (("2026-09-15 09:00,2026-09-15 18:00,waiting",), "2026-09-20"),  # part of a day counts
        (("2026-09-15 00:00:00,2026-09-16 12:00:00,waiting", "2026-09-16 11:00:00,2026-09-17 00:00:00,waiting"), "2026-09-22"),  # overlapping
        (("2026-09-15 00:00:00,2026-09-16 00:00:00,waiting", "2026-09-16 00:00:00,2026-09-17 00:00:00,waiting"), "2026-09-22"),  # touching
        (("2026-09-15 00:00:00,2026-09-17 00:00:00,partner",), "2026-09-20"),  # a kind that the rule does not name
        (("2026-09-21 00:00:00,2026-09-25 00:00:00,waiting",), "2026-09-20"),  # begun after the deadline
        (("2026-09-15 00:00:00,2026-10-31 00:00:00,waiting",), "2026-10-10"),  # ten of them at most
        (("2026-09-17 00:00:00,2026-09-16 00:00:00,waiting",), "2026-09-20"),  # ends before it begins
        (("2026-09-15,2026-09-18,waiting",), "2026-09-22"),  # dates: the 16th and the 17th are surely whole
    ],
)  # fmt: skip
def test_pauses_leave_out_whole_open_days(events, due):
    (row,) = owed(PLAN, paused(*events), "2026-11-20")
    assert row["due"].date().isoformat() == due


@pytest.mark.parametrize(
    ("event", "when", "status"),
    [
        ("2026-09-16 00:00:00,,waiting", "2026-09-18", "paused"),
        ("2026-09-16 00:00:00,2026-09-18 12:00:00,waiting", "2026-09-18", "running"),
        ("2026-09-16 00:00:00,,waiting", "2026-11-20", "overdue"),  # longer than the rule allows
        ("2026-09-21 09:00:00,,waiting", "2026-09-22", "overdue"),  # a breach that has occurred is not lifted
    ],
)
def test_a_clock_is_paused_while_the_event_lasts(event, when, status):
    assert statuses(PLAN, paused(event), when) == {"PLAN K1": status}


def test_elapsed_clocks_add_the_paused_time():
    text = CLOCK + rule(
        "FAST",
        "starts: received_at",
        "within: 24 hours",
        "pauses: waiting, at most 12 hours",
        "done when: feedback_at is known",
    )
    (plain,) = owed(text, paused(), "2026-11-20")
    (moved,) = owed(
        text,
        paused("2026-09-14 12:00:00,2026-09-14 15:00:00,waiting", "2026-09-15 12:30:00,2026-09-15 13:00:00,waiting"),
        "2026-11-20",
    )
    (capped,) = owed(text, paused("2026-09-14 12:00:00,2026-09-20 15:00:00,waiting"), "2026-11-20")
    (late,) = owed(text, paused("2026-09-15 10:00:01,2026-09-15 15:00:00,waiting"), "2026-11-20")
    assert plain["due"] == datetime(2026, 9, 15, 10)  # noqa: DTZ001
    assert moved["due"] == datetime(2026, 9, 15, 13, 30)  # noqa: DTZ001
    assert capped["due"] == datetime(2026, 9, 15, 22)  # noqa: DTZ001
    assert late["due"] == plain["due"]


def test_act_by_is_the_last_open_moment():
    rows = {"customers.csv": customers("C1,2026-10-01,,basic", "C2,2026-09-29,,basic", "C3,2026-09-14,,basic")}
    found = {row["subject_id"]: str(row["act_by"]) for row in owed(ICEBREAK, rows, "2026-10-08")}
    assert found["C2"].startswith("2026-09-30 23:59:59")  # ends inside the holiday
    assert found["C1"] == "2026-10-04 00:00:00"  # no open moment in between
    assert found["C3"] == "2026-09-17 00:00:00"


def test_a_deadline_on_days_that_nobody_knows_is_provisional():
    known, beyond = (owed(PLAN, complaint(day), "2027-03-01")[0] for day in ("2026-12-21 10:00", "2026-12-28 10:00"))
    assert (known["due"].date().isoformat(), known["provisional"]) == ("2026-12-28", False)
    assert (beyond["due"].date().isoformat(), beyond["provisional"]) == ("2027-01-05", True)


def test_a_chained_clock_starts_at_the_other_ones_end_and_is_assumed_until_then():
    text = PLAN + rule("FOLLOW", "starts: end of PLAN", "within: 3 working days", "done when: followed_up_at is known")
    told = complaint("2026-09-14 10:00", "", "2026-09-15 09:00", "2026-09-16 09:00")
    rows = {row["rule_id"]: row for row in owed(text, told, "2026-09-17")}
    assert (rows["FOLLOW"]["start"], rows["FOLLOW"]["assumed"]) == (datetime(2026, 9, 16, 9), False)  # noqa: DTZ001
    open_ = complaint("2026-09-14 10:00")
    for when, status in (("2026-09-19", "not started"), ("2026-09-21", "running"), ("2026-09-24", "overdue")):
        row = next(r for r in owed(text, open_, when) if r["rule_id"] == "FOLLOW")
        assert (row["status"], row["assumed"], row["due"].date().isoformat()) == (status, True, "2026-09-23")


def test_recurring_ones_lapse_when_the_next_opens():
    rows = {
        "customers.csv": customers("C1,2020-01-06,,vip", "C2,2020-01-06,,basic"),
        "interactions.csv": interactions("I1,C1,2026-08-03 10:00,visit,,reached,"),
    }
    found = {(str(r["opens"])[:10], r["status"]) for r in owed(REVIEW, rows, "2026-10-12") if r["opens"].year == 2026}
    assert found == {
        ("2026-01-01", "lapsed"),
        ("2026-04-01", "lapsed"),
        ("2026-07-01", "met"),
        ("2026-10-01", "running"),
    }
    assert [r["subject_id"] for r in owed(REVIEW, rows, "2026-10-12", every=False)] == ["C1"]


@pytest.mark.parametrize(("opened", "owes"), [("2026-07-01", True), ("2026-07-02", False)])
def test_nothing_is_owed_for_a_period_that_began_before_the_subject_was_there(opened, owes):
    rows = {
        "customers.csv": customers(f"C1,{opened},,vip"),
        "interactions.csv": interactions("I1,C9,2026-08-03 10:00,visit,,,"),
    }
    assert bool(owed(REVIEW, rows, "2026-09-10")) is owes


@pytest.mark.parametrize(("when", "count", "status"), [("2026-08-25", 0, ""), ("2026-08-26", 1, "running"), ("2026-09-24", 1, "at risk"), ("2026-09-25", 1, "overdue")])  # fmt: skip
def test_a_festival_opens_ahead_of_its_day(when, count, status):
    text = CARE + rule(
        "GIFT",
        "every: festival",
        "due: 1 working day before the festival",
        "opens: 30 days before the festival",
        "done when: interaction visit",
    )
    rows = {
        "customers.csv": customers("C1,2026-01-06,,vip"),
        "interactions.csv": interactions("I1,C9,2026-08-03 10:00,visit,,,"),
    }
    found = owed(text, rows, when)
    assert [r["status"] for r in found] == [status] * count
    assert all(r["due"].date().isoformat() == "2026-09-24" for r in found)


@pytest.mark.parametrize(
    ("opened", "when", "due"),
    [
        ("2024-02-29", "2025-02-28", "2025-03-07"),
        ("2024-02-29", "2028-02-29", "2028-03-07"),
        ("2025-09-30", "2026-09-30", "2026-10-07"),
    ],
)
def test_anniversaries_fall_on_the_clamped_day(opened, when, due):
    text = CARE + rule(
        "YEAR", "every: year on opened_at", "within: 7 days", "done when: interaction visit", start="2020-01-01"
    )
    rows = {
        "customers.csv": customers(f"C1,{opened},,vip"),
        "interactions.csv": interactions("I1,C9,2026-08-03 10:00,visit,,,"),
    }
    assert owed(text, rows, when)[-1]["due"].date().isoformat() == due


def test_ahead_of_a_date_the_window_of_the_evidence_opens_it():
    text = CARE + rule(
        "CALL",
        "once per: next_on",
        "due: 30 days before next_on",
        "done when: interaction call in the 60 days before next_on",
    )
    books = {
        "customers.csv": "customer_id,opened_at,next_on\nC1,2020-01-06,2026-11-10\nC2,2020-01-06,2026-12-30\nC3,2020-01-06,2026-11-10\nC4,2020-01-06,",
        "interactions.csv": interactions("I1,C3,2026-09-11 09:00,call,,,", "I2,C1,2026-09-10 09:00,call,,,"),
    }
    assert statuses(text, books, "2026-10-12") == {"CALL C1": "overdue", "CALL C2": "not started", "CALL C3": "met"}
    assert statuses(text, books, "2026-10-11")["CALL C1"] == "at risk"


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        (("C1,2026-09-15 09:00,call,,reached,", "C1,2026-09-16 09:00,survey,,reached,"), "met"),
        (("C1,2026-09-15 09:00,call,,,", "C1,2026-09-16 09:00,survey,,,"), "met"),  # the bank records no outcome
        (("C1,2026-09-15 09:00,call,,missed,", "C1,2026-09-16 09:00,survey,,reached,"), "overdue"),
        (("C1,2026-09-15 09:00,call,,reached,OTHER", "C1,2026-09-16 09:00,survey,,reached,ICEBREAK"), "overdue"),  # done for another rule
        (("C1,2026-09-13 09:00,call,,reached,", "C1,2026-09-16 09:00,survey,,reached,"), "overdue"),  # before it opened
        (("C1,2026-09-15 09:00,call,,reached,", "C1,2026-09-18 09:00,survey,,reached,"), "met late"),
        (("C1,2026-09-15 09:00,fax,,reached,", "C1,2026-09-16 09:00,survey,,reached,"), "undetermined"),  # perhaps the call
        (("C1,some day,call,,reached,", "C1,2026-09-16 09:00,survey,,reached,"), "undetermined"),
        (("C2,2026-09-15 09:00,call,,reached,",), "overdue"),
    ],
)  # fmt: skip
def test_rows_of_other_tables_are_evidence(rows, status):
    told = interactions(*(f"I{i},{row}" for i, row in enumerate(rows)))
    books = {"customers.csv": customers("C1,2026-09-14,,basic"), "interactions.csv": told}
    assert statuses(ICEBREAK, books, "2026-09-20") == {"ICEBREAK C1": status}


def test_without_the_table_that_would_show_it_there_is_no_record():
    books = {"customers.csv": customers("C1,2026-09-14,,basic", "C2,2026-07-01,,basic")}
    found = {row["subject_id"]: (row["status"], row["open"]) for row in owed(ICEBREAK, books, "2026-09-20")}
    assert found == {"C1": ("no record", True), "C2": ("no record", False)}


@pytest.mark.parametrize(("when", "status"), [("2026-10-17", "overdue"), ("2026-10-18", "lapsed")])
def test_an_occurrence_lapses_after_its_span(when, status):
    books = {
        "customers.csv": customers("C1,2026-09-14,,basic"),
        "interactions.csv": interactions("I1,C9,2026-08-03 10:00,visit,,,"),
    }
    assert statuses(ICEBREAK, books, when) == {"ICEBREAK C1": status}


def test_a_cause_ends_what_is_not_done_and_nothing_else():
    text = CLOCK.replace(
        "rules:", "ceases when:\n  - {label: {en: withdrawn, zh: 已撤诉}, when: {withdrawn_at: is known}}\nrules:"
    )
    text += FEEDBACK.removeprefix(CLOCK)
    (row,) = owed(text, complaint("2026-09-14 10:00", withdrawn="2026-09-15 10:00"), "2026-09-20")
    assert (row["status"], row["cause"]) == ("ceased", "withdrawn")
    done = complaint("2026-09-14 10:00", "2026-09-14 12:00", withdrawn="2026-09-15 10:00")
    assert statuses(text, done, "2026-09-20") == {"FEEDBACK K1": "met"}


HELD = rule("OFFER", "starts: opened_at", "within: 5 working days", "lapses: 10 days after due", "done when: interaction visit",
            "suspended while: [{label: {en: quiet, zh: 安静}, when: {tier: vip}}, {label: {en: leaving, zh: 将离开}, when: {closed_at: is known}}]")  # fmt: skip


@pytest.mark.parametrize(
    ("row", "when", "status", "held"),
    [
        ("C1,2026-09-14,,vip", "2026-09-15", "suspended", "quiet"),
        ("C1,2026-09-14,2026-09-15,vip", "2026-09-16", "suspended", "quiet"),  # the first cause that holds
        ("C1,2026-09-14,2026-09-15,basic", "2026-09-16", "suspended", "leaving"),
        ("C1,2026-09-14,2026-09-15,basic", "2026-09-14", "running", ""),  # judged at the as-of
        ("C1,2026-09-14,,basic", "2026-09-15", "running", ""),
        ("C1,2026-09-14,,", "2026-09-15", "running", ""),  # who may be VIP: nothing is lost for want of a cell
        ("C1,2026-09-14,,vip", "2026-09-21", "suspended", "quiet"),  # past its deadline
        ("C1,2026-09-14,,vip", "2026-10-01", "lapsed", "quiet"),  # given up all the same
    ],
)
def test_a_cause_suspends_what_is_open(row, when, status, held):
    books = {"customers.csv": customers(row), "interactions.csv": interactions("I1,C9,2026-08-03 10:00,visit,,,")}
    (found,) = owed(CARE + HELD, books, when)
    assert (found["status"], found["held"], found["open"]) == (status, held, status == "running")


def test_what_is_suspended_can_be_done():
    books = {
        "customers.csv": customers("C1,2026-09-14,,vip"),
        "interactions.csv": interactions("I1,C1,2026-09-15 10:00,visit,,,"),
    }
    assert statuses(CARE + HELD, books, "2026-09-15") == {"OFFER C1": "met"}


@pytest.mark.parametrize(("waiver", "status"), [("W1,FEEDBACK,K1,2026-09-16 10:00,S1,told by letter", "waived"), ("W1,PLAN,K1,2026-09-16 10:00,S1,", "overdue"), ("W1,FEEDBACK,K1,2026-09-13 10:00,S1,", "overdue")])  # fmt: skip
def test_a_waiver_counts_for_its_rule_and_occurrence(waiver, status):
    books = {
        **complaint("2026-09-14 10:00"),
        "waivers.csv": f"waiver_id,rule_id,subject_id,waived_at,waived_by,reason\n{waiver}",
    }
    assert statuses(FEEDBACK, books, "2026-09-20") == {"FEEDBACK K1": status}


def test_two_waivers_waive_once():
    told = "waiver_id,rule_id,subject_id,waived_at,waived_by,reason\nW1,FEEDBACK,K1,2026-09-16 10:00,S1,\nW2,FEEDBACK,K1,2026-09-17 10:00,S1,"
    (row,) = owed(FEEDBACK, {**complaint("2026-09-14 10:00"), "waivers.csv": told}, "2026-09-20")
    assert row["status"] == "waived"


def test_nobody_whose_start_cannot_be_read_falls_out_of_the_list():
    books = {
        "customers.csv": customers("C1,2026-02-30,,basic", "C2,,,basic"),
        "interactions.csv": interactions("I1,C9,2026-08-03 10:00,visit,,,"),
    }
    found = owed(ICEBREAK, books, "2026-09-20", every=False)
    assert [(row["subject_id"], row["status"], row["due"]) for row in found] == [
        ("C1", "undetermined", None),
        ("C2", "undetermined", None),
    ]


@pytest.mark.parametrize(("when", "owes"), [("2026-09-22", False), ("2026-09-23", True)])
def test_an_anniversary_may_open_ahead(when, owes):
    text = CARE + rule(
        "YEAR",
        "every: year on opened_at",
        "within: 7 days",
        "opens: 14 days before due",
        "done when: interaction visit",
    )
    books = {
        "customers.csv": customers("C1,2025-09-30,,vip"),
        "interactions.csv": interactions("I1,C9,2026-08-03 10:00,visit,,,"),
    }
    assert [row["status"] for row in owed(text, books, when)] == ["running"] * owes


def test_a_tightened_limit_makes_no_past_occurrence_late():
    text = CLOCK + rule(
        "FACTS", "starts: received_at", "within: 5 working days", "done when: feedback_at is known", until="2026-09-15"
    )
    text += rule(
        "FACTS", "starts: received_at", "within: 2 working days", "done when: feedback_at is known", start="2026-09-15"
    )
    assert owed(text, complaint("2026-09-14 10:00"), "2026-09-30")[0]["due"].date().isoformat() == "2026-09-20"
    assert owed(text, complaint("2026-09-15 10:00"), "2026-09-30")[0]["due"].date().isoformat() == "2026-09-17"


def test_a_new_rule_owes_nothing_for_what_began_before_it():
    text = CLOCK + rule(
        "NEW", "starts: received_at", "within: 5 working days", "done when: feedback_at is known", start="2026-09-15"
    )
    assert owed(text, complaint("2026-09-14 23:59:59"), "2026-09-30") == []
    assert len(owed(text, complaint("2026-09-15 00:00:00"), "2026-09-30")) == 1


def test_an_unknown_condition_leaves_it_undetermined():
    books = {
        "customers.csv": customers("C1,2020-01-06,,?", "C2,2020-01-06,,vip"),
        "interactions.csv": interactions("I1,C9,2026-08-03 10:00,visit,,,"),
    }
    assert {r["subject_id"]: r["status"] for r in owed(REVIEW, books, "2026-09-10", every=False)} == {
        "C1": "undetermined",
        "C2": "running",
    }


def test_what_a_table_does_not_cover_is_unknown():
    books = {
        "customers.csv": customers("C1,2026-09-14,,basic"),
        "interactions.csv": interactions("I1,C9,2026-08-03 10:00,visit,,,"),
    }
    for first, status in (("2026-09-14", "overdue"), ("2026-09-15", "undetermined")):
        covers = f"covers: {{interactions: {{from: {first}, to: 2026-12-31}}}}"
        assert statuses(ICEBREAK, {**books, "relcare.yaml": covers}, "2026-09-20") == {"ICEBREAK C1": status}


def test_the_order_of_rows_and_rows_of_the_future_say_nothing():
    rows = [f"I{i},C{i % 3},2026-09-{10 + i} 09:00,{kind},,," for i, kind in enumerate(["call", "survey", "visit"] * 4)]
    people = [f"C{i},2026-09-1{i},,vip" for i in range(5)]
    plain = owed(
        ICEBREAK + REVIEW.removeprefix(CARE),
        {"customers.csv": customers(*people), "interactions.csv": interactions(*rows)},
        "2026-09-20",
    )
    other = owed(
        ICEBREAK + REVIEW.removeprefix(CARE),
        {"customers.csv": customers(*reversed(people)), "interactions.csv": interactions("I99,C3,2026-10-01 09:00,call,,,", *reversed(rows))},
        "2026-09-20",
    )  # fmt: skip
    assert plain == other
    assert plain


def test_who_came_to_it_in_the_middle_of_a_period_owes_from_the_next_where_the_rule_says_so():
    lines = [
        "when: {calls_90d: at least 1}",
        "every: quarter",
        "due: last working day of the quarter",
        "done when: interaction visit",
    ]
    now, then = FACTS + CARE + rule("Q", *lines), FACTS + CARE + rule("Q", *lines, "judged: at start")
    books = {
        "customers.csv": customers("BEFORE,2020-01-06,,vip", "WITHIN,2020-01-06,,vip"),
        "interactions.csv": interactions("I1,BEFORE,2026-06-30 10:00,call,,,", "I2,WITHIN,2026-07-02 10:00,call,,,"),
    }
    last = [
        {row["subject_id"] for row in owed(text, books, "2026-09-20") if row["opens"].month == 7}
        for text in (now, then)
    ]
    assert last == [{"BEFORE", "WITHIN"}, {"BEFORE"}]


AGAIN = ("every: quarter", "due: last working day of the quarter", "done when: interaction visit")
CLOSED = "ceases when:\n  - {label: {en: gone, zh: 已离开}, when: {closed_at: is known}}\nrules:\n"


def quarters(text: str, books: dict[str, str], when: str = "2026-11-20") -> dict[str, list[str]]:
    """The statuses of the third and the fourth quarter, by subject."""
    rows = [row for row in owed(text, books, when) if str(row["opens"]) >= "2026-07-01"]
    return {
        row["subject_id"]: [r["status"] for r in rows if r["subject_id"] == row["subject_id"]]
        for row in rows
    }  # fmt: skip


def test_a_period_that_is_over_is_judged_as_of_its_end():
    text = FACTS + CARE + rule("Q", "when: {calls_90d: at least 1}", *AGAIN)
    books = {
        "customers.csv": customers("NEW,2020-01-06,,vip", "OLD,2020-01-06,,vip", "EVER,2020-01-06,,vip", "EDGE,2020-01-06,,vip"),
        "interactions.csv": interactions(
            "I1,NEW,2026-10-01 00:00,call,,,", "I2,OLD,2026-07-03 10:00,call,,,", "I3,EVER,2026-09-30 23:59,call,,,",
            "I4,EDGE,2026-07-02 10:00,call,,,",
        ),
    }  # fmt: skip
    assert quarters(text, books) == {"NEW": ["running"], "OLD": ["lapsed"], "EVER": ["lapsed", "running"]}
    # on its last day the quarter is judged as of that day, and so is it ever after
    assert quarters(text, books, "2026-09-30") == {"OLD": ["at risk"], "EVER": ["at risk"]}
    assert {key: told[0] for key, told in quarters(text, books, "2026-10-01").items()} == {
        "NEW": "running",
        "OLD": "lapsed",
        "EVER": "lapsed",
    }


def test_what_ended_before_a_period_was_over_ends_it_and_what_came_later_does_not():
    text = (CARE + rule("Q", *AGAIN)).replace("rules:\n", CLOSED)
    books = {"customers.csv": customers("IN,2020-01-06,2026-09-30,vip", "AFTER,2020-01-06,2026-10-01,vip")}
    books["interactions.csv"] = interactions("I1,OTHER,2026-09-01 10:00,visit,,,")
    assert quarters(text, books) == {"IN": ["ceased", "ceased"], "AFTER": ["lapsed", "ceased"]}


GRACE = "lapses: 5 working days after due"  # with 13 October


def test_a_period_that_has_ended_and_is_still_open_is_judged_as_of_its_end():
    text = FACTS + CARE + rule("Q", "when: {calls_90d: at least 1}", *AGAIN, GRACE)
    books = {
        "customers.csv": customers("NEW,2020-01-06,,vip", "OLD,2020-01-06,,vip"),
        "interactions.csv": interactions("I1,NEW,2026-10-01 00:00,call,,,", "I2,OLD,2026-07-03 10:00,call,,,"),
    }
    assert quarters(text, books, "2026-09-30") == {"OLD": ["at risk"]}
    assert quarters(text, books, "2026-10-01") == {"NEW": ["running"], "OLD": ["overdue"]}
    assert quarters(text, books, "2026-10-13") == {"NEW": ["running"], "OLD": ["overdue"]}
    assert quarters(text, books, "2026-10-14") == {"NEW": ["running"], "OLD": ["lapsed"]}


@pytest.mark.parametrize(
    ("visit", "told"),
    [
        ("2026-09-30 23:59", ["met", "running"]),
        ("2026-10-01 00:00", ["met late", "met"]),  # one visit does for both
        ("2026-10-13 23:59", ["met late", "met"]),
        ("2026-10-14 00:00", ["lapsed", "met"]),
    ],
)
def test_what_is_overdue_when_the_next_has_opened_can_be_made_good_until_it_lapses(visit, told):
    books = {
        "customers.csv": customers("C1,2020-01-06,,vip"),
        "interactions.csv": interactions(f"I1,C1,{visit},visit,,,"),
    }
    assert quarters(CARE + rule("Q", *AGAIN, GRACE), books) == {"C1": told}


def test_what_ends_it_counts_until_it_lapses():
    text = (CARE + rule("Q", *AGAIN, GRACE)).replace("rules:\n", CLOSED)
    books = {"customers.csv": customers("IN,2020-01-06,2026-10-13,vip", "AFTER,2020-01-06,2026-10-14,vip")}
    books["interactions.csv"] = interactions("I1,OTHER,2026-09-01 10:00,visit,,,")
    assert quarters(text, books) == {"IN": ["ceased", "ceased"], "AFTER": ["lapsed", "ceased"]}
    assert quarters(text, books, "2026-10-13") == {"IN": ["ceased", "ceased"], "AFTER": ["overdue", "running"]}


def test_what_is_never_given_up_can_be_done_at_any_time_and_is_owed_to_who_fulfilled_its_condition_then():
    text = FACTS + CARE + rule("Q", "when: {calls_90d: at least 1}", *AGAIN, "lapses: never")
    books = {
        "customers.csv": customers("NEW,2020-01-06,,vip", "OLD,2020-01-06,,vip"),
        "interactions.csv": interactions(
            "I1,NEW,2026-10-01 00:00,call,,,", "I2,OLD,2026-07-03 10:00,call,,,", "I3,OLD,2026-11-19 10:00,visit,,,"
        ),
    }
    assert quarters(text, books, "2026-11-18") == {"NEW": ["running"], "OLD": ["overdue"]}
    assert quarters(text, books) == {"NEW": ["running"], "OLD": ["met late"]}


def test_limits_of_a_period_that_is_over_are_those_of_then():
    text = "kind: limits\nlimits:\n  often: [{from: 2025-01-01, is: 2}, {from: 2026-10-01, is: 1}]\n---\n"
    text += FACTS + CARE + rule("Q", "when: {calls_90d: at least often}", *AGAIN)
    books = {"customers.csv": customers("C1,2020-01-06,,vip")}
    books["interactions.csv"] = interactions("I1,C1,2026-09-20 10:00,call,,,")
    assert quarters(text, books) == {"C1": ["running"]}


def test_what_nothing_dates_is_taken_as_it_stands():
    books = {"customers.csv": customers("C1,2020-01-06,,vip", "C2,2020-01-06,,basic")}
    books["interactions.csv"] = interactions("I1,C3,2026-09-20 10:00,call,,,")
    assert quarters(REVIEW, books) == {"C1": ["lapsed", "running"]}


def test_evidence_before_a_festival_counts_in_its_window_alone():
    text = CARE + rule(
        "GIFT", "every: festival", "due: 1 working day before the festival", "opens: 30 days before the festival",
        "done when: interaction visit in the 10 days before the festival",
    )  # fmt: skip
    for day, status in (("2026-09-14", "overdue"), ("2026-09-15", "met")):
        books = {
            "customers.csv": customers("C1,2026-01-06,,vip"),
            "interactions.csv": interactions(f"I1,C1,{day} 10:00,visit,,,"),
        }
        assert statuses(text, books, "2026-09-26") == {"GIFT C1": status}


def test_what_comes_after_the_as_of_ends_nothing_yet():
    text = PLAN + rule("FOLLOW", "starts: end of PLAN", "within: 3 working days", "done when: followed_up_at is known")
    told = complaint("2026-09-14 10:00", "", "2026-09-15 09:00", "2026-09-29 09:00")
    assert owed(text, told, "2026-09-24") == owed(
        text, complaint("2026-09-14 10:00", "", "2026-09-15 09:00"), "2026-09-24"
    )


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-09-21 10:00", "2026-09-22 17:30"),
        ("2026-09-22 10:00", "2026-09-23 12:00"),  # a half day
        ("2026-09-24 10:00", "2026-09-26 16:00"),  # a Saturday that is open otherwise
        ("2026-09-27 10:00", "2026-09-28 17:30"),
    ],
)
def test_a_deadline_in_days_ends_with_the_hours_of_its_day(received: str, due: str) -> None:
    hours = (((540, 720), (810, 1050)),) * 5 + ((),) * 2
    own = [
        DayException(date(2026, 9, 23), date(2026, 9, 23), True, hours=((540, 720),)),
        DayException(date(2026, 9, 26), date(2026, 9, 26), True, hours=((600, 960),)),
    ]
    calendar = with_exceptions(CALENDAR._replace(hours=hours), own)
    text = CLOCK + rule("NEXT", "starts: received_at", "within: 1 working day", "done when: told_at is known")
    [row] = owed(text, complaint(received), "2026-10-31", calendar=calendar)
    assert row["due"] == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("next_on", "provisional"),
    [
        ("2026-12-31", False),
        ("2027-01-01", False),  # all five days lie in 2026
        ("2027-01-05", True),  # 4 January was counted, and 2027 is not known
    ],
)
def test_a_deadline_counted_back_over_unknown_days_is_provisional(next_on: str, provisional: bool) -> None:
    text = CARE + rule(
        "AHEAD", "due: 5 working days before next_on", "once per: next_on", "done when: interaction call"
    )
    files = {
        "customers.csv": f"customer_id,opened_at,next_on\nC1,2026-01-05,{next_on}",
        "interactions.csv": interactions(),
    }
    [row] = owed(text, files, "2026-11-30")
    assert row["due"].date() < date(2027, 1, 1)
    assert row["provisional"] is provisional
