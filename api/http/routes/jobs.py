"""The queue: what was started, how far it is, and trying again."""

import time
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.encoding import encoded
from api.http.cursors import cursor_of, read_cursor
from api.http.middleware.auth import Caller
from api.http.middleware.idempotency import IdempotencyKey, start_once
from api.http.middleware.problems import Code
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentCaller, CurrentLive, CurrentSettings
from api.http.schemas import jobs as jobs_schemas
from api.http.schemas.headers import with_header
from api.http.schemas.jobs import IngestRequest, JobPage
from api.http.schemas.problems import problems
from api.http.uploads import receive_video
from engine.domain.jobs import Job, Kind, State
from engine.domain.keys import Scope
from engine.domain.text import tidy_line
from engine.domain.viewers import MAX_CHARACTERS
from engine.errors import UnknownJob
from engine.ports.catalog import Catalog
from ingest.sources.addresses import canonical

router = APIRouter(prefix="/v1", tags=["jobs"], route_class=ReadRoute)

LOCATION: Final = with_header("Location", "Where the job is asked for.")
"""Of an answer that started one."""

UPLOAD: Final = "/videos:upload"

_LIST = "jobs"
_FILE: Final = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.post(
    "/videos",
    response_model=jobs_schemas.Job,
    status_code=202,
    responses={202: LOCATION, **problems(Code.CONFLICT)},
)
def ingest_video(
    body: IngestRequest,
    live: CurrentLive,
    caller: CurrentCaller,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Job:
    """Queue a web address to be analyzed; ``Location`` names the job."""
    source = canonical(body.source)
    metadata = f" {body.external_id} {body.title}" if body.metadata else ""
    chosen = body.model_dump(include={"force", "audio", "text"})
    request = f"ingest {chosen} {source}{metadata}".encode()
    options = {**chosen, **({"said": body.metadata} if body.metadata else {})}
    job = start_once(
        live.catalog,
        caller.id,
        idempotency_key,
        request,
        lambda: live.catalog.jobs.add([source], options, now=time.time())[0],
    )
    return started(live.catalog, job, response)


@router.post(
    UPLOAD,
    response_model=jobs_schemas.Job,
    status_code=202,
    responses={202: LOCATION},
    openapi_extra={"requestBody": _FILE},
)
async def upload_video(
    request: Request,
    live: CurrentLive,
    settings: CurrentSettings,
    response: Response,
    name: Annotated[str, Query(max_length=4000, description="What the file is called.")] = "video",
    external_id: Annotated[
        str, Query(max_length=MAX_CHARACTERS, description="An id of yours for the video.")
    ] = "",
    title: Annotated[str, Query(max_length=2000, description="Else the file's name.")] = "",
    *,
    audio: Annotated[bool, Query(description="Hear the sound, too.")] = True,
    text: Annotated[bool, Query(description="Read the words on the picture, too.")] = True,
) -> Any:
    """Take in a video file and queue it to be analyzed; the body is the file and nothing else.

    It is written down as it comes; ``REELMATCH_UPLOAD_MAX_BYTES`` says how long it may be.
    """
    metadata = {"external_id": tidy_line(external_id), "title": tidy_line(title)}
    job, _ = await receive_video(
        request,
        live,
        settings,
        name,
        {key: value for key, value in metadata.items() if value},
        chosen={"audio": audio, "text": text},
    )
    return encoded(await run_in_threadpool(started, live.catalog, job, response))


@router.get("/jobs", response_model=JobPage)
def list_jobs(
    live: CurrentLive,
    caller: CurrentCaller,
    state: State | None = None,
    cursor: Annotated[str, Query(description="The ``next`` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """List jobs, the newest first, a page at a time."""
    before = read_cursor(_LIST, cursor, int)[0] if cursor else None
    page = live.catalog.jobs.newest(before=before, state=state, limit=limit + 1)
    more = len(page) > limit
    return {
        "jobs": encoded([visible(job, caller) for job in page[:limit]]),
        "next": cursor_of(_LIST, page[limit - 1].id) if more else None,
    }


@router.get("/jobs/{job}", response_model=jobs_schemas.Job)
def get_job(job: int, live: CurrentLive, caller: CurrentCaller) -> Job:
    """Return one job."""
    return visible(_get(live.catalog, job), caller)


@router.post(
    "/jobs/{job}/retry", response_model=jobs_schemas.Job, status_code=202, responses={202: LOCATION}
)
def retry_job(job: int, live: CurrentLive, caller: CurrentCaller, response: Response) -> Job:
    """Queue a failed job again; one that is no ingest takes a key of scope ``admin``."""
    if _get(live.catalog, job).kind is not Kind.INGEST:
        caller.require(Scope.ADMIN)
    live.catalog.jobs.retry([job], now=time.time())
    return started(live.catalog, job, response)


def visible(job: Job, caller: Caller) -> Job:
    """Return a job as a caller may see it.

    What an evaluation compares and finds is for admins, as its report is.
    """
    if job.kind is not Kind.EVALUATE or caller.may(Scope.ADMIN):
        return job
    return replace(job, source="", reason="", warning="")


def started(catalog: Catalog, job: int, response: Response) -> Job:
    """Return a job that was just started, with its place."""
    response.headers["location"] = f"/v1/jobs/{job}"
    return _get(catalog, job)


def _get(catalog: Catalog, job: int) -> Job:
    record = catalog.jobs.get(job)
    if record is None:
        raise UnknownJob(job)
    return record
