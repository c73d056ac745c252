"""Rule files with obligations written as text in tests: what they load to, and the problems in them."""

from __future__ import annotations

import textwrap

from rule_files import VOCABULARY, loaded, meant

from relcare.rulebook.obligations import Obligation

EXTRA = """\
---
kind: table
table: deals
key: deal_id
dated by: made_at
evidence: {as: deal}
fields:
  deal_id: {type: id}
  customer_id: {type: id, refers: customer}
  made_at: {type: date, time: happened}
  size: {type: money, unit: CNY}
---
kind: table
table: stops
key: stop_id
dated by: at
pauses: {kind: kind, from: at, until: until}
fields:
  stop_id: {type: id}
  customer_id: {type: id, refers: customer}
  at: {type: moment, time: happened}
  until: {type: moment, time: happened, empty: not yet}
  kind: {type: code, codes: [waiting, travelling, talking]}
---
kind: table
table: staff
subject: staff
key: staff_id
fields:
  staff_id: {type: id}
  role: {type: code, codes: [manager, clerk]}
---
kind: calendar
calendar: cn
known: {from: 2026-01-01, to: 2026-12-31}
festivals:
  mid_autumn: {name: {en: Mid-Autumn, zh: 中秋}, days: [2026-09-25]}
  spring: {name: {en: Spring, zh: 春节}, days: [2026-02-17]}
---
kind: facts
for: customer
facts:
  calls: {is: count of interactions where kind call}
  called_at: {is: latest at of interactions where kind call}
  notices: {is: count of notices}
  days_open: {is: days since opened_at}
  latest_care: {is: "latest of opened_at, called_at and seen_at"}
"""
WORDS = VOCABULARY.replace(
    "dated by: at\n",
    "dated by: at\nevidence: {as: interaction, kind: kind, counts when: {score: at least 2}, rule: interaction_id}\n",
)
BASE = WORDS + EXTRA
DONE = "done when: interaction call"


def text_of(*rules: str, head: str = "", subject: str = "customer") -> str:
    """A rule file with these rules to a subject, each the lines of one; what every rule needs is added to each."""
    text = f"{BASE}---\nkind: obligation\nfor: {subject}\n{textwrap.dedent(head)}rules:\n"
    for number, rule in enumerate(rules):
        lines = textwrap.dedent(rule).strip().splitlines()
        keys = {line.split(":")[0] for line in lines}
        added = {
            "id": f"R{number}",
            "label": "R",
            "cites": "1",
            "from": "2026-01-01",
            "by": "manager",
        }
        lines += [f"{key}: {value}" for key, value in added.items() if key not in keys]
        if "done when" not in keys:
            lines.append(DONE)
        text += textwrap.indent("\n".join(lines), "    ").replace("    ", "  - ", 1) + "\n"
    return text


def owed(*rules: str, head: str = "", subject: str = "customer") -> tuple[Obligation, ...]:
    """The obligations of these rules, which have no mistake."""
    rulebook, problems = loaded(text_of(*rules, head=head, subject=subject))
    assert [str(problem) for problem in problems] == []
    return rulebook.obligations


def marked(*rules: str, head: str = "", subject: str = "customer") -> list[tuple[str, str]]:
    """The problems of these rules as (code, what is marked)."""
    return meant(text_of(*rules, head=head, subject=subject))


def hints(*rules: str, head: str = "", subject: str = "customer") -> list[str]:
    """The hints of the problems of these rules."""
    return [problem.hint for problem in loaded(text_of(*rules, head=head, subject=subject))[1]]


def ids(*rules: str, head: str = "") -> list[str]:
    """The ids of the rules that are kept, in their order, whatever is wrong with others."""
    return [rule.id for rule in loaded(text_of(*rules, head=head))[0].obligations]
