"""Named, dated limits: how they are written, and how they get the type of the facts that they are compared with."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import NamedTuple

from relcare.located import Mapping, Node, Place, Scalar
from relcare.rulebook.decisions import DatedLimit, LimitPeriod
from relcare.rulebook.operands import Misread, Typed, number_words, read_value
from relcare.rulebook.reader import Reader
from relcare.rulebook.values import Value

PERIOD_KEYS = ("from", "until", "is", "cites", "corrects")


class Use(NamedTuple):
    """A limit is compared with a fact here; `part` is the stretch of the scalar that names the limit."""

    fact: Typed
    at: Scalar
    part: tuple[int, int]


class _Declared(NamedTuple):
    key: Scalar
    periods: list[tuple[LimitPeriod, Scalar]]
    uses: list[Use]


class Limits:
    """All limits of the rule files, while they are decoded: first declared, then used, then typed."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._declared: dict[str, _Declared] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._declared or ("limits", name) in self._reader.broken

    def names(self) -> list[str]:
        """The names of all limits."""
        return list(self._declared)

    def declare(self, node: Node | None) -> None:
        """Add the limits of a `limits:` mapping."""
        reader = self._reader
        for key, value in reader.entries(node, "limits"):
            name = reader.name(key, "the name of a limit")
            if name is None:
                continue
            if name.text in self._declared:
                earlier = self._declared[name.text].key.place
                reader.note(name, "RUL040", f"limit `{name.text}` is declared twice", f"also at {earlier}")
                reader.broken.add(("limits", name.text))
                continue
            items = (value,) if isinstance(value, Mapping) else reader.items(value, "the periods of a limit")
            periods = [period for item in items if (period := self._period(item)) is not None]
            whole = len(periods) == len(items) and self._in_order(name, periods)
            if items and whole:
                self._declared[name.text] = _Declared(name, periods, [])
                continue
            reader.broken.add(("limits", name.text))
            if not items and not isinstance(value, Scalar):
                reader.note(name, "RUL003", f"limit `{name.text}` has no period", "add `- {from: 2026-01-01, is: …}`")

    def _period(self, node: Node) -> tuple[LimitPeriod, Scalar] | None:
        reader = self._reader
        found = reader.mapping(node, "a limit's period", PERIOD_KEYS)
        if found is None:
            return None
        dates = reader.period(found, node, "the period")
        value = reader.text(reader.need(found, "is", node, "the period"), "`is`")
        cites = reader.cites(found.get("cites"))
        corrects = reader.correction(found.get("corrects"))
        if dates is None or value is None:
            return None
        return LimitPeriod(dates[0], dates[1], value.text, cites, value.place, corrects), value

    def _in_order(self, name: Scalar, periods: list[tuple[LimitPeriod, Scalar]]) -> bool:
        periods.sort(key=lambda pair: pair[0].start)
        for (earlier, _), (later, at) in pairwise(periods):
            if earlier.start == later.start:
                message = f"limit `{name.text}` has two values from {later.start} on"
            elif earlier.until is not None and earlier.until > later.start:
                message = f"two periods of limit `{name.text}` overlap from {later.start} to {earlier.until}"
            else:
                continue
            self._reader.note(
                at, "RUL041", message, "a period ends where the next begins; `until` is needed for gaps only"
            )
            return False
        return True

    def use(self, name: str, fact: Typed, at: Scalar, part: tuple[int, int]) -> None:
        """Note that the limit is compared with the fact."""
        declared = self._declared.get(name)
        if declared is not None:
            declared.uses.append(Use(fact, at, part))

    def check_names(self, taken: dict[str, Place]) -> None:
        """No limit has the name of a fact, so that an operand has one meaning."""
        for name, declared in self._declared.items():
            if name in taken:
                hint = f"rename the limit; the fact is declared at {taken[name]}"
                self._reader.note(declared.key, "RUL040", f"`{name}` is the name of a fact as well", hint)

    def typed(self) -> dict[str, DatedLimit]:
        """All limits with their values. One that nothing uses has no type: it is left out, with a warning."""
        return {
            name: limit
            for name, declared in self._declared.items()
            if (limit := self._type(name, declared)) is not None
        }

    def _type(self, name: str, declared: _Declared) -> DatedLimit | None:
        reader = self._reader
        if not declared.uses:
            if all(
                problem.severity != "error" for problem in reader.problems
            ):  # else what has a mistake may have used it
                message = f"nothing is compared with limit `{name}`"
                reader.note(declared.key, "RUL044", message, "use it or remove it", severity="warning")
            return None
        first = declared.uses[0].fact
        others = [use for use in declared.uses if (use.fact.type, use.fact.unit) != (first.type, first.unit)]
        for use in others:
            message = f"limit `{name}` is compared with {say_type(first)} and with {say_type(use.fact)}"
            reader.note(use.at, "RUL042", message, "a limit has one type and one unit; declare two", part=use.part)
        if others:
            return None
        values: list[Value] = []
        for period, at in declared.periods:
            value = read_value(first, period.text)
            if isinstance(value, Misread):
                hint = value.hint or f"`{name}` is compared with `{first.name}`"
                reader.note(at, value.code, value.message, hint)
                return None
            values.append(value)
            reader.said(at, (0, len(at.text)), *number_words(first, at.text, value))
        days = first.type == "moment" and all(type(value) is date for value in values)
        periods = tuple(period for period, _ in declared.periods)
        return DatedLimit(name, "date" if days else first.type, first.unit, periods, tuple(values), declared.key.place)


def say_type(fact: Typed) -> str:
    """`aum` (money in CNY)."""
    return f"`{fact.name}` ({fact.type} in {fact.unit})" if fact.unit else f"`{fact.name}` ({fact.type})"


def missing_on(limit: DatedLimit, start: date, until: date | None) -> date | None:
    """The first day of a period (`until` excluded) on which the limit has no value; None if it always has one."""
    days = [start, *(period.until for period in limit.periods if period.until is not None and period.until > start)]
    return next((day for day in sorted(days) if (until is None or day < until) and limit.at(day) is None), None)
