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
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from engine.errors import InvalidInput
from ingest.sources.addresses import canonical
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
    """Return an address that can be told something.

    What a name stands for is only known when it is told something, and looked at then.

    Raises:
        InvalidInput: when it is no web address, or one that is not public and not allowed.
    """
    if len(url) > MOST_URL_SIGNS:
        raise InvalidInput(f"url: at most {MOST_URL_SIGNS} characters, not {len(url)}")
    try:
        canonical(url)
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme.lower()]
        if _is_literal(host):
            Guard(allowed).check(host, port)
    except InvalidInput as error:
        raise InvalidInput(f"url: {error}") from error
    except Forbidden as refused:
        raise InvalidInput(
            f"url: {refused}; REELMATCH_WEB_ALLOWED_NETWORKS allows private networks"
        ) from None
    return url


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
    """Post JSON to an address.

    Raises:
        NotTaken: when it may not be connected to, does not answer in time, or answers with anything
            but a status of 200 to 299.
    """
    parts = urlsplit(url)
    host, scheme = parts.hostname or "", parts.scheme.lower()
    port = parts.port or _PORTS[scheme]
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        address = _looked_at(host, port, Guard(allowed))
        connection = _CONNECTIONS[scheme](host, port, address, deadline_seconds)
        status = _asked(connection, target, body, headers, deadline_seconds)
    except Forbidden as refused:
        raise NotTaken(str(refused)) from None
    except (OSError, http.client.HTTPException) as error:
        raise NotTaken(f"it could not be reached: {str(error) or type(error).__name__}") from error
    if not 200 <= status <= 299:
        raise NotTaken(f"it answered with status {status}")


class _Plain(http.client.HTTPConnection):
    """A connection to one address, whatever the name stands for by now."""

    def __init__(self, host: str, port: int, address: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address = address

    def connect(self) -> None:
        """Connect to the address that was looked at."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _Secure(_Plain):
    """The same under TLS; the certificate must be the name's."""

    default_port = _PORTS["https"]

    def connect(self) -> None:
        """Connect, and let the other side prove its name."""
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


_CONNECTIONS: Final = {"http": _Plain, "https": _Secure}


def _asked(
    connection: _Plain,
    target: str,
    body: bytes,
    headers: Mapping[str, str],
    deadline_seconds: float,
) -> int:
    # A socket's timeout is for each read; who sends a byte a second is cut off by the clock.
    clock = threading.Timer(deadline_seconds, _cut_off, [connection])
    clock.daemon = True
    clock.start()
    try:
        said = {"Content-Type": "application/json", "User-Agent": "reelmatch", **headers}
        connection.request("POST", target, body, said)
        answer = connection.getresponse()
        answer.read(_MOST_ANSWER_BYTES)
        return answer.status
    finally:
        clock.cancel()
        connection.close()


def _cut_off(connection: _Plain) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _looked_at(host: str, port: int, guard: Guard) -> str:
    """Return an address of a host that may be connected to.

    Raises:
        Forbidden: when none may.
        OSError: when the host is not known.
    """
    refused: Forbidden | None = None
    for *_, peer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            guard.check(str(peer[0]), port)
        except Forbidden as forbidden:
            refused = forbidden
        else:
            return str(peer[0])
    raise refused or OSError(f"no address for {host}")


def _is_literal(host: str) -> bool:
    try:
        socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except OSError:
        return False
    return True
