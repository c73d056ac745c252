"""The words of the rule language: one table of spellings in both languages, each with what it stands for.

A spelling is a pattern in which `…` stands for a value; where the order differs in Chinese, `①`, `②` and `③` stand for the
first, the second and the third value of the English pattern. Several Chinese spellings stand between `|`, the first is
the one that `rules show` writes. Keys of mappings and words that stand alone are in keys.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple


class Spelling(NamedTuple):
    """One way to write a test or another part of a rule, and the same in Chinese.

    `fits` is the kind of fact that a test is for: `numbers`, `times`, `ordered`, `lists`, `single` or `all`.
    """

    pattern: str
    primitive: str  # compare, between, within, includes, fact, known, missing
    detail: str = ""  # the op of Compare, the direction of Within
    fits: str = "all"
    zh: str = ""


# `at least`, `at most`, `between`, `on or …` and `within` include their bounds; the others exclude them.
# 以上, 以下 and 以内 include the number, 超过, 不满 and 以外 exclude it: Civil Code of China, article 1259.
TESTS = (
    Spelling(
        "at least …", "compare", "at least", "numbers", "…以上|至少…|不低于…|不少于…|不小于…|大于等于…|大于或等于…"
    ),
    Spelling(
        "at most …",
        "compare",
        "at most",
        "numbers",
        "…以下|…以内|至多…|最多…|不超过…|不高于…|不多于…|不大于…|小于等于…|小于或等于…",
    ),
    Spelling("more than …", "compare", "more than", "numbers", "超过…|…以外|高于…|多于…|大于…"),
    Spelling("less than …", "compare", "less than", "numbers", "不满…|不足…|低于…|少于…|小于…|未满…"),
    Spelling("on or before …", "compare", "at most", "times", "不晚于…|不迟于…|截至…"),
    Spelling("on or after …", "compare", "at least", "times", "不早于…|自…起"),
    Spelling("before …", "compare", "less than", "times", "早于…"),
    Spelling("after …", "compare", "more than", "times", "晚于…"),
    Spelling("between … and …", "between", "", "ordered", "介于①和②之间|介于①与②之间|①至②之间|①至②|①到②"),
    Spelling("within the last …", "within", "last", "times", "最近…内|最近…以内|过去…内|近…内"),
    Spelling("within the next …", "within", "next", "times", "未来…内|未来…以内|今后…内"),
    Spelling("within last …", "within", "last", "times", "最近…|过去…|近…"),
    Spelling("within next …", "within", "next", "times", "未来…|今后…"),
    Spelling("includes …", "includes", "", "lists", "包含…|包括…|含…"),
    Spelling("same as …", "fact", "equal to", "single", "与…相同|同于…"),
    Spelling("other than …", "fact", "other than", "single", "不同于…|与…不同"),
    Spelling("is known", "known", zh="已知|有值|不为空|非空"),
    Spelling("is missing", "missing", zh="缺失|为空|无值"),
)

# A part of another fact: `detail` is what its number is divided by.
SHARES = (
    Spelling("…% of …", "share", "100", zh="②的①%|①%的②"),
    Spelling("… times …", "share", "1", zh="②的①倍|①倍的②"),
)

# What measures are made of. Longer patterns stand before those that they begin with.
MEASURES = (
    Spelling("average of … of … over the last …", "series", "average", zh="②最近③的月均①|②近③的月均①"),
    Spelling("change of … of … over …", "series", "change", zh="②在③内的①变动"),
    Spelling("falling streak of … of … by month, at most …", "series", "falling streak", zh="②的①按月连续下降，最多③"),
    Spelling("rising streak of … of … by month, at most …", "series", "rising streak", zh="②的①按月连续上升，最多③"),
    Spelling("falling streak of … of … by month", "series", "falling streak", zh="②的①按月连续下降"),
    Spelling("rising streak of … of … by month", "series", "rising streak", zh="②的①按月连续上升"),
    Spelling("first month … of … reached …", "series", "first reached", zh="②的①首次达到③的月份"),
    Spelling("first … of … repeating …", "rows", "repeated", zh="首次②的①，同一③"),
    Spelling("first … of …", "rows", "reached", zh="首次②的①"),
    Spelling("repeats of … of …", "rows", "repeats", zh="②的①最多重复次数"),
    Spelling("latest of …", "of", "latest", zh="…中最晚者|…中最晚的"),
    Spelling("earliest of …", "of", "earliest", zh="…中最早者|…中最早的"),
    Spelling("seconds from … to …", "between", "seconds", zh="从①到②的秒数"),
    Spelling("minutes from … to …", "between", "minutes", zh="从①到②的分钟数"),
    Spelling("hours from … to …", "between", "hours", zh="从①到②的小时数"),
    Spelling("years since …", "age", "years", zh="…至今的年数|…至今年数"),
    Spelling("months since …", "age", "months", zh="…至今的月数|…至今月数"),
    Spelling("weeks since …", "age", "weeks", zh="…至今的周数|…至今周数"),
    Spelling("days since …", "age", "days", zh="…至今的天数|…至今天数"),
    Spelling("years until …", "age until", "years", zh="今至…的年数"),
    Spelling("months until …", "age until", "months", zh="今至…的月数"),
    Spelling("weeks until …", "age until", "weeks", zh="今至…的周数"),
    Spelling("days until …", "age until", "days", zh="今至…的天数"),
    Spelling("count of …", "rows", "count", zh="…的次数|…的笔数|…的条数"),
    Spelling("sum of … of …", "rows", "sum", zh="②的①合计|②的①之和"),
    Spelling("average of … of …", "rows", "average", zh="②的①平均值|②的①均值"),
    Spelling("highest … of …", "rows", "highest", zh="②的①最高值|②的①最大值"),
    Spelling("lowest … of …", "rows", "lowest", zh="②的①最低值|②的①最小值"),
    Spelling("latest … of …", "rows", "latest", zh="最近一次②的①|最近一笔②的①|最近一条②的①"),
    Spelling("earliest … of …", "rows", "earliest", zh="最早一次②的①|最早一笔②的①|最早一条②的①"),
)

# What may follow a measure over rows, and evidence; what a condition on rows is made of; and windows in time.
WHERE = Spelling("… where …", "where", zh="①，其中②")
REACHED = Spelling("… reached …", "reached", zh="①，达到②")
IN = Spelling("… in the …", "in", zh="①，②")
BOTH = Spelling("… and …", "and", zh="①且②")
TESTED = Spelling("… …", "tested", zh="① ②")
IS = Spelling("… …", "is", zh="①为②")
EVIDENCE = Spelling("… …", "evidence", zh="① ②")
WINDOWS = (
    Spelling("… before the last …", "before", zh="最近②之前的①内|近②之前的①内"),
    Spelling("last …", "last", zh="最近…内|近…内"),
)
NAMES = (Spelling("… and …", "names", zh="①、②"), Spelling("…, …", "names", zh="①、②"))
PIECES = (WHERE, REACHED, IN, BOTH, TESTED, IS, EVIDENCE)

# Points in time of obligations. `detail` is the direction of a span, `open day` of a period's last one, or a day of the week in it.
POINTS = (
    Spelling("last working day of the …", "period end", "open day", zh="本…最后一个工作日|…最后一个工作日"),
    Spelling("last day of the …", "period end", zh="本…最后一天|…最后一天"),
    Spelling("last … of the …", "period end", "last weekday", zh="本②最后一个①|②最后一个①"),
    Spelling("… before the end of the …", "period end", "before", zh="本②结束前①|②结束前①"),
    Spelling("… after the end of the …", "period end", "after", zh="本②结束后①|②结束后①"),
    Spelling("… before the festival", "festival", "before", zh="节日前…"),
    Spelling("… after the festival", "festival", "after", zh="节日后…"),
    Spelling("on the festival", "festival", zh="节日当天|节日当日"),
    Spelling("… before due", "due", "before", zh="到期前…"),
    Spelling("… after due", "due", "after", zh="到期后…"),
    Spelling("… before …", "fact", "before", zh="②前①|②之前①"),
    Spelling("… after …", "fact", "after", zh="②后①|②之后①"),
    Spelling("on …", "fact", zh="…当天|…当日"),
    Spelling("… of the …", "period end", "weekday", zh="本②第①|②第①"),
)

# What a clock counts from, how long it runs, and how an obligation comes again.
STARTS = (
    Spelling("…, else end of …", "fact", zh="①，否则②结束时|①，否则②结束"),
    Spelling("end of …", "end of", zh="…结束时|…结束"),
    Spelling("each …", "each", zh="每次…"),
    Spelling("…", "fact", zh="…"),
)
WITHIN = (Spelling("…", "span", zh="…内|…之内|…以内"),)
EVERY = (
    Spelling("festival", "festival", zh="节日|每个节日|每逢节日"),
    Spelling("… on …", "anniversary", zh="②起每①|自②起每①"),
    Spelling("…", "period", zh="每…"),
)

LAPSES = (
    Spelling("… after due", "after", zh="到期后…"),
    Spelling("when the next opens", "next", zh="下一次开始时|下次开始时"),
    Spelling("never", "never", zh="永不|不失效"),
)
WARNS = (Spelling("… before", "before", zh="提前…"),)
# When a level of escalation is reached; a bare text is a share of the time, as `50%`.
LEVELS = (
    Spelling("overdue", "overdue", zh="逾期时|逾期即"),
    Spelling("… before", "before", zh="提前…"),
    Spelling("… after", "after", zh="逾期…"),
    Spelling("…", "share", zh="…"),
)
PAUSES = (Spelling("at most …", "most", zh="最多…|至多…"), Spelling("…", "kind", zh="…"))
DONE = (Spelling("… is known", "known", zh="…已知|…有值"),)
ORDERED = (
    Spelling("… descending", "descending", zh="…降序"),
    Spelling("… ascending", "ascending", zh="…升序"),
    Spelling("…", "ascending", zh="…"),
)
GIVES = (Spelling("due …", "due", zh="到期 …|到期…"), Spelling("…", "status", zh="…"))
KNOWN_WITH = (Spelling("known with …", "known with", zh="随…可知"),)

TABLES = (
    TESTS, SHARES, MEASURES, PIECES, NAMES, WINDOWS, POINTS, STARTS, WITHIN, EVERY, LAPSES, WARNS, LEVELS, PAUSES, DONE,
    ORDERED, GIVES, KNOWN_WITH,
)  # fmt: skip

UNITS = {
    word: unit
    for unit in ("seconds", "minutes", "hours", "days", "weeks", "months", "quarters", "years")
    for word in (unit, unit[:-1])
}
# The first of each unit is the one that is written.
ZH_UNITS = {
    "秒": "seconds", "秒钟": "seconds", "分钟": "minutes", "小时": "hours", "个小时": "hours", "天": "days", "日": "days",
    "个自然日": "days", "自然日": "days", "周": "weeks", "个星期": "weeks", "星期": "weeks", "个月": "months", "个季度": "quarters",
    "季度": "quarters", "年": "years", "个工作日": "working days", "工作日": "working days",
    "个工作小时": "working hours", "工作小时": "working hours", "个工作分钟": "working minutes", "工作分钟": "working minutes",
    "个工作秒": "working seconds", "工作秒": "working seconds",
}  # fmt: skip
# Of how an obligation comes again: `每月`, `每季度`, `本季度最后一天`.
ZH_PERIODS = {
    "月": "month", "季度": "quarter", "年": "year", "周期": "period", "季": "quarter", "年度": "year", "个月": "month",
    "个季度": "quarter",
}  # fmt: skip
# Of a day of the week in a period: `first monday of the month`, `本月第三个星期五`.
ORDINALS = ("first", "second", "third", "fourth")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ZH_WEEKDAYS = {
    f"{week}{day}": number for week in ("星期", "周", "礼拜") for number, day in enumerate("一二三四五六日")
} | {"星期天": 6, "礼拜天": 6}
COUNTERS = ("次", "笔", "条", "个", "户", "件", "名", "人")  # behind a count without a unit
AGES = {"岁": "years", "周岁": "years"}

MULTIPLES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
ZH_MULTIPLES = {
    "千万": 10**7, "百万": 10**6, "十万": 10**5, "千亿": 10**11, "百亿": 10**10, "十亿": 10**9, "万亿": 10**12, "万": 10**4,
    "亿": 10**8, "千": 10**3, "百": 10**2,
}  # fmt: skip
ZH_DIGITS = "一二三四五六七八九"
CIRCLED = "①②③"
NAMED = str.maketrans(dict(zip(CIRCLED, "ABC", strict=True)))

Slots = list[tuple[int, int]]


def match(text: str, pattern: str) -> Slots | None:
    """Where the values of `pattern` stand in `text` (start, end); None if the text is not of this pattern.

    Letter case is not looked at. A value is never empty; the last value takes all that is left.
    """
    lower = text.lower()
    if len(lower) != len(text):
        lower = text
    pieces = pattern.split("…")
    if not lower.startswith(pieces[0]):
        return None
    position = len(pieces[0])
    if len(pieces) == 1:
        return [] if position == len(text) else None
    slots: Slots = []
    for piece in pieces[1:-1]:
        end = lower.find(piece, position + 1)
        if end < 0:
            return None
        slots.append((position, end))
        position = end + len(piece)
    end = len(text) - len(pieces[-1])
    if end <= position or not lower.endswith(pieces[-1]):
        return None
    slots.append((position, end))
    return slots


def match_zh(text: str, spelling: Spelling) -> Slots | None:
    """Where the values of the spelling's Chinese patterns stand, in the order of the English one."""
    for pattern, order in zh_patterns(spelling):
        slots = match(text, pattern)
        if slots is not None:
            return [slots[i] for i in order] if order else slots
    return None


@cache
def zh_patterns(spelling: Spelling) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Each Chinese pattern with `…` for its values, the longest first, and where each value of the English one stands."""
    patterns = []
    for written in spelling.zh.split("|") if spelling.zh else ():
        marks = [character for character in written if character in CIRCLED]
        order = tuple(marks.index(mark) for mark in CIRCLED[: len(marks)])
        pattern = written
        for mark in marks:
            pattern = pattern.replace(mark, "…")
        patterns.append((pattern, order))
    return tuple(sorted(patterns, key=lambda pair: -len(pair[0])))


Found = tuple[Spelling, Slots]


def _by_first_word(table: tuple[Spelling, ...]) -> dict[str, tuple[Spelling, ...]]:
    index: dict[str, tuple[Spelling, ...]] = {}
    for spelling in table:
        first = spelling.pattern.split(" ", 1)[0]
        word = "" if "…" in first else first
        index[word] = (*index.get(word, ()), spelling)
    return index


_TESTS = _by_first_word(TESTS)
_MEASURES = _by_first_word(MEASURES)


def find_test(text: str) -> Found | None:
    """The spelling of a test in which `text` is written; None for a bare value."""
    return next(find_tests(text), None)


def find_tests(text: str) -> Iterator[Found]:
    """All spellings of tests in which `text` is written, the English ones first."""
    found = _find(text, _TESTS)
    if found is not None:
        yield found
    if not text.isascii():
        for spelling in TESTS:
            slots = match_zh(text, spelling)
            if slots is not None:
                yield spelling, slots


def find_measure(text: str) -> Found | None:
    """The spelling of a measure in which `text` is written."""
    return _find(text, _MEASURES) or _find_zh(MEASURES, text)


def _find(text: str, index: dict[str, tuple[Spelling, ...]]) -> Found | None:
    first = text.split(" ", 1)[0].lower()
    for spelling in (*index.get(first, ()), *index.get("", ())):
        slots = match(text, spelling.pattern)
        if slots is not None:
            return spelling, slots
    return None


def _find_zh(table: tuple[Spelling, ...], text: str) -> Found | None:
    if text.isascii():
        return None
    for spelling in table:
        slots = match_zh(text, spelling)
        if slots is not None and spelling.zh != "…":
            return spelling, slots
    return None


def find_in(table: tuple[Spelling, ...], text: str) -> Found | None:
    """The first spelling of a table in which `text` is written; one that takes any text comes last."""
    whole = None
    for spelling in table:
        if spelling.pattern == "…":
            whole = whole or spelling
            continue
        slots = match(text, spelling.pattern)
        if slots is not None:
            return spelling, slots
    found = _find_zh(table, text)
    return found if found is not None or whole is None or not text else (whole, [(0, len(text))])


def beginnings(table: tuple[Spelling, ...]) -> list[str]:
    """The words with which the English spellings of a table begin, for suggestions."""
    return [spelling.pattern.split("…", 1)[0].strip() for spelling in table if not spelling.pattern.startswith("…")]


def zh_words(table: tuple[Spelling, ...]) -> list[str]:
    """The Chinese spellings of a table as they are told to people, for suggestions."""
    return [written.translate(NAMED) for spelling in table for written in spelling.zh.split("|")]
