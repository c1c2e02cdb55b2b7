"""Templates -> pages. Whatever a video or a page brought is escaped, always."""

import time
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.types import Scope

from api.console.security import keep_session, session_of
from api.console.static_files import STATIC_PATH
from api.console.videos.evidence import CHIPPED
from api.http.middleware.auth import SESSION_COOKIE, Caller, csrf_token
from api.http.middleware.problems import KINDS, Code, problem
from api.http.middleware.scopes import scopes_for
from engine.domain.assessments.performance import PERFORMANCE_LABELS
from engine.domain.tags import VERBS, Tag

FRAGMENT: Final = "text/x-fragment"
"""Media type that scripts of the console accept for a piece of a page, or problem details."""

_THEMES: Final = ("light", "dark")


_MENU: Final = (
    ("catalog", "/", "Catalog"),
    ("lab", "/lab", "Viewer lab"),
    ("campaigns", "/campaigns", "Campaigns"),
    ("jobs", "/jobs", "Jobs"),
    ("add", "/add", "Add"),
)
"""Links of the bar at the top: name, path, label."""


def _opens(caller: Caller, path: str) -> bool:
    return caller.may(*scopes_for("GET", path))


def _caller(request: Request) -> Caller:
    """Return who looks at a page, where no key is needed: whoever has signed in on this browser."""
    caller: Caller = getattr(request.state, "caller", Caller())
    if not caller.is_stranger or SESSION_COOKIE not in request.cookies:
        return caller
    key = request.app.state.live.catalog.keys.session(session_of(request), now=time.time())
    return Caller(key)


def clock(seconds: float) -> str:
    """Return a moment or a length as people write it: ``1:02:03``, ``4:05``."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def grouped(number: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def moment(seconds: float) -> str:
    """Return seconds since 1970 as people and scripts write it, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(" ", timespec="seconds")


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clock"] = clock
    environment.filters["grouped"] = grouped
    environment.filters["moment"] = moment
    environment.filters["tag"] = Tag.parse
    environment.globals["verbs"] = VERBS
    environment.globals["performance_labels"] = PERFORMANCE_LABELS
    environment.globals["chipped_performances"] = CHIPPED
    return environment


_ENVIRONMENT: Final = _environment()


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page made of a template and what it shows."""
    base = request.scope["root_path"]
    caller = _caller(request)
    theme = request.cookies.get("reelmatch_theme", "")
    text = _ENVIRONMENT.get_template(template).render(
        base=base,
        static=base + STATIC_PATH,
        theme=theme if theme in _THEMES else "",
        csrf=csrf_token(session_of(request)),
        key=caller.key,
        opens_catalog=_opens(caller, f"{base}/"),
        opens_campaigns=_opens(caller, f"{base}/campaigns"),
        menu=[item for item in _MENU if _opens(caller, base + item[1])],
        **values,
    )
    response = HTMLResponse(text, status)
    keep_session(request, response)
    return response


def wants_page(scope: Scope) -> bool:
    """Whether a request is a person's, who wants to read the answer."""
    return "text/html" in Headers(scope=scope).get("accept", "text/html")


def wants_fragment(request: Request) -> bool:
    """Whether a script of the console asks for a piece of the page only."""
    return request.headers.get("accept") == FRAGMENT


def error_page(request: Request, code: Code, detail: str) -> Response:
    """Return what went wrong: as a page, or as problem details to a script."""
    if not wants_page(request.scope):
        return problem(request.scope, code, detail)
    kind = KINDS[code]
    return page(
        request,
        "error.html",
        status=kind.status,
        number=kind.status,
        title=kind.title,
        detail=detail[:1].upper() + detail[1:],
    )
