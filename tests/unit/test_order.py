from __future__ import annotations

import pytest

from relcare.rulebook.order import in_order


@pytest.mark.parametrize(
    ("needs", "order"),
    [
        ({"a": "", "b": "", "c": ""}, "abc"),
        ({"a": "b", "b": "c", "c": ""}, "cba"),
        ({"a": "cb", "b": "", "c": "b"}, "bca"),
        ({"a": "x"}, "xa"),
        ({}, ""),
    ],
)
def test_each_stands_after_what_it_needs(needs, order):
    assert in_order(needs, lambda name: needs.get(name, "")) == (list(order), [])


@pytest.mark.parametrize(
    ("needs", "circles"),
    [
        ({"a": "a"}, ["aa"]),
        ({"a": "b", "b": "a"}, ["aba"]),
        ({"a": "b", "b": "c", "c": "b"}, ["bcb"]),
        ({"a": "bc", "b": "a", "c": "a"}, ["aba", "aca"]),
    ],
)
def test_circles_name_their_path(needs, circles):
    order, found = in_order(needs, lambda name: needs.get(name, ""))
    assert ["".join(circle) for circle in found] == circles
    assert sorted(order) == sorted(needs)


def test_a_long_chain_needs_no_deep_stack():
    order, circles = in_order([0], lambda n: [n + 1] if n < 5000 else [])
    assert (order[0], order[-1], circles) == (5000, 0, [])
