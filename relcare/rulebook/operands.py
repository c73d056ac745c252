"""Values written in rules, read by the type of the fact that they are compared with."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from relcare.rulebook.cells import read_cell
from relcare.rulebook.conditions import WORKING_DAYS, WORKING_TIME_UNITS, Span
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.values import Moment, State, Value
from relcare.rulebook.vocabulary import NUMERIC, Fact, Field, Label
from relcare.rulebook.words import AGES, COUNTERS, MULTIPLES, UNITS, ZH_DIGITS, ZH_MULTIPLES, ZH_UNITS

Typed = Field | Fact

LARGEST = Decimal(10) ** 16  # excluded: amounts have at most 16 digits before the point

ZERO_FIRST = re.compile(r"[-+]?0[0-9]")  # is it 123, or an id?

YUAN = ("CNY", "RMB", "¥", "￥", "元")

SAY = {
    "money": "an amount of money",
    "number": "a number",
    "percent": "a percentage",
    "count": "a whole number",
    "date": "a date",
    "moment": "a date or moment",
    "month": "a month",
}
EXAMPLES = {
    "money": "write digits, as 6000000, 6,000,000, 6 million or 600万",
    "number": "write digits, as 12 or 0.5",
    "percent": "write it as 12.5%",
    "count": "write digits, as 12",
    "date": "write a date that exists, as 2026-07-01",
    "moment": "write a date or moment that exists, as 2026-07-01 or 2026-07-01 17:30",
    "month": "write it as 2026-07",
}


class Misread(NamedTuple):
    """Why a text is no value of a fact."""

    code: str
    message: str
    hint: str = ""


def read_value(fact: Typed, text: str) -> Value | Misread:
    """The value of a fact of a numeric type or a time, as a rule writes it.

    Beside what a cell may hold: `6 million`, `600万`, the fact's own unit (`24 months`, `24个月`), a negative count. On a moment, a day
    without a time of day is read as a date, so that it is compared by its day. A value outside the fact's range is
    refused.
    """
    if fact.type in NUMERIC:
        value = _read_number(fact, text)
        return value if isinstance(value, Misread) else _in_range(fact, Decimal(value), text) or value
    found = read_cell(_plain(fact.type), text, zone="UTC")
    if found.state is not State.VALUE or found.value is None:
        return _unreadable(fact, text)
    if isinstance(found.value, Moment):
        if found.value.precision == "day":
            return found.value.date
        if _has_offset(text):
            hint = "leave the offset out: moments in rules are in the book's time zone"
            return Misread("RUL033", f"`{text}` has an offset", hint)
    return found.value


def _read_number(fact: Typed, text: str) -> Decimal | int | Misread:
    digits, multiple = text.strip(), 1
    if fact.type == "money" and fact.unit not in ("", "CNY") and any(mark in digits for mark in YUAN):
        return Misread("RUL033", f"`{fact.name}` is in {fact.unit}, not in CNY")
    if not digits.isascii():
        told = _zh_number(fact, digits)
        if isinstance(told, Misread):
            return told
        digits, multiple = told
    words = digits.split()
    if len(words) > 1:
        unit = words[-1]
        other = UNITS.get(unit.lower())
        if fact.unit in (unit, unit + "s", other):
            words.pop()
        elif other is not None:
            what = f"is counted in {fact.unit}" if fact.unit else "has no unit"
            return Misread("RUL033", f"`{fact.name}` {what}, not in {other}")
    number = words[-1].lower() if words else ""
    for word, times in MULTIPLES.items():
        if multiple == 1 and number.endswith(word) and (number != word or len(words) > 1):
            words[-1] = words[-1][: -len(word)]
            multiple = times
            break
    digits = " ".join(word for word in words if word)
    if ZERO_FIRST.match(digits):
        plain = digits.lstrip("0") or "0"
        return Misread(
            "RUL033", f"`{text}` begins with a zero", f"write the number as {plain}; only ids and texts keep zeros"
        )
    negative = fact.type == "count" and digits.startswith("-")
    kind = "number" if multiple > 1 and fact.type == "count" else fact.type
    found = read_cell(_plain(kind), digits[1:] if negative else digits, zone="UTC")
    if found.state is not State.VALUE or not isinstance(found.value, Decimal | int):
        return _unreadable(fact, text)
    value = Decimal(found.value) * multiple
    if fact.type == "count":
        if value != int(value):
            return _unreadable(fact, text)
        return -int(value) if negative else int(value)
    return _unreadable(fact, text) if abs(value) >= LARGEST else value


def _zh_number(fact: Typed, text: str) -> tuple[str, int] | Misread:
    """The digits and the multiple of `600万`, `600万元`, `24个月`, `3次`; the text itself where it is no such number."""
    digits, multiple = text.replace(" ", ""), 1
    if fact.type == "money":
        digits = digits.removesuffix("元").removesuffix("人民币")
    if fact.type in ("count", "number"):
        for word, unit in sorted((ZH_UNITS | AGES).items(), key=lambda pair: -len(pair[0])):
            if digits.endswith(word):
                if unit != fact.unit:
                    what = f"is counted in {fact.unit}" if fact.unit else "has no unit"
                    return Misread("RUL033", f"`{fact.name}` {what}, not in {unit}")
                digits = digits.removesuffix(word)
                break
        else:
            digits = digits[:-1] if digits.endswith(COUNTERS) else digits
    for word, times in ZH_MULTIPLES.items():
        if digits.endswith(word):
            digits, multiple = digits.removesuffix(word), times
            digits = "1" if not digits and word[0] in "十百千" and len(word) > 1 else digits
            break
    number = zh_numeral(digits)
    if number:
        digits = str(number)
    return (digits, multiple) if digits and digits.isascii() else (text, 1)


def zh_numeral(text: str) -> int:
    """The number from 1 to 99 of `三`, `两`, `十五`, `二十`; 0 for anything else."""
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or not (tens + ten + ones) or not set(tens + ones) <= set(ZH_DIGITS):
        return 0
    first = (ZH_DIGITS.index(tens) + 1 if tens else 1) if ten else 0
    return first * 10 + (ZH_DIGITS.index(ones) + 1 if ones else 0)


def number_words(fact: Typed, text: str, value: Value) -> tuple[str, str]:
    """A number written in a rule, in English and in Chinese; as it is where its digits say it all."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool) or not any(c.isalpha() for c in text):
        return text, text
    number = Decimal(value)
    unit = fact.unit if fact.type in ("count", "number") else ""
    zh = f"{number.normalize():f}"
    for word, times in (("亿", 10**8), ("万", 10**4)):
        part = number / times
        if abs(part) >= 1 and part == round(part, 2):
            zh = f"{part.normalize():f}{word}"
            break
    written = f"{number.normalize():,f}" if number == number.to_integral_value() else f"{number.normalize():f}"
    en = text if text.isascii() else f"{written} {unit}".rstrip()
    return en, zh + next((word for word, of in ZH_UNITS.items() if of == unit), "") if text.isascii() else text


def zh_span(span: Span) -> str:
    """`90天`, `5个工作日`."""
    return f"{span.amount}{next(word for word, unit in ZH_UNITS.items() if unit == span.unit)}"


def in_order(low: Value, high: Value) -> bool:
    """Whether the lower of two bounds, read for one fact, is not above the higher."""
    if isinstance(low, Moment) != isinstance(high, Moment):
        low, high = (value.date if isinstance(value, Moment) else value for value in (low, high))
    return low <= high  # type: ignore[operator]


def _in_range(fact: Typed, value: Decimal, text: str) -> Misread | None:
    if (fact.low is None or value >= fact.low) and (fact.high is None or value <= fact.high):
        return None
    low = "" if fact.low is None else f"{fact.low:f}"
    high = "" if fact.high is None else f"{fact.high:f}"
    bounds = f"from {low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
    return Misread("RUL034", f"`{text}` lies outside the range of `{fact.name}`", f"its values are {bounds}")


def _unreadable(fact: Typed, text: str) -> Misread:
    return Misread("RUL033", f"`{text}` is not {SAY[fact.type]}", EXAMPLES[fact.type])


def _has_offset(text: str) -> bool:
    clock = text[10:]
    return clock.rstrip().upper().endswith("Z") or "+" in clock or "-" in clock


@cache
def _plain(kind: str) -> Field:
    return Field(kind, kind, Label(kind, kind))


def read_codes(fact: Typed, word: str) -> str | Misread:
    """A code of the fact by its key or its Chinese label; for text and ids the text itself."""
    if fact.type not in ("code", "codes"):
        return word
    if any(code.key == word for code in fact.codes):
        return word
    for code in fact.codes if not word.isascii() else ():
        if word == code.label.zh:
            return code.key
    for code in fact.codes:
        if word in (code.label.en, code.label.zh, *code.also):
            return Misread("RUL035", f"`{fact.name}` has no code `{word}`", f"did you mean `{code.key}`?")
    keys = [code.key for code in fact.codes]
    if not word.isascii():
        keys = [code.label.zh for code in fact.codes]
    hint = did_you_mean(word, keys) or "its codes are " + ", ".join(f"`{key}`" for key in keys)
    return Misread("RUL035", f"`{fact.name}` has no code `{word}`", hint)


def read_share(text: str, divisor: int) -> Decimal | None:
    """The part of another fact that `50` (of 100) or `1.5` (times) means; None if it is no positive number."""
    digits = text.strip()
    if not digits.isascii() or not digits.replace(".", "", 1).isdigit():
        return None
    share = Decimal(digits) / divisor
    return share if share > 0 else None


def read_span(text: str, *, working: bool = False) -> Span | Misread:
    """`90 days`, `1 month`, `90天`, `三个月`: a whole number of at least 1 and a unit; where `working` also `5 working days` and
    `8 working hours`.
    """
    words = text.split() if text.isascii() else _zh_span_words(text)
    if len(words) == 3 and " ".join(words[1:]).lower() in (WORKING_DAYS, WORKING_DAYS[:-1]):
        if not working:
            hint = "only the clocks of obligations count working days: write days, weeks, months, …"
            return Misread("RUL038", f"`{text}` is not counted here", hint)
        words = [words[0], WORKING_DAYS]
    if (
        len(words) == 3
        and f"working {UNITS.get(words[2].lower())}" in WORKING_TIME_UNITS
        and words[1].lower() == "working"
    ):
        if not working:
            hint = "only the clocks of obligations count working time: write hours, days, weeks, …"
            return Misread("RUL038", f"`{text}` is not counted here", hint)
        words = [words[0], f"working {UNITS[words[2].lower()]}"]
    if len(words) != 2:
        example = "90 days" if text.isascii() else "90天、3个月" + ("、5个工作日" if working else "")
        near = (
            did_you_mean(" ".join(words[1:]).lower(), (WORKING_DAYS, *WORKING_TIME_UNITS))
            if working and len(words) == 3
            else ""
        )
        hint = near or f"write a number and a unit, as {example}"
        return Misread("RUL038", f"`{text}` is not a length of time", hint)
    unit = words[1] if words[1] in (WORKING_DAYS, *WORKING_TIME_UNITS) else UNITS.get(words[1].lower())
    if unit is None:
        hint = did_you_mean(words[1].lower(), UNITS) or "one of: days, weeks, months, quarters, years, hours, minutes"
        return Misread("RUL038", f"`{words[1]}` is not a unit of time", hint)
    whole = words[0].isascii() and words[0].isdigit() and len(words[0]) < 6 and words[0][0] != "0"
    amount = int(words[0]) if whole else 0
    if amount < 1:
        return Misread("RUL038", f"`{words[0]}` is not a number of {unit}", "write a whole number from 1 to 99999")
    return Span(amount, unit)


def _zh_span_words(text: str) -> list[str]:
    """A Chinese span as the words of an English one; the text alone where it is none."""
    plain = text.replace(" ", "")
    for word, unit in sorted(ZH_UNITS.items(), key=lambda pair: -len(pair[0])):
        if plain.endswith(word):
            number = plain.removesuffix(word)
            amount = zh_numeral(number)
            return [str(amount) if amount else number, *unit.split()] if number else [text]
    return text.split()
