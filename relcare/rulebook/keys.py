"""The keys of rule files, and the words that stand alone in them, in both languages.

Several Chinese words stand between `|`; the first is the one that `rules show` writes. A word may stand for different
keys in different places (`规则` in a document and in `waives`), never for two in one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache

from relcare.located import Mapping, Node, Scalar

KEYS = {
    # documents
    "kind": "种类|类别", "for": "适用对象|对象", "label": "名称|标签", "approved": "审批", "limits": "限值", "rules": "规则",
    "facts": "指标", "dated by": "日期依据", "decides": "判定", "choose": "选择方式", "outcomes": "结论选项",
    "ceases when": "终止情形", "suspended while": "暂缓情形", "document": "文号", "on": "批准日期",
    # rules
    "id": "编号", "cites": "依据|依据条款", "from": "自|生效日|开始", "until": "停用日|停用|结束", "when": "条件|当", "then": "结论|则",
    "otherwise": "否则", "if missing": "缺失时", "if not supplied": "未提供时", "examples": "示例", "corrects": "更正",
    "judged": "判断时点", "starts": "起算", "within": "期限|时限", "every": "周期", "due": "到期|截止", "once per": "每逢",
    "opens": "可办自|开始办理", "rolls": "顺延", "warns": "预警", "at": "时点", "tell": "告知|通知", "extends": "延期", "restarts": "重新起算", "event": "事件", "needs": "须有", "pauses": "暂停", "lapses": "失效", "done when": "完成条件",
    "by": "负责|负责人|审批人|豁免人|依次按", "channel": "渠道", "calendar": "日历", "all": "全部", "any": "任一", "none": "均不",
    "as of": "基准日", "gives": "得出", "is": "为|等于", "instead": "替代字段|改为", "empty": "空值含义", "unit": "单位",
    "range": "范围",
    # tables, the norm, calendars, orders
    "norm": "规范", "clauses": "条款", "text": "内容", "table": "数据表", "subject": "主体", "key": "主键", "fields": "字段",
    "evidence": "凭证", "waives": "豁免", "type": "类型", "headers": "列名", "codes": "代码", "time": "时间性质", "refers": "指向",
    "also": "别名", "as": "称为", "counts when": "计入条件", "rule": "规则字段", "why": "原因", "week": "工作周",
    "known": "已知期间", "closed every year": "每年休息", "closes": "下班时间", "holidays": "假日", "festivals": "节日",
    "name": "名称", "announced": "公布日", "closed": "休息", "open": "上班", "days": "日期", "to": "至", "orders": "排序",
    "regime": "口径", "regimes": "口径清单", "step": "办理环节", "steps": "环节清单", "supervisor": "监管",
    "edition": "版本", "house practice": "本行惯例|内部惯例", "base": "基于", "make-up days": "调休上班", "hours": "营业时间",
    "other hours": "特殊营业时间|特殊时间", "time zone": "时区",
    # controls, corrections, test files
    "severity": "严重程度|严重性", "never": "不得",
    # phrases
    "amounts": "金额", "families": "词组", "quoting": "引述", "action": "应办事项|事项", "opening": "开场", "explanation": "说明", "gain": "收益",
    "avoid": "避免", "where": "适用于", "unless": "除非", "unless anywhere": "全文除非",
    "reason": "理由", "title": "标题", "given": "给定",
}  # fmt: skip

# What `rules show` writes for a key in some places, by what holds it.
KEYS_THERE = {
    "an approval": {"by": "审批人"},
    "a correction": {"by": "审批人"},
    "`pauses`": {"from": "开始", "until": "结束"},
    "`waives`": {"by": "豁免人"},
    "an order's period": {"by": "依次按"},
    "a wording": {"instead": "改为"},
    "an entry of `avoid`": {"instead": "改为"},
}

# Words that stand alone, by where they can stand.
KIND_WORDS = {
    "norm": "规范", "table": "数据表", "facts": "指标", "limits": "限值", "decision": "判定|决策", "obligation": "义务|应办事项", "control": "禁止事项|控制", "phrase": "话术",
    "calendar": "日历", "order": "排序", "regime": "口径",
}  # fmt: skip
CHOICE_WORDS = {"first that matches": "首条匹配|首个匹配", "exactly one": "有且仅有一条"}
NO_WORDS = {"no": "否"}
YES_NO_WORDS = {"yes": "是", "no": "否"}
ROLL_WORDS = {"next open day": "下一个工作日"}
JUDGED_WORDS = {"at start": "起算时|起始时"}
GIVES_WORDS = {"broken": "违反", "kept": "未违反", "undetermined": "无法判定"}
SEVERITY_WORDS = {"high": "高", "medium": "中", "low": "低"}
NOTHING_WORDS = {"nothing": "无须办理|无需办理"}
OUTCOME_WORDS = {"undetermined": "无法判定", "none": "无"}
TYPE_WORDS = {
    "id": "编号", "text": "文本", "code": "代码", "codes": "多选代码", "yes_no": "是否", "money": "金额", "number": "数值",
    "percent": "百分比", "count": "计数", "date": "日期", "moment": "时刻", "month": "月份",
}  # fmt: skip
EMPTY_WORDS = {"unknown": "未知", "not yet": "尚未发生", "none": "无"}
TIME_WORDS = {"snapshot": "快照", "planned": "计划", "happened": "已发生"}
WEEK_WORDS = {
    "monday": "周一|星期一", "tuesday": "周二|星期二", "wednesday": "周三|星期三", "thursday": "周四|星期四", "friday": "周五|星期五",
    "saturday": "周六|星期六", "sunday": "周日|星期日",
}  # fmt: skip
NO_BOUND_WORDS = {"none": "无"}


def meant(text: str, known: Iterable[str], zh: dict[str, str]) -> str:
    """The one of the known words that a Chinese text stands for; "" for none."""
    if text.isascii():
        return ""
    return next((word for word in known if text in _spellings(zh.get(word, ""))), "")


def key_meant(text: str, known: Iterable[str]) -> str:
    """The key that a Chinese text stands for; "" for none."""
    return meant(text, known, KEYS)


def in_zh(words: dict[str, str], word: str) -> str:
    """The Chinese of a word, as it is written; the word itself where the table has none."""
    return words.get(word, word).split("|", 1)[0]


@cache
def _spellings(written: str) -> frozenset[str]:
    return frozenset(written.split("|")) if written else frozenset()


def entry(node: Mapping, key: str) -> Node | None:
    """The value of a key of the rule language, in either language."""
    for name, value in node.entries:
        if name.text == key or (not name.text.isascii() and name.text in _spellings(KEYS.get(key, ""))):
            return value
    return None


def zh_keys(known: Collection[str]) -> list[str]:
    """The Chinese words for these keys, for suggestions."""
    return [word for key in known for word in KEYS.get(key, "").split("|") if word]


def is_key(scalar: Scalar, key: str) -> bool:
    """Whether a scalar is written as this key, in either language."""
    return scalar.text == key or key_meant(scalar.text, (key,)) == key
