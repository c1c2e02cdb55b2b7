"""How far a campaign reaches: every video it may run on, by how well it fits."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.domain.filters import Filter
from engine.indexes.local.snapshot import Segment, View
from engine.kernels.best import LEAST, TIE
from engine.ports.query import Query

BANDS: Final = (0.0, 0.1, 0.25, 0.5, 0.75)
"""Where each band of relevance begins; a band ends where the next begins, the last with 1."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Band:
    """The videos whose score lies in ``[at_least, below)``, and their seconds together."""

    at_least: float
    below: float | None
    videos: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Reach:
    """All videos together, and band by band, the lowest first."""

    videos: int
    seconds: int
    bands: tuple[Band, ...]


class _Scored(NamedTuple):
    segment: Segment
    rows: NDArray[np.int64]
    scores: Floats


def reach_of(view: View, query: Query, wanted: Filter, *, min_relevance: float) -> Reach:
    """Return how many videos a campaign may run on, and how long they are.

    Args:
        view: the videos.
        query: what the campaign looks for.
        wanted: which videos it may run on.
        min_relevance: the least score.
    """
    parts = list(_scored(view, query, wanted, min_relevance))
    scores = np.concatenate([np.zeros(0), *(part.scores for part in parts)])
    seconds = np.concatenate(
        [np.zeros(0, np.int64), *(part.segment.facts.seconds[part.rows] for part in parts)]
    )
    edges = (*BANDS, np.inf)
    bands = []
    for low, high in pairwise(edges):
        inside = (scores >= low) & (scores < high)
        below = None if high == np.inf else high
        bands.append(Band(low, below, int(inside.sum()), int(seconds[inside].sum())))
    return Reach(len(scores), int(seconds.sum()), tuple(bands))


def rank_of(
    view: View, query: Query, wanted: Filter, video: str, score: float, *, min_relevance: float
) -> int:
    """Return the rank of a video among all that a campaign may run on, 1 for the best.

    Args:
        view: the videos.
        query: what the campaign looks for.
        wanted: which videos it may run on.
        video: the video's id; whether it may be found itself does not matter.
        score: its score.
        min_relevance: the least score.
    """
    own, before = _rounded(np.array([score]))[0], 0
    for part in _scored(view, query, wanted, min_relevance):
        rounded = _rounded(part.scores)
        before += int(np.count_nonzero(rounded > own))
        ties = part.segment.index.ids.at(part.rows[rounded == own])
        before += sum(name < video for name in ties)
    return before + 1


def _scored(view: View, query: Query, wanted: Filter, least: float) -> Iterator[_Scored]:
    for segment in view.segments:
        passing = segment.passing(wanted)
        rows = np.arange(segment.index.n_videos) if passing is None else np.flatnonzero(passing)
        scores = segment.index.score_rows(query, rows)
        found = (scores > LEAST) & (scores >= least)
        yield _Scored(segment, rows[found], scores[found])


def _rounded(scores: Floats) -> NDArray[np.int64]:
    # As in the kernels, so that ties fall the same way.
    return (scores / TIE + 0.5).astype(np.int64)
