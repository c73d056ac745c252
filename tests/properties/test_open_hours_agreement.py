"""The engine's deadlines by calendars of all kinds are those of the readable reference, and that is the one that goes minute by minute.

2,000 questions each; with RELCARE_LONG=1 100,000.
"""

# ruff: noqa: DTZ001  # moments are by the book's clocks; what is drawn guards nothing
from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from relcare.engine.owed_rows import owed_rows
from relcare.files.open_book import open_book
from relcare.files.settings import read_settings
from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load
from relcare.rulebook.obligations import Obligation
from relcare.timing.calendars import Calendar
from relcare.timing.clock import ELAPSED, Pause, merge_pauses
from relcare.timing.counting import at_risk_from, counted, last_open, own_days, zone_there
from relcare.timing.instants import instant, is_skipped, shown
from relcare.timing.lengths import WORKING_TIME
from relcare.timing.slow_open_time import SlowOpenTime

sys.path.insert(0, str(Path(__file__).parent.parent / "unit"))
from owed_books import VOCABULARY, rule

QUESTIONS = 100_000 if os.environ.get("RELCARE_LONG") else 2_000
FIRST = datetime(2026, 1, 1)
AS_OF = datetime(2027, 2, 10, 15, 20)
MINUTE, SECOND, TICK = timedelta(minutes=1), timedelta(seconds=1), timedelta(microseconds=1)
CALENDARS = """
kind: calendar
calendar: plain
known: {from: 2026-01-01, to: 2026-12-31}
hours: 09:00-17:00
holidays:
  - {name: {en: Holiday, zh: 假日}, closed: 2026-10-01..2026-10-07, open: [2026-10-10, 2026-09-20]}
---
kind: calendar
calendar: desk
base: plain
hours: 09:00-12:00, 13:30-17:30
holidays:
  - {name: {en: Half day, zh: 半天}, other hours: {2026-12-31: 09:00-12:00, 2026-06-05: 14:00-15:30}}
---
kind: calendar
calendar: hotline
known: {from: 2026-01-01, to: 2026-12-31}
week: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]
hours: 00:00-24:00
---
kind: calendar
calendar: night
base: plain
hours: {monday..thursday: 22:00-06:00, friday: "18:00-24:00", saturday: "00:00-02:00, 22:15-04:45"}
---
kind: calendar
calendar: settlement
base: plain
make-up days: no
---
kind: calendar
calendar: london
known: {from: 2026-01-01, to: 2026-12-31}
time zone: Europe/London
hours: {monday..saturday: "00:30-03:15, 09:00-17:00"}
---
kind: calendar
calendar: new_york
base: desk
time zone: America/New_York
---
kind: calendar
calendar: night_abroad
base: night
time zone: Australia/Lord_Howe
---
"""
NAMES = ("plain", "desk", "hotline", "night", "settlement", "london", "new_york", "night_abroad")
SPANS = (
    "1 working minute",
    "45 working minutes",
    "4 working hours",
    "8 working hours",
    "30 working hours",
    "3 working days",
    "5 days",
    "26 hours",
)
PAUSES = (None, "pauses: waiting", "pauses: waiting, at most {}")
MOST = {
    "working minutes": "2 working hours",
    "working hours": "5 working hours",
    "working days": "2 working days",
    "days": "2 days",
    "hours": "30 hours",
}
WARNS = ("", "warns: 90 working minutes before", "warns: 1 working day before")
CODES = ", ".join(f"{name}: {{en: {name}, zh: {name}}}" for name in NAMES)
FIELD = f"  own_desk: {{type: code, empty: none, codes: {{{CODES}}}}}\n"


class Question(NamedTuple):
    """A complaint: when it came, as it is written; its pauses; and the calendar that it names."""

    written: str
    stops: tuple[tuple[str, str], ...]
    desk: str


def at_random(draw: random.Random, zone: str) -> datetime:
    """A minute that clocks show, near the changes of clocks more often than elsewhere."""
    while True:
        at = FIRST + draw.randrange(60 * 24 * 390) * MINUTE
        if draw.random() < 0.2:
            edge = draw.choice([(3, 8), (3, 29), (4, 5), (10, 4), (10, 25), (11, 1), (12, 31), (10, 1)])
            at = datetime(2026, *edge) + draw.randrange(-600, 2000) * MINUTE
        if not is_skipped(at, zone):
            return at


def questions(draw: random.Random, zone: str, count: int) -> Iterator[Question]:
    for _ in range(count):
        start = at_random(draw, zone)
        written = draw.choice([f"{start:%Y-%m-%d %H:%M}", f"{start:%Y-%m-%d %H:%M}:00", f"{start:%Y-%m-%d}"])
        stops = []
        for _ in range(draw.choice([0, 0, 1, 2, 3])):
            begins = start + draw.randrange(-2000, 9000) * MINUTE
            ends = begins + draw.choice([0, 7, 300, 1440, 5000]) * draw.randrange(1, 3) * MINUTE
            if ends < AS_OF and not (is_skipped(begins, zone) or is_skipped(ends, zone)):
                stops.append(
                    (f"{begins:%Y-%m-%d %H:%M:%S}", f"{ends:%Y-%m-%d %H:%M:%S}" if draw.random() < 0.97 else "")
                )
        yield Question(written, tuple(stops), draw.choice([*NAMES, ""]))


def rules(draw: random.Random) -> str:
    """Rules by every calendar and in every unit, and by the calendar that a complaint names."""
    told = []
    for number, name in enumerate((*NAMES, "", "own_desk")):
        spans = draw.sample(SPANS, 2) if number < len(NAMES) else SPANS[2:]
        for i, span in enumerate(spans):
            unit = span.split(" ", 1)[1].rstrip("s") + "s"
            pauses = draw.choice(PAUSES)
            lines = [f"calendar: {name}"] if name else []
            lines += [pauses.format(MOST[unit])] if pauses else []
            warns = draw.choice(WARNS)
            lines += [warns] if warns else []
            told.append(
                rule(
                    f"R{number}X{i}",
                    "starts: received_at",
                    f"within: {span}",
                    "done when: feedback_at is known",
                    *lines,
                )
            )
    return "---\nkind: obligation\nfor: complaint\nrules:\n" + "".join(told)


def asked(zone: str, count: int, seed: int) -> list[tuple[Obligation, Question, dict[str, Any], Calendar]]:
    """What the engine says of complaints by these rules, with the calendar of each."""
    draw = random.Random(seed)
    text = VOCABULARY.replace("  handler: {type", f"{FIELD}  handler: {{type") + CALENDARS + rules(draw)
    nodes, mistakes = read_documents(text.encode(), "rules.yaml")
    rulebook, problems = load([("rules.yaml", nodes)])
    assert not [str(one) for one in (*mistakes, *problems) if one.severity == "error"]
    asked_ = list(questions(draw, zone, count))
    complaints = "".join(f"K{i},{q.written},{q.desk}\n" for i, q in enumerate(asked_))
    stops = [(f"K{i}", *stop) for i, q in enumerate(asked_) for stop in q.stops]
    events = "".join(f"E{i},{key},{begins},{ends},waiting\n" for i, (key, begins, ends) in enumerate(stops))
    with tempfile.TemporaryDirectory() as folder:
        home, spill = Path(folder).resolve() / "book", Path(folder).resolve() / "spill"
        home.mkdir()
        spill.mkdir()
        (home / "complaints.csv").write_text(
            f"complaint_id,received_at,own_desk,feedback_at\n{complaints.replace(chr(10), ',' + chr(10))}"
        )
        (home / "events.csv").write_text(f"event_id,complaint_id,at,until,kind\n{events}")
        (home / "relcare.yaml").write_text(f"time zone: {zone}\ncalendar: {{base: plain}}\n")
        settings, noted = read_settings(home, rulebook.vocabulary, rulebook.calendars)
        assert not noted
        book = open_book(home, rulebook.vocabulary, settings, spill)
        rows = owed_rows(rulebook, book, AS_OF, spill)
    by_id = {one.id: one for one in rulebook.obligations}
    found = []
    for row in rows:
        one, question = by_id[row["rule_id"]], asked_[int(row["subject_id"][1:])]
        name = question.desk if one.calendar_by else one.calendar
        found.append((one, question, row, rulebook.calendars[name or "plain"]._replace(seen=zone)))
    assert len(found) == len(asked_) * len(by_id)
    return found


def pauses_of(question: Question) -> list[Pause]:
    return [Pause(datetime.fromisoformat(b), datetime.fromisoformat(e) if e else None) for b, e in question.stops]


def edges(written: str) -> tuple[datetime, datetime]:
    """The first and the last point of a moment as it is written."""
    at = datetime.fromisoformat(written)
    return at, at + {10: timedelta(days=1), 16: MINUTE, 19: SECOND}[len(written)] - TICK


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/London", "America/New_York"])
def test_the_engine_agrees_with_the_reference(zone: str) -> None:
    count = max(40, QUESTIONS // 60)
    for one, question, row, calendar in asked(zone, count, seed=len(zone)):
        span, most = one.due.span, one.pauses.most if one.pauses is not None else None
        assert span is not None
        base = edges(question.written)
        base = own_days(*base, calendar) if span.unit not in ELAPSED else base
        stopped = pauses_of(question) if one.pauses is not None else []
        limit = (most.amount, most.unit) if most is not None else None
        first, last = (
            counted(edge, span.amount, span.unit, calendar, pauses=stopped, most=limit, as_of=AS_OF) for edge in base
        )
        told = (one.id, question, calendar.name, str(span))
        assert (row["due"], row["due_until"]) == (first.at, last.at), told
        start = edges(question.written)[0]
        by = first.at if span.unit in WORKING_TIME else last_open(start, first.at, calendar)
        assert row["act_by"] == by, told
        if row["status"] in ("running", "at risk"):
            warns = (one.warns.amount, one.warns.unit) if one.warns is not None else None
            assert (row["status"] == "at risk") == (at_risk_from(by, warns, calendar) <= AS_OF), told
        elif row["status"] == "paused":
            assert first.paused, told
        else:
            assert row["status"] == ("overdue" if first.at < AS_OF and last.at < AS_OF else "undetermined"), told


@pytest.fixture(scope="module")
def calendars() -> list[Calendar]:
    nodes, _ = read_documents((VOCABULARY + CALENDARS.removesuffix("---\n")).encode(), "rules.yaml")
    found, problems = load([("rules.yaml", nodes)])
    assert not [str(one) for one in problems if one.severity == "error"]
    return [one for one in found.calendars.values() if one.hours]


def test_the_reference_agrees_with_the_one_that_goes_minute_by_minute(calendars: list[Calendar]) -> None:
    draw = random.Random(20261120)
    zones = ("Asia/Shanghai", "Europe/London", "America/New_York")
    cases = [(calendar, zone) for calendar in calendars for zone in zones]
    slow = {(c.name, zone): SlowOpenTime(c._replace(zone=zone_there(c._replace(seen=zone))), zone) for c, zone in cases}
    for number in range(QUESTIONS):
        plain, zone = cases[number % len(cases)]
        calendar, minutes = plain._replace(seen=zone), draw.randrange(1, 300)
        start = at_random(draw, zone)
        stops = []
        for _ in range(draw.choice([0, 0, 1, 2])):
            begins = start + draw.randrange(-400, 1500) * MINUTE
            stops.append(Pause(begins, begins + draw.randrange(0, 900) * MINUTE))
        stops = [p for p in stops if p.end and not (is_skipped(p.start, zone) or is_skipped(p.end, zone))]
        found = counted(start, minutes, "working minutes", calendar, pauses=stops).at
        reference = slow[plain.name, zone]
        merged = [(instant(b, zone), instant(e, zone)) for b, e in merge_pauses(stops)]
        merged = [(b, e) for b, e in merged if b < e]
        begin = instant(start, zone)
        expected = step_by_step(reference, begin, minutes * MINUTE, merged)
        told = (plain.name, zone, start, minutes, stops)
        assert found == shown(expected, zone), told
        # what pauses leave out is all that is not counted; none of them shortens, and more is never earlier
        assert reference.between(begin, expected, merged) >= minutes * MINUTE or stops, told
        bare = counted(start, minutes, "working minutes", calendar).at
        assert instant(bare, zone) <= instant(found, zone), told
        longer = counted(start, minutes + draw.randrange(1, 60), "working minutes", calendar, pauses=stops).at
        assert instant(found, zone) <= instant(longer, zone), told
        if not stops:
            assert reference.between(begin, instant(found, zone)) == minutes * MINUTE, told
            back = counted(found, minutes, "working minutes", calendar, before=True).at
            assert reference.between(instant(back, zone), instant(found, zone)) == minutes * MINUTE or not is_first(
                found, zone
            )


def is_first(at: datetime, zone: str) -> bool:
    """Whether clocks show a time only once, or for the first time: the second one can't be written without an offset."""
    return shown(instant(at, zone) + timedelta(hours=1), zone) != at


def step_by_step(
    reference: SlowOpenTime, begin: datetime, length: timedelta, merged: list[tuple[datetime, datetime]]
) -> datetime:
    """The first moment by which so much open time has passed outside of the pauses that begin at or before it."""
    counting: list[tuple[datetime, datetime]] = []
    at = reference.after(begin, length)
    for pause in merged:
        if pause[1] <= begin:
            continue
        if pause[0] > at:
            break
        counting.append((max(pause[0], begin), pause[1]))
        lost = sum((reference.between(*one) for one in counting), timedelta())
        at = reference.after(begin, length + lost)
    return at
