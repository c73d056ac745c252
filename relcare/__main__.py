"""`python -m relcare`."""

from __future__ import annotations

from relcare.cli import command

if __name__ == "__main__":
    command()
