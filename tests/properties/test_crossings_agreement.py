"""The engine and the plain reference agree on what is owed each time that a number of rows was reached; and it stays owed."""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from test_agreement import SLOW
from test_owed_agreement import agreed

sys.path.insert(0, str(Path(__file__).parent.parent / "unit"))
from owed_books import CARE, rule, rulebook

END = datetime.combine(date(2026, 9, 30), time.max)
FACTS = """\
kind: limits
limits:
  many: [{from: 2024-01-01, is: "2"}LATER]
---
kind: facts
for: customer
facts:
  often_at: {is: "first at of interactions where kind ROWS reached many WINDOW"}
  again_at: {is: "first at of interactions repeating channel where kind ROWS reached many WINDOW"}
---
"""
WINDOWS = (
    "",
    "in the last 1 day",
    "in the last 3 days",
    "in the last 7 days",
    "in the last 1 month",
    "in the last 24 hours",
)
LATER = ("", "", "", ', {from: 2026-09-21, is: "3"}', ', {from: 2026-09-25, is: "1"}')
DONE = ("interaction survey", "interaction survey", "interaction [call, survey]", "{all: [interaction survey, interaction visit]}")  # fmt: skip
SPANS = ("1 day", "24 hours", "2 working days", "3 days")
LAPSES = ("", "lapses: 1 day after due", "lapses: 24 hours after due", "lapses: 5 days after due", "lapses: 2 working days after due")  # fmt: skip
HELD = "suspended while: [{label: {en: basic, zh: 基础}, when: {tier: basic}}, {label: {en: gone, zh: 离开}, when: {closed_at: is known}}]"
KINDS = ("call", "call", "call", "call", "survey", "visit")


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules that start each time that a number was reached, one of them in two versions."""
    facts = FACTS.replace("ROWS", draw(st.sampled_from(["call", "[call, visit]"])))
    facts = facts.replace("WINDOW", draw(st.sampled_from(WINDOWS))).replace("LATER", draw(st.sampled_from(LATER)))
    told = []
    for name in ("often_at", "again_at"):
        lines = [f"starts: {draw(st.sampled_from(['', 'each ']))}{name}", f"done when: {draw(st.sampled_from(DONE))}"]
        lines += [
            line for line in (draw(st.sampled_from(LAPSES)), draw(st.sampled_from(["", "when: {tier: vip}"]))) if line
        ]
        lines += [HELD] if draw(st.integers(0, 2)) == 0 else []
        spans = [draw(st.sampled_from(SPANS)) for _ in range(2)]
        if draw(st.booleans()):
            told += [
                rule(name, *lines, f"within: {spans[0]}", until="2026-09-20"),
                rule(name, *lines, f"within: {spans[1]}", start="2026-09-20"),
            ]
        else:
            told.append(rule(name, *lines, f"within: {spans[0]}"))
    ceases = "ceases when:\n  - {label: {en: gone, zh: 已离开}, when: {closed_at: is known}}\nrules:\n"
    return facts + CARE.replace("rules:\n", draw(st.sampled_from(["rules:\n", ceases]))) + "".join(told)


def written(point: datetime, shape: str) -> str:
    """A moment as a file has it."""
    return point.strftime({"day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M", "second": "%Y-%m-%d %H:%M:%S"}[shape])


@st.composite
def books(draw: st.DrawFn, *, spoilt: bool = True) -> dict[str, str]:
    """A customer or two with many interactions within three weeks, close together; with `spoilt` cells that can't be read."""
    bad = draw(st.booleans()) if spoilt else False
    few = st.integers(0, 9)

    def cell(choices: tuple[str, ...], wrong: str) -> str:
        return wrong if bad and draw(few) == 0 else draw(st.sampled_from(choices))

    rows = ["interaction_id,customer_id,at,kind,channel,outcome,rule_id"]
    for n in range(draw(st.integers(3, 14))):
        day = date(2026, 9, 10) + timedelta(days=draw(st.integers(0, 21)))
        hour = draw(st.sampled_from([time(0), time(0), time(9), time(9, 30), time(23, 59)]))
        at = written(datetime.combine(day, hour), draw(st.sampled_from(["day", "minute", "second", "second"])))
        kind = cell(KINDS, "fax")
        key = draw(st.sampled_from(["C1", "C1", "C1", "C2"]))
        channel, outcome = cell(("sms", "sms", "phone", ""), "?"), cell(("reached", "reached", "missed", ""), "?")
        named = draw(st.sampled_from(["", "", "", "often_at"]))
        rows.append(f"I{n},{key},{cell((at,), 'soon')},{kind},{channel},{outcome},{named}")
        if bad and draw(few) == 0:
            rows.append(f"I{n},{draw(st.sampled_from(['C1', 'C2']))},{at},{kind},{channel},{outcome},{named}")
    told = {"interactions.csv": "\n".join(rows) + "\n"}
    closed, tier = (
        draw(st.sampled_from(["", "", "2026-09-24"])),
        draw(st.sampled_from(["vip", "vip", "vip", "basic", ""])),
    )
    told["customers.csv"] = f"customer_id,opened_at,closed_at,tier\nC1,2026-01-05,{closed},{tier}\nC2,2026-01-05,,vip\n"
    if draw(st.booleans()):
        on = date(2026, 9, 10) + timedelta(days=draw(st.integers(0, 20)))
        told["waivers.csv"] = (
            f"waiver_id,rule_id,subject_id,waived_at,waived_by,reason\nW1,often_at,C1,{on} 12:00,S1,so\n"
        )
    return told


@SLOW
@given(st.data())
def test_engine_and_reference_agree_on_what_is_owed_each_time(data):
    as_of = END - timedelta(days=data.draw(st.integers(0, 10)), minutes=data.draw(st.sampled_from([0, 0, 600])))
    agreed(rulebook(data.draw(rules())), data.draw(books()), as_of)


@SLOW
@given(st.data())
def test_what_is_owed_stays_until_it_is_done_or_given_up(data):
    """As days go by an occurrence that was open is open still, or over; it never becomes another or none."""
    found, told = rulebook(data.draw(rules())), data.draw(books(spoilt=False))
    before = END - timedelta(days=data.draw(st.integers(1, 9)))
    was, now = (agreed(found, told, as_of) for as_of in (before, before + timedelta(days=1)))
    ids = ("subject_id", "rule_id", "start", "due")
    there = {tuple(row[name] for name in ids) for row in now}
    assert not [row for row in was if tuple(row[name] for name in ids) not in there]
