"""Copies of videos that a remote tagger may fetch, for as long as their address is valid."""

from typing import Final

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentSettings
from api.http.stored_files import stored_file
from api.media import open_media
from api.settings import Settings
from ingest.sources.hosting.local import LocalHost
from ingest.sources.hosting.signing import NotHosted
from ingest.sources.hosting.store import StoreHost

router = APIRouter(tags=["hosting"], route_class=ReadRoute)

_TYPE: Final = "video/mp4"
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
async def get_hosted_copy(
    name: str, expires: int, signature: str, request: Request, settings: CurrentSettings
) -> Response:
    """Give out a copy to who has its signed address."""
    return await run_sync(lambda: _answer(name, expires, signature, request, settings))


def _answer(
    name: str, expires: int, signature: str, request: Request, settings: Settings
) -> Response:
    store = open_media(settings)
    if store is None:
        host = LocalHost.open(settings.hosted_path, settings.public_url)
        path = host.open_signed(name, expires=expires, signature=signature)
        return FileResponse(path, media_type=_TYPE)
    stored = StoreHost(store, settings.public_url)
    copy = stored.object_of(name, expires=expires, signature=signature)
    response = stored_file(request, store, copy, _TYPE)
    if response is None:
        raise NotHosted
    return response
