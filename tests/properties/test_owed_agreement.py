"""The engine and the plain reference agree on what is owed, on random books under random rules."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from random_books import AS_OFS
from reference import Indexed
from test_agreement import SLOW

from relcare.engine.owed_rows import owed_rows
from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.reckon import subject
from relcare.rulebook.reckon_obligations import owed
from relcare.rulebook.reckon_rows import read_raw
from relcare.runs.book_rows import context_of

sys.path.insert(0, str(Path(__file__).parent.parent / "unit"))
from owed_books import CALENDAR, CARE, CLOCK, rulebook
from owed_books import FACTS as MEASURED
from owed_books import rule as plain_rule

CEASES = "ceases when:\n  - {label: {en: gone, zh: 已离开}, when: {FIELD: is known}}\nrules:\n"
SUSPENDED = (
    "", "", "suspended while: [{label: {en: quiet, zh: 安静}, when: {tier: vip}}]",
    "suspended while: [{label: {en: busy, zh: 忙}, when: {calls_90d: at least 1}}, {label: {en: gone, zh: 离开}, when: {closed_at: is known}}]",
)  # fmt: skip
SPANS = (
    "1 day",
    "24 hours",
    "72 hours",
    "3 working days",
    "5 working days",
    "10 days",
    "2 weeks",
    "8 working hours",
    "45 working minutes",
    "1 month",
)
WARNS = ("", "1 working day before", "4 hours before", "2 days before", "4 working hours before", "1 month before")
LEVELS = (
    "1 month before",
    "3 working days before",
    "4 hours before",
    "overdue",
    "3 hours after",
    "1 working day after",
    "2 weeks after",
    "1 month after",
)
LAPSES = ("", "1 day after due", "30 days after due", "5 working days after due", "9 working hours after due", "never")
ROWS = (
    "interaction call", "interaction [call, visit]", "interaction survey where channel sms", "interaction",
    "interaction call in the 3 working days before due", "interaction call in the 9 working hours before due",
    "{all: [interaction call, interaction survey]}", "{any: [interaction visit, interaction survey]}",
)  # fmt: skip
FACTS = (
    "feedback_at is known",
    "{all: [told_at is known, confirmed_at is known]}",
    "{any: [told_at is known, feedback_at is known]}",
)
WHENS = ("", "when: {tier: vip}", "when: {none: [{tier: vip}]}")
# What changes from one period to the next: a date that is not there yet, rows that come and go.
CHANGING = (
    "when: {closed_at: is missing}", "when: {closed_at: is known}", "when: {calls_90d: at least 1}", "when: {calls_90d: at most 1}",
    "when: {any: [{tier: vip}, {calls_90d: at least 1}]}",
)  # fmt: skip
CADENCES = (
    ("every: month", "due: last working day of the month"), ("every: quarter", "due: last day of the quarter"), ("every: quarter", "within: 5 working days"),
    ("every: month", "due: third friday of the month"), ("every: quarter", "due: last monday of the quarter"),
    ("every: 2 months", "due: last working day of the period"), ("every: year on opened_at", "within: 7 days"),
    ("every: year on opened_at", "within: 7 days", "opens: 14 days before due"), ("every: festival", "due: 1 working day before the festival", "opens: 30 days before the festival"),
)  # fmt: skip
AHEAD = (
    "due: 30 days before next_on",
    "due: on next_on",
    "due: 5 working days before next_on",
    "due: 1 month before next_on",
    "due: 9 working hours before next_on",
)
CALENDARS = """
kind: calendar
calendar: desk
known: {from: 2026-01-01, to: 2026-12-31}
hours: 09:00-12:00, 13:30-17:30
holidays: [{name: {en: Half day, zh: 半天}, other hours: {2026-09-30: 09:00-12:00}}]
festivals: {mid_autumn: {name: {en: Mid-Autumn, zh: 中秋节}, days: [2025-10-06, 2026-09-25, 2027-09-15]}}
---
kind: calendar
calendar: abroad
base: desk
time zone: America/New_York
hours: {monday..thursday: 22:00-06:00, saturday: 10:00-13:00}
---
"""


def rule(rule_id: str, *told: str) -> str:
    """A rule of these lines; hours are those of a calendar that has some."""
    lines = [line for line in told if not line.startswith("calendar: ")]
    named = [line for line in told if line.startswith("calendar: ")] or ["calendar: desk"]
    some = named[:1] if named[0] != "calendar: " else []
    if not some and any("working hours" in line or "working minutes" in line for line in lines):
        some = ["calendar: desk"]
    return plain_rule(rule_id, *lines, *some)


@st.composite
def lines(draw: st.DrawFn, *, shares: bool = False, clock: bool = False) -> list[str]:
    """The lines that every rule for customers may have, and but for what suspends them every rule."""
    told = [] if clock else [line for line in [draw(st.sampled_from(SUSPENDED))] if line]
    warns, lapses = draw(st.sampled_from(WARNS)), draw(st.sampled_from(LAPSES))
    if draw(st.booleans()):
        at = draw(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=3, unique=True))
        at = [f"{draw(st.sampled_from((1, 33, 50, 99)))}%"] * shares + sorted(at, key=LEVELS.index)
        told += [f"warns: [{', '.join(f'{{at: {one}, tell: manager}}' for one in at)}]"]
    elif warns:
        told += [f"warns: {warns}"]
    told += [f"lapses: {lapses}"] if lapses else []
    told += [f"calendar: {draw(st.sampled_from(['', '', 'desk', 'abroad']))}"]
    return told


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A few rules of every kind, for customers and for complaints."""
    care, clocks = [], []
    when = st.sampled_from(WHENS)
    for i in range(draw(st.integers(0, 2))):
        care += [
            rule(
                f"ONCE{i}",
                *filter(None, [draw(when)]),
                "starts: opened_at",
                f"within: {draw(st.sampled_from(SPANS))}",
                f"done when: {draw(st.sampled_from(ROWS))}",
                *draw(lines(shares=draw(st.booleans()))),
            )
        ]
    for i in range(draw(st.integers(0, 2))):
        asked, cadence = draw(st.sampled_from((*WHENS, *CHANGING))), draw(st.sampled_from(CADENCES))
        historic = asked in CHANGING[:4] and "year on" not in cadence[0]
        at_start = ["judged: at start"] if historic and draw(st.booleans()) else []
        care += [
            rule(
                f"AGAIN{i}",
                *filter(None, [asked]),
                *at_start,
                *cadence,
                f"done when: {draw(st.sampled_from(ROWS))}",
                *draw(lines()),
            )
        ]
    if draw(st.booleans()):
        window = draw(st.sampled_from(["", " in the 60 days before next_on"]))
        care.append(rule("AHEAD", draw(st.sampled_from(AHEAD)), f"done when: interaction call{window}", *draw(lines())))
    for i in range(draw(st.integers(1, 2))):
        span = draw(st.sampled_from(SPANS[:-1]))
        most = (
            "12 hours"
            if span in ("24 hours", "72 hours")
            else "3 working days"
            if "working days" in span
            else "5 working hours"
            if "working" in span
            else "3 days"
        )
        unit = "hours" if span in ("24 hours", "72 hours") else span.split(" ", 1)[1].rstrip("s") + "s"
        unit = "days" if unit == "days" else unit
        more = f"{int(span.split(' ', 1)[0]) + draw(st.sampled_from((1, 24)))} {unit}"
        needs = draw(st.sampled_from(("approver", "told_at", "[approver, told_at]")))
        extends = draw(st.sampled_from(["", f"extends: {{to: {more}, event: extension, needs: {needs}}}"]))
        restarts = draw(st.sampled_from(["", "restarts: material"]))
        pauses = draw(st.sampled_from(["", "pauses: waiting", f"pauses: waiting, partner, at most {most}"]))
        clocks.append(
            rule(
                f"CLOCK{i}",
                "starts: received_at",
                f"within: {span}",
                f"done when: {draw(st.sampled_from(FACTS))}",
                *filter(None, [pauses, extends, restarts]),
                *draw(lines(shares=draw(st.booleans()), clock=True)),
            )
        )
    if draw(st.booleans()):
        start = draw(st.sampled_from(["end of CLOCK0", "feedback_at, else end of CLOCK0"]))
        clocks.append(
            rule(
                "CHAIN",
                f"starts: {start}",
                f"within: {draw(st.sampled_from(SPANS))}",
                "done when: followed_up_at is known",
            )
        )
    heads = [MEASURED + CARE, CLOCK]
    if draw(st.booleans()):
        heads = [
            head.replace("rules:\n", CEASES.replace("FIELD", field))
            for head, field in zip(heads, ("closed_at", "withdrawn_at"), strict=True)
        ]
    return CALENDARS + "---\n".join(
        head + "".join(body) for head, body in zip(heads, (care, clocks), strict=True) if body
    )


def moments(as_of: datetime) -> st.SearchStrategy[str]:
    """Moments of every precision around the as-of, none, and what is none."""
    offsets = [
        -40 * 24,
        -35 * 24,
        -20 * 24,
        -8 * 24,
        -7 * 24,
        -6 * 24,
        -5 * 24,
        -4 * 24,
        -73,
        -72,
        -71,
        -49,
        -48,
        -25,
        -24,
        -23,
        -2,
        0,
        24,
    ]
    spelt = []
    for hours in offsets:
        point = (as_of + timedelta(hours=hours)).replace(microsecond=0)
        spelt += [
            point.strftime("%Y-%m-%d"),
            point.strftime("%Y-%m-%d %H:%M"),
            point.strftime("%Y-%m-%d %H:%M:%S"),
            point.strftime("%Y-%m-%d 00:00:00"),
        ]
    return st.sampled_from([*spelt, "", "", "", "soon"])


def days(as_of: datetime) -> st.SearchStrategy[str]:
    """Dates around the as-of, a year before it, none, and what is none."""
    near = [-800, -373, -366, -365, -364, -358, -100, -35, -34, -5, -4, -3, -2, -1, 0, 1, 10, 29, 30, 31, 59, 60, 61]
    return st.sampled_from([*((as_of + timedelta(days=n)).date().isoformat() for n in near), "", "2026-02-30"])


@st.composite
def files(draw: st.DrawFn, as_of: datetime) -> dict[str, str]:
    """A small book."""
    day, at, few = days(as_of), moments(as_of), st.integers(0, 3)
    cells = {
        "customers": (["customer_id", "opened_at", "closed_at", "tier", "next_on"], [st.sampled_from(["C1", "C2"]), day, st.one_of(st.just(""), day), st.sampled_from(["vip", "vip", "basic", "", "?"]), day]),
        "interactions": (["interaction_id", "customer_id", "at", "kind", "channel", "outcome", "rule_id"],
                         [st.sampled_from([f"I{i}" for i in range(9)]), st.sampled_from(["C1", "C2", "C9"]), at, st.sampled_from(["call", "survey", "visit", "fax", ""]), st.sampled_from(["sms", "phone", "", "?"]), st.sampled_from(["reached", "", "missed", "?"]), st.sampled_from(["", "", "ONCE0", "OTHER"])]),
        "complaints": (["complaint_id", "customer_id", "received_at", "feedback_at", "told_at", "confirmed_at", "followed_up_at", "withdrawn_at"],
                       [st.sampled_from(["K1", "K2"]), st.sampled_from(["C1", ""]), at, at, at, at, at, st.one_of(st.just(""), at)]),
        "events": (["event_id", "complaint_id", "at", "until", "kind", "approver", "told_at"], [st.sampled_from([f"E{i}" for i in range(6)]), st.sampled_from(["K1", "K2"]), at, at, st.sampled_from(["waiting", "waiting", "partner", "extension", "extension", "material", "material", "?"]), st.sampled_from(["S1", "S1", ""]), at]),
        "waivers": (["waiver_id", "rule_id", "subject_id", "waived_at", "waived_by", "reason"], [st.sampled_from(["W1", "W2"]), st.sampled_from(["ONCE0", "CLOCK0", "AGAIN0"]), st.sampled_from(["C1", "K1"]), at, st.just("S1"), st.just("so")]),
    }  # fmt: skip
    written = {}
    for name, (header, columns) in cells.items():
        if name not in ("customers", "complaints") and draw(st.integers(0, 3)) == 0:
            continue
        rows = {row[0]: row for row in draw(st.lists(st.tuples(*columns), min_size=1, max_size=2 + 3 * draw(few)))}
        written[f"{name}.csv"] = "\n".join(",".join(row) for row in [header, *rows.values()]) + "\n"
    if draw(st.integers(0, 4)) == 0:
        written["relcare.yaml"] = f"covers: {{interactions: {{from: {(as_of - timedelta(days=30)).date()}}}}}\n"
    return written


def agreed(found: Rulebook, written: dict[str, str], as_of: datetime) -> list[dict[str, Any]]:
    """What the engine says is owed under a rulebook in a book of these files; the reference says the same."""
    with tempfile.TemporaryDirectory() as folder:
        home, spill = Path(folder).resolve() / "book", Path(folder).resolve() / "spill"
        home.mkdir()
        spill.mkdir()
        for name, content in written.items():
            (home / name).write_text(content, encoding="utf-8")
        settings, problems = read_settings(home, found.vocabulary)
        assert not problems, problems
        book = open_book(home, found.vocabulary, settings, spill)
        engine = owed_rows(found, book, as_of, spill, CALENDAR)
        # what a list makes is what is open of all that there is
        listed = owed_rows(found, book, as_of, spill, CALENDAR, every=False)
        shown = [[row for row in rows if row["open"] or row["status"] == "suspended"] for rows in (listed, engine)]
        assert shown[0] == shown[1]
        rows = Indexed(book)
        context = context_of(found, book, as_of, rows)
        reckoned = []
        for name in ("customer", "complaint"):
            table = found.vocabulary.table_of(name)
            assert table is not None
            keys = {
                cell.value
                for raw in rows.all_rows(table.name)
                if (cell := read_raw(table, raw, context).get(table.key[0]))
            }
            for key in sorted(key for key in keys if isinstance(key, str)):
                who = subject(name, key, rows, context)
                reckoned += (
                    [(name, key, one) for one in owed(who, rows, context, CALENDAR, year=True)]
                    if who is not None
                    else []
                )
    said = Counter(
        (
            row["subject"],
            row["subject_id"],
            row["rule_id"],
            row["opens"],
            row["status"],
            row["due"],
            row["act_by"],
            row["assumed"],
            bool(row["provisional"]),
            tuple(sorted(row["levels"])),
        )
        for row in engine
    )
    told = Counter(
        (
            name,
            key,
            one.rule.id,
            one.opens,
            one.status,
            one.due.first if one.due else None,
            one.act_by,
            one.assumed,
            one.provisional,
            tuple((nth, level.at) for nth, level in enumerate(one.levels, 1)),
        )
        for name, key, one in reckoned
        if not one.was_owed
    )
    assert said == told, (sorted(map(str, told - said)), sorted(map(str, said - told)))
    return engine


@SLOW
@given(st.data())
def test_engine_and_reference_agree_on_what_is_owed(data):
    as_of = data.draw(st.sampled_from(AS_OFS))
    agreed(rulebook(data.draw(rules())), data.draw(files(as_of)), as_of)
