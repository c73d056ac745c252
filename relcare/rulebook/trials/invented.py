"""The invented subject of an example: it has what is written there, and nothing else was done for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from relcare.rulebook.cells import strip
from relcare.rulebook.decisions import Rulebook
from relcare.rulebook.evaluate import Outcome
from relcare.rulebook.reckon import Subject
from relcare.rulebook.reckon_crossings import Crossings
from relcare.rulebook.reckon_evidence import CUSTOMER, BookRecords, NoRecords, Records
from relcare.rulebook.reckon_rows import Context, RawRow, Row, TableContext, reporting_month
from relcare.rulebook.values import ABSENT, FactValue, Month, State, known, not_supplied
from relcare.rulebook.vocabulary import Table, Vocabulary

KEY = "example"

GivenRows = Mapping[str, tuple[Mapping[str, str], ...]]


class Invented:
    """A subject by what an example says of it.

    What is written is so; a fact that can be made from what is written (an age, a measure over the rows that are given, a
    decision) is worked out; a date that would show that something was done is absent; anything else is not supplied.
    """

    name: str
    key = KEY

    def __init__(
        self, name: str, facts: Mapping[str, FactValue], absent: Collection[str], rows: GivenRows, rulebook: Rulebook,
        as_of: datetime, zone: str,
    ) -> None:  # fmt: skip
        self.name, self._facts, self._absent, self._rows = name, facts, absent, rows
        vocabulary = rulebook.vocabulary
        table = vocabulary.table_of(name)
        self._refers = {f.name for f in table.fields.values() if f.refers} if table is not None else set()
        book = _Rows(name, rows, vocabulary) if rows else None
        tables = {each: _supplied(vocabulary.tables[each], rows[each], as_of) for each in rows}
        own = {table.name: TableContext("", frozenset(facts))} if table is not None else {}
        context = Context(rulebook, as_of, zone, {**tables, **own})
        self._subject = Subject(name, KEY, Row((), facts), book or _Rows(name, {}, vocabulary), context)
        self.records: Records = NoRecords()
        if book is not None:
            every = {each.name: _supplied(each, rows.get(each.name, ()), as_of) for each in vocabulary.tables.values()}
            self.records = BookRecords(book, Context(rulebook, as_of, zone, every))

    def fact(self, name: str) -> FactValue:
        """A fact by its name."""
        given = self._facts.get(name)
        if given is not None:
            return given
        if name in self._refers:
            return known(KEY)
        value = not_supplied() if "." in name else self._subject.fact(name)
        return ABSENT if value.state is State.NOT_SUPPLIED and name in self._absent else value

    def outcome(self, name: str) -> Outcome:
        """A decision by its name; of one that is written nothing stands behind it."""
        value = self._facts.get(name)
        if value is None and "." not in name:
            return self._subject.outcome(name)
        value = value or not_supplied()
        code = value.value if isinstance(value.value, str) else None
        return Outcome(code, None, wants=() if code else (name,), state=value.state)

    def made_from(self, name: str) -> tuple[str, tuple[int, ...]]:  # noqa: ARG002
        """No rows of a file."""
        return "", ()

    def crossings(self, name: str) -> Crossings | None:
        """Each time that a limit was reached in the rows that are given; None where the date itself is written."""
        return None if name in self._facts else self._subject.crossings(name)


def _supplied(table: Table, rows: tuple[Mapping[str, str], ...], as_of: datetime) -> TableContext:
    months = [_month(row.get(table.series_month, "")) for row in rows] if table.series_month else []
    reporting = reporting_month([month for month in months if month is not None], as_of.date())
    return TableContext(table.name, frozenset(table.fields), reporting=reporting)


def _month(text: str) -> Month | None:
    year, _, month = text.partition("-")
    return Month(int(year), int(month)) if year.isdigit() and month.isdigit() else None


class _Rows:
    """The rows that are given: each is of the example's subject and of its customer, where it names no other."""

    def __init__(self, subject: str, rows: GivenRows, vocabulary: Vocabulary) -> None:
        self._rows: dict[str, list[RawRow]] = {}
        for name, listed in rows.items():
            table = vocabulary.tables[name]
            owners = {table.reference_to(subject), table.reference_to(CUSTOMER)}
            owners |= {table.waives.subject} if table.waives is not None else set()
            for number, cells in enumerate(listed, 1):
                whole = dict.fromkeys(table.fields, "") | dict.fromkeys(owners & set(table.fields), KEY)
                whole |= {key: f"{KEY} {number}" for key in table.key if not whole[key]} | dict(cells)
                self._rows.setdefault(name, []).append(RawRow(number, whole))

    def rows_where(self, table: str, field: str, values: Collection[str]) -> list[RawRow]:
        """The rows of `table` whose cell in `field` is one of `values`."""
        return [row for row in self._rows.get(table, ()) if strip(row.cells.get(field, "")) in values]
