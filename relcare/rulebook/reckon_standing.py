"""How an occurrence stands at the as-of: done or not, in time or not, and what may still be open of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from relcare.rulebook.conditions import All, Known, facts_of, tests_of
from relcare.rulebook.decisions import LimitsOn, Rulebook
from relcare.rulebook.evaluate import Judged, judge
from relcare.rulebook.extensions import recorded
from relcare.rulebook.levels import at_risk_from, reached
from relcare.rulebook.needs import roots_of
from relcare.rulebook.obligations import Cause, FactDone, Point, parts_of
from relcare.rulebook.occurrences import (
    NO_TIME,
    Interval,
    NotOwed,
    Occurrence,
    Piece,
    Recorded,
    Restart,
    Stop,
    Waiver,
    when,
)
from relcare.rulebook.reckon_done import earliest, first, folded, in_time, last, possible
from relcare.rulebook.reckon_evidence import Records, Someone, fact_piece
from relcare.rulebook.reckon_starts import (
    YEARS_BACK,
    Made,
    Reached,
    Shared,
    Starts,
    counted,
    in_days,
    is_shared,
    is_worked,
)
from relcare.rulebook.values import Moment, State
from relcare.timing.calendars import Calendar
from relcare.timing.clock import Pause, merge_pauses
from relcare.timing.counting import last_open, leans


@dataclass(frozen=True, slots=True)
class Scene:
    """What obligations are reckoned under: the rulebook, the calendar, the as-of, and what is on record.

    `then` gives the subject as it was at an earlier moment, None where it was not there yet. `look_back` asks whether what is
    not owed at the as-of was owed when it opened, `year` for all periods that were due in the last year. `years_back`: how far
    back what comes again is looked for. `shared` is what all subjects share, by the calendar that a rule names.
    """

    rulebook: Rulebook
    calendar: Calendar
    as_of: datetime
    records: Records
    then: Callable[[datetime], Someone | None]
    look_back: bool = True
    year: bool = False
    years_back: int = YEARS_BACK
    shared: dict[str, Shared] = field(default_factory=dict)


class Standing:
    """How one occurrence stands at the as-of.

    Of a period or festival `when` says what it said in the last moment before the next one opened, causes what they said in
    the last moment before it lapsed.
    """

    def __init__(self, made: Made, who: Someone, scene: Scene, starts: Starts) -> None:
        self._made, self._who, self._scene, self._starts = made, who, scene, starts
        self._rule, self._as_of = made.rule, scene.as_of
        ended, over = (starts.ended(made), starts.over(made)) if is_shared(made.rule) else (None, None)
        self._at, self._then = ended or scene.as_of, scene.then(ended) if ended else who  # as of when `when` is asked
        self._last, self._at_last = over or scene.as_of, scene.then(over) if over else who  # as of when causes are
        self._upto = starts.upto(made)

    def occurrence(self) -> Occurrence | NotOwed:
        """The occurrence; or why it is not owed, where `when` says no and said no when it opened."""
        rule, made = self._rule, self._made
        if (self._then is None and rule.when is not None) or (self._at_last is None and rule.ceases):
            return NotOwed(rule, "condition", day=self._at, verdict=Judged(rule.when or All(()), verdict=False))
        verdict = self._verdict()
        gone: datetime | None = None
        if verdict is not None and verdict.verdict is False:
            if rule.at_start or made.start is None or not self._held(made.opens):
                return NotOwed(rule, "condition", day=self._judged_at(), verdict=verdict)
            gone = self._gone()
        if made.due is None:
            return self._undated(verdict)
        one = self._dated(verdict)
        return self._stands(one) if gone is None else self._after_all(one, gone)

    def _undated(self, verdict: Judged | None) -> Occurrence:
        """What has no deadline that is known: it may be over, but whether it was in time nobody can tell."""
        made = self._made
        one = Occurrence(self._rule, "undetermined", made.origin, made.opens, made.start, assumed=made.assumed, verdict=verdict,
                         wants=made.wants, why="start")  # fmt: skip
        one = self._with_pieces(one, tuple(self._pieces(Interval(made.opens, made.opens))))
        waiver = self._scene.records.waiver(self._rule, self._who, one.opens, one.next_opens)
        if waiver is not None:
            return _waived(one, waiver)
        if one.done is not None:  # whether after the opening nobody can tell
            return one
        cause, since = self._cause()
        return replace(one, status="ceased", cause=cause, since=since, wants=(), why="") if cause else one

    # conditions

    def _verdict(self) -> Judged | None:
        """What `when` says: at the as-of, at the end of what is over, or at the start of what is judged then."""
        rule, moment = self._rule, self._judged_at()
        if rule.when is None:
            return None
        who = self._then if moment in {None, self._at} else self._scene.then(moment or self._at)
        return self._judged(who, moment or self._at) if who is not None else Judged(rule.when, verdict=False)

    def _judged_at(self) -> datetime | None:
        """The earlier moment at which `when` is judged; None for the as-of."""
        start = self._made.start
        if self._rule.at_start and start is not None and start.first <= self._as_of:
            return start.first
        return self._at if self._at < self._as_of else None

    def _judged(self, who: Someone, as_of: datetime) -> Judged:
        rule = self._rule
        condition = rule.when or All(())
        facts = {name: who.fact(name) for name in facts_of(condition)}
        against = {State.EMPTY: rule.if_missing, State.NOT_SUPPLIED: rule.if_not_supplied}
        return judge(
            condition,
            facts,
            self._limits(as_of),
            as_of,
            against=frozenset(s for s, counts in against.items() if counts),
        )

    def _limits(self, as_of: datetime) -> LimitsOn:
        return LimitsOn(self._scene.rulebook.limits, as_of.date())

    def _held(self, moment: datetime) -> bool:
        """Whether `when` held at an earlier moment."""
        if moment == NO_TIME or moment > self._at or not self._scene.look_back:
            return False
        then = self._scene.then(moment)
        return then is not None and self._judged(then, moment).verdict is True

    def _gone(self) -> datetime:
        """The beginning of the day at whose end `when`, which held at the end of the day before, does not hold any more.

        The last such day, if `when` has not held again since for more than half of the time that has passed.
        """
        opened, gone, step = self._made.opens.date(), self._at.date(), 1
        held = opened
        while gone - timedelta(days=step) > opened:
            day = gone - timedelta(days=step)
            if self._held(datetime.combine(day, time.max)):
                held = day
                break
            gone, step = day, step * 2
        while gone - held > timedelta(days=1):
            day = held + (gone - held) // 2
            if self._held(datetime.combine(day, time.max)):
                held = day
            else:
                gone = day
        if held == opened and opened < gone and not self._held(datetime.combine(opened, time.max)):
            return self._made.opens
        return datetime.combine(gone, time.min)

    def _cause(self) -> tuple[Cause | None, datetime | None]:
        """The first cause that has ended it; and since when, where that hangs on dates that are known."""
        for cause in self._rule.ceases:
            who = self._at_last or self._who
            facts = {name: who.fact(name) for name in facts_of(cause.when)}
            if judge(cause.when, facts, self._limits(self._last), self._last).verdict:
                values = [facts[test.fact].value for test in tests_of(cause.when) if isinstance(test, Known)]
                points = [when(value).first for value in values if isinstance(value, date | Moment)]
                return cause, max(points, default=None)
        return None, None

    def _suspending(self) -> tuple[Cause | None, Judged | None]:
        """The first cause that suspends it at the as-of, and what was asked for it."""
        for cause in self._rule.suspends:
            facts = {name: self._who.fact(name) for name in facts_of(cause.when)}
            judged = judge(cause.when, facts, self._limits(self._as_of), self._as_of)
            if judged.verdict:
                return cause, judged
        return None, None

    # the clock and what was done

    def _dated(self, verdict: Judged | None) -> Occurrence:
        """The occurrence with its clock and all that is on record of it, not yet with its status."""
        rule, made, calendar = self._rule, self._made, self._scene.calendar
        stops = self._scene.records.stops(rule.pauses, self._who) if rule.pauses is not None else ()
        due, extension, start, restarts = made.due, None, made.start, list[Restart]()
        if due is None:
            raise AssertionError(rule.id)
        if made.base is not None and rule.can_move:
            due, extension = self._clock(made.base, stops)
            found = self._scene.records.restarts(rule.restarts, self._who) if rule.restarts else ()
            done = self._with_pieces(
                Occurrence(rule, "", made.origin, made.opens, start), tuple(self._pieces(due.at))
            ).done
            while start is not None:
                again = next((one for one in found if _restarts(one, start, due.at, done)), None)
                if again is None:
                    break
                restarts.append(again)
                start = again.at
                due, extension = self._clock(start, stops)
        begins = made.opens if made.origin.kind == "period" or start is None else start.first
        by = due.at.first if is_worked(rule.due) else last_open(begins, due.at.first, calendar)
        levels = reached(rule, start, due.at, by, calendar)
        one = Occurrence(
            rule, "paused" if due.paused else "", made.origin, made.opens, start, made.assumed, due.at, in_days(rule.due), by,
            at_risk_from(levels, by, calendar),
            self._starts.lapses_at(made._replace(due=due)), made.next_opens, self._provisional(due.at.first, by, start),
            verdict=verdict, judged=self._judged_at(), unclear=made.unclear, pauses=stops, timeline=due.timeline, levels=levels, extension=extension,
            restarts=tuple(restarts),
        )  # fmt: skip
        return self._with_pieces(one, tuple(self._pieces(due.at)))

    def _clock(self, base: Interval, stops: tuple[Stop, ...]) -> tuple[Reached, Recorded | None]:
        """The deadline from a start, moved by pauses and extended by what is on record for it."""
        rule, records = self._rule, self._scene.records
        pauses = [Pause(stop.start, stop.end) for stop in stops]
        most = rule.pauses.most if rule.pauses is not None else None

        def reached_from(point: Point) -> Reached:
            return counted(point, base, self._scene.calendar, pauses=pauses, most=most, as_of=self._as_of)

        due = reached_from(rule.due)
        if rule.extends is None:
            return due, None
        extension = recorded(rule.extends, records.extensions(rule.extends, self._who), base, due.at)
        if extension is not None and not extension.lacks:
            due = reached_from(replace(rule.due, span=rule.extends.to))
        return due, extension

    def _provisional(self, due: datetime, by: datetime, begun: Interval | None) -> bool:
        point = self._rule.due
        start = begun.first if point.base == "start" and begun is not None else None
        span = (point.span.amount, point.span.unit) if point.span is not None else None
        return leans(due, by, self._scene.calendar, span, start, before=point.before)

    def _with_pieces(self, one: Occurrence, pieces: tuple[Piece, ...]) -> Occurrence:
        done, until = folded(self._rule.done, pieces, first), folded(self._rule.done, pieces, last)
        known = Interval(done, until) if done is not None and until is not None else None
        return replace(one, pieces=pieces, done=known)

    def _pieces(self, due: Interval) -> Iterable[Piece]:
        made, rule = self._made, self._rule
        festival = made.origin.value.value if made.origin.kind == "festival" and made.origin.value is not None else None
        for part in parts_of(rule.done):
            if isinstance(part, FactDone):
                yield fact_piece(part, self._who, made.opens if rule.every is not None else None, self._upto)
                continue
            since = made.opens
            if part.since is not None:
                day = festival if isinstance(festival, date) else None
                since = self._starts.since(part, made.start or Interval(made.opens, made.opens), due, day)
            yield self._scene.records.piece(part, rule, self._who, since, self._upto)

    # the status

    def _stands(self, one: Occurrence) -> Occurrence:
        """The status: the first of those that apply, from what was done down to what just runs."""
        rule, as_of, paused = self._rule, self._as_of, one.status == "paused"
        due = one.due or Interval(as_of, as_of)
        done = self._if_done(one, due)
        if done is not None:
            return done
        waiver = self._scene.records.waiver(rule, self._who, one.opens, one.next_opens)
        if waiver is not None:
            return _waived(one, waiver)
        cause, since = self._cause()
        if cause is not None:
            return replace(one, status="ceased", cause=cause, since=since)
        if self._is_overtaken(one, due):
            return replace(one, status="ceased", since=one.next_opens, why="round")
        judged_true = (one.verdict is None or one.verdict.verdict is True) and not one.unclear
        may_be = possible(rule.done, one.pieces)
        no_record = any(piece.missing for piece in one.pieces)
        if one.lapses_at is not None and one.lapses_at < as_of and not no_record and judged_true and not may_be:
            return replace(one, status="lapsed", since=one.lapses_at)
        past_it = no_record and one.lapses_at is not None and one.lapses_at < as_of
        if not judged_true and not past_it:
            return replace(one, status="undetermined", why="condition", wants=self._wants(one))
        if may_be and not past_it:
            return replace(one, status="undetermined", why="doubt", wants=self._doubtful(one))
        starts = one.opens if rule.every is not None or one.start is None else max(one.opens, one.start.first)
        if starts > as_of:
            return replace(one, status="not started", since=None)
        held, judged = self._suspending()
        if held is not None:
            return replace(one, status="suspended", cause=held, held=judged, since=None)
        if no_record:
            return replace(one, status="no record", since=_or_none(starts))
        if paused:
            here = next(
                (p for p in merge_pauses([Pause(s.start, s.end) for s in one.pauses], as_of) if p[0] <= as_of < p[1]),
                None,
            )
            return replace(one, status="paused", since=here[0] if here else None)
        if as_of > due.last:
            return replace(one, status="overdue", since=due.last)
        if as_of > due.first:
            return replace(one, status="undetermined", why="date only", since=due.first)
        if one.risk_from is not None and as_of >= one.risk_from:
            return replace(one, status="at risk", since=max(one.risk_from, starts))
        return replace(one, status="running", since=_or_none(starts))

    def _is_overtaken(self, one: Occurrence, due: Interval) -> bool:
        """Whether the next round opened before this one was due: it can't be done any more, and no deadline was missed."""
        following = one.next_opens
        if not self._rule.starts.rounds or following is None or following > self._as_of or following > due.first:
            return False
        return not possible(self._rule.done, one.pieces) and not any(piece.missing for piece in one.pieces)

    def _if_done(self, one: Occurrence, due: Interval) -> Occurrence | None:
        """Met, met late, or undecidable; None where it is not done for sure."""
        if one.done is None:
            return None
        at_the_latest = folded(self._rule.done, one.pieces, lambda piece: in_time(piece, due.first))
        if at_the_latest is not None and at_the_latest <= due.first:
            return replace(one, status="met", since=one.done.first)
        at_the_earliest = folded(self._rule.done, one.pieces, earliest)
        if one.done.first > due.last and at_the_earliest is not None and at_the_earliest > due.last:
            return replace(one, status="met late", since=one.done.first)
        why = "doubt" if one.done.first > due.last else "date only"
        return replace(one, status="undetermined", why=why, wants=self._doubtful(one) if why == "doubt" else ())

    def _after_all(self, one: Occurrence, gone: datetime) -> Occurrence:
        """What held at the opening and does not hold any more: what happened before that stays as it is."""
        one = replace(one, was_owed=True)
        due = one.due or Interval(gone, gone)
        if one.done is not None and one.done.first < gone:
            done = self._if_done(one, due)
            if done is not None:
                return done
        waiver = self._scene.records.waiver(self._rule, self._who, one.opens, one.next_opens)
        if waiver is not None and waiver.at.first < gone:
            return _waived(one, waiver)
        no_record = any(piece.missing for piece in one.pieces)
        if (
            one.lapses_at is not None
            and one.lapses_at < gone
            and not no_record
            and not possible(self._rule.done, one.pieces)
        ):
            return replace(one, status="lapsed", since=one.lapses_at)
        return replace(one, status="ceased", since=gone, why="condition")

    def _wants(self, one: Occurrence) -> tuple[str, ...]:
        """The root facts for want of which `when`, or the start, is unknown."""
        doubts = one.verdict.doubts() if one.verdict is not None else []
        start = (one.rule.starts.fact,) if one.unclear else ()
        roots = [root for doubt in doubts for name in doubt.wants for root in self._roots(name)]
        return tuple(dict.fromkeys((*start, *roots)))

    def _roots(self, name: str) -> tuple[str, ...]:
        """The facts behind a decision or measure that has no value; the name itself where there are none."""
        owner, dot, rest = name.rpartition(".")
        who = self._then or self._who
        kind, prefix = owner or who.name, f"{owner}{dot}"
        fact = self._scene.rulebook.vocabulary.fact(self._who.name, name)
        behind: tuple[str, ...] = roots_of(fact) if fact is not None else ()
        if self._scene.rulebook.decision(kind, rest) is not None and who.fact(name).value is None:
            try:
                behind = who.outcome(name).wants
            except KeyError:  # the decision of a subject that is not there
                return (name,)
        unknown = [f"{prefix}{each}" for each in behind if who.fact(f"{prefix}{each}").value is None]
        return tuple(root for each in unknown if each != name for root in self._roots(each)) or (name,)

    def _doubtful(self, one: Occurrence) -> tuple[str, ...]:
        """What evidence can't be read."""
        return tuple(dict.fromkeys(piece.doubt for piece in one.pieces if piece.doubt))


def _waived(one: Occurrence, waiver: Waiver) -> Occurrence:
    return replace(one, status="waived", waiver=waiver, since=waiver.at.first)


def _or_none(moment: datetime) -> datetime | None:
    return None if moment == NO_TIME else moment


def _restarts(one: Restart, start: Interval, due: Interval, done: Interval | None) -> bool:
    """Whether a clock counts anew: surely no later than its deadline, and before it was done."""
    return one.at.first > start.first and one.at.last <= due.first and (done is None or one.at.last < done.first)
