"""Documents of kind `calendar`: the open days of a place.

```yaml
kind: calendar
calendar: cn
week: [monday, tuesday, wednesday, thursday, friday]   # the open days; these, if left out
known: {from: 2015-01-01, to: 2026-12-31}              # both included
closed every year: [01-01, 10-01]                      # assumed where nothing is known
closes: 17:30                                          # an open day ends then; left out, at midnight
holidays:
  - {name: {en: National Day, zh: 国庆节}, announced: 2025-11-04, closed: 2026-10-01..2026-10-07, open: [2026-09-20, 2026-10-10]}
festivals:
  mid_autumn: {name: {en: Mid-Autumn Festival, zh: 中秋节}, days: [2025-10-06, 2026-09-25]}
```
"""

from __future__ import annotations

from datetime import date, time, timedelta

from relcare.located import Mapping, Node, Place, Scalar
from relcare.rulebook.keys import WEEK_WORDS
from relcare.rulebook.reader import Reader, read_day
from relcare.timing.calendars import (
    FIRST,
    LAST,
    WEEKDAYS,
    Calendar,
    DayException,
    Festival,
    read_closing_time,
    read_stretch,
    written_exceptions,
)

KEYS = ("kind", "calendar", "week", "known", "closed every year", "closes", "holidays", "festivals")
KNOWN_KEYS = ("from", "to")
FESTIVAL_KEYS = ("name", "days")
HOLIDAY_KEYS = ("name", "announced", "closed", "open")
DAYS_OF_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ANY_CALENDAR = ("calendars", "")  # a calendar has no name: nothing is said about unknown calendars
LEAP_YEAR = "2024"


def decode_calendar(reader: Reader, document: Mapping, calendars: dict[str, Calendar]) -> None:
    """Add the calendar of a `calendar` document to `calendars`; what is mistaken in it is left out."""
    found = reader.mapping(document, "a calendar", KEYS)
    if found is None:
        return
    name = reader.name(reader.need(found, "calendar", document, "the calendar"), "a calendar")
    if name is None:
        reader.broken.add(ANY_CALENDAR)
        return
    if name.text in calendars:
        reader.note(name, "CAL001", f"calendar `{name.text}` stands in the rule files twice", "keep one of them")
        return
    known = _known(reader, found, document)
    holidays = _Holidays(reader, known)
    for node in reader.items(found.get("holidays"), "the holidays"):
        holidays.decode(node)
    calendars[name.text] = Calendar(
        name=name.text,
        week=_week(reader, found.get("week")),
        written=written_exceptions(holidays.exceptions),
        festivals=_festivals(reader, found.get("festivals")),
        known_from=known[0],
        known_until=known[1],
        closes=_closes(reader, found.get("closes")),
        fixed=_every_year(reader, found.get("closed every year")),
    )


def _known(reader: Reader, found: dict[str, Node], document: Mapping) -> tuple[date, date]:
    """The first and last day of what is known; all time where that can't be read."""
    node = reader.need(found, "known", document, "the calendar")
    parts = reader.mapping(node, "`known`", KNOWN_KEYS)
    if node is None or parts is None:
        return FIRST, LAST
    first = reader.day(reader.need(parts, "from", node, "`known`"), "`from`")
    last = reader.day(reader.need(parts, "to", node, "`known`"), "`to`")
    if first is not None and last is not None and last < first:
        reader.note(parts["to"], "CAL003", "`to` lies before `from`", "both days belong to what is known")
        return FIRST, LAST
    return first or FIRST, last or LAST


def _week(reader: Reader, node: Node | None) -> tuple[bool, ...]:
    if node is None:
        return WEEKDAYS
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
    """Reads the holidays one after the other; no day may stand in two of them."""

    def __init__(self, reader: Reader, known: tuple[date, date]) -> None:
        self.reader = reader
        self.known = known
        self.exceptions: list[DayException] = []
        self._taken: dict[date, Place] = {}

    def decode(self, node: Node) -> None:
        """Add one holiday: the days that are closed for it, and those that make up for them."""
        found = self.reader.mapping(node, "a holiday", HOLIDAY_KEYS)
        if found is None:
            return
        name = self.reader.need(found, "name", node, "the holiday")
        label = self.reader.label(name, "")
        announced = self.reader.day(found.get("announced"), "`announced`")
        if "closed" not in found and "open" not in found and len(found) == len(getattr(node, "entries", ())):
            self.reader.note(
                node, "RUL003", "the holiday has no day", "add `closed: 2026-10-01..2026-10-07` or `open: [2026-10-10]`"
            )
        for key in ("closed", "open"):
            for text in self.reader.texts(found.get(key), f"`{key}`"):
                stretch = _stretch(self.reader, text)
                if stretch is not None and self._is_free(text, stretch):
                    self.exceptions.append(DayException(*stretch, key == "open", label.en, label.zh, announced))

    def _is_free(self, text: Scalar, stretch: tuple[date, date]) -> bool:
        first, last = stretch
        if first < self.known[0] or last > self.known[1]:
            message = f"`{text.text}` lies outside what the calendar knows"
            self.reader.note(text, "CAL007", message, f"it knows {self.known[0]} to {self.known[1]}: widen `known`")
            return False
        days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
        twice = next((day for day in days if day in self._taken), None)
        if twice is not None:
            self.reader.note(text, "CAL002", f"{twice} stands here twice", f"also at {self._taken[twice]}")
            return False
        self._taken.update(dict.fromkeys(days, text.place))
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
