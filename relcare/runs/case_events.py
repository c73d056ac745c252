"""What happened in one case, and what its clocks did and will do: each with its moment and the cell or rule that says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from relcare.rulebook.obligations import FactDone, RowsDone
from relcare.rulebook.occurrences import Interval, Lines, Occurrence, when
from relcare.rulebook.reckon import rows_by
from relcare.rulebook.reckon_binding import open_for
from relcare.rulebook.reckon_evidence import KeptRows
from relcare.rulebook.reckon_rows import Row
from relcare.rulebook.values import FactValue, Value
from relcare.rulebook.vocabulary import Fact, Field, Table
from relcare.rulebook.wording import code_words, value_words
from relcare.runs.explain_facts import shown
from relcare.runs.explain_obligation_words import act_by_words, day_words, days_words, due_words, moment_words
from relcare.runs.explain_obligations import ALMOST_A_DAY, ObligationTelling

DATED = ("date", "moment")
SAID = ("code", "codes", "count", "yes_no", "money", "percent")  # what is told beside the date that it is known with
# The parts of a timeline in the order in which they stand at one moment; from `as of` on they are still to come.
PARTS = (
    "received", "step", "entry", "pause", "resumes", "waived", "starts", "ceased", "given up", "due", "as of", "at risk", "deadline",
    "gives up",
)  # fmt: skip
AHEAD = PARTS.index("as of")
WORDS = {
    "en": {
        "of": "{}: {}", "starts": "starts, due {}", "assumed": "starts with the deadline of {}, which is not done: due {}", "at risk": "at risk from here on",
        "due": "due", "gives up": "given up if it is not done", "given up": "given up", "provisional": "provisional", "joint": ", ", "ends": "clock stopped",
        "goes on": "clock runs again", "done": "done {}",
    },
    "zh": {
        "of": "{}：{}", "starts": "起算，期限 {}", "assumed": "{} 未完成，按其期限推定起算，期限 {}", "at risk": "自此临近到期",
        "due": "到期", "gives up": "仍未办理则失效", "given up": "失效", "provisional": "推定", "joint": "，", "ends": "停止计时",
        "goes on": "恢复计时", "done": "{} 完成",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline.

    `at` is the earliest point of its moment, `shown` the moment as text. `rules` are those that it starts, stops, completes or
    is about; `status` is how the clock stands that it is about. `who` is a staff id: who did it, or who has to. `source` is the
    file and line that it was read from, of a deadline those of its rule.
    """

    at: datetime
    part: str
    shown: str
    what: str
    detail: str = ""
    rules: tuple[str, ...] = ()
    clause: str = ""
    status: str = ""
    who: str = ""
    source: str = ""


class CaseEvents(ObligationTelling):
    """The events of one subject, told in one language; `occurrences` is all that is or was owed to it."""

    def of(self, rows: KeptRows, occurrences: Collection[Occurrence]) -> list[Event]:
        """Every event, the earliest first; those later than the as-of are deadlines and planned dates."""
        told = [*self._own(occurrences), *self._entries(rows, occurrences)]
        for one in occurrences:
            told += self._clock(one)
        return sorted(told, key=lambda event: (event.at, PARTS.index(event.part), event.rules, event.what))

    def _own(self, occurrences: Collection[Occurrence]) -> Iterator[Event]:
        """The dates of the subject's own row."""
        table = self._context.rulebook.vocabulary.table_of(self._who.name)
        if table is None:
            return
        source = self.place_of(table.name, self._who.row.lines)
        for field in table.fields.values():
            at = _moment(field, self._who.row.get(field.name))
            if at is not None:
                part = "received" if field.name == table.dated_by else "step"
                rules, status = _completed(occurrences, field.name, NOTHING)
                detail = self._beside(table, self._who.row, field.name)
                label = field.label.in_(self._language)
                yield Event(at.first, part, _shown(at), label, detail, rules, "", status, "", source)

    def _entries(self, rows: KeptRows, occurrences: Collection[Occurrence]) -> Iterator[Event]:
        """The dates of the rows of other tables that name the subject."""
        for table in self._context.rulebook.vocabulary.tables.values():
            reference = table.reference_to(self._who.name) if table.subject != self._who.name else ""
            about = self._context.tables.get(table.name)
            if about is None or not reference or reference not in about.supplied or table.waives is not None:
                continue
            for row in rows_by(table, reference, self._who.key, rows, self._context):
                if row.get(reference).value == self._who.key:
                    yield from self._entry(table, row, occurrences)

    def _entry(self, table: Table, row: Row, occurrences: Collection[Occurrence]) -> Iterator[Event]:
        name = self._name_of(table, row)
        source = self.place_of(table.name, row.lines)
        who = next(
            (
                str(row.get(f.name).value)
                for f in table.fields.values()
                if f.refers == "staff" and row.get(f.name).value
            ),
            "",
        )
        lines = Lines(table.name, row.lines)
        stopped = tuple(
            dict.fromkeys(one.rule.id for one in occurrences for stop in one.pauses if _shares(stop.at, lines))
        )
        for field in table.fields.values():
            at = _moment(field, row.get(field.name))
            if at is None:
                continue
            dated = field.name == table.dated_by
            rules, status = _completed(occurrences, "", lines) if dated else ((), "")
            part, what = "entry", name if dated else self._word("of", name, field.label.in_(self._language))
            detail = self._beside(table, row, field.name)
            pauses = table.pauses
            if stopped and pauses is not None and field.name in (pauses.start, pauses.end):
                begins = field.name == pauses.start
                part, rules = "pause" if begins else "resumes", stopped
                what, detail = name, self._word("ends" if begins else "goes on")
            yield Event(at.first, part, _shown(at), what, detail, rules, "", status, who, source)

    def _name_of(self, table: Table, row: Row) -> str:
        """What the row is: by its kind, where it has one, else by its table."""
        kind = table.evidence.kind if table.evidence is not None else ""
        cell = row.get(kind).value if kind else None
        if isinstance(cell, str):
            return self._code(table.fields[kind], cell)
        return table.label.in_(self._language)

    def _beside(self, table: Table, row: Row, date_field: str) -> str:
        """What became known with a date: `Satisfaction 2`; with a row's own date also its other codes and amounts."""
        own = date_field == table.dated_by
        kind = table.evidence.kind if table.evidence is not None else ""
        told = []
        for field in table.fields.values():
            if field.name == kind or field.type not in SAID or row.get(field.name).value is None:
                continue
            if field.known_with == date_field or (own and self._is_told(table, field)):
                value = row.get(field.name).value
                told.append(f"{field.label.in_(self._language)} {self._value_of(field, value)}")
        return self._word("joint").join(told)

    def _is_told(self, table: Table, field: Field) -> bool:
        """Whether a row's own date tells a field: of the subject how it came, of other rows all that no other date brought."""
        return field.name == "channel" if table.subject == self._who.name else not field.known_with

    def _value_of(self, field: Field, value: Value | None) -> str:
        if isinstance(value, str):
            return self._code(field, value)
        if isinstance(value, tuple):
            return "/".join(self._code(field, str(each)) for each in value)
        return "" if value is None else value_words(value, _as_fact(field), self._language)

    def _code(self, field: Field, code: str) -> str:
        return code_words(code, _as_fact(field), self._language)

    def _clock(self, one: Occurrence) -> Iterator[Event]:
        """The start, the deadline and what lies between and behind them; what is not known when has no place in time."""
        rule, label = one.rule, one.rule.label.in_(self._language)
        ids, clause, place = (rule.id,), ", ".join(rule.cites), shown(rule.place)
        due = due_words(one)
        marks = [self._word("provisional")] if one.provisional else []
        ended = one.since if one.status == "ceased" else None
        if one.start is not None and not (one.assumed and ended is not None and ended < one.start.first):
            words = self._word("assumed", one.origin.name, due) if one.assumed else self._word("starts", due)
            source = self.place_of(*one.origin.at) or place
            told = self._word("joint").join([words, *marks])
            yield Event(one.start.first, "starts", _shown(one.start), label, told, ids, clause, "", "", source)
        if one.waiver is not None and one.status == "waived":
            source, waived = self.place_of(*one.waiver.place), one.waiver.at
            why, by = one.waiver.why, one.waiver.by
            yield Event(waived.first, "waived", _shown(waived), label, why, ids, clause, "waived", by, source)
        if ended is not None:
            cause = one.cause.label.in_(self._language) if one.cause is not None else ""
            yield Event(ended, "ceased", day_words(ended), label, cause, ids, clause, "ceased", "", place)
            return
        if one.due is not None:
            told = self._word("joint").join([*self._how_it_stands(one), *marks])
            ahead = one.due.first >= self._as_of
            to_come = one.is_open(self._as_of) or one.status == "not started"
            part = "deadline" if ahead and to_come else "due"
            yield Event(one.due.first, part, due, label, told, ids, clause, one.status, "", place)
        if one.is_open(self._as_of) and one.risk_from is not None:
            at = one.risk_from
            yield Event(at, "at risk", day_words(at), label, self._word("at risk"), ids, clause, "", "", place)
        if one.lapses_at is not None and (one.is_open(self._as_of) or one.status == "lapsed"):
            part = "given up" if one.status == "lapsed" else "gives up"
            status = "lapsed" if one.status == "lapsed" else ""
            at = one.lapses_at
            yield Event(at, part, day_words(at), label, self._word(part), ids, clause, status, "", place)

    def _how_it_stands(self, one: Occurrence) -> list[str]:
        """Beside the deadline: when it was done, or how long is left and by when to act."""
        if one.done is not None:
            return [self._word("done", self._done(one))]
        told = self._standing(one)
        asking = open_for(one.rule.step, self._every, self._as_of, self._context.rulebook)
        if len(asking) > 1 and asking[0] is one:
            told.append(self._say("part binds"))
        if one.is_open(self._as_of):
            told.append(days_words(one, self._as_of, self._language))
            if (
                one.act_by is not None
                and one.due is not None
                and self._as_of <= one.act_by
                and one.act_by.date() != one.due.first.date()
            ):
                told.append(self._say("act by", act_by_words(one)))
        return told

    def _word(self, key: str, *parts: str) -> str:
        return WORDS[self._language][key].format(*parts)


NOTHING = Lines()


def _as_fact(field: Field) -> Fact:
    """A field of any table as something that can be put in words."""
    return Fact(field.name, "", field.type, field.label, "field", field.unit, field.codes)


def _completed(occurrences: Iterable[Occurrence], fact: str, row: Lines) -> tuple[tuple[str, ...], str]:
    """The rules of which a date of the subject, or a row, is a piece of the evidence; and how they stand if it was the last piece."""
    rules: dict[str, None] = {}
    statuses: dict[str, None] = {}
    for one in occurrences:
        for piece in one.pieces:
            named = isinstance(piece.part, FactDone) and fact and piece.part.fact == fact
            if piece.met is None or not (named or (isinstance(piece.part, RowsDone) and _shares(piece.at, row))):
                continue
            rules[one.rule.id] = None
            if one.done is not None and piece.met.last == one.done.last:
                statuses[one.status] = None
    return tuple(rules), ", ".join(statuses) if len(statuses) == 1 else ""


def _shares(one: Lines, other: Lines) -> bool:
    return one.table == other.table and not set(one.lines).isdisjoint(other.lines)


def _moment(field: Field, cell: FactValue) -> Interval | None:
    """The interval of a date or moment that is known; None for all other cells."""
    return when(cell.value) if field.type in DATED and cell.value is not None else None


def _shown(at: Interval) -> str:
    """A day where only a day is known, else the moment."""
    return at.first.date().isoformat() if at.last - at.first >= ALMOST_A_DAY else moment_words(at.first)
