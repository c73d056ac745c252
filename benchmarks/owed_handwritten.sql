-- What is due within 7 days, and which clocks of complaints are overdue, by the rules of rules/care.yaml and complaints.yaml as
-- of the end of 2026-11-20, written by hand to win on a book of benchmarks/generate.py. {book} is its folder, {due} and {overdue}
-- the files to write. Columns are typed by the CSV reader; the reader puts a line with a cell that it can't read into a table
-- of rejects, from which the keys are kept. What can't be open on that day is never made: the reviews, safety notices and open
-- days of this quarter and year and the offers of this month are due later, those of the last ones have lapsed.
SET preserve_insertion_order = false;

-- A row is a day: the last open day up to it, and the 1st, 2nd, 3rd, 5th and 10th open day after it.
CREATE TEMP TABLE days AS
WITH every_day AS (
  SELECT day, (isodow(day) < 6 OR day IN ('2025-09-28', '2025-10-11', '2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'))
    AND day NOT BETWEEN '2025-05-31' AND '2025-06-02' AND day NOT BETWEEN '2025-10-01' AND '2025-10-08' AND day NOT BETWEEN '2026-01-01' AND '2026-01-03'
    AND day NOT BETWEEN '2026-02-15' AND '2026-02-23' AND day NOT BETWEEN '2026-04-04' AND '2026-04-06' AND day NOT BETWEEN '2026-05-01' AND '2026-05-05'
    AND day NOT BETWEEN '2026-06-19' AND '2026-06-21' AND day NOT BETWEEN '2026-09-25' AND '2026-09-27' AND day NOT BETWEEN '2026-10-01' AND '2026-10-07' AS open
  FROM (SELECT DATE '2025-05-01' + CAST(n AS INTEGER) AS day FROM range(600) days(n))
), counted AS (
  SELECT *, CAST(sum(CAST(open AS INTEGER)) OVER (ORDER BY day) AS INTEGER) AS nth, max(CASE WHEN open THEN day END) OVER (ORDER BY day) AS last_open FROM every_day
), ahead AS (SELECT list(day ORDER BY day) AS days FROM every_day WHERE open)
SELECT day, open, nth, last_open, days[nth + 1] AS p1, days[nth + 2] AS p2, days[nth + 3] AS p3, days[nth + 5] AS p5, days[nth + 10] AS p10
FROM counted, ahead;

-- A row is a customer. The row of a rejected line comes back below, without the cell that can't be read.
CREATE TEMP TABLE customers AS
SELECT customer_id, name, segment, opened_at, closed_at, deceased_at, aum, relationship_manager, branch_id, preferred_channel, FALSE AS bad_segment
FROM read_csv('{book}/customers.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', store_rejects = true,
  rejects_table = 'bad_customers', rejects_scan = 'bad_customers_scan', columns = {
  'customer_id': 'VARCHAR', 'name': 'VARCHAR', 'segment': 'ENUM(''retail'', ''private'', ''business'')', 'opened_at': 'DATE',
  'closed_at': 'DATE', 'deceased_at': 'DATE', 'birth_date': 'DATE', 'risk_tolerance': 'VARCHAR', 'aum': 'DECIMAL(18,2)',
  'relationship_manager': 'VARCHAR', 'branch_id': 'VARCHAR', 'preferred_channel': 'VARCHAR'})
WHERE opened_at <= DATE '2026-11-20' OR opened_at IS NULL;

-- Rejected customers: 12 cells; the last are counted from the end, since an amount that can't be read may hold a comma.
INSERT INTO customers
SELECT c[1], c[2], TRY_CAST(nullif(c[3], '') AS ENUM('retail', 'private', 'business')), TRY_CAST(nullif(c[4], '') AS DATE),
  TRY_CAST(nullif(c[5], '') AS DATE), TRY_CAST(nullif(c[6], '') AS DATE), TRY_CAST(nullif(c[9], '') AS DECIMAL(18,2)),
  nullif(c[-3], ''), nullif(c[-2], ''), nullif(c[-1], ''), bool_or(column_name = 'segment')
FROM (SELECT string_split(csv_line, ',') AS c, column_name FROM bad_customers)
GROUP BY ALL;

-- A row is a customer whose row stands more than once; the copies are the same.
CREATE TEMP TABLE twice AS SELECT customer_id FROM customers GROUP BY customer_id HAVING count(*) > 1;
CREATE TEMP TABLE once AS SELECT DISTINCT * FROM customers WHERE customer_id IN (FROM twice);
DELETE FROM customers WHERE customer_id IN (FROM twice);
INSERT INTO customers FROM once;

-- A row is an interaction that is asked for: an enquiry of half a year, or something done since the oldest opening that may wait
-- for it (that of an anniversary of 2026-08-15) of which nothing says that nobody was reached.
CREATE TEMP TABLE interactions AS
SELECT interaction_id, customer_id, "at", kind, channel, topic
FROM read_csv('{book}/interactions.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', store_rejects = true,
  rejects_table = 'bad_interactions', rejects_scan = 'bad_interactions_scan', columns = {
  'interaction_id': 'VARCHAR', 'customer_id': 'VARCHAR', 'at': 'TIMESTAMP', 'kind': 'ENUM(''call'', ''visit'', ''message'', ''inquiry'',
    ''needs_survey'', ''asset_review'', ''welcome_gift'', ''onboarding_offer'', ''bundle_offer'', ''cross_offer'', ''festival_benefit'',
    ''ladder_benefit'', ''milestone_benefit'', ''salon_invitation'', ''open_day_invitation'', ''guide'', ''safety_notice'', ''repricing_call'',
    ''hedging_proposal'', ''retention_offer'', ''handover'', ''win_back'', ''preventive_contact'', ''repair_visit'', ''repair_benefit'',
    ''survey_invitation'', ''explanation'', ''education'')',
  'channel': 'VARCHAR', 'outcome': 'VARCHAR', 'topic': 'VARCHAR', 'staff_id': 'VARCHAR'})
WHERE "at" >= TIMESTAMP '2026-05-25' AND "at" < TIMESTAMP '2026-11-21'
  AND (kind = 'inquiry' OR ("at" >= TIMESTAMP '2026-08-08' AND (outcome = 'reached' OR outcome IS NULL) AND kind IN ('call', 'needs_survey', 'bundle_offer',
    'cross_offer', 'festival_benefit', 'ladder_benefit', 'milestone_benefit', 'repricing_call', 'hedging_proposal', 'preventive_contact', 'survey_invitation',
    'message', 'repair_visit') AND (kind NOT IN ('message', 'repair_visit') OR channel = CASE kind WHEN 'message' THEN 'sms' ELSE 'on_site' END)));

-- A row is an enquiry. A row that stands twice counts once.
CREATE TEMP TABLE inquiries AS SELECT DISTINCT interaction_id, customer_id, "at", topic FROM interactions WHERE kind = 'inquiry';

-- A row is a customer: enquiries of the last 90 days and of the 90 days before.
CREATE TEMP TABLE asked AS
SELECT customer_id, count(*) FILTER (WHERE "at" >= TIMESTAMP '2026-08-23') AS recent, count(*) FILTER (WHERE "at" < TIMESTAMP '2026-08-23') AS earlier
FROM inquiries GROUP BY customer_id;

-- A row is a customer: when each thing that is waited for was last done.
CREATE TEMP TABLE done AS
SELECT customer_id, max("at") FILTER (WHERE kind = 'call') AS call, max("at") FILTER (WHERE kind = 'needs_survey') AS survey,
  max("at") FILTER (WHERE kind IN ('bundle_offer', 'cross_offer')) AS offer, max("at") FILTER (WHERE kind = 'festival_benefit') AS festival,
  max("at") FILTER (WHERE kind = 'ladder_benefit') AS ladder, max("at") FILTER (WHERE kind = 'milestone_benefit') AS milestone,
  max("at") FILTER (WHERE kind = 'repricing_call') AS repricing, max("at") FILTER (WHERE kind = 'hedging_proposal') AS hedging,
  max("at") FILTER (WHERE kind = 'preventive_contact') AS preventive, max("at") FILTER (WHERE kind = 'survey_invitation') AS invitation,
  max("at") FILTER (WHERE kind = 'message') AS message, max("at") FILTER (WHERE kind = 'repair_visit') AS repair
FROM interactions WHERE kind <> 'inquiry' GROUP BY customer_id;

-- A row is an interaction of which the time or the kind can't be read (`kind` is NULL).
CREATE TEMP TABLE doubts AS
SELECT c[2] AS customer_id, TRY_CAST(c[3] AS TIMESTAMP) AS "at", CASE WHEN column_name <> 'kind' THEN c[4] END AS kind, c[5] AS channel, c[6] AS outcome, c[7] AS topic
FROM (SELECT DISTINCT string_split(csv_line, ',') AS c, column_name FROM bad_interactions);

-- A row is a customer with an interaction that may be an enquiry of a window.
CREATE TEMP TABLE doubtful_inquiries AS
SELECT customer_id, bool_or("at" IS NULL OR "at" >= TIMESTAMP '2026-08-23') AS recent, bool_or("at" IS NULL OR "at" < TIMESTAMP '2026-08-23') AS earlier
FROM doubts WHERE coalesce(kind = 'inquiry', TRUE) AND ("at" IS NULL OR ("at" >= TIMESTAMP '2026-05-25' AND "at" < TIMESTAMP '2026-11-21'))
GROUP BY customer_id;

-- A row is a time at which a customer asked for the third time in 90 days about studying abroad (rule 6) or in 30 days the same
-- (rule 9), having asked less often before within these days, since the first day of which it is not given up yet; `sure` where
-- no enquiry is in doubt that decides it. "at" is NULL where it may have been with one of which nobody knows when it came.
CREATE TEMP TABLE crossed AS
WITH enquiries AS (
  SELECT customer_id, "at", topic, TRUE AS sure FROM inquiries WHERE "at" >= TIMESTAMP '2026-07-19' AND topic IS NOT NULL
  UNION ALL SELECT customer_id, "at", topic, FALSE FROM doubts
  WHERE coalesce(kind = 'inquiry', TRUE) AND topic <> '' AND ("at" IS NULL OR ("at" >= TIMESTAMP '2026-07-19' AND "at" < TIMESTAMP '2026-11-21'))
), alike AS (
  SELECT 6 AS rule, customer_id, '' AS topic, "at", sure, INTERVAL 89 DAYS AS back, TIMESTAMP '2026-10-16' AS since FROM enquiries
  WHERE topic IN ('留学', '留学购汇', '留学贷款', '留学贷款与购汇额度', '留学汇款', 'study abroad', 'study finance', 'tuition payment abroad')
  UNION ALL SELECT 9, customer_id, topic, "at", sure, INTERVAL 29 DAYS, TIMESTAMP '2026-10-19' FROM enquiries WHERE "at" >= TIMESTAMP '2026-09-20' OR "at" IS NULL
), often AS (FROM alike SEMI JOIN (SELECT rule, customer_id, topic FROM alike GROUP BY ALL HAVING count(*) > 2) USING (rule, customer_id, topic)
), counted AS (
  SELECT *, sum(surely) OVER upto AS low, sum(could) OVER upto AS high, min("at") OVER upto AS oldest
  FROM (SELECT rule, customer_id, topic, "at", back, since, count(*) FILTER (sure) AS surely, count(*) AS could FROM often WHERE "at" IS NOT NULL GROUP BY ALL)
  WINDOW upto AS (PARTITION BY rule, customer_id, topic ORDER BY "at" RANGE BETWEEN ("at" - (date_trunc('day', "at") - back)) PRECEDING AND CURRENT ROW)
), blind AS (SELECT rule, customer_id, topic, count(*) AS n FROM often WHERE "at" IS NULL GROUP BY ALL
)
SELECT rule, customer_id, "at", bool_or(high - could + coalesce(n, 0) < 3 AND low >= 3) AS sure
FROM counted LEFT JOIN blind USING (rule, customer_id, topic) WHERE "at" >= since AND low - surely < 3 AND high + coalesce(n, 0) >= 3 GROUP BY ALL
UNION ALL SELECT DISTINCT rule, customer_id, NULL, FALSE
FROM (SELECT b.*, greatest(0, max(high) FILTER ("at" >= since AND (low < 3 OR oldest < TIMESTAMP '2026-11-20' - back)), sum(could) FILTER ("at" < since AND "at" >= since - back)) AS most
  FROM blind b LEFT JOIN counted USING (rule, customer_id, topic) GROUP BY ALL)
WHERE most + n >= 3;

-- A row is a customer and a kind of which there may have been something: the last time at which (the as-of if that is unknown).
CREATE TEMP TABLE perhaps AS
SELECT customer_id, k AS kind, max(coalesce("at", TIMESTAMP '2026-11-20 23:59:59')) AS "at"
FROM doubts, (VALUES ('call', NULL), ('needs_survey', NULL), ('offer', NULL), ('festival_benefit', NULL), ('ladder_benefit', NULL), ('milestone_benefit', NULL),
  ('repricing_call', NULL), ('hedging_proposal', NULL), ('preventive_contact', NULL), ('survey_invitation', NULL), ('message', 'sms'), ('repair_visit', 'on_site')) kinds(k, over)
WHERE (kind IS NULL OR kind = k OR (k = 'offer' AND kind IN ('bundle_offer', 'cross_offer'))) AND outcome IN ('', 'reached')
  AND (over IS NULL OR channel = over) AND ("at" < TIMESTAMP '2026-11-21' OR "at" IS NULL)
GROUP BY ALL;

-- A row is a customer: the assets of the last six month-ends, the newest first, and the month-end at which each level was first
-- reached. (max: a row that stands twice counts once.)
CREATE TEMP TABLE assets AS
SELECT customer_id, max(aum) FILTER (WHERE month = '2026-10') AS m0, max(aum) FILTER (WHERE month = '2026-09') AS m1, max(aum) FILTER (WHERE month = '2026-08') AS m2,
  max(aum) FILTER (WHERE month = '2026-07') AS m3, max(aum) FILTER (WHERE month = '2026-06') AS m4, max(aum) FILTER (WHERE month = '2026-05') AS m5,
  min(month) AS first_month, min(month) FILTER (WHERE aum >= 200000) AS bronze, min(month) FILTER (WHERE aum >= 500000) AS silver,
  min(month) FILTER (WHERE aum >= 1000000) AS gold, min(month) FILTER (WHERE aum >= 3000000) AS platinum
FROM read_csv('{book}/balances.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', store_rejects = true,
  rejects_table = 'bad_balances', rejects_scan = 'bad_balances_scan',
  columns = {'customer_id': 'VARCHAR', 'month': 'VARCHAR', 'aum': 'DECIMAL(18,2)'})
WHERE month < '2026-11'
GROUP BY customer_id;

-- A row is a customer with a month-end that can't be read, which lies in the last four months.
CREATE TEMP TABLE doubtful_assets AS
SELECT c[1] AS customer_id, bool_or(c[2] = '2026-10') AS m0, bool_or(c[2] = '2026-09') AS m1, bool_or(c[2] = '2026-08') AS m2, bool_or(c[2] = '2026-07') AS m3, min(c[2]) AS unread
FROM (SELECT string_split(csv_line, ',') AS c FROM bad_balances)
GROUP BY ALL;

-- A row is a customer with month-ends: the average of three months as sum / months (NULL where one can't be read), and
-- whether assets flow out. An unreadable month-end lies in both averages.
CREATE TEMP TABLE worth AS
SELECT a.customer_id, count3 AS months, unread, first_month, bronze, silver, gold, platinum,
  CASE WHEN (d.m0 OR d.m1 OR d.m2) IS NOT TRUE THEN coalesce(a.m0, 0) + coalesce(a.m1, 0) + coalesce(a.m2, 0) END AS total,
  CASE WHEN doubtful IS NULL
    THEN coalesce(sum6 >= 10000 * count6 AND count6 > 0 AND (coalesce(a.m0 < a.m1 AND a.m1 < a.m2 AND a.m2 < a.m3, FALSE) OR a.m0 * 2 * count6 <= sum6), FALSE) END AS outflow
FROM (SELECT *, coalesce(m0, 0) + coalesce(m1, 0) + coalesce(m2, 0) + coalesce(m3, 0) + coalesce(m4, 0) + coalesce(m5, 0) AS sum6,
    (m0 IS NOT NULL)::INTEGER + (m1 IS NOT NULL)::INTEGER + (m2 IS NOT NULL)::INTEGER AS count3,
    count3 + (m3 IS NOT NULL)::INTEGER + (m4 IS NOT NULL)::INTEGER + (m5 IS NOT NULL)::INTEGER AS count6
  FROM assets) a
LEFT JOIN (SELECT customer_id AS doubtful, * FROM doubtful_assets) d ON a.customer_id = doubtful;

-- A row is a customer with its tier and its stage, 0 where they are unknown.
CREATE TEMP TABLE people AS
WITH known AS (
  SELECT c.customer_id, name, relationship_manager, branch_id, preferred_channel, opened_at, deceased_at <= DATE '2026-11-20' AS dead, closed_at <= DATE '2026-11-20' AS closed,
    coalesce(segment = 'private', CASE WHEN NOT bad_segment THEN FALSE END) AS private,
    CASE WHEN months > 0 THEN total ELSE aum END AS total, CASE WHEN months > 0 THEN months ELSE 1 END AS months,
    CASE WHEN w.customer_id IS NULL THEN FALSE ELSE outflow END AS outflow,
    CASE WHEN d.earlier OR (d.recent AND i.earlier >= 2) THEN NULL ELSE coalesce(i.earlier >= 2 AND 2 * i.recent < i.earlier, FALSE) END AS rarer
  FROM customers c LEFT JOIN worth w USING (customer_id) LEFT JOIN asked i USING (customer_id) LEFT JOIN doubtful_inquiries d USING (customer_id)
)
SELECT customer_id, name, relationship_manager, branch_id, preferred_channel, opened_at, coalesce(dead, FALSE) OR coalesce(closed, FALSE) AS gone,
  CASE WHEN total >= 6000000 * months THEN 1 WHEN private THEN 1 WHEN total IS NULL OR private IS NULL THEN 0
    WHEN total >= 500000 * months THEN 2 ELSE 3 END AS tier,
  CASE WHEN dead THEN 5 WHEN closed THEN 4 WHEN outflow AND rarer THEN 4 WHEN (outflow AND rarer) IS NULL OR opened_at IS NULL THEN 0
    WHEN opened_at >= DATE '2026-08-22' THEN 1 WHEN opened_at > DATE '2024-11-20' THEN 2 ELSE 3 END AS stage
FROM known;

-- A row is a mortgage that is repriced.
CREATE TEMP TABLE accounts AS
SELECT account_id, customer_id, product, opened_at, closed_at, next_repricing_date
FROM read_csv('{book}/accounts.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', store_rejects = true,
  rejects_table = 'bad_accounts', rejects_scan = 'bad_accounts_scan', columns = {'account_id': 'VARCHAR', 'customer_id': 'VARCHAR', 'product': 'VARCHAR',
  'opened_at': 'DATE', 'closed_at': 'DATE', 'balance': 'DECIMAL(18,2)', 'next_repricing_date': 'DATE'})
WHERE product = 'mortgage' AND next_repricing_date BETWEEN DATE '2026-11-20' AND DATE '2026-12-27' AND opened_at <= DATE '2026-11-20'
  AND closed_at <= DATE '2026-11-20' IS NOT TRUE;

-- A row is something let off.
CREATE TEMP TABLE waivers AS
SELECT rule_id, subject_id, max(waived_at) AS waived_at
FROM read_csv('{book}/waivers.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
  columns = {'waiver_id': 'VARCHAR', 'rule_id': 'VARCHAR', 'subject_id': 'VARCHAR', 'waived_at': 'TIMESTAMP', 'waived_by': 'VARCHAR', 'reason': 'VARCHAR'})
WHERE waived_at < TIMESTAMP '2026-11-21'
GROUP BY ALL;

-- A row is a complaint of which a clock may still run: what lies ahead of the as-of has not happened.
CREATE TEMP TABLE cases AS
SELECT complaint_id, customer_id, received_at, channel, handler, answered_at < TIMESTAMP '2026-11-21' IS TRUE AS answered,
  first_feedback_at < TIMESTAMP '2026-11-21' IS TRUE AS fed_back, facts_established_at < TIMESTAMP '2026-11-21' IS TRUE AS established,
  CASE WHEN plan_told_at < TIMESTAMP '2026-11-21' AND plan_confirmed_at < TIMESTAMP '2026-11-21' THEN greatest(plan_told_at, plan_confirmed_at) END AS planned,
  CASE WHEN resolved_at < TIMESTAMP '2026-11-21' THEN resolved_at END AS resolved, CASE WHEN followed_up_at < TIMESTAMP '2026-11-21' THEN followed_up_at END AS followed_up,
  satisfaction, escalated_at < TIMESTAMP '2026-11-21' IS TRUE AS escalated, FALSE AS bad_feedback, FALSE AS bad_resolved
FROM read_csv('{book}/complaints.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', store_rejects = true,
  rejects_table = 'bad_complaints', rejects_scan = 'bad_complaints_scan', columns = {
  'complaint_id': 'VARCHAR', 'customer_id': 'VARCHAR', 'received_at': 'TIMESTAMP', 'channel': 'VARCHAR', 'business': 'VARCHAR', 'answered_at': 'TIMESTAMP',
  'first_feedback_at': 'TIMESTAMP', 'facts_established_at': 'TIMESTAMP', 'plan_told_at': 'TIMESTAMP', 'plan_confirmed_at': 'TIMESTAMP',
  'resolved_at': 'TIMESTAMP', 'followed_up_at': 'TIMESTAMP', 'satisfaction': 'TINYINT', 'escalated_at': 'TIMESTAMP', 'withdrawn_at': 'TIMESTAMP',
  'closed_at': 'TIMESTAMP', 'handler': 'VARCHAR'})
WHERE received_at < TIMESTAMP '2026-11-21' AND withdrawn_at < TIMESTAMP '2026-11-21' IS NOT TRUE
  AND (received_at >= TIMESTAMP '2026-11-18' OR NOT fed_back OR NOT established OR planned IS NULL OR followed_up IS NULL OR (satisfaction < 3 AND NOT escalated)
    OR resolved >= TIMESTAMP '2026-08-06');

-- Rejected complaints: 17 cells, none of them quoted in these files.
INSERT INTO cases
SELECT c[1], nullif(c[2], ''), CAST(c[3] AS TIMESTAMP), c[4], c[17], c[6] < '2026-11-21' AND c[6] > '', TRY_CAST(c[7] AS TIMESTAMP) < TIMESTAMP '2026-11-21' IS TRUE,
  c[8] < '2026-11-21' AND c[8] > '', CASE WHEN c[9] < '2026-11-21' AND c[9] > '' AND c[10] < '2026-11-21' AND c[10] > '' THEN CAST(greatest(c[9], c[10]) AS TIMESTAMP) END,
  CASE WHEN TRY_CAST(c[11] AS TIMESTAMP) < TIMESTAMP '2026-11-21' THEN TRY_CAST(c[11] AS TIMESTAMP) END, CASE WHEN c[12] < '2026-11-21' AND c[12] > '' THEN CAST(c[12] AS TIMESTAMP) END,
  TRY_CAST(c[13] AS TINYINT), c[14] < '2026-11-21' AND c[14] > '', bool_or(column_name = 'first_feedback_at'), bool_or(column_name = 'resolved_at')
FROM (SELECT string_split(csv_line, ',') AS c, column_name FROM bad_complaints)
WHERE CAST(c[3] AS TIMESTAMP) < TIMESTAMP '2026-11-21' AND NOT (c[15] < '2026-11-21' AND c[15] > '')
GROUP BY ALL;

-- A row is a complaint without a confirmed plan: when one is due, and whether its clock stands still.
CREATE TEMP TABLE plans AS
WITH waiting AS (
  SELECT complaint_id, any_value(CAST(received_at AS DATE)) AS received, any_value(p5) AS due FROM cases JOIN days ON day = CAST(received_at AS DATE) WHERE planned IS NULL GROUP BY complaint_id
), marked AS (
  SELECT complaint_id, begins, ends, begins > max(ends) OVER (PARTITION BY complaint_id ORDER BY begins, ends ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS apart
  FROM (SELECT complaint_id, "at" + INTERVAL 59999999 MICROSECONDS AS begins, CASE WHEN until < TIMESTAMP '2026-11-21' THEN until ELSE TIMESTAMP '2026-11-21' END AS ends
    FROM read_csv('{book}/complaint_events.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', ignore_errors = true,
      columns = {'event_id': 'VARCHAR', 'complaint_id': 'VARCHAR', 'at': 'TIMESTAMP', 'kind': 'VARCHAR', 'until': 'TIMESTAMP', 'staff_id': 'VARCHAR'})
    WHERE kind = 'waiting_for_customer' AND "at" < TIMESTAMP '2026-11-21' AND complaint_id IN (SELECT complaint_id FROM waiting))
  WHERE ends > begins
), pauses AS (
  SELECT complaint_id, min(begins) AS begins, max(ends) AS ends
  FROM (SELECT *, sum(CASE WHEN apart IS NOT FALSE THEN 1 ELSE 0 END) OVER (PARTITION BY complaint_id ORDER BY begins, ends) AS island FROM marked)
  GROUP BY complaint_id, island
), whole AS (
  SELECT complaint_id, day, row_number() OVER (PARTITION BY complaint_id ORDER BY day) AS nth
  FROM waiting JOIN pauses USING (complaint_id) JOIN days ON day > received AND open AND CAST(day AS TIMESTAMP) >= begins AND CAST(day + 1 AS TIMESTAMP) <= ends
), lost AS (SELECT complaint_id, count(*) AS lost FROM whole GROUP BY complaint_id
), counted AS (
  SELECT complaint_id, day, row_number() OVER (PARTITION BY complaint_id ORDER BY day) AS nth
  FROM waiting JOIN lost USING (complaint_id) JOIN days ON day > received AND day < received + 60 AND open
  ANTI JOIN (FROM whole WHERE nth <= 10) gone USING (complaint_id, day)
), moved AS (
  SELECT complaint_id, coalesce(counted.day, waiting.due) AS due, coalesce(lost, 0) AS lost
  FROM waiting LEFT JOIN lost USING (complaint_id) LEFT JOIN (FROM counted WHERE nth = 5) counted USING (complaint_id)
)
SELECT complaint_id, moved.due, lost < 10 AND bool_or(begins <= TIMESTAMP '2026-11-20 23:59:59.999999' AND ends = TIMESTAMP '2026-11-21' AND CAST(begins AS DATE) <= moved.due) IS TRUE AS paused
FROM moved LEFT JOIN pauses USING (complaint_id) GROUP BY complaint_id, moved.due, lost;

-- A row is an obligation that is not done: the rule by its place in the rule files, whose it is, the deadline (`day` where it
-- ends with that day, else `moment`), the last day of `act_by` on which it is at risk, and whether it is unknown if it is owed.
CREATE TEMP TABLE owed AS
WITH of_customers AS (
  SELECT p.*, d.* EXCLUDE (customer_id), coalesce(festival >= TIMESTAMP '2026-08-26', FALSE) AS given
  FROM people p LEFT JOIN done d USING (customer_id) WHERE NOT gone AND (tier < 2 OR stage < 3)
), often AS (
  SELECT c.*, p.* EXCLUDE (customer_id), CASE c.rule WHEN 6 THEN offer ELSE preventive END AS contact, p2, p3
  FROM crossed c JOIN people p USING (customer_id) LEFT JOIN done d USING (customer_id) LEFT JOIN days ON day = CAST(c."at" AS DATE)
  WHERE NOT gone AND (c.rule = 9 OR stage IN (0, 2))
), levels AS (
  SELECT w.customer_id, levels.rule, ends.reached, ends.day
  FROM worth w, (VALUES (30), (31), (32), (33)) levels(rule)
  JOIN (VALUES ('2026-08', DATE '2026-08-31', DATE '2026-09-14'), ('2026-09', DATE '2026-09-30', DATE '2026-10-20'), ('2026-10', DATE '2026-10-31', DATE '2026-11-13')) ends(month, reached, day)
    ON ends.month = CASE levels.rule WHEN 30 THEN bronze WHEN 31 THEN silver WHEN 32 THEN gold ELSE platinum END AND ends.month > first_month
  WHERE (platinum >= '2026-08' OR gold >= '2026-08' OR silver >= '2026-08' OR bronze >= '2026-08') AND unread < ends.month IS NOT TRUE
), undated AS (
  SELECT 30 + n AS rule, 'customer' AS subject, customer_id AS key, customer_id FROM worth, range(4) levels(n) WHERE unread < [bronze, silver, gold, platinum][n + 1] IS NOT FALSE AND unread IS NOT NULL
  UNION ALL SELECT n, 'customer', customer_id, customer_id FROM people, (VALUES (4), (5)) rules(n) WHERE opened_at IS NULL AND stage = 0
  UNION ALL SELECT rule, 'customer', customer_id, customer_id FROM often WHERE "at" IS NULL
  UNION ALL SELECT 11, 'account', c[1], c[2] FROM (SELECT DISTINCT string_split(csv_line, ',') AS c FROM bad_accounts WHERE column_name = 'next_repricing_date')
  WHERE c[3] = 'mortgage' AND c[4] < '2026-11-21' AND NOT (c[5] > '' AND c[5] < '2026-11-21')
  UNION ALL SELECT n, 'complaint', complaint_id, customer_id FROM cases LEFT JOIN people USING (customer_id), (VALUES (16), (18), (19)) rules(n)
  WHERE bad_resolved AND CASE n WHEN 16 THEN followed_up IS NULL WHEN 18 THEN customer_id IS NOT NULL AND coalesce(tier < 2, TRUE) ELSE customer_id IS NOT NULL AND tier IS DISTINCT FROM 1 END
), mortgages AS (SELECT DISTINCT account_id, customer_id, next_repricing_date FROM accounts
), repairs AS (
  SELECT c.*, coalesce(p.tier, 0) AS tier, days.p10 AS due, d.repair >= resolved IS TRUE AS visited, d.message >= resolved IS TRUE AS told,
    d.call >= resolved IS TRUE AS called, d.invitation >= resolved IS TRUE AS invited
  FROM (SELECT DISTINCT complaint_id, customer_id, resolved, handler FROM cases WHERE resolved >= TIMESTAMP '2026-08-06' AND customer_id IS NOT NULL) c
  LEFT JOIN people p USING (customer_id) LEFT JOIN done d USING (customer_id) JOIN days ON days.day = CAST(resolved AS DATE)
  WHERE p.gone IS NOT TRUE AND days.p10 BETWEEN DATE '2026-08-22' AND DATE '2026-11-27'
), follow_ups AS (
  SELECT c.complaint_id, c.customer_id, c.handler, coalesce(resolved, planned, CAST(p.due AS TIMESTAMP) + INTERVAL 86399999999 MICROSECONDS) AS start
  FROM cases c LEFT JOIN plans p USING (complaint_id) WHERE followed_up IS NULL AND NOT bad_resolved
)
SELECT DISTINCT * FROM (
  SELECT 2 AS rule, 'customer' AS subject, customer_id AS key, customer_id, NULL AS person, TIMESTAMP '2026-08-26' AS opens, NULL AS starts, DATE '2026-09-24' AS day, NULL::TIMESTAMP AS moment,
    NULL::TIMESTAMP AS moment_until, DATE '2026-11-27' AS risk, tier = 0 AS unknown
  FROM of_customers WHERE tier < 2 AND NOT given AND (opened_at <= DATE '2026-08-26' OR opened_at IS NULL)
  UNION ALL SELECT l.rule, 'customer', customer_id, customer_id, relationship_manager, CAST(l.reached AS TIMESTAMP), l.reached, l.day, NULL, NULL, DATE '2026-11-25', FALSE
  FROM levels l JOIN people USING (customer_id) LEFT JOIN done USING (customer_id) WHERE NOT gone AND ladder >= l.reached IS NOT TRUE
  UNION ALL SELECT 4, 'customer', customer_id, customer_id, relationship_manager, opened_at, opened_at, NULL, CAST(opened_at + 3 AS TIMESTAMP),
    opened_at + 3 + INTERVAL 86399999999 MICROSECONDS, DATE '2026-11-23', stage = 0
  FROM of_customers WHERE stage < 2 AND opened_at >= DATE '2026-10-18' AND (call >= opened_at AND survey >= opened_at) IS NOT TRUE
  UNION ALL SELECT 5, 'customer', customer_id, customer_id, relationship_manager, opened_at + INTERVAL 1 YEAR - INTERVAL 7 DAYS, CAST(opened_at + INTERVAL 1 YEAR AS TIMESTAMP),
    CAST(opened_at + INTERVAL 1 YEAR AS DATE) + 7, NULL, NULL, DATE '2026-11-25', stage = 0
  FROM of_customers WHERE stage IN (0, 2) AND opened_at BETWEEN DATE '2025-08-15' AND DATE '2025-11-20' AND milestone >= opened_at + INTERVAL 1 YEAR - INTERVAL 7 DAYS IS NOT TRUE
  UNION ALL SELECT rule, 'customer', customer_id, customer_id, relationship_manager, "at", "at", CASE rule WHEN 6 THEN p3 ELSE p2 END, NULL, NULL, DATE '2026-11-23',
    NOT sure OR (rule = 6 AND stage = 0)
  FROM often WHERE "at" IS NOT NULL AND contact >= "at" IS NOT TRUE
  UNION ALL SELECT 11, 'account', account_id, m.customer_id, relationship_manager, next_repricing_date - INTERVAL 60 DAYS, NULL, next_repricing_date - 30, NULL, NULL, DATE '2026-11-27', FALSE
  FROM mortgages m LEFT JOIN people p USING (customer_id) LEFT JOIN done d USING (customer_id)
  WHERE gone IS NOT TRUE AND (repricing >= next_repricing_date - INTERVAL 60 DAYS AND hedging >= next_repricing_date - INTERVAL 60 DAYS) IS NOT TRUE
  UNION ALL SELECT 12, 'complaint', complaint_id, customer_id, handler, received_at, received_at, NULL, received_at + INTERVAL 30 SECONDS,
    received_at + INTERVAL 30999999 MICROSECONDS, DATE '2026-11-20', FALSE
  FROM cases WHERE NOT answered AND channel IN ('phone', 'chat') AND received_at >= TIMESTAMP '2026-11-19 23:59:30'
  UNION ALL SELECT 13, 'complaint', complaint_id, customer_id, handler, received_at, received_at, NULL, received_at + INTERVAL 24 HOURS,
    received_at + INTERVAL 24 HOURS + INTERVAL 999999 MICROSECONDS, DATE '2026-11-21', FALSE
  FROM cases WHERE NOT fed_back
  UNION ALL SELECT 14, 'complaint', complaint_id, customer_id, handler, received_at, received_at, p3, NULL, NULL, DATE '2026-11-23', FALSE
  FROM cases JOIN days ON day = CAST(received_at AS DATE) WHERE NOT established
  UNION ALL SELECT 15, 'complaint', complaint_id, customer_id, handler, received_at, received_at, plans.due, NULL, NULL, DATE '2026-11-23', FALSE
  FROM cases JOIN plans USING (complaint_id) WHERE plans.due <= DATE '2026-11-27'
  UNION ALL SELECT 16, 'complaint', complaint_id, customer_id, handler, start, start, p3, NULL, NULL, DATE '2026-11-23', FALSE
  FROM follow_ups JOIN days ON day = CAST(start AS DATE) WHERE start < TIMESTAMP '2026-11-21'
  UNION ALL SELECT 17, 'complaint', complaint_id, customer_id, handler, followed_up, followed_up, p1, NULL, NULL, DATE '2026-11-20', FALSE
  FROM cases JOIN days ON day = CAST(followed_up AS DATE) WHERE satisfaction < 3 AND NOT escalated
  UNION ALL SELECT 18, 'complaint', complaint_id, customer_id, NULL, resolved, resolved, due, NULL, NULL, DATE '2026-11-25', tier = 0
  FROM repairs WHERE tier < 2 AND NOT visited
  UNION ALL SELECT 19, 'complaint', complaint_id, customer_id, handler, resolved, resolved, due, NULL, NULL, DATE '2026-11-25', tier = 0
  FROM repairs WHERE tier <> 1 AND NOT (told AND called AND invited)
  UNION ALL SELECT u.rule, u.subject, u.key, customer_id, CASE WHEN u.rule = 18 THEN NULL WHEN u.subject = 'complaint' THEN c.handler ELSE relationship_manager END,
    TIMESTAMP '0001-01-01', NULL, NULL, NULL, NULL, NULL, TRUE
  FROM undated u LEFT JOIN people USING (customer_id) LEFT JOIN (SELECT DISTINCT complaint_id, handler FROM cases WHERE bad_resolved) c ON c.complaint_id = u.key
  WHERE gone IS NOT TRUE OR u.rule = 16
);

-- A row is a rule that can be due on that day.
CREATE TEMP TABLE rules AS
FROM (VALUES (2, 'CARE-FESTIVAL', 'Festival benefit', NULL, '1.1.1'), (30, 'CARE-LADDER-BRONZE', 'Tell the bronze benefit', NULL, '1.1.2'),
  (31, 'CARE-LADDER-SILVER', 'Tell the silver benefit', NULL, '1.1.2'), (32, 'CARE-LADDER-GOLD', 'Tell the gold benefit', NULL, '1.1.2'),
  (33, 'CARE-LADDER-PLATINUM', 'Tell the platinum benefit', NULL, '1.1.2'),
  (4, 'CARE-ICEBREAK', 'Ice-breaker call and needs survey', 'phone', '1.2.1'), (5, 'CARE-MILESTONE', 'Anniversary service (account insurance)', NULL, '1.2.2'),
  (6, 'CARE-TRIGGER', 'Contact about exchange and study finance', NULL, '1.2.2'), (9, 'CARE-WARNING', 'Preventive contact', NULL, '3.1.3'),
  (11, 'CARE-REPRICE', 'Repricing reminder with a hedging proposal', 'phone', '1.2.3'), (12, 'CLOCK-ANSWER', 'Answer the customer', NULL, '2.1.1'),
  (13, 'CLOCK-FEEDBACK', 'First progress feedback', NULL, '2.1.1'), (14, 'CLOCK-FACTS', 'Establish the facts', NULL, '2.1.2'), (15, 'CLOCK-PLAN', 'Plan told and confirmed', NULL, '2.1.3'),
  (16, 'CLOCK-FOLLOWUP', 'Follow-up and satisfaction', NULL, '2.1.4'), (17, 'CLOCK-ESCALATE', 'Escalate to a supervisor', NULL, '2.1.4'),
  (18, 'REPAIR-VISIT', 'Repair visit at the customer''s', NULL, '3.2.1'), (19, 'REPAIR-CONTACT', 'Repair SMS, call and survey invitation', NULL, '3.2.1')) rules(rule, id, action, channel, clause);

-- What was let off is not owed.
DELETE FROM owed USING (SELECT rule, subject_id, waived_at FROM waivers JOIN rules ON id = rule_id) w WHERE subject_id = key AND waived_at >= opens AND w.rule = owed.rule;

-- A row is an obligation of which it is unknown if it was done: what would complete it is known or possible.
CREATE TEMP TABLE unsure AS
SELECT o.rule, o.key, o.opens
FROM (SELECT rule, key, o.customer_id, o.opens, kinds.kind, CASE kinds.kind WHEN 'call' THEN d.call WHEN 'needs_survey' THEN d.survey WHEN 'repricing_call' THEN d.repricing
    WHEN 'hedging_proposal' THEN d.hedging WHEN 'message' THEN d.message WHEN 'survey_invitation' THEN d.invitation END >= opens IS TRUE AS there
  FROM owed o JOIN (VALUES (2, 'festival_benefit'), (30, 'ladder_benefit'), (31, 'ladder_benefit'), (32, 'ladder_benefit'), (33, 'ladder_benefit'), (4, 'call'), (4, 'needs_survey'), (5, 'milestone_benefit'), (6, 'offer'), (9, 'preventive_contact'),
    (11, 'repricing_call'), (11, 'hedging_proposal'), (18, 'repair_visit'), (19, 'message'), (19, 'call'), (19, 'survey_invitation')) kinds(rule, kind) USING (rule)
  LEFT JOIN done d USING (customer_id) WHERE o.customer_id IN (SELECT customer_id FROM perhaps)) o
LEFT JOIN perhaps p ON p.customer_id = o.customer_id AND p.kind = o.kind AND p."at" >= o.opens
GROUP BY o.rule, o.key, o.opens HAVING bool_and(there OR p.kind IS NOT NULL)
UNION SELECT 13, complaint_id, received_at FROM cases WHERE bad_feedback;

-- Who asked again while a contact was owed already is owed one: the earlier stands for both, unless it is in doubt.
DELETE FROM owed USING (FROM owed ANTI JOIN unsure USING (rule, key, opens) WHERE rule IN (6, 9) AND NOT unknown) a
WHERE a.rule = owed.rule AND a.key = owed.key AND a.opens < owed.opens;

-- A row is an obligation and how it stands, those of which it is unknown if they are owed put together.
CREATE TEMP TABLE listed AS
WITH dated AS (
  SELECT o.*, coalesce(moment, CAST(o.day AS TIMESTAMP) + INTERVAL 86399999999 MICROSECONDS) AS due,
    CASE WHEN days.open OR due IS NULL THEN due
      WHEN CAST(last_open AS TIMESTAMP) + INTERVAL 86399999999 MICROSECONDS >= starts OR starts IS NULL THEN CAST(last_open AS TIMESTAMP) + INTERVAL 86399999999 MICROSECONDS
      ELSE due END AS act_by
  FROM owed o LEFT JOIN days ON days.day = coalesce(o.day, CAST(moment AS DATE))
), standing AS (
  SELECT o.rule, o.subject, o.key, o.customer_id, person, o.due, act_by, NULL AS together, NULL AS actions, NULL AS clauses,
    CASE WHEN u.key IS NOT NULL THEN 'undetermined' WHEN plans.paused AND o.rule = 15 THEN 'paused' WHEN coalesce(moment_until, o.due) < TIMESTAMP '2026-11-20 23:59:59.999999' THEN 'overdue'
      WHEN o.due < TIMESTAMP '2026-11-20 23:59:59.999999' THEN 'undetermined' WHEN CAST(act_by AS DATE) <= risk THEN 'at risk' ELSE 'running' END AS status
  FROM dated o LEFT JOIN unsure u USING (rule, key, opens) LEFT JOIN plans ON o.rule = 15 AND plans.complaint_id = o.key
  WHERE NOT unknown AND o.due < TIMESTAMP '2026-11-28'
  UNION ALL
  SELECT arg_min(rule, CASE WHEN rule < 30 THEN rule * 100 ELSE 300 + rule END), subject, key, any_value(customer_id), any_value(person), min(due), min(act_by),
    string_agg(DISTINCT id, ', ' ORDER BY id), string_agg(DISTINCT action, '; ' ORDER BY action), string_agg(DISTINCT clause, ' ' ORDER BY clause), 'undetermined'
  FROM dated JOIN rules USING (rule) WHERE unknown AND (due < TIMESTAMP '2026-11-28' OR due IS NULL) GROUP BY subject, key, rule = 16
), acting AS (
  SELECT staff_id, CASE WHEN away THEN deputy ELSE staff_id END AS acts, away
  FROM (SELECT *, coalesce(away_from <= DATE '2026-11-20' AND coalesce(away_until >= DATE '2026-11-20', TRUE), FALSE) AS away
    FROM read_csv('{book}/staff.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {'staff_id': 'VARCHAR', 'name': 'VARCHAR',
      'role': 'VARCHAR', 'branch_id': 'VARCHAR', 'joined_at': 'DATE', 'away_from': 'DATE', 'away_until': 'DATE', 'deputy': 'VARCHAR'}))
)
SELECT CASE WHEN act_by = date_trunc('day', act_by) + INTERVAL 86399999999 MICROSECONDS THEN strftime(act_by, '%Y-%m-%d') WHEN second(act_by) = 0 THEN strftime(act_by, '%Y-%m-%d %H:%M')
    ELSE strftime(act_by, '%Y-%m-%d %H:%M:%S') END AS act_by,
  CASE WHEN due = date_trunc('day', due) + INTERVAL 86399999999 MICROSECONDS THEN strftime(due, '%Y-%m-%d') WHEN second(due) = 0 THEN strftime(due, '%Y-%m-%d %H:%M')
    ELSE strftime(due, '%Y-%m-%d %H:%M:%S') END AS due_at,
  status, CAST(due AS DATE) - DATE '2026-11-20' AS days_left, subject, key AS subject_id, s.customer_id, p.name,
  CASE WHEN s.customer_id IS NOT NULL THEN CASE tier WHEN 1 THEN 'core_vip' WHEN 2 THEN 'growth' WHEN 3 THEN 'basic' ELSE 'undetermined' END END AS tier,
  CASE WHEN s.customer_id IS NOT NULL THEN CASE stage WHEN 1 THEN 'acquisition' WHEN 2 THEN 'growth' WHEN 3 THEN 'maturity' WHEN 4 THEN 'decline' WHEN 5 THEN 'none'
    ELSE 'undetermined' END END AS stage,
  coalesce(together, rules.id) AS rule_id, coalesce(actions, action) AS action, coalesce(CASE WHEN a.away AND other.away THEN NULL ELSE coalesce(a.acts, person) END, head, person) AS owner,
  coalesce(rules.channel, p.preferred_channel) AS channel, coalesce(clauses, clause) AS clause, NULL AS provisional,
  subject = 'complaint' AND (status = 'overdue' OR (status = 'undetermined' AND due < TIMESTAMP '2026-11-20 23:59:59.999999')) AS late,
  row_number() OVER (ORDER BY s.act_by NULLS FIRST, CASE status WHEN 'overdue' THEN 0 WHEN 'at risk' THEN 1 WHEN 'paused' THEN 2 WHEN 'running' THEN 3 ELSE 5 END,
    CASE subject WHEN 'complaint' THEN 0 WHEN 'customer' THEN 1 ELSE 2 END, coalesce(nullif(tier, 0), 4), due NULLS FIRST, key, CASE WHEN s.rule < 30 THEN s.rule ELSE 3 END, s.rule) AS place
FROM standing s
JOIN rules
  USING (rule)
LEFT JOIN people p ON p.customer_id = s.customer_id
LEFT JOIN acting a ON a.staff_id = person LEFT JOIN acting other ON other.staff_id = a.acts AND a.away
LEFT JOIN read_csv('{book}/branches.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
  columns = {'branch_id': 'VARCHAR', 'name': 'VARCHAR', 'head': 'VARCHAR'}) b ON b.branch_id = p.branch_id;

COPY (SELECT * EXCLUDE (late, place) FROM listed ORDER BY place) TO '{due}' (FORMAT csv, HEADER);
COPY (SELECT * EXCLUDE (late, place) FROM listed WHERE late ORDER BY place) TO '{overdue}' (FORMAT csv, HEADER);
