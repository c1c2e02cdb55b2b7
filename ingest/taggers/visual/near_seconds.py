"""Seconds near each second of a stretch: what is said of them together."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

FEWEST: Final = 3
"""Of a stretch with fewer seconds than this, none can be held against the others."""


def sum_of_near(values: NDArray[np.floating], distance: int) -> NDArray[np.float64]:
    """Return the sum of each row and those up to a distance before and after it.

    Args:
        values: shape (n_seconds, n).
        distance: in seconds.
    """
    ends = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, dtype=np.float64, out=ends[1:])
    at = np.arange(len(values))
    last = np.minimum(at + distance + 1, len(values))
    return np.asarray(ends[last] - ends[np.maximum(at - distance, 0)])
