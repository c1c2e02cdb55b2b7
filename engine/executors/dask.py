"""Executor of the workers of a Dask cluster, which may be on other machines.

Dask starts a task again elsewhere when the worker that ran it ended. Every worker has an
installation of reelmatch of its own, of the same version, and reaches paths and URLs of tasks.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from engine.errors import ClusterUnusable, WorkerDied
from engine.ports.executor import TaskExecutor

if TYPE_CHECKING:  # brought when it connects
    from distributed import Client
    from distributed import Future as DaskFuture

_CONNECT_SECONDS: Final = 10
_GRACE_SECONDS: Final = 2
_WORKERS_SECONDS: Final = 60

_IN_FLIGHT: Final = 2
"""Tasks a thread of a worker: one runs, one waits, so that no worker does."""

P = ParamSpec("P")
T = TypeVar("T")


class DaskExecutor(TaskExecutor):
    """Runs tasks on the workers of a cluster.

    What was handed over cannot be cancelled: whether a worker has begun it is not known here. When
    the block of a ``with`` ends by an error, nothing that waits begins; what runs ends unheard.

    Args:
        address: host and port of the scheduler.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: Client | None = None
        self._connecting = threading.Lock()
        self._is_shut_down = False
        self._running: set[DaskFuture] = set()
        self._ended = threading.Condition()

    @property
    def max_in_flight(self) -> int:  # type: ignore[override] # as many as the cluster has by now
        """Twice as many tasks as the workers have threads.

        Raises:
            ClusterUnusable: when there is no scheduler, or no worker.
        """
        try:
            client = self._connected()
            ask: Any = client.scheduler
            threads: dict[str, int] = client.sync(
                ask.ncores, workers=None, callback_timeout=_CONNECT_SECONDS
            )
        except OSError as error:
            raise self._unanswered(error) from error
        return max(1, _IN_FLIGHT * sum(threads.values()))

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand over a task.

        Raises:
            ClusterUnusable: when there is no scheduler, or no worker.
            RuntimeError: after ``shutdown``.
        """
        if self._is_shut_down:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        call = (version("reelmatch"), fn, args, kwargs)
        remote = self._connected().submit(_run, *call, pure=False)
        with self._ended:
            self._running.add(remote)

        def end(remote: "DaskFuture") -> None:
            self._settle(future, remote)
            with self._ended:
                self._running.discard(remote)
                self._ended.notify_all()

        remote.add_done_callback(end)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Take no more tasks, and leave the cluster when those that were taken are done."""
        self._is_shut_down = True
        if wait:
            self._leave()
        else:
            threading.Thread(target=self._leave).start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_shut_down = True
        if kind is not None and self._client is not None:
            self._client.cancel(list(self._running), force=True)
        self._leave()

    def _leave(self) -> None:
        with self._ended:
            self._ended.wait_for(lambda: not self._running)
        with self._connecting:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _connected(self) -> "Client":
        with self._connecting:
            if self._client is not None and self._client.status != "running":
                self._client.close()
                self._client = None
            self._client = self._client or self._connect()
            return self._client

    def _connect(self) -> "Client":
        from distributed import Client

        # What it says is raised, too, and told in our words. The second has a level of its own.
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        made: Future[Client] = Future()

        def make() -> None:
            try:
                made.set_result(
                    Client(f"tcp://{self._address}", timeout=_CONNECT_SECONDS, set_as_default=False)
                )
            except BaseException as error:  # noqa: BLE001 - raised by ``result``
                made.set_exception(error)

        # Its own timeout does not hold for one that takes the connection and says nothing.
        threading.Thread(target=make, name="connecting", daemon=True).start()
        try:
            client = made.result(_CONNECT_SECONDS + _GRACE_SECONDS)
        except OSError as error:
            made.add_done_callback(_close)
            raise self._unanswered(error) from error
        try:
            client.wait_for_workers(1, timeout=_WORKERS_SECONDS)
        except TimeoutError as error:
            client.close()
            raise ClusterUnusable(
                f"the Dask scheduler at {self._address} has no worker: start some, of one thread"
                " each",
                hint=f"'dask worker tcp://{self._address} --nthreads 1'",
            ) from error
        return client

    def _unanswered(self, error: OSError) -> ClusterUnusable:
        reason = str(error) or f"in {_CONNECT_SECONDS} s"
        return ClusterUnusable(
            f"no Dask scheduler answers at {self._address} ({reason}): start one with"
            " 'dask scheduler', or set REELMATCH_EXECUTOR to another executor"
        )

    def _settle(self, future: Future[Any], remote: "DaskFuture") -> None:
        from distributed import CancelledError, KilledWorker
        from distributed.comm.core import CommClosedError

        try:
            future.set_result(remote.result())
        except KilledWorker:
            future.set_exception(
                WorkerDied("several workers of the Dask cluster ended while they ran it")
            )
        except ModuleNotFoundError as error:
            lacking = f"a worker of the Dask cluster at {self._address} lacks a module ({error})"
            future.set_exception(ClusterUnusable(f"{lacking}: install the same reelmatch there"))
        except (CancelledError, CommClosedError) as error:
            gone = f"the Dask scheduler at {self._address} is gone ({error})"
            future.set_exception(BrokenExecutor(gone))
        except BaseException as error:  # noqa: BLE001 - raised by ``result``
            future.set_exception(error)


def _close(made: "Future[Client]") -> None:
    """Leave a scheduler that answered when nobody waited any more."""
    if made.exception() is None:
        made.result().close()


def _run(here: str, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    """Run a task on a worker.

    Raises:
        ClusterUnusable: when its reelmatch is of another version than the one that asks.
    """
    if (there := version("reelmatch")) != here:
        raise ClusterUnusable(
            f"a worker of the Dask cluster has reelmatch {there}, and {here} is asking: install"
            " the same version everywhere"
        )
    return fn(*args, **kwargs)
