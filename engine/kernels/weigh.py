"""Bringing the tags of a query to a vector of length 1."""

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiled import compiled
from engine.kernels.forward import Floats

Tags = NDArray[np.int64]


def _weigh(
    tags: Tags, weights: Floats, idf: Floats, known: Tags, units: Floats, unknown: Tags
) -> tuple[int, int]:
    """Weigh by idf, add up repeats, divide by the length.

    Args:
        tags: shape (n,), not falling.
        weights: shape (n,), finite.
        idf: shape (n_tags,), 0 for a tag that does not count.
        known: filled, shape (n,), the tags that count, each once.
        units: filled, shape (n,), the vector's entry of each.
        unknown: filled, shape (n,), the other tags, each once.

    Returns:
        How many of ``known`` and of ``unknown`` are filled.
    """
    greatest = 0.0
    for at in range(tags.size):
        if 0 <= tags[at] < idf.size and idf[tags[at]] > 0.0:
            greatest = max(greatest, abs(weights[at]))
    n_known, n_unknown, at = 0, 0, 0
    squares = 0.0
    while at < tags.size:
        tag, total = tags[at], 0.0
        counts = 0 <= tag < idf.size and idf[tag] > 0.0
        while at < tags.size and tags[at] == tag:
            if counts and greatest > 0.0:
                # Divided first, so that squares of the largest weights stay finite.
                total += weights[at] / greatest
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
