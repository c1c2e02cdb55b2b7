"""Whether a disc turns: a record, or a picture cut to a circle."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import COLUMNS, ROWS, allowed_change

# Angles and rings, from the centre outwards, at which a disc is looked at.
_ANGLES: Final = 96
_RINGS: Final = np.linspace(0.3, 0.9, 8)
# From this correlation on a disc is the same, turned; as it lies, it is less alike by this.
_SAME_TURNED, _TURNED_BY = 0.7, 0.15
_MIN_DISC: Final = 60
_DISC_CHANGES: Final = 0.2
# So much of the disc must move, and so little beside it.
_DISC_FILLED, _BESIDE_DISC = 0.4, 0.05


def turning(greys: NDArray[np.float32]) -> float:
    """Return how many pictures are the one before with a disc turned, as a share, 0.0 to 1.0.

    Args:
        greys: shape (n, 54, 96). The disc may be squeezed to an ellipse, as the cells are.
    """
    moving = np.mean(
        np.abs(np.diff(greys, axis=0)) > allowed_change(np.zeros((), np.float32)), axis=0
    )
    disc = moving > _DISC_CHANGES
    if np.count_nonzero(disc) < _MIN_DISC:
        return 0.0
    down, across = _extent(disc.mean(axis=1)), _extent(disc.mean(axis=0))
    if down is None or across is None:
        return 0.0
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    inside = np.hypot((rows - down[0]) / down[1], (columns - across[0]) / across[1]) <= 1.05
    filled = np.count_nonzero(disc & inside) / np.count_nonzero(inside)
    if filled < _DISC_FILLED or np.count_nonzero(disc & ~inside) > _BESIDE_DISC * disc.sum():
        return 0.0
    return _turned(_unrolled(greys, down, across))


def _extent(shares: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the middle of what moves along one side, and half its length."""
    lines = np.flatnonzero(shares > 0.02)
    if not lines.size:
        return None
    return float(lines[0] + lines[-1]) / 2, float(lines[-1] - lines[0] + 1) / 2


def _unrolled(
    greys: NDArray[np.float32], down: tuple[float, float], across: tuple[float, float]
) -> NDArray[np.float32]:
    """Return rings of the disc, each less its mean; shape (n, n_rings, n_angles)."""
    angles = np.arange(_ANGLES) * 2 * np.pi / _ANGLES
    rows = down[0] + down[1] * _RINGS[:, None] * np.sin(angles)
    columns = across[0] + across[1] * _RINGS[:, None] * np.cos(angles)
    rings = greys[:, np.rint(rows).astype(int), np.rint(columns).astype(int)]
    return np.asarray(rings - rings.mean(axis=2, keepdims=True), np.float32)


def _turned(rings: NDArray[np.float32]) -> float:
    waves = np.fft.rfft(rings, axis=2)
    turns = np.fft.irfft((np.conj(waves[:-1]) * waves[1:]).sum(axis=1), _ANGLES, axis=1)
    energy = np.square(rings).sum(axis=(1, 2))
    alike = turns / (np.sqrt(energy[:-1] * energy[1:]) + 1e-6)[:, None]
    best = alike.max(axis=1)
    return float(np.mean((best >= _SAME_TURNED) & (best - alike[:, 0] >= _TURNED_BY)))
