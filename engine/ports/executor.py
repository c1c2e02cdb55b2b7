"""Interface of an executor: it runs tasks, here, in other processes or on other machines.

It is ``concurrent.futures.Executor``. A *task* is a function of a module's top level; its argument,
its result and what it raises are picklable: values, paths and URLs, never a catalog that is open.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from engine.errors import WorkerDied

Argument = TypeVar("Argument")
Result = TypeVar("Result")

MAX_DEATHS: Final = 3
"""A task is given up when workers ended so many times in a row while it was the next to be done."""


class TaskExecutor(Executor):
    """An executor that says how many tasks it wants at a time.

    When the block of a ``with`` ends by an error, tasks that run are ended, not waited for, where
    that can be done. Of tasks whose worker ended, and that it does not start again by itself, it
    raises ``BrokenExecutor``, and takes new ones.

    Attributes:
        max_in_flight: so many tasks that wait or run keep every worker busy.
    """

    max_in_flight: int


def run_tasks(
    executor: TaskExecutor, task: Callable[[Argument], Result], arguments: Iterable[Argument]
) -> Iterator[Result]:
    """Yield what a task makes of each argument, in their order.

    At most ``executor.max_in_flight`` are handed over that were not yielded yet. Those that have
    not begun do not begin when one fails, or when nobody wants the rest. Those whose worker ended
    are handed over again, so a task may begin more than once.

    Args:
        executor: who runs them.
        task: a function of a module's top level.
        arguments: of the tasks, one each.

    Raises:
        WorkerDied: when workers ended ``MAX_DEATHS`` times and nothing was done meanwhile.
    """
    waiting: deque[_Submitted[Argument, Result]] = deque()
    try:
        for argument in arguments:
            if len(waiting) >= executor.max_in_flight:
                yield _next_result(executor, task, waiting)
            waiting.append(_Submitted(argument, executor.submit(task, argument)))
        while waiting:
            yield _next_result(executor, task, waiting)
    finally:
        for one in waiting:
            one.future.cancel()


@dataclass(slots=True)
class _Submitted(Generic[Argument, Result]):
    argument: Argument
    future: Future[Result]

    def was_lost(self) -> bool:
        return self.future.done() and isinstance(self.future.exception(), BrokenExecutor)


def _next_result(
    executor: TaskExecutor,
    task: Callable[[Argument], Result],
    waiting: deque[_Submitted[Argument, Result]],
) -> Result:
    deaths = 0
    while True:
        try:
            result = waiting[0].future.result()
        except BrokenExecutor as error:
            deaths += 1
            if deaths == MAX_DEATHS:
                raise WorkerDied(_signals(error)) from error
            for one in waiting:
                if one.was_lost():
                    one.future = executor.submit(task, one.argument)
        else:
            waiting.popleft()
            return result


def _signals(error: BrokenExecutor) -> str:
    """Return the signals that an executor says its workers ended by; all it says when none."""
    named = re.findall(r"\bSIG[A-Z]+", str(error))
    return ", ".join(sorted(set(named))) or " ".join(str(error).split())
