"""How large a request's body may be, in what form, and how long it may take to arrive. ASGI.

FastAPI's own ``max_body_size`` answers in plain text; every error of ours is a problem. The same
for heads is in ``api.heads``.
"""

import asyncio
from collections.abc import Collection, Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import KINDS, Code, problem

BODY_BYTES: Final = 4 << 20
"""What a body may hold unless its route says otherwise."""

PIECE_SECONDS: Final = 20.0
"""How long the next piece of a body may take."""

_CLOSE: Final = {"connection": "close"}
_AS_IT_IS: Final = "identity"
_PACKED: Final = "the body is packed: send it as it is, without Content-Encoding"


class LimitBodies:
    """Ends requests whose body is too large, is packed where none is unpacked, or does not come.

    Args:
        app: what answers.
        by_path: the most bytes of paths that take more than usual; they must stream them.
        packed: the paths that unpack what comes in another ``Content-Encoding``.
        piece_seconds: how long the next piece of a body may take.
    """

    def __init__(
        self,
        app: ASGIApp,
        by_path: Mapping[str, int] | None = None,
        packed: Collection[str] = (),
        piece_seconds: float = PIECE_SECONDS,
    ) -> None:
        self._app = app
        self._by_path = by_path or {}
        self._packed = packed
        self._piece_seconds = piece_seconds

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
        most = self._by_path.get(scope["path"], BODY_BYTES)
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            # Not a byte of it is read: the connection ends with the answer.
            answer = problem(scope, Code.TOO_LARGE, _too_large(most), headers=_CLOSE)
            await answer(scope, receive, send)
            return
        await self._app(scope, _Body(receive, most, self._piece_seconds).receive, send)


class _Body:
    def __init__(self, receive: Receive, most: int, piece_seconds: float) -> None:
        self._receive = receive
        self._most = most
        self._piece_seconds = piece_seconds
        self._came = 0
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:
            # What comes now is the end of the connection, for which one may wait.
            return await self._receive()
        try:
            async with asyncio.timeout(self._piece_seconds):
                message = await self._receive()
        except TimeoutError:
            late = f"no more of the body came in {self._piece_seconds:g} s"
            raise HTTPException(KINDS[Code.TIMED_OUT].status, late, _CLOSE) from None
        self._came += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._came > self._most:
            raise HTTPException(KINDS[Code.TOO_LARGE].status, _too_large(self._most), _CLOSE)
        return message


def _too_large(most: int) -> str:
    return f"the body may have {most} bytes at most: send less, or in several requests"
