"""Posting to an address behind the guard: once, in bounded time, and nowhere that is not allowed.

The name is resolved here, the addresses are looked at by the guard that videos are fetched behind,
and the connection goes to the very address that was looked at. No proxy has a part in it, and
redirects are not followed.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimedOut
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ingest.sources.guard import Forbidden, Guard

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Reply:
    """The response to a request.

    Attributes:
        status: of HTTP.
        headers: of the answer.
        body: as much of it as was asked for.
    """

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    guard: Guard,
    *,
    deadline_seconds: float,
    max_bytes: int,
) -> Reply:
    """Post JSON to an address; all of it, the name's lookup included, by the deadline.

    Args:
        url: as ``addresses.escaped`` returns it.
        body: JSON.
        headers: beside those that every post has.
        guard: which addresses may be connected to.
        deadline_seconds: from now.
        max_bytes: of the answer's body that are read.

    Raises:
        Forbidden: no address of the host may be connected to.
        OSError: it could not be reached, or not in time.
        http.client.HTTPException: the answer is no HTTP.
    """
    until = time.monotonic() + deadline_seconds
    host, port = host_of(url)
    address = _allowed_address(host, port, guard, until)
    connection = _CONNECTIONS[urlsplit(url).scheme](host, port, address, until)
    parts = urlsplit(url)
    target = f"{parts.path}{'?' + parts.query if parts.query else ''}"
    try:
        header_fields = {"Content-Type": "application/json", "User-Agent": "reelmatch", **headers}
        connection.request("POST", target, body, header_fields)
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read(max_bytes))
    finally:
        connection.close()


def host_of(url: str) -> tuple[str, int]:
    """Return the host of an address, and its port."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def is_literal(host: str) -> bool:
    """Whether a host is an address in numbers, which needs no lookup."""
    try:
        socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return False
    return True


class _Plain(http.client.HTTPConnection):
    """A connection to one address, whatever the name stands for by now, until a moment."""

    def __init__(self, host: str, port: int, address: str, until: float) -> None:
        super().__init__(host, port)
        self._address = address
        self._until = until
        self._clock: threading.Timer | None = None

    def connect(self) -> None:
        """Connect to the address that was looked at."""
        left = _left(self._until)
        self.sock = socket.create_connection((self._address, self.port), left)
        # A socket's timeout is for each read; who sends a byte a second is cut off by the clock.
        self._clock = threading.Timer(_left(self._until), self._cut_off)
        self._clock.daemon = True
        self._clock.start()

    def close(self) -> None:
        """Hang up."""
        if self._clock is not None:
            self._clock.cancel()
        super().close()

    def _cut_off(self) -> None:
        sock = self.sock
        if sock is not None:
            # Not TLS's own way to part, which is for the thread that reads.
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Secure(_Plain):
    """The same under TLS; the certificate must be the name's."""

    default_port = _PORTS["https"]

    def connect(self) -> None:
        """Connect, and let the other side prove its name."""
        super().connect()
        context = ssl.create_default_context()
        # Known to the clock before the first word, which may come a byte at a time, too.
        secured = context.wrap_socket(
            self.sock, server_hostname=self.host, do_handshake_on_connect=False
        )
        self.sock = secured
        secured.do_handshake()


_CONNECTIONS: Final = {"http": _Plain, "https": _Secure}


def _allowed_address(host: str, port: int, guard: Guard, until: float) -> str:
    """Return an address of a host that may be connected to.

    Raises:
        Forbidden: when none may.
        OSError: when the host is not known, or not by then.
    """
    refused: Forbidden | None = None
    for address in _addresses(host, port, until):
        try:
            guard.check(address, port)
        except Forbidden as forbidden:
            refused = forbidden
        else:
            return address
    raise refused or OSError(f"no address for {host}")


def _addresses(host: str, port: int, until: float) -> list[str]:
    """Look a name up; a resolver that does not answer is left behind, as nothing can stop it."""
    answer: Future[list[str]] = Future()

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result([str(peer[0]) for *_, peer in infos])
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            answer.set_exception(error)

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    try:
        return answer.result(_left(until))
    except FutureTimedOut:
        raise TimeoutError(f"the name {host} was not looked up in time") from None


def _left(until: float) -> float:
    """Return the seconds that are left.

    Raises:
        TimeoutError: none are.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left
