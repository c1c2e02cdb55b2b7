"""Every page over a catalog in PostgreSQL, be it empty or not."""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from api.settings import Settings
from engine.batch.reindex import reindex
from engine.catalogs import open_catalog
from engine.domain.keys import Scope
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from support.catalogs import video_id
from support.filled_catalogs import fill
from support.postgres import Server
from support.product import serve
from support.routes import routes_of

pytestmark = pytest.mark.slow

NAMES: Final = {"video": video_id(1), "viewer": "ann", "campaign": "spring", "tag": "cat"}
"""Names of what a filled catalog holds; an empty one holds none of it."""

QUESTIONS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"limit": 1},
    {"q": "cat"},
    {"include": "poster"},
    {"viewer": "ann", "video": video_id(1)},
)


def addresses(app: Any) -> Iterator[str]:
    """Every route that is read from, the API's and the console's, with names in it."""
    for route in routes_of(app.routes):
        method, path = route.split(" ")
        if method == "GET":
            yield re.sub(r"{(\w+)}", lambda match: NAMES.get(match[1], "1"), path)


@pytest.mark.parametrize("content", ["nothing", "something"])
def test_every_page_answers(postgres: Server, tmp_path: Path, content: str) -> None:
    home = tmp_path
    url = postgres.create(f"pages_{sha256(bytes(tmp_path)).hexdigest()[:16]}")
    headers = {}
    with open_catalog(url) as catalog:
        if content == "something":
            fill(catalog)
            reindex(catalog, Generations(home / "generations"), IndexConfig(0.7, "sqrt"))
            _, headers["X-API-Key"] = catalog.keys.create("all", [Scope.ADMIN], now=1.0)
    statuses: list[int] = []
    for served in serve(home, Settings(home=home, catalog=url, processes=0)):
        for path in addresses(served.server.config.app):
            for question in QUESTIONS:
                with served.client.stream("GET", path, params=question, headers=headers) as answer:
                    # The first of it is enough: what changes in the queue is told without an end.
                    start = next(answer.iter_bytes(), b"")
                statuses.append(answer.status_code)
                is_not_ready = answer.status_code == 503 and b"index" in start
                is_allowed = is_not_ready and content == "nothing"
                assert answer.status_code < 500 or is_allowed, (answer.url, start)
    assert statuses.count(200) > 30
