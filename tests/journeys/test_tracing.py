"""Traces go where the standard variables say, and nowhere else."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from engine.errors import MissingPart


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A collector's address, and what it was sent: path and body."""
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_requests_are_traced_to_a_collector(
    tmp_path: Path, collector: tuple[str, list[tuple[str, bytes]]]
) -> None:
    pytest.importorskip(
        "opentelemetry.exporter.otlp.proto.http", reason="needs: pip install -e '.[otel]'"
    )
    address, received = collector
    running = subprocess.Popen(
        [Path(sys.executable).parent / "reelmatch", "serve", "--port", "0"],
        env={
            **os.environ,
            "REELMATCH_HOME": str(tmp_path / "home"),
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_SERVICE_NAME": "reelmatch-test",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stderr is not None
        for line in running.stderr:
            if match := re.search(r"running on (http://[\d.]+:\d+)", line):
                break
        assert match is not None
        assert httpx.get(f"{match[1]}/v1/videos/beef", timeout=30).status_code == 404
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
    until = time.monotonic() + 10
    while not any(path == "/v1/traces" for path, _ in received):
        assert time.monotonic() < until
        time.sleep(0.05)
    sent = b"".join(body for path, body in received if path == "/v1/traces")
    assert b"reelmatch-test" in sent
    assert b"/v1/videos/{video}" in sent


def test_without_the_part_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from api.http.middleware import tracing

    assert not tracing.is_traced({})
    monkeypatch.setattr(tracing, "_EXPORTER", "nowhere.to.be.found")
    with pytest.raises(MissingPart, match=r"reelmatch\[otel\]"):
        tracing.is_traced({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
