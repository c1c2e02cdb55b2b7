"""Cheap sign that letters may have come up: many hard edges side by side where few were before."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.base import Frame

CELL: Final = 16
"""Side of a cell, in pixels; what is left over at the right and at the foot is passed over."""

_HARD: Final = 30  # grey levels from one pixel to the next
_SHARE: Final = 0.15  # of a cell's pixels that are hard edges where it may hold letters
_GREEN: Final = 1  # most of the light, and a third of the work

Cells = NDArray[np.bool_]
"""Shape (height // ``CELL``, width // ``CELL``): where as many edges are hard as in letters."""


def hard_cells(frame: Frame) -> Cells:
    """Return which cells of a frame are full of hard edges, as letters are; 1 ms a frame."""
    green = frame[..., _GREEN].astype(np.int16)
    edges = np.zeros(green.shape, np.bool_)
    edges[:, 1:] = np.abs(np.diff(green, axis=1)) > _HARD
    rows, columns = frame.shape[0] // CELL, frame.shape[1] // CELL
    cut = edges[: rows * CELL, : columns * CELL]
    counts = cut.reshape(rows, CELL, columns, CELL).sum(axis=(1, 3))
    return np.asarray(counts >= _SHARE * CELL * CELL)


def line_may_be_new(cells: Cells, before: Cells | None) -> bool:
    """Tell whether three cells side by side are hard now that were not before."""
    new = cells if before is None or before.shape != cells.shape else cells & ~before
    return bool((new[:, :-2] & new[:, 1:-1] & new[:, 2:]).any())
