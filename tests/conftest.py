"""For all tests: examples may take as long as they need, machines are shared; Ctrl-C is heard."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from engine.catalogs.sqlite.catalog import Catalog
from engine.indexes.milvus.index import MilvusIndex
from support.milvus import MilvusServer, serving_milvus
from support.postgres import Server, serving_postgres
from support.webserver import Site, serving

pytest_plugins = ["support.left_out"]

# CI draws as many examples as hypothesis thinks right; who waits for the tests, fewer, and others
# each time.
settings.register_profile("shared-machine", deadline=None, max_examples=25)
settings.register_profile("ci", deadline=None, max_examples=100)
settings.load_profile("ci" if os.environ.get("CI") else "shared-machine")

# Who is started in the background, by nohup for instance, is deaf to Ctrl-C, and so are all whom it
# starts; some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty catalog, in a home of its own."""
    with Catalog.open(tmp_path / "home" / "catalog.db") as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server of PostgreSQL that has no catalog yet."""
    with serving_postgres() as server:
        yield server


# One a module: milvus-lite hangs up on a process whose idle connection asked for minutes whether it
# is still there.
@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    """A server of Milvus, where each test has names of its own."""
    with serving_milvus(tmp_path_factory.mktemp("milvus")) as server:
        yield server


@pytest.fixture
def milvus_index(milvus: MilvusServer, request: pytest.FixtureRequest) -> Iterator[MilvusIndex]:
    """An index in Milvus that has no generation yet."""
    opened = MilvusIndex(milvus.connection(f"t{abs(hash(request.node.nodeid))}"))
    yield opened
    opened.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site of ours that has no page yet."""
    with serving() as site:
        yield site
