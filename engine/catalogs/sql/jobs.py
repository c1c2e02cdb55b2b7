"""The queue of what is to be done: sources to ingest, and reindexes.

A job is claimed with a lease that heartbeats renew.
A worker that dies lets its lease run out, and the job is claimed again; each claim is an attempt.
Ingesting twice does nothing twice, so a job that was nearly done when its worker died is safe.

A lease runs by one clock for all who share the catalog: that of its server, or, where all share a
machine, of that one since it was started, which nobody can set. One that would run much longer than
any lease is of another start of the machine, and over.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from engine.catalogs.sql.database import MAX_NUMBER, Database, Statements, marks
from engine.catalogs.sql.lines import within
from engine.domain.jobs import LEASE_SECONDS, MAX_ATTEMPTS, Claim, Job, JobResult, Kind, State, Work
from engine.errors import InvalidInput, JobLost

# Of ?1, the clock of leases; another worker may have read it later, and begun a lease since.
_IS_OVER: Final = f"(lease_until < ?1 or lease_until > ?1 + {2 * LEASE_SECONDS})"
_PAGE: Final = 500
_COLUMNS: Final = (
    "id, kind, source, options, state, attempts, worker, video, status, reason, seconds, done,"
    " total, created_at, changed_at, warning, cost"
)


class Jobs:
    """The queue of one catalog; any number of processes may work on it.

    Args:
        catalog: whose queue it is.
        clock: seconds that leases run by; the catalog's own unless given.
    """

    def __init__(self, catalog: Database, clock: Callable[[], float] | None = None) -> None:
        self._catalog = catalog
        self._clock = clock or catalog.lease_clock

    def add(self, sources: Iterable[str], options: Mapping[str, Any], *, now: float) -> list[int]:
        """Queue sources; one that is queued or running already keeps its job.

        What is ``said`` of its video in the options is added to what was said before, and it is
        forced when one of those who queued it wants it so.

        Returns:
            The ids of the jobs, source by source.
        """
        with self._adding() as db:
            return [_add(db, Kind.INGEST, source, options, now) for source in sources]

    def add_again(
        self, videos: Mapping[str, str], options: Mapping[str, Any], *, now: float
    ) -> list[int]:
        """Queue, as ``add`` does, another look at the video of each source, if it is still it."""
        again = {**options, "force": True}
        with self._adding() as db:
            sources = videos.items()
            return [_add(db, Kind.INGEST, one, {**again, "video": it}, now) for one, it in sources]

    def add_sources(
        self, videos: Mapping[str, str], options: Mapping[str, Any], *, now: float
    ) -> list[int]:
        """Queue, as ``add`` does, what sources of tags have yet to observe on videos.

        Args:
            videos: source -> id of the video that is expected there.
            options: with ``add``, names of sources of tags.
            now: seconds since 1970.
        """
        with self._adding() as db:
            return [
                _add(db, Kind.INGEST, source, {**options, "video": video}, now)
                for source, video in videos.items()
            ]

    def add_reindex(self, options: Mapping[str, Any], *, now: float) -> int:
        """Queue a reindex; one that waits already is enough. Return the id of the job."""
        with self._adding() as db:
            return _add(db, Kind.REINDEX, "", options, now)

    def add_evaluation(self, name: str, options: Mapping[str, Any], *, now: float) -> int:
        """Queue an evaluation; one of the same name that waits or runs is enough.

        Returns:
            The id of the job.
        """
        with self._adding() as db:
            return _add(db, Kind.EVALUATE, name, options, now)

    @contextmanager
    def _adding(self) -> Iterator[Statements]:
        """Open a transaction in which one looks for what waits already, and adds what does not."""
        with self._catalog.transaction() as db:
            self._catalog.dialect.serialize(db, "jobs")
            yield db

    def claim(
        self, worker: str, *, now: float, kinds: Collection[Kind] = tuple(Kind)
    ) -> Job | None:
        """Take the oldest job that waits, or whose worker is gone; None when there is none.

        A job that was claimed ``MAX_ATTEMPTS`` times and never ended is failed instead.
        """
        # Asked first without a lock, so that waiting workers do not keep others from writing.
        if not self._catalog.rows(
            "select 1 from jobs where state in ('queued', 'running') limit 1"
        ):
            return None
        names = list(kinds)
        with self._catalog.transaction() as db:
            clock = self._clock()
            db.execute(
                "update jobs set state = 'failed', status = 'crashed', changed_at = ?2,"  # noqa: S608
                " reason = 'its worker died ' || attempts || ' times'"
                f" where state = 'running' and {_IS_OVER} and attempts >= ?3",
                (clock, now, MAX_ATTEMPTS),
            )
            rows = db.execute(
                f"update jobs set state = 'running', attempts = attempts + 1, worker = ?2,"  # noqa: S608
                " lease_until = ?3, changed_at = ?4, claimed_at = ?4"
                " where id = (select id from jobs where (state = 'queued'"
                f" or (state = 'running' and {_IS_OVER}))"
                f" and kind in ({marks(names)}) order by id limit 1"
                f" {self._catalog.dialect.skip_locked})"
                f" returning {_COLUMNS}",
                (clock, worker, clock + LEASE_SECONDS, now, *names),
            ).fetchall()
        return _job(rows[0]) if rows else None

    def heartbeat(self, job: Job, *, done: int = 0, total: int | None = None) -> bool:
        """Keep a job claimed and say how far it is; False when somebody else has it by now."""
        with self._catalog.transaction() as db:
            updated = db.execute(
                "update jobs set lease_until = ?, done = ?, total = ?"
                " where id = ? and worker = ? and state = 'running'",
                (self._clock() + LEASE_SECONDS, done, total, job.id, job.worker),
            )
            return bool(updated.rowcount)

    def end(self, job: Job, result: JobResult, *, now: float) -> bool:
        """Write down what became of a job; False, and nothing, when somebody else has it by now."""
        with self._catalog.transaction() as db:
            ended = db.execute(
                "update jobs set state = ?, status = ?, reason = ?, video = ?, seconds = ?,"
                " cost = ?, changed_at = ? where id = ? and worker = ? and state = 'running'",
                (
                    result.state,
                    result.status,
                    result.reason,
                    result.video,
                    result.seconds,
                    json.dumps(dict(result.cost)),
                    now,
                    job.id,
                    job.worker,
                ),
            )
            return bool(ended.rowcount)

    def warn(self, job: Job, warning: str) -> None:
        """Write down what was asked for beside a job and could not be done."""
        with self._catalog.transaction() as db:
            db.execute("update jobs set warning = ? where id = ?", (warning, job.id))

    def release(self, worker: str, *, now: float) -> None:
        """Let all that a worker has claimed and not ended wait again; the attempts do not count."""
        with self._catalog.transaction() as db:
            db.execute(
                "update jobs set state = 'queued', attempts = attempts - 1, changed_at = ?"
                " where worker = ? and state = 'running'",
                (now, worker),
            )

    def retry(self, ids: Iterable[int] | None, *, now: float) -> list[int]:
        """Queue failed jobs again: these, or all that may succeed.

        Raises:
            InvalidInput: when one of these is not a failed job, or cannot succeed.
        """
        failed = {job.id: job for job in self.all() if job.state is State.FAILED}
        if ids is None:
            numbers = [number for number, job in failed.items() if job.may_succeed]
        else:
            numbers = list(dict.fromkeys(ids))
            _check_retries(numbers, failed)
        with self._catalog.transaction() as db:
            for number in numbers:
                db.execute(
                    "update jobs set state = 'queued', attempts = 0, status = '',"
                    " reason = '', warning = '', cost = '{}', changed_at = ?"
                    " where id = ? and state = 'failed'",
                    (now, number),
                )
        return numbers

    def get(self, job: int) -> Job | None:
        """Return one job."""
        if abs(job) > MAX_NUMBER:
            return None
        for row in self._rows("where id = ?", (job,)):
            return _job(row)
        return None

    def sources_below(self, folder: str) -> list[str]:
        """Return the sources within a folder of jobs that are not done."""
        rows = self._catalog.rows(
            r"select source from jobs where source like ? escape '\' and state != 'done'",
            (within(folder),),
        )
        return [source for (source,) in rows]

    def check(self, claim: Claim) -> None:
        """Refuse to go on with a job that its worker has no more.

        Raises:
            JobLost: when somebody else has it by now, or it has ended.
        """
        mine = self._catalog.rows(
            "select 1 from jobs where id = ? and worker = ? and state = 'running'"  # noqa: S608
            f" {self._catalog.dialect.for_update}",
            (claim.job, claim.worker),
        )
        if not mine:
            raise JobLost(claim.job)

    def last_of(self, source: str) -> Job | None:
        """Return the job that was added last for a source."""
        rows = self._rows(
            "where kind = ? and source = ? order by id desc limit 1", (Kind.INGEST, source)
        )
        return _job(rows[0]) if rows else None

    def all(self) -> list[Job]:
        """Return every job, the oldest first."""
        return [_job(row) for row in self._rows("order by id", ())]

    def newest(self, *, before: int | None = None, state: State | None, limit: int) -> list[Job]:
        """Return a page of jobs, the newest first: those before an id, in one state or any."""
        rows = self._rows(
            "where (cast(?1 as bigint) is null or id < ?1)"
            " and (cast(?2 as text) is null or state = ?2) order by id desc limit ?3",
            (None if before is None else min(before, MAX_NUMBER), state, limit),
        )
        return [_job(row) for row in rows]

    def counts(self) -> dict[State, int]:
        """Return how many jobs are in each state."""
        rows = self._catalog.rows("select state, count(*) from jobs group by state")
        return {state: dict(rows).get(state.value, 0) for state in State}

    def endings(self) -> dict[str, int]:
        """Return how many jobs ended with each status."""
        return dict(
            self._catalog.rows(
                "select status, count(*) from jobs where state in ('done', 'failed')"
                " group by status order by status"
            )
        )

    def work(self) -> Work:
        """Return what the jobs that were done came to."""
        ((video_seconds, job_seconds),) = self._catalog.rows(
            "select coalesce(sum(seconds), 0), coalesce(sum("
            "case when changed_at > claimed_at then changed_at - claimed_at else 0 end), 0)"
            " from jobs"
            " where state = 'done' and kind = 'ingest'"
        )
        return Work(int(video_seconds), float(job_seconds))

    def open_count(self, kind: Kind = Kind.INGEST) -> int:
        """Return how many jobs of a kind wait or run."""
        ((count,),) = self._catalog.rows(
            "select count(*) from jobs where kind = ? and state in ('queued', 'running')", (kind,)
        )
        return int(count)

    def open_ids(self, kind: Kind = Kind.INGEST) -> list[int]:
        """Return the jobs of a kind that wait or run, the oldest first."""
        sql = "select id from jobs where kind = ? and state in ('queued', 'running') order by id"
        return [int(job) for (job,) in self._catalog.rows(sql, (kind,))]

    def count_open(self, ids: Iterable[int]) -> int:
        """Return how many of these jobs wait or run."""
        jobs = list(ids)
        total = 0
        for first in range(0, len(jobs), _PAGE):
            page = jobs[first : first + _PAGE]
            ((count,),) = self._catalog.rows(
                "select count(*) from jobs where state in ('queued', 'running')"  # noqa: S608
                f" and id in ({marks(page)})",
                page,
            )
            total += int(count)
        return total

    def _rows(self, clause: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return self._catalog.rows(f"select {_COLUMNS} from jobs {clause}", parameters)  # noqa: S608


def _check_retries(numbers: Iterable[int], failed: Mapping[int, Job]) -> None:
    wrong = [number for number in numbers if number not in failed]
    if wrong:
        raise InvalidInput(
            f"no failed job {', '.join(map(str, wrong))}: look into the list of jobs",
            hint="'reelmatch jobs --state failed' lists them",
        )
    for number in numbers:
        job = failed[number]
        if not job.may_succeed:
            raise InvalidInput(
                f"job {number} would fail again ({job.status}: {job.reason}): when what is behind"
                f" {job.source!r} has changed, add it anew"
            )


def _add(db: Statements, kind: Kind, source: str, options: Mapping[str, Any], now: float) -> int:
    # A reindex that runs may have passed what came since; only one that waits is enough.
    enough = "('queued')" if kind is Kind.REINDEX else "('queued', 'running')"
    waiting = db.execute(
        f"select id, options from jobs where kind = ? and source = ? and state in {enough}",  # noqa: S608 - constants
        (kind, source),
    ).fetchone()
    if waiting:
        number, before = int(waiting[0]), json.loads(waiting[1])
        merged = dict(before)
        if metadata := options.get("said"):
            merged["said"] = {**before.get("said", {}), **metadata}
        if options.get("force"):
            merged["force"] = True
        if added := options.get("add"):
            merged["add"] = sorted({*before.get("add", ()), *added})
        if merged.get("force"):
            merged.pop("add", None)  # it observes all of them
        if merged.get("video") != options.get("video"):
            # Somebody wants whatever is there.
            merged.pop("video", None)
        if merged != before:
            db.execute("update jobs set options = ? where id = ?", (json.dumps(merged), number))
        return number
    ((number,),) = db.execute(
        "insert into jobs (kind, source, options, state, attempts, not_before, worker,"
        " lease_until, video, status, reason, seconds, created_at, changed_at)"
        " values (?, ?, ?, 'queued', 0, 0, '', 0, '', '', '', 0, ?, ?) returning id",
        (kind, source, json.dumps(dict(options)), now, now),
    )
    return int(number)


def _job(row: tuple[Any, ...]) -> Job:
    number, kind, source, options, state, *rest = row
    rest[-1] = json.loads(rest[-1])
    return Job(number, Kind(kind), source, json.loads(options), State(state), *rest)
