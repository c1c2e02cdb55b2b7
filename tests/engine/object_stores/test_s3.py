"""S3, as a server of its own that is asked over a real connection."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from engine.errors import StoreUnusable
from engine.object_stores import open_object_store
from engine.ports.object_store import ObjectStore
from support.conformance.object_store import ObjectStoreConformance
from support.servers import free_port

pytestmark = pytest.mark.slow

if not os.environ.get("CI"):
    for package in ("s3fs", "moto", "flask_cors"):
        pytest.importorskip(package, reason="needs: pip install --group s3server")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)])
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 60
    while True:
        try:
            httpx.get(address)
            break
        except httpx.HTTPError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
    yield address
    process.kill()
    process.wait()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"bucket-{uuid4().hex}"
    assert httpx.put(f"{server}/{name}").status_code == 200
    return name


class TestS3(ObjectStoreConformance):
    @pytest.fixture
    def store(self, bucket: str) -> ObjectStore:
        return open_object_store(f"s3://{bucket}/reelmatch")


def test_a_bucket_that_is_not_there_is_told(bucket: str) -> None:
    store = open_object_store(f"s3://{bucket}-none/reelmatch")
    with pytest.raises(StoreUnusable, match=r"s3://.*-none/reelmatch cannot be used"):
        store.write("NAME", b"1")
