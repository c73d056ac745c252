"""Frozen values behave as those of the standard library do."""

import copy
import dataclasses
import pickle

import pytest

from relcare.rulebook.conditions import All, OneOf, Span
from relcare.rulebook.frozen import dataclass, field


@dataclass(frozen=True, slots=True)
class Mark:
    """A value with a part that is no part of its meaning."""

    name: str
    weight: int = 1
    parts: list[str] = field(default_factory=list, compare=False)

    @property
    def loud(self) -> str:
        """The name in capitals."""
        return self.name.upper()


def test_values_are_taken_by_place_and_by_name_and_defaults_fill_up():
    assert (Mark("a").weight, Mark("a", 2).weight, Mark(name="a", weight=3).weight) == (1, 2, 3)
    assert Mark("a").parts == []
    assert Mark("a").parts is not Mark("a").parts
    assert Mark("a").loud == "A"


@pytest.mark.parametrize("call", [Mark, lambda: Mark("a", 1, [], 2), lambda: Mark("a", size=1), lambda: Mark("a", name="b")])  # fmt: skip
def test_wrong_calls_are_refused(call):
    with pytest.raises(TypeError):
        call()


def test_nothing_can_be_changed_or_added():
    mark = Mark("a")
    for change in (
        lambda: setattr(mark, "name", "b"),
        lambda: setattr(mark, "other", 1),
        lambda: delattr(mark, "name"),
    ):
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()
    assert not hasattr(mark, "__dict__")


def test_values_are_equal_by_what_is_compared_and_by_class():
    assert Mark("a", 1, ["x"]) == Mark("a")
    assert hash(Mark("a", 1, ["x"])) == hash(Mark("a"))
    assert Mark("a") != Mark("b")
    assert Span(1, "days") != All(())
    assert OneOf("tier", ("a",)) == OneOf("tier", ("a",), words="told otherwise")


def test_library_functions_work():
    mark = Mark("a", 2, ["x"])
    assert dataclasses.replace(mark, weight=3) == Mark("a", 3)
    assert [f.name for f in dataclasses.fields(mark)] == ["name", "weight", "parts"]
    assert copy.deepcopy(mark) == mark
    assert pickle.loads(pickle.dumps(mark)).parts == ["x"]  # noqa: S301  # our own bytes
    assert repr(mark) == "Mark(name='a', weight=2, parts=['x'])"
    match mark:
        case Mark(name, weight):
            assert (name, weight) == ("a", 2)
