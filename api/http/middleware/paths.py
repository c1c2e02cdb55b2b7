"""Paths as they were sent: bytes that are no text are refused, and an escaped slash is no border.

Servers hand a path on unescaped, with U+FFFD for what is no UTF-8: two ids would become
one, and an id with a slash in it would be two parts.
"""

from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.convertors import Convertor, register_url_convertor
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.middleware.problems import Code, problem

_SLASH: Final = "\ufdd0"  # stands for a slash in a part of a path; no character, so nobody's own
_ESCAPED_SLASHES: Final = (b"%2F", b"%2f")
_WITH_SLASHES: Final = "/v1/"


class ExactPaths:
    """Refuses paths and queries that are no UTF-8, and keeps escaped slashes apart. ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        raw: bytes = scope.get("raw_path") or b""
        if scope["type"] != "http" or b"%" not in raw + scope["query_string"]:
            await self._app(scope, receive, send)
            return
        try:
            path = unquote_to_bytes(raw).decode()
            unquote_to_bytes(scope["query_string"]).decode()
        except UnicodeDecodeError:
            path = _SLASH
        if _SLASH in path:
            answer = problem(
                scope,
                Code.INVALID_REQUEST,
                "the address holds bytes that are no text: escape UTF-8, as %C3%A9 for an e acute",
            )
            await answer(scope, receive, send)
            return
        if scope["path"].startswith(_WITH_SLASHES) and any(one in raw for one in _ESCAPED_SLASHES):
            for escaped in _ESCAPED_SLASHES:
                raw = raw.replace(escaped, _SLASH.encode())
            scope["path"] = unquote_to_bytes(raw).decode()
        await self._app(scope, receive, send)


class _PartWithSlashes(Convertor[str]):
    """A part of a path that may hold slashes, escaped as ``%2F``: ``{viewer:slashed}``."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return value.replace(_SLASH, "/")

    def to_string(self, value: str) -> str:
        return value.replace("/", _SLASH)


register_url_convertor("slashed", _PartWithSlashes())
