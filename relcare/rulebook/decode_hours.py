"""The open hours in a `calendar` document: those of the week, and those of single days.

```yaml
hours: 09:00-12:00, 13:30-17:30                  # of every open day
hours: {monday..friday: 09:00-18:00, saturday: 22:00-06:00}   # or by days; those that are not named are closed
```
"""

from __future__ import annotations

from relcare.located import Mapping, Node, Scalar
from relcare.rulebook.keys import WEEK_WORDS, in_zh, meant
from relcare.rulebook.reader import Reader
from relcare.rulebook.suggest import did_you_mean
from relcare.timing.hours import Windows, read_windows

DAYS_OF_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HINT = "write 09:00-12:00, 13:30-17:30; 22:00-06:00 ends on the next day, 00:00-24:00 is the whole day"


def week_hours(reader: Reader, node: Node | None, week: tuple[bool, ...]) -> tuple[Windows, ...]:
    """The hours of each day of the week, Monday first; () where there are none, or they can't be read."""
    if node is None:
        return ()
    if not isinstance(node, Mapping):
        windows = windows_of(reader, node)
        return tuple(windows if is_open else () for is_open in week) if windows else ()
    hours: list[Windows] = [()] * 7
    for key, value in node.entries:
        days = _days(reader, key)
        windows = windows_of(reader, value)
        for day in days:
            if hours[day]:
                message = f"{DAYS_OF_WEEK[day]} has its hours twice"
                reader.note(key, "CAL010", message, "write all its windows in one text: 09:00-12:00, 13:30-17:30")
            hours[day] = windows
    return tuple(hours) if any(hours) else ()


def windows_of(reader: Reader, node: Node | None) -> Windows:
    """The windows of a day; () (noted) where they can't be read."""
    texts = reader.texts(node, "`hours`")
    windows = read_windows(",".join(text.text for text in texts)) if texts else None
    if texts and windows is None:
        told = ", ".join(text.text for text in texts)
        reader.note(texts[0], "CAL009", f"`{told}` is not the hours of a day", HINT)
    return windows or ()


def _days(reader: Reader, key: Scalar) -> range:
    """The days of the week of `monday` or `monday..friday`."""
    first, dots, last = (part.strip() for part in key.text.partition(".."))
    named = []
    for word in (first, last) if dots else (first,):
        day = word if word in DAYS_OF_WEEK else meant(word, DAYS_OF_WEEK, WEEK_WORDS)
        if not day:
            known = DAYS_OF_WEEK if word.isascii() else [in_zh(WEEK_WORDS, each) for each in DAYS_OF_WEEK]
            hint = did_you_mean(word, known) or "write monday, or monday..friday"
            reader.note(key, "CAL004", f"`{word}` is not a day of the week", hint)
            return range(0)
        named.append(day)
        begin = key.text.index(word) if len(named) == 1 else key.text.rindex(word)
        reader.said(key, (begin, begin + len(word)), day, in_zh(WEEK_WORDS, day))
    begin, end = DAYS_OF_WEEK.index(named[0]), DAYS_OF_WEEK.index(named[-1])
    if end < begin:
        reader.note(key, "CAL004", f"`{key.text}` ends before it begins", "a week begins with monday")
    return range(begin, end + 1)
