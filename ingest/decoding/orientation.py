"""From a decoded frame to what a person would see: upright, square pixels, RGB, not too large."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Self, TypeVar

import numpy as np
from av.codec.codec import Codec
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from ingest.decoding.hdr import WideColours
from ingest.taggers.base import Frame

Level = TypeVar("Level", np.uint8, np.uint16)

MAX_SIDE: Final = 640
"""Frames are made no larger than this, in pixels.

Of a 16:9 frame, the networks look at 352 x 192 and 480 x 256 pixels: 640 x 360 gives both enough.
Shrinking happens while the colours are converted, so a smaller frame is also a cheaper one.
"""

_WRITE_BATCH_SIZE: Final = 16  # pixels

# Not listed as intra-only: PNG has no other frames to build on, APNG may.
_PICTURES: Final = frozenset({"png", "apng"})

# The last bit of a converted colour is not worth its time; area averages all source pixels.
_SHRINK: Final = Interpolation.AREA


@dataclass(frozen=True, slots=True)
class Orientation:
    """The turn of a stored frame upright: mirrored left to right first, then turned."""

    mirrored: bool = False
    quarter_turns: int = 0
    """Counterclockwise, 0 to 3."""

    @classmethod
    def of(cls, frame: VideoFrame, codec: Codec, *, is_picture: bool) -> Self:
        """Read how a frame is to be shown, to the nearest quarter turn.

        The display matrix is (a, b, u, c, d, v, x, y, w), fixed point, rows first; a stored point
        (p, q) is shown at (ap + cq, bp + dq), q downwards (ISO/IEC 14496-12, 6.2.2).

        Pictures are turned, never mirrored: PyAV frees the name of a colour profile twice when
        the matrix itself is asked of a frame that has both, and pictures have profiles.
        """
        if is_picture or codec.intra_only or codec.name in _PICTURES:
            return cls(quarter_turns=_quarter_turns(frame.rotation))
        matrix = _display_matrix(frame)
        if matrix is None:
            return cls()
        a, b, c, d = matrix
        mirrored = a * d - b * c < 0
        if mirrored:
            a, b = -a, -b
        if abs(a) >= abs(b):
            return cls(mirrored, 0 if a >= 0 else 2)
        return cls(mirrored, 1 if b < 0 else 3)

    def applied_to(self, colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the colours upright and C-contiguous, shape (3, height, width) as they came."""
        if self.mirrored:
            colours = colours[..., ::-1]
        return np.ascontiguousarray(np.rot90(colours, self.quarter_turns, axes=(1, 2)))


def _display_matrix(frame: VideoFrame) -> tuple[int, int, int, int] | None:
    try:
        side = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # some other side data is of a kind PyAV has no name for
        return None
    if not isinstance(side, SideData):
        return None
    a, b, _, c, d = (int(value) for value in np.frombuffer(bytes(side), np.int32)[:5])
    return a, b, c, d


def _quarter_turns(degrees: int) -> int:
    # A matrix without a direction gives a number far outside the circle.
    return round(degrees / 90) % 4 if abs(degrees) <= 360 else 0


def square_size(width: int, height: int, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Return (width, height) with the narrower side of the pixels stretched until they are square.

    Args:
        width: stored columns.
        height: stored rows.
        pixel_aspect: width of a pixel over its height; None or 0 when the file does not say.
    """
    if not pixel_aspect:
        return width, height
    if pixel_aspect > 1:
        return max(1, round(width * pixel_aspect)), height
    return width, max(1, round(height / pixel_aspect))


def to_oriented_rgb(
    frame: VideoFrame, pixel_aspect: Fraction | None, orientation: Orientation
) -> Frame:
    """Convert one decoded frame; the longer side comes out at most ``MAX_SIDE``.

    The colours lie one after the other in memory: so the scaler makes them faster, and all who
    look take them one by one.
    """
    width, height = square_size(frame.width, frame.height, pixel_aspect)
    shrink = min(1.0, MAX_SIDE / max(width, height))
    width = max(1, math.floor(width * shrink + 0.5))
    height = max(1, math.floor(height * shrink + 0.5))
    wide = WideColours.of(frame)
    if wide is not None:
        deep = _reformatted(frame, width, height, "gbrp16le")
        shown = wide.to_ordinary(_red_green_blue(deep, np.uint16))
    else:
        shown = _red_green_blue(_reformatted(frame, width, height, "gbrp"), np.uint8)
    return orientation.applied_to(shown).transpose(1, 2, 0)


def unscaled(width: int) -> Interpolation:
    """Return the interpolation for a frame that keeps its size and only gets other pixels.

    The scaler's quick way leaves what is over of a row, when its width is no multiple of 16, as the
    memory was: whatever other frame or video lay there.
    """
    return _SHRINK | Interpolation.ACCURATE_RND if width % _WRITE_BATCH_SIZE else _SHRINK


def _reformatted(frame: VideoFrame, width: int, height: int, pixels: str) -> VideoFrame:
    is_scaled = (width, height) != (frame.width, frame.height)
    interpolation = _SHRINK if is_scaled else unscaled(width)
    return frame.reformat(
        width=width, height=height, format=pixels, interpolation=interpolation, threads=1
    )


def _red_green_blue(planar: VideoFrame, kind: type[Level]) -> NDArray[Level]:
    """Return the colours of a frame that is stored green, blue, red; shape (3, height, width)."""
    green, blue, red = (_pixels(plane, kind) for plane in planar.planes)
    return np.stack([red, green, blue])


def _pixels(plane: VideoPlane, kind: type[Level]) -> NDArray[Level]:
    rows: NDArray[Level] = np.frombuffer(memoryview(plane), kind)
    columns = plane.line_size // rows.itemsize
    return rows.reshape(plane.height, columns)[:, : plane.width]
