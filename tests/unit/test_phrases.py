"""Scripts: how they are decoded, what they are filled with, and the command on the shipped rulebook and the sample book."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from obligation_files import text_of
from rule_files import loaded, meant

from relcare.cli.app import run
from relcare.rulebook.phrases import PARTS, script_of, without_script
from relcare.rulebook.values import Moment, Month, Value
from relcare.rulebook.vocabulary import Fact, Label
from relcare.runs.opening import read_rulebook
from relcare.runs.phrases import spoken

DAY = date(2026, 11, 20)
OWED = text_of("starts: opened_at\nwithin: 3 days", "starts: opened_at\nwithin: 5 days")
SCRIPT = """\
  - id: {id}
    label: {{en: s, zh: 词}}
    cites: "1"
    from: 2025-01-01
    action: {action}
    opening: {{en: "Dear {{name}}", zh: "{{name}}您好"}}
    explanation: {{en: "{opened}", zh: "{opened}"}}
    gain: {{en: "{{worth}}", zh: "{{worth}}"}}
"""


def scripts(*rules: str, subject: str = "customer") -> str:
    return OWED + f"---\nkind: phrase\nfor: {subject}\namounts: {{worth: '1,200'}}\nrules:\n" + "".join(rules)


def script(action: str = "R0", name: str = "S", opened: str = "{opened_at}") -> str:
    return SCRIPT.format(id=name, action=action, opened=opened)


def test_a_script_is_read() -> None:
    rulebook, problems = loaded(scripts(script()))
    assert problems == []
    (read,) = rulebook.scripts
    assert (read.actions, read.amounts, read.subject) == (("R0",), (("worth", "1200.00"),), "customer")
    assert script_of(rulebook, "R0", DAY) == read
    assert script_of(rulebook, "R0", date(2024, 12, 31)) is None


MISTAKES = [
    (script("R9"), "RUL121", "R9"),
    (script() + script(name="T"), "RUL122", "R0"),
    (script() + script("R1"), "RUL021", "S"),
    (script(name="R1"), "RUL026", "R1"),
    (script().replace('zh: "{name}您好"', "zh: 您好"), "RUL014", "{name}"),
]


@pytest.mark.parametrize(("rules", "code", "marked"), MISTAKES)
def test_a_mistake_in_a_script_is_placed(rules: str, code: str, marked: str) -> None:
    assert meant(scripts(rules)) == [(code, marked)]


@pytest.mark.parametrize("name", ["{opend_at}", "{branch.sise}", "{}"])
def test_a_placeholder_that_names_nothing_is_placed_in_each_language(name: str) -> None:
    assert meant(scripts(script(opened=name))) == [("RUL120", name), ("RUL120", name)]


def test_a_script_of_another_subject_says_so() -> None:
    (problem,) = loaded(scripts(script().replace("{opened_at}", "x").replace("{name}", "x"), subject="branch"))[1]
    assert (problem.code, problem.message) == ("RUL121", "`R0` is owed to a customer, and the script is for a branch")


def test_a_missing_script_is_told_only_where_the_subject_has_any() -> None:
    assert without_script(loaded(OWED)[0], DAY) == []
    (told,) = without_script(loaded(scripts(script()))[0], DAY)
    assert (told.code, told.severity, told.message) == ("RUL123", "warning", "there is no script for `R1`")
    assert without_script(loaded(scripts(script("[R0, R1]")))[0], DAY) == []


def test_every_shipped_action_has_a_script_in_both_languages(root: Path) -> None:
    rulebook, problems = read_rulebook(root / "rules")
    assert not problems
    assert without_script(rulebook, DAY) == []
    for rule in rulebook.obligations:
        found = script_of(rulebook, rule.id, DAY)
        assert found is not None, rule.id
        assert all(found.part(part).en != found.part(part).zh for part in PARTS)
        assert found.amounts, f"{rule.id}: the gain names no sum"


VALUES: list[tuple[Value, str, str, str]] = [
    (Decimal("1234.5"), "money", "CNY 1,234.50", "1,234.50 元"),
    (date(2026, 8, 7), "date", "7 August 2026", "2026年8月7日"),
    (Month(2026, 8), "month", "August 2026", "2026年8月"),
    ("x", "text", "x", "x"),
    (True, "yes_no", "yes", "是"),
]


@pytest.mark.parametrize(("value", "kind", "english", "chinese"), VALUES)
def test_a_value_is_said_in_the_language(value: Value, kind: str, english: str, chinese: str) -> None:
    fact = Fact("f", "customer", kind, Label("f", "f"), "field")
    assert (spoken(value, fact, "en"), spoken(value, fact, "zh")) == (english, chinese)


def test_a_moment_is_said_to_the_minute() -> None:
    moment = Moment(datetime.fromisoformat("2026-08-07T09:05:30"), "second")
    fact = Fact("f", "customer", "moment", Label("f", "f"), "field")
    assert spoken(moment, fact, "zh") == "2026年8月7日09:05"


def rows_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    assert run([*arguments, "-f", "json"]) == 0
    rows: list[dict[str, str]] = json.loads(capsys.readouterr().out)["rows"]
    return rows


def book(folder: Path, *rows: str) -> list[str]:
    header = "customer_id,name,opened_at,language,aum\n"
    (folder / "customers.csv").write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    (folder / "interactions.csv").write_text(
        "interaction_id,customer_id,at,kind,channel,outcome,topic\n", encoding="utf-8"
    )
    return ["--book", str(folder), "--as-of", "2026-11-20"]


def test_a_script_is_in_the_customers_language_and_marks_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = book(tmp_path, "C1,李明,2026-11-19,zh,100", "C2,,2026-11-19,,100")
    (one,) = [row for row in rows_of(["phrases", "C1", *options], capsys) if row["rule_id"] == "CARE-ICEBREAK"]
    assert one["opening"].startswith("李明，")
    assert "2026年11月19日" in one["explanation"]
    (two,) = [row for row in rows_of(["phrases", "C2", *options], capsys) if row["rule_id"] == "CARE-ICEBREAK"]
    assert two["opening"].startswith("[Name: not known],")
    (zh,) = [r for r in rows_of(["phrases", "C2", *options, "--lang", "zh"], capsys) if r["rule_id"] == "CARE-ICEBREAK"]
    assert zh["opening"].startswith("〔姓名：未知〕，")


def test_what_is_late_is_promised_for_today(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = book(tmp_path, "C1,Ann,2026-11-10,en,100")
    (late,) = [row for row in rows_of(["phrases", "C1", *options], capsys) if row["rule_id"] == "CARE-ICEBREAK"]
    assert "by the end of today" in late["explanation"]


def test_a_name_that_nothing_has_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["phrases", "CARE-ICEBRAKE", *book(tmp_path, "C1,Ann,2026-11-10,en,100")]) == 2
    assert "CARE-ICEBREAK" in capsys.readouterr().err
    assert run(["phrases", "CARE-ICEBREAK", "--columns", "openin"]) == 2
    assert "opening" in capsys.readouterr().err
