"""What an advertiser or an exchange wants to know of a video, as a piece of its page."""

import json

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.answers.categories import categories_json
from api.answers.openrtb import openrtb_json
from api.answers.suitability import suitability_json
from api.console.rendering import page, wants_fragment
from api.console.timeline import known_video
from api.routes.dependencies import CurrentLive, CurrentSettings

router = APIRouter()


@router.get("/videos/{video}/advertising")
def get_advertising(
    video: str, request: Request, live: CurrentLive, settings: CurrentSettings
) -> Response:
    """Show categories, brand suitability, and the video as an object of OpenRTB."""
    record = known_video(live.catalog, video)
    catalog, rules, threshold = live.catalog, settings.sensitive, settings.threshold
    template = "advertising.html" if wants_fragment(request) else "advertising_page.html"
    return page(
        request,
        template,
        record=record,
        filed=categories_json(catalog, record, threshold)["categories"],
        suitability=suitability_json(catalog, record, rules, threshold),
        openrtb=json.dumps(
            openrtb_json(catalog, record, rules, threshold), indent=2, ensure_ascii=False
        ),
    )
