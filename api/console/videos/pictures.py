"""Thumbnails, for people who are signed in to the console."""

from fastapi import APIRouter, HTTPException, Response

from api.background.live import Live
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.http.thumbnails import Picture, read_thumbnail
from api.settings import Settings

router = APIRouter(route_class=ReadRoute)

# The address names the revision that the picture is of, so a kept one is never wrong.
_CACHED = {"cache-control": "private, max-age=31536000, immutable"}


@router.get("/videos/{video}/poster/{revision}")
async def get_poster(
    video: str,
    revision: int,  # noqa: ARG001 - names it
    live: CurrentLive,
    settings: CurrentSettings,
) -> Response:
    """Return the frame most like the whole."""
    return await _answer(live, settings, video, Picture.POSTER)


@router.get("/videos/{video}/strip/{revision}")
async def get_strip(
    video: str,
    revision: int,  # noqa: ARG001 - names it
    live: CurrentLive,
    settings: CurrentSettings,
) -> Response:
    """Return the small pictures along the video, side by side."""
    return await _answer(live, settings, video, Picture.STRIP)


async def _answer(live: Live, settings: Settings, video: str, picture: Picture) -> Response:
    thumbnail = await read_thumbnail(live.catalog, settings, video, picture)
    if thumbnail is None:
        raise HTTPException(404, "There is no picture of this video.")
    return Response(thumbnail.content, media_type="image/webp", headers=_CACHED)
