"""Readiness of the service."""

from pydantic import BaseModel


class HealthStatus(BaseModel):
    """Readiness of the service; ``detail`` says why it is not ready."""

    status: str
    detail: str = ""
