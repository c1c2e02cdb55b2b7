"""Requests that clients gave a name of their own, so that sent twice they start once."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StartedRequest:
    """A named request that was sent before.

    Attributes:
        digest: of what was asked.
        job: that it started; None when none came of it yet.
        started_at: seconds since 1970.
    """

    digest: bytes
    job: int | None
    started_at: float
