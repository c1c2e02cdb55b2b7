"""A server of S3's protocol for tests: moto's, on a free port of this machine."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from uuid import uuid4

import httpx
import pytest

from support.servers import free_port

_ACCESS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@dataclass(frozen=True, slots=True)
class S3Server:
    """A started server; what it holds goes with it."""

    process: subprocess.Popen[bytes]
    address: str

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which a client finds it, and is let in."""
        return {"AWS_ENDPOINT_URL": self.address, **_ACCESS}

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()

    def make_bucket(self) -> str:
        """Return the name of a new bucket."""
        name = f"bucket-{uuid4().hex}"
        assert httpx.put(f"{self.address}/{name}").status_code == 200
        return name


@contextmanager
def serving_s3() -> Iterator[S3Server]:
    """Run a server for a block, which may kill it; skip the test where none is installed."""
    if not all(map(find_spec, ("s3fs", "moto", "flask_cors"))):
        pytest.skip("needs: pip install --group s3server")
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)])
    server = S3Server(process, f"http://127.0.0.1:{port}")
    until = time.monotonic() + 60
    try:
        while True:
            try:
                httpx.get(server.address)
                break
            except httpx.HTTPError:
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)
        yield server
    finally:
        server.kill()
