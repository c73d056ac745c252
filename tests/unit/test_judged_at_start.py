"""`judged: at start` on amounts by month: who rises in the middle of a quarter is owed from the next quarter on."""

import tempfile
from pathlib import Path

from owed_books import CARE, as_of, owed, rule, rulebook

from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.runs.explain import explanation

BALANCES = """kind: table
table: balances
label: {en: Balances, zh: 资产}
key: [customer_id, month]
fields:
  customer_id: {type: id, refers: customer}
  month: {type: month}
  aum: {type: money, unit: CNY, range: [0, 1000000000]}
---
kind: limits
limits:
  floor: [{from: 2024-01-01, is: "6,000,000"}]
---
kind: facts
for: customer
facts:
  aum_avg: {label: {en: Average, zh: 月均}, is: average of aum of balances over the last 3 months}
---
kind: decision
decides: level
for: customer
label: {en: Level, zh: 等级}
choose: first that matches
rules:
  - {id: HIGH, label: {en: High, zh: 高}, cites: "1", from: 2024-01-01, when: {aum_avg: at least floor}, then: high}
  - {id: LOW, label: {en: Low, zh: 低}, cites: "1", from: 2024-01-01, otherwise: low}
---
"""
REVIEW = ("when: {level: high}", "every: quarter", "due: last working day of the quarter", "lapses: 5 working days after due", "done when: interaction visit")  # fmt: skip
RISE = {"2026-04": "6000000", "2026-05": "6000000", "2026-06": "5999999.99", "2026-07": "9000000", "2026-08": "9000000"}
EQUAL = RISE | {"2026-06": "6000000"}
FALL = {"2026-04": "9000000", "2026-05": "9000000", "2026-06": "9000000", "2026-07": "1", "2026-08": "1"}


def quarters(months: dict[str, str], when: str, *lines: str) -> dict[str, str]:
    """The status of each quarter by its first day."""
    found = owed(BALANCES + CARE + rule("REVIEW", *REVIEW, *lines), files_of(months), when)
    return {f"{row['opens']:%Y-%m-%d}": row["status"] for row in found}


def files_of(months: dict[str, str]) -> dict[str, str]:
    return {
        "customers.csv": "customer_id,opened_at,tier\nC1,2020-01-06,vip\n",
        "interactions.csv": "interaction_id,customer_id,at,kind\nI1,C2,2026-11-02 10:00,visit\n",
        "balances.csv": "customer_id,month,aum\n" + "".join(f"C1,{month},{aum}\n" for month, aum in months.items()),
    }


def test_who_became_a_vip_in_the_quarter_is_owed_nothing_for_it_at_start_and_is_as_of_today():
    assert "2026-07-01" not in quarters(RISE, "2026-09-10", "judged: at start")
    assert quarters(RISE, "2026-09-10")["2026-07-01"] == "running"


def test_who_was_a_vip_to_the_cent_when_the_quarter_began_is_owed_it():
    assert quarters(EQUAL, "2026-09-10", "judged: at start")["2026-07-01"] == "running"


def test_who_fell_in_the_quarter_is_owed_it_all_the_same():
    assert quarters(FALL, "2026-09-10", "judged: at start")["2026-07-01"] == "running"
    assert "2026-07-01" not in quarters(FALL, "2026-09-10")


def test_a_quarter_that_is_over_stays_judged_by_its_start():
    fallen = FALL | {"2026-09": "1"}
    assert quarters(fallen, "2026-10-20", "judged: at start")["2026-07-01"] == "lapsed"
    assert "2026-10-01" not in quarters(fallen, "2026-10-20", "judged: at start")


def test_a_decision_that_nothing_dates_in_part_is_judged_by_the_rest_as_it_was():
    mixed = BALANCES.replace(
        "when: {aum_avg: at least floor}", "when: {any: [{aum_avg: at least floor}, {tier: basic}]}"
    )
    found = rulebook(mixed + CARE + rule("REVIEW", *REVIEW, "judged: at start"))
    assert [each.at_start for each in found.obligations] == [True]


def test_explain_judges_as_the_list_does(tmp_path):
    found = rulebook(BALANCES + CARE + rule("REVIEW", *REVIEW, "judged: at start"))
    for name, text in files_of(FALL).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings, _ = read_settings(tmp_path, found.vocabulary)
    book = open_book(tmp_path, found.vocabulary, settings, Path(tempfile.mkdtemp(dir=tmp_path)))
    report = explanation(found, book, "C1", "REVIEW", as_of=as_of("2026-09-10"))
    keys = [column.key for column in report.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in report.rows]
    assert next((row["opens"], row["value"]) for row in rows if row["part"] == "judged") == ("2026-07-01", "2026-07-01")
    assert rows[0]["outcome"] == quarters(FALL, "2026-09-10", "judged: at start")["2026-07-01"] == "running"
