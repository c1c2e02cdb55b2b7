"""The plain search: add up every posting of the query, keep the best.

Term at a time. Rows are taken 65,536 at a time, so that the accumulators stay in the processor's
second-level cache and a row within its chunk is two bytes.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.kernels.best import MIN_MATCH_SCORE, floor_of_key, key_of, push, unload
from engine.kernels.compiled import compiled
from engine.kernels.forward import (
    Floats,
    ForwardRows,
    Queries,
    TopRows,
    score_row,
    spread,
    term_frequency,
    wipe,
)

CHUNK_ROWS: Final = 65_536
_BLOCK_ROWS: Final = 64


class PlainPostings(NamedTuple):
    """Posting lists with their impacts, chunk of rows by chunk of rows, tag by tag.

    Args:
        starts: shape (n_chunks * n_tags + 1,); tag t in chunk c owns the postings from
            ``starts[c * n_tags + t]`` to the next.
        rows: shape (n_postings,), the row within its chunk, rising within a tag.
        impacts: shape (n_postings,), aligned with ``rows``.
    """

    starts: NDArray[np.int64]
    rows: NDArray[np.uint16]
    impacts: NDArray[np.float32]


def _build(
    forward: ForwardRows,
    first_row: int,
    end_row: int,
    starts: NDArray[np.int64],
    rows: NDArray[np.uint16],
    impacts: NDArray[np.float32],
) -> None:
    """Turn one chunk of rows into posting lists.

    Args:
        forward: the rows.
        first_row: the first of the chunk.
        end_row: the row after its last.
        starts: filled, shape (n_tags + 1,), all 0 yet; tag t owns the postings from ``starts[t]``
            to the next.
        rows: filled, the row within the chunk of each posting.
        impacts: filled, aligned with ``rows``.
    """
    for at in range(forward.starts[first_row], forward.starts[end_row]):
        starts[forward.tags[at] + 1] += 1
    for at in range(1, starts.size):
        starts[at] += starts[at - 1]
    free = starts[:-1].copy()
    for row in range(first_row, end_row):
        for at in range(forward.starts[row], forward.starts[row + 1]):
            tag = forward.tags[at]
            weight = term_frequency(forward.counts[at], forward.tf) * forward.idf[tag]
            to = free[tag]
            rows[to] = row - first_row
            impacts[to] = weight * forward.scales[row]
            free[tag] = to + 1


build_chunk = compiled(_build)


def _add(
    postings: PlainPostings, start: int, end: int, weight: np.float32, sums: NDArray[np.float32]
) -> None:
    """Add one posting list, times the weight, to the accumulators."""
    for at in range(start, end):
        sums[postings.rows[at]] += weight * postings.impacts[at]


add_postings = compiled(_add)


def _max_bits(bits: NDArray[np.int32], start: int, end: int) -> int:
    """Return the largest of the accumulators' bit patterns, at least 0.

    Of floats above 0, the greater has the greater bit pattern, and those below 0 have negative
    ones; a largest integer is found several lanes at a time, a largest float is not.
    """
    max_bits = np.int32(0)
    for at in range(start, end):
        value = bits[at]
        if value > max_bits:
            max_bits = value
    return int(max_bits)


max_bits_of = compiled(_max_bits)


def _search(
    forward: ForwardRows,
    postings: PlainPostings,
    queries: Queries,
    passes: NDArray[np.bool_],
    rounding: float,
    weights: Floats,
    sums: NDArray[np.float32],
    hits: TopRows,
) -> None:
    """Find the best videos for every query.

    Args:
        forward: the exact scores come from here.
        postings: made of the same rows.
        queries: the queries.
        passes: shape (n_videos,), the rows that may be found, or (0,) for all.
        rounding: what a sum of impacts may be off by.
        weights: scratch, shape (n_tags,), all 0 before and after.
        sums: scratch, shape (the rows of a chunk,), all 0 before and after.
        hits: filled, best first.
    """
    k = hits.rows.shape[1]
    n_videos = forward.scales.size
    n_tags = weights.size
    bits = sums.view(np.int32)
    for query in range(queries.starts.size - 1):
        keys, scores, size = hits.rows[query], hits.scores[query], 0
        known_end = spread(queries, query, forward.idf, weights)
        for first in range(0, n_videos, CHUNK_ROWS):
            before = first // CHUNK_ROWS * n_tags
            for at in range(queries.starts[query], known_end):
                start = postings.starts[before + queries.tags[at]]
                end = postings.starts[before + queries.tags[at] + 1]
                add_postings(postings, start, end, np.float32(queries.units[at]), sums)
            last = min(CHUNK_ROWS, n_videos - first)
            for block in range(0, last, _BLOCK_ROWS):
                block_end = min(block + _BLOCK_ROWS, last)
                enough = floor_of_key(keys[0]) if size == k else MIN_MATCH_SCORE
                minimum = enough - rounding
                max_bits = max_bits_of(bits, block, block_end)
                if minimum > 0.0 and max_bits < np.float32(minimum).view(np.int32):
                    continue
                for at in range(block, block_end):
                    if sums[at] == 0.0 or float(sums[at]) < minimum:
                        continue
                    row = first + at
                    if passes.size > 0 and not passes[row]:
                        continue
                    score = score_row(forward, row, weights, enough)
                    if score > MIN_MATCH_SCORE:
                        size = push(keys, scores, size, k, key_of(score, row), score)
            sums[:last] = 0.0
        wipe(queries, query, weights)
        unload(keys, scores, size)
        hits.sizes[query] = size


def _steps(
    forward: ForwardRows,
    postings: PlainPostings,
    queries: Queries,
    _passes: NDArray[np.bool_],
    _rounding: float,
    weights: Floats,
    *_: object,
) -> int:
    """Count the rows that are looked at, and what is read when all that share a tag are scored."""
    n_rows, n_queries = forward.scales.size, queries.starts.size - 1
    first_of_chunks = np.arange(0, n_rows, CHUNK_ROWS) // CHUNK_ROWS * weights.size
    lists = np.add.outer(first_of_chunks, queries.tags[queries.tags < weights.size])
    n_postings = int((postings.starts[lists + 1] - postings.starts[lists]).sum())
    return n_queries * n_rows + n_postings * (1 + forward.tags.size // max(1, n_rows))


search_plain = compiled(_search, steps=_steps)
