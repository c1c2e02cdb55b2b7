"""Questions to a view: what fits this viewer, this keyword profile, this video."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from engine.domain.matching.filters import EVERY_VIDEO, And, Filter, HasTag, Ids, Not, Or
from engine.domain.matching.results import Contribution, Match, relevant
from engine.domain.matching.source_weights import AS_INDEXED, SourceWeights
from engine.errors import InvalidInput
from engine.ports.index import Hit, IndexSnapshot
from engine.ports.query import Query
from engine.search.profiles import (
    VIEWER_RULES,
    ProfileRules,
    interests_query,
    profile_of,
    profile_vector_of,
)
from engine.search.variety import varied_best

MAX_MATCHES: Final = 1_000
"""More matches than this are not given at once."""


def recommend(
    snapshot: IndexSnapshot,
    *,
    interests: Mapping[str, float],
    liked: Sequence[str] = (),
    k: int,
    where: Filter = EVERY_VIDEO,
    sources: SourceWeights = AS_INDEXED,
    rules: ProfileRules = VIEWER_RULES,
    variety: int = 0,
) -> list[Match]:
    """Return the ``k`` videos that fit a viewer best, without those named as liked.

    What more can be asked for a viewer is in ``engine.search.recommend``.

    Args:
        snapshot: the index to search.
        interests: tag -> weight; negative for dislikes.
        liked: ids of videos the viewer liked.
        k: number of results, 1 to 1,000.
        where: filter of the videos.
        sources: factors of the weights of tags.
        rules: how liked videos and interests become a query.
        variety: number of videos of one series among ten in a row, 0 for any number.

    Raises:
        InvalidInput: for unknown tags or videos, or when there is nothing to go by.
    """
    if not interests and not liked:
        raise InvalidInput("nothing to go by: give at least one interest or liked video")
    snapshot.require(liked)
    profile = profile_of(interests, (), rules, now=0.0, liked=liked)
    query = profile_vector_of(profile, snapshot, rules, sources).query
    allowed = And((where, Not(Ids(tuple(liked))))) if liked else where
    return _search(snapshot, query, k, allowed, variety=variety)


def match(
    snapshot: IndexSnapshot,
    *,
    keywords: Mapping[str, float],
    exclude: Iterable[str] = (),
    k: int,
    where: Filter = EVERY_VIDEO,
    sources: SourceWeights = AS_INDEXED,
    min_relevance: float = 0.0,
    variety: int = 0,
) -> list[Match]:
    """Return the ``k`` videos that fit an advertiser's keyword profile best.

    Args:
        snapshot: the index to search.
        keywords: tag -> weight.
        exclude: a video on which one of these tags counts is left out; one that was seen on fewer
            than ``least_seconds`` of the index does not count.
        k: number of results, 1 to 1,000.
        where: filter of the videos.
        sources: factors of the weights of tags.
        min_relevance: least score, as a share of the best one's, 0.0 to 1.0.
        variety: number of videos of one series among ten in a row, 0 for any number.

    Raises:
        InvalidInput: for unknown tags, or when there is no keyword, or none of a source that
            counts.
    """
    if not keywords:
        raise InvalidInput("nothing to match: give at least one keyword")
    excluded = tuple(HasTag(tag) for tag in exclude)
    snapshot.vocabulary.numbers(has_tag.tag for has_tag in excluded)
    allowed = And((where, Not(Or(excluded)))) if excluded else where
    query = interests_query(keywords, snapshot)
    weighed = by_source(query, snapshot, sources)
    if len(query.tags) and not len(weighed.tags):
        raise InvalidInput(
            "nothing to match: 'sources' leaves out the source of every keyword; give one of them"
            " a weight above 0"
        )
    return _search(snapshot, weighed, k, allowed, min_relevance, variety)


def similar(
    snapshot: IndexSnapshot,
    video: str,
    *,
    k: int,
    where: Filter = EVERY_VIDEO,
    sources: SourceWeights = AS_INDEXED,
) -> list[Match]:
    """Return the ``k`` videos most like one of the view's, without itself."""
    query = by_source(snapshot.query_like(video), snapshot, sources)
    return _search(snapshot, query, k, And((where, Not(Ids((video,))))))


def by_source(query: Query, snapshot: IndexSnapshot, sources: SourceWeights) -> Query:
    """Return a query whose tags weigh as a request weighs their sources."""
    if sources == AS_INDEXED:
        return query
    return query.scaled(sources.by_tag(snapshot.vocabulary.sources))


def explain(snapshot: IndexSnapshot, query: Query, video: str) -> tuple[Contribution, ...]:
    """Return what each tag gave to the score of one video, the largest share first."""
    (why,) = explain_all(snapshot, query, [video])
    return why


def explain_all(
    snapshot: IndexSnapshot, query: Query, videos: Sequence[str]
) -> list[tuple[Contribution, ...]]:
    """Return what ``explain`` does of several videos, in their order, quicker than singly."""
    names, whys = snapshot.vocabulary.names, []
    for tags, shares in snapshot.explain_all(query, videos):
        contributions = map(Contribution, [names[tag] for tag in tags.tolist()], shares.tolist())
        whys.append(tuple(sorted(contributions, key=lambda one: -abs(one.share))))
    return whys


def _search(
    snapshot: IndexSnapshot,
    query: Query,
    k: int,
    where: Filter,
    min_relevance: float = 0.0,
    variety: int = 0,
) -> list[Match]:
    if not 1 <= k <= MAX_MATCHES:
        raise InvalidInput(f"k is {k}: ask for 1 to {MAX_MATCHES} matches")

    def best(n: int) -> Sequence[Hit]:
        return relevant(snapshot.search(query, n, where), min_relevance)

    hits = varied_best(snapshot, best, variety, k=k, most=MAX_MATCHES)
    whys = explain_all(snapshot, query, [hit.video for hit, _ in hits])
    return [
        Match(hit.video, hit.score, why, moved)
        for (hit, moved), why in zip(hits, whys, strict=True)
    ]
