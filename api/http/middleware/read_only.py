"""Refusal of changes, where a service is a replica. ASGI."""

from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.middleware.problems import Code, Refused
from engine.errors import ReadOnlyCatalog

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_QUESTIONS: Final = frozenset({"/v1/recommendations", "/v1/matches", "/v1/viewers:campaigns"})
"""Paths that are asked by POST, since the question is long."""


class ReadOnly:
    """Lets questions through.

    Args:
        app: what answers them.
        refusal: makes the answer to everything else.
    """

    def __init__(self, app: ASGIApp, *, refusal: Callable[[Refused], ASGIApp]) -> None:
        self._app = app
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        app = self._app
        if (
            scope["type"] == "http"
            and scope["method"] not in _SAFE
            and scope["path"] not in _QUESTIONS
        ):
            app = self._refusal(Refused(Code.MISDIRECTED, str(ReadOnlyCatalog())))
        await app(scope, receive, send)
