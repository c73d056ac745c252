"""Every occurrence of every rule for every subject of a book, as plain rows: what the lists are made from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from relcare.engine import dialect as sql
from relcare.engine.decide import Engine
from relcare.engine.levels import levels_select
from relcare.engine.owed import Owing
from relcare.files.book import Book
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.obligations import Obligation
from relcare.timing.calendars import Calendar

COLUMNS = ("opens", "start", "due", "due_until", "act_by", "done", "assumed", "provisional", "status", "open")


def owed_rows(
    rulebook: Rulebook,
    book: Book,
    as_of: datetime,
    spill: Path,
    calendar: Calendar | None = None,
    rules: Iterable[Obligation] | None = None,
    *,
    every: bool = True,
) -> list[dict[str, Any]]:
    """What is owed under all rules, or the given ones, ordered by subject, id, rule and deadline.

    Each row has `subject`, `subject_id`, `rule_id`, the COLUMNS, `levels` (number and
    moment of each), `cause` and `held` (the labels of what made it cease, and of what
    suspends it, or ""). Without
    `every` only what is open is there. `calendar` None is the book's own.
    """
    engine = Engine(rulebook, book, as_of, spill)
    try:
        owing = Owing(engine, calendar or book.settings.calendar.applied(rulebook.calendars), every=every)
        owing.want(rulebook.obligations if rules is None else rules)
        engine.read()
        found = []
        for subject in sorted(owing.owed, key=lambda name: name != "customer"):
            owed = owing.owed[subject]
            if not owed.rules:
                continue
            owing.settle(subject)
            for table in owed.tables:
                reached: dict[int, list[tuple[int, datetime]]] = {}
                for select in levels_select(owed, owing.days_of, sql.name(table)):
                    for where, nth, at in engine.session.rows(select):
                        reached.setdefault(where, []).append((nth, at))
                query = f"SELECT rowid, rule, key, cause, held, {', '.join(sql.name(c) for c in COLUMNS)} FROM {sql.name(table)}"
                for where, number, key, cause, held, *values in engine.session.rows(query):
                    rule = owed.rules[number]
                    row = {
                        "subject": subject,
                        "subject_id": key,
                        "rule_id": rule.id,
                        **dict(zip(COLUMNS, values, strict=True)),
                    }
                    row["levels"] = reached.get(where, ())
                    row["cause"] = rule.ceases[cause].label.en if cause is not None else ""
                    row["held"] = rule.suspends[held].label.en if held is not None else ""
                    found.append(row)
        return sorted(found, key=lambda row: (row["subject"], row["subject_id"], row["rule_id"], row["opens"]))
    finally:
        engine.session.close()
