"""Documents of kind `obligation`: what the bank owes a subject, each version of a rule with its clock and its evidence."""

from __future__ import annotations

from collections.abc import Mapping as Named
from typing import NamedTuple

from relcare.located import Mapping, Node, Scalar
from relcare.rulebook.conditions import Condition
from relcare.rulebook.decisions import Approval
from relcare.rulebook.decode_calendars import ANY_CALENDAR
from relcare.rulebook.decode_clocks import Clock, ClockReader
from relcare.rulebook.decode_conditions import TIMED, ConditionReader, Scope
from relcare.rulebook.decode_evidence import EvidenceReader
from relcare.rulebook.decode_measures import read_subject
from relcare.rulebook.decode_points import PointReader, spot_of
from relcare.rulebook.decode_regimes import RegimeReader
from relcare.rulebook.decode_rules import (
    only_no,
    overlap,
    own_fact,
    read_approval,
    read_example,
    read_role,
    rule_nodes,
    scope_of,
)
from relcare.rulebook.keys import JUDGED_WORDS, NOTHING_WORDS, entry, in_zh, meant
from relcare.rulebook.limits import Limits
from relcare.rulebook.names import Labelled, named
from relcare.rulebook.obligations import (
    Cause,
    Evidence,
    FactDone,
    Obligation,
    ObligationExample,
    RowsDone,
    parts_of,
    uses_working_time,
)
from relcare.rulebook.operands import read_value
from relcare.rulebook.owed_wording import STATUSES as ZH_STATUSES
from relcare.rulebook.reader import Reader, read_day
from relcare.rulebook.spots import Spot, mark_pattern
from relcare.rulebook.suggest import did_you_mean
from relcare.rulebook.values import Moment
from relcare.rulebook.vocabulary import Field, Label, Vocabulary
from relcare.rulebook.words import GIVES, find_in
from relcare.timing.calendars import Calendar

CAUSE_KEYS = ("label", "when")
OBLIGATION_KEYS = ("kind", "for", "label", "dated by", "approved", "ceases when", "limits", "regime", "rules")
RULE_KEYS = (
    "id", "label", "cites", "from", "until", "when", "judged", "if missing", "if not supplied", "starts", "within", "every",
    "due", "once per", "opens", "rolls", "warns", "pauses", "extends", "restarts", "ceases when", "lapses", "suspended while",
    "done when", "by", "channel", "calendar", "examples", "corrects", "regime", "step",
)  # fmt: skip
CHANNEL = ("customer", "preferred_channel")  # whose codes have the labels of channels
WHEN = Field("due", "moment", Label("due", "due"))
CALENDAR_HINT = "a calendar is a document `kind: calendar`; a fact whose codes name calendars will do as well"
GIVES_HINT = "write `due 2026-10-13`, `due 2026-11-21 10:00`, `nothing` or a status"


class Owed(NamedTuple):
    """A version of a rule, where it stands, and where it names the rule whose end starts it."""

    rule: Obligation
    node: Mapping
    after: Spot | None


class _Document(NamedTuple):
    """What all rules of a document share, and the readers for its subject."""

    subject: str
    scope: Scope
    conditions: ConditionReader
    clocks: ClockReader
    evidence: EvidenceReader
    approved: Approval | None
    dated_by: str
    ceases: tuple[Cause, ...]
    regime: str


class ObligationReader:
    """Decodes the obligations to all subjects, once all facts are known.

    `taken` says of the ids of other rules in which decision each stands; `broken` are the ids of rules of which a version
    has a mistake.
    """

    def __init__(
        self, reader: Reader, vocabulary: Vocabulary, limits: Limits, calendars: Named[str, Calendar],
        taken: Named[str, str], regimes: RegimeReader,
    ) -> None:  # fmt: skip
        self._reader = reader
        self._vocabulary = vocabulary
        self._limits = limits
        self._calendars = calendars
        self._taken = taken
        self._regimes = regimes
        self._channels = known_channels(vocabulary)
        self.owed: list[Owed] = []
        self.broken: set[str] = set()

    def decode(self, document: Mapping) -> None:
        """Add the rules of an `obligation` document."""
        reader = self._reader
        before = len(reader.problems)
        found = reader.mapping(document, "a document of obligations", OBLIGATION_KEYS)
        if found is None:
            return
        subject = read_subject(reader, found, document, self._vocabulary)
        nodes = rule_nodes(reader, found, document, "the document")
        if subject is None:
            self.broken.update(node.text for rule in nodes if isinstance(node := entry(rule, "id"), Scalar))
            return
        if "label" in found:
            reader.label(found["label"], subject)
        scope = scope_of(reader, self._vocabulary, subject)
        conditions = ConditionReader(reader, scope, self._limits)
        points = PointReader(reader, conditions)
        causes = self._causes(found.get("ceases when"), "`ceases when`", conditions)
        shared = _Document(
            subject,
            scope,
            conditions,
            ClockReader(reader, self._vocabulary, subject, points, self._calendars),
            EvidenceReader(reader, self._vocabulary, subject, points, self._limits),
            read_approval(reader, found.get("approved")),
            self._dated_by(found.get("dated by"), subject),
            causes or (),
            self._regimes.regime(found.get("regime")),
        )
        whole = not any(problem.severity == "error" for problem in reader.problems[before:])
        whole = whole and causes is not None and bool(shared.dated_by or "dated by" not in found)
        for node in nodes:
            name = entry(node, "id")
            owed = self._rule(node, shared)
            if whole and owed is not None and self._fits_in(owed):
                self.owed.append(owed)
            elif isinstance(name, Scalar):
                self.broken.add(name.text)

    def _dated_by(self, node: Node | None, subject: str) -> str:
        text = self._reader.text(node, "`dated by`")
        if text is None:
            return ""
        name = own_fact(self._reader, self._vocabulary, subject, Spot(text, 0, text.text))
        fact = self._vocabulary.facts[subject].get(name)
        if fact is not None and fact.source == "field" and fact.type in TIMED:
            return name
        if name and (subject, text.text) not in self._reader.broken:
            hint = did_you_mean(text.text, self._vocabulary.facts[subject]) if fact is None else ""
            message = f"`{text.text}` is no date field of a {subject}"
            self._reader.note(text, "RUL027", message, hint or "`dated by` names a field of type date or moment")
        return ""

    def _causes(self, node: Node | None, what: str, conditions: ConditionReader) -> tuple[Cause, ...] | None:
        """What ends all rules of a document, or suspends one of them; None where a part of it has a mistake."""
        reader, causes = self._reader, []
        items = reader.items(node, what)
        for item in items:
            found = reader.mapping(item, "what ends obligations", CAUSE_KEYS)
            if found is None:
                continue
            if "label" not in found:
                reader.need(found, "label", item, "what ends obligations")
            label = reader.label(found.get("label"), "")
            when = reader.need(found, "when", item, "what ends obligations")
            condition = None if when is None else conditions.read(when)
            if condition is not None:
                causes.append(Cause(label, condition))
        return tuple(causes) if len(causes) == len(items) else None

    def _rule(self, node: Mapping, shared: _Document) -> Owed | None:
        reader = self._reader
        before = len(reader.problems)
        found = reader.mapping(node, "a rule", RULE_KEYS) or {}
        name = reader.text(reader.need(found, "id", node, "the rule"), "`id`")
        what = f"rule `{name.text}`" if name else "the rule"
        owner = name or node
        if "label" not in found:
            reader.need(found, "label", owner, what)
        label = reader.label(found.get("label"), name.text if name else "")
        cites = reader.cites(reader.need(found, "cites", owner, what))
        dates = reader.period(found, owner, what)
        when: Condition | None = shared.conditions.read(found["when"]) if "when" in found else None
        at_start = reader.word(found.get("judged"), "when `when` is judged", ("at start",), JUDGED_WORDS) is not None
        if at_start and "when" not in found:
            reader.note(found["judged"], "RUL003", f"{what} has no `when` that could be judged", "add `when: …`")
        missing = only_no(reader, found, "if missing")
        not_supplied = only_no(reader, found, "if not supplied")
        calendar, calendar_by = self._calendar(found.get("calendar"), shared)
        clock = shared.clocks.read(found, owner, what)
        done = self._done(found, owner, what, shared, clock)
        if clock is not None and clock.starts.rounds and done is not None:
            self._rounds_show(done, found["done when"])
        suspends = self._causes(found.get("suspended while"), "`suspended while`", shared.conditions)
        if clock is not None and clock.restarts and done is not None:
            for piece in parts_of(done):
                if isinstance(piece, RowsDone):
                    message = "whether it came before this was done can only be told of dates of the subject"
                    reader.note(
                        found["restarts"],
                        "RUL078",
                        message,
                        "write `done when: FACT is known`, or leave `restarts` out",
                    )
                    break
        by = read_role(reader, reader.need(found, "by", owner, what), self._vocabulary)
        channel = self._channel(found.get("channel"))
        causes = (
            self._causes(found["ceases when"], "`ceases when`", shared.conditions)
            if "ceases when" in found
            else shared.ceases
        )
        corrects = reader.correction(found.get("corrects"))
        regime = self._regimes.regime(found.get("regime")) if "regime" in found else shared.regime
        step = self._regimes.step(found.get("step"))
        items = reader.items(found.get("examples"), "examples")
        examples = [example for item in items if (example := self._example(item, shared.scope)) is not None]
        if any(problem.severity == "error" for problem in reader.problems[before:]):
            return None
        if (
            name is None
            or dates is None
            or clock is None
            or done is None
            or (when is None and "when" in found)
            or causes is None
        ):
            return None
        if suspends is None:
            return None
        rule = Obligation(
            name.text, shared.subject, label, cites, dates[0], dates[1], clock.starts, clock.due, done, when, at_start,
            clock.every, clock.opens, clock.warns, clock.pauses, clock.lapses, by, channel, calendar,
            shared.dated_by, causes, shared.approved, missing, not_supplied, tuple(examples), name.place, corrects,
            clock.levels, calendar_by, regime, step, clock.extends, suspends or (), clock.restarts,
        )  # fmt: skip
        self._has_hours(rule, found.get("calendar"))
        return Owed(rule, node, clock.after)

    def _done(
        self, found: dict[str, Node], owner: Node, what: str, shared: _Document, clock: Clock | None
    ) -> Evidence | None:
        node = self._reader.need(found, "done when", owner, what)
        if clock is None and "every" in found:  # what a window may say hangs on it
            return None
        return shared.evidence.read(node, clock.every if clock is not None else None)

    def _rounds_show(self, done: Evidence, node: Node) -> None:
        """A date of the subject is there once, whatever the round: rounds are done by rows."""
        facts = [part.fact for part in parts_of(done) if isinstance(part, FactDone)]
        if facts:
            message = f"`{facts[0]}` is one date, and can't show what was done in which round"
            self._reader.note(node, "RUL072", message, "name rows of a table that has one for each time")

    def _calendar(self, node: Node | None, shared: _Document) -> tuple[str, str]:
        """The calendar of a rule by its name; or the fact of the subject whose codes are names of calendars."""
        text = self._reader.text(node, "`calendar`")
        if text is None or text.text in self._calendars:
            return (text.text if text is not None else ""), ""
        spot = spot_of(text)
        if "." not in spot.text and not shared.conditions.knows(spot.text):
            if ANY_CALENDAR not in self._reader.broken:
                hint = did_you_mean(text.text, self._calendars) or CALENDAR_HINT
                self._reader.note(text, "RUL077", f"there is no calendar `{text.text}`", hint)
            return "", ""
        fact = shared.conditions.fact(spot)
        if fact is None:
            return "", ""
        names = [code.key for code in fact.codes]
        unknown = [name for name in names if name not in self._calendars]
        if fact.type != "code" or unknown or not names:
            told = (
                f"code `{unknown[0]}` of `{spot.text}` is no calendar"
                if unknown
                else f"`{spot.text}` names no calendar"
            )
            self._reader.note(
                text, "RUL077", told, "its codes are names of calendars, each a document `kind: calendar`"
            )
        return "", fact.name

    def _has_hours(self, rule: Obligation, node: Node | None) -> None:
        """Note a calendar without hours by which a rule counts working time."""
        for name in calendars_of(rule, self._vocabulary) if uses_working_time(rule) else ():
            if name in self._calendars and not self._calendars[name].hours and node is not None:
                message = f"calendar `{name}` has no hours, so that no working time can be counted"
                self._reader.note(node, "RUL077", message, "add `hours: 09:00-12:00, 13:30-17:30` to it")

    def _channel(self, node: Node | None) -> str:
        text = self._reader.name(node, "a channel")
        if text is None:
            return ""
        spot = Spot(text, 0, text.text)
        return named(self._reader, spot, self._channels.__contains__, self._channels.values, "RUL029") or ""

    def _example(self, node: Node, scope: Scope) -> ObligationExample | None:
        given = read_example(self._reader, node, scope, self._vocabulary.tables, "RESULT")
        if given is None:
            return None
        spot = spot_of(given.gives)
        spelling, slots = find_in(GIVES, spot.text) or (GIVES[1], [(0, len(spot.text))])
        value = spot.cut(slots[0])
        if spelling.primitive == "due":
            mark_pattern(self._reader, spot, spelling, slots)
            if isinstance(read_value(WHEN, value.text), Moment) or read_day(value.text) is not None:
                return ObligationExample(given.as_of, given.facts, f"due {value.text}", node.place, given.rows)
            hint = "write a date or moment that exists, as 2026-10-13 or 2026-11-21 10:00"
            self._reader.note(given.gives, "RUL082", f"`{value.text}` is no date or moment", hint, part=value.part())
            return None
        words = ZH_STATUSES | NOTHING_WORDS
        status = spot.text if spot.text in words else meant(spot.text, words, words)
        if status:
            self._reader.said(spot.at, spot.part(), status, in_zh(words, status))
            return ObligationExample(given.as_of, given.facts, status, node.place, given.rows)
        known = list(words) if spot.text.isascii() else [in_zh(words, word) for word in words]
        hint = did_you_mean(spot.text, known) or GIVES_HINT
        self._reader.note(given.gives, "RUL082", f"`{spot.text}` is no deadline and no status", hint)
        return None

    def _fits_in(self, owed: Owed) -> bool:
        """Whether the version can stand beside the rules of the whole rulebook."""
        rule, at = owed.rule, entry(owed.node, "id") or owed.node
        if rule.id in self._taken:
            message = f"rule `{rule.id}` stands in decision `{self._taken[rule.id]}` as well"
            self._reader.note(at, "RUL026", message, "an id names one rule of the whole rulebook")
            return False
        for earlier, _, _ in self.owed:
            if earlier.id != rule.id:
                continue
            if earlier.subject != rule.subject:
                message = f"rule `{rule.id}` is owed to a {earlier.subject} as well"
                self._reader.note(at, "RUL026", message, "an id names one rule of the whole rulebook")
                return False
            if overlap(earlier, rule):
                message = f"two versions of rule `{rule.id}` are in force from {max(earlier.start, rule.start)} on"
                hint = f"the other begins at {earlier.place}; end it with `until`, or choose another id"
                self._reader.note(at, "RUL021", message, hint)
                return False
        return True


def calendars_of(rule: Obligation, vocabulary: Vocabulary) -> list[str]:
    """The names of the calendars that a rule can count by, "" for the book's."""
    if not rule.calendar_by:
        return [rule.calendar]
    fact = vocabulary.fact(rule.subject, rule.calendar_by)
    return [code.key for code in fact.codes] if fact is not None else []


def known_channels(vocabulary: Vocabulary) -> dict[str, Labelled]:
    """The channels that customers can prefer: their codes have labels."""
    table = vocabulary.table_of(CHANNEL[0])
    field = table.fields.get(CHANNEL[1]) if table is not None else None
    return {code.key: Labelled(code.key, code.label.zh) for code in field.codes} if field is not None else {}
