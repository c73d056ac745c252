"""The limits in force, as SQL: at the as-of date, or at the date of each subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from relcare.engine import dialect as sql
from relcare.engine.conditions import Column
from relcare.rulebook.decisions import DatedLimit
from relcare.rulebook.values import Moment, Value


class LimitsInForce:
    """Limits at `day`; with `dated`, the column of a date, those at each subject's own date."""

    def __init__(self, limits: Mapping[str, DatedLimit], day: date, dated: Column | None = None) -> None:
        self._limits, self._day, self._dated = limits, day, dated

    def value(self, name: str) -> Value | None:
        """The value of a limit at the as-of date; None where it has none."""
        return self._limits[name].at(self._day) if name in self._limits else None

    def at(self, name: str) -> str:
        """The value of a limit; NULL where it has none."""
        return self._written(name, sql.literal)

    def until(self, name: str) -> str:
        """The latest point of a limit that is a moment; "" for others."""
        if name not in self._limits or self._limits[name].type != "moment":
            return ""
        return self._written(name, lambda value: sql.moment(value.latest) if isinstance(value, Moment) else "NULL")

    def _written(self, name: str, write: Callable[[Value], str]) -> str:
        if self._dated is None:
            value = self.value(name)
            return "NULL" if value is None else write(value)
        limit, cases = self._limits[name], []
        day = f"CAST({self._dated.value} AS DATE)"
        for period, value in zip(reversed(limit.periods), reversed(limit.values), strict=True):
            inside = f"{day} >= {sql.day(period.start)}"
            gone = f"WHEN {inside} AND {day} >= {sql.day(period.until)} THEN NULL " if period.until else ""
            cases.append(f"{gone}WHEN {inside} THEN {write(value)}")
        return f"CASE {' '.join(cases)} END"
