"""Statistics of a picture, by which what is drawn can be told from what was filmed.

Drawings are flat between hard edges, and have few colours and strong ones (Athitsos, Swain and
Frankel, "Distinguishing Photographs and Graphics on the World Wide Web", 1997).
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_STEPS: Final = np.array([0, 1, 2, 3, 5, 9, 17, 33, 65])  # of green, from a pixel to the next
_SATURATIONS: Final = np.array([0, 13, 39, 77, 128, 179, 230])
_BRIGHTNESSES: Final = np.array([0, 8, 32, 64, 128, 192, 240, 254])
_COMMONEST: Final = np.array([1, 4, 16, 64, 256])  # colours, of 4,096
_LEVELS: Final = 256

N_STATISTICS: Final = len(_STEPS) + len(_SATURATIONS) + len(_BRIGHTNESSES) + len(_COMMONEST)


def picture_statistics(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return shares of a picture, as square roots, so that small ones count as well.

    Of all steps between neighbours those of each size; of all pixels those of each saturation and
    of each brightness, and those that have one of the 1, 4, 16, 64 or 256 commonest colours.

    Args:
        picture: shape (height, width, 3), as large as the networks look at it; a part of its
            pixels is looked at.

    Returns:
        shape (N_STATISTICS,), 0.0 to 1.0.
    """
    rows = picture[::2]
    greens = rows[..., 1].astype(np.int16)
    steps = np.abs(greens[:, 1:] - greens[:, :-1])
    red, green, blue = (rows[:, ::2, colour] for colour in range(3))
    brightest = np.maximum(np.maximum(red, green), blue)
    darkest = np.minimum(np.minimum(red, green), blue)
    saturations = (brightest - darkest) * np.float32(_LEVELS - 1) / np.maximum(brightest, 1)
    shares = [
        _shares(steps, _STEPS),
        _shares(saturations.astype(np.uint8), _SATURATIONS),
        _shares(brightest, _BRIGHTNESSES),
        _commonest(red, green, blue),
    ]
    statistics: NDArray[np.float32] = np.sqrt(np.concatenate(shares)).astype(np.float32)
    return statistics


def _shares(values: NDArray[Any], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return which share of the values lies from each start to the next."""
    counts = np.bincount(values.ravel(), minlength=_LEVELS)
    shares: NDArray[np.float64] = np.add.reduceat(counts, starts) / max(1, values.size)
    return shares


def _commonest(
    red: NDArray[np.uint8], green: NDArray[np.uint8], blue: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Return the share of the commonest colours, of those that four bits a channel tell apart."""
    colours = (red >> 4).astype(np.uint16) << 8 | (green & 0xF0).astype(np.uint16) | blue >> 4
    counts = np.bincount(colours.ravel())
    most = np.sort(counts[counts > 0])[::-1]
    cumulated = np.cumsum(most) / colours.size
    shares: NDArray[np.float64] = cumulated[np.minimum(_COMMONEST, len(most)) - 1]
    return shares
