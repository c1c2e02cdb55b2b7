"""Selection of the impact levels that a query reads: the most bound for the fewest postings."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiled import compiled
from engine.kernels.forward import Floats

_BISECTIONS: Final = 10

Numbers = NDArray[np.int64]


class Levels(NamedTuple):
    """Posting lists by impact level, shard by shard, tag by tag.

    A list lies block by block, from the largest impact down: what a query reads of a tag in a
    block is one piece, and a row within its block is two bytes.

    Args:
        shard_rows: rows of a shard, which share levels; a multiple of ``block_rows``.
        block_rows: rows of a block, a power of 2, at most 65,536.
        firsts: shape (n_shards * n_tags + 1,); tag t in shard s owns the levels from
            ``firsts[s * n_tags + t]`` to the next.
        uppers: shape (n_levels,), no impact in the level is above.
        slopes: shape (n_levels,), how much reading the level lowers the bound on the unread
            impact, per posting; falling within a tag.
        starts: shape (n_runs + 1,); run r owns ``rows[starts[r]:starts[r + 1]]``. A run is what
            is of one level in one block; see ``Lists.runs``.
        rows: shape (n_postings,), the row within its block, rising within a run.
    """

    shard_rows: int
    block_rows: int
    firsts: NDArray[np.int64]
    uppers: NDArray[np.float32]
    slopes: NDArray[np.float32]
    starts: NDArray[np.int64]
    rows: NDArray[np.uint16]


class Lists(NamedTuple):
    """The posting lists of a query in one shard, one a tag.

    Args:
        units: shape (n,), the weight of each tag, above 0.
        firsts: shape (n,), its first level.
        lasts: shape (n,), the level after its last.
        runs: shape (n,), its first run; block b has the runs from
            ``runs + b * (lasts - firsts)``, one a level.
    """

    units: Floats
    firsts: Numbers
    lasts: Numbers
    runs: Numbers


def _lists(
    levels: Levels, shard: int, n_blocks: int, n_tags: int, tags: Numbers, units: Floats
) -> Lists:
    """Look up the lists of some tags.

    Args:
        levels: the index.
        shard: number of the shard.
        n_blocks: of the shard; all shards before are full.
        n_tags: size of the vocabulary.
        tags: shape (n,).
        units: shape (n,).
    """
    firsts = np.empty(tags.size, dtype=np.int64)
    lasts = np.empty(tags.size, dtype=np.int64)
    runs = np.empty(tags.size, dtype=np.int64)
    before = levels.firsts[shard * n_tags]
    for at in range(tags.size):
        one = shard * n_tags + tags[at]
        firsts[at], lasts[at] = levels.firsts[one], levels.firsts[one + 1]
        runs[at] = before * (levels.shard_rows // levels.block_rows)
        runs[at] += (firsts[at] - before) * n_blocks
    return Lists(units, firsts, lasts, runs)


lists_of = compiled(_lists, always=True)


def _unread(levels: Levels, lists: Lists, minimum: float, depths: Numbers) -> float:
    """Plan to read every level whose slope is worth it.

    Args:
        levels: the index.
        lists: of the query.
        minimum: the least slope x weight that is worth reading.
        depths: filled, shape (n,), the first level of each tag that stays unread.

    Returns:
        The bound on what the unread levels can add to a score.
    """
    bound = 0.0
    for at in range(depths.size):
        low, high = lists.firsts[at], lists.lasts[at]
        while low < high:
            middle = (low + high) // 2
            if levels.slopes[middle] * lists.units[at] >= minimum:
                low = middle + 1
            else:
                high = middle
        depths[at] = low
        if low < lists.lasts[at]:
            bound += lists.units[at] * levels.uppers[low]
    return bound


unread_bound = compiled(_unread, always=True)


def _plan(levels: Levels, lists: Lists, target: float, depths: Numbers) -> float:
    """Plan the least reading that brings the bound on the unread down to ``target``.

    Fills ``depths`` and returns the bound, as ``_unread`` does.
    """
    steepest = 0.0
    for at in range(depths.size):
        if lists.firsts[at] < lists.lasts[at]:
            steepest = max(steepest, lists.units[at] * levels.slopes[lists.firsts[at]])
    # Slopes span many orders of magnitude: halve their logarithm.
    high, low = np.log2(steepest + 1e-30) + 1.0, np.log2(steepest + 1e-30) - 30.0
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if unread_bound(levels, lists, 2.0**middle, depths) <= target:
            low = middle
        else:
            high = middle
    bound = unread_bound(levels, lists, 2.0**low, depths)
    if bound <= target:
        return bound
    return unread_bound(levels, lists, 0.0, depths)


plan = compiled(_plan, always=True)
