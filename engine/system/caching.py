"""Keeps what a method returned without keeping the object of the method."""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import TypeVar
from weakref import WeakMethod

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


def bounded_cache(
    method: Callable[[Question], Answer], max_size: int
) -> Callable[[Question], Answer]:
    """Return a method that remembers its last answers, for its own object to hold.

    An object that holds a cache of its own bound method holds itself: it stays until the garbage
    collector comes by, which for a large index is long after it was replaced.

    Args:
        method: bound, of one argument.
        max_size: how many answers are remembered.
    """
    weak = WeakMethod(method)

    @lru_cache(maxsize=max_size)
    def answer(key: Question) -> Answer:
        alive = weak()
        assert alive is not None  # noqa: S101 - it is its object that calls
        return alive(key)

    return answer
