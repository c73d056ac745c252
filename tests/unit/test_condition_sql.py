"""Condition → tree → SQL, as pairs that are kept in `condition_pairs.yaml`; `--update-golden` writes what comes out now."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from relcare.engine.conditions import Against, Column, Judge
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load

PAIRS = Path(__file__).parent / "condition_pairs.yaml"
AS_OF = datetime.fromisoformat("2026-11-20T23:59:59.999999")
VOCABULARY = """
kind: table
table: customers
label: {en: Customers, zh: 客户}
subject: customer
key: customer_id
fields:
  customer_id: {type: id, label: {en: Customer, zh: 客户号}}
  segment: {type: code, label: {en: Segment, zh: 客群}, codes: {retail: {en: Retail, zh: 零售}, private: {en: Private, zh: 私行}}}
  home: {type: code, empty: none, label: {en: Home, zh: 归属}, codes: {retail: {en: Retail, zh: 零售}, private: {en: Private, zh: 私行}}}
  aum: {type: money, unit: CNY, label: {en: Assets, zh: 资产}}
  debt: {type: money, unit: CNY, label: {en: Debt, zh: 负债}, empty: none}
  visits: {type: count, label: {en: Visits, zh: 来访}}
  share: {type: percent, label: {en: Share, zh: 占比}}
  likes: {type: codes, label: {en: Likes, zh: 偏好}, codes: {fund: {en: Funds, zh: 基金}, gold: {en: Gold, zh: 黄金}}}
  vip: {type: yes_no, label: {en: Named, zh: 指定}}
  opened_at: {type: date, label: {en: Opened, zh: 开户}}
  closed_at: {type: date, label: {en: Closed, zh: 销户}, empty: not yet}
  seen_at: {type: moment, label: {en: Seen, zh: 接待}}
  told_at: {type: moment, label: {en: Told, zh: 告知}}
  since: {type: month, label: {en: Since, zh: 自}}
  absent_fact: {type: count, label: {en: Absent, zh: 缺}}
---
kind: decision
decides: answer
for: customer
label: {en: Answer, zh: 答案}
choose: first that matches
limits:
  floor: [{from: 2025-01-01, is: "5,000,000"}, {from: 2026-07-01, is: "6,000,000"}]
rules:
  - {id: A, label: {en: A, zh: 甲}, cites: 1.1.1, from: 2025-01-01, when: CONDITION, then: yes_it_is}
"""
COLUMNS = {
    "customer_id": Column('"customer_id"', "id"),
    "segment": Column('"segment"', "code", empty='("segment" IS NULL)'),
    "home": Column('"home"', "code", absent='("home" IS NULL AND wrong & 4 = 0)'),
    "aum": Column('"aum"', "money", over='"aum rows"', absent='("aum" IS NULL)'),
    "debt": Column('"debt"', "money", absent='("debt" IS NULL AND wrong & 8 = 0)'),
    "visits": Column('"visits"', "count"),
    "share": Column('"share"', "percent"),
    "likes": Column('"likes"', "codes"),
    "vip": Column('"vip"', "yes_no"),
    "opened_at": Column('"opened_at"', "date"),
    "closed_at": Column('"closed_at"', "date", absent='("closed_at" IS NULL)'),
    "seen_at": Column('"seen_at"', "moment", until='"seen_at until"'),
    "told_at": Column('"told_at"', "moment", until='"told_at until"'),
    "since": Column('"since"', "month"),
    "absent_fact": Column("NULL", "count", supplied=False),
}


def condition_of(text: str):
    documents, problems = read_documents(VOCABULARY.replace("CONDITION", text).encode(), "pairs.yaml")
    rulebook, mistakes = load([("pairs.yaml", documents)])
    assert [p for p in (*problems, *mistakes) if p.severity == "error"] == []
    return rulebook, rulebook.decisions[0].rules[0].when


def sql_of(text: str, against: Against) -> tuple[str, str]:
    rulebook, condition = condition_of(text)

    def limit(name: str) -> str:
        return f"{rulebook.limits[name].at(AS_OF.date()):f}"

    return repr_of(condition), Judge(COLUMNS, limit, AS_OF).condition(condition, against)


def repr_of(condition) -> str:
    """The tree without places and spellings, in one line."""
    kind = type(condition).__name__
    hidden = {"place", "words"}
    if not hasattr(condition, "__dataclass_fields__"):
        return str(condition)
    parts = []
    for name in condition.__dataclass_fields__:
        if name not in hidden:
            value = getattr(condition, name)
            if isinstance(value, tuple) and value and hasattr(value[0], "__dataclass_fields__"):
                parts.append("[" + ", ".join(map(repr_of, value)) + "]")
            elif kind == "Span":
                parts.append(str(value))
            else:
                parts.append(repr_of(value) if hasattr(value, "__dataclass_fields__") else str(value))
    return f"{kind}({', '.join(parts)})"


def pairs() -> list[dict[str, str]]:
    return yaml.safe_load(PAIRS.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "pair", pairs(), ids=lambda pair: pair["when"] + (" / " + pair["against"] if "against" in pair else "")
)
def test_condition_gives_its_tree_and_its_sql(pair):
    words = pair.get("against", "")
    tree, statement = sql_of(pair["when"], Against("missing" in words.split(", "), "not supplied" in words.split(", ")))
    assert tree == pair["tree"]
    assert statement == pair["sql"]


def test_pairs_are_up_to_date_when_asked_to(updates_golden):
    made = []
    for pair in pairs():
        words = pair.get("against", "")
        tree, statement = sql_of(
            pair["when"], Against("missing" in words.split(", "), "not supplied" in words.split(", "))
        )
        made.append({**pair, "tree": tree, "sql": statement})
    if updates_golden:
        text = yaml.safe_dump(made, allow_unicode=True, sort_keys=False, width=10_000)
        PAIRS.write_text(text, encoding="utf-8", newline="\n")
    assert [pair["when"] for pair in made] == [pair["when"] for pair in pairs()]
    assert len(made) == 48
