"""Levels of escalation: when each is reached, who is told, and how lists and explanations show them."""

import json
import shutil
from datetime import datetime

import pytest
from owed_books import CALENDAR, CLOCK, owed, rule

from relcare.cli import main
from relcare.formats.words import in_words
from relcare.rulebook.conditions import Span
from relcare.rulebook.levels import reached_at
from relcare.rulebook.obligations import Level
from relcare.rulebook.occurrences import Interval

at = datetime.fromisoformat
START, DUE, ACT_BY = at("2026-09-28 10:00"), at("2026-10-10 23:59:59.999999"), at("2026-10-10 23:59:59.999999")
ESCALATED = CLOCK + rule(
    "PLAN", "starts: received_at", "within: 5 working days", "pauses: waiting, at most 10 working days",
    "done when: told_at is known",
    "warns: [{at: 50%, tell: manager}, {at: 1 working day before, tell: manager}, {at: overdue, tell: manager}, {at: 2 working days after, tell: manager}]",
)  # fmt: skip


@pytest.mark.parametrize(
    ("level", "moment"),
    [
        (Level("before", "", Span(1, "working days")), "2026-10-09 00:00"),
        (Level("before", "", Span(3, "working days")), "2026-09-30 00:00"),
        (Level("before", "", Span(4, "hours")), "2026-10-10 19:59:59.999999"),
        (Level("before", "", Span(1, "months")), "2026-09-10 00:00"),
        (Level("overdue", ""), "2026-10-11 00:00"),
        (Level("after", "", Span(1, "working days")), "2026-10-12 00:00"),  # the 11th is a Sunday
        (Level("after", "", Span(2, "days")), "2026-10-12 00:00"),
        (Level("after", "", Span(2, "hours")), "2026-10-11 01:59:59.999999"),
    ],
)
def test_a_level_is_counted_from_the_deadline_that_it_belongs_to(level, moment):
    assert reached_at(level, Interval(START, START), Interval(DUE, DUE), ACT_BY, CALENDAR) == at(moment)


def test_a_share_is_taken_of_the_whole_time():
    due = Interval(at("2026-09-29 10:00"), at("2026-09-29 10:00"))
    share = Level("share", "", share=25)
    assert reached_at(share, Interval(START, START), due, due.first, CALENDAR) == at("2026-09-28 16:00")
    assert reached_at(share, None, due, due.first, CALENDAR) is None


def plan(when, pause=""):
    files = {"complaints.csv": "complaint_id,received_at,told_at\nK1,2026-11-02 00:00,"}
    if pause:
        files["events.csv"] = f"event_id,complaint_id,at,until,kind\nE1,K1,{pause},waiting"
    [row] = owed(ESCALATED, files, when)
    return row["status"], [str(moment) for _, moment in sorted(row["levels"])]


def test_it_is_at_risk_from_the_first_level_before_the_deadline_on():
    half = "2026-11-05 23:59:59.999999"  # of eight days
    assert plan("2026-11-05 23:59")[0] == "running"
    status, moments = plan("2026-11-05")
    assert (status, moments) == ("at risk", [half, "2026-11-06 00:00:00", "2026-11-10 00:00:00", "2026-11-11 00:00:00"])


def test_a_pause_moves_all_levels_with_the_deadline():
    _, moments = plan("2026-11-20", "2026-11-03 00:00,2026-11-05 00:00")
    assert moments[1:] == ["2026-11-10 00:00:00", "2026-11-12 00:00:00", "2026-11-13 00:00:00"]


def levels_of(capsys, book, as_of, subject_id):
    code = main(["due", "--book", str(book), "--as-of", as_of, "--rule", "CLOCK-PLAN", "-f", "json",
                 "--columns", "subject_id,status,level,tell,levels,occurrence", "--within", "30 days"])  # fmt: skip
    told = capsys.readouterr()
    assert code in (0, 3), told.err
    return next(row for row in json.loads(told.out)["rows"] if row["subject_id"] == subject_id)


@pytest.fixture
def book(root, tmp_path):
    """Two complaints: one of a branch that has a supervisor, one of a branch that has none."""
    folder = tmp_path / "book"
    folder.mkdir()
    for name in ("staff.csv", "branches.csv", "relcare.yaml"):
        if (root / "sample_data" / name).exists():
            shutil.copy(root / "sample_data" / name, folder / name)
    (folder / "complaints.csv").write_text(
        "complaint_id,branch_id,received_at,handler,plan_told_at\n"
        "K1,B01,2026-11-02 10:00,S502,\nK2,B02,2026-11-02 10:00,S502,\n",
        encoding="utf-8",
    )
    (folder / "relcare.yaml").unlink(missing_ok=True)
    (folder / "staff.csv").write_text(
        "staff_id,name,role,branch_id\nS502,Nora,complaint_officer,B01\nS503,Shao,supervisor,B01\nS101,Liang,branch_head,B01\n"
        "S201,He,branch_head,B02\n",
        encoding="utf-8",
    )
    (folder / "branches.csv").write_text("branch_id,head\nB01,S101\nB02,S201\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("as_of", "level", "tell"),
    [
        ("2026-11-05", None, None),
        ("2026-11-06T00:00", 1, "S502"),  # one working day before Monday the 9th
        ("2026-11-09", 1, "S502"),
        ("2026-11-10T00:00", 2, "S503"),
        ("2026-11-10", 2, "S503"),
        ("2026-11-11T00:00", 3, "S101"),
    ],
)
def test_each_level_tells_its_own_person_from_its_moment_on(book, capsys, as_of, level, tell):
    found = levels_of(capsys, book, as_of, "K1")
    assert (found["level"], found["tell"]) == (level, tell)
    assert [one["level"] for one in found["levels"]] == [1, 2, 3]
    assert [one["reached"] for one in found["levels"]] == [n <= (level or 0) for n in (1, 2, 3)]
    assert [one["tell"] for one in found["levels"]] == ["S502", "S503", "S101"]


def test_where_nobody_has_the_role_the_head_of_the_branch_is_told(book, capsys):
    found = levels_of(capsys, book, "2026-11-10", "K2")
    assert (found["level"], found["tell"]) == (2, "S201")
    assert found["occurrence"] == "CLOCK-PLAN complaint K2 2026-11-02 10:00:00"


def test_explain_tells_the_levels_and_which_are_reached(book, capsys):
    main(["explain", "K1", "CLOCK-PLAN", "--book", str(book), "--as-of", "2026-11-10", "-f", "tsv"])
    told = [line for line in capsys.readouterr().out.splitlines() if "level " in line]
    assert [" reached" in line for line in told] == [True, True, False]
    main(["explain", "K1", "CLOCK-PLAN", "--book", str(book), "--as-of", "2026-11-10", "-f", "tsv", "--lang", "zh"])
    assert "第 2 级：主管，逾期时，已到" in capsys.readouterr().out


def test_levels_are_told_in_words_where_people_read():
    told = '[{"level": 1, "role": "head", "reached": true}, {"level": 2, "role": "", "reached": false}]'
    assert in_words(told, {"head": "Branch head"}) == "1 Branch head ✓; 2"
    assert in_words("", {}) == ""
