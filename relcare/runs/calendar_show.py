"""`calendar show` and `calendar check`: the days of a month or year, and until when each calendar is known."""

from __future__ import annotations

from datetime import date, timedelta

from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Problem
from relcare.runs.calculating import Calendars, open_calendars, weekday
from relcare.runs.opening import WrongRequestError, with_lines
from relcare.runs.request import Request
from relcare.runs.result import Result
from relcare.timing.calendars import FIRST, LAST, Calendar, read_exceptions
from relcare.timing.hours import write_windows
from relcare.timing.moments import make_day

DAY = timedelta(days=1)
SHOW = ("day", "weekday", "state", "hours", "why", "festival", "provisional")
CHECK = ("calendar", "known_from", "known_until", "announced", "festivals_until", "hours", "time_zone", "state")
WARN_FROM = 11  # November: the State Council arranges the next year in the weeks around it
TITLES = {
    "en": {
        "day": "Day", "weekday": "Weekday", "state": "State", "hours": "Hours", "why": "Why", "festival": "Festival",
        "provisional": "Provisional", "calendar": "Calendar", "known_from": "Known from", "known_until": "Known until",
        "announced": "Last notice", "festivals_until": "Festivals until", "time_zone": "Time zone",
    },
    "zh": {
        "day": "日期", "weekday": "星期", "state": "状态", "hours": "营业时间", "why": "原因", "festival": "节日",
        "provisional": "推定", "calendar": "日历", "known_from": "已知起", "known_until": "已知止",
        "announced": "最近通知", "festivals_until": "节日至", "time_zone": "时区",
    },
}  # fmt: skip
STATES = {
    "en": {
        "open": "open", "closed": "closed", "holiday": "holiday", "make-up": "make-up", "other hours": "other hours",
        "known": "known", "next year missing": "next year missing", "past": "past", "always": "always",
    },
    "zh": {
        "open": "工作", "closed": "休息", "holiday": "节假日", "make-up": "调休上班", "other hours": "调整时间",
        "known": "已知", "next year missing": "缺少下一年", "past": "已过期", "always": "长期有效",
    },
}  # fmt: skip
WORDS = {
    "en": {
        "show": "Calendar {}", "check": "Calendars", "open": "{} open days", "open 1": "1 open day",
        "provisional": "Provisional from {} on: calendar {} knows the days from {} to {}.",
    },
    "zh": {
        "show": "日历 {}", "check": "日历检查", "open": "{} 个工作日", "open 1": "1 个工作日",
        "provisional": "{} 起为推定：日历 {} 已知 {} 至 {}。",
    },
}  # fmt: skip


def calendar_show(request: Request, month: str, name: str = "") -> Result:
    """Each day of a month (`2026-10`) or of a year (`2026`), open or closed and why."""
    try:
        found = open_calendars(request, name)
        first, last = _stretch(month or found.as_of.moment.date().isoformat()[:7])
    except WrongRequestError as error:
        return Result(usage=str(error))
    calendar, language = found.chosen, found.language
    festivals: dict[date, list[str]] = {}
    for festival in calendar.festivals.values():
        for day in festival.days:
            festivals.setdefault(day, []).append(festival.zh if language == "zh" else festival.en)
    days = [first + DAY * i for i in range((last - first).days + 1)]
    rows = [_row(day, calendar, festivals.get(day, []), language) for day in days]
    count = sum(map(calendar.is_open, days))
    notes = [WORDS[language]["open 1" if count == 1 else "open"].format(count)]
    unknown = next((day for day in days if not calendar.is_known(day)), None)
    if unknown is not None:
        notes.append(
            WORDS[language]["provisional"].format(unknown, calendar.name, calendar.known_from, calendar.known_until)
        )
    facts: dict[str, object] = {"month": month, "open_days": count, "time_zone": found.zone}
    title = WORDS[language]["show"].format(calendar.name)
    return Result(_report("calendar show", title, SHOW, rows, found, notes, facts), found.problems, found=True)


def calendar_check(request: Request) -> Result:
    """Until when each calendar of the rule files is known; from November on a warning where the next year is missing."""
    try:
        found = open_calendars(request)
    except WrongRequestError as error:
        return Result(usage=str(error))
    today, problems = found.as_of.moment.date(), []
    wanted = date(today.year + (today.month >= WARN_FROM), 12, 31)
    rows: list[tuple[str, ...]] = []
    for name, calendar in found.all.items():
        state = "always" if calendar.known_until == LAST else "known"
        if calendar.known_until < wanted:
            state = "past" if calendar.known_until < today else "next year missing"
            since = calendar.known_until + DAY
            message = f"calendar `{name}` knows no days from {since} on; by now those of {wanted.year} are wanted"
            hint = f"deadlines there are provisional; `relcare calendar import` reads the days of {wanted.year}"
            problems.append(
                Problem(found.places[name].place, "CAL012", message, hint, "warning", "", len(found.places[name].text))
            )
        told = [one.announced for one in read_exceptions(calendar.written) if one.announced]
        last = max((day for festival in calendar.festivals.values() for day in festival.days), default=None)
        rows.append((
            name, "" if calendar.known_from == FIRST else str(calendar.known_from),
            "" if calendar.known_until == LAST else str(calendar.known_until), str(max(told, default="")), str(last or ""),
            _week_hours(calendar), calendar.zone, state,
        ))  # fmt: skip
    missing = bool(problems)
    title = WORDS[found.language]["check"]
    report = _report("calendar check", title, CHECK, rows, found, [], {})
    return Result(report, (*found.problems, *with_lines(problems)), found=missing)


def state_of(calendar: Calendar, day: date) -> str:
    """`open`, `closed` (by the week), `holiday`, `make-up` or `other hours`."""
    exception = calendar.exceptions.get(day)
    if calendar.is_open(day):
        if exception is None or (calendar.week[day.weekday()] and not exception.hours):
            return "open"
        return "other hours" if calendar.week[day.weekday()] else "make-up"
    return "closed" if exception is None and not calendar.week[day.weekday()] else "holiday"


def _row(day: date, calendar: Calendar, festivals: list[str], language: str) -> tuple[str, ...]:
    en, zh = calendar.reason(day)
    return (
        str(day), weekday(day, language), state_of(calendar, day), write_windows(calendar.windows(day)),
        zh if language == "zh" else en, ("、" if language == "zh" else ", ").join(festivals), "" if calendar.is_known(day) else "yes",
    )  # fmt: skip


def _report(
    name: str,
    title: str,
    keys: tuple[str, ...],
    rows: list[tuple[str, ...]],
    found: Calendars,
    notes: list[str],
    facts: dict[str, object],
) -> Report:
    titles = TITLES[found.language]
    columns = tuple(
        Column(
            key,
            titles[key],
            "code" if key == "state" else "text",
            STATES[found.language] if key == "state" else {},
            wide=key in ("why", "hours"),
        )
        for key in keys
    )
    made_from = found.made_from if name == "calendar show" else {}
    return Report(
        name, title, str(found.as_of), columns, ListedRows(rows), made_from, notes, facts=facts, language=found.language
    )


def _week_hours(calendar: Calendar) -> str:
    """`09:00-12:00, 13:30-17:30` where all open days have the same hours, else those of each, Monday first."""
    each = [write_windows(windows) or "-" for windows in calendar.hours]
    own = {text for text in each if text != "-"}
    return next(iter(own)) if len(own) == 1 else " | ".join(each)


def _stretch(text: str) -> tuple[date, date]:
    """The first and last day of `2026-10` or `2026`."""
    year, dash, month = text.strip().partition("-")
    first = (
        make_day(int(year), int(month) if dash else 1, 1)
        if _digits(year, 4) and (not dash or _digits(month, 2))
        else None
    )
    if first is None:
        raise WrongRequestError(f"MONTH: {text!r} is no month: write 2026-10, or 2026 for the whole year")
    following = date(first.year + 1, 1, 1) if not dash or first.month == 12 else date(first.year, first.month + 1, 1)
    return first, following - DAY


def _digits(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= most
