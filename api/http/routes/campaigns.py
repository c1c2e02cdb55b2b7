"""Campaigns: stored by the client's id, paused, resumed, forgotten, and matched with videos."""

import re
import time
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from api.background.list_settings import RequestOptions
from api.campaign_parser import campaign_of
from api.encoding import encoded
from api.http.cursors import cursor_of, read_cursor
from api.http.details import with_details
from api.http.middleware.problems import Code
from api.http.read_routes import ReadRoute
from api.http.routes.campaign_access import CurrentAccess, CurrentCampaign
from api.http.routes.dependencies import CurrentLive
from api.http.schemas import campaigns as campaigns_schemas
from api.http.schemas import placements as placements_schemas
from api.http.schemas.bodies import Count, SourcesText
from api.http.schemas.campaigns import CampaignInput, CampaignPage, Name
from api.http.schemas.details import IncludeText, included
from api.http.schemas.headers import with_header
from api.http.schemas.placements import Explain
from api.http.schemas.problems import problems
from engine.domain.advertising.campaigns import Campaign, CampaignState
from engine.domain.advertising.placements import CampaignMatches, CampaignNewMatches
from engine.domain.evaluations.shown_lists import EntryPoint
from engine.domain.matching.source_weights import SourceWeights
from engine.errors import InvalidInput
from engine.services.campaigns import CampaignNow
from engine.services.targeting import matches_of, new_matches_of

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=ReadRoute)

_LIST = "campaigns"
_ETAG_HEADER = with_header("ETag", "Of this revision, for ``If-Match``.")
_ETAG = re.compile(r'(?:W/)?"(\d{1,18})"')


@router.get("", response_model=CampaignPage)
def list_campaigns(
    access: CurrentAccess,
    advertiser: str | None = None,
    state: CampaignState | None = None,
    cursor: Annotated[str, Query(description="The ``next`` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List campaigns by rising id, a page at a time."""
    after = read_cursor(_LIST, cursor, str)[0] if cursor else ""
    page, now = access.page(advertiser, state, after, limit + 1), int(time.time())
    more = len(page) > limit
    return {
        "campaigns": encoded([CampaignNow.at(campaign, now) for campaign in page[:limit]]),
        "next": cursor_of(_LIST, page[limit - 1].id) if more else None,
    }


@router.put(
    "/{campaign}",
    response_model=campaigns_schemas.Campaign,
    responses={
        200: {"description": "It took the place of the one before.", **_ETAG_HEADER},
        201: {
            "model": campaigns_schemas.Campaign,
            "description": "A new one was stored.",
            **_ETAG_HEADER,
        },
        **problems(Code.PRECONDITION_FAILED, Code.UNKNOWN_TAG),
    },
)
def put_campaign(
    campaign: Name,
    body: CampaignInput,
    live: CurrentLive,
    access: CurrentAccess,
    response: Response,
    if_match: Annotated[str | None, Header(description="The ``ETag`` it must have.")] = None,
    if_none_match: Annotated[str | None, Header(description="``*``: it must be new.")] = None,
) -> CampaignNow:
    """Store a campaign, new or instead of the one with its id; twice is as good as once."""
    before = access.before(campaign, body.advertiser)
    vocabulary = live.catalog.tags.vocabulary()
    plan = campaign_of(campaign, body, before, vocabulary, live.keyword_service)
    stored = access.campaigns.put(plan, expected=_expected(if_match, if_none_match, before))
    response.status_code = 200 if before else 201
    return _tagged(stored, response)


@router.get("/{campaign}", response_model=campaigns_schemas.Campaign, responses={200: _ETAG_HEADER})
def get_campaign(campaign: CurrentCampaign, response: Response) -> CampaignNow:
    """Return a campaign as it was written, and what its words were understood as."""
    return _tagged(campaign, response)


@router.delete("/{campaign}", status_code=204)
def delete_campaign(campaign: CurrentCampaign, access: CurrentAccess) -> None:
    """Forget a campaign; gone from answers within a second."""
    access.campaigns.delete(campaign.id)


@router.post(
    "/{campaign}/pause", response_model=campaigns_schemas.Campaign, responses={200: _ETAG_HEADER}
)
def pause_campaign(
    campaign: CurrentCampaign, access: CurrentAccess, response: Response
) -> CampaignNow:
    """Let a campaign rest; it is found no more within a second."""
    return _tagged(access.campaigns.set_state(campaign.id, CampaignState.PAUSED), response)


@router.post(
    "/{campaign}/resume", response_model=campaigns_schemas.Campaign, responses={200: _ETAG_HEADER}
)
def resume_campaign(
    campaign: CurrentCampaign, access: CurrentAccess, response: Response
) -> CampaignNow:
    """Let a campaign go on."""
    return _tagged(access.campaigns.set_state(campaign.id, CampaignState.ACTIVE), response)


@router.get(
    "/{campaign}/matches",
    response_model=placements_schemas.CampaignMatches,
    response_model_exclude_unset=True,
)
def get_campaign_matches(
    campaign: CurrentCampaign,
    live: CurrentLive,
    k: Count = 10,
    since: Annotated[
        int | None,
        Query(ge=0, description="Only what came or changed after this ``revision``, in order."),
    ] = None,
    sources: SourcesText = "",
    include: IncludeText = "",
    *,
    explain: Explain = False,
) -> dict[str, Any]:
    """Return the videos that fit a campaign, of those it may run on, and how far it reaches."""
    catalog, snapshot, weights = live.catalog, live.snapshot, SourceWeights.read(sources)
    matches: CampaignMatches | CampaignNewMatches
    if since is None:
        now = int(time.time())
        best = matches_of(
            catalog, snapshot, campaign, k, now=now, explained=explain, sources=weights
        )
        options = RequestOptions(weights)
        matches = live.lists.campaign_matches(best, EntryPoint.HTTP, snapshot, options)
    else:
        matches = new_matches_of(
            catalog, snapshot, campaign, k, since=since, explained=explain, sources=weights
        )
    return with_details(encoded(matches), catalog, included(include))


def _expected(
    if_match: str | None, if_none_match: str | None, before: Campaign | None
) -> int | None:
    """Return the revision that must be replaced, 0 for none, None for whichever there is."""
    if if_none_match is not None:
        if if_none_match.strip() != "*":
            raise InvalidInput("If-None-Match: only '*', for a campaign that must be new")
        return 0
    if if_match is None:
        return None
    if if_match.strip() == "*" and before is not None:
        return before.revision
    match = _ETAG.fullmatch(if_match.strip())
    if match is None:
        raise InvalidInput(f'If-Match: {if_match[:40]!r} is no ETag of a campaign, as "12"')
    # No campaign is at revision 0, so that it never matches what is not there.
    return int(match[1]) or -1


def _tagged(campaign: Campaign, response: Response) -> CampaignNow:
    response.headers["etag"] = f'"{campaign.revision}"'
    return CampaignNow.at(campaign, int(time.time()))
