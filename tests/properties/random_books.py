"""Hypothesis strategies for small random books and rulebooks, written as the files that a user would write.

Values cluster around the boundaries of the rules and the as-of, so that a handful of rows meets many cases.
"""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from hypothesis import strategies as st

VOCABULARY = (Path(__file__).parent / "vocabulary.yaml").read_text(encoding="utf-8")

# The as-of: ends of days (some of them ends of months) and a moment.
AS_OFS = (
    datetime.combine(date(2026, 9, 30), time.max),
    datetime.combine(date(2026, 9, 29), time.max),
    datetime.combine(date(2024, 2, 29), time.max),
    datetime.combine(date(2026, 3, 31), time.max),
    datetime.combine(date(2026, 9, 15), time(10, 30)),
)
MONEY = ("0", "100", "99.99", "100.00", "1,000", "-5", "¥300", "200.5", "", "x", "1.234", " 400 ", "NaN")
COUNT = ("0", "1", "2", "3", "4", "", "5.0", "x", "-1")
PERCENT = ("1%", "2.5", "2.5%", "10 %", "", "high")
YES_NO = ("yes", "no", "是", "0", "", "perhaps")
SEGMENTS = ("retail", "private", "PRIVATE", "零售", "business", "", "vip")
KINDS = ("call", "visit", "inquiry", "enquiry", "Call", "", "fax")
PREFERENCES = ("tea", "golf", "tea;golf", "golf|茶", "", "tea;chess")
CUSTOMERS = ("C1", "C2", "C3", "C4")
STAFF = ("S1", "S2")
SPAN_UNITS = ("days", "weeks", "months", "quarters", "years")


def days_around(as_of: datetime) -> list[date]:
    """Days on both sides of every span that the rules use."""
    today = as_of.date()
    near = [
        today + timedelta(days=n) for n in (-400, -366, -365, -92, -91, -90, -31, -30, -29, -7, -2, -1, 0, 1, 2, 30)
    ]
    return [*near, today.replace(day=1), today.replace(day=1) - timedelta(days=1)]


def dates(as_of: datetime) -> list[str]:
    """Dates as files spell them, some that are none."""
    spelt = []
    for i, day in enumerate(days_around(as_of)):
        shapes = (
            day.isoformat(),
            day.strftime("%Y/%m/%d"),
            day.strftime("%Y%m%d"),
            f"{day.year}年{day.month}月{day.day}日",
        )
        spelt.append(shapes[i % 4] if i % 3 == 0 else day.isoformat())
    return [*spelt, "", "", "2026-02-30", "soon", "infinity"]


def moments(as_of: datetime) -> list[str]:
    """Moments of each precision, some with an offset, some that are none."""
    spelt = list(dates(as_of))
    for hours in (-49, -48, -47, -25, -24, -23, -3, -1, 0, 1, 24, 72):
        point = as_of + timedelta(hours=hours)
        spelt += [point.strftime("%Y-%m-%d %H:%M"), point.strftime("%Y-%m-%d %H:%M:%S")]
    utc = as_of - timedelta(hours=8)
    return [*spelt, utc.strftime("%Y-%m-%dT%H:%MZ"), as_of.strftime("%Y-%m-%d %H:%M+08:00"), "2026-09-30 25:00"]


def months(as_of: datetime) -> list[str]:
    """The months before the as-of and the one after, one that is none."""
    index = as_of.year * 12 + as_of.month - 1
    spelt = [f"{i // 12:04d}-{i % 12 + 1:02d}" for i in range(index - 5, index + 2)]
    return [*spelt, *spelt[1:6], spelt[2].replace("-", "/"), "", "2026-13"]


@dataclass(frozen=True)
class Columns:
    """The columns of a table with the cells that they may hold."""

    key: str
    cells: dict[str, list[str]]
    most: int  # rows
    future: str = ""  # the column that dates a row


def tables(as_of: datetime) -> dict[str, Columns]:
    """Every table of the random books."""
    day, moment = dates(as_of), moments(as_of)
    return {
        "customers": Columns(
            "customer_id",
            {
                "customer_id": list(CUSTOMERS),
                "segment": list(SEGMENTS),
                "opened_at": day,
                "closed_at": [*day, "", "", ""],
                "closing_reason": ["moved", "fees", "", "?"],
                "signed_at": moment,
                "next_review": day,
                "next_call": moment,
                "aum": list(MONEY),
                "risk": list(COUNT),
                "rate": list(PERCENT),
                "preferences": list(PREFERENCES),
                "do_not_contact": list(YES_NO),
                "manager": [*STAFF, "S9", ""],
            },
            4,
        ),
        "staff": Columns(
            "staff_id", {"staff_id": list(STAFF), "grade": list(COUNT), "joined_at": day, "branch": ["A", "B", ""]}, 2
        ),
        "interactions": Columns(
            "interaction_id",
            {
                "interaction_id": [f"I{i}" for i in range(9)],
                "customer_id": [*CUSTOMERS, "C1", "C2", "C9", ""],
                "at": moment,
                "ended_at": moment,
                "kind": list(KINDS),
                "score": list(COUNT),
                "amount": list(MONEY),
                "topics": list(PREFERENCES),
            },
            9,
            "at",
        ),
        "accounts": Columns(
            "account_id",
            {
                "account_id": [f"A{i}" for i in range(5)],
                "customer_id": [*CUSTOMERS, "C1"],
                "opened": day,
                "product": list(KINDS),
                "balance": list(MONEY),
            },
            5,
            "opened",
        ),
        "balances": Columns(
            "month",
            {"customer_id": [*CUSTOMERS, "C1", "C2"], "month": months(as_of), "aum": list(MONEY[:9])},
            14,
            "month",
        ),
        "complaints": Columns(
            "complaint_id",
            {
                "complaint_id": ["K1", "K2", "K3"],
                "customer_id": [*CUSTOMERS, "C9", ""],
                "received_at": moment,
                "answered_at": moment,
                "severity": list(COUNT),
            },
            3,
            "received_at",
        ),
    }


Row = dict[str, str]


@dataclass(frozen=True)
class Files:
    """A book before it is written: the rows of each table, and which tables are YAML."""

    as_of: datetime
    rows: dict[str, list[Row]]
    yaml: frozenset[str]
    settings: str = ""

    def write(self, folder: Path) -> None:
        """Write the book."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.settings:
            (folder / "relcare.yaml").write_text(self.settings, encoding="utf-8")
        for name, rows in self.rows.items():
            if name in self.yaml:
                lines = ["- " + json.dumps(row, ensure_ascii=False) for row in rows]
                (folder / f"{name}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
                continue
            text = io.StringIO()
            writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")

    def shuffled(self, seed: int) -> Files:
        """The same rows in another order."""
        order = random.Random(seed)
        return replace(self, rows={name: order.sample(rows, len(rows)) for name, rows in self.rows.items()})

    def with_future(self) -> Files:
        """With rows, under keys of their own, that are dated after the as-of."""
        later = self.as_of + timedelta(days=40)
        told = dict(self.rows)
        for name, columns in tables(self.as_of).items():
            if columns.future and name in told and {columns.future, columns.key} <= told[name][0].keys():
                point = later.strftime("%Y-%m") if columns.future == "month" else later.date().isoformat()
                rows = [{**row, columns.key: f"{row[columns.key]}-later", columns.future: point} for row in told[name]]
                told[name] = [*told[name], *rows]
        return replace(self, rows=told)


@st.composite
def books(draw: st.DrawFn, as_of: datetime) -> Files:
    """Books with empty and unreadable cells, duplicates, orphans, the future, missing columns and missing tables."""
    rows: dict[str, list[Row]] = {}
    yaml = set()
    for name, columns in tables(as_of).items():
        if name != "customers" and draw(st.integers(0, 5)) == 0:
            continue
        gone = set(draw(st.lists(st.sampled_from(sorted(columns.cells)), max_size=2))) if draw(st.booleans()) else set()
        if name == "customers" or draw(st.booleans()):
            gone.discard(columns.key)
        kept = [column for column in columns.cells if column not in gone]
        if not kept:
            continue
        row = st.fixed_dictionaries({column: _cells(columns.cells[column]) for column in kept})
        found = draw(st.lists(row, min_size=1, max_size=columns.most))
        found += [draw(_twin(row, twin)) for twin in found if draw(st.integers(0, 6)) == 0]
        rows[name] = found
        if draw(st.integers(0, 3)) == 0:
            yaml.add(name)
    if draw(st.integers(0, 4)) == 0:
        extra = draw(st.sampled_from([("calls", list(COUNT)), ("tier", ["high", "low", "", "other"])]))
        for customer in rows["customers"]:
            customer[extra[0]] = draw(st.sampled_from(extra[1]))
    settings = ""
    if draw(st.integers(0, 4)) == 0:
        start = (as_of - timedelta(days=draw(st.sampled_from([29, 30, 60, 500])))).date()
        settings = f"covers:\n  interactions: {{from: {start}}}\n"
    return Files(as_of, rows, frozenset(yaml), settings)


def _cells(cells: list[str]) -> st.SearchStrategy[str]:
    """One of these; those that stand first, which can be read, more often."""
    return st.sampled_from([*cells[: max(1, len(cells) * 2 // 3)] * 3, *cells])


@st.composite
def _twin(draw: st.DrawFn, row: st.SearchStrategy[Row], twin: Row) -> Row:
    """The same row again, or with one cell changed."""
    if draw(st.booleans()):
        return dict(twin)
    column = draw(st.sampled_from(sorted(twin)))
    return {**twin, column: draw(row)[column]}
