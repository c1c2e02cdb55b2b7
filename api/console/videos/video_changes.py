"""Changes of one video: another look at it, and its end."""

import time
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.console.rendering import page
from api.console.security import Form
from api.console.videos.timeline import known_video
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive
from engine.errors import InvalidInput

_INHERITED_OPTIONS: Final = ("tagger", "audio", "text", "speech")

router = APIRouter(route_class=ReadRoute)


@router.post("/videos/{video}/retry")
def post_retry(request: Request, video: str, form: Form, live: CurrentLive) -> Response:  # noqa: ARG001 - checks
    """Queue another look at a video, by the tagger that looked last, and as deaf as it was."""
    source = known_video(live.catalog, video).source
    if not source:
        raise InvalidInput("nobody said where this video is: name its file or address to add it")
    jobs = live.catalog.jobs
    before = jobs.last_of(source)
    options_before = before.options if before else {}
    inherited = {
        name: options_before[name] for name in _INHERITED_OPTIONS if name in options_before
    }
    options = {"force": True} | inherited
    jobs.add([source], options, now=time.time())
    return RedirectResponse(request.scope["root_path"] + "/jobs", 303)


@router.get("/videos/{video}/delete")
def get_delete(request: Request, video: str, live: CurrentLive) -> Response:
    """Ask whether a video shall go."""
    return page(request, "video_delete.html", record=known_video(live.catalog, video))


@router.post("/videos/{video}/delete")
def post_delete(request: Request, video: str, form: Form, live: CurrentLive) -> Response:  # noqa: ARG001 - checks
    """Forget a video and all that was seen on it; its file stays."""
    live.catalog.videos.delete(known_video(live.catalog, video).id)
    return RedirectResponse(request.scope["root_path"] + "/", 303)
