# ruff: noqa: DTZ001  # moments are in the time zone of the book
from __future__ import annotations

from datetime import date, datetime

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from relcare.timing.moments import AsOf, read_as_of, read_day, read_moment
from relcare.timing.spans import shift, whole_units

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
UNITS = st.sampled_from(["days", "weeks", "months", "quarters", "years"])


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        ("2026-01-31", 1, "months", "2026-02-28"),
        ("2026-01-31", 2, "months", "2026-03-31"),
        ("2028-01-31", 1, "months", "2028-02-29"),
        ("2024-02-29", 1, "years", "2025-02-28"),
        ("2024-02-29", 4, "years", "2028-02-29"),
        ("2024-02-29", -4, "years", "2020-02-29"),
        ("2026-03-31", -1, "months", "2026-02-28"),
        ("2026-11-30", 1, "quarters", "2027-02-28"),
        ("2026-12-31", 1, "days", "2027-01-01"),
        ("2026-01-01", -1, "weeks", "2025-12-25"),
        ("2026-01-01", 0, "years", "2026-01-01"),
    ],
)
def test_a_natural_span_is_counted_from_its_anchor_and_clamped(start, amount, unit, expected):
    assert shift(date.fromisoformat(start), amount, unit) == date.fromisoformat(expected)


@pytest.mark.parametrize("unit", ["days", "weeks", "months", "quarters", "years"])
def test_a_span_beyond_the_calendar_ends_with_it(unit):
    assert shift(date(2026, 1, 1), 10**7, unit) == date.max
    assert shift(date(2026, 1, 1), -(10**7), unit) == date.min


@given(DAYS, st.integers(-1900, 2000), UNITS)
def test_shift_agrees_with_dateutil(day, amount, unit):
    delta = relativedelta(months=3 * amount) if unit == "quarters" else relativedelta(**{unit: amount})
    assert shift(day, amount, unit) == day + delta


@pytest.mark.parametrize(
    ("start", "end", "unit", "expected"),
    [
        ("2024-02-29", "2025-02-27", "years", 0),
        ("2024-02-29", "2025-02-28", "years", 1),
        ("2024-02-29", "2028-02-28", "years", 3),
        ("2024-02-29", "2028-02-29", "years", 4),
        ("2026-01-31", "2026-02-27", "months", 0),
        ("2026-01-31", "2026-02-28", "months", 1),
        ("2026-01-15", "2026-01-14", "months", -1),
        ("2026-01-15", "2025-12-15", "months", -1),
        ("2026-01-15", "2025-12-14", "months", -2),
        ("2026-01-08", "2026-01-01", "weeks", -1),
        ("2026-01-08", "2026-01-14", "weeks", 0),
        ("2026-01-08", "2026-01-15", "weeks", 1),
    ],
)
def test_whole_units_on_both_sides_of_the_boundary(start, end, unit, expected):
    assert whole_units(date.fromisoformat(start), date.fromisoformat(end), unit) == expected


@given(DAYS, DAYS, UNITS)
def test_whole_units_is_the_largest_number_that_fits(start, end, unit):
    amount = whole_units(start, end, unit)
    assert shift(start, amount, unit) <= end < shift(start, amount + 1, unit)


@pytest.mark.parametrize(
    "text",
    ["2026-09-03", "2026-9-3", "2026/9/3", "2026/09/03", "2026.9.3", "20260903", "2026年9月3日", "2026年09月03日"],
)
def test_a_day_in_each_of_its_spellings(text):
    assert read_day(text) == date(2026, 9, 3)


@pytest.mark.parametrize(
    "text",
    ["2026-02-29", "1899-12-31", "2200-01-01", "2026-09/03", "2026-9", "202609", "2026年9月3", "2026-9-3日", "26-09-03", "2026/13/01", "", "２０２６-09-03", "2026-W01-1"],
)  # fmt: skip
def test_what_is_no_day(text):
    assert read_day(text) is None


def test_the_first_and_the_last_day():
    assert read_day("1900-01-01") == date(1900, 1, 1)
    assert read_day("2199/12/31") == date(2199, 12, 31)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2026-09-30", datetime(2026, 9, 30), "day"),
        ("2026-09-30 10:00", datetime(2026, 9, 30, 10), "minute"),
        ("2026/9/30 9:05", datetime(2026, 9, 30, 9, 5), "minute"),
        ("2026-09-30T23:59:59", datetime(2026, 9, 30, 23, 59, 59), "second"),
        ("2026-09-30 10:00:05.25", datetime(2026, 9, 30, 10, 0, 5, 250000), "second"),
        ("2026-09-30T02:00Z", datetime(2026, 9, 30, 10), "minute"),
        ("2026-09-30T02:00:00+00:00", datetime(2026, 9, 30, 10), "second"),
        ("2026-09-30 21:30 -0530", datetime(2026, 10, 1, 11), "minute"),
        ("2026-09-30 10:00+08:00", datetime(2026, 9, 30, 10), "minute"),
        ("1988-07-01T00:00Z", datetime(1988, 7, 1, 9), "minute"),  # summer time in China
    ],
)
def test_a_moment_with_its_precision_in_the_zone_of_the_book(text, at, precision):
    assert read_moment(text, "Asia/Shanghai") == (at, precision)


@pytest.mark.parametrize(
    "text",
    ["2026-09-30 24:00", "2026-09-30 10:60", "2026-09-30 10:00:60", "2026-09-30 10", "2026-09-30  10:00", "2026-09-30 10:00 CST", "2026-09-30 10:00+24:00", "2026-09-30 10:00+08:60", "2026-09-30 10:00:05.1234567", "10:00"],
)  # fmt: skip
def test_what_is_no_moment(text):
    assert read_moment(text, "Asia/Shanghai") is None


def test_an_as_of_date_is_the_end_of_its_day():
    found = read_as_of("2026-08-01", "Asia/Shanghai")
    assert found == AsOf(datetime(2026, 8, 1, 23, 59, 59, 999999), given_as_date=True)
    assert str(found) == "2026-08-01"


def test_an_as_of_moment_is_that_moment():
    found = read_as_of("2026-08-01T02:30Z", "Asia/Shanghai")
    assert found == AsOf(datetime(2026, 8, 1, 10, 30), given_as_date=False)
    assert str(found) == "2026-08-01 10:30:00"


def test_an_as_of_that_is_neither():
    assert read_as_of("yesterday", "Asia/Shanghai") is None
