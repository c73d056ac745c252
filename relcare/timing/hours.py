"""Open hours of a day: windows from one time of day to another, several of them, some beyond midnight.

A window is (from, to) in minutes after 00:00 of the day on which it begins; one that ends on the next day has a `to` of more
than 1440. Its first moment is open, its last is not.
"""

from __future__ import annotations

import itertools

Windows = tuple[tuple[int, int], ...]

DAY_LENGTH = 1440  # minutes
SEPARATORS = str.maketrans({"，": ",", "、": ",", "：": ":", "–": "-", "—": "-", "至": "-", "~": "-", "～": "-"})


def read_windows(text: str) -> Windows | None:
    """The windows of `09:00-12:00, 13:30-17:30` in order; `22:00-06:00` ends on the next day, `00:00-24:00` is all of it.

    None where a part is no window, is empty, or lies inside another; only the last one can pass midnight.
    """
    windows: list[tuple[int, int]] = []
    for part in text.translate(SEPARATORS).split(","):
        first, dash, last = part.partition("-")
        begin, end = _minute(first.strip()), _minute(last.strip())
        if not dash or begin is None or end is None or begin in (end, DAY_LENGTH):
            return None
        windows.append((begin, end if end > begin else end + DAY_LENGTH))
    windows.sort()
    apart = all(one[1] <= other[0] for one, other in itertools.pairwise(windows))
    return tuple(_joined(windows)) if apart else None


def write_windows(windows: Windows) -> str:
    """`09:00-12:00, 13:30-17:30`, as `read_windows` reads it."""
    return ", ".join(f"{clock(begin)}-{clock(end)}" for begin, end in windows)


def clock(minute: int) -> str:
    """A minute of the day as `17:30`; midnight at its end as `24:00`, later ones as those of the next day."""
    minute -= DAY_LENGTH if minute > DAY_LENGTH else 0
    return f"{minute // 60:02}:{minute % 60:02}"


def closing(windows: Windows) -> int:
    """The minute at which the day ends: that of its last window, at the latest its midnight; midnight of a day without any."""
    return min(windows[-1][1], DAY_LENGTH) if windows else DAY_LENGTH


def _minute(text: str) -> int | None:
    hour, colon, minute = text.partition(":")
    if not (colon and text.isascii() and hour.isdigit() and minute.isdigit() and len(hour) < 3 and len(minute) == 2):
        return None
    found = int(hour) * 60 + int(minute)
    return found if int(minute) < 60 and found <= DAY_LENGTH else None


def _joined(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Windows that meet made one."""
    joined: list[tuple[int, int]] = []
    for begin, end in windows:
        if joined and joined[-1][1] == begin:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((begin, end))
    return joined
