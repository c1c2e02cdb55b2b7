"""Viewers who are stored: what they like and did, and what they should see next."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.background.list_settings import RequestOptions
from api.encoding import encoded
from api.http.details import with_details
from api.http.middleware.problems import Code
from api.http.own_ids import own_events, own_filter
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.http.schemas import viewers as viewers_schemas
from api.http.schemas.bodies import Count, SourcesText, Variety
from api.http.schemas.details import IncludeText, included
from api.http.schemas.problems import problems
from api.http.schemas.recommendations import (
    Again,
    CursorText,
    Diversity,
    Explain,
    Fold,
    Freshness,
    HalfLife,
    RecommendationPage,
)
from api.http.schemas.viewers import EventsRequest, EventsResult, InterestsRequest
from engine.domain.evaluations.shown_lists import EntryPoint
from engine.domain.matching.source_weights import SourceWeights
from engine.domain.viewers import Viewer
from engine.search.rerank import BY_SCORE, Ranking
from engine.services.recommendations import RecommendationQuery, recommend
from engine.services.viewers import AddedEvents, add_events, viewer_with_lists

router = APIRouter(prefix="/v1/viewers", tags=["viewers"], route_class=ReadRoute)


@router.put("/{viewer:slashed}/interests", status_code=204, responses=problems(Code.UNKNOWN_TAG))
def put_viewer_interests(viewer: str, body: InterestsRequest, live: CurrentLive) -> None:
    """Replace what a viewer says they like."""
    vocabulary = live.catalog.tags.vocabulary()
    if body.language:
        interests, _ = live.keyword_service.profile(
            vocabulary, body.interests, strict=True, language=body.language
        )
    else:
        interests = vocabulary.weights(body.interests)
    live.catalog.viewers.put_interests(viewer, interests, now=time.time())


@router.post("/{viewer:slashed}/events", response_model=EventsResult)
def add_viewer_events(viewer: str, body: EventsRequest, live: CurrentLive) -> AddedEvents:
    """Add what a viewer did; sent again, an event changes nothing."""
    now = time.time()
    events_given = (event.event(event.id, now) for event in body.events)
    events = own_events(live.catalog, events_given)
    return add_events(live.catalog, viewer, events, now=now)


@router.get("/{viewer:slashed}", response_model=viewers_schemas.Viewer)
def get_viewer(viewer: str, live: CurrentLive) -> Viewer:
    """Return all that is stored of a viewer; of the lists that they were shown the newest 1,000."""
    live.lists.flush()
    return viewer_with_lists(live.catalog, viewer)


@router.delete("/{viewer:slashed}", status_code=204)
def delete_viewer(viewer: str, live: CurrentLive) -> None:
    """Delete all that is stored of a viewer."""
    live.catalog.viewers.delete(viewer)


@router.get(
    "/{viewer:slashed}/recommendations",
    response_model=RecommendationPage,
    response_model_exclude_unset=True,
    responses=problems(Code.UNKNOWN_TAG, Code.EXPIRED),
)
def get_viewer_recommendations(
    viewer: str,
    live: CurrentLive,
    settings: CurrentSettings,
    k: Count = 10,
    where: Annotated[str | None, Query(description="A filter, as JSON.")] = None,
    diversity: Diversity = 0.0,
    freshness: Freshness = 0.0,
    half_life_days: HalfLife = BY_SCORE.half_life_days,
    variety: Variety = None,
    cursor: CursorText | None = None,
    sources: SourcesText = "",
    include: IncludeText = "",
    *,
    fold: Fold = False,
    again: Again = False,
    explain: Explain = False,
) -> dict[str, Any]:
    """Recommend videos to a viewer who is stored."""
    query = RecommendationQuery(
        viewer=viewer,
        k=k,
        where=own_filter(live.catalog, where),
        ranking=Ranking(diversity, freshness, half_life_days, fold, variety),
        again=again,
        explain=explain,
        cursor=cursor,
        sources=SourceWeights.read(sources),
    )
    snapshot, rules = live.snapshot, live.lists.rules_of(viewer, settings.profile_rules)
    page = recommend(live.catalog, snapshot, query, rules, now=time.time())
    options = RequestOptions(query.sources, variety)
    page = live.lists.recommendations(
        page, EntryPoint.HTTP, snapshot, rules, viewer=viewer, options=options
    )
    return with_details(encoded(page), live.catalog, included(include))
