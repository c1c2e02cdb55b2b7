"""Matches both ways of asking: for a viewer, and for an advertiser.

The routes are plain functions, so each search runs in a thread of its own, on one view.
"""

import time
from typing import Any

from fastapi import APIRouter

from api.answers.matches import matches_json
from api.asking import Asked, recommend_json
from api.routes.dependencies import CurrentLive, CurrentSettings
from api.schemas.matches import MatchesAnswer, MatchRequest
from api.schemas.recommendations import RecommendationRequest, RecommendationsAnswer
from api.wheres import filter_of
from engine.filters import Filter
from engine.search import match
from engine.view import EVERY_VIDEO

router = APIRouter(prefix="/v1", tags=["matching"])


def _where(said: dict[str, Any] | None) -> Filter:
    return EVERY_VIDEO if said is None else filter_of(said)


@router.post(
    "/recommendations", response_model=RecommendationsAnswer, response_model_exclude_unset=True
)
def post_recommendations(
    body: RecommendationRequest, live: CurrentLive, settings: CurrentSettings
) -> dict[str, Any]:
    """Recommend videos to a viewer of whom nothing is kept."""
    now = time.time()
    asked = Asked(
        interests=body.interests,
        events=tuple(event.event(str(at), now) for at, event in enumerate(body.events)),
        liked=tuple(body.liked),
        k=body.k,
        where=_where(body.where),
        ranking=body.ranking,
        again=body.again,
        explain=body.explain,
        cursor=body.cursor,
    )
    return recommend_json(live, asked, settings.profile_rules, now=now)


@router.post("/matches", response_model=MatchesAnswer, response_model_exclude_unset=True)
def post_matches(body: MatchRequest, live: CurrentLive) -> dict[str, Any]:
    """Find the videos that fit an advertiser's keywords."""
    view = live.view
    keywords, understood = live.understanding.profile(view.vocabulary, body.keywords)
    found = match(view, keywords=keywords, exclude=body.exclude, k=body.k, where=_where(body.where))
    return matches_json(view.generation, found, understood)
