"""Whether what moves goes one way as one, as lines of words do and cars on two lanes do not."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import Grey

# A row is part of a line when more than this share of its cells move.
_LINE_ROW: Final = 0.2
# By a larger share of the picture nothing is moved that is in view for two seconds.
_MAX_MOVE: Final = 0.73
# So much of what there is must lie on what there was, of both.
_MIN_OVERLAP: Final = 0.1
# From this correlation on, a picture shows what the one before showed, moved.
_SAME: Final = 0.5


def sliding(greys: NDArray[np.float32], behind: Grey, moving: NDArray[np.bool_]) -> float:
    """Return in how many twos of pictures the second is the first, moved one way by as much.

    Args:
        greys: in twos a second apart, shape (n, 54, 96).
        behind: the picture at rest behind what moves, shape (54, 96).
        moving: the cells that change time and again, shape (54, 96).
    """
    drawn = (greys - behind) * moving
    upright = np.ascontiguousarray(drawn.swapaxes(1, 2))
    return max(_sideways(drawn, moving), _sideways(upright, moving.T))


def _sideways(drawn: NDArray[np.float32], moving: NDArray[np.bool_]) -> float:
    rows = moving.mean(axis=1) > _LINE_ROW
    n_twos = len(drawn) // 2
    if not rows.any() or not n_twos:
        return 0.0
    line = drawn[: 2 * n_twos, rows]
    like = _likeness(line[::2], line[1::2])
    best = int(like.mean(axis=0).argmax())
    stays = best == like.shape[1] // 2
    return 0.0 if stays else float(np.mean(like[:, best] >= _SAME))


def _likeness(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the correlations of pictures, moved by so many columns; the middle one is by none."""
    width = before.shape[2]
    waves = [np.fft.rfft(pictures, 2 * width, axis=2) for pictures in (before, after)]
    products = np.fft.irfft((np.conj(waves[0]) * waves[1]).sum(axis=1), 2 * width, axis=1)
    furthest = int(_MAX_MOVE * width)
    columns = np.arange(-furthest, furthest + 1)
    energy_before, energy_after = (
        np.pad(np.square(pictures).sum(axis=1).cumsum(axis=1), ((0, 0), (1, 0)))
        for pictures in (before, after)
    )
    # Moved by c columns, the first width - c of ``before`` lie on the last of ``after``.
    first, last = np.maximum(-columns, 0), width - np.maximum(columns, 0)
    lying = energy_before[:, last] - energy_before[:, first]
    under = energy_after[:, last + columns] - energy_after[:, first + columns]
    overlapping = (lying > _MIN_OVERLAP * energy_before[:, -1:]) & (
        under > _MIN_OVERLAP * energy_after[:, -1:]
    )
    energy = np.sqrt(np.maximum(1e-6, lying * under))
    return np.where(overlapping, products[:, columns] / energy, 0.0)
