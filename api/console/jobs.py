"""The queue as it is worked: what waits, how far each is, what failed and why; and reindexing."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from pydantic import ValidationError

from api.background.live import Live
from api.console.rendering import grouped, page, wants_fragment
from api.console.security import Form
from api.console.videos.cards import snapshot_of
from api.costs import cost_text
from api.encoding import encoded
from api.http.middleware.auth import Caller
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentCaller, CurrentLive, CurrentSettings
from api.http.routes.jobs import visible
from api.http.schemas.reindexing import ReindexRequest
from api.settings import Settings
from engine.batch.reindex import preview
from engine.domain.jobs import Job, State
from engine.domain.keys import Scope
from engine.domain.matching.index_config import IndexConfig
from engine.errors import InvalidInput
from engine.ports.index import IndexSnapshot
from ingest.sources.addresses import is_address

router = APIRouter(route_class=ReadRoute)

PAGE_JOBS: Final = 50
_POLL_SECONDS: Final = 1.0
# Short, so that a server that is told to stop need not wait long; the browser asks again.
_STREAM_SECONDS: Final = 8.0


@dataclass(frozen=True, slots=True)
class Line:
    """A job as the page shows it."""

    job: Job

    @property
    def name(self) -> str:
        """Short name of the job's subject."""
        if self.job.kind == "reindex":
            return "Reindex"
        if self.job.kind == "evaluate":
            return f"Evaluation of {self.job.source}" if self.job.source else "Evaluation"
        source = self.job.source
        return source if is_address(source) else source.rpartition("/")[2]

    @property
    def progress(self) -> float:
        """Progress of the job, 0.0 to 1.0; 0 when it is unknown."""
        done, total = self.job.done, self.job.total
        return min(done / total, 1.0) if total else 0.0

    @property
    def says(self) -> str:
        """Result of the job, or its progress."""
        job = self.job
        unit = {"reindex": "videos", "evaluate": "viewers"}.get(job.kind, "s")
        if job.state is State.RUNNING:
            return f"{job.done} of {job.total} {unit}" if job.total else f"{job.done} {unit}"
        if job.state is State.QUEUED:
            return "waits"
        if job.state is State.DONE and not job.reason:
            cost = cost_text(job.cost).replace(" %", "\N{NO-BREAK SPACE}%")
            result = "; ".join([f"{job.seconds} s analyzed", *([f"CPU {cost}"] if cost else [])])
        else:
            result = job.reason or job.status
        return "; ".join(filter(None, (result, job.warning)))

    @property
    def can_retry(self) -> bool:
        """Whether it failed and may do better."""
        return self.job.state is State.FAILED and self.job.may_succeed

    def update(self) -> "JobUpdate":
        """Return what changes while the page is open."""
        return JobUpdate(
            job=self.job.id,
            state=self.job.state,
            status=self.job.status,
            retry=self.can_retry,
            progress=self.progress,
            says=self.says,
            video=self.job.video if self.job.kind == "ingest" else "",
        )


@dataclass(frozen=True, slots=True)
class JobUpdate:
    """The part of a ``Line`` that the page replaces when it changes."""

    job: int
    state: State
    status: str
    retry: bool
    progress: float
    says: str
    video: str


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """The live generation in the words of the page."""

    generation: str
    videos: str
    threshold: str
    tf: str

    @classmethod
    def of(cls, snapshot: IndexSnapshot) -> Self:
        """Summarize the generation of a snapshot."""
        config = snapshot.config
        return cls(
            snapshot.generation_id,
            grouped(snapshot.n_indexed),
            f"{config.threshold:.2f}",
            f"{config.tf}, {config.seconds} seconds",
        )


@router.get("/jobs")
def get_jobs(
    request: Request,
    live: CurrentLive,
    settings: CurrentSettings,
    caller: CurrentCaller,
    again: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[State | None, Query()] = None,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Show a page of the queue, the newest first."""
    jobs = live.catalog.jobs
    page_and_one = jobs.newest(before=before, state=state, limit=PAGE_JOBS + 1)
    values: dict[str, Any] = {
        "lines": [Line(visible(job, caller)) for job in page_and_one[:PAGE_JOBS]],
        "counts": jobs.counts(),
        "state": state,
        "before": before,
        "older": page_and_one[PAGE_JOBS - 1].id if len(page_and_one) > PAGE_JOBS else None,
    }
    if wants_fragment(request):
        return page(request, "jobs_list.html", **values)
    snapshot = snapshot_of(live)
    config = snapshot.config if snapshot else _index_config(settings, {})
    return page(
        request,
        "jobs.html",
        **values,
        index=IndexSummary.of(snapshot) if snapshot else None,
        config=config,
        stored=live.generations.stored(),
        again=again,
        administers=caller.may(Scope.ADMIN),
    )


@router.get("/jobs/generations")
def get_generations(request: Request, live: CurrentLive, caller: CurrentCaller) -> Response:
    """Show the generations that are there, as a piece of the page."""
    return page(
        request,
        "generations.html",
        stored=live.generations.stored(),
        administers=caller.may(Scope.ADMIN),
    )


@router.get("/jobs/events")
def get_events(request: Request, live: CurrentLive, caller: CurrentCaller) -> Response:
    """Send what changes in the queue, as it changes."""
    return StreamingResponse(
        _events(request, live, caller),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _events(request: Request, live: Live, caller: Caller) -> AsyncIterator[str]:
    yield "retry: 500\n\n"
    sent, until = "", time.monotonic() + _STREAM_SECONDS
    while time.monotonic() < until and not await request.is_disconnected():
        now = await asyncio.to_thread(_state, live, caller)
        if now != sent:
            sent = now
            yield f"data: {now}\n\n"
        await asyncio.sleep(_POLL_SECONDS)


def _state(live: Live, caller: Caller) -> str:
    jobs = live.catalog.jobs
    newest = jobs.newest(state=None, limit=PAGE_JOBS)
    updates = [Line(visible(job, caller)).update() for job in newest]
    snapshot = snapshot_of(live)
    index: object = IndexSummary.of(snapshot) if snapshot else {}
    return json.dumps(encoded({"jobs": updates, "counts": jobs.counts(), "index": index}))


@router.post("/jobs/failed/retry")
def post_retry_all(request: Request, form: Form, live: CurrentLive) -> Response:  # noqa: ARG001 - checks
    """Queue all that failed again."""
    live.catalog.jobs.retry(None, now=time.time())
    return _back(request)


@router.post("/jobs/{job}/retry")
def post_retry(request: Request, job: int, form: Form, live: CurrentLive) -> Response:  # noqa: ARG001 - checks
    """Queue a failed job again."""
    live.catalog.jobs.retry([job], now=time.time())
    return _back(request)


@router.post("/jobs/reindex")
def post_reindex(
    request: Request, form: Form, live: CurrentLive, settings: CurrentSettings
) -> Response:
    """Queue a reindex."""
    config = _index_config(settings, form)
    live.catalog.jobs.add_reindex(asdict(config), now=time.time())
    return _back(request)


@router.post("/jobs/preview")
def post_preview(
    request: Request, form: Form, live: CurrentLive, settings: CurrentSettings
) -> Response:
    """Say what a reindex would change, and change nothing."""
    report = preview(live.catalog, live.generations, _index_config(settings, form))
    template = "preview.html" if wants_fragment(request) else "preview_page.html"
    return page(request, template, report=report)


@router.post("/jobs/rollback")
def post_rollback(request: Request, form: Form, live: CurrentLive) -> Response:
    """Make a chosen generation live again; asks before, naming it."""
    chosen = form.get("generation", "")
    if "sure" not in form:
        stored = {one.id: one for one in live.generations.stored()}
        if chosen not in stored:
            raise InvalidInput("there is no such generation any more: choose one on the jobs page")
        now = next((one for one in stored.values() if one.is_live), None)
        return page(request, "rollback.html", chosen=stored[chosen], now=now)
    live.rollback(chosen)
    live.refresh()
    return RedirectResponse(f"{request.scope['root_path']}/jobs?again={chosen}", 303)


def _back(request: Request) -> Response:
    return RedirectResponse(request.scope["root_path"] + "/jobs", 303)


def _index_config(settings: Settings, form: dict[str, str]) -> IndexConfig:
    try:
        request = ReindexRequest.model_validate(form, strict=False)
    except ValidationError as error:
        wrong = "; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
        raise InvalidInput(wrong) from None
    return settings.index_config(request.threshold, request.tf, request.seconds)
