"""Telling a stranger's address something: signed, once, in bounded time, and nowhere private.

The name is resolved here, the addresses are looked at by the guard that videos are fetched behind,
and the connection goes to the very address that was looked at. Redirects are not followed.
"""

import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimedOut
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from engine.errors import InvalidInput
from ingest.sources.addresses import NotAnAddress, escaped
from ingest.sources.guard import AllowedNetwork, Forbidden, Guard

SIGNATURE_HEADER: Final = "X-Reelmatch-Signature"
DELIVERY_HEADER: Final = "X-Reelmatch-Delivery"
DEADLINE_SECONDS: Final = 10.0
MOST_URL_SIGNS: Final = 2_000

_MOST_ANSWER_BYTES: Final = 4_096
_PORTS: Final = {"http": 80, "https": 443}


class NotTaken(Exception):
    """What was told was not taken; says why."""


def check_url(url: str, allowed: Iterable[AllowedNetwork]) -> str:
    """Return an address that can be told something, in ASCII, as it is told.

    What a name stands for is only known when it is told something, and looked at then.

    Raises:
        InvalidInput: when it is no web address, or one that is not public and not allowed.
    """
    if len(url) > MOST_URL_SIGNS:
        raise InvalidInput(f"url: at most {MOST_URL_SIGNS} characters, not {len(url)}")
    try:
        sent = escaped(url)
        host, port = _host_of(sent)
        if _is_literal(host):
            Guard(allowed).check(host, port)
    except InvalidInput as error:
        raise InvalidInput(f"url: {error}") from error
    except Forbidden as refused:
        raise InvalidInput(
            f"url: {refused}; REELMATCH_WEB_ALLOWED_NETWORKS allows private networks"
        ) from None
    if len(sent) > MOST_URL_SIGNS:
        raise InvalidInput(
            f"url: at most {MOST_URL_SIGNS} characters once escaped, not {len(sent)}"
        )
    return sent


def signature(secret: str, body: bytes, *, now: int) -> str:
    """Return ``t=SECONDS,v1=HEX``: HMAC-SHA256 over ``SECONDS.BODY``, so that both hold."""
    digest = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={now},v1={digest}"


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    allowed: Iterable[AllowedNetwork],
    *,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> None:
    """Post JSON to an address; all of it, the name's lookup included, by the deadline.

    Raises:
        NotTaken: when it may not be connected to, does not answer in time, or answers with anything
            but a status of 200 to 299.
    """
    until = time.monotonic() + deadline_seconds
    try:
        sent = escaped(url)
        host, port = _host_of(sent)
        address = _looked_at(host, port, Guard(allowed), until)
        connection = _CONNECTIONS[urlsplit(sent).scheme](host, port, address, until)
        status = _asked(connection, sent, body, headers)
    except Forbidden as refused:
        raise NotTaken(str(refused)) from None
    except NotAnAddress as error:
        raise NotTaken(f"it cannot be sent to: {error}") from None
    except (OSError, UnicodeError, http.client.HTTPException) as error:
        raise NotTaken(f"it could not be reached: {str(error) or type(error).__name__}") from error
    if not 200 <= status <= 299:
        raise NotTaken(f"it answered with status {status}")


def _host_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


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


def _asked(connection: _Plain, url: str, body: bytes, headers: Mapping[str, str]) -> int:
    parts = urlsplit(url)
    target = f"{parts.path}{'?' + parts.query if parts.query else ''}"
    try:
        said = {"Content-Type": "application/json", "User-Agent": "reelmatch", **headers}
        connection.request("POST", target, body, said)
        answer = connection.getresponse()
        answer.read(_MOST_ANSWER_BYTES)
        return answer.status
    finally:
        connection.close()


def _looked_at(host: str, port: int, guard: Guard, until: float) -> str:
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
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.set_result([str(peer[0]) for *_, peer in found])
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


def _is_literal(host: str) -> bool:
    try:
        socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return False
    return True
