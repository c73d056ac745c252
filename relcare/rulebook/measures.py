"""Measures: facts made from the rows of a table. A closed catalogue that grows by need."""

from __future__ import annotations

from relcare.located import Place
from relcare.rulebook.conditions import Condition, Limit, Span
from relcare.rulebook.frozen import dataclass
from relcare.rulebook.frozen import field as attribute


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time before the as-of: from `back + span` before it to `back` before it, the older end excluded.

    `in the last 90 days` is Window(90 days), `in the 90 days before the last 90 days` is Window(90 days, 90 days): the
    two share no day and leave none out. Days, weeks, months, quarters and years are counted in dates, so that the last 1
    day is the as-of date itself; hours, minutes and seconds from the as-of moment.
    """

    span: Span
    back: Span | None = None


@dataclass(frozen=True, slots=True)
class RowMeasure:
    """`count of T`, `sum|average|highest|lowest of F of T`, `latest|earliest F of T`, each `where …` and in a window.

    `kind`: count, sum, average, highest, lowest, latest, earliest, repeats, reached, repeated. `where` tests fields of the
    table. A count, sum or `repeats` over no rows is 0, the others over no rows are absent (`never`). `latest F` is F of the
    row with the latest `dated_by` (F itself where F is a date); where several rows share it, the highest F. `repeats of F`
    is how many rows share the value of F that most share. Rows without a value of F or `by` are not counted.

    `reached` is a *crossing*: F, the `dated_by`, of a row with which the rows of the window that ends with that row are as many
    as `limit` says on its day, the rows of that window before it having been fewer. The window is so many days before each
    row, not before the as-of: a crossing stays one when its rows grow older. Rows are in the order of their earliest points;
    those that share it came together. `repeated` are the crossings of the rows that share a value of the field `by`; those of
    one moment are one. The fact is the latest crossing, absent where there was none; an obligation that starts from it is
    owed once for each. Where the limit has changed since the row before, that row's limit may be what was not yet reached.
    """

    kind: str
    table: str
    field: str = ""
    where: Condition | None = None
    window: Window | None = None
    by: str = ""
    limit: Limit | None = None
    place: Place = attribute(default=Place(""), compare=False)

    @property
    def crosses(self) -> bool:
        """Whether it gives the moments at which a limit was reached."""
        return self.kind in ("reached", "repeated")


@dataclass(frozen=True, slots=True)
class SeriesMeasure:
    """A measure of a monthly series: a table whose key is its subject and a month.

    The series ends with the *reporting month*: the last month that is over at the as-of date and for which the table
    has a row of any subject. `kind`:

    - `average`: the average over the last `months` months up to it, of the months that have a row; absent over none.
    - `change`: the reporting month's value less that of the month `months` before; absent where either has no row.
    - `falling streak`, `rising streak`: how many months in a row, up to the reporting month, each fell below (rose
      above) the month before it; equal breaks it, a month without a row breaks it; 0 where the reporting month has none.
      At most `months` months are looked at where that is not 0.
    - `first reached`: the first month at or above `limit`; absent where there was none.
    """

    kind: str
    table: str
    field: str
    months: int = 0
    limit: Limit | None = None
    place: Place = attribute(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class AgeMeasure:
    """`years since F`, `months since F`, `days since F`: whole units from the date F of the subject to the as-of date.

    Natural periods clamped to the month's end: 29 Feb + 1 year = 28 Feb. `days until F` counts the other way.
    """

    unit: str  # years, months, weeks, days
    fact: str
    until: bool = False
    place: Place = attribute(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class OfMeasure:
    """`latest of A, B and C`, `earliest of A, B and C`: of the dates and moments of the subject that have a value.

    By their earliest points, then by their latest. Absent where none has a value; unknown where one of them is. Dates among moments are moments of a day's precision.
    """

    kind: str  # latest, earliest
    facts: tuple[str, ...]
    place: Place = attribute(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class BetweenMeasure:
    """`minutes from A to B`, `seconds …`, `hours …`: the elapsed time between two moments of the subject, exactly.

    Not rounded: a minute and a second are 61/60 minutes. Less than nothing where they run backwards. Absent where one of them
    is absent and the other is not unknown; unknown where one is unknown, or is not known to the second.
    """

    unit: str  # seconds, minutes, hours
    start: str
    end: str
    place: Place = attribute(default=Place(""), compare=False)


Measure = RowMeasure | SeriesMeasure | AgeMeasure | OfMeasure | BetweenMeasure
