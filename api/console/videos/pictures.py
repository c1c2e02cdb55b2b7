"""Thumbnails, for people who are signed in to the console."""

from fastapi import APIRouter, HTTPException, Response

from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive
from engine.domain.videos import Pictures
from engine.ports.catalog import Catalog

router = APIRouter(route_class=ReadRoute)

# The address names the revision that the picture is of, so a kept one is never wrong.
_CACHED = {"cache-control": "private, max-age=31536000, immutable"}


@router.get("/videos/{video}/poster/{revision}")
def get_poster(video: str, revision: int, live: CurrentLive) -> Response:  # noqa: ARG001 - names it
    """Return the frame most like the whole."""
    return Response(_pictures(live.catalog, video).poster, media_type="image/webp", headers=_CACHED)


@router.get("/videos/{video}/strip/{revision}")
def get_strip(video: str, revision: int, live: CurrentLive) -> Response:  # noqa: ARG001 - names it
    """Return the small pictures along the video, side by side."""
    return Response(_pictures(live.catalog, video).strip, media_type="image/webp", headers=_CACHED)


def _pictures(catalog: Catalog, video: str) -> Pictures:
    pictures = catalog.thumbnails.get(video)
    if pictures is None:
        raise HTTPException(404, "There is no picture of this video.")
    return pictures
