"""The plain reference for facts: what is visible at the as-of, same keys, every kind of measure, and what is not supplied."""

from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction

import pytest

from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load
from relcare.rulebook.reckon import subject
from relcare.rulebook.reckon_rows import Context, RawRow, TableContext, reporting_month
from relcare.rulebook.values import ABSENT, EMPTY, Moment, Month, State, known

RULES = """
kind: table
table: customers
label: {en: Customers, zh: 客户}
subject: customer
key: customer_id
fields:
  customer_id: {type: id, label: {en: Customer, zh: 客户}}
  segment: {type: code, label: {en: Segment, zh: 客群}, codes: {retail: {en: Retail, zh: 零售}, private: {en: Private, zh: 私人}}}
  opened_at: {type: date, time: happened, empty: not yet, label: {en: Opened, zh: 开户}}
  closed_at: {type: date, time: happened, empty: not yet, label: {en: Closed, zh: 销户}}
  closing_reason: {type: text, time: known with closed_at, label: {en: Reason, zh: 原因}}
  aum: {type: money, label: {en: Assets, zh: 资产}}
  manager: {type: id, refers: staff, empty: none, label: {en: Manager, zh: 经理}}
---
kind: table
table: staff
label: {en: Staff, zh: 员工}
subject: staff
key: staff_id
fields:
  staff_id: {type: id, label: {en: Staff, zh: 员工}}
  joined_at: {type: date, label: {en: Joined, zh: 入职}}
---
kind: table
table: interactions
label: {en: Interactions, zh: 互动}
key: interaction_id
dated by: at
fields:
  interaction_id: {type: id, label: {en: Interaction, zh: 互动}}
  customer_id: {type: id, refers: customer, label: {en: Customer, zh: 客户}}
  at: {type: moment, time: happened, label: {en: At, zh: 时间}}
  kind: {type: code, label: {en: Kind, zh: 类型}, codes: {call: {en: Call, zh: 电话}, visit: {en: Visit, zh: 拜访}}}
  amount: {type: money, empty: none, label: {en: Amount, zh: 金额}}
  score: {type: count, label: {en: Score, zh: 评分}}
---
kind: table
table: balances
label: {en: Balances, zh: 余额}
key: [customer_id, month]
dated by: month
fields:
  customer_id: {type: id, refers: customer, label: {en: Customer, zh: 客户}}
  month: {type: month, time: happened, label: {en: Month, zh: 月份}}
  aum: {type: money, label: {en: Assets, zh: 资产}}
---
kind: limits
limits:
  ladder_gold:
    - {from: 2020-01-01, is: 300}
---
kind: facts
for: customer
facts:
  calls_30d: {is: count of interactions where kind call in the last 30 days}
  calls_before: {is: count of interactions where kind call in the 30 days before the last 30 days}
  recent_hours: {is: count of interactions in the last 24 hours}
  spent: {is: sum of amount of interactions}
  mean: {is: average of amount of interactions}
  top: {is: highest score of interactions}
  last_contact: {is: latest at of interactions where kind call}
  last_score: {is: latest score of interactions}
  first_score: {is: earliest score of interactions}
  aum_3m: {is: average of aum of balances over the last 3 months, instead: aum}
  change: {is: change of aum of balances over 2 months}
  falling: {is: falling streak of aum of balances by month}
  gold_since: {is: first month aum of balances reached ladder_gold}
  tenure: {is: months since opened_at}
---
kind: decision
decides: tier
for: customer
label: {en: Tier, zh: 层级}
choose: first that matches
rules:
  - {id: VIP, label: {en: VIP, zh: 贵宾}, cites: 1.1.1, from: 2020-01-01, when: {aum_3m: at least ladder_gold}, then: vip}
  - {id: BASE, label: {en: Base, zh: 基础}, cites: 1.1.1, from: 2020-01-01, otherwise: base}
---
kind: decision
decides: team
for: customer
label: {en: Team, zh: 团队}
choose: first that matches
rules:
  - {id: T1, label: {en: New, zh: 新}, cites: 1.1.1, from: 2020-01-01, when: {tier: vip, staff.joined_at: after 2026-01-01}, then: fresh}
  - {id: T2, label: {en: Old, zh: 老}, cites: 1.1.1, from: 2020-01-01, otherwise: old}
"""

NODES, MISTAKES = read_documents(RULES.encode(), "rules.yaml")
RULEBOOK, PROBLEMS = load([("rules.yaml", NODES)])
AS_OF = datetime.combine(date(2026, 9, 30), time.max)


class Memory:
    def __init__(self, tables):
        self.tables = {
            name: [RawRow(line, row) for line, row in enumerate(rows, start=2)] for name, rows in tables.items()
        }

    def rows_where(self, table, field, values):
        return [row for row in self.tables.get(table, []) if row.cells.get(field, "").strip() in values]


def reckoned(as_of=AS_OF, covers=None, key="C1", **tables):
    tables.setdefault("customers", [{"customer_id": "C1"}])
    months = {
        Month(int(row["month"][:4]), int(row["month"][5:7]))
        for row in tables.get("balances", [])
        if row["month"][:2] == "20"
    }
    contexts = {
        name: TableContext(
            f"{name}.csv",
            frozenset(key for row in rows for key in row),
            (covers or {}).get(name, (None, None)),
            reporting_month(months, as_of.date()) if name == "balances" else None,
        )
        for name, rows in tables.items()
    }
    return subject("customer", key, Memory(tables), Context(RULEBOOK, as_of, "Asia/Shanghai", contexts))


def interactions(*rows):
    return [
        {"interaction_id": f"I{i}", "customer_id": "C1", "at": at, "kind": kind, "amount": amount, "score": score}
        for i, (at, kind, amount, score) in enumerate(rows)
    ]


def balances(**months):
    return [
        {"customer_id": "C1", "month": month.replace("m", "").replace("_", "-"), "aum": aum}
        for month, aum in months.items()
    ]


def test_the_rules_of_this_module_have_no_mistake():
    assert [str(p) for p in (*MISTAKES, *PROBLEMS)] == []


def test_the_future_is_hidden_with_all_that_is_known_with_it():
    row = {"customer_id": "C1", "closed_at": "2026-10-01", "closing_reason": "moved"}
    who = reckoned(customers=[row])
    assert who.fact("closed_at") == ABSENT
    assert who.fact("closing_reason") == ABSENT
    later = reckoned(customers=[row], as_of=datetime.combine(date(2026, 10, 1), time.max))
    assert later.fact("closing_reason") == known("moved")


def test_same_keys_collapse_and_conflicting_cells_cannot_be_read():
    rows = [
        {"customer_id": "C1", "segment": "retail", "aum": "5,000"},
        {"customer_id": "C1", "segment": "retail", "aum": "5000.00"},
    ]
    assert reckoned(customers=rows).fact("aum") == known(Decimal("5000.00"))
    rows[1]["segment"] = "private"
    who = reckoned(customers=rows)
    assert who.fact("segment").state is State.UNREADABLE
    assert who.fact("segment").why == "customers.csv:2, 3: rows with the same key differ in segment"
    assert who.fact("aum").value == 5000


@pytest.mark.parametrize(
    ("fact", "expected"),
    [("calls_30d", State.UNREADABLE), ("calls_before", State.VALUE), ("last_contact", State.UNREADABLE)],
)
def test_a_row_whose_subject_is_in_conflict_may_be_of_each_that_it_names(fact, expected):
    rows = interactions(("2026-09-01", "call", "", ""))
    assert reckoned(interactions=rows).fact("calls_30d") == known(1)
    both = [*rows, {**rows[0], "customer_id": "C2"}]
    for key in ("C1", "C2"):
        customers = [{"customer_id": "C1"}, {"customer_id": "C2"}]
        found = reckoned(key=key, customers=customers, interactions=both).fact(fact)
        assert found.state is expected


def test_a_row_whose_subject_is_in_conflict_leaves_what_it_can_not_change():
    rows = interactions(("2026-09-01", "call", "", "5"), ("2026-09-02", "call", "", "7"))
    found = reckoned(interactions=[*rows, {**rows[0], "customer_id": "C2"}])
    assert found.fact("top") == known(7)
    assert found.fact("last_score") == known(7)


def test_windows_share_no_day_and_leave_none_out():
    rows = interactions(
        ("2026-09-30 23:59", "call", "", ""),
        ("2026-09-01", "call", "", ""),
        ("2026-08-31", "call", "", ""),
        ("2026-08-02", "call", "", ""),
        ("2026-08-01", "call", "", ""),
        ("2026-10-01 00:00", "call", "", ""),
    )
    who = reckoned(interactions=rows)
    assert (who.fact("calls_30d").value, who.fact("calls_before").value) == (2, 2)
    assert who.made_from("calls_30d") == ("interactions", (2, 3))


def test_hours_by_precision():
    noon = datetime.combine(date(2026, 9, 30), time(12))
    assert reckoned(noon, interactions=interactions(("2026-09-29 12:01", "call", "", ""))).fact(
        "recent_hours"
    ) == known(1)
    assert reckoned(noon, interactions=interactions(("2026-09-29 11:59", "call", "", ""))).fact(
        "recent_hours"
    ) == known(0)
    undecided = reckoned(noon, interactions=interactions(("2026-09-29", "call", "", "")))
    assert undecided.fact("recent_hours").state is State.UNREADABLE


def test_sums_and_averages_over_rows():
    rows = interactions(
        ("2026-09-01", "call", "10", ""), ("2026-09-02", "visit", "20", ""), ("2026-09-03", "call", "", "")
    )
    who = reckoned(interactions=rows)
    assert who.fact("spent") == known(Decimal(30))
    assert who.fact("mean") == known(Fraction(15))
    empty = reckoned(interactions=[{**rows[0], "customer_id": "C9"}])
    assert (empty.fact("spent"), empty.fact("mean"), empty.fact("top")) == (known(0), ABSENT, ABSENT)
    bad = reckoned(interactions=interactions(("2026-09-01", "call", "ten", "")))
    assert bad.fact("spent").why == "interactions.csv:2: amount `ten` is not an amount of money"


def test_a_cell_that_could_not_change_the_measure_does_no_harm():
    rows = interactions(("2026-09-02", "call", "", "3"), ("2026-09-01", "call", "", "x"))
    who = reckoned(interactions=rows)
    assert who.fact("last_score") == known(3)
    assert who.fact("first_score").state is State.UNREADABLE
    assert who.fact("top").state is State.UNREADABLE
    undated = reckoned(interactions=interactions(("2026-09-02", "call", "", "3"), ("?", "call", "", "5")))
    assert undated.fact("last_score").state is State.UNREADABLE
    assert undated.fact("top") == known(5)


def test_the_latest_of_several_on_one_day_is_the_highest():
    rows = interactions(
        ("2026-09-02", "visit", "", "3"), ("2026-09-02", "visit", "", "4"), ("2026-09-01", "call", "", "5")
    )
    who = reckoned(interactions=rows)
    assert who.fact("last_score") == known(4)
    assert who.fact("first_score") == known(5)
    assert who.fact("last_contact") == known(Moment(datetime.combine(date(2026, 9, 1), time.min), "day"))
    assert reckoned(interactions=rows[:2]).fact("last_contact") == ABSENT


def test_a_series_ends_with_its_reporting_month():
    rows = balances(m2026_06="100", m2026_07="400", m2026_08="300", m2026_09="200.01")
    who = reckoned(balances=rows)
    assert who.fact("aum_3m") == known(Fraction("900.01") / 3)
    assert who.fact("change") == known(Decimal("-199.99"))
    assert who.fact("falling") == known(2)
    assert who.fact("gold_since") == known(Month(2026, 7))
    before = reckoned(balances=rows, as_of=datetime.combine(date(2026, 9, 29), time.max))
    assert before.fact("falling") == known(1)


def test_a_gap_breaks_a_streak_and_an_unreadable_month_leaves_it_open():
    assert reckoned(balances=balances(m2026_09="1", m2026_07="3")).fact("falling") == known(0)
    assert (
        reckoned(balances=balances(m2026_09="1", m2026_08="?", m2026_07="3")).fact("falling").state is State.UNREADABLE
    )
    rows = balances(m2026_09="5", m2026_08="4", m2026_07="?")
    assert reckoned(balances=rows).fact("falling") == known(0)
    assert reckoned(balances=balances(m2026_09="1", m2026_07="?")).fact("change").state is State.UNREADABLE


def test_what_is_not_supplied_and_what_stands_in():
    who = reckoned(customers=[{"customer_id": "C1", "aum": "700"}])
    assert who.fact("calls_30d").state is State.NOT_SUPPLIED
    assert who.fact("calls_30d").why == "the book has no interactions"
    assert who.fact("aum_3m") == known(Decimal(700))
    assert who.outcome("tier").code == "vip"
    without = reckoned()
    assert without.outcome("tier").code is None
    assert without.outcome("tier").wants == ("aum_3m",)
    covers = {"interactions": (date(2026, 9, 2), None)}
    rows = interactions(("2026-09-20", "call", "", ""))
    assert reckoned(interactions=rows, covers=covers).fact("calls_30d").state is State.NOT_SUPPLIED
    covers = {"interactions": (date(2026, 9, 1), date(2026, 9, 30))}
    assert reckoned(interactions=rows, covers=covers).fact("calls_30d") == known(1)


def test_a_column_with_the_name_of_a_fact_replaces_it():
    rows = [{"customer_id": "C1", "aum_3m": "1", "tier": "vip"}]
    who = reckoned(customers=rows, balances=balances(m2026_09="900"))
    assert who.fact("aum_3m") == known(Decimal(1))
    assert (who.outcome("tier").code, who.outcome("tier").rule) == ("vip", None)
    empty = reckoned(customers=[{"customer_id": "C1", "tier": ""}])
    assert empty.fact("tier") == EMPTY
    assert (empty.outcome("tier").code, empty.outcome("tier").wants) == (None, ("tier",))


@pytest.mark.parametrize(
    ("opened", "months"),
    [("2026-08-30", 1), ("2026-08-31", 1), ("2026-07-31", 2), ("2026-02-28", 7), ("2026-09-30", 0)],
)
def test_whole_months_since(opened, months):
    assert reckoned(customers=[{"customer_id": "C1", "opened_at": opened}]).fact("tenure") == known(months)
    assert reckoned(customers=[{"customer_id": "C1", "opened_at": ""}]).fact("tenure") == ABSENT


def test_facts_of_another_subject():
    staff = [{"staff_id": "S1", "joined_at": "2026-05-01"}, {"staff_id": "S2", "joined_at": "2020-05-01"}]

    def team(manager):
        customers = [{"customer_id": "C1", "aum": "700", "manager": manager}]
        return reckoned(customers=customers, staff=staff).outcome("team")

    assert team("S1").code == "fresh"
    assert team("S2").code == "old"
    assert team("").code == "old"
    assert (team("S9").code, team("S9").wants) == (None, ("staff.joined_at",))


def test_who_is_not_there():
    assert reckoned(customers=[{"customer_id": "C2"}]) is None
