"""`explain`: why a subject has its classes, test by test, with the place of every rule and of every cell behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from relcare.files.book import Book
from relcare.formats.report import Column, ListedRows, Report
from relcare.located import Place, Problem
from relcare.rulebook.conditions import All, Compare, Known, Limit, OneOf, Other, Test, facts_of
from relcare.rulebook.decisions import Decision, Rule, Rulebook
from relcare.rulebook.evaluate import Judged, Outcome, judge
from relcare.rulebook.reckon import Subject, is_supplied, subject
from relcare.rulebook.reckon_rows import Context
from relcare.rulebook.suggest import nearest
from relcare.rulebook.values import FactValue
from relcare.rulebook.vocabulary import Fact, Label
from relcare.rulebook.wording import code_words, state_word, value_words, word, words_of_test
from relcare.runs.book_rows import FileRows, RememberedRows, Rows, context_of, unreadable_cells
from relcare.runs.nearest import distance, lacking, leaves, next_better
from relcare.runs.opening import WrongRequestError, open_request
from relcare.runs.order import in_order
from relcare.runs.request import Request
from relcare.runs.result import Result

KEYS = ("decision", "outcome", "rule_id", "clause", "test", "fact", "value", "verdict", "rule_place", "fact_place", "decided")  # fmt: skip
TITLES = {
    "en": ("Decision", "Outcome", "Rule", "Clause", "Test", "Fact", "Value", "Verdict", "Rule at", "Fact at", "Decided"),
    "zh": ("判定项", "结果", "规则", "条款", "条件", "事实", "值", "结论", "规则位置", "数据位置", "据此判定"),
}  # fmt: skip
WORDS = {
    "en": {
        "title": "Why {}", "nothing": "no row of the book has the id {!r}", "no rule": "there is no rule or decision {!r} for it", "near": ": did you mean {!r}?",
        "no tests": "Nothing is decided of {}.", "yes": "yes", "no": "no", "unknown": "unknown",
        "otherwise": "otherwise", "known": "is known", "one of": "is {}", "not": "not: {}", "any": "any {}: {}", "missing": "is missing",
        "limit": "{} ({} from {})", "other": "{} ({})", "supplied": "as supplied", "more": "{} … ({} rows)",
        "is": "{} of {} is {} by {}{}.", "none": "{} of {} is {}: no rule matches.",
        "given": "{} of {} is {}, as supplied by {}.", "wants": "{} of {} is undetermined for want of {}.",
        "conflict": "{} of {} is undetermined: {} hold at once.", "against": "{} (counts against the rule)",
        "next": "Next: {} would also need {}.", "off": "{} {}: it is {}, {} away", "lacks": "{} {}: it is {}",
        "hidden": "{} {} is not in the book at this as-of.", "days": "{} days",
        "no rule in force": "no rule of {} is in force on {}", "not in force": "{} of {} is undetermined: {}.",
        "dated": "dates the rules", "unsound": "{} of {} is undetermined: {}.",
    },
    "zh": {
        "title": "{} 的判定依据", "nothing": "数据中没有编号为 {!r} 的对象", "no rule": "没有规则或判定项 {!r}", "near": "：是否指 {!r}？",
        "no tests": "{} 没有任何判定。", "yes": "是", "no": "否", "unknown": "无法判定",
        "otherwise": "其他情形", "known": "已知", "one of": "为{}", "not": "非：{}", "any": "任一（{}）：{}", "missing": "缺失",
        "limit": "{}（{}，自 {} 起）", "other": "{}（{}）", "supplied": "由数据提供", "more": "{} …（共 {} 行）",
        "is": "{1} 的{0}为{2}，依据规则 {3}{4}。", "none": "{1} 的{0}为{2}：无规则适用。",
        "given": "{1} 的{0}为{2}，由 {3} 提供。", "wants": "{1} 的{0}无法判定，缺少：{2}。",
        "conflict": "{1} 的{0}无法判定：{2} 同时成立。", "against": "{}（按不满足处理）",
        "next": "最接近的规则：{} 还需要 {}。", "off": "{}{}（现为 {}，相差 {}）", "lacks": "{}{}（现为 {}）",
        "hidden": "{} {} 在该时点尚未出现。", "days": "{} 天",
        "no rule in force": "{} 在 {} 没有生效的规则", "not in force": "{1} 的{0}无法判定：{2}。",
        "dated": "决定适用哪一版规则", "unsound": "{1} 的{0}无法判定：{2}。",
    },
}  # fmt: skip
SHOWN_ROWS = 5


def explain(request: Request, subject_id: str, rule: str = "") -> Result:
    """Why a subject has its classes; `rule` narrows it to one rule or one decision."""
    try:
        opened = open_request(request)
    except WrongRequestError as wrong:
        return Result(usage=str(wrong))
    try:
        problems = list(opened.problems)
        made_from = {"rulebook": {"hash": opened.rulebook.hash}}
        report = explanation(
            opened.rulebook,
            opened.book,
            subject_id,
            rule,
            as_of=opened.as_of.moment,
            shown_as_of=str(opened.as_of),
            language=opened.language,
            made_from=made_from,
            problems=problems,
        )
        return Result(_with_columns(report, request.columns), tuple(problems), on_close=opened.close)
    except WrongRequestError as wrong:
        opened.close()
        return Result(usage=str(wrong), problems=tuple(problems))
    except BaseException:
        opened.close()
        raise


def _with_columns(report: Report, keys: tuple[str, ...]) -> Report:
    if not keys:
        return report
    for key in keys:
        if key not in KEYS:
            near = nearest(key, KEYS)
            raise WrongRequestError(
                f"--columns: there is no column {key!r}" + (f": did you mean {near!r}?" if near else "")
            )
    places = [KEYS.index(key) for key in keys]
    rows = ListedRows(tuple(row[i] for i in places) for row in report.rows)
    return replace(report, columns=tuple(report.columns[i] for i in places), rows=rows, shown=keys)


def explanation(
    rulebook: Rulebook,
    book: Book,
    wanted: str,
    rule: str = "",
    *,
    as_of: datetime,
    shown_as_of: str = "",
    language: str = "en",
    made_from: Mapping[str, object] | None = None,
    rows: Rows | None = None,
    problems: list[Problem] | None = None,
) -> Report:
    """Every test of every rule in force for the subject `wanted` (the key of a row of any subject's table).

    The cells behind it that can't be read are added to `problems`. Raises WrongRequestError where no subject has that key,
    where all that have it are later than the as-of, or where no decision of it has such a rule.
    """
    rows = RememberedRows(rows or FileRows(book))
    vocabulary = rulebook.vocabulary
    owners = [
        table
        for table in vocabulary.tables.values()
        if table.subject and table.name in book.sources and rows.rows_where(table.name, table.key[0], (wanted,))
    ]
    if not owners:
        raise WrongRequestError(WORDS[language]["nothing"].format(wanted))
    decisions = [d for d in in_order(rulebook.decisions) if d.subject in {table.subject for table in owners}]
    names = [name for d in decisions for name in (d.name, *(r.id for r in d.rules))]
    if rule and rule not in names:
        near = nearest(rule, names)
        advice = WORDS[language]["near"].format(near) if near else ""
        raise WrongRequestError(WORDS[language]["no rule"].format(rule) + advice)
    context = context_of(rulebook, book, as_of, rows)
    listed, notes = ListedRows(), []
    lines: dict[str, set[int]] = {}
    there = False
    for table in owners:
        who = subject(table.subject, wanted, rows, context)
        if who is None:
            notes.append(WORDS[language]["hidden"].format(table.label.in_(language), wanted))
            continue
        there = True
        telling = _Telling(who, context, language)
        for decision in decisions:
            if decision.subject == table.subject and rule in {"", decision.name, *(r.id for r in decision.rules)}:
                notes += telling.sentences(decision)
                listed += telling.rows(decision, "" if rule == decision.name else rule)
        for name, used in who.lines_used().items():
            lines.setdefault(name, set()).update(used)
    if not there:
        raise WrongRequestError(" ".join(notes))
    if problems is not None:
        problems += unreadable_cells(rows, lines, book, context)
    return Report(
        name="explain",
        title=WORDS[language]["title"].format(wanted),
        as_of=shown_as_of or as_of.isoformat(sep=" "),
        columns=tuple(
            Column(key, title, wide=key in {"test", "value"}) for key, title in zip(KEYS, TITLES[language], strict=True)
        ),
        rows=listed,
        made_from=made_from or {},
        notes=tuple(notes),
        shown=("decision", "rule_id", "fact", "value", "test", "verdict", "rule_place", "fact_place"),
        nothing=WORDS[language]["no tests"].format(wanted),
        language=language,
    )


class _Telling:
    """One subject's decisions, told in one language."""

    def __init__(self, who: Subject, context: Context, language: str) -> None:
        self._who, self._context, self._language = who, context, language
        self._words = WORDS[language]

    def sentences(self, decision: Decision) -> list[str]:
        """The headline of a decision, and what it would have taken for the next better rule."""
        outcome = self._who.outcome(decision.name)
        name, key = decision.label.in_(self._language), self._who.key
        code = self._code(decision, outcome)
        if not decision.sound:
            return [self._words["unsound"].format(name, key, word("unsound", self._language))]
        if self._is_without_rules(decision, outcome):
            return [self._words["not in force"].format(name, key, self._no_rule(decision))]
        if outcome.code is None:
            what = "conflict" if outcome.conflict else "wants"
            listing = ", ".join(outcome.conflict or [self._fact_words(want) for want in outcome.wants])
            return [self._words[what].format(name, key, listing)]
        if self._is_supplied(decision):
            return [self._words["given"].format(name, key, code, self._place_of_fact(decision.name))]
        if outcome.rule is None:
            headline = self._words["none"].format(name, key, code)
        else:
            cites = f" ({', '.join(outcome.rule.cites)})" if outcome.rule.cites else ""
            headline = self._words["is"].format(name, key, code, outcome.rule.id, cites)
        told = [headline]
        for rule, judged in next_better(outcome):
            lacks = lacking(judged)
            if all(isinstance(test.condition, Known) for test in lacks):
                continue  # what has not happened is no miss
            needs = "; ".join(self._lack(test, self._day(decision)) for test in lacks)
            told.append(self._words["next"].format(rule.id, needs))
        return told

    def rows(self, decision: Decision, only: str) -> list[tuple[str, ...]]:
        """A row for each test of each rule in force."""
        outcome = self._who.outcome(decision.name)
        code = self._code(decision, outcome)
        if self._is_supplied(decision):
            value = self._value(decision.name, self._who.fact(decision.name))
            place = self._place_of_fact(decision.name)
            cells = (
                decision.name,
                code,
                "",
                "",
                self._words["supplied"],
                self._fact_words(decision.name),
                value,
                "",
                "",
                place,
                self._words["yes"],
            )
            return [] if only else [cells]
        if not decision.sound or self._is_without_rules(decision, outcome):
            said = self._no_rule(decision) if decision.sound else word("unsound", self._language)
            unknown = self._words["unknown"]
            return [(decision.name, code, "", "", said, "", "", unknown, _shown(decision.place), "", "")]
        if self._is_undated(decision):
            return self._undated_rows(decision, code, only)
        told = []
        for rule, judged in outcome.verdicts:
            if only in {"", rule.id}:
                head = (decision.name, code, rule.id, ", ".join(rule.cites))
                decided = self._words["yes"] if outcome.code is not None and rule is outcome.rule else ""
                told += [(*head, *tail, decided) for tail in self._tests(rule, judged, self._day(decision))]
        return told

    def _undated_rows(self, decision: Decision, code: str, only: str) -> list[tuple[str, ...]]:
        """Where the date that chooses the rules is unknown: a row for it, and the tests of all rules, without limits."""
        name = decision.dated_by
        value, place = self._value(name, self._who.fact(name)), self._place_of_fact(name)
        head: tuple[str, ...] = (decision.name, code, "", "", self._words["dated"], self._fact_words(name), value)
        told = [(*head, self._words["unknown"], _shown(decision.place), place, "")]
        for rule in decision.rules:
            if only in {"", rule.id}:
                condition = rule.when or All(())
                facts = {fact: self._who.fact(fact) for fact in facts_of(condition)}
                judged = judge(condition, facts, {}, self._context.as_of)
                head = (decision.name, code, rule.id, ", ".join(rule.cites))
                told += [(*head, *tail, "") for tail in self._tests(rule, judged, None)]
        return told

    def _is_supplied(self, decision: Decision) -> bool:
        return is_supplied(decision.name, self._who.name, self._context)

    def _is_undated(self, decision: Decision) -> bool:
        return bool(decision.dated_by) and self._who.fact(decision.dated_by).value is None

    def _is_without_rules(self, decision: Decision, outcome: Outcome) -> bool:
        """Whether no rule is in force on the day that counts."""
        return not (outcome.verdicts or self._is_supplied(decision) or self._is_undated(decision))

    def _no_rule(self, decision: Decision) -> str:
        return self._words["no rule in force"].format(decision.name, self._day(decision))

    def _day(self, decision: Decision) -> date:
        """The day whose limits count; that of the as-of where it is not known."""
        dated = self._who.fact(decision.dated_by).value if decision.dated_by else None
        return dated if isinstance(dated, date) else getattr(dated, "date", self._context.today)

    def _code(self, decision: Decision, outcome: Outcome) -> str:
        if outcome.code is None:
            return "undetermined" if self._language == "en" else "无法判定"
        label = next((code.label.in_(self._language) for code in decision.codes if code.key == outcome.code), "")
        return f"{label} ({outcome.code})" if label and label != outcome.code else outcome.code

    def _tests(self, rule: Rule, judged: Judged, day: date | None) -> Iterator[tuple[str, ...]]:
        if rule.when is None:
            yield self._words["otherwise"], "", "", self._words["yes"], _shown(rule.place), ""
            return
        for leaf in leaves(judged):
            condition = leaf.judged.condition
            if not isinstance(condition, Test):
                continue
            verdict = self._words["unknown" if leaf.verdict is None else "yes" if leaf.verdict else "no"]
            if leaf.judged.against:
                verdict = self._words["against"].format(verdict)
            words = self.test(condition, leaf.judged, day, negated=leaf.negated)
            place = condition.place if condition.place.line else rule.place
            fact = self._who.fact(condition.fact)
            yield (
                self._words["any"].format(leaf.alternative, words) if leaf.alternative else words,
                self._fact_words(condition.fact),
                self._value(condition.fact, fact),
                verdict,
                _shown(place),
                self._place_of_fact(condition.fact),
            )

    def test(self, test: Test, judged: Judged, day: date | None, *, negated: bool = False) -> str:
        """A test in words, with the value in force on `day` of a limit, and of another fact."""
        if isinstance(test, Known):
            return self._words["missing" if negated else "known"]
        words = self._test(test, judged, day)
        return self._words["not"].format(words) if negated else words

    def _test(self, test: Test, judged: Judged, day: date | None) -> str:
        fact = self._fact(test.fact)
        if isinstance(test, OneOf):
            return self._words["one of"].format("/".join(code_words(code, fact, self._language) for code in test.codes))
        operand = test.operand if isinstance(test, Compare) else None
        other = self._fact(operand.fact) if isinstance(operand, Other) else None
        limit = self._context.rulebook.limits.get(operand.name) if isinstance(operand, Limit) else None
        words = words_of_test(test, limit.at(day) if limit and day else None, fact, other, self._language)
        if limit is not None and day is None:
            return words.replace("?", limit.name)
        if limit is not None and day is not None:
            start = next((p.start for p in reversed(limit.periods) if p.start <= day), "?")
            return self._words["limit"].format(words, limit.name, start)
        if isinstance(operand, Other) and judged.other is not None:
            return self._words["other"].format(words, self._value(operand.fact, judged.other))
        return words

    def _lack(self, judged: Judged, day: date) -> str:
        """A test that did not hold, and how far off it was."""
        test = judged.condition
        if not isinstance(test, Test):
            return ""
        words = self.test(test, judged, day, negated=judged.verdict is True)  # it holds, where it may not
        name, value = self._fact(test.fact).label.in_(self._language), self._value(test.fact, judged.fact)
        away = distance(judged)
        if away is None:
            return self._words["lacks"].format(name, words, value)
        far = self._words["days"].format(away) if away.__class__ is int and self._dated(test) else ""
        return self._words["off"].format(
            name, words, value, far or value_words(away, self._fact(test.fact), self._language)
        )

    def _dated(self, test: Test) -> bool:
        return self._fact(test.fact).type in {"date", "moment"}

    def _fact(self, name: str) -> Fact:
        fact = self._context.rulebook.vocabulary.fact(self._who.name, name)
        return fact or Fact(name, self._who.name, "text", Label(name, name), "field")

    def _fact_words(self, name: str) -> str:
        label = self._fact(name).label.in_(self._language)
        return f"{label} ({name})" if label != name else name

    def _value(self, name: str, value: FactValue | None) -> str:
        if value is None:
            return ""
        if value.value is not None:
            return value_words(value.value, self._fact(name), self._language)
        said = state_word(value.state, self._language)
        return f"{said}: {value.why}" if value.why else said

    def _place_of_fact(self, name: str) -> str:
        table, lines = self._who.made_from(name)
        if not table or not lines:
            return ""
        path = self._context.tables[table].path
        listed = ",".join(map(str, lines[:SHOWN_ROWS]))
        return (
            self._words["more"].format(f"{path}:{listed}", len(lines))
            if len(lines) > SHOWN_ROWS
            else f"{path}:{listed}"
        )


def _shown(place: Place) -> str:
    return str(Place(place.path, place.line))
