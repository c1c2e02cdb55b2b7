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

from typing import Final

import numpy as np

from engine.kernels.best import MIN_MATCH_SCORE, Keys, Scores, floor_of_key, unload
from engine.kernels.compiled import compiled
from engine.kernels.forward import (
    BATCH_ROWS,
    Floats,
    ForwardRows,
    Queries,
    TopRows,
    offer_rows,
    spread,
    wipe,
)
from engine.kernels.level_plan import Levels, Numbers, lists_of, plan, unread_bound
from engine.kernels.level_sums import (
    FULL,
    Passes,
    Sums,
    read_levels,
    row_of,
    scan_sums,
    sum_of,
    top_sums,
    walk_sums,
)

_SEED_BOUND: Final = 0.45
"""The bound on the unread, a score, at which a first guess at the k best is scored."""

_SEED_PART: Final = 4
"""One block of so many is gone over for that guess, and again later."""

_STOP_BOUND: Final = 0.2
"""The bound, as a part of the k-th best score, at which reading stops: reading on costs more than
scoring the candidates it would rule out."""

_WALK_PART: Final = 16
"""Up to this part of a block's rows, looking again at what was read is quicker than at each."""

_BOUND_MARGIN: Final = 1e-6


def _needed(enough: float, bound: float, scale: float) -> int:
    """Return what the accumulator of a row reaches that can score ``enough``."""
    return max(1, int((enough - bound - _BOUND_MARGIN) * scale))


needed_sum = compiled(_needed, always=True)


def _seed(
    forward: ForwardRows,
    top: Numbers,
    weights: Floats,
    keys: Keys,
    scores: Scores,
    sink: Numbers,
) -> float:
    """Return a score that at least k rows reach, or ``MIN_MATCH_SCORE``.

    Args:
        forward: the rows.
        top: candidates, scored exactly.
        weights: shape (n_tags,), the dense query.
        keys: scratch, shape (k,).
        scores: scratch, shape (k,).
        sink: shape (1,), written to.
    """
    rows = np.empty(top.size, dtype=np.int64)
    for at in range(top.size):
        rows[at] = row_of(top[at])
    size = 0
    for at in range(0, rows.size, BATCH_ROWS):
        some = rows[at : at + BATCH_ROWS]
        size = offer_rows(forward, some, weights, MIN_MATCH_SCORE, keys, scores, size, sink)
    return floor_of_key(keys[0]) if size == keys.size else MIN_MATCH_SCORE


seed_score = compiled(_seed, always=True)


def _offer(
    forward: ForwardRows,
    candidates: Numbers,
    weights: Floats,
    enough: float,
    bound: float,
    scale: float,
    keys: Keys,
    scores: Scores,
    size: int,
    sink: Numbers,
    work: Numbers,
) -> int:
    """Score candidates exactly, the largest accumulator first, until no more can matter.

    Args:
        forward: the rows.
        candidates: reordered.
        weights: shape (n_tags,), the dense query.
        enough: the least score of interest.
        bound: what the unread levels can add to a score.
        scale: of the accumulators.
        keys: shape (k,), the heap of the best.
        scores: shape (k,), aligned with ``keys``.
        size: how many are in the heap.
        sink: shape (1,), written to.
        work: the rows scored are added to ``work[1]``.

    Returns:
        How many are in the heap now.
    """
    candidates.sort()
    batch = np.empty(BATCH_ROWS, dtype=np.int64)
    left = candidates.size
    while left > 0:
        if size == keys.size:
            enough = max(enough, floor_of_key(keys[0]))
        needed = needed_sum(enough, bound, scale)
        n_batch = 0
        while left > 0 and n_batch < batch.size and sum_of(candidates[left - 1]) >= needed:
            left -= 1
            batch[n_batch] = row_of(candidates[left])
            n_batch += 1
        if n_batch == 0:
            break
        size = offer_rows(forward, batch[:n_batch], weights, enough, keys, scores, size, sink)
        work[1] += n_batch
    return size


offer_candidates = compiled(_offer, always=True)


def _search(
    forward: ForwardRows,
    levels: Levels,
    queries: Queries,
    passes: Passes,
    weights: Floats,
    sums: Sums,
    candidates: Numbers,
    hits: TopRows,
    work: Numbers,
) -> None:
    """Find the best videos for every query.

    Args:
        forward: the exact scores come from here.
        levels: made of the same rows.
        queries: the queries.
        passes: shape (n_videos,), the rows that may be found, or (0,) for all.
        weights: scratch, shape (n_tags,), all 0 before and after.
        sums: scratch, as long as a block, all 0 before and after.
        candidates: scratch, shape (shard_rows,).
        hits: filled, best first.
        work: shape (2,), the postings read and the rows scored are added.
    """
    k = hits.rows.shape[1]
    n_videos = forward.scales.size
    n_tags = weights.size
    block_rows = levels.block_rows
    top = np.empty(2 * k, dtype=np.int64)
    seed_keys = np.empty(k, dtype=np.int64)
    seed_scores = np.empty(k, dtype=np.float64)
    sink = np.empty(1, dtype=np.int64)
    for query in range(queries.starts.size - 1):
        keys, scores, size = hits.rows[query], hits.scores[query], 0
        own = slice(queries.starts[query], spread(queries, query, forward.idf, weights))
        is_positive = queries.units[own] > 0.0
        units, tags = queries.units[own][is_positive], queries.tags[own][is_positive]
        depths = np.empty(tags.size, dtype=np.int64)
        for first_row in range(0, n_videos, levels.shard_rows):
            end_row = min(first_row + levels.shard_rows, n_videos)
            shard, n_blocks = first_row // levels.shard_rows, -((first_row - end_row) // block_rows)
            lists = lists_of(levels, shard, n_blocks, n_tags, tags, units)
            enough = floor_of_key(keys[0]) if size == k else MIN_MATCH_SCORE
            max_sum = unread_bound(levels, lists, np.inf, depths)
            if max_sum < enough:
                continue
            # No sum of rounded-up steps can pass the accumulators' largest value.
            scale = (FULL - tags.size - 1) / max_sum
            if size < k and plan(levels, lists, _SEED_BOUND, depths) > 0.0:
                n_top = 0
                for block in range(max(1, n_blocks // _SEED_PART)):
                    first = first_row + block * block_rows
                    work[0] += read_levels(levels, lists, block, depths, scale, sums)
                    n_top = top_sums(levels, lists, block, depths, sums, first, passes, top, n_top)
                seed = seed_score(forward, top[:n_top], weights, seed_keys, seed_scores, sink)
                work[1] += n_top
                enough = max(enough, seed)
            bound = plan(levels, lists, _STOP_BOUND * enough, depths)
            needed, n_candidates = needed_sum(enough, bound, scale), 0
            for block in range(n_blocks):
                first = first_row + block * block_rows
                n_read = read_levels(levels, lists, block, depths, scale, sums)
                work[0] += n_read
                if n_read < block_rows // _WALK_PART:
                    n_candidates = walk_sums(
                        levels,
                        lists,
                        block,
                        depths,
                        needed,
                        sums,
                        first,
                        passes,
                        candidates,
                        n_candidates,
                    )
                else:
                    n_rows = min(block_rows, end_row - first)
                    n_candidates = scan_sums(
                        n_rows, needed, sums, first, passes, candidates, n_candidates
                    )
            size = offer_candidates(
                forward,
                candidates[:n_candidates],
                weights,
                enough,
                bound,
                scale,
                keys,
                scores,
                size,
                sink,
                work,
            )
        wipe(queries, query, weights)
        unload(keys, scores, size)
        hits.sizes[query] = size


search_levels = compiled(_search, always=True)
