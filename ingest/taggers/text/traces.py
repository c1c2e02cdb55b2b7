"""Whether what stands in a box still stands there a second later."""

from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ingest.taggers.base import Frame
from ingest.taggers.text.components import Box

SAME: Final = 0.5
"""Two boxes show the same where the cosine of their slopes is at least this. Strokes stay over a
picture that moves (0.6 to 1.0); other words, the same words moved, or none are at 0.4 at most."""

_STEEPEST: Final = 0.25  # share of a box's pixels: the edges of its strokes
_MIN_SLOPE: Final = 8.0  # grey levels between two pixels; less may be noise
_MAX_SIDE: Final = 320  # pixels of a box that are compared

Slopes = NDArray[np.float32]
"""Shape (2, height, width): how steep the picture is downwards and to the right."""


class Trace(NamedTuple):
    """Steepest slopes of what a box of a frame shows.

    Attributes:
        rows: of the frame, that are compared.
        columns: likewise.
        slopes: there, shape (2, height, width); 0 where it is not steep.
    """

    rows: slice
    columns: slice
    slopes: Slopes

    @classmethod
    def of(cls, frame: Frame, box: Box) -> Self:
        """Take what a box of a frame shows."""
        rows, columns = _inside(frame, box)
        slopes = _slopes(frame[rows, columns])
        steepness = np.square(slopes).sum(axis=0)
        least = np.quantile(steepness, 1 - _STEEPEST) if steepness.size else 0.0
        slopes *= steepness >= max(float(least), _MIN_SLOPE**2)
        return cls(rows, columns, slopes)

    def is_on(self, frame: Frame) -> bool:
        """Tell whether a frame of the same size shows the same there."""
        now = _slopes(frame[self.rows, self.columns]) * (self.slopes != 0).any(axis=0)
        size = float(np.square(now).sum()) * float(np.square(self.slopes).sum())
        return size > 0 and float((now * self.slopes).sum()) >= SAME * size**0.5


def _inside(frame: Frame, box: Box) -> tuple[slice, slice]:
    """Return the rows and columns of a frame that a box covers; of a large one, every second."""
    left, top, right, bottom = box.bounds
    ranges = []
    for low, high, length in ((top, bottom, frame.shape[0]), (left, right, frame.shape[1])):
        first, last = max(0, int(low)), min(length, int(high) + 1)
        ranges.append(slice(first, last, max(1, (last - first) // _MAX_SIDE)))
    return ranges[0], ranges[1]


def _slopes(part: Frame) -> Slopes:
    grey = part.astype(np.float32).mean(axis=2)
    slopes = np.zeros((2, *grey.shape), np.float32)
    slopes[0, :-1] = np.diff(grey, axis=0)
    slopes[1, :, :-1] = np.diff(grey, axis=1)
    return slopes
