"""Is it alive, can it answer."""

from fastapi import APIRouter, Response

from api.http.routes.dependencies import CurrentLive
from api.http.schemas.health import HealthStatus
from engine.errors import ReelmatchError

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
async def get_liveness() -> HealthStatus:
    """Answer as long as the process does."""
    # Where it arrives: all threads may be taken by others.
    return HealthStatus(status="ok")


@router.get("/ready", responses={503: {"model": HealthStatus, "description": "Not yet."}})
def get_readiness(live: CurrentLive, response: Response) -> HealthStatus:
    """Answer 200 when there is a generation to search, else 503 with the reason."""
    try:
        live.snapshot  # noqa: B018 - having one is the check
    except ReelmatchError as error:
        response.status_code = 503
        return HealthStatus(status="not ready", detail=str(error))
    return HealthStatus(status="ok")
