"""Rule files written as text in tests: what they load to, and the problems in them."""

from __future__ import annotations

import textwrap

from relcare.files.yaml_tree import read_documents
from relcare.located import Problem
from relcare.rulebook.conditions import Condition
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.load import load

VOCABULARY = """\
kind: table
table: customers
subject: customer
key: customer_id
fields:
  customer_id: {type: id}
  name: {type: text}
  segment: {type: code, codes: {retail: {en: Retail, zh: 零售}, private: {en: Private, zh: 私人银行, also: [pb]}}}
  opened_at: {type: date, time: happened}
  closed_at: {type: date, time: happened, empty: not yet}
  seen_at: {type: moment, time: happened}
  aum: {type: money, unit: CNY, range: [0, 1000000000]}
  debt: {type: money, unit: CNY}
  dollars: {type: money, unit: USD}
  score: {type: count, range: [1, 5]}
  visits: {type: count}
  ratio: {type: number}
  share: {type: percent}
  vip: {type: yes_no}
  likes: {type: codes, codes: [golf, tea, opera]}
  best_month: {type: month}
  branch_id: {type: id, refers: branch}
---
kind: table
table: branches
subject: branch
key: branch_id
fields:
  branch_id: {type: id}
  size: {type: count}
---
kind: table
table: interactions
key: interaction_id
dated by: at
fields:
  interaction_id: {type: id}
  customer_id: {type: id, refers: customer}
  at: {type: moment, time: happened}
  kind: {type: code, codes: [call, visit, inquiry]}
  amount: {type: money, unit: CNY}
  score: {type: count, range: [1, 5]}
---
kind: table
table: balances
key: [customer_id, month]
fields:
  customer_id: {type: id, refers: customer}
  month: {type: month}
  aum: {type: money, unit: CNY}
  logins: {type: count}
---
kind: table
table: notices
key: notice_id
fields:
  notice_id: {type: id}
  customer_id: {type: id, refers: customer}
  sent_on: {type: date}
  topic: {type: code, codes: [safety, offer]}
"""


def loaded(text: str) -> tuple[Rulebook, list[Problem]]:
    """The rulebook of one rule file, with its problems; the text must be well-formed YAML."""
    documents, problems = read_documents(textwrap.dedent(text).encode(), "rules.yaml")
    assert problems == []
    return load([("rules.yaml", documents)])


def check(text: str) -> list[tuple[int, int, str]]:
    """The problems of one rule file as (line, column, code)."""
    return [(problem.place.line, problem.place.column, problem.code) for problem in loaded(text)[1]]


def meant(text: str) -> list[tuple[str, str]]:
    """The problems of one rule file as (code, what the caret and its width mark)."""
    text = textwrap.dedent(text)
    lines = text.split("\n")
    return [
        (p.code, lines[p.place.line - 1][p.place.column - 1 : p.place.column - 1 + p.width]) for p in loaded(text)[1]
    ]


def decision(when: str, *, facts: str = "", limits: str = "") -> str:
    """A rule file with the vocabulary, these facts and limits, and a decision of one rule with this `when`."""
    text = VOCABULARY
    if facts:
        text += "---\nkind: facts\nfor: customer\nfacts:\n" + textwrap.indent(textwrap.dedent(facts), "  ")
    text += "---\nkind: decision\ndecides: tier\nfor: customer\nchoose: first that matches\n"
    if limits:
        text += "limits:\n" + textwrap.indent(textwrap.dedent(limits), "  ")
    text += "rules:\n  - id: R\n    label: R\n    cites: 1\n    from: 2026-01-01\n    then: high\n    when:\n"
    return text + textwrap.indent(textwrap.dedent(when), "      ") + "\n"


def condition(when: str, *, facts: str = "", limits: str = "") -> Condition:
    """The condition to which a `when` is decoded; it must have no mistake."""
    rulebook, problems = loaded(decision(when, facts=facts, limits=limits))
    assert problems == []
    found = rulebook.decisions[0].rules[0].when
    assert found is not None
    return found


def marked(when: str, *, facts: str = "", limits: str = "") -> list[tuple[str, str]]:
    """The problems of a `when` as (code, what is marked)."""
    return meant(decision(when, facts=facts, limits=limits))


def with_facts(facts: str) -> Rulebook:
    """The rulebook with these facts of a customer; they must have no mistake but an unused limit."""
    rulebook, problems = loaded(_facts(facts))
    assert [problem for problem in problems if problem.severity == "error"] == []
    return rulebook


def marked_facts(facts: str) -> list[tuple[str, str]]:
    """The problems of facts of a customer as (code, what is marked)."""
    return meant(_facts(facts))


def _facts(facts: str) -> str:
    return VOCABULARY + "---\nkind: facts\nfor: customer\nfacts:\n" + textwrap.indent(textwrap.dedent(facts), "  ")


# A register with editions, a calendar of hours, rows in examples, corrections and a control, beside the shipped rules.
LATER = """\
kind: norm
norm: {en: House rules, zh: 本行办法}
edition: {en: second edition, zh: 第二版}
from: 2025-01-01
house practice: yes
clauses:
  H-1: {label: {en: Calls, zh: 通话}, until: 2030-01-01, house practice: {en: agreed in 2024, zh: 二〇二四年商定}}
---
kind: calendar
calendar: london
base: weekdays
make-up days: no
time zone: Europe/London
hours: {monday..thursday: 09:00-17:00, friday: 09:00-12:00}
known: {from: 2025-01-01, to: 2027-12-31}
holidays:
  - {name: {en: Eve, zh: 前夕}, other hours: {2026-12-31: 09:00-12:00}}
---
kind: decision
for: customer
decides: often_called
label: {en: Often called, zh: 常联系}
choose: exactly one
outcomes: {often: {en: often, zh: 经常}, seldom: {en: seldom, zh: 很少}}
rules:
  - id: CALLS-1
    label: {en: Often, zh: 经常}
    cites: H-1
    from: 2026-01-01
    when: {calls_of_90_days: at least 2}
    then: often
    corrects: {reason: two was meant, by: committee, on: 2026-01-05, document: RP-2}
    examples:
      - {as of: 2026-11-20 17:43, interactions: [{kind: call, at: 2026-11-02 10:00}, {kind: call, at: 2026-11-03 10:00}], gives: often}
  - {id: CALLS-2, label: {en: Seldom, zh: 很少}, cites: H-1, from: 2026-01-01, otherwise: seldom}
---
kind: facts
for: customer
facts:
  calls_of_90_days:
    label: {en: Calls of 90 days, zh: 近三月通话}
    is: count of interactions where kind call in the last 90 days
    corrects: {reason: ninety was meant, by: committee, on: 2026-01-05, document: RP-2}
---
kind: control
for: customer
rules:
  - id: CTRL-CALLS
    label: {en: Never called, zh: 从未联系}
    cites: H-1
    from: 2026-01-01
    severity: high
    never: {calls_of_90_days: less than 1}
    by: branch_head
    examples: [{as of: 2026-08-01, calls_of_90_days: 0, gives: broken}, {as of: 2026-08-01, calls_of_90_days: 1, gives: kept}]
"""
