"""The queue: what was started, how far it is, and trying again."""

import time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from api.answers.jobs import job_json
from api.cursors import cursor_of, read_cursor
from api.idempotency import IdempotencyKey, start_once
from api.problems import Code
from api.routes.dependencies import CurrentCaller, CurrentLive
from api.schemas.headers import with_header
from api.schemas.jobs import IngestRequest, JobAnswer, JobsAnswer
from api.schemas.problems import problems
from engine.errors import UnknownJob
from engine.store.catalog import Catalog
from engine.store.jobs import Job, Jobs, State
from ingest.sources.addresses import canonical

router = APIRouter(prefix="/v1", tags=["jobs"])

LOCATION: Final = with_header("Location", "Where the job is asked for.")
"""Of an answer that started one."""

_LIST = "jobs"


@router.post(
    "/videos",
    response_model=JobAnswer,
    status_code=202,
    responses={202: LOCATION, **problems(Code.CONFLICT)},
)
def ingest_video(
    body: IngestRequest,
    live: CurrentLive,
    caller: CurrentCaller,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Queue a web address to be watched; ``Location`` names the job."""
    source = canonical(body.source)
    asked = f"ingest {body.force} {source}".encode()
    job = start_once(
        live.catalog,
        caller.id,
        idempotency_key,
        asked,
        lambda: Jobs(live.catalog).add([source], {"force": body.force}, now=time.time())[0],
    )
    return started(live.catalog, job, response)


@router.get("/jobs", response_model=JobsAnswer)
def list_jobs(
    live: CurrentLive,
    state: State | None = None,
    cursor: Annotated[str, Query(description="The ``next`` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List jobs, the newest first, a page at a time."""
    before = read_cursor(_LIST, cursor, int)[0] if cursor else None
    page = Jobs(live.catalog).newest(before=before, state=state, limit=limit + 1)
    more = len(page) > limit
    return {
        "jobs": [job_json(job) for job in page[:limit]],
        "next": cursor_of(_LIST, page[limit - 1].id) if more else None,
    }


@router.get("/jobs/{job}", response_model=JobAnswer)
def get_job(job: int, live: CurrentLive) -> dict[str, Any]:
    """Return one job."""
    return job_json(_get(live.catalog, job))


@router.post(
    "/jobs/{job}/retry", response_model=JobAnswer, status_code=202, responses={202: LOCATION}
)
def retry_job(job: int, live: CurrentLive, response: Response) -> dict[str, Any]:
    """Queue a failed job again."""
    _get(live.catalog, job)
    Jobs(live.catalog).retry([job], now=time.time())
    return started(live.catalog, job, response)


def started(catalog: Catalog, job: int, response: Response) -> dict[str, Any]:
    """Return a job that was just started, with its place."""
    response.headers["location"] = f"/v1/jobs/{job}"
    return job_json(_get(catalog, job))


def _get(catalog: Catalog, job: int) -> Job:
    found = Jobs(catalog).get(job)
    if found is None:
        raise UnknownJob(job)
    return found
