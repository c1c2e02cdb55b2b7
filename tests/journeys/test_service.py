"""Needs of an operator: limits, ids, jobs once, metrics, a calm end."""

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api.settings import Settings
from engine.catalogs.sqlite.catalog import Catalog
from engine.domain.jobs import State
from support.footage import long_video
from support.product import Served, reelmatch, serve


def talk(served: Served, *pieces: bytes) -> bytes:
    """Send bytes as they are and return what comes back."""
    port = urlsplit(str(served.client.base_url)).port
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass
        answer = b""
        try:
            while more := connection.recv(65_536):
                answer += more
        except ConnectionResetError:
            pass
        return answer


def test_every_answer_has_an_id_and_a_usable_one_of_the_caller_is_kept(served: Served) -> None:
    made = served.client.get("/v1/videos/beef")
    assert made.headers["x-request-id"] == made.json()["request_id"] != ""
    response = served.client.get("/v1/videos/beef", headers={"x-request-id": "trace-7"})
    assert response.json()["request_id"] == "trace-7"
    replaced = served.client.get("/health/live", headers={"x-request-id": "two words"})
    assert re.fullmatch(r"[0-9a-f]{32}", replaced.headers["x-request-id"])


def test_unknown_routes_and_methods_are_problems(served: Served) -> None:
    nowhere = served.client.get("/v1/nowhere")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
    wrong = served.client.patch("/v1/matches")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    fields = served.client.post("/v1/matches", json={"keywords": {"cat": 1}, "k": 0}).json()
    assert [error["field"] for error in fields["errors"]] == ["body.k"]


def test_a_packed_body_is_refused_where_none_is_unpacked(served: Served) -> None:
    body = gzip.compress(b'{"keywords": {"cat": 1}}')
    packed = served.client.post("/v1/matches", content=body, headers={"content-encoding": "gzip"})
    assert (packed.status_code, packed.json()["code"]) == (415, "unsupported_media_type")
    assert "send it as it is" in packed.json()["detail"]
    plain = {"content-encoding": "identity", "content-type": "application/json"}
    content = gzip.decompress(body)
    assert served.client.post("/v1/matches", content=content, headers=plain).status_code == 200


def test_a_body_that_is_too_large_is_refused_declared_or_not(served: Served) -> None:
    declared = served.client.post("/v1/matches", content=b"x" * (5 << 20))
    assert (declared.status_code, declared.json()["code"]) == (413, "too_large")

    def pieces() -> Iterator[bytes]:
        for _ in range(80):
            yield b"x" * 65_536

    streamed = served.client.post("/v1/matches", content=pieces())
    assert (streamed.status_code, streamed.json()["code"]) == (413, "too_large")


def test_a_head_without_end_is_refused(served: Served) -> None:
    endless = [b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nx: ", *[b"a" * 8192] * 40]
    assert talk(served, *endless).startswith(b"HTTP/1.1 431")
    many = b"".join(b"x-%d: %s\r\n" % (number, b"a" * 90) for number in range(600))
    head = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n" + many + b"\r\n"
    assert talk(served, head).startswith(b"HTTP/1.1 431")
    assert served.client.get("/health/live").status_code == 200


@pytest.mark.slow
def test_who_sends_nothing_is_sent_away(served: Served) -> None:
    assert talk(served, b"GET /health/live HTTP/1.1\r\nhost:").startswith(b"HTTP/1.1 408")


def test_large_answers_are_compressed(served: Served) -> None:
    answer = served.client.get("/openapi.json", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


def test_who_has_a_video_already_is_told_so(served: Served) -> None:
    video = served.client.get("/v1/videos").json()["videos"][0]["video"]
    first = served.client.get(f"/v1/videos/{video}")
    again = served.client.get(
        f"/v1/videos/{video}", headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    other = served.client.get(f"/v1/videos/{video}", headers={"if-none-match": '"0"'})
    assert other.json() == first.json()


def test_the_same_request_sent_twice_starts_one_job(own_server: Served) -> None:
    client = own_server.client
    name = {"idempotency-key": "nightly-1"}
    query = {"source": "http://127.0.0.1:9/gone.mp4"}
    first = client.post("/v1/videos", json=query, headers=name)
    assert first.status_code == 202
    assert first.headers["location"] == f"/v1/jobs/{first.json()['job']}"
    ended = own_server.await_job(first.headers["location"])
    assert (ended["state"], ended["status"]) == ("failed", "unsafe")
    again = client.post("/v1/videos", json=query, headers=name)
    assert again.json()["job"] == first.json()["job"]
    other = client.post("/v1/videos", json={"source": "http://127.0.0.1:9/b"}, headers=name)
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    anew = client.post("/v1/videos", json=query)
    assert anew.json()["job"] != first.json()["job"]


def test_a_request_may_leave_the_sound_and_the_text_out(own_server: Served) -> None:
    query = {"source": "http://127.0.0.1:9/gone.mp4", "audio": False, "text": False}
    queued = own_server.client.post("/v1/videos", json=query)
    with Catalog.open(own_server.home / "catalog.db") as catalog:
        job = catalog.jobs.get(queued.json()["job"])
    assert job is not None
    assert job.options == {"force": False, "audio": False, "text": False}


@pytest.mark.parametrize(
    "source", ["file:///etc/passwd", "/etc/passwd", "ftp://example.com/a", "https://u:p@a.example/"]
)
def test_only_web_addresses_are_taken_over_http(own_server: Served, source: str) -> None:
    refused = own_server.client.post("/v1/videos", json={"source": source})
    assert refused.status_code == 422
    assert own_server.client.get("/v1/jobs").json()["jobs"] == []


@pytest.fixture
def reaching_server(tmp_path: Path) -> Iterator[Served]:
    """A server that may fetch from a port of this machine where nobody listens.

    Each fetch has no time for the pause before its second attempt.
    """
    home = tmp_path / "reaching"
    allowed = ("127.0.0.1:9",)
    settings = Settings(home=home, web_allowed_networks=allowed, web_deadline_seconds=5)
    yield from serve(home, settings)


@pytest.mark.slow
def test_jobs_come_in_pages_and_failed_ones_are_tried_again(reaching_server: Served) -> None:
    client = reaching_server.client
    paths = [
        client.post("/v1/videos", json={"source": f"http://127.0.0.1:9/{number}"}).headers[
            "location"
        ]
        for number in range(3)
    ]
    for path in paths:
        reaching_server.await_job(path)
    first = client.get("/v1/jobs", params={"limit": 2, "state": "failed"}).json()
    rest = client.get("/v1/jobs", params={"limit": 2, "cursor": first["next"]}).json()
    numbers = [job["job"] for job in [*first["jobs"], *rest["jobs"]]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 3
    assert rest["next"] is None
    again = client.post(f"{paths[0]}/retry")
    assert again.status_code == 202
    assert reaching_server.await_job(paths[0])["state"] == "failed"
    assert client.get("/v1/jobs/999").status_code == 404
    assert client.get("/v1/jobs", params={"cursor": "rubbish"}).status_code == 422


def test_metrics_tell_of_requests_index_and_queue(own_server: Served) -> None:
    own_server.reindex()
    own_server.client.get("/v1/videos/beef")
    text = own_server.client.get("/metrics").text
    for line in (
        'reelmatch_requests_total{method="GET",route="/v1/videos/{video}",status="404"} 1.0',
        'reelmatch_jobs{state="done"} 1.0',
        'reelmatch_jobs_ended_total{status="ok"} 1.0',
        "reelmatch_index_videos 0.0",
        "reelmatch_delta_videos 0.0",
    ):
        assert line in text
    assert re.search(r"^reelmatch_index_age_seconds \d", text, re.M)


# uvicorn ends by the signal that asked it to, once everything is tidied up.
CALM = (0, -signal.SIGTERM)


def start_serving(home: Path, *options: str) -> tuple[subprocess.Popen[str], str]:
    """Start the command on a free port; return it and its address."""
    running = subprocess.Popen(
        [Path(sys.executable).parent / "reelmatch", "serve", "--port", "0", *options],
        env={**os.environ, "REELMATCH_HOME": str(home), "REELMATCH_LOG_FORMAT": "json"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    for line in running.stderr:
        assert set(json.loads(line)) >= {"at", "level", "message"}
        if match := re.search(r"running on (http://[\d.]+:\d+)", line):
            return running, match[1]
    pytest.fail("the server did not start")


@pytest.mark.slow
def test_two_workers_answer_count_together_and_end_calmly(tmp_path: Path) -> None:
    running, address = start_serving(tmp_path / "home", "--workers", "2")
    try:
        # The port is open before the first worker listens.
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(base_url=address, transport=transport, timeout=60) as client:
            assert client.get("/health/live").status_code == 200
        for _ in range(20):
            assert httpx.get(f"{address}/health/live").status_code == 200
        counted = re.search(
            r'requests_total\{method="GET",route="/health/live",status="200"\} (\d+)',
            httpx.get(f"{address}/metrics").text,
        )
        assert counted is not None
        assert int(counted[1]) >= 20
    finally:
        running.send_signal(signal.SIGTERM)
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 0, errors
    assert "Traceback" not in errors


@pytest.mark.slow
def test_a_request_that_has_begun_is_finished(tmp_path: Path) -> None:
    running, address = start_serving(tmp_path / "home")
    line = (
        b'{"source": "https://films.example/a", "tags": [{"tag": "cat", "seconds": [[0, 3, 0.9]]}]}'
    )
    host = urlsplit(address)
    assert httpx.get(f"{address}/health/live", timeout=30).status_code == 200
    with socket.create_connection((str(host.hostname), host.port), timeout=30) as connection:
        connection.sendall(
            b"POST /v1/videos:import HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n"
            % len(line)
        )
        connection.sendall(line[:20])
        time.sleep(1)
        running.send_signal(signal.SIGTERM)
        time.sleep(1)
        connection.sendall(line[20:])
        answer = b""
        while more := connection.recv(65_536):
            answer += more
    _, errors = running.communicate(timeout=60)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"accepted": 1, "rejected": 0' in answer
    assert running.returncode in CALM, errors


@pytest.mark.slow
def test_what_is_being_watched_waits_again_when_the_service_ends(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Catalog.open(home / "catalog.db") as catalog:
        catalog.jobs.add([str(long_video(tmp_path / "long.mp4"))], {}, now=time.time())
        running, _ = start_serving(home)
        until = time.monotonic() + 60
        while catalog.jobs.all()[0].state is not State.RUNNING:
            assert time.monotonic() < until
            time.sleep(0.02)
        running.send_signal(signal.SIGTERM)
        _, errors = running.communicate(timeout=60)
        assert running.returncode in CALM, errors
        (job,) = catalog.jobs.all()
        assert (job.state, job.attempts) == (State.QUEUED, 0)
    assert reelmatch(home, "ingest").code == 0
