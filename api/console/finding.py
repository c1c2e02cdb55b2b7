"""Search of the catalog by the index: by tag and by how sensitive, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.domain.filters import And, Filter, HasTag, Or
from engine.domain.keywords import KeywordMatch
from engine.domain.results import Match
from engine.ports.index import IndexSnapshot
from engine.search.matches import MAX_MATCHES, explain
from engine.search.profiles import interests_query
from engine.services.keywords import KeywordService

_MAX_SUGGESTED: Final = 500


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One page of what passes, and whether more comes.

    Attributes:
        ids: of the page's videos, in order.
        more: whether another page comes.
        total: how many pass altogether.
    """

    ids: Sequence[str]
    more: bool
    total: int


def newest_passing(view: IndexSnapshot, wanted: Filter, *, number: int, size: int) -> FoundPage:
    """Return the ``number``-th page of what passes a filter, the last added first."""
    first = (number - 1) * size
    found = view.newest(wanted, skip=first, k=size + 1)
    return FoundPage(found[:size], more=len(found) > size, total=view.count(wanted))


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a person as tags.

    Attributes:
        weights: tag -> how much it counts.
        seen: that every word that means a tag was seen, whichever of its tags.
        readings: of the words that are no tags.
    """

    weights: Mapping[str, float]
    seen: Filter
    readings: Sequence[KeywordMatch]


def understood(understanding: KeywordService, view: IndexSnapshot, words: Sequence[str]) -> Words:
    """Understand words as tags.

    Raises:
        UnknownTag: when none means a tag for sure, with the nearest.
    """
    weights, readings = understanding.profile(view.vocabulary, dict.fromkeys(words, 1.0))
    meanings = {reading.word: [one.tag for one in reading.used] for reading in readings}
    used = [meanings.get(word, [word]) for word in words]
    seen = [Or(tuple(HasTag(tag) for tag in tags)) for tags in used if tags]
    return Words(weights, And(tuple(seen)), readings)


def best_tagged(
    view: IndexSnapshot, weights: Mapping[str, float], wanted: Filter, *, number: int, size: int
) -> tuple[list[Match], bool]:
    """Return the ``number``-th page of what fits some tags and passes a filter, the best first.

    Also whether another page comes; what is not among the best ``MAX_MATCHES`` is not shown.
    """
    query = interests_query(weights, view)
    first, last = (number - 1) * size, number * size
    if first >= MAX_MATCHES:
        return [], False
    best = view.search(query, min(last + 1, MAX_MATCHES), wanted)
    page = [
        Match(one.video, one.score, explain(view, query, one.video)) for one in best[first:last]
    ]
    return page, len(best) > last


def common_tags(view: IndexSnapshot, most: int) -> list[str]:
    """Return the tags that count on most videos, the commonest first."""
    df = view.df
    commonest = np.argsort(-df, kind="stable")[:most]
    return [view.vocabulary.names[tag] for tag in commonest if df[tag]]


def tags_nowhere(view: IndexSnapshot, tags: Sequence[str]) -> list[str]:
    """Return those of some tags that count on no video, in their order."""
    numbers = view.vocabulary.numbers(tags)
    return [
        tag
        for tag, number in zip(tags, numbers, strict=True)
        if not _counts_in_build(view, number) and not view.count(HasTag(tag))
    ]


def _counts_in_build(view: IndexSnapshot, number: int) -> bool:
    """Whether a tag counts on videos of the build, which is quicker to tell than of all."""
    return number < len(view.df) and bool(view.df[number])


def suggested_tags(view: IndexSnapshot | None) -> list[str]:
    """Return the tags to offer to who types one, by name."""
    return sorted(common_tags(view, _MAX_SUGGESTED)) if view else []
