"""Forward rows: what each video has, and its exact score for one query.

The one place where a score is made: the other kernels only decide which videos are worth it, so
that a video has the same score, to the last bit, whichever kernel found it.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.kernels.best import MIN_MATCH_SCORE, Keys, floor_of_key, key_of, push, unload
from engine.kernels.compiled import compiled

Floats = NDArray[np.float64]
Unsigned = NDArray[np.uint16] | NDArray[np.uint32]

RAW: Final = 0
SQRT: Final = 1
LOG: Final = 2

BATCH_ROWS: Final = 32
"""Rows fetched together; more would not be under way at the same time."""

_STEPS_A_POSTING: Final = 4
"""Interpreted, a posting that is gathered takes as long as so many steps of other kernels."""

_SCALE_MARGIN: Final = 1.0 + 2.0**-22
"""Above 1 by more than a 32-bit scale is off."""


class ForwardRows(NamedTuple):
    """The tags of every video, video by video.

    Args:
        starts: shape (n_videos + 1,); video v owns ``tags[starts[v]:starts[v + 1]]``.
        tags: shape (n_postings,), rising within a video.
        counts: shape (n_postings,), aligned with ``tags``.
        scales: shape (n_videos,): 1 / pivoted norm, 0 for a video without tags.
        idf: shape (n_tags,).
        tf: ``RAW``, ``SQRT`` or ``LOG``.
        slope: of the pivoted norm.
        pivot: of the pivoted norm.
    """

    starts: NDArray[np.int64]
    tags: Unsigned
    counts: Unsigned
    scales: NDArray[np.float32]
    idf: Floats
    tf: int
    slope: float
    pivot: float


class Queries(NamedTuple):
    """Some queries, one after the other.

    Args:
        starts: shape (n_queries + 1,); query i owns ``tags[starts[i]:starts[i + 1]]``.
        tags: rising within a query. Those beyond the vocabulary are in no row: a query may come
            from an index with a longer one.
        units: the query's vector, of length 1, aligned with ``tags``.
    """

    starts: NDArray[np.int64]
    tags: NDArray[np.int64]
    units: Floats


class TopRows(NamedTuple):
    """Output of a search: shape (n_queries, k) each, best first, and how many there are.

    Until a query is answered, ``rows`` holds the keys of a heap; see ``engine.kernels.best``.
    """

    rows: NDArray[np.int64]
    scores: Floats
    sizes: NDArray[np.int64]


def _tf(count: int, tf: int) -> float:
    if tf == RAW:
        return float(count)
    if tf == SQRT:
        return math.sqrt(float(count))
    return 1.0 + math.log(float(count))


term_frequency = compiled(_tf)


def _norms(
    starts: NDArray[np.int64],
    tags: Unsigned,
    counts: Unsigned,
    tf: int,
    idf: Floats,
    norms: Floats,
) -> None:
    """Fill ``norms``, shape (n_videos,), with the Euclidean norms of the tf-idf rows."""
    for row in range(norms.size):
        total = 0.0
        for at in range(starts[row], starts[row + 1]):
            weight = term_frequency(counts[at], tf) * idf[tags[at]]
            total += weight * weight
        norms[row] = np.sqrt(total)


norms_of = compiled(_norms)


def _units(
    forward: ForwardRows,
    rows: NDArray[np.int64],
    owners: NDArray[np.int64],
    tags: NDArray[np.int64],
    units: Floats,
) -> None:
    """Fill in the vectors of some rows, of length 1, one after the other.

    Args:
        forward: the rows.
        rows: which of them.
        owners: shape (n_postings of ``rows``,), filled with the place in ``rows``.
        tags: filled with tags, rising within a row.
        units: filled with term frequency x idf over the row's length; 0 where that is 0.
    """
    end = 0
    for owner in range(rows.size):
        first, squares = end, 0.0
        for at in range(forward.starts[rows[owner]], forward.starts[rows[owner] + 1]):
            tag = forward.tags[at]
            weight = term_frequency(forward.counts[at], forward.tf) * forward.idf[tag]
            owners[end], tags[end], units[end] = owner, tag, weight
            squares += weight * weight
            end += 1
        norm = np.sqrt(squares)
        if norm > 0.0:
            for at in range(first, end):
                units[at] /= norm


units_of = compiled(_units, steps=lambda *arguments: _STEPS_A_POSTING * arguments[-1].size)


def _score(forward: ForwardRows, row: int, weights: Floats, enough: float) -> float:
    """Return the exact score of one video, or 0 if it is below ``enough``.

    Videos with proportional counts have the same cosine and must tie, so the norm is computed in
    64 bits for those whose score with the stored 32-bit scale is enough.

    Args:
        forward: the rows.
        row: which of them.
        weights: shape (n_tags,), the dense query.
        enough: the least score of interest, above 0.
    """
    start, end = forward.starts[row], forward.starts[row + 1]
    total = 0.0
    for at in range(start, end):
        total += weights[forward.tags[at]] * term_frequency(forward.counts[at], forward.tf)
    if total * forward.scales[row] * _SCALE_MARGIN < enough:
        return 0.0
    squares = 0.0
    for at in range(start, end):
        weight = term_frequency(forward.counts[at], forward.tf) * forward.idf[forward.tags[at]]
        squares += weight * weight
    return total / ((1.0 - forward.slope) * forward.pivot + forward.slope * float(np.sqrt(squares)))


score_row = compiled(_score)


def _spread(queries: Queries, query: int, idf: Floats, weights: Floats) -> int:
    """Write one query, times idf, into the dense ``weights``; return where its known tags end."""
    for at in range(queries.starts[query], queries.starts[query + 1]):
        tag = queries.tags[at]
        if tag >= weights.size:
            return at
        weights[tag] = queries.units[at] * idf[tag]
    return int(queries.starts[query + 1])


spread = compiled(_spread)


def _wipe(queries: Queries, query: int, weights: Floats) -> None:
    """Undo ``spread``: the dense ``weights`` are all 0 again."""
    for at in range(queries.starts[query], queries.starts[query + 1]):
        if queries.tags[at] < weights.size:
            weights[queries.tags[at]] = 0.0


wipe = compiled(_wipe)


def _score_rows(
    forward: ForwardRows, queries: Queries, rows: NDArray[np.int64], weights: Floats, scores: Floats
) -> None:
    """Fill ``scores`` with the exact scores of ``rows``, for the first of ``queries``."""
    spread(queries, 0, forward.idf, weights)
    for at in range(rows.size):
        row = rows[at]
        empty = forward.starts[row] == forward.starts[row + 1]
        scores[at] = 0.0 if empty else score_row(forward, row, weights, -np.inf)
    wipe(queries, 0, weights)


def _steps_to_score(
    forward: ForwardRows, queries: Queries, rows: NDArray[np.int64], *_: object
) -> int:
    lengths = forward.starts[rows + 1] - forward.starts[rows]
    return queries.starts.size * (rows.size + int(lengths.sum()))


score_rows = compiled(_score_rows, steps=_steps_to_score)


def _fetch(forward: ForwardRows, rows: NDArray[np.int64]) -> int:
    """Bring some rows into the processor's cache, all at once.

    Rows lie anywhere in memory, and scoring them one by one waits for each. These loads depend
    on nothing but each other, so the processor has many under way.

    Returns:
        A number without meaning, made of all that was loaded, so that no load is optimised away.
    """
    checksum = 0
    for row in rows:
        checksum += forward.starts[row]
    for row in rows:
        start, last = forward.starts[row], forward.starts[row + 1] - 1
        if start <= last:
            middle = (start + last) // 2
            checksum += int(forward.tags[start]) + int(forward.counts[start])
            checksum += int(forward.tags[middle]) + int(forward.counts[middle])
            checksum += int(forward.tags[last]) + int(forward.counts[last])
            checksum += int(forward.scales[row])
    return checksum


fetch_rows = compiled(_fetch)


def _offer(
    forward: ForwardRows,
    rows: NDArray[np.int64],
    weights: Floats,
    enough: float,
    keys: Keys,
    scores: Floats,
    size: int,
    sink: NDArray[np.int64],
) -> int:
    """Score rows exactly and offer them to the heap of the best.

    Args:
        forward: the rows.
        rows: which to score, at most ``BATCH_ROWS``.
        weights: shape (n_tags,), the dense query.
        enough: the least score of interest.
        keys: shape (k,), the heap.
        scores: shape (k,), aligned with ``keys``.
        size: how many are in the heap.
        sink: shape (1,), written to.

    Returns:
        How many are in the heap now.
    """
    sink[0] = fetch_rows(forward, rows)
    for row in rows:
        if size == keys.size:
            enough = max(enough, floor_of_key(keys[0]))
        score = score_row(forward, row, weights, enough)
        if score > MIN_MATCH_SCORE:
            size = push(keys, scores, size, keys.size, key_of(score, row), score)
    return size


offer_rows = compiled(_offer)


def _search_rows(
    forward: ForwardRows, queries: Queries, rows: NDArray[np.int64], weights: Floats, hits: TopRows
) -> None:
    """Find the best of ``rows`` for every query by scoring each of them."""
    sink = np.empty(1, dtype=np.int64)
    for query in range(queries.starts.size - 1):
        keys, scores, size = hits.rows[query], hits.scores[query], 0
        spread(queries, query, forward.idf, weights)
        for at in range(0, rows.size, BATCH_ROWS):
            some = rows[at : at + BATCH_ROWS]
            size = offer_rows(forward, some, weights, MIN_MATCH_SCORE, keys, scores, size, sink)
        wipe(queries, query, weights)
        unload(keys, scores, size)
        hits.sizes[query] = size


search_rows = compiled(_search_rows, steps=_steps_to_score)
