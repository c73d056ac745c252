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
WITH_PAUSES = 9  # of a hundred complaints
DONE = 94  # of a hundred duties: the others are left undone
MONTHS = 14  # month-ends of each of those, the last before `AS_OF`
ONE_IN = 100_000  # rows with a cell that can't be read, and rows that stand twice, in each large table

# A row's dice: `dice(i, n)` is a number from 0 to 2^32 - 1, another for every row number, purpose and seed.
DICE = "CREATE TEMP MACRO dice(i, purpose) AS CAST(hash(i * 1000 + purpose + {seed} * 7919) >> 32 AS BIGINT)"
PICK = "CREATE TEMP MACRO pick(words, number) AS words[1 + number % len(words)]"
SHARE = "CREATE TEMP MACRO share(number) AS number / 4294967296.0"
# Up to so many hours.
SPREAD = "CREATE TEMP MACRO spread(number, most) AS to_minutes(CAST(number % (most * 60) AS BIGINT))"
OPENED = """CREATE TEMP MACRO opened(i) AS CASE WHEN dice(i, 20) % 500 = 0 THEN DATE '2026-11-21' + CAST(dice(i, 21) % 60 AS INTEGER)
  WHEN dice(i, 20) % 8 = 0 THEN DATE '2026-05-01' + CAST(dice(i, 21) % 204 AS INTEGER)
  ELSE DATE '2012-01-01' + CAST(dice(i, 21) % 5400 AS INTEGER) END"""
REPRICED = "CREATE TEMP MACRO repriced(i) AS DATE '2026-11-01' + CAST(dice(i, 91) % 365 AS INTEGER)"

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
    opened(i) AS opened
  FROM (SELECT * FROM range({customers}) rows(i)
    UNION ALL SELECT i FROM range({customers}) rows(i) WHERE dice(i, 22) % {one_in} = 0 OR i = 11)
)
ORDER BY i
"""

# A row is a complaint and when its steps were taken; some never are, and what lies ahead of the as-of date is there as well.
TIMES = """
CREATE TEMP TABLE times AS
SELECT *, CASE WHEN dice(i, 120) % 100 > 1 THEN resolved + spread(dice(i, 121), 70) END AS followed_up,
  CASE WHEN followed_up IS NOT NULL THEN pick([5, 5, 4, 4, 4, 3, 3, 3, 2, 1], dice(i, 122)) END AS satisfaction,
  CASE WHEN satisfaction < 3 AND dice(i, 123) % 10 > 0 THEN followed_up + spread(dice(i, 124), 24) END AS escalated,
  followed_up + spread(dice(i, 125), 72) AS closed
FROM (
  SELECT *, CASE WHEN dice(i, 116) % 100 > 0 THEN told + spread(dice(i, 117), 24) END AS confirmed,
    CASE WHEN dice(i, 118) % 100 > 0 THEN confirmed + spread(dice(i, 119), 100) END AS resolved
  FROM (
    SELECT i, received, CASE WHEN dice(i, 61) % 20 > 0 THEN dice(i, 62) % {customers} END AS who,
      CASE WHEN dice(i, 110) % 100 > 1 THEN received + spread(dice(i, 111), 23) END AS feedback,
      CASE WHEN dice(i, 112) % 100 > 1 THEN received + INTERVAL 4 HOURS + spread(dice(i, 113), 60) END AS facts,
      CASE WHEN dice(i, 114) % 100 > 1 THEN received + INTERVAL 20 HOURS + spread(dice(i, 115), 96) END AS told,
      CASE WHEN dice(i, 126) % 50 = 0 THEN received + spread(dice(i, 127), 120) END AS withdrawn
    FROM (SELECT i, TIMESTAMP '2025-06-01 08:00:00' + to_seconds(CAST(dice(i, 72) % 46500000 AS BIGINT)) AS received FROM range({complaints}) rows(i))
  )
)
"""

# A row is an interaction. Two in five are the duties that the bank has to a customer and, for three in ten customers, what
# follows a complaint; of some duties there are none, or they are left undone, and any interaction stands in their place. The
# cube of the dice gives the first customers most of those.
INTERACTIONS = """
SELECT 'I' || lpad(CAST(i AS VARCHAR), 8, '0') AS interaction_id,
  'C' || lpad(CAST(CASE WHEN duty IS NOT NULL THEN whose ELSE anybody END AS VARCHAR), 7, '0') AS customer_id,
  CASE WHEN bad AND dice(i, 31) % 2 = 0 THEN '20260931 25:00' ELSE strftime(CASE WHEN duty IS NOT NULL THEN since + spread(dice(i, 32), hours)
    ELSE TIMESTAMP '2025-01-01 08:00:00' + to_minutes(CAST(dice(i, 32) % 998000 AS BIGINT)) END, '%Y-%m-%d %H:%M') END AS at,
  CASE WHEN bad AND dice(i, 31) % 2 = 1 THEN 'telepathy' WHEN duty IS NOT NULL THEN duty
    ELSE pick(['call', 'inquiry', 'inquiry', 'inquiry', 'visit', 'message', 'message', 'guide', 'bundle_offer', 'education'], dice(i, 33)) END AS kind,
  CASE duty WHEN 'safety_notice' THEN 'sms' WHEN 'message' THEN 'sms' WHEN 'repair_visit' THEN 'on_site'
    ELSE pick(['phone', 'app', 'branch', 'wechat'], dice(i, 34)) END AS channel,
  CASE WHEN duty IS NOT NULL AND dice(i, 35) % 25 > 0 THEN 'reached' ELSE pick(['reached', 'reached', 'no_answer', 'declined', NULL], dice(i, 35)) END AS outcome,
  CASE WHEN duty = 'inquiry' AND c % 50 = 0 THEN '留学购汇' WHEN duty = 'inquiry' THEN '转账'
    ELSE pick(['利率', '转账', '理财到期', '信用卡', '挂失', '房贷', '基金', '外汇'], dice(i, 36)) END AS topic,
  'S' || lpad(CAST(dice(i, 37) % {staff} AS VARCHAR), 5, '0') AS staff_id
FROM (
  SELECT *, CASE WHEN dice(i, 42) % 100 >= {done} THEN NULL
    WHEN slot = 0 THEN CASE WHEN new THEN 'call' WHEN anniversary THEN 'milestone_benefit' WHEN vip THEN 'festival_benefit'
      WHEN mortgage THEN 'repricing_call' WHEN c % {every} = 0 THEN 'ladder_benefit' ELSE 'safety_notice' END
    WHEN slot = 1 THEN CASE WHEN new THEN 'needs_survey' WHEN anniversary AND vip THEN 'festival_benefit' WHEN mortgage THEN 'hedging_proposal'
      WHEN asks AND c % 50 = 0 THEN 'bundle_offer' WHEN asks THEN 'preventive_contact' WHEN vip THEN 'asset_review'
      WHEN c % 7 = 0 THEN 'open_day_invitation' WHEN c % 7 = 1 THEN 'retention_offer' END
    WHEN repair THEN CASE WHEN slot = 3 THEN 'call' WHEN slot = 4 THEN 'survey_invitation' WHEN vip THEN 'repair_visit' ELSE 'message' END
    WHEN asks THEN 'inquiry' END AS duty,
    CASE duty WHEN 'milestone_benefit' THEN CAST(opened + INTERVAL 361 DAYS AS TIMESTAMP) WHEN 'festival_benefit' THEN TIMESTAMP '2026-08-26 08:00:00'
      WHEN 'ladder_benefit' THEN TIMESTAMP '2026-11-02 08:00:00' WHEN 'safety_notice' THEN TIMESTAMP '2026-10-08 08:00:00'
      WHEN 'asset_review' THEN TIMESTAMP '2026-10-08 08:00:00' WHEN 'open_day_invitation' THEN TIMESTAMP '2026-03-02 08:00:00'
      WHEN 'retention_offer' THEN TIMESTAMP '2026-11-02 08:00:00' WHEN 'bundle_offer' THEN TIMESTAMP '2026-11-10 08:00:00'
      WHEN 'preventive_contact' THEN TIMESTAMP '2026-11-12 08:00:00'
      WHEN 'inquiry' THEN CASE WHEN c % 50 = 0 THEN TIMESTAMP '2026-09-01 08:00:00' ELSE TIMESTAMP '2026-10-23 08:00:00' END
      ELSE CASE WHEN repair THEN resolved WHEN new THEN opened + INTERVAL 8 HOURS ELSE repriced(c) - INTERVAL 58 DAYS END END AS since,
    CASE duty WHEN 'open_day_invitation' THEN 5000 WHEN 'safety_notice' THEN 1000 WHEN 'asset_review' THEN 1000 WHEN 'repricing_call' THEN 650
      WHEN 'hedging_proposal' THEN 650 WHEN 'festival_benefit' THEN 700 WHEN 'inquiry' THEN CASE WHEN c % 50 = 0 THEN 1900 ELSE 680 END
      WHEN 'ladder_benefit' THEN 250 WHEN 'retention_offer' THEN 400 ELSE CASE WHEN new AND NOT repair THEN 66 ELSE 210 END END AS hours
  FROM (
    SELECT rows.*, times.resolved, coalesce(slot > 1 AND times.who IS NOT NULL AND times.resolved >= TIMESTAMP '2026-08-01', FALSE) AS repair,
      CASE WHEN repair THEN times.who ELSE c END AS whose, opened(whose) AS opened,
      opened BETWEEN DATE '2026-08-22' AND DATE '2026-11-20' AS new, opened BETWEEN DATE '2025-08-10' AND DATE '2025-11-20' AS anniversary,
      dice(whose, 4) % 100 < 3 OR (whose % {every} > 0 AND share(dice(whose, 14)) >= 0.942) AS vip,
      c % 10 = 3 AND repriced(c) < DATE '2027-01-20' AS mortgage, c % 50 < 2 AS asks
    FROM (
      SELECT i, i % 5 AS slot, i // 5 AS c, dice(i, 38) % {one_in} = 0 OR i IN (3, 13, 23) AS bad,
        CAST(floor(share(dice(i, 39)) ** (1 + dice(i, 40) % 3) * {customers}) AS BIGINT) AS anybody
      FROM (SELECT * FROM range({interactions}) rows(i)
        UNION ALL SELECT i FROM range({interactions}) rows(i) WHERE dice(i, 41) % {one_in} = 0 OR i = 19)
    ) rows LEFT JOIN times ON times.i = c
  )
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

# A row is a complaint, received to the second; all else to the minute.
COMPLAINTS = """
SELECT 'P' || lpad(CAST(i AS VARCHAR), 7, '0') AS complaint_id, 'C' || lpad(CAST(who AS VARCHAR), 7, '0') AS customer_id,
  strftime(received, '%Y-%m-%d %H:%M:%S') AS received_at,
  pick(['phone', 'branch', 'app', 'web', 'chat', 'wechat', 'letter', 'regulator'], dice(i, 63)) AS channel,
  pick(['信用卡', '贷款', '理财', '柜面服务', '手机银行', '基金'], dice(i, 64)) AS business,
  strftime(CASE WHEN dice(i, 65) % 10 > 0 THEN received + to_seconds(CAST(dice(i, 66) % 60 AS BIGINT)) END, '%Y-%m-%d %H:%M:%S') AS answered_at,
  CASE WHEN bad AND dice(i, 73) % 2 = 0 THEN '2026-13-01 10:00' ELSE strftime(feedback, '%Y-%m-%d %H:%M') END AS first_feedback_at,
  strftime(facts, '%Y-%m-%d %H:%M') AS facts_established_at, strftime(told, '%Y-%m-%d %H:%M') AS plan_told_at,
  strftime(confirmed, '%Y-%m-%d %H:%M') AS plan_confirmed_at,
  CASE WHEN bad AND dice(i, 73) % 2 = 1 THEN 'soon' ELSE strftime(resolved, '%Y-%m-%d %H:%M') END AS resolved_at,
  strftime(followed_up, '%Y-%m-%d %H:%M') AS followed_up_at, satisfaction, strftime(escalated, '%Y-%m-%d %H:%M') AS escalated_at,
  strftime(withdrawn, '%Y-%m-%d %H:%M') AS withdrawn_at, strftime(closed, '%Y-%m-%d %H:%M') AS closed_at,
  'S' || lpad(CAST(dice(i, 71) % {staff} AS VARCHAR), 5, '0') AS handler
FROM (SELECT *, dice(i, 74) % {one_in} = 0 OR i IN (5, 15, 25) AS bad
  FROM (FROM times UNION ALL FROM times WHERE dice(i, 75) % {one_in} = 0 OR i = 9))
ORDER BY i
"""

# A row is an event of a complaint: feedback, and the clock that waits for the customer, once or twice.
EVENTS = """
SELECT 'E' || lpad(CAST(2 * i + n AS VARCHAR), 8, '0') AS event_id, 'P' || lpad(CAST(i AS VARCHAR), 7, '0') AS complaint_id,
  CASE WHEN waits AND dice(i, 132) % {one_in} = 0 THEN '2026-02-30 08:00' ELSE strftime(began, '%Y-%m-%d %H:%M') END AS at,
  CASE WHEN waits THEN 'waiting_for_customer' ELSE 'feedback' END AS kind,
  strftime(CASE WHEN waits AND dice(2 * i + n, 133) % 20 > 0 THEN began + spread(dice(2 * i + n, 134), 200) END, '%Y-%m-%d %H:%M') AS until,
  'S' || lpad(CAST(dice(i, 71) % {staff} AS VARCHAR), 5, '0') AS staff_id
FROM (SELECT i, n, n = 1 OR dice(i, 136) % 100 < {paused} // 2 AS waits, received + INTERVAL 10 HOURS + spread(dice(2 * i + n, 131), 100) AS began
  FROM times, range(CASE WHEN dice(i, 135) % 100 < {paused} THEN 2 ELSE 1 END) events(n))
ORDER BY event_id
"""

# A row is an account: every tenth customer has a mortgage, as many have savings.
ACCOUNTS = """
SELECT 'A' || lpad(CAST(i AS VARCHAR), 7, '0') AS account_id, 'C' || lpad(CAST(i AS VARCHAR), 7, '0') AS customer_id,
  CASE i % 10 WHEN 3 THEN 'mortgage' ELSE 'savings' END AS product, CAST(opened(i) AS VARCHAR) AS opened_at,
  CASE WHEN dice(i, 92) % 30 = 0 THEN CAST(DATE '2026-06-01' + CAST(dice(i, 93) % 200 AS INTEGER) AS VARCHAR) END AS closed_at,
  CAST(CAST(1000000 * share(dice(i, 94)) AS DECIMAL(18,2)) AS VARCHAR) AS balance,
  CASE WHEN i % 10 = 3 THEN CASE WHEN dice(i, 95) % {one_in} = 0 OR i = 33 THEN '2027-02-29' ELSE CAST(repriced(i) AS VARCHAR) END END AS next_repricing_date
FROM (SELECT i FROM range({customers}) rows(i) UNION ALL SELECT i FROM range({customers}) rows(i) WHERE dice(i, 96) % {one_in} = 0 OR i = 43)
WHERE i % 10 IN (3, 6)
ORDER BY i
"""

# A row is something that the bank let a customer, a complaint or an account off.
WAIVERS = """
SELECT 'W' || lpad(CAST(i AS VARCHAR), 6, '0') AS waiver_id,
  pick(['CARE-FESTIVAL', 'CARE-MILESTONE', 'CARE-WARNING', 'CARE-REPRICE', 'CLOCK-FEEDBACK', 'CLOCK-PLAN', 'CLOCK-FOLLOWUP', 'REPAIR-CONTACT'], n) AS rule_id,
  CASE WHEN n < 3 THEN 'C' WHEN n = 3 THEN 'A' ELSE 'P' END
    || lpad(CAST(CASE WHEN n = 3 THEN dice(i, 142) % {customers} // 10 * 10 + 3 ELSE dice(i, 142) % CASE WHEN n < 3 THEN {customers} ELSE {complaints} END END AS VARCHAR), 7, '0') AS subject_id,
  CAST(DATE '2026-08-20' + CAST(dice(i, 143) % 95 AS INTEGER) AS VARCHAR) AS waived_at,
  'S' || lpad(CAST(dice(i, 144) % {staff} AS VARCHAR), 5, '0') AS waived_by, '客户要求' AS reason
FROM (SELECT i, dice(i, 141) % 8 AS n FROM range({customers} // 50) rows(i))
ORDER BY i
"""

BRANCHES = """
SELECT 'B' || lpad(CAST(i AS VARCHAR), 4, '0') AS branch_id, '第' || (i + 1) || '支行' AS name,
  'S' || lpad(CAST(dice(i, 86) % {staff} AS VARCHAR), 5, '0') AS head
FROM range({branches}) rows(i)
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
    "complaint_events": EVENTS,
    "accounts": ACCOUNTS,
    "waivers": WAIVERS,
    "staff": STAFF,
    "branches": BRANCHES,
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
        "done": DONE,
        "paused": WITH_PAUSES,
    }
    with duckdb.connect(config={"threads": threads} if threads else {}) as connection:
        for made in (DICE.format(seed=seed), PICK, SHARE, SPREAD, OPENED, REPRICED, TIMES.format(**sizes)):
            connection.execute(made)
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
