from __future__ import annotations

import pytest

from relcare.cli.streams import wants_color, width


@pytest.mark.parametrize(
    ("color", "is_terminal", "environment", "wanted"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {}, False),
    ],
)
def test_when_to_colour(monkeypatch, color, is_terminal, environment, wanted) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_color(color, is_terminal=is_terminal) is wanted


def test_columns_of_the_environment_win(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "77")
    assert width() == 77
