"""The kept rulebook: the same as the one that is read, and as if it were not there wherever it can't be trusted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from relcare.cli.cache import cache_folder
from relcare.files.compiled import KEPT
from relcare.runs.opening import read_rulebook


@pytest.fixture
def rules(tmp_path: Path, root: Path) -> Path:
    folder = tmp_path / "rules"
    for path in sorted((root / "rules").rglob("*.yaml")):
        copy = folder / path.relative_to(root / "rules")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return folder


def kept(cache: Path) -> list[Path]:
    return sorted(cache.iterdir()) if cache.is_dir() else []


def never(*_: object) -> None:
    raise AssertionError("the rule files are decoded")


def test_a_kept_rulebook_equals_the_one_that_is_read_with_every_place(
    rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    first = read_rulebook(rules, cache)
    assert len(kept(cache)) == 1
    monkeypatch.setattr("relcare.rulebook.load.load", never)
    second = read_rulebook(rules, cache)
    assert first == second
    assert repr(first) == repr(second)  # places and spellings, which equality leaves out


def test_a_changed_file_is_read_again(rules: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    before, _ = read_rulebook(rules, cache)
    tier = rules / "tier.yaml"
    tier.write_bytes(tier.read_bytes() + b"# changed\n")
    after, _ = read_rulebook(rules, cache)
    assert after.hash != before.hash
    assert len(kept(cache)) == 2


def test_places_are_those_of_the_folder_that_is_asked_for(rules: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    read_rulebook(rules, cache)
    moved = rules.rename(tmp_path / "moved")
    rulebook, _ = read_rulebook(moved, cache)
    assert rulebook.decisions[0].place.path.startswith(str(moved))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[0]", b"[999]", b'["date","x"]', b'"x"', b"\xff", b"[" * 9999])
def test_a_damaged_one_is_ignored_and_replaced(rules: Path, tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "cache"
    first = read_rulebook(rules, cache)
    whole = kept(cache)[0].read_bytes()
    kept(cache)[0].write_bytes(content)
    assert read_rulebook(rules, cache) == first
    assert kept(cache)[0].read_bytes() == whole


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_one_that_others_can_write_is_ignored(rules: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = read_rulebook(rules, cache)
    path = kept(cache)[0]
    path.write_bytes(path.read_bytes().replace(b"6000000", b"1000000"))
    path.chmod(0o666)
    assert read_rulebook(rules, cache) == first


def test_a_folder_that_cannot_be_written_is_ignored(rules: Path, tmp_path: Path) -> None:
    cache = tmp_path / "file"
    cache.write_text("", encoding="utf-8")
    assert read_rulebook(rules, cache / "below") == read_rulebook(rules)


def test_a_rulebook_with_a_problem_is_not_kept(rules: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (rules / "more.yaml").write_text("kind: tabel\n", encoding="utf-8")
    first = read_rulebook(rules, cache)
    assert first[1]
    assert not kept(cache)
    assert first == read_rulebook(rules, cache) == read_rulebook(rules)


def test_the_oldest_go_first(rules: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    for number in range(KEPT + 2):
        tier = rules / "tier.yaml"
        tier.write_bytes(tier.read_bytes() + b"#\n")
        read_rulebook(rules, cache)
        os.utime(max(kept(cache), key=lambda path: path.stat().st_mtime_ns), (number, number))
    assert len(kept(cache)) == KEPT


def test_a_kept_rulebook_loads_no_decoder(root: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom relcare.runs.opening import read_rulebook\n"
        f"read_rulebook(Path('rules'), Path({str(tmp_path)!r}))\n"
        "print(*(name for name in sys.modules if 'decode_' in name or name in ('yaml', 'relcare.rulebook.load')))"
    )
    told = [
        subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True, encoding="utf-8").stdout
        for _ in range(2)
    ]
    assert "yaml" in told[0]
    assert not told[1].strip()


@pytest.mark.parametrize(
    ("environment", "platform", "folder"),
    [
        ({"HOME": "/h"}, "linux", "/h/.cache/relcare"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "linux", "/x/relcare"),
        ({"HOME": "/h"}, "darwin", "/h/Library/Caches/relcare"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "relative"}, "linux", None),
        ({"HOME": "/h", "RELCARE_CACHE": "off"}, "linux", None),
        ({}, "linux", None),
        ({}, "win32", None),
    ],
)
def test_the_folder_of_the_platform(environment: dict[str, str], platform: str, folder: str | None) -> None:
    assert cache_folder(environment, platform) == (None if folder is None else Path(folder))
