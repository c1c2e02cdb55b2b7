"""Search of the catalog by the index: by tag and by how sensitive, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.domain.matching.filters import And, Filter, HasTag, Or
from engine.domain.matching.keywords import KeywordMatch
from engine.domain.matching.results import Match, relevant
from engine.ports.index import Hit, IndexSnapshot
from engine.search.matches import MAX_MATCHES, explain
from engine.search.profiles import interests_query
from engine.search.variety import varied_best
from engine.services.keywords import KeywordService

_MAX_SUGGESTED: Final = 500


@dataclass(frozen=True, slots=True)
class VideoPage:
    """One page of what passes, and whether more comes.

    Attributes:
        ids: of the page's videos, in order.
        more: whether another page comes.
        total: how many pass altogether.
    """

    ids: Sequence[str]
    more: bool
    total: int


def newest_passing(snapshot: IndexSnapshot, where: Filter, *, number: int, size: int) -> VideoPage:
    """Return the ``number``-th page of what passes a filter, the last added first."""
    first = (number - 1) * size
    newest = snapshot.newest(where, skip=first, k=size + 1)
    return VideoPage(newest[:size], more=len(newest) > size, total=snapshot.count(where))


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a person as tags.

    Attributes:
        weights: tag -> how much it counts.
        has_tags: that every word that means a tag was seen, whichever of its tags.
        matches: of the words that are no tags.
    """

    weights: Mapping[str, float]
    has_tags: Filter
    matches: Sequence[KeywordMatch]


def understood(
    keyword_service: KeywordService, snapshot: IndexSnapshot, words: Sequence[str]
) -> Words:
    """Understand words as tags.

    Raises:
        UnknownTag: when none means a tag for sure, with the nearest.
    """
    weights, matches = keyword_service.profile(snapshot.vocabulary, dict.fromkeys(words, 1.0))
    tags_of = {match.word: [one.tag for one in match.used] for match in matches}
    used = [tags_of.get(word, [word]) for word in words]
    filters = [Or(tuple(HasTag(tag) for tag in tags)) for tags in used if tags]
    return Words(weights, And(tuple(filters)), matches)


def best_tagged(
    snapshot: IndexSnapshot,
    weights: Mapping[str, float],
    where: Filter,
    *,
    number: int,
    size: int,
    min_relevance: float,
    variety: int,
) -> tuple[list[Match], bool]:
    """Return the ``number``-th page of what fits some tags and passes a filter, the best first.

    Also whether another page comes. Of ten in a row ``variety`` are of one series, as long as
    others fit; 0 is for any number. What has less than ``min_relevance`` of the best score, or is
    not among the best ``MAX_MATCHES``, is not shown.
    """
    query = interests_query(weights, snapshot)
    first, last = (number - 1) * size, number * size
    if first >= MAX_MATCHES:
        return [], False

    def best(n: int) -> Sequence[Hit]:
        return relevant(snapshot.search(query, n, where), min_relevance)

    k = min(last + 1, MAX_MATCHES)
    ranked = varied_best(snapshot, best, variety, k=k, most=MAX_MATCHES)
    page = [
        Match(one.video, one.score, explain(snapshot, query, one.video), moved)
        for one, moved in ranked[first:last]
    ]
    return page, len(ranked) > last


def common_tags(snapshot: IndexSnapshot, max_tags: int) -> list[str]:
    """Return the tags that count on most videos, the commonest first."""
    df = snapshot.df
    commonest = np.argsort(-df, kind="stable")[:max_tags]
    return [snapshot.vocabulary.names[tag] for tag in commonest if df[tag]]


def tags_nowhere(snapshot: IndexSnapshot, tags: Sequence[str]) -> list[str]:
    """Return those of some tags that count on no video, in their order."""
    numbers = snapshot.vocabulary.numbers(tags)
    return [
        tag
        for tag, number in zip(tags, numbers, strict=True)
        if not _counts_in_build(snapshot, number) and not snapshot.count(HasTag(tag))
    ]


def _counts_in_build(snapshot: IndexSnapshot, number: int) -> bool:
    """Whether a tag counts on videos of the build, which is quicker to tell than of all."""
    return number < len(snapshot.df) and bool(snapshot.df[number])


def suggested_tags(snapshot: IndexSnapshot | None) -> list[str]:
    """Return the tags to offer to who types one, by name."""
    return sorted(common_tags(snapshot, _MAX_SUGGESTED)) if snapshot else []
