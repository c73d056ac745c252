"""What is due on a day of the week of its period: the first Monday of the month, the third Friday of the quarter."""

from __future__ import annotations

from datetime import date

import pytest
from owed_books import CARE, VOCABULARY, owed, rule

from relcare.files.yaml_tree import read_documents
from relcare.rulebook.load import load
from relcare.timing.periods import Period, period_of

CUSTOMERS = {"customers.csv": "customer_id,opened_at,closed_at,tier,next_on\nC1,2026-01-01,,vip,"}


@pytest.mark.parametrize(
    ("every", "due", "day"),
    [
        ("month", "first monday of the month", "2026-11-02"),
        ("month", "First Sunday of the month", "2026-11-01"),  # the month begins with it
        ("month", "first saturday of the month", "2026-11-07"),
        ("month", "third friday of the month", "2026-11-20"),
        ("month", "last monday of the month", "2026-11-30"),  # the month ends with it
        ("month", "last tuesday of the month", "2026-11-24"),
        ("month", "本月第三个星期五", "2026-11-20"),
        ("month", "本月最后一个周二", "2026-11-24"),
        ("quarter", "second thursday of the quarter", "2026-10-08"),
        ("year", "last friday of the year", "2026-12-25"),
        ("month", "last working day of the month", "2026-11-30"),
        ("year", "last working day of the year", "2026-12-31"),
    ],
)
def test_due(every: str, due: str, day: str) -> None:
    text = CARE + rule("W", f"every: {every}", f"due: {due}", "lapses: never", "done when: interaction call")
    rows = owed(text, CUSTOMERS, "2026-11-25")
    assert max(row["due"].date() for row in rows) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text", ["fifth monday of the month", "first mondey of the month", "monday of the month", "本月第五个星期一"]
)
def test_what_is_no_day_of_the_week(text: str) -> None:
    rules = VOCABULARY + CARE + rule("W", "every: month", f"due: {text}", "done when: interaction call")
    nodes, _ = read_documents(rules.encode(), "rules.yaml")
    _, problems = load([("rules.yaml", nodes)])
    assert [one.code for one in problems if one.severity == "error"] == ["RUL075"]


def test_every_period_has_four_of_each_and_a_last() -> None:
    for number in range(2026 * 12, 2034 * 12):
        month = Period(number, 1)
        for weekday in range(7):
            days = [month.weekday(nth, weekday) for nth in (1, 2, 3, 4, -1)]
            assert {day.weekday() for day in days} == {weekday}
            assert all(period_of(day, 1) == month for day in days)
            assert (days[0].day <= 7, days[3].day <= 28, (month.last - days[4]).days < 7) == (True, True, True)
