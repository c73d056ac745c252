"""`relcare --version`."""

from __future__ import annotations

import sys


def print_version() -> int:
    """`relcare 0.1.0`."""
    import relcare

    sys.stdout.write(f"relcare {relcare.__version__}\n")
    return 0
