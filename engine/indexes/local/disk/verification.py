"""Checks of an index on some of its videos: each is searched as a query of its own counts."""

from typing import Final

import numpy as np

from engine.indexes.local.index import Index
from engine.kernels.best import TIE
from engine.kernels.forward import Floats
from engine.ports.query import Query

_NEIGHBOURS: Final = 10
_SCORED_ROWS: Final = 2**13


def unlike_textbook(index: Index, n_videos: int) -> str | None:
    """Return the first of some videos whose ten best differ from those of scoring every row.

    Returns:
        The id of the video; None if the scan finds what it should.
    """
    for row in _sampled_rows(index, n_videos):
        query = index.query_from_counts(*index.counts_of(row))
        _, scores = index.top_k(query, _NEIGHBOURS)
        if not np.allclose(scores, _best_scores(index, query, len(scores)), rtol=0, atol=2 * TIE):
            return index.ids.at(np.array([row]))[0]
    return None


def neighbours(index: Index, video: str) -> set[str]:
    """Return the ten videos most like one; none if it is not in the index."""
    row = index.row_of(video)
    if row is None:
        return set()
    query = index.query_from_counts(*index.counts_of(row))
    rows, _ = index.top_k(query, _NEIGHBOURS + 1)
    return set(index.ids.at(rows)) - {video}


def sampled_videos(index: Index, n_videos: int) -> list[str]:
    """Return so many videos, the same ones each time; all if there are fewer."""
    return list(index.ids.at(np.array(_sampled_rows(index, n_videos), int)))


def counted_seconds(index: Index) -> int:
    """Return the sum of all counts."""
    return int(index.forward.counts.sum(dtype=np.int64))


def _sampled_rows(index: Index, n_sampled: int) -> list[int]:
    # Evenly spread, not drawn: the same catalog is checked and compared the same way.
    n = index.n_videos
    return np.unique(np.linspace(0, n - 1, min(n, n_sampled)).astype(int)).tolist() if n else []


def _best_scores(index: Index, query: Query, k: int) -> Floats:
    """Score every row, some thousands at a time; return the k best scores, falling."""
    best = np.empty(0, dtype=np.float64)
    for first in range(0, index.n_videos, _SCORED_ROWS):
        rows = np.arange(first, min(first + _SCORED_ROWS, index.n_videos))
        best = np.sort(np.concatenate([best, index.score_rows(query, rows)]))[::-1][:k]
    return best
