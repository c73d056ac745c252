"""What a list says of itself: what was not judged and why, how old the data is, what it was made from."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import relcare
from relcare.engine import dialect as sql
from relcare.located import Place, Problem
from relcare.rulebook.conditions import facts_of
from relcare.runs.opening import Lazily, Opened

if TYPE_CHECKING:
    from relcare.engine.decide import Engine
    from relcare.engine.scan import Scanned

PLACED = 20  # bad cells that a list tells of; `check` tells them all

NOT_JUDGED = {
    "en": "Not judged: {facts} ({why}); silent: {rules}.",
    "zh": "未判定：{facts}（{why}）；未生效规则：{rules}。",
}
UNUSED = {"en": "Not supplied: {facts} ({why}).", "zh": "未提供：{facts}（{why}）。"}
STAND_IN = {"en": "{fact} is taken from {field}.", "zh": "{fact}取自{field}。"}
AGES = {"en": "Data up to: {ages}.", "zh": "数据截至：{ages}。"}
DAYS = {"en": "{table} {latest} ({days} days old)", "zh": "{table} {latest}（{days}天前）"}
UNDATED = {"en": "undated, taken as of today: {tables}", "zh": "无日期，按当日数据：{tables}"}


def not_judged(engine: Engine, subject: str, language: str) -> list[str]:
    """A line for each reason for which facts are missing, with the rules that it silences; then what stands in."""
    plan = engine.plan.subjects[subject]
    lines = []
    for why, names in reasons(plan.missing).items():
        rules = silenced(engine, subject, names)
        if not rules and not any(_is_measure(engine, subject, name) for name in names):
            continue
        labels = []
        for name in names:
            fact = engine.rulebook.vocabulary.fact(subject, name)
            labels.append(fact.label.in_(language) if fact is not None else name)
        facts = ("、" if language == "zh" else ", ").join(labels)
        template = NOT_JUDGED if rules else UNUSED
        lines.append(template[language].format(facts=facts, why=why, rules=", ".join(rules)))
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
        latest = latest_text(scanned.latest)
        if not latest:
            undated.append(name)
            continue
        days = days_old(scanned, engine.as_of.date())
        parts.append(DAYS[language].format(table=name, latest=latest, days=days))
    if undated:
        parts.append(UNDATED[language].format(tables=", ".join(undated)))
    return [AGES[language].format(ages="; ".join(parts))] if parts else []


def latest_text(latest: object) -> str:
    """The newest date of a table as text; "" where it has none."""
    if latest is None:
        return ""
    if isinstance(latest, int):
        return f"{latest // 12:04d}-{latest % 12 + 1:02d}"
    if isinstance(latest, datetime):
        return latest.date().isoformat()
    return latest.isoformat() if isinstance(latest, date) else ""


def days_old(scanned: Scanned, today: date) -> int:
    """Days from the newest date of a table (the end of its newest month) to the as-of date; never negative."""
    latest = scanned.latest
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


def scan_problems(engine: Engine, opened: Opened, placed: int | None = PLACED) -> list[Problem]:
    """What was found wrong in the tables that were read: cells, rows set aside, keys given twice.

    `placed` is how many rows with bad cells are placed in their files; None for all of them.
    """
    from relcare.engine.places import wrong_cells

    problems: list[Problem] = []
    for name, scanned in sorted(engine.scanned.items()):
        source = engine.sources[name]
        if source is not opened.book.sources.get(name):
            problems += source.problems  # of the repair; those of the opening are told already
        problems += [
            Problem(
                Place(source.path, row.line),
                "ROW01",
                f"row set aside: {row.reason}",
                "one cell for each column of the header",
            )
            for row in source.set_aside
        ]
        if scanned.no_key:
            keys = " and ".join(scanned.table.key)
            problems.append(
                Problem(
                    Place(source.path),
                    "ROW02",
                    f"{scanned.no_key} rows set aside: no {keys}",
                    "every row needs its key",
                )
            )
        if scanned.wrong:
            found = wrong_cells(engine, scanned, opened.spill, placed)
            problems += found
            placed = max(0, placed - len(found)) if placed is not None else None
        keys = " and ".join(scanned.table.key)
        problems += [
            Problem(
                Place(source.path),
                "ROW03",
                f"rows with the {keys} {' '.join(map(str, clash))} contradict each other",
                "the cells in which they differ count as unreadable",
            )
            for clash in scanned.conflicts
        ]
    return problems
