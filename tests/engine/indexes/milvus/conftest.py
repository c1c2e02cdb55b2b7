"""One server of Milvus for the tests of a file."""

from collections.abc import Iterator

import pytest

from support.milvus import MilvusServer, serving_milvus


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    """A server that has no index yet."""
    with serving_milvus(tmp_path_factory.mktemp("milvus")) as server:
        yield server
