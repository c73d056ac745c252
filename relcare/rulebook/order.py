"""The order in which facts and decisions are worked out, and the circles in which they can't be."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def in_order(
    names: Iterable[Name], needs: Callable[[Name], Iterable[Name]]
) -> tuple[list[Name], list[tuple[Name, ...]]]:
    """The names with all that they need, each after what it needs, and the circles that were found.

    Names stand in the given order where nothing else decides. A circle begins and ends with the same name, with the
    one that was reached first; each step needs the next. The names on a circle are in the order as well, somewhere.
    """
    done: dict[Name, None] = {}
    path: dict[Name, int] = {}
    circles: list[tuple[Name, ...]] = []
    for root in names:
        if root in done:
            continue
        path[root] = 0
        open_names = [(root, iter(needs(root)))]
        while open_names:
            name, rest = open_names[-1]
            following = next(rest, None)
            if following is None:
                open_names.pop()
                del path[name]
                done[name] = None
            elif following in path:
                circles.append((*list(path)[path[following] :], following))
            elif following not in done:
                path[following] = len(path)
                open_names.append((following, iter(needs(following))))
    return list(done), circles
