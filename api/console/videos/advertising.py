"""Advertising: what an advertiser or an exchange asks of a video, as a piece of its page."""

import json
import time
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.console.rendering import page, wants_fragment
from api.console.videos.cards import snapshot_of
from api.console.videos.timeline import known_video, video_breaks
from api.encoding import encoded
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentCaller, CurrentLive, CurrentSettings
from engine.domain.advertising.placements import Placement
from engine.domain.keys import Scope
from engine.services.advertising import categories_of, openrtb_of, suitability_of
from engine.services.targeting import campaigns_for

router = APIRouter(route_class=ReadRoute)

_CAMPAIGNS: Final = 5


@router.get("/videos/{video}/advertising")
def get_advertising(
    video: str,
    request: Request,
    live: CurrentLive,
    settings: CurrentSettings,
    caller: CurrentCaller,
) -> Response:
    """Show campaigns, seconds for ads, categories, suitability, and the video for OpenRTB."""
    record = known_video(live.catalog, video)
    snapshot = snapshot_of(live)
    placed: tuple[Placement, ...] = ()
    own = caller.stored_for() if caller.may(Scope.ADVERTISE) else ""
    if caller.sees_placements and snapshot is not None and video in snapshot:
        placed = campaigns_for(
            live.catalog,
            live.targeting,
            record,
            _CAMPAIGNS,
            now=int(time.time()),
            advertiser=caller.placed_for(),
            explained=False,
        ).campaigns
    catalog, config = live.catalog, settings.index_config()
    openrtb = openrtb_of(catalog, record, config, live.tag_idf)
    template = "advertising.html" if wants_fragment(request) else "advertising_page.html"
    return page(
        request,
        template,
        record=record,
        sees_placements=caller.sees_placements,
        own=own,
        placed=placed,
        breaks=video_breaks(live, record, settings.sensitive),
        filed=categories_of(catalog, record, config).categories,
        suitability=suitability_of(catalog, record, config),
        openrtb=json.dumps(encoded(openrtb), indent=2, ensure_ascii=False),
    )
