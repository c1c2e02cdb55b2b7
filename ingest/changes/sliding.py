"""Whether what moves goes sideways as one, as a line of words does and cars on two lanes do not."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import COLUMNS, Grey

# A row is part of a line when more than this share of its cells move.
_LINE_ROW: Final = 0.2
# By more columns than this nothing is in view for two seconds that could be compared.
_MAX_COLUMNS: Final = 70
# So much of what there is must lie on what there was, of both.
_MIN_OVERLAP: Final = 0.1
# From this correlation on, a picture shows what the one before showed, moved.
_SAME: Final = 0.5


def sliding(greys: NDArray[np.float32], behind: Grey, moving: NDArray[np.bool_]) -> float:
    """Return in how many twos of pictures the second is the first, moved by the same columns.

    Args:
        greys: in twos a second apart, shape (n, 54, 96).
        behind: the picture at rest behind what moves, shape (54, 96).
        moving: the cells that change time and again, shape (54, 96).
    """
    rows = moving.mean(axis=1) > _LINE_ROW
    n_twos = len(greys) // 2
    if not rows.any() or not n_twos:
        return 0.0
    line = ((greys - behind) * moving)[: 2 * n_twos, rows]
    like = _likeness(line[::2], line[1::2])
    best = int(like.mean(axis=0).argmax())
    return float(np.mean(like[:, best] >= _SAME)) if best != _MAX_COLUMNS else 0.0


def _likeness(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the correlations of pictures, moved by -70 to 70 columns; shape (n, 141)."""
    waves = [np.fft.rfft(pictures, 2 * COLUMNS, axis=2) for pictures in (before, after)]
    products = np.fft.irfft((np.conj(waves[0]) * waves[1]).sum(axis=1), 2 * COLUMNS, axis=1)
    columns = np.arange(-_MAX_COLUMNS, _MAX_COLUMNS + 1)
    energy_before, energy_after = (
        np.pad(np.square(pictures).sum(axis=1).cumsum(axis=1), ((0, 0), (1, 0)))
        for pictures in (before, after)
    )
    # Moved by c columns, the first COLUMNS - c of ``before`` lie on the last of ``after``.
    first, last = np.maximum(-columns, 0), COLUMNS - np.maximum(columns, 0)
    lying = energy_before[:, last] - energy_before[:, first]
    under = energy_after[:, last + columns] - energy_after[:, first + columns]
    overlapping = (lying > _MIN_OVERLAP * energy_before[:, -1:]) & (
        under > _MIN_OVERLAP * energy_after[:, -1:]
    )
    energy = np.sqrt(np.maximum(1e-6, lying * under))
    return np.where(overlapping, products[:, columns] / energy, 0.0)
