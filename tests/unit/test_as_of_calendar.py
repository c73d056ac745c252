"""A list made for an earlier day goes by the holidays that were announced by then."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from relcare.cli import main

RULE = """\
kind: obligation
for: customer
rules:
  - id: HOUSE-WELCOME
    label: {en: Welcome, zh: 欢迎}
    cites: "1.1.1"
    from: 2019-01-01
    starts: opened_at
    within: 5 working days
    done when: interaction call
    by: relationship_manager
"""


@pytest.mark.parametrize(
    ("as_of", "due"),
    [
        ("2020-01-25", "2020-02-01"),  # 1 February still makes up for the Spring Festival
        ("2020-01-26", "2020-02-04"),  # on this day it was prolonged
    ],
)
def test_the_prolonged_spring_festival(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], as_of: str, due: str
) -> None:
    rules, book = tmp_path / "rules", tmp_path / "book"
    shutil.copytree(root / "rules", rules)
    (rules / "welcome.yaml").write_text(RULE, encoding="utf-8")
    book.mkdir()
    (book / "customers.csv").write_text("customer_id,name,opened_at\nC1,王安,2020-01-20\n", encoding="utf-8")
    (book / "complaints.csv").write_text("complaint_id,customer_id,received_at\n", encoding="utf-8")
    asked = ["due", "--rule", "HOUSE-WELCOME", "--within", "60 days", "--as-of", as_of, "-f", "json"]
    assert main([*asked, "--book", str(book), "--rules", str(rules)]) == 0
    [row] = json.loads(capsys.readouterr().out)["rows"]
    assert (row["due_at"], row["provisional"]) == (due, None)


def test_a_year_that_was_not_arranged_yet_is_provisional(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "customers.csv").write_text("customer_id\nC1\n", encoding="utf-8")
    for as_of, provisional in (("2025-11-03", True), ("2025-11-04", False)):
        asked = ["calendar", "add", "2025-12-29", "5 working days", "--as-of", as_of, "-f", "json"]
        assert main([*asked, "--rules", str(root / "rules"), "--book", str(tmp_path)]) == 0
        assert json.loads(capsys.readouterr().out)["provisional"] is provisional
