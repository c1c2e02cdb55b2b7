"""Every route of the service, as the table of access and sweeps need them."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount

from api.console.static_files import STATIC_PATH, static_path

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = (STATIC_PATH, f"/docs{static_path(ROOT / 'api' / 'http' / 'explorer' / 'static')}")
"""Style sheets and scripts: for everybody."""


def routes_of(routes: Iterable[BaseRoute], below: str = "") -> Iterator[str]:
    """Every route of an application and of those mounted in it; files are for everybody."""
    for context in iter_route_contexts(list(routes)):
        route = context.original_route
        if isinstance(route, Mount) and route.path in FOLDERS:
            continue
        if isinstance(route, Mount):
            assert route.routes, f"say who may ask what is mounted at {route.path}"
            yield from routes_of(route.routes, below + route.path)
        else:
            for method in (context.methods or set()) - {"HEAD"}:
                path = re.sub(r":\w+}", "}", f"{below}{context.path}")  # without converters
                yield f"{method} {path}"
