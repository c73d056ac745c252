"""How a test and a value are put in words, in either language: the templates of `because` and of `explain`."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import assert_never

from relcare.rulebook.conditions import Compare, Includes, Known, OneOf, Operand, Other, Span, Test, Within
from relcare.rulebook.values import State, Value
from relcare.rulebook.vocabulary import Fact

OPERATORS = {
    "en": {"at least": "at least {}", "at most": "at most {}", "more than": "more than {}", "less than": "less than {}",
           "equal to": "exactly {}", "other than": "other than {}", "date at least": "on or after {}", "date at most": "on or before {}",
           "date more than": "after {}", "date less than": "before {}"},
    "zh": {"at least": "不低于{}", "at most": "不高于{}", "more than": "超过{}", "less than": "不满{}", "equal to": "等于{}", "other than": "不同于{}",
           "date at least": "不早于{}", "date at most": "不晚于{}", "date more than": "晚于{}", "date less than": "早于{}"},
}  # fmt: skip
UNITS = {
    "seconds": "秒",
    "minutes": "分钟",
    "hours": "小时",
    "days": "天",
    "weeks": "周",
    "months": "个月",
    "quarters": "个季度",
    "years": "年",
    "working days": "个工作日",
    "working hours": "个工作小时",
    "working minutes": "个工作分钟",
    "working seconds": "个工作秒",
}
WORDS = {
    "en": {"none": "none", "yes": "yes", "no": "no", "last": "within the last {}", "next": "within the next {}",
           "known": "is known", "undetermined": "undetermined", "wants": "undetermined:",
           "share": "{}% of {}", "times": "{} times {}", "includes": "includes {}", "which": " ({})", "nothing matches": "no rule matches",
           "conflict": "more than one rule matches", "supplied": "as supplied", "supplied wanting": "as supplied: the cell is empty or can't be read",
           "unsound": "its rules have mistakes: relcare check", "not in force": "no rule of it is in force on this date",
           "empty": "empty", "unreadable": "unreadable", "not supplied": "not supplied"},
    "zh": {"none": "无", "yes": "是", "no": "否", "last": "最近{}内", "next": "未来{}内",
           "known": "已知", "undetermined": "无法判定", "wants": "无法判定：",
           "share": "{}%的{}", "times": "{}倍的{}", "includes": "包含{}", "which": "（{}）", "nothing matches": "无规则适用",
           "conflict": "多条规则同时适用", "supplied": "由数据提供", "supplied wanting": "由数据提供：该单元格为空或无法读取",
           "unsound": "规则文件有误：relcare check", "not in force": "该日期没有生效的规则",
           "empty": "为空", "unreadable": "无法读取", "not supplied": "未提供"},
}  # fmt: skip


def word(key: str, language: str) -> str:
    """A word of the program's own in the reader's language."""
    return WORDS[language][key]


def state_word(state: State, language: str) -> str:
    """What is said of a fact without a value."""
    return word("none" if state is State.ABSENT else state.value, language)


def span_words(span: Span, language: str) -> str:
    """`90 days`, `90天`."""
    return f"{span.amount}{UNITS[span.unit]}" if language == "zh" else str(span)


def value_words(value: Value, fact: Fact, language: str, *, grouped: bool = True) -> str:
    """A value as people write it: `6,000,000.00` (`6000000.00` where not `grouped`), `24 months`, `Private banking`."""
    comma = "," if grouped else ""
    match value:
        case bool():
            return word("yes" if value else "no", language)
        case Fraction():
            cents = (abs(value) * 100 + Fraction(1, 2)).__floor__()
            return f"{Decimal(cents if value >= 0 else -cents).scaleb(-2):{comma}.2f}"
        case Decimal() if fact.type == "money":
            return f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):{comma}}"
        case Decimal():
            return f"{value.normalize():f}" + ("%" if fact.type == "percent" else "")
        case int():
            return f"{value}{unit_words(fact, language)}"
        case tuple() if fact.type == "codes":
            return ", ".join(code_words(str(code), fact, language) for code in value)
        case str():
            return code_words(value, fact, language)
        case _:
            return str(value)


def unit_words(fact: Fact, language: str) -> str:
    """The unit behind a count, with its space."""
    if fact.type != "count" or fact.unit not in UNITS:
        return ""
    return UNITS[fact.unit] if language == "zh" else f" {fact.unit}"


def code_words(key: str, fact: Fact, language: str) -> str:
    """The label of a code; the code itself where it has none."""
    if fact.type == "yes_no":
        return word(key, language) if key in ("yes", "no") else key
    return next((code.label.in_(language) for code in fact.codes if code.key == key), key)


def operator_words(op: str, fact: Fact, language: str) -> str:
    """The template of a comparison: `at least {}`, for dates `on or after {}`."""
    dated = f"date {op}"
    table = OPERATORS[language]
    return table[dated] if fact.type in ("date", "moment", "month") and dated in table else table[op]


def operand_words(
    operand: Operand, limit: Value | None, fact: Fact, other: Fact | None, language: str, *, grouped: bool = True
) -> str:
    """What a fact is compared with; `limit` is the value of a limit in force, `other` the other fact."""
    match operand:
        case Other(name, share):
            label = other.label.in_(language) if other is not None else name
            if share == 1:
                return label
            if share < 1:
                return word("share", language).format(f"{(share * 100).normalize():f}", label)
            return word("times", language).format(f"{share.normalize():f}", label)
        case _:
            value = operand.value if hasattr(operand, "value") else limit
            return "?" if value is None else value_words(value, fact, language, grouped=grouped)


def words_of_test(
    test: Test, limit: Value | None, fact: Fact, other: Fact | None, language: str, *, grouped: bool = True
) -> str:
    """A test without its fact, in the reader's language; "" where the value says it all (a code, `is known`)."""
    match test:
        case Compare(op=op, operand=operand):
            return operator_words(op, fact, language).format(
                operand_words(operand, limit, fact, other, language, grouped=grouped)
            )
        case Within(direction=direction, span=span):
            return word(direction, language).format(span_words(span, language))
        case Includes(codes=codes):
            return word("includes", language).format("/".join(code_words(c, fact, language) for c in codes))
        case OneOf() | Known():
            return ""
        case _:
            assert_never(test)
