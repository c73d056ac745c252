"""The folders that come with relcare, and how their paths are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from relcare.files.shipped import shipped


def test_below_the_working_directory_the_path_is_as_a_user_would_type_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    assert shipped("rules") == Path("rules")
    monkeypatch.chdir(root.parent)
    assert shipped("rules") == Path(root.name) / "rules"


def test_elsewhere_the_path_is_whole(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shipped("sample_data") == root / "sample_data"
    assert shipped("sample_data").is_dir()
