"""Interface of named requests and the jobs that they started."""

from typing import Protocol

from engine.domain.started_requests import StartedRequest


class StartedRequests(Protocol):
    """The named requests of a catalog's clients."""

    def reserve(
        self, caller: int, name: str, digest: bytes, *, now: float, ttl_seconds: float
    ) -> StartedRequest | None:
        """Return the request of this name; where there is none, None, and it is this one from now.

        Args:
            caller: the key whose name it is.
            name: of the request.
            digest: of what is asked.
            now: seconds since 1970.
            ttl_seconds: seconds that names are stored.
        """
        ...

    def restart(self, caller: int, name: str, *, now: float) -> None:
        """Let a request begin anew of which no job came."""
        ...

    def note(self, caller: int, name: str, job: int) -> None:
        """Write down the job that a request started."""
        ...
