"""Interface of an executor: it runs tasks, here, in other processes or on other machines.

It is ``concurrent.futures.Executor``. A *task* is a function of a module's top level; its argument,
its result and what it raises are picklable: values, paths and URLs, never a catalog that is open.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import TypeVar

from engine.errors import WorkerDied

Argument = TypeVar("Argument")
Result = TypeVar("Result")


class TaskExecutor(Executor):
    """An executor that says how many tasks it wants at a time.

    When the block of a ``with`` ends by an error, tasks that run are ended, not waited for, where
    that can be done. An executor whose worker ended raises ``BrokenExecutor``.

    Attributes:
        max_in_flight: so many tasks that wait or run keep every worker busy.
    """

    max_in_flight: int


def run_tasks(
    executor: TaskExecutor, task: Callable[[Argument], Result], arguments: Iterable[Argument]
) -> Iterator[Result]:
    """Yield what a task makes of each argument, in their order.

    At most ``executor.max_in_flight`` are handed over that were not yielded yet. Those that have
    not begun do not begin when one fails, or when nobody wants the rest.

    Args:
        executor: who runs them.
        task: a function of a module's top level.
        arguments: of the tasks, one each.

    Raises:
        WorkerDied: when a process that ran one has ended.
    """
    waiting: deque[Future[Result]] = deque()
    try:
        for argument in arguments:
            if len(waiting) >= executor.max_in_flight:
                yield waiting.popleft().result()
            waiting.append(executor.submit(task, argument))
        while waiting:
            yield waiting.popleft().result()
    except BrokenExecutor as error:
        raise WorkerDied(_signals(error)) from error
    finally:
        for future in waiting:
            future.cancel()


def _signals(error: BrokenExecutor) -> str:
    """Return the signals that an executor says its workers ended by; all it says when none."""
    named = re.findall(r"\bSIG[A-Z]+", str(error))
    return ", ".join(sorted(set(named))) or " ".join(str(error).split())
