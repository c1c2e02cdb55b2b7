"""Pictures that can be seen through: only what is there of them counts."""

from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from ingest.decoding.orientation import unscaled

BACKGROUND: Final = 128
"""Grey level of what is put behind: no colour, neither dark nor light."""

_OPAQUE: Final = 255
_ROUNDING: Final = 1
# Fainter than this, nothing is seen; encoders that lose something leave as much.
_FAINT: Final = 8


def before_background(frame: VideoFrame) -> tuple[VideoFrame, bool]:
    """Put what can be seen through before a neutral background.

    Returns:
        The frame, the same one if nothing of it can be seen through; and whether there is
        anything to see.
    """
    pixels = frame.format
    if not pixels.has_palette and not any(part.is_alpha for part in pixels.components):
        return frame, True
    # Colours and opacity, shape (height, width, 4).
    rgba = frame.reformat(
        format="rgba", interpolation=unscaled(frame.width), threads=1
    ).to_ndarray()
    whole: NDArray[np.uint8] = rgba.astype(np.uint8, copy=False)
    opacity = whole[:, :, 3]
    if opacity.min() >= _OPAQUE - _ROUNDING:
        return frame, True
    shown = _blended(whole[:, :, :3], opacity)
    return VideoFrame.from_ndarray(shown, format="rgb24"), bool(opacity.max() >= _FAINT)


def _blended(colours: NDArray[np.uint8], opacity: NDArray[np.uint8]) -> NDArray[np.uint8]:
    share = opacity.astype(np.uint16)[:, :, None]
    blended = colours * share + np.uint16(BACKGROUND) * (_OPAQUE - share)
    return ((blended + _OPAQUE // 2) // _OPAQUE).astype(np.uint8)
