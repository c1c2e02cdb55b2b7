"""Other looks at a labelled frame, on which the same words are right.

Weights that are fitted to these as well depend less on how a picture was cut and coded.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, ImageOps

from ingest.taggers.base import Frame

_CUT_SHARE: Final = 0.85  # of each side, by a cut
_CODED_SIDE: Final = 240  # pixels, of the shorter side
_CODED_QUALITY: Final = 35  # of JPEG


def as_it_is(frame: Frame, seed: int) -> Frame:  # noqa: ARG001 - as all views
    """Return the frame."""
    return frame


def mirrored(frame: Frame, seed: int) -> Frame:  # noqa: ARG001 - as all views
    """Return the frame, left and right exchanged."""
    return np.ascontiguousarray(np.asarray(ImageOps.mirror(Image.fromarray(frame))))


def cut(frame: Frame, seed: int) -> Frame:
    """Return most of the frame, from a place that the seed decides."""
    height, width = (max(1, int(side * _CUT_SHARE)) for side in frame.shape[:2])
    random = np.random.default_rng(seed)
    top = int(random.integers(0, frame.shape[0] - height + 1))
    left = int(random.integers(0, frame.shape[1] - width + 1))
    return np.ascontiguousarray(frame[top : top + height, left : left + width])


def coded(frame: Frame, seed: int) -> Frame:  # noqa: ARG001 - as all views
    """Return what a small, strongly compressed copy shows."""
    picture = Image.fromarray(frame)
    share = min(1.0, _CODED_SIDE / min(picture.size))
    width, height = (max(1, round(side * share)) for side in picture.size)
    small = picture.resize((width, height))
    with BytesIO() as file:
        small.save(file, format="JPEG", quality=_CODED_QUALITY)
        return np.asarray(Image.open(BytesIO(file.getvalue())).convert("RGB"))


Variant = Callable[[Frame, int], Frame]

VARIANTS: Final[Mapping[str, Variant]] = {
    "as it is": as_it_is,
    "mirrored": mirrored,
    "cut": cut,
    "coded": coded,
}
"""The frame itself comes first."""
