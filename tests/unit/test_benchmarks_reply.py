"""The labelled drafts: how many, how they are split, and that docs/replies.md says what is measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.reply import Verdict, labelled, lines, measured, score, wrong


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    return measured()


def test_there_are_enough_drafts_of_each_kind() -> None:
    for language in ("en", "zh"):
        own = [draft for draft in labelled() if draft.language == language]
        assert len(own) >= 60
        assert len(own) // 3 == sum(draft.held_out for draft in own)
        assert 0.4 < sum(not draft.expect for draft in own) / len(own) < 0.6


def test_the_language_of_each_is_found_out(verdicts: list[Verdict]) -> None:
    assert all(verdict.language == verdict.draft.language for verdict in verdicts)


def test_precision_and_recall_are_counted_over_findings(verdicts: list[Verdict]) -> None:
    draft = next(v.draft for v in verdicts if v.draft.expect == {"REPLY-DATE"})
    said = [Verdict(draft, frozenset({"REPLY-DATE", "REPLY-GAIN"}), "en"), Verdict(draft, frozenset(), "en")]
    counts = score(said)
    assert (counts.right, counts.false, counts.missed) == (1, 1, 1)
    assert (counts.precision, counts.recall) == ("50 %", "50 %")
    assert score(said, "REPLY-HUSH").recall == "–"


def test_the_page_says_what_is_measured(verdicts: list[Verdict], root: Path) -> None:
    page = (root / "docs" / "replies.md").read_text(encoding="utf-8")
    assert "\n".join(lines(verdicts)).strip() in page
    assert "\n".join(wrong(verdicts)) in page
