"""Black bars beside a picture, as players and editors put them around other shapes."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.base import Frame

BLACK: Final = 24
"""Highest value of a colour in a bar: coding leaves some noise in what was black."""

MIN_BARS: Final = 0.04
MAX_BARS: Final = 0.7
"""Share of a side that two bars together take; less is an edge of a picture, more a dark one."""

_MAX_UNLIKE: Final = 0.02  # of a side, by which the bars of one pair may differ
_EVERY: Final = 4  # pixels along a bar of which one is looked at


def without_bars(frame: Frame) -> Frame:
    """Return what lies between two like bars, above and below or left and right; a view.

    To a network that sees shapes, bars are part of the picture, and take its pixels.
    """
    top, bottom = _between(frame[:, ::_EVERY].max(axis=(1, 2), initial=0) <= BLACK)
    left, right = _between(frame[::_EVERY].max(axis=(0, 2), initial=0) <= BLACK)
    return frame[top:bottom, left:right]


def _between(dark: NDArray[np.bool_]) -> tuple[int, int]:
    """Return where a side goes on after the first bar, and where it ends before the second."""
    n = len(dark)
    if dark.all():
        return 0, n
    first, second = int(np.argmin(dark)), int(np.argmin(dark[::-1]))
    is_pair = abs(first - second) <= max(1, _MAX_UNLIKE * n)
    if first and second and is_pair and MIN_BARS * n <= first + second <= MAX_BARS * n:
        return first, n - second
    return 0, n
