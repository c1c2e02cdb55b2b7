"""Cutting posting lists into impact levels.

Impacts are first counted in narrow bands, equally wide in the impact's square root. A level is a
run of bands. Reading a level of n postings overrates them by n x half its width; over all levels
that is least when the edges are as dense as the square root of the postings' density
(Panter, Dite 1951, for the absolute error), so each level gets an equal part of the sum, over its
bands, of sqrt(postings x width). That follows the data: where impacts crowd, levels are narrow.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiled import compiled
from engine.kernels.forward import ForwardRows, term_frequency

MOST_LEVELS: Final = 24
_LEVEL_POSTINGS: Final = 24
"""A tag with fewer postings than this a level gets fewer levels."""

_LEVEL_COST: Final = 24.0
"""What starting to read a level costs, in postings."""

_UPWARD: Final = 1.0 + 1e-5

Counts = NDArray[np.int32]
Starts = NDArray[np.int64]
Level = NDArray[np.uint8]


def _impact(forward: ForwardRows, row: int, at: int) -> float:
    weight = term_frequency(forward.counts[at], forward.tf) * forward.idf[forward.tags[at]]
    return float(weight * forward.scales[row])


impact_of = compiled(_impact)


def _greatest(forward: ForwardRows) -> float:
    """Return the greatest impact of all."""
    greatest = 0.0
    for row in range(forward.scales.size):
        for at in range(forward.starts[row], forward.starts[row + 1]):
            greatest = max(greatest, impact_of(forward, row, at))
    return greatest


greatest_impact = compiled(_greatest)


def _band(impact: float, greatest: float, n_bands: int) -> int:
    """Return the band of an impact, 0 for the greatest."""
    return n_bands - 1 - min(n_bands - 1, int(np.sqrt(impact / greatest) * n_bands))


band_of = compiled(_band)


def _upper(band: int, greatest: float, n_bands: int) -> float:
    """Return what no impact of a band is above."""
    return greatest * ((n_bands - band) / n_bands) ** 2 * _UPWARD


upper_of = compiled(_upper)


def _count(
    forward: ForwardRows, first_row: int, end_row: int, greatest: float, counts: Counts
) -> None:
    """Count the postings of some rows by tag and band; ``counts`` has shape (n_tags, n_bands)."""
    n_bands = counts.shape[1]
    for row in range(first_row, end_row):
        for at in range(forward.starts[row], forward.starts[row + 1]):
            band = band_of(impact_of(forward, row, at), greatest, n_bands)
            counts[forward.tags[at], band] += 1


count_bands = compiled(_count)


def _cut(counts: Counts, greatest: float, level_of: Level, uppers: NDArray[np.float32]) -> int:
    """Cut one tag's bands into levels.

    Args:
        counts: shape (n_bands,), the tag's postings in each band.
        greatest: the greatest impact of all tags.
        level_of: filled, shape (n_bands,), the level of each band.
        uppers: filled, shape (MOST_LEVELS,), the upper edge of each level.

    Returns:
        How many levels there are; none is empty.
    """
    n_bands = counts.size
    n_postings, total = 0, 0.0
    for band in range(n_bands):
        n_postings += counts[band]
        total += np.sqrt(counts[band] * (2.0 * (n_bands - band) - 1.0))
    most = min(MOST_LEVELS, 1 + n_postings // _LEVEL_POSTINGS)
    n_levels, gone, level_end = 0, 0.0, 0.0
    for band in range(n_bands):
        if counts[band] > 0:
            if n_levels == 0 or (gone >= level_end and n_levels < most):
                uppers[n_levels] = upper_of(band, greatest, n_bands)
                n_levels += 1
                level_end = total * n_levels / most
            gone += np.sqrt(counts[band] * (2.0 * (n_bands - band) - 1.0))
        level_of[band] = max(0, n_levels - 1)
    return n_levels


cut_levels = compiled(_cut)


def _slopes(
    sizes: Starts, uppers: NDArray[np.float32], n_levels: int, slopes: NDArray[np.float32]
) -> None:
    """Fill ``slopes`` with the lower convex hull of bound over postings read, level by level.

    Neighbours whose slopes would rise are pooled, so that what is worth reading is a prefix.
    """
    drops = np.empty(n_levels, dtype=np.float64)
    costs = np.empty(n_levels, dtype=np.float64)
    ends = np.empty(n_levels, dtype=np.int64)
    n_pools = 0
    for level in range(n_levels):
        below = uppers[level + 1] if level + 1 < n_levels else np.float32(0.0)
        drops[n_pools] = uppers[level] - below
        costs[n_pools] = sizes[level] + _LEVEL_COST
        ends[n_pools] = level + 1
        n_pools += 1
        while n_pools > 1 and (
            drops[n_pools - 1] * costs[n_pools - 2] >= drops[n_pools - 2] * costs[n_pools - 1]
        ):
            n_pools -= 1
            drops[n_pools - 1] += drops[n_pools]
            costs[n_pools - 1] += costs[n_pools]
            ends[n_pools - 1] = ends[n_pools]
    level = 0
    for pool in range(n_pools):
        while level < ends[pool]:
            slopes[level] = drops[pool] / costs[pool]
            level += 1


hull_slopes = compiled(_slopes)


def _cut_all(
    counts: Counts,
    greatest: float,
    first: int,
    firsts: Starts,
    uppers: NDArray[np.float32],
    slopes: NDArray[np.float32],
    starts: Starts,
    level_of: Level,
) -> int:
    """Cut every tag of a shard into levels.

    Args:
        counts: shape (n_tags, n_bands).
        greatest: the greatest impact of all tags.
        first: the levels made before this shard.
        firsts: filled, shape (n_tags,), the level after the last of each tag.
        uppers: filled from ``first`` on.
        slopes: filled from ``first`` on.
        starts: filled from ``first + 1`` on; ``starts[first]`` must be right.
        level_of: filled, shape (n_tags, n_bands), the level of each band within its tag.

    Returns:
        How many levels there are now.
    """
    sizes = np.empty(MOST_LEVELS, dtype=np.int64)
    for tag in range(counts.shape[0]):
        n_levels = cut_levels(counts[tag], greatest, level_of[tag], uppers[first:])
        sizes[:] = 0
        if n_levels > 0:
            for band in range(counts.shape[1]):
                sizes[level_of[tag, band]] += counts[tag, band]
        hull_slopes(sizes, uppers[first:], n_levels, slopes[first:])
        for level in range(n_levels):
            starts[first + level + 1] = starts[first + level] + sizes[level]
        first += n_levels
        firsts[tag] = first
    return first


cut_shard = compiled(_cut_all)


def _fill(
    forward: ForwardRows,
    first_row: int,
    end_row: int,
    greatest: float,
    firsts: Starts,
    level_of: Level,
    free: Starts,
    rows: NDArray[np.uint32],
) -> None:
    """Write every posting of some rows into its level.

    Args:
        forward: the rows.
        first_row: the first of the shard.
        end_row: the row after its last.
        greatest: the greatest impact of all.
        firsts: shape (n_tags,), the first level of each tag.
        level_of: shape (n_tags, n_bands), the level of each band within its tag.
        free: where the next posting of each level goes; moved on.
        rows: filled.
    """
    n_bands = level_of.shape[1]
    for row in range(first_row, end_row):
        for at in range(forward.starts[row], forward.starts[row + 1]):
            tag = forward.tags[at]
            band = band_of(impact_of(forward, row, at), greatest, n_bands)
            level = firsts[tag] + level_of[tag, band]
            rows[free[level]] = row - first_row
            free[level] += 1


fill_levels = compiled(_fill)
