"""Last touches to every answer: no error leaves in plain text, no page in another site's frame."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.middleware.problems import KINDS, Code, problem

_FIRST_ERROR: Final = 400
_RANGE_NOT_SATISFIABLE: Final = 416
_MAX_DETAIL_BYTES: Final = 500
_CODES: Final = {kind.status: code for code, kind in reversed(KINDS.items())}
_OF_BODY: Final = ("content-length", "content-type", "content-encoding")

_PAGE_HEADERS: Final = {
    "content-security-policy": "frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}
"""Of a page that says nothing of its own; those of the console allow still less."""


class PageHeaders:
    """Says of every answer that it is what its type says, and of pages that none is framed. ASGI.

    What an answer says itself is left as it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("x-content-type-options", "nosniff")
                if headers.get("content-type", "").startswith("text/html"):
                    for name, value in _PAGE_HEADERS.items():
                        headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class PlainErrors:
    """Makes problems of errors that a library writes in plain text, as of a file's ranges. ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, errors as problems."""
        plain: Message | None = None
        text = bytearray()

        async def without_plain_errors(message: Message) -> None:
            nonlocal plain
            if message["type"] == "http.response.start" and _is_plain_error(message):
                plain = message
                return
            if plain is None:
                await send(message)
                return
            text.extend(message.get("body", b"")[: _MAX_DETAIL_BYTES - len(text)])
            if not message.get("more_body", False):
                await _problem_of(scope, plain, bytes(text))(scope, receive, send)

        await self._app(scope, receive, without_plain_errors)


def _is_plain_error(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "text/plain")
    return start["status"] >= _FIRST_ERROR and kind.startswith("text/plain")


def _problem_of(scope: Scope, start: Message, text: bytes) -> ASGIApp:
    status, headers = start["status"], Headers(raw=start["headers"])
    detail = text.decode("utf-8", "replace") or "it cannot be answered as it was asked for"
    if status == _RANGE_NOT_SATISFIABLE:
        size = headers.get("content-range", "").rpartition("/")[2]
        detail = f"Range: there are {size} bytes, and none of those that were asked for"
    remaining = {name: value for name, value in headers.items() if name not in _OF_BODY}
    code = _CODES.get(status, Code.INVALID_REQUEST)
    return problem(scope, code, detail, headers=remaining, status=status)
