from __future__ import annotations

import pytest

from relcare.rulebook.suggest import did_you_mean, nearest

KNOWN = ["aum", "aum_avg_3m", "segment", "opened_at", "closed_at"]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("segmnt", "segment"),
        ("Segment", "segment"),
        ("opened at", "opened_at"),
        ("AUM-avg-3m", "aum_avg_3m"),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_nearest(word, near):
    assert nearest(word, KNOWN) == near


def test_order_of_the_known_words_does_not_matter():
    assert nearest("abd", ["abc", "abe"]) == nearest("abd", ["abe", "abc"]) != ""


def test_hint():
    assert did_you_mean("segmnt", KNOWN) == "did you mean `segment`?"
    assert did_you_mean("xyz", KNOWN) == ""
