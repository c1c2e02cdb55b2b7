"""The service as its own processes, as people start it, to be killed and starved."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Server:
    """A started ``reelmatch serve``."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    @property
    def address(self) -> str:
        """Address it answers on."""
        return f"http://127.0.0.1:{self.port}"

    def lets_in(self) -> bool:
        """Tell whether a connection is taken."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except OSError:
            return False
        return True

    def wait_until_it_answers(self, seconds: float = 120) -> None:
        """Wait for the first answer."""
        until = time.monotonic() + seconds
        while True:
            try:
                if httpx.get(f"{self.address}/health/live", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)


@contextmanager
def started(
    home: Path, *arguments: str, port: int | None = None, **set_to: str
) -> Iterator[Server]:
    """Start the service over a home; it is killed at the end, if it still runs."""
    chosen = port or free_port()
    log = home.with_name(f"{home.name}-{chosen}.log")
    with log.open("a") as written:
        process = subprocess.Popen(
            [
                Path(sys.executable).parent / "reelmatch",
                *("serve", "--port", str(chosen), *arguments),
            ],
            env={**os.environ, "REELMATCH_HOME": str(home), **set_to},
            stdout=subprocess.DEVNULL,
            stderr=written,
            text=True,
        )
    server = Server(process, chosen, log)
    try:
        server.wait_until_it_answers()
        yield server
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
