"""Where relcare may keep what it has worked out: the cache folder of the platform."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def cache_folder(environment: Mapping[str, str], platform: str) -> Path | None:
    """The folder for compiled rulebooks; None with RELCARE_CACHE=off, or where there is no home.

    XDG_CACHE_HOME (else ~/.cache), on macOS ~/Library/Caches, on Windows LOCALAPPDATA.
    """
    if environment.get("RELCARE_CACHE", "").lower() == "off":
        return None
    home = environment.get("HOME", "")
    if platform == "win32":
        base = environment.get("LOCALAPPDATA", "")
    elif platform == "darwin":
        base = home and f"{home}/Library/Caches"
    else:
        base = environment.get("XDG_CACHE_HOME", "") or (home and f"{home}/.cache")
    folder = Path(base)
    return folder / "relcare" if base and folder.is_absolute() else None
