"""Measures of where and how a part of the picture changes: what drawings of any kind share.

What is drawn over a picture leaves the rest of it as it was, covers cells with few colours, and is
at work everywhere on its place at any time. What is there in the world stirs what is beside it, has
shades, and is in one place for a while before it is in the next.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.changes.new_content import MAX_NOISE, Grey

# So much of the cells that never change must change by less.
_STIR_QUANTILE: Final = 0.9
_MIN_STAYING: Final = 50
# A cell is covered when it differs by this from what is behind, in grey levels, and by this share
# of the most it ever does.
_COVERS, _COVERS_SHARE = 20.0, 0.6
_MIN_COVERED: Final = 30
# Pictures so far apart, in a row, tell where changes are at other times.
_LATER: Final = 3
# Changes of which fewer cells take part, of the middle one's, lie nowhere to speak of.
_LARGER: Final = 0.3
_MIN_MOVING: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Measures of the cells that change, and of those beside them.

    Attributes:
        stir: grey levels by which nine in ten of the cells that never change by much change from
            one picture to the next, at most.
        staying: how much more two changes after each other have in common (cells of both over
            cells of either) than two that are further apart; -1.0 to 1.0.
        unsteady: standard deviation of how many cells change, over the mean.
        bare: share of what these cells show that is what is behind, to within noise.
        shades: distance of the colours of covered cells from their middle one; the middle one's.
        brighter: share of the covered cells that are brighter than what is behind.
        inner: share of the covered cells that lie among covered ones.
        mirrored: correlation of how often cells change with the same in a mirror, left to right.
        across_4: correlation of the changes with those four columns further; 0.0 of none.
        across_8: likewise, eight columns.
        down_2: likewise, two rows.
        down_4: likewise, four rows.
    """

    stir: float = 0.0
    staying: float = 0.0
    unsteady: float = 0.0
    bare: float = 0.0
    shades: float = 0.0
    brighter: float = 0.0
    inner: float = 0.0
    mirrored: float = 0.0
    across_4: float = 0.0
    across_8: float = 0.0
    down_2: float = 0.0
    down_4: float = 0.0


def pattern(
    pictures: NDArray[np.uint8],
    greys: NDArray[np.float32],
    behind: Grey,
    changes: NDArray[np.bool_],
    moving: NDArray[np.bool_],
) -> Pattern:
    """Measure how pictures of one scene change.

    Args:
        pictures: in their order, shape (n, 54, 96, 3).
        greys: the same without colours, shape (n, 54, 96).
        behind: what each cell shows while nothing is before it, shape (54, 96).
        changes: the cells that changed from each to the next, shape (n - 1, 54, 96).
        moving: the cells that change time and again, shape (54, 96).
    """
    if np.count_nonzero(moving) < _MIN_MOVING:
        return Pattern()
    differences = np.diff(greys, axis=0)
    often = changes.mean(axis=0)
    away = greys - behind
    size = np.abs(away)
    covered = (size > _COVERS_SHARE * size.max(axis=0)) & (size > _COVERS) & moving
    is_covered = np.count_nonzero(covered) > _MIN_COVERED
    moved = np.where(moving, differences, np.float32(0))
    in_moving = changes[:, moving]
    counts = in_moving.sum(axis=1)
    return Pattern(
        stir=_stir(differences, often == 0),
        staying=_staying(in_moving),
        unsteady=float(counts.std()) / max(1.0, float(counts.mean())),
        bare=float(np.mean(size[:, moving] < MAX_NOISE)),
        shades=_shades(pictures[covered]) if is_covered else 0.0,
        brighter=float(np.mean(away[covered] > 0)) if is_covered else 0.0,
        inner=_inner(covered) if is_covered else 0.0,
        mirrored=_correlation(often, often[:, ::-1]),
        across_4=_further(moved, 0, 4),
        across_8=_further(moved, 0, 8),
        down_2=_further(moved, 2, 0),
        down_4=_further(moved, 4, 0),
    )


def _stir(differences: NDArray[np.float32], stays: NDArray[np.bool_]) -> float:
    cells = differences[:, stays] if np.count_nonzero(stays) > _MIN_STAYING else differences
    return float(np.quantile(np.abs(cells), _STIR_QUANTILE))


def _staying(changes: NDArray[np.bool_]) -> float:
    """Return how much more changes after each other have in common; shape (n, n_cells)."""
    cells = changes.astype(np.float32)
    both, sizes = cells @ cells.T, cells.sum(axis=1)
    common = both / np.maximum(1, sizes[:, None] + sizes - both)
    number = np.arange(len(cells))
    apart = np.abs(number[:, None] - number) >= _LATER
    if not apart.any():
        return 0.0
    large = sizes >= _LARGER * np.median(sizes)
    following = np.diagonal(common, 1)[large[1:] & large[:-1]]
    return float(following.mean() if following.size else 0.0) - float(common[apart].mean())


def _shades(colours: NDArray[np.uint8]) -> float:
    points = colours.astype(np.float32)
    return float(np.median(np.linalg.norm(points - np.median(points, axis=0), axis=1)))


def _inner(covered: NDArray[np.bool_]) -> float:
    inner = covered.copy()
    inner[:, 1:] &= covered[:, :-1]
    inner[:, :-1] &= covered[:, 1:]
    inner[:, :, 1:] &= covered[:, :, :-1]
    inner[:, :, :-1] &= covered[:, :, 1:]
    return float(np.count_nonzero(inner)) / np.count_nonzero(covered)


def _correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    one, other = one - one.mean(), other - other.mean()
    energy = float(np.sqrt(np.square(one).sum() * np.square(other).sum()))
    return float((one * other).sum()) / energy if energy else 0.0


def _further(moved: NDArray[np.float32], rows: int, columns: int) -> float:
    """Return the correlation of changes with those so many rows and columns further."""
    height, width = moved.shape[1:]
    here, there = moved[:, : height - rows, : width - columns], moved[:, rows:, columns:]
    energy = float(np.einsum("nij,nij->", moved, moved))
    return float(np.einsum("nij,nij->", here, there)) / energy if energy else 0.0
