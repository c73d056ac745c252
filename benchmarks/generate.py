"""A seeded generator of books of any size: `python -m benchmarks.generate DIR --customers N --seed S`.

The book is made by DuckDB from hashes of row numbers, so that a million customers take seconds and the bytes depend on
the size and the seed alone, not on the number of threads. All dates stand around `AS_OF`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

AS_OF = date(2026, 11, 20)
INTERACTIONS_EACH = 5  # per customer on average; a few customers have most of them
COMPLAINTS_EACH = 0.3
WITH_BALANCES = 0.1  # of the customers
MONTHS = 14  # month-ends of each of those, the last before `AS_OF`
ONE_IN = 100_000  # rows with a cell that can't be read, and rows that stand twice, in each large table

# A row's dice: `dice(i, n)` is a number from 0 to 2^32 - 1, another for every row number, purpose and seed.
DICE = "CREATE TEMP MACRO dice(i, purpose) AS CAST(hash(i * 1000 + purpose + {seed} * 7919) >> 32 AS BIGINT)"
PICK = "CREATE TEMP MACRO pick(words, number) AS words[1 + number % len(words)]"
SHARE = "CREATE TEMP MACRO share(number) AS number / 4294967296.0"

# A row is a customer. 1 in 500 opens after the as-of date, 1 in 25 has left, 1 in 500 has died.
CUSTOMERS = """
SELECT 'C' || lpad(CAST(i AS VARCHAR), 7, '0') AS customer_id,
  pick(['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴', '徐', '孙'], dice(i, 1))
    || pick(['伟', '芳', '娜', '敏', '静', '强', '磊', '洋', '艳', '勇', '杰', '娟'], dice(i, 2))
    || pick(['', '华', '明', '丽', '平'], dice(i, 3)) AS name,
  CASE WHEN bad AND dice(i, 11) % 3 = 0 THEN 'unsorted' WHEN dice(i, 4) % 100 < 3 THEN 'private'
    WHEN dice(i, 4) % 100 < 15 THEN 'business' WHEN dice(i, 4) % 100 < 97 THEN 'retail' END AS segment,
  CASE WHEN bad AND dice(i, 11) % 3 = 1 THEN '2026-02-30' ELSE CAST(opened AS VARCHAR) END AS opened_at,
  CAST(CASE WHEN dice(i, 6) % 25 = 0 AND opened < DATE '2026-01-01'
    THEN DATE '2026-01-01' + CAST(dice(i, 7) % 360 AS INTEGER) END AS VARCHAR) AS closed_at,
  CAST(CASE WHEN dice(i, 8) % 500 = 0 AND opened < DATE '2026-01-01'
    THEN DATE '2026-01-01' + CAST(dice(i, 9) % 330 AS INTEGER) END AS VARCHAR) AS deceased_at,
  CAST(DATE '1940-01-01' + CAST(dice(i, 10) % 25000 AS INTEGER) AS VARCHAR) AS birth_date,
  'c' || (1 + dice(i, 12) % 5) AS risk_tolerance,
  CASE WHEN bad AND dice(i, 11) % 3 = 2 THEN '12,34.5' WHEN dice(i, 13) % 200 = 0 THEN NULL
    ELSE CAST(CAST(2000 * exp(share(dice(i, 14)) * 8.5) AS DECIMAL(18,2)) AS VARCHAR) END AS aum,
  CASE WHEN dice(i, 15) % 10 > 0 THEN 'S' || lpad(CAST(dice(i, 16) % {staff} AS VARCHAR), 5, '0') END AS relationship_manager,
  'B' || lpad(CAST(dice(i, 17) % {branches} AS VARCHAR), 4, '0') AS branch_id,
  pick(['phone', 'sms', 'app', 'wechat', 'email', 'branch'], dice(i, 18)) AS preferred_channel
FROM (
  SELECT i, dice(i, 19) % {one_in} = 0 OR i IN (7, 17, 27) AS bad,
    CASE WHEN dice(i, 20) % 500 = 0 THEN DATE '2026-11-21' + CAST(dice(i, 21) % 60 AS INTEGER)
      WHEN dice(i, 20) % 8 = 0 THEN DATE '2026-05-01' + CAST(dice(i, 21) % 204 AS INTEGER)
      ELSE DATE '2012-01-01' + CAST(dice(i, 21) % 5400 AS INTEGER) END AS opened
  FROM (SELECT * FROM range({customers}) rows(i)
    UNION ALL SELECT i FROM range({customers}) rows(i) WHERE dice(i, 22) % {one_in} = 0 OR i = 11)
)
ORDER BY i
"""

# A row is an interaction; the cube of the dice gives the first customers most of them.
INTERACTIONS = """
SELECT 'I' || lpad(CAST(i AS VARCHAR), 8, '0') AS interaction_id,
  'C' || lpad(CAST(who AS VARCHAR), 7, '0') AS customer_id,
  CASE WHEN bad AND dice(i, 31) % 2 = 0 THEN '20260931 25:00'
    ELSE strftime(TIMESTAMP '2025-01-01 08:00:00' + to_minutes(CAST(dice(i, 32) % 998000 AS BIGINT)), '%Y-%m-%d %H:%M') END AS at,
  CASE WHEN bad AND dice(i, 31) % 2 = 1 THEN 'telepathy'
    ELSE pick(['call', 'inquiry', 'inquiry', 'visit', 'message', 'message', 'guide', 'asset_review', 'bundle_offer', 'education'], dice(i, 33)) END AS kind,
  pick(['phone', 'app', 'branch', 'wechat'], dice(i, 34)) AS channel,
  pick(['reached', 'reached', 'no_answer', 'declined', NULL], dice(i, 35)) AS outcome,
  pick(['利率', '转账', '理财到期', '信用卡', '挂失', '房贷', '基金', '外汇'], dice(i, 36)) AS topic,
  'S' || lpad(CAST(dice(i, 37) % {staff} AS VARCHAR), 5, '0') AS staff_id
FROM (
  SELECT i, dice(i, 38) % {one_in} = 0 OR i IN (3, 13, 23) AS bad,
    CAST(floor(share(dice(i, 39)) ** (1 + dice(i, 40) % 3) * {customers}) AS BIGINT) AS who
  FROM (SELECT * FROM range({interactions}) rows(i)
    UNION ALL SELECT i FROM range({interactions}) rows(i) WHERE dice(i, 41) % {one_in} = 0 OR i = 19)
)
ORDER BY i
"""

# A row is a month-end of a customer: one in three falls month by month, one in twenty took all out at once. Unreadable
# cells stand in the last four months.
BALANCES = """
SELECT 'C' || lpad(CAST(i AS VARCHAR), 7, '0') AS customer_id,
  strftime(CAST(DATE '2026-10-01' - to_months(CAST(back AS INTEGER)) AS DATE), '%Y-%m') AS month,
  CASE WHEN back < 4 AND (dice(i * {months} + back, 51) % {one_in} = 0 OR (i // {every} IN (2, 3) AND back = dice(i, 52) % 4)) THEN '1.234,56'
    ELSE CAST(CAST(3000 * exp(share(dice(i, 53)) * 9) * CASE
      WHEN dice(i, 54) % 20 = 0 AND back < 2 THEN 0.05
      WHEN dice(i, 54) % 3 = 0 THEN 1 + back * 0.04
      ELSE 0.9 + 0.2 * share(dice(i * {months} + back, 55)) END AS DECIMAL(18,2)) AS VARCHAR) END AS aum
FROM range(0, {customers}, {every}) customers(i), range({months}) months(back),
  range(CASE WHEN dice(i * {months} + back, 56) % {one_in} = 0 OR (i // {every} = 5 AND back = 1) THEN 2 ELSE 1 END) copies(copy)
ORDER BY i, back DESC, copy
"""

# A row is a complaint.
COMPLAINTS = """
SELECT 'P' || lpad(CAST(i AS VARCHAR), 7, '0') AS complaint_id,
  CASE WHEN dice(i, 61) % 20 > 0 THEN 'C' || lpad(CAST(dice(i, 62) % {customers} AS VARCHAR), 7, '0') END AS customer_id,
  strftime(received, '%Y-%m-%d %H:%M') AS received_at,
  pick(['phone', 'branch', 'app', 'web', 'wechat', 'letter', 'regulator'], dice(i, 63)) AS channel,
  pick(['信用卡', '贷款', '理财', '柜面服务', '手机银行', '基金'], dice(i, 64)) AS business,
  strftime(CASE WHEN dice(i, 65) % 10 > 0 THEN received + to_seconds(CAST(dice(i, 66) % 60 AS BIGINT)) END, '%Y-%m-%d %H:%M:%S') AS answered_at,
  strftime(CASE WHEN dice(i, 67) % 10 > 1 THEN received + to_hours(CAST(dice(i, 68) % 30 AS BIGINT)) END, '%Y-%m-%d %H:%M') AS first_feedback_at,
  strftime(CASE WHEN dice(i, 69) % 10 > 2 THEN received + to_hours(CAST(24 + dice(i, 70) % 200 AS BIGINT)) END, '%Y-%m-%d %H:%M') AS resolved_at,
  'S' || lpad(CAST(dice(i, 71) % {staff} AS VARCHAR), 5, '0') AS handler
FROM (SELECT i, TIMESTAMP '2025-06-01 08:00:00' + to_minutes(CAST(dice(i, 72) % 775000 AS BIGINT)) AS received FROM range({complaints}) rows(i))
ORDER BY i
"""

# A row is an employee; one in forty is away, with a deputy.
STAFF = """
SELECT 'S' || lpad(CAST(i AS VARCHAR), 5, '0') AS staff_id,
  pick(['林', '何', '高', '郭', '马', '罗'], dice(i, 81)) || pick(['静', '涛', '晨', '悦', '宁'], dice(i, 82)) AS name,
  'relationship_manager' AS role, 'B' || lpad(CAST(dice(i, 83) % {branches} AS VARCHAR), 4, '0') AS branch_id,
  CAST(DATE '2010-01-01' + CAST(dice(i, 84) % 6000 AS INTEGER) AS VARCHAR) AS joined_at,
  CASE WHEN dice(i, 85) % 40 = 0 THEN '2026-11-16' END AS away_from, CASE WHEN dice(i, 85) % 40 = 0 THEN '2026-11-27' END AS away_until,
  CASE WHEN dice(i, 85) % 40 = 0 THEN 'S' || lpad(CAST((i + 1) % {staff} AS VARCHAR), 5, '0') END AS deputy
FROM range({staff}) rows(i)
ORDER BY i
"""

TABLES = {
    "customers": CUSTOMERS,
    "interactions": INTERACTIONS,
    "balances": BALANCES,
    "complaints": COMPLAINTS,
    "staff": STAFF,
}


def generate(folder: Path, customers: int, seed: int, threads: int = 0) -> None:
    """Write the book of `customers` customers to `folder`; files of a table that stand there are replaced."""
    import duckdb  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    sizes = {
        "customers": customers,
        "interactions": customers * INTERACTIONS_EACH,
        "complaints": round(customers * COMPLAINTS_EACH),
        "staff": max(2, customers // 400),
        "branches": max(1, customers // 10_000),
        "every": round(1 / WITH_BALANCES),
        "months": MONTHS,
        "one_in": ONE_IN,
    }
    with duckdb.connect(config={"threads": threads} if threads else {}) as connection:
        for macro in (DICE.format(seed=seed), PICK, SHARE):
            connection.execute(macro)
        for table, select in TABLES.items():
            write(connection, select.format(**sizes), folder / f"{table}.csv")


def write(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    """The rows of a query as CSV in their order."""
    target = str(path).replace("'", "''")
    connection.execute(f"COPY ({select}) TO '{target}' (FORMAT csv, HEADER)")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description="Generate a book.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    generate(given.folder, given.customers, given.seed)


if __name__ == "__main__":
    main()
