"""`explain`: the headline, the nearest miss, and a row for each test with the places of its rule and its cells."""

from datetime import date, datetime, time

import pytest

from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load
from relcare.runs.explain import explanation
from relcare.runs.opening import WrongRequestError

RULES = """
kind: table
table: customers
label: {en: Customers, zh: 客户}
subject: customer
key: customer_id
fields:
  customer_id: {type: id, label: {en: Customer, zh: 客户号}}
  segment: {type: code, label: {en: Segment, zh: 客群}, codes: {retail: {en: Retail, zh: 零售}, private: {en: Private, zh: 私人}}}
  opened_at: {type: date, time: happened, label: {en: Opened, zh: 开户日}}
---
kind: table
table: visits
label: {en: Visits, zh: 到访}
key: visit_id
dated by: at
fields:
  visit_id: {type: id, label: {en: Visit, zh: 到访号}}
  customer_id: {type: id, refers: customer, label: {en: Customer, zh: 客户号}}
  at: {type: date, time: happened, label: {en: At, zh: 日期}}
---
kind: facts
for: customer
facts:
  visits_30d: {label: {en: Visits in 30 days, zh: 近30天到访}, is: count of visits in the last 30 days}
---
kind: decision
decides: tier
for: customer
label: {en: Tier, zh: 层级}
choose: first that matches
limits:
  often: [{from: 2025-01-01, is: 2}, {from: 2026-07-01, is: 3}]
rules:
  - id: VIP
    label: {en: Core VIP, zh: 核心客户}
    cites: 1.1.1
    from: 2025-01-01
    when: {any: [{visits_30d: at least often}, {segment: private, opened_at: is missing}]}
    then: vip
  - {id: BASE, label: {en: Basic, zh: 基础客户}, cites: 1.1.3, from: 2025-01-01, otherwise: base}
"""
CUSTOMERS = "customer_id,segment,opened_at\nC1,retail,2026-01-05\nC2,private,\nC3,?,\n"
VISITS = "visit_id,customer_id,at\nV1,C1,2026-09-20\nV2,C2,2026-09-20\nV3,C1,2026-09-21\nV4,C1,2026-10-02\n"
AS_OF = datetime.combine(date(2026, 9, 30), time.max)


@pytest.fixture
def told(tmp_path):
    nodes, _ = read_documents(RULES.encode(), "rules.yaml")
    rulebook, problems = load([("rules.yaml", nodes)])
    assert not problems
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (tmp_path / "visits.csv").write_text(VISITS, encoding="utf-8")
    settings, _ = read_settings(tmp_path, rulebook.vocabulary)
    book = open_book(tmp_path, rulebook.vocabulary, settings, tmp_path)

    def tell(key, rule="", language="en"):
        report = explanation(rulebook, book, key, rule, as_of=AS_OF, language=language)
        return report.notes, [tuple(cell.replace(f"{tmp_path}/", "") for cell in row[:11]) for row in report.rows]

    return tell


def test_the_nearest_miss_says_how_far_off_it_was(told):
    notes, _ = told("C1")
    assert notes == (
        "Tier of C1 is Basic (base) by BASE (1.1.3).",
        "Next: VIP would also need Visits in 30 days at least 3 (often from 2026-07-01): it is 2, 1 away.",
    )
    assert told("C1", language="zh")[0][0] == "C1 的层级为基础客户 (base)，依据规则 BASE (1.1.3)。"


def test_every_test_has_its_fact_its_verdict_and_both_places(told):
    _, rows = told("C1")
    line = (
        RULES.splitlines().index(
            "    when: {any: [{visits_30d: at least often}, {segment: private, opened_at: is missing}]}"
        )
        + 1
    )
    head = ("tier", "Basic (base)", "VIP", "1.1.1")
    place = f"rules.yaml:{line}"
    assert rows == [
        (
            *head,
            "any 1: at least 3 (often from 2026-07-01)",
            "Visits in 30 days (visits_30d)",
            "2",
            "no",
            place,
            "visits.csv:2,4",
            "",
        ),
        (*head, "any 2: is Private", "Segment (segment)", "Retail", "no", place, "customers.csv:2", ""),
        (*head, "any 2: is missing", "Opened (opened_at)", "2026-01-05", "no", place, "customers.csv:2", ""),
        (
            "tier",
            "Basic (base)",
            "BASE",
            "1.1.3",
            "otherwise",
            "",
            "",
            "yes",
            f"rules.yaml:{len(RULES.splitlines())}",
            "",
            "yes",
        ),
    ]


def test_what_an_undetermined_class_waits_for(told):
    notes, rows = told("C3", "VIP")
    assert notes == ("Tier of C3 is undetermined for want of Segment (segment).",)
    assert [row[7] for row in rows] == ["no", "unknown", "yes"]
    assert rows[1][6].startswith("unreadable: customers.csv:4: segment `?` is not one of the codes")


def test_the_first_class_has_no_nearest_miss(told):
    assert told("C2")[0] == ("Tier of C2 is Core VIP (vip) by VIP (1.1.1).",)


def test_who_or_what_is_not_there(told):
    with pytest.raises(WrongRequestError, match="no row of the book has the id 'C9'"):
        told("C9")
    with pytest.raises(WrongRequestError, match="no rule or decision 'VIPP' for it: did you mean 'VIP'"):
        told("C1", "VIPP")


COMPLAINTS = """
kind: table
table: complaints
label: {en: Complaints, zh: 投诉}
subject: complaint
key: complaint_id
dated by: received_at
fields:
  complaint_id: {type: id, label: {en: Complaint, zh: 投诉号}}
  amount: {type: money, label: {en: Amount, zh: 金额}}
  received_at: {type: date, time: happened, label: {en: Received, zh: 收到日}}
---
kind: decision
decides: remedy
for: complaint
label: {en: Remedy, zh: 补救}
choose: first that matches
dated by: received_at
limits:
  much: [{from: 2025-01-01, is: 100}]
rules:
  - {id: PAY, cites: 1.1, label: {en: Pay, zh: 赔付}, from: 2025-01-01, when: {amount: at least much}, then: pay}
  - {id: SORRY, cites: 1.1, label: {en: Apology, zh: 道歉}, from: 2025-01-01, otherwise: apology}
"""
K = "complaint_id,amount,received_at\nK1,200,bad\nK2,200,2024-06-30\nK3,x,2026-06-30\nK4,200,2026-12-01\n"


@pytest.fixture
def complaint(tmp_path):
    nodes, _ = read_documents(COMPLAINTS.encode(), "rules.yaml")
    rulebook, problems = load([("rules.yaml", nodes)])
    assert not problems
    (tmp_path / "complaints.csv").write_text(K, encoding="utf-8")
    settings, _ = read_settings(tmp_path, rulebook.vocabulary)
    book = open_book(tmp_path, rulebook.vocabulary, settings, tmp_path)

    def tell(key):
        found = []
        report = explanation(rulebook, book, key, as_of=AS_OF, problems=found)
        rows = [tuple(cell.replace(f"{tmp_path}/", "") for cell in row) for row in report.rows]
        return report.notes, rows, [str(problem).replace(f"{tmp_path}/", "") for problem in found]

    return tell


def test_a_decision_whose_date_is_unknown_shows_the_date_and_the_tests(complaint):
    notes, rows, problems = complaint("K1")
    assert notes == ("Remedy of K1 is undetermined for want of Received (received_at).",)
    why = "unreadable: complaints.csv:2: received_at `bad` is not a date"
    head = ("remedy", "undetermined", "", "", "dates the rules", "Received (received_at)", why, "unknown")
    assert rows[0][:8] == head
    assert rows[0][9] == "complaints.csv:2"
    assert [(row[2], row[4], row[6], row[7], row[10]) for row in rows[1:]] == [
        ("PAY", "at least much", "200.00", "unknown", ""),
        ("SORRY", "otherwise", "", "yes", ""),
    ]
    assert problems == ["complaints.csv:2:8: CEL001 received_at 'bad' can't be read: `bad` is not a date"]


def test_a_decision_without_a_rule_in_force_says_so(complaint):
    notes, rows, problems = complaint("K2")
    said = "no rule of remedy is in force on 2024-06-30"
    assert notes == (f"Remedy of K2 is undetermined: {said}.",)
    assert [(row[1], row[4], row[7]) for row in rows] == [("undetermined", said, "unknown")]
    assert problems == []


def test_the_cells_behind_a_subject_that_can_not_be_read_are_told_with_their_places(complaint):
    assert complaint("K3")[2] == ["complaints.csv:4:4: CEL001 amount 'x' can't be read: `x` is not an amount of money"]


def test_a_subject_later_than_the_as_of_is_a_wrong_request(complaint):
    with pytest.raises(WrongRequestError, match=r"^Complaints K4 is not in the book at this as-of\.$"):
        complaint("K4")
