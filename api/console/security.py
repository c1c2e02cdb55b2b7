"""Protection from other sites' pages: response headers, and a token on all that changes a thing."""

import hmac
import secrets
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.middleware.auth import CSRF_HEADER, SESSION_COOKIE, csrf_token
from api.http.middleware.problems import Code, Refused

CSRF_FIELD: Final = "csrf"

SECURITY_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self';"
        " media-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Adds the headers that say what a browser may do with a page of the console."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "private, no-cache")
            await send(message)

        await self.app(scope, receive, with_headers)


def session_of(request: Request) -> str:
    """Return what this browser is known by, giving it a new secret when it has none."""
    if not hasattr(request.state, "session"):
        request.state.session = request.cookies.get(SESSION_COOKIE) or secrets.token_urlsafe(32)
    session: str = request.state.session
    return session


def keep_session(request: Request, response: Response) -> None:
    """Let the browser keep its session, when it has none yet."""
    if SESSION_COOKIE not in request.cookies:
        set_session(request, response, session_of(request))


def set_session(request: Request, response: Response, session: str) -> None:
    """Let the browser keep a session."""
    response.set_cookie(
        SESSION_COOKIE,
        session,
        path=request.scope["root_path"],
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def check_csrf(request: Request, token: str) -> None:
    """Refuse what does not come from a page of the console.

    Raises:
        Refused: when the token is not that of this browser's session.
    """
    session = request.cookies.get(SESSION_COOKIE, "")
    if not session or not hmac.compare_digest(csrf_token(session).encode(), token.encode()):
        raise Refused(
            Code.FORBIDDEN,
            "this did not come from a page of this console, or the page is too old: load it again",
        )


def _checked_header(request: Request) -> None:
    check_csrf(request, request.headers.get(CSRF_HEADER, ""))


FromConsole = Depends(_checked_header)
"""For requests of scripts: the token is in a header."""


async def _checked_form(request: Request) -> dict[str, str]:
    body = await request.body()
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=1000))
    except ValueError:
        raise Refused(Code.INVALID_REQUEST, "this is not what a form sends") from None
    check_csrf(request, fields.pop(CSRF_FIELD, ""))
    return fields


Form = Annotated[dict[str, str], Depends(_checked_form)]
"""The fields of a form of the console; the token is one of them."""
