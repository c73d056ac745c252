# ruff: noqa: DTZ001  # moments are in the time zone of the book
from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relcare.rulebook.cells import date_format_of, read_cell, show_format, write_value
from relcare.rulebook.values import ABSENT, EMPTY, Moment, Month, State, known
from relcare.rulebook.vocabulary import Code, Field, Label

ZONE = "Asia/Shanghai"
CODES = (
    Code("call", Label("Call", "电话")),
    Code("inquiry", Label("Inquiry", "咨询"), ("enquiry",)),
    Code("needs_survey", Label("Needs survey", "需求调研")),
)


def field(kind, **more):
    codes = CODES if kind in {"code", "codes"} else ()
    return Field("f", kind, Label("F", "字段"), codes=codes, **more)


def value(kind, text, **more):
    found = read_cell(field(kind), text, zone=ZONE, **more)
    assert found.state in {State.VALUE, State.UNREADABLE}
    return found.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6000000", "6000000"), ("6,000,000", "6000000"), ("6,000,000.00", "6000000"), ("0.01", "0.01"),
        ("-12.50", "-12.5"), ("+1", "1"), ("¥1,234.5", "1234.5"), ("-￥5", "-5"), ("CNY 5", "5"), ("RMB5", "5"),
        ("12元", "12"), ("12 元", "12"), ("12.3400", "12.34"), ("0007", "7"), ("9999999999999999.99", "9999999999999999.99"),
        ("\u3000 12\xa0", "12"), ("-0.00", "0"),
    ],
)  # fmt: skip
def test_money(text, expected):
    assert value("money", text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    ["12.345", "5,99", "60,00,000", "1,0000", "10000000000000000", "NaN", "inf", "1e5", "１２", ".5", "5.", "--5", "- 5", "¥-5", "USD 5", "12万", "twelve", "1 000"],
)  # fmt: skip
def test_what_is_no_money(text):
    assert value("money", text) is None


def test_numbers_of_each_type():
    assert value("number", "0.123456") == Decimal("0.123456")
    assert value("number", "0.1234567") is None
    assert value("number", "999,999,999,999") == 999999999999
    assert value("number", "1000000000000") is None
    assert value("percent", "12.5%") == value("percent", "12.5 %") == value("percent", "12.5") == Decimal("12.5")
    assert value("percent", "12.5%%") is None
    assert value("count", "1,200") == 1200
    assert value("count", "-3") == -3
    assert value("count", "5.0") is None
    assert value("count", "9223372036854775807") == 2**63 - 1
    assert value("count", "9223372036854775808") is None


@pytest.mark.parametrize(
    ("text", "readable"), [("0.99", False), ("1", True), ("5.00", True), ("5.01", False), ("-1", False)]
)
def test_both_ends_of_a_range_belong_to_it(text, readable):
    ranged = field("money", low=Decimal(1), high=Decimal(5))
    found = read_cell(ranged, text, zone=ZONE)
    assert found.state is (State.VALUE if readable else State.UNREADABLE)
    assert readable or ("less than 1" in found.why) == (text != "5.01")


def test_yes_and_no():
    assert [value("yes_no", text) for text in ("Yes", "y", "TRUE", "1", "是")] == [True] * 5
    assert [value("yes_no", text) for text in ("No", "n", "false", "0", "否")] == [False] * 5
    assert value("yes_no", "maybe") is None


def test_what_an_empty_cell_means():
    for text in ("", "  ", "\u3000", "\xa0\t"):
        assert read_cell(field("money"), text, zone=ZONE) == EMPTY
        assert read_cell(field("money", empty="none"), text, zone=ZONE) == ABSENT
        assert read_cell(field("date", empty="not yet"), text, zone=ZONE) == ABSENT


def test_ids_and_texts_are_kept_as_they_are():
    assert value("id", " 00123 ") == "00123"
    assert value("text", "NaN") == "NaN"


@pytest.mark.parametrize("text", ["call", "CALL", "Call", "电话", " call\u3000"])
def test_a_code_by_its_key_and_labels(text):
    assert value("code", text) == "call"


def test_a_code_by_its_other_spellings():
    assert value("code", "Enquiry") == "inquiry"
    assert value("code", "Anruf", codes={"anruf": "call"}) == "call"
    assert value("code", "Call", codes={"call": "inquiry"}) == "inquiry"  # what the book says stands first


def test_an_unknown_code_names_the_nearest():
    found = read_cell(field("code"), "inqiry", zone=ZONE)
    assert found.state is State.UNREADABLE
    assert found.why == "`inqiry` is not one of the codes; did you mean `inquiry`?"
    assert "did you mean" not in read_cell(field("code"), "zzz", zone=ZONE).why


def test_several_codes_in_one_cell():
    assert value("codes", "inquiry; 电话 ;call|Enquiry、") == ("call", "inquiry")
    assert value("codes", "call") == ("call",)
    found = read_cell(field("codes"), "call;cal", zone=ZONE)
    assert found.state is State.UNREADABLE
    assert found.why.startswith("`cal` is not one of")


def test_dates_moments_and_months():
    assert value("date", "2026年9月3日") == date(2026, 9, 3)
    assert value("date", "2026-09-03 10:00") is None
    assert value("moment", "2026-09-03") == Moment(datetime(2026, 9, 3), "day")
    assert value("moment", "2026-09-03T02:00Z") == Moment(datetime(2026, 9, 3, 10), "minute")
    for text in ("2026-07", "2026/07", "202607", "2026/7", "2026年7月", "2026-07-31", "20260731"):
        assert value("month", text) == Month(2026, 7)
    for text in ("2026-13", "1899-12", "2026", "20267"):
        assert value("month", text) is None


def test_dates_as_the_book_writes_them():
    form = date_format_of("MM/DD/YYYY")
    assert value("date", "9/3/2026", date_format=form) == date(2026, 9, 3)
    for text in ("2026-09-03", "13/01/2026", "9/3/26", "02/29/2026", "infinity"):
        assert value("date", text, date_format=form) is None
    assert value("moment", "09/03/2026", date_format=form) == Moment(datetime(2026, 9, 3), "day")
    assert value("moment", "2026-09-03 10:00", date_format=form) == Moment(datetime(2026, 9, 3, 10), "minute")
    assert value("date", "09032026", date_format=date_format_of("MMDDYYYY")) == date(2026, 9, 3)
    assert value("date", "9032026", date_format=date_format_of("MMDDYYYY")) is None
    clock = date_format_of("DD.MM.YYYY hh:mm")
    assert value("moment", "3.9.2026 7:05", date_format=clock) == Moment(datetime(2026, 9, 3, 7, 5), "minute")
    assert value("moment", "3.9.2026 24:00", date_format=clock) is None
    assert value("moment", "3.9.2026 7:5", date_format=clock) is None
    assert read_cell(field("date"), "x", zone=ZONE, date_format=form).why == "`x` is not a date of the form MM/DD/YYYY"


@pytest.mark.parametrize(
    ("shape", "form"),
    [
        ("MM/DD/YYYY", "%m/%d/%Y"), ("D.M.YYYY", "%d.%m.%Y"), ("YYYYMMDD", "%Y%m%d"), ("YYYY年MM月DD日", "%Y年%m月%d日"),
        ("DD.MM.YYYY hh:mm:ss", "%d.%m.%Y %H:%M:%S"), ("YYYY", ""), ("MM/DD/YY", ""), ("DD/MM/YYYY hh", ""),
        ("DD/MM/YYYY mm", ""), ("YYYY-MM-DD-DD", ""), ("%Y-%m-%d", ""), ("YYYY-MM-DD x", ""), ("hh:mm DD.MM.YYYY", ""), ("DD MM YYYY", ""),
    ],
)  # fmt: skip
def test_the_shape_of_a_books_dates(shape, form):
    assert date_format_of(shape) == form
    assert not form or date_format_of(show_format(form)) == form


@pytest.mark.parametrize(
    ("given_value", "kind", "text"),
    [
        (True, "yes_no", "yes"), (Decimal(5), "money", "5.00"), (Decimal("-0.5"), "money", "-0.50"), (Decimal("1E+3"), "number", "1000"),
        (Decimal("0.500000"), "number", "0.5"), (Decimal("12.50"), "percent", "12.5%"), (7, "count", "7"),
        (("a", "b"), "codes", "a;b"), (Month(2026, 7), "month", "2026-07"), (date(2026, 7, 1), "date", "2026-07-01"),
        (Moment(datetime(2026, 7, 1, 9, 5), "minute"), "moment", "2026-07-01 09:05"), (Fraction(1, 8), "money", "0.13"),
        (Fraction(-1, 8), "money", "-0.13"), (Fraction(-1, 1000), "money", "0.00"), (Fraction(2, 3), "money", "0.67"), (Fraction(6), "money", "6.00"),
    ],
)  # fmt: skip
def test_how_a_value_is_written(given_value, kind, text):
    assert write_value(given_value, kind) == text


def decimals(whole, places):
    limit = Decimal(10) ** whole - Decimal(1).scaleb(-places)
    return st.decimals(-limit, limit, places=places, allow_nan=False, allow_infinity=False)


MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31))
VALUES = st.one_of(
    st.tuples(st.just("money"), decimals(16, 2)),
    st.tuples(st.just("number"), decimals(12, 6)),
    st.tuples(st.just("percent"), decimals(12, 6)),
    st.tuples(st.just("count"), st.integers(-(2**62), 2**62)),
    st.tuples(st.just("yes_no"), st.booleans()),
    st.tuples(st.just("code"), st.sampled_from([code.key for code in CODES])),
    st.tuples(
        st.just("codes"), st.sets(st.sampled_from([c.key for c in CODES]), min_size=1).map(lambda s: tuple(sorted(s)))
    ),
    st.tuples(st.just("date"), st.dates(date(1900, 1, 1), date(2199, 12, 31))),
    st.tuples(st.just("month"), st.builds(Month, st.integers(1900, 2199), st.integers(1, 12))),
    st.tuples(st.just("moment"), MOMENTS.map(lambda at: Moment(datetime(at.year, at.month, at.day), "day"))),
    st.tuples(st.just("moment"), MOMENTS.map(lambda at: Moment(at.replace(second=0, microsecond=0), "minute"))),
    st.tuples(st.just("moment"), MOMENTS.map(lambda at: Moment(at.replace(microsecond=0), "second"))),
    st.tuples(st.just("text"), st.text(min_size=1).map(lambda s: f"x{s}x")),
)


@given(VALUES)
def test_what_is_written_is_read_back(pair):
    kind, original = pair
    assert read_cell(field(kind), write_value(original, kind), zone=ZONE) == known(original)


@given(
    st.text(),
    st.sampled_from(["money", "number", "percent", "count", "yes_no", "date", "moment", "month", "code", "codes"]),
)
def test_no_text_raises_and_what_is_unreadable_says_why(text, kind):
    found = read_cell(field(kind), text, zone=ZONE)
    assert (found.state is State.UNREADABLE) == bool(found.why)


MIDNIGHTS = [" 00:00", "T00:00", " 00:00:00", "T00:00:00.0", " 00:00:00.000000"]


@pytest.mark.parametrize("clock", MIDNIGHTS)
@pytest.mark.parametrize(("day", "form"), [("2020-01-05", ""), ("2020/1/5", ""), ("05.01.2020", "%d.%m.%Y")])
def test_a_date_may_have_the_time_of_day_midnight(day, form, clock):
    assert value("date", day + clock, date_format=form) == date(2020, 1, 5)


@pytest.mark.parametrize("text", ["2020-01-05 10:30", "2020-01-05 00:00:01", "2020-01-05T00:00:00.5"])
def test_a_date_with_another_time_of_day_says_so(text):
    assert read_cell(field("date"), text, zone=ZONE).why == f"`{text}` has a time of day; a date has none but midnight"


@pytest.mark.parametrize("text", ["2020-01-05 0:00", "2020-01-05  00:00", "2020-01-05 00:00:00.0000000", "x 00:00"])
def test_what_only_looks_like_midnight_is_no_date(text):
    assert read_cell(field("date"), text, zone=ZONE).state is State.UNREADABLE


def test_a_moment_at_midnight_stays_a_moment():
    assert value("moment", "2020-01-05 00:00").precision == "minute"
