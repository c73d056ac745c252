"""The real command on real files: `tests/golden/<case>/cmd` → `stdout`, `stderr`, `exit`.

`cmd` is the line after `relcare`; it runs in the root of the project, where a case may name files of its own folder.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CASES = sorted(path.parent for path in (ROOT / "tests" / "golden").glob("*/cmd"))
SHOWN = re.compile(r"(?<=```console\n\$ relcare )([^\n]*)\n(.*?)(?=```)", re.DOTALL)


def relcare(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    unwanted = {"NO_COLOR", "RELCARE_DEBUG", "PYTHONWARNINGS", "FORCE_COLOR", "TERM"}
    environment = {key: value for key, value in os.environ.items() if key not in unwanted}
    environment |= {"COLUMNS": "110", "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "relcare", *arguments], cwd=ROOT, env=environment, capture_output=True, check=False
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_prints_as_ever(case: Path, updates_golden: bool) -> None:
    ran = relcare(*shlex.split((case / "cmd").read_text(encoding="utf-8")))
    assert ran.returncode != 70, ran.stderr.decode()
    now = {"stdout": ran.stdout, "stderr": ran.stderr, "exit": f"{ran.returncode}\n".encode()}
    if updates_golden:
        for name, printed in now.items():
            (case / name).write_bytes(printed)
    assert now == {name: (case / name).read_bytes() for name in now if (case / name).exists()}


def test_there_are_cases() -> None:
    assert CASES


def test_the_readme_shows_what_is_printed(updates_golden: bool) -> None:
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    examples = list(SHOWN.finditer(text))
    assert examples
    for example in reversed(examples):
        ran = relcare(*shlex.split(example[1]), "-f", "table")
        assert ran.returncode == 0, ran.stderr.decode()
        now = ran.stdout.decode()
        if updates_golden:
            text = text[: example.start(2)] + now + text[example.end(2) :]
            path.write_text(text, encoding="utf-8")
        else:
            assert example[2] == now
