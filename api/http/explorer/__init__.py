"""Documentation to read and try in a browser, which asks no other host for anything.

Swagger UI lies here, unchanged but for the pictures of its style sheet, and is shown under the same
rules as the console: no script or style in the page, no frame around it.
"""

import gzip
from collections.abc import Callable
from functools import cached_property, lru_cache
from html import escape
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Scope

from api.console.security import SECURITY_HEADERS, SecurityHeaders
from api.console.static_files import StaticAssets, static_path

PATH: Final = "/docs"
DOCUMENT_PATH: Final = "/openapi.json"

_FOLDER: Final = Path(__file__).parent / "static"
_STATIC: Final = static_path(_FOLDER)
_PACKED: Final = {".js": "text/javascript", ".css": "text/css"}

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>HTTP interface · reelmatch</title>
  <link rel="icon" href="{static}/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="{static}/swagger-ui.css">
  <link rel="stylesheet" href="{static}/page.css">
  <script defer src="{static}/swagger-ui-bundle.js"></script>
  <script defer src="{static}/page.js"></script>
</head>
<body>
  <main id="documentation" data-from="{root}/openapi.json">
    <noscript>
      <p>This page needs JavaScript; the document it shows is at
        <a href="{root}/openapi.json">/openapi.json</a>.</p>
    </noscript>
  </main>
</body>
</html>
"""


def explorer_routes(document: Callable[[], dict[str, Any]]) -> list[BaseRoute]:
    """Return the routes of the page and of what it loads.

    Args:
        document: makes the OpenAPI document, the same at every time.
    """
    return [
        Route(DOCUMENT_PATH, _Document(document).respond, include_in_schema=False),
        Route(PATH, _page, methods=["GET"], include_in_schema=False),
        Mount(PATH + _STATIC, SecurityHeaders(_Packed(_FOLDER))),
    ]


async def _page(request: Request) -> Response:
    root = escape(request.scope.get("root_path", ""))
    page = _PAGE.format(root=root, static=f"{root}{PATH}{_STATIC}")
    return HTMLResponse(page, headers={**SECURITY_HEADERS, "cache-control": "no-cache"})


class _Document:
    """The OpenAPI document, written and packed once: everybody may ask for it, ever again."""

    def __init__(self, document: Callable[[], dict[str, Any]]) -> None:
        self._document = document

    @cached_property
    def _plain(self) -> bytes:
        return bytes(JSONResponse(self._document()).body)

    @cached_property
    def _gzip(self) -> bytes:
        return gzip.compress(self._plain, mtime=0)

    async def respond(self, request: Request) -> Response:
        """Answer with it."""
        headers = {"vary": "Accept-Encoding"}
        body = self._plain
        if _takes_gzip(request.scope):
            headers["content-encoding"], body = "gzip", self._gzip
        return Response(body, headers=headers, media_type="application/json")


class _Packed(StaticAssets):
    """Files that are packed once, not for each who asks: the script has 1.7 MB."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with one file."""
        response = await super().get_response(path, scope)
        kind = _PACKED.get(Path(path).suffix)
        if kind is None or response.status_code != 200 or not _takes_gzip(scope):
            return response
        headers = {
            name: response.headers[name] for name in ("cache-control", "etag", "last-modified")
        }
        headers |= {"content-encoding": "gzip", "vary": "Accept-Encoding"}
        body = await run_in_threadpool(_packed, path)
        return Response(body, headers=headers, media_type=kind)


@lru_cache(maxsize=8)
def _packed(path: str) -> bytes:
    return gzip.compress((_FOLDER / path).read_bytes(), mtime=0)


def _takes_gzip(scope: Scope) -> bool:
    return "gzip" in Headers(scope=scope).get("accept-encoding", "")
