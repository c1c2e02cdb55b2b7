"""Interface of reports of evaluations."""

from collections.abc import Mapping
from typing import Any, Protocol


class Evaluations(Protocol):
    """The reports of a catalog, by the jobs that made them."""

    def put(self, job: int, report: Mapping[str, Any]) -> None:
        """Store what a job found; the oldest beyond ``MAX_STORED`` go."""
        ...

    def get(self, job: int) -> dict[str, Any] | None:
        """Return what a job found; None when it found nothing, or that is gone."""
        ...

    def jobs(self) -> list[int]:
        """Return the jobs of which there is a report, the newest first."""
        ...
