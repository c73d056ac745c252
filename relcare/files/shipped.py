"""The folders that come with relcare: its rulebook and its sample book."""

from __future__ import annotations

from pathlib import Path

SAMPLE = ":sample:"  # what `--book` takes for the sample book


def shipped(name: str) -> Path:
    """The folder `rules` or `sample_data`: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    packed = package / "shipped" / name
    return packed if packed.is_dir() else package.parent / name
