"""Copies of videos that a remote tagger may fetch, for as long as their address is valid."""

from fastapi import APIRouter
from fastapi.responses import FileResponse

from api.routes.dependencies import CurrentSettings
from ingest.hosting.local import LocalHost

router = APIRouter(tags=["hosting"])


@router.get("/hosted/{name}", response_class=FileResponse)
def get_hosted(name: str, expires: int, signature: str, settings: CurrentSettings) -> FileResponse:
    """Give out a copy to who has its signed address."""
    host = LocalHost.open(settings.hosted_path, settings.public_url)
    path = host.open_signed(name, expires=expires, signature=signature)
    return FileResponse(path, media_type="video/mp4")
