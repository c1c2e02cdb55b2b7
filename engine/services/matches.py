"""Ranked matches of keywords, or of another video, as every entry point tells them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import fsum
from typing import Final

from engine.domain.matching.filters import EVERY_VIDEO, And, Filter, HasTag, Ids, Not, Or
from engine.domain.matching.keywords import KeywordMatch
from engine.domain.matching.results import MIN_RELEVANCE, Match, Matches, relevant
from engine.domain.matching.source_weights import AS_INDEXED, SourceWeights
from engine.kernels.best import tie_key
from engine.keywords.broader import NearTag, broader_tags, near_tags, unwanted
from engine.ports.catalog import Tracks
from engine.ports.index import IndexSnapshot
from engine.search.matches import MAX_MATCHES, match
from engine.search.variety import varied_best
from engine.services.evidence import matches_with_seconds
from engine.services.ignored_words import ignored_keywords

_NEAR_SHARE: Final = 0.5
"""Share of what a word's own tags give that what lies near it gives at most."""


def keyword_matches(
    tracks: Tracks,
    snapshot: IndexSnapshot,
    keywords: Mapping[str, float],
    understood: Sequence[KeywordMatch],
    *,
    words: Mapping[str, float],
    k: int,
    exclude: Iterable[str] = (),
    where: Filter = EVERY_VIDEO,
    sources: SourceWeights = AS_INDEXED,
    min_relevance: float = MIN_RELEVANCE,
    variety: int = 0,
    explained: bool = False,
) -> Matches:
    """Return the ``k`` videos that fit keywords best; where fewer do, the nearest besides.

    What lies near a word counts at a falling weight where what that word means is seen, too, at
    most half as much as that; and what is merely broader never stands before or among what was
    meant.

    Args:
        tracks: of the catalog.
        snapshot: the index to search.
        keywords: tag -> weight.
        understood: the words that are no tags, of which some of these tags came.
        words: word -> weight, as they were given.
        k: number of videos, 1 to 1,000.
        exclude: a video on which one of these tags counts is left out; one that was seen on fewer
            than ``least_seconds`` of the index does not count.
        where: filter of the videos.
        sources: factors of the weights of tags.
        min_relevance: least score of a match, as a share of the best one's, 0.0 to 1.0.
        variety: number of videos of one series among ten in a row, 0 for any number.
        explained: whether to tell on which seconds each tag was observed.

    Raises:
        UnknownTag, InvalidInput: as ``engine.search.matches.match``.
    """
    ask = partial(match, snapshot, exclude=tuple(exclude), sources=sources)
    near = near_tags(keywords, understood, words)
    if near:
        shows_any = And((where, _shows_any(keywords)))

        def best(n: int) -> Sequence[Match]:
            return relevant(_with_near(ask, keywords, near, n, shows_any), min_relevance)

        ranked = varied_best(snapshot, best, variety, k=k, most=MAX_MATCHES)
        matches = [replace(one, moved=moved) for one, moved in ranked]
    else:
        ask_relevant = partial(ask, min_relevance=min_relevance, variety=variety)
        matches = ask_relevant(keywords=keywords, k=k, where=where)
    answer = ranked_matches(tracks, snapshot, matches, understood, explained=explained)
    if len(matches) >= k:
        return answer
    broader = sources.kept(broader_tags(keywords, snapshot.vocabulary, understood, words))
    if not broader:
        return answer
    # What was not wanted is not wanted of these, either.
    others = And((where, Not(Ids(tuple(one.video for one in matches)))))
    hits = ask(keywords={**unwanted(keywords), **broader}, k=k - len(matches), where=others)
    nearest = relevant(hits, min_relevance)
    shown = matches_with_seconds(tracks, snapshot, nearest) if explained else tuple(nearest)
    return replace(answer, nearest=shown)


def _shows_any(keywords: Mapping[str, float]) -> Filter:
    return Or(tuple(HasTag(tag) for tag, weight in keywords.items() if weight > 0))


def _with_near(
    ask: Callable[..., list[Match]],
    keywords: Mapping[str, float],
    near: Mapping[str, NearTag],
    k: int,
    where: Filter,
) -> list[Match]:
    weights = {**{tag: one.weight for tag, one in near.items()}, **keywords}
    n = k
    while True:
        hits = ask(keywords=weights, k=n, where=where)
        ranked = sorted((_limited(one, near) for one in hits), key=_by_score)[:k]
        # No limit raises a score: what comes after the last that was found is not among the first.
        is_sure = len(hits) < n or _by_score(ranked[-1]) <= _by_score(hits[-1])
        if is_sure or n == MAX_MATCHES:
            return ranked
        n = min(4 * n, MAX_MATCHES)


def _by_score(match: Match) -> tuple[int, str]:
    return -tie_key(match.score), match.video


def _limited(match: Match, near: Mapping[str, NearTag]) -> Match:
    """Return a match in which what lies near a word gives at most half of what the word gives."""
    shares = {part.tag: part.share for part in match.why}
    factors: dict[str, float] = {}
    for word in {one.word.word: one.word for one in near.values()}.values():
        beside = [tag for tag, one in near.items() if one.word is word and tag in shares]
        given = sum(shares[tag] for tag in beside)
        most = _NEAR_SHARE * max(0.0, sum(shares.get(one.tag, 0.0) for one in word.used))
        if given > most:
            factors |= dict.fromkeys(beside, most / given)
    if not factors:
        return match
    why = [replace(part, share=part.share * factors.get(part.tag, 1.0)) for part in match.why]
    why = sorted((part for part in why if part.share), key=lambda one: -abs(one.share))
    return Match(match.video, fsum(part.share for part in why), tuple(why))


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
