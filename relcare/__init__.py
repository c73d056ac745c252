"""relcare: from a bank's files and its rulebook to lists that people act on."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    """`__version__`, read from the installed package only when somebody asks."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  (10 ms that no other command needs)

        return version("relcare")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
