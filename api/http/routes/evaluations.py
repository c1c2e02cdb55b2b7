"""Evaluations of settings by what viewers went on to like."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.compared_settings import candidates_of
from api.encoding import encoded
from api.http.middleware.idempotency import IdempotencyKey, start_once
from api.http.middleware.problems import Code
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentCaller, CurrentLive, CurrentSettings
from api.http.routes.jobs import LOCATION, started
from api.http.schemas import jobs as jobs_schemas
from api.http.schemas.evaluations import (
    Evaluation,
    EvaluationList,
    EvaluationRequest,
    OnlineEvaluation,
)
from api.http.schemas.problems import problems
from engine.batch.evaluation.evaluation import EvaluationOptions
from engine.batch.evaluation.job import name_of, options_of
from engine.batch.evaluation.online import DAY_SECONDS, DEFAULT_DAYS, evaluate_online
from engine.domain.jobs import Job
from engine.errors import UnknownEvaluation

router = APIRouter(prefix="/v1/evaluations", tags=["operation"], route_class=ReadRoute)


@router.post(
    "",
    response_model=jobs_schemas.Job,
    status_code=202,
    responses={202: LOCATION, **problems(Code.CONFLICT)},
)
def start_evaluation(
    live: CurrentLive,
    settings: CurrentSettings,
    caller: CurrentCaller,
    response: Response,
    body: EvaluationRequest | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Job:
    """Queue an evaluation; ``Location`` names the job, under whose number the report will be."""
    request = body or EvaluationRequest()
    split_at = None if request.split is None else request.split.timestamp()
    candidates = candidates_of(settings, request.compare)
    options = EvaluationOptions(split_at, request.viewers)
    name, stored = name_of(candidates, options), options_of(candidates, options)
    job = start_once(
        live.catalog,
        caller.id,
        idempotency_key,
        f"evaluate {name}".encode(),
        lambda: live.catalog.jobs.add_evaluation(name, stored, now=time.time()),
    )
    return started(live.catalog, job, response)


@router.get("", response_model=EvaluationList)
def list_evaluations(live: CurrentLive) -> dict[str, Any]:
    """List the jobs whose reports are there, the newest first."""
    return {"jobs": live.catalog.evaluations.jobs()}


@router.get("/online", response_model=OnlineEvaluation)
def get_online_evaluation(
    live: CurrentLive,
    days: Annotated[int, Query(ge=1, le=3650, description="Of the last days.")] = DEFAULT_DAYS,
) -> dict[str, Any]:
    """Return what viewers clicked and watched of the lists that they were shown."""
    since = time.time() - days * DAY_SECONDS
    control = live.lists.control
    return dict(encoded(evaluate_online(live.catalog.shown_lists, since=since, control=control)))


@router.get("/{job}", response_model=Evaluation, responses=problems(Code.NOT_FOUND))
def get_evaluation(job: int, live: CurrentLive) -> dict[str, Any]:
    """Return what an evaluation found."""
    report = live.catalog.evaluations.get(job)
    if report is None:
        raise UnknownEvaluation(job)
    return report
