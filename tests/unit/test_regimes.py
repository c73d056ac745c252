"""Two regimes ask for one step: both clocks run, the earlier deadline binds; and who stands first in the list."""

from dataclasses import replace
from datetime import datetime

import pytest
from owed_books import CLOCK, VOCABULARY, rule, rulebook
from rule_files import loaded

from relcare.rulebook.regimes import Regime, Step
from relcare.rulebook.vocabulary import Label
from relcare.runs.complaints import complaints
from relcare.runs.due import due
from relcare.runs.explain import explain
from relcare.runs.owing import Asked
from relcare.runs.request import Request

REGISTER = """kind: regime
regimes:
  house: {label: {en: House norm, zh: 行内规范}}
  watchdog: {label: {en: Supervisor, zh: 监管}, supervisor: yes}
steps:
  told: {label: {en: The customer is told, zh: 告知客户}}
---
"""
DONE = "done when: told_at is known"
OWN = rule("OWN", "starts: received_at", "within: 5 days", DONE, "regime: house", "step: told")
THEIRS = rule("THEIRS", "starts: received_at", "within: 3 days", DONE, "regime: watchdog", "step: told")
OTHER = rule("OTHER", "starts: received_at", "within: 2 days", "done when: followed_up_at is known", "regime: house")
PLAIN = "---\nkind: order\norders: [{from: 2025-01-01, by: act_by}]\n"
HEAD = "complaint_id,customer_id,received_at,told_at,followed_up_at,handler\n"
CUSTOMERS = "customer_id,name,opened_at,tier,manager\nC1,Ann,2020-01-06,vip,S1\nC2,Ben,2020-01-06,basic,S1\nC3,Cai,2020-01-06,,S1\n"
AS_OF = "2026-11-17"

COLUMNS = ("act_by", "due_at", "status", "subject_id", "rule_id", "regime", "binds")


@pytest.fixture
def request_of(tmp_path):
    def made(rows: str, rules: str = OWN + THEIRS + OTHER, order: str = PLAIN, before: str = "", **more) -> Request:
        book, folder = tmp_path / "book", tmp_path / "rules"
        for each in (book, folder):
            each.mkdir(exist_ok=True)
        files = {
            "complaints.csv": HEAD + rows,
            "customers.csv": CUSTOMERS,
            "interactions.csv": "interaction_id,customer_id,at,kind\nI1,C1,2026-11-02 10:00,call\n",
            "events.csv": "event_id,complaint_id,at,until,kind\n",
        }
        for name, text in files.items():
            (book / name).write_text(text, encoding="utf-8")
        (folder / "rules.yaml").write_text(VOCABULARY + before + REGISTER + CLOCK + rules + order, encoding="utf-8")
        return Request(
            book=book,
            now=datetime(2026, 11, 20).astimezone(),
            rules=folder,
            as_of=AS_OF,
            **({"columns": COLUMNS} | more),
        )

    return made


def listed(result, *keys: str) -> list[tuple[str, ...]]:
    assert result.report is not None, result
    at = [[column.key for column in result.report.columns].index(key) for key in keys]
    rows = [tuple(row[i] for i in at) for row in result.report.rows]
    result.close()
    return rows


ONE = "K1,C1,2026-11-16 10:00,,,S1\n"


def test_a_register_is_read_with_its_labels():
    found = rulebook(REGISTER + CLOCK + OWN)
    assert found.regimes == {
        "house": Regime("house", Label("House norm", "行内规范")),
        "watchdog": Regime("watchdog", Label("Supervisor", "监管"), supervisor=True),
    }
    assert found.steps == {"told": Step("told", Label("The customer is told", "告知客户"))}
    assert (found.obligations[0].regime, found.obligations[0].step) == ("house", "told")


def test_a_document_names_the_regime_of_all_its_rules_and_a_rule_its_own():
    bare = rule("BARE", "starts: received_at", "within: 5 days", DONE)
    found = rulebook(REGISTER + CLOCK.replace("rules:", "regime: house\nrules:") + bare + THEIRS)
    assert [each.regime for each in found.obligations] == ["house", "watchdog"]


def test_what_the_register_lacks_or_has_twice_is_placed():
    text = REGISTER + REGISTER.replace("steps:\n  told", "steps:\n  paid").replace("watchdog", "police")
    assert [(p.code, p.message) for p in loaded(text)[1]] == [("RUL096", "`house` is in the register twice")]
    _, problems = loaded(VOCABULARY + REGISTER + CLOCK.replace("rules:", "regime: hous\nrules:") + OWN)
    assert [(p.code, p.hint) for p in problems if p.code == "RUL095"] == [("RUL095", "did you mean `house`?")]


def test_of_two_open_clocks_for_a_step_the_earlier_binds_and_one_that_asks_alone_says_nothing(request_of):
    rows = listed(due(request_of(ONE), Asked()), "rule_id", "due_at", "regime", "binds")
    assert rows == [
        ("OTHER", "2026-11-18", "house", ""),
        ("THEIRS", "2026-11-19", "watchdog", "yes"),
        ("OWN", "2026-11-21", "house", "no"),
    ]


def test_of_equal_deadlines_the_supervisors_binds(request_of):
    rules = OWN + THEIRS.replace("3 days", "5 days")
    rows = listed(due(request_of(ONE, rules), Asked()), "rule_id", "binds")
    assert sorted(rows) == [("OWN", "no"), ("THEIRS", "yes")]


def test_a_clock_that_is_done_binds_no_more(request_of):
    rules = OWN + THEIRS.replace(DONE, "done when: followed_up_at is known")
    rows = listed(due(request_of("K1,C1,2026-11-16 10:00,,2026-11-16 11:00,S1\n", rules), Asked()), "rule_id", "binds")
    assert rows == [("OWN", "")]


def test_a_filter_by_regime_leaves_rows_out_and_changes_nothing_of_what_binds(request_of):
    rows = listed(due(request_of(ONE), Asked(regimes=("house",))), "rule_id", "binds")
    assert rows == [("OTHER", ""), ("OWN", "no")]
    assert listed(due(request_of(ONE), Asked(rules=("OWN",))), "rule_id", "binds") == [("OWN", "no")]
    told = due(request_of(ONE), Asked(regimes=("hose",))).usage
    assert told == "--regime: there is no regime 'hose': did you mean 'house'?"


@pytest.mark.parametrize(("days", "yes"), [(2, "OWN"), (3, "THEIRS"), (4, "THEIRS")])
def test_explain_says_what_the_list_says(request_of, days, yes):
    request = request_of(ONE, OWN.replace("5 days", f"{days} days") + THEIRS)
    rows = listed(due(request, Asked()), "rule_id", "binds")
    told = [
        row
        for one in ("OWN", "THEIRS")
        for row in listed(explain(replace(request, columns=()), "K1", one), "part", "rule_id", "value")
    ]
    assert sorted(rows) == sorted((rule_id, value) for part, rule_id, value in told if part == "binds")
    assert dict(rows)[yes] == "yes"


def test_the_list_of_complaints_marks_the_clock_that_binds(request_of):
    rows = listed(complaints(request_of(ONE, columns=())), "clocks")
    assert rows == [("OTHER running 2026-11-18; THEIRS running 2026-11-19 (binds); OWN running 2026-11-21",)]


def order(*keys: str) -> str:
    return "---\nkind: order\norders:\n  - from: 2025-01-01\n    by:\n" + "".join(f"      - {key}\n" for key in keys)


def test_a_supervisors_clock_stands_before_what_is_due_sooner(request_of):
    request = request_of(ONE, order=order("supervisor", "act_by"))
    assert listed(due(request, Asked()), "rule_id") == [("THEIRS",), ("OTHER",), ("OWN",)]


THREE = "".join(f"K{n},C{n},2026-11-16 10:00,,,S1\n" for n in (1, 2, 3)) + "K4,,2026-11-16 10:00,,,S1\n"


def test_who_is_undetermined_stands_before_the_ranked_and_who_has_no_tier_behind(request_of):
    request = request_of(THREE, OWN, order("{tier: [vip, basic]}"))
    assert listed(due(request, Asked()), "subject_id") == [("K3",), ("K1",), ("K2",), ("K4",)]


CONTACT = """kind: facts
for: customer
facts:
  contacted_at: {label: {en: Contacted, zh: 联系}, is: latest at of interactions}
---
"""


def test_who_was_never_contacted_stands_first(request_of):
    request = request_of(THREE, OWN, order("customer.contacted_at"), CONTACT)
    assert listed(due(request, Asked()), "subject_id")[-1] == ("K1",)
    request = request_of(THREE, OWN, order("customer.contacted_at descending"), CONTACT)
    assert listed(due(request, Asked()), "subject_id")[-1] == ("K1",)
    assert [p.code for p in loaded("kind: order\norders: [{from: 2025-01-01, by: customer.tirr}]\n")[1]] == ["RUL083"]
