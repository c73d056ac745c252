"""How many rows are alike: the plain reference.

What is in doubt (rows that might count, values that can't be read) leaves it open where the most that it could give is another
than what the certain rows give.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from relcare.rulebook.reckon_parts import Measured, Part, hangs_on, lines_of
from relcare.rulebook.values import known


def most_alike(parts: Sequence[Part]) -> Measured:
    """How many rows share the value that most share."""
    values = [(part, part.cell.value) for part in parts]
    surely = Counter(value for part, value in values if part.sure and value is not None)
    blind = sum(value is None for _, value in values)
    best = max(surely.values(), default=0)
    most = max(Counter(value for _, value in values if value is not None).values(), default=0) + blind
    if most != best:
        doubtful = [part for part, value in values if not part.sure or value is None]
        return Measured(hangs_on(doubtful), lines_of(parts))
    top = {value for value, count in surely.items() if count == best}
    return Measured(known(best), lines_of(part for part, value in values if part.sure and value in top))
