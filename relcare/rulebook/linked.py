"""Facts that are compared with each other: values that fulfil all comparisons at once, by Fourier and Motzkin's elimination."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from relcare.rulebook.axes import Cut, Interval

TRIED = 6  # values of each fact, where they are whole numbers, cents or days


class Line(NamedTuple):
    """The sum of `parts` (a number for each fact) and `constant` is less than nothing, or nothing where not `strict`."""

    parts: Mapping[str, Fraction]
    constant: Fraction
    strict: bool


def below(parts: Mapping[str, Fraction], constant: Fraction = Fraction(0), *, strict: bool) -> Line:
    """The line without the facts that do not count."""
    return Line({name: factor for name, factor in parts.items() if factor}, constant, strict)


def within(name: str, interval: Interval) -> list[Line]:
    """The lines that say that the fact lies in the interval."""
    lines = []
    if interval.low is not None:
        lines.append(below({name: Fraction(-1)}, interval.low.at, strict=bool(interval.low.after)))
    if interval.high is not None:
        lines.append(below({name: Fraction(1)}, -interval.high.at, strict=not interval.high.after))
    return lines


def solve(lines: Iterable[Line], steps: Mapping[str, Fraction | None]) -> dict[str, Fraction] | None:
    """A number for each fact, of its step, so that all lines hold; None if none was found.

    Without steps it is found wherever there is one; of facts with steps a few values each are tried.
    """
    names = list(steps)
    stages = [list(lines)]
    for name in reversed(names):
        rest = _without(name, stages[-1])
        if rest is None:
            return None
        stages.append(rest)
    return _chosen(names, 0, stages[::-1], steps, {})


def _without(name: str, lines: Sequence[Line]) -> list[Line] | None:
    """What the lines say of the other facts; None where they contradict each other."""
    lower: list[Line] = []
    upper: list[Line] = []
    rest: list[Line] = []
    for line in lines:
        factor = line.parts.get(name)
        (rest if factor is None else upper if factor > 0 else lower).append(line)
    for down in lower:
        for up in upper:
            one, other = -down.parts[name], up.parts[name]
            parts = {
                key: down.parts.get(key, Fraction(0)) / one + up.parts.get(key, Fraction(0)) / other
                for key in {*down.parts, *up.parts}
                if key != name
            }
            rest.append(below(parts, down.constant / one + up.constant / other, strict=down.strict or up.strict))
    kept = []
    different = dict.fromkeys((tuple(sorted(line.parts.items())), line.constant, line.strict) for line in rest)
    for named, constant, strict in different:
        if named:
            kept.append(Line(dict(named), constant, strict))
        elif constant > 0 or (strict and constant == 0):
            return None
    return kept


def _chosen(
    names: Sequence[str],
    at: int,
    stages: Sequence[Sequence[Line]],
    steps: Mapping[str, Fraction | None],
    chosen: dict[str, Fraction],
) -> dict[str, Fraction] | None:
    if at == len(names):
        return dict(chosen)
    name = names[at]
    low: Cut | None = None
    high: Cut | None = None
    for line in stages[at + 1]:
        factor = line.parts.get(name)
        if factor is None:
            continue
        rest = line.constant + sum(part * chosen[key] for key, part in line.parts.items() if key != name)
        bound = Cut(-rest / factor, int(line.strict) if factor < 0 else int(not line.strict))
        if factor < 0:
            low = bound if low is None or bound > low else low
        else:
            high = bound if high is None or bound < high else high
    for number in _candidates(Interval(low, high), steps[name]):
        chosen[name] = number
        found = _chosen(names, at + 1, stages, steps, chosen)
        if found is not None:
            return found
        del chosen[name]
    return None


def _candidates(interval: Interval, step: Fraction | None) -> list[Fraction]:
    if interval.is_empty(step):
        return []
    first = interval.some(step)
    if step is None:
        return [first]
    least, most = interval.least(step), interval.most(step)
    start = least if least is not None else most if most is not None else first
    sign = 1 if least is not None else -1
    tried = [first, *(start + sign * step * i for i in range(TRIED)), *([most] if most is not None else [])]
    if least is not None and most is not None:
        tried.append((least + most) / 2 // step * step)
    return list(dict.fromkeys(n for n in tried if (least is None or n >= least) and (most is None or n <= most)))
