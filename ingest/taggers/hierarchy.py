"""Words and the more general ones that come with them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Hierarchy:
    """Makes each word at least as sure as the surest that brings it."""

    def __init__(self, parents: Mapping[str, Sequence[str]], tags: Sequence[str]) -> None:
        """Prepare for a list of tags.

        Args:
            parents: word -> those that come with it; without circles.
            tags: whose confidences are raised; words that are none of them are passed through.
        """
        numbers = {tag: number for number, tag in enumerate(tags)}
        pairs = [
            (number, numbers[above])
            for tag, number in numbers.items()
            for above in all_above(tag, parents)
            if above in numbers
        ]
        self._narrow = np.array([narrow for narrow, _ in pairs], np.intp)
        self._broad = np.array([broad for _, broad in pairs], np.intp)

    def raise_general(self, confidences: NDArray[np.floating[Any]]) -> None:
        """Raise confidences, shape (n_tags,) or (n_tags, n_seconds), in place."""
        np.maximum.at(confidences, self._broad, confidences[self._narrow])


def all_above(word: str, parents: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return every word that comes with a word, directly or not, the nearest first."""
    above_all: dict[str, None] = {}
    waiting = list(parents.get(word, ()))
    for above in waiting:
        if above not in above_all:
            above_all[above] = None
            waiting += parents.get(above, ())
    return tuple(above_all)
