"""What a list says of an occurrence, in either language: why it is owed, what is missing, why it stands as it does."""

from __future__ import annotations

from relcare.rulebook.conditions import Includes, OneOf, Span, tests_of
from relcare.rulebook.obligations import AnyDone, Evidence, FactDone, Obligation, RowsDone, parts_of
from relcare.rulebook.vocabulary import Table, Vocabulary
from relcare.rulebook.wording import span_words, word

STATUSES = {
    "overdue": "已逾期",
    "at risk": "临近到期",
    "running": "进行中",
    "paused": "已暂停",
    "no record": "无记录",
    "undetermined": "无法判定",
    "not started": "未开始",
    "suspended": "已暂缓",
    "met": "已完成",
    "met late": "逾期完成",
    "lapsed": "已失效",
    "waived": "已豁免",
    "ceased": "已终止",
}
SENTENCES = {
    "en": {
        "after": "{} {} + {}", "from": "{} {}", "end of": "end of {} {} + {}", "assumed": " (assumed: its deadline)",
        "before": "{} before {} {}", "on": "{} {}", "after date": "{} after {} {}", "period": "period from {}", "festival": "festival on {}", "anniversary": "anniversary {0} of {1} + {2}",
        "restarted": "restarted {} + {}", "extended": "extended on {} to {}", "extension lacks": "not extended: what was recorded on {} lacks {}", "extension late": "its time, being after the deadline",
        "missing": "missing: {}", "joint": "; ", "counts": "{}.", "count": "{} {}", "and": ", ", "or": " or ", "ceased": "ceased: {}", "next round": "ceased: the next round opened before it was due", "suspended": "suspended: {}", "waived": "waived by {} on {}: {}",
        "no record": "the book can't show: {}", "date only": "only a date is known, no time of day", "doubt": "what was done can't be read: {}", "wants": "undetermined for want of {}", "done": "done {}", "paused": "paused",
    },
    "zh": {
        "after": "{}{}起{}内", "from": "{}{}", "end of": "{}结束（{}）起{}内", "assumed": "（推定：按其期限）",
        "before": "{1}{2}前{0}", "on": "{}{}", "after date": "{1}{2}后{0}", "period": "自{}起的周期", "festival": "节日{}", "anniversary": "{1}周年日{0}起{2}内",
        "restarted": "{}重新起算，{}内", "extended": "{}延期至{}内", "extension lacks": "未延期：{}的记录缺少{}", "extension late": "时效（晚于原期限）",
        "missing": "尚缺：{}", "joint": "；", "counts": "{}。", "count": "{1}{0}", "and": "、", "or": "或", "ceased": "终止：{}", "next round": "终止：到期前已开始下一轮", "suspended": "暂缓：{}", "waived": "{}于{}豁免：{}",
        "no record": "数据无法显示：{}", "date only": "仅有日期，无时刻", "doubt": "完成情况无法读取：{}", "wants": "无法判定，缺少{}", "done": "{}完成", "paused": "已暂停",
    },
}  # fmt: skip


def sentence(key: str, language: str) -> str:
    """A template of the reader's language."""
    return SENTENCES[language][key]


def status_words(status: str, language: str) -> str:
    """A status in the reader's language."""
    return STATUSES[status] if language == "zh" else status


def span_text(span: Span | None, language: str) -> str:
    """`5 working days`, `5个工作日`."""
    return "" if span is None else span_words(span, language)


def piece_words(part: RowsDone | FactDone, rule: Obligation, vocabulary: Vocabulary, language: str) -> str:
    """One piece of evidence: `Call`, `Plan confirmed at`."""
    if isinstance(part, FactDone):
        fact = vocabulary.fact(rule.subject, part.fact)
        return fact.label.in_(language) if fact is not None else part.fact
    table = vocabulary.tables[part.table]
    kind = table.fields.get(table.evidence.kind) if table.evidence is not None else None
    labels = {code.key: code.label.in_(language) for code in kind.codes} if kind is not None else {}
    if not part.codes:
        return table.label.in_(language) + _which(part, table, language)
    return sentence("or", language).join(labels.get(code, code) for code in part.codes)


def _which(part: RowsDone, table: Table, language: str) -> str:
    """Which rows of a table are meant, where their codes say it: ` (Stress test)`; "" else."""
    told = [
        next((known.label.in_(language) for known in table.fields[test.fact].codes if known.key == code), code)
        for test in (tests_of(part.where) if part.where is not None else ())
        if isinstance(test, Includes | OneOf) and test.fact in table.fields
        for code in test.codes
    ]
    return word("which", language).format("/".join(dict.fromkeys(told))) if told else ""


def events_label(rule: Obligation, name: str, vocabulary: Vocabulary, language: str) -> str:
    """A field of the events that move the clocks of a rule's subject: `Approved by`."""
    tables = [table for table in vocabulary.tables.values() if table.pauses and table.reference_to(rule.subject)]
    return next((table.fields[name].label.in_(language) for table in tables if name in table.fields), name)


def pieces_words(rule: Obligation, vocabulary: Vocabulary, language: str) -> list[str]:
    """All pieces of evidence, in the order in which they are written."""
    return [piece_words(part, rule, vocabulary, language) for part in parts_of(rule.done)]


def joint(done: Evidence, language: str) -> str:
    """What stands between pieces that are missing: a comma, or `or` where one of them suffices."""
    return sentence("or" if isinstance(done, AnyDone) else "and", language)
