"""Many hosts share one catalog in PostgreSQL: who is killed, and a server that is away."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from engine.catalogs import open_catalog
from engine.domain.jobs import JobResult, State
from engine.ports.catalog import Catalog
from support.catalogs import save, video_id
from support.footage import numbered, write_video
from support.postgres import PASSWORD, Server
from support.processes import soon
from support.product import reelmatch
from support.servers import started

pytestmark = pytest.mark.slow

_CLAIMER = """
import sys, time
from engine.catalogs import open_catalog
from engine.domain.jobs import JobResult, State
url, me = sys.argv[1:]
with open_catalog(url, create=False) as catalog:
    while (job := catalog.jobs.claim(me, now=time.time())) is not None:
        print(job.id, flush=True)
        if me == "killed":
            time.sleep(600)
        assert catalog.jobs.end(job, JobResult(State.DONE, "ok", "", "", 1), now=time.time())
"""


@pytest.fixture
def url(postgres: Server, tmp_path: Path) -> str:
    return postgres.create(f"shared_{sha256(bytes(tmp_path)).hexdigest()[:16]}")


@pytest.fixture
def shared(url: str) -> Iterator[Catalog]:
    """An empty catalog that hosts share."""
    with open_catalog(url) as opened:
        yield opened


@contextmanager
def claimer(url: str, name: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _CLAIMER, url, name], stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_every_job_is_done_once_whoever_is_killed(
    url: str, shared: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = shared.jobs.add([f"/films/{number}.mp4" for number in range(200)], {}, now=0)
    with claimer(url, "killed") as killed:
        assert killed.stdout is not None
        held = int(killed.stdout.readline())
        with ExitStack() as stack:
            others = [stack.enter_context(claimer(url, f"w{number}")) for number in range(3)]
            done = [
                int(line) for other in others for line in other.communicate(timeout=120)[0].split()
            ]
        assert sorted(done) == sorted(set(ids) - {held})
        killed.kill()
    assert shared.jobs.counts()[State.RUNNING] == 1
    # Its lease runs out by the server's clock.
    now = shared.jobs._clock  # type: ignore[attr-defined]
    monkeypatch.setattr(shared.jobs, "_clock", lambda: now() + 31)
    again = shared.jobs.claim("me", now=0)
    assert again is not None
    assert (again.id, again.attempts) == (held, 2)
    assert shared.jobs.end(again, JobResult(State.DONE, "ok", "", "", 1), now=0)
    assert shared.jobs.counts()[State.DONE] == len(ids)


@contextmanager
def worker(home: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    with home.with_suffix(".log").open("ab") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "reelmatch", "work"],
            env={
                **os.environ,
                "REELMATCH_HOME": str(home),
                "REELMATCH_CATALOG": url,
                "REELMATCH_PROCESSES": "1",
            },
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def test_hosts_share_the_queue_and_what_is_found(url: str, shared: Catalog, tmp_path: Path) -> None:
    """Two services of two processes each, and two workers; each host has a home of its own."""
    films = tmp_path / "films"
    films.mkdir()
    for number in range(6):
        pictures = [numbered(10 * number + second) for second in range(3) for _ in range(5)]
        write_video(films / f"{number}.mp4", pictures, rate=5)
    shared.jobs.add([str(film) for film in sorted(films.iterdir())], {}, now=time.time())
    with ExitStack() as stack:
        services = [
            stack.enter_context(
                started(
                    tmp_path / f"api{number}",
                    *("--workers", "2"),
                    REELMATCH_CATALOG=url,
                    REELMATCH_PROCESSES="0",
                )
            )
            for number in range(2)
        ]
        with worker(tmp_path / "work0", url) as killed, worker(tmp_path / "work1", url):
            soon(lambda: shared.jobs.counts()[State.RUNNING] == 2, seconds=60)
            killed.send_signal(signal.SIGKILL)
            soon(lambda: shared.jobs.open_count() == 0, seconds=150)
        jobs = shared.jobs.all()
        assert [job.state for job in jobs] == [State.DONE] * 6
        assert sorted(job.attempts for job in jobs) == [1] * 5 + [2], "what the killed one held"
        assert len({job.video for job in jobs}) == shared.videos.count() == 6
        for service in services:
            page = httpx.get(f"{service.address}/v1/videos", timeout=60).json()
            assert len(page["videos"]) == 6
        ids = {
            httpx.post(
                f"{service.address}/v1/videos",
                json={"source": "https://example.com/film.mp4"},
                headers={"Idempotency-Key": "mine"},
                timeout=60,
            ).json()["job"]
            for service in services * 2
        }
        assert len(ids) == 1, "one request starts one job, whichever host is asked"


def test_a_restart_of_the_database_is_told_and_healed(
    postgres: Server, url: str, shared: Catalog, tmp_path: Path
) -> None:
    save(shared, video_id(1), {"cat": 3})
    home = tmp_path / "api"
    done = reelmatch(home, "reindex", settings={"REELMATCH_CATALOG": url})
    assert done.code == 0, done.err
    answers: list[tuple[float, int, str]] = []
    ended = threading.Event()
    with started(home, REELMATCH_CATALOG=url, REELMATCH_PROCESSES="0") as service:

        def ask() -> None:
            while not ended.is_set():
                answer = httpx.get(f"{service.address}/v1/videos", timeout=60)
                answers.append((time.monotonic(), answer.status_code, answer.text))

        asking = threading.Thread(target=ask)
        asking.start()
        soon(lambda: len(answers) > 5, seconds=60)
        postgres.stop()
        try:
            soon(lambda: answers[-1][1] == 503, seconds=60)
            assert httpx.get(f"{service.address}/health/live", timeout=60).status_code == 200
            matches = httpx.post(
                f"{service.address}/v1/matches", json={"keywords": {"cat": 1.0}}, timeout=60
            )
            assert matches.status_code in (200, 503)
            time.sleep(16)  # however long it was away
        finally:
            postgres.start()
        soon(lambda: answers[-1][1] == 200, seconds=10)
        save(shared, video_id(2), {"cat": 2})
        soon(lambda: len(httpx.get(f"{service.address}/v1/videos").json()["videos"]) == 2)
        ended.set()
        asking.join()
    assert {status for _, status, _ in answers} <= {200, 503}
    log = service.log.read_text()
    for text in (log, *(text for _, _, text in answers)):
        assert "Traceback" not in text
        assert "p4ss" not in text
        assert PASSWORD not in text
    assert "does not answer" in "".join(text for _, status, text in answers if status == 503)


def test_a_worker_goes_on_through_an_outage_while_it_looks(
    postgres: Server, url: str, shared: Catalog, tmp_path: Path
) -> None:
    """Nobody claims a job twice, and what was seen meanwhile is stored."""
    films = [tmp_path / f"{number}.mp4" for number in range(3)]
    for first, film in enumerate(films):
        # So long that a worker tells of it more than once, one look a second.
        write_video(film, [numbered(300 * first + second) for second in range(250)], rate=1)
    ids = shared.jobs.add(map(str, films), {}, now=time.time())

    def is_under_way() -> bool:
        job = shared.jobs.get(ids[0])
        return job is not None and job.done > 0

    with worker(tmp_path / "work", url) as looking:
        soon(is_under_way, seconds=120)
        postgres.stop()
        try:
            # Longer than what is left of a look, shorter than a lease.
            time.sleep(12)
            assert looking.poll() is None, "it waits"
        finally:
            postgres.start()
        soon(lambda: shared.jobs.open_count() == 0, seconds=150)
    jobs = [job for job in shared.jobs.all() if job.id in ids]
    assert [(job.state, job.attempts) for job in jobs] == [(State.DONE, 1)] * 3, jobs
    assert shared.videos.count() == 3
    assert {record.seconds for record in shared.videos.page()} == {250}
    log = (tmp_path / "work.log").read_text()
    assert "Traceback" not in log
    assert "p4ss" not in log
