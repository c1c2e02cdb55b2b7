"""Executor of processes on this machine, by loky."""

import logging
import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, InvalidStateError
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar
from weakref import WeakSet

from engine.errors import NoWorkers
from engine.ports.executor import TaskExecutor

if TYPE_CHECKING:  # brought when processes are started
    from multiprocessing.connection import Connection

    from loky import ProcessPoolExecutor

_IN_FLIGHT: Final = 2
"""Tasks a process: one runs, one waits, so that no process does."""

_WORKERS_ENVIRONMENT: Final = {
    # Processes run side by side, and each on one thread.
    "OPENBLAS_NUM_THREADS": "1",
}

P = ParamSpec("P")
T = TypeVar("T")


class ProcessExecutor(TaskExecutor):
    """Runs tasks in processes that end with this one, however it ends.

    Args:
        processes: number of processes.
    """

    def __init__(self, processes: int) -> None:
        self.max_in_flight = _IN_FLIGHT * processes
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._futures: WeakSet[Future[Any]] = WeakSet()
        self._is_shut_down = False
        self._alive: Connection | None = None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand over a task.

        Raises:
            NoWorkers: when no process can be started for it.
            RuntimeError: after ``shutdown``.
        """
        if self._is_shut_down:
            raise RuntimeError("cannot schedule new futures after shutdown")
        try:
            try:
                future = self._submit(fn, *args, **kwargs)
            except BrokenExecutor:
                # A process ended before: others take their places.
                self._end_pool(kill=True)
                future = self._submit(fn, *args, **kwargs)
        except OSError as error:
            raise NoWorkers(str(error)) from error
        self._futures.add(future)
        return future

    def _submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        with _without_ctrl_c() if self._pool is None else nullcontext():
            self._pool = self._pool or self._started()
            future: Future[T] = self._pool.submit(fn, *args, **kwargs)
        return future

    def _started(self) -> "ProcessPoolExecutor":
        import multiprocessing

        from loky import ProcessPoolExecutor

        _leave_folder_that_is_gone()
        # It looks for children of the workers, which have none, by a program that may be missing.
        warnings.filterwarnings("ignore", "Failed to kill subprocesses", module="loky")
        logging.getLogger("concurrent.futures").addFilter(_is_worth_telling)
        # One end closes with this process, by which workers that hold the other know.
        parent, self._alive = multiprocessing.Pipe(duplex=False)
        return ProcessPoolExecutor(
            self._processes,
            initializer=_begin_worker,
            initargs=(parent,),
            env=_WORKERS_ENVIRONMENT,
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        """Take no more tasks, and end the processes when those that were taken are done."""
        self._is_shut_down = True
        if cancel_futures:
            for future in list(self._futures):
                future.cancel()
        if wait:
            self._end(kill=False)
        else:
            threading.Thread(target=self._end, kwargs={"kill": False}).start()

    def _end(self, *, kill: bool) -> None:
        self._is_shut_down = True
        self._end_pool(kill=kill)

    def _end_pool(self, *, kill: bool) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, kill_workers=kill)
            self._pool = None
        if self._alive is not None:
            self._alive.close()
            self._alive = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end(kill=kind is not None)


def _is_worth_telling(record: logging.LogRecord) -> bool:
    # When it kills its workers, it fails a task that was cancelled before, stumbles, and says so
    # with a traceback; then it kills them all the same.
    return not (record.exc_info and isinstance(record.exc_info[1], InvalidStateError))


def _leave_folder_that_is_gone() -> None:
    # Workers begin in the folder of their parent. A service may be older than its folder, and
    # nothing that a relative path names is there any more.
    try:
        Path.cwd()
    except FileNotFoundError:
        os.chdir("/")


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Start processes that never see Ctrl-C: it is for this one, which then ends them.

    It would come to them while they start, too. This process sees it when the block ends.
    """
    from multiprocessing import resource_tracker

    from loky.backend import resource_tracker as tracker_of_loky

    # They unblock it when they have started, so they go first.
    resource_tracker.ensure_running()
    tracker_of_loky.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker(parent: "Connection") -> None:
    threading.Thread(target=_end_with, args=(parent,), name="parent-watcher", daemon=True).start()


def _end_with(parent: "Connection") -> None:
    from multiprocessing.connection import wait

    wait([parent])
    os._exit(1)
