"""S3, as a server of its own that is asked over a real connection."""

from collections.abc import Iterator

import pytest

from engine.errors import StoreUnusable
from engine.object_stores import open_object_store
from engine.ports.object_store import ObjectStore
from support.conformance.object_store import ObjectStoreConformance
from support.s3 import S3Server, serving_s3

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with serving_s3() as server:
        yield server


@pytest.fixture
def bucket(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return server.make_bucket()


class TestS3(ObjectStoreConformance):
    @pytest.fixture
    def store(self, bucket: str) -> ObjectStore:
        return open_object_store(f"s3://{bucket}/reelmatch")


def test_a_bucket_that_is_not_there_is_told(bucket: str) -> None:
    store = open_object_store(f"s3://{bucket}-none/reelmatch")
    with pytest.raises(StoreUnusable, match=r"s3://.*-none/reelmatch cannot be used"):
        store.write("NAME", b"1")
