"""All campaigns."""

import time
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.console.rendering import page
from api.http.read_routes import ReadRoute
from api.http.routes.campaign_access import CurrentAccess
from engine.domain.advertising.campaigns import status_of

router = APIRouter(route_class=ReadRoute)

PAGE_CAMPAIGNS: Final = 50


@router.get("/campaigns")
def get_campaigns(
    request: Request, access: CurrentAccess, after: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Show a page of the campaigns, by id."""
    page_and_one, now = access.page(None, None, after, PAGE_CAMPAIGNS + 1), int(time.time())
    return page(
        request,
        "campaigns.html",
        campaigns=[(one, status_of(one, now)) for one in page_and_one[:PAGE_CAMPAIGNS]],
        more=page_and_one[PAGE_CAMPAIGNS - 1].id if len(page_and_one) > PAGE_CAMPAIGNS else "",
        after=after,
    )
