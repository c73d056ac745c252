"""What the plain reference says is owed: every status, on both sides of its boundary, and what it was read from."""

from datetime import date, datetime, time

import pytest
from owed_books import CALENDAR, CARE, CLOCK, FACTS, rule, rulebook
from reckoned_books import last, standing, told

from relcare.files.shipped import shipped
from relcare.rulebook.occurrences import NO_TIME, Interval
from relcare.rulebook.reckon_obligations import rows_of
from relcare.runs.opening import read_rulebook
from tests.unit.worked import worked_examples

FEEDBACK = CLOCK + rule(
    "FEEDBACK", "starts: received_at", "within: 24 hours", "done when: feedback_at is known", "warns: 4 hours before"
)
PLAN_LINES = (
    "starts: received_at", "within: 5 working days", "warns: 1 working day before", "pauses: waiting, at most 2 working days",
    "done when: {all: [told_at is known, confirmed_at is known]}",
)  # fmt: skip
PLAN = CLOCK + rule("PLAN", *PLAN_LINES)
FOLLOW_LINES = ("starts: end of PLAN", "within: 3 working days", "done when: followed_up_at is known")
REVIEW_LINES = (
    "when: {tier: vip}",
    "every: quarter",
    "due: last working day of the quarter",
    "done when: interaction visit",
)
REVIEW = CARE + rule("REVIEW", *REVIEW_LINES)
ICEBREAK = CARE + rule(
    "ICEBREAK", "starts: opened_at", "within: 72 hours", "lapses: 30 days after due",
    "done when: {all: [interaction call, interaction survey]}",
)  # fmt: skip
AHEAD = CARE + rule(
    "AHEAD",
    "once per: next_on",
    "due: 5 days before next_on",
    "opens: 10 days before due",
    "done when: interaction call",
)


def complaint(received, feedback="", told="", confirmed="", followed="", withdrawn="", events=()):
    head = "complaint_id,received_at,feedback_at,told_at,confirmed_at,followed_up_at,withdrawn_at"
    files = {"complaints.csv": f"{head}\nK1,{received},{feedback},{told},{confirmed},{followed},{withdrawn}"}
    if events:
        told = "\n".join(f"E{i},K1,{event}" for i, event in enumerate(events))
        files["events.csv"] = f"event_id,complaint_id,at,until,kind\n{told}"
    return files


def customer(opened="2020-01-06", closed="", tier="vip", next_on="", rows=(), waivers=()):
    files = {"customers.csv": f"customer_id,opened_at,closed_at,tier,next_on\nC1,{opened},{closed},{tier},{next_on}"}
    told = "\n".join(f"I{i},C1,{row}" for i, row in enumerate(rows))
    files["interactions.csv"] = f"interaction_id,customer_id,at,kind,channel,outcome,rule_id\n{told}"
    if waivers:
        told = "\n".join(f"W{i},{row}" for i, row in enumerate(waivers))
        files["waivers.csv"] = f"waiver_id,rule_id,subject_id,waived_at,waived_by,reason\n{told}"
    return files


def at(text):
    return datetime.fromisoformat(text)


# an elapsed clock


@pytest.mark.parametrize(
    ("received", "done", "when", "status"),
    [
        ("2026-09-21 10:00:00", "2026-09-22 10:00:00", "2026-09-30", "met"),
        ("2026-09-21 10:00:00", "2026-09-22 10:00:01", "2026-09-30", "met late"),
        ("2026-09-21 10:00", "2026-09-22 10:00", "2026-09-30", "met"),  # written like the deadline
        ("2026-09-21 10:00", "2026-09-22 10:01", "2026-09-30", "met late"),
        ("2026-09-21 10:00:00", "", "2026-09-22 05:59:59", "running"),
        ("2026-09-21 10:00:00", "", "2026-09-22 06:00:00", "at risk"),
        ("2026-09-21 10:00:00", "", "2026-09-22 10:00:00", "at risk"),
        ("2026-09-21 10:00:00", "", "2026-09-22 10:00:02", "overdue"),
    ],
)
def test_an_elapsed_clock_ends_with_its_moment(received, done, when, status):
    assert standing(FEEDBACK, complaint(received, done), when, "K1") == [status]


@pytest.mark.parametrize(
    ("done", "when", "status", "why"),
    [
        ("2026-09-21", "2026-09-30", "met", ""),
        ("2026-09-22", "2026-09-30", "undetermined", "date only"),
        ("2026-09-23", "2026-09-30", "met late", ""),
        ("", "2026-09-22 00:00", "at risk", ""),
        ("", "2026-09-22", "undetermined", "date only"),
        ("", "2026-09-23 00:00", "overdue", ""),
    ],
)
def test_a_date_makes_no_24_hours_late_and_none_met_that_cannot_be_known(done, when, status, why):
    one = last(FEEDBACK, complaint("2026-09-21", done), when, "K1")
    assert (one.status, one.why) == (status, why)
    assert one.due == Interval(at("2026-09-22"), at("2026-09-22 23:59:59.999999"))


def test_since_when_a_status_holds():
    def since(done, when):
        return last(FEEDBACK, complaint("2026-09-21 10:00:00", done), when, "K1").since

    assert since("", "2026-09-21 12:00") == at("2026-09-21 10:00")  # running
    assert since("", "2026-09-22 07:00") == at("2026-09-22 06:00")  # at risk
    assert since("", "2026-09-30") == at("2026-09-22 10:00:00.999999")  # overdue
    assert since("2026-09-22 09:30", "2026-09-30") == at("2026-09-22 09:30")  # met


# working days and pauses


@pytest.mark.parametrize(
    ("when", "status"), [("2026-10-10", "running"), ("2026-10-12 00:00", "at risk"), ("2026-10-13", "at risk"), ("2026-10-14 00:00", "overdue")]
)  # fmt: skip
def test_working_days_skip_the_holiday_and_count_the_make_up_day(when, status):
    one = last(PLAN, complaint("2026-09-30 10:00"), when, "K1")
    assert (one.status, one.due.first.date(), one.in_days) == (status, date(2026, 10, 13), True)
    skipped = [line.day.day for line in one.timeline if line.what == "skipped"]
    assert skipped == [1, 2, 3, 4, 5, 6, 7, 11]


def test_every_part_is_needed_and_the_last_one_counts():
    assert standing(PLAN, complaint("2026-09-30 10:00", told="2026-10-12 09:00"), "2026-10-14", "K1") == ["overdue"]
    both = complaint("2026-09-30 10:00", told="2026-10-14 09:00", confirmed="2026-10-13 09:00")
    one = last(PLAN, both, "2026-10-20", "K1")
    assert (one.status, one.done.first) == ("met late", at("2026-10-14 09:00"))
    assert [(piece.part.words, piece.met is not None, piece.at.lines) for piece in one.pieces] == [
        ("told_at is known", True, (2,)), ("confirmed_at is known", True, (2,)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("events", "due"),
    [
        ((), 20),
        (("2026-09-15 00:00:00,2026-09-16 00:00:00,waiting",), 21),
        (("2026-09-15 00:00:01,2026-09-16 00:00:00,waiting",), 20),  # not the whole day
        (("2026-09-15 00:00,2026-09-16 00:00,waiting",), 20),  # to the minute: it may have begun half a minute later
        (("2026-09-15,2026-09-17,waiting",), 21),  # of dates the day between is sure
        (("2026-09-15 00:00:00,2026-09-18 00:00:00,waiting",), 22),  # two days at most
        (("2026-09-15 00:00:00,2026-09-15 12:00:00,waiting", "2026-09-15 12:00:00,2026-09-16 00:00:00,waiting"), 21),
        (("2026-09-15 00:00:00,2026-09-16 00:00:00,partner",), 20),
        (("2026-09-15 00:00:00,soon,waiting",), 20),  # an end that can't be read is no pause
        (("2026-09-21 00:00:00,2026-09-23 00:00:00,waiting",), 20),  # begun after the deadline
    ],
)
def test_a_pause_leaves_out_the_open_days_that_lie_wholly_inside(events, due):
    one = last(PLAN, complaint("2026-09-14 10:00", events=events), "2026-11-20", "K1")
    assert one.due.first.date() == date(2026, 9, due)


@pytest.mark.parametrize(
    ("event", "when", "status"),
    [
        ("2026-09-17 09:00,,waiting", "2026-09-17 08:00", "running"),
        ("2026-09-17 09:00,,waiting", "2026-09-18", "paused"),
        ("2026-09-17 09:00,,waiting", "2026-09-30", "overdue"),  # longer than it may
        ("2026-09-21 09:00,,waiting", "2026-09-22", "overdue"),  # a breach is not lifted
    ],
)
def test_paused_while_it_lasts_and_may_last(event, when, status):
    one = last(PLAN, complaint("2026-09-14 10:00", events=(event,)), when, "K1")
    assert one.status == status
    if status == "paused":
        assert one.since == at("2026-09-17 09:00:59.999999")
        assert rows_of([one]) == {"complaints": {2}, "events": {2}}


# chains


def test_a_clock_that_starts_at_anothers_end_is_assumed_until_that_is_done():
    rules = PLAN + rule("FOLLOW", *FOLLOW_LINES)
    open_ = told(rules, complaint("2026-09-07 10:00"), "2026-09-11", "K1")["FOLLOW"].occurrences[0]
    assert (open_.status, open_.assumed, open_.due.first.date()) == ("not started", True, date(2026, 9, 17))
    assert told(rules, complaint("2026-09-07 10:00"), "2026-09-15", "K1")["FOLLOW"].occurrences[0].status == "running"
    done = complaint("2026-09-07 10:00", told="2026-09-09 10:00", confirmed="2026-09-09 11:00")
    known = told(rules, done, "2026-09-11", "K1")["FOLLOW"].occurrences[0]
    assert (known.status, known.assumed, known.due.first.date()) == ("running", False, date(2026, 9, 14))


def test_where_the_other_owes_nothing_this_one_does_not_either():
    late = CLOCK + rule("PLAN", *PLAN_LINES, start="2026-10-01") + rule("FOLLOW", *FOLLOW_LINES)
    owing = told(late, complaint("2026-09-07 10:00"), "2026-09-11", "K1")
    assert (owing["PLAN"].nothing.why, owing["FOLLOW"].nothing.why) == ("no version", "rule")


def test_a_fact_else_the_end_of_a_rule():
    lines = ("starts: told_at, else end of PLAN", *FOLLOW_LINES[1:])
    rules = PLAN + rule("FOLLOW", *lines)
    absent = told(rules, complaint("2026-09-07 10:00"), "2026-09-15", "K1")["FOLLOW"].occurrences[0]
    assert (absent.origin.kind, absent.assumed, absent.due.first.date()) == ("rule", True, date(2026, 9, 17))
    there = told(rules, complaint("2026-09-07 10:00", told="2026-09-08 09:00"), "2026-09-15", "K1")["FOLLOW"]
    assert (there.occurrences[0].origin.kind, there.occurrences[0].assumed) == ("fact", False)
    bad = told(rules, complaint("2026-09-07 10:00", told="soon"), "2026-09-15", "K1")["FOLLOW"].occurrences[0]
    assert (bad.status, bad.why, bad.wants, bad.due) == ("undetermined", "start", ("told_at",), None)


# versions


def test_a_tightened_limit_makes_nothing_late_that_started_before():
    rules = (
        CLOCK
        + rule(
            "FEEDBACK", "starts: received_at", "within: 48 hours", "done when: feedback_at is known", until="2026-09-22"
        )
        + rule(
            "FEEDBACK", "starts: received_at", "within: 24 hours", "done when: feedback_at is known", start="2026-09-22"
        )
    )
    assert last(rules, complaint("2026-09-21 23:59:59"), "2026-09-30", "K1").due.first == at("2026-09-23 23:59:59")
    assert last(rules, complaint("2026-09-22 00:00:00"), "2026-09-30", "K1").due.first == at("2026-09-23")


def test_a_start_before_the_first_version_owes_nothing():
    lines = ("starts: received_at", "within: 24 hours", "done when: feedback_at is known")
    rules = CLOCK + rule("NEW", *lines, start="2026-09-22")
    assert standing(rules, complaint("2026-09-21 23:59"), "2026-09-30", "K1") == ["no version"]
    assert standing(rules, complaint("2026-09-22 00:00"), "2026-09-30", "K1") == ["overdue"]


# what comes again


def test_one_period_is_open_at_a_time():
    assert standing(REVIEW, customer(), "2026-09-30") == ["at risk", "lapsed"]
    assert standing(REVIEW, customer(), "2026-10-01") == ["running", "lapsed"]
    done = customer(rows=["2026-09-30 23:59,visit,,reached,", "2026-10-01 00:00,visit,,reached,"])
    assert standing(REVIEW, done, "2026-10-01") == ["met", "met"]
    one = last(REVIEW, done, "2026-10-01")
    assert (one.opens, one.next_opens, one.due.first.date()) == (
        at("2026-10-01"),
        at("2027-01-01"),
        date(2026, 12, 31),
    )


@pytest.mark.parametrize(("opened", "found"), [("2026-10-01", ["running"]), ("2026-10-02", ["not begun"])])
def test_a_period_that_began_before_its_subject_is_not_owed(opened, found):
    assert standing(REVIEW, customer(opened=opened), "2026-11-20") == found


def test_what_is_never_given_up_stays_open():
    rules = CARE + rule("REVIEW", *REVIEW_LINES, "lapses: never")
    assert standing(rules, customer(opened="2026-01-01"), "2026-11-20") == ["running", "overdue", "overdue", "overdue"]


def test_anniversaries_are_clamped_and_open_ahead():
    lines = ("every: year on opened_at", "within: 7 days", "opens: 14 days before due", "done when: interaction call")
    rules = CARE + rule("MILESTONE", *lines, "lapses: 90 days after due")
    assert standing(rules, customer(opened="2024-02-29"), "2025-02-20") == ["no period"]
    one = last(rules, customer(opened="2024-02-29"), "2025-02-21")
    assert (one.status, one.start.first, one.due.first.date()) == ("running", at("2025-02-28"), date(2025, 3, 7))
    early = customer(opened="2024-02-29", rows=["2025-02-21 09:00,call,,reached,"])
    assert standing(rules, early, "2025-03-31") == ["met"]


def test_a_festival_opens_before_it_and_is_owed_to_who_was_there_then():
    lines = (
        "every: festival",
        "due: 1 working day before the festival",
        "opens: 10 days before the festival",
        "done when: interaction call",
    )
    rules = CARE + rule("GIFT", *lines)
    one = last(rules, customer(opened="2026-09-15"), "2026-09-20")
    assert (one.status, one.opens, one.due.first.date()) == ("running", at("2026-09-15"), date(2026, 9, 24))
    assert one.origin.value.value == date(2026, 9, 25)
    assert standing(rules, customer(opened="2026-09-16"), "2026-09-20") == ["not begun"]


# ahead of a date


@pytest.mark.parametrize(
    ("when", "status"),
    [("2026-10-21", "not started"), ("2026-10-22", "running"), ("2026-10-30", "at risk"), ("2026-11-02", "overdue")],
)
def test_ahead_of_a_date_it_opens_and_falls_due(when, status):
    one = last(AHEAD, customer(next_on="2026-11-06"), when)  # due on Sunday the first of November
    assert (one.status, one.due.first.date(), one.act_by.date()) == (status, date(2026, 11, 1), date(2026, 10, 30))


def test_evidence_of_a_window_counts_from_its_beginning():
    rules = CARE + rule(
        "AHEAD",
        "once per: next_on",
        "due: 5 days before next_on",
        "done when: interaction call in the 20 days before next_on",
    )
    one = last(rules, customer(next_on="2026-11-06", rows=["2026-10-16 23:59,call,,reached,"]), "2026-10-30")
    assert (one.status, one.opens) == ("at risk", at("2026-10-17"))
    assert standing(rules, customer(next_on="2026-11-06", rows=["2026-10-17 00:00,call,,reached,"]), "2026-10-30") == [
        "met"
    ]
    assert standing(rules, customer(), "2026-10-30") == ["absent"]


def test_without_a_window_or_an_opening_everything_before_counts():
    rules = CARE + rule("AHEAD", "once per: next_on", "due: 5 days before next_on", "done when: interaction call")
    one = last(rules, customer(next_on="2026-11-06", rows=["2020-01-06 10:00,call,,reached,"]), "2026-10-30")
    assert (one.status, one.opens, one.start) == ("met", NO_TIME, None)


# evidence


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ("2026-09-22 10:00,call,,reached,", "met"),
        ("2026-09-22 10:00,call,,,", "met"),  # the bank records no outcome
        ("2026-09-22 10:00,call,,missed,", "running"),
        ("2026-09-22 10:00,call,,?,", "undetermined"),
        ("2026-09-22 10:00,?,,reached,", "undetermined"),
        ("?,call,,reached,", "undetermined"),
        ("2026-09-22 10:00,call,,reached,CALL", "met"),
        ("2026-09-22 10:00,call,,reached,OTHER", "running"),
        ("2026-09-20 23:59,call,,reached,", "running"),  # before it opened
        ("2026-09-21 00:00,call,,reached,", "met"),
        ("2026-09-21,call,,reached,", "met"),  # a day that touches the window
        ("2026-09-24 10:00,call,,reached,", "running"),  # later than the as-of
    ],
)
def test_which_rows_show_that_it_was_done(row, status):
    rules = CARE + rule("CALL", "starts: opened_at", "within: 10 days", "done when: interaction call")
    assert standing(rules, customer(opened="2026-09-21", rows=[row]), "2026-09-23") == [status]


def test_a_doubtful_row_that_can_not_change_the_answer_is_none():
    rules = CARE + rule("CALL", "starts: opened_at", "within: 2 days", "done when: interaction call")
    late = "2026-09-28 10:00,call,,reached,"
    assert standing(
        rules, customer(opened="2026-09-21", rows=[late, "2026-09-30 10:00,?,,reached,"]), "2026-10-30"
    ) == ["met late"]
    assert standing(
        rules, customer(opened="2026-09-21", rows=[late, "2026-09-22 10:00,?,,reached,"]), "2026-10-30"
    ) == ["undetermined"]
    early = "2026-09-22 10:00,call,,reached,"
    assert standing(
        rules, customer(opened="2026-09-21", rows=[early, "2026-09-21 10:00,?,,reached,"]), "2026-10-30"
    ) == ["met"]


def test_any_of_several_at_the_first():
    rules = CARE + rule(
        "ANY", "starts: opened_at", "within: 10 days", "done when: {any: [interaction call, interaction visit]}"
    )
    one = last(
        rules,
        customer(opened="2026-09-21", rows=["2026-09-25 10:00,call,,reached,", "2026-09-24 10:00,visit,,reached,"]),
        "2026-09-30",
    )
    assert (one.status, one.done.first) == ("met", at("2026-09-24 10:00"))


def test_no_table_of_evidence_is_no_record_with_its_deadline():
    files = customer(opened="2026-09-21")
    del files["interactions.csv"]
    one = last(ICEBREAK, files, "2026-09-30")
    assert (one.status, one.due.first, one.pieces[0].missing) == (
        "no record",
        at("2026-09-24"),
        "the book has no interactions",
    )
    assert one.is_open(at("2026-09-30"))
    past = last(ICEBREAK, files, "2026-10-25")
    assert (past.status, past.is_open(at("2026-10-25"))) == ("no record", False)


# given up, waived, ceased


@pytest.mark.parametrize(("when", "status"), [("2026-10-24", "overdue"), ("2026-10-25 00:00", "lapsed")])
def test_given_up_after_the_last_day_for_it(when, status):
    assert standing(ICEBREAK, customer(opened="2026-09-21"), when) == [status]


@pytest.mark.parametrize(
    ("waiver", "status"),
    [
        ("REVIEW,C1,2026-10-01 09:00,S1,agreed", "waived"),
        ("REVIEW,C1,2026-09-30 09:00,S1,agreed", "running"),  # of the quarter before
        ("OTHER,C1,2026-10-01 09:00,S1,agreed", "running"),
        ("REVIEW,C2,2026-10-01 09:00,S1,agreed", "running"),
        ("REVIEW,C1,2026-12-01 09:00,S1,agreed", "running"),  # later than the as-of
    ],
)
def test_a_waiver_holds_for_the_period_in_which_it_was_given(waiver, status):
    one = last(REVIEW, customer(waivers=[waiver]), "2026-11-20")
    assert one.status == status
    if status == "waived":
        assert (one.waiver.by, one.waiver.why, one.waiver.place.lines, one.since) == (
            "S1",
            "agreed",
            (2,),
            at("2026-10-01 09:00"),
        )


CLOSED = "ceases when:\n  - {label: {en: closed, zh: 已销户}, when: {closed_at: is known}}\nrules:\n"


def test_a_cause_ends_what_is_not_done():
    rules = (CARE + rule("REVIEW", *REVIEW_LINES)).replace("rules:\n", CLOSED)
    one = last(rules, customer(closed="2026-11-03"), "2026-11-20")
    assert (one.status, one.cause.label.en, one.since) == ("ceased", "closed", at("2026-11-03"))
    assert standing(rules, customer(closed="?"), "2026-11-20")[0] == "running"  # an unknown cause is none
    done = customer(closed="2026-11-03", rows=["2026-11-04 10:00,visit,,reached,"])
    assert standing(rules, done, "2026-11-20")[0] == "met"


def test_a_condition_that_does_not_hold_any_more_since_when():
    rules = CARE + rule(
        "YOUNG",
        "when: {opened_at: within last 10 days}",
        "starts: opened_at",
        "within: 20 days",
        "done when: interaction call",
    )
    assert standing(rules, customer(opened="2026-09-21"), "2026-10-01") == ["running"]
    one = last(rules, customer(opened="2026-09-21"), "2026-10-05")
    assert (one.status, one.why, one.was_owed, one.since) == ("ceased", "condition", True, at("2026-10-02"))
    before = customer(opened="2026-09-21", rows=["2026-09-30 10:00,call,,reached,"])
    assert standing(rules, before, "2026-10-05") == ["met"]
    after = customer(opened="2026-09-21", rows=["2026-10-04 10:00,call,,reached,"])
    assert standing(rules, after, "2026-10-05") == ["ceased"]


def test_a_condition_that_never_held_owes_nothing():
    owing = told(REVIEW, customer(tier="basic"), "2026-11-20")["REVIEW"]
    assert (owing.occurrences, owing.nothing.why, owing.nothing.verdict.verdict) == ((), "condition", False)


def test_an_unknown_condition_waits_for_its_root_facts():
    one = last(REVIEW, customer(tier="?"), "2026-11-20")
    assert (one.status, one.why, one.wants) == ("undetermined", "condition", ("tier",))
    assert standing(REVIEW.replace("done when", "if missing: no\n    done when"), customer(tier=""), "2026-11-20") == [
        "condition"
    ]


def test_judged_at_its_start():
    lines = ("judged: at start", "when: {closed_at: is missing}", "every: quarter", "due: last day of the quarter")
    rules = CARE + rule("QUARTER", *lines, "done when: interaction call")
    assert standing(rules, customer(closed="2026-10-02"), "2026-11-20") == ["running", "lapsed"]
    assert standing(rules, customer(closed="2026-09-30"), "2026-11-20") == ["lapsed"]


def test_what_is_over_is_judged_as_of_its_end():
    rules = FACTS + CARE + rule("REVIEW", "when: {calls_90d: at least 1}", *REVIEW_LINES[1:])
    new = customer(rows=["2026-10-01 00:00,call,,reached,"])
    assert standing(rules, new, "2026-11-20") == ["running"]
    kept = customer(rows=["2026-09-30 23:59,call,,reached,"])
    assert standing(rules, kept, "2026-11-20") == ["running", "lapsed"]
    (owing,) = told(rules, kept, "2026-11-20").values()
    assert [one.judged for one in owing.occurrences] == [None, at("2026-09-30 23:59:59.999999")]
    # no more than 90 days before the end of the quarter
    assert standing(rules, customer(rows=["2026-07-03 10:00,call,,reached,"]), "2026-11-20") == ["lapsed"]
    was = last(rules, customer(rows=["2026-05-20 10:00,call,,reached,"]), "2026-11-20")
    assert (was.status, was.why, was.was_owed, was.since) == ("ceased", "condition", True, at("2026-08-18"))


def test_what_is_over_was_ended_by_what_came_before_its_end():
    rules = (CARE + rule("REVIEW", *REVIEW_LINES[1:])).replace("rules:\n", CLOSED)
    assert standing(rules, customer(closed="2026-10-01"), "2026-11-20") == ["ceased", "lapsed"]
    assert standing(rules, customer(closed="2026-09-30"), "2026-11-20") == ["ceased", "ceased"]


def test_what_has_ended_can_be_made_good_until_it_lapses():
    rules = (
        FACTS
        + CARE
        + rule("REVIEW", "when: {calls_90d: at least 1}", *REVIEW_LINES[1:], "lapses: 5 working days after due")
    )
    called = "2026-09-30 23:59,call,,reached,"
    assert standing(rules, customer(rows=["2026-10-01 00:00,call,,reached,"]), "2026-10-13") == ["running"]
    assert standing(rules, customer(rows=[called]), "2026-10-13") == ["running", "overdue"]
    assert standing(rules, customer(rows=[called]), "2026-10-14") == ["running", "lapsed"]
    done = customer(rows=[called, "2026-10-13 23:59,visit,,reached,"])
    assert standing(rules, done, "2026-10-14") == ["met", "met late"]
    late = customer(rows=[called, "2026-10-14 00:00,visit,,reached,"])
    assert standing(rules, late, "2026-10-14") == ["met", "lapsed"]
    waived = customer(rows=[called], waivers=["REVIEW,C1,2026-10-13 10:00,S1,so"])
    assert standing(rules, waived, "2026-10-14") == ["waived", "lapsed"]  # it is given for one occasion


def test_all_periods_of_the_last_year():
    assert standing(REVIEW, customer(), "2026-11-20") == ["running", "lapsed"]
    assert standing(REVIEW, customer(), "2026-11-20", year=True) == ["running", "lapsed", "lapsed", "lapsed", "lapsed"]


# the calendar


def test_beyond_what_the_calendar_knows_it_is_provisional():
    assert not last(REVIEW, customer(), "2026-11-20").provisional
    assert last(REVIEW, customer(), "2027-01-02").provisional


def test_a_closing_time_ends_the_day():
    closing = CALENDAR._replace(closes=time(17, 30))
    one = last(PLAN, complaint("2026-09-30 10:00"), "2026-10-13 17:31", "K1", calendar=closing)
    assert (one.status, one.due.first) == ("overdue", at("2026-10-13 17:30"))


def test_act_by_is_the_last_open_moment():
    one = last(ICEBREAK, customer(opened="2026-09-30"), "2026-09-30")
    assert (one.due.first, one.act_by) == (at("2026-10-03"), at("2026-09-30 23:59:59.999999"))


# what can't be dated


@pytest.mark.parametrize(("opened", "status"), [("2026-02-30", "undetermined"), ("", "undetermined")])
def test_a_start_that_is_not_known_is_undetermined(opened, status):
    one = last(ICEBREAK, customer(opened=opened), "2026-11-20")
    assert (one.status, one.why, one.wants, one.due) == (status, "start", ("opened_at",), None)
    assert one.is_open(at("2026-11-20"))


def test_a_column_that_is_not_there_starts_nothing():
    files = customer()
    files["customers.csv"] = "customer_id,tier\nC1,vip"
    assert standing(ICEBREAK, files, "2026-11-20") == ["not supplied"]


# the examples of rules


def worked(example):
    found = rulebook(PLAN + f"    examples: [{example}]\n" + rule("FOLLOW", *FOLLOW_LINES))
    (one,) = worked_examples(found, CALENDAR, "Asia/Shanghai")
    return one.right, one.gave


@pytest.mark.parametrize(
    ("example", "right", "gave"),
    [
        ("{received_at: 2026-09-30 10:00, gives: due 2026-10-13}", True, "due 2026-10-13"),
        ("{received_at: 2026-09-30 10:00, gives: due 2026-10-12}", False, "due 2026-10-13"),
        ("{received_at: 2026-09-30 10:00, gives: due 2026-10-13 10:00}", False, "due 2026-10-13"),
        ("{as of: 2026-10-14, received_at: 2026-09-30 10:00, gives: overdue}", True, "overdue"),
        ("{as of: 2026-10-13, received_at: 2026-09-30 10:00, gives: overdue}", False, "at risk"),
        ("{as of: 2026-10-14, received_at: 2026-09-30 10:00, told_at: 2026-10-09, confirmed_at: 2026-10-10, gives: met}", True, "met"),
        ("{received_at: 2024-12-31 10:00, gives: nothing}", True, "nothing"),
        ("{received_at: 2026-09-30 10:00, gives: nothing}", False, "running"),  # on the last day that it names
    ],
)  # fmt: skip
def test_an_example_gives_its_deadline_or_status(example, right, gave):
    assert worked(example) == (right, gave)


def test_an_elapsed_deadline_is_given_by_its_moment():
    text = (
        FEEDBACK
        + "    examples:\n"
        + "".join(
            f"      - {{received_at: 2026-09-30 10:00, gives: {gives}}}\n"
            for gives in ("due 2026-10-01 10:00", "due 2026-10-01 10:01", "due 2026-10-01")
        )
    )
    assert [one.right for one in worked_examples(rulebook(text), CALENDAR, "Asia/Shanghai")] == [True, False, False]


def test_every_example_of_the_shipped_rules_is_right():
    found, problems = read_rulebook(shipped("rules"))
    assert not problems
    told = list(worked_examples(found, found.calendars["cn"], "Asia/Shanghai"))
    assert {one.rule.id for one in told} == {owed.id for owed in found.obligations}
    assert [(one.rule.id, one.example.place.line, one.gave) for one in told if not one.right] == []


def test_the_facts_of_an_example_hold_when_its_period_ends_and_when_it_starts():
    lines = ("every: quarter", "within: 5 working days", "lapses: 1 day after due", "done when: interaction visit")
    examples = "examples: [{as of: 2026-11-20, tier: vip, opened_at: 2020-01-06, gives: lapsed}]"
    found = rulebook(CARE + rule("EARLY", "when: {tier: vip}", *lines, examples))
    assert [(one.gave, one.right) for one in worked_examples(found, CALENDAR, "Asia/Shanghai")] == [("lapsed", True)]
    closed = "examples: [{as of: 2026-11-20, closed_at: '', opened_at: 2020-01-06, gives: due 2026-12-31}]"
    text = ("judged: at start", "when: {closed_at: is missing}", "every: quarter", "due: last day of the quarter")
    found = rulebook(CARE + rule("START", *text, "done when: interaction visit", closed))
    assert [one.gave for one in worked_examples(found, CALENDAR, "Asia/Shanghai")] == ["due 2026-12-31"]
