"""From the videos' side: the campaigns for a video or a viewer, the seconds for ads, and why."""

import time
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Response

from api.background.live import Live
from api.http.middleware.auth import Caller
from api.http.middleware.problems import Code
from api.http.own_ids import own_filter, own_ids
from api.http.read_routes import ReadRoute, read_in_thread
from api.http.routes.campaign_access import CampaignAccess, placeable
from api.http.routes.dependencies import CurrentCaller, CurrentLive, CurrentSettings
from api.http.schemas import placements as placements_schemas
from api.http.schemas import recommendations as recommendations_schemas
from api.http.schemas.bodies import SourcesText
from api.http.schemas.placements import (
    AdBreakList,
    CampaignPlacementList,
    Explain,
    MaxCampaigns,
    ProfileRequest,
)
from api.http.schemas.problems import problems
from api.settings import Settings
from api.vmap import MEDIA_TYPE, vmap_xml
from engine.content.ad_breaks import (
    DEFAULT_EDGE_SECONDS,
    DEFAULT_GAP_SECONDS,
    MAX_BREAKS,
    Breaks,
    Spacing,
)
from engine.domain.advertising.campaigns import Campaign
from engine.domain.advertising.placements import (
    CampaignEligibility,
    VideoPlacements,
    ViewerPlacements,
)
from engine.domain.keys import Scope
from engine.domain.matching.source_weights import SourceWeights
from engine.domain.videos import VideoRecord
from engine.errors import InvalidInput
from engine.search.profiles import profile_of
from engine.services.ad_breaks import (
    AdBreaks,
    breaks_for_anyone,
    breaks_for_campaign,
    explained_breaks,
)
from engine.services.recommendations import (
    ViewerEligibility,
    known_interests,
    viewer_eligibility_of,
)
from engine.services.targeting import campaign_eligibility_of, campaigns_for, campaigns_for_viewer

router = APIRouter(prefix="/v1", tags=["campaigns"], route_class=ReadRoute)

_XML: Final = ("application/xml", "text/xml", "application/vmap+xml")

_VMAP: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}
}

ForCampaign = Annotated[str | None, Query(description="The campaign whose ads are shown.")]
MaxBreaks = Annotated[int, Query(ge=1, le=MAX_BREAKS, description="How many breaks.")]
Gap = Annotated[int, Query(ge=1, le=86_400, description="Least seconds between breaks.")]
Edge = Annotated[int, Query(ge=0, le=86_400, description="Least seconds to the start and end.")]


@dataclass(frozen=True, slots=True)
class BreaksFor:
    """Breaks that were found, and for what."""

    video: VideoRecord
    campaign: Campaign | None
    breaks: Breaks


async def _breaks_for(
    video: str,
    live: CurrentLive,
    settings: CurrentSettings,
    caller: CurrentCaller,
    campaign: ForCampaign = None,
    count: MaxBreaks = 3,
    gap: Gap = DEFAULT_GAP_SECONDS,
    edge: Edge = DEFAULT_EDGE_SECONDS,
) -> BreaksFor:
    spacing = Spacing(count, gap, edge)
    return await read_in_thread(_find_breaks, video, live, settings, caller, campaign, spacing)


def _find_breaks(
    video: str,
    live: Live,
    settings: Settings,
    caller: Caller,
    campaign: str | None,
    spacing: Spacing,
) -> BreaksFor:
    chosen = None if campaign is None else placeable(campaign, live, caller)
    record = live.catalog.videos.named(video)
    catalog, rules = live.catalog, settings.sensitive
    if chosen is None:
        return BreaksFor(record, None, breaks_for_anyone(catalog, record, spacing, rules))
    breaks = breaks_for_campaign(catalog, live.snapshot, record, chosen, spacing, rules)
    return BreaksFor(record, chosen, breaks)


CurrentBreaks = Annotated[BreaksFor, Depends(_breaks_for)]


@router.get(
    "/videos/{video:slashed}/campaigns",
    response_model=CampaignPlacementList,
    response_model_exclude_unset=True,
)
def get_video_campaigns(
    video: str,
    live: CurrentLive,
    caller: CurrentCaller,
    k: MaxCampaigns = 10,
    *,
    explain: Explain = False,
) -> VideoPlacements:
    """Return the campaigns that fit a video best, of those that may run on it now."""
    record = live.catalog.videos.named(video)
    return campaigns_for(
        live.catalog,
        live.targeting,
        record,
        k,
        now=int(time.time()),
        advertiser=caller.placed_for(),
        explained=explain,
    )


@router.get(
    "/viewers/{viewer:slashed}/campaigns",
    response_model=CampaignPlacementList,
    response_model_exclude_unset=True,
)
def get_viewer_campaigns(
    viewer: str,
    live: CurrentLive,
    settings: CurrentSettings,
    caller: CurrentCaller,
    k: MaxCampaigns = 10,
    sources: SourcesText = "",
) -> ViewerPlacements:
    """Return the campaigns that fit a viewer who is stored best, of those that run now."""
    now, stored = time.time(), live.catalog.viewers.get(viewer)
    rules = live.lists.rules_of(viewer, settings.profile_rules)
    profile = profile_of(stored.interests, stored.events, rules, now=now)
    return campaigns_for_viewer(
        live.catalog.campaigns,
        live.targeting,
        profile,
        rules,
        k,
        now=int(now),
        advertiser=caller.placed_for(),
        viewer=viewer,
        sources=SourceWeights.read(sources),
    )


@router.post(
    "/viewers:campaigns",
    response_model=CampaignPlacementList,
    response_model_exclude_unset=True,
    responses=problems(Code.UNKNOWN_TAG, Code.NOT_FOUND),
)
def find_viewer_campaigns(
    body: ProfileRequest, live: CurrentLive, settings: CurrentSettings, caller: CurrentCaller
) -> ViewerPlacements:
    """Return the campaigns that fit a viewer of whom nothing is stored."""
    now, rules = time.time(), settings.profile_rules
    snapshot = live.snapshot
    liked = own_ids(live.catalog, body.liked)
    snapshot.require(liked)
    interests, ignored = known_interests(
        snapshot.vocabulary, body.interests, strict=body.strict, is_all=not liked
    )
    profile = profile_of(interests, (), rules, now=now, liked=liked)
    placements = campaigns_for_viewer(
        live.catalog.campaigns,
        live.targeting,
        profile,
        rules,
        body.k,
        now=int(now),
        advertiser=caller.placed_for(),
        viewer=None,
        sources=SourceWeights.of(body.sources),
    )
    return replace(placements, ignored=ignored)


@router.get(
    "/explain",
    response_model=placements_schemas.CampaignEligibility
    | recommendations_schemas.ViewerEligibility,
    response_model_exclude_unset=True,
    responses=problems(Code.UNKNOWN_TAG, Code.NOT_FOUND),
)
def get_explanation(
    video: str,
    live: CurrentLive,
    settings: CurrentSettings,
    caller: CurrentCaller,
    campaign: str | None = None,
    viewer: str | None = None,
    where: Annotated[str | None, Query(description="For a viewer: a filter, as JSON.")] = None,
) -> CampaignEligibility | ViewerEligibility:
    """Return every rule of a campaign, or for a viewer, and whether it lets a video pass."""
    if (campaign is None) == (viewer is None):
        raise InvalidInput("say which: give either a campaign or a viewer")
    if campaign is not None:
        stored = CampaignAccess(live.catalog.campaigns, caller.stored_for()).find(campaign)
        record = live.catalog.videos.named(video)
        now = int(time.time())
        return campaign_eligibility_of(live.catalog, live.targeting, stored, record, now=now)
    caller.require(Scope.READ)
    record = live.catalog.videos.named(video)
    own_where = own_filter(live.catalog, where)
    return viewer_eligibility_of(
        live.catalog,
        live.snapshot,
        viewer or "",
        record.id,
        live.lists.rules_of(viewer, settings.profile_rules),
        now=time.time(),
        where=own_where,
    )


@router.get(
    "/videos/{video:slashed}/breaks",
    response_model=AdBreakList,
    response_model_exclude_unset=True,
    responses=_VMAP,
)
def get_video_breaks(
    live: CurrentLive,
    chosen: CurrentBreaks,
    accept: Annotated[str, Header()] = "",
    *,
    explain: Explain = False,
) -> AdBreaks | Response:
    """Return the best seconds of a video for ads; as VMAP to who accepts XML."""
    if any(kind in accept for kind in _XML):
        return _vmap(chosen)
    breaks, video, campaign = chosen.breaks, chosen.video, chosen.campaign
    if explain and campaign is not None:
        breaks = explained_breaks(live.catalog, live.snapshot, video, campaign, breaks)
    return AdBreaks.of(video, campaign, breaks)


@router.get(
    "/videos/{video:slashed}/breaks.vmap",
    response_class=Response,
    responses=_VMAP,
)
def get_video_breaks_vmap(chosen: CurrentBreaks) -> Response:
    """Return the best seconds of a video for ads as VMAP 1.0.1, in the order they are shown."""
    return _vmap(chosen)


def _vmap(chosen: BreaksFor) -> Response:
    return Response(vmap_xml(chosen.breaks.best, chosen.campaign), media_type=MEDIA_TYPE)
