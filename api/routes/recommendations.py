"""Matches both ways of asking: for a viewer, and for an advertiser.

The routes are plain functions, so each search runs in a thread of its own, on one view.
"""

from typing import Any

from fastapi import APIRouter

from api.answers.matches import matches_json
from api.routes.dependencies import CurrentLive
from api.schemas.matches import MatchesAnswer, MatchRequest, RecommendationRequest
from api.wheres import filter_of
from engine.filters import Filter
from engine.search import match, recommend
from engine.view import EVERY_VIDEO

router = APIRouter(prefix="/v1", tags=["matching"])


def _where(said: dict[str, Any] | None) -> Filter:
    return EVERY_VIDEO if said is None else filter_of(said)


@router.post("/recommendations", response_model=MatchesAnswer, response_model_exclude_unset=True)
def post_recommendations(body: RecommendationRequest, live: CurrentLive) -> dict[str, Any]:
    """Recommend videos to a viewer."""
    view = live.view
    found = recommend(
        view, interests=body.interests, liked=body.liked, k=body.k, where=_where(body.where)
    )
    return matches_json(view.generation, found)


@router.post("/matches", response_model=MatchesAnswer, response_model_exclude_unset=True)
def post_matches(body: MatchRequest, live: CurrentLive) -> dict[str, Any]:
    """Find the videos that fit an advertiser's keywords."""
    view = live.view
    keywords, understood = live.understanding.profile(view.vocabulary, body.keywords)
    found = match(view, keywords=keywords, exclude=body.exclude, k=body.k, where=_where(body.where))
    return matches_json(view.generation, found, understood)
