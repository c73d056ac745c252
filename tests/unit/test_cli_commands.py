"""Every command is documented, tells its options, and shares them with the others."""

from __future__ import annotations

import re

import pytest

from relcare.cli.app import COMMANDS
from relcare.formats import FORMATS


def test_every_command_stands_in_the_readme(root) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `relcare (\w+)", text, re.MULTILINE)) == set(COMMANDS)


def test_every_format_stands_in_the_readme(root) -> None:
    assert f"-f {'|'.join(FORMATS)}" in (root / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does_in_a_line(name) -> None:
    first = (COMMANDS[name].__doc__ or "").split("\n")[0]
    assert first.endswith(".")
    assert len(first) <= 60  # the list of commands cuts what is longer
