"""Runs of seconds."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class SecondRange(NamedTuple):
    """A run of seconds, both ends included."""

    first: int
    last: int


def second_ranges(seconds: NDArray[np.integer]) -> tuple[SecondRange, ...]:
    """Return the runs of some seconds; shape (n,), rising, each once."""
    if not len(seconds):
        return ()
    breaks = np.flatnonzero(np.diff(seconds) > 1)
    firsts = seconds[np.concatenate([[0], breaks + 1])]
    lasts = seconds[np.concatenate([breaks, [len(seconds) - 1]])]
    return tuple(map(SecondRange, firsts.tolist(), lasts.tolist()))
