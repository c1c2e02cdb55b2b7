"""Every request gets an id, a line in the log and a place in the metrics. ASGI, outermost."""

import logging
import re
import time
import uuid
from contextvars import ContextVar
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.middleware.metrics import Metrics
from api.http.middleware.problems import CLIENT_LEFT
from api.http.protocol import REFUSED

REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")
"""The id of the request that is answered, for lines of the log."""

_USABLE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_UNKNOWN_ROUTE: Final = "(none)"

log = logging.getLogger("reelmatch.requests")


class Observe:
    """Counts and times requests, and names each in the answer's ``X-Request-Id``."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and write down how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        token = REQUEST_ID.set(request_id)
        began = time.perf_counter()
        status = 500

        async def send_logged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_logged)
        except ClientDisconnect:
            # Before any route heard of the request: nobody is there to be answered.
            status = CLIENT_LEFT
        finally:
            status = scope["state"].get(REFUSED, status)
            seconds = time.perf_counter() - began
            self._metrics.answered(_route_of(scope), scope["method"], status, seconds)
            log.info(
                "%s %s %d",
                scope["method"],
                scope["path"],
                status,
                extra={"status": status, "seconds": round(seconds, 6), "route": _route_of(scope)},
            )
            REQUEST_ID.reset(token)


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _USABLE_ID.fullmatch(given) else uuid.uuid4().hex


def _route_of(scope: Scope) -> str:
    # The pattern, not the path: paths hold ids, and there are as many series as routes.
    route = scope.get("route")
    return getattr(route, "path_format", getattr(route, "path", _UNKNOWN_ROUTE))
