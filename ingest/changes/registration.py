"""Alignment of one small grey picture with the next: zoomed, shifted, brighter or darker.

A photograph that is slowly zoomed, moved or faded changes in every cell and still shows nothing
new. Undoing the zoom, the shift and the light leaves what did change.

The method is that of B. D. Lucas and T. Kanade (1981), "An iterative image registration technique
with an application to stereo vision", with a zoom, a gain and an offset beside the shift, and the
robust weights of S. Geman and D. McClure (1987), so that what really changed does not pull.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import Grey, slopes

# Zooms a second that are tried first, for two steps each; the nearest of them goes on.
_FIRST_ZOOMS: Final = (1.0, 1.06, 0.94)
_FIRST_STEPS, _ROUGH_STEPS, _FINE_STEPS = 2, 6, 5
# Differences in grey levels far over this count for little, first and at the end.
_ROUGH_SCALE, _FINE_SCALE = 16.0, 6.0
# Further than this is another picture, not a moved one.
_MIN_ZOOM, _MAX_ZOOM = 0.7, 1.4
_MAX_SHIFT: Final = 0.35
_MIN_GAIN, _MAX_GAIN = 0.1, 10.0
# A rough fit this good (0.0 to 1.0) is the right one: the other zooms need no try.
_GOOD_ENOUGH: Final = 0.15
# A fit stops when no place moves by this much of the half width any more, first and at the end.
_NEARLY_AT_REST, _AT_REST = 2e-3, 2e-4


@dataclass(frozen=True, slots=True)
class Registration:
    """The transformation that makes the later picture of the earlier one.

    The later picture shows, at a place (x, y) from its centre, the earlier one's
    (x / zoom - right, y / zoom - down), with grey level ``gain`` * grey + ``offset``.
    """

    zoom: float = 1.0
    """Over 1.0 when things grew."""
    right: float = 0.0
    """Distance that things moved, as a share of half the picture's width, before the zoom."""
    down: float = 0.0
    """Likewise, also as a share of half the *width*."""
    gain: float = 1.0
    offset: float = 0.0
    """In grey levels."""

    def of(self, earlier: Grey) -> tuple[Grey, NDArray[np.bool_]]:
        """Return the earlier picture made like the later one, and which of its cells are known.

        A cell is unknown when the earlier picture does not reach there; it shows the border then.
        """
        down, across = _samplers(self, *earlier.shape)
        made = self.gain * (down.matrix @ earlier @ across.matrix.T) + self.offset
        return np.asarray(made, np.float32), down.inside[:, None] & across.inside[None, :]


def align(earlier: Grey, later: Grey) -> Registration:
    """Find what makes ``later`` of ``earlier``, roughly: to a fraction of a cell.

    The nearest fit is returned even where it is a bad one: see what it leaves.
    """
    layers, halved = _with_slopes(_halved(earlier)), _halved(later)
    best, min_badness = Registration(), np.inf
    for zoom in _FIRST_ZOOMS:
        start = Registration(zoom=zoom)
        fitted, badness = _fit(layers, halved, start, _FIRST_STEPS, _ROUGH_SCALE, _NEARLY_AT_REST)
        if badness < min_badness:
            best, min_badness = fitted, badness
        if min_badness < _GOOD_ENOUGH:
            break
    aligned, _ = _fit(layers, halved, best, _ROUGH_STEPS, _ROUGH_SCALE, _NEARLY_AT_REST)
    return aligned


def refine(rough: Registration, earlier: Grey, later: Grey) -> Registration:
    """Make the most of an alignment that is nearly right."""
    layers = _with_slopes(earlier)
    refined, _ = _fit(layers, later, rough, _FINE_STEPS, _FINE_SCALE, _AT_REST)
    return refined


@dataclass(frozen=True, slots=True)
class _Sampler:
    """Linear interpolation along one side, as a matrix (n, n), and which results are inside."""

    matrix: NDArray[np.float32]
    inside: NDArray[np.bool_]


def _samplers(registration: Registration, rows: int, columns: int) -> tuple[_Sampler, _Sampler]:
    half = columns / 2
    down = _sampler(rows, registration.zoom, registration.down * half)
    return down, _sampler(columns, registration.zoom, registration.right * half)


def _sampler(n: int, zoom: float, shift: float) -> _Sampler:
    numbers = _numbers(n)
    centre = (n - 1) / 2
    positions = numbers * np.float32(1 / zoom) + np.float32(centre - centre / zoom - shift)
    within = np.minimum(np.maximum(positions, 0), np.float32(n - 1))
    # A cell counts the less, the further it lies from the place, and nothing from 1 on.
    matrix = np.maximum(1 - np.abs(within[:, None] - numbers), 0)
    return _Sampler(matrix, np.abs(positions - np.float32(centre)) < n / 2)


@lru_cache(maxsize=8)
def _numbers(n: int) -> NDArray[np.float32]:
    return np.arange(n, dtype=np.float32)


@lru_cache(maxsize=4)
def _positions(rows: int, columns: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return x, shape (1, columns), and y, shape (rows, 1), from the centre, in half widths."""
    half = columns / 2
    x = (_numbers(columns) - (columns - 1) / 2) / half
    y = (_numbers(rows) - (rows - 1) / 2) / half
    return x.astype(np.float32)[None, :], y.astype(np.float32)[:, None]


def _with_slopes(grey: Grey) -> NDArray[np.float32]:
    """Return the picture, how steep it is downwards and to the right, shape (rows, 3, columns)."""
    return np.stack([grey, *slopes(grey)], axis=1)


def _fit(
    layers: NDArray[np.float32],
    later: Grey,
    start: Registration,
    steps: int,
    scale: float,
    at_rest: float,
) -> tuple[Registration, float]:
    """Take Gauss-Newton steps from ``start``.

    Args:
        layers: the earlier picture with its slopes, shape (rows, 3, columns).
        later: shape (rows, columns).
        start: where to begin.
        steps: how many at most.
        scale: differences in grey levels far over this count for little.
        at_rest: stop when no place moves by this share of half the width any more.

    Returns:
        where they end, and how bad the fit was before the last of them, 0.0 to 1.0.
    """
    rows, columns = later.shape
    half = columns / 2
    x, y = _positions(rows, columns)
    at = start
    badness = np.inf
    parts = np.ones((5, rows, columns), np.float32)
    flat = parts.reshape(5, -1)
    for _ in range(steps):
        down, across = _samplers(at, rows, columns)
        moved = (down.matrix @ layers.reshape(rows, -1)).reshape(-1, columns) @ across.matrix.T
        sampled, steep_down, steep_across = moved.reshape(rows, 3, columns).transpose(1, 0, 2)
        left = later - at.gain * sampled - np.float32(at.offset)
        known = down.inside[:, None] & across.inside
        squares = np.square(left * np.float32(1 / scale))
        near = known / (1 + squares)
        n_known = int(np.count_nonzero(down.inside)) * int(np.count_nonzero(across.inside))
        badness = float(np.vdot(near, squares)) / max(1, n_known)
        # In units of half the width, a place is worth as many cells.
        np.multiply(steep_across, -at.gain * half, out=parts[0])
        np.multiply(steep_down, -at.gain * half, out=parts[1])
        np.subtract(parts[0] * -x, parts[1] * y, out=parts[2])  # by 1 / zoom
        parts[3] = sampled
        weighted = flat * np.square(near).reshape(1, -1)
        normal = (weighted @ flat.T).astype(np.float64)
        # Where there is no texture, nothing holds the fit in its place.
        normal.flat[:: len(normal) + 1] += 1e-3
        step = np.linalg.solve(normal, (weighted @ left.reshape(-1)).astype(np.float64)).tolist()
        at = _moved(at, *step)
        if max(abs(step[0]), abs(step[1]), abs(step[2])) < at_rest:
            break
    return at, badness


def _moved(
    at: Registration, right: float, down: float, shrunk: float, gain: float, offset: float
) -> Registration:
    """Return an alignment that goes further by a step, but not out of bounds."""
    return Registration(
        zoom=1 / _between(1 / _MAX_ZOOM, 1 / at.zoom + shrunk, 1 / _MIN_ZOOM),
        right=_between(-_MAX_SHIFT, at.right + right, _MAX_SHIFT),
        down=_between(-_MAX_SHIFT, at.down + down, _MAX_SHIFT),
        gain=_between(_MIN_GAIN, at.gain + gain, _MAX_GAIN),
        offset=at.offset + offset,
    )


def _between(low: float, value: float, high: float) -> float:
    return min(max(value, low), high)


def _halved(grey: Grey) -> Grey:
    rows, columns = grey.shape
    twos = grey[: rows // 2 * 2 : 2] + grey[1::2]
    return (twos[:, : columns // 2 * 2 : 2] + twos[:, 1::2]) * np.float32(0.25)
