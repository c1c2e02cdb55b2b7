"""Route of the metrics that an operator's instruments read."""

from fastapi import APIRouter, Request, Response

from api.http.middleware.metrics import CONTENT_TYPE, Metrics
from api.http.routes.dependencies import CurrentLive

router = APIRouter(tags=["operation"])


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE: {"schema": {"type": "string"}}}}},
)
def get_metrics(request: Request, live: CurrentLive) -> Response:
    """Return counters and gauges in the text form of Prometheus."""
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(live), media_type=CONTENT_TYPE)
