"""Matches both ways of asking: for a viewer, and for an advertiser; both on fast routes."""

import time
from typing import Any

from starlette.datastructures import State

from api.background.list_settings import RequestOptions
from api.background.live import Live
from api.encoding import encoded
from api.http.details import with_details
from api.http.fast_routes import QUICK_MATCHES, QUICK_VIDEOS, FastRoute
from api.http.middleware.problems import Code
from api.http.own_ids import own_events, own_filter, own_ids
from api.http.schemas.matches import MatchRequest, VideoMatchList
from api.http.schemas.recommendations import RecommendationPage, RecommendationRequest
from engine.domain.evaluations.shown_lists import EntryPoint
from engine.domain.matching.keywords import IgnoredWord
from engine.domain.matching.source_weights import SourceWeights
from engine.ports.index import IndexSnapshot
from engine.search.rerank import BY_SCORE
from engine.services.keywords import understood_interests
from engine.services.matches import keyword_matches
from engine.services.recommendations import RecommendationQuery, recommend


def _is_quick_recommendation(body: RecommendationRequest, state: State) -> bool:
    snapshot: IndexSnapshot = state.live.snapshot
    plain = body.where is None and not body.explain and body.ranking == BY_SCORE
    few = len(body.liked) + len(body.events) <= QUICK_MATCHES
    # For words that are no tags, tags that are spelled alike are looked for.
    known = all(tag in snapshot.vocabulary for tag in body.interests)
    return known and plain and few and not body.language and _is_short(body, snapshot)


def _is_short(body: RecommendationRequest | MatchRequest, snapshot: IndexSnapshot) -> bool:
    # What is told besides, the catalog is asked for.
    return snapshot.n_videos <= QUICK_VIDEOS and body.k <= QUICK_MATCHES and not body.include


def recommend_videos(body: RecommendationRequest, state: State) -> dict[str, Any]:
    """Recommend videos to a viewer of whom nothing is stored."""
    live: Live = state.live
    now, catalog = time.time(), live.catalog
    interests: dict[str, float] = body.interests
    ignored: tuple[IgnoredWord, ...] = ()
    if body.language:
        interests, ignored = understood_interests(
            live.keyword_service,
            live.snapshot.vocabulary,
            interests,
            language=body.language,
            strict=body.strict,
            is_all=not body.events and not body.liked,
        )
    query = RecommendationQuery(
        interests=interests,
        ignored=ignored,
        events=own_events(
            catalog, (event.event(str(at), now) for at, event in enumerate(body.events))
        ),
        liked=own_ids(catalog, body.liked),
        k=body.k,
        where=own_filter(catalog, body.where),
        ranking=body.ranking,
        again=body.again,
        strict=body.strict,
        explain=body.explain,
        cursor=body.cursor,
        sources=SourceWeights.of(body.sources),
    )
    snapshot, rules = live.snapshot, state.settings.profile_rules
    page = recommend(catalog, snapshot, query, rules, now=now)
    options = RequestOptions(query.sources, body.variety)
    page = live.lists.recommendations(page, EntryPoint.HTTP, snapshot, rules, options=options)
    return with_details(encoded(page), catalog, body.include)


def _is_quick_match(body: MatchRequest, state: State) -> bool:
    snapshot: IndexSnapshot = state.live.snapshot
    # Words that are no tags are understood with a network; a filter may have to be compiled.
    understood = all(word in snapshot.vocabulary for word in (*body.keywords, *body.exclude))
    plain = body.where is None and not body.explain and not body.language
    return understood and plain and _is_short(body, snapshot)


def match_videos(body: MatchRequest, state: State) -> dict[str, Any]:
    """Find the videos that fit an advertiser's keywords."""
    live: Live = state.live
    snapshot = live.snapshot
    keywords, understood = live.keyword_service.profile(
        snapshot.vocabulary, body.keywords, strict=body.strict, language=body.language
    )
    where = own_filter(live.catalog, body.where)
    settings, sources = state.settings, SourceWeights.of(body.sources)
    least = settings.min_relevance if body.min_relevance is None else body.min_relevance
    variety = settings.variety if body.variety is None else body.variety
    answer = keyword_matches(
        live.catalog.tracks,
        snapshot,
        keywords,
        understood,
        words=body.keywords,
        k=body.k,
        exclude=body.exclude,
        where=where,
        sources=sources,
        min_relevance=least,
        variety=variety,
        explained=body.explain,
    )
    options = RequestOptions(sources, variety, least)
    answer = live.lists.matches(answer, EntryPoint.HTTP, snapshot, options=options)
    return with_details(encoded(answer), live.catalog, body.include)


FAST_ROUTES = (
    FastRoute(
        "/v1/recommendations",
        "recommendation",
        RecommendationRequest,
        RecommendationPage,
        recommend_videos,
        _is_quick_recommendation,
        (Code.UNKNOWN_TAG, Code.NOT_FOUND, Code.EXPIRED),
    ),
    FastRoute(
        "/v1/matches",
        "match",
        MatchRequest,
        VideoMatchList,
        match_videos,
        _is_quick_match,
        (Code.UNKNOWN_TAG,),
    ),
)
