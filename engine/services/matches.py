"""Ranked matches of keywords, or of another video, as every door tells them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from engine.domain.filters import EVERY_VIDEO, And, Filter, HasTag, Ids, Not, Or
from engine.domain.keywords import KeywordMatch
from engine.domain.results import MIN_RELEVANCE, Match, Matches
from engine.domain.source_weights import AS_INDEXED, SourceWeights
from engine.keywords.broader import broader_tags, near_tags
from engine.ports.catalog import Tracks
from engine.ports.index import IndexSnapshot
from engine.search.matches import match
from engine.services.evidence import matches_with_seconds
from engine.services.ignored_words import ignored_keywords


def keyword_matches(
    tracks: Tracks,
    snapshot: IndexSnapshot,
    keywords: Mapping[str, float],
    understood: Sequence[KeywordMatch],
    *,
    k: int,
    exclude: Iterable[str] = (),
    where: Filter = EVERY_VIDEO,
    sources: SourceWeights = AS_INDEXED,
    min_relevance: float = MIN_RELEVANCE,
    explained: bool = False,
) -> Matches:
    """Return the ``k`` videos that fit keywords best; where fewer do, the nearest besides.

    What lies near a keyword counts at a falling weight where what was meant is seen, too, and what
    is merely broader never stands before or among what was meant.

    Args:
        tracks: of the catalog.
        snapshot: the index to search.
        keywords: tag -> weight.
        understood: the words that are no tags, of which some of these tags came.
        k: number of videos, 1 to 1,000.
        exclude: a video on which one of these tags counts at least one second is left out.
        where: filter of the videos.
        sources: factors of the weights of tags.
        min_relevance: least score of a match, 0.0 to 1.0.
        explained: whether to tell on which seconds each tag was observed.

    Raises:
        UnknownTag, InvalidInput: as ``engine.search.matches.match``.
    """
    ask = partial(match, snapshot, exclude=tuple(exclude), sources=sources)
    near = near_tags(keywords, understood)
    is_meant = _shows_any(keywords)
    fitting = And((where, is_meant)) if near else where
    matches = [
        one
        for one in ask(keywords={**near, **keywords}, k=k, where=fitting)
        if one.score >= min_relevance
    ]
    answer = ranked_matches(tracks, snapshot, matches, understood, explained=explained)
    if len(matches) >= k:
        return answer
    broader = sources.kept(broader_tags(keywords, snapshot.vocabulary, understood))
    if not broader:
        return answer
    # What was not wanted is not wanted of these, either.
    unwanted = {tag: weight for tag, weight in keywords.items() if weight < 0}
    others = And((where, Not(Ids(tuple(one.video for one in matches)))))
    nearest = [
        one
        for one in ask(keywords={**unwanted, **broader}, k=k - len(matches), where=others)
        if one.score >= min_relevance
    ]
    shown = matches_with_seconds(tracks, snapshot, nearest) if explained else tuple(nearest)
    return replace(answer, nearest=shown)


def _shows_any(keywords: Mapping[str, float]) -> Filter:
    return Or(tuple(HasTag(tag) for tag, weight in keywords.items() if weight > 0))


def ranked_matches(
    tracks: Tracks,
    snapshot: IndexSnapshot,
    matches: Sequence[Match],
    understood: Sequence[KeywordMatch] = (),
    *,
    explained: bool = False,
) -> Matches:
    """Return what a search found, and what became of words that are no tags.

    Args:
        tracks: of the catalog.
        snapshot: the index that found it.
        matches: the best first.
        understood: the words that are no tags.
        explained: whether to tell on which seconds each tag was observed.
    """
    return Matches(
        understood=tuple(match for match in understood if match.used),
        ignored=ignored_keywords(understood),
        generation=snapshot.generation_id,
        matches=matches_with_seconds(tracks, snapshot, matches) if explained else tuple(matches),
    )
