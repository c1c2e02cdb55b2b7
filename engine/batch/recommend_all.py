"""Recommendations for every viewer who is kept, some hundreds of viewers at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from engine.domain.filters import EVERY_VIDEO, Filter
from engine.domain.recommendations import ViewerRecommendations
from engine.ports.catalog import Catalog
from engine.ports.index import IndexSnapshot
from engine.search.profiles import ProfileRules, profile_of
from engine.search.recommend import Question, recommend_many
from engine.search.rerank import BY_SCORE, Ranking

_BATCH_SIZE: Final = 500


@dataclass(frozen=True, slots=True)
class PageOptions:
    """Options of each viewer's page.

    Attributes:
        k: how many videos.
        where: which videos may be found.
        ranking: what counts beside the score.
        again: whether seen and hidden videos may come back.
    """

    k: int = 10
    where: Filter = EVERY_VIDEO
    ranking: Ranking = BY_SCORE
    again: bool = False


def recommend_all(
    catalog: Catalog, view: IndexSnapshot, options: PageOptions, rules: ProfileRules, *, now: float
) -> Iterator[ViewerRecommendations]:
    """Yield each viewer's first page, by rising id, all from one moment of the catalog.

    Args:
        catalog: the viewers, and the tracks that near-duplicates are told by.
        view: where to search.
        options: of each page.
        rules: how profiles are weighed.
        now: seconds since 1970.
    """
    viewers = catalog.viewers
    asked_at = float(ceil(now))
    after = ""
    while ids := viewers.ids(after=after, limit=_BATCH_SIZE):
        questions = []
        for viewer in viewers.some(ids):
            profile = profile_of(viewer.interests, viewer.events, rules, now=asked_at)
            questions.append(
                Question(
                    profile, asked_at, options.k, options.where, options.ranking, options.again
                )
            )
        answers = recommend_many(
            view, questions, rules, where=options.where, track_of=catalog.tracks.get
        )
        for viewer_id, (_, page) in zip(ids, answers, strict=True):
            yield ViewerRecommendations(
                viewer_id, view.generation_id, page.basis, page.basis.note, page.found
            )
        after = ids[-1]
