"""The benchmark of the analysis: every shape is analysed to its end. Nothing is timed here."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks.analysis import SHAPES, rulebook
from relcare.rulebook.analysis import analysed


@pytest.mark.parametrize(("shape", "found"), [("grid", []), ("stairs", []), ("either", []), ("boxes", ["RUL102"] * 4)])
def test_each_shape_is_what_it_is_said_to_be(shape: str, found: list[str]) -> None:
    assert shape in SHAPES
    assert [problem.code for problem in analysed(rulebook(shape, 200), date(2026, 1, 1))] == found
