"""What a bank adds without touching Python: a tier, a stage, a field, a table, a fact, each in a copy of the shipped rules."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Lines = list[dict[str, str]]
Shown = Callable[..., Lines]

SUMMIT = """\
  - id: TIER-SUMMIT
    label: {en: Summit, zh: 至尊客户}
    cites: 1.1.1
    from: 2025-01-01
    when: {aum_avg_3m: at least summit_floor}
    then: summit
"""
HERITAGE = """\
  - id: STAGE-HERITAGE
    label: {en: Heritage, zh: 传承期}
    cites: 1.2.3
    from: 2025-01-01
    when: {tenure_months: at least 120}
    then: heritage
    examples:
      - {as of: 2026-08-01, deceased_at: "", closed_at: "", churn_warning: none, tenure_days: 5000, tenure_months: 120, gives: heritage}
"""
CLUB_POINTS = """\
  club_points: {type: count, empty: none, label: {en: Club points, zh: 俱乐部积分}, headers: [积分]}
"""
PARCELS = """\
kind: table
table: parcels
label: {en: Parcels, zh: 包裹}
key: parcel_id
dated by: sent_at
fields:
  parcel_id: {type: id, label: {en: Parcel, zh: 包裹编号}, headers: [运单号]}
  customer_id: {type: id, refers: customer, label: {en: Customer ID, zh: 客户编号}}
  sent_at: {type: date, time: happened, label: {en: Sent on, zh: 寄出日期}}
  value: {type: money, unit: CNY, empty: none, label: {en: Value, zh: 价值}}
"""
# Of C0002 one parcel is older than 90 days; of C0003 one lies after the as-of.
PARCEL_ROWS = """\
运单号,客户编号,寄出日期,value
P1,C0001,2026-11-01,100
P2,C0001,2026-10-15,250.50
P3,C0002,2026-11-02,80
P4,C0002,2026-01-05,900
P5,C0003,2026-10-01,40
P6,C0003,2026-12-01,70
"""
PARCEL_FACT = """\
kind: facts
for: customer
facts:
  parcels_90d: {label: {en: Parcels in 90 days, zh: 近90天包裹数}, is: count of parcels in the last 90 days}
  parcels_value: {label: {en: Value of parcels, zh: 包裹价值}, is: sum of value of parcels}
"""
PARCEL_RULE = """\
kind: decision
decides: parcel_care
for: customer
label: {en: Parcel care, zh: 包裹关怀}
choose: first that matches
outcomes:
  often: {en: Often, zh: 经常}
  seldom: {en: Seldom, zh: 很少}
rules:
  - id: PARCEL-OFTEN
    label: {en: Often, zh: 经常}
    cites: 1.1.1
    from: 2025-01-01
    when: {parcels_90d: at least 2}
    then: often
  - id: PARCEL-SELDOM
    label: {en: Seldom, zh: 很少}
    cites: 1.1.3
    from: 2025-01-01
    otherwise: seldom
"""
BRANCH_HOURS = """\
kind: calendar
calendar: counter
base: cn
hours: 09:00-12:00, 13:30-17:30
holidays:
  - {name: {en: Stocktaking, zh: 盘点}, other hours: {2026-11-20: 09:00-12:00}}
---
kind: calendar
calendar: london
known: {from: 2026-01-01, to: 2026-12-31}
time zone: Europe/London
hours: 09:00-17:00
---
kind: obligation
for: complaint
rules:
  - id: DEMO-HOURS
    label: {en: Acknowledge in working hours, zh: 工作时间内确认}
    cites: 2.1.1
    from: 2026-01-01
    starts: received_at
    within: 8 working hours
    calendar: branch.hours
    warns: 90 working minutes before
    pauses: waiting_for_customer, at most 8 working hours
    lapses: 40 working hours after due
    done when: first_feedback_at is known
    by: handler
"""
ZH_HOURS = """\
种类: 义务
适用对象: 投诉
规则:
  - 编号: DEMO-HOURS
    名称: {en: Acknowledge in working hours, zh: 工作时间内确认}
    依据: 2.1.1
    自: 2026-01-01
    起算: 受理时间
    期限: 8个工作小时内
    日历: branch.hours
    预警: 提前90个工作分钟
    暂停: 待客户补充，最多8个工作小时
    失效: 到期后40个工作小时
    完成条件: 首次反馈时间已知
    负责: 处理人
"""
HOURS_FIELD = """\
  hours: {type: code, empty: unknown, label: {en: Hours, zh: 营业时间}, codes: {counter: {en: Counter, zh: 柜面}, london: {en: London, zh: 伦敦}}}
  region: {"""


@pytest.fixture
def rules(root: Path, tmp_path: Path) -> Path:
    """A bank's own rulebook, that begins with the shipped one; its lock, which keeps that as it is, is not taken over."""
    return Path(shutil.copytree(root / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("rules.lock")))


@pytest.fixture
def book(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(root / "sample_data", tmp_path / "book"))


@pytest.fixture
def shown(root: Path, tmp_path: Path, rules: Path, book: Path) -> Shown:
    """The rows that a command prints in a pipe, by column; nothing may be wrong in the files."""

    def run(command: str, *options: str) -> Lines:
        line = [sys.executable, "-m", "relcare", command, "--book", str(book), "--rules", str(rules)]
        environment = os.environ | {"PYTHONPATH": str(root)}
        ran = subprocess.run(
            [*line, "--as-of", "2026-11-20", *options], cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        assert (ran.returncode, ran.stderr.decode()) == (0, "")
        header, *rows = [each.split("\t") for each in ran.stdout.decode().splitlines()]
        return [dict(zip(header, row, strict=True)) for row in rows]

    return run


def changed(path: Path, replacements: dict[str, str]) -> None:
    """Replace texts of a file, each of which stands in it once."""
    text = path.read_text(encoding="utf-8")
    for old, new in replacements.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def test_a_tier(rules: Path, shown: Shown) -> None:
    before = shown("customers", "--columns", "customer_id,tier,aum_avg_3m")
    added = {
        "outcomes:\n": "outcomes:\n  summit: {en: Summit, zh: 至尊客户}\n",
        "limits:\n": 'limits:\n  summit_floor: [{from: 2025-01-01, is: "10,000,000"}]\n',
        "rules:\n": f"rules:\n{SUMMIT}",
    }
    changed(rules / "tier.yaml", added)
    rich = {row["customer_id"] for row in before if float(row["aum_avg_3m"] or 0) >= 10_000_000}
    assert 0 < len(rich) < len(before)
    after = shown("customers", "--columns", "customer_id,tier,tier_rule")
    assert {row["customer_id"] for row in after if row["tier"] == "summit"} == rich
    assert {row["tier_rule"] for row in after if row["tier"] == "summit"} == {"TIER-SUMMIT"}
    others = {row["customer_id"]: row["tier"] for row in before if row["customer_id"] not in rich}
    assert {row["customer_id"]: row["tier"] for row in after if row["customer_id"] not in rich} == others
    assert {row["customer_id"] for row in shown("customers", "--tier", "summit")} == rich


def test_a_stage(rules: Path, shown: Shown) -> None:
    before = shown("customers", "--columns", "customer_id,stage,tenure_months")
    added = {
        "outcomes:\n": "outcomes:\n  heritage: {en: Heritage, zh: 传承期}\n",
        "  - id: STAGE-MATURITY\n": f"{HERITAGE}  - id: STAGE-MATURITY\n",
        "tenure_months: 164, gives: maturity": "tenure_months: 119, gives: maturity",
    }
    changed(rules / "stage.yaml", added)
    old = {row["customer_id"] for row in before if row["stage"] == "maturity" and int(row["tenure_months"]) >= 120}
    assert old
    assert {row["customer_id"] for row in shown("customers", "--stage", "heritage")} == old
    assert not [row for row in shown("check") if row["kind"] == "problem"]


def test_a_field(rules: Path, book: Path, shown: Shown) -> None:
    changed(rules / "vocabulary" / "customers.yaml", {"  payroll: {": f"{CLUB_POINTS}  payroll: {{"})
    path = book / "customers.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    points = {"C0001": "1,200", "C0003": "0"}
    lines = [header + ",积分", *(f'{row},"{points.get(row[:5], "")}"' for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = {
        row["customer_id"]: row["club_points"] for row in shown("customers", "--columns", "customer_id,club_points")
    }
    assert {who: value for who, value in told.items() if value} == {"C0001": "1200", "C0003": "0"}


def test_a_table_and_its_rows(rules: Path, book: Path, shown: Shown) -> None:
    (rules / "vocabulary" / "parcels.yaml").write_text(PARCELS, encoding="utf-8")
    (book / "parcels.csv").write_text(PARCEL_ROWS, encoding="utf-8")
    account = next(row for row in shown("check") if row["code"] == "parcels")
    assert (account["kind"], account["message"], account["rows_in"], account["rows_used"]) == (
        "table",
        "Parcels",
        "6",
        "6",
    )
    assert account["latest"] == "2026-11-02"  # what lies after the as-of is not there yet


def test_a_fact_over_the_rows_of_a_new_table(rules: Path, book: Path, shown: Shown) -> None:
    (rules / "parcels.yaml").write_text(f"{PARCELS}---\n{PARCEL_FACT}---\n{PARCEL_RULE}", encoding="utf-8")
    (book / "parcels.csv").write_text(PARCEL_ROWS, encoding="utf-8")
    rows = shown("customers", "--columns", "customer_id,parcels_90d,parcels_value,parcel_care,parcel_care_because")
    told = {row["customer_id"]: tuple(row.values())[1:4] for row in rows}
    assert told["C0001"] == ("2", "350.50", "often")
    assert told["C0002"] == ("1", "980.00", "seldom")
    assert told["C0003"] == ("1", "40.00", "seldom")
    assert {value for who, value in told.items() if who > "C0003"} == {("0", "0.00", "seldom")}
    assert rows[0]["parcel_care_because"] == "Parcels in 90 days 2 (at least 2)"
    assert "parcel_care" in shown("customers")[0]  # a decision is a column by itself
    decided = [row for row in shown("explain", "C0001", "parcel_care") if row["decided"]]
    assert [row["rule_id"] for row in decided] == ["PARCEL-OFTEN"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_clock_by_the_hours_of_each_branch(rules: Path, book: Path, shown: Shown, language: str) -> None:
    calendars, english = BRANCH_HOURS.rsplit("---\n", 1)
    rule = english if language == "en" else ZH_HOURS
    (rules / "hours.yaml").write_text(f"{calendars}---\n{rule}", encoding="utf-8")
    changed(rules / "vocabulary" / "house.yaml", {"  region: {": HOURS_FIELD})
    branches = (book / "branches.csv").read_text(encoding="utf-8").splitlines()
    hours = ["hours", "counter", "counter", "london", "柜面"]
    lines = [f"{line},{told}" for line, told in zip(branches, hours, strict=True)]
    (book / "branches.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    new = """- {complaint_id: K901, received_at: "2026-11-19 16:00", channel: phone, branch_id: B01}
- {complaint_id: K902, received_at: "2026-11-19 16:00", channel: phone, branch_id: B03}
"""
    with (book / "complaints.yaml").open("a", encoding="utf-8") as file:
        file.write(new)
    due = {row["subject_id"]: row for row in shown("due", "--rule", "DEMO-HOURS")}
    # an hour and a half on the 19th, three on the half day, the rest on Monday; in London 16:00 here is 08:00
    assert due["K901"]["due_at"] == "2026-11-23 14:00"
    assert due["K902"]["due_at"] == "2026-11-20 01:00"
    days = [row for row in shown("explain", "K901", "DEMO-HOURS") if row["part"] == "day"]
    assert [(row["value"], row["test"]) for row in days] == [
        ("2026-11-19", "16:00–17:30, 1:30"),
        ("2026-11-20", "09:00–12:00, 3:00, open 09:00-12:00 (Stocktaking)"),
        ("2026-11-21 – 2026-11-22", "weekend"),
        ("2026-11-23", "09:00–12:00, 3:00"),
        ("2026-11-23", "13:30–14:00, 0:30"),
    ]
