"""What a list says of itself: what was not judged and why, how old the data is, what it was made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import relcare
from relcare.engine import dialect as sql
from relcare.engine.reading import is_later, typed_rows
from relcare.rulebook.conditions import facts_of
from relcare.runs.opening import Lazily, Opened

if TYPE_CHECKING:
    from relcare.engine.decide import Engine
    from relcare.engine.scan import Scanned


NOT_JUDGED = {
    "en": "Not judged: {facts} ({why}); silent: {rules}.",
    "zh": "未判定：{facts}（{why}）；未生效规则：{rules}。",
}
UNUSED = {"en": "Not supplied: {facts} ({why}).", "zh": "未提供：{facts}（{why}）。"}
REASONS = {
    "the book has no ": "{}数据中没有 {}",
    " has no such column": "{} 没有这些列",
    " has no columns ": "{} 没有这些列：{}",
    " has no column ": "{} 没有 {} 列",
    " covers ": "{} 仅覆盖 {}",
}
STAND_IN = {"en": "{fact} is taken from {field}.", "zh": "{fact}取自{field}。"}
AGES = {"en": "Data up to: {ages}.", "zh": "数据截至：{ages}。"}
DAYS = {"en": "{table} {latest} ({age})", "zh": "{table} {latest}（{age}）"}
AGE = {"en": ("of today", "1 day old", "{} days old"), "zh": ("当日", "1天前", "{}天前")}
UNDATED = {"en": "undated, taken as of today: {tables}", "zh": "无日期，按当日数据：{tables}"}


class Told(Sequence[str]):
    """Notes that are worked out when a format asks for them: a pipe never does."""

    def __init__(self, make: Callable[[], list[str]]) -> None:
        self._make = make
        self._notes: list[str] | None = None

    def _all(self) -> list[str]:
        if self._notes is None:
            self._notes = self._make()
        return self._notes

    def __getitem__(self, at: Any) -> Any:  # noqa: ANN401
        return self._all()[at]

    def __len__(self) -> int:
        return len(self._all())


def not_judged(engine: Engine, subject: str, language: str) -> list[str]:
    """A line for each reason for which facts are missing, with the rules that it silences; then what stands in."""
    plan = engine.plan.subjects[subject]
    lines = []
    for reason, missing in reasons(plan.missing).items():
        names = [n for n in missing if _is_measure(engine, subject, n) or silenced(engine, subject, [n])]
        if not names:
            continue
        why, rules = reason_words(_briefly(reason, names), language), silenced(engine, subject, names)
        labels = []
        for name in names:
            fact = engine.rulebook.vocabulary.fact(subject, name)
            labels.append(fact.label.in_(language) if fact is not None else name)
        comma = "、" if language == "zh" else ", "
        template = NOT_JUDGED if rules else UNUSED
        lines.append(template[language].format(facts=comma.join(labels), why=why, rules=comma.join(rules)))
    for name, field in plan.stand_ins.items():
        facts_ = engine.rulebook.vocabulary.facts[subject]
        fact_label, label = facts_[name].label.in_(language), facts_[field].label.in_(language)
        lines.append(STAND_IN[language].format(fact=fact_label, field=label))
    return lines


def reasons(missing: dict[str, str]) -> dict[str, list[str]]:
    """The facts that the book does not supply, by reason; the columns that one file lacks are one reason."""
    lacking: dict[str, list[str]] = {}
    for why in missing.values():
        file, lacks, column = why.partition(" has no column ")
        if lacks and column not in lacking.setdefault(file, []):
            lacking[file].append(column)
    found: dict[str, list[str]] = {}
    for name, why in missing.items():
        file, lacks, _ = why.partition(" has no column ")
        several = lacks and len(lacking[file]) > 1
        found.setdefault(f"{file} has no columns {', '.join(lacking[file])}" if several else why, []).append(name)
    return found


def reason_words(why: str, language: str) -> str:
    """The reason for which something is missing, in the reader's language."""
    if language == "zh":
        for english, chinese in REASONS.items():
            before, found, after = why.partition(english)
            if found:
                return chinese.format(before, after.removesuffix(" only").replace(" to ", " 至 "))
    return why


def _briefly(why: str, names: list[str]) -> str:
    """The reason with the name of the file alone; columns that are the facts themselves are not named again."""
    path, lacks, columns = why.partition(" has no column")
    if not lacks:
        return why
    file = path.replace("\\", "/").rpartition("/")[2]
    named = set(columns.removeprefix("s").strip().split(", "))
    if set(names) <= named:
        return f"{file} has no such column" + ("s" if len(names) > 1 else "")
    return f"{file}{lacks}{columns}"


def _is_measure(engine: Engine, subject: str, name: str) -> bool:
    fact = engine.rulebook.vocabulary.fact(subject, name)
    return fact is not None and fact.measure is not None


def silenced(engine: Engine, subject: str, names: list[str]) -> list[str]:
    """The rules in force that test one of the facts, in the order of the rulebook."""
    rules: dict[str, None] = {}
    for decision in engine.plan.subjects[subject].decisions.values():
        for rule in decision.rules:
            tested = facts_of(rule.when) if rule.when is not None and rule.in_force(engine.plan.today) else []
            if any(name in tested for name in names):
                rules[rule.id] = None
    return list(rules)


def age_notes(engine: Engine, language: str) -> list[str]:
    """How old each table is that the list was made from."""
    parts, undated = [], []
    for name, scanned in sorted(engine.scanned.items()):
        if not engine.sources[name].path:  # no file, nothing that could grow old
            continue
        newest_date = newest(engine, scanned) if scanned.narrow else scanned.latest
        latest = latest_text(newest_date)
        shown = scanned.table.label.zh if language == "zh" else name
        if not latest:
            undated.append(shown)
            continue
        days = days_old(newest_date, engine.as_of.date())
        age = AGE[language][min(days, 2)].format(days)
        parts.append(DAYS[language].format(table=shown, latest=latest, age=age))
    if undated:
        parts.append(UNDATED[language].format(tables=("、" if language == "zh" else ", ").join(undated)))
    return [AGES[language].format(ages=("；" if language == "zh" else "; ").join(parts))] if parts else []


def newest(engine: Engine, scanned: Scanned) -> object:
    """The newest date of a table of which only some rows were kept."""
    dated = scanned.readings.get(scanned.table.dated_by)
    if dated is None:
        return None
    typed = typed_rows(engine.sources[scanned.table.name], {dated.name: dated}, engine.book.settings.time_zone)
    later = is_later(dated, engine.as_of)
    return engine.session.rows(f"SELECT max({sql.name(dated.name)}) FROM ({typed}) WHERE NOT ({later})")[0][0]


def latest_text(latest: object) -> str:
    """The newest date of a table as text; "" where it has none."""
    if latest is None:
        return ""
    if isinstance(latest, int):
        return f"{latest // 12:04d}-{latest % 12 + 1:02d}"
    if isinstance(latest, datetime):
        return latest.date().isoformat()
    return latest.isoformat() if isinstance(latest, date) else ""


def days_old(latest: object, today: date) -> int:
    """Days from the newest date of a table (the end of its newest month) to the as-of date; never negative."""
    if isinstance(latest, int):
        after = latest + 1
        return max(0, (today - date(after // 12, after % 12 + 1, 1)).days + 1)
    day = latest.date() if isinstance(latest, datetime) else latest
    return max(0, (today - day).days) if isinstance(day, date) else 0


def fingerprints(engine: Engine, opened: Opened) -> Lazily:
    """What a list was made from. The book's hash is of what was read and visible, whatever the order of the rows."""
    return Lazily(
        relcare=lambda: relcare.__version__,
        rulebook=lambda: {"hash": opened.rulebook.hash},
        book=lambda: {"hash": _book_hash(engine)},
    )


def _book_hash(engine: Engine) -> str:
    import hashlib

    digest = hashlib.sha256()
    for name, scanned in sorted(engine.scanned.items()):
        columns = sorted(
            row[0]
            for row in engine.session.rows(f"DESCRIBE {scanned.relation}")
            if row[0] not in ("matters", "key_number")
        )
        cells = ", ".join(f"coalesce(CAST({sql.name(c)} AS VARCHAR), chr(30))" for c in columns)
        query = f"SELECT count(*), sum(md5_number_lower(concat_ws(chr(31), {cells}))) FROM {scanned.relation} WHERE {scanned.visible}"
        digest.update(repr((name, columns, *engine.session.rows(query)[0])).encode())
    return digest.hexdigest()
