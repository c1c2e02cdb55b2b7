"""Works the queue: claims jobs, runs each in a child process, writes down what became of it."""

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any, Final

from engine.store.catalog import Catalog
from engine.store.jobs import LEASE_SECONDS, Ending, Job, Jobs, State
from ingest.child import Limits, Order, obey
from ingest.elsewhere import Elsewhere
from ingest.online import described_by_address
from ingest.opening import Status
from ingest.pipeline import (
    WATCHED,
    Described,
    Outcome,
    Progress,
    known_outcome,
    missing_outcome,
    store_unwatched,
)
from ingest.sources.addresses import is_address
from ingest.sources.files import NoVideoFile
from ingest.sources.web import FetchLimits

POLL_SECONDS: Final = 0.5
_SERVICE_SECONDS: Final = 4 * 60 * 60.0

OnProgress = Callable[[Job, Progress], object]
OnEnd = Callable[[Job, Outcome], object]


@dataclass(slots=True)
class _Running:
    job: Job
    process: ForkServerProcess
    answers: Connection
    heard_at: float
    beat_at: float
    progress: Progress | None = None
    outcome: Outcome | None = None


@dataclass(slots=True)
class Worker:
    """Takes jobs until none waits.

    Args:
        catalog: whose queue it is.
        processes: how many videos at a time.
        limits: of each.
        fetch: limits of what comes from the web.
        elsewhere: how videos are tagged elsewhere; None tags them here.
        on_progress: called after each second of each video.
        on_end: called when a job has ended.
    """

    catalog: Catalog
    processes: int
    limits: Limits = field(default_factory=Limits)
    fetch: FetchLimits = field(default_factory=FetchLimits)
    elsewhere: Elsewhere | None = None
    on_progress: OnProgress = lambda _job, _progress: None
    on_end: OnEnd = lambda _job, _outcome: None
    _jobs: Jobs = field(init=False)
    _name: str = field(init=False)
    _context: ForkServerContext = field(init=False)
    _running: list[_Running] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._jobs = Jobs(self.catalog)
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._context = multiprocessing.get_context("forkserver")
        # Loaded once, in the server that the children are forked from.
        self._context.set_forkserver_preload(["ingest.child"])

    def run(self) -> None:
        """Work until no job waits; on Ctrl-C, or any error, what is unfinished waits again."""
        try:
            while self._fill() or self._running:
                self._listen()
                self._look_after()
        finally:
            for running in list(self._running):
                self._kill(running)
                self._jobs.put_back(running.job, now=time.time())

    def _fill(self) -> bool:
        """Start jobs in all free places; tell whether any runs."""
        while len(self._running) < self.processes:
            job = self._jobs.claim(self._name, now=time.time())
            if job is None:
                break
            known = self._known(job)
            if known is not None:
                self._end(job, known)
            else:
                self._running.append(self._start(job))
        return bool(self._running)

    def _known(self, job: Job) -> Outcome | None:
        try:
            described = _describe(job.source)
        except NoVideoFile as error:
            return missing_outcome(Path(job.source), error)
        return known_outcome(described, self.catalog, force=_force(job))

    def _start(self, job: Job) -> _Running:
        answers, ours = self._context.Pipe(duplex=False)
        order = Order(
            job.source, self.catalog.path, _force(job), self.limits, self.fetch, self.elsewhere
        )
        process = self._context.Process(target=obey, args=(order, ours), daemon=True)
        process.start()
        ours.close()
        now = time.monotonic()
        return _Running(job, process, answers, heard_at=now, beat_at=now)

    def _listen(self) -> None:
        by_connection = {running.answers: running for running in self._running}
        ready: list[Any] = wait(list(by_connection), timeout=POLL_SECONDS)
        for connection in ready:
            running = by_connection[connection]
            try:
                said = connection.recv()
            except (EOFError, OSError):
                self._settle(running)
                continue
            running.heard_at = time.monotonic()
            if isinstance(said, Outcome):
                running.outcome = said
            else:
                running.progress = said
                self.on_progress(running.job, said)

    def _look_after(self) -> None:
        now = time.monotonic()
        for running in list(self._running):
            if now - running.heard_at > self._patience:
                self._kill(running)
                self._mark(
                    running, Status.STALLED, f"no new second in {now - running.heard_at:.0f} s"
                )
            elif now - running.beat_at > LEASE_SECONDS / 4:
                running.beat_at = now
                if not self._jobs.heartbeat(running.job, now=time.time()):
                    # Somebody else has it, thinking us dead.
                    self._kill(running)

    @property
    def _patience(self) -> float:
        # A service says nothing until it has seen the whole video.
        return _SERVICE_SECONDS if self.elsewhere is not None else self.limits.stall_seconds

    def _settle(self, running: _Running) -> None:
        """Take leave of a child that closed its end."""
        running.process.join(timeout=POLL_SECONDS * 10)
        outcome, code = running.outcome, running.process.exitcode
        self._kill(running)
        if outcome is not None:
            self._end(running.job, outcome)
        else:
            self._mark(running, Status.CRASHED, _death(code))

    def _mark(self, running: _Running, status: Status, reason: str) -> None:
        done = running.progress.done if running.progress else 0
        where = f"{reason}, after second {done}" if done else reason
        try:
            described = _describe(running.job.source)
        except NoVideoFile as error:
            outcome = missing_outcome(Path(running.job.source), error)
        else:
            outcome = store_unwatched(described, self.catalog, status, where)
        self._end(running.job, outcome)

    def _end(self, job: Job, outcome: Outcome) -> None:
        state = State.DONE if outcome.status in WATCHED else State.FAILED
        ending = Ending(state, outcome.status, outcome.reason, outcome.video or "", outcome.seconds)
        self._jobs.end(job, ending, now=time.time())
        self.on_end(job, outcome)

    def _kill(self, running: _Running) -> None:
        running.process.kill()
        running.process.join()
        running.answers.close()
        self._running.remove(running)


def _describe(source: str) -> Described:
    if is_address(source):
        return described_by_address(source)
    return Described.of_file(Path(source))


def _force(job: Job) -> bool:
    return bool(job.options.get("force"))


def _death(code: int | None) -> str:
    if code == -signal.SIGXCPU:
        return "it took more CPU time than one video may"
    if code is not None and code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended with code {code}: see the messages above"
