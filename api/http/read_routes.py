"""Routes that read: each answer is made whole, to its last byte, in one of a few threads.

FastAPI has forty threads, and writes answers on the event loop. One thread runs Python at a time,
and whoever waits for a turn gets it after the others: with forty of them busy the loop comes to
its own work, new connections and ``/health/live`` among it, a few times a second. More threads
than cores make no answer earlier, so that there are as few, and their turns are short.
"""

import sys
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any, Final, TypeVar

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.responses import Response

from api.encoding import encoded
from engine.system.cpus import usable_cpus

MAX_READERS: Final = min(max(usable_cpus(), 2), 8)
"""Number of threads of a process that read; further requests wait for one, in order."""

_TURN_SECONDS: Final = 0.001

_limiter: RunVar[CapacityLimiter] = RunVar("readers")
T = TypeVar("T")


def take_short_turns() -> None:
    """Have the threads of this process give way to one another sooner than Python's 5 ms."""
    sys.setswitchinterval(_TURN_SECONDS)


async def read_in_thread(read: Callable[..., T], *arguments: Any) -> T:
    """Call a function that reads in one of the threads that are there for it."""
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(MAX_READERS)
        _limiter.set(limiter)
    return await run_sync(read, *arguments, limiter=limiter)


class ReadRoute(APIRoute):
    """A route whose function, when it is plain and for GET, runs with all that follows from it.

    What it returns, a record perhaps, is checked, and written, as ``response_model`` says; of the
    options of that ``response_model_exclude_unset`` is heeded.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not iscoroutinefunction(endpoint):
            reads = "GET" in (options.get("methods") or ["GET"])
            endpoint = self._in_thread(endpoint) if reads else _encoding(endpoint)
        super().__init__(path, endpoint, **options)
        self._form = TypeAdapter[Any](self.response_model)

    def _in_thread(self, endpoint: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(endpoint)
        async def respond(**given: Any) -> Response:
            return await read_in_thread(partial(self._answer, endpoint, given))

        return respond

    def _answer(self, endpoint: Callable[..., Any], given: dict[str, Any]) -> Response:
        content = endpoint(**given)
        if isinstance(content, Response):
            return content
        answer = Response(self._written(content), media_type="application/json")
        for one in given.values():
            # What the function set of the answer besides.
            if isinstance(one, Response):
                answer.raw_headers.extend(one.raw_headers)
        return answer

    def _written(self, content: Any) -> bytes:
        answer = self._form.validate_python(_encoded(content), from_attributes=True)
        without_unset = self.response_model_exclude_unset
        return self._form.dump_json(answer, by_alias=True, exclude_unset=without_unset)


def _encoding(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that tells a record as FastAPI can check and write it."""

    @wraps(endpoint)
    def respond(**given: Any) -> Any:
        return _encoded(endpoint(**given))

    return respond


def _encoded(content: Any) -> Any:
    """Return a record as what is checked and written; anything else as it is."""
    return encoded(content) if is_dataclass(content) else content
