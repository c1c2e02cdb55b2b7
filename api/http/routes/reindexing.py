"""Making what was ingested searchable."""

import time
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response

from api.encoding import encoded
from api.http.middleware.idempotency import IdempotencyKey, start_once
from api.http.middleware.problems import Code
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentCaller, CurrentLive, CurrentSettings
from api.http.routes.jobs import LOCATION, started
from api.http.schemas import jobs as jobs_schemas
from api.http.schemas.problems import problems
from api.http.schemas.reindexing import (
    IndexGenerationList,
    ReindexRequest,
    ReindexResult,
    RollbackRequest,
)
from engine.batch.index_reports import BuiltIndex, StoredIndex
from engine.domain.jobs import Job

router = APIRouter(prefix="/v1", tags=["operation"], route_class=ReadRoute)


@router.post(
    "/reindex",
    response_model=jobs_schemas.Job,
    status_code=202,
    responses={202: LOCATION, **problems(Code.CONFLICT)},
)
def start_reindex(
    live: CurrentLive,
    settings: CurrentSettings,
    caller: CurrentCaller,
    response: Response,
    body: ReindexRequest | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Job:
    """Queue the building of a new generation; it is live when the job is done.

    Searches go on meanwhile. ``Location`` names the job.
    """
    request = body or ReindexRequest()
    config = settings.index_config(request.threshold, request.tf, request.seconds)
    job = start_once(
        live.catalog,
        caller.id,
        idempotency_key,
        f"reindex {config}".encode(),
        lambda: live.catalog.jobs.add_reindex(asdict(config), now=time.time()),
    )
    return started(live.catalog, job, response)


@router.get("/reindex/generations", response_model=IndexGenerationList)
def list_generations(live: CurrentLive) -> dict[str, Any]:
    """List the generations that can be made live, the newest first."""
    return {"generations": [encoded(StoredIndex.of(one)) for one in live.generations.stored()]}


@router.post("/reindex/rollback", response_model=ReindexResult)
def roll_back_reindex(live: CurrentLive, body: RollbackRequest | None = None) -> BuiltIndex:
    """Make the generation before live again, or the one that is named."""
    built = live.rollback(body.generation if body else None)
    live.refresh()
    return BuiltIndex.of(built)
