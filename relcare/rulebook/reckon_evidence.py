"""What a book shows of one subject's obligations: what was done, what stopped a clock, what was waived."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time
from typing import NamedTuple, Protocol

from relcare.rulebook.comparing import conjunction
from relcare.rulebook.conditions import All, Condition, OneOf, facts_of
from relcare.rulebook.decisions import LimitsOn
from relcare.rulebook.evaluate import Outcome, judge
from relcare.rulebook.obligations import Extends, FactDone, Obligation, Pauses, RowsDone
from relcare.rulebook.occurrences import NO_TIME, Interval, Lines, Piece, Restart, Stop, Waiver, when
from relcare.rulebook.reckon import rows_by
from relcare.rulebook.reckon_crossings import Crossings
from relcare.rulebook.reckon_rows import BookRows, Context, RawRow, Row
from relcare.rulebook.values import ABSENT, FactValue, Moment, State, Value
from relcare.rulebook.vocabulary import Table

CUSTOMER = "customer"


class Someone(Protocol):
    """A subject, or the invented one of an example."""

    @property
    def name(self) -> str:
        """What kind of subject it is."""
        ...

    @property
    def key(self) -> str:
        """Its key."""
        ...

    def fact(self, name: str) -> FactValue:
        """A fact by its name."""
        ...

    def outcome(self, name: str) -> Outcome:
        """A decision by its name."""
        ...

    def made_from(self, name: str) -> tuple[str, tuple[int, ...]]:
        """The table and the lines that a fact was made from."""
        ...

    def crossings(self, name: str) -> Crossings | None:
        """Each time that the limit of a fact that reaches one was reached; None for other facts, and where no rows say so."""
        ...


class Records(Protocol):
    """What is on record about subjects."""

    def piece(self, part: RowsDone, rule: Obligation, who: Someone, since: datetime, upto: datetime | None) -> Piece:
        """What rows dated from `since` on, and before `upto`, show of a piece of evidence."""
        ...

    def stops(self, pauses: Pauses, who: Someone) -> tuple[Stop, ...]:
        """The pauses of these kinds, in the order of their beginnings, not merged."""
        ...

    def extensions(self, extends: Extends, who: Someone) -> tuple[Event, ...]:
        """The events of this kind, in the order of their rows."""
        ...

    def restarts(self, kinds: tuple[str, ...], who: Someone) -> tuple[Restart, ...]:
        """The events of these kinds, in the order of their earliest points."""
        ...

    def waiver(self, rule: Obligation, who: Someone, since: datetime, upto: datetime | None) -> Waiver | None:
        """The first waiver of a rule that is dated from `since` on, and before `upto`."""
        ...


class Event(NamedTuple):
    """An event: when, and what is known of the fields that were asked for."""

    at: Interval
    known: Mapping[str, Value | None]
    place: Lines


class KeptRows:
    """The rows of a book, each lookup made once."""

    def __init__(self, book: BookRows) -> None:
        self._book = book
        self._found: dict[tuple[str, str, frozenset[str]], list[RawRow]] = {}

    def rows_where(self, table: str, field: str, values: Collection[str]) -> list[RawRow]:
        """The rows of `table` whose cell in `field`, stripped, is one of `values`."""
        key = (table, field, frozenset(values))
        if key not in self._found:
            self._found[key] = self._book.rows_where(table, field, values)
        return self._found[key]


class Miss(NamedTuple):
    """A row that is nearly evidence: when it came; the field by which it is none, with its cell, None where it came too early."""

    at: Interval
    fails: tuple[str, FactValue] | None
    place: Lines


class BookRecords:
    """What the rows of a book show, as known at the as-of."""

    def __init__(self, book: BookRows, context: Context) -> None:
        self._book, self._context = book, context
        self._limits = LimitsOn(context.rulebook.limits, context.today)
        self._vocabulary = context.rulebook.vocabulary

    def piece(self, part: RowsDone, rule: Obligation, who: Someone, since: datetime, upto: datetime | None) -> Piece:
        """The first row that counts, by its earliest and by its latest point.

        A row whose date is a day counts where a part of that day lies in the window. One of which it is not known whether it
        is such evidence, whose it is, or when it came, is a doubt.
        """
        table = self._vocabulary.tables[part.table]
        link, missing = self._link(table, who.name), self._missing(part, table, who.name)
        if link is None or missing:
            return Piece(part, missing=missing)
        there, here = link
        key = who.fact(here).value if here else who.key
        rows = self._rows_of(table, there, key) if isinstance(key, str) else []
        sure: list[tuple[Interval, Row]] = []
        exact: list[datetime] = []
        doubtful: list[tuple[datetime, str]] = []
        for row in rows:
            counts, why = self._counts(part, rule, table, row)
            at = row.get(table.dated_by)
            came = when(at.value) if at.value is not None else None
            if counts is False or (came is not None and not _inside(came, since, upto)):
                continue
            if counts and came is not None and not row.loose:
                sure.append((came, row))
                exact += [came.first] if _has_time(at) else []
            else:
                doubtful.append((max(since, came.first) if came else since, why or at.why or _which(row)))
        uncovered = self._uncovered(table, since)
        if uncovered:
            doubtful.append((since, uncovered))
        earliest = min((point for point, _ in doubtful), default=None)
        doubt = min(doubtful)[1] if doubtful else ""
        if not sure:
            return Piece(part, doubt=doubt, earliest=earliest)
        met = Interval(min(came.first for came, _ in sure), min(came.last for came, _ in sure))
        _, row = min(sure, key=lambda found: (found[0], found[1].lines))
        return Piece(part, met, min(exact, default=None), doubt, earliest, at=Lines(table.name, row.lines))

    def nearest(self, part: RowsDone, rule: Obligation, who: Someone, since: datetime) -> Miss | None:
        """The row that came nearest to being evidence and is none: of its kind, known when, and dated from `since` on with a test that
        it fails, the last of these; else the last before `since` that fails none.
        """
        table = self._vocabulary.tables[part.table]
        link, about = self._link(table, who.name), table.evidence
        if link is None or about is None or self._missing(part, table, who.name):
            return None
        there, here = link
        key = who.fact(here).value if here else who.key
        failed: list[tuple[Interval, Row]] = []
        early: list[tuple[Interval, Row]] = []
        for row in self._rows_of(table, there, key) if isinstance(key, str) else []:
            at = row.get(table.dated_by)
            if at.value is None or row.loose or (part.codes and row.get(about.kind).value not in part.codes):
                continue
            came, (counts, _) = when(at.value), self._counts(part, rule, table, row)
            if counts is False and came.last >= since:
                failed.append((came, row))
            elif counts and came.last < since:
                early.append((came, row))
        listed = failed or early
        if not listed:
            return None
        came, row = max(listed, key=lambda each: (each[0], each[1].lines))
        return Miss(came, self._fails(part, table, row) if failed else None, Lines(table.name, row.lines))

    def _fails(self, part: RowsDone, table: Table, row: Row) -> tuple[str, FactValue]:
        """The first field of a row that keeps it from being evidence, with its cell."""
        about = table.evidence
        conditions = [about.counts if about is not None else None, part.where]
        for condition in (each for each in conditions if each is not None):
            for name in facts_of(condition):
                cells = {other: row.cells.get(other, ABSENT) for other in facts_of(condition)}
                if judge(condition, cells, self._limits, self._context.as_of).verdict is False:
                    return name, row.get(name)
        name = about.rule if about is not None else ""
        return name, row.get(name)

    def stops(self, pauses: Pauses, who: Someone) -> tuple[Stop, ...]:
        """A pause begins at its latest point (of what is written with seconds, that second) and ends at its earliest: doubt
        does not make it longer.

        One whose end can't be read is none; one whose end is empty, or not supplied, goes on.
        """
        table, found = self._pausing(who.name), []
        about = table.pauses if table is not None else None
        if table is None or about is None:
            return ()
        supplied = self._context.tables[table.name].supplied
        for row in self._rows_of(table, table.reference_to(who.name), who.key):
            begins, ends = row.get(about.start), row.get(about.end) if about.end in supplied else ABSENT
            if row.loose or row.get(about.kind).value not in pauses.kinds or begins.value is None:
                continue
            if ends.value is None and ends.state is not State.ABSENT:
                continue
            begin, end = _beginning(begins.value), when(ends.value).first if ends.value is not None else None
            if end is None or end > begin:
                found.append(Stop(begin, end, Lines(table.name, row.lines)))
        return tuple(sorted(found, key=lambda stop: (stop.start, stop.at.lines)))

    def extensions(self, extends: Extends, who: Someone) -> tuple[Event, ...]:
        """The events of this kind whose date can be read, in the order of their rows."""
        table, found = self._pausing(who.name), []
        about = table.pauses if table is not None else None
        if table is None or about is None:
            return ()
        for row in self._rows_of(table, table.reference_to(who.name), who.key):
            at = row.get(about.start)
            if row.loose or row.get(about.kind).value != extends.kind or at.value is None:
                continue
            known = {name: row.get(name).value for name in extends.needs}
            for name in extends.needs:  # what lies ahead by its nature is known once it is written
                if known[name] is not None and table.fields[name].time != "happened":
                    known[name] = name
            found.append(Event(when(at.value), known, Lines(table.name, row.lines)))
        return tuple(found)

    def restarts(self, kinds: tuple[str, ...], who: Someone) -> tuple[Restart, ...]:
        """The events of these kinds whose date can be read, in the order of their earliest points."""
        table, found = self._pausing(who.name), []
        about = table.pauses if table is not None else None
        if table is None or about is None:
            return ()
        for row in self._rows_of(table, table.reference_to(who.name), who.key):
            at, kind = row.get(about.start), row.get(about.kind).value
            if not row.loose and isinstance(kind, str) and kind in kinds and at.value is not None:
                found.append(Restart(kind, when(at.value), Lines(table.name, row.lines)))
        return tuple(sorted(found, key=lambda one: (one.at, one.place.lines)))

    def waiver(self, rule: Obligation, who: Someone, since: datetime, upto: datetime | None) -> Waiver | None:
        """The first row that waives the rule for the subject and whose date, or a part of that day, lies in the window."""
        found: list[tuple[Interval, Row]] = []
        table = self._waiving()
        about = table.waives if table is not None else None
        if table is None or about is None:
            return None
        for row in self._rows_of(table, about.subject, who.key):
            at = row.get(table.dated_by)
            if row.loose or row.get(about.rule).value != rule.id or at.value is None:
                continue
            if _inside(when(at.value), since, upto):
                found.append((when(at.value), row))
        if not found:
            return None
        at_first, row = min(found, key=lambda waived: (waived[0], waived[1].lines))
        by, why = (str(row.get(name).value or "") if name else "" for name in (about.by, about.why))
        return Waiver(at_first, by, why, Lines(table.name, row.lines))

    def _rows_of(self, table: Table, field: str, key: str) -> list[Row]:
        rows = rows_by(table, field, key, self._book, self._context)
        return [row for row in rows if row.loose or row.get(field).value == key]

    def _counts(self, part: RowsDone, rule: Obligation, table: Table, row: Row) -> tuple[bool | None, str]:
        """Whether a row is evidence of this kind, None where that can't be told; and why not."""
        about = table.evidence
        parts: list[Condition] = []
        cells = dict(row.cells)
        if about is not None:
            if part.codes:
                parts.append(OneOf(about.kind, part.codes))
            if about.counts is not None:
                parts.append(about.counts)
                for name in facts_of(about.counts):  # a bank that records no outcome has nothing against a row
                    cells.setdefault(name, ABSENT)
        if part.where is not None:
            parts.append(part.where)
        judged = judge(All(tuple(parts)), cells, self._limits, self._context.as_of)
        named: bool | None = True
        if about is not None and about.rule in row.cells:
            cell = row.cells[about.rule]
            named = cell.value == rule.id if cell.value is not None else None if cell.why else True
        why = next((doubt.why for doubt in judged.doubts() if doubt.why), "")
        return conjunction((judged.verdict, named)), why

    def _link(self, table: Table, subject: str) -> tuple[str, str] | None:
        """The field of `table` by which a subject's rows are found, and the field of the subject that it has to equal.

        The latter is "" for the key: rows that do not name the subject may be those of the customer it belongs to.
        """
        about, own = self._context.tables.get(table.name), self._vocabulary.table_of(subject)
        direct, theirs = table.reference_to(subject), table.reference_to(CUSTOMER)
        if about is None or direct in about.supplied:
            return (direct, "") if direct else None
        mine = next((f.name for f in own.fields.values() if f.refers == CUSTOMER), "") if own is not None else ""
        if mine and theirs in about.supplied:
            return theirs, mine
        return (direct, "") if direct else None

    def _missing(self, part: RowsDone, table: Table, subject: str) -> str:
        about, link = self._context.tables.get(table.name), self._link(table, subject)
        if about is None:
            return f"the book has no {table.name}"
        needed = [link[0] if link is not None else subject, table.dated_by]
        needed += [table.evidence.kind] if table.evidence is not None and part.codes else []
        needed += facts_of(part.where) if part.where is not None else []
        gone = [name for name in needed if name and name not in about.supplied]
        return f"{about.path} has no column {', '.join(gone)}" if gone else ""

    def _uncovered(self, table: Table, since: datetime) -> str:
        about = self._context.tables[table.name]
        first, last = about.covers
        late = last is not None and self._context.as_of > datetime.combine(last, time.max)
        early = first is not None and since < datetime.combine(first, time.min)
        return f"{about.path} covers {first or 'all'} to {last or 'today'} only" if late or early else ""

    def _pausing(self, subject: str) -> Table | None:
        for table in self._vocabulary.tables.values():
            about, known_of = table.pauses, self._context.tables.get(table.name)
            reference = table.reference_to(subject)
            if about is None or known_of is None or not reference:
                continue
            if {reference, about.kind, about.start} <= known_of.supplied:
                return table
        return None

    def _waiving(self) -> Table | None:
        for table in self._vocabulary.tables.values():
            about, known_of = table.waives, self._context.tables.get(table.name)
            if about is None or known_of is None:
                continue
            if {about.rule, about.subject, table.dated_by} <= known_of.supplied:
                return table
        return None


def fact_piece(part: FactDone, who: Someone, since: datetime | None, upto: datetime | None) -> Piece:
    """A date or moment of the subject as evidence; with `since` only what lies from then on, and before `upto`, counts."""
    found = who.fact(part.fact)
    at = Lines(*who.made_from(part.fact))
    if found.state is State.NOT_SUPPLIED:
        return Piece(part, missing=found.why or f"the book has no {part.fact}")
    if found.state in {State.EMPTY, State.UNREADABLE}:
        return Piece(part, doubt=found.why or f"{part.fact} is empty", earliest=since or NO_TIME, at=at)
    if found.value is None or (since is not None and not _inside(when(found.value), since, upto)):
        return Piece(part)
    met = when(found.value)
    return Piece(part, met, met.first if _has_time(found) else None, at=at)


def _inside(came: Interval, since: datetime, upto: datetime | None) -> bool:
    return came.last >= since and (upto is None or came.first < upto)


def _beginning(value: Value) -> datetime:
    return value.at if isinstance(value, Moment) and value.precision == "second" else when(value).last


def _has_time(cell: FactValue) -> bool:
    return isinstance(cell.value, Moment) and cell.value.precision != "day"


def _which(row: Row) -> str:
    bad = next((cell.why for cell in row.cells.values() if cell.state is State.UNREADABLE and cell.why), "")
    return bad or f"a cell is empty in line {', '.join(map(str, row.lines))}"


class NoRecords:
    """The records of a subject about whom nothing stands in any table."""

    def piece(self, part: RowsDone, rule: Obligation, who: Someone, since: datetime, upto: datetime | None) -> Piece:  # noqa: ARG002
        """Nothing was done."""
        return Piece(part)

    def stops(self, pauses: Pauses, who: Someone) -> tuple[Stop, ...]:  # noqa: ARG002
        """Nothing stops the clock."""
        return ()

    def extensions(self, extends: Extends, who: Someone) -> tuple[Event, ...]:  # noqa: ARG002
        """Nothing extends a deadline."""
        return ()

    def restarts(self, kinds: tuple[str, ...], who: Someone) -> tuple[Restart, ...]:  # noqa: ARG002
        """Nothing restarts the clock."""
        return ()

    def waiver(self, rule: Obligation, who: Someone, since: datetime, upto: datetime | None) -> Waiver | None:  # noqa: ARG002
        """Nothing is waived."""
        return None
