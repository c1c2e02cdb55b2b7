"""The HTTP service, made from settings; nothing global."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from api.background.for_all import background
from api.background.live import Live
from api.background.memory import left_out_of_collections, limit_heaps
from api.console.app import create_console
from api.console.signing import Refusal
from api.http.explorer import explorer_routes
from api.http.fast_routes import add_fast_routes
from api.http.long_answers import Slots
from api.http.middleware.auth import Gate, KnownKeys
from api.http.middleware.finishing import PageHeaders, PlainErrors
from api.http.middleware.limits import LimitBodies, LimitRequests
from api.http.middleware.metrics import Metrics
from api.http.middleware.parameters import no_unknown_parameters
from api.http.middleware.paths import ExactPaths
from api.http.middleware.problems import answer_with_problems
from api.http.middleware.read_only import ReadOnly
from api.http.middleware.request_logging import Observe
from api.http.middleware.tracing import is_traced
from api.http.openapi import DESCRIPTION, TAGS, describe, operation_id
from api.http.read_routes import take_short_turns
from api.http.routes import (
    advertising,
    bulk,
    campaigns,
    evaluations,
    health,
    home,
    hosted,
    jobs,
    keywords,
    metrics,
    placements,
    recommendations,
    reindexing,
    videos,
    viewers,
    webhooks,
)
from api.settings import Settings

UPLOADS: Final = ("/console/add/file", f"/v1{jobs.UPLOAD}")
_ROUTERS = (
    videos,
    advertising,
    bulk,
    campaigns,
    evaluations,
    placements,
    webhooks,
    viewers,
    keywords,
    reindexing,
    jobs,
    hosted,
)
_FOR_ANYBODY = (health, home, metrics)


def create_app(settings: Settings) -> FastAPI:
    """Make the application for one catalog; it opens when the server starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        limit_heaps()
        take_short_turns()
        with Live.open(settings) as live, closing(live.catalog.rates()) as rates:
            app.state.live = live
            app.state.rates = rates
            app.state.known_keys = KnownKeys(live.catalog.keys)
            # Opened and warmed now, not on the first request; /health/ready says what is wrong.
            live.follow()
            app.openapi()
            for_all = [] if settings.only_answers else background(settings, live)
            for one in for_all:
                one.start()
            with left_out_of_collections():
                yield
            for one in for_all:
                one.stop()

    app = FastAPI(
        title="reelmatch",
        version=version("reelmatch"),
        summary="Watches videos second by second; matches what it saw to viewers and advertisers.",
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=TAGS,
        generate_unique_id_function=operation_id,
        openapi_url=None,  # all three are in api.http.explorer
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        telemetry={"auto_configure": is_traced(os.environ)},
    )
    app.state.settings = settings
    app.state.imports = Slots(
        "imports",
        max_slots=bulk.MAX_IMPORTS,
        per_caller=bulk.MAX_IMPORTS // 2,
        at_work=bulk.IMPORTS_AT_WORK,
    )
    app.state.exports = Slots(
        "exports",
        max_slots=bulk.MAX_EXPORTS,
        per_caller=bulk.MAX_EXPORTS // 2,
        at_work=bulk.MAX_EXPORTS,
    )
    app.state.metrics = Metrics(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
    for routes in _ROUTERS:
        app.include_router(routes.router, dependencies=[Depends(no_unknown_parameters)])
    for routes in _FOR_ANYBODY:
        app.include_router(routes.router)
    app.mount("/console", create_console(app.state))
    app.router.routes.extend(explorer_routes(lambda: app.openapi()))
    answer_with_problems(app)
    # The last one added is the first that a request meets.
    add_fast_routes(app, recommendations.FAST_ROUTES)
    describe(app, *(route.body for route in recommendations.FAST_ROUTES))
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(LimitRequests)
    by_path = {bulk.IMPORT_PATH: bulk.MAX_IMPORT_BYTES}
    by_path |= dict.fromkeys(UPLOADS, settings.upload_max_bytes)
    app.add_middleware(LimitBodies, by_path=by_path, packed=(bulk.IMPORT_PATH,))
    if settings.only_answers:
        app.add_middleware(ReadOnly, refusal=Refusal)
    app.add_middleware(PlainErrors)
    app.add_middleware(
        Gate,
        local_hosts=_hosts(settings),
        origins=settings.cors_origins,
        refusal=Refusal,
    )
    if settings.cors_origins:
        # Pages send a key in a header; a session's cookie is for the console's own pages.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["ETag", "Location", "Retry-After", "X-Request-Id"],
        )
    app.add_middleware(ExactPaths)
    app.add_middleware(PageHeaders)
    app.add_middleware(Observe, metrics=app.state.metrics)
    return app


def _hosts(settings: Settings) -> tuple[str, ...]:
    """Return the host of the address that the service is reached at."""
    name = urlsplit(settings.public_url).hostname
    return (name,) if name else ()
