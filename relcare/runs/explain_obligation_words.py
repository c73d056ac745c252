"""The words in which `explain` tells what is owed, in both languages."""

from __future__ import annotations

from datetime import datetime, time

from relcare.rulebook.decode_rules import ROLE
from relcare.rulebook.obligations import Level, Obligation, Point
from relcare.rulebook.occurrences import Occurrence
from relcare.rulebook.owed_wording import span_text, status_words
from relcare.rulebook.vocabulary import Vocabulary
from relcare.rulebook.wording import word
from relcare.rulebook.words import WEEKDAYS, ZH_WEEKDAYS

WORDS = {
    "en": {
        "headline": "{} ({}): {}, {}.", "not owed": "not owed", "joint": ", ", "also": "; ", "id": "{}, {}",
        "due": "due {}", "between": "due between {} and {}: its start is known to the day only", "in the course of": "due in the course of {}: its start is known to the day only",
        "left": "{} days left", "left 1": "1 day left", "today": "today", "ago": "{} days ago", "ago 1": "1 day ago", "act by": "act by {}",
        "done": "done {}", "given up": "given up {}", "waived": "on {}{}{}", "by": " by {}", "why": ": {}", "cause": "{}", "cause since": "{} since {}", "held": "{}", "gone": "its condition has not held since {}",
        "starts": "starts {}", "opens": "opens {}", "missing": "the book can't show it: {}", "wants": "for want of {}", "doubt": "what was done can't be read: {}",
        "on day": "done {}, the time of day is not known", "may start": "its start is not known: {}",
        "assumed": "its start is assumed", "provisional": "provisional: beyond what the calendar knows", "before go_live": "before the book's first day {}: counted, not listed",
        "condition": "{}", "absent": "{} has not come", "not supplied": "{} is not supplied{}", "no version": "no version of the rule is in force on {}", "not begun": "{} lies after {}, the first day of the period", "rule": "nothing is owed under {}, whose end starts it", "no period": "no period has opened yet", "no hours": "calendar {} has no hours, so that no working time can be counted",
        "part start": "starts", "part assumed": "assumed", "part festival": "festival", "part ahead": "date", "part due": "due", "part act by": "act by", "part lapses": "given up", "part done": "done", "part missing": "missing", "part unknown": "unknown", "part no record": "no record",
        "part counted": "counted", "part skipped": "skipped", "part paused": "paused", "part rolled": "rolled on", "part waived": "waived", "part ceased": "ceased", "part suspended": "suspended", "part opens": "opens",
        "end of": "end of {}", "deadline of": "deadline of {}, which is not done", "first day": "first day of the period", "anniversary": "anniversary of {}", "day": "day {}", "days": "days {} – {}",
        "span from": "{} after the start", "span before": "{} before {}", "span after": "{} after {}", "on": "on {}", "period end": "last day of the period", "last open": "last working day of the period", "last weekday": "last {} of the period", "weekday 1": "first {} of the period", "weekday 2": "second {} of the period", "weekday 3": "third {} of the period", "weekday 4": "fourth {} of the period", "festival": "the festival",
        "part judged": "judged", "at start": "as the book stood at the start of the period", "at end": "as the book stood at the end of the period",
        "rolls": ", on the next open day if closed", "closed": "closed: {}", "evidence from": "evidence counts from here on", "lapse after": "{} after it was due", "lapse next": "when the next one opens", "pause": "clock stopped", "not counted": "not counted", "going on": "still going on", "most": "stopped for at most {}", "part warns": "at risk",
        "warns": "{} ahead", "part restart": "restarted", "part extension": "extended", "part no extension": "not extended", "granted": "to {} in all", "lacks": "what was recorded lacks {}", "part level": "tell", "level": "level {}: {}", "overdue": "when overdue", "level after": "{} late", "share": "{}% of the time", "reached": "reached",
        "and": " and ",
        "part version": "version", "part near": "nearest", "too early": "too early: evidence counts from {}", "fails": "does not count: {} is {}", "nothing there": "empty", "part binds": "binds", "part round": "round", "of rounds": "of {}; what is done within it counts for it alone", "next round": "the next round opened {}, before it was due", "no end": "…", "in force": "in force on {}", "edition": "{}, {}", "step": "{}, the earliest of {}",
    },
    "zh": {
        "headline": "{}（{}）：{}，{}。", "not owed": "无需办理", "joint": "，", "also": "；", "id": "{}，{}",
        "due": "期限 {}", "between": "期限在 {} 与 {} 之间（起点仅有日期）", "in the course of": "期限在 {} 当日之内（起点仅有日期）", "left": "剩 {} 天", "left 1": "剩 1 天", "today": "今天到期", "ago": "已过 {} 天", "ago 1": "已过 1 天", "act by": "最晚 {} 办理",
        "done": "{} 完成", "given up": "{} 失效", "waived": "{1}于 {0}{2}", "by": "{} ", "why": "：{}", "cause": "{}", "cause since": "{}（自 {} 起）", "held": "{}", "gone": "自 {} 起不再满足条件",
        "starts": "{} 起算", "opens": "{} 开始", "missing": "数据无法显示：{}", "wants": "缺少{}", "doubt": "完成情况无法读取：{}", "on day": "{} 完成，时刻不明", "may start": "起点未知：{}",
        "assumed": "起点为推定", "provisional": "推定：超出日历已知范围", "before go_live": "早于启用日 {}：计数但不列出",
        "condition": "{}", "absent": "{}尚未发生", "not supplied": "数据未提供{}{}", "no version": "{} 没有生效的规则版本", "not begun": "{}晚于周期首日 {}", "rule": "以 {} 的结束为起点，而该规则无需办理", "no period": "尚无已开始的周期", "no hours": "日历 {} 没有营业时间，无法计算工作时间",
        "part start": "起点", "part assumed": "推定起点", "part festival": "节日", "part ahead": "日期", "part due": "期限", "part act by": "最晚办理", "part lapses": "失效", "part done": "已完成", "part missing": "尚缺", "part unknown": "无法判定", "part no record": "无记录",
        "part counted": "计入", "part skipped": "跳过", "part paused": "暂停", "part rolled": "顺延", "part waived": "豁免", "part ceased": "终止", "part suspended": "暂缓", "part opens": "开始",
        "end of": "{} 结束", "deadline of": "{} 的期限（尚未完成）", "first day": "周期首日", "anniversary": "{}周年", "day": "第 {} 天", "days": "第 {}–{} 天",
        "span from": "起点后 {}", "span before": "{1}前 {0}", "span after": "{1}后 {0}", "on": "{}当日", "period end": "周期最后一天", "last open": "周期最后一个工作日", "last weekday": "周期最后一个{}", "weekday 1": "周期第一个{}", "weekday 2": "周期第二个{}", "weekday 3": "周期第三个{}", "weekday 4": "周期第四个{}", "festival": "节日",
        "part judged": "判定时点", "at start": "以周期开始时的数据为准", "at end": "以周期结束时的数据为准",
        "rolls": "，逢休息日顺延", "closed": "休息：{}", "evidence from": "自此起的办理记录有效", "lapse after": "期限后 {}", "lapse next": "下一次开始时", "pause": "停止计时", "not counted": "不计入", "going on": "仍在继续", "most": "暂停最多 {}", "part warns": "临近",
        "warns": "提前 {}", "part restart": "重新起算", "part extension": "延期", "part no extension": "未延期", "granted": "共 {}", "lacks": "记录缺少{}", "part level": "告知", "level": "第 {} 级：{}", "overdue": "逾期时", "level after": "逾期 {}", "share": "时限过 {}%", "reached": "已到",
        "and": "与",
        "part version": "版本", "part near": "最接近", "too early": "过早：自 {} 起的记录有效", "fails": "不计入：{}为{}", "nothing there": "空", "part binds": "为准", "part round": "轮次", "of rounds": "共 {} 轮；仅计本轮内的办理", "next round": "到期前，下一轮已于 {} 开始", "no end": "至今", "in force": "{} 时有效", "edition": "{}，{}", "step": "{}：取 {} 中最早者",
    },
}  # fmt: skip


def said(key: str, language: str, *parts: object) -> str:
    """A template of the reader's language, filled in."""
    return WORDS[language][key].format(*parts)


def level_words(level: Level, language: str) -> str:
    """When a level is reached: `1 working day ahead`, `2 working days late`."""
    match level.kind:
        case "before":
            return said("warns", language, span_text(level.span, language))
        case "after":
            return said("level after", language, span_text(level.span, language))
        case "share":
            return said("share", language, level.share)
    return said("overdue", language)


def role_words(vocabulary: Vocabulary, language: str) -> dict[str, str]:
    """The roles that are told, by their keys: codes of the field `role` of staff, and fields that name one of them."""
    fields = [each for table in vocabulary.tables.values() for each in table.fields.values() if each.refers == ROLE[0]]
    table = vocabulary.table_of(ROLE[0])
    codes = table.fields[ROLE[1]].codes if table is not None and ROLE[1] in table.fields else ()
    named = {each.name: each.label.in_(language) for each in reversed(fields)}
    return named | {code.key: code.label.in_(language) for code in codes}


def moment_words(at: datetime) -> str:
    """`2026-10-13 10:00`, with seconds where they are not 0; the end of a day or minute is that day or minute."""
    if at.time() == time.max:
        return at.date().isoformat()
    whole_minute = at.second == 0 or (at.second, at.microsecond) == (59, 999999)
    return at.strftime("%Y-%m-%d %H:%M" if whole_minute else "%Y-%m-%d %H:%M:%S")


def day_words(at: datetime) -> str:
    """A moment; the beginning of a day is that day."""
    return at.date().isoformat() if at.time() == time.min else moment_words(at)


def due_words(one: Occurrence) -> str:
    """The deadline: its date, or its moment where time is elapsed; "" where it is not known."""
    if one.due is None:
        return ""
    return one.due.first.date().isoformat() if one.in_days else moment_words(one.due.first)


def act_by_words(one: Occurrence) -> str:
    """The last open moment: a date where it is the end of a day."""
    if one.act_by is None:
        return ""
    return one.act_by.date().isoformat() if one.in_days else moment_words(one.act_by)


def days_words(one: Occurrence, as_of: datetime, language: str) -> str:
    """How many calendar days are left to the date of the deadline, or have passed since."""
    if one.due is None:
        return ""
    days = (one.due.first.date() - as_of.date()).days
    if days == 0:
        return said("today", language)
    key = "left" if days > 0 else "ago"
    return said(f"{key} 1" if abs(days) == 1 else key, language, abs(days))


def point_words(point: Point, base: str, language: str) -> str:
    """How a point in time is counted: `5 working days after the start`; `base` is the label of the date it counts from."""
    named = {"festival": "festival", "period end": "last open" if point.open_day else "period end"}.get(point.base, "")
    label = said(named, language) if named else base
    if point.nth:
        day = (WEEKDAYS[point.weekday].capitalize(), list(ZH_WEEKDAYS)[point.weekday])[language == "zh"]
        label = said("last weekday" if point.nth < 0 else f"weekday {point.nth}", language, day)
    span = span_text(point.span, language)
    if point.span is None:
        return label if named else said("on", language, label)
    if point.base == "start":
        counted = said("span from", language, span)
    else:
        counted = said("span before" if point.before else "span after", language, span, label)
    return counted + (said("rolls", language) if point.rolls else "")


def name_words(rule: Obligation, language: str) -> str:
    """The id of a rule, with its clauses."""
    return said("id", language, rule.id, ", ".join(rule.cites)) if rule.cites else rule.id


def standing_words(status: str, language: str) -> str:
    """A status as a headline says it; `undetermined` in the words that decisions use."""
    return word("undetermined", language) if status == "undetermined" else status_words(status, language)
