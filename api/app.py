"""The HTTP service, made from settings; nothing global."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from api.live import Live
from api.routes import health, hosted, recommendations, reindexing, videos
from api.settings import Settings
from engine.errors import InvalidInput, NothingIndexed, ReelmatchError, ReindexRunning, UnknownVideo
from ingest.hosting.local import NotHosted


def create_app(settings: Settings) -> FastAPI:
    """Make the application for one catalogue; it opens when the server starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with Live.open(settings) as live:
            app.state.live = live
            # Opened and warmed now, not on the first request; /health/ready says what is wrong.
            live.follow()
            yield

    app = FastAPI(
        title="reelmatch",
        version=version("reelmatch"),
        summary="Watches videos second by second; matches what it saw to viewers and advertisers.",
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.include_router(videos.router)
    app.include_router(recommendations.router)
    app.include_router(reindexing.router)
    app.include_router(hosted.router)
    app.include_router(health.router)
    app.add_exception_handler(ReelmatchError, _expected_failure)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    return app


async def _expected_failure(_request: Request, error: Exception) -> JSONResponse:
    return problem(_status_of(error), str(error))


def _status_of(error: Exception) -> int:
    if isinstance(error, UnknownVideo | NotHosted):
        return 404
    if isinstance(error, InvalidInput):
        return 422
    if isinstance(error, NothingIndexed):
        return 503
    if isinstance(error, ReindexRunning):
        return 409
    return 500


async def _invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    wrong = (
        f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
    )
    return problem(422, "; ".join(wrong))


def problem(status: int, detail: str) -> JSONResponse:
    """Return an error as RFC 9457 problem details."""
    titles = {404: "Not found", 409: "Conflict", 422: "Invalid request", 503: "Not ready"}
    content = {"title": titles.get(status, "Server error"), "status": status, "detail": detail}
    return JSONResponse(content, status, media_type="application/problem+json")
