"""Ranges of seconds."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class TimeRange(NamedTuple):
    """Some seconds in a row, ``start`` up to and without ``end``."""

    start: int
    end: int


def time_ranges(seconds: NDArray[np.integer]) -> tuple[TimeRange, ...]:
    """Return the ranges that some seconds fill; shape (n,), rising, each once."""
    if not len(seconds):
        return ()
    breaks = np.flatnonzero(np.diff(seconds) > 1)
    starts = seconds[np.concatenate([[0], breaks + 1])]
    ends = seconds[np.concatenate([breaks, [len(seconds) - 1]])] + 1
    return tuple(map(TimeRange, starts.tolist(), ends.tolist()))
