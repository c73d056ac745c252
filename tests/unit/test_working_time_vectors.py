"""200 questions about working days and hours that three other programs answer in their own tests.

The facts stand in tests/vectors/working_time.csv: of working_hours (Ruby, MIT), numpy (BSD) and date-fns (MIT). relcare gives
the same answers but for those of DEVIATIONS, where its conventions (docs/conventions.md) say otherwise.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from relcare.rulebook.decode_hours import DAYS_OF_WEEK
from relcare.timing.calculator import add, between
from relcare.timing.calendars import Calendar, DayException, with_exceptions
from relcare.timing.hours import read_windows
from relcare.timing.instants import read_instant
from relcare.timing.lengths import Length
from relcare.timing.open_time import OpenTime

FACTS = Path(__file__).parent.parent / "vectors" / "working_time.csv"
ROWS = list(csv.DictReader(FACTS.read_text(encoding="utf-8").splitlines()))
WHOLE_DAY = "a deadline in days is a day"
AFTER_START = "the open days after the start are counted, whatever the start is"
UPTO_END = "the open days after the first date up to the last are counted"
EXACT = "nothing is rounded"
UTC_INSIDE = "the hours that clocks show twice are both open time"
YEARS = "the years are 1900 to 2199"
DEVIATIONS = {
    "wh-0002": (WHOLE_DAY, "1991-11-18"),
    "wh-0004": (AFTER_START, "2014-04-09"),
    "wh-0005": (AFTER_START, "2014-04-07"),
    "wh-0007": (AFTER_START, "2014-04-10"),
    "wh-0008": (AFTER_START, "2014-04-08"),
    "wh-0011": (WHOLE_DAY, "1991-11-18"),
    "wh-0030": (EXACT, "1991-11-18T09:01:42.650000+00:00"),
    "wh-0113": (UTC_INSIDE, "90000"),
    "date-fns-0400": (YEARS, "none"),
    "date-fns-0404": (UPTO_END, "1"),
    "date-fns-0405": (UPTO_END, "2"),
    "date-fns-0409": (UPTO_END, "7"),
    "date-fns-0410": (UPTO_END, "7"),
    "date-fns-0420": (UPTO_END, "7"),
}


def test_there_are_200() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS) == 200
    assert DEVIATIONS.keys() <= {row["id"] for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_relcare_answers(row: dict[str, str]) -> None:
    given = answer(row)
    if row["id"] in DEVIATIONS:
        assert given == DEVIATIONS[row["id"]][1] != same(row["gives"])
    else:
        assert given == same(row["gives"])


def answer(row: dict[str, str]) -> str:
    """relcare's answer, in the form of `same`."""
    zone = row["time zone"] or "UTC"
    calendar = calendar_of(row)
    start = moment(row["start"], zone)
    hours = OpenTime(calendar, zone)
    match row["asks"]:
        case "add days":
            amount = int(row["argument"])
            found = add(
                start, Length(abs(amount), "working days", before=amount < 0), calendar, zone, rolls=ROLLS[row["rolls"]]
            )
            return "none" if found is None else str(found.at.date())
        case "days between":
            return str(between(start, moment(row["argument"], zone), "working days", calendar, zone).amount)
        case "seconds between":
            return str(between(start, moment(row["argument"], zone), "working seconds", calendar, zone).amount)
        case "add seconds":
            length = timedelta(seconds=float(row["argument"]))
            return told(hours.before(start, -length) if length < timedelta() else hours.after(start, length))
        case "next open":
            return told(hours.next_open(start))
        case "last open":
            return told(hours.last_open(start))
        case "next closing":
            return told(hours.next_closing(start))
        case "open at":
            return "yes" if hours.is_open(start) else "no"
        case _:
            return "yes" if calendar.is_open(date.fromisoformat(row["start"])) else "no"


ROLLS = {
    "": "", "raise": "", "forward": "following", "following": "following", "backward": "preceding", "preceding": "preceding",
    "modifiedfollowing": "modified following", "modifiedpreceding": "modified preceding",
}  # fmt: skip


def calendar_of(row: dict[str, str]) -> Calendar:
    """The calendar of a row."""
    hours = [()] * 7
    for part in row["hours"].split("; "):
        days, _, windows = part.partition(" ")
        first, _, last = days.partition("..")
        for day in range(DAYS_OF_WEEK.index(first), DAYS_OF_WEEK.index(last or first) + 1):
            hours[day] = read_windows(windows)
    own = [
        DayException(day, day, is_open)
        for key, is_open in (("closed", False), ("open", True))
        for day in days_of(row[key])
    ]
    for part in filter(None, row["other hours"].split("; ")):
        day, _, windows = part.partition(" ")
        own.append(DayException(date.fromisoformat(day), date.fromisoformat(day), True, hours=read_windows(windows)))
    return with_exceptions(Calendar("any", tuple(map(bool, hours)), hours=tuple(hours)), own)


def days_of(text: str) -> list[date]:
    return [date.fromisoformat(day) for day in text.split()]


def moment(text: str, zone: str) -> datetime:
    """A moment or the beginning of a day; those programs write milliseconds and offsets as relcare reads them."""
    found = read_instant(text, zone)
    assert found is not None
    return found.at


def told(at: datetime | None) -> str:
    return "none" if at is None else at.astimezone(UTC).isoformat()


def same(text: str) -> str:
    """An expected answer: a moment in UTC, anything else as it is."""
    if "T" not in text:
        return text
    return told(datetime.fromisoformat(text)) if text[-1] == "Z" or "+" in text or "-" in text[11:] else text
