"""Every command is documented, tells its options, and shares them with the others."""

from __future__ import annotations

import re

import pytest

from relcare.cli.app import COMMANDS, GROUPS, function
from relcare.formats import FORMATS

EVERY = {**COMMANDS, **{f"{group} {name}": path for group, (_, own) in GROUPS.items() for name, path in own.items()}}


def test_every_command_stands_in_the_readme(root) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    assert {
        " ".join(re.findall(r"[a-z]+", row)) for row in re.findall(r"^\| `relcare ([a-z ]+)", text, re.MULTILINE)
    } == set(EVERY)


def test_every_format_stands_in_the_readme(root) -> None:
    assert f"-f {'|'.join(FORMATS)}" in (root / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EVERY)
def test_a_command_says_what_it_does_in_a_line(name) -> None:
    first = (function(EVERY[name]).__doc__ or "").split("\n")[0]
    assert first.endswith(".")
    assert len(first) <= 60  # the list of commands cuts what is longer
