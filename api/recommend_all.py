"""Recommendations for every viewer who is kept, some hundreds of viewers at a time."""

from collections.abc import Iterator
from math import ceil
from typing import Any, Final

from api.answers.recommendations import recommendations_json
from api.background.live import Live
from api.recommendations import Asked
from engine.search.profiles import ProfileRules, profile_of
from engine.search.recommend import Question, recommend_many

_BATCH_SIZE: Final = 500


def recommendations_of_all(
    live: Live, asked: Asked, rules: ProfileRules, *, now: float
) -> Iterator[dict[str, Any]]:
    """Yield each viewer's answer, by rising id, all from one moment of the catalogue.

    Args:
        live: the catalogue.
        asked: what is asked for each of them.
        rules: how profiles are weighed.
        now: seconds since 1970.
    """
    view, viewers = live.view, live.catalog.viewers
    asked_at = float(ceil(now))
    after = ""
    while ids := viewers.ids(after=after, limit=_BATCH_SIZE):
        questions = []
        for viewer in viewers.some(ids):
            profile = profile_of(viewer.interests, viewer.events, rules, now=asked_at)
            questions.append(
                Question(profile, asked_at, asked.k, asked.where, asked.ranking, asked.again)
            )
        answers = recommend_many(
            view, questions, rules, where=asked.where, track_of=live.catalog.tracks.get
        )
        for viewer_id, (taste, page) in zip(ids, answers, strict=True):
            answer = recommendations_json(view, taste, page, rules, None)
            yield {"viewer": viewer_id, **answer}
        after = ids[-1]
