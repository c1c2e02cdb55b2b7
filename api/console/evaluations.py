"""Evaluations of settings: a form that queues one, and the report of one that is done."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.compared_settings import candidates_of
from api.console.rendering import page
from api.console.security import Form
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.setting_changes import settings_of_lists
from engine.batch.evaluation.evaluation import EvaluationOptions
from engine.batch.evaluation.job import name_of, options_of
from engine.batch.evaluation.online import DAY_SECONDS, DEFAULT_DAYS, evaluate_online
from engine.domain.evaluation import Measure
from engine.domain.jobs import Kind
from engine.errors import UnknownEvaluation

router = APIRouter(route_class=ReadRoute)


@router.get("/evaluations")
def get_evaluations(
    request: Request, live: CurrentLive, job: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """Show a report, the newest unless one is named."""
    done = live.catalog.evaluations.jobs()
    chosen = job or (done[0] if done else None)
    report: dict[str, Any] | None = None
    if chosen is not None:
        report = live.catalog.evaluations.get(chosen)
        if report is None:
            raise UnknownEvaluation(chosen)
    return page(
        request,
        "evaluations.html",
        done=done,
        chosen=chosen,
        report=report,
        measures=list(Measure),
        waiting=live.catalog.jobs.open_count(Kind.EVALUATE),
        choices=settings_of_lists(),
    )


@router.get("/evaluations/online")
def get_online_evaluation(
    request: Request, live: CurrentLive, days: Annotated[int, Query(ge=1, le=3650)] = DEFAULT_DAYS
) -> Response:
    """Show what viewers clicked and watched of the lists that they were shown."""
    since = time.time() - days * DAY_SECONDS
    control = live.lists.control
    online = evaluate_online(live.catalog.shown_lists, since=since, control=control)
    return page(request, "online.html", online=online, days=days)


@router.post("/evaluations")
def post_evaluation(
    request: Request, form: Form, live: CurrentLive, settings: CurrentSettings
) -> Response:
    """Queue an evaluation of the settings of each line."""
    lines = [line.strip() for line in form.get("compare", "").splitlines()]
    candidates, options = (
        candidates_of(settings, [line for line in lines if line]),
        EvaluationOptions(),
    )
    name, stored = name_of(candidates, options), options_of(candidates, options)
    live.catalog.jobs.add_evaluation(name, stored, now=time.time())
    return RedirectResponse(request.scope["root_path"] + "/jobs", 303)
