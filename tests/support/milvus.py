"""Servers of Milvus for tests: milvus-lite as a process of its own, asked over a connection."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from engine.errors import IndexUnavailable
from engine.indexes.milvus.address import MilvusAddress
from engine.indexes.milvus.connection import MilvusConnection
from support.servers import free_port

_HOW: Final = "pip install --group milvusserver"


@dataclass(slots=True)
class MilvusServer:
    """One that can be killed and started again.

    Args:
        folder: of its files.
        port: that it listens on.
    """

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, prefix: str) -> str:
        """Return the URL of an index in it."""
        return f"milvus://127.0.0.1:{self.port}/{prefix}"

    def connection(self, prefix: str) -> MilvusConnection:
        """Return a connection of one's own."""
        return MilvusConnection(MilvusAddress.parse(self.url(prefix)))

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "milvus_lite", "server"),
                    *("--data-dir", str(self.folder / "data")),
                    *("--host", "127.0.0.1", "--port", str(self.port)),
                ],
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + 60
        while True:
            connection = self.connection("any")
            try:
                connection.server_version()
                return
            except IndexUnavailable:
                assert self.process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < until, (self.folder / "log").read_text()
                time.sleep(0.1)
            finally:
                connection.close()

    def kill(self) -> None:
        """End it at once."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@contextmanager
def serving_milvus(folder: Path) -> Iterator[MilvusServer]:
    """Run a server for a block; skip the test where none is installed."""
    if not all(map(find_spec, ("milvus_lite", "pymilvus"))):
        pytest.skip(f"needs: {_HOW}")
    server = MilvusServer(folder, free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()
