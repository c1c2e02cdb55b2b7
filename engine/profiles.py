"""What a viewer likes, or an advertiser asks for -> one query vector."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Final

import numpy as np

from engine.errors import InvalidInput
from engine.queries import Query
from engine.view import Place, View

MOST_TAGS: Final = 1_000
"""A profile of more tags is refused."""


def interests_query(interests: Mapping[str, float], view: View) -> Query:
    """Weigh a viewer's interests, or a campaign's keyword profile, by idf.

    Args:
        interests: tag -> weight; negative ones push a video down.
        view: where the query will be asked.

    Raises:
        UnknownTag: for words that are not tags.
        InvalidInput: for weights that are no finite numbers, or too many tags.
    """
    if len(interests) > MOST_TAGS:
        raise InvalidInput(f"{len(interests)} tags are too many: at most {MOST_TAGS} count")
    for tag, weight in interests.items():
        if not isfinite(weight):
            raise InvalidInput(f"the weight of {tag!r} is {weight}: give a finite number")
    numbers = np.array(view.vocabulary.numbers(interests), int)
    return view.query(numbers, list(interests.values()))


def with_liked(query: Query, liked: Sequence[Place], view: View) -> Query:
    """Move a query towards the mean of the liked videos (Rocchio 1971, weights 1 and 1).

    The interests and each liked video have length 1 before they are added, so that a long video
    counts for no more than a short one.
    """
    if not liked:
        return query
    sums = np.zeros(len(view.idf))
    sums[query.tags] += query.units
    for place in liked:
        like = view.counts_query(place)
        sums[like.tags] += like.units / len(liked)
    tags = np.flatnonzero(sums)
    # ``View.query`` weighs by idf, and these sums are weighed already.
    return view.query(tags, (sums[tags] / view.idf[tags]).tolist())
