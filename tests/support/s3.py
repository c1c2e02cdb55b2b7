"""A server of S3's protocol for tests: moto's, on a free port of this machine."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from support.servers import free_port

_ACCESS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def need_s3() -> None:
    """Skip a module's tests where something of it is not installed; in CI they fail."""
    if not os.environ.get("CI"):
        for package in ("s3fs", "moto", "flask_cors"):
            pytest.importorskip(package, reason="needs: pip install --group s3server")


@dataclass(frozen=True, slots=True)
class S3Server:
    """A started server; what it holds goes with it."""

    process: subprocess.Popen[bytes]
    address: str

    @property
    def environment(self) -> dict[str, str]:
        """Variables by which a client finds it, and is let in."""
        return {"AWS_ENDPOINT_URL": self.address, **_ACCESS}

    def make_bucket(self) -> str:
        """Return the name of a new bucket."""
        name = f"bucket-{uuid4().hex}"
        assert httpx.put(f"{self.address}/{name}").status_code == 200
        return name


@contextmanager
def serving_s3() -> Iterator[S3Server]:
    """Start a server; it is killed at the end, if it still runs."""
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
        process.kill()
        process.wait()
