"""The HTTP protocol of the service: uvicorn's over httptools, with an end to whatever has none."""

import asyncio
import fcntl
import socket
import struct
import termios
from http import HTTPStatus
from math import inf
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.http.connections import ConnectionLimits, Connections
from api.http.middleware.auth import Caller
from api.http.middleware.header_limits import HEAD_BYTES, LARGE_HEAD, NOT_HTTP, Fault, head_fault
from api.http.middleware.problems import Code, problem

CALLER: Final = "caller"
"""Key of the caller in the state of a request's scope; see ``api.http.middleware.auth.Gate``."""

REFUSED: Final = "refused"
"""Key, likewise, of the status that ended a request from below."""

_LINE_END: Final = b"\r\n"
_LATE_HEAD: Final = "the request line and headers did not come in time"
_BATCH_SIZE: Final = struct.pack("ii", 1, 0)


class BoundedProtocol:
    """Factory of a process's connections; uvicorn takes it for a class of protocols.

    Args:
        limits: of each connection, and of all.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self._connections = Connections(limits)

    def __call__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> "BoundedConnection":
        """Make the protocol of a new connection."""
        return BoundedConnection(
            config, server_state, app_state, _loop, connections=self._connections
        )


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's protocol of one connection, which ends what is too large or too late.

    The limits and the rest of the connections are in ``api.http.connections``.

    A request is refused with a problem while nothing of an answer was sent. The connection then
    takes no more requests, but what is still on its way is read and dropped for a while: a client
    that sends a body sees the answer, and not a connection that was reset.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        connections: Connections,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._connections = connections
        self._limits = connections.limits
        self._exit = _Exit(self)
        self._since = self._waits_since = self.loop.time()
        self._due = inf
        self._is_whole, self._in_head, self._is_closing = True, False, False
        self._head_bytes = self._came = 0
        self._take_due, self._untaken = inf, 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request from now on."""
        super().connection_made(transport)
        self._due = self._since + self._limits.head_seconds
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._connections.remove(self)
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; of a head that is not complete only so much."""
        if self._is_closing:
            return
        was_in_head = self._in_head
        super().data_received(data)
        if self._in_head and was_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(LARGE_HEAD)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """Refuse what cannot be parsed; uvicorn calls this."""
        self._refuse(NOT_HTTP)

    def on_message_begin(self) -> None:
        """Begin a head."""
        if self._is_closing:
            return
        super().on_message_begin()
        if self._is_answering:
            self._since = self.loop.time()
        self._is_whole, self._in_head, self._head_bytes = False, True, 0
        self._due = self._since + self._limits.head_seconds

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request line."""
        if not self._is_closing:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a trailer, for which nobody asks."""
        if self._in_head and not self._is_closing:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin a body."""
        if self._is_closing:
            return
        fault = head_fault(self.url, self.headers, self.parser.get_http_version())
        if fault is not None:
            self._refuse(fault)
            return
        self._in_head, self._came = False, 0
        self._due = self._since + self._limits.request_seconds
        super().on_headers_complete()
        self.cycle.transport = self._exit  # type: ignore[assignment] # all that a cycle uses

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        if self._is_closing:
            return
        self._came += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Have a whole request."""
        if self._is_closing:
            return
        super().on_message_complete()
        self._is_whole = True
        self._wait()

    def on_response_complete(self) -> None:
        """Go on to the next request; uvicorn calls this."""
        super().on_response_complete()
        if not self._is_closing:
            self._wait()

    def pause_writing(self) -> None:
        """Have more of an answer than is taken."""
        super().pause_writing()
        self._expect_taking()

    def resume_writing(self) -> None:
        """Have little of it left."""
        super().resume_writing()
        self._take_due = inf

    @property
    def has_key(self) -> bool:
        """Whether the request that is here, or the one before, was let in by a key."""
        caller = self._caller
        return caller is not None and caller.key is not None

    @property
    def is_held(self) -> bool:
        """Whether the connection waits for its client, and not for us."""
        return not self._is_answering or not self._is_whole or self._is_stuck

    @property
    def waited_seconds(self) -> float:
        """Seconds since something useful happened."""
        return self.loop.time() - self._waits_since

    def check(self) -> None:
        """End what is late."""
        now = self.loop.time()
        if self._is_stuck and self._take_due == inf:
            self._expect_taking()
        if now >= self._take_due:
            self._check_taking()
        if now < self._due or self.transport.is_closing():
            return
        if self._is_closing:
            self._abort()
        elif not self._has_more_time():
            self._late()

    def make_way(self) -> None:
        """Close the connection for another one."""
        if self._is_closing or self._is_stuck:
            self._abort()
        elif self._is_whole:
            self.transport.close()
        else:
            busy = "too many connections wait here: send the whole request at once, again"
            self._refuse(Fault(HTTPStatus.SERVICE_UNAVAILABLE, Code.BUSY, busy))
            self.transport.close()

    def end(self) -> None:
        """Close the connection once what its client still sends has come, or is late."""
        if self._is_whole:
            self.transport.close()
            return
        now = self.loop.time()
        self._is_closing = True
        self._due = max(
            min(self._due, now + self._limits.request_seconds), now + self._limits.idle_seconds
        )
        self.flow.resume_reading()
        if not self.transport.is_closing():
            self.transport.write_eof()

    @property
    def _caller(self) -> Caller | None:
        cycle = self.cycle
        return None if cycle is None else cycle.scope.get("state", {}).get(CALLER)

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _is_stuck(self) -> bool:
        """Whether what was written waits to be taken."""
        return self.flow.write_paused or (
            self.transport.is_closing() and self.transport.get_write_buffer_size() > 0
        )

    def _wait(self) -> None:
        """Set the time of what is next, after a request or an answer became whole."""
        self._waits_since = self.loop.time()
        self._connections.renew(self)
        if not self._is_whole:
            return
        if self._is_answering:
            self._due = inf
        else:
            self._since = self._waits_since
            self._due = self._since + self._limits.idle_seconds

    def _has_more_time(self) -> bool:
        """Tell whether a body may go on: it was let in, and comes at a pace, or waits for us."""
        caller = self._caller
        if self._is_whole or self._in_head or not self._is_answering:
            return False
        if caller is None or caller.is_stranger or self.pipeline:
            return False
        if self._came < self._limits.piece_bytes and not self.flow.read_paused:
            return False
        self._came = 0
        self._wait()
        self._due = self._waits_since + self._limits.request_seconds
        return True

    def _late(self) -> None:
        if self._is_whole and self.cycle is not None:
            # Nothing was begun: the end of a connection that was kept for another request.
            self.transport.close()
        elif self._in_head or self._is_whole:
            self._refuse(Fault(HTTPStatus.REQUEST_TIMEOUT, Code.TIMED_OUT, _LATE_HEAD))
        elif self._is_answering:
            late = f"the body was not whole after {self._limits.request_seconds:g} s"
            self._refuse(Fault(HTTPStatus.REQUEST_TIMEOUT, Code.TIMED_OUT, late))
        else:
            # Answered already, without the rest of it.
            self.transport.close()

    def _expect_taking(self) -> None:
        caller = self._caller
        known = caller is not None and not caller.is_stranger
        seconds = self._limits.taking_seconds if known else self._limits.request_seconds
        self._take_due = self.loop.time() + seconds
        self._untaken = self._left_to_take()

    def _check_taking(self) -> None:
        if not self._is_stuck:
            self._take_due = inf
        elif self._untaken - self._left_to_take() < self._limits.piece_bytes:
            self._abort()
        else:
            self._expect_taking()

    def _left_to_take(self) -> int:
        """Return the bytes that were written and that the client's machine did not take."""
        return self.transport.get_write_buffer_size() + _unsent_bytes(self.transport)

    def _abort(self) -> None:
        """Close at once, and let the system drop what was not taken; by itself it would keep it."""
        self._is_closing = True
        connection = self.transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _BATCH_SIZE)
        self.transport.abort()

    def _refuse(self, fault: Fault) -> None:
        """Answer with a problem, and take no more of this connection."""
        if self._is_closing or self.transport.is_closing():
            return
        if self._is_answering and self._in_head:
            # What came before is answered first; anything written now would become part of it.
            self.cycle.keep_alive = False
            self._is_closing, self._due = True, inf
            return
        if self._is_answering and (self.pipeline or self.cycle.response_started):
            self._abort()
            return
        scope = self.scope if self._in_head or self.cycle is None else self.cycle.scope
        body = problem({**(scope or {})}, fault.code, fault.detail, status=fault.status)
        self.transport.write(_as_bytes(fault.status, body.raw_headers, bytes(body.body)))
        self._is_whole = False
        self.end()
        if self._is_answering:
            scope.setdefault("state", {})[REFUSED] = fault.status
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._in_head = False


class _Exit:
    """The transport that a request's cycle writes to: its end is the connection's."""

    def __init__(self, connection: BoundedConnection) -> None:
        self._connection = connection

    def write(self, data: bytes) -> None:
        # uvloop raises where one writes to what was closed under a running answer.
        if not self.is_closing():
            self._connection.transport.write(data)

    def is_closing(self) -> bool:
        return self._connection.transport.is_closing()

    def close(self) -> None:
        self._connection.end()


def _as_bytes(status: HTTPStatus, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    head = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    head += [name + b": " + value for name, value in headers]
    return _LINE_END.join([*head, b"connection: close", b"", body])


def _unsent_bytes(transport: asyncio.Transport) -> int:
    connection = transport.get_extra_info("socket")
    try:
        size = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(struct.calcsize("i")))
    except (AttributeError, OSError):
        # Not every system tells; what waits in this process is known at least.
        return 0
    return int(struct.unpack("i", size)[0])
