"""Whether a frame is the one before again, to the pixel, as it is where a picture stands."""

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from numpy.typing import NDArray


def are_equal(one: VideoFrame, other: VideoFrame) -> bool:
    """Return whether two frames of a stream are shown alike; where that cannot be told, False.

    Two that differ are mostly told apart by one row of them.
    """
    if _form(one) != _form(other) or one.format.has_palette:
        return False
    planes = list(zip(one.planes, other.planes, strict=True))
    return all(_are_equal_rows(*pair) for pair in planes) and all(
        np.array_equal(_bytes(first), _bytes(second)) for first, second in planes
    )


def _form(frame: VideoFrame) -> tuple[object, ...]:
    """Return all besides the pixels that decides how a frame is shown."""
    colours = frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc
    return frame.format.name, frame.width, frame.height, *colours


def _are_equal_rows(one: VideoPlane, other: VideoPlane) -> bool:
    """Return whether the row in the middle is the same."""
    if one.line_size != other.line_size:
        return False
    start = one.height // 2 * one.line_size
    row = slice(start, start + one.line_size)
    return np.array_equal(_bytes(one)[row], _bytes(other)[row])


def _bytes(plane: VideoPlane) -> NDArray[np.uint8]:
    return np.frombuffer(memoryview(plane), np.uint8)
