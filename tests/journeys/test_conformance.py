"""The service answers what its OpenAPI document says, whatever it is asked, by whom."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from api.http.openapi import operations
from api.settings import Settings
from engine.batch.reindex import reindex
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.advertising.campaigns import Creative
from engine.domain.keys import Scope
from engine.domain.matching.index_config import IndexConfig
from engine.indexes.local.disk.generations import Generations
from support.campaigns import campaign
from support.catalogs import save, video_id
from support.product import Served, serve

CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "missing_required_header",
    "ignored_auth",
)
PHASES: Final = {
    Scope.ADMIN: ("--phases", "coverage,fuzzing", "--max-examples", "10"),
}
"""Options of the scope that may do everything: it asks at the edges of every schema."""

OTHERS: Final = ("--phases", "fuzzing", "--max-examples", "4")


@pytest.fixture(scope="module")
def populated_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Served, dict[Scope, str]]]:
    """A service with something of everything, and a key of each scope."""
    home = tmp_path_factory.mktemp("conformance")
    with Catalog.open(home / "catalog.db") as catalog:
        for number in range(1, 6):
            save(catalog, video_id(number), {"cat": 90, "city": 10 * number}, length=120)
        for _ in range(2):  # so that there is one to roll back to
            reindex(
                catalog, Generations(home / "generations"), IndexConfig(threshold=0.7, tf="raw")
            )
        spot = Creative("a", 15.0, "https://ads.example/a.mp4", "video/mp4", 640, 360)
        for name in ("acme", "globex"):
            plan = campaign(name, {"cat": 1.0}, creatives=(spot,))
            catalog.campaigns.put(replace(plan, advertiser=name))
        catalog.viewers.put_interests("anna", {"cat": 1.0}, now=1.0)
        keys = {}
        for scope in Scope:
            whose = "acme" if scope is Scope.ADVERTISE else ""
            _, keys[scope] = catalog.keys.create(scope, {scope}, now=1.0, advertiser=whose)
    # Nobody works the queue: no address that is made up here is ever asked for anything.
    for served in serve(home, Settings(home=home, processes=0)):
        yield served, keys


@pytest.mark.slow
@pytest.mark.parametrize("scope", Scope)
def test_every_answer_is_documented(
    populated_server: tuple[Served, dict[Scope, str]], scope: Scope, tmp_path: Path
) -> None:
    served, keys = populated_server
    done = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            *("run", f"{served.client.base_url}/openapi.json"),
            *("--header", f"X-API-Key: {keys[scope]}", "--checks", ",".join(CHECKS)),
            *PHASES.get(scope, OTHERS),
            *("--seed", "7", "--generation-database", "none", "--suppress-health-check", "all"),
            *("--warnings", "off", "--continue-on-failure", "--no-color"),
            *("--request-timeout", "60", "--max-redirects", "0"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    n_operations = len(list(operations(served.client.get("/openapi.json").json())))
    assert f"Tested: {n_operations}" in done.stdout
