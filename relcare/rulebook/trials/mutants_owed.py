"""Obligations that are a step beside an obligation: each span a unit longer and shorter, each part of it left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from relcare.located import Place
from relcare.rulebook.conditions import Span
from relcare.rulebook.obligations import (
    EARLY,
    AllDone,
    AnyDone,
    Cause,
    Evidence,
    FactDone,
    Lapse,
    Level,
    Obligation,
    Point,
    RowsDone,
    Start,
)
from relcare.rulebook.trials.said import Said
from relcare.rulebook.trials.variants import spans_beside, variants, words_of

DONE = ("met", "overdue")
NEVER = AnyDone(())  # evidence that is never there

SHOWN = {
    "due": ("due",), "opens": ("nothing", "not started", "running"), "warns": ("at risk", "running"),
    "lapses": ("lapsed", "overdue"), "pauses": ("paused", "running"), "starts": ("due", "undetermined"),
}  # fmt: skip


class OwedVariant(NamedTuple):
    """An obligation with one thing changed: `what`, at `place`."""

    rule: Obligation
    what: Said
    place: Place
    shows: tuple[str, ...] = ()  # the beginnings of what an example gives that is likely to notice it


def owed_variants(rule: Obligation, kind_of: Callable[[str], str]) -> Iterator[OwedVariant]:
    """Each of them; `kind_of` gives the type of a fact of the subject."""
    yield from _of_conditions(rule, kind_of)
    yield from _of_clock(rule)
    for done, what, place in _of_evidence(rule.done, kind_of):
        yield OwedVariant(replace(rule, done=done), what, place if place.path else rule.place, DONE)


def _of_conditions(rule: Obligation, kind_of: Callable[[str], str]) -> Iterator[OwedVariant]:
    if rule.when is not None:
        yield OwedVariant(
            replace(rule, when=None), Said("without when", (words_of(rule.when),)), rule.place, ("nothing",)
        )
        for variant in variants(rule.when, kind_of):
            yield OwedVariant(replace(rule, when=variant.condition), variant.what, variant.place)
    if rule.at_start:
        yield OwedVariant(replace(rule, at_start=False), Said("without", ("judged: at start",)), rule.place)
    for said_as, strict in (
        ("if missing: no", replace(rule, if_missing=False)), ("if not supplied: no", replace(rule, if_not_supplied=False)),
    ):  # fmt: skip
        if strict != rule:
            yield OwedVariant(strict, Said("without", (said_as,)), rule.place)
    for changed in _of_causes(rule.ceases, "without cause", rule.place, kind_of):
        yield OwedVariant(replace(rule, ceases=changed.causes), changed.what, changed.place, changed.without("ceased"))
    for changed in _of_causes(rule.suspends, "without suspension", rule.place, kind_of):
        yield OwedVariant(
            replace(rule, suspends=changed.causes), changed.what, changed.place, changed.without("suspended")
        )


class _Causes(NamedTuple):
    """Causes one of which was changed, or is left out."""

    causes: tuple[Cause, ...]
    what: Said
    place: Place
    left_out: bool

    def without(self, status: str) -> tuple[str, ...]:
        """What an example that notices it has to show."""
        return (status,) if self.left_out else ()


def _of_causes(causes: tuple[Cause, ...], key: str, place: Place, kind_of: Callable[[str], str]) -> Iterator[_Causes]:
    for index, cause in enumerate(causes):
        before, after = causes[:index], causes[index + 1 :]
        yield _Causes(before + after, Said(key, (words_of(cause.when),)), place, left_out=True)
        for variant in variants(cause.when, kind_of):
            if variant.condition is not None:
                changed = (*before, replace(cause, when=variant.condition), *after)
                yield _Causes(changed, variant.what, variant.place, left_out=False)


def _of_clock(rule: Obligation) -> Iterator[OwedVariant]:
    def changed(what: Said, **parts: Any) -> OwedVariant:  # noqa: ANN401
        shows = tuple(text for part in parts for text in SHOWN.get(part, ()))
        return OwedVariant(replace(rule, **parts), what, rule.place, shows)

    for point, what in _points(rule.due, "within" if rule.due.base == "start" else "due"):
        yield changed(what, due=point)
    if rule.opens is not None:
        yield changed(Said("without", ("opens",)), opens=None)
        for point, what in _points(rule.opens, "opens"):
            yield changed(what, opens=point)
    if rule.warns is not None:
        yield changed(Said("without", ("warns",)), warns=None)
        for span, what in _spans(rule.warns, "warns"):
            yield changed(what, warns=span)
    if rule.restarts:
        yield changed(Said("without", ("restarts",)), restarts=())
    if rule.extends is not None:
        yield changed(Said("without", ("extends",)), extends=None)
        for span, what in _spans(rule.extends.to, "extends"):
            yield changed(what, extends=replace(rule.extends, to=span))
        for name in rule.extends.needs:
            rest = tuple(each for each in rule.extends.needs if each != name)
            yield changed(Said("without one", (name,), "extends"), extends=replace(rule.extends, needs=rest))
    yield from (OwedVariant(made, what, rule.place, SHOWN["warns"]) for made, what in _of_levels(rule))
    # Of a period that is over an example can't ask beside the one that follows.
    if rule.lapses.after is not None and (rule.every is None or rule.every.on):
        for span, what in _spans(rule.lapses.after, "lapses"):
            yield changed(what, lapses=Lapse(span))
        yield changed(Said("never given up"), lapses=Lapse())
    if rule.pauses is not None:
        yield changed(Said("without", ("pauses",)), pauses=None)
        for kind in rule.pauses.kinds if len(rule.pauses.kinds) > 1 else ():
            kinds = tuple(each for each in rule.pauses.kinds if each != kind)
            yield changed(Said("pauses", (kind,)), pauses=replace(rule.pauses, kinds=kinds))
        if rule.pauses.most is not None:
            for span, what in _spans(rule.pauses.most, "at most"):
                yield changed(what, pauses=replace(rule.pauses, most=span))
    if rule.starts.fact and rule.starts.rule:
        yield changed(Said("end of", (rule.starts.rule,)), starts=Start("end of", rule=rule.starts.rule))
        yield changed(Said("alone", (rule.starts.fact,)), starts=Start("fact", rule.starts.fact))
    every = rule.every
    if every is not None and every.festivals is not None and len(every.festivals) > 1:
        for name in every.festivals:
            rest = tuple(each for each in every.festivals if each != name)
            yield changed(Said("not at", (name,)), every=replace(every, festivals=rest))


def _of_levels(rule: Obligation) -> Iterator[tuple[Obligation, Said]]:
    """Levels before the deadline, which say when it is at risk; who is told, and later levels, no example asks."""
    for index, level in enumerate(rule.levels):
        if level.kind not in EARLY:
            continue
        besides: list[tuple[Level, Said]] = []
        if level.span is not None:
            besides = [(replace(level, span=span), what) for span, what in _spans(level.span, "warns")]
        else:
            shares = (share for share in (level.share - 1, level.share + 1) if 0 < share < 100)
            besides = [
                (replace(level, share=share), Said("for", (f"{share}%", f"{level.share}%"), "warns"))
                for share in shares
            ]
        for beside, what in besides:
            yield replace(rule, levels=(*rule.levels[:index], beside, *rule.levels[index + 1 :])), what
        break  # it is at risk from the first of them on


def _points(point: Point, key: str) -> Iterator[tuple[Point, Said]]:
    if point.span is not None:
        for span, what in _spans(point.span, key):
            yield replace(point, span=span), what
    if point.open_day:
        yield replace(point, open_day=False), Said("last day", (key,))
    if point.nth > 0:
        yield replace(point, nth=point.nth % 4 + 1), Said("another week", (key,))
    if point.rolls:
        yield replace(point, rolls=False), Said("without", ("rolls",))


def _spans(span: Span, key: str) -> Iterator[tuple[Span, Said]]:
    for beside in spans_beside(span):
        yield beside, Said("for", (str(beside), str(span)), key)


def _of_evidence(done: Evidence, kind_of: Callable[[str], str]) -> Iterator[tuple[Evidence, Said, Place]]:
    """Of a single piece also that it never counts."""
    if not isinstance(done, AllDone | AnyDone):
        yield NEVER, Said("never counts", (done.words,)), done.place
    yield from _of_piece(done, kind_of)


def _of_piece(done: Evidence, kind_of: Callable[[str], str]) -> Iterator[tuple[Evidence, Said, Place]]:
    match done:
        case AllDone(parts) | AnyDone(parts):
            make = type(done)
            for index, part in enumerate(parts):
                rest = parts[:index] + parts[index + 1 :]
                if rest:
                    named, place = Said("part", (str(index + 1),)), Place("")
                    if isinstance(part, RowsDone | FactDone):
                        named, place = Said("without", (part.words,)), part.place
                    yield make(rest), named._replace(within="done when"), place
                for changed, what, place in _of_piece(part, kind_of):
                    yield make((*parts[:index], changed, *parts[index + 1 :])), what, place
        case RowsDone(_, codes, where, since):
            for code in codes if len(codes) > 1 else ():
                rest_codes = tuple(each for each in codes if each != code)
                yield replace(done, codes=rest_codes), Said("without one", (code,), done.words), done.place
            if where is not None:
                yield replace(done, where=None), Said("without", ("where",), done.words), done.place
                for variant in variants(where, lambda _: ""):
                    if variant.condition is not None:
                        yield replace(done, where=variant.condition), variant.what, done.place
            if since is not None:
                yield replace(done, since=None), Said("window", (done.words,)), done.place
                for point, what in _points(since, done.words):
                    yield replace(done, since=point), what, done.place
        case FactDone():
            return
