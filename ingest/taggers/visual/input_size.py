"""The size at which a frame is looked at: its own shape, in whole cells of the networks."""

import math
from typing import Final

CELL: Final = 32
"""Pixels a side that a network sums up in one cell."""

MAX_ASPECT: Final = 4.0
"""A longer frame is squashed to this."""

Size = tuple[int, int]
"""Width and height, in pixels."""


def fit_area(size: Size, side: int) -> Size:
    """Return about the shape of ``size`` in whole cells, as large as a square of that side.

    So a frame of any shape costs about the same.
    """
    longer = side * math.sqrt(_aspect(size))
    wide = _rounded(longer), _rounded(longer / _aspect(size))
    width, height = size
    return wide if width >= height else wide[::-1]


def _aspect(size: Size) -> float:
    return min(max(size) / min(size), MAX_ASPECT)


def _rounded(pixels: float) -> int:
    return CELL * round(pixels / CELL)
