from __future__ import annotations

import tomllib

import pytest

import relcare
from relcare.cli import main


def test_version_is_the_package_s(root, capfd) -> None:
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert relcare.__version__ == declared
    for arguments in (["--version"], ["--version", "customers"]):
        assert main(arguments) == 0
        assert capfd.readouterr() == (f"relcare {declared}\n", "")


def test_there_is_nothing_else() -> None:
    with pytest.raises(AttributeError, match="no attribute 'versoin'"):
        relcare.versoin  # noqa: B018
