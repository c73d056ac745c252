"""`calendar add` and `calendar between`: a deadline, or what lies between two moments, with what became of each day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from relcare.formats.report import Column, ListedRows, Report
from relcare.runs.calculating import (
    Calendars,
    moment_of,
    moment_text,
    open_calendars,
    pauses_of,
    time_text,
    wall,
    weekday,
)
from relcare.runs.opening import WrongRequestError
from relcare.runs.request import Request
from relcare.runs.result import Result
from relcare.timing.calculator import ROLLS, Between, Deadline, Line, NoHoursError, add, between
from relcare.timing.instants import shown
from relcare.timing.lengths import WORKING_TIME, Length, read_length
from relcare.timing.moments import Written

KEYS = ("what", "day", "weekday", "from", "to", "counted", "total", "why", "provisional")
TITLES = {
    "en": ("What", "Day", "Weekday", "From", "To", "Counted", "Total", "Why", "Provisional"),
    "zh": ("处理", "日期", "星期", "起", "止", "计入", "累计", "原因", "推定"),
}
WORDS = {
    "en": {
        "add": "Deadline", "between": "Between", "plus": "{} + {}", "minus": "{}, {} before", "and": "{} and {}",
        "end": "end of the day", "at": "to the second", "act by": "It falls on a closed time: the last open moment is {}.",
        "provisional": "Provisional: it leans on days beyond those that calendar {} knows ({} to {}).",
        "counted": "counted", "skipped": "skipped", "paused": "paused", "rolled": "rolled on", "deadline": "deadline", "between row": "between",
        "working day": "working day", "also": "Also {}.", "pauses": "Pauses: {}.",
    },
    "zh": {
        "add": "期限", "between": "间隔", "plus": "{} 起 {}", "minus": "{} 之前 {}", "and": "{} 至 {}",
        "end": "当日结束", "at": "精确到秒", "act by": "期限落在休息时间：最后的办理时刻为 {}。",
        "provisional": "推定：所依据的日期超出日历 {} 的已知范围（{} 至 {}）。",
        "counted": "计入", "skipped": "跳过", "paused": "暂停", "rolled": "顺延", "deadline": "期限", "between row": "间隔",
        "working day": "工作日", "also": "另计：{}。", "pauses": "暂停：{}。",
    },
}  # fmt: skip
SPAN_HINT = 'write "5 working days", "8 working hours", "72 hours", "2 months", "5 working days before" or "5个工作日"'
UNITS = ("working days", "days", "weeks", "months", "years", "hours", "minutes", "seconds")


def calendar_add(
    request: Request, start: str, span: str, name: str = "", pauses: Sequence[str] = (), rolls: str = ""
) -> Result:
    """The deadline that lies a span after a start, or before it."""
    try:
        found = open_calendars(request, name)
        length = read_length(span)
        if length is None:
            raise WrongRequestError(f"SPAN: {span!r} is no span of time: {SPAN_HINT}")  # noqa: TRY301
        if rolls and (
            rolls not in ROLLS or length.unit in WORKING_TIME or length.unit in ("seconds", "minutes", "hours")
        ):
            told = "only a deadline in days rolls" if rolls in ROLLS else f"{rolls!r} is unknown: {', '.join(ROLLS)}"
            raise WrongRequestError(f"--rolls: {told}")  # noqa: TRY301
        begin = moment_of(start, found.zone, "START")
        stopped = pauses_of(pauses, found.zone)
        deadline = add(begin.at, length, found.chosen, found.zone, pauses=stopped, rolls=rolls)
    except NoHoursError as error:
        return Result(usage=_no_hours(str(error)))
    except WrongRequestError as error:
        return Result(usage=str(error))
    if deadline is None:
        return Result(usage=f"SPAN: {span!r} from {start} leads out of the years 1900 to 2199")
    return Result(_added(found, begin, length, deadline), found.problems, found=True)


def calendar_between(request: Request, first: str, last: str, unit: str = "", name: str = "") -> Result:
    """How many units lie between two moments."""
    try:
        found = open_calendars(request, name)
        asked = read_length(f"1 {unit}") if unit else Length(1, "working days")
        if asked is None or asked.before:
            raise WrongRequestError(f"--in: {unit!r} is no unit: {', '.join((*UNITS, *reversed(WORKING_TIME)))}")  # noqa: TRY301
        edges = moment_of(first, found.zone, "START"), moment_of(last, found.zone, "END")
        between_ = between(edges[0].at, edges[1].at, asked.unit, found.chosen, found.zone)
    except NoHoursError as error:
        return Result(usage=_no_hours(str(error)))
    except WrongRequestError as error:
        return Result(usage=str(error))
    return Result(_counted(found, edges, asked.unit, between_), found.problems, found=True)


def _added(found: Calendars, begin: Written, length: Length, deadline: Deadline) -> Report:
    language, words = found.language, WORDS[found.language]
    start = _written(begin, found)
    told = words["minus" if length.before else "plus"].format(start, length.in_(language))
    at = deadline.at
    closing = time_text(at)
    exact = "" if deadline.by_day else f"{closing}{_offset(found, deadline)}"
    head = {
        "what": "deadline", "day": str(at.date()), "weekday": weekday(at, language), "to": exact or closing,
        "why": words["end"] if deadline.by_day and closing == "24:00" else "", "provisional": "yes" if deadline.provisional else "",
    }  # fmt: skip
    notes = []
    if deadline.act_by != at:
        notes.append(words["act by"].format(f"{deadline.act_by.date()} {time_text(deadline.act_by)}"))
    notes += _provisional(found, provisional=deadline.provisional)
    facts = {
        "start": wall(begin.at, found.zone), "span": length.in_("en") + (" before" if length.before else ""),
        "deadline": wall(deadline.utc, found.zone), "deadline_date": str(at.date()), "deadline_utc": wall(deadline.utc, "UTC"),
        "by_day": deadline.by_day, "act_by": deadline.act_by.isoformat(), "provisional": deadline.provisional,
        "time_zone": found.zone,
    }  # fmt: skip
    rows = [_row(head), *_rows(deadline.lines, found, in_time=not deadline.by_day)]
    return _report("add", f"{words['add']} · {told}", found, rows, notes, facts)


def _counted(found: Calendars, edges: tuple[Written, Written], unit: str, between_: Between) -> Report:
    language, words = found.language, WORDS[found.language]
    first, last = (edge.at for edge in edges)
    others = {}
    for other in (*UNITS, *(("working hours", "working minutes") if found.chosen.hours else ())):
        if other != unit:
            others[other] = between(first, last, other, found.chosen, found.zone).amount
    told = Length(abs(between_.amount), unit).in_(language)
    sign = "-" if between_.amount < 0 else ""
    head = {
        "what": "between",
        "total": str(between_.amount),
        "why": f"{sign}{told}",
        "provisional": "yes" if between_.provisional else "",
    }
    joint = "，" if language == "zh" else ", "
    shown_ = (
        ("working hours", "days", "weeks", "hours") if unit == "working days" else ("working days", "days", "hours")
    )
    also = joint.join(
        ("-" if others[other] < 0 else "") + Length(abs(others[other]), other).in_(language)
        for other in shown_
        if other in others
    )
    notes = [words["also"].format(also), *_provisional(found, provisional=between_.provisional)]
    key = unit.replace(" ", "_")
    facts = {
        "start": wall(first, found.zone), "end": wall(last, found.zone), "unit": unit, "amount": between_.amount,
        "amounts": {key: between_.amount, **{other.replace(" ", "_"): amount for other, amount in others.items()}},
        "provisional": between_.provisional, "time_zone": found.zone,
    }  # fmt: skip
    title = f"{words['between']} · {words['and'].format(*(_written(edge, found) for edge in edges))}"
    rows = [_row(head), *_rows(between_.lines, found, in_time=unit in WORKING_TIME)]
    return _report("between", title, found, rows, notes, facts)


def _report(
    command: str, title: str, found: Calendars, rows: list[tuple[str, ...]], notes: list[str], facts: dict[str, object]
) -> Report:
    words = WORDS[found.language]
    whats = {
        key: words["between row" if key == "between" else key]
        for key in ("deadline", "between", "counted", "skipped", "paused", "rolled")
    }
    titles = dict(zip(KEYS, TITLES[found.language], strict=True))
    columns = tuple(
        Column(
            key,
            titles[key],
            "code" if key == "what" else "number" if key in ("counted", "total") else "text",
            whats if key == "what" else {},
            wide=key == "why",
        )
        for key in KEYS
    )
    return Report(
        f"calendar {command}", title, str(found.as_of), columns, ListedRows(rows), found.made_from, notes, facts=facts,
        language=found.language,
    )  # fmt: skip


def _rows(lines: Iterable[Line], found: Calendars, *, in_time: bool) -> list[tuple[str, ...]]:
    rows = []
    for line in lines:
        why = line.zh if found.language == "zh" else line.en
        what = line.what
        count = _duration if in_time else str
        cells = {
            "what": what, "day": str(line.day), "weekday": weekday(line.day, found.language), "why": why,
            "counted": count(line.counted) if what == "counted" else "", "total": count(line.total) if what == "counted" else "",
            "provisional": "" if found.chosen.is_known(line.day) else "yes",
        }  # fmt: skip
        if line.begin is not None and line.end is not None:
            cells |= {"from": time_text(line.begin), "to": _end(line)}
        rows.append(_row(cells))
    return rows


def _row(cells: dict[str, str]) -> tuple[str, ...]:
    return tuple(cells.get(key, "") for key in KEYS)


def _end(line: Line) -> str:
    """The end of a part of a day; where it lies on another day, with that; midnight at the day's own end is 24:00."""
    if line.end is None or line.end.date() == line.day:
        return time_text(line.end) if line.end is not None else ""
    is_midnight = (line.end.date() - line.day).days == 1 and line.end.time() == line.end.time().min
    return "24:00" if is_midnight else moment_text(line.end)


def _duration(seconds: int) -> str:
    """`7:30`, hours and minutes, and seconds where there are any."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{rest:02}" if rest else "")


def _written(at: Written, found: Calendars) -> str:
    there = shown(at.at, found.zone)
    return str(there.date()) if at.precision == "day" else moment_text(there)


def _offset(found: Calendars, deadline: Deadline) -> str:
    """The offset from UTC, where the calendar has a time zone of its own."""
    return deadline.offset if found.chosen.zone else ""


def _provisional(found: Calendars, *, provisional: bool) -> list[str]:
    if not provisional:
        return []
    chosen = found.chosen
    return [WORDS[found.language]["provisional"].format(chosen.name, chosen.known_from, chosen.known_until)]


def _no_hours(name: str) -> str:
    return f"calendar {name!r} has no hours, so that working time can't be counted: add `hours: 09:00-12:00, 13:30-17:30` to it"
