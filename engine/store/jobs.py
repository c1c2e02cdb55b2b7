"""The queue of what is to be ingested: claimed with a lease, kept alive by heartbeats.

A worker that dies lets its lease run out, and the job is claimed again; each claim is an attempt.
Ingesting twice does nothing twice, so a job that was nearly done when its worker died is safe.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from engine.errors import InvalidInput
from engine.store.catalog import Catalog

LEASE_SECONDS: Final = 30.0
"""How long a job stays claimed without a heartbeat."""

MOST_ATTEMPTS: Final = 3
"""A job whose worker died so many times is failed: it is the job that kills them."""

_COLUMNS: Final = (
    "id, source, options, state, attempts, worker, video, status, reason, seconds, changed_at"
)


class State(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One source to ingest, and what became of it.

    Attributes:
        id: rising.
        source: an absolute path or an address.
        options: how to ingest it; JSON values.
        state: where it is.
        attempts: how many times it was claimed.
        worker: who claimed it last.
        video: the id that the source has; empty until known.
        status: as in ``ingest.opening.Status``; empty until it has ended.
        reason: what is behind the status.
        seconds: how many were watched.
        changed_at: seconds since 1970.
    """

    id: int
    source: str
    options: Mapping[str, Any] = field(hash=False)
    state: State
    attempts: int
    worker: str
    video: str
    status: str
    reason: str
    seconds: int
    changed_at: float


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a job."""

    state: State
    status: str
    reason: str
    video: str = ""
    seconds: int = 0


class Jobs:
    """The queue of one catalog; any number of processes may work on it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def add(self, sources: Iterable[str], options: Mapping[str, Any], *, now: float) -> list[int]:
        """Queue sources; one that is queued or running already keeps its job.

        Returns:
            The ids of the jobs, source by source.
        """
        ids = []
        with self._catalog.transaction() as db:
            for source in sources:
                waiting = db.execute(
                    "select id from jobs where source = ? and state in ('queued', 'running')",
                    (source,),
                ).fetchone()
                if waiting:
                    ids.append(int(waiting[0]))
                    continue
                added = db.execute(
                    "insert into jobs (source, options, state, attempts, not_before, worker,"
                    " lease_until, video, status, reason, seconds, created_at, changed_at)"
                    " values (?, ?, 'queued', 0, 0, '', 0, '', '', '', 0, ?, ?)",
                    (source, json.dumps(dict(options)), now, now),
                )
                ids.append(int(added.lastrowid or 0))
        return ids

    def claim(self, worker: str, *, now: float) -> Job | None:
        """Take the oldest job that waits, or whose worker is gone; None when there is none.

        A job that was claimed ``MOST_ATTEMPTS`` times and never ended is failed instead.
        """
        with self._catalog.transaction() as db:
            db.execute(
                "update jobs set state = 'failed', status = 'crashed', changed_at = ?1,"
                " reason = 'its worker died ' || attempts || ' times'"
                " where state = 'running' and lease_until < ?1 and attempts >= ?2",
                (now, MOST_ATTEMPTS),
            )
            rows = db.execute(
                f"update jobs set state = 'running', attempts = attempts + 1, worker = ?1,"  # noqa: S608
                " lease_until = ?2, changed_at = ?3 where id = (select id from jobs"
                " where (state = 'queued' and not_before <= ?3)"
                " or (state = 'running' and lease_until < ?3) order by id limit 1)"
                f" returning {_COLUMNS}",
                (worker, now + LEASE_SECONDS, now),
            ).fetchall()
        return _job(rows[0]) if rows else None

    def heartbeat(self, job: Job, *, now: float) -> bool:
        """Keep a job claimed; False when somebody else has it by now."""
        with self._catalog.transaction() as db:
            kept = db.execute(
                "update jobs set lease_until = ? where id = ? and worker = ? and state = 'running'",
                (now + LEASE_SECONDS, job.id, job.worker),
            )
            return bool(kept.rowcount)

    def end(self, job: Job, ending: Ending, *, now: float) -> None:
        """Write down what became of a job, unless somebody else has it by now."""
        with self._catalog.transaction() as db:
            db.execute(
                "update jobs set state = ?, status = ?, reason = ?, video = ?, seconds = ?,"
                " changed_at = ? where id = ? and worker = ? and state = 'running'",
                (
                    ending.state,
                    ending.status,
                    ending.reason,
                    ending.video,
                    ending.seconds,
                    now,
                    job.id,
                    job.worker,
                ),
            )

    def put_back(self, job: Job, *, now: float, not_before: float = 0.0) -> None:
        """Let a claimed job wait again, at least until a moment; the attempt does not count."""
        with self._catalog.transaction() as db:
            db.execute(
                "update jobs set state = 'queued', attempts = attempts - 1, not_before = ?,"
                " changed_at = ? where id = ? and worker = ? and state = 'running'",
                (not_before, now, job.id, job.worker),
            )

    def retry(self, ids: Iterable[int] | None, *, now: float) -> list[int]:
        """Queue failed jobs again: these, or all.

        Raises:
            InvalidInput: when one of these is not a failed job.
        """
        failed = [job.id for job in self.all() if job.state is State.FAILED]
        wanted = failed if ids is None else list(ids)
        wrong = [number for number in wanted if number not in failed]
        if wrong:
            raise InvalidInput(
                f"no failed job {', '.join(map(str, wrong))}: 'reelmatch jobs' lists them"
            )
        with self._catalog.transaction() as db:
            for number in wanted:
                db.execute(
                    "update jobs set state = 'queued', attempts = 0, not_before = 0, status = '',"
                    " reason = '', changed_at = ? where id = ? and state = 'failed'",
                    (now, number),
                )
        return wanted

    def get(self, job: int) -> Job | None:
        """Return one job."""
        for row in self._rows("where id = ?", (job,)):
            return _job(row)
        return None

    def all(self) -> list[Job]:
        """Return every job, the oldest first."""
        return [_job(row) for row in self._rows("order by id", ())]

    def open_count(self) -> int:
        """Return how many jobs wait or run."""
        return len(self._rows("where state in ('queued', 'running')", ()))

    def _rows(self, clause: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self._catalog.rows(f"select {_COLUMNS} from jobs {clause}", parameters)  # noqa: S608


def _job(row: tuple[Any, ...]) -> Job:
    number, source, options, state, *rest = row
    return Job(number, source, json.loads(options), State(state), *rest)
