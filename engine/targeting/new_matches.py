"""New videos meet standing campaigns: what came since the caller last looked, in that order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from engine.domain.matching.filters import Filter
from engine.domain.matching.results import Match
from engine.kernels.best import MIN_MATCH_SCORE
from engine.ports.index import IndexSnapshot
from engine.ports.query import Query
from engine.search.matches import explain

_PAGE: Final = 1_000
"""Number of changes that are read together: most of them may fit nobody."""


@dataclass(frozen=True, slots=True)
class NewMatches:
    """Matches among the videos that came or changed, the oldest change first.

    Attributes:
        matches: at most as many as were asked for.
        revision: ask again with it for what comes after.
        more: whether there is more already.
    """

    matches: tuple[Match, ...]
    revision: int
    more: bool


def new_matches(
    snapshot: IndexSnapshot,
    changed: Iterable[tuple[int, str]],
    query: Query,
    where: Filter,
    *,
    since: int,
    k: int,
    min_relevance: float,
) -> NewMatches:
    """Return the videos that came or changed after a revision and fit a campaign.

    Args:
        snapshot: the videos; what it has not seen yet comes with a later call.
        changed: revisions of the catalog with the video changed at each, rising, from the one that
            the caller saw last up to the view's.
        query: the campaign's query.
        where: filter of the videos.
        since: a revision of the catalog.
        k: at most so many.
        min_relevance: the least score.
    """
    matches: list[Match] = []
    last = since
    for page in _pages(changed):
        videos = _passing([video for _, video in page], snapshot, where)
        scores = dict(zip(videos, snapshot.score(query, videos).tolist(), strict=True))
        for revision, video in page:
            score = scores.get(video, 0.0)
            if score > MIN_MATCH_SCORE and score >= min_relevance:
                if len(matches) == k:
                    return NewMatches(tuple(matches), last, more=True)
                matches.append(Match(video, score, explain(snapshot, query, video)))
                last = revision
    return NewMatches(tuple(matches), max(since, snapshot.revision), more=False)


def _pages(changed: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    changes = iter(changed)
    while page := list(islice(changes, _PAGE)):
        yield page


def _passing(videos: Sequence[str], snapshot: IndexSnapshot, where: Filter) -> list[str]:
    there = np.array(videos, object)[snapshot.contains(videos)].tolist()
    return [
        video for video, passes in zip(there, snapshot.passes(there, where), strict=True) if passes
    ]
