"""Processes of jobs: forked from a server that has loaded what most videos need, or begun anew."""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from typing import Any, Final

from ingest.runner.safe_start import clean_children_environment
from ingest.runner.sockets import prepare_sockets
from ingest.runner.worker_process import JobSpec
from ingest.taggers.registry import find_factory

log = logging.getLogger(__name__)


class Processes:
    """Starts the processes of a worker's jobs.

    Args:
        loads_networks: whether videos are looked at here, by networks that they can share.
    """

    def __init__(self, *, loads_networks: bool) -> None:
        clean_children_environment(os.environ)
        prepare_sockets()
        # Videos run side by side, and each on one thread; numpy reads this when it is imported.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        self._fresh: Final = multiprocessing.get_context("spawn")
        forked = multiprocessing.get_context("forkserver")
        # Loaded once, in the server that the children are forked from.
        preloaded = "preloaded" if loads_networks else "worker_process"
        forked.set_forkserver_preload([f"ingest.runner.{preloaded}"])
        self._of_videos: ForkServerContext | SpawnContext = forked

    def start(self, act: Callable[..., None], spec: object) -> tuple[BaseProcess, Connection]:
        """Start a process; return it, and where its answers come from.

        Args:
            act: is called in it with ``spec`` and with where it sends its answers.
            spec: of the job.
        """
        if not _is_watched(spec):
            return _start(self._fresh, act, spec)
        try:
            return _start(self._of_videos, act, spec)
        except (EOFError, OSError) as error:
            # Killed while it loaded, say. Each loads for itself now, and falls by itself.
            log.warning("videos share no networks from now on: their server ended (%r)", error)
            self._of_videos = self._fresh
            return _start(self._fresh, act, spec)


def _is_watched(spec: object) -> bool:
    """Whether a job looks at seconds of a video: others need nothing that the server loads."""
    return isinstance(spec, JobSpec) and not find_factory(spec.tagger).takes_whole_videos


def _start(
    context: ForkServerContext | SpawnContext, act: Callable[..., None], spec: object
) -> tuple[BaseProcess, Connection]:
    answers, ours = context.Pipe(duplex=False)
    # A process that is a daemon may start none, and reindexes and evaluations share their work.
    process: Any = context.Process(target=act, args=(spec, ours), daemon=isinstance(spec, JobSpec))
    try:
        with _without_interrupts():
            process.start()
    except BaseException:
        answers.close()
        raise
    finally:
        ours.close()
    return process, answers


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Have what is started not hear Ctrl-C, from its beginning: the worker ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
