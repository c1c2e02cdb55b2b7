"""Videos as advertisers and exchanges want to know them: categories, suitability, OpenRTB."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.encoding import encoded
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.http.schemas import categories as categories_schemas
from api.http.schemas.suitability import SuitabilityAssessment
from engine.services.advertising import (
    VideoCategories,
    VideoSuitability,
    categories_of,
    openrtb_of,
    suitability_of,
)

router = APIRouter(prefix="/v1/videos/{video:slashed}", tags=["advertising"], route_class=ReadRoute)

Threshold = Annotated[
    float | None, Query(ge=0.0, le=1.0, description="Least confidence of tags that count.")
]


@router.get("/suitability", response_model=SuitabilityAssessment)
def get_video_suitability(
    video: str, live: CurrentLive, settings: CurrentSettings
) -> VideoSuitability:
    """Return the risk for a brand of each of the eleven topics, with the seconds that show it."""
    record = live.catalog.videos.named(video)
    return suitability_of(live.catalog, record, settings.index_config())


@router.get("/categories", response_model=categories_schemas.VideoCategories)
def get_video_categories(
    video: str, live: CurrentLive, settings: CurrentSettings, threshold: Threshold = None
) -> VideoCategories:
    """Return what a video is about, in categories of the IAB's content taxonomy 3.1."""
    config = settings.counting(threshold)
    return categories_of(live.catalog, live.catalog.videos.named(video), config)


@router.get("/openrtb")
def get_video_openrtb(
    video: str, live: CurrentLive, settings: CurrentSettings, threshold: Threshold = None
) -> dict[str, Any]:
    """Return the ``content`` object of OpenRTB 2.6 for a bid request."""
    record, config = live.catalog.videos.named(video), settings.counting(threshold)
    content: dict[str, Any] = encoded(openrtb_of(live.catalog, record, config, live.tag_idf))
    return content
