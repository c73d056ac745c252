"""An example as it is written below a rule."""

from __future__ import annotations

from datetime import time

from relcare.rulebook.controls import spoken
from relcare.rulebook.trials.trial import Trial

SPECIAL = frozenset(",[]{}#&*!|>'\"%@`")


def example_line(trial: Trial) -> str:
    """`- {as of: 2026-11-20, tier: core_vip, gives: due 2026-12-31}`, ready to stand under `examples:`."""
    return f"- {{{', '.join([*given_parts(trial), f'gives: {written(spoken(trial.target, trial.gives))}'])}}}"


def given_parts(trial: Trial) -> list[str]:
    """The day, the facts and the rows of an example, each as `key: value`."""
    as_of = trial.as_of
    day = f"{as_of:%Y-%m-%d}" if as_of.time() == time.max else f"{as_of:%Y-%m-%d %H:%M}"
    parts = [f"as of: {day}", *(f"{name}: {written(cell)}" for name, cell in trial.cells.items())]
    for table, rows in trial.rows.items():
        listed = ["{" + ", ".join(f"{name}: {written(cell)}" for name, cell in row.items()) + "}" for row in rows]
        parts.append(f"{table}: [{', '.join(listed)}]")
    return parts


def written(text: str) -> str:
    """A text as a value inside braces, in quotes where it needs them."""
    plain = (
        text
        and not SPECIAL & set(text)
        and ": " not in text
        and text == text.strip()
        and text[-1] != ":"
        and text[0] not in "-?"
    )
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
