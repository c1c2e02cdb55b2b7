"""Checking and rearranging rows of tags before they become forward rows."""

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiled import compiled
from engine.kernels.forward import Unsigned

Starts = NDArray[np.int64]


def _are_tidy(starts: Starts, tags: Unsigned, counts: Unsigned) -> bool:
    """Tell whether every row's tags rise strictly and no count is 0."""
    for row in range(starts.size - 1):
        start, end = starts[row], starts[row + 1]
        for at in range(start, end):
            if counts[at] == 0 or (at > start and tags[at] <= tags[at - 1]):
                return False
    return True


are_tidy = compiled(_are_tidy)


def _take(
    starts: Starts,
    tags: Unsigned,
    counts: Unsigned,
    order: NDArray[np.int64],
    into_starts: Starts,
    into_tags: Unsigned,
    into_counts: Unsigned,
) -> None:
    """Copy the rows in another order: row ``order[i]`` becomes row i."""
    to = 0
    for row in range(order.size):
        for at in range(starts[order[row]], starts[order[row] + 1]):
            into_tags[to] = tags[at]
            into_counts[to] = counts[at]
            to += 1
        into_starts[row + 1] = to


take_rows = compiled(_take)


def _count(tags: Unsigned, start: int, end: int, counts: NDArray[np.int64]) -> None:
    """Add to ``counts``, shape (n_tags,), how often each tag occurs between two places."""
    for at in range(start, end):
        counts[tags[at]] += 1


count_tags = compiled(_count)
