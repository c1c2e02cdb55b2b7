"""The search by impact level: read the postings that can matter, score few videos exactly.

Every posting list is cut into levels by impact, and a level keeps only its rows: its upper edge
stands for the impact of each. A query reads levels in the order of how much they lower, per
posting, the bound on what is still unread, and adds upper edges to 16-bit accumulators. These
never fall below what a video really gathered so far; so a video whose accumulator, with all that
is unread on top, does not reach the k-th best score cannot be among the best. The others are
scored exactly. Levels of tags that weigh below 0 are not read: they only lower a score.
(The idea of ordering postings by impact: Anh, de Kretser, Moffat 2001, "Vector-space ranking with
effective early termination"; here the termination is exact.)
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.kernels.best import LEAST, floor_of_key, push, unload
from engine.kernels.compiled import compiled
from engine.kernels.forward import (
    BATCH_ROWS,
    Floats,
    ForwardRows,
    Found,
    Queries,
    offer_rows,
    spread,
    wipe,
)

BLOCK_ROWS: Final = 64
_WORD_ROWS: Final = 4
_BLOCK_WORDS: Final = BLOCK_ROWS // _WORD_ROWS

_FULL: Final = 32_767
"""The greatest accumulator; its 16th bit is the scan's."""

_SEED_BOUND: Final = 0.45
"""The bound on the unread, a score, at which a first guess at the k best is scored."""

_STOP_BOUND: Final = 0.2
"""The bound, as a part of the k-th best score, at which reading stops: reading on costs more than
scoring the candidates it would rule out."""

_WALK_PART: Final = 16
"""Up to this part of the rows, looking again at what was read is quicker than at every row."""

_BISECTIONS: Final = 14
_BOUND_MARGIN: Final = 1e-6

_HIGH_BITS: Final = np.uint64(0x8000_8000_8000_8000)
_LANES: Final = np.uint64(0x0001_0001_0001_0001)

Sums = NDArray[np.uint16]
Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]


class Levels(NamedTuple):
    """Posting lists by impact level, shard by shard, tag by tag, from the greatest impact down.

    Args:
        shard_rows: rows of a shard; a multiple of ``BLOCK_ROWS``.
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
    levels: Levels, firsts: Numbers, lasts: Numbers, units: Floats, least: float, depths: Numbers
) -> float:
    """Plan to read every level whose slope is worth it.

    Args:
        levels: the index.
        firsts: shape (n,), the first level of each tag of the query.
        lasts: shape (n,), the level after its last.
        units: shape (n,), the weight of each tag, above 0.
        least: the least slope x weight that is worth reading.
        depths: filled, shape (n,), the first level of each tag that stays unread.

    Returns:
        The bound on what the unread levels can add to a score.
    """
    bound = 0.0
    for at in range(firsts.size):
        low, high = firsts[at], lasts[at]
        while low < high:
            middle = (low + high) // 2
            if levels.slopes[middle] * units[at] >= least:
                low = middle + 1
            else:
                high = middle
        depths[at] = low
        if low < lasts[at]:
            bound += units[at] * levels.uppers[low]
    return bound


unread_bound = compiled(_unread)


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


plan = compiled(_plan)


def _read(
    levels: Levels,
    froms: Numbers,
    depths: Numbers,
    units: Floats,
    scale: float,
    sums: Sums,
) -> int:
    """Add the levels from ``froms`` to ``depths`` of every tag; return how many postings."""
    n_read = 0
    for at in range(froms.size):
        for level in range(froms[at], depths[at]):
            step = np.uint16(int(units[at] * levels.uppers[level] * scale) + 1)
            start, end = levels.starts[level], levels.starts[level + 1]
            for posting in range(start, end):
                sums[levels.rows[posting]] += step
            n_read += end - start
    return n_read


read_levels = compiled(_read)


def _reaches(words: Words, block: int, short: np.uint64) -> bool:
    """Tell whether any accumulator of a block reaches a value.

    Args:
        words: the accumulators, four a word, each below 2^15.
        block: which block.
        short: 2^15 less the value, in each quarter of the word: adding it sets the high bit.
    """
    seen = np.uint64(0)
    for word in range(block * _BLOCK_WORDS, (block + 1) * _BLOCK_WORDS):
        seen |= words[word] + short
    return bool(seen & _HIGH_BITS)


block_reaches = compiled(_reaches)


def _short(value: int) -> np.uint64:
    return np.uint64(_FULL + 1 - value) * _LANES


short_of = compiled(_short)


def _seed(
    forward: ForwardRows,
    first_row: int,
    n_rows: int,
    passes: NDArray[np.bool_],
    weights: Floats,
    sums: Sums,
    k: int,
    most: NDArray[np.int64],
    keys: NDArray[np.int64],
    scores: Floats,
    sink: Numbers,
) -> float:
    """Return a score that at least k rows reach, or ``LEAST``.

    Those with the greatest accumulators are scored exactly.
    """
    words = sums.view(np.uint64)
    unused = np.empty(most.size, dtype=np.float64)
    n_most, needed = 0, 1
    for block in range((n_rows + BLOCK_ROWS - 1) // BLOCK_ROWS):
        if not block_reaches(words, block, short_of(needed)):
            continue
        for row in range(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS):
            if sums[row] < needed or (passes.size > 0 and not passes[first_row + row]):
                continue
            n_most = push(most, unused, n_most, most.size, (int(sums[row]) << 32) + row, 0.0)
            if n_most == most.size:
                needed = min((most[0] >> 32) + 1, _FULL)
    rows = first_row + (most[:n_most] & 0xFFFF_FFFF)
    size = 0
    for at in range(0, n_most, BATCH_ROWS):
        some = rows[at : at + BATCH_ROWS]
        size = offer_rows(forward, some, weights, LEAST, keys, scores, size, sink)
    return floor_of_key(keys[0]) if size == k else LEAST


seed_score = compiled(_seed)


def _walk(
    levels: Levels,
    firsts: Numbers,
    depths: Numbers,
    needed: int,
    sums: Sums,
    first_row: int,
    passes: NDArray[np.bool_],
    candidates: Numbers,
) -> int:
    """Collect the rows that reach a value by walking over what was read, and reset them.

    Args:
        levels: the index.
        firsts: shape (n,), the first level of each tag of the query.
        depths: shape (n,), the level after the last that was read.
        needed: what an accumulator must reach.
        sums: the accumulators; all 0 after.
        first_row: the first of the shard.
        passes: the rows that may be found, or (0,) for all.
        candidates: filled; as long as postings were read.

    Returns:
        How many candidates there are.
    """
    n_candidates = 0
    for at in range(firsts.size):
        for posting in range(levels.starts[firsts[at]], levels.starts[depths[at]]):
            row = levels.rows[posting]
            reaches = sums[row] >= needed
            sums[row] = 0
            if reaches and (passes.size == 0 or passes[first_row + row]):
                candidates[n_candidates] = first_row + row
                n_candidates += 1
    return n_candidates


walk_read = compiled(_walk)


def _search(
    forward: ForwardRows,
    levels: Levels,
    queries: Queries,
    passes: NDArray[np.bool_],
    weights: Floats,
    sums: Sums,
    found: Found,
    work: Numbers,
) -> None:
    """Find the best videos for every query.

    Args:
        forward: the exact scores come from here.
        levels: made of the same rows.
        queries: what to look for.
        passes: shape (n_videos,), the rows that may be found, or (0,) for all.
        weights: scratch, shape (n_tags,), all 0 before and after.
        sums: scratch, shape (shard_rows,), all 0 before and after.
        found: filled, best first.
        work: shape (2,), the postings read and the rows scored are added.
    """
    k = found.keys.shape[1]
    n_videos = forward.scales.size
    n_tags = weights.size
    words = sums.view(np.uint64)
    most = np.empty(2 * k, dtype=np.int64)
    seed_keys = np.empty(k, dtype=np.int64)
    seed_scores = np.empty(k, dtype=np.float64)
    batch = np.empty(BATCH_ROWS, dtype=np.int64)
    sink = np.empty(1, dtype=np.int64)
    for query in range(queries.starts.size - 1):
        keys, scores, size = found.keys[query], found.scores[query], 0
        own = slice(queries.starts[query], spread(queries, query, forward.idf, weights))
        wanted = queries.units[own] > 0.0
        units, tags = queries.units[own][wanted], queries.tags[own][wanted]
        depths = np.empty(tags.size, dtype=np.int64)
        for first_row in range(0, n_videos, levels.shard_rows):
            n_rows = min(levels.shard_rows, n_videos - first_row)
            lists = first_row // levels.shard_rows * n_tags + tags
            firsts, lasts = levels.firsts[lists], levels.firsts[lists + 1]
            tops = firsts
            enough = floor_of_key(keys[0]) if size == k else LEAST
            most_sum = unread_bound(levels, firsts, lasts, units, np.inf, depths)
            if most_sum < enough:
                continue
            # No sum of rounded-up steps can pass the accumulators' greatest value.
            scale = (_FULL - tags.size - 1) / most_sum
            n_read = 0
            if size < k:
                bound = plan(levels, firsts, lasts, units, _SEED_BOUND, depths)
                n_read += read_levels(levels, firsts, depths, units, scale, sums)
                firsts = depths.copy()
                if bound > 0.0:
                    seed = seed_score(
                        forward,
                        first_row,
                        n_rows,
                        passes,
                        weights,
                        sums,
                        k,
                        most,
                        seed_keys,
                        seed_scores,
                        sink,
                    )
                    work[1] += 2 * k
                    enough = max(enough, seed)
            bound = plan(levels, firsts, lasts, units, _STOP_BOUND * enough, depths)
            n_read += read_levels(levels, firsts, depths, units, scale, sums)
            work[0] += n_read
            needed = max(1, int((enough - bound - _BOUND_MARGIN) * scale))
            if n_read < n_rows // _WALK_PART:
                candidates = np.empty(n_read, dtype=np.int64)
                n_candidates = walk_read(
                    levels, tops, depths, needed, sums, first_row, passes, candidates
                )
                for at in range(0, n_candidates, BATCH_ROWS):
                    some = candidates[at : min(at + BATCH_ROWS, n_candidates)]
                    size = offer_rows(forward, some, weights, enough, keys, scores, size, sink)
                work[1] += n_candidates
                continue
            n_batch = 0
            for block in range((n_rows + BLOCK_ROWS - 1) // BLOCK_ROWS):
                if needed > _FULL or not block_reaches(words, block, short_of(needed)):
                    continue
                for at in range(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS):
                    row = first_row + at
                    if sums[at] < needed or (passes.size > 0 and not passes[row]):
                        continue
                    batch[n_batch] = row
                    n_batch += 1
                    if n_batch == BATCH_ROWS:
                        size = offer_rows(forward, batch, weights, enough, keys, scores, size, sink)
                        work[1] += n_batch
                        n_batch = 0
                        if size == k:
                            enough = max(enough, floor_of_key(keys[0]))
                        needed = max(1, int((enough - bound - _BOUND_MARGIN) * scale))
            size = offer_rows(forward, batch[:n_batch], weights, enough, keys, scores, size, sink)
            work[1] += n_batch
            words[: (n_rows + _WORD_ROWS - 1) // _WORD_ROWS] = 0
        wipe(queries, query, weights)
        unload(keys, scores, size)
        found.sizes[query] = size


search_levels = compiled(_search)
