"""The product from outside: its command in a process of its own, its server on a free port."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from api.http.app import create_app
from api.http.connections import ConnectionLimits
from api.http.server import uvicorn_options
from api.settings import Settings

Run = Callable[..., "Finished"]


@dataclass(frozen=True, slots=True)
class Finished:
    """Output of a command, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def reelmatch(
    home: Path,
    *arguments: str | Path,
    settings: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Finished:
    """Run the product's command as a user does, with nothing but Python on the PATH."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("REELMATCH_")},
        "REELMATCH_HOME": str(home),
        "PATH": str(Path(sys.executable).parent),
        **(settings or {}),
    }
    done = subprocess.run(
        [Path(sys.executable).parent / "reelmatch", *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Served:
    """A running server and a client for it."""

    client: httpx.Client
    home: Path
    server: uvicorn.Server

    def reindex(self, **options: Any) -> str:
        """Queue a reindex, wait until it is done, and the server ready; return the generation."""
        response = self.client.post("/v1/reindex", json=options)
        assert response.status_code == 202, response.text
        job = self.await_job(response.headers["location"])
        assert job["state"] == "done", job
        until = time.monotonic() + 30
        while (output := self.client.get("/health/ready")).status_code != 200:
            assert time.monotonic() < until, output.text
            time.sleep(0.02)
        return str(job["generation"])

    def await_job(self, location: str) -> Any:
        """Wait until a job has ended and return it."""
        until = time.monotonic() + 120
        while True:
            job = self.client.get(location).json()
            if job["state"] in ("done", "failed"):
                return job
            assert time.monotonic() < until, job
            time.sleep(0.05)


_made_before: dict[str, dict[str, Any]] = {}
"""The OpenAPI document, once a server of this process has made it."""


def serve(
    home: Path, settings: Settings | None = None, limits: ConnectionLimits | None = None
) -> Iterator[Served]:
    """Run the real server on a free port until the caller is done."""
    settings = settings or Settings(home=home)
    app = create_app(settings)
    # It is the same for all of them, and takes as long as all else of a start.
    app.openapi_schema = _made_before.get("document")
    config = uvicorn.Config(app, port=0, **uvicorn_options(settings, limits))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        if app.openapi_schema:
            _made_before["document"] = app.openapi_schema
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield Served(client, home, server)
    finally:
        server.should_exit = True
        thread.join()
