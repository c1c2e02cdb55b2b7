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
    """Return which cells of a frame are full of hard edges, as letters are; 0.1 ms a frame."""
    rows, columns = frame.shape[0] // CELL, frame.shape[1] // CELL
    green = frame[: rows * CELL, : columns * CELL, _GREEN]
    left, right = green[:, :-1], green[:, 1:]
    edges = np.zeros(green.shape, np.uint8)
    edges[:, 1:] = np.maximum(left, right) - np.minimum(left, right) > _HARD
    # Rows first: sums of whole rows are made many at a time.
    down = edges.reshape(rows, CELL, columns * CELL).sum(axis=1, dtype=np.uint8)
    counts = down.reshape(rows, columns, CELL).sum(axis=2, dtype=np.uint16)
    return np.asarray(counts >= _SHARE * CELL * CELL)


def line_may_be_new(cells: Cells, before: Cells | None) -> bool:
    """Tell whether three cells side by side are hard now that were not before."""
    new = cells if before is None or before.shape != cells.shape else cells & ~before
    return bool((new[:, :-2] & new[:, 1:-1] & new[:, 2:]).any())
