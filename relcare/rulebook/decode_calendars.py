"""Documents of kind `calendar`: the open days of a place.

```yaml
kind: calendar
calendar: cn
week: [monday, tuesday, wednesday, thursday, friday]   # the open days; these, if left out
known: {from: 2015-01-01, to: 2026-12-31}              # both included
closed every year: [01-01, 10-01]                      # assumed where nothing is known
closes: 17:30                                          # an open day ends then; left out, with its hours, or at midnight
hours: 09:00-12:00, 13:30-17:30                        # of each open day; decode_hours.py
time zone: Asia/Shanghai                               # the book's, if left out
holidays:
  - {name: {en: National Day, zh: 国庆节}, announced: 2025-11-04, closed: 2026-10-01..2026-10-07, open: [2026-09-20, 2026-10-10]}
  - {name: {en: New Year's Eve, zh: 除夕}, other hours: {2026-12-31: 09:00-12:00}}
festivals:
  mid_autumn: {name: {en: Mid-Autumn Festival, zh: 中秋节}, days: [2025-10-06, 2026-09-25]}
---
kind: calendar
calendar: settlement
base: cn                                               # all that is not said here is as there; `weekdays`: Monday to Friday
make-up days: no                                       # those of the base stay closed
```
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import NamedTuple

from relcare.located import Mapping, Node, Place, Scalar
from relcare.rulebook.decode_hours import DAYS_OF_WEEK, week_hours, windows_of
from relcare.rulebook.keys import WEEK_WORDS, YES_NO_WORDS
from relcare.rulebook.reader import Reader, read_day
from relcare.rulebook.suggest import did_you_mean
from relcare.timing.calendars import (
    FIRST,
    LAST,
    WEEKDAYS,
    Calendar,
    DayException,
    Festival,
    read_closing_time,
    read_stretch,
    weekdays,
    with_exceptions,
    without_make_up_days,
)
from relcare.timing.hours import Windows

KEYS = (
    "kind", "calendar", "base", "make-up days", "week", "hours", "time zone", "known", "closed every year", "closes",
    "holidays", "festivals",
)  # fmt: skip
KNOWN_KEYS = ("from", "to")
FESTIVAL_KEYS = ("name", "days")
HOLIDAY_KEYS = ("name", "announced", "closed", "open", "other hours")
ANY_CALENDAR = ("calendars", "")  # a calendar has no name: nothing is said about unknown calendars
LEAP_YEAR = "2024"
WEEKDAYS_NAME = "weekdays"  # the calendar that needs no file


def decode_calendars(reader: Reader, documents: Iterable[Mapping]) -> dict[str, Calendar]:
    """The calendars of all `calendar` documents, in their order; what is mistaken in one is left out."""
    drafts: dict[str, _Draft] = {}
    for document in documents:
        found = reader.mapping(document, "a calendar", KEYS)
        if found is None:
            continue
        named = reader.name(reader.need(found, "calendar", document, "the calendar"), "a calendar")
        if named is None:
            reader.broken.add(ANY_CALENDAR)
        elif named.text in drafts or named.text == WEEKDAYS_NAME:
            twice = "stands in the rule files twice" if named.text in drafts else "is there already: Monday to Friday"
            reader.note(named, "CAL001", f"calendar `{named.text}` {twice}", "keep one of them")
        else:
            drafts[named.text] = _Draft(found, document)
    made: dict[str, Calendar] = {}
    for name, draft in drafts.items():
        _make(reader, name, draft, drafts, made, ())
    return {name: made[name] for name in drafts}


class _Draft(NamedTuple):
    found: dict[str, Node]
    document: Mapping


def _make(
    reader: Reader, name: str, draft: _Draft, drafts: dict[str, _Draft], made: dict[str, Calendar], way: tuple[str, ...]
) -> Calendar:
    """The calendar of a draft, after that on which it is based; `way` are those that are being made for its sake."""
    if name in made:
        return made[name]
    found = draft.found
    base: Calendar | None = None
    named = reader.text(found.get("base"), "`base`")
    if named is not None and named.text in (*way, name):
        path = " → ".join((*way[way.index(named.text) if named.text in way else len(way) :], name, named.text))
        reader.note(named, "CAL008", f"calendars are based on each other: {path}", "base one of them on another")
    elif named is not None and named.text in drafts:
        base = _make(reader, named.text, drafts[named.text], drafts, made, (*way, name))
    elif named is not None and named.text == WEEKDAYS_NAME:
        base = weekdays()
    elif named is not None:
        known = (*drafts, WEEKDAYS_NAME)
        hint = did_you_mean(named.text, known) or "known are " + ", ".join(f"`{one}`" for one in known)
        reader.note(named, "CAL008", f"there is no calendar `{named.text}` to base it on", hint)
    made[name] = _decoded(reader, name, draft, base, is_based=named is not None)
    return made[name]


def _decoded(reader: Reader, name: str, draft: _Draft, base: Calendar | None, *, is_based: bool) -> Calendar:
    found, document = draft
    base = base or Calendar(name)
    if "make-up days" in found and reader.word(found["make-up days"], "yes or no", ("yes", "no"), YES_NO_WORDS) == "no":
        if not is_based:
            message = "only a calendar with a `base` has make-up days that can stay closed"
            reader.note(found["make-up days"], "CAL008", message, "leave the open days out, or add `base: …`")
        base = without_make_up_days(base)
    known = (
        _known(reader, found, document, base)
        if "known" in found or not is_based
        else (base.known_from, base.known_until)
    )
    holidays = _Holidays(reader, known)
    for node in reader.items(found.get("holidays"), "the holidays"):
        holidays.decode(node)
    week, hours = _week_and_hours(reader, found, base)
    closes = _closes(reader, found.get("closes")) or base.closes
    calendar = base._replace(
        name=name,
        week=week,
        festivals=base.festivals | _festivals(reader, found.get("festivals")),
        known_from=known[0],
        known_until=known[1],
        closes=closes,
        fixed=_every_year(reader, found["closed every year"]) if "closed every year" in found else base.fixed,
        hours=hours,
        zone=_zone(reader, found.get("time zone")) or base.zone,
    )
    return with_exceptions(calendar, holidays.exceptions)


def _week_and_hours(
    reader: Reader, found: dict[str, Node], base: Calendar
) -> tuple[tuple[bool, ...], tuple[Windows, ...]]:
    """The open days of the week and their hours; hours by days of the week say which are open."""
    by_day = isinstance(found.get("hours"), Mapping)
    if by_day and "week" in found:
        message = "`hours` by days of the week say which days are open"
        reader.note(found["week"], "CAL010", message, "take `week` out, or give all days the same hours")
    week = _week(reader, found["week"]) if "week" in found else base.week
    if "hours" not in found:
        if not base.hours or week == base.week:
            return week, base.hours
        usual = next(filter(None, base.hours))
        return week, tuple((own or usual) if is_open else () for own, is_open in zip(base.hours, week, strict=True))
    hours = week_hours(reader, found["hours"], week)
    return (tuple(bool(windows) for windows in hours) if by_day and hours else week), hours


def _zone(reader: Reader, node: Node | None) -> str:
    text = reader.text(node, "`time zone`")
    if text is None:
        return ""
    from zoneinfo import ZoneInfo, available_timezones  # noqa: PLC0415  # few calendars have a zone of their own

    try:
        ZoneInfo(text.text)
    except (OSError, ValueError, LookupError):
        hint = did_you_mean(text.text, available_timezones()) or "write it as Asia/Shanghai or Europe/London"
        reader.note(text, "CAL011", f"`{text.text}` is not a time zone", hint)
        return ""
    return text.text


def _known(reader: Reader, found: dict[str, Node], document: Mapping, base: Calendar) -> tuple[date, date]:
    """The first and last day of what is known, all time where that can't be read; of a base what is not said here."""
    node = reader.need(found, "known", document, "the calendar")
    parts = reader.mapping(node, "`known`", KNOWN_KEYS)
    if node is None or parts is None:
        return FIRST, LAST
    if "base" not in found:
        for key in ("from", "to"):
            reader.need(parts, key, node, "`known`")
    first = reader.day(parts.get("from"), "`from`") or (base.known_from if "base" in found else FIRST)
    last = reader.day(parts.get("to"), "`to`") or (base.known_until if "base" in found else LAST)
    if last < first:
        at = parts.get("to") or parts.get("from") or node
        reader.note(at, "CAL003", "`to` lies before `from`", "both days belong to what is known")
        return FIRST, LAST
    return first, last


def _week(reader: Reader, node: Node) -> tuple[bool, ...]:
    named: set[str] = set()
    texts = reader.texts(node, "`week`")
    for text in texts:
        hint = "name the days that are open: monday, tuesday, …"
        day = reader.word_of(text, "a day of the week", DAYS_OF_WEEK, WEEK_WORDS, "CAL004", hint)
        named.update((day,) if day else ())
    return tuple(day in named for day in DAYS_OF_WEEK) if named else WEEKDAYS


def _closes(reader: Reader, node: Node | None) -> time | None:
    text = reader.text(node, "`closes`")
    at = read_closing_time(text.text) if text is not None else None
    if text is not None and at is None:
        reader.note(
            text, "CAL005", f"`{text.text}` is not a closing time", "write it as 17:30; leave it out for midnight"
        )
    return at


def _every_year(reader: Reader, node: Node | None) -> tuple[tuple[int, int], ...]:
    days = set()
    for text in reader.texts(node, "`closed every year`"):
        day = read_day(f"{LEAP_YEAR}-{text.text}")
        if day is None:
            reader.note(text, "CAL006", f"`{text.text}` is not a day of the year", "write month and day, as 10-01")
        else:
            days.add((day.month, day.day))
    return tuple(sorted(days))


class _Holidays:
    """Reads the holidays one after the other; a day may stand in two of them where they were announced one after the other."""

    def __init__(self, reader: Reader, known: tuple[date, date]) -> None:
        self.reader = reader
        self.known = known
        self.exceptions: list[DayException] = []
        self._taken: dict[tuple[date, date | None], Place] = {}

    def decode(self, node: Node) -> None:
        """Add one holiday: the days that are closed for it, and those that make up for them."""
        found = self.reader.mapping(node, "a holiday", HOLIDAY_KEYS)
        if found is None:
            return
        name = self.reader.need(found, "name", node, "the holiday")
        label = self.reader.label(name, "")
        announced = self.reader.day(found.get("announced"), "`announced`")
        if not {"closed", "open", "other hours"} & set(found) and len(found) == len(getattr(node, "entries", ())):
            self.reader.note(
                node, "RUL003", "the holiday has no day", "add `closed: 2026-10-01..2026-10-07` or `open: [2026-10-10]`"
            )
        for key in ("closed", "open"):
            for text in self.reader.texts(found.get(key), f"`{key}`"):
                stretch = _stretch(self.reader, text)
                if stretch is not None and self._is_free(text, stretch, announced):
                    self.exceptions.append(DayException(*stretch, key == "open", label.en, label.zh, announced))
        for text, value in self.reader.entries(found.get("other hours"), "the days with other hours"):
            stretch, windows = _stretch(self.reader, text), windows_of(self.reader, value)
            if stretch is not None and windows and self._is_free(text, stretch, announced):
                self.exceptions.append(DayException(*stretch, True, label.en, label.zh, announced, windows))

    def _is_free(self, text: Scalar, stretch: tuple[date, date], announced: date | None) -> bool:
        first, last = stretch
        if first < self.known[0] or last > self.known[1]:
            message = f"`{text.text}` lies outside what the calendar knows"
            self.reader.note(text, "CAL007", message, f"it knows {self.known[0]} to {self.known[1]}: widen `known`")
            return False
        days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
        twice = next((day for day in days if (day, announced) in self._taken), None)
        if twice is not None:
            also = f"also at {self._taken[twice, announced]}; a later notice has a later `announced`"
            self.reader.note(text, "CAL002", f"{twice} stands here twice", also)
            return False
        self._taken.update(dict.fromkeys(((day, announced) for day in days), text.place))
        return True


def _stretch(reader: Reader, text: Scalar) -> tuple[date, date] | None:
    """The days of `2026-10-01`, or from one to another as `2026-10-01..2026-10-07`."""
    stretch = read_stretch(text.text, read_day)
    if stretch is None:
        message = f"`{text.text}` is neither a day nor a stretch of days"
        reader.note(text, "CAL003", message, "write dates that exist, the first one first: 2026-10-01..2026-10-07")
    return stretch


def _festivals(reader: Reader, node: Node | None) -> dict[str, Festival]:
    festivals = {}
    for key, value in reader.entries(node, "the festivals"):
        name = reader.name(key, "a festival")
        found = reader.mapping(value, "a festival", FESTIVAL_KEYS)
        if name is None or found is None:
            continue
        days: dict[date, Place] = {}
        for text in reader.texts(reader.need(found, "days", key, f"festival `{key.text}`"), "`days`"):
            day = reader.day(text, "`days`")
            if day is not None and day in days:
                reader.note(text, "CAL002", f"{day} stands here twice", f"also at {days[day]}")
            elif day is not None:
                days[day] = text.place
        label = reader.label(found.get("name"), name.text)
        festivals[name.text] = Festival(label.en, label.zh, tuple(sorted(days)))
    return festivals
