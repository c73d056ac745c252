"""Writes rules/calendars/cn.yaml from a table of days: `python .ci/make_cn_calendar.py DAYS.csv > rules/calendars/cn.yaml`.

The table has a row for each public holiday and make-up working day, with the columns `date`, `is_workday` (0 or 1) and `name`
(the holiday in Chinese). When the notices were published and on which days the festivals themselves fall stands below; a new
year needs a row in the table's source, an entry in NOTICES and a day for each festival.
"""

# ruff: noqa: INP001, T201  # a script that prints what it makes

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

# The yearly notice of the General Office of the State Council, by the year that it arranges.
NOTICES = {
    2015: "2014-12-16",
    2016: "2015-12-10",
    2017: "2016-12-01",
    2018: "2017-11-30",
    2019: "2018-12-06",
    2020: "2019-11-21",
    2021: "2020-11-25",
    2022: "2021-10-25",
    2023: "2022-12-08",
    2024: "2023-10-25",
    2025: "2024-11-12",
    2026: "2025-11-04",
}

# Notices that came later: from, to (both included), published on.
LATER_NOTICES = (
    ("2015-09-03", "2015-09-06", "2015-05-13"),  # the anniversary of 1945
    ("2019-04-28", "2019-04-28", "2019-03-22"),  # four days for Labour Day instead of one
    ("2019-05-02", "2019-05-05", "2019-03-22"),
    ("2020-01-31", "2020-02-02", "2020-01-26"),  # the Spring Festival prolonged
)

# Days that a later notice arranged otherwise, as the first one had them: day, whether it was open, the holiday.
OVERRULED = (("2020-02-01", "1", "春节"),)

NAMES = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
    "中秋节、国庆节": "Mid-Autumn Festival and National Day",
    "国庆节、中秋节": "National Day and Mid-Autumn Festival",
    "抗日战争暨世界反法西斯战争胜利70周年纪念日": "70th anniversary of the victory of 1945",
}

# Each festival's own day, a year longer than the holidays are known: care for it begins before its year does.
FESTIVALS = {
    "new_year": ("元旦", "01-01 " * 13),
    "spring_festival": (
        "春节",
        "02-19 02-08 01-28 02-16 02-05 01-25 02-12 02-01 01-22 02-10 01-29 02-17 02-06",
    ),
    "qingming": ("清明节", "04-05 04-04 04-04 04-05 04-05 04-04 04-04 04-05 04-05 04-04 04-04 04-05 04-05"),
    "labour_day": ("劳动节", "05-01 " * 13),
    "dragon_boat": ("端午节", "06-20 06-09 05-30 06-18 06-07 06-25 06-14 06-03 06-22 06-10 05-31 06-19 06-09"),
    "mid_autumn": ("中秋节", "09-27 09-15 10-04 09-24 09-13 10-01 09-21 09-10 09-29 09-17 10-06 09-25 09-15"),
    "national_day": ("国庆节", "10-01 " * 13),
}
FIRST_YEAR = min(NOTICES)

HEAD = """\
# China: the public holidays and make-up working days of the State Council's notices, with the day on which each was published,
# and the days of the festivals themselves. Written by .ci/make_cn_calendar.py: do not edit.
kind: calendar
calendar: cn
week: [monday, tuesday, wednesday, thursday, friday]
known: {{from: {first}-01-01, to: {last}-12-31}}
# Assumed where nothing is known: the days of fixed date of the Regulation on Public Holidays as amended with effect from 2025.
closed every year: [01-01, 05-01, 05-02, 10-01, 10-02, 10-03]
holidays:"""


def main(path: Path) -> None:
    """Print the calendar."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: row["date"])
    first = [{"date": day, "is_workday": is_open, "name": name, "overruled": "yes"} for day, is_open, name in OVERRULED]
    rows = sorted([*first, *rows], key=lambda row: row["date"])
    holidays: dict[tuple[int, str, str], dict[str, list[date]]] = {}
    for row in rows:
        day = date.fromisoformat(row["date"])
        year = day.year + (day.month == 12 and row["name"] == "元旦")
        published = NOTICES[year] if row.get("overruled") else announced(day, year)
        group = holidays.setdefault((year, row["name"], published), {"closed": [], "open": []})
        group["open" if row["is_workday"] == "1" else "closed"].append(day)
    print(HEAD.format(first=FIRST_YEAR, last=max(NOTICES)))
    shown = 0
    for (year, name, published), group in holidays.items():
        if year != shown:
            print(f"  # {year}")
            shown = year
        parts = [f"{key}: {listed(stretches(days))}" for key, days in group.items() if days]
        print(f"  - {{name: {{en: {NAMES[name]}, zh: {name}}}, announced: {published}, {', '.join(parts)}}}")
    print("festivals:")
    for key, (name, days) in FESTIVALS.items():
        dates = [f"{FIRST_YEAR + i}-{day}" for i, day in enumerate(days.split())]
        print(f"  {key}:\n    name: {{en: {NAMES[name]}, zh: {name}}}\n    days: [{', '.join(dates)}]")


def announced(day: date, year: int) -> str:
    """When the arrangement of a day was published."""
    return next((on for first, last, on in LATER_NOTICES if first <= str(day) <= last), NOTICES[year])


def stretches(days: list[date]) -> Iterator[str]:
    """Days in order as `first..last` where they follow each other."""
    begin = end = days[0]
    for day in [*days[1:], None]:
        if day is not None and day == end + timedelta(days=1):
            end = day
            continue
        yield str(begin) if begin == end else f"{begin}..{end}"
        if day is not None:
            begin = end = day


def listed(texts: Iterator[str]) -> str:
    """One text as it is, several as a list."""
    found = list(texts)
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
