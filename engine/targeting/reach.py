"""Reach of a campaign: every video it may run on, by how well it fits."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.domain.advertising.placements import Reach, ScoreBin
from engine.domain.matching.filters import Filter
from engine.kernels.best import MIN_MATCH_SCORE, tie_key, tie_keys
from engine.ports.index import IndexSnapshot, Scores
from engine.ports.query import Query

BANDS: Final = (0.0, 0.1, 0.25, 0.5, 0.75)
"""Lower bounds of the bands of relevance; each ends where the next begins, the last with 1."""

Floats = NDArray[np.float64]


class _Passing(NamedTuple):
    part: Scores
    fits: NDArray[np.bool_]


def reach_of(
    snapshot: IndexSnapshot, query: Query, where: Filter, *, min_relevance: float
) -> Reach:
    """Return how many videos a campaign may run on, and how long they are.

    Args:
        snapshot: the videos.
        query: the campaign's query.
        where: filter of the videos.
        min_relevance: the least score.
    """
    parts = list(_passing(snapshot, query, where, min_relevance))
    scores = np.concatenate([np.zeros(0), *(part.scores[fits] for part, fits in parts)])
    seconds = np.concatenate([np.zeros(0, np.int64), *(part.seconds[fits] for part, fits in parts)])
    edges = (*BANDS, np.inf)
    bands = []
    for low, high in pairwise(edges):
        inside = (scores >= low) & (scores < high)
        below = None if high == np.inf else high
        bands.append(ScoreBin(low, below, int(inside.sum()), int(seconds[inside].sum())))
    return Reach(len(scores), int(seconds.sum()), tuple(bands))


def rank_of(
    snapshot: IndexSnapshot,
    query: Query,
    where: Filter,
    video: str,
    score: float,
    *,
    min_relevance: float,
) -> int:
    """Return the rank of a video among all that a campaign may run on, 1 for the best.

    Args:
        snapshot: the videos.
        query: the campaign's query.
        where: filter of the videos.
        video: the video's id; whether it may be found itself does not matter.
        score: its score.
        min_relevance: the least score.
    """
    own, before = tie_key(score), 0
    for part, fits in _passing(snapshot, query, where, min_relevance):
        rounded = tie_keys(part.scores)
        before += int(np.count_nonzero(fits & (rounded > own)))
        before += sum(name < video for name in part.ids(fits & (rounded == own)))
    return before + 1


def _passing(
    snapshot: IndexSnapshot, query: Query, where: Filter, minimum: float
) -> Iterator[_Passing]:
    for part in snapshot.scores(query, where):
        yield _Passing(part, (part.scores > MIN_MATCH_SCORE) & (part.scores >= minimum))
