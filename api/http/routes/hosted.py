"""Copies of videos that a remote tagger may fetch, for as long as their address is valid."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentSettings
from ingest.sources.hosting.local import LocalHost

router = APIRouter(tags=["hosting"], route_class=ReadRoute)

_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/hosted/{name}",
    response_class=FileResponse,
    responses={
        200: {"content": {"video/mp4": _BYTES}},
        206: {"description": "The part that is asked for.", "content": {"video/mp4": _BYTES}},
        416: {"description": "There is no such part."},
    },
)
def get_hosted_copy(
    name: str, expires: int, signature: str, settings: CurrentSettings
) -> FileResponse:
    """Give out a copy to who has its signed address."""
    host = LocalHost.open(settings.hosted_path, settings.public_url)
    path = host.open_signed(name, expires=expires, signature=signature)
    return FileResponse(path, media_type="video/mp4")
