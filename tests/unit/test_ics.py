"""Lists as calendars: an event a row, an alarm a level, the same rows the same bytes."""

import shutil
from datetime import UTC, date, datetime

import pytest

from relcare.cli import main

icalendar = pytest.importorskip("icalendar")


def calendar(root, capfdbinary, *arguments, book=None):
    code = main([*arguments, "--book", str(book or root / "sample_data"), "-f", "ics"])
    told = capfdbinary.readouterr()
    assert code in (0, 3), told.err.decode()
    return told.out


def events(content):
    return icalendar.Calendar.from_ical(content).walk("VEVENT")


def test_each_row_is_one_event_with_an_alarm_for_each_level(root, capfdbinary):
    found = events(calendar(root, capfdbinary, "overdue", "--as-of", "2026-11-20", "--at-risk", "--rule", "CLOCK-PLAN"))
    assert [str(event["summary"]).rsplit("· ", 1)[1][:4] for event in found] == ["K032", "K033", "K034", "K035"]
    assert len({str(event["uid"]) for event in found}) == 4
    first = found[0]
    assert first.decoded("dtstart") == date(2026, 11, 17)
    alarms = first.walk("VALARM")
    assert [str(alarm["description"]) for alarm in alarms] == [
        "Level 1: tell Handler S502", "Level 2: tell Supervisor S503", "Level 3: tell Branch head S101",
    ]  # fmt: skip
    # midnight of the 16th, 18th and 19th in Shanghai
    assert [alarm.decoded("trigger") for alarm in alarms] == [
        datetime(2026, 11, day, 16, tzinfo=UTC) for day in (15, 17, 18)
    ]


def test_a_deadline_at_an_hour_is_an_event_at_that_hour_in_the_zone_of_the_book(root, capfdbinary, tmp_path):
    (tmp_path / "complaints.csv").write_text("complaint_id,received_at,first_feedback_at\nK1,2026-11-19 21:43,\n")
    asked = ("due", "--as-of", "2026-11-20T11:30", "--rule", "CLOCK-FEEDBACK")
    [event] = events(calendar(root, capfdbinary, *asked, book=tmp_path))
    assert event.decoded("dtstart") == datetime(2026, 11, 20, 13, 43, tzinfo=UTC)
    [alarm] = event.walk("VALARM")  # four hours before
    assert alarm.decoded("trigger") == datetime(2026, 11, 20, 9, 43, tzinfo=UTC)


def test_what_has_no_date_is_an_event_on_the_day_of_the_list(root, capfdbinary):
    found = events(calendar(root, capfdbinary, "due", "--as-of", "2026-11-20"))
    [event] = [one for one in found if str(one["summary"]).endswith("no date")]
    assert event.decoded("dtstart") == date(2026, 11, 20)


def test_the_same_rows_are_the_same_bytes_and_keep_their_uid(root, capfdbinary, tmp_path):
    shutil.copytree(root / "sample_data", tmp_path / "book")
    path = tmp_path / "book" / "interactions.csv"
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, *reversed(lines)]) + "\n", encoding="utf-8")
    asked = ("due", "--as-of", "2026-11-20", "--rule", "CLOCK-PLAN")
    one = calendar(root, capfdbinary, *asked)
    assert calendar(root, capfdbinary, *asked, book=tmp_path / "book") == one
    later = calendar(root, capfdbinary, "due", "--as-of", "2026-11-19", "--rule", "CLOCK-PLAN")
    assert {str(event["uid"]) for event in events(one)} & {str(event["uid"]) for event in events(later)}
    assert later != one


def test_without_rows_it_is_a_calendar_without_events(root, capfdbinary):
    content = calendar(root, capfdbinary, "due", "--as-of", "2026-11-20", "--rule", "CARE-REVIEW", "--within", "1 day")
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert events(content) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("customers",), "due and overdue"),
        (("due", "--group", "customer"), "--group"),
        (("due", "--summary", "owner"), "--summary"),
        (("due", "--columns", "status"), "--columns"),
    ],
)
def test_what_can_be_no_calendar_is_wrong_usage(root, capsys, arguments, told):
    assert main([*arguments, "--book", str(root / "sample_data"), "-f", "ics"]) == 2
    assert told in capsys.readouterr().err


def test_without_the_library_it_says_what_to_install(root, capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert main(["due", "--book", str(root / "sample_data"), "-f", "ics"]) == 2
    assert "pip install 'relcare[ics]'" in capsys.readouterr().err
