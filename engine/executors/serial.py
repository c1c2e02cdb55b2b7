"""Executor that starts no process."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import ParamSpec, TypeVar

from engine.ports.executor import TaskExecutor

P = ParamSpec("P")
T = TypeVar("T")


class SerialExecutor(TaskExecutor):
    """Runs each task at once, in the thread that hands it over."""

    max_in_flight = 1

    def __init__(self) -> None:
        self._is_shut_down = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a task; return what became of it."""
        if self._is_shut_down:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - raised by ``result``
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Take no more tasks."""
        self._is_shut_down = True
