"""The vocabulary: every table, field and fact that a book may hold and a rule may name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from relcare.located import Place
from relcare.rulebook.conditions import Condition
from relcare.rulebook.frozen import dataclass, field
from relcare.rulebook.measures import Measure

TYPES = ("id", "text", "code", "codes", "yes_no", "money", "number", "percent", "count", "date", "moment", "month")
NUMERIC = frozenset({"money", "number", "percent", "count"})
TEMPORAL = frozenset({"date", "moment", "month"})


@dataclass(frozen=True, slots=True)
class Correction:
    """Why the past of a rule was changed, who approved that, when, in which document."""

    reason: str
    by: str
    on: date
    document: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name in both languages of display."""

    en: str
    zh: str

    def in_(self, language: str) -> str:
        """The label in `language` (`en` or `zh`)."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a closed list: its key, its labels, and other spellings that a file may use."""

    key: str
    label: Label
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table.

    `empty` is what an empty cell means: `unknown`, `not yet` or `none`. `time` says from when the cell is visible:
    `snapshot` (always), `planned` (always: a future date is meant), `happened` (hidden while its own date lies after
    the as-of) or `known with` (hidden while the field named `known_with` is). `low` and `high` are included. `refers`
    is the subject whose key the cell holds ("" for none). `headers` are the names that a file may use beside the key
    and the two labels. `instead` is the cell of every row of a file that has no such column ("" for none).
    """

    name: str
    type: str
    label: Label
    unit: str = ""
    codes: tuple[Code, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    empty: str = "unknown"
    headers: tuple[str, ...] = ()
    time: str = "snapshot"
    known_with: str = ""
    refers: str = ""
    place: Place = field(default=Place(""), compare=False)
    instead: str = ""


@dataclass(frozen=True, slots=True)
class RowEvidence:
    """The rows of a table show that something was done, at their `dated_by`.

    `word` is what rules call such a row (`done when: interaction call`); `kind` is the field of type code that says what was
    done ("" where the table has none). A row counts if `counts`, a condition on the table's fields, holds (None: always) and
    the field `rule` is empty or names the rule ("" where the table has no such field).
    """

    word: str
    kind: str = ""
    counts: Condition | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class RowPauses:
    """The rows of a table stop clocks: the field `kind` says of what kind the pause is, `start` and `end` from when to when.

    An empty `end` is a pause that goes on.
    """

    kind: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class RowWaives:
    """The rows of a table waive what is owed, at their `dated_by`: fields for the rule's id, the subject's key, who and why.

    `by` and `why` are "" where the table has no such field.
    """

    rule: str
    subject: str
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a book.

    `subject` is the subject that has one row here ("" for a table of events). Rows with the same `key` are one row.
    `dated_by` is the field with which a row comes into being: a row whose `dated_by` lies after the as-of is hidden
    ("" for a table of snapshots). `evidence`, `pauses` and `waives` say what its rows are to obligations, None for nothing.
    `instead` is the key of the one row that stands for a file that the book has not, as soon as the rows of another of its
    tables are of that subject ("" for none).
    """

    name: str
    label: Label
    fields: dict[str, Field]
    subject: str = ""
    key: tuple[str, ...] = ()
    dated_by: str = ""
    place: Place = field(default=Place(""), compare=False)
    evidence: RowEvidence | None = None
    pauses: RowPauses | None = None
    waives: RowWaives | None = None
    corrects: Correction | None = None
    instead: str = ""

    @property
    def series_month(self) -> str:
        """The part of the key that is a month; "" where the table is no monthly series."""
        return next((name for name in self.key if name in self.fields and self.fields[name].type == "month"), "")

    def reference_to(self, subject: str) -> str:
        """The field that holds the key of `subject`, or "" where the table has none."""
        if self.subject == subject:
            return self.key[0]
        return next((f.name for f in self.fields.values() if f.refers == subject), "")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a rule can test of a subject: a field of its own table, a measure, or a decision.

    `source` is `field`, `measure` or `decision`. `instead` names a field of the subject that stands in where the
    table of the measure is not supplied ("" for none). A column of the subject's own file with the name of a measure
    or decision replaces the computation.
    """

    name: str
    subject: str
    type: str
    label: Label
    source: str
    unit: str = ""
    codes: tuple[Code, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    empty: str = "unknown"
    measure: Measure | None = None
    instead: str = ""
    place: Place = field(default=Place(""), compare=False)
    corrects: Correction | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a norm: `norm` names the norm, `edition` the edition of it that says so (None where none is named).

    It binds from `start` on (None: always) to the day before `until` (None: for ever). `house` is what the bank has added to it
    by its own practice; with `is_house` all of it is house practice.
    """

    id: str
    label: Label
    text: Label
    norm: Label
    edition: Label | None = None
    start: date | None = None
    until: date | None = None
    house: Label | None = None
    is_house: bool = False
    place: Place = field(default=Place(""), compare=False)

    def binds(self, day: date) -> bool:
        """Whether the clause binds on the day."""
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All tables by name, all facts by subject and name, and the clauses of the norm by id.

    `facts[subject]` holds the fields of the subject's table, its measures and its decisions.
    """

    tables: dict[str, Table]
    facts: dict[str, dict[str, Fact]]
    clauses: dict[str, Clause]

    def table_of(self, subject: str) -> Table | None:
        """The table with one row for each `subject`."""
        return next((table for table in self.tables.values() if table.subject == subject), None)

    def fact(self, subject: str, name: str) -> Fact | None:
        """The fact `name` of `subject`; `customer.tier` is the fact `tier` of the customer that the subject refers to."""
        if "." in name:
            other, _, rest = name.partition(".")
            table = self.table_of(subject)
            if table is None or not table.reference_to(other) or other == subject:
                return None
            return self.facts.get(other, {}).get(rest)
        return self.facts.get(subject, {}).get(name)
