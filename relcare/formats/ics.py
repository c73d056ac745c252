"""iCalendar (RFC 5545): what has to be done as events of a calendar, each with an alarm for each level of its escalation.

The same rows give the same bytes: events are stamped with the as-of, and their UID is made of what names the occurrence.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO
from zoneinfo import ZoneInfo

from relcare.formats import Setting
from relcare.formats.report import Report

if TYPE_CHECKING:
    from icalendar import Alarm, Event

# The columns that a report has to have.
COLUMNS = (
    "occurrence", "act_by", "due_at", "status", "subject_id", "name", "rule_id", "action", "owner", "channel", "clause", "because",
    "levels",
)  # fmt: skip
TOLD = ("status", "due_at", "owner", "channel", "rule_id", "clause", "because")  # what the text of an event says
WORDS = {
    "en": {"level": "Level {}: tell {}", "undated": "no date", "colon": ": "},
    "zh": {"level": "第 {} 级：告知 {}", "undated": "无日期", "colon": "："},
}


def render(report: Report, stream: BinaryIO, setting: Setting) -> bool:  # noqa: ARG001
    """Always a whole calendar, without events where there are no rows. A report without `act_by` is a ValueError."""
    from icalendar import Calendar

    keys = [column.key for column in report.columns]
    if not set(COLUMNS) <= set(keys):
        raise ValueError(report.name)
    calendar = Calendar()
    calendar.add("prodid", f"-//relcare//{report.name}//{report.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", report.title)
    rows = 0
    for row in report.rows:
        calendar.add_component(_event(report, dict(zip(keys, row, strict=True))))
        rows += 1
    stream.write(calendar.to_ical(sorted=False))
    return bool(rows)


def _event(report: Report, row: dict[str, str]) -> Event:
    """A row as an event on the last open moment to act: of the whole day where a day is the deadline."""
    from icalendar import Event

    words, event, stamp = WORDS[report.language], Event(), _moment(report.as_of, report)
    event.add("uid", f"{sha256(row['occurrence'].encode()).hexdigest()[:32]}@relcare")
    event.add("dtstamp", stamp)
    about = " ".join(filter(None, (row["subject_id"], row["name"])))
    summary = f"{row['action']} · {about}" if about else row["action"]
    if row["act_by"]:
        event.add("dtstart", _day(row["act_by"]) or _moment(row["act_by"], report))
    else:  # what has no date has to be looked at on the day of the list
        event.add("dtstart", date.fromisoformat(report.as_of[:10]))
        summary += f" · {words['undated']}"
    event.add("summary", summary)
    columns = {column.key: column for column in report.columns}
    said = [
        f"{columns[key].title}{words['colon']}{columns[key].labels.get(row[key], row[key])}" for key in TOLD if row[key]
    ]
    event.add("description", "\n".join(said))
    event.add("categories", [row["rule_id"]])
    event.add("transp", "TRANSPARENT")  # what is due is no appointment
    roles = columns["levels"].labels
    for level in json.loads(row["levels"] or "[]"):
        event.add_component(_alarm(level, roles, report))
    return event


def _alarm(level: dict[str, str], roles: dict[str, str], report: Report) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    told = " ".join(filter(None, (roles.get(level["role"], level["role"]), level["tell"])))
    alarm.add("description", WORDS[report.language]["level"].format(level["level"], told))
    alarm.add("trigger", _moment(level["at"], report), parameters={"VALUE": "DATE-TIME"})
    return alarm


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if len(text) == len("2026-11-20") else None


def _moment(text: str, report: Report) -> datetime:
    """A moment of the report's zone in UTC; a date means its end."""
    day = _day(text)
    moment = datetime.combine(day, time(23, 59, 59)) if day is not None else datetime.fromisoformat(text)
    return moment.replace(microsecond=0, tzinfo=moment.tzinfo or ZoneInfo(report.zone)).astimezone(UTC)
