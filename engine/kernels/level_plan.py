"""Selection of the impact levels that a query reads: the most bound for the fewest postings."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiled import compiled
from engine.kernels.forward import Floats

_BISECTIONS: Final = 10

Numbers = NDArray[np.int64]


class Levels(NamedTuple):
    """Posting lists by impact level, shard by shard, tag by tag, from the largest impact down.

    Args:
        shard_rows: rows of a shard; a multiple of ``STRIP_ROWS``.
        firsts: shape (n_shards * n_tags + 1,); tag t in shard s owns the levels from
            ``firsts[s * n_tags + t]`` to the next.
        uppers: shape (n_levels,), no impact in the level is above.
        slopes: shape (n_levels,), how much reading the level lowers the bound on the unread
            impact, per posting; falling within a tag.
        starts: shape (n_levels + 1,); level l owns ``rows[starts[l]:starts[l + 1]]``.
        rows: shape (n_postings,), the row within its shard, rising within a level.
    """

    shard_rows: int
    firsts: NDArray[np.int64]
    uppers: NDArray[np.float32]
    slopes: NDArray[np.float32]
    starts: NDArray[np.int64]
    rows: NDArray[np.uint32]


def _unread(
    levels: Levels, firsts: Numbers, lasts: Numbers, units: Floats, minimum: float, depths: Numbers
) -> float:
    """Plan to read every level whose slope is worth it.

    Args:
        levels: the index.
        firsts: shape (n,), the first level of each tag of the query.
        lasts: shape (n,), the level after its last.
        units: shape (n,), the weight of each tag, above 0.
        minimum: the least slope x weight that is worth reading.
        depths: filled, shape (n,), the first level of each tag that stays unread.

    Returns:
        The bound on what the unread levels can add to a score.
    """
    bound = 0.0
    for at in range(firsts.size):
        low, high = firsts[at], lasts[at]
        while low < high:
            middle = (low + high) // 2
            if levels.slopes[middle] * units[at] >= minimum:
                low = middle + 1
            else:
                high = middle
        depths[at] = low
        if low < lasts[at]:
            bound += units[at] * levels.uppers[low]
    return bound


unread_bound = compiled(_unread, always=True)


def _plan(
    levels: Levels, firsts: Numbers, lasts: Numbers, units: Floats, target: float, depths: Numbers
) -> float:
    """Plan the least reading that brings the bound on the unread down to ``target``.

    Fills ``depths`` and returns the bound, as ``_unread`` does.
    """
    steepest = 0.0
    for at in range(firsts.size):
        if firsts[at] < lasts[at]:
            steepest = max(steepest, units[at] * levels.slopes[firsts[at]])
    # Slopes span many orders of magnitude: halve their logarithm.
    high, low = np.log2(steepest + 1e-30) + 1.0, np.log2(steepest + 1e-30) - 30.0
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if unread_bound(levels, firsts, lasts, units, 2.0**middle, depths) <= target:
            low = middle
        else:
            high = middle
    bound = unread_bound(levels, firsts, lasts, units, 2.0**low, depths)
    if bound <= target:
        return bound
    return unread_bound(levels, firsts, lasts, units, 0.0, depths)


plan = compiled(_plan, always=True)
