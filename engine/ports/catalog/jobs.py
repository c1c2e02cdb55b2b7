"""Interface of the queue."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol

from engine.domain.jobs import Claim, Job, JobResult, Kind, State, Work


class Jobs(Protocol):
    """The queue of a catalog; any number of processes may work on it."""

    def add(self, sources: Iterable[str], options: Mapping[str, Any], *, now: float) -> list[int]:
        """Queue sources; one that is queued or running already keeps its job.

        What is ``said`` of its video in the options is added to what was said before, and it is
        forced when one of those who queued it wants it so.

        Returns:
            The ids of the jobs, source by source.
        """
        ...

    def add_again(
        self, videos: Mapping[str, str], options: Mapping[str, Any], *, now: float
    ) -> list[int]:
        """Queue, as ``add`` does, another look at the video of each source, if it is still it."""
        ...

    def add_sources(
        self, videos: Mapping[str, str], options: Mapping[str, Any], *, now: float
    ) -> list[int]:
        """Queue, as ``add`` does, what sources of tags have yet to observe on videos.

        Args:
            videos: source -> id of the video that is expected there.
            options: with ``add``, names of sources of tags.
            now: seconds since 1970.
        """
        ...

    def add_reindex(self, options: Mapping[str, Any], *, now: float) -> int:
        """Queue a reindex; one that waits already is enough. Return the id of the job."""
        ...

    def add_evaluation(self, name: str, options: Mapping[str, Any], *, now: float) -> int:
        """Queue an evaluation; one of the same name that waits or runs is enough.

        Returns:
            The id of the job.
        """
        ...

    def claim(
        self, worker: str, *, now: float, kinds: Collection[Kind] = tuple(Kind)
    ) -> Job | None:
        """Take the oldest job that waits, or whose worker is gone; None when there is none.

        A job that was claimed ``MAX_ATTEMPTS`` times and never ended is failed instead.
        """
        ...

    def heartbeat(self, job: Job, *, done: int = 0, total: int | None = None) -> bool:
        """Keep a job claimed and say how far it is; False when somebody else has it by now."""
        ...

    def end(self, job: Job, result: JobResult, *, now: float) -> bool:
        """Write down what became of a job; False, and nothing, when somebody else has it by now."""
        ...

    def warn(self, job: Job, warning: str) -> None:
        """Write down what was asked for beside a job and could not be done."""
        ...

    def release(self, worker: str, *, now: float) -> None:
        """Let all that a worker has claimed and not ended wait again; the attempts do not count."""
        ...

    def retry(self, ids: Iterable[int] | None, *, now: float) -> list[int]:
        """Queue failed jobs again: these, or all that may succeed.

        Raises:
            InvalidInput: when one of these is not a failed job, or cannot succeed.
        """
        ...

    def get(self, job: int) -> Job | None:
        """Return one job."""
        ...

    def sources_below(self, folder: str) -> list[str]:
        """Return the sources within a folder of jobs that are not done."""
        ...

    def check(self, claim: Claim) -> None:
        """Refuse to go on with a job that its worker has no more.

        Raises:
            JobLost: when somebody else has it by now, or it has ended.
        """
        ...

    def last_of(self, source: str) -> Job | None:
        """Return the job that was added last for a source."""
        ...

    def all(self) -> list[Job]:
        """Return every job, the oldest first."""
        ...

    def newest(self, *, before: int | None = None, state: State | None, limit: int) -> list[Job]:
        """Return a page of jobs, the newest first: those before an id, in one state or any."""
        ...

    def counts(self) -> dict[State, int]:
        """Return how many jobs are in each state."""
        ...

    def endings(self) -> dict[str, int]:
        """Return how many jobs ended with each status."""
        ...

    def work(self) -> Work:
        """Return what the jobs that were done came to."""
        ...

    def open_count(self, kind: Kind = Kind.INGEST) -> int:
        """Return how many jobs of a kind wait or run."""
        ...

    def open_ids(self, kind: Kind = Kind.INGEST) -> list[int]:
        """Return the jobs of a kind that wait or run, the oldest first."""
        ...

    def count_open(self, ids: Iterable[int]) -> int:
        """Return how many of these jobs wait or run."""
        ...
