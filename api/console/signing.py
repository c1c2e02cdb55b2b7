"""Signing in with a key, and out again. Without keys nobody has to."""

import time
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from api.console.rendering import error_page, page, wants_page
from api.console.security import Form, SecurityHeaders, set_session
from api.http.middleware.auth import SESSION_COOKIE, KnownKeys
from api.http.middleware.problems import Code, Refused, expected_failure
from api.http.read_routes import ReadRoute
from api.http.routes.dependencies import CurrentLive
from engine.domain.keys import digest_of

router = APIRouter(route_class=ReadRoute)

SESSION_SECONDS: Final = 12 * 60 * 60
"""Number of seconds that a browser stays signed in."""

_CONSOLE: Final = "/console"


@router.get("/sign-in")
def get_sign_in(request: Request, after: str = Query("", max_length=2000)) -> Response:
    """Ask for a key."""
    return page(request, "sign_in.html", after=_own_path(after), wrong=False)


@router.post("/sign-in")
def post_sign_in(request: Request, form: Form, live: CurrentLive) -> Response:
    """Let a browser in whose person has a key."""
    known: KnownKeys = request.app.state.known_keys
    key = known.all().get(digest_of(form.get("key", "").strip()))
    after = _own_path(form.get("after", ""))
    if key is None:
        return page(request, "sign_in.html", status=401, after=after, wrong=True)
    session = live.catalog.keys.open_session(key, now=time.time(), seconds=SESSION_SECONDS)
    response = RedirectResponse(request.scope["root_path"] + after, 303)
    set_session(request, response, session)
    return response


@router.post("/sign-out")
def post_sign_out(request: Request, form: Form, live: CurrentLive) -> Response:  # noqa: ARG001 - checks
    """End the session."""
    live.catalog.keys.close_session(request.cookies.get(SESSION_COOKIE, ""))
    base = request.scope["root_path"]
    response = RedirectResponse(f"{base}/sign-in", 303)
    response.delete_cookie(SESSION_COOKIE, path=base, httponly=True, samesite="strict")
    return response


def _own_path(path: str) -> str:
    """Return a path below the console to go on to, never an address of somebody else."""
    own = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if own and path.isprintable() else "/"


class Refusal:
    """The answer to a request that may not pass: a page for people, who can sign in. ASGI."""

    def __init__(self, refused: Refused) -> None:
        self._refused = refused

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Answer."""
        refused, path = self._refused, scope["path"]
        if not path.startswith(f"{_CONSOLE}/") or not wants_page(scope):
            await expected_failure(scope, refused)(scope, receive, send)
            return
        base = scope.get("root_path", "") + _CONSOLE
        request = Request({**scope, "root_path": base})
        response: Response
        if refused.code is Code.UNAUTHENTICATED:
            query = scope["query_string"].decode("latin-1")
            after = path.removeprefix(_CONSOLE) + (f"?{query}" if query else "")
            response = RedirectResponse(f"{base}/sign-in?after={quote(after)}", 303)
        else:
            response = error_page(request, refused.code, str(refused))
            response.headers.update(refused.headers)
        await SecurityHeaders(response)(scope, receive, send)
