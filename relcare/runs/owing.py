"""What `due`, `overdue` and `complaints` have in common: the rules that are asked for, the calendar, the table of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from relcare.engine.decide import Engine
from relcare.engine.owed import Owed, Owing
from relcare.engine.owed_list import COLUMNS, Filters, OwedList
from relcare.formats.report import Column
from relcare.located import Place, Problem
from relcare.rulebook.obligations import OPEN, STATUSES, Obligation
from relcare.rulebook.owed_wording import STATUSES as STATUS_WORDS
from relcare.rulebook.suggest import nearest
from relcare.runs.book_problems import scan_problems
from relcare.runs.explain_obligation_words import role_words
from relcare.runs.opening import Opened, WrongRequestError, open_request
from relcare.runs.request import Request
from relcare.runs.result import Result
from relcare.timing.calendars import Calendar

if TYPE_CHECKING:
    from relcare.rulebook.ordering import SortKey

TITLES = {
    "en": ("Act by", "Due", "Status", "Days left", "Subject", "Subject ID", "Customer ID", "Name", "Tier", "Stage", "Rule", "Action",
           "Owner", "Channel", "Clause", "Provisional", "Because"),
    "zh": ("最晚办理", "期限", "状态", "剩余天数", "对象", "对象编号", "客户编号", "姓名", "层级", "阶段", "规则", "应办事项",
           "负责人", "渠道", "条款", "推定", "依据"),
}  # fmt: skip
FURTHER = {  # columns that a list has where they are asked for
    "en": {
        "regime": "Regime",
        "binds": "Binds",
        "level": "Level",
        "tell": "Tell",
        "levels": "Levels",
        "occurrence": "Occurrence",
    },
    "zh": {
        "regime": "口径",
        "binds": "是否为准",
        "level": "升级级别",
        "tell": "告知对象",
        "levels": "升级安排",
        "occurrence": "事项标识",
    },
}
SUBJECTS = {
    "customer": "客户",
    "complaint": "投诉",
    "account": "账户",
    "suggestion": "建议",
    "visit": "到访",
    "staff": "员工",
    "branch": "网点",
    "bank": "本行",
}
TABLES = frozenset(("FIL004", "FIL008"))  # problems that say already that there is no book

NO_FACTS: Mapping[str, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of obligations is asked for, beside what every request says.

    `subjects` and `rules` narrow the rules, () for all. With `every` also what is not open is listed, with `suspended` what is
    suspended beside what is open.
    """

    subjects: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    every: bool = False
    regimes: tuple[str, ...] = ()
    suspended: bool = False


@dataclass(slots=True)
class Lists:
    """A run that is under way: the engine has read, what is owed stands in the table `owed list`."""

    opened: Opened
    engine: Engine
    owing: Owing
    listed: OwedList
    count: int
    problems: list[Problem] = field(default_factory=list)


def with_lists(request: Request, made: Callable[[Opened], Result]) -> Result:
    """Open the book for a request and answer it; a wrong request is told, and nothing stays open after a failure."""
    try:
        opened = open_request(request)
    except WrongRequestError as wrong:
        return Result(usage=str(wrong))
    try:
        if opened.misled:  # a list under a wrong mapping would be worse than none
            return Result(problems=tuple(opened.problems), on_close=opened.close)
        return made(opened)
    except WrongRequestError as wrong:
        opened.close()
        if any(problem.severity == "error" for problem in opened.problems):
            return Result(problems=tuple(opened.problems))  # what is asked for may be what could not be read
        return Result(usage=str(wrong))
    except BaseException:
        opened.close()
        raise


def calendar_of(opened: Opened) -> Calendar:
    """The book's calendar, with its own days."""
    return opened.settings.calendar.applied(opened.rulebook.calendars)


def rules_asked(opened: Opened, asked: Asked) -> list[Obligation]:
    """The versions of rules that the list needs: those asked for, and those whose end starts one of them."""
    every = opened.rulebook.obligations
    subjects = {rule.subject for rule in every}
    for subject in asked.subjects:
        if subject not in subjects:
            raise WrongRequestError(f"--for: no rule owes anything to a {subject!r}: {_advice(subject, subjects)}")
    ids = dict.fromkeys(rule.id for rule in every)
    for wanted in asked.rules:
        if wanted not in ids:
            raise WrongRequestError(f"--rule: there is no rule {wanted!r} with a time limit: {_advice(wanted, ids)}")
    regimes = opened.rulebook.regimes
    for regime in asked.regimes:
        if regime not in regimes:
            raise WrongRequestError(f"--regime: there is no regime {regime!r}: {_advice(regime, dict(regimes))}")
    for status in asked.statuses:
        if status not in STATUSES:
            raise WrongRequestError(f"--status: there is no status {status!r}: {_advice(status, STATUSES)}")
    chosen = {
        rule.id
        for rule in every
        if (not asked.subjects or rule.subject in asked.subjects)
        and (not asked.rules or rule.id in asked.rules)
        and (not asked.regimes or rule.regime in asked.regimes)
    }
    # which clock binds hangs on all that ask for the same step
    steps = {(rule.subject, rule.step) for rule in every if rule.id in chosen and rule.step}
    chosen |= {rule.id for rule in every if (rule.subject, rule.step) in steps}
    before = True
    while before:
        sources = {rule.starts.rule for rule in every if rule.id in chosen and rule.starts.rule}
        before = bool(sources - chosen)
        chosen |= sources
    return [rule for rule in every if rule.id in chosen]


def _advice(word: str, words: object) -> str:
    listed = list(words) if isinstance(words, list | tuple | dict | set | frozenset) else []
    near = nearest(word, listed)
    return f"did you mean {near!r}?" if near else f"one of {', '.join(sorted(listed))}"


def lists(
    opened: Opened,
    request: Request,
    asked: Asked,
    horizon: date | None = None,
    facts: Mapping[str, tuple[str, ...]] = NO_FACTS,
) -> Lists:
    """Read the book and work out what is owed, as far as it is asked for; `facts` are further ones to keep, by subject."""
    rules = rules_asked(opened, asked)
    engine = Engine(opened.rulebook, opened.book, opened.as_of.moment, opened.spill, request.memory_limit)
    try:
        statuses = asked.statuses
        every = asked.every or any(status not in OPEN for status in statuses)
        owing = Owing(
            engine,
            calendar_of(opened),
            every=every,
            horizon=horizon,
            go_live=None if facts else opened.settings.go_live,
        )
        owing.want(rules)
        filters = Filters(
            request.filters.get("owner", ()), request.filters.get("branch", ()), request.filters.get("tier", ()), asked.rules, statuses,
            request.filters.get("stage", ()), asked.regimes,
        )  # fmt: skip
        _check_tier(opened, filters)
        listed = OwedList(owing, opened.language, filters, order_of(opened))
        further = {}
        for subject, names in facts.items():
            owing.owed.setdefault(subject, Owed(subject, {}))
            further[subject] = [name for name in names if opened.rulebook.vocabulary.fact(subject, name) is not None]
            engine.plan.want(subject, further[subject])
        listed.want()
        for expected in opened.settings.expects:
            engine.plan.extra.setdefault(expected, {})
        engine.read()
        for subject in sorted(owing.owed, key=lambda name: name != "customer"):
            if owing.owed[subject].rules or subject in further:
                owing.settle(subject, [*listed.wanted(subject), *further.get(subject, ())])
        count = listed.make(filtered=not facts, suspended=asked.suspended or every)
        return Lists(
            opened, engine, owing, listed, count, [*opened.problems, *scan_problems(engine, opened), *_absent(opened)]
        )
    except BaseException:
        engine.session.close()
        raise


def _check_tier(opened: Opened, filters: Filters) -> None:
    fact = opened.rulebook.vocabulary.facts.get("customer", {}).get("tier")
    codes = [*(code.key for code in fact.codes), "undetermined"] if fact is not None else []
    for tier in filters.tier:
        if tier not in codes:
            raise WrongRequestError(f"--tier: there is no tier {tier!r}: {_advice(tier, codes)}")


def _absent(opened: Opened) -> list[Problem]:
    """The problem of a book that has no subject of any rule."""
    if opened.book.sources or TABLES & {problem.code for problem in opened.problems}:
        return []
    place = Place(str(opened.book.folder))
    return [
        Problem(
            place,
            "BOK001",
            "the book has no table that a rule is for",
            "a file customers.csv or complaints.csv, or names for them in relcare.yaml",
        )
    ]


def order_of(opened: Opened) -> tuple[SortKey, ...]:
    """The order in force at the as-of; by `act_by` where the rulebook has none."""
    from relcare.rulebook.ordering import SortKey

    today = opened.as_of.moment.date()
    orders = [order for order in opened.rulebook.orders if order.start <= today]
    return max(orders, key=lambda order: order.start).keys if orders else (SortKey("act_by"),)


def columns_of(opened: Opened, keys: tuple[str, ...] = COLUMNS) -> dict[str, Column]:
    """The columns of a list by key, with titles and labels in the reader's language."""
    language = opened.language
    titles = dict(zip(COLUMNS, TITLES[language], strict=True)) | FURTHER[language]
    facts = opened.rulebook.vocabulary.facts.get("customer", {})
    columns = {}
    for key in keys:
        kind, labels = "text", {}
        if key in ("tier", "stage") and key in facts:
            kind, labels = "code", {code.key: code.label.in_(language) for code in facts[key].codes}
            labels["undetermined"] = "undetermined" if language == "en" else "无法判定"
        elif key == "status":
            kind, labels = "code", {status: STATUS_WORDS[status] if language == "zh" else status for status in STATUSES}
        elif key == "subject":
            kind, labels = "code", SUBJECTS if language == "zh" else {}
        elif key == "channel" and "preferred_channel" in facts:
            kind, labels = "code", {code.key: code.label.in_(language) for code in facts["preferred_channel"].codes}
        elif key == "regime":
            kind, labels = "code", {r.name: r.label.in_(language) for r in opened.rulebook.regimes.values()}
        elif key == "binds":
            kind, labels = "code", {"yes": "是", "no": "否"} if language == "zh" else {}
        elif key in ("days_left", "count", "level"):
            kind = "number"
        elif key == "levels":
            kind, labels = "json", role_words(opened.rulebook.vocabulary, language)
        elif key in ("act_by", "due_at"):
            kind = "date"
        columns[key] = Column(key, titles.get(key, key), kind, labels, wide=key in ("because", "action", "levels"))
    return columns


def chosen(columns: dict[str, Column], asked: tuple[str, ...]) -> tuple[Column, ...]:
    """The columns asked for, in that order; where none is all but those that are there on demand alone."""
    if not asked:
        return tuple(column for key, column in columns.items() if key not in FURTHER["en"])
    for key in asked:
        if key not in columns:
            near = nearest(key, list(columns))
            advice = f": did you mean {near!r}?" if near else f": one of {', '.join(columns)}"
            raise WrongRequestError(f"--columns: there is no column {key!r}{advice}")
    return tuple(columns[key] for key in asked)
