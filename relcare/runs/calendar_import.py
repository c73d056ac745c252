"""`calendar import`: the holidays of a file or a country as a `calendar` document, to stand among the rule files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from relcare.files.imported_days import Day, Imported, import_days
from relcare.rulebook.decode_hours import DAYS_OF_WEEK
from relcare.rulebook.reader import is_name
from relcare.runs.opening import WrongRequestError
from relcare.runs.result import Result
from relcare.timing.moments import FIRST_YEAR, LAST_YEAR, read_day

# The names of the State Council's notices, for the English label.
ENGLISH = {
    "元旦": "New Year's Day", "春节": "Spring Festival", "清明节": "Qingming Festival", "劳动节": "Labour Day", "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival", "国庆节": "National Day",
}  # fmt: skip


class Wanted(NamedTuple):
    """The options of the command, as typed."""

    name: str = ""
    base: str = ""
    announced: str = ""
    years: str = ""


def calendar_import(source: str, wanted: Wanted) -> Result:
    """The document as text; nothing where the file has a mistake."""
    try:
        years = _years(wanted.years)
        announced = read_day(wanted.announced) if wanted.announced else None
        if wanted.announced and announced is None:
            raise WrongRequestError(f"--announced: {wanted.announced!r} is no date: write 2026-11-05")  # noqa: TRY301
        for option, name in (("--name", wanted.name), ("--base", wanted.base)):
            if name and not is_name(name):
                told = f"{option}: {name!r} is no name of a calendar: write letters, digits and _"
                raise WrongRequestError(told)  # noqa: TRY301
    except WrongRequestError as error:
        return Result(usage=str(error))
    found = import_days(source, years)
    if any(problem.severity == "error" for problem in found.problems):
        return Result(problems=found.problems)
    return Result(
        text="\n".join(_document(source, found, wanted, announced)) + "\n", problems=found.problems, found=True
    )


def _document(source: str, found: Imported, wanted: Wanted, announced: date | None) -> Iterator[str]:
    first, last = min(found.years), max(found.years)
    begin = min([date(first, 1, 1), *(day.day for day in found.days)])
    name = wanted.name or _name(source, first)
    span = str(first) if first == last else f"{first} to {last}"
    yield f"# {found.source}: the days of {span}. Read it before you rely on it."
    yield "kind: calendar"
    yield f"calendar: {name}"
    if wanted.base:
        yield f"base: {wanted.base}"
        yield f"known: {{to: {last}-12-31}}"
    else:
        if found.week:
            open_days = ", ".join(day for day, is_open in zip(DAYS_OF_WEEK, found.week, strict=True) if is_open)
            yield f"week: [{open_days}]"
        yield f"known: {{from: {begin}, to: {last}-12-31}}"
    yield "holidays:"
    for label, closed, opened in _by_name(found.days):
        notice = f"announced: {announced}, " if announced else ""
        parts = [f"{key}: {_listed(listed)}" for key, listed in (("closed", closed), ("open", opened)) if listed]
        yield f"  - {{name: {_label(label)}, {notice}{', '.join(parts)}}}"


def _by_name(days: Iterable[Day]) -> Iterator[tuple[str, list[date], list[date]]]:
    """Each holiday of each year, in the order of its first day: its name, the days closed for it and those open."""
    groups: dict[tuple[str, int], tuple[list[date], list[date]]] = {}
    for day in days:
        closed, opened = groups.setdefault((day.name, day.day.year), ([], []))
        (opened if day.open else closed).append(day.day)
    for (name, _), (closed, opened) in groups.items():
        yield name, closed, opened


def _label(name: str) -> str:
    if name.isascii() or name not in ENGLISH:
        return json.dumps(name or "holiday", ensure_ascii=False)
    return f"{{en: {json.dumps(ENGLISH[name])}, zh: {name}}}"


def _listed(days: list[date]) -> str:
    """One day or stretch as it is, several as a list."""
    stretches: list[tuple[date, date]] = []
    for day in sorted(days):
        if stretches and stretches[-1][1] + timedelta(days=1) == day:
            stretches[-1] = stretches[-1][0], day
        else:
            stretches.append((day, day))
    texts = [str(first) if first == last else f"{first}..{last}" for first, last in stretches]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _name(source: str, year: int) -> str:
    stem = source.replace("\\", "/").rpartition("/")[2].partition(".")[0].lower().replace("-", "_")
    return stem if is_name(stem) else f"days_{year}"


def _years(text: str) -> tuple[int, ...]:
    """The years of `2026..2027` or `2026`."""
    if not text:
        return ()
    first, dots, last = (part.strip() for part in text.partition(".."))
    numbers = [
        int(part) if part.isascii() and part.isdigit() else 0 for part in ((first, last) if dots else (first, first))
    ]
    if not FIRST_YEAR <= numbers[0] <= numbers[1] <= LAST_YEAR:
        raise WrongRequestError(f"--years: {text!r} is no stretch of years: write 2026..2027")
    return tuple(range(numbers[0], numbers[1] + 1))
