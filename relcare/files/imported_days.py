"""Holidays from files of others: a year of holiday-cn (JSON), iCalendar, and the days of a country from a library.

Each gives the days off and the days that make up for them, by name. What needs a library loads it when it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from relcare.files.rulefiles import unreadable
from relcare.located import Place, Problem

DAY = timedelta(days=1)
LAYOUT_HINT = (
    '{"year": 2026, "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}]} is the layout of holiday-cn'
)
MAKE_UP = (
    "班",
    "补班",
    "上班",
    "make-up",
    "make up",
    "workday",
    "working day",
)  # in the name of an event that opens a day


class Day(NamedTuple):
    """A day that is open or closed for a holiday."""

    day: date
    open: bool
    name: str


class Imported(NamedTuple):
    """What a file says: its days in order, the years that it covers, its days of the week that are open where it knows them."""

    days: tuple[Day, ...] = ()
    years: tuple[int, ...] = ()
    week: tuple[bool, ...] = ()
    source: str = ""
    problems: tuple[Problem, ...] = ()


def import_days(source: str, years: tuple[int, ...]) -> Imported:
    """The days of a file (`.json`, `.ics`) or of a country (`GB`, `DE-BY`); of `years` alone where some are given."""
    path = Path(source)
    if not path.exists() and is_country(source):
        return _of_country(source, years)
    try:
        data = path.read_bytes()
    except OSError as error:
        return Imported(problems=(unreadable(source, error),))
    reads: dict[str, Callable[[bytes, str, tuple[int, ...]], Imported]] = {".json": _of_json, ".ics": _of_icalendar}
    read = reads.get(path.suffix.lower())
    if read is None:
        message = "days are imported from .json (holiday-cn) and .ics (iCalendar)"
        return Imported(problems=(Problem(Place(source), "IMP001", message, LAYOUT_HINT),))
    found = read(data, source, years)
    days = (day for day in found.days if not years or day.day.year in years)
    return found._replace(days=tuple(sorted(days)), years=years or found.years)


def is_country(text: str) -> bool:
    """`GB`, or with a part of it `DE-BY`."""
    country, dash, part = text.partition("-")
    return (
        len(country) == 2
        and country.isascii()
        and country.isalpha()
        and country.isupper()
        and (not dash or part.isalnum())
    )


def _of_json(data: bytes, shown: str, years: tuple[int, ...]) -> Imported:  # noqa: ARG001  # as the other readers
    try:
        told = json.loads(data)
        listed = told["days"]
        days = [Day(date.fromisoformat(one["date"]), not one["isOffDay"], str(one["name"])) for one in listed]
        year = int(told["year"])
    except (ValueError, TypeError, KeyError) as error:
        said = f"no {error}" if isinstance(error, KeyError) else str(error)
        return Imported(
            problems=(Problem(Place(shown), "IMP001", f"the file is not a year of holiday-cn: {said}", LAYOUT_HINT),)
        )
    if not days:
        message = f"the file has no days: those of {year} are not announced yet"
        return Imported(problems=(Problem(Place(shown), "IMP001", message, LAYOUT_HINT),))
    # Days of the December before can be among them: a year's notice begins with its New Year.
    return Imported(tuple(days), (year,), source="holiday-cn")


def _of_icalendar(data: bytes, shown: str, years: tuple[int, ...]) -> Imported:
    try:
        from icalendar import Calendar
    except ImportError:
        hint = "python -m pip install 'relcare[icalendar]'"
        return Imported(problems=(Problem(Place(shown), "IMP002", "iCalendar is read by the library icalendar", hint),))
    try:
        events = [event for calendar in Calendar.from_ical(data, multiple=True) for event in calendar.walk("VEVENT")]
    except ValueError as error:
        hint = "export the calendar again"
        return Imported(problems=(Problem(Place(shown), "IMP001", f"the file is not iCalendar: {error}", hint),))
    days: dict[date, Day] = {}
    problems = []
    for event in events:
        name = " ".join(str(event.get("SUMMARY", "")).split())
        begin, end, length = (getattr(event.get(key), "dt", None) for key in ("DTSTART", "DTEND", "DURATION"))
        why = "" if isinstance(begin, date) else "it has no date"
        why = "it is of a time of day" if isinstance(begin, datetime) else why
        why = why or ("it comes again by a rule" if event.get("RRULE") else "")
        if why:
            problems.append(Problem(Place(shown), "IMP003", f"event `{name}` is left out: {why}", "", "warning"))
            continue
        first = begin if isinstance(begin, date) else date.min
        last = end - DAY if isinstance(end, date) else first + length - DAY if isinstance(length, timedelta) else first
        is_open = any(word in name.lower() for word in MAKE_UP)
        for i in range((last - first).days + 1):
            days[first + i * DAY] = Day(first + i * DAY, is_open, _plain(name))
    found = tuple(sorted({day.year for day in days}))
    if not days:
        message = "the file has no event of whole days"
        problems.append(Problem(Place(shown), "IMP001", message, "export the calendar of holidays"))
    return Imported(tuple(days.values()), years or found, source="iCalendar", problems=tuple(problems))


def _plain(name: str) -> str:
    """The holiday of `春节（休）` and `国庆节（班）`."""
    for mark in ("休", "班", "补班", "上班"):
        for left, right in ("（）", "()", "[]", "【】"):
            name = name.removesuffix(f"{left}{mark}{right}")
    return name.strip()


def _of_country(code: str, years: tuple[int, ...]) -> Imported:
    try:
        import holidays
    except ImportError:
        hint = "python -m pip install 'relcare[countries]', or name a .json or .ics file"
        return Imported(
            problems=(Problem(Place(code), "IMP002", "the days of countries come from the library holidays", hint),)
        )
    if not years:
        message = f"the days of {code} are computed for the years that you name"
        return Imported(problems=(Problem(Place(code), "IMP001", message, "add --years 2026..2027"),))
    country, _, part = code.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=years, language="en_US")
    except NotImplementedError as error:
        return Imported(
            problems=(Problem(Place(code), "IMP001", str(error), "write a code of ISO 3166: GB, DE-BY, US-NY"),)
        )
    week = tuple(day not in found.weekend for day in range(7))
    days = tuple(Day(day, open=False, name=name) for day, name in sorted(found.items()) if day.year in years)
    return Imported(days, years, week, f"holidays {version('holidays')}, {code}")
