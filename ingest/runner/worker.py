"""Works the queue: claims jobs, runs each in a child process, writes down what became of it."""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from engine.domain.jobs import LEASE_SECONDS, Claim, Job, JobResult, Kind, State
from engine.domain.matching.index_config import IndexConfig
from engine.domain.videos import ANALYZED
from engine.errors import CatalogUnavailable, ExternalIdTaken, JobLost, ReelmatchError, UnknownVideo
from engine.executors import SERIAL
from engine.indexes import LOCAL
from engine.ports.catalog import Catalog, Jobs
from ingest.decoding.probe import Status
from ingest.described_sources import describe_source
from ingest.patience import patiently
from ingest.pipeline import (
    STORED,
    IngestResult,
    Progress,
    known_result,
    missing_result,
    store_failure,
)
from ingest.runner.elsewhere import ingest_elsewhere
from ingest.runner.evaluation_process import EvaluationJobSpec, run_evaluation_job
from ingest.runner.job_options import IngestOptions
from ingest.runner.processes import Processes
from ingest.runner.reindex_process import ReindexJobSpec, run_reindex_job
from ingest.runner.worker_process import SERVICE_SECONDS, JobSpec, Limits, death_of, run_job
from ingest.sources.files import NoVideoFile
from ingest.sources.web import FetchLimits
from ingest.taggers.registry import TaggerContext, check_tagger
from ingest.taggers.speech.registry import check_recognizer

POLL_SECONDS: Final = 0.5
BEAT_SECONDS: Final = 1.0
"""Seconds between two reports of a job's life and progress; a small part of its lease."""
_FROZEN_SECONDS: Final = 5.0
"""A worker that was away for longer was stopped itself, with all that it runs."""

log = logging.getLogger(__name__)

OnProgress = Callable[[Job, Progress], object]
OnEnd = Callable[[Job, IngestResult], object]


@dataclass(slots=True)
class _Running:
    job: Job
    process: BaseProcess
    answers: Connection
    last_message_at: float
    beat_at: float
    renewed_at: float
    progress: Progress | None = None
    result: IngestResult | None = None


@dataclass(slots=True)
class Worker:
    """Takes jobs until none waits.

    Args:
        catalog: whose queue it is.
        home: what is fetched waits in a folder there until it is analyzed.
        processes: how many videos at a time.
        limits: of each.
        fetch: limits of what comes from the web.
        context: what the taggers need that the jobs name.
        generations: where reindexes are built; None leaves them to other workers.
        executor: URL of who counts for them.
        cluster: URL of an executor whose workers look at the videos; empty for processes here.
        media: URL of the store of media; empty where there is none.
        index: URL of the index that they are made live in.
        on_progress: called after each second of each video.
        on_end: called when a job has ended.
    """

    catalog: Catalog
    home: Path
    processes: int
    limits: Limits = field(default_factory=Limits)
    fetch: FetchLimits = field(default_factory=FetchLimits)
    context: TaggerContext = field(default_factory=TaggerContext)
    generations: Path | None = None
    executor: str = SERIAL
    cluster: str = ""
    media: str = ""
    index: str = LOCAL
    on_progress: OnProgress = lambda _job, _progress: None
    on_end: OnEnd = lambda _job, _result: None
    _jobs: Jobs = field(init=False)
    _name: str = field(init=False)
    _processes: Processes = field(init=False)
    _running: list[_Running] = field(init=False, default_factory=list)
    _polled_at: float = field(init=False, default_factory=time.monotonic)
    _found_nothing_at: float = field(init=False, default=float("-inf"))
    # Taggers and recognisers that can be made here, with what checked them.
    _checked: set[tuple[Callable[..., str], str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._jobs = self.catalog.jobs
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._processes = Processes(loads_networks=not self.cluster)

    def run(self) -> None:
        """Work until no job waits; on Ctrl-C, or any error, what is unfinished waits again."""
        self._work(lambda: self._fill() or bool(self._running))

    def run_until(self, stop: threading.Event) -> None:
        """Work, and wait for more to do, until told to stop; what is unfinished waits again."""

        def goes_on() -> bool:
            if stop.is_set():
                return False
            if not self._fill():
                stop.wait(POLL_SECONDS)
            return True

        self._work(goes_on)

    def _work(self, goes_on: Callable[[], bool]) -> None:
        try:
            while goes_on():
                self._receive()
                self._check_processes()
        finally:
            for running in list(self._running):
                self._kill(running)
            self._release()

    def _release(self) -> None:
        try:
            # By name: a job may have been claimed when Ctrl-C came, and not be among these yet.
            self._jobs.release(self._name, now=time.time())
        except ReelmatchError as error:
            # On a disk that is full, say. Their leases run out, and they wait again all the same.
            log.warning("jobs that were begun wait for %.0f s: %s", LEASE_SECONDS, error)

    def _fill(self) -> bool:
        """Start jobs in all free places; tell whether any runs."""
        # Not with every second that those tell of which run.
        if self._running and time.monotonic() - self._found_nothing_at < POLL_SECONDS:
            return True
        kinds = (Kind.INGEST,) if self.generations is None else tuple(Kind)
        while len(self._running) < self.processes:
            try:
                job = self._jobs.claim(self._name, now=time.time(), kinds=kinds)
            except CatalogUnavailable as error:
                if not self._running:
                    raise
                log.warning("no other job is begun for now: %s", error)
                self._found_nothing_at = time.monotonic()
                break
            if job is None:
                self._found_nothing_at = time.monotonic()
                break
            if not patiently(partial(self._end_settled, job)):
                self._running.append(self._start(job))
        return bool(self._running)

    def _end_settled(self, job: Job) -> bool:
        """End a job that takes no watching; tell whether it was one."""
        known = self._settled(job) if job.kind is Kind.INGEST else None
        if known is not None:
            self._end(job, known)
        return known is not None

    def _known(self, job: Job) -> IngestResult | None:
        try:
            described = describe_source(job.source)
        except NoVideoFile as error:
            return missing_result(Path(job.source), error)
        expected = job.options.get("video", described.id)
        if expected != described.id:
            reason = f"another video is there now; {STORED}"
            return IngestResult(expected, job.source, Status.MISSING, reason, 0)
        # Which sources have yet to observe it is told by who loads their taggers.
        options = IngestOptions.of(job)
        force = options.force or bool(options.added_sources)
        return known_result(described, self.catalog, force=force)

    def _settled(self, job: Job) -> IngestResult | None:
        """Return what is to be said of a job without watching anything; None when it must be."""
        return self._known(job) or self._without_tagger(job)

    def _without_tagger(self, job: Job) -> IngestResult | None:
        """Return what is to be said of a job whose tagger cannot be made here; else None."""
        options = IngestOptions.of(job)
        try:
            self._check(options.tagger, check_tagger)
            if options.speech:
                self._check(options.speech, check_recognizer)
        except ReelmatchError as error:
            # Not stored with the video: another tagger may have analyzed it before.
            return IngestResult(None, job.source, Status.FAILED, str(error), 0)
        return None

    def _check(self, name: str, check: Callable[[str, TaggerContext], str]) -> None:
        if (check, name) not in self._checked:
            check(name, self.context)
            self._checked.add((check, name))

    def _start(self, job: Job) -> _Running:
        spec = self._spec(job)
        act: Callable[..., None] = run_job
        if isinstance(spec, ReindexJobSpec):
            act = run_reindex_job
        elif isinstance(spec, EvaluationJobSpec):
            act = run_evaluation_job
        elif self.cluster:
            act = partial(run_job, ingest=partial(ingest_elsewhere, self.cluster))
        process, answers = self._processes.start(act, spec)
        now = time.monotonic()
        return _Running(job, process, answers, last_message_at=now, beat_at=now, renewed_at=now)

    def _spec(self, job: Job) -> JobSpec | ReindexJobSpec | EvaluationJobSpec:
        if job.kind is Kind.EVALUATE:
            return EvaluationJobSpec(
                job.id, self.catalog.url, self.home, job.options, self.executor
            )
        if job.kind is Kind.REINDEX and self.generations is not None:
            return ReindexJobSpec(
                self.catalog.url,
                self.generations,
                IndexConfig.from_stored(job.options),
                self.executor,
                self.index,
            )
        options = IngestOptions.of(job)
        return JobSpec(
            job.id,
            self._name,
            job.source,
            self.catalog.url,
            self.home,
            options.force,
            self.limits,
            self.fetch,
            options.tagger,
            self.context,
            options.every,
            options.audio,
            options.text,
            options.added_sources,
            options.speech,
            self.media,
        )

    def _receive(self) -> None:
        by_connection = {running.answers: running for running in self._running}
        if not by_connection:
            return
        ready: list[Any] = wait(list(by_connection), timeout=POLL_SECONDS)
        for connection in ready:
            running = by_connection[connection]
            try:
                message = connection.recv()
            except (EOFError, OSError):
                self._settle(running)
                continue
            running.last_message_at = time.monotonic()
            if isinstance(message, IngestResult):
                running.result = message
            else:
                running.progress = message
                self.on_progress(running.job, message)

    def _check_processes(self) -> None:
        away, self._polled_at = time.monotonic() - self._polled_at, time.monotonic()
        for running in list(self._running):
            if away > _FROZEN_SECONDS:
                # Who is stopped hears nothing, and what it runs may have been stopped as well.
                running.last_message_at += away
            silent = time.monotonic() - running.last_message_at
            is_stalled = silent > self._patience(running.job)
            if time.monotonic() - running.beat_at > BEAT_SECONDS or is_stalled:
                running.beat_at = time.monotonic()
                if not self._beat(running):
                    # Somebody else has it, thinking us dead.
                    self._kill(running)
                    continue
            if is_stalled:
                self._kill(running)
                why = f"no new second in {silent:.0f} s"
                patiently(partial(self._mark, running, Status.STALLED, why))

    def _beat(self, running: _Running) -> bool:
        """Renew a lease; False when somebody else has the job, or may have it by now."""
        progress = running.progress or Progress(0, None)
        total = None if progress.declared_seconds is None else round(progress.declared_seconds)
        began = time.monotonic()
        try:
            is_ours = self._jobs.heartbeat(running.job, done=progress.done, total=total)
        except CatalogUnavailable as error:
            log.warning("job %d goes on without a word to the catalog: %s", running.job.id, error)
            return began - running.renewed_at < LEASE_SECONDS
        running.renewed_at = began
        return is_ours

    def _patience(self, job: Job) -> float:
        # These decode nothing of strangers, and on a busy machine their steps are long.
        if job.kind is not Kind.INGEST:
            return SERVICE_SECONDS
        return self.limits.patience(IngestOptions.of(job).tagger)

    def _settle(self, running: _Running) -> None:
        """Take leave of a child that closed its end."""
        running.process.join(timeout=POLL_SECONDS * 10)
        result, code = running.result, running.process.exitcode
        self._kill(running)
        if result is not None:
            patiently(partial(self._end, running.job, result))
        else:
            patiently(partial(self._mark, running, Status.CRASHED, death_of(code)))

    def _mark(self, running: _Running, status: Status, reason: str) -> None:
        if running.job.kind is not Kind.INGEST:
            self._end(running.job, IngestResult(None, "", status, reason, 0))
            return
        done = running.progress.done if running.progress else 0
        where = f"{reason}, after second {done}" if done else reason
        try:
            described = describe_source(running.job.source)
        except NoVideoFile as error:
            self._end(running.job, missing_result(Path(running.job.source), error))
            return
        # With the job or not at all: one that is somebody else's by now says nothing of the video.
        with suppress(JobLost), self.catalog.transaction():
            self.catalog.jobs.check(Claim(running.job.id, self._name))
            result = store_failure(described, self.catalog, status, where)
            self._end(running.job, result)

    def _end(self, job: Job, result: IngestResult) -> None:
        state = State.DONE if result.status in ANALYZED else State.FAILED
        job_result = JobResult(
            state, result.status, result.reason, result.video or "", result.seconds, result.cost
        )
        with self.catalog.transaction():
            ended = self._jobs.end(job, job_result, now=time.time())
            if ended and result.video:
                self._describe_video(job, result.video)
        if ended:
            self.on_end(job, result)

    def _describe_video(self, job: Job, video: str) -> None:
        """Write down what whoever queued a video says of it; what cannot be, the job tells."""
        # Read anew: more may have been said while it ran.
        now = self._jobs.get(job.id) or job
        metadata = dict(now.options.get("said", {}))
        if not metadata:
            return
        # By itself: an id that is taken takes nothing else away.
        outside = metadata.pop("external_id", "")
        try:
            before = self.catalog.videos.named(video).external_id
            for part in filter(None, (metadata, {"external_id": outside} if outside else {})):
                self.catalog.videos.describe(video, part)
        except (ExternalIdTaken, UnknownVideo) as error:
            self._warn(job, str(error))
            return
        if outside and before not in ("", outside):
            self._warn(job, f"video {video} had the external id {before!r} until now")

    def _warn(self, job: Job, warning: str) -> None:
        log.warning("job %d: %s", job.id, warning)
        self._jobs.warn(job, warning)

    def _kill(self, running: _Running) -> None:
        running.process.kill()
        running.process.join()
        running.answers.close()
        self._running.remove(running)
