"""Whether a frame shows something new, or still what was looked at last."""

import math
from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from ingest.taggers.base import Frame

Colours = NDArray[np.uint8]
"""A small blurred picture, shape (54, 96, 3), RGB."""

Grey = NDArray[np.float32]
"""A small blurred grey picture, shape (54, 96), 0 to 255."""

LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in a grey level."""

COLUMNS, ROWS = 96, 54
"""Cells of the small picture. A cell of a 16:9 frame is square; any other shape is squeezed in."""

NEW_CONTENT_SHARE: Final = 0.01
"""A frame shows new content when more than this share of the cells changed.

Of footage of every kind, it skips 95 % of the seconds of a still picture, 67 to 75 % of a
slideshow's, 2 % of a talking head's and 7 % of other motion.
"""

MAX_NOISE: Final = 2.2
"""Grey levels by which a cell at rest may change in a second: grain and codecs."""

MIN_AT_REST: Final = 0.2
"""Least share of cells that stay as they are for something to be at rest."""

_SCALER_READS_ON: Final = 64  # bytes: one vector of the widest there are

# A change below this is noise: what compression and grain do to a cell of a picture at rest.
_NOISE: Final = 7.0
# Where the picture has an edge, a shift of a fraction of a cell changes much and means little.
_PER_GRADIENT: Final = 0.35


def small_grey(frame: Frame) -> Grey:
    """Shrink a frame to 96 x 54 grey cells, each blurred with its neighbours.

    Args:
        frame: RGB, shape (height, width, 3).
    """
    return grey_of(thinned(frame))


def grey_of(frame: Frame) -> Grey:
    """Return the grey cells of a frame that was thinned."""
    return _blurred(_shrunk(frame, "gray").astype(np.float32))


def small_colours(frame: Frame) -> Colours:
    """Shrink a frame to 96 x 54 cells, each blurred with its neighbours, and keep its colours.

    Args:
        frame: RGB, shape (height, width, 3).
    """
    return colours_of(thinned(frame))


def colours_of(frame: Frame) -> Colours:
    """Return the coloured cells of a frame that was thinned."""
    blurred = _blurred(_shrunk(frame, "rgb24").astype(np.float32))
    return np.asarray(blurred + 0.5, np.uint8)


def thinned(frame: Frame) -> Frame:
    """Return two rows and columns of pixels a cell, which tell as much as all, in half the time."""
    height, width, _ = frame.shape
    return every_nth(frame, max(1, min(height // (2 * ROWS), width // (2 * COLUMNS))))


def _shrunk(frame: Frame, pixels: str) -> NDArray[np.uint8]:
    return (
        VideoFrame.from_numpy_buffer(frame, format="rgb24")
        .reformat(
            width=COLUMNS, height=ROWS, format=pixels, interpolation=Interpolation.AREA, threads=1
        )
        .to_ndarray()
        .astype(np.uint8, copy=False)
    )


def every_nth(frame: Frame, step: int) -> Frame:
    """Return every so many rows and columns of a frame, C-contiguous.

    It may be handed to the scaler, which reads some bytes beyond the last pixel.
    """
    shape = (-(-frame.shape[0] // step), -(-frame.shape[1] // step), 3)
    n_bytes = math.prod(shape)
    picture = np.empty(n_bytes + _SCALER_READS_ON, np.uint8)[:n_bytes].reshape(shape)
    for colour in range(3):  # four times as fast as all three at once
        picture[..., colour] = frame[::step, ::step, colour]
    return picture


def changed_share(before: Grey, after: Grey) -> float:
    """Return the share of cells, 0.0 to 1.0, that changed by more than noise and edges explain."""
    allowed = allowed_change(gradient(before))
    return float(np.count_nonzero(np.abs(after - before) > allowed)) / before.size


def allowed_change(steepness: Grey) -> Grey:
    """Return, for each cell, the change in grey levels that noise and edges explain."""
    return np.asarray(_NOISE + _PER_GRADIENT * steepness, np.float32)


def gradient(grey: Grey) -> Grey:
    """Return how steep the picture is at each cell, in grey levels a cell."""
    down, across = slopes(grey)
    return np.asarray(np.sqrt(np.square(down) + np.square(across)), np.float32)


def slopes(grey: Grey) -> tuple[Grey, Grey]:
    """Return how steep it is downwards and to the right: ``np.gradient``, twice as fast."""
    down, across = np.empty_like(grey), np.empty_like(grey)
    for steep, cells in ((down, grey), (across.T, grey.T)):
        np.subtract(cells[2:], cells[:-2], out=steep[1:-1])
        steep[1:-1] /= 2
        np.subtract(cells[1], cells[0], out=steep[0])
        np.subtract(cells[-1], cells[-2], out=steep[-1])
    return down, across


def share_at_rest(difference: Grey) -> float:
    """Return the share of cells, 0.0 to 1.0, that grain and codecs alone may have changed.

    Args:
        difference: of two pictures, shape (54, 96).
    """
    return float(np.count_nonzero(np.abs(difference) <= MAX_NOISE)) / difference.size


class ChangeDetector:
    """Tells, frame by frame, which ones must be tagged by themselves.

    Each frame is compared with the last *new* one, not with the one before: a slow change adds up
    until it counts.
    """

    def __init__(self) -> None:
        self._last_new: Grey | None = None
        self._last: Grey | None = None

    def is_new(self, frame: Frame) -> bool:
        """Whether this frame must be looked at; if not, it shows what the last new one showed."""
        return self.is_new_grey(small_grey(frame))

    def is_new_grey(self, grey: Grey) -> bool:
        """Likewise, for a frame that is made small already."""
        if grey is self._last:
            return False
        self._last = grey
        if self._last_new is not None and changed_share(self._last_new, grey) <= NEW_CONTENT_SHARE:
            return False
        self._last_new = grey
        return True


def _blurred(cells: Grey) -> Grey:
    """Blur with the 3 x 3 binomial kernel; the border repeats itself."""
    return np.asarray(_with_neighbours(_with_neighbours(cells, 0), 1) / 16, np.float32)


def _with_neighbours(cells: Grey, axis: int) -> Grey:
    """Return each cell twice, with those before and after it along an axis."""
    summed = 2 * cells
    into, own = summed.swapaxes(0, axis), cells.swapaxes(0, axis)
    into[1:] += own[:-1]
    into[0] += own[0]
    into[:-1] += own[1:]
    into[-1] += own[-1]
    return summed
