"""Whether the service can answer."""

from pydantic import BaseModel


class HealthStatus(BaseModel):
    """Whether the service can answer; ``detail`` says why not."""

    status: str
    detail: str = ""
