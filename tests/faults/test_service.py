"""The service as processes: who is killed, told to stop, or starved, and what others notice."""

import resource
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from engine.catalogs.sqlite.catalog import Catalog
from support.catalogs import save, video_id
from support.processes import children_of, soon, works
from support.servers import Server, free_port, started

INTERESTS = {"interests": {"cat": 1.0}}


@pytest.fixture
def one_video_home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        save(catalog, video_id(1), {"cat": 3})
    return home


@pytest.mark.slow
def test_workers_end_with_their_supervisor_and_let_nobody_in_once_told_to_stop(
    one_video_home: Path,
) -> None:
    port = free_port()
    with started(one_video_home, "--workers", "2", port=port) as server:
        workers = children_of(server.process.pid)
        assert len(workers) >= 2
        server.process.kill()
        server.process.wait()
        soon(lambda: not any(works(worker) for worker in workers))
        assert not server.lets_in()
    with (
        started(one_video_home, "--workers", "2", port=port) as server,
        begun_request(server) as request,
    ):
        server.process.send_signal(signal.SIGTERM)
        soon(lambda: not server.lets_in(), seconds=5)
        time.sleep(0.5)
        assert server.process.poll() is None, "what has begun is finished"
        assert not server.lets_in()
        request.sendall(b"}")
        assert b" 204 " in request.recv(65_536).split(b"\r\n")[0]
        assert server.process.wait(30) == 0
        assert "Traceback" not in server.log.read_text()


@contextmanager
def begun_request(server: Server) -> Iterator[socket.socket]:
    """Send all of a request but its last byte."""
    body = b'{"interests": {"cat": 1}'
    head = (
        f"PUT /v1/viewers/ann/interests HTTP/1.1\r\nHost: localhost:{server.port}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body) + 1}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as request:
        request.sendall(head.encode() + body)
        time.sleep(0.5)
        yield request


def put_interests(server: Server, viewer: str) -> httpx.Response:
    return httpx.put(f"{server.address}/v1/viewers/{viewer}/interests", json=INTERESTS, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize(
    "vanish",
    [shutil.rmtree, lambda home: home.rename(f"{home}-away")],
)
def test_a_home_that_vanished_is_neither_written_nor_made_anew(
    one_video_home: Path, vanish: Callable[[Path], object]
) -> None:
    with started(one_video_home) as server:
        assert put_interests(server, "before").status_code == 204
        vanish(one_video_home)
        for _ in range(3):
            refused = put_interests(server, "after")
            assert refused.status_code == 503
            assert refused.json()["code"] == "unavailable"
            assert "is gone" in refused.json()["detail"]
        assert httpx.post(f"{server.address}/v1/reindex", json={}).status_code == 503
        # Longer than whoever works the queue waits to begin again.
        time.sleep(3)
        assert not (one_video_home / "catalog.db").exists()
        assert "Traceback" not in server.log.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="needs prlimit, which Linux has")
def test_a_disk_that_is_full_is_told_over_http_and_in_the_log(one_video_home: Path) -> None:
    with started(one_video_home) as server:
        assert put_interests(server, "before").status_code == 204
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, hard))
        refused = [
            put_interests(server, "during"),
            httpx.post(f"{server.address}/v1/reindex", json={}),
            httpx.post(f"{server.address}/v1/videos:upload?name=a.mp4", content=b"x" * 9999),
            httpx.post(f"{server.address}/v1/videos:import", content=b'{"tags": []}\n' * 9999),
        ]
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        for answer in refused:
            assert (answer.status_code, answer.json()["code"]) == (507, "disk_full"), answer.text
            assert "the disk is full" in answer.json()["detail"]
        for answer in refused[:3]:
            assert f"can be written to {one_video_home}" in answer.json()["detail"]
        assert tempfile.gettempdir() in refused[3].json()["detail"]
        assert list(one_video_home.glob("uploads/*")) == []
        assert put_interests(server, "after").status_code == 204
        assert httpx.get(f"{server.address}/v1/viewers/during").status_code == 404
        assert "Traceback" not in server.log.read_text()
