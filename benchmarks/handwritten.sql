-- The decisions of rules/tier.yaml, ladder.yaml, churn.yaml and stage.yaml as of 2026-11-20, written by hand to win on a
-- book of benchmarks/generate.py. {book} is its folder, {out} the file to write. Columns are typed by the CSV reader; the
-- reader puts a line with a cell that it can't read into a table of rejects, from which the keys are kept.
SET preserve_insertion_order = false;

-- A row is a customer. The row of a rejected line comes back below, without the cell that can't be read.
CREATE TEMP TABLE customers AS
SELECT customer_id, name, segment, opened_at, closed_at, deceased_at, aum, relationship_manager, branch_id, FALSE AS bad_segment
FROM read_csv('{book}/customers.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', store_rejects = true,
  rejects_table = 'bad_customers', rejects_scan = 'bad_customers_scan', columns = {
  'customer_id': 'VARCHAR', 'name': 'VARCHAR', 'segment': 'ENUM(''retail'', ''private'', ''business'')', 'opened_at': 'DATE',
  'closed_at': 'DATE', 'deceased_at': 'DATE', 'birth_date': 'DATE', 'risk_tolerance': 'VARCHAR', 'aum': 'DECIMAL(18,2)',
  'relationship_manager': 'VARCHAR', 'branch_id': 'VARCHAR', 'preferred_channel': 'VARCHAR'})
WHERE opened_at <= DATE '2026-11-20' OR opened_at IS NULL;

-- Rejected customers: 12 cells, none of them quoted in these files.
INSERT INTO customers
SELECT c[1], c[2], TRY_CAST(nullif(c[3], '') AS ENUM('retail', 'private', 'business')), TRY_CAST(nullif(c[4], '') AS DATE),
  TRY_CAST(nullif(c[5], '') AS DATE), TRY_CAST(nullif(c[6], '') AS DATE), TRY_CAST(nullif(c[9], '') AS DECIMAL(18,2)),
  nullif(c[10], ''), nullif(c[11], ''), bool_or(column_name = 'segment')
FROM (SELECT string_split(csv_line, ',') AS c, column_name FROM bad_customers)
GROUP BY ALL;

-- A row is a customer whose row stands more than once; the copies are the same.
CREATE TEMP TABLE twice AS SELECT customer_id FROM customers GROUP BY customer_id HAVING count(*) > 1;
CREATE TEMP TABLE once AS SELECT DISTINCT * FROM customers WHERE customer_id IN (FROM twice);
DELETE FROM customers WHERE customer_id IN (FROM twice);
INSERT INTO customers FROM once;

-- A row is a customer: enquiries of the last 90 days and of the 90 days before. A row that stands twice counts once.
CREATE TEMP TABLE inquiries AS
SELECT customer_id, count(*) FILTER (WHERE "at" >= TIMESTAMP '2026-08-23') AS recent, count(*) FILTER (WHERE "at" < TIMESTAMP '2026-08-23') AS earlier
FROM (SELECT DISTINCT interaction_id, customer_id, "at"
  FROM read_csv('{book}/interactions.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', store_rejects = true,
    rejects_table = 'bad_interactions', rejects_scan = 'bad_interactions_scan', columns = {
    'interaction_id': 'VARCHAR', 'customer_id': 'VARCHAR', 'at': 'TIMESTAMP', 'kind': 'ENUM(''call'', ''visit'', ''message'', ''inquiry'',
      ''needs_survey'', ''asset_review'', ''welcome_gift'', ''onboarding_offer'', ''bundle_offer'', ''cross_offer'', ''festival_benefit'',
      ''ladder_benefit'', ''milestone_benefit'', ''salon_invitation'', ''open_day_invitation'', ''guide'', ''safety_notice'', ''repricing_call'',
      ''hedging_proposal'', ''retention_offer'', ''handover'', ''win_back'', ''preventive_contact'', ''repair_visit'', ''repair_benefit'',
      ''survey_invitation'', ''explanation'', ''education'')',
    'channel': 'VARCHAR', 'outcome': 'VARCHAR', 'topic': 'VARCHAR', 'staff_id': 'VARCHAR'})
  WHERE kind = 'inquiry' AND "at" >= TIMESTAMP '2026-05-25' AND "at" < TIMESTAMP '2026-11-21')
GROUP BY customer_id;

-- A row is a customer with an interaction that may be an enquiry of a window: its kind or its time can't be read.
CREATE TEMP TABLE doubtful_inquiries AS
SELECT customer_id, bool_or("at" IS NULL OR "at" >= TIMESTAMP '2026-08-23') AS recent, bool_or("at" IS NULL OR "at" < TIMESTAMP '2026-08-23') AS earlier
FROM (SELECT c[2] AS customer_id, TRY_CAST(c[3] AS TIMESTAMP) AS "at", c[4] AS kind, column_name
  FROM (SELECT string_split(csv_line, ',') AS c, column_name FROM bad_interactions))
WHERE (kind = 'inquiry' OR column_name = 'kind') AND ("at" IS NULL OR ("at" >= TIMESTAMP '2026-05-25' AND "at" < TIMESTAMP '2026-11-21'))
GROUP BY customer_id;

-- A row is a customer: the assets of the last six month-ends, the newest first. (max: a row that stands twice counts once.)
CREATE TEMP TABLE assets AS
SELECT customer_id, max(aum) FILTER (WHERE month = '2026-10') AS m0, max(aum) FILTER (WHERE month = '2026-09') AS m1, max(aum) FILTER (WHERE month = '2026-08') AS m2,
  max(aum) FILTER (WHERE month = '2026-07') AS m3, max(aum) FILTER (WHERE month = '2026-06') AS m4, max(aum) FILTER (WHERE month = '2026-05') AS m5
FROM read_csv('{book}/balances.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', store_rejects = true,
  rejects_table = 'bad_balances', rejects_scan = 'bad_balances_scan',
  columns = {'customer_id': 'VARCHAR', 'month': 'VARCHAR', 'aum': 'DECIMAL(18,2)'})
GROUP BY customer_id;

-- A row is a customer with a month-end that can't be read, which lies in the last four months.
CREATE TEMP TABLE doubtful_assets AS
SELECT c[1] AS customer_id, bool_or(c[2] = '2026-10') AS m0, bool_or(c[2] = '2026-09') AS m1, bool_or(c[2] = '2026-08') AS m2, bool_or(c[2] = '2026-07') AS m3
FROM (SELECT string_split(csv_line, ',') AS c FROM bad_balances)
GROUP BY ALL;

-- A row is a customer with month-ends: the average of three months as sum / months (NULL where one can't be read), and
-- whether assets flow out. An unreadable month-end lies in both averages.
CREATE TEMP TABLE worth AS
SELECT a.customer_id, count3 AS months,
  CASE WHEN (d.m0 OR d.m1 OR d.m2) IS NOT TRUE THEN coalesce(a.m0, 0) + coalesce(a.m1, 0) + coalesce(a.m2, 0) END AS total,
  CASE WHEN doubtful IS NULL
    THEN coalesce(sum6 >= 10000 * count6 AND count6 > 0 AND (coalesce(a.m0 < a.m1 AND a.m1 < a.m2 AND a.m2 < a.m3, FALSE) OR a.m0 * 2 * count6 <= sum6), FALSE) END AS outflow
FROM (SELECT *, coalesce(m0, 0) + coalesce(m1, 0) + coalesce(m2, 0) + coalesce(m3, 0) + coalesce(m4, 0) + coalesce(m5, 0) AS sum6,
    (m0 IS NOT NULL)::INTEGER + (m1 IS NOT NULL)::INTEGER + (m2 IS NOT NULL)::INTEGER AS count3,
    count3 + (m3 IS NOT NULL)::INTEGER + (m4 IS NOT NULL)::INTEGER + (m5 IS NOT NULL)::INTEGER AS count6
  FROM assets) a
LEFT JOIN (SELECT customer_id AS doubtful, * FROM doubtful_assets) d ON a.customer_id = doubtful;

-- A row is a customer with what its rules ask: NULL is unknown.
COPY (
  WITH known AS (
    SELECT c.customer_id, name, relationship_manager, branch_id, opened_at, deceased_at <= DATE '2026-11-20' AS dead, closed_at <= DATE '2026-11-20' AS closed,
      coalesce(segment = 'private', CASE WHEN NOT bad_segment THEN FALSE END) AS private,
      CASE WHEN months > 0 THEN total ELSE aum END AS total, CASE WHEN months > 0 THEN months ELSE 1 END AS months,
      CASE WHEN w.customer_id IS NULL THEN FALSE ELSE outflow END AS outflow,
      CASE WHEN d.earlier OR (d.recent AND i.earlier >= 2) THEN NULL ELSE coalesce(i.earlier >= 2 AND 2 * i.recent < i.earlier, FALSE) END AS rarer
    FROM customers c LEFT JOIN worth w USING (customer_id) LEFT JOIN inquiries i USING (customer_id) LEFT JOIN doubtful_inquiries d USING (customer_id)
  ), decided AS (
    SELECT *,
      CASE WHEN total >= 6000000 * months THEN 1 WHEN private THEN 2 WHEN total IS NULL OR private IS NULL THEN 0
        WHEN total >= 500000 * months THEN 3 ELSE 4 END AS t,
      CASE WHEN total IS NULL THEN 0 WHEN total >= 3000000 * months THEN 1 WHEN total >= 1000000 * months THEN 2
        WHEN total >= 500000 * months THEN 3 WHEN total >= 200000 * months THEN 4 ELSE 5 END AS l,
      CASE WHEN outflow AND rarer THEN 1 WHEN (outflow AND rarer) IS NULL THEN 0 WHEN outflow THEN 2 WHEN outflow IS NULL THEN 5
        WHEN rarer THEN 3 WHEN rarer IS NULL THEN 5 ELSE 4 END AS w, -- 0: undetermined, perhaps high; 5: undetermined, but not high
      CASE WHEN dead THEN 1 WHEN closed THEN 2 WHEN w = 1 THEN 3 WHEN w = 0 OR opened_at IS NULL THEN 0
        WHEN opened_at >= DATE '2026-08-22' THEN 4 WHEN opened_at > DATE '2024-11-20' THEN 5 ELSE 6 END AS s
    FROM known
  )
  SELECT customer_id, name,
    CASE t WHEN 0 THEN 'undetermined' WHEN 3 THEN 'growth' WHEN 4 THEN 'basic' ELSE 'core_vip' END AS tier,
    CASE t WHEN 1 THEN 'TIER-VIP' WHEN 2 THEN 'TIER-PRIVATE' WHEN 3 THEN 'TIER-GROWTH' WHEN 4 THEN 'TIER-BASIC' END AS tier_rule,
    CASE t WHEN 1 THEN '1.1.1' WHEN 2 THEN '1.1.1' WHEN 3 THEN '1.1.2' WHEN 4 THEN '1.1.3' END AS tier_clause,
    CASE l WHEN 0 THEN 'undetermined' WHEN 1 THEN 'platinum' WHEN 2 THEN 'gold' WHEN 3 THEN 'silver' WHEN 4 THEN 'bronze' ELSE 'none' END AS ladder_level,
    CASE l WHEN 1 THEN 'LADDER-PLATINUM' WHEN 2 THEN 'LADDER-GOLD' WHEN 3 THEN 'LADDER-SILVER' WHEN 4 THEN 'LADDER-BRONZE' WHEN 5 THEN 'LADDER-NONE' END AS ladder_level_rule,
    CASE WHEN l > 0 THEN '1.1.2' END AS ladder_level_clause,
    CASE w WHEN 0 THEN 'undetermined' WHEN 5 THEN 'undetermined' WHEN 1 THEN 'high' WHEN 4 THEN 'none' ELSE 'watch' END AS churn_warning,
    CASE w WHEN 1 THEN 'CHURN-HIGH' WHEN 2 THEN 'CHURN-OUTFLOW' WHEN 3 THEN 'CHURN-RARER' WHEN 4 THEN 'CHURN-NONE' END AS churn_warning_rule,
    CASE WHEN w BETWEEN 1 AND 4 THEN '1.2.4' END AS churn_warning_clause,
    CASE s WHEN 0 THEN 'undetermined' WHEN 1 THEN 'none' WHEN 4 THEN 'acquisition' WHEN 5 THEN 'growth' WHEN 6 THEN 'maturity' ELSE 'decline' END AS stage,
    CASE s WHEN 1 THEN 'STAGE-DECEASED' WHEN 2 THEN 'STAGE-LEFT' WHEN 3 THEN 'STAGE-DECLINE' WHEN 4 THEN 'STAGE-ACQUISITION'
      WHEN 5 THEN 'STAGE-GROWTH' WHEN 6 THEN 'STAGE-MATURITY' END AS stage_rule,
    CASE s WHEN 0 THEN NULL WHEN 4 THEN '1.2.1' WHEN 5 THEN '1.2.2' WHEN 6 THEN '1.2.3' ELSE '1.2.4' END AS stage_clause,
    relationship_manager AS owner, branch_id AS branch
  FROM (FROM decided ORDER BY customer_id)
) TO '{out}' (FORMAT csv, HEADER);
