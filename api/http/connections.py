"""Limits of connections: the time without a finished request, and the number of strangers.

uvicorn takes its only clock off a connection with any byte that comes, and sets it again after an
answer alone: who sends a byte too many, or one a second, holds a connection for ever, and its
``limit_concurrency`` then answers everybody else with 503. Here each connection has a time by
which its request must be whole, whatever comes in between, and one by which more of the answer
must have been taken. One sweep looks at all of them, so that no request costs a timer.
"""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

_TRIM_SECONDS: Final = 0.1
_YOUNG_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Limits of a connection's cost.

    Attributes:
        head_seconds: until a head must be whole.
        request_seconds: until a request must be whole, its body with it; whoever was let in gets
            as long again each time that ``piece_bytes`` came, so that large files can be sent.
        idle_seconds: until the first byte of another request.
        taking_seconds: until a caller with a key must have taken ``piece_bytes`` more of an
            answer; strangers have ``request_seconds``.
        piece_bytes: the least that must come, or be taken, to be given more time.
        strangers: the most connections without a key that wait for the rest of a request, or
            do not take their answer; the one that waits longest is closed for a new one.
        connections: the most of all, in each process.
    """

    head_seconds: float = 10.0
    request_seconds: float = 20.0
    idle_seconds: float = 5.0
    taking_seconds: float = 60.0
    piece_bytes: int = 64 << 10
    strangers: int = 250
    connections: int = 2000

    @property
    def sweep_seconds(self) -> float:
        """Between two looks at all connections."""
        return min(0.5, self.request_seconds / 20, self.idle_seconds / 10)


class Connection(Protocol):
    """Interface that ``Connections`` requires of each of them."""

    loop: asyncio.AbstractEventLoop

    @property
    def has_key(self) -> bool:
        """Whether the request that is here, or the one before, was let in by a key."""

    @property
    def is_held(self) -> bool:
        """Whether the connection waits for its client, and not for us."""

    @property
    def waited_seconds(self) -> float:
        """Seconds since something useful happened."""

    def check(self) -> None:
        """End what is late."""

    def make_way(self) -> None:
        """Close the connection for another one."""


class Connections:
    """The open connections of a process.

    Args:
        limits: of each connection, and of all.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        # Those that did something useful last come last.
        self._open: dict[Connection, None] = {}
        self._sweep: asyncio.TimerHandle | None = None
        self._trim: asyncio.TimerHandle | None = None

    def add(self, connection: Connection) -> None:
        """Take a connection in."""
        self._open[connection] = None
        if self._sweep is None:
            self._sweep = connection.loop.call_later(self.limits.sweep_seconds, self._check_all)
        if len(self._open) > self.limits.strangers and self._trim is None:
            # Not at once: a request that has arrived already is read first.
            self._trim = connection.loop.call_later(_TRIM_SECONDS, self._make_room)

    def renew(self, connection: Connection) -> None:
        """Put a connection last of those that are closed to make room."""
        if connection in self._open:
            del self._open[connection]
            self._open[connection] = None

    def remove(self, connection: Connection) -> None:
        """Let go of a connection that was closed."""
        self._open.pop(connection, None)
        if not self._open:
            for handle in (self._sweep, self._trim):
                if handle is not None:
                    handle.cancel()
            self._sweep = self._trim = None

    def _check_all(self) -> None:
        self._sweep = None
        for connection in list(self._open):
            connection.check()
        self._make_room()
        for connection in self._open:
            self._sweep = connection.loop.call_later(self.limits.sweep_seconds, self._check_all)
            break

    def _make_room(self) -> None:
        if self._trim is not None:
            self._trim.cancel()
            self._trim = None
        held = [connection for connection in self._open if connection.is_held]
        strangers = [one for one in held if not one.has_key]
        spare = len(strangers) - self.limits.strangers
        for connection in strangers[: max(0, spare)]:
            if connection.waited_seconds >= _YOUNG_SECONDS:
                connection.make_way()
        over = len(self._open) - self.limits.connections
        if over > 0:
            rest = [one for one in held if one.has_key]
            for connection in (strangers + rest)[:over]:
                connection.make_way()
