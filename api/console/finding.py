"""Search of the catalogue by the index: by tag and by how sensitive, a page at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from api.keyword_service import Understanding
from engine.domain.filters import And, Filter, Or, Seen
from engine.domain.keywords import Reading
from engine.domain.results import Match
from engine.indexes.local.snapshot import Segment, View
from engine.search.matches import MOST_MATCHES, explain
from engine.search.profiles import interests_query

_MOST_SUGGESTED: Final = 500


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


def newest_passing(view: View, wanted: Filter, *, number: int, size: int) -> FoundPage:
    """Return the ``number``-th page of what passes a filter, the last added first."""
    rows, added, places = [], [], []
    for place, segment in enumerate(view.segments):
        passing = segment.passing(wanted)
        own = np.arange(segment.index.n_videos) if passing is None else np.flatnonzero(passing)
        rows.append(own)
        added.append(segment.facts.added_at[own])
        places.append(np.full(len(own), place))
    row, moment, place_of = np.concatenate(rows), np.concatenate(added), np.concatenate(places)
    first, last = (number - 1) * size, number * size
    order = np.lexsort((row, place_of, moment))[::-1][first:last]
    ids = [view.segments[place_of[one]].index.ids[int(row[one])] for one in order]
    return FoundPage(ids, more=len(row) > last, total=len(row))


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
    readings: Sequence[Reading]


def understood(understanding: Understanding, view: View, words: Sequence[str]) -> Words:
    """Understand words as tags.

    Raises:
        UnknownTag: when none means a tag for sure, with the nearest.
    """
    weights, readings = understanding.profile(view.vocabulary, dict.fromkeys(words, 1.0))
    meanings = {reading.word: [one.tag for one in reading.used] for reading in readings}
    used = [meanings.get(word, [word]) for word in words]
    seen = [Or(tuple(Seen(tag) for tag in tags)) for tags in used if tags]
    return Words(weights, And(tuple(seen)), readings)


def best_tagged(
    view: View, weights: Mapping[str, float], wanted: Filter, *, number: int, size: int
) -> tuple[list[Match], bool]:
    """Return the ``number``-th page of what fits some tags and passes a filter, the best first.

    Also whether another page comes; what is not among the best ``MOST_MATCHES`` is not shown.
    """
    query = interests_query(weights, view)
    first, last = (number - 1) * size, number * size
    if first >= MOST_MATCHES:
        return [], False
    best = view.top_k(query, min(last + 1, MOST_MATCHES), wanted)
    page = [
        Match(one.video, one.score, explain(view, query, one.place)) for one in best[first:last]
    ]
    return page, len(best) > last


def common_tags(view: View, most: int) -> list[str]:
    """Return the tags that count on most videos, the commonest first."""
    df = view.base.index.df
    commonest = np.argsort(-df, kind="stable")[:most]
    return [view.vocabulary.names[tag] for tag in commonest if df[tag]]


def tags_nowhere(view: View, tags: Sequence[str]) -> list[str]:
    """Return those of some tags that count on no video, in their order."""
    numbers = view.vocabulary.numbers(tags)
    return [
        tag
        for tag, number in zip(tags, numbers, strict=True)
        if not any(_shows(segment, tag, number) for segment in view.segments)
    ]


def _shows(segment: Segment, tag: str, number: int) -> bool:
    if number >= segment.index.n_tags or not segment.index.df[number]:
        return False
    passing = segment.passing(Seen(tag))
    return passing is None or bool(passing.any())


def suggested_tags(view: View | None) -> list[str]:
    """Return the tags to offer to who types one, by name."""
    return sorted(common_tags(view, _MOST_SUGGESTED)) if view else []
