"""From when on a rule owes something to one subject, and by when: each start, period, anniversary or date, in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

from relcare.rulebook.comparing import day_of
from relcare.rulebook.conditions import ELAPSED_UNITS, TIME_UNITS, WORKING_TIME_UNITS, Span
from relcare.rulebook.obligations import Cadence, Obligation, Point, RowsDone, parts_of
from relcare.rulebook.occurrences import NO_TIME, Interval, Lines, NotOwed, Occurrence, Origin, when
from relcare.rulebook.reckon_crossings import Crossings
from relcare.rulebook.reckon_evidence import Someone
from relcare.rulebook.values import ABSENT, FactValue, State, known
from relcare.rulebook.vocabulary import Vocabulary
from relcare.timing.calendars import Calendar
from relcare.timing.clock import DayLine, Pause
from relcare.timing.counting import begin_of, day_there, end_of, own_days
from relcare.timing.counting import counted as reckon
from relcare.timing.periods import anniversaries_upto, anniversary, festival_days, period_of
from relcare.timing.spans import DAYS, MONTHS, shift

TICK = timedelta(microseconds=1)
NO_START = Interval(NO_TIME, NO_TIME)
YEARS_BACK = 10  # how far back what is never given up is looked for
KEPT = timedelta(days=366)  # so long after its deadline what was given up is listed
YEARS_AHEAD = 2  # how far ahead what opens early is looked for


class Reached(NamedTuple):
    """A point in time that was counted to: its interval, the days on the way, and whether the clock stands still."""

    at: Interval
    timeline: tuple[DayLine, ...] = ()
    paused: bool = False


class Made(NamedTuple):
    """An occurrence before anything is known of what was done: its start, opening, deadline and the next one's opening.

    `base` is what the deadline counts from. `wants`: the facts for want of which it can't be dated. `unclear`: whether there was
    such a start is not known.
    """

    rule: Obligation
    origin: Origin
    start: Interval | None
    opens: datetime
    base: Interval | None
    due: Reached | None
    next_opens: datetime | None = None
    assumed: bool = False
    wants: tuple[str, ...] = ()
    unclear: bool = False


class NoDate(NamedTuple):
    """A fact of the subject that is no date to count from."""

    name: str
    fact: FactValue


def counted(
    point: Point,
    base: Interval,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    most: Span | None = None,
    as_of: datetime | None = None,
) -> Reached:
    """The point in time that lies where `point` says from `base`; in days it is the end of the day reached."""
    span = point.span
    if span is None or span.unit not in ELAPSED_UNITS:  # what elapses does so by no calendar
        base = Interval(*own_days(*base, calendar))
    if span is None:
        return Reached(Interval(*(end_of(day_there(edge, calendar), calendar) for edge in base)))
    limit = (most.amount, most.unit) if most is not None else None
    first, last = (
        reckon(edge, span.amount, span.unit, calendar, before=point.before, pauses=pauses, most=limit, rolls=point.rolls,
               as_of=as_of)
        for edge in base
    )  # fmt: skip
    at = Interval(first.at, last.at)
    if point.rolls and point.before:
        at = Interval(*(end_of(calendar.next_open_day(day_there(edge, calendar)), calendar) for edge in at))
    return Reached(at, first.timeline, first.paused)


def is_shared(rule: Obligation) -> bool:
    """Whether a rule comes again in periods or festivals that are the same for all subjects."""
    return rule.every is not None and not rule.every.on


def in_days(point: Point) -> bool:
    """Whether a point is the end of a day, and not a moment."""
    return point.span is None or point.span.unit not in TIME_UNITS


def is_worked(point: Point) -> bool:
    """Whether a point is counted in working time, so that it lies in it."""
    return point.span is not None and point.span.unit in WORKING_TIME_UNITS


def opening(point: Point, base: Interval, calendar: Calendar) -> datetime:
    """The beginning of the day on which a point in days lies; an elapsed one as it is."""
    reached = counted(point, base, calendar).at.first
    return begin_of(day_there(reached, calendar), calendar) if in_days(point) else reached


class Shared:
    """What is the same for every subject under one calendar, reckoned once: points counted without pauses, and periods."""

    def __init__(self) -> None:
        self._points: dict[tuple[Span | None, bool, bool, Interval], Reached] = {}
        # By the identity of a rule, which is kept with it.
        self._periods: dict[tuple[int, date], tuple[Obligation, Made]] = {}

    def counted(self, point: Point, base: Interval, calendar: Calendar) -> Reached:
        """As `counted` does, without pauses."""
        key = point.span, point.before, point.rolls, base  # all that counting asks for
        found = self._points.get(key)
        if found is None:
            found = self._points[key] = counted(point, base, calendar)
        return found

    def period(self, rule: Obligation, day: date, make: Callable[[], Made]) -> Made:
        """The period or festival of a rule on a day."""
        found = self._periods.get((id(rule), day))
        if found is None:
            found = self._periods[id(rule), day] = rule, make()
        return found[1]


class Starts:
    """All that the versions of the rules may owe one subject.

    `ends` are the occurrences of the rules that were reckoned before, by id: those whose end starts another. `shared` is of
    this calendar.
    """

    def __init__(
        self, who: Someone, vocabulary: Vocabulary, calendar: Calendar, as_of: datetime,
        ends: Mapping[str, Sequence[Occurrence]], years_back: int = YEARS_BACK, shared: Shared | None = None,
    ) -> None:  # fmt: skip
        self._shared = shared or Shared()
        self._who, self._vocabulary, self._calendar, self._as_of, self._ends = who, vocabulary, calendar, as_of, ends
        self._years_back = years_back

    def of(self, rule: Obligation) -> Iterator[Made | NotOwed]:
        """The occurrences under one version of a rule; or why there are none. Without its calendar there is no deadline."""
        fact = self._who.fact(rule.calendar_by) if rule.calendar_by else ABSENT
        if fact.state is State.NOT_SUPPLIED:
            yield NotOwed(rule, "not supplied", rule.calendar_by, fact.why)
            return
        for made in self._of(rule):
            if isinstance(made, NotOwed) or fact.state not in {State.EMPTY, State.UNREADABLE}:
                yield made
            elif made.start is not None or not made.wants:
                yield made._replace(due=None, wants=(rule.calendar_by,))
            else:
                yield made

    def _of(self, rule: Obligation) -> Iterator[Made | NotOwed]:
        if rule.starts.kind == "ahead":
            yield self._ahead(rule)
        elif rule.every is not None:
            found = list(self._recurring(rule, rule.every))
            yield from found or [NotOwed(rule, "no period")]
        else:
            yield from self._once(rule)

    # what runs once

    def _once(self, rule: Obligation) -> Iterator[Made | NotOwed]:
        starts = rule.starts
        each = self._who.crossings(starts.fact) if starts.fact and not starts.rule else None
        if each is not None:
            yield from list(self._crossings(rule, each)) or [NotOwed(rule, "absent", starts.fact)]
            return
        if starts.fact:
            fact = self._who.fact(starts.fact)
            origin = self._origin("fact", starts.fact, fact)
            if fact.value is not None:
                yield self._clock(rule, origin, when(fact.value))
                return
            if fact.state in {State.EMPTY, State.UNREADABLE}:
                yield self._undated(rule, origin, starts.fact)
                return
            if not starts.rule:
                supplied = fact.state is not State.NOT_SUPPLIED
                yield NotOwed(rule, "absent" if supplied else "not supplied", starts.fact, fact.why)
                return
        before = self._ends.get(starts.rule, ())
        for other in before:
            ended = other.done or other.due
            origin = Origin("rule", starts.rule)
            if ended is None:
                yield Made(rule, origin, None, NO_TIME, None, None, wants=other.wants or (starts.rule,))
            else:
                yield self._clock(rule, origin, ended, assumed=bool(starts.fact) or other.done is None)
        if not before:
            yield NotOwed(rule, "rule", starts.rule)

    def _crossings(self, rule: Obligation, each: Crossings) -> Iterator[Made | NotOwed]:
        """An occurrence for each time that the limit was reached, and one for a time that nobody knows."""
        name = rule.starts.fact
        table, lines = self._who.made_from(name)
        for one in each.found:
            origin = Origin("fact", name, one.at, Lines(table, one.lines))
            made = self._clock(rule, origin, when(one.at.value)) if one.at.value is not None else None
            if isinstance(made, Made):
                later = [other.first for other in each.found if other.sure and other.first > one.first]
                following = min(later, default=None) if rule.starts.rounds else None
                yield made._replace(unclear=not one.sure, next_opens=following)
            elif made is not None:
                yield made
        unknown = each.undated(self._not_given_up(rule))
        if unknown is not None:
            yield self._undated(rule, Origin("fact", name, unknown, Lines(table, lines)), name)

    def _not_given_up(self, rule: Obligation) -> date | None:
        """The first day of which what started is not given up yet; None for ever since."""
        if rule.lapses.after is None or rule.can_move or rule.due.base != "start":
            return None
        day = self._as_of.date()
        while day > date.min:
            before = datetime.combine(day - timedelta(days=1), time.max)
            due = counted(rule.due, Interval(before, before), self._calendar)
            given_up = self.lapses_at(Made(rule, Origin("fact"), None, before, None, due))
            if given_up is not None and given_up < self._as_of:
                break
            day -= timedelta(days=1)
        return day

    def _clock(self, rule: Obligation, origin: Origin, start: Interval, *, assumed: bool = False) -> Made | NotOwed:
        due = self._due(rule, start)
        if isinstance(due, NoDate):
            return self._without_date(rule, origin, due)
        opens = start.first
        if rule.opens is not None:
            edge = self._from_point(rule.opens, due.at if rule.opens.base == "due" else start)
            if isinstance(edge, NoDate):
                return self._without_date(rule, origin, edge)
            opens = opening(rule.opens, edge, self._calendar)
        base = start if rule.due.base == "start" else None
        return self._in_force(Made(rule, origin, start, opens, base, due, assumed=assumed), start.first)

    # ahead of a date

    def _ahead(self, rule: Obligation) -> Made | NotOwed:
        name = rule.due.fact
        origin = self._origin("ahead", name, self._who.fact(name))
        due = self._due(rule, None)
        if isinstance(due, NoDate):
            return self._without_date(rule, origin, due)
        opens = self._window(rule, due.at)
        if rule.opens is not None:
            edge = self._from_point(rule.opens, due.at)
            if isinstance(edge, NoDate):
                return self._without_date(rule, origin, edge)
            opens = opening(rule.opens, edge, self._calendar)
        start = Interval(opens, opens) if opens != NO_TIME else None
        return self._in_force(Made(rule, origin, start, opens, None, due), opens if start else due.at.first)

    def _window(self, rule: Obligation, due: Interval) -> datetime:
        """The beginning of the widest window of the evidence; ever since where one piece has none."""
        begins = []
        for part in parts_of(rule.done):
            if not isinstance(part, RowsDone) or part.since is None:
                return NO_TIME
            begins.append(self.since(part, NO_START, due))
        return min(begins, default=NO_TIME)

    def since(self, part: RowsDone, base: Interval, due: Interval | None, festival: date | None = None) -> datetime:
        """From when on a row counts as a piece of evidence that says so; NO_TIME where the date it counts from is unknown."""
        point = part.since
        if point is None:
            return NO_TIME
        edge: Interval | NoDate = due or base
        if point.base == "fact":
            edge = self._from_point(point, base)
        elif point.base == "festival" and festival is not None:
            edge = Interval(*(begin_of(festival, self._calendar),) * 2)
        return opening(point, edge, self._calendar) if isinstance(edge, Interval) else NO_TIME

    # what comes again

    def _recurring(self, rule: Obligation, every: Cadence) -> Iterator[Made | NotOwed]:
        """Every period that has opened at the as-of; of those with no version in force, or that began too early, why."""
        days = self._days(rule, every)
        if isinstance(days, Made | NotOwed):
            yield days
            return
        for (day, origin), (following, _) in pairwise(days):
            made = self._period(rule, every, day, origin)
            if made.opens > self._as_of:
                return
            made = made._replace(next_opens=self._period(rule, every, following, origin).opens)
            first = made.opens if origin.kind == "festival" else datetime.combine(day, time.min)
            yield self._begun(self._in_force(made, first), first.date())

    def recent(self, made: Iterable[Made], *, year: bool = False) -> list[Made]:
        """Of what comes again the last two, and those before that are not given up; with `year` all periods due within the last."""
        ordered = sorted(made, key=lambda one: (one.opens, one.start or NO_START))
        kept = ordered[-2:]
        if year:
            kept += [
                one for one in ordered if is_shared(one.rule) and one.due and one.due.at.first >= self._as_of - KEPT
            ]
        return [one for one in ordered if one in kept or self.over(one) is None]

    def over(self, made: Made) -> datetime | None:
        """The last moment of its life, where that has passed at the as-of; None where it has not."""
        point = self.lapses_at(made)
        return point if point is not None and point < self._as_of else None

    def ended(self, made: Made) -> datetime | None:
        """The last moment before the next one opens, or before it lapses, where that has passed at the as-of."""
        points = [self.lapses_at(made), made.next_opens - TICK if made.next_opens is not None else None]
        end = min((point for point in points if point is not None), default=None)
        return end if end is not None and end < self._as_of else None

    def upto(self, made: Made) -> datetime | None:
        """From when on nothing is done for it: when the next one opens; of periods and festivals not before it has lapsed."""
        if not is_shared(made.rule) or made.next_opens is None:
            return made.next_opens
        lapses = self.lapses_at(made)
        return max(made.next_opens, lapses + TICK) if lapses is not None else None

    def lapses_at(self, made: Made) -> datetime | None:
        """The last moment before it is given up; None for never."""
        lapses, due = made.rule.lapses, made.due
        if lapses.after is not None and due is not None:
            edge, span = due.at.first, lapses.after
            if span.unit in {*DAYS, *MONTHS}:  # no day on the way is asked for
                day = day_there(edge, self._calendar)
                return end_of(shift(day, span.amount, span.unit), self._calendar)
            point = Point("due", span=lapses.after)
            return self._shared.counted(point, Interval(edge, edge), self._calendar).at.first
        return made.next_opens - TICK if lapses.at_next and made.next_opens is not None else None

    def _days(self, rule: Obligation, every: Cadence) -> list[tuple[date, Origin]] | Made | NotOwed:
        """The days on which the periods begin, those of festivals themselves, and one that lies beyond all that has opened."""
        today = self._as_of.date()
        ahead = _moved_years(today, YEARS_AHEAD)
        if every.festivals is not None:
            low = _moved_years(today, -self._years_back)
            found = festival_days(self._calendar, every.festivals, low, ahead)
            days = [(f.day, Origin("festival", ", ".join(f.names), known(f.day))) for f in found]
            return [*days, (_moved_years(days[-1][0], 1), days[-1][1])] if days else []
        if every.on:
            fact = self._who.fact(every.on)
            origin = self._origin("anniversary", every.on, fact)
            if fact.value is None:
                return self._without_date(rule, origin, NoDate(every.on, fact))
            anchor = day_of(fact.value)
            last = anniversaries_upto(anchor, ahead, every.months) + 1
            first = max(1, last - (self._years_back + YEARS_AHEAD) * 12 // every.months - 1)
            return [(anniversary(anchor, n, every.months), origin) for n in range(first, last + 1)]
        period, days = period_of(_moved_years(today, -self._years_back), every.months), []
        while period.first <= ahead or len(days) < 3:
            days.append((period.first, Origin("period", value=known(period.first))))
            period = period.following
        return days

    def _period(self, rule: Obligation, every: Cadence, day: date, origin: Origin) -> Made:
        if not is_shared(rule):
            return self._made_period(rule, every, day, origin)
        made = self._shared.period(rule, day, lambda: self._made_period(rule, every, day, origin))
        return made._replace(origin=origin)  # the period that follows is asked for with the origin of the one before

    def _made_period(self, rule: Obligation, every: Cadence, day: date, origin: Origin) -> Made:
        base = _midnight(day)  # by the book's clocks: the subject's day
        due = self._shared.counted(rule.due, self._end_of(rule.due, every, day), self._calendar)
        opens = base.first
        if rule.opens is not None:
            edge = due.at if rule.opens.base == "due" else self._end_of(rule.opens, every, day)
            opens = opening(rule.opens, edge, self._calendar)
        start = base if origin.kind != "festival" else Interval(opens, opens)
        return Made(rule, origin, start, opens, base, due)

    def _end_of(self, point: Point, every: Cadence, day: date) -> Interval:
        if point.base == "period end":
            period = period_of(day, every.months)
            day = period.last_open_day(self._calendar) if point.open_day else period.last
            day = period.weekday(point.nth, point.weekday) if point.nth else day
        begin = begin_of(day, self._calendar)
        return Interval(begin, begin)

    def _begun(self, made: Made | NotOwed, first: date) -> Made | NotOwed:
        """What begins before its subject came into being is not owed; where nobody knows when that was, it is."""
        table = self._vocabulary.table_of(self._who.name)
        dated = self._who.fact(table.dated_by) if table is not None and table.dated_by else ABSENT
        if isinstance(made, NotOwed) or dated.value is None or day_of(dated.value) <= first:
            return made
        day = datetime.combine(first, time.min)
        return NotOwed(made.rule, "not begun", table.dated_by if table is not None else "", day=day)

    # what they share

    def _due(self, rule: Obligation, start: Interval | None) -> Reached | NoDate:
        base = self._from_point(rule.due, start)
        return self._shared.counted(rule.due, base, self._calendar) if isinstance(base, Interval) else base

    def _from_point(self, point: Point, start: Interval | None) -> Interval | NoDate:
        """What a point is counted from; the fact and its value where that is no date."""
        if point.base != "fact":
            return start or NO_START
        fact = self._who.fact(point.fact)
        return when(fact.value) if fact.value is not None else NoDate(point.fact, fact)

    def _without_date(self, rule: Obligation, origin: Origin, found: NoDate) -> Made | NotOwed:
        name, fact = found
        if fact.state in {State.EMPTY, State.UNREADABLE}:
            return self._undated(rule, origin, name)
        return NotOwed(rule, "absent" if fact.state is State.ABSENT else "not supplied", name, fact.why)

    def _undated(self, rule: Obligation, origin: Origin, name: str) -> Made | NotOwed:
        """What is owed from a date that can't be read: under the version that is in force at the as-of."""
        made = Made(rule, origin, None, NO_TIME, None, None, wants=(name,))
        return self._in_force(made, self._as_of)

    def _in_force(self, made: Made, day: datetime) -> Made | NotOwed:
        rule = made.rule
        if rule.dated_by:
            fact = self._who.fact(rule.dated_by)
            if fact.value is None and fact.state in {State.EMPTY, State.UNREADABLE}:
                made = made._replace(due=None, wants=(rule.dated_by,))
            elif fact.value is None:
                return NotOwed(
                    rule, "absent" if fact.state is State.ABSENT else "not supplied", rule.dated_by, fact.why
                )
            else:
                day = datetime.combine(day_of(fact.value), time.min)
        return made if rule.in_force(day.date()) else NotOwed(rule, "no version", day=day)

    def _origin(self, kind: str, name: str, fact: FactValue) -> Origin:
        return Origin(kind, name, fact, Lines(*self._who.made_from(name)))


def _midnight(day: date) -> Interval:
    point = datetime.combine(day, time.min)
    return Interval(point, point)


def _moved_years(day: date, years: int) -> date:
    year = min(max(day.year + years, date.min.year), date.max.year)
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
