"""How large a request's head may be, and how long it may take: below ASGI, in the protocol.

uvicorn bounds neither when httptools parses, so a client could fill the memory with one endless
header, or hold connections by sending nothing.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES: Final = 32 << 10
HEAD_SECONDS: Final = 10.0

_ANSWER: Final = (
    "HTTP/1.1 {status}\r\ncontent-type: application/problem+json\r\ncontent-length: {length}\r\n"
    "connection: close\r\n\r\n{body}"
)
_BODY: Final = '{{"title": "{title}", "status": {code}, "code": "{name}", "detail": "{detail}"}}'


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's protocol, with limits of the head."""

    _clock: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a head from now on."""
        super().connection_made(transport)
        self._clock = self.loop.call_later(HEAD_SECONDS, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head that is not complete."""
        super().data_received(data)
        if not self._in_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self._refuse(431, "Request Header Fields Too Large", "too_large", "send fewer headers")

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        if self._clock is None:
            self._clock = self.loop.call_later(HEAD_SECONDS, self._late)

    def on_headers_complete(self) -> None:
        """End it."""
        self._in_head = False
        self._stop_clock()
        if sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._refuse(431, "Request Header Fields Too Large", "too_large", "send fewer headers")
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take no body of a request that was refused."""
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Take no end of a request that was refused."""
        if not self.transport.is_closing():
            super().on_message_complete()

    def _late(self) -> None:
        self._clock = None
        if not self.transport.is_closing():
            self._refuse(408, "Request Timeout", "timed_out", "the head did not come in time")

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _refuse(self, status: int, title: str, name: str, detail: str) -> None:
        body = _BODY.format(title=title, code=status, name=name, detail=detail)
        answer = _ANSWER.format(status=f"{status} {title}", length=len(body), body=body)
        self.transport.write(answer.encode())
        self.transport.close()
