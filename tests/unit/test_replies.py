"""Drafts against wordings: languages, sentences, quotations, and the command on files and standard input."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from rule_files import loaded

from relcare.cli.app import run
from relcare.rulebook.phrases import Avoided, Texts, Wording
from relcare.rulebook.replies import findings, language_of
from relcare.rulebook.vocabulary import Label

DAY = date(2026, 11, 20)


def wording(**parts: object) -> Wording:
    return Wording("W", Label("w", "w"), ("2.2.1",), date(2025, 1, 1), None, **parts)  # type: ignore[arg-type]


def avoiding(*patterns: str, **parts: object) -> Wording:
    return wording(avoid=(Avoided(Texts(en=patterns, zh=patterns)),), **parts)


def found(text: str, rule: Wording, language: str = "en", day: date = DAY) -> list[str]:
    return [text[one.start : one.end] for one in findings(text, [rule], language, day)]


@pytest.mark.parametrize(
    ("text", "language"),
    [("Dear Ms Li (李女士), thank you", "en"), ("您好，APP 已恢复", "zh"), ("", "en"), ("123", "en"), ("李", "zh")],
)
def test_the_language_is_found_out(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_sentence_ends_where_it_ends() -> None:
    rule = avoiding("a … z")
    assert found("a b. z", rule) == []
    assert found("It is bad, Mr. Li.", avoiding("li", unless=Texts(en=("bad",)))) == []
    assert found("a long enough line of the draft that goes on\nz", avoiding("on z")) == ["on\nz"]
    assert found("a\n\nz", avoiding("a z")) == []


def test_each_stretch_is_told_once_and_every_stretch() -> None:
    assert found("bad, very bad.", avoiding("bad", "very bad")) == ["bad", "very bad"]


def test_a_sentence_without_an_end_is_taken_in_pieces_and_every_stretch_of_it_told() -> None:
    told = findings("so bad it is " * 200, [avoiding("bad")], "en", DAY)
    assert [one.start for one in told] == [3 + 13 * i for i in range(200)]
    assert max(len(one.sentence) for one in told) <= 600
    assert len(found("坏事" * 1000, avoiding("坏"), "zh")) == 1000


def test_a_long_quotation_and_one_behind_a_word_of_saying_is_not_the_banks() -> None:
    rule = avoiding("bad", quoting=Texts(en=("you wrote",), zh=("您说",)))
    assert found('You wrote "bad".', rule) == []
    assert found('The "bad" day.', rule) == ["bad"]
    assert found('"It is all very bad what you do."', rule) == []
    assert found("您说“bad”。", rule, "zh") == []
    assert found("> bad\nWe see.", rule) == []


def test_what_excuses_a_sentence_excuses_no_other() -> None:
    rule = avoiding("bad", unless=Texts(en=("never say",)))
    assert found("We never say bad. It is bad.", rule) == ["bad"]
    assert found("It is bad. Approved.", avoiding("bad", unless_anywhere=Texts(en=("approved",)))) == []


def test_what_is_needed_is_asked_only_where_something_calls_for_it() -> None:
    rule = wording(needs=Texts(en=("you save",)), where=Texts(en=("waive",)))
    assert found("Hello.", rule) == []
    assert found("Hello. We waive it.", rule) == ["We waive it."]
    assert found("We waive it. You save 3.", rule) == []


def test_a_rule_that_is_not_in_force_finds_nothing() -> None:
    assert found("bad", avoiding("bad"), day=date(2024, 12, 31)) == []
    assert found("bad", avoiding("bad"), day=date(2025, 1, 1)) == ["bad"]


def test_an_empty_draft_has_no_findings() -> None:
    assert found(" \n", wording(needs=Texts(en=("a",)))) == []


def draft(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


CLEAN = "很抱歉让您久等。我们会在5月5日前给您打电话。"
WRONG = "很抱歉。这不是我行的责任。我们会在5月5日前给您打电话。"


def test_exit_codes_and_encodings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean = draft(tmp_path, "clean.txt", CLEAN.encode("gb18030"))
    wrong = draft(tmp_path, "wrong.txt", b"\xef\xbb\xbf" + WRONG.encode())
    assert run(["reply", "check", clean, "--fail-if-any"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["reply", "check", clean, wrong]) == 0
    assert run(["reply", "check", clean, wrong, "--fail-if-any"]) == 1
    assert run(["reply", "check", str(tmp_path / "none.txt"), wrong, "--fail-if-any"]) == 3
    captured = capsys.readouterr()
    assert "FIL003" in captured.err
    assert f"{wrong}:1:6\tREPLY-DEFENSIVE" in captured.out
    assert run(["reply", "check", draft(tmp_path, "image.txt", b"\x89PNG\0\0\xff\xfe")]) == 3
    assert "FIL015" in capsys.readouterr().err
    assert run(["reply", "check"]) == 2
    assert run(["reply", "check", wrong, "--draft-lang", "fr"]) == 2
    assert run(["reply", "check", wrong, "--encoding", "klingon"]) == 2


def test_standard_input_and_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(WRONG.encode())))
    assert run(["reply", "check", "-", "-f", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    (row,) = report["rows"]
    assert (row["place"], row["code"], row["found"], row["draft"], row["clause"]) == (
        "-:1:6", "REPLY-DEFENSIVE", "不是我行的责任", "zh", "2.2.1",
    )  # fmt: skip


HEAD = "kind: phrase\n"
RULE = "rules:\n  - id: W\n    label: {en: w, zh: 词}\n    cites: 1.1.1\n    from: 2025-01-01\n"
MISTAKES = [
    (RULE, "RUL126"),
    (RULE + "    avoid: [{en: a}]\n    needs: {en: b}\n", "RUL126"),
    (RULE + '    avoid: [{en: "(a"}]\n', "RUL124"),
    (RULE + '    avoid: [{en: "<be>"}]\n', "RUL125"),
    (RULE + "    avoid: [{instead: a}]\n", "RUL003"),
    (RULE + "    avoids: [{en: a}]\n", "RUL002"),
]


@pytest.mark.parametrize(("text", "code"), MISTAKES)
def test_a_mistake_in_a_wording_is_placed(text: str, code: str) -> None:
    assert code in [problem.code for problem in loaded(HEAD + text)[1]]
