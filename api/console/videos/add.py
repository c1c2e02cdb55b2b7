"""Adding videos: files that are dropped on the page, and web addresses. Both wait in the queue."""

import time
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from api.console.rendering import page
from api.console.security import Form, FromConsole
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.http.uploads import receive_video
from engine.errors import InvalidInput
from ingest.sources.addresses import NotAnAddress, canonical

router = APIRouter(route_class=ReadRoute)

_MAX_ADDRESSES: Final = 500


@router.get("/add")
def get_add(request: Request, settings: CurrentSettings) -> Response:
    """Show where files and addresses go."""
    return _page(request, settings.upload_max_bytes)


def _page(
    request: Request, max_bytes: int, *, status: int = 200, text: str = "", wrong: str = ""
) -> Response:
    return page(request, "add.html", status=status, max_bytes=max_bytes, text=text, wrong=wrong)


@router.post("/add/addresses")
def post_addresses(
    request: Request, form: Form, live: CurrentLive, settings: CurrentSettings
) -> Response:
    """Queue addresses, one a line; all of them or none."""
    text = form.get("addresses", "")
    try:
        addresses = _addresses(text)
    except InvalidInput as error:
        return _page(request, settings.upload_max_bytes, status=422, text=text, wrong=str(error))
    live.catalog.jobs.add(addresses, {"force": False}, now=time.time())
    return RedirectResponse(request.scope["root_path"] + "/jobs", 303)


def _addresses(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise NotAnAddress("there is no address: write one a line")
    if len(lines) > _MAX_ADDRESSES:
        raise InvalidInput(f"{len(lines)} addresses are too many at once: {_MAX_ADDRESSES} a time")
    addresses: dict[str, None] = {}
    for number, line in enumerate(lines, start=1):
        try:
            addresses[canonical(line)] = None
        except NotAnAddress as error:
            where = f"line {number}: " if len(lines) > 1 else ""
            raise NotAnAddress(f"{where}{error}") from error
    return list(addresses)


@router.post("/add/file", dependencies=[FromConsole])
async def post_file(
    request: Request,
    live: CurrentLive,
    settings: CurrentSettings,
    name: Annotated[str, Query(max_length=4000)],
) -> Response:
    """Take in a file, piece by piece, and queue it; the body is the file and nothing else."""
    job, stored_name = await receive_video(request, live, settings, name)
    return JSONResponse({"job": job, "name": stored_name}, 202)
