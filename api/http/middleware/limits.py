"""Limits of requests: the size and form of a body, and how many are answered at once. ASGI.

FastAPI's own ``max_body_size`` answers in plain text; every error of ours is a problem. How long a
request may take to arrive is in ``api.http.connections``.
"""

from collections.abc import Collection, Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.middleware.problems import KINDS, Code, problem

BODY_BYTES: Final = 4 << 20
"""The most bytes of a body unless its route says otherwise."""

STRANGERS_BODY_BYTES: Final = 64 << 10
"""The most bytes of a body from somebody without a key, on a service that has keys."""

MAX_REQUESTS: Final = 1000
"""Number of requests that a process answers at a time."""

MAX_STRANGERS_REQUESTS: Final = 250
"""Number of them that may have come without a key, on a service that has keys."""

ALIVE: Final = "/health/live"
"""Answered however many there are."""

_CLOSE: Final = {"connection": "close"}
_AS_IT_IS: Final = "identity"
_PACKED: Final = "the body is packed: send it as it is, without Content-Encoding"
_BUSY: Final = "as many requests are being answered as can be: send it again in a second"


class LimitRequests:
    """Answers so many requests at once, and of strangers only those that came whole.

    Args:
        app: what answers.
        most: requests at once.
        most_of_strangers: those of them that have no key where one may be had.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_requests: int = MAX_REQUESTS,
        max_strangers_requests: int = MAX_STRANGERS_REQUESTS,
    ) -> None:
        self._app = app
        self._max_requests, self._max_strangers_requests = max_requests, max_strangers_requests
        self._running = self._strangers = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on that there is room for."""
        if scope["type"] != "http" or scope["path"] == ALIVE:
            await self._app(scope, receive, send)
            return
        is_stranger = scope["state"]["caller"].is_stranger
        if is_stranger:
            # It holds a place only once there is nothing left to wait for.
            receive = await _whole(receive)
        if self._running >= self._max_requests or (
            is_stranger and self._strangers >= self._max_strangers_requests
        ):
            answer = problem(scope, Code.BUSY, _BUSY, headers={"retry-after": "1"})
            await answer(scope, receive, send)
            return
        self._running += 1
        self._strangers += is_stranger
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1
            self._strangers -= is_stranger


class LimitBodies:
    """Ends requests whose body is too large, or is packed where none is unpacked.

    Args:
        app: what answers.
        by_path: the most bytes of paths that take more than usual; they must stream them.
        packed: the paths that unpack what comes in another ``Content-Encoding``.
    """

    def __init__(
        self,
        app: ASGIApp,
        by_path: Mapping[str, int] | None = None,
        packed: Collection[str] = (),
    ) -> None:
        self._app = app
        self._by_path = by_path or {}
        self._packed = packed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on whose body is measured as it comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        encoding = headers.get("content-encoding", _AS_IT_IS)
        if encoding.lower() != _AS_IT_IS and scope["path"] not in self._packed:
            answer = problem(scope, Code.UNSUPPORTED_MEDIA_TYPE, _PACKED, headers=_CLOSE)
            await answer(scope, receive, send)
            return
        max_bytes = self._by_path.get(scope["path"], BODY_BYTES)
        if scope["state"]["caller"].is_stranger:
            max_bytes = STRANGERS_BODY_BYTES
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > max_bytes:
            # Not a byte of it is read: the connection ends with the answer.
            answer = problem(scope, Code.TOO_LARGE, _too_large(max_bytes), headers=_CLOSE)
            await answer(scope, receive, send)
            return
        body = _Body(receive, max_bytes)
        try:
            await self._app(scope, body.receive, send)
        except TooLarge as error:
            # Nobody between here and who read the body made an answer of it.
            await problem(scope, Code.TOO_LARGE, str(error.detail), headers=_CLOSE)(
                scope, receive, send
            )


class TooLarge(HTTPException):
    """A body that goes on beyond what it may hold."""


class _Body:
    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self._receive = receive
        self._max_requests = max_bytes
        self._came = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._came += len(message.get("body", b""))
        if self._came > self._max_requests:
            raise TooLarge(KINDS[Code.TOO_LARGE].status, _too_large(self._max_requests), _CLOSE)
        return message


async def _whole(receive: Receive) -> Receive:
    """Return what gives a request's body again, after all of it has come."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break

    came: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Message:
        return came.pop() if came else await receive()

    return again


def _too_large(max_bytes: int) -> str:
    return f"the body may have {max_bytes} bytes at most: send less, or in several requests"
