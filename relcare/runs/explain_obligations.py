"""How `explain` tells what is owed: what, by when, why that day, what was done; each with the cell that it came from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from relcare.rulebook.conditions import WORKING_TIME_UNITS
from relcare.rulebook.evaluate import Judged
from relcare.rulebook.obligations import LATE, FactDone, Obligation, RowsDone
from relcare.rulebook.occurrences import NO_TIME, NotOwed, Occurrence, Owing, Piece, Recorded, Restart, Stop
from relcare.rulebook.owed_wording import events_label, piece_words, sentence, span_text
from relcare.rulebook.reckon import Subject
from relcare.rulebook.reckon_binding import open_for
from relcare.rulebook.reckon_evidence import BookRecords
from relcare.rulebook.reckon_rows import Context
from relcare.rulebook.reckon_starts import is_worked
from relcare.rulebook.vocabulary import Fact
from relcare.rulebook.wording import value_words
from relcare.runs.approved import Answered, corrected_limits
from relcare.runs.explain_facts import Telling, row_of, shown
from relcare.runs.explain_obligation_words import (
    act_by_words,
    day_words,
    days_words,
    due_words,
    level_words,
    moment_words,
    name_words,
    point_words,
    role_words,
    said,
    standing_words,
)
from relcare.runs.nearest import lacking
from relcare.timing.calendars import Calendar
from relcare.timing.clock import DayLine, folded

DAY = timedelta(days=1)
ALMOST_A_DAY = DAY - timedelta(microseconds=1)  # how far the points of a date lie apart
Cells = dict[str, str]


def by_urgency(owings: Iterable[Owing], as_of: datetime) -> list[Owing]:
    """What is open first, by the last moment for it; then what is no longer, the latest first; then what is not owed."""

    def rank(owing: Owing) -> tuple[int, float]:
        points = [one.act_by or as_of for one in owing.occurrences if one.is_open(as_of)]
        if points:
            return 0, _seconds(min(points))
        if owing.occurrences:
            return 1, -_seconds(owing.occurrences[0].act_by or as_of)
        return 2, 0

    return sorted(owings, key=rank)


def _seconds(at: datetime) -> float:
    return (at - NO_TIME).total_seconds()


class ObligationTelling(Telling):
    """What is owed to one subject, told in one language.

    `then` gives the subject as it was at an earlier moment; `go_live` is the book's first day that is listed; `every` is all
    that is owed to it, of which one clock can bind before another.
    """

    def __init__(
        self, who: Subject, context: Context, language: str, calendar: Calendar,
        then: Callable[[datetime], Subject | None], go_live: date | None = None, every: Collection[Occurrence] = (),
        records: BookRecords | None = None,
    ) -> None:  # fmt: skip
        super().__init__(who, context, language)
        self._calendar, self._then, self._go_live, self._as_of = calendar, then, go_live, context.as_of
        self._every, self._records = every, records

    def headlines(self, owing: Owing, *, whole: bool) -> list[str]:
        """A sentence for the last occurrence that is owed, and for earlier ones that are open.

        With `whole` one for every occurrence, or why there is none.
        """
        told = [
            self.headline(one)
            for number, one in enumerate(owing.occurrences)
            if whole or (number == 0 and not one.was_owed) or one.is_open(self._as_of)
        ]
        if whole and owing.nothing is not None:
            rule = owing.rule
            names = rule.label.in_(self._language), name_words(rule, self._language), self._say("not owed")
            told.append(self._say("headline", *names, self.reason(owing.nothing)))
        return told

    def answered(self, owing: Owing) -> list[Answered]:
        """Who answers for the version of the rule that is told."""
        rule = owing.rule
        day = (owing.occurrences[0].judged if owing.occurrences else None) or self._as_of
        limits = corrected_limits(rule.when, self._context.rulebook, day.date())
        return [Answered(rule.id, rule.start, rule.approved, rule.corrects), *limits]

    def headline(self, one: Occurrence) -> str:
        """What is owed, how it stands, by when: one sentence."""
        label = one.rule.label.in_(self._language)
        status = standing_words(one.status, self._language)
        return self._say("headline", label, name_words(one.rule, self._language), status, self.brief(one))

    def brief(self, one: Occurrence) -> str:
        """How it stands, and by when, without its name and status."""
        due, days = due_words(one), days_words(one, self._as_of, self._language)
        told = self._standing(one)
        if one.why != "date only" or one.done is not None:
            told += [self._say("due", due)] if due else []
        if one.is_open(self._as_of) and one.due is not None:
            told.append(days)
            if one.act_by is not None and self._as_of <= one.act_by and one.act_by.date() != one.due.first.date():
                told.append(self._say("act by", act_by_words(one)))
        if one.is_open(self._as_of) or one.status == "not started":
            told += [self._say("assumed")] if one.assumed else []
            told += [self._say("provisional")] if one.provisional else []
        if self._go_live is not None and NO_TIME < one.opens < datetime.combine(self._go_live, datetime.min.time()):
            told.append(self._say("before go_live", self._go_live))
        return self._say("joint").join(told)

    def _standing(self, one: Occurrence) -> list[str]:
        """What the status rests on, where that is more than the deadline."""
        match one.status:
            case "met" | "met late":
                return [self._say("done", self._done(one))]
            case "waived" if one.waiver is not None:
                at = one.waiver.at.first.date()
                by = self._say("by", one.waiver.by) if one.waiver.by else ""
                return [self._say("waived", at, by, self._say("why", one.waiver.why) if one.waiver.why else "")]
            case "ceased" if one.cause is not None:
                label = one.cause.label.in_(self._language)
                return [self._say("cause since", label, one.since.date()) if one.since else self._say("cause", label)]
            case "ceased" if one.why == "round":
                return [self._say("next round", moment_words(one.since) if one.since else "")]
            case "suspended" if one.cause is not None:
                return [self._say("held", one.cause.label.in_(self._language))]
            case "ceased":
                return [self._say("gone", one.since.date() if one.since else "")]
            case "lapsed" if one.since is not None:
                return [self._say("given up", one.since.date())]
            case "not started":
                at = max(one.opens, one.start.first) if one.start is not None else one.opens
                return [self._say("starts", day_words(at))]
            case "no record":
                return [self._say("missing", self._say("also").join(p.missing for p in one.pieces if p.missing))]
            case "undetermined":
                return self._undetermined(one)
        return []

    def _undetermined(self, one: Occurrence) -> list[str]:
        wants = self._say("joint").join(self.fact_words(want) for want in one.wants)
        match one.why:
            case "condition":
                return [self._say("wants", wants)]
            case "start":
                return [self._say("may start", wants)]
            case "doubt":
                return [self._say("doubt", self._say("also").join(one.wants))]
        if one.done is not None:
            return [self._say("on day", one.done.first.date())]
        first, last = one.due or (self._as_of, self._as_of)
        if first.date() == last.date():
            return [self._say("in the course of", first.date())]
        return [self._say("between", moment_words(first), moment_words(last))]

    def _done(self, one: Occurrence) -> str:
        if one.done is None:
            return ""
        day = one.done.last - one.done.first >= ALMOST_A_DAY
        return one.done.first.date().isoformat() if day else moment_words(one.done.first)

    def reason(self, nothing: NotOwed) -> str:
        """Why nothing is owed."""
        match nothing.why:
            case "condition" if nothing.verdict is not None:
                lacks = lacking(nothing.verdict)
                day = (nothing.day or self._as_of).date()
                return self._say("also").join(self.lack(test, day) for test in lacks)
            case "absent":
                return self._say("absent", self.fact_words(nothing.name))
            case "not supplied":
                why = self._say("why", nothing.said) if nothing.said else ""
                return self._say("not supplied", self.fact_words(nothing.name), why)
            case "no version":
                return self._say("no version", nothing.day.date() if nothing.day else "")
            case "not begun":
                return self._say("not begun", self.fact_words(nothing.name), nothing.day.date() if nothing.day else "")
            case "rule":
                return self._say("rule", nothing.name)
            case "no hours":
                return self._say("no hours", nothing.name)
        return self._say("no period")

    def rows(self, owing: Owing, *, whole: bool) -> list[tuple[str, ...]]:
        """All that can be told of a rule: its last occurrence, and earlier ones that are open; with `whole` all of them."""
        told: list[tuple[str, ...]] = []
        for number, one in enumerate(owing.occurrences):
            if number and not whole and one.was_owed:
                continue
            told += self._rows(one, whole=whole or number == 0 or one.is_open(self._as_of))
        if owing.nothing is not None:
            told += self._rows_of_nothing(owing.nothing)
        return told

    def _rows_of_nothing(self, nothing: NotOwed) -> Iterator[tuple[str, ...]]:
        rule = nothing.rule
        head = {
            "decision": rule.id,
            "outcome": self._say("not owed"),
            "rule_id": rule.id,
            "clause": ", ".join(rule.cites),
        }
        place = shown(rule.place)
        yield row_of(
            **head, part="status", test=self.reason(nothing), fact=rule.label.in_(self._language), rule_place=place
        )
        if nothing.verdict is not None:
            yield from self._when(head, nothing.verdict, nothing.day, rule)

    def _rows(self, one: Occurrence, *, whole: bool) -> Iterator[tuple[str, ...]]:
        rule = one.rule
        head = {
            "decision": rule.id,
            "outcome": standing_words(one.status, self._language),
            "rule_id": rule.id,
            "clause": ", ".join(rule.cites),
            "opens": "" if one.opens == NO_TIME else day_words(one.opens),
        }
        place = shown(rule.place)
        label = rule.label.in_(self._language)
        yield row_of(**head, part="status", test=self.brief(one), fact=label, value=due_words(one), rule_place=place)
        if not whole:
            return
        for part, cells in (*self._parts(one), *self._rests_on(one)):
            yield row_of(**head, part=part, **{"rule_place": place, **cells})
        for cells in self.tests(one.held, rule.place, self._as_of.date()) if one.held is not None else ():
            yield row_of(**head, part="when", **cells)
        if one.verdict is not None:
            yield from self._when(head, one.verdict, one.judged, rule)

    def _when(
        self, head: Cells, verdict: Judged, judged: datetime | None, rule: Obligation
    ) -> Iterator[tuple[str, ...]]:
        """What `when` asked and was told; of an earlier moment than the as-of, which."""
        if judged is not None:
            words = self._say("at start" if rule.at_start else "at end")
            place = shown(rule.place)
            yield row_of(**head, part="judged", rule_place=place, **self._cells("judged", day_words(judged), words))
        who = self._then(judged) if judged is not None else None
        for cells in self.tests(verdict, rule.place, (judged or self._as_of).date(), who):
            yield row_of(**head, part="when", **cells)

    def _rests_on(self, one: Occurrence) -> Iterator[tuple[str, Cells]]:
        """The version that it is judged by, whose rule it is, and of several clocks for one step the one that binds."""
        rule, rulebook = one.rule, self._context.rulebook
        until = (rule.until - DAY).isoformat() if rule.until is not None else self._say("no end")
        told = [self._chosen_by(one)]
        regime = rulebook.regimes.get(rule.regime)
        told += [regime.label.in_(self._language)] if regime is not None else []
        clauses = [rulebook.vocabulary.clauses[cited] for cited in rule.cites if cited in rulebook.vocabulary.clauses]
        for clause in clauses:
            edition = clause.edition.in_(self._language) if clause.edition is not None else ""
            told.append(
                self._say("edition", clause.norm.in_(self._language), edition)
                if edition
                else clause.norm.in_(self._language)
            )
        words = self._say("also").join(dict.fromkeys(part for part in told if part))
        rounds = sorted(other.opens for other in self._every if other.rule.id == rule.id) if rule.starts.rounds else []
        if one.opens in rounds:
            yield "round", self._cells("round", str(rounds.index(one.opens) + 1), self._say("of rounds", len(rounds)))
        yield "version", self._cells("version", f"{rule.start} – {until}", words)
        asking = open_for(rule.step, self._every, self._as_of, rulebook)
        if len(asking) > 1 and any(other is one for other in asking):
            step = rulebook.steps[rule.step].label.in_(self._language)
            listed = self._say("joint").join(f"{other.rule.id} {due_words(other)}" for other in asking)
            yield (
                "binds",
                self._cells(
                    "binds", self._common["yes" if asking[0] is one else "no"], self._say("step", step, listed)
                ),
            )

    def _chosen_by(self, one: Occurrence) -> str:
        """The day on which the version had to be in force: that of `dated by`, else that of the start or the opening."""
        if one.rule.dated_by:
            value = self._who.fact(one.rule.dated_by)
            return self._say(
                "in force",
                f"{self.fact(one.rule.dated_by).label.in_(self._language)} {self.value(one.rule.dated_by, value)}",
            )
        point = one.start.first if one.start is not None and one.origin.kind not in {"ahead", "festival"} else one.opens
        return "" if point == NO_TIME else self._say("in force", point.date())

    def _parts(self, one: Occurrence) -> Iterator[tuple[str, Cells]]:
        yield from self._start(one)
        for again in one.restarts:
            yield "restart", self._restart(again)
        for stop in one.pauses:
            yield "pause", self._pause(stop)
        for line in one.timeline:
            if line.what == "paused" and one.in_days is False and not is_worked(one.rule.due):
                yield "day", self._cells("paused", str(line.day), line.zh if self._language == "zh" else line.en)
        if one.in_days:
            yield from (("day", cells) for cells in self._days(one.timeline))
        elif is_worked(one.rule.due):
            yield from (("day", cells) for cells in self._hours(one.timeline))
        if one.extension is not None:
            yield "extension", self._extension(one, one.extension)
        yield from self._due(one)
        for piece in one.pieces:
            yield "done", self._piece(piece, one)
            yield from self._near(piece, one)
        if one.waiver is not None:
            at = one.waiver.at.first.date()
            cells = self._cells("waived", str(at), " ".join(filter(None, (one.waiver.by, one.waiver.why))))
            yield "waiver", {**cells, "fact_place": self.place_of(*one.waiver.place)}
        if one.status == "suspended":
            yield "suspended", self._cells("suspended", "", self._standing(one)[0])
        if one.status == "ceased":
            yield "ceased", self._cells("ceased", str(one.since.date()) if one.since else "", self._standing(one)[0])

    def _start(self, one: Occurrence) -> Iterator[tuple[str, Cells]]:
        origin = one.origin
        place = self.place_of(*origin.at)
        value = self.value(origin.name, origin.value) if origin.value is not None else ""
        match origin.kind:
            case "fact" | "ahead":
                words = self.fact_words(origin.name)
                kind = "start" if origin.kind == "fact" else "ahead"
                yield "start", {**self._cells(kind, value, words), "fact": words, "test": "", "fact_place": place}
            case "rule":
                words = self._say("deadline of" if one.assumed else "end of", origin.name)
                at = moment_words(one.start.first) if one.start is not None else ""
                yield "start", self._cells("assumed" if one.assumed else "start", at, words)
            case "anniversary":
                words = self._say("anniversary", self.fact_words(origin.name))
                at = one.start.first.date().isoformat() if one.start is not None else value
                yield "start", {**self._cells("start", at, words), "fact_place": place}
            case "festival":
                day = origin.value.value if origin.value is not None else ""
                names = self._say("and").join(self._festival(name) for name in origin.name.split(", "))
                yield "start", self._cells("festival", str(day), names)
            case _:
                yield "start", self._cells("start", value, self._say("first day"))
        if one.opens != NO_TIME and (
            one.start is None or one.opens != one.start.first or origin.kind in {"ahead", "festival"}
        ):
            yield "opens", self._cells("opens", one.opens.date().isoformat(), self._say("evidence from"))

    def _festival(self, name: str) -> str:
        festival = self._calendar.festivals.get(name)
        if festival is None:
            return name
        return festival.zh if self._language == "zh" else festival.en

    def _pause(self, stop: Stop) -> Cells:
        end = moment_words(stop.end) if stop.end is not None else self._say("going on")
        cells = self._cells("paused", f"{moment_words(stop.start)} – {end}", self._say("pause"))
        return {**cells, "fact_place": self.place_of(*stop.at)}

    def _restart(self, again: Restart) -> Cells:
        """An event from which the clock counts anew."""
        tables = self._context.rulebook.vocabulary.tables
        table = tables[again.place.table]
        codes = table.fields[table.pauses.kind].codes if table.pauses is not None else ()
        label = next((code.label.in_(self._language) for code in codes if code.key == again.kind), again.kind)
        day = again.at.last - again.at.first >= ALMOST_A_DAY
        at = again.at.first.date().isoformat() if day else moment_words(again.at.first)
        return {**self._cells("restart", at, label), "fact_place": self.place_of(*again.place)}

    def _extension(self, one: Occurrence, found: Recorded) -> Cells:
        """What is on record for a longer deadline: that it was granted, or what it lacks."""
        vocabulary, extends = self._context.rulebook.vocabulary, one.rule.extends
        late = sentence("extension late", self._language)
        lacks = [
            late if name == LATE else events_label(one.rule, name, vocabulary, self._language) for name in found.lacks
        ]
        words = self._say("lacks", self._say("and").join(lacks))
        if not lacks and extends is not None:
            words = self._say("granted", span_text(extends.to, self._language))
        at = found.at.first.date().isoformat()
        cells = self._cells("extension" if not lacks else "no extension", at, words)
        return {**cells, "fact_place": self.place_of(*found.place)}

    def _days(self, timeline: tuple[DayLine, ...]) -> Iterator[Cells]:
        for first, last, what, en, zh, nth in folded(timeline):
            reason = zh if self._language == "zh" else en
            if what == "counted":  # why a day is open is told where it is open against the week
                begin = nth - abs((last - first).days)
                number = self._say("day", nth) if begin == nth else self._say("days", begin, nth)
                reason = self._say("joint").join([number, *([reason] if first in self._calendar.exceptions else [])])
            elif what == "paused":
                reason = self._say("not counted")
            yield self._cells(what, _stretch(first, last), reason)

    def _hours(self, timeline: tuple[DayLine, ...]) -> Iterator[Cells]:
        """Each open part of each day and how much of it counts; neighbouring days that are closed for one reason are one line."""
        for first, last, what, en, zh, _ in folded(timeline):
            yield self._cells(what, _stretch(first, last), zh if self._language == "zh" else en)

    def _due(self, one: Occurrence) -> Iterator[tuple[str, Cells]]:
        rule, due = one.rule, one.due
        if due is None:
            return
        if rule.due.open_day and one.start is not None:
            yield from (("day", cells) for cells in self._closed(due.first.date() + DAY, _month_end(due.first.date())))
        base = self.fact(rule.due.fact).label.in_(self._language) if rule.due.fact else ""
        extended = rule.extends is not None and one.extension is not None and not one.extension.lacks
        counted = replace(rule.due, span=rule.extends.to) if extended and rule.extends is not None else rule.due
        words = point_words(counted, base, self._language)
        value = due_words(one)
        if not one.in_days and due.last - due.first >= ALMOST_A_DAY:
            value = f"{value} – {_end_words(due.last, due.first)}"
        marks = [self._say("provisional")] if one.provisional else []
        if one.pauses and rule.pauses is not None and rule.pauses.most is not None:
            marks.append(self._say("most", span_text(rule.pauses.most, self._language)))
        yield "due", self._cells("due", value, self._say("also").join([words, *marks]))
        if one.act_by is not None and one.act_by.date() != due.first.date():
            closed = [cells["test"] for cells in self._closed(one.act_by.date() + DAY, due.first.date())]
            words = self._say("closed", self._say("also").join(dict.fromkeys(closed)))
            yield "act by", self._cells("act by", act_by_words(one), words)
        if one.risk_from is not None and rule.warns is not None and one.is_open(self._as_of):
            at = day_words(one.risk_from)
            yield "at risk", self._cells("warns", at, self._say("warns", span_text(rule.warns, self._language)))
        if rule.levels and one.is_open(self._as_of):
            yield from (("level", cells) for cells in self._levels(one))
        if one.lapses_at is not None and (one.is_open(self._as_of) or one.status == "lapsed"):
            span = rule.lapses.after
            words = self._say("lapse after", span_text(span, self._language)) if span else self._say("lapse next")
            point = one.lapses_at.date() if span else (one.next_opens or one.lapses_at).date()
            worked = span is not None and span.unit in WORKING_TIME_UNITS
            told = moment_words(one.lapses_at) if worked else point.isoformat()
            yield "lapses", self._cells("lapses", told, words)

    def _levels(self, one: Occurrence) -> Iterator[Cells]:
        """The levels of the escalation, in their order, with whom to tell and whether they are reached."""
        roles = role_words(self._context.rulebook.vocabulary, self._language)
        for nth, (level, at) in enumerate(one.levels, 1):
            words = [self._say("level", nth, roles.get(level.tell, level.tell)), level_words(level, self._language)]
            reached = at <= self._as_of and one.status != "not started"
            yield self._cells(
                "level", day_words(at), self._say("joint").join([*words, *[self._say("reached")] * reached])
            )

    def _closed(self, first: date, last: date) -> Iterator[Cells]:
        """The closed days of a stretch, with the reason of each."""
        days = [first + DAY * i for i in range((last - first).days + 1)]
        lines = [
            DayLine(day, "skipped", *self._calendar.reason(day)) for day in days if not self._calendar.is_open(day)
        ]
        return self._days(tuple(lines))

    def _piece(self, piece: Piece, one: Occurrence) -> Cells:
        part = piece.part
        label = piece_words(part, one.rule, self._context.rulebook.vocabulary, self._language)
        narrowed = isinstance(part, RowsDone) and (part.where is not None or part.since is not None)
        words = f"{label}: {part.words}" if narrowed and part.words else label
        place = shown(part.place) if part.place.line else shown(one.rule.place)
        if piece.met is not None:
            at = moment_words(piece.met.first) if piece.exact is not None else piece.met.first.date().isoformat()
            cells = self._cells("done", at, words)
        elif piece.missing:
            cells = self._cells("no record", "", self._say("also").join((words, piece.missing)))
        elif piece.doubt:
            cells = self._cells("unknown", "", self._say("also").join((words, piece.doubt)))
        else:
            cells = self._cells("missing", "", words)
        if isinstance(part, FactDone):
            cells["fact"] = self.fact_words(part.fact)
        return {**cells, "rule_place": place, "fact_place": self.place_of(*piece.at)}

    def _near(self, piece: Piece, one: Occurrence) -> Iterator[tuple[str, Cells]]:
        """Of evidence that is missing, the row that came nearest, and what it lacks."""
        part = piece.part
        if (
            not isinstance(part, RowsDone)
            or piece.met is not None
            or piece.doubt
            or piece.missing
            or self._records is None
        ):
            return
        miss = self._records.nearest(part, one.rule, self._who, one.opens)
        if miss is None:
            return
        words = self._say("too early", day_words(one.opens))
        if miss.fails is not None:
            name, cell = miss.fails
            field = self._context.rulebook.vocabulary.tables[part.table].fields[name]
            fact = Fact(name, "", field.type, field.label, "field", field.unit, field.codes)
            value = (
                value_words(cell.value, fact, self._language) if cell.value is not None else self._say("nothing there")
            )
            words = self._say("fails", field.label.in_(self._language), value)
        day = miss.at.last - miss.at.first >= ALMOST_A_DAY
        at = miss.at.first.date().isoformat() if day else moment_words(miss.at.first)
        yield "near", {**self._cells("near", at, words), "fact_place": self.place_of(*miss.place)}

    def _cells(self, part: str, value: str, words: str) -> Cells:
        return {"verdict": self._say(f"part {part}"), "value": value, "test": words}

    def _say(self, key: str, *parts: object) -> str:
        return said(key, self._language, *parts)


def _end_words(last: datetime, first: datetime) -> str:
    """The end of a stretch of time: the end of its first day is 24:00."""
    whole = last.time() == datetime.max.time()
    if last.date() == first.date():
        return "24:00" if whole else moment_words(last)[11:]
    return f"{last.date()} 24:00" if whole else moment_words(last)


def _stretch(first: date, last: date) -> str:
    low, high = min(first, last), max(first, last)
    return low.isoformat() if low == high else f"{low} – {high}"


def _month_end(day: date) -> date:
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - DAY
