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

N_BANDS: Final = 256
MAX_LEVELS: Final = 24
_RUN_POSTINGS: Final = 16
"""A tag with fewer postings than this a level and block gets fewer levels."""

_RUN_COST: Final = 8.0
"""Cost of starting to read a level in a block, in postings."""

_UPWARD: Final = 1.0 + 1e-5

Starts = NDArray[np.int64]
Rows = NDArray[np.uint32]
BlockRows = NDArray[np.uint16]


def _band(impact: float, max_impact: float) -> int:
    """Return the band of an impact, 0 for the largest."""
    return N_BANDS - 1 - min(N_BANDS - 1, int(np.sqrt(impact / max_impact) * N_BANDS))


band_of = compiled(_band, always=True)


def _upper(band: int, max_impact: float) -> float:
    """Return what no impact of a band is above."""
    return max_impact * ((N_BANDS - band) / N_BANDS) ** 2 * _UPWARD


upper_of = compiled(_upper, always=True)


def _gather(
    forward: ForwardRows,
    first_row: int,
    first_tag: int,
    end_tag: int,
    max_impact: float,
    cursors: Starts,
    free: Starts,
    rows: Rows,
    bands: NDArray[np.uint8],
) -> None:
    """Bring the postings of a run of tags, on some rows, into the order of the tags.

    Args:
        forward: the rows.
        first_row: the first of the shard.
        first_tag: of the run.
        end_tag: the tag after its last.
        max_impact: no impact is above.
        cursors: shape (n_rows,), the first posting of each row of the shard whose tag is not
            below ``first_tag``; moved on to ``end_tag``.
        free: shape (end_tag - first_tag,), where the next posting of each tag goes; moved on.
        rows: filled, the row within the shard of each posting.
        bands: filled, its band.
    """
    for own in range(cursors.size):
        row = first_row + own
        at, end = cursors[own], forward.starts[row + 1]
        while at < end and forward.tags[at] < end_tag:
            tag = forward.tags[at]
            weight = term_frequency(forward.counts[at], forward.tf) * forward.idf[tag]
            to = free[tag - first_tag]
            rows[to] = own
            bands[to] = band_of(weight * forward.scales[row], max_impact)
            free[tag - first_tag] = to + 1
            at += 1
        cursors[own] = at


gather_postings = compiled(_gather, always=True)


def _cut(
    counts: Starts,
    n_blocks: int,
    max_impact: float,
    level_of: Starts,
    uppers: NDArray[np.float32],
) -> int:
    """Cut one tag's bands into levels.

    Args:
        counts: shape (N_BANDS,), the tag's postings in each band.
        n_blocks: that its postings are spread over.
        max_impact: no impact is above.
        level_of: filled, shape (N_BANDS,), the level of each band.
        uppers: filled, shape (MAX_LEVELS,), the upper edge of each level.

    Returns:
        How many levels there are; none is empty.
    """
    n_postings, total = 0, 0.0
    for band in range(N_BANDS):
        n_postings += counts[band]
        total += np.sqrt(counts[band] * (2.0 * (N_BANDS - band) - 1.0))
    n_max = min(MAX_LEVELS, 1 + n_postings // (_RUN_POSTINGS * n_blocks))
    n_levels, gone, level_end = 0, 0.0, 0.0
    for band in range(N_BANDS):
        if counts[band] > 0:
            if n_levels == 0 or (gone >= level_end and n_levels < n_max):
                uppers[n_levels] = upper_of(band, max_impact)
                n_levels += 1
                level_end = total * n_levels / n_max
            gone += np.sqrt(counts[band] * (2.0 * (N_BANDS - band) - 1.0))
        level_of[band] = max(0, n_levels - 1)
    return n_levels


cut_levels = compiled(_cut, always=True)


def _slopes(
    sizes: Starts,
    uppers: NDArray[np.float32],
    n_levels: int,
    n_blocks: int,
    slopes: NDArray[np.float32],
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
        costs[n_pools] = sizes[level] + _RUN_COST * n_blocks
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


hull_slopes = compiled(_slopes, always=True)


def _cut_tags(
    gathered: Rows,
    bands: NDArray[np.uint8],
    tag_starts: Starts,
    max_impact: float,
    block_rows: int,
    n_blocks: int,
    firsts: Starts,
    uppers: NDArray[np.float32],
    slopes: NDArray[np.float32],
    starts: Starts,
    rows: BlockRows,
) -> int:
    """Cut the posting lists of a run of tags into levels, each list block by block.

    Args:
        gathered: shape (n_postings,), rows within the shard, tag by tag.
        bands: shape (n_postings,), aligned with ``gathered``.
        tag_starts: shape (n_tags + 1,); tag t owns ``gathered[tag_starts[t]:tag_starts[t + 1]]``.
        max_impact: no impact is above.
        block_rows: rows of a block, a power of 2.
        n_blocks: of the shard.
        firsts: filled, shape (n_tags,), the level after the last of each tag.
        uppers: filled, the upper edge of each level.
        slopes: filled, aligned with ``uppers``.
        starts: filled from 1 on, the posting after the last of each level in a block, ``n_blocks``
            a level; ``starts[0]`` is 0.
        rows: filled, shape (n_postings,), rows within the block, rising within a level.

    Returns:
        How many levels there are.
    """
    of_blocks = np.empty((n_blocks, N_BANDS), dtype=np.int64)
    counts = np.empty(N_BANDS, dtype=np.int64)
    level_of = np.empty(N_BANDS, dtype=np.int64)
    sizes = np.empty(MAX_LEVELS, dtype=np.int64)
    free = np.empty((n_blocks, MAX_LEVELS), dtype=np.int64)
    first, run, bits = 0, 0, 0
    while 1 << bits < block_rows:
        bits += 1
    for tag in range(firsts.size):
        start, end = tag_starts[tag], tag_starts[tag + 1]
        if start < end:
            of_blocks[:] = 0
            for at in range(start, end):
                of_blocks[gathered[at] >> bits, bands[at]] += 1
            counts[:] = 0
            for block in range(n_blocks):
                for band in range(N_BANDS):
                    counts[band] += of_blocks[block, band]
            n_levels = cut_levels(counts, n_blocks, max_impact, level_of, uppers[first:])
            sizes[:] = 0
            free[:] = 0
            for band in range(N_BANDS):
                sizes[level_of[band]] += counts[band]
                for block in range(n_blocks):
                    free[block, level_of[band]] += of_blocks[block, band]
            hull_slopes(sizes, uppers[first:], n_levels, n_blocks, slopes[first:])
            for block in range(n_blocks):
                for level in range(n_levels):
                    size = free[block, level]
                    free[block, level] = starts[run]
                    starts[run + 1] = starts[run] + size
                    run += 1
            for at in range(start, end):
                block, level = gathered[at] >> bits, level_of[bands[at]]
                rows[free[block, level]] = gathered[at] & (block_rows - 1)
                free[block, level] += 1
            first += n_levels
        firsts[tag] = first
    return first


cut_tags = compiled(_cut_tags, always=True)
