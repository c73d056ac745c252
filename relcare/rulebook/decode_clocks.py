"""The clocks of obligations: what starts them, how they come again, deadlines, openings, pauses and lapses."""

from __future__ import annotations

import re
from collections.abc import Mapping as Named
from dataclasses import replace
from typing import NamedTuple

from relcare.located import Node, Scalar, Sequence
from relcare.rulebook.conditions import ELAPSED_UNITS, TIME_UNITS, WORKING_DAYS, WORKING_TIME_UNITS, Span
from relcare.rulebook.decode_extends import read_extends
from relcare.rulebook.decode_levels import read_levels
from relcare.rulebook.decode_points import POINT_HINT, PointReader, spot_of
from relcare.rulebook.keys import ROLL_WORDS
from relcare.rulebook.measures import RowMeasure
from relcare.rulebook.names import Labelled, named
from relcare.rulebook.obligations import Cadence, Extends, Lapse, Level, Pauses, Point, Start
from relcare.rulebook.operands import Misread, read_span
from relcare.rulebook.reader import Reader
from relcare.rulebook.spots import Spot, mark_pattern, mark_span
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.vocabulary import Table, Vocabulary
from relcare.rulebook.words import EVERY, LAPSES, PAUSES, STARTS, UNITS, WARNS, WITHIN, ZH_PERIODS, find_in
from relcare.timing.calendars import Calendar
from relcare.timing.spans import DAYS, MONTHS

DAY_LENGTHS = {**DAYS, **{unit: 30 * months for unit, months in MONTHS.items()}}
EVERY_HINT = "write month, quarter, year, 2 months, year on FACT, festival or a list of festivals"


class Clock(NamedTuple):
    """When an obligation starts, comes again and is due."""

    starts: Start
    every: Cadence | None
    due: Point
    opens: Point | None
    lapses: Lapse
    warns: Span | None
    pauses: Pauses | None
    after: Spot | None  # where the rule stands whose end starts it
    levels: tuple[Level, ...] = ()
    extends: Extends | None = None
    restarts: tuple[str, ...] = ()


class ClockReader:
    """Decodes the clocks of the rules about one subject."""

    def __init__(
        self, reader: Reader, vocabulary: Vocabulary, subject: str, points: PointReader, calendars: Named[str, Calendar]
    ) -> None:
        self._reader = reader
        self._vocabulary = vocabulary
        self._subject = subject
        self._points = points
        self._calendars = calendars

    def read(self, found: dict[str, Node], owner: Node, what: str) -> Clock | None:
        """The clock of a rule; None where a part of it has a mistake."""
        before = len(self._reader.problems)
        if "starts" in found and "every" in found:
            message = f"{what} has `starts` and `every`"
            self._note(found["every"], "RUL072", message, "it starts once, or it comes again")
        starts, after = self._starts(found.get("starts"))
        every = self._every(found.get("every"), found.get("calendar"))
        due = self._deadline(found, owner, what, every)
        if due is not None:
            self._once_per(found, due)
        opens = self._opens(found.get("opens"), found, every, due)
        lapses = self._lapses(found.get("lapses"), recurs="every" in found or (starts is not None and starts.rounds))
        warned, levels = found.get("warns"), tuple[Level, ...]()
        if isinstance(warned, Sequence):
            levels, warned = read_levels(self._reader, warned, self._points, self._vocabulary, due), None
        warns = self._warns(warned)
        pauses = self._pauses(found.get("pauses"), due)
        restarts = self._restarts(found.get("restarts"), found, due)
        extends = read_extends(self._reader, found.get("extends"), self._points, self._events(), due)
        read = {"starts": starts, "every": every, "opens": opens, "pauses": pauses}
        missed = any(key in found and part is None for key, part in read.items())  # a broken name says nothing more
        if due is None or missed or len(self._reader.problems) > before:
            return None
        if starts is None:
            starts = Start("period") if every is not None else Start("ahead")
        return Clock(starts, every, due, opens, lapses, warns, pauses, after, levels, extends, restarts)

    def _starts(self, node: Node | None) -> tuple[Start | None, Spot | None]:
        text = self._reader.text(node, "`starts`")
        if text is None:
            return None, None
        spot = spot_of(text)
        found = find_in(STARTS, spot.text)
        if found is None:
            self._spot(spot, "RUL075", f"`{spot.text}` starts nothing", "write a date, or `end of RULE`")
            return None, None
        spelling = found[0]
        values = mark_pattern(self._reader, spot, *found)
        if spelling.primitive == "end of":
            return Start("end of", rule=values[0].text), values[0]
        fact = self._points.timed(values[0], month=True)
        if spelling.primitive == "each":
            return (None if fact is None else self._round(fact, values[0])), None
        if len(values) == 1:
            return (None if fact is None else Start("fact", fact)), None
        return (None if fact is None else Start("fact", fact, values[1].text)), values[1]

    def _round(self, fact: str, spot: Spot) -> Start | None:
        """A start for each time that a number of rows was reached; None (noted) where the fact comes once."""
        known = self._vocabulary.fact(self._subject, fact)
        if known is not None and isinstance(known.measure, RowMeasure) and known.measure.crosses:
            return Start("fact", fact, rounds=True)
        self._spot(
            spot,
            "RUL075",
            f"`{spot.text}` comes once: there are no rounds of it",
            f"write `starts: {spot.text}`, or a fact that is `reached` again and again",
        )
        return None

    def _every(self, node: Node | None, calendar: Node | None) -> Cadence | None:
        if node is None:
            return None
        if isinstance(node, Sequence):
            return self._festivals([spot_of(text) for text in self._reader.texts(node, "`every`")], calendar)
        text = self._reader.text(node, "`every`")
        if text is None:
            return None
        spot = spot_of(text)
        found = find_in(EVERY, spot.text)
        if found is None:
            return None
        spelling, slots = found
        if spelling.primitive == "period" and not spot.text.isascii() and spot.text.startswith("每"):
            slots = [(1, len(spot.text))]
        values = [spot.cut(slot) for slot in slots]
        if spelling.primitive == "period" and self._knows(values[0]):
            return self._festivals(values, calendar)
        mark_pattern(self._reader, spot, spelling, slots)
        if spelling.primitive == "festival":
            return Cadence(festivals=())
        amount, unit = self._period(values[0])
        if not unit or amount is None:
            near = did_you_mean(values[0].text.split(" ")[-1].lower(), ("month", "quarter", "year", "festival"))
            self._spot(values[0], "RUL075", f"`{values[0].text}` is no period that comes again", near or EVERY_HINT)
            return None
        if unit not in MONTHS:
            hint = "it comes again by months, quarters or years"
            self._spot(values[0], "RUL075", f"nothing comes again by {unit}", hint)
            return None
        months = amount * MONTHS[unit]
        if spelling.primitive == "anniversary":
            fact = self._points.timed(values[1])
            return None if fact is None else Cadence(months, fact)
        if months % 12 and 12 % months:
            message = f"periods of {months} months do not begin in the same months of each year"
            self._spot(spot, "RUL075", message, "write 1, 2, 3, 4, 6 or 12 months, or count from a date: `… on FACT`")
            return None
        return Cadence(months)

    def _period(self, spot: Spot) -> tuple[int | None, str]:
        """How many of which unit: `quarter`, `2 months`, `季度`, `2个月`; no unit where it is no period."""
        word = ZH_PERIODS.get(spot.text, spot.text.lower())
        if " " not in spot.text and word in UNITS:
            zh = next((zh for zh, period in ZH_PERIODS.items() if UNITS.get(period) == UNITS[word]), spot.text)
            self._reader.said(spot.at, spot.part(), word, zh)
            return 1, UNITS[word]
        span = read_span(spot.text)
        if isinstance(span, Misread):
            words = spot.text.split()
            return None, UNITS.get(words[-1].lower(), "") if len(words) > 1 else ""
        mark_span(self._reader, spot, span)
        return span.amount, span.unit

    def _knows(self, spot: Spot) -> bool:
        return any(
            spot.text in (name, festival.zh)
            for calendar in self._calendars.values()
            for name, festival in calendar.festivals.items()
        )

    def _festivals(self, spots: list[Spot], calendar: Node | None) -> Cadence | None:
        """Named festivals: of the rule's own calendar, else of any."""
        own = calendar.text if isinstance(calendar, Scalar) else ""
        calendars = [self._calendars[own]] if own in self._calendars else list(self._calendars.values())
        listed = {name: Labelled(name, festival.zh) for one in calendars for name, festival in one.festivals.items()}
        names: dict[str, None] = {}
        for spot in spots:
            name = named(self._reader, spot, listed.__contains__, listed.values, "RUL029")
            if name is None:
                return None
            names[name] = None
            if name not in listed:
                known = list(listed) if spot.text.isascii() else [each.zh for each in listed.values()]
                hint = did_you_mean(spot.text, known) or EVERY_HINT
                self._spot(spot, "RUL076", f"no calendar has a festival `{spot.text}`", hint)
        return Cadence(festivals=tuple(names)) if names and listed.keys() >= names.keys() else None

    def _deadline(self, found: dict[str, Node], owner: Node, what: str, every: Cadence | None) -> Point | None:
        within, due = found.get("within"), found.get("due")
        if within is not None and due is not None:
            self._note(due, "RUL071", f"{what} has `within` and `due`", "it has one deadline: take one of the two out")
            return None
        if within is not None:
            if "starts" not in found and "every" not in found:
                message = f"{what} has `within`, and nothing from which to count"
                self._note(within, "RUL072", message, "add `starts: FACT` or `every: …`, or write `due: …`")
                return None
            text = self._reader.text(within, "`within`")
            span = None if text is None else self._within(spot_of(text))
            return None if span is None else self._rolled(Point("start", span=span), found)
        if due is None:
            hint = "add `within: SPAN`, counted from the start, or `due: …`"
            self._note(owner, "RUL071", f"{what} has no deadline", hint)
            return None
        text = self._reader.text(due, "`due`")
        if text is None or ("every" in found and every is None):
            return None
        point = self._points.point(spot_of(text), every)
        if point is None or not self._fits(point, text, every):
            return None
        return self._rolled(point, found)

    def _within(self, spot: Spot) -> Span | None:
        """`5 working days`, `5个工作日内`."""
        spelling, slots = WITHIN[0], [(0, len(spot.text))]
        for ending in ("以内", "之内", "内"):
            if spot.text.endswith(ending) and len(spot.text) > len(ending):
                slots = [(0, len(spot.text) - len(ending))]
                break
        return self._points.span(mark_pattern(self._reader, spot, spelling, slots)[0])

    def _fits(self, point: Point, text: Scalar, every: Cadence | None) -> bool:
        """Whether a deadline can stand beside what starts the rule."""
        message = hint = ""
        if point.base == "due":
            message, hint = "a deadline is not measured from itself", POINT_HINT
        elif point.base == "fact" and every is not None:
            message = "a rule that comes again is not due by a date of the subject"
            hint = "write `within: SPAN`, or take `every` out: it is then owed ahead of each new date"
        if message:
            self._note(text, "RUL072", message, hint)
        return not message

    def _rolled(self, point: Point, found: dict[str, Node]) -> Point | None:
        node = found.get("rolls")
        if node is None:
            return point
        if self._reader.word(node, "a day to roll to", ("next open day",), ROLL_WORDS) is None:
            return None
        if point.span is None or point.span.unit == WORKING_DAYS or point.span.unit in TIME_UNITS:
            message = "only a deadline in days, weeks, months or years rolls"
            hint = "working days are open days already" if point.span and point.span.unit == WORKING_DAYS else ""
            self._note(node, "RUL072", message, hint or "write the span in days, or `last working day of the …`")
            return None
        return replace(point, rolls=True)

    def _once_per(self, found: dict[str, Node], due: Point) -> None:
        text = self._reader.text(found.get("once per"), "`once per`")
        if text is None:
            return
        spot = spot_of(text)
        name = self._points.timed(spot)
        if name is None:
            return
        if due.base != "fact" or "starts" in found or "every" in found:
            message = "`once per` is for what is owed ahead of a date of the subject"
            self._spot(spot, "RUL072", message, f"write `due: 30 days before {name}`, without `starts` and `every`")
        elif due.fact != name:
            self._spot(
                spot, "RUL072", f"the deadline is measured from `{due.fact}`, not from `{name}`", f"write `{due.fact}`"
            )

    def _opens(
        self, node: Node | None, found: dict[str, Node], every: Cadence | None, due: Point | None
    ) -> Point | None:
        text = self._reader.text(node, "`opens`")
        if text is None or ("every" in found and every is None):
            return None
        point = self._points.point(spot_of(text), every)
        if point is None:
            return None
        if point.base == "due" and not point.before:
            self._note(text, "RUL072", "it would open after its deadline", "write `… before due`")
            return None
        if point.base == "period end" or (point.base == "fact" and every is not None):
            self._note(text, "RUL072", "a rule that comes again opens with its period", "write `… before due`")
            return None
        if due is not None and (point.base, point.fact) == (due.base, due.fact) and _later(point, due):
            self._note(text, "RUL072", "it would open after its deadline", "evidence counts from the opening on")
            return None
        return point

    def _lapses(self, node: Node | None, *, recurs: bool) -> Lapse:
        default = Lapse(at_next=recurs)
        text = self._reader.text(node, "`lapses`")
        if text is None:
            return default
        spot = spot_of(text)
        found = find_in(LAPSES, spot.text)
        if found is None:
            hint = "write `30 days after due`, `when the next opens` or `never`"
            self._spot(spot, "RUL075", f"`{spot.text}` does not say when it is given up", hint)
            return default
        spelling = found[0]
        values = mark_pattern(self._reader, spot, *found)
        if spelling.primitive == "after":
            return Lapse(after=self._points.span(values[0]))
        if spelling.primitive == "next" and not recurs:
            self._spot(
                spot, "RUL072", "there is no next one of a rule that does not come again", "write `30 days after due`"
            )
        return Lapse(at_next=spelling.primitive == "next")

    def _warns(self, node: Node | None) -> Span | None:
        text = self._reader.text(node, "`warns`")
        if text is None:
            return None
        spot = spot_of(text)
        found = find_in(WARNS, spot.text)
        if found is None:
            self._spot(spot, "RUL075", f"`{spot.text}` does not say when to warn", "write `1 working day before`")
            return None
        return self._points.span(mark_pattern(self._reader, spot, *found)[0])

    def _pauses(self, node: Node | None, due: Point | None) -> Pauses | None:
        texts = self._reader.texts(node, "`pauses`") if node is not None else ()
        if node is None or not texts:
            return None
        if due is not None and due.base != "start":
            hint = "only a clock that counts `within` a span can be stopped"
            self._note(node, "RUL078", "the deadline is a date: no pause moves it", hint)
            return None
        tables = self._events()
        if not tables:
            message = f"no table holds what stops the clocks of a {self._subject}"
            self._note(node, "RUL078", message, "a table says `pauses: {kind: …, from: …, until: …}`")
            return None
        kinds: list[str] = []
        most: Span | None = None
        for part in _parts(texts):
            spelling, slots = find_in(PAUSES, part.text) or (PAUSES[1], [])
            if spelling.primitive == "most":
                most = self._most(mark_pattern(self._reader, part, spelling, slots)[0], due)
            else:
                kinds += self._kind(part, tables)
        if not kinds:
            if all(part.text.startswith(("at most ", "最多", "至多")) for part in _parts(texts)):
                self._note(node, "RUL078", "it does not say which events pause the clock", "name them before `at most`")
            return None
        return Pauses(tuple(dict.fromkeys(kinds)), most)

    def _restarts(self, node: Node | None, found: dict[str, Node], due: Point | None) -> tuple[str, ...]:
        """The kinds of events from which the clock counts anew."""
        texts, tables = (self._reader.texts(node, "`restarts`"), self._events()) if node is not None else ((), [])
        if node is None or not texts:
            return ()
        if "every" in found or (due is not None and due.base != "start"):
            hint = "only a clock that starts once and counts `within` a span can"
            self._note(node, "RUL078", "the clock can't count anew", hint)
            return ()
        if not tables:
            message = f"no table holds what restarts the clocks of a {self._subject}"
            self._note(node, "RUL078", message, "a table says `pauses: {kind: …, from: …, until: …}`")
        return tuple(dict.fromkeys(kind for part in _parts(texts) if tables for kind in self._kind(part, tables)))

    def _events(self) -> list[Table]:
        """The tables of events that move the clocks of the subject."""
        return [t for t in self._vocabulary.tables.values() if t.pauses and t.reference_to(self._subject)]

    def _kind(self, spot: Spot, tables: list[Table]) -> list[str]:
        """The kind of events that is named; none (noted) where there is none of that name."""
        listed = [
            Labelled(code.key, code.label.zh) for t in tables if t.pauses for code in t.fields[t.pauses.kind].codes
        ]
        codes = [each.key for each in listed]
        kind = named(self._reader, spot, codes.__contains__, lambda: dict.fromkeys(listed), "RUL029")
        if kind is None or kind in codes:
            return [] if kind is None else [kind]
        if not spot.text.isascii():
            codes = [each.zh for each in listed]
        names = " or ".join(f"`{table.name}`" for table in tables)
        hint = did_you_mean(spot.text, codes) or "its kinds are " + ", ".join(f"`{code}`" for code in codes)
        self._spot(spot, "RUL078", f"{names} has no kind `{spot.text}`", hint)
        return []

    def _most(self, spot: Spot, due: Point | None) -> Span | None:
        """A maximum in the unit of the clock: what does not count of it is counted in days of its kind, or in time."""
        span = self._points.span(spot)
        if span is None or due is None or due.span is None:
            return span
        hint = ""
        if due.span.unit == WORKING_DAYS:
            hint = (
                "" if span.unit == WORKING_DAYS else "the clock runs in working days: write `at most 10 working days`"
            )
        elif due.span.unit in WORKING_TIME_UNITS:
            told = "the clock runs in working time: write `at most 8 working hours`"
            hint = "" if span.unit in WORKING_TIME_UNITS else told
        elif due.span.unit in ELAPSED_UNITS:
            hint = "" if span.unit in (*ELAPSED_UNITS, "days", WORKING_DAYS) else "write hours or days"
        elif span.unit != "days":
            hint = "the clock runs in days: write `at most 10 days`"
        if hint:
            self._spot(spot, "RUL078", f"`{spot.text}` can't be taken off this clock", hint)
        return span

    def _note(self, at: Node, code: str, message: str, hint: str = "") -> None:
        self._reader.note(at, code, message, hint)

    def _spot(self, spot: Spot, code: str, message: str, hint: str = "") -> None:
        self._reader.note(spot.at, code, message, hint, part=spot.part())


def _parts(texts: tuple[Scalar, ...]) -> list[Spot]:
    """The items of a list in one text, or of a list of texts."""
    parts: list[Spot] = []
    for text in texts:
        start, whole = 0, spot_of(text)
        for item in re.split("[,，、]", whole.text):
            parts.append(whole.cut((start, start + len(item))))
            start += len(item) + 1
    return [part for part in parts if part.text]


def _later(one: Point, other: Point) -> bool:
    """Whether a point lies after another that is measured from the same; False where the units can't tell."""
    lengths = [_signed(point) for point in (one, other)]
    return None not in lengths and lengths[0] > lengths[1]  # type: ignore[operator]


def _signed(point: Point) -> int | None:
    if point.span is None:
        return 0
    length = DAY_LENGTHS.get(point.span.unit)
    return None if length is None else point.span.amount * length * (-1 if point.before else 1)
