"""Validation of a request's head: how large it may be, for whom it is, in which form.

uvicorn bounds nothing of a head when httptools parses, and takes any number of ``Host`` headers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from api.http.middleware.problems import Code

HEAD_BYTES: Final = 32 << 10
"""The most bytes of a request line and all headers."""

_OLD: Final = "1.0"
_HOST: Final = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]*)(?::[0-9]{0,5})?")
_ABSOLUTE: Final = re.compile(rb"https?://([^/?#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something about a request's form for which it is refused before anybody reads it.

    Attributes:
        status: HTTP's.
        code: of the problem.
        detail: names what was wrong and what to do.
    """

    status: HTTPStatus
    code: Code
    detail: str


LARGE_HEAD: Final = Fault(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    Code.TOO_LARGE,
    f"request line and headers may have {HEAD_BYTES} bytes at most: send fewer or shorter ones",
)
NOT_HTTP: Final = Fault(
    HTTPStatus.BAD_REQUEST,
    Code.INVALID_REQUEST,
    "this is no HTTP/1.1 request: send one, without TLS",
)
_NO_HOST: Final = Fault(
    HTTPStatus.BAD_REQUEST, Code.INVALID_REQUEST, "HTTP/1.1 needs a Host header: send one"
)
_TWO_HOSTS: Final = Fault(
    HTTPStatus.BAD_REQUEST, Code.INVALID_REQUEST, "there are several Host headers: send one"
)
_BAD_HOST: Final = Fault(
    HTTPStatus.BAD_REQUEST, Code.INVALID_REQUEST, "the Host header is no name with a port"
)
_OTHER_HOST: Final = Fault(
    HTTPStatus.BAD_REQUEST,
    Code.INVALID_REQUEST,
    "request line and Host header name different hosts: send the same, or a path alone",
)


def head_fault(target: bytes, headers: Sequence[tuple[bytes, bytes]], version: str) -> Fault | None:
    """Return what is wrong with a head, None when it may pass (RFC 9112, 3.2).

    Args:
        target: of the request line.
        headers: names in lower case, and values.
        version: of HTTP, as ``1.1``.
    """
    if len(target) + sum(len(name) + len(value) for name, value in headers) > HEAD_BYTES:
        return LARGE_HEAD
    hosts = [value for name, value in headers if name == b"host"]
    if not hosts:
        return None if version == _OLD else _NO_HOST
    if len(hosts) > 1:
        return _TWO_HOSTS
    host = hosts[0].strip()
    if not _HOST.fullmatch(host):
        return _BAD_HOST
    absolute = _ABSOLUTE.match(target)
    if absolute is not None and absolute[1].lower() != host.lower():
        return _OTHER_HOST
    return None
