"""Evaluations of settings: a form that queues one, and the report of one that is done."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.compared_settings import candidates_of
from api.console.rendering import page
from api.console.security import Form
from api.experiments import check_stored
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive, CurrentSettings
from api.setting_changes import settings_of_lists
from api.setting_storage import store_settings
from engine.batch.evaluation.evaluation import EvaluationOptions
from engine.batch.evaluation.job import name_of, options_of
from engine.batch.evaluation.online import DAY_SECONDS, DEFAULT_DAYS, evaluate_online
from engine.domain.evaluations.evaluation import Measure
from engine.domain.jobs import Kind
from engine.errors import InvalidInput, UnknownEvaluation

router = APIRouter(route_class=ReadRoute)


@router.get("/evaluations")
def get_evaluations(
    request: Request,
    live: CurrentLive,
    job: Annotated[int | None, Query(ge=1)] = None,
    *,
    written: bool = False,
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
        written=written,
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


@router.post("/evaluations/{job}/write")
def post_winner(
    job: int,
    request: Request,
    form: Form,  # noqa: ARG001 - checks
    live: CurrentLive,
    settings: CurrentSettings,
) -> Response:
    """Store the settings that won an evaluation in the home."""
    report = live.catalog.evaluations.get(job)
    if report is None:
        raise UnknownEvaluation(job)
    winner = next((one for one in report["compared"] if one["name"] == report["winner"]), None)
    if winner is None:
        raise InvalidInput("nothing was surely better here: there is nothing to store")
    # A report may be older than this version: what it names is checked as if it were typed.
    if gone := set(winner["settings"]).difference(settings_of_lists()):
        raise InvalidInput(f"there is no setting {', '.join(sorted(gone))} any more: evaluate anew")
    check_stored(settings, winner["settings"])
    store_settings(settings.home, winner["settings"])
    return RedirectResponse(f"{request.scope['root_path']}/evaluations?job={job}&written=true", 303)


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
