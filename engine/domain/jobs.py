"""Jobs: what is to be done, and what became of it. Frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

LEASE_SECONDS: Final = 30.0
"""Number of seconds that a job stays claimed without a heartbeat."""

MAX_ATTEMPTS: Final = 3
"""A job whose worker died so many times is failed: it is the job that kills them."""

OF_THE_SOURCE: Final = ("no_video", "empty", "corrupt", "too_big", "unsafe", "unsupported")
"""Statuses that the same file or address has however often it is looked at."""


class Kind(StrEnum):
    """Kind of a job."""

    INGEST = "ingest"
    REINDEX = "reindex"
    EVALUATE = "evaluate"


class State(StrEnum):
    """State of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's claim to a job.

    Attributes:
        job: its id.
        worker: who took it.
    """

    job: int
    worker: str


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do, and what became of it.

    Attributes:
        id: rising.
        kind: what it does.
        source: to ingest: an absolute path or an address; empty for a reindex; what an evaluation
            compares.
        options: how to do it; JSON values.
        state: where it is.
        attempts: how many times it was claimed.
        worker: who claimed it last.
        video: the id that the source has, or of the generation built; empty until known.
        status: as in ``ingest.decoding.probe.Status``, or ``deleted`` when its video was while it
            waited or ran; empty until it has ended.
        reason: reason for the status.
        seconds: number of seconds that were analyzed.
        done: how far it is: seconds of an ingest, videos of a reindex, viewers of an evaluation.
        total: how far it will go; None when nobody knows.
        created_at: seconds since 1970.
        changed_at: the same.
        warning: what was asked for beside it and could not be done; mostly empty.
        cost: CPU seconds of an ingest by source of tags, and of ``decoding``; empty until it has
            ended, and where nothing was looked at.
    """

    id: int
    kind: Kind
    source: str
    options: Mapping[str, Any] = field(hash=False)
    state: State
    attempts: int
    worker: str
    video: str
    status: str
    reason: str
    seconds: int
    done: int
    total: int | None
    created_at: float
    changed_at: float
    warning: str
    cost: Mapping[str, float] = field(default_factory=dict, hash=False)

    @property
    def may_succeed(self) -> bool:
        """Whether doing it again can come to something else: it is not the source itself."""
        return self.status not in OF_THE_SOURCE


@dataclass(frozen=True, slots=True)
class JobResult:
    """The result of a job."""

    state: State
    status: str
    reason: str
    video: str = ""
    seconds: int = 0
    cost: Mapping[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Work:
    """Totals of finished ingests.

    Attributes:
        video_seconds: seconds of video analyzed.
        job_seconds: how long that took, waiting not counted.
    """

    video_seconds: int
    job_seconds: float
