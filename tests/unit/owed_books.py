"""A small vocabulary with obligations, and what the engine says is owed under rules and rows that a test writes down."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time
from pathlib import Path

from relcare.engine.owed_rows import owed_rows
from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load
from relcare.timing.calendars import Calendar, DayException, Festival, written_exceptions

VOCABULARY = """
kind: table
table: customers
label: {en: Customers, zh: 客户}
subject: customer
key: customer_id
dated by: opened_at
fields:
  customer_id: {type: id}
  name: {type: text, empty: none}
  opened_at: {type: date, time: happened}
  closed_at: {type: date, time: happened, empty: not yet}
  tier: {type: code, codes: {vip: {en: VIP, zh: 贵宾}, basic: {en: Basic, zh: 基础}}}
  next_on: {type: date, time: planned, empty: none}
  manager: {type: id, refers: staff, empty: none}
  branch_id: {type: id, refers: branch, empty: none}
---
kind: table
table: interactions
label: {en: Interactions, zh: 互动}
key: interaction_id
dated by: at
evidence: {as: interaction, kind: kind, counts when: {any: [{outcome: reached}, {outcome: is missing}]}, rule: rule_id}
fields:
  interaction_id: {type: id}
  customer_id: {type: id, refers: customer}
  at: {type: moment, time: happened}
  kind: {type: code, codes: {call: {en: Call, zh: 电话}, survey: {en: Survey, zh: 调研}, visit: {en: Visit, zh: 拜访}}}
  channel: {type: code, empty: none, codes: {phone: {en: Phone, zh: 电话}, sms: {en: SMS, zh: 短信}}}
  outcome: {type: code, empty: none, codes: {reached: {en: Reached, zh: 已接通}, missed: {en: Missed, zh: 未接通}}}
  rule_id: {type: text, empty: none}
---
kind: table
table: complaints
label: {en: Complaints, zh: 投诉}
subject: complaint
key: complaint_id
dated by: received_at
fields:
  complaint_id: {type: id}
  customer_id: {type: id, refers: customer, empty: none}
  received_at: {type: moment, time: happened}
  feedback_at: {type: moment, time: happened, empty: not yet}
  told_at: {type: moment, time: happened, empty: not yet}
  confirmed_at: {type: moment, time: happened, empty: not yet}
  followed_up_at: {type: moment, time: happened, empty: not yet}
  withdrawn_at: {type: moment, time: happened, empty: not yet}
  handler: {type: id, refers: staff, empty: none}
---
kind: table
table: events
label: {en: Events, zh: 事项}
key: event_id
dated by: at
pauses: {kind: kind, from: at, until: until}
fields:
  event_id: {type: id}
  complaint_id: {type: id, refers: complaint}
  at: {type: moment, time: happened}
  until: {type: moment, time: happened, empty: not yet}
  kind: {type: code, codes: {waiting: {en: Waiting, zh: 等待}, partner: {en: Partner, zh: 合作方}, extension: {en: Extension, zh: 延期}, material: {en: New material, zh: 新材料}}}
  approver: {type: id, empty: none}
  told_at: {type: moment, time: happened, empty: not yet, label: {en: Told at, zh: 告知时间}}
---
kind: table
table: waivers
label: {en: Waivers, zh: 豁免}
key: waiver_id
dated by: waived_at
waives: {rule: rule_id, subject: subject_id, by: waived_by, why: reason}
fields:
  waiver_id: {type: id}
  rule_id: {type: text}
  subject_id: {type: text}
  waived_at: {type: moment, time: happened}
  waived_by: {type: id, empty: none}
  reason: {type: text, empty: none}
---
kind: table
table: staff
label: {en: Staff, zh: 员工}
subject: staff
key: staff_id
fields:
  staff_id: {type: id}
  joined_at: {type: date, time: happened}
---
kind: table
table: branches
label: {en: Branches, zh: 网点}
subject: branch
key: branch_id
fields:
  branch_id: {type: id}
  head: {type: id, refers: staff, empty: none}
---
"""


# Facts whose past is known.
FACTS = """
kind: facts
for: customer
facts:
  calls_90d: {is: count of interactions where kind call in the last 90 days}
---
"""


def off(first: str, last: str, *, opened: bool = False) -> DayException:
    """Days that are closed for National Day, or open to make up for it."""
    return DayException(date.fromisoformat(first), date.fromisoformat(last), opened, "National Day", "国庆节")


# The autumn of 2026: a week off, two working weekends.
CALENDAR = Calendar(
    "cn",
    written=written_exceptions(
        [off("2026-09-20", "2026-09-20", opened=True), off("2026-09-25", "2026-09-25"), off("2026-10-01", "2026-10-07"),
         off("2026-10-10", "2026-10-10", opened=True)]
    ),
    festivals={"mid_autumn": Festival("Mid-Autumn", "中秋节", (date(2025, 10, 6), date(2026, 9, 25), date(2027, 9, 15)))},
    known_from=date(2015, 1, 1),
    known_until=date(2026, 12, 31),
    fixed=((1, 1), (10, 1), (10, 2), (10, 3)),
)  # fmt: skip
CLOCK = "kind: obligation\nfor: complaint\nrules:\n"
CARE = "kind: obligation\nfor: customer\nrules:\n"
HEAD = "    label: {en: Rule, zh: 规则}\n    from: 2025-01-01\n    by: manager\n    cites: []\n"


def rule(rule_id: str, *lines: str, start: str = "2025-01-01", until: str = "") -> str:
    """A rule of these lines."""
    ends = [f"until: {until}"] if until else []
    told = [f"label: {{en: {rule_id}, zh: {rule_id}}}", f"from: {start}", *ends, "by: manager", 'cites: "1"', *lines]
    return f"  - id: {rule_id}\n" + "".join(f"    {line}\n" for line in told)


def rulebook(text: str, vocabulary: str = VOCABULARY):
    """The rulebook of the vocabulary and these documents, which have no mistake."""
    nodes, mistakes = read_documents((vocabulary + text).encode(), "rules.yaml")
    found, problems = load([("rules.yaml", nodes)])
    told = [str(problem) for problem in (*mistakes, *problems) if problem.severity == "error"]
    assert not told, told
    return found


def as_of(text: str) -> datetime:
    """The end of a date, or a moment."""
    return datetime.fromisoformat(text) if ":" in text else datetime.combine(date.fromisoformat(text), time.max)


def owed(text: str, files: dict[str, str], when: str, *, calendar: Calendar = CALENDAR, every: bool = True,
         vocabulary: str = VOCABULARY):  # fmt: skip
    """What the engine says is owed: the rows of `owed_rows`."""
    found = rulebook(text, vocabulary)
    with tempfile.TemporaryDirectory() as folder:
        home, spill = Path(folder).resolve() / "book", Path(folder).resolve() / "spill"
        home.mkdir()
        spill.mkdir()
        for name, content in files.items():
            lines = [line.strip() for line in content.strip().splitlines()]
            (home / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        settings, problems = read_settings(home, found.vocabulary)
        assert not problems, problems
        book = open_book(home, found.vocabulary, settings, spill)
        return owed_rows(found, book, as_of(when), spill, calendar, every=every)


def statuses(text: str, files: dict[str, str], when: str, **more) -> dict[str, str]:
    """The status of each subject's last occurrence, by rule and id: `RULE ID`."""
    return {f"{row['rule_id']} {row['subject_id']}": row["status"] for row in owed(text, files, when, **more)}
