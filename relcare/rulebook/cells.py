"""What a cell of a book means, by the type of its field, and how a value is written.

Surrounding white space (ASCII, no-break space, ideographic space) is not part of a cell. Full-width digits, NaN and
infinity are unreadable; so is what would have to be rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from relcare.rulebook.values import ABSENT, EMPTY, FactValue, Moment, Month, Value, known, unreadable
from relcare.rulebook.vocabulary import Code, Fact, Field
from relcare.timing.moments import make_day, read_day, read_moment, without_midnight

if TYPE_CHECKING:
    from re import Match, Pattern

SPACE = "\t\n\v\f\r \xa0\u3000"
YES = frozenset({"yes", "y", "true", "1", "是"})
NO = frozenset({"no", "n", "false", "0", "否"})
SEPARATORS = ";|、"  # of several codes in one cell
LISTED = 8  # codes that a message lists

# The digits stand in group 1 (the sign) and 2; an amount is below 10^16, a number below 10^12, a count below 2^63.
GROUPED = "([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)"
PATTERNS = {
    "money": rf"([+-]?)(?:[¥￥]|CNY ?|RMB ?)?({GROUPED}(?:[.][0-9]{{1,2}}0*)?)(?: ?元| ?CNY)?",
    "number": rf"([+-]?)({GROUPED}(?:[.][0-9]{{1,6}}0*)?)",
    "count": rf"([+-]?)({GROUPED})",
    "month": "([0-9]{4})(?:[-/.]?([0-9]{2})|[-/.]([0-9])|年([0-9]{1,2})月)",
}
LARGEST = {"money": Decimal(10) ** 16, "number": Decimal(10) ** 12, "count": Decimal(2) ** 63}
CENT, MILLIONTH = Decimal("0.01"), Decimal("0.000001")

WHY = {
    "money": "is not an amount of money",
    "number": "is not a number",
    "percent": "is not a percentage",
    "count": "is not a whole number",
    "yes_no": "is neither yes nor no",
    "date": "is not a date",
    "moment": "is not a date or moment",
    "month": "is not a month",
}


def strip(text: str) -> str:
    """The cell without the white space around it."""
    return text.strip(SPACE)


def read_cell(
    field: Field | Fact,
    text: str,
    *,
    date_format: str = "",
    codes: Mapping[str, str] | None = None,
    zone: str,
) -> FactValue:
    """What a cell says: a value, nothing (absent or empty, as the field says), or unreadable with the reason in `why`.

    `date_format` is the strptime form of the file's dates ("" for ISO and its variants); a moment may be written in
    either. `codes` are further spellings, lower-cased, of the field's codes. `zone` is the book's time zone: an offset in
    a cell is turned into it. A number outside the field's range (its ends belong to it) is unreadable.
    """
    text = text.strip(SPACE)
    if not text:
        return EMPTY if field.empty == "unknown" else ABSENT
    kind = field.type
    value: Value | None
    match kind:
        case "id" | "text":
            return known(text)
        case "code":
            found = read_code(field, text, codes)
            return known(found) if found is not None else unreadable(_no_code(field.codes, text))
        case "codes":
            return _read_codes(field, text, codes)
        case "money" | "number" | "percent" | "count":
            value = read_number(kind, text)
            if value is not None:
                outside = _outside(field, Decimal(value))
                if outside:
                    return unreadable(f"`{text}` is {outside}")
        case "yes_no":
            lower = text.lower()
            value = True if lower in YES else False if lower in NO else None
        case "date":
            value = _read_date(text, date_format)
            if value is None and ":" in text and _read_moment(text, date_format, zone) is not None:
                return unreadable(f"`{text}` has a time of day; a date has none but midnight")
        case "moment":
            value = _read_moment(text, date_format, zone)
        case "month":
            value = read_month(text)
        case _:
            raise ValueError(kind)
    if value is None:
        return unreadable(f"`{text}` {WHY[kind]}{_suffix(date_format, kind)}")
    return known(value)


def _suffix(date_format: str, kind: str) -> str:
    return f" of the form {show_format(date_format)}" if date_format and kind == "date" else ""


@lru_cache(maxsize=32)
def _pattern(text: str) -> Pattern[str]:
    import re  # noqa: PLC0415  # compiled where a cell is more than digits

    return re.compile(text)


def read_number(kind: str, text: str) -> Decimal | int | None:
    """A number of a stripped text: money, number and percent as Decimal, a count as int; None if it is none."""
    if kind == "percent":
        text = text.removesuffix("%").rstrip(SPACE)
        kind = "number"
    if text.isascii() and text.isdigit():
        number = Decimal(text)
    else:
        found = _pattern(PATTERNS[kind]).fullmatch(text)
        if found is None:
            return None
        number = Decimal(found[1] + found[2].replace(",", ""))
    if abs(number) >= LARGEST[kind]:
        return None
    if kind == "count":
        return int(number)
    exponent = CENT if kind == "money" else MILLIONTH
    return number.quantize(exponent) if number else Decimal(0).quantize(exponent)


def read_month(text: str) -> Month | None:
    """A month of a stripped text (`2026-07`, `2026/7`, `202607`, `2026年7月`), or that of a date; None if it is neither."""
    found = _pattern(PATTERNS["month"]).fullmatch(text)
    day = make_day(int(found[1]), int(found[2] or found[3] or found[4]), 1) if found else read_day(text)
    return None if day is None else Month(day.year, day.month)


def _outside(field: Field | Fact, number: Decimal) -> str:
    """How the number lies outside the field's range, "" if it lies inside."""
    if field.low is not None and number < field.low:
        return f"less than {field.low:f}, the least that `{field.name}` can be"
    if field.high is not None and number > field.high:
        return f"more than {field.high:f}, the most that `{field.name}` can be"
    return ""


def read_code(field: Field | Fact, text: str, codes: Mapping[str, str] | None = None) -> str | None:
    """The key of the code that a stripped text spells: by `codes`, or by key, label or other spelling, in any case."""
    word = text.lower()
    if codes is not None and word in codes:
        return codes[word]
    return _spellings(field.codes).get(word)


@lru_cache(maxsize=256)
def _spellings(codes: tuple[Code, ...]) -> dict[str, str]:
    words: dict[str, str] = {}
    for code in codes:
        for word in (code.key, code.label.en, code.label.zh, *code.also):
            words.setdefault(word.strip().lower(), code.key)
    return words


@lru_cache(maxsize=4096)
def _no_code(codes: tuple[Code, ...], text: str) -> str:
    from relcare.rulebook.suggest import nearest  # noqa: PLC0415  # only where there is a mistake

    words = _spellings(codes)
    near = nearest(text.lower(), words)
    if near:
        return f"`{text}` is not one of the codes; did you mean `{words[near]}`?"
    listed = ", ".join(code.key for code in codes[:LISTED]) + (", …" if len(codes) > LISTED else "")
    return f"`{text}` is not one of the codes {listed}"


def _read_codes(field: Field | Fact, text: str, codes: Mapping[str, str] | None) -> FactValue:
    for separator in SEPARATORS[1:]:
        text = text.replace(separator, SEPARATORS[0])
    parts = [part for piece in text.split(SEPARATORS[0]) if (part := piece.strip(SPACE))]
    found = []
    for part in parts:
        code = read_code(field, part, codes)
        if code is None:
            return unreadable(_no_code(field.codes, part))
        found.append(code)
    return known(tuple(sorted(set(found))))


def _read_date(text: str, date_format: str) -> date | None:
    """A date as it is written, or with the time of day 00:00, 00:00:00 or 00:00:00.000 behind it."""
    value = read_day(text) if not date_format else _read_as(date_format, text)[0]
    if value is None and ":" in text:
        day = without_midnight(text)
        value = read_day(day) if not date_format else _read_as(date_format, day)[0]
    return value


def _read_moment(text: str, date_format: str, zone: str) -> Moment | None:
    if date_format:
        day, clock = _read_as(date_format, text)
        if day is not None:
            from datetime import datetime, time  # noqa: PLC0415

            hour, minute, second = clock or (0, 0, 0)
            precision = "day" if clock is None else "second" if "%S" in date_format else "minute"
            return Moment(datetime.combine(day, time(hour, minute, second)), precision)
    written = read_moment(text, zone)
    return None if written is None else Moment(written.at, written.precision)


# In this order, so that a token is not found in a directive that stands there already.
TOKENS = (
    ("YYYY", "%Y"),
    ("MM", "%m"),
    ("M", "%m"),
    ("DD", "%d"),
    ("D", "%d"),
    ("hh", "%H"),
    ("h", "%H"),
    ("mm", "%M"),
    ("ss", "%S"),
)
PARTS = {
    "%Y": "(?P<Y>(?:19|2[01])[0-9]{2})",
    "%m": "(?P<m>[0-9]{1,2})",
    "%d": "(?P<d>[0-9]{1,2})",
    "%H": "(?P<H>[0-9]{1,2})",
    "%M": "(?P<M>[0-9]{2})",
    "%S": "(?P<S>[0-9]{2})",
}


def date_format_of(shape: str) -> str:
    """The strptime form of a shape such as `MM/DD/YYYY` or `DD.MM.YYYY hh:mm`; "" if it is no such shape.

    A shape has year, month and day once each, with `.`, `/`, `-` or 年月日 between them, and perhaps a space and `hh:mm` or
    `hh:mm:ss`. `M` is the same as `MM`: a month, day or hour may be written with one digit or two.
    """
    form = shape.strip()
    for token, directive in TOKENS:
        if directive not in form:
            form = form.replace(token, directive, 1)
    day, _, clock = form.partition(" ")
    for directive in ("%Y", "%m", "%d"):
        if directive not in day:
            return ""
        day = day.replace(directive, "", 1)
    return form if "%" not in shape and clock in ("", "%H:%M", "%H:%M:%S") and not day.strip("./-年月日") else ""


def show_format(date_format: str) -> str:
    """The shape of a strptime form, as `date_format_of` reads it."""
    for token, directive in TOKENS:
        date_format = date_format.replace(directive, token)
    return date_format


def form_pattern(date_format: str) -> str:
    """The regular expression of the texts that are written in a strptime form, of the years 1900 to 2199.

    Where two parts stand side by side, as in `YYYYMMDD`, each has all its digits.
    """
    import re  # noqa: PLC0415

    text = re.escape(date_format)
    for directive, part in PARTS.items():
        text = text.replace(re.escape(directive), part)
    glued = re.search("%[a-zA-Z]%", date_format) is not None
    return text.replace("{1,2}", "{2}") if glued else text


def _read_as(date_format: str, text: str) -> tuple[date | None, tuple[int, int, int] | None]:
    """The day and the time of day (None where the form has none) of a text in this form; no day if it is not."""
    found: Match[str] | None = _pattern(form_pattern(date_format)).fullmatch(text)
    if found is None:
        return None, None
    parts = {name: int(digits) for name, digits in found.groupdict().items()}
    day = make_day(parts["Y"], parts["m"], parts["d"])
    if "H" not in parts:
        return day, None
    hour, minute, second = parts["H"], parts["M"], parts.get("S", 0)
    return (day, (hour, minute, second)) if hour < 24 and minute < 60 and second < 60 else (None, None)


def write_value(value: Value, kind: str) -> str:
    """The text of a value of a type, the same for equal values; `read_cell` reads it back.

    Money has 2 decimals, a number or percentage those that it needs, an average (a fraction, shown only) is rounded half
    up to 2 decimals. Several codes are joined by `;`.
    """
    match value:
        case bool():
            return "yes" if value else "no"
        case Fraction():
            return _rounded(value)
        case Decimal():
            return _decimal(value, kind)
        case date():
            return value.isoformat()
        case tuple() if not isinstance(value, (Month, Moment)):
            return ";".join(value)
        case _:
            return str(value)


def _decimal(value: Decimal, kind: str) -> str:
    if kind == "money":
        return f"{value:.2f}" if value else "0.00"
    digits = f"{value:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    digits = "0" if digits == "-0" else digits
    return digits + "%" if kind == "percent" else digits


def _rounded(value: Fraction) -> str:
    """Half up by size: 0.125 is 0.13, -0.125 is -0.13."""
    cents = (abs(value.numerator) * 200 + value.denominator) // (2 * value.denominator)
    return f"{'-' if value < 0 and cents else ''}{cents // 100}.{cents % 100:02d}"
