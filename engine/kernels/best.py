"""Keeping the k best of many scored videos, with ties decided.

Scores are compared after rounding to ``TIE``, equal ones by row, the lower first. Score and row
are packed into one integer, the key, so that the order is total: whatever prunes, in how many
shards, the answer is the same. The best so far are a binary heap of keys, the worst on top.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.kernels.compiled import compiled

TIE: Final = 1e-6
"""Scores closer than this are the same score."""

MIN_MATCH_SCORE: Final = 1e-9
"""Least score; one that is not above it is no match but a rounding error."""

_PER_TIE: Final = 1e6
_ROW_BITS: Final = 32
_LAST_ROW: Final = 2**32 - 1

Keys = NDArray[np.int64]
Scores = NDArray[np.float64]


def tie_key(score: float) -> int:
    """Return a whole number that orders as a score does; scores that tie have the same."""
    return math.floor(score * _PER_TIE + 0.5)


def tie_keys(scores: Scores) -> NDArray[np.int64]:
    """Return the ``tie_key`` of each score, shape (n,)."""
    return np.floor(scores * _PER_TIE + 0.5).astype(np.int64)


def _key(score: float, row: int) -> int:
    # The tie key, as what is compiled has it for scores above 0.
    return (int(score * _PER_TIE + 0.5) << _ROW_BITS) + (_LAST_ROW - row)


key_of = compiled(_key)


def _floor(key: int) -> float:
    """Return the least score that rounds to the key's score, or above it."""
    return ((key >> _ROW_BITS) - 0.5) * TIE


floor_of_key = compiled(_floor)


def _sink(keys: Keys, scores: Scores, size: int, key: int, score: float) -> None:
    """Put a match on top of a heap of ``size`` in place of the worst, and let it sink."""
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[parent] = keys[child]
        scores[parent] = scores[child]
        parent = child
    keys[parent] = key
    scores[parent] = score


sink = compiled(_sink)


def _push(keys: Keys, scores: Scores, size: int, k: int, key: int, score: float) -> int:
    """Offer a match to the heap of at most ``k``; return its new size."""
    if size == k:
        if key > keys[0]:
            sink(keys, scores, size, key, score)
        return size
    child = size
    while child > 0:
        parent = (child - 1) // 2
        if keys[parent] <= key:
            break
        keys[child] = keys[parent]
        scores[child] = scores[parent]
        child = parent
    keys[child] = key
    scores[child] = score
    return size + 1


push = compiled(_push)


def _unload(keys: Keys, scores: Scores, size: int) -> None:
    """Turn the heap into a list of rows, best first, in place of the keys."""
    n_matches = size
    while size > 1:
        size -= 1
        worst_key, worst_score = keys[0], scores[0]
        sink(keys, scores, size, keys[size], scores[size])
        keys[size], scores[size] = worst_key, worst_score
    for at in range(n_matches):
        keys[at] = _LAST_ROW - (keys[at] & _LAST_ROW)


unload = compiled(_unload)
