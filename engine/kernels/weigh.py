"""Bringing the tags of a query to a vector of length 1."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiled import compiled
from engine.kernels.forward import Floats

Tags = NDArray[np.int64]

NOT_FINITE: Final = -1
"""Answer for a weight that is infinite or no number."""

FALLING: Final = -2
"""Answer for tags that are not in order."""


def _weigh(
    tags: Tags, weights: Floats, idf: Floats, known: Tags, units: Floats, unknown: Tags
) -> tuple[int, int]:
    """Weigh by idf, add up repeats, divide by the length.

    Args:
        tags: shape (n,).
        weights: shape (n,).
        idf: shape (n_tags,), 0 for a tag that does not count.
        known: filled, shape (n,), the tags that count, each once.
        units: filled, shape (n,), the vector's entry of each.
        unknown: filled, shape (n,), the other tags, each once.

    Returns:
        How many of ``known`` and of ``unknown`` are filled; or ``NOT_FINITE`` or ``FALLING``
        instead of the first.
    """
    max_weight = 0.0
    for at in range(tags.size):
        if not np.isfinite(weights[at]):
            return NOT_FINITE, 0
        if at > 0 and tags[at] < tags[at - 1]:
            return FALLING, 0
        if 0 <= tags[at] < idf.size and idf[tags[at]] > 0.0:
            max_weight = max(max_weight, abs(weights[at]))
    n_known, n_unknown, at = 0, 0, 0
    squares = 0.0
    while at < tags.size:
        tag, total = tags[at], 0.0
        counts = 0 <= tag < idf.size and idf[tag] > 0.0
        while at < tags.size and tags[at] == tag:
            if counts and max_weight > 0.0:
                # Divided first, so that squares of the largest weights stay finite.
                total += weights[at] / max_weight
            at += 1
        if not counts:
            unknown[n_unknown] = tag
            n_unknown += 1
        elif total != 0.0:
            known[n_known] = tag
            units[n_known] = total * idf[tag]
            squares += units[n_known] * units[n_known]
            n_known += 1
    length = np.sqrt(squares)
    for at in range(n_known):
        units[at] /= length
    return n_known, n_unknown


weigh = compiled(_weigh)
